"""One line of a file on its way into a document: what its cells say, what is wrong with them, what becomes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exchange.imports.known import Registry
from exchange.models import ImportRow
from exchange.queries import documents
from exchange.queries.documents import Part
from exchange.shapes.columns import Column, is_unsafe
from exchange.shapes.tables import TABLES, Table
from lib import written
from lib.claims import Basis, DateClaim
from lib.problems import Fault
from lib.tables import Cell

Verdict = ImportRow.Verdict
_HINTS = {
    "required": _("Fill it in, or say it for all rows below the columns."),
    "null": _("Fill it in, or say it for all rows below the columns."),
    "set_by_the_registry": _("Leave it out: the registry sets this itself."),
    "changed_meanwhile": _("Export the record again and repeat your change there."),
    "differs_from_the_registry": _("Correct that record itself, or leave it out of the file."),
    "quantity_iff_unit": _("Fill in both, or neither."),
    "party_twice": _("Name each party once."),
    "still_leaned_on": _("Take what leans on it away first."),
}


@dataclass(frozen=True)
class Said:
    """How one column of the file is meant: its letter and header there, and whether it stands under our own name."""

    letter: str = ""
    header: str = ""
    exact: bool = False


@dataclass(eq=False)
class Line:
    """One row of one part of the file. `cells` are those that somebody said what they are, by our names of columns."""

    part: str
    table: Table
    number: int
    cells: dict[str, Cell]
    columns: Mapping[str, Said]
    faults: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    verdict: str = ""
    title: str = ""
    target: tuple[str, str] = ("", "")
    passed: bool = False
    """Whether it is passed over, being no record."""
    at: str = ""
    """The JSON pointer to its part of the document."""
    known_id: str = ""
    """The id of the part it changes; empty for one that is new."""

    def text(self, name: str) -> str:
        """What a cell says, blanks around it cut; empty where there is no such column."""
        cell = self.cells.get(name)
        return cell.text.strip() if cell else ""

    @property
    def key(self) -> str:
        """What the record it stands in is called in the file."""
        return self.text(self.table.of)

    @property
    def is_main(self) -> bool:
        return not self.table.member

    def fault(self, column: str, message: str, hint: str = "") -> None:
        said = self.columns.get(column, Said())
        self.faults.append(
            {
                "column": said.letter,
                "header": said.header or column,
                "message": str(message),
                "hint": str(hint),
            }
        )

    def stand(self, at: str, places: dict[str, "Line"]) -> None:
        """Say where in the document the row stands. Two rows cannot stand in one place: one would be lost unsaid."""
        self.at = at
        other = places.get(at)
        if other is not None and not other.is_main:
            self.is_again(other)
        places[at] = self

    def is_again(self, other: "Line") -> None:
        """Refuse the row for being the same as another one of the file."""
        self.fault(
            "id" if "id" in self.cells else "",
            _("Line %(line)d is the same record.") % {"line": other.number},
            _("Keep one row for each record."),
        )

    def take(self, fault: Fault) -> None:
        """A fault that a service found, told at the column it speaks of."""
        rest = fault.pointer.removeprefix(self.at).strip("/").split("/")
        column = self._column(rest)
        self.fault(column.name if column else "", fault.message, _HINTS.get(fault.code, ""))

    def _column(self, path: list[str]) -> Column | None:
        """The column whose place is nearest to the one pointed at, those of the file first."""
        best, depth = None, 0
        for each in self.table.columns:
            same = 0
            for one, other in zip(each.path, path, strict=False):
                if one != other:
                    break
                same += 1
            rank = same * 2 + (each.name in self.cells)
            if same and rank > depth:
                best, depth = each, rank
        return best

    def apply(self, document: dict[str, Any], known: Registry, *, skip: Iterable[str] = ()) -> None:
        """Let `document` say what the cells say. An empty cell says: not stated; a column that is missing, nothing."""
        passed = {*skip, self.table.of} if self.table.member else {*skip}
        before = {
            name: dict(documents.dig(document, columns[0].path[:-1]) or {})
            for name, columns in self._groups().items()
        }
        for column in _present(self.table.name, tuple(self.cells)):
            cell = self.cells[column.name]
            if not column.path or column.name in passed:
                continue
            if why := is_unsafe(cell):
                self.fault(column.name, why)
                continue
            if not cell.text.strip():
                _drop(document, column.path)
                continue
            said = self.columns.get(column.name, Said())
            read = cell if said.exact else cell._replace(text=cell.text.strip())
            try:
                _set(document, column.path, column.codec.read(read, known))
            except ValueError as unclear:
                wanted = _("Write here: %(what)s; or leave it empty.") % {"what": column.codec.words}
                self.fault(column.name, str(unclear), getattr(unclear, "hint", "") or wanted)
        self._dates(document, before)

    def told(self, known: Registry) -> dict[str, Any]:
        """What the cells say by themselves; what is wrong with them is told when they are applied."""
        faults, document = list(self.faults), {}
        self.apply(document, known)
        self.faults = faults
        return document

    def is_said(self, part: Mapping[str, Any], told: Mapping[str, Any], members: Iterable[str]) -> bool:
        """Whether `part` says of the `members` what the columns of the file tell of them; not where one is not told."""
        members = set(members)
        columns = [each for each in self.table.columns if each.path and each.path[0] in members]
        columns = [each for each in columns if each.name in self.cells]
        filled = {each.path[0] for each in columns if self.text(each.name)}
        return filled == members and all(_plain(told, each) == _plain(part, each) for each in columns)

    def _dates(self, document: dict[str, Any], before: Mapping[str, Any]) -> None:
        """Where only the words of a date are told, they are read as dates that people type are."""
        for name, columns in self._groups().items():
            place = columns[0].path[:-1]
            claim = documents.dig(document, place) or {}
            told = {each.path[-1] for each in columns if self.text(each.name)}
            words = claim.get("stated") or ""
            if "basis" in told or (not told and len(columns) > 1):
                continue  # all of it is told, or told to be absent
            if told & {"earliest", "latest"}:
                claim["basis"] = str(Basis.STATED)
            elif words and words == (before[name] or {}).get("stated"):
                claim = before[name]  # the words have not changed, so nothing follows from them anew
            else:
                try:
                    claim = _claim(words, get_language()).as_json()
                except ValueError as unclear:
                    self.fault(f"{name}_as_written", str(unclear))
            _set(document, place, claim)

    def _groups(self) -> Mapping[str, Sequence[Column]]:
        """The columns of the file that tell a date together, by its name."""
        return _dated(self.table.name, tuple(self.cells))

    def compare(self, before: Part | None, after: Part, known: Registry) -> None:
        """Say what the line has changed, column by column, or that it is new."""
        if before is None:
            self.verdict = Verdict.CREATE
            return
        old, new = documents.cells(before, known), documents.cells(after, known)
        self.changes = [
            {"name": name, "before": old[name], "after": text}
            for name, text in new.items()
            if text != old[name]
        ]
        self.verdict = Verdict.CHANGE if self.changes else Verdict.SAME


@lru_cache(256)
def _present(table: str, names: tuple[str, ...]) -> list[Column]:
    """The columns of a table that are among these names, in its order."""
    return [each for each in TABLES[table].columns if each.name in names]


@lru_cache(256)
def _dated(table: str, names: tuple[str, ...]) -> dict[str, list[Column]]:
    groups: dict[str, list[Column]] = {}
    for each in _present(table, names):
        if each.group:
            groups.setdefault(each.group, []).append(each)
    return groups


@lru_cache(32_768)
def _claim(words: str, _language: str) -> DateClaim:
    """A date out of its words; the note of one that was converted is in the language of the reader."""
    return written.claim(words)


def _plain(document: Mapping[str, Any], column: Column) -> Any:
    found = documents.dig(document, column.path)
    return "" if found is None else found


def _set(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    document[path[-1]] = value


def _drop(document: dict[str, Any], path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        document = document.get(name)
        if not isinstance(document, dict):
            return
    document.pop(path[-1], None)

"""Tables that people send, as CSV, TSV or XLSX: what stands in each cell, where, and what is doubtful about it.

`read` looks at a file and says how it understands it: encoding, delimiter, sheet, header. Each may be decided
otherwise by a `Choice`. `Table.rows` then reads it, row by row, never all of it at once. What a person should look at
is a remark, with its lines; what cannot be read within the limits raises `Unreadable`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _

from lib.tables import headers
from lib.tables.delimited import Delimited
from lib.tables.headers import Downward, Header
from lib.tables.remarks import Place, Remark, Remarks
from lib.tables.shapes import (
    BYTES,
    EMPTY,
    Cell,
    Choice,
    Column,
    Line,
    Mark,
    Note,
    Row,
    Sheet,
    Unreadable,
)
from lib.tables.workbook import Workbook

__all__ = [
    "Cell",
    "Choice",
    "Column",
    "Mark",
    "Note",
    "Place",
    "Remark",
    "Row",
    "Sheet",
    "Table",
    "Unreadable",
    "read",
]

_SAMPLE = 100
"""How many rows are looked at to find the header."""
_TEXT_ENDINGS = {"csv", "tsv", "tab", "txt"}
_BOOK_ENDINGS = {"xlsx", "xlsm"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"{\\rtf",
)
_WHOLE = re.compile(r"\s*[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*")
_HUNDREDTHS = re.compile(r"\d{1,2}\s*")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(?:[ .\u00a0\u202f]?\d{3})*,\d{1,2}")
_TOTAL = re.compile(
    r"\s*(?:(?:sous[ -]?)?total(?:[ -]g[ée]n[ée]ral)?|totaux|(?:grand |sub-?)total|totals"
    r"|(?:ال)?(?:مجموع|إجمالي|اجمالي)(?: (?:العام|الكلي))?)\s*:?\s*",
    re.IGNORECASE,
)


@dataclass
class Table:
    """A table as it is understood, before its rows are read."""

    source: Delimited | Workbook
    header: tuple[int, int]
    """First and last row of the header, by the numbers of `Row`; (0, 0) when there is none."""
    columns: list[Column]
    above: list[Line]
    """Rows above the header, such as a title."""
    joint: int | None = None
    """The number of the column whose decimal commas are delimiters too, so that its numbers stand in two cells."""
    _seen: Remarks = field(default_factory=Remarks)
    _met: Remarks = field(default_factory=Remarks)

    @property
    def format(self) -> str:
        """csv, whatever the delimiter, or xlsx."""
        return self.source.format

    @property
    def encoding(self) -> str:
        """One of `encodings.KNOWN`, or xlsx."""
        return self.source.encoding.name if self.source.encoding else self.format

    @property
    def delimiter(self) -> str:
        return self.source.delimiter

    @property
    def sheets(self) -> Sequence[Sheet]:
        return self.source.sheets

    @property
    def sheet(self) -> str:
        """The name of the sheet that is read."""
        return self.source.sheet

    @property
    def remarks(self) -> list[Remark]:
        """What was noticed: of the whole table, once all its rows were read."""
        found = Remarks(self._seen)
        found.update(self._met)
        return list(found.values())

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not blank, from the first, each time it is called; one call at a time.

        Raises Unreadable, with its line, where reading cannot go on.
        """
        self._met = remarks = Remarks()
        downward = Downward(self.source.merges) if isinstance(self.source, Workbook) else None
        for line in self.source.lines(remarks):
            if line.number <= self.header[1]:
                continue
            note = self._note(line)
            for column in downward.fill(line) if downward else ():
                remarks.note("merged", line.number, column)
            yield self._row(line, note, remarks)

    def _row(self, line: Line, note: str, remarks: Remarks) -> Row:
        width, cells = len(self.columns), line.cells
        if len(cells) > width:
            cells = self._joined(cells)
        extra = cells[width:]
        if any(cell.text for cell in extra):
            remarks.note("more_cells", line.number, width + 1)
        else:
            extra = []
        if len(cells) < width:
            if self.format == "csv":
                remarks.note("fewer_cells", line.number)
            cells = cells + [EMPTY] * (width - len(cells))
        if line.marked or cells is not line.cells:
            for column, cell in enumerate(cells, start=1):
                if cell.formula:
                    remarks.note("formulas", line.number, column)
                if cell.mark and cell.mark != Mark.MERGED:
                    remarks.note(cell.mark, line.number, column)
        if note:
            remarks.note(note, line.number)
        return Row(line.number, cells[:width], extra, note, line.hidden)

    def _joined(self, cells: list[Cell]) -> list[Cell]:
        """`cells` with those put together that the delimiter has cut, where it is known which."""
        surplus, overflow = len(cells) - len(self.columns), self._overflow()
        if self.joint:
            at = self.joint - 1
            if overflow is not None and overflow < at:
                at += surplus - 1
            if _are_cut(cells, at):
                cells = _put_together(cells, at, at + 2, ",")
                surplus -= 1
        if surplus > 0 and overflow is not None:
            cells = _put_together(cells, overflow, overflow + surplus + 1, self.delimiter)
        return cells

    def _overflow(self) -> int | None:
        chosen = self.source.choice.overflow if isinstance(self.source, Delimited) else None
        return chosen - 1 if chosen and 1 <= chosen <= len(self.columns) else None

    def _note(self, line: Line) -> str:
        first = next((cell.text for cell in line.cells if cell.text.strip()), "")
        if _TOTAL.fullmatch(first):
            return Note.TOTAL
        begins = line.cells[0].text.strip()
        return Note.SPARSE if not begins and line.filled * 4 <= len(self.columns) else ""


def _are_cut(cells: Sequence[Cell], at: int) -> bool:
    return (
        at + 1 < len(cells)
        and bool(_WHOLE.fullmatch(cells[at].text))
        and bool(_HUNDREDTHS.fullmatch(cells[at + 1].text))
    )


def _put_together(cells: list[Cell], start: int, end: int, between: str) -> list[Cell]:
    text = between.join(cell.text for cell in cells[start:end])
    return [*cells[:start], Cell(text, mark=Mark.REJOINED), *cells[end:]]


def read(file: IO[bytes], name: str, *, choice: Choice | None = None) -> Table:
    """How the table in `file` is understood, by what is found and what is chosen.

    `file` can be sought in, stays open and is read again by `Table.rows`. Raises Unreadable.
    """
    choice = choice or Choice()
    source = _opened(file, name, choice)
    remarks = Remarks()
    source.remark(remarks)
    with closing(source.lines(Remarks())) as lines:
        sample = list(islice(lines, _SAMPLE))
    if not sample:
        raise Unreadable("empty", _("“%(name)s” holds no row.") % {"name": name})
    if choice.header and not 0 <= choice.header[0] <= choice.header[1] <= sample[-1].number:
        raise Unreadable("no_header", _("The header does not stand in these rows."))
    text = isinstance(source, Delimited)
    merges = headers.Merges() if text else source.merges
    header = headers.find(sample, merges, choice, text, remarks)
    above = [each for each in sample if each.number < header.rows[0]]
    below = [each for each in sample if each.number > header.rows[1]]
    if text and len(header.columns) == 1:
        remarks.note("one_column")
    table = Table(source, header.rows, header.columns, above, _seen=remarks)
    if text:
        table.joint = _joint(below, header) if source.delimiter == "," else None
        _note_decimal_commas(below, remarks)
    return table


def _opened(file: IO[bytes], name: str, choice: Choice) -> Delimited | Workbook:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise Unreadable("empty", _("“%(name)s” is empty.") % {"name": name})
    if size > BYTES and not choice.unbounded:
        told = {"name": name, "most": BYTES // 1024**2}
        raise Unreadable("too_large", _("“%(name)s” is larger than %(most)d MB.") % told)
    head = file.read(16)
    if head.startswith(_OLE):
        raise _compound(file)
    if head.startswith(_OTHER):
        raise Unreadable("not_a_table", _("This is no table: its content is not text."))
    packed = head.startswith(b"PK\x03\x04")
    source = Workbook.open(file, choice) if packed else Delimited.open(file, choice)
    if PurePath(name).suffix.lower().lstrip(".") not in (_BOOK_ENDINGS if packed else _TEXT_ENDINGS):
        told = {"name": name, "type": source.format.upper()}
        raise Unreadable(
            "not_what_it_says", _("“%(name)s” is not what its ending says: its content is %(type)s.") % told
        )
    return source


def _compound(file: IO[bytes]) -> Unreadable:
    """An old workbook, or a new one behind a password: both are files within a file of Microsoft's own."""
    before, protected = b"", "EncryptedPackage".encode("utf-16-le")
    while chunk := file.read(1024 * 1024):
        if protected in before + chunk:
            return Unreadable("encrypted", _("The workbook is protected by a password: save it without one."))
        before = chunk[-len(protected) :]
    return Unreadable("old_workbook", _("This is a workbook of an older kind (XLS): save it as XLSX."))


def _joint(lines: Sequence[Line], header: Header) -> int | None:
    """The column that is cut in two in nearly every row that is too long."""
    width = len(header.columns)
    longer = [line.cells for line in lines if len(line.cells) > width]
    if len(longer) * 2 <= len(lines):
        return None
    for at in range(width):
        if sum(_are_cut(cells, at) for cells in longer) >= 0.9 * len(longer):
            return at + 1
    return None


def _note_decimal_commas(lines: Sequence[Line], remarks: Remarks) -> None:
    told = set()
    for line in lines:
        for column, cell in enumerate(line.cells, start=1):
            if column not in told and _DECIMAL_COMMA.fullmatch(cell.text.strip()):
                told.add(column)
                remarks.note("decimal_commas", line.number, column)

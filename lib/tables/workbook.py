"""Sheets of XLSX, read row by row (ECMA-376 part 1, §18).

Our own reader, of the little that a table needs. Libraries lay a whole sheet out in memory, up to the last cell that it
claims (python-calamine), or tell formulas or their values, not both, and no merged cells (openpyxl, read only).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, TypeVar
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import builtin_format_code
from openpyxl.utils import column_index_from_string

from lib.tables import numbers
from lib.tables.delimited import cell_beyond, columns_beyond, rows_beyond
from lib.tables.headers import Merges
from lib.tables.packages import Handler, damaged, open_package, parse, unpack
from lib.tables.remarks import Remarks
from lib.tables.shapes import COLUMNS, EMPTY, LONGEST_CELL, ROWS, Cell, Choice, Line, Mark, Sheet, Unreadable

STRINGS = 1_000_000
"""How many different texts a workbook has at most: they are kept while a sheet is read."""
STRINGS_LENGTH = 40_000_000
"""In characters, of all of them."""
STYLES = 70_000
SHEETS = 500
MERGED = 20_000
LAST_ROW = 1_048_576
_LONGEST_FORMAT = 1000

_WORKBOOK = "xl/workbook.xml"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TRUE = {"1", "true"}
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']"""
)


def _unescaped(text: str) -> str:
    """Text as people see it: what XML cannot hold is written _x000A_, and the rest of it has no sign."""
    if "_x" not in text:
        return text
    return _UNSEEN.sub("\ufffd", _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


@dataclass
class Workbook:
    """An XLSX file of which one sheet is to be read."""

    package: ZipFile
    sheets: list[Sheet]
    sheet: str
    part: str
    readings: list[numbers.Reading]
    strings: list[str]
    merges: Merges = field(default_factory=Merges)

    format = "xlsx"
    delimiter = ""
    encoding = None

    @classmethod
    def open(cls, file: IO[bytes], choice: Choice) -> "Workbook":
        package = open_package(file)
        parts = set(package.namelist())
        if any(part.lower().endswith("vbaproject.bin") for part in parts):
            raise Unreadable(
                "macros", _("The workbook holds a program (macros): save it as XLSX without them.")
            )
        if _WORKBOOK not in parts:
            raise Unreadable("not_a_table", _("This is no table that is read here: save it as XLSX or CSV."))
        outline = _read(package, _WORKBOOK, _Outline())
        relations = _read(package, "xl/_rels/workbook.xml.rels", _Relations()).found
        sheets = [(sheet, relations.get(key, ("", ""))) for sheet, key in outline.sheets]
        sheets = [(sheet, part) for sheet, (kind, part) in sheets if kind == "worksheet" and part in parts]
        kinds = dict(relations.values())
        strings, styles = kinds.get("sharedStrings"), kinds.get("styles")
        book = cls(
            package,
            [sheet for sheet, _part in sheets],
            "",
            "",
            _readings(package, styles if styles in parts else "", outline.since_1904),
            _read(package, strings, _Strings()).found if strings in parts else [],
        )
        book._choose([(sheet.name, part) for sheet, part in sheets if not sheet.hidden], choice.sheet)
        return book

    def _choose(self, shown: list[tuple[str, str]], chosen: str) -> None:
        """The sheet of that name, or the first that holds something."""
        if chosen:
            shown = [each for each in shown if each[0] == chosen]
        if not shown:
            raise Unreadable("no_sheet", _("The workbook has no such sheet that is shown."))
        for name, part in shown:
            self.sheet, self.part = name, part
            if next(self.lines(Remarks()), None):
                break
        else:
            self.sheet, self.part = shown[0]
        self.merges = _merges(self.package, self.part)

    def remark(self, remarks: Remarks) -> None:
        hidden = [each for each in self.sheets if each.hidden]
        for _each in hidden:
            remarks.note("hidden_sheets")
        if len(self.sheets) - len(hidden) > 1:
            remarks.note("other_sheets")

    def lines(self, remarks: Remarks) -> Iterator[Line]:
        """All rows that are not blank. Raises Unreadable at the first that cannot be one."""
        handler = _Rows(self.readings, self.strings)
        for _pause in parse(unpack(self.package, self.part), handler):
            for line in handler.done:
                if line.is_blank:
                    remarks.note("blank_rows", line.number)
                    continue
                if line.hidden:
                    remarks.note("hidden_rows", line.number)
                yield line
            handler.done.clear()


Part = TypeVar("Part", bound=Handler)


def _read(package: ZipFile, name: str, handler: Part) -> Part:
    for _pause in parse(unpack(package, name), handler):
        pass
    return handler


class _Outline(Handler):
    """Names of the sheets, and from which day days are counted."""

    def __init__(self):
        self.sheets: list[tuple[Sheet, str]] = []
        self.since_1904 = False
        self.opens = {"workbookPr": self._properties, "sheet": self._sheet}
        self.closes = {}

    def _properties(self, attributes: dict[str, str]) -> None:
        self.since_1904 = attributes.get("date1904", "") in _TRUE

    def _sheet(self, attributes: dict[str, str]) -> None:
        key = next((value for each, value in attributes.items() if each.endswith(":id")), "")
        hidden = attributes.get("state", "visible") != "visible"
        self.sheets.append((Sheet(attributes.get("name", ""), hidden), key))
        if len(self.sheets) > SHEETS:
            raise damaged()


class _Relations(Handler):
    """Kind and path of each part, by its key."""

    def __init__(self):
        self.found: dict[str, tuple[str, str]] = {}
        self.opens = {"Relationship": self._relation}
        self.closes = {}

    def _relation(self, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            return
        path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
        self.found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)
        if len(self.found) > SHEETS * 4:
            raise damaged()


class _Styles(Handler):
    """The number of the format of each style, and formats of the workbook's own."""

    def __init__(self):
        self.own: dict[str, str] = {}
        self.formats: list[str] = []
        self.inside = False
        self.opens = {"numFmt": self._format, "cellXfs": self._begin, "xf": self._style}
        self.closes = {"cellXfs": self._end}

    def _format(self, attributes: dict[str, str]) -> None:
        self.own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:_LONGEST_FORMAT]
        if len(self.own) > STYLES:
            raise damaged()

    def _style(self, attributes: dict[str, str]) -> None:
        if self.inside:
            self.formats.append(attributes.get("numFmtId", "0"))
            if len(self.formats) > STYLES:
                raise damaged()

    def _begin(self, _attributes: dict[str, str]) -> None:
        self.inside = True

    def _end(self) -> None:
        self.inside = False


def _readings(package: ZipFile, part: str, since_1904: bool) -> list[numbers.Reading]:
    if not part:
        return []
    styles = _read(package, part, _Styles())
    known: dict[str, numbers.Reading] = {}
    for each in styles.formats:
        if each not in known:
            code = styles.own.get(each) or (each.isdecimal() and builtin_format_code(int(each))) or "General"
            known[each] = numbers.reading(code, since_1904=since_1904)
    return [known[each] for each in styles.formats]


class _Texts(Handler):
    """Gathers texts, in several pieces where their letters differ in looks; without how they are pronounced."""

    def __init__(self):
        self.into: list[str] | None = None
        self.phonetic = False
        self.pieces: list[str] = []
        self.opens = {"t": self._open_text, "rPh": self._open_phonetic}
        self.closes = {"t": self._shut, "rPh": self._close_phonetic}

    def _open_text(self, _attributes: dict[str, str]) -> None:
        self.into = None if self.phonetic else self.pieces

    def _shut(self) -> None:
        self.into = None

    def _open_phonetic(self, _attributes: dict[str, str]) -> None:
        self.phonetic = True

    def _close_phonetic(self) -> None:
        self.phonetic = False


class _Strings(_Texts):
    """Texts that cells point to."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.length = 0
        self.closes["si"] = self._end

    def characters(self, text: str) -> None:
        if self.into is not None:
            self.into.append(text)
            self.length += len(text)
            if self.length > STRINGS_LENGTH:
                raise self._beyond()

    def _end(self) -> None:
        self.found.append(_unescaped("".join(self.pieces)))
        self.pieces.clear()
        if len(self.found) > STRINGS:
            raise self._beyond()

    @staticmethod
    def _beyond() -> Unreadable:
        return Unreadable(
            "too_many_texts", _("The workbook holds too many different texts: divide it, or save it as CSV.")
        )


class _Rows(_Texts):
    """Rows of a sheet, put into `done` as they end."""

    def __init__(self, readings: list[numbers.Reading], strings: list[str]):
        super().__init__()
        self.readings, self.strings = readings, strings
        self.done: list[Line] = []
        self.number = self.count = 0
        self.hidden = self.marked = False
        self.cells: list[Cell] = []
        self.columns: dict[str, int] = {}
        self.reference = self.kind = self.style = ""
        self.formula: list[str] | None = None
        self.length = 0
        self.opens |= {
            "row": self._open_row,
            "c": self._open_cell,
            "v": self._open_value,
            "f": self._open_formula,
        }
        self.closes |= {"row": self._close_row, "c": self._close_cell, "v": self._shut, "f": self._shut}

    def _open_row(self, attributes: dict[str, str]) -> None:
        self.count += 1
        number = attributes.get("r", "")
        number = int(number) if number.isdecimal() and len(number) <= 7 else self.number + 1
        if number <= self.number or number > LAST_ROW:
            raise damaged()
        if self.count > ROWS:
            raise rows_beyond(number)
        self.number, self.cells, self.marked = number, [], False
        self.hidden = attributes.get("hidden", "") in _TRUE

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self.reference = attributes.get("r", "")
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.pieces, self.formula, self.length = [], None, 0

    def _open_value(self, _attributes: dict[str, str]) -> None:
        self.into = self.pieces

    def _open_formula(self, _attributes: dict[str, str]) -> None:
        self.into = self.formula = []

    def characters(self, text: str) -> None:
        if self.into is not None:
            self.into.append(text)
            self.length += len(text)
            if self.length > LONGEST_CELL:
                raise cell_beyond(self.number)

    def _close_row(self) -> None:
        self.done.append(Line(self.number, self.cells, self.hidden, self.marked))

    def _close_cell(self) -> None:
        """Put the cell into its column, which is beside the last one where nothing else is said."""
        column = len(self.cells) + 1
        if self.reference:
            letters = self.reference.rstrip("0123456789")
            column = self.columns.get(letters) or self._column(letters)
        cell = self._cell()
        if cell is EMPTY:
            return
        if column > COLUMNS:
            raise columns_beyond(self.number)
        if column != len(self.cells) + 1:
            if column <= len(self.cells):
                raise damaged()
            self.cells.extend([EMPTY] * (column - 1 - len(self.cells)))
        self.cells.append(cell)
        if cell.mark or cell.formula:
            self.marked = True

    def _column(self, letters: str) -> int:
        try:
            found = self.columns[letters] = column_index_from_string(letters)
        except ValueError:
            raise damaged() from None
        return found

    def _cell(self) -> Cell:
        written = "".join(self.pieces)
        if self.formula is None:
            return self._typed(written) if written else EMPTY
        formula = f"={''.join(self.formula)}"
        if not written and self.kind != "str":
            return Cell("", formula=formula, mark=Mark.UNCALCULATED)
        return self._typed(written)._replace(formula=formula)

    def _typed(self, written: str) -> Cell:
        if self.kind == "s":
            try:
                return Cell(self.strings[int(written)])
            except (ValueError, IndexError):
                raise damaged() from None
        if self.kind in {"inlineStr", "str"}:
            return Cell(_unescaped(written))
        if self.kind == "b":
            return Cell("TRUE" if written in _TRUE else "FALSE", written in _TRUE)
        if self.kind == "e":
            return Cell(written, mark=Mark.ERROR)
        if self.kind == "d":
            return numbers.iso(written)
        try:
            read = self.readings[int(self.style)]
        except (ValueError, IndexError):
            read = numbers.plain
        return read(written)


def _merges(package: ZipFile, part: str) -> Merges:
    """The merged cells of a sheet, which stand behind its rows but must be known before."""
    found, count, before = Merges(), 0, b""
    for chunk in unpack(package, part):
        before = before[-1000:] + chunk
        if b"mergeCell" not in before:
            continue
        end = 0
        for match in _MERGED.finditer(before):
            end = match.end()
            count += 1
            if count > MERGED:
                raise Unreadable("too_many_merged", _("The sheet has too many merged cells."))
            left, top, right, bottom = (each.decode() for each in match.groups())
            found.add(int(top), column_index_from_string(left), int(bottom), column_index_from_string(right))
        before = before[end:]
    return found

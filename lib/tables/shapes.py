"""What a table is made of once it is read, what people may choose about it, and how much of it is taken."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from lib.uploads import Unfit

BYTES = 100 * 1024 * 1024
"""How many bytes a file has at most, as it was sent."""
ROWS = 1_000_000
"""How many rows a sheet or a text file has at most, blank ones counted."""
COLUMNS = 500
LONGEST_CELL = 131_072
"""In characters: what Python's csv takes; Excel takes 32,767."""
LONGEST_LINE = 1024 * 1024
"""In characters: of a line of text, and of what stands between < and > in a workbook."""


class Unreadable(Unfit):
    """A file that is not read to its end, with the line where reading stopped, 0 when it is all of it."""

    def __init__(self, code: str, message: str, *, line: int = 0):
        if line:
            message = _("Line %(line)d: %(message)s") % {"line": line, "message": message}
        super().__init__(code, message)
        self.line = line


class Mark(StrEnum):
    """What is to be known of one cell before its text is believed."""

    ROUNDED = "rounded"
    """A long number of which the last digits are lost."""
    UNCALCULATED = "uncalculated"
    """A formula whose value is not in the file."""
    ERROR = "error"
    """What the spreadsheet itself shows as an error, or a number shown as a day that is none."""
    PARTIAL_DATE = "partial_date"
    """A day of which the spreadsheet shows only the month or the year."""
    MERGED = "merged"
    """Empty in the file: its text stands in the cell above, which covers it."""
    REJOINED = "rejoined"
    """Cut in the file by a delimiter that belongs to it."""
    UNGUARDED = "unguarded"
    """An apostrophe was before it, so that no spreadsheet takes it for a formula."""


class Cell(NamedTuple):
    """One cell. `value` is what its file itself says is a number, a day, a time or a truth: a text has none.

    `text` is never altered to look better: blanks stay, numbers have no noise of floating points, days are ISO 8601 as
    exactly as they are shown. `formula` begins with =.
    """

    text: str
    value: Decimal | datetime | date | time | bool | None = None
    formula: str = ""
    mark: str = ""


EMPTY = Cell("")


class Note(StrEnum):
    """Why a row may be no record. It is a reason to ask, never to drop: the row is given all the same."""

    TOTAL = "total"
    """It begins with the word for a sum."""
    SPARSE = "sparse"
    """At most a quarter of its columns hold something, and the first does not."""


class Row(NamedTuple):
    """One row that is not blank, cells in the order of the columns.

    `number` is the line it begins on in a text editor, or the row of the sheet, from 1. `extra` are the cells beyond
    the last column.
    """

    number: int
    cells: list[Cell]
    extra: list[Cell]
    note: str = ""
    hidden: bool = False


class Line(NamedTuple):
    """A row as it stands in the file, before anything is known of headers."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    marked: bool = False
    """Whether any of its cells has a mark or a formula."""

    @property
    def is_blank(self) -> bool:
        return all(cell is EMPTY or not (cell[0].strip() or cell[2]) for cell in self.cells)

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell.text.strip() or cell.formula)


@dataclass(frozen=True)
class Column:
    """One column: its number from 1, and its name, which no other column has.

    `parts` are the cells of the header it is named after, from top to bottom; none where the header is blank.
    """

    number: int
    name: str
    parts: tuple[str, ...]

    @property
    def letter(self) -> str:
        return get_column_letter(self.number)


@dataclass(frozen=True)
class Sheet:
    name: str
    hidden: bool = False


@dataclass(frozen=True)
class Choice:
    """What somebody decided about a file; what is left out is found."""

    encoding: str = ""
    """One of `encodings.KNOWN`."""
    delimiter: str = ""
    sheet: str = ""
    """The name of a sheet that is not hidden."""
    header: tuple[int, int] | None = None
    """First and last row of the header, by the numbers of `Row`; (0, 0) for none."""
    quoted: bool = True
    """Whether quotation marks hold a cell together; without, they are characters like others."""
    overflow: int | None = None
    """The number of the column whose texts hold the delimiter without quotation marks: cells too many are its own."""
    guarded: bool = True
    """Whether an apostrophe before what could be a formula is taken away, as our own files need it."""
    unbounded: bool = False
    """Whether a text file may have more bytes and rows than others: for whoever runs the registry, row by row."""

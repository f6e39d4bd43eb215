"""Where a table begins, and what its columns are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_high

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from lib.tables.remarks import Remarks
from lib.tables.shapes import COLUMNS, EMPTY, Cell, Choice, Column, Line, Mark, Unreadable

_NUMERIC = re.compile(r"(?!(?:19|20)\d\d$)[\W\d_]+")
"""What is no word; a year may well head a column."""
_BETWEEN = " – "
_FULL = 0.6
"""The share of its usual cells that a row has at least, to be the header."""


@dataclass(frozen=True)
class Range:
    """Merged cells, all ends included, from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Merges:
    """The merged cells of a sheet, by the row they begin in."""

    ranges: dict[int, list[Range]] = field(default_factory=dict)

    def add(self, top: int, left: int, bottom: int, right: int) -> None:
        beginning = self.ranges.setdefault(top, [])
        if left <= COLUMNS:
            beginning.append(Range(top, left, bottom, min(right, COLUMNS)))
        if len(beginning) > COLUMNS:  # more than fit beside each other
            raise Unreadable("damaged", _("Merged cells lie over each other."), line=top)

    def spread(self, lines: Sequence[Line]) -> list[Line]:
        """`lines` with the text of merged cells in every cell they cover: for headers, which name what they span."""
        covered: dict[tuple[int, int], Cell] = {}
        for line in lines:
            for each in self.ranges.get(line.number, ()):
                anchor = line.cells[each.left - 1] if each.left <= len(line.cells) else EMPTY
                for other in lines:
                    if each.top <= other.number <= each.bottom:
                        for column in range(each.left, each.right + 1):
                            covered[other.number, column] = anchor
        return [self._with(line, covered) for line in lines]

    @staticmethod
    def _with(line: Line, covered: dict[tuple[int, int], Cell]) -> Line:
        width = max([column for number, column in covered if number == line.number], default=0)
        cells = line.cells + [EMPTY] * (width - len(line.cells))
        return line._replace(
            cells=[
                covered.get((line.number, column), cell) if cell == EMPTY else cell
                for column, cell in enumerate(cells, start=1)
            ]
        )


class Downward:
    """Gives cells that are covered from above what covers them, row after row."""

    def __init__(self, merges: Merges):
        self.merges = merges
        self.covering: dict[int, tuple[int, Cell]] = {}

    def fill(self, line: Line) -> list[int]:
        """Fill the cells of `line` in place; which columns were filled."""
        filled = []
        for column in [each for each, (bottom, _cell) in self.covering.items() if bottom < line.number]:
            del self.covering[column]
        for column, (_bottom, cell) in self.covering.items():
            if column <= len(line.cells) and line.cells[column - 1] != EMPTY:
                continue
            line.cells.extend([EMPTY] * (column - len(line.cells)))
            line.cells[column - 1] = cell._replace(mark=Mark.MERGED)
            filled.append(column)
        for each in self.merges.ranges.get(line.number, ()):
            if each.bottom > each.top and each.left <= len(line.cells) and line.cells[each.left - 1] != EMPTY:
                self.covering[each.left] = (each.bottom, line.cells[each.left - 1])
        return filled


@dataclass(frozen=True)
class Header:
    """First and last row of it, (0, 0) for none, and the columns it names."""

    rows: tuple[int, int]
    columns: list[Column]


def find(sample: Sequence[Line], merges: Merges, choice: Choice, ragged: bool, remarks: Remarks) -> Header:
    """The header of a table of which `sample` holds the first rows that are not blank.

    In a `ragged` one, rows may be longer than they mean to be, because a delimiter stands in a text.
    """
    if choice.header:
        first, last = choice.header
        lines = [each for each in sample if first <= each.number <= last]
    else:
        lines = _lines(sample, merges, remarks)
        first, last = (lines[0].number, lines[-1].number) if lines else (0, 0)
    for each in sample:
        if each.number < first:
            remarks.note("above_header", each.number)
    data = [each for each in sample if each.number > last]
    return Header((first, last), _columns(merges.spread(lines), data, ragged, remarks))


def _lines(sample: Sequence[Line], merges: Merges, remarks: Remarks) -> list[Line]:
    usual = median_high([line.filled for line in sample if line.filled > 1] or [1])
    # A title that is merged over all columns is one cell: what is merged counts only beside something else.
    index = next(
        index
        for index, line in enumerate(sample)
        if (merges.spread([line])[0] if line.filled > 1 else line).filled >= _FULL * usual
    )
    line = sample[index]
    if not _in_words(line, 0.5):
        remarks.note("header_doubtful", line.number)
    if index + 1 < len(sample) and _two_rows(line, sample[index + 1], merges):
        return [line, sample[index + 1]]
    return [line]


def _two_rows(line: Line, under: Line, merges: Merges) -> bool:
    """Whether `under` tells apart what cells of `line` span."""
    if not _in_words(under, 1) or under.number != line.number + 1:
        return False
    merged = merges.ranges.get(line.number, ())
    if any(each.right > each.left for each in merged) or any(each.bottom > each.top for each in merged):
        return True
    named = _filled(line)
    blank = set(range(1, max(named) + 1)) - named
    # Without merged cells, as in CSV: each gap is filled below, and some name above stands alone.
    return bool(blank) and blank <= _filled(under) and not named <= _filled(under)


def _filled(line: Line) -> set[int]:
    return {column for column, cell in enumerate(line.cells, start=1) if cell.text.strip()}


def _in_words(line: Line, share: float) -> bool:
    """Whether at least this share of its cells are words, not numbers or days."""
    texts = [cell for cell in line.cells if cell.text.strip() or cell.formula]
    words = [cell for cell in texts if cell.value is None and not _NUMERIC.fullmatch(cell.text)]
    return len(words) >= share * len(texts)


def _columns(header: Sequence[Line], data: Sequence[Line], ragged: bool, remarks: Remarks) -> list[Column]:
    named = max([max(_filled(line), default=0) for line in header], default=0)
    width = max([len(line.cells) for line in header], default=COLUMNS)
    held = max([max(_filled(line), default=0) for line in data], default=0)
    # Nameless columns are columns where rows hold something in them; but a row of text may also be too long.
    named = max(named, min(held, width) if ragged else held)
    if width > named and header:
        remarks.note("trailing_columns", header[-1].number)
    columns, seen = [], {}
    for number in range(1, named + 1):
        parts: list[str] = []
        for line in header:
            text = line.cells[number - 1].text if number <= len(line.cells) else ""
            if text.strip() and text not in parts:
                parts.append(text)
        name = _BETWEEN.join(" ".join(part.split()) for part in parts)
        if not name:
            name = _("Column %(letter)s") % {"letter": get_column_letter(number)}
            remarks.note("unnamed_columns", header[-1].number if header else 0, number)
        alike = seen[name] = seen.get(name, 0) + 1
        if alike > 1:
            remarks.note("same_names", header[-1].number if header else 0, number)
            name = _apart(name, alike, seen)
        columns.append(Column(number, name, tuple(parts)))
    return columns


def _apart(name: str, alike: int, seen: dict[str, int]) -> str:
    while f"{name} ({alike})" in seen:
        alike += 1
    seen[f"{name} ({alike})"] = 1
    return f"{name} ({alike})"

"""Rows of text: cells between delimiters, as every spreadsheet program writes them in its own way."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from threading import Event
from typing import IO

from django.utils.translation import gettext as _

from lib.tables import encodings
from lib.tables.encodings import Encoding, Found
from lib.tables.remarks import Remarks
from lib.tables.shapes import COLUMNS, EMPTY, ROWS, Cell, Choice, Line, Mark, Unreadable

DELIMITERS = {";": ";", ",": ",", "\t": "TAB", "|": "|"}
"""Each with what to call it."""

_SAMPLE = 200
_NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:!doctype|html|table|\?xml|svg)\b", re.IGNORECASE)
_ROUNDED = re.compile(r"\s*[+-]?\d(?:[.,]\d+)?E\+\d{1,3}\s*")
_GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n＝＋－＠]")
_END = "end"
"""A line put after the last: a row of its own, unless a quotation mark before it is still open."""


@dataclass
class Delimited:
    """A text file whose encoding and delimiter are known."""

    file: IO[bytes]
    choice: Choice
    encoding: Encoding
    delimiter: str
    named: bool
    """Whether the first line is no row but names the delimiter, as Excel has it."""

    format = "csv"
    sheets = ()
    sheet = ""

    @classmethod
    def open(cls, file: IO[bytes], choice: Choice) -> "Delimited":
        if choice.encoding and choice.encoding not in encodings.KNOWN:
            raise Unreadable("unknown_encoding", _("This encoding is not known here."))
        if choice.delimiter and choice.delimiter not in DELIMITERS:
            raise Unreadable("unknown_delimiter", _("This delimiter is not known here."))
        encoding = Encoding(choice.encoding, Found.CHOSEN) if choice.encoding else encodings.find(file)
        with closing(encodings.lines(file, encoding, Remarks())) as lines:
            sample = list(islice(lines, _SAMPLE))
        if sample and _MARKUP.match(sample[0].removeprefix("\ufeff")):
            raise Unreadable("not_a_table", _("This is no table: it is a web page or another document."))
        named = _NAMED.fullmatch(sample[0].removeprefix("\ufeff")) if sample else None
        delimiter = choice.delimiter or (named[1] if named else _delimiter(sample))
        return cls(file, choice, encoding, delimiter, bool(named))

    def remark(self, remarks: Remarks) -> None:
        if self.encoding.found == Found.LIKELY and not self.encoding.other:
            remarks.note("encoding_likely", encoding=encodings.KNOWN[self.encoding.name])

    def lines(self, remarks: Remarks) -> Iterator[Line]:
        """All rows that are not blank. Raises Unreadable at the first that cannot be one."""
        for count, (number, texts) in enumerate(self._records(remarks), start=1):
            if count > ROWS and not self.choice.unbounded:
                raise rows_beyond(number)
            if len(texts) > COLUMNS:
                raise columns_beyond(number)
            if self.named and number == 1:
                continue
            line = self._line(number, texts)
            if line.is_blank:
                remarks.note("blank_rows", number)
            else:
                yield line

    def _records(self, remarks: Remarks) -> Iterator[tuple[int, list[str]]]:
        ended = Event()
        reader = csv.reader(
            self._text(remarks, ended),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.choice.quoted else csv.QUOTE_NONE,
        )
        begins = 1
        try:
            for texts in reader:
                if ended.is_set():
                    break
                if reader.line_num > begins:
                    self._swallowing(begins, texts, remarks)
                yield begins, texts
                begins = reader.line_num + 1
        except csv.Error:
            if reader.line_num == begins:
                raise cell_beyond(begins) from None
        if reader.line_num > begins or not ended.is_set():
            raise Unreadable(
                "unclosed_quote", _("A quotation mark opens a cell here and is never closed."), line=begins
            )

    def _text(self, remarks: Remarks, ended: Event) -> Iterator[str]:
        for number, line in enumerate(encodings.lines(self.file, self.encoding, remarks)):
            yield line.removeprefix("\ufeff") if not number else line
        ended.set()
        yield _END

    def _swallowing(self, begins: int, texts: list[str], remarks: Remarks) -> None:
        """A cell of several lines, one of which would make a row of its own: some quotation mark is amiss."""
        for column, text in enumerate(texts, start=1):
            if any(each.count(self.delimiter) >= max(2, len(texts) - 1) for each in text.splitlines()[1:]):
                remarks.note("swallowed", begins, column)

    def _line(self, number: int, texts: list[str]) -> Line:
        whole = "".join(texts)
        if "'" in whole or "E+" in whole:
            cells = [self._cell(text) for text in texts]
            return Line(number, cells, marked=any(cell.mark for cell in cells))
        return Line(number, [Cell(text) if text else EMPTY for text in texts])

    def _cell(self, text: str) -> Cell:
        if text[:1] == "'" and self.choice.guarded and _GUARDED.match(text):
            return Cell(text[1:], mark=Mark.UNGUARDED)
        if "E+" in text and _ROUNDED.fullmatch(text):
            return Cell(text, mark=Mark.ROUNDED)
        return Cell(text)


def rows_beyond(line: int) -> Unreadable:
    told = _("There are more than %(most)d rows: divide the file.") % {"most": ROWS}
    return Unreadable("too_many_rows", told, line=line)


def columns_beyond(line: int) -> Unreadable:
    told = _("There are more than %(most)d columns.") % {"most": COLUMNS}
    return Unreadable("too_many_columns", told, line=line)


def cell_beyond(line: int) -> Unreadable:
    return Unreadable("cell_too_long", _("A cell is too long for a table."), line=line)


def _delimiter(sample: list[str]) -> str:
    """The delimiter that gives the most rows the same number of cells; of two alike, the one that gives more."""

    def evenness(delimiter: str) -> float:
        widths: Counter[int] = Counter()
        try:
            for texts in csv.reader(sample, delimiter=delimiter):
                if any(text.strip() for text in texts):
                    widths[len(texts)] += 1
        except csv.Error:
            pass
        if not widths:
            return 0
        width, often = max(widths.items(), key=lambda each: (each[1], each[0]))
        return often / widths.total() * (1 - 1 / width)

    return max(DELIMITERS, key=evenness)

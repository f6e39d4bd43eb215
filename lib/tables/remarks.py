"""What was noticed while a table was read: told to people, with where. None of it stops the reading."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later
from openpyxl.utils import get_column_letter

MOST_PLACES = 20
"""How many places a remark names; all are counted."""

MESSAGES: dict[str, Any] = {
    "encoding_likely": _later("The characters were most likely written as %(encoding)s: check the accents."),
    "mixed_encodings": _later(
        "Some lines are written in another encoding, %(encoding)s: each is read in its own."
    ),
    "undecodable": _later("Characters that cannot be read are shown as �."),
    "control_characters": _later("Control characters, which nobody sees, were left out."),
    "one_column": _later("Everything stands in one column: check the delimiter."),
    "decimal_commas": _later("Numbers have a decimal comma."),
    "rejoined": _later(
        "Numbers were cut in two at their decimal comma, which is the delimiter too: they were joined."
    ),
    "swallowed": _later(
        "A quoted cell holds lines that look like rows: check where its quotation mark should close."
    ),
    "more_cells": _later("Rows have more cells than the header has columns."),
    "fewer_cells": _later(
        "Rows have fewer cells than the header has columns: what is missing is read as empty."
    ),
    "blank_rows": _later("Blank rows are passed over."),
    "above_header": _later("Rows above the header are not read as records."),
    "header_doubtful": _later("The header is not certain: check which row it is."),
    "same_names": _later("Several columns have the same name: they are told apart by a number."),
    "unnamed_columns": _later("Columns have no name in the header."),
    "trailing_columns": _later("Empty columns at the end are left out."),
    "hidden_sheets": _later("Hidden sheets are not read."),
    "other_sheets": _later("The file has several sheets: one is read."),
    "hidden_rows": _later("Rows that are hidden or filtered away in the sheet are read too."),
    "merged": _later("Cells are merged: what they say is read in each row they cover."),
    "formulas": _later("Formulas are read by the value they last had."),
    "uncalculated": _later("Formulas have no value in the file: open and save it in a spreadsheet program."),
    "error": _later("Cells show an error instead of a value."),
    "rounded": _later(
        "Long numbers have lost their last digits in a spreadsheet program: they cannot be restored."
    ),
    "partial_date": _later("Dates show only a month or a year: they are read so, without a day."),
    "unguarded": _later("An apostrophe that keeps a text from being a formula was taken away."),
    "total": _later("Rows begin with the word for a total: they look like no records."),
    "sparse": _later("Rows are nearly empty: they look like no records."),
}


@dataclass(frozen=True)
class Place:
    """Line and column, each from 1; 0 where it is all of them."""

    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        told = {"line": self.line, "column": get_column_letter(self.column) if self.column else ""}
        if self.line and self.column:
            return _("line %(line)d, column %(column)s") % told
        if self.line:
            return _("line %(line)d") % told
        return _("column %(column)s") % told if self.column else ""


@dataclass
class Remark:
    """One kind of thing noticed: `count` times, the first of them at `places`."""

    code: str
    count: int = 0
    places: list[Place] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return str(MESSAGES[self.code]) % self.told if self.told else str(MESSAGES[self.code])


class Remarks(dict[str, Remark]):
    """Remarks by code, in the order of their first place."""

    def note(self, code: str, line: int = 0, column: int = 0, **told: Any) -> None:
        remark = self.get(code)
        if remark is None:
            remark = self[code] = Remark(code, told=told)
        remark.count += 1
        if (line or column) and len(remark.places) < MOST_PLACES:
            remark.places.append(Place(line, column))

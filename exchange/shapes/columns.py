"""What a column of an exchange table holds, and how it is written into a cell and read out of one.

A column leads to one place of a document of the registry (a dossier, an organization, an activity). What stands there
in plain values is written as a text, and read back as the same; what people write otherwise is read where it is clear.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from lib import written
from lib.asking import bare
from lib.claims import Basis
from lib.languages import CODES
from lib.tables import Cell, Mark, values

BETWEEN = " | "
"""Between the items of one cell."""
CUT = "… [✂]"
"""At the end of a cell that could not hold all of its text: it is never read as if it were whole."""


class Unclear(ValueError):
    """What a cell says is not what its column asks for; `hint` says what to write."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.hint = hint


class Known(Protocol):
    """What the registry knows: needed to read codes and what points at other records."""

    def code(self, vocabulary: str, words: str) -> str: ...

    def reference(self, kind: str, words: str) -> Any: ...

    def label(self, kind: str, value: Any) -> str: ...


@dataclass(frozen=True)
class Codec:
    """How a value is written as text (`say`) and read from a cell (`read`, which raises ValueError)."""

    say: Callable[[Any, Known], str]
    read: Callable[[Cell, Known], Any]
    words: Any = ""
    """What to write, for people."""


@dataclass(frozen=True)
class Column:
    """One column. `path` is its place in the document; without one it is read by the table's own reader, codec or not.

    `also` are headers under which strangers have it, in any of the three languages. `kept` ones are written by an
    export; others are only read.
    """

    name: str
    words: Any
    path: tuple[str, ...] = ()
    codec: Codec | None = None
    also: tuple[str, ...] = ()
    kept: bool = True
    group: str = ""
    """The name of the date that several columns tell together."""


# Values.


def _text(value: Any, _known: Known) -> str:
    return "" if value is None else str(value)


def _same(cell: Cell, _known: Known) -> str:
    return cell.text


def _whole(cell: Cell, _known: Known) -> int:
    found = values.number(cell.text)
    if found != found.to_integral_value():
        raise Unclear(gettext("“%(text)s” is no whole number.") % {"text": cell.text})
    return int(found)


def _decimal(cell: Cell, _known: Known) -> str:
    found = cell.value if isinstance(cell.value, Decimal) else values.number(cell.text)
    if -found.as_tuple().exponent > 2 and found != round(found, 2):
        raise Unclear(gettext("“%(text)s” has more than two decimals.") % {"text": cell.text})
    return f"{found:.2f}"


def _yes_no(value: Any, _known: Known) -> str:
    return "yes" if value else "no"


def _day(cell: Cell, _known: Known) -> str:
    first, last = written.days(cell.text)
    if first != last:
        raise Unclear(
            gettext("“%(text)s” is no single day.") % {"text": cell.text}, gettext("Write it as 2012-05-18.")
        )
    return first.isoformat()


def _moment(cell: Cell, _known: Known) -> str:
    try:
        return datetime.fromisoformat(cell.text.strip()).isoformat()
    except ValueError:
        raise Unclear(
            gettext("“%(text)s” is no moment.") % {"text": cell.text},
            gettext("Write it as 2012-05-18T10:30:00+00:00."),
        ) from None


TEXT = Codec(_text, _same, _("words"))
WHOLE = Codec(_text, _whole, _("a whole number"))
DECIMAL = Codec(_text, _decimal, _("a number"))
YES_NO = Codec(_yes_no, lambda cell, _known: values.yes(cell.text), _("yes or no"))
DAY = Codec(_text, _day, _("a day, as 2012-05-18"))
MOMENT = Codec(_text, _moment, _("a moment, as 2012-05-18T10:30:00+00:00"))


def choice(choices: type[TextChoices]) -> Codec:
    """One of a few: by its code, or by its label in any of the three languages."""
    codes = frozenset(choices.values)

    def read(cell: Cell, _known: Known) -> str:
        asked = bare(cell.text.strip())
        if asked in codes:  # a label of one may be the code of another
            return asked
        for each in choices:
            if asked in {bare(each.value), bare(each.value.replace("_", " "))} | _labels(each):
                return each.value
        raise Unclear(
            gettext("“%(text)s” is none of the values of this column.") % {"text": cell.text},
            gettext("Write one of: %(values)s.") % {"values": ", ".join(choices.values)},
        )

    return Codec(_text, read, ", ".join(choices.values))


def _labels(each: TextChoices) -> set[str]:
    found = set()
    for language in (*CODES, get_language() or "en"):
        with override(language):
            found.add(bare(str(each.label)))
    return found


def term(vocabulary: str) -> Codec:
    """A term of a vocabulary: by its code, or by its label in any of the three languages."""

    def say(value: Any, _known: Known) -> str:
        return (value["code"] if isinstance(value, Mapping) else value) or ""

    return Codec(say, lambda cell, known: known.code(vocabulary, cell.text), _("a code of the vocabulary"))


def terms(vocabulary: str) -> Codec:
    one = term(vocabulary)

    def read(cell: Cell, known: Known) -> list[str]:
        return [known.code(vocabulary, each) for each in items(cell.text)]

    return Codec(
        lambda value, known: BETWEEN.join(one.say(each, known) for each in value or ()),
        read,
        _("codes of the vocabulary, with | between them"),
    )


def reference(kind: str) -> Codec:
    """Another record, or another part of the same: by what it is called in the file."""
    return Codec(
        lambda value, known: known.label(kind, value) if value else "",
        lambda cell, known: known.reference(kind, cell.text),
        _WRITTEN[kind],
    )


def references(kind: str) -> Codec:
    return Codec(
        lambda value, known: BETWEEN.join(known.label(kind, each) for each in value or ()),
        lambda cell, known: [known.reference(kind, each) for each in items(cell.text)],
        _("several, with | between them"),
    )


_WRITTEN = {
    "organization": _("the short address of an organization, its name, or a number it has elsewhere"),
    "person": _("the id of a person in this file"),
    "office": _("the id of an office in this file"),
    "programme": _("the short address of a programme, or its name"),
    "source": _("the id of a source in this file"),
    "agreement": _("the code of an agreement, as MQ-0001"),
    "party": _("the letter of a party"),
    "group": _("the number of a group"),
    "statement": _("the number of a statement"),
    "commitment": _("the number of a commitment"),
}


def items(text: str) -> list[str]:
    """The items of one cell.

    >>> items("A | B"), items("A; B"), items(" ")
    (['A', 'B'], ['A', 'B'], [])
    """
    between = "|" if "|" in text else "\n" if "\n" in text else ";"
    return [each.strip() for each in text.split(between) if each.strip()]


def _pairs_said(value: Sequence[Mapping[str, str]], _known: Known) -> str:
    return BETWEEN.join(f"{_escaped(each['scheme'])}:{_escaped(each['value'])}" for each in value or ())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace(":", "\\:")


def _pairs_read(cell: Cell, _known: Known) -> list[dict[str, str]]:
    found, parts, letters = [], [""], iter(cell.text)
    for letter in letters:
        if letter == "\\":
            parts[-1] += next(letters, "")
        elif letter == ":" and len(parts) == 1:
            parts.append("")
        elif letter == "|":
            found.append(parts)
            parts = [""]
        else:
            parts[-1] += letter
    found.append(parts)
    if any(len(each) != 2 or not each[0].strip() or not each[1].strip() for each in found):
        raise Unclear(
            gettext("“%(text)s” does not say whose number it is.") % {"text": cell.text},
            gettext("Write the register, a colon, and the number: ICE:001234567000089."),
        )
    return [{"scheme": scheme.strip(), "value": value.strip()} for scheme, value in found]


IDENTIFIERS = Codec(_pairs_said, _pairs_read, _("register:number, with | between them"))


# Columns that come together.


def spoken(name: str, words: Any, member: str, *also: Sequence[str]) -> list[Column]:
    """A text in three languages: `name_en`, `name_fr`, `name_ar`. `also` are other headers, by language."""
    languages = {
        "en": _("%(what)s, in English"),
        "fr": _("%(what)s, in French"),
        "ar": _("%(what)s, in Arabic"),
    }
    return [
        Column(
            f"{name}_{code}",
            _filled(languages[code], what=words),
            (member, code),
            TEXT,
            tuple(also[index]) if index < len(also) else (),
        )
        for index, code in enumerate(CODES)
    ]


_PARTS = {
    "as_written": ("stated", TEXT, _("%(date)s, in the words of the source")),
    "earliest": ("earliest", DAY, _("%(date)s: first day it can be; empty when unknown")),
    "latest": ("latest", DAY, _("%(date)s: last day it can be; empty when unknown")),
    "basis": ("basis", choice(Basis), _("%(date)s: stated, derived, relative, not_stated or none")),
    "note": ("note", TEXT, _("%(date)s: note, and from what a derived date is derived")),
}


def dated(name: str, words: Any, *path: str, also: Sequence[str] = ()) -> list[Column]:
    """A date claim in five columns. The words alone are enough: they are read as dates that people type are."""
    return [
        Column(
            f"{name}_{part}",
            _filled(said, date=words),
            (*path, member),
            codec,
            tuple(also) if part == "as_written" else (),
            group=name,
        )
        for part, (member, codec, said) in _PARTS.items()
    ]


def _told(template: Any, parts: Mapping[str, Any]) -> str:
    return str(template) % parts


def _filled(template: Any, **parts: Any) -> Any:
    """A sentence with its places filled, in whatever language it is then read."""
    return lazy(_told, str)(template, parts)


def is_unsafe(cell: Cell) -> str:
    """Why what the cell says cannot be believed, in words; empty when it can."""
    if cell.text.endswith(CUT):
        return gettext("The cell was cut when the file was written: take the CSV files instead.")
    if cell.mark == Mark.ROUNDED:
        return gettext("A spreadsheet program has cut the last digits of this number off.")
    if cell.mark == Mark.UNCALCULATED:
        return gettext(
            "The formula here has no value in the file: open and save it in a spreadsheet program."
        )
    if cell.mark == Mark.ERROR:
        return gettext("The spreadsheet shows an error here.")
    return ""

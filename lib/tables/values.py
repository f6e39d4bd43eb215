"""What a text means where a column holds numbers or yes and no; what may mean two things is refused, never guessed."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from lib.asking import bare

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_SIGNS = str.maketrans({"−": "-", "–": "-", "’": "'", "\u200e": None, "\u200f": None, "\u061c": None})
_BLANK = "[ \u00a0\u202f\u2009]"
_GROUPED = re.compile(rf"\d{{1,3}}(?:(?P<between>{_BLANK}|[.,'٬])\d{{3}})(?:(?P=between)\d{{3}})*")
_PLAIN = re.compile(r"\d+")
_AMOUNT = re.compile(
    rf"(?P<number>[+-]?(?:\d|{_BLANK}(?=\d)|[.,'٬٫](?=\d))+){_BLANK}*(?P<unit>[^\d+\-.,'٬٫]*)"
)
_YES = {"oui", "o", "yes", "y", "true", "vrai", "1", "x", "✓", "✔", "نعم", "صحيح"}
_NO = {"non", "n", "no", "false", "faux", "0", "لا", "خطا", "خطأ"}


class Unclear(ValueError):
    """A text that does not mean what its column asks for, or might mean two things; the message says which."""


def number(text: str, *, decimal: str = "") -> Decimal:
    """The number that `text` writes, with Western, Arabic or Persian digits. Raises Unclear.

    Thousands are set apart by blanks, points, commas or apostrophes, decimals by a point or a comma. A single point
    or comma before three digits may be either: `decimal` says which of both stands before decimals in this column.

    >>> number("1 250,50") == number("1.250,50") == number("١٬٢٥٠٫٥٠") == Decimal("1250.5")
    True
    """
    written = " ".join(text.translate(_DIGITS).translate(_SIGNS).strip().split(" "))
    sign, digits = (-1, written[1:]) if written.startswith("-") else (1, written.removeprefix("+"))
    points = "٫" if "٫" in digits else decimal or ".,"
    readings = {_read(digits, point) for point in points} - {None}
    if len(readings) == 1:
        return sign * readings.pop()
    told = {"text": text}
    if readings:
        raise Unclear(_("“%(text)s” can be read as two numbers: thousands or decimals?") % told)
    raise Unclear(_("“%(text)s” is no number.") % told)


def _read(digits: str, point: str) -> Decimal | None:
    """The number, if it is one with `point` before its decimals."""
    whole, found, rest = digits.partition(point)
    if found and not (_PLAIN.fullmatch(rest) and rest.isascii()):
        return None
    grouped = _GROUPED.fullmatch(whole)
    if grouped and grouped["between"] == point:
        return None
    if not grouped and not (_PLAIN.fullmatch(whole) and whole.isascii()):
        return None
    if grouped and whole.startswith("0"):
        return None
    plain = re.sub(r"\D", "", whole)
    return Decimal(f"{plain}.{rest}" if found else plain)


def amount(text: str, *, decimal: str = "") -> tuple[Decimal, str]:
    """The number, and the unit written behind it, empty when there is none. Raises Unclear.

    >>> amount("12 500 DH")
    (Decimal('12500'), 'DH')
    """
    found = _AMOUNT.fullmatch(text.translate(_DIGITS).translate(_SIGNS).strip())
    if not found:
        raise Unclear(_("“%(text)s” is no number.") % {"text": text})
    return number(found["number"], decimal=decimal), found["unit"].strip()


def yes(text: str) -> bool:
    """Whether `text` says yes, in one of the three languages, or as a sign or a digit. Raises Unclear."""
    plain = bare(text.translate(_DIGITS).translate(_SIGNS)).strip()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise Unclear(_("“%(text)s” says neither yes nor no.") % {"text": text})

"""Dates as people type them, in the three languages of the registry; what is unclear is refused, never guessed."""

import re
from calendar import monthrange
from datetime import date
from functools import cache

from babel import Locale
from django.utils.translation import gettext as _

from lib.asking import bare

_NUMBERS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})(?:er|st|nd|rd|th)?\s+)?([^\W\d_]+(?:\s+[^\W\d_]+)?)[.,]?\s+(\d{4})")
_FIRST, _LAST = 1000, 9998


class Unclear(ValueError):
    """What was typed is no date, or might be several; the message says what to write."""


@cache
def _months() -> dict[str, int]:
    """Every name of a month, bare of accents: long and short, Moroccan and Levantine Arabic."""
    found = {}
    for code in ("en", "fr", "ar_MA", "ar", "ar_SY"):
        calendar = Locale.parse(code).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in calendar[form][width].items():
                    found.setdefault(bare(name).strip("."), number)
    return found


def days(typed: str) -> tuple[date, date]:
    """The first and the last day of what was typed: a day, a month or a year. Raises Unclear.

    The day stands before the month, as in Morocco.

    >>> days("1/11/2026") == days("2026-11-01") == days("1er novembre 2026")
    True
    >>> days("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    plain = " ".join(typed.translate(_NUMBERS).replace("\u200f", "").replace("\u200e", "").split())
    if match := _ISO.fullmatch(plain):
        year, month, day = (int(part) if part else None for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, match.groups())
    elif match := _MONTH_FIRST.fullmatch(plain):
        day, (month, year) = None, map(int, match.groups())
    elif match := _NAMED.fullmatch(plain):
        day, month, year = match[1] and int(match[1]), _months().get(bare(match[2])), int(match[3])
        if month is None:
            raise Unclear(_("“%(typed)s” names no month.") % {"typed": typed})
    else:
        raise Unclear(
            _("“%(typed)s” is no clear date. Write 2026-11-01, 1/11/2026, 1 Nov 2026, 2026-11 or 2026.")
            % {"typed": typed}
        )
    try:
        if not _FIRST <= year <= _LAST:
            raise ValueError(year)
        if day is not None:
            return (exact := date(year, month, day)), exact
        if month is not None:
            return (first := date(year, month, 1)), first.replace(day=monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError as error:
        raise Unclear(_("There is no such day: “%(typed)s”.") % {"typed": typed}) from error

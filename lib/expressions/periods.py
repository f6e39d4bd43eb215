"""One stretch of the calendar as people name it: a day, a month, a quarter, a year; Gregorian or Hijri.

Everything here reads the spelling that `words.plain` makes. `read` answers None to what has no such form, and
raises Unclear for what has the form but names no day.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from django.utils.dates import WEEKDAYS

from lib.expressions import hijri
from lib.expressions.unclear import Unclear
from lib.expressions.words import (
    APPROXIMATELY,
    FIRST_PART,
    HIJRI_MONTHS,
    LAST_PART,
    MIDDLE_PART,
    any_month,
    either,
    months,
    weekdays,
)

FIRST_YEAR, LAST_YEAR = 1800, 2199
_NO_TIME = timedelta(0)


class Kind(StrEnum):
    """How much of the calendar was named."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    OTHER = "other"


class Part(StrEnum):
    """«early 2012» names the whole of 2012: where early ends, nobody said."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both inclusive.

    Of a Hijri period these are the days by the table: it may have begun and ended `early` before and `late` after.
    `borrowed` are the words that an incomplete other end takes from this one: " mai 2012", " 2012", "/2012".
    """

    first: date
    last: date
    kind: Kind
    is_hijri: bool = False
    is_by_weekday: bool = False
    early: timedelta = _NO_TIME
    late: timedelta = _NO_TIME
    part: Part | None = None
    borrowed: tuple[str, ...] = ()

    @property
    def earliest(self) -> date:
        return self.first - self.early

    @property
    def latest(self) -> date:
        return self.last + self.late


_ORDINALS = {
    1: either("1 | 1st | 1er | 1re | 1ère | first | premier | première | الأول | أول"),
    2: either("2 | 2nd | 2e | 2ème | second | deuxième | seconde | الثاني | ثاني"),
    3: either("3 | 3rd | 3e | 3ème | third | troisième | الثالث | ثالث"),
    4: either("4 | 4th | 4e | 4ème | fourth | quatrième | الرابع | رابع"),
}
_ORDINAL = "|".join(_ORDINALS.values())
_ON = f"(?:{either('le | the | on | on the | this | on this | en date du | في | بتاريخ')} )?"
_LEAD = f"(?:{either('le | the | en | in | au | au cours de | during | courant | في | خلال')} )?"
_TENS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
)
_TENS += " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
DAYS_IN_WORDS = {"premier": 1, "فاتح": 1, "thirtieth": 30, "thirty-first": 31}
"""Days of a month as they are written out: the nineteenth day of September."""
DAYS_IN_WORDS |= {name: number for number, name in enumerate(_TENS.split(), start=1)}
DAYS_IN_WORDS |= {f"twenty-{name}": number for number, name in enumerate(_TENS.split()[:9], start=21)}
_DAY = (
    rf"(?:(?P<day>[0-9]{{1,2}})(?: ?(?:er|st|nd|rd|th|e|eme))?|(?P<named_day>{either('premier | first | فاتح')})"
    rf"|(?P<worded_day>{either(' | '.join(DAYS_IN_WORDS))}) day)"
)
_OF_YEAR = either(
    "of the year | of | de l'année | de l'an | de | du | l'année | l'an | année | an | the year | year | "
    "من سنة | من عام | من | لسنة | لعام | سنة | عام | السنة | العام"
)
_HIJRI_ERA = either(
    "ه | هج | هجري | هجرية | للهجرة | الهجرية | h | ah | a.h | a.h. | hijri | hégire | de l'hégire | "
    "de l'ère hégirienne"
)
_OUR_ERA = either("م | ميلادي | ميلادية | للميلاد | الميلادية | ad | ce | a.d | a.d. | grégorien")
_YEAR = rf"(?:{_OF_YEAR} )?(?P<year>[0-9]{{4}})(?: ?(?:(?P<hijri>{_HIJRI_ERA})|{_OUR_ERA}))?"
_WEEKDAY_LEADS = either("on | le | the | يوم | في يوم | بتاريخ | في")


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    year, of = _YEAR, "(?:(?:of|de|d'|من) ?)?"
    month_of = either("mois de | mois d' | le mois de | month of | the month of | شهر")
    month = rf"(?:{month_of} ?)?(?P<month>{any_month()})\.?(?: ?/ ?(?P<twin>{any_month()})\.?)?"
    weekday = rf"(?:(?:{_WEEKDAY_LEADS} )?(?P<weekday>{either('|'.join(weekdays()))})\.?,? )?"
    four = r"(?P<year>[0-9]{4})"
    era = rf"(?: ?(?:(?P<hijri>{_HIJRI_ERA})|{_OUR_ERA}))?"
    number, day = r"(?P<number>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
    quarter = either("quarter | trimestre | trim. | trim | الربع | ربع | الثلاثي | ثلاثي")
    half = either("half | semestre | moitié | النصف | نصف | السداسي | سداسي | الأسدس | أسدس")
    stretch, letter = rf"(?:(?P<quarter>{quarter})|(?P<half>{half}))", "(?:(?P<quarter>[qt])|(?P<half>h))"
    decade = either("les années | années | décennie | la décennie | the decade | سنوات | عقد")
    return tuple(
        re.compile(form)
        for form in (
            rf"{weekday}{_ON}{four} ?(?P<sign>[-–/.]) ?{number} ?(?P=sign) ?{day}{era}",
            rf"{weekday}{_ON}{day} ?(?P<sign>[-–/.]) ?{number} ?(?P=sign) ?{four}{era}",
            rf"{weekday}{_ON}{_DAY}[.,]?[ -]?{of}{month},?[ -]?{year}",
            rf"{weekday}{_ON}{month},? (?:the )?{_DAY},? {year}",
            rf"{_LEAD}{month},?[ -]?{year}",
            rf"{_LEAD}{four}-(?P<number>1[3-9]|[2-9][0-9])(?P<school>)",
            rf"{_LEAD}{four}-{number}{era}",
            rf"{_LEAD}{number} ?[-/.] ?{four}{era}",
            rf"{_LEAD}{year}",
            rf"{_LEAD}(?P<nth>{_ORDINAL}) {stretch},? {year}",
            rf"{_LEAD}{stretch} (?P<nth>{_ORDINAL}),? {year}",
            rf"{_LEAD}{letter}(?P<nth>[1-4])[ /-]?{year}",
            rf"{_LEAD}{four}[ /-]?{letter}(?P<nth>[1-4])",
            rf"{_LEAD}(?P<decade>[0-9]{{4}})'?s",
            rf"{_LEAD}{decade} (?P<decade>[0-9]{{4}})",
        )
    )


_PART = re.compile(
    rf"(?:(?P<first>{FIRST_PART})|(?P<middle>{MIDDLE_PART})|(?P<last>{LAST_PART}))(?:[ -]|(?<='))(?P<rest>.+)"
)
_BOTH_CALENDARS = re.compile(
    r"(?P<one>.+?)(?: ?[\(\[](?P<inside>.+)[\)\]]|"
    rf",? (?:{either('الموافق ل | الموافق | موافق | correspondant au | correspondant à | soit le | soit')}|"
    rf"{either('corresponding to | equivalent to | i.e')}),? ?(?P<after>.+)| ?/ ?(?P<beside>.+)| - (?P<beyond>.+))"
)
_APPROXIMATE = re.compile(rf"{APPROXIMATELY} ?(?P<rest>.+)|(?P<asked>.+) ?\?")


def read(words: str) -> Period | None:
    """The period that `words` name, all of them.

    >>> read("le samedi 5 mai 2012").first
    datetime.date(2012, 5, 5)
    >>> read("q2 2012").last
    datetime.date(2012, 6, 30)
    >>> read("5 mai 2012 a rabat") is None
    True
    """
    return _simple(words) or _part(words) or _in_both(words)


def is_approximate(words: str) -> bool:
    """Whether it is a period that is only said to be near: «vers 2012», «2012?»."""
    match = _APPROXIMATE.fullmatch(words)
    return bool(match and read((match["rest"] or match["asked"]).strip()))


def _period(named: Mapping[str, str | None]) -> Period:
    if decade := named.get("decade"):
        return _decade(int(decade))
    year, month, day = int(named["year"]), _number_of_month(named), _number_of_day(named)
    is_hijri = bool(named.get("hijri"))
    if named.get("month"):
        is_hijri_month = months().get(named["month"]) is None
        if not is_hijri_month and not is_hijri and hijri.FIRST_YEAR <= year <= hijri.LAST_YEAR:
            raise Unclear("hijri_unmarked")
        if is_hijri_month and year >= FIRST_YEAR:
            raise Unclear("hijri_year")
        if is_hijri and not is_hijri_month:
            raise Unclear("no_such_day")
        is_hijri = is_hijri_month
    borrowed = _borrowed(named)
    if is_hijri:
        return _in_hijri(year, month, day, named.get("weekday"), borrowed)
    _check_year(year)
    if named.get("nth"):
        return _stretch(year, 3 if named["quarter"] else 6, _nth(named["nth"]), borrowed)
    first, last = _in_gregorian(year, month, day)
    if named.get("weekday") and first.weekday() != weekdays()[named["weekday"]]:
        raise Unclear("weekday", weekday=WEEKDAYS[first.weekday()])
    kind = Kind.DAY if day is not None else Kind.MONTH if month is not None else Kind.YEAR
    return Period(first, last, kind, borrowed=borrowed)


def _check_year(year: int) -> None:
    if hijri.FIRST_YEAR <= year <= hijri.LAST_YEAR:
        raise Unclear("hijri_unmarked")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unclear("years", first=FIRST_YEAR, last=LAST_YEAR)


def _in_gregorian(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    try:
        if day is not None:
            return (exact := date(year, month, day)), exact
        return (first := date(year, month, 1)), first.replace(day=monthrange(year, month)[1])
    except ValueError as error:
        raise Unclear("no_such_day") from error


def _in_hijri(
    year: int,
    month: int | None,
    day: int | None,
    weekday: str | None,
    borrowed: tuple[str, ...],
) -> Period:
    if not hijri.FIRST_YEAR <= year <= hijri.LAST_YEAR:
        raise Unclear("hijri_years", first=hijri.FIRST_YEAR, last=hijri.LAST_YEAR)
    try:
        first, last = hijri.days(year, month, day)
    except ValueError as error:
        raise Unclear("no_such_day") from error
    kind = Kind.DAY if day is not None else Kind.MONTH if month is not None else Kind.YEAR
    period = Period(first, last, kind, is_hijri=True, early=hijri.EARLY, late=hijri.LATE, borrowed=borrowed)
    if not weekday:
        return period
    # The days it may be are four in a row: at most one of them is the weekday that was written beside it.
    ahead = (weekdays()[weekday] - period.earliest.weekday()) % 7
    fitting = period.earliest + timedelta(days=ahead)
    if fitting > period.latest:
        raise Unclear("hijri_weekday")
    return Period(fitting, fitting, kind, is_hijri=True, is_by_weekday=True, borrowed=borrowed)


def _number_of_month(named: Mapping[str, str | None]) -> int | None:
    if number := named.get("number"):
        if not 1 <= int(number) <= 12:
            if "school" in named:
                raise Unclear("either_way")
            raise Unclear("no_such_month", month=int(number))
        return int(number)
    if not named.get("month"):
        return None
    found = _number_named(named["month"])
    if named.get("twin") and _number_named(named["twin"]) != found:
        raise Unclear("months_differ")
    return found


def _number_named(name: str) -> int:
    hijri_months = (at for at, each in enumerate(HIJRI_MONTHS, 1) if re.fullmatch(each, name))
    return months().get(name) or next(hijri_months)


def _number_of_day(named: Mapping[str, str | None]) -> int | None:
    if name := named.get("named_day") or named.get("worded_day"):
        return DAYS_IN_WORDS[name]
    return int(named["day"]) if named.get("day") else None


def _borrowed(named: Mapping[str, str | None]) -> tuple[str, ...]:
    year = named["year"] + (" ه" if named.get("hijri") else "")
    if named.get("month"):
        return (f" {year}", f" {named['month']} {year}")
    if stretch := named.get("quarter") or named.get("half"):
        return (f" {year}", f" {stretch} {year}")
    return (f"/{year}", f" {year}", f"/{named['number']}/{year}") if named.get("number") else (f" {year}",)


def _nth(written: str) -> int:
    return next(number for number, pattern in _ORDINALS.items() if re.fullmatch(pattern, written))


def _stretch(year: int, length: int, nth: int, borrowed: tuple[str, ...]) -> Period:
    """The `nth` quarter or half, of `length` months."""
    last_month = nth * length
    if last_month > 12:
        raise Unclear("no_such_day")
    last = date(year, last_month, monthrange(year, last_month)[1])
    return Period(date(year, last_month - length + 1, 1), last, Kind.OTHER, borrowed=borrowed)


def _decade(year: int) -> Period | None:
    _check_year(year)
    if year % 10:
        return None
    if not year % 100:
        raise Unclear("century")
    return Period(date(year, 1, 1), date(year + 9, 12, 31), Kind.OTHER)


def _part(words: str) -> Period | None:
    """«fin 2012»: the whole of it, with the part as it was named."""
    match = _PART.fullmatch(words)
    if not match or not (whole := _simple(match["rest"])) or whole.kind is Kind.DAY:
        return None
    return replace(whole, kind=Kind.OTHER, part=next(part for part in Part if match[part.value]))


def _simple(words: str) -> Period | None:
    for form in _forms():
        if match := form.fullmatch(words):
            return _period(match.groupdict())
    return None


def _in_both(words: str) -> Period | None:
    """«15 رجب 1433 الموافق 5 يونيو 2012»: the Gregorian one of the two, when the Hijri one does not contradict it."""
    match = _BOTH_CALENDARS.fullmatch(words)
    if not match:
        return None
    beside = next(filter(None, (match[name] for name in ("inside", "after", "beside", "beyond"))))
    one, other = _simple(match["one"].strip(" ,")), _simple(beside.strip(" ,"))
    if not one or not other or one.is_hijri == other.is_hijri:
        return None
    moon, sun = (one, other) if one.is_hijri else (other, one)
    if sun.last < moon.earliest or moon.latest < sun.first:
        if match["beyond"]:
            return None  # a hyphen: from one to the other, which the ranges refuse
        raise Unclear(
            "calendars_disagree",
            first=moon.earliest.isoformat(),
            last=moon.latest.isoformat(),
            other=sun.first.isoformat() if sun.kind is Kind.DAY else beside,
        )
    return sun

"""From here to there: spans, and what lies before or after, in the words of three languages.

What a limit says of the days, X being a day, a month, a year:

=========================================================  ======================  ===============
words                                                      days                    X itself
=========================================================  ======================  ===============
before X · avant X · قبل X                                 … – day before X        is left out
after X · après X · بعد X                                  day after X – …         is left out
until X, by X, X at the latest · jusqu'à X,                … – last day of X       counts in full
au plus tard X, d'ici X · حتى X، إلى غاية X
from X, since X, X at the earliest · à partir de X,        first day of X – …      counts in full
dès X, au plus tôt X · ابتداء من X، منذ X
from X to Y, between X and Y, X – Y · du X au Y,           first of X – last of Y  both count
entre X et Y · من X إلى Y، بين X و Y
=========================================================  ======================  ===============
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lib.expressions import periods
from lib.expressions.periods import Part, Period
from lib.expressions.unclear import Unclear
from lib.expressions.words import either

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Range:
    """The days between which a date lies, both inclusive, None for an open end; and what they rest on."""

    earliest: date | None
    latest: date | None
    is_hijri: bool = False
    is_by_weekday: bool = False


class Limit(StrEnum):
    """On which side of what is named the date lies."""

    BEFORE = "before"
    AFTER = "after"
    UNTIL = "until"
    FROM = "from"


_LEADING = {
    Limit.BEFORE: either("""
        before | prior to | earlier than | avant | antérieur à | antérieure à | قبل | سابق ل
    """),
    Limit.AFTER: either("""
        after | later than | après | postérieur à | postérieure à | بعد | لاحق ل
    """),
    Limit.UNTIL: either("""
        until | till | up to | through | by | no later than | not later than | not after | on or before |
        at the latest | at the latest on | at the latest in | at the latest by |
        jusqu'au | jusqu'à | jusqu'en | au plus tard | au plus tard à | pas après | d'ici | d'ici à | d'ici au |
        حتى | إلى غاية | لغاية | إلى حدود | أقصاه | في أجل أقصاه | في موعد أقصاه | ليس بعد
    """),
    Limit.FROM: either("""
        from | since | as of | as from | starting | starting on | starting in | starting from | beginning on |
        beginning in | no earlier than | not earlier than | not before | at the earliest | on or after |
        à partir de | à partir du | à partir d' | à compter de | à compter du | à compter d' | depuis | dès |
        au plus tôt | au plus tôt à | pas avant |
        ابتداء من | ابتداءا من | انطلاقا من | اعتبارا من | بدءا من | بداية من | منذ | ليس قبل
    """),
}
_TRAILING = {
    Limit.UNTIL: either("""
        at the latest | or earlier | or before | au plus tard | ou avant |
        كحد أقصى | كأقصى تقدير | على أقصى تقدير | على أبعد تقدير | كآخر أجل
    """),
    Limit.FROM: either("""
        at the earliest | onwards | onward | or later | or after | au plus tôt | ou après | et au-delà |
        على أقرب تقدير | فما بعد | فصاعدا
    """),
}
# After «d'», and after a word that Arabic writes onto the next, comes no blank.
_GAP = r"(?:\s|(?<=['ول]))"
_LEADING_LIMIT = re.compile("|".join(f"(?P<{limit}>{words})" for limit, words in _LEADING.items()))
_TRAILING_LIMIT = re.compile(
    "(?P<rest>.+?),? (?:" + "|".join(f"(?P<{limit}>{words})" for limit, words in _TRAILING.items()) + ")"
)

_SPANS = (
    ("from | starting | starting from", "to | until | till | through | up to"),
    ("between", "and"),
    (
        "du | de | d' | des | à partir du | à partir de | à compter du",
        "au | à | en | jusqu'au | jusqu'à | jusqu'en",
    ),
    ("entre", "et"),
    ("من | ابتداء من | ما بين", "إلى | إلى غاية | حتى | لغاية"),
    ("بين | ما بين | في الفترة بين", "و"),
    ("", "to | through | till | until | au | à | jusqu'au | jusqu'à | إلى | إلى غاية | حتى"),
)
_WORDED = [
    (re.compile(f"{either(opening)}{_GAP}" if opening else ""), re.compile(rf" {either(middle)}{_GAP}"))
    for opening, middle in _SPANS
]
_DASH = re.compile(" ?[-–] ?")
_INTERVAL = re.compile(r"(?P<one>[0-9]{4}(?:-[0-9]{2}){0,2}) ?/ ?(?P<other>[0-9]{4}(?:-[0-9]{2}){0,2})")
_DAYS_OF_A_MONTH = re.compile(
    r"(?P<month>[^\W\d]+)\.? (?P<one>[0-9]{1,2})(?:st|nd|rd|th)? ?(?:-|–| to ) ?"
    r"(?P<other>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})"
)
_NAMED_YEARS = either("""
    year | years | school year | the school year | academic year | the academic year | fiscal year | financial year |
    année | l'année | années | année scolaire | l'année scolaire | année universitaire | année académique |
    année budgétaire | exercice |
    سنة | السنة الدراسية | الموسم الدراسي | الموسم الجامعي | السنة الجامعية | السنة المالية | الموسم
""")
_YEARS = re.compile(rf"{_NAMED_YEARS} (?P<one>[0-9]{{4}}) ?[-–/] ?(?P<other>[0-9]{{4}})")
_OPEN = re.compile(r"\.\./(?P<until>.+)|(?P<since>.+)/\.\.")
_PAIRS = re.compile(rf"(?: {either('and | et | or | ou | أو | & | puis | ثم')} | و|[,;/] ?)")


def read(words: str) -> Range | None:
    """The days that `words` surely say, or None when they have no such form.

    >>> read("before 2015").latest, read("until 2015").latest
    (datetime.date(2014, 12, 31), datetime.date(2015, 12, 31))
    >>> read("du 1er au 5 mai 2012").earliest
    datetime.date(2012, 5, 1)
    """
    if period := periods.read(words):
        return Range(period.earliest, period.latest, period.is_hijri, period.is_by_weekday)
    return _years(words) or _limit(words) or _span(words)


def is_pair(words: str) -> bool:
    """Whether it is two dates side by side that are no span: «5 et 6 mai 2012»."""
    for match in _PAIRS.finditer(words):
        try:
            if _ends(words[: match.start()], words[match.end() :].strip()):
                return True
        except Unclear:
            continue
    return False


def _years(words: str) -> Range | None:
    match = _YEARS.fullmatch(words)
    if not match or int(match["other"]) != int(match["one"]) + 1:
        return None
    return _between((periods.read(match["one"]), periods.read(match["other"])))


def _limit(words: str) -> Range | None:
    if match := _OPEN.fullmatch(words):
        limits, rest = {Limit.UNTIL if match["until"] else Limit.FROM}, match["until"] or match["since"]
    else:
        limits, rest = _limits(words)
    if len(limits) != 1 or not (period := periods.read(rest)):
        return None
    match limits.pop():
        case Limit.UNTIL:
            earliest, latest = None, period.latest
        case Limit.FROM:
            earliest, latest = period.earliest, None
        case Limit.BEFORE if period.part is Part.LAST:
            earliest, latest = None, period.latest
        case Limit.AFTER if period.part is Part.FIRST:
            earliest, latest = period.earliest, None
        # The day after a period may come as early as the period may end, the day before it as late as it may begin.
        case Limit.BEFORE if period.part is None:
            earliest, latest = None, period.first + period.late - _DAY
        case Limit.AFTER if period.part is None:
            earliest, latest = period.last - period.early + _DAY, None
        case _:
            raise Unclear("part_limit")
    return Range(earliest, latest, period.is_hijri, period.is_by_weekday)


def _limits(words: str) -> tuple[set[Limit], str]:
    """The limits before and after the rest of the words, and that rest."""
    limits = set()
    if match := re.match(rf"(?:{_LEADING_LIMIT.pattern}){_GAP}", words):
        limits.add(Limit(match.lastgroup))
        words = words[match.end() :]
    if match := _TRAILING_LIMIT.fullmatch(words):
        limits.add(Limit(match.lastgroup))
        words = match["rest"]
    return limits, words


def _span(words: str) -> Range | None:
    if match := _DAYS_OF_A_MONTH.fullmatch(words):
        one, other = (f"{match[day]} {match['month']} {match['year']}" for day in ("one", "other"))
        if (first := periods.read(one)) and (last := periods.read(other)):
            return _between((first, last))
    if match := _INTERVAL.fullmatch(words):
        return _between((periods.read(match["one"]), periods.read(match["other"])))
    for opening, middle in _WORDED:
        if start := opening.match(words):
            for match in middle.finditer(words, start.end()):
                if ends := _ends(words[start.end() : match.start()], words[match.end() :]):
                    return _between(ends)
    found = dict.fromkeys(_by_dash(words))
    if len(found) > 1:
        raise Unclear("either_way")
    return _between(found.popitem()[0]) if found else None


def _by_dash(words: str) -> Iterator[tuple[Period, Period]]:
    """Both ends, for each hyphen that can stand between two."""
    impossible = None
    has_one = False
    for match in _DASH.finditer(words):
        try:
            if ends := _ends(words[: match.start()], words[match.end() :]):
                has_one = True
                yield ends
        except Unclear as unclear:
            # A year that is none may be no year at all: MQ-0001.
            if unclear.code in {"no_such_day", "no_such_month", "weekday"}:
                impossible = unclear
    if impossible and not has_one:
        raise impossible


def _ends(one: str, other: str) -> tuple[Period, Period] | None:
    """Both ends; the first may leave to the second what they share: «1er au 5 mai 2012»."""
    last = periods.read(other.strip(" ,"))
    if not last:
        return None
    one = one.strip(" ,")
    if first := periods.read(one):
        return first, last
    for borrowed in last.borrowed:
        if (first := periods.read(one + borrowed)) and first.kind is last.kind:
            return first, last
    return None


def _between(ends: tuple[Period, Period]) -> Range:
    first, last = ends
    if first.is_hijri != last.is_hijri:
        raise Unclear("two_calendars")
    if first.first > last.last:
        raise Unclear("backwards")
    is_by_weekday = first.is_by_weekday and last.is_by_weekday
    return Range(first.earliest, last.latest, last.is_hijri, is_by_weekday)

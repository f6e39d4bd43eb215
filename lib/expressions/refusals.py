"""What is wrong with an expression that could not be read: found out once it is sure that it could not."""

import re
from collections.abc import Iterator
from functools import cache

from lib.expressions import periods, ranges, unmeasured
from lib.expressions.unclear import Unclear
from lib.expressions.words import CURRENCY, SEASONS, any_month, plain

_LONGEST = 9
"""Words in the longest stretch that is tried as a date among others."""

_YEAR_AND_TWO = re.compile(r"[0-9]{4} ?[-–/] ?[0-9]{2}")
_ANY_YEAR = (" 2012", "/2012", ".2012", "-2012", " 1433")
"""With one of these, what has no year reads as a date."""
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([-–/. ])[0-9]{1,2}\1'?[0-9]{2}")
_NUMBERED = re.compile(r"(?<!\w)(?:n°|no\.?|nr|num|numero|ref|رقم|عدد)(?!\w)")
_AMOUNT = re.compile(
    rf"(?:[^ ]+ )?[0-9][0-9 .,]* ?{CURRENCY}(?: (?:de |d')?{CURRENCY})?|{CURRENCY} ?[0-9][0-9 .,]*"
)
_SEASON = re.compile(rf"(?:[^ ]+ ){{0,2}}{SEASONS}(?:,? (?:[^0-9 ]+ ){{0,3}}[0-9]{{4}}[^0-9]*)?")
_STRANGE_MONTH = re.compile(
    r"[0-9]{1,2}(?:er|st|nd|rd|th)? (?:of |de |من )?[^\W\d_]+(?: [^\W\d_]+)?[.,]? [0-9]{4}"
)


def why(words: str, typed: str) -> Unclear:
    """The refusal of `typed`, plainly spelled `words`, that helps most."""
    if _AMOUNT.fullmatch(words):
        return Unclear("amount")
    if _SEASON.fullmatch(words):
        return Unclear("season")
    if periods.is_approximate(words):
        return Unclear("approximate")
    if _YEAR_AND_TWO.fullmatch(words):
        return Unclear("either_way")
    if _SHORT_YEAR.fullmatch(words) or _named_short_year().fullmatch(words):
        return Unclear("short_year")
    if any(_is_date(words + year) for year in _ANY_YEAR):
        return Unclear("no_year")
    if ranges.is_pair(words):
        return Unclear("two_dates")
    if _STRANGE_MONTH.fullmatch(words):
        return Unclear("no_month")
    found = [] if _NUMBERED.search(words) else list(_dates_among(typed))
    if found and unmeasured.has_length(words):
        return Unclear("counted")
    if len(found) > 1:
        return Unclear("two_dates")
    if found:
        return Unclear("among_words", part=found[0])
    return Unclear("unreadable")


def _dates_among(typed: str) -> Iterator[str]:
    """The stretches of `typed` that are dates by themselves, from the left, the longest possible."""
    words = typed.split()
    at = 0
    while at < len(words):
        for end in range(min(at + _LONGEST, len(words)), at, -1):
            stretch = " ".join(words[at:end]).strip(" ,.;:()[]«»“”\"'")
            if any(each.isdigit() for each in stretch) and _is_date(stretch) and not _is_cut(words[:at]):
                yield stretch
                at = end - 1
                break
        at += 1


def _is_cut(before: list[str]) -> bool:
    """Whether a number stands right before: then the stretch is but the end of something else."""
    return bool(before) and before[-1].strip(" .()").isdecimal()


def _is_date(stretch: str) -> bool:
    try:
        return ranges.read(plain(stretch)) is not None
    except Unclear:
        return False


@cache
def _named_short_year() -> re.Pattern[str]:
    month, day = rf"{any_month()}\.?", r"[0-9]{1,2}(?:er|st|nd|rd|th)?"
    return re.compile(rf"{day}[ -]{month},?[ -]'?[0-9]{{2}}|{month} {day},? '?[0-9]{{2}}|{month} '[0-9]{{2}}")

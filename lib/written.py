"""Dates as people write them, in the three languages of the registry: read as claims, never guessed.

=========================================  ============  ========================================================
what is written                            basis         days
=========================================  ============  ========================================================
a day, in words or figures, day first      stated        that day; a weekday beside it has to be right
a month, quarter, half, year, ten years    stated        the first day to the last
early, middle or end of one                stated        the first day to the last: nobody says where early ends
before, after, until, from, a span         stated        as `lib.expressions.ranges` tells; an open end stays open
a Hijri day, month or year                 derived       by the Umm al-Qura table, one day before to two days after
both calendars side by side                stated        the Gregorian one, unless the two contradict each other
yesterday, three years, upon signature     relative      none
not stated; nothing at all                 not stated    none
open-ended, no end                         none          none
=========================================  ============  ========================================================

Whatever else is refused with a sentence that says what to write: `Unclear`.
"""

from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _

from lib import languages
from lib.claims import Basis, DateClaim
from lib.expressions import periods, ranges, refusals, unmeasured
from lib.expressions.unclear import Unclear
from lib.expressions.words import plain

__all__ = ["Unclear", "claim", "days", "form_of"]


def claim(typed: str) -> DateClaim:
    """What `typed` says of a date, for certain. Raises Unclear.

    `text` is what was typed, blanks around it cut; only «not stated» has none, being no words of a source.

    >>> claim("fin mai 2012").edtf, claim("avant 2015").edtf
    ('2012-05', '../2014-12-31')
    >>> claim("hier").basis, claim("hier").is_known
    (Basis.RELATIVE, False)
    """
    text = typed.strip()
    try:
        return _read(plain(typed), text)
    except Unclear as unclear:
        raise unclear.about(text) from None


def _read(words: str, text: str) -> DateClaim:
    if unmeasured.is_not_stated(words):
        return DateClaim()
    if unmeasured.is_none(words):
        return DateClaim(text, basis=Basis.NONE)
    if found := ranges.read(words):
        if found.is_hijri:
            return DateClaim(text, found.earliest, found.latest, Basis.DERIVED, _note(found))
        return DateClaim(text, found.earliest, found.latest, Basis.STATED)
    if code := unmeasured.why_not(words):
        raise Unclear(code)
    if unmeasured.is_relative(words):
        return DateClaim(text, basis=Basis.RELATIVE)
    raise refusals.why(words, text)


def days(typed: str) -> tuple[date, date]:
    """The first and the last day of what was typed: a day, a month or a year, nothing less certain. Raises Unclear.

    The day stands before the month, as in Morocco.

    >>> days("1/11/2026") == days("2026-11-01") == days("1er novembre 2026")
    True
    >>> days("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    try:
        found = periods.read(plain(typed))
        if not found or found.is_hijri or found.kind is periods.Kind.OTHER:
            raise Unclear("no_plain_date")
    except Unclear as unclear:
        raise unclear.about(typed.strip()) from None
    return found.first, found.last


def form_of(held: DateClaim) -> str:
    """What a field for dates shows for `held`: its words, or some that are read back as the same days.

    Basis and note are not in the words: whoever saves a derived date keeps them. Days outside of the years that are
    read (`periods.FIRST_YEAR` to `LAST_YEAR`) are written all the same, and refused when they come back.

    >>> form_of(DateClaim("", date(2012, 5, 1), date(2012, 5, 31), Basis.DERIVED, "from the programme"))
    'May 2012'
    >>> form_of(DateClaim("", None, date(2014, 12, 31), Basis.DERIVED, "from the programme"))
    'until 31 December 2014'
    """
    if held.text:
        return held.text
    language = languages.current()
    if not held.is_known:
        return _NONE[language] if held.basis == Basis.NONE else ""
    since, until, span = _SHAPES[language]
    first, last = (day and _day(day, language) for day in (held.earliest, held.latest))
    if held.is_exact:
        return first
    if not first:
        return until.format(last)
    if not last:
        return since.format(first)
    edtf = held.edtf or ""
    if len(edtf) == len("2012"):
        return edtf
    if len(edtf) == len("2012-05"):
        return format_date(held.earliest, "MMMM y", locale=_LOCALES[language])
    return span.format(first, last)


_LOCALES = {"en": "en_GB", "fr": "fr", "ar": "ar_MA"}
# Words that `claim` reads, so no catalogue may change them.
_NONE = {"en": "open-ended", "fr": "aucune", "ar": "لا يوجد"}
_SHAPES = {
    "en": ("from {}", "until {}", "from {} to {}"),
    "fr": ("à partir du {}", "jusqu’au {}", "du {} au {}"),
    "ar": ("ابتداء من {}", "إلى غاية {}", "من {} إلى {}"),
}


def _day(day: date, language: str) -> str:
    form = "d'er' MMMM y" if language == "fr" and day.day == 1 else "d MMMM y"
    return format_date(day, form, locale=_LOCALES[language])


def _note(found: ranges.Range) -> str:
    if found.is_by_weekday:
        return _(
            "Converted from the Hijri calendar (Umm al-Qura). A sighting of the moon may move the date by days; "
            "of those, this is the one on the weekday that was written."
        )
    return _(
        "Converted from the Hijri calendar (Umm al-Qura), with the days by which a sighting of the moon may move it: "
        "one before, two after."
    )

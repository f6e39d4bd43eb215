"""Why an expression is refused, and what to write instead: one sentence a reason, in the reader's language."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "too_long": _(
        "That is too long for a date. Write the date alone; the words around it belong to the source."
    ),
    "unseen": _("There are signs in it that cannot be seen. Type the date again by hand."),
    "no_such_day": _("There is no such day: “%(typed)s”."),
    "no_such_month": _(
        "“%(typed)s”: there is no month %(month)s. The day stands before the month: 31/12/2012, or 2012-12-31."
    ),
    "no_month": _("“%(typed)s” names no month."),
    "short_year": _("“%(typed)s”: write the year with four digits."),
    "no_year": _(
        "“%(typed)s” has no year. Add it with four digits; if the source gives none, leave it blank."
    ),
    "years": _("“%(typed)s”: only years from %(first)s to %(last)s are taken for a date."),
    "hijri_unmarked": _(
        "“%(typed)s”: is the year Hijri? Then write it as 1433 هـ or 1433 AH; else with its Gregorian year."
    ),
    "hijri_year": _(
        "“%(typed)s” names a month of the Hijri calendar: write its Hijri year, such as 1433 هـ."
    ),
    "hijri_years": _("“%(typed)s”: only Hijri years from %(first)s to %(last)s can be converted."),
    "weekday": _(
        "“%(typed)s”: the day falls on another weekday: %(weekday)s. Correct it or leave the weekday out."
    ),
    "hijri_weekday": _("“%(typed)s”: no day that this may be falls on that weekday."),
    "months_differ": _("“%(typed)s” names two months. Write from … to …, or one of them."),
    "calendars_disagree": _(
        "“%(typed)s”: the two calendars disagree. The Hijri date lies from %(first)s to %(last)s, "
        "the other is %(other)s."
    ),
    "two_calendars": _("“%(typed)s” goes from one calendar to the other. Write both ends in the same one."),
    "backwards": _("“%(typed)s” ends before it starts. Write the year of both ends."),
    "two_dates": _(
        "“%(typed)s” holds two dates. Write from … to …, between … and …, or the one that is meant."
    ),
    "either_way": _(
        "“%(typed)s” can be read in two ways. Write 05/2012 for a month, 2012-2013 for two years."
    ),
    "century": _("“%(typed)s” may be ten years or a hundred. Write the first and the last: 2000-2009."),
    "part_limit": _(
        "“%(typed)s”: nobody says where a beginning or an end ends. Write before 2012, after 2012, or a day."
    ),
    "season": _(
        "“%(typed)s”: a season has no fixed days, and a winter belongs to two years. Write the months."
    ),
    "approximate": _(
        "“%(typed)s” sets no limit. Write what is sure: between 2011 and 2013, before 2013, after 2011."
    ),
    "vague": _("“%(typed)s” says no day. If the source says no more, leave the date blank."),
    "unspecified": _("“%(typed)s”: write “not stated” if the source is silent, “open-ended” if it says so."),
    "renewal": _(
        "Renewal is no date. Choose it in the field for renewal, and write here when the term ends."
    ),
    "counted": _("“%(typed)s” counts from a date. Work out the day it comes to, and write that day."),
    "amount": _("“%(typed)s” is an amount, not a date."),
    "among_words": _("There is a date among other words. If it is the one, write it alone: “%(part)s”."),
    "no_plain_date": _(
        "“%(typed)s” is no clear date. Write 2026-11-01, 1/11/2026, 1 Nov 2026, 2026-11 or 2026."
    ),
    "unreadable": _(
        "“%(typed)s” is no clear date. Write 2012-05-18, 18/5/2012, 18 May 2012, 05/2012, 2012, "
        "before 2015, from May 2012 to June 2013, or leave it blank."
    ),
}

# What was typed keeps its own direction inside a sentence of another: first strong isolate … pop isolate.
_ISOLATED = "\u2068{}\u2069"


class Unclear(ValueError):
    """What was typed is no date, or might be several; as text, the sentence that says what to write instead.

    `code` is one of REASONS, `typed` what was typed, `told` fills the other places of the sentence. `part` is the
    stretch that is a date by itself, when there is one.
    """

    def __init__(self, code: str, *, typed: str = "", **told: object):
        super().__init__(code)
        self.code = code
        self.typed = typed
        self.told = told

    @property
    def part(self) -> str:
        return str(self.told.get("part", ""))

    def about(self, typed: str) -> "Unclear":
        """The same refusal, said of all that was typed: what is found wrong is known in its plain spelling only."""
        return Unclear(self.code, typed=typed, **self.told)

    def __str__(self) -> str:
        places = {"typed": self.typed, **self.told}
        return str(REASONS[self.code]) % {name: _ISOLATED.format(value) for name, value in places.items()}

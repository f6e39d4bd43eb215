"""How activities are found by words, and by what lists of them stand: the same for queries and for the indexes."""

from datetime import date

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce

from lib import languages
from lib.claims import LastDay
from lib.folding import Fold

SAID = (*languages.columns("title", "description"), "place")
"""What an activity says in words of its own."""

BETWEEN = "\x1f"
"""Stands between two of them. Folding leaves it, so that nothing without it is found across the end of one."""


def words() -> Fold:
    """All that an activity says, folded."""
    said = [each for name in SAID for each in (Value(BETWEEN), F(name))][1:]
    return Fold(Func(*said, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField()))


def latest_day() -> Coalesce:
    """The last day an activity may have been held, or the first of one without a last; else the first of all days."""
    return Coalesce(LastDay("held_range"), F("held_range__startswith"), Value(date.min))

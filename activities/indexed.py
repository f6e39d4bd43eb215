"""How activities are found by words: the same expression for the query and for the index that answers it."""

from django.db.models import F, Func, TextField, Value

from lib import languages
from lib.folding import Fold

SAID = (*languages.columns("title", "description"), "place")
"""What an activity says in words of its own."""

BETWEEN = "\x1f"
"""Stands between two of them. Folding leaves it, so that nothing without it is found across the end of one."""


def words() -> Fold:
    """All that an activity says, folded."""
    said = [each for name in SAID for each in (Value(BETWEEN), F(name))][1:]
    return Fold(Func(*said, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField()))

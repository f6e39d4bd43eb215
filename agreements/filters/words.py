"""Asks for words in translated columns."""

from django.db.models import Q

from lib import languages
from lib.folding import Contains


def any_of(*names: str, words: str) -> Q:
    """Rows of which one of the translated columns `names` contains `words`, folded."""
    condition = Q()
    for column in languages.columns(*names):
        condition |= Q(Contains(column, words))
    return condition

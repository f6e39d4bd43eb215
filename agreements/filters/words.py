"""Fields that ask for words."""

import django_filters
from django import forms
from django.db.models import Q

from lib import languages
from lib.folding import Contains


def any_of(*names: str, words: str) -> Q:
    """Rows of which one of the translated columns `names` contains `words`, folded."""
    condition = Q()
    for column in languages.columns(*names):
        condition |= Q(Contains(column, words))
    return condition


class _WordsField(forms.MultipleChoiceField):
    """Any number of words, each as it is; none of them is looked up."""

    def valid_value(self, value):
        return True


class WordsFilter(django_filters.MultipleChoiceFilter):
    """A parameter that may be given several times with any words."""

    field_class = _WordsField

"""Parameters of lists that Django and django-filter have no field for: words, identifiers, moments."""

from datetime import UTC, datetime, time
from functools import lru_cache

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _


@lru_cache(maxsize=500)
def asking(
    filters: type[django_filters.FilterSet],
    names: frozenset[str],
    together: tuple[tuple[str, ...], ...] = (),
) -> type[django_filters.FilterSet]:
    """`filters` with those of the parameters `names` alone, and what goes `together` with one of them.

    A form is built anew for each request: of three parameters in a fraction of the time that fifty take.
    """
    wanted = names.union(*(each for each in together if names.intersection(each)))
    narrowed = type(filters)(filters.__name__, (filters,), {"__module__": filters.__module__})
    narrowed.base_filters = {name: each for name, each in filters.base_filters.items() if name in wanted}
    return narrowed


class WordsField(forms.MultipleChoiceField):
    """Any number of words, each as it is; none of them is looked up. The database takes no null character."""

    def valid_value(self, value):
        return "\0" not in value


class WordsFilter(django_filters.MultipleChoiceFilter):
    """A parameter that may be given several times with any words."""

    field_class = WordsField


class IdentifiersField(WordsField):
    """Numbers in other registers, each written `scheme:value`, as (scheme, value)."""

    def clean(self, value):
        told = [tuple(each.split(":", 1)) for each in super().clean(value)]
        if any(len(each) != 2 or not all(each) for each in told):
            raise forms.ValidationError(_("Write an identifier as scheme:value."))
        return told


class IdentifiersFilter(WordsFilter):
    """A parameter that asks for numbers in other registers. `rows` tell them, `owner` is their column of the record."""

    field_class = IdentifiersField

    def __init__(self, *args, rows: QuerySet, owner: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows, self.owner = rows, owner

    def having(self, value: list[tuple[str, str]]) -> Q:
        """Records that have one of these numbers."""
        condition = Q(pk__in=[])
        for scheme, told in value:
            condition |= Q(scheme=scheme, value=told)
        return Q(pk__in=self.rows.filter(condition).values(self.owner))

    def filter(self, qs, value):
        return qs.filter(self.having(value)) if value else qs


class MomentField(forms.Field):
    """A moment of ISO 8601, told in UTC; a day alone begins at midnight."""

    default_error_messages = {"moment": _("Write a day or a moment: 2026-11-22 or 2026-11-22T09:41:07Z.")}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            # A plus sign in an address is a space.
            moment = parse_datetime(value.replace(" ", "+")) if len(value) > 10 else None
            day = parse_date(value) if moment is None else None
        except ValueError:
            moment = day = None
        if day is not None:
            moment = datetime.combine(day, time(), tzinfo=UTC)
        if moment is None:
            raise forms.ValidationError(self.error_messages["moment"])
        try:
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except OverflowError as error:  # in UTC it is beyond the years that there are
            raise forms.ValidationError(self.error_messages["moment"]) from error


class MomentFilter(django_filters.Filter):
    """A parameter that asks for what happened at a moment or after it."""

    field_class = MomentField

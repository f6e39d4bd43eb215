"""Asks date claims for days, and gets one of three answers: certain, possible, unknown."""

from typing import Any

import django_filters
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lib import claims
from lib.claims import Answer


class DaysForm(forms.Form):
    """Reads `<date>_from` and `<date>_to` as years, months or days; `days` then holds the asked range of each date."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.days: dict[str, DateRange] = {}
        for name in (each.removesuffix("_from") for each in self.fields if each.endswith("_from")):
            ends = [self._days_of(f"{name}_{end}") for end in ("from", "to")]
            first, last = ends[0] and ends[0][0], ends[1] and ends[1][1]
            if first and last and first > last:
                self.add_error(f"{name}_to", _("The last day comes after the first."))
            elif first or last:
                self.days[name] = claims.asked_range(first, last)
        return cleaned

    def _days_of(self, field: str):
        written = self.cleaned_data.get(field)
        if not written:
            return None
        known = claims.days_of(written)
        if known is None:
            self.add_error(field, _("Write a year, a month or a day: 2012, 2012-05 or 2012-05-18."))
        return known


def _nothing(queryset, name, value):
    """The parameters of one date are asked together, by `narrowed_by_days`."""
    return queryset


def days_filters(**dates) -> type[django_filters.FilterSet]:
    """A FilterSet that asks each of these date claims (name → label): `_from`, `_to`, `_match`, and `=unknown`."""
    asked = {}
    for name, label in dates.items():
        words = {"date": label}
        asked |= {
            f"{name}_from": django_filters.CharFilter(
                method=_nothing, label=pgettext_lazy("dates", "%(date)s from") % words
            ),
            f"{name}_to": django_filters.CharFilter(
                method=_nothing, label=pgettext_lazy("dates", "%(date)s until") % words
            ),
            f"{name}_match": django_filters.MultipleChoiceFilter(
                choices=Answer, method=_nothing, label=_("%(date)s, how sure") % words
            ),
            name: django_filters.ChoiceFilter(
                choices=[("unknown", _("date unknown"))], method=_nothing, label=label
            ),
        }
    return type(django_filters.FilterSet)("DaysAsked", (django_filters.FilterSet,), asked)


def narrowed_by_days(queryset, name: str, *, asked: DateRange | None, match: list[str], unknown: bool):
    """The rows whose date `name` answers as wished; `<name>_answer` says how each does where days were asked.

    Without `match`, what is certain and what is possible. Without asked days only `unknown` narrows.
    """
    if asked is not None:
        queryset = with_answer(queryset, name, asked)
        queryset = queryset.filter(claims.answers(name, asked, match or [Answer.POSSIBLE]))
    return queryset.filter(claims.unknown(name)) if unknown else queryset


def with_answer(queryset, name: str, asked: DateRange):
    """Annotate `<name>_answer`: certain, possible, unknown, or NULL for certainly not."""
    return queryset.annotate(**{f"{name}_answer": claims.answer(name, asked)})

"""One set of filters for the page and the API."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib import languages
from lib.folding import Contains
from organizations.models import Alias, Organization, OrganizationKind


def named(words: str) -> Q:
    """Organizations whose name, short name or other name contains `words`, folded."""
    condition = Q(pk__in=Alias.objects.filter(Contains("name", words)).values("organization"))
    for column in languages.columns("name", "short_name"):
        condition |= Q(Contains(column, words))
    return condition


class OrganizationFilter(django_filters.FilterSet):
    """Organizations by words of their names, kind and parent."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=OrganizationKind.objects.order_by("position"), label=_("Kind")
    )
    parent = django_filters.ModelChoiceFilter(
        queryset=Organization.objects.order_by("slug"), label=_("Parent")
    )

    class Meta:
        model = Organization
        fields = ["q", "kind", "parent"]

    def search(self, queryset, name, value):
        return queryset.filter(named(value))

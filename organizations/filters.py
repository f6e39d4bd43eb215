"""One set of filters for the page and the API, and what each value of a filter would leave."""

from collections import Counter
from collections.abc import Callable, Collection

import django_filters
from babel import Locale
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.since import Since
from lib import asking, finding, languages
from lib.conditions import IsOneOf
from lib.facets import Facet, Option, facet, newest
from lib.filtering import IdentifiersFilter, WordsFilter
from lib.folding import Contains
from organizations.models import (
    Alias,
    Descent,
    ExternalIdentifier,
    NameEntry,
    Office,
    Organization,
    OrganizationKind,
    Person,
    ProfileClaim,
)
from organizations.models.organization import SourceLanguage
from organizations.queries.identity import kept, successor


def countries() -> list[tuple[str, str]]:
    """The countries of ISO 3166-1: (code, name in the reader's language), as CLDR has them."""
    names = Locale(languages.current()).territories
    return [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]


def named(words: str) -> Q:
    """Organizations by every word of `words` in any of their names, in either script; one query."""
    return _named(words, "organization")


def people_named(words: str) -> Q:
    """People by every word of `words` in their names, in either script; one query."""
    return _named(words, "person")


def _named(words: str, owner: str) -> Q:
    entries = NameEntry.objects.filter(**{f"{owner}__isnull": False})
    taken = finding.take(asking.terms(words), [finding.Said(entries, Q())])
    found = Q() if taken else Q(pk__in=[])
    for each in taken:
        found &= Q(IsOneOf("pk", entries.filter(each.condition).values(owner)))
    return found


HAS: dict[str, tuple[Promise, Callable[[], QuerySet]]] = {
    "units": (_("Units"), lambda: Organization.objects.exclude(parent=None).values("parent")),
    "aliases": (_("Other names"), lambda: Alias.objects.values("organization")),
    "identifiers": (_("Identifiers elsewhere"), lambda: ExternalIdentifier.objects.values("organization")),
    "profile": (_("Profile"), lambda: ProfileClaim.objects.values("organization")),
    "offices": (_("Offices"), lambda: Office.objects.values("organization")),
    "website": (_("Website"), lambda: Organization.objects.exclude(website="").values("pk")),
}
"""What an organization may have → its label, and the keys of those that have it."""


class OrganizationFilter(Since):
    """Organizations by words of their names, kind, country and parent."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=OrganizationKind.objects.order_by("position"), label=_("Kind")
    )
    country = django_filters.MultipleChoiceFilter(choices=countries, label=_("Country"))
    parent = django_filters.ModelChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="under", label=_("Parent")
    )

    ancestor = django_filters.ModelChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="below", label=_("Somewhere under")
    )
    slug = WordsFilter(method="by_slug", label=_("Short address"))
    source_language = django_filters.MultipleChoiceFilter(
        choices=SourceLanguage, label=_("Language of the name")
    )
    identifier = IdentifiersFilter(
        rows=ExternalIdentifier.objects, owner="organization", label=_("Identifier elsewhere")
    )
    has = django_filters.MultipleChoiceFilter(
        choices=[(name, label) for name, (label, _rows) in HAS.items()], method="having", label=_("Has")
    )

    class Meta:
        model = Organization
        fields = ["q", "kind", "country", "parent"]

    def search(self, queryset, name, value):
        return queryset.filter(named(value))

    def under(self, queryset, name, value):
        """Those right under the parent, or under what it was merged into: an address that was kept finds them."""
        return queryset.filter(parent=successor(value))

    def below(self, queryset, name, value):
        """All that stand under the organization, at any depth, itself aside."""
        above = successor(value)
        under = Descent.objects.filter(ancestor=above, depth__gt=0)
        return queryset.filter(pk__in=under.values("descendant"))

    def by_slug(self, queryset, name, value):
        return queryset.filter(slug__in=value) if value else queryset

    def having(self, queryset, name, value):
        found = Q(pk__in=[])
        for each in value:
            _label, rows = HAS[each]
            found |= Q(pk__in=rows())
        return queryset.filter(found) if value else queryset


def offered(data, organizations, *, whole: Collection[str] = ()) -> list[Facet]:
    """Kind and country of the newest of `organizations` under the filters in `data`, a query or two each.

    The facets in `whole` have all their options. A facet ignores its own values: what is not chosen shows what choosing
    it would add. Where not all were looked at, any kind may be had by one of the others.
    """
    found = []
    for name in ("kind", "country"):
        others = data.copy()
        others.pop(name, None)
        filters = OrganizationFilter(others, queryset=organizations)
        left = filters.qs if filters.is_valid() else organizations.none()
        rows, total = newest(left, name)
        counts = Counter(value for (value,) in rows)
        field = filters.form.fields[name]
        chosen = set(data.getlist(name))
        choices = [(str(getattr(value, "value", value)), label) for value, label in field.choices]
        options = [
            Option(value, str(label), counts[value])
            for value, label in choices
            if value and (counts[value] or value in chosen or (total.more and name == "kind"))
        ]
        options.sort(key=lambda each: -each.number)
        label = str(field.label)
        found.append(facet(name, label, options, chosen=chosen, whole=name in whole, capped=total.more))
    return found


class PersonFilter(Since):
    """People by words of their names, of their titles and of the organizations they hold them in."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    organization = django_filters.ModelChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_organization", label=_("Organization")
    )

    class Meta:
        model = Person
        fields = ["q", "organization"]

    def search(self, queryset, name, value):
        condition = Q(offices__organization__in=Organization.objects.filter(named(value)))
        for column in languages.columns("title"):
            condition |= Q(Contains(f"offices__{column}", value))
        # In a query of its own: a person with several offices is still one person.
        found = Q(pk__in=Person.objects.filter(condition).values("pk"))
        return queryset.filter(found | people_named(value))

    def by_organization(self, queryset, name, value):
        """Those with an office in the organization or in one under it."""
        below = Office.objects.filter(organization__above__ancestor=successor(value))
        return queryset.filter(pk__in=below.values("person"))


class OfficeFilter(django_filters.FilterSet):
    """Offices by the person who holds them and the organization, or one under it, in which they are held."""

    person = django_filters.ModelMultipleChoiceFilter(
        queryset=Person.objects.order_by("pk"), label=_("Person")
    )
    organization = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_organization", label=_("Organization")
    )

    class Meta:
        model = Office
        fields = ["person", "organization"]

    def by_organization(self, queryset, name, value):
        return queryset.filter(organization__in=kept(value)) if value else queryset

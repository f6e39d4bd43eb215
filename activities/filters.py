"""One set of filters for the page and the API, and what each value of a filter would leave."""

from dataclasses import dataclass

import django_filters
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind, ActivityOrganizer, Fulfilment
from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.filters.words import any_of
from agreements.models import Agreement, Commitment
from lib import languages
from lib.folding import Contains
from organizations.filters import named
from organizations.models import Organization

SHOWN = 8
"""How many organizations are offered to choose from, the busiest first; chosen ones always are."""


class ActivityFilter(days_filters(held=_("Date"))):
    """Activities by words, status, kind, who holds them, what they count toward, and when.

    Dates answer in three values: `held_match=certain` those surely held in the asked days, without it also the
    possible ones; `held=unknown` those whose date nobody states.
    """

    q = django_filters.CharFilter(method="search", label=_("Words"))
    status = django_filters.MultipleChoiceFilter(choices=Activity.Status, label=_("Status"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=ActivityKind.objects.order_by("position", "code"), label=_("Kind")
    )
    organization = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_organization", label=_("Held by")
    )
    agreement = django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Agreement.objects.visible_to(request.user),
        method="by_agreement",
        label=_("Agreement"),
    )
    commitment = django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Commitment.objects.visible_to(request.user),
        method="by_commitment",
        label=_("Commitment"),
    )

    class Meta:
        model = Activity
        form = DaysForm
        fields = ["q", "status", "kind", "organization", "agreement", "commitment"]

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        return narrowed_by_days(
            super().filter_queryset(queryset),
            "held",
            asked=self.form.days.get("held"),
            match=cleaned["held_match"],
            unknown=bool(cleaned["held"]),
        )

    def search(self, queryset, name, value):
        holders = ActivityOrganizer.objects.filter(organization__in=Organization.objects.filter(named(value)))
        return queryset.filter(
            any_of("title", "description", words=value)
            | Q(Contains("place", value))
            | Q(pk__in=holders.values("activity"))
        )

    def by_organization(self, queryset, name, value):
        held = ActivityOrganizer.objects.filter(organization__in=value)
        return queryset.filter(pk__in=held.values("activity")) if value else queryset

    def by_agreement(self, queryset, name, value):
        counted = Fulfilment.objects.filter(commitment__agreement__in=value)
        return queryset.filter(pk__in=counted.values("activity")) if value else queryset

    def by_commitment(self, queryset, name, value):
        counted = Fulfilment.objects.filter(commitment__in=value)
        return queryset.filter(pk__in=counted.values("activity")) if value else queryset

    def deadlines(self, commitments):
        """Those of `commitments` whose deadlines belong beside the activities found: under the filters both know.

        None under a filter that only activities know: status, kind, date.
        """
        asked = self.form.cleaned_data
        if any(asked[name] for name in ("status", "kind", "held", "held_match")) or self.form.days:
            return commitments.none()
        if asked["organization"]:
            commitments = commitments.owed_by(*asked["organization"])
        if asked["agreement"]:
            commitments = commitments.filter(agreement__in=asked["agreement"])
        if asked["commitment"]:
            commitments = commitments.filter(pk__in=asked["commitment"])
        if asked["q"]:
            commitments = commitments.filter(
                any_of("text", "purpose", words=asked["q"]) | Q(Contains("place", asked["q"]))
            )
        return commitments


@dataclass(frozen=True)
class Option:
    """One value of a filter: how many activities it would leave, and whether it is chosen."""

    value: str
    label: languages.Text | str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """The values of one filter."""

    name: str
    label: str
    options: list[Option]


def facets(data, activities, *, request) -> list[Facet]:
    """Status, kind and holder of `activities` under the filters in `data`, a query or two each.

    A facet ignores its own values: what is not chosen shows what choosing it would add.
    """
    columns = {"status": "status", "kind": "kind", "organization": "organizers__organization"}
    found = []
    for name, column in columns.items():
        others = data.copy()
        others.pop(name, None)
        filters = ActivityFilter(others, queryset=activities, request=request)
        left = Activity.objects.filter(pk__in=filters.qs.values("pk"))
        rows = left.order_by().values_list(column).annotate(n=Count("pk", distinct=True))
        chosen = set(data.getlist(name))
        if name == "organization":
            counts = dict(rows.filter(**{f"{column}__isnull": False}).order_by("-n", column)[: 5 * SHOWN])
            bodies = Organization.objects.in_bulk(list(counts))
            options = [
                Option(str(key), bodies[key].label, count, str(key) in chosen)
                for key, count in counts.items()
            ]
            options = [each for index, each in enumerate(options) if index < SHOWN or each.chosen]
        else:
            counts = dict(rows)
            options = [
                Option(str(value), str(label), counts.get(str(value), 0), str(value) in chosen)
                for value, label in _choices(filters, name)
                if counts.get(str(value)) or str(value) in chosen
            ]
        if options:
            found.append(Facet(name, str(filters.form.fields[name].label), options))
    return found


def _choices(filters: ActivityFilter, name: str):
    if name == "status":
        return Activity.Status.choices
    return [(each.pk, languages.spoken(each, "label")) for each in filters.filters[name].queryset]

"""One set of filters for the page and the API."""

import django_filters
from django.db.models import Model, Q, Value, lookups
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from activities import indexed
from activities.models import (
    Activity,
    ActivityKind,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.filters.parts import in_place, of_agreements
from agreements.filters.words import any_of
from agreements.models import Agreement, Commitment
from audit.since import Since
from lib.filtering import WordsFilter
from lib.folding import Contains, Fold
from organizations.filters import named
from organizations.models import Organization
from organizations.models.organization import SourceLanguage
from organizations.queries.identity import kept

MOST_KEYS = 5000
"""As many activities are handed back to the database by their keys, instead of being found again."""


def saying(words: str) -> Q:
    """Activities that say `words` in title, description or place, or that are held by who is named so; two queries.

    Few are found at once, by two indexes. Many are left to be found again: whoever lists them needs the first alone,
    and meets enough of them on the way through any order.
    """
    said = worded(words)
    bodies = Organization.objects.filter(named(words))
    held = ActivityOrganizer.objects.filter(organization__in=bodies).values("activity")
    either = Activity.objects.filter(said).values("pk").union(held, all=True)[: MOST_KEYS + 1]
    keys = list(either.values_list("pk", flat=True))
    return said | Q(pk__in=held) if len(keys) > MOST_KEYS else Q(pk__in=set(keys))


def worded(words: str) -> Q:
    """Activities that say `words` in one of their texts. Nothing in `words` is a wildcard."""
    said = Q(lookups.Contains(indexed.words(), Fold(Value(words))))
    if indexed.BETWEEN not in words:
        return said
    return said & (any_of("title", "description", words=words) | Q(Contains("place", words)))


HAS: dict[str, tuple[Promise, type[Model]]] = {
    "counts_toward": (_("Commitments"), Fulfilment),
    "reached": (_("People reached"), Participation),
    "evidence": (_("Evidence"), EvidenceFile),
}
"""What an activity may have → its label and the table of it."""


class ActivityFilter(days_filters(held=_("Date")), Since):
    """Activities by words, status, kind, who holds them, what they count towards, and when.

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

    place = WordsFilter(method="by_place", label=_("Place"))
    source_language = django_filters.MultipleChoiceFilter(
        choices=SourceLanguage, label=_("Language of the source")
    )
    has = django_filters.MultipleChoiceFilter(
        choices=[(name, label) for name, (label, _table) in HAS.items()], method="having", label=_("Has")
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
        return queryset.filter(saying(value))

    def by_organization(self, queryset, name, value):
        held = ActivityOrganizer.objects.filter(organization__in=kept(value))
        return queryset.filter(pk__in=held.values("activity")) if value else queryset

    def by_agreement(self, queryset, name, value):
        counted = Fulfilment.objects.filter(commitment__agreement__in=value)
        return queryset.filter(pk__in=counted.values("activity")) if value else queryset

    def by_commitment(self, queryset, name, value):
        counted = Fulfilment.objects.filter(commitment__in=value)
        return queryset.filter(pk__in=counted.values("activity")) if value else queryset

    def by_place(self, queryset, name, value):
        return in_place(queryset, value)

    def having(self, queryset, name, value):
        found = Q(pk__in=[])
        for each in value:
            rows = HAS[each][1].objects.filter(activity__isnull=False)
            if HAS[each][1] is Fulfilment:  # of what may not be read nothing is told
                rows = rows.filter(commitment__in=Commitment.objects.visible_to(self.request.user))
            found |= Q(pk__in=rows.values("activity"))
        return queryset.filter(found) if value else queryset

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


class ProgressViewFilter(Since):
    """Progress views by commitment, agreement, who says it, and what."""

    commitment = django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Commitment.objects.visible_to(request.user), label=_("Commitment")
    )
    agreement = of_agreements(field_name="commitment__agreement")
    organization = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_organization", label=_("Organization")
    )
    verdict = django_filters.MultipleChoiceFilter(choices=ProgressView.Verdict, label=_("Verdict"))

    class Meta:
        model = ProgressView
        fields = ["commitment", "agreement", "organization", "verdict"]

    def by_organization(self, queryset, name, value):
        return queryset.filter(party__organization__in=kept(value)) if value else queryset

"""What agreements are made of, and what they lean on: filters of the API's other lists."""

import django_filters
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.filters.words import any_of
from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    AgreementSource,
    Citation,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    PartyRole,
    Programme,
    Signatory,
    Source,
    Statement,
    TargetGroup,
)
from audit.since import Since
from lib.filtering import WordsFilter
from lib.folding import Contains, Fold
from organizations.models import Office, Organization, Person
from organizations.models.organization import SourceLanguage
from organizations.queries.identity import kept


def of_agreements(**options) -> django_filters.ModelMultipleChoiceFilter:
    """Asks for agreements that the actor may read."""
    return django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Agreement.objects.visible_to(request.user), label=_("Agreement"), **options
    )


def _organizations(label, method: str = "by_organization") -> django_filters.ModelMultipleChoiceFilter:
    return django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method=method, label=label
    )


class OfAgreements(django_filters.FilterSet):
    """Parts by their agreements."""

    agreement = of_agreements()


class PartyFilter(OfAgreements):
    """Parties by agreement, organization and role."""

    organization = _organizations(_("Organization"))
    role = django_filters.ModelMultipleChoiceFilter(
        queryset=PartyRole.objects.order_by("position"), label=_("Role")
    )

    class Meta:
        model = Party
        fields = ["agreement", "organization", "role"]

    def by_organization(self, queryset, name, value):
        return queryset.filter(organization__in=kept(value)) if value else queryset


class SignatoryFilter(django_filters.FilterSet):
    """Signatories by agreement, party and person."""

    agreement = of_agreements(field_name="party__agreement")
    party = django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Party.objects.filter(
            agreement__in=Agreement.objects.visible_to(request.user)
        ),
        label=_("Party"),
    )
    person = django_filters.ModelMultipleChoiceFilter(
        queryset=Person.objects.order_by("pk"), label=_("Person")
    )

    class Meta:
        model = Signatory
        fields = ["agreement", "party", "person"]


class GroupFilter(OfAgreements):
    """Named groups by agreement, concept, place, and whose they are."""

    concept = django_filters.ModelMultipleChoiceFilter(
        queryset=TargetGroup.objects.order_by("position"), label=_("Who benefits")
    )
    of_organization = _organizations(_("Organization"))
    place = WordsFilter(method="by_place", label=_("Place"))

    class Meta:
        model = NamedGroup
        fields = ["agreement", "concept", "of_organization", "place"]

    def by_organization(self, queryset, name, value):
        return queryset.filter(of_organization__in=kept(value)) if value else queryset

    def by_place(self, queryset, name, value):
        return in_place(queryset, value)


class ObjectiveFilter(OfAgreements):
    """Objectives by agreement and kind."""

    kind = django_filters.MultipleChoiceFilter(choices=Objective.Kind, label=_("Kind"))

    class Meta:
        model = Objective
        fields = ["agreement", "kind"]


class StatementFilter(OfAgreements):
    """Statements by agreement, who speaks, and how."""

    speaker = django_filters.ModelMultipleChoiceFilter(
        queryset=Office.objects.order_by("pk"), label=_("Speaker")
    )
    person = django_filters.ModelMultipleChoiceFilter(
        field_name="speaker__person", queryset=Person.objects.order_by("pk"), label=_("Person")
    )
    attribution = django_filters.MultipleChoiceFilter(choices=Statement.Attribution, label=_("Attribution"))
    manner = django_filters.MultipleChoiceFilter(choices=Statement.Manner, label=_("Manner"))

    class Meta:
        model = Statement
        fields = ["agreement", "speaker", "person", "attribution", "manner"]


class AdvantageFilter(OfAgreements):
    """Advantages by agreement."""

    class Meta:
        model = Advantage
        fields = ["agreement"]


class QuestionFilter(OfAgreements):
    """Open questions by agreement, and whether they are resolved."""

    resolved = django_filters.BooleanFilter(
        field_name="resolved_at", lookup_expr="isnull", exclude=True, label=_("Resolved")
    )

    class Meta:
        model = OpenQuestion
        fields = ["agreement", "resolved"]


class EventFilter(days_filters(occurred=_("Date")), OfAgreements):
    """Lifecycle events by agreement, kind and day."""

    kind = django_filters.MultipleChoiceFilter(choices=LifecycleEvent.Kind, label=_("Kind"))

    class Meta:
        model = LifecycleEvent
        form = DaysForm
        fields = ["agreement", "kind"]

    def filter_queryset(self, queryset):
        return by_days(self, super().filter_queryset(queryset), "occurred")


class LinkFilter(OfAgreements):
    """Links by the agreement they are of, the one they lead to, and kind."""

    kind = django_filters.MultipleChoiceFilter(choices=AgreementLink.Kind, label=_("Kind"))
    to = of_agreements()

    class Meta:
        model = AgreementLink
        fields = ["agreement", "kind", "to"]


class AmendmentFilter(days_filters(signed=_("Signed"), effective=_("In force from")), OfAgreements):
    """Amendments by agreement and days."""

    class Meta:
        form = DaysForm

    def filter_queryset(self, queryset):
        found = by_days(self, super().filter_queryset(queryset), "signed")
        return by_days(self, found, "effective")


class ProgrammeFilter(Since):
    """Programmes by words of their names."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    slug = WordsFilter(method="by_slug", label=_("Short address"))

    class Meta:
        model = Programme
        fields = ["q", "slug"]

    def search(self, queryset, name, value):
        return queryset.filter(any_of("name", "short_name", words=value))

    def by_slug(self, queryset, name, value):
        return queryset.filter(slug__in=value)


class SourceFilter(days_filters(published=_("Published")), Since):
    """Sources by words, kind, language, agreement and day of publication."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.MultipleChoiceFilter(choices=Source.Kind, label=_("Kind"))
    source_language = django_filters.MultipleChoiceFilter(
        field_name="language", choices=SourceLanguage, label=_("Language")
    )
    agreement = of_agreements(method="by_agreement")
    has = django_filters.MultipleChoiceFilter(
        choices=[("files", _("Files")), ("newer", _("A newer text"))], method="having", label=_("Has")
    )

    class Meta:
        model = Source
        form = DaysForm
        fields = ["q", "kind", "source_language", "agreement", "has"]

    def filter_queryset(self, queryset):
        return by_days(self, super().filter_queryset(queryset), "published")

    def search(self, queryset, name, value):
        found = Q()
        for column in ("title", "byline", "publisher", "text"):
            found |= Q(Contains(column, value))
        return queryset.filter(found)

    def by_agreement(self, queryset, name, value):
        links = AgreementSource.objects.filter(agreement__in=value)
        return queryset.filter(pk__in=links.values("source")) if value else queryset

    def having(self, queryset, name, value):
        found = Q(pk__in=[])
        for each in value:
            found |= Q(**{f"{each}__isnull": False})
        rows = Source.objects.filter(found).values("pk")
        return queryset.filter(pk__in=rows) if value else queryset


class CitationFilter(OfAgreements):
    """Citations by agreement, source, and which kind of fact they prove."""

    source = django_filters.ModelMultipleChoiceFilter(
        queryset=lambda request: Source.objects.visible_to(request.user), label=_("Source")
    )
    fact = django_filters.MultipleChoiceFilter(
        choices=[("agreement" if each == "of_agreement" else each, each) for each in Citation.FACTS],
        method="by_fact",
        label=_("Fact"),
    )

    class Meta:
        model = Citation
        fields = ["agreement", "source", "fact"]

    def by_fact(self, queryset, name, value):
        found = Q(pk__in=[])
        for each in value:
            found |= Q(**{f"{'of_agreement' if each == 'agreement' else each}__isnull": False})
        return queryset.filter(found) if value else queryset


def by_days(filters: django_filters.FilterSet, queryset, name: str):
    """The rows whose date `name` answers as the parameters of that date ask."""
    cleaned = filters.form.cleaned_data
    return narrowed_by_days(
        queryset,
        name,
        asked=filters.form.days.get(name),
        match=cleaned[f"{name}_match"],
        unknown=bool(cleaned[name]),
    )


def in_place(queryset, words: list[str]):
    """The rows whose `place` is one of these, as it is written, capitals and accents aside."""
    found = Q(pk__in=[])
    for each in words:
        found |= Q(folded_place=Fold(Value(each)))
    return queryset.alias(folded_place=Fold(F("place"))).filter(found) if words else queryset

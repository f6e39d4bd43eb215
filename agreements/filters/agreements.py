"""Agreements by what they say, between whom, of what kind, when, and how far."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from uuid import UUID

import django_filters
from django import forms
from django.db.models import F, Func, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from agreements.filters.days import DaysForm, days_filters, narrowed_by_days
from agreements.models import (
    Advantage,
    Agreement,
    AgreementIdentifier,
    AgreementKind,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Amendment,
    Commitment,
    CommitmentKind,
    Follow,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Programme,
    Statement,
    TargetGroup,
    Theme,
)
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, changes, listing, quality, search
from audit.since import entered_since
from lib.filtering import IdentifiersFilter, MomentFilter, WordsFilter
from lib.folding import Fold
from organizations.filters import countries
from organizations.models import Anonymous, Descent, Organization, OrganizationKind
from organizations.models.organization import SourceLanguage
from organizations.queries.identity import kept

NO_PROGRAMME = "none"
Step = Callable[[QuerySet], QuerySet]

HAS: dict[str, tuple] = {
    "programme": (_("Programme"), None),
    "groups": (_("Who benefits"), NamedGroup),
    "objectives": (_("Objectives"), Objective),
    "commitments": (_("Commitments"), Commitment),
    "statements": (_("Statements"), Statement),
    "advantages": (_("Advantages"), Advantage),
    "events": (_("Events"), LifecycleEvent),
    "amendments": (_("Amendments"), Amendment),
    "links": (_("Links"), AgreementLink),
    "questions": (_("Open questions"), OpenQuestion),
    "sources": (_("Sources"), AgreementSource),
    "identifiers": (_("Identifiers elsewhere"), AgreementIdentifier),
}
"""What an agreement may have → its label and the table of it, whose rows name the agreement."""
FEW = 1000
"""As many keys as are handed back to the database, so that what they answer to need not be asked again."""


class AgreementForm(DaysForm):
    """Checks what single fields cannot."""

    field_order = (
        "q",
        "party",
        "party_scope",
        "kind",
        "state",
        "attention",
        "theme",
        "programme",
        "place",
        "group",
    )

    def clean_only(self) -> list[int]:
        """The numbers of the chosen agreements."""
        numbers = [Agreement.number_of(each) for each in self.cleaned_data["only"]]
        if None in numbers:
            raise forms.ValidationError(_("Write the registry's numbers, like MQ-0001."))
        return numbers

    def clean_linked_to(self) -> list[UUID]:
        """The keys of the agreements; the one that may not be read leads nowhere."""
        try:
            return [UUID(each) for each in self.cleaned_data["linked_to"]]
        except ValueError as error:
            raise forms.ValidationError(_("Give ids of agreements.")) from error


def _choices(queryset, label: str, **options) -> django_filters.ModelMultipleChoiceFilter:
    return django_filters.ModelMultipleChoiceFilter(queryset=queryset, label=label, **options)


class AgreementFilter(days_filters(**Agreement.DATES)):
    """Agreements by words, parties, kind, theme, programme, place, groups, state and dates.

    The same parameter twice means or, different ones mean and. Dates answer in three values: with
    `signed_match=certain` those surely signed in the asked days, with `possible` (or nothing) also the possible ones,
    with `unknown` those whose day no source tells. No condition multiplies rows.
    """

    q = django_filters.CharFilter(label=_("Words"))
    party = _choices(Organization.objects.order_by("slug"), _("Party"))
    party_scope = django_filters.ChoiceFilter(
        choices=[("self", _("the organization itself")), ("subtree", _("with its units"))], label=_("Parties")
    )
    kind = _choices(AgreementKind.objects.order_by("position"), _("Kind"))
    state = django_filters.MultipleChoiceFilter(choices=LegalState, label=_("State"))
    attention = django_filters.MultipleChoiceFilter(choices=attention.Attention, label=_("Needs attention"))
    theme = _choices(Theme.objects.order_by("position"), _("Theme"))
    programme = _choices(
        Programme.objects.order_by("slug"),
        _("Programme"),
        null_label=_("none stated"),
        null_value=NO_PROGRAMME,
    )
    place = WordsFilter(label=_("Place"))
    group = _choices(TargetGroup.objects.order_by("position"), _("Who benefits"))
    commitment_kind = _choices(CommitmentKind.objects.order_by("position"), _("Kind of commitment"))
    open_question = django_filters.BooleanFilter(label=_("With an open question"))
    lacks = django_filters.MultipleChoiceFilter(
        choices=[(name, lack.label) for name, lack in quality.CRITERIA.items()],
        label=_("The sources do not say"),
    )
    source_language = django_filters.MultipleChoiceFilter(
        choices=SourceLanguage, label=_("Language of the source")
    )
    editorial_state = django_filters.MultipleChoiceFilter(
        choices=Agreement.EditorialState, label=_("State of the record")
    )
    followed = django_filters.BooleanFilter(label=_("Followed by me"))
    only = WordsFilter(label=_("Only these"))
    identifier = IdentifiersFilter(
        rows=AgreementIdentifier.objects, owner="agreement", label=_("Identifier elsewhere")
    )
    has = django_filters.MultipleChoiceFilter(
        choices=[(name, label) for name, (label, _rows) in HAS.items()], label=_("Has")
    )
    party_kind = _choices(OrganizationKind.objects.order_by("position"), _("Kind of a party"))
    country = django_filters.MultipleChoiceFilter(choices=countries, label=_("Country of a party"))
    linked_to = WordsFilter(label=_("Linked to"))
    link_kind = django_filters.MultipleChoiceFilter(choices=AgreementLink.Kind, label=_("Kind of link"))
    created_since = MomentFilter(label=_("Entered since"))
    updated_since = MomentFilter(label=_("Changed since"))
    order = django_filters.ChoiceFilter(choices=listing.ORDERS_CHOICES, label=_("Order"))

    class Meta:
        model = Agreement
        form = AgreementForm
        fields: list[str] = []

    TOGETHER = (
        ("party", "party_scope"),
        ("linked_to", "link_kind"),
        *((name, f"{name}_from", f"{name}_to", f"{name}_match") for name in Agreement.DATES),
    )
    """Parameters of which one says how another is meant."""

    def __init__(self, *args, on: date, actor=None, **kwargs):
        self.on = on
        self.actor = actor or Anonymous()
        super().__init__(*args, **kwargs)

    @property
    def qs(self) -> QuerySet:
        """What all parameters leave; all that was given when one of them cannot be understood."""
        if not hasattr(self, "_qs"):
            self._qs = self.narrowed() if self.is_bound and self.is_valid() else self.queryset.all()
        return self._qs

    @property
    def asked_order(self) -> str:
        """How the list stands: as asked, else the newest record first; nothing is relevant where nothing was asked."""
        wished = self.form.cleaned_data.get("order")
        return wished if wished and (wished != "relevance" or self.asked) else "-number"

    @cached_property
    def asked(self) -> search.Asked | None:
        """The search for words, when one was asked for, understood among all that was given."""
        words = self.form.cleaned_data.get("q")
        return search.ask(words, readable=self.queryset) if words else None

    def reasons(self, agreements: list[Agreement]) -> dict[UUID, list[search.Reason]]:
        """Why each of `agreements` is found by the words."""
        return search.reasons(agreements, self.asked) if self.asked else {}

    def nearest(self) -> str | None:
        """Words like the asked ones that the registry does say."""
        words = self.form.cleaned_data.get("q")
        return search.nearest(words, readable=self.queryset) if words else None

    @cached_property
    def _said(self) -> QuerySet | list[UUID]:
        return _keys(self.queryset.filter(self.asked.condition))

    @cached_property
    def _changed(self) -> Q | Func:
        return changes.since(self.form.cleaned_data["updated_since"], to=self.actor)

    def narrowed(self, among: QuerySet | None = None, *, without: tuple[str, ...] = ()) -> QuerySet:
        """What is left, `among` others than all that was given, by all parameters but those named in `without`."""
        found = self.queryset.all() if among is None else among
        for name, step in self.steps.items():
            if name not in without:
                found = step(found)
        return found

    @property
    def settled(self) -> frozenset | None:
        """What the parameters say, if what they narrow by follows from that alone; then it may be put into SQL once.

        None where a condition depends on who asks, on the day, or on what is recorded by now.
        """
        told = []
        for name in self.steps:
            if name in Agreement.DATES:
                cleaned = self.form.cleaned_data
                told.append((name, self.form.days.get(name), *cleaned[f"{name}_match"], bool(cleaned[name])))
            elif name in _SETTLED:
                values = self.form.cleaned_data[name]
                values = kept(values) if name == "party" else values
                told.append((name, *(getattr(each, "pk", each) for each in values)))
            else:
                return None
        return frozenset({*told, self.form.cleaned_data.get("party_scope")})

    @property
    def steps(self) -> dict[str, Step]:
        """The parameters that were given, each with what it does to a queryset."""
        if not hasattr(self, "_steps"):
            self._steps = {
                name: step
                for name in self.form.cleaned_data
                if name in _BY and self._given(name) and (step := self._step(name)) is not None
            } | {name: self._by_days(name) for name in Agreement.DATES if self._asks_days(name)}
        return self._steps

    def _given(self, name: str) -> bool:
        value = self.form.cleaned_data[name]
        return value is not None and (not hasattr(value, "__len__") or len(value) > 0)

    def _step(self, name: str) -> Step:
        condition, value = _BY[name], self.form.cleaned_data[name]
        return lambda found: condition(self, found, value)

    def _asks_days(self, name: str) -> bool:
        return name in self.form.days or bool(self.form.cleaned_data.get(name))

    def _by_days(self, name: str) -> Step:
        cleaned = self.form.cleaned_data
        return lambda found: narrowed_by_days(
            found,
            name,
            asked=self.form.days.get(name),
            match=cleaned[f"{name}_match"],
            unknown=bool(cleaned[name]),
        )

    def by_identifier(self, found, told):
        return self.filters["identifier"].filter(found, told)

    def by_what_it_has(self, found, names):
        readable = self.queryset.values("pk")

        def having(name: str) -> Q:
            _label, table = HAS[name]
            if table is None:
                return Q(programme__isnull=False)
            rows = table.objects.all()
            if table is AgreementLink:  # a link to what may not be read is not told
                rows = rows.filter(to__in=readable)
            return Q(pk__in=rows.values("agreement"))

        return found.filter(_any(having(each) for each in names))

    def by_party_kind(self, found, kinds):
        return found.filter(pk__in=Party.objects.filter(organization__kind__in=kinds).values("agreement"))

    def by_country(self, found, codes):
        return found.filter(pk__in=Party.objects.filter(organization__country__in=codes).values("agreement"))

    def by_link(self, found, keys):
        """Those that lead to one of these, or that one of these leads to, as far as both ends may be read."""
        ends = self.queryset.filter(pk__in=keys).values("pk")
        links = AgreementLink.objects.all()
        if kinds := self.form.cleaned_data["link_kind"]:
            links = links.filter(kind__in=kinds)
        return found.filter(
            Q(pk__in=links.filter(to__in=ends).values("agreement"))
            | Q(pk__in=links.filter(agreement__in=ends).values("to"))
        )

    def by_link_kind(self, found, kinds):
        if self.form.cleaned_data["linked_to"]:
            return found
        links = AgreementLink.objects.filter(kind__in=kinds, to__in=self.queryset.values("pk"))
        return found.filter(pk__in=links.values("agreement"))

    def by_entry(self, found, moment):
        return entered_since(found, moment)

    def by_change(self, found, moment):
        return found.filter(self._changed)

    # One condition for each parameter. Rows below an agreement are asked through their keys: nothing is joined.

    def by_words(self, found, words):
        return found.filter(pk__in=self._said)

    def by_party(self, found, organizations):
        organizations = kept(organizations)
        parties = Party.objects.filter(organization__in=organizations)
        if self.form.cleaned_data["party_scope"] == "subtree":
            below = Descent.objects.filter(ancestor__in=organizations).values("descendant")
            parties = Party.objects.filter(organization__in=below)
        return found.filter(pk__in=parties.values("agreement"))

    def by_state(self, found, states):
        return with_legal_state(found, on=self.on).filter(legal_state__in=states)

    def by_attention(self, found, kinds):
        return found.filter(_any(attention.needing(each, actor=self.actor, on=self.on) for each in kinds))

    def by_theme(self, found, themes):
        return found.filter(pk__in=AgreementTheme.objects.filter(theme__in=themes).values("agreement"))

    def by_programme(self, found, programmes):
        named = [each for each in programmes if each != NO_PROGRAMME]
        condition = Q(programme__in=named)
        return found.filter(condition | Q(programme=None) if NO_PROGRAMME in programmes else condition)

    def by_place(self, found, places):
        return found.filter(in_places(places))

    def by_group(self, found, groups):
        return found.filter(pk__in=NamedGroup.objects.filter(concept__in=groups).values("agreement"))

    def by_commitment_kind(self, found, kinds):
        return found.filter(pk__in=Commitment.objects.filter(kind__in=kinds).values("agreement"))

    def by_question(self, found, wanted):
        asked = Q(pk__in=OpenQuestion.objects.filter(resolved_at__isnull=True).values("agreement"))
        return found.filter(asked if wanted else ~asked)

    def by_lack(self, found, names):
        return found.filter(_any(quality.CRITERIA[each].condition for each in names))

    def by_language(self, found, languages):
        return found.filter(source_language__in=languages)

    def by_editorial_state(self, found, states):
        return found.filter(editorial_state__in=states)

    def by_follower(self, found, wanted):
        mine = Q(pk__in=Follow.objects.filter(user=self.actor.account_id).values("agreement"))
        return found.filter(mine if wanted else ~mine) if self.actor.account_id else found.none()

    def by_number(self, found, numbers):
        return found.filter(number__in=numbers)


_BY: dict[str, Callable] = {
    "q": AgreementFilter.by_words,
    "party": AgreementFilter.by_party,
    "kind": lambda self, found, kinds: found.filter(kind__in=kinds),
    "state": AgreementFilter.by_state,
    "attention": AgreementFilter.by_attention,
    "theme": AgreementFilter.by_theme,
    "programme": AgreementFilter.by_programme,
    "place": AgreementFilter.by_place,
    "group": AgreementFilter.by_group,
    "commitment_kind": AgreementFilter.by_commitment_kind,
    "open_question": AgreementFilter.by_question,
    "lacks": AgreementFilter.by_lack,
    "source_language": AgreementFilter.by_language,
    "editorial_state": AgreementFilter.by_editorial_state,
    "followed": AgreementFilter.by_follower,
    "only": AgreementFilter.by_number,
    "identifier": AgreementFilter.by_identifier,
    "has": AgreementFilter.by_what_it_has,
    "party_kind": AgreementFilter.by_party_kind,
    "country": AgreementFilter.by_country,
    "linked_to": AgreementFilter.by_link,
    "link_kind": AgreementFilter.by_link_kind,
    "created_since": AgreementFilter.by_entry,
    "updated_since": AgreementFilter.by_change,
}


_SETTLED = frozenset(
    ("party", "kind", "theme", "programme", "group", "commitment_kind", "source_language", "editorial_state")
)
"""Parameters whose condition says what they say, whoever asks and whenever; so do the dates."""


def _keys(found: QuerySet) -> QuerySet | list[UUID]:
    """The keys of `found`: where they are FEW looked up, so that each use need not find them again. One query."""
    keys = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else found.values("pk")


def _any(conditions) -> Q:
    found = Q(pk__in=[])
    for each in conditions:
        found |= each
    return found


def places() -> list[tuple[type, str, str]]:
    """Where a place may be named: (model, column of the place, column of the agreement)."""
    return [
        (Agreement, "place_of_signature", "pk"),
        (Commitment, "place", "agreement"),
        (NamedGroup, "place", "agreement"),
    ]


def in_places(words: list[str]) -> Q:
    """Agreements signed at, or with a commitment or a group in, one of these places; folded, whole names."""
    condition = Q()
    for model, column, owner in places():
        rows = model.objects.alias(folded=Fold(F(column))).filter(
            _any(Q(folded=Fold(Value(each))) for each in words)
        )
        condition |= Q(pk__in=rows.values(owner))
    return condition

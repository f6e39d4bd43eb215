"""One set of filters for the page, the export and the API."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Agreement,
    AgreementKind,
    Citation,
    Commitment,
    CommitmentKind,
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
from agreements.models.provisions import Advantage
from lib import claims, languages
from lib.folding import Contains
from organizations.filters import named
from organizations.models import Organization

SIGNED_MATCH = [("possible", _("possibly")), ("certain", _("certainly"))]


def containing(words: str) -> Q:
    """Agreements that say `words` in a title, name, clause, quote, reference or place; folded, not as a pattern."""

    def said(model, *names: str, plain: tuple[str, ...] = (), owner: str = "agreement"):
        condition = Q()
        for column in (*languages.columns(*names), *plain):
            condition |= Q(Contains(column, words))
        return Q(pk__in=model.objects.filter(condition).values(owner))

    number = Agreement.number_of(words.strip())
    title = Q(number=number) if number is not None else Q(pk__in=[])
    for column in (*languages.columns("title", "occasion"), "reference", "place_of_signature"):
        title |= Q(Contains(column, words))
    return (
        title
        | Q(
            pk__in=Party.objects.filter(organization__in=Organization.objects.filter(named(words))).values(
                "agreement"
            )
        )
        | said(Party, plain=("name_as_written",))
        | said(Commitment, "text", "purpose", plain=("place",))
        | said(Objective, "text")
        | said(Advantage, "text")
        | said(Statement, "text")
        | said(NamedGroup, "text", plain=("place",))
        | said(Citation, plain=("quote",))
        | Q(programme__in=Programme.objects.filter(_any_of("name", "short_name", words=words)))
    )


def _any_of(*names: str, words: str) -> Q:
    condition = Q()
    for column in languages.columns(*names):
        condition |= Q(Contains(column, words))
    return condition


class AgreementFilter(django_filters.FilterSet):
    """Agreements by words, kind, party, theme, programme, state and dates.

    Dates answer in three values: with `signed_match=certain` those surely signed in the asked days, without it also
    the possible ones; `signed=unknown` those whose day of signature no source tells.
    """

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=AgreementKind.objects.order_by("position"),
        label=_("Kind"),
        widget=forms.CheckboxSelectMultiple,
    )
    state = django_filters.MultipleChoiceFilter(
        choices=LegalState, method="by_state", label=_("State"), widget=forms.CheckboxSelectMultiple
    )
    theme = django_filters.ModelMultipleChoiceFilter(
        queryset=Theme.objects.order_by("position"),
        field_name="theme_links__theme",
        label=_("Theme"),
        widget=forms.CheckboxSelectMultiple,
    )
    group = django_filters.ModelMultipleChoiceFilter(
        queryset=TargetGroup.objects.order_by("position"),
        field_name="groups__concept",
        label=_("Who benefits"),
        widget=forms.CheckboxSelectMultiple,
    )
    programme = django_filters.ModelMultipleChoiceFilter(
        queryset=Programme.objects.order_by("slug"), label=_("Programme"), widget=forms.CheckboxSelectMultiple
    )
    party = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), field_name="parties__organization", label=_("Party")
    )
    signed_from = django_filters.CharFilter(method="by_days", label=_("Signed from"))
    signed_to = django_filters.CharFilter(method="by_days", label=_("Signed until"))
    signed_match = django_filters.ChoiceFilter(
        choices=SIGNED_MATCH, method="by_days", label=_("Signed, for sure or perhaps")
    )
    signed = django_filters.ChoiceFilter(
        choices=[("unknown", _("date unknown"))], method="by_signed", label=_("Date of signature")
    )
    open_question = django_filters.BooleanFilter(method="by_question", label=_("With an open question"))

    class Meta:
        model = Agreement
        fields = [
            "q",
            "kind",
            "state",
            "theme",
            "group",
            "programme",
            "party",
            "signed_from",
            "signed_to",
            "signed_match",
            "signed",
            "open_question",
        ]

    def __init__(self, *args, on=None, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    @property
    def form(self):
        form = super().form
        if not hasattr(form, "_days_checked"):
            form._days_checked = True
            original = form.clean

            def clean():
                cleaned = original() or form.cleaned_data
                days = {}
                for name, end in (("signed_from", 0), ("signed_to", 1)):
                    if written := cleaned.get(name):
                        known = claims.days_of(written)
                        if known is None:
                            form.add_error(
                                name, _("Write a year, a month or a day: 2012, 2012-05 or 2012-05-18.")
                            )
                        else:
                            days[name] = known[end]
                if len(days) == 2 and days["signed_from"] > days["signed_to"]:
                    form.add_error("signed_to", _("The last day comes after the first."))
                form.days = days
                return cleaned

            form.clean = clean
        return form

    def filter_queryset(self, queryset):
        return (
            super().filter_queryset(queryset).distinct()
            if self._joins()
            else super().filter_queryset(queryset)
        )

    def _joins(self) -> bool:
        return any(self.form.cleaned_data.get(name) for name in ("theme", "group", "party"))

    def search(self, queryset, name, value):
        return queryset.filter(containing(value))

    def by_state(self, queryset, name, value):
        return with_legal_state(queryset, on=self.on).filter(legal_state__in=value) if value else queryset

    def by_days(self, queryset, name, value):
        days = self.form.days
        # The three parameters ask one question: it is put once, by the first of them that was given.
        given = next(
            each for each in ("signed_from", "signed_to", "signed_match") if self.form.cleaned_data.get(each)
        )
        if name != given or not days:
            return queryset
        asked = claims.asked_range(days.get("signed_from"), days.get("signed_to"))
        match = claims.certain if self.form.cleaned_data.get("signed_match") == "certain" else claims.possible
        return queryset.filter(match("signed", asked))

    def by_signed(self, queryset, name, value):
        return queryset.filter(claims.unknown("signed"))

    def by_question(self, queryset, name, value):
        asked = Q(pk__in=OpenQuestion.objects.filter(resolved_at__isnull=True).values("agreement"))
        return queryset.filter(asked if value else ~asked)


class CommitmentFilter(django_filters.FilterSet):
    """Commitments by who owes them and, separately, whom they are for; a joint one counts once."""

    q = django_filters.CharFilter(method="search", label=_("Words"))
    kind = django_filters.ModelMultipleChoiceFilter(
        queryset=CommitmentKind.objects.order_by("position"), label=_("Kind")
    )
    agreement = django_filters.ModelChoiceFilter(
        queryset=lambda request: Agreement.objects.visible_to(request.user), label=_("Agreement")
    )
    debtor = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_debtor", label=_("Debtor")
    )
    beneficiary = django_filters.ModelMultipleChoiceFilter(
        queryset=Organization.objects.order_by("slug"), method="by_beneficiary", label=_("Beneficiary")
    )

    class Meta:
        model = Commitment
        fields = ["q", "kind", "agreement", "debtor", "beneficiary"]

    def search(self, queryset, name, value):
        return queryset.filter(_any_of("text", "purpose", words=value) | Q(Contains("place", value)))

    def by_debtor(self, queryset, name, value):
        return queryset.owed_by(*value) if value else queryset

    def by_beneficiary(self, queryset, name, value):
        return queryset.meant_for(*value) if value else queryset

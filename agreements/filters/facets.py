"""Counts what each value of each filter would leave: a facet ignores its own values, and only those."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Extract
from django.utils.translation import gettext as _

from agreements.filters.agreements import NO_PROGRAMME, AgreementFilter, places
from agreements.filters.days import with_answer
from agreements.models import Agreement, AgreementTheme, Commitment, NamedGroup, OpenQuestion, Party
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, quality
from lib import claims, languages
from lib.claims import Answer
from lib.facets import MOST, Facet, Option, facet, frequent
from lib.folding import Fold
from organizations.models import Organization


@dataclass(frozen=True)
class Days:
    """What a date answers to the asked days, and the years it may lie in, each with its number of agreements."""

    name: str
    label: str
    answers: list[Option]
    years: list[Option]
    unknown: int


def facets(filters: AgreementFilter, *, whole: frozenset[str] = frozenset()) -> list[Facet]:
    """Every facet of a list, a fixed number of queries each; those named in `whole` with all their options.

    `filters` is valid. The options of a vocabulary stand in its order, those drawn from the records by count.
    """
    found = []
    for name, count in _COUNTED.items():
        left = filters.counted(without=(name,))
        label = str(filters.form.fields[name].label)
        chosen = set(filters.data.getlist(name))
        found.append(facet(name, label, count(filters, left), chosen=chosen, whole=name in whole))
    return [each for each in found if each.options]


def days(filters: AgreementFilter, name: str = "signed") -> Days:
    """How the date `name` answers among what the other filters leave: two queries."""
    own = (name, f"{name}_from", f"{name}_to", f"{name}_match")
    left = filters.counted(without=own)
    answers, unknown = [], 0
    if asked := filters.form.days.get(name):
        counts = dict(
            with_answer(left, name, asked)
            .values(f"{name}_answer")
            .annotate(n=Count("pk"))
            .values_list(f"{name}_answer", "n")
        )
        chosen = filters.form.cleaned_data[f"{name}_match"] or [Answer.POSSIBLE]
        sums = {
            Answer.CERTAIN: counts.get(Answer.CERTAIN, 0),
            Answer.POSSIBLE: counts.get(Answer.CERTAIN, 0) + counts.get(Answer.POSSIBLE, 0),
            Answer.UNKNOWN: counts.get(Answer.UNKNOWN, 0),
        }
        answers = [Option(each, str(each.label), sums[each], each in chosen) for each in Answer]
    spans = []
    for first, last, basis, number in (
        left.annotate(
            first=Extract(F(f"{name}_range__startswith"), "year"),
            last=Extract(claims.LastDay(f"{name}_range"), "year"),
        )
        .values("first", "last", f"{name}_basis")
        .annotate(n=Count("pk"))
        .values_list("first", "last", f"{name}_basis", "n")
    ):
        if first or last:
            spans.append((first, last, number))
        elif basis != claims.Basis.NONE:
            unknown += number
    # A year that only an open end could reach is not offered: nobody would think of it.
    offered = {year for first, last, _n in spans for year in range(first or last, (last or first) + 1)}
    years = {
        year: sum(
            number
            for first, last, number in spans
            if (first is None or first <= year) and (last is None or year <= last)
        )
        for year in offered
    }
    return Days(
        name,
        str(Agreement.DATES[name]),
        answers,
        [Option(str(year), str(year), years[year]) for year in sorted(years, reverse=True)],
        unknown,
    )


def attention_counts(agreements: QuerySet, *, actor, on: date, kinds: Iterable) -> list[Option]:
    """How many of `agreements` need each kind of attention: one query."""
    return _conditions(
        agreements, [(each, each.label, attention.needing(each, actor=actor, on=on)) for each in kinds]
    )


# How each facet counts: (filters, what the other filters leave) → options, without the chosen ones marked.


def _tally(left: QuerySet, column: str) -> dict[Any, int]:
    return dict(left.order_by().values_list(column).annotate(n=Count("pk")))


def _below(model, left: QuerySet, column: str) -> dict[Any, int]:
    """How many of the agreements `left` have a row of `model` with each value of `column`."""
    rows = model.objects.filter(agreement__in=left, **{f"{column}__isnull": False})
    return dict(rows.order_by().values_list(column).annotate(n=Count("agreement", distinct=True)))


def _terms(filters: AgreementFilter, name: str, counts: dict[Any, int]) -> list[Option]:
    """The whole vocabulary, in its order; a retired term only while something has it."""
    return [
        Option(each.pk, str(languages.spoken(each, "label")), counts.get(each.pk, 0))
        for each in filters.filters[name].queryset
        if counts.get(each.pk) or not each.retired
    ]


def _choices(choices: Iterable, counts: dict[str, int]) -> list[Option]:
    return [Option(str(value), str(label), counts.get(str(value), 0)) for value, label in choices]


def _parties(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    column = "organization"
    if filters.form.cleaned_data["party_scope"] == "subtree":
        column = "organization__above__ancestor"
    rows = Party.objects.filter(agreement__in=left).values_list(column)
    chosen = {each.pk: each for each in filters.form.cleaned_data["party"]}
    counts = frequent(rows.annotate(n=Count("agreement", distinct=True)), column, chosen=chosen)
    named = Organization.objects.in_bulk([key for key in counts if key not in chosen]) | chosen
    return [Option(str(key), named[key].label, number) for key, number in counts.items()]


def _programmes(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    counts = _tally(left, "programme")
    options = [
        Option(str(each.pk), languages.spoken(each, "short_name") or languages.spoken(each, "name"), number)
        for each in filters.filters["programme"].queryset
        if (number := counts.get(each.pk, 0)) or str(each.pk) in filters.data.getlist("programme")
    ]
    options.sort(key=lambda each: -each.count)
    return [*options, Option(NO_PROGRAMME, _("none stated"), counts.get(None, 0))]


def _places(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    """Places as they are written, those alike but for case and accents as one, the most frequent first."""
    named: dict[str, set] = {}
    written: dict[str, str] = {}
    for model, column, owner in places():
        rows = model.objects.exclude(**{column: ""}).filter(**{f"{owner}__in": left})
        for folded, key, words in rows.annotate(folded=Fold(column)).values_list("folded", owner, column):
            named.setdefault(folded, set()).add(key)
            written[folded] = min(written.get(folded, words), words)
    ordered = sorted(named, key=lambda each: (-len(named[each]), each))[:MOST]
    return [Option(written[each], written[each], len(named[each])) for each in ordered]


def _attention(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    return attention_counts(left, actor=filters.actor, on=filters.on, kinds=attention.Attention)


def _conditions(left: QuerySet, conditions: list[tuple[str, Any, Q]]) -> list[Option]:
    counts = left.aggregate(
        **{f"n_{value}": Count("pk", filter=condition) for value, _label, condition in conditions}
    )
    return [Option(str(value), str(label), counts[f"n_{value}"]) for value, label, _q in conditions]


def _questions(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    asked = Q(pk__in=OpenQuestion.objects.filter(resolved_at__isnull=True).values("agreement"))
    return _conditions(left, [("true", _("with an open question"), asked), ("false", _("without"), ~asked)])


def _languages(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    return _choices(filters.form.fields["source_language"].choices, _tally(left, "source_language"))


def _records(filters: AgreementFilter, left: QuerySet) -> list[Option]:
    """States of the record: for whoever can see more than what is published."""
    counts = _tally(left, "editorial_state")
    several = counts.keys() - {Agreement.EditorialState.PUBLISHED}
    return _choices(Agreement.EditorialState.choices, counts) if several else []


_COUNTED: dict[str, Callable[[AgreementFilter, QuerySet], list[Option]]] = {
    "attention": _attention,
    "state": lambda filters, left: _choices(
        LegalState.choices, _tally(with_legal_state(left, on=filters.on), "legal_state")
    ),
    "kind": lambda filters, left: _terms(filters, "kind", _tally(left, "kind")),
    "party": _parties,
    "group": lambda filters, left: _terms(filters, "group", _below(NamedGroup, left, "concept")),
    "theme": lambda filters, left: _terms(filters, "theme", _below(AgreementTheme, left, "theme")),
    "programme": _programmes,
    "place": _places,
    "commitment_kind": lambda filters, left: _terms(
        filters, "commitment_kind", _below(Commitment, left, "kind")
    ),
    "lacks": lambda filters, left: _conditions(
        left, [(name, lack.label, lack.condition) for name, lack in quality.CRITERIA.items()]
    ),
    "open_question": _questions,
    "source_language": _languages,
    "editorial_state": _records,
}

"""Counts what each value of each filter would leave: a facet ignores its own values, and only those.

All of it is one statement. A facet is counted in two steps, so that none is asked alone: it yields its questions, and
goes on with their answers.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Extract
from django.utils.translation import gettext as _

import lib.facets
from agreements.filters.agreements import NO_PROGRAMME, AgreementFilter, places
from agreements.filters.days import with_answer
from agreements.models import (
    Agreement,
    AgreementTheme,
    Commitment,
    NamedGroup,
    OpenQuestion,
    Party,
    Programme,
)
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, counting, quality
from lib import claims, languages
from lib.claims import Answer
from lib.facets import Facet, Option, Total, facet, most_frequent
from organizations.models import Anonymous, Organization

Counted = Generator[list[counting.Part], list[Any], list[Option]]
"""The two steps of a facet: its questions, and with their answers its options, of which none is chosen yet."""

EVERYTHING = Agreement.objects.all()
"""What a question is put to: see `counting`."""


@dataclass(frozen=True)
class Days:
    """What a date answers to the asked days, and the years it may lie in, each with its number of agreements."""

    name: str
    label: str
    answers: list[Option]
    years: list[Option]
    unknown: Option
    capped: bool = False

    def of_part(self) -> "Days":
        """The same, counted in a part of what was found."""
        answers, years, [unknown] = (
            [each.capped() for each in options] for options in (self.answers, self.years, [self.unknown])
        )
        return replace(self, answers=answers, years=years, unknown=unknown, capped=True)


@dataclass(frozen=True)
class Told:
    """What a list tells of what is in it. `needing` counts the whole registry, whatever is filtered."""

    total: Total
    facets: list[Facet]
    days: Days
    needing: list[Option]

    @property
    def capped(self) -> bool:
        """Whether any of it was counted in a part of what was found."""
        return (
            self.days.capped
            or any(each.capped for each in self.facets)
            or any(each.more for each in self.needing)
        )


def told(
    filters: AgreementFilter,
    *,
    date_of: str = "signed",
    needing: Iterable[attention.Attention] = (),
    whole: frozenset[str] = frozenset(),
) -> Told:
    """What the list of `filters` tells, which is valid: its facets, one date, what needs attention. Two queries.

    Facets named in `whole` have all their options. Those of a vocabulary stand in its order, those drawn from the
    records by count.
    """
    look, places_of = counting.Look(), {}

    def left(*without: str) -> int:
        """The place of what all parameters leave but those `without`; asked once, however many count in it."""
        key = frozenset(without).intersection(filters.steps)
        if key not in places_of:
            places_of[key] = look.of(filters.narrowed(without=without) if key else filters.qs)
        return places_of[key]

    own = (date_of, f"{date_of}_from", f"{date_of}_to", f"{date_of}_match")
    steps = [(left(name), name, count(filters)) for name, count in _COUNTED.items()]
    steps.append((left(*own), "", _days(filters, date_of)))
    # All that was given, as if nothing were filtered.
    steps.append((left(*filters.steps), "", _needing(filters, needing, filters.queryset)))
    asked = [[look.ask(place, question) for question in next(step)] for place, _name, step in steps]
    totals, answers = look.answers()
    ended = [
        _end(step, [answers[each] for each in mine]) for (*_, step), mine in zip(steps, asked, strict=True)
    ]
    *counted, days_told, needing_told = ended
    found = []
    for (place, name, _step), options in zip(steps, counted, strict=False):
        label = str(filters.form.fields[name].label)
        chosen = set(filters.data.getlist(name))
        found.append(
            facet(name, label, options, chosen=chosen, whole=name in whole, capped=totals[place].more)
        )
    return Told(
        totals[left()],
        [_named(each, filters) if each.name == "party" else each for each in found if each.options],
        days_told.of_part() if totals[left(*own)].more else days_told,
        [each.capped() if totals[left(*filters.steps)].more else each for each in needing_told],
    )


def _end(step: Generator, answers: list[Any]) -> Any:
    """What a step comes to."""
    try:
        step.send(answers)
    except StopIteration as end:
        return end.value
    raise RuntimeError("A facet asks once.")


def _days(filters: AgreementFilter, name: str) -> Generator[list[counting.Part], list[Any], Days]:
    """How the date answers, where days are asked, and the years it may lie in."""
    asked = filters.form.days.get(name)
    questions = [
        counting.rows(
            EVERYTHING.annotate(
                first=Extract(F(f"{name}_range__startswith"), "year"),
                last=Extract(claims.LastDay(f"{name}_range"), "year"),
            )
            .order_by()
            .values("first", "last", f"{name}_basis")
            .annotate(n=Count("pk"))
            .values_list("first", "last", f"{name}_basis", "n")
        )
    ]
    if asked:
        answer = f"{name}_answer"
        told = with_answer(EVERYTHING, name, asked).order_by().values(answer).annotate(n=Count("pk"))
        questions.append(counting.rows(told.values_list(answer, "n")))
    spans_told, *answers_told = yield questions
    answers, unknown = [], 0
    if asked:
        counts = dict(counting.told_rows(answers_told[0]))
        chosen = filters.form.cleaned_data[f"{name}_match"] or [Answer.POSSIBLE]
        sums = {
            Answer.CERTAIN: counts.get(Answer.CERTAIN, 0),
            Answer.POSSIBLE: counts.get(Answer.CERTAIN, 0) + counts.get(Answer.POSSIBLE, 0),
            Answer.UNKNOWN: counts.get(Answer.UNKNOWN, 0),
        }
        answers = [Option(each, str(each.label), sums[each], each in chosen) for each in Answer]
    spans = []
    for first, last, basis, number in counting.told_rows(spans_told):
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
        Option("unknown", str(Answer.UNKNOWN.label), unknown),
    )


def _needing(filters: AgreementFilter, kinds: Iterable[attention.Attention], among: QuerySet) -> Counted:
    """How many need each of these kinds of attention; one's own, which are few, counted in all that are `among`."""
    kinds = list(kinds)
    counts = yield [
        _own(each, filters, among) if each in attention.OWN else _of_needing(each, filters.actor, filters.on)
        for each in kinds
    ] + [_how_many()]
    told = dict(zip(kinds, counts, strict=False))
    if attention.Attention.INCOMPLETE in told:
        # Few lack nothing: those are found where the others would all be probed.
        told[attention.Attention.INCOMPLETE] = counts[-1] - told[attention.Attention.INCOMPLETE]
    return [_needed(each, told[each]) for each in kinds]


def _needed(kind: attention.Attention, found: int) -> Option:
    if kind not in attention.OWN:
        return Option(kind.value, str(kind.label), found)
    total = Total.of(found)
    return Option(kind.value, str(kind.label), total.number, more=total.more, whole=True)


def _attention(filters: AgreementFilter) -> Counted:
    return _needing(filters, attention.Attention, filters.narrowed(without=("attention",)))


def _own(kind: attention.Attention, filters: AgreementFilter, among: QuerySet) -> counting.Part:
    return counting.apart(among.filter(attention.needing(kind, actor=filters.actor, on=filters.on)))


def _of_needing(kind: attention.Attention, actor, on: date) -> counting.Part:
    if kind == attention.Attention.INCOMPLETE:
        return _complete()
    if kind in attention.OF_EVERYBODY:
        return _of_everybody(kind, on)
    return _any(attention.reasons(kind, actor=actor, on=on))


def _any(ways: list[Q]) -> counting.Part:
    return counting.number(*(EVERYTHING.filter(each) for each in ways))


# How each facet counts, in two steps. What asks the same of everybody on every day is put into SQL once.


@cache
def _how_many() -> counting.Part:
    return counting.number(EVERYTHING)


@lru_cache(maxsize=16)
def _of_everybody(kind: attention.Attention, on: date) -> counting.Part:
    return _any(attention.reasons(kind, actor=Anonymous(), on=on))


@cache
def _complete() -> counting.Part:
    return counting.number(EVERYTHING.filter(quality.complete()))


@cache
def _lacking(name: str) -> counting.Part:
    return counting.number(EVERYTHING.filter(quality.CRITERIA[name].condition))


@cache
def _tallied(column: str) -> counting.Part:
    return counting.rows(_tally(column))


def _tally(column: str, agreements: QuerySet = EVERYTHING) -> QuerySet:
    return agreements.order_by().values_list(column).annotate(n=Count("pk"))


@cache
def _below(model, column: str) -> counting.Part:
    """How many of the agreements have a row of `model` with each value of `column`."""
    found = model.objects.filter(agreement__in=EVERYTHING, **{f"{column}__isnull": False})
    return counting.rows(found.order_by().values_list(column).annotate(n=Count("agreement", distinct=True)))


@cache
def _vocabulary(model) -> counting.Part:
    columns = languages.columns("label")
    return counting.rows(model.objects.order_by("position").values_list("pk", "retired", *columns))


def _terms(filters: AgreementFilter, *, name: str, tally: Callable[[], counting.Part]) -> Counted:
    """The whole vocabulary, in its order; a retired term only while something has it."""
    pairs, terms = yield [tally(), _vocabulary(filters.filters[name].queryset.model)]
    counts = dict(counting.told_rows(pairs))
    return [
        Option(
            code, str(languages.best(dict(zip(languages.CODES, labels, strict=True)))), counts.get(code, 0)
        )
        for code, retired, *labels in counting.told_rows(terms)
        if counts.get(code) or not retired
    ]


def _choices(choices: Iterable, counts: dict[str, int]) -> list[Option]:
    return [Option(str(value), str(label), counts.get(str(value), 0)) for value, label in choices]


def _parties(filters: AgreementFilter) -> Counted:
    """Organizations by their keys: `_named` says what those that are shown are called."""
    column = "organization"
    if filters.form.cleaned_data["party_scope"] == "subtree":
        column = "organization__above__ancestor"
    rows = Party.objects.filter(agreement__in=EVERYTHING).order_by().values_list(column)
    rows = rows.annotate(n=Count("agreement", distinct=True))
    chosen = [each.pk for each in filters.form.cleaned_data["party"]]
    often, asked = yield [
        counting.rows(most_frequent(rows, column)),
        counting.rows(rows.filter(**{f"{column}__in": chosen})),
    ]
    counts = dict(counting.told_rows(often))
    of_chosen = dict(counting.told_rows(asked))
    counts |= {str(key): of_chosen.get(str(key), 0) for key in chosen if str(key) not in counts}
    return [Option(key, key, number) for key, number in counts.items()]


def _named(told: Facet, filters: AgreementFilter) -> Facet:
    """The facet of parties with their names; one query."""
    names = Organization.objects.in_bulk([each.value for each in told.options])
    labels = {str(key): each.label for key, each in names.items()}
    # One that was removed in between has no name any more.
    options = [replace(each, label=labels[each.value]) for each in told.options if each.value in labels]
    return replace(told, options=options)


def _programmes(filters: AgreementFilter) -> Counted:
    chosen = [each.pk for each in filters.form.cleaned_data["programme"] if each != NO_PROGRAMME]
    names = [f"{name}_{code}" for name in ("short_name", "name") for code in languages.CODES]
    had = Programme.objects.filter(Q(pk__in=EVERYTHING.values("programme")) | Q(pk__in=chosen))
    pairs, programmes = yield [
        _tallied("programme"),
        counting.rows(had.order_by("slug").values_list("pk", "source_language", *names)),
    ]
    counts = dict(counting.told_rows(pairs))
    options = []
    for key, source, *texts in counting.told_rows(programmes):
        short, full = (dict(zip(languages.CODES, each, strict=True)) for each in (texts[:3], texts[3:]))
        label = languages.best(short, source=source) or languages.best(full, source=source)
        options.append(Option(key, label, counts.get(key, 0)))
    options.sort(key=lambda each: -each.number)
    return [*options, Option(NO_PROGRAMME, _("none stated"), counts.get(None, 0))]


def _places(filters: AgreementFilter) -> Counted:
    """Places as they are written, those alike but for case and accents as one, the most frequent first."""
    [told] = yield [_named_places(lib.facets.MOST)]
    return [Option(words, words, number) for words, number in counting.told_rows(told)]


@lru_cache(maxsize=4)
def _named_places(most: int) -> counting.Part:
    parts = [
        counting.compiled(
            model.objects.exclude(**{column: ""})
            .filter(**{f"{owner}__in": EVERYTHING})
            .order_by()
            .values_list(column, owner)
        )
        for model, column, owner in places()
    ]
    named = " UNION ALL ".join(sql for sql, _given in parts)
    # Each name is folded once, however often it is written.
    question = f"""SELECT json_agg(line) FROM (
        WITH named(words, owner) AS MATERIALIZED ({named}),
             folded AS MATERIALIZED (SELECT words, mithaq_fold(words) AS folded FROM named GROUP BY words)
        SELECT min(words COLLATE "C") AS words, count(DISTINCT owner) AS n FROM named JOIN folded USING (words)
         GROUP BY folded ORDER BY n DESC, folded COLLATE "C" LIMIT {int(most)}) line"""  # noqa: S608 - our own names
    return question, [each for _sql, given in parts for each in given]


def _questions(filters: AgreementFilter) -> Counted:
    some, everything = yield [_asking(), _how_many()]
    return [
        Option("true", _("with an open question"), some),
        Option("false", _("without"), everything - some),
    ]


@cache
def _asking() -> counting.Part:
    open_ones = OpenQuestion.objects.filter(resolved_at__isnull=True)
    return counting.number(EVERYTHING.filter(pk__in=open_ones.values("agreement")))


def _lacks(filters: AgreementFilter) -> Counted:
    counts = yield [_lacking(name) for name in quality.CRITERIA]
    return [
        Option(name, str(lack.label), count)
        for (name, lack), count in zip(quality.CRITERIA.items(), counts, strict=True)
    ]


def _states(filters: AgreementFilter) -> Counted:
    [pairs] = yield [_by_state(filters.on)]
    return _choices(LegalState.choices, dict(counting.told_rows(pairs)))


@lru_cache(maxsize=4)
def _by_state(on: date) -> counting.Part:
    return counting.rows(_tally("legal_state", with_legal_state(EVERYTHING, on=on)))


def _languages(filters: AgreementFilter) -> Counted:
    [pairs] = yield [_tallied("source_language")]
    counts = dict(counting.told_rows(pairs))
    return _choices(filters.form.fields["source_language"].choices, counts)


def _records(filters: AgreementFilter) -> Counted:
    """States of the record: for whoever can see more than what is published."""
    [pairs] = yield [_tallied("editorial_state")]
    counts = dict(counting.told_rows(pairs))
    several = counts.keys() - {Agreement.EditorialState.PUBLISHED}
    return _choices(Agreement.EditorialState.choices, counts) if several else []


_COUNTED: dict[str, Callable[[AgreementFilter], Counted]] = {
    "attention": _attention,
    "state": _states,
    "kind": partial(_terms, name="kind", tally=partial(_tallied, "kind")),
    "party": _parties,
    "group": partial(_terms, name="group", tally=partial(_below, NamedGroup, "concept")),
    "theme": partial(_terms, name="theme", tally=partial(_below, AgreementTheme, "theme")),
    "programme": _programmes,
    "place": _places,
    "commitment_kind": partial(_terms, name="commitment_kind", tally=partial(_below, Commitment, "kind")),
    "lacks": _lacks,
    "open_question": _questions,
    "source_language": _languages,
    "editorial_state": _records,
}

"""Agreements that say something: which ones, why, and what else may have been meant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Citation, Party, Signatory, Statement, TextEntry
from lib import asking, finding, languages
from lib import search as words_search
from lib.finding import How, Taken
from organizations.models import Descent, NameEntry

Fact = TextEntry.Fact
MOST_REASONS = 3

# What counts more in the order of relevance: what it is called, who is in it, what is undertaken, all else.
CALLED = (Fact.CODE, Fact.REFERENCE, Fact.TITLE)
IN_IT = (Fact.PARTY, Fact.PROGRAMME, Fact.PROGRAMME_SHORT)
UNDERTAKEN = (Fact.COMMITMENT, Fact.PURPOSE, Fact.COMMITMENT_PLACE, Fact.OBJECTIVE)
WEIGHTS = {8: CALLED, 4: IN_IT, 2: UNDERTAKEN}

OF_A_COMMITMENT = (Fact.COMMITMENT, Fact.PURPOSE, Fact.COMMITMENT_PLACE)

# Where on the sheet of an agreement a fact stands: its own place, or that of its kind.
ANCHORS = {
    Fact.PARTY: "party-{}",
    Fact.COMMITMENT: "commitment-{}",
    Fact.PURPOSE: "commitment-{}",
    Fact.COMMITMENT_PLACE: "commitment-{}",
    Fact.OBJECTIVE: "objective-{}",
    Fact.EVENT: "event-{}",
    Fact.GROUP: "group-{}",
    Fact.GROUP_PLACE: "group-{}",
    Fact.ADVANTAGE: "advantage-{}",
    Fact.STATEMENT: "statement-{}",
    Fact.QUESTION: "question-{}",
    Fact.QUOTE: "sources",
    NameEntry.Fact.PERSON: "people",
}
NAMES = {
    NameEntry.Fact.NAME: gettext_lazy("Party"),
    NameEntry.Fact.SHORT_NAME: gettext_lazy("Party"),
    NameEntry.Fact.ALIAS: gettext_lazy("Party, other name"),
    NameEntry.Fact.PERSON: gettext_lazy("Person"),
}


@dataclass(frozen=True)
class Asked:
    """A search for words, as it is understood among the agreements a reader may see."""

    terms: list[Taken]

    @property
    def condition(self) -> Q:
        """Agreements in which every term is found, each anywhere. Nothing is joined: no row is multiplied."""
        condition = Q() if self.terms else Q(pk__in=[])
        for each in self.terms:
            condition &= saying(each.condition)
        return condition

    @property
    def similar(self) -> dict[str, str]:
        """For each term that nothing says: the words it was taken for, as they are written."""
        return {
            each.term.words: " · ".join(dict.fromkeys(near.written for near in each.similar))
            for each in self.terms
            if each.how is How.SIMILAR
        }

    @property
    def relevance(self) -> Any:
        """For `annotate`: an integer, higher where the terms are found in what weighs more."""
        score: Any = Value(0)
        for each in self.terms:
            found = [
                When(saying(each.condition, facts=facts, named=weight == 4), then=Value(weight))
                for weight, facts in WEIGHTS.items()
            ]
            score = score + Case(*found, default=Value(1), output_field=IntegerField())
        return score


@dataclass(frozen=True)
class Reason:
    """Why an agreement is found: which field says so, in what words; `anchor` is its place on the sheet, or empty."""

    label: str
    language: str
    pieces: list[tuple[str, bool]]
    anchor: str

    @property
    def direction(self) -> str:
        return languages.direction(self.language)


def ask(words: str, *, readable: QuerySet) -> Asked:
    """Understand `words` among the `readable` agreements; one query."""
    return Asked(
        finding.take(
            asking.terms(words),
            found_in=lambda condition: [
                rows.filter(**{f"{agreement}__in": readable}) for rows, agreement in _paths(condition)
            ],
            near_in={
                "mithaq_text_words_like": TextEntry.objects.filter(
                    Q(agreement__in=readable) | Q(programme__in=readable.values("programme"))
                ),
                "mithaq_name_words_like": NameEntry.objects.filter(leads_to(readable)),
            },
        )
    )


def saying(condition: Q, *, facts: Sequence[str] = (), named: bool = True) -> Q:
    """Agreements of which an entry meets `condition`, or a name of somebody in them; `facts` narrow the entries."""
    found = Q(pk__in=[])
    for rows, agreement in _paths(condition, facts=facts, named=named):
        found |= Q(pk__in=rows.values(agreement))
    return found


def _paths(condition: Q, *, facts: Sequence[str] = (), named: bool = True) -> list[tuple[QuerySet, str]]:
    """The rows in which `condition` is met, each with the way from there to its agreement.

    A name of an organization leads to the agreements of all that stand under it; a person's to those in which the
    person speaks, signs, or holds an office that is cited.
    """
    texts = TextEntry.objects.filter(condition)
    if facts:
        texts = texts.filter(fact__in=facts)
    programmes = texts.filter(programme__isnull=False).values("programme")
    paths = [
        (texts.filter(agreement__isnull=False), "agreement"),
        (Agreement.objects.filter(programme__in=programmes), "pk"),
    ]
    if named:
        names = NameEntry.objects.filter(condition)
        bodies = Descent.objects.filter(
            ancestor__in=names.filter(organization__isnull=False).values("organization")
        )
        people = names.filter(person__isnull=False).values("person")
        paths += [
            (Party.objects.filter(organization__in=bodies.values("descendant")), "agreement"),
            (Statement.objects.filter(speaker__person__in=people), "agreement"),
            (Signatory.objects.filter(person__in=people), "party__agreement"),
            (Citation.objects.filter(office__person__in=people), "agreement"),
        ]
    return paths


def leads_to(readable: QuerySet) -> Q:
    """Names that lead to one of the `readable` agreements."""
    parties = Party.objects.filter(agreement__in=readable)
    bodies = Descent.objects.filter(descendant__in=parties.values("organization"))
    return (
        Q(organization__in=bodies.values("ancestor"))
        | Q(person__in=Statement.objects.filter(agreement__in=readable).values("speaker__person"))
        | Q(person__in=Signatory.objects.filter(party__in=parties).values("person"))
        | Q(person__in=Citation.objects.filter(agreement__in=readable).values("office__person"))
    )


def commitments_saying(words: str, *, readable: QuerySet) -> Q:
    """Commitments of `readable` agreements that say every term in their words, purpose or place; one query."""
    entries = TextEntry.objects.filter(fact__in=OF_A_COMMITMENT, agreement__in=readable)
    taken = finding.take(
        asking.terms(words),
        found_in=lambda condition: [entries.filter(condition)],
        near_in={"mithaq_text_words_like": entries},
    )
    found = Q() if taken else Q(pk__in=[])
    for each in taken:
        found &= Q(pk__in=entries.filter(each.condition).values("fact_id"))
    return found


# Nearest spelling.


def nearest(words: str, *, readable: QuerySet) -> str | None:
    """`words` with every term that is found nowhere put right, when something is found then; for an empty list."""
    put_right = words
    for each in ask(words, readable=readable).terms:
        if each.how is How.NOWHERE:
            letters = len(asking.bare(each.term.words))
            # More is forgiven than a search takes for granted: it is offered, not done.
            near = next((near for near in each.near if near.slips <= asking.slips(letters) + 1), None)
            if near is None:
                return None
            put_right = put_right.replace(each.term.words, near.written)
    if put_right == words:
        return None
    found = readable.filter(ask(put_right, readable=readable).condition).exists()
    return put_right if found else None


# Why.


def reasons(agreements: Iterable[Agreement], asked: Asked) -> dict[Any, list[Reason]]:
    """Up to three reasons for each of `agreements` (found by `asked`), by key; two queries, however many."""
    by_key = {each.pk: each for each in agreements}
    if not by_key or not asked.terms:
        return {}
    said: dict[Any, list[dict]] = defaultdict(list)
    for row in _entries(by_key, asked):
        said[row["of"]].append(row)
    arabic = any(asking.is_arabic(each.term.words) for each in asked.terms)
    chosen = [(key, row) for key, rows in said.items() for row in _best(rows, arabic=arabic)]
    told: dict[Any, list[Reason]] = {key: [] for key in by_key}
    for (key, row), marked in zip(chosen, _marked(chosen, asked), strict=True):
        told[key].append(_reason(row, marked, by_key[key]))
    return told


def _entries(agreements: Iterable[Any], asked: Asked) -> list[dict]:
    """The entries that say a term, with the agreement they are `of` and the terms they say, as bits."""
    condition, says = Q(pk__in=[]), Value(0)
    for number, each in enumerate(asked.terms):
        condition |= each.condition
        says = says + Case(When(each.condition, then=Value(1 << number)), default=Value(0))
    ways = [(TextEntry, "agreement"), (TextEntry, "programme__agreements")]
    ways += [
        (NameEntry, way)
        for way in (
            "organization__below__descendant__participations__agreement",
            "person__offices__statements__agreement",
            "person__signatures__party__agreement",
            "person__offices__citations__agreement",
        )
    ]
    found = [
        model.objects.filter(condition)
        .annotate(of=F(way), says=says)
        .filter(of__in=agreements)
        .values("of", "fact", "fact_id", "language", "words", "named", "says")
        for model, way in ways
    ]
    return list(found[0].union(*found[1:]))


def _weight(fact: str) -> int:
    if fact in NAMES:
        return 4
    return next((weight for weight, facts in WEIGHTS.items() if fact in facts), 1)


def _label(fact: str) -> str:
    return str(NAMES[fact] if fact in NAMES else Fact(fact).label)


def _best(rows: list[dict], *, arabic: bool) -> list[dict]:
    """The few entries to tell: those that say terms not told yet first, then what was not told yet, then by weight.

    Of one fact in several languages the one in the script of the question, then in the reader's language.
    """
    reader = languages.current()

    def standing(row: dict) -> tuple:
        return (
            -(row["says"] & ~told).bit_count(),
            -row["says"].bit_count(),
            _label(row["fact"]) in {_label(each["fact"]) for each in best},
            -_weight(row["fact"]),
            asking.is_arabic(row["words"]) != arabic,
            row["language"] != reader,
            len(row["words"]),
            row["language"],
            str(row["fact_id"]),
        )

    told, best, left = 0, [], list(rows)
    while left and len(best) < MOST_REASONS:
        row = min(left, key=standing)
        best.append(row)
        told |= row["says"]
        # One fact is told once, and so are words that two facts share.
        left = [
            each
            for each in left
            if (each["fact"], each["fact_id"]) != (row["fact"], row["fact_id"])
            and each["words"].casefold() != row["words"].casefold()
        ]
    return best


def _marked(chosen: list[tuple[Any, dict]], asked: Asked) -> list[list[str]]:
    """For each of the chosen entries the words, as they are written, for which it is found."""
    marks = [mark for each in asked.terms for mark in each.marks]
    if not chosen or not marks:
        return [[] for _each in chosen]
    compiler = TextEntry.objects.all().query.get_compiler(connection=connection)
    sql, params = compiler.compile(words_search.Either(*marks).resolve_expression(compiler.query))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mithaq_marked(words, named, {sql})"
            " FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY said(words, named, place) ORDER BY place",
            [*params, [row["words"] for _key, row in chosen], [row["named"] for _key, row in chosen]],
        )
        return [marked for (marked,) in cursor.fetchall()]


def _reason(row: dict, marked: list[str], agreement: Agreement) -> Reason:
    fact = row["fact"]
    anchor = ANCHORS.get(fact, "").format(row["fact_id"])
    return Reason(
        label=_label(fact),
        language=row["language"] or agreement.source_language,
        pieces=asking.pieces(row["words"], marked),
        anchor=anchor,
    )

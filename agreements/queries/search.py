"""Agreements that say something: which ones, why, and what else may have been meant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import translation
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Citation, Party, Signatory, Statement, TextEntry
from agreements.queries import hits, said
from agreements.queries.gates import Gate
from agreements.queries.hits import Way
from audit.trail import Actor
from lib import asking, finding, languages
from lib.finding import How, Taken
from organizations.models import Descent, NameEntry, Office

Fact = TextEntry.Fact
MOST_REASONS = 3
MOST_KEYS = 1000
"""As many agreements are handed back to the database by their keys, instead of being found again."""

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
    """A search for words, as it is understood among the agreements a reader may see.

    `found` are the scores of these agreements, by key, where they are few.
    """

    terms: list[Taken]
    found: dict[UUID, int] | None = None

    @property
    def condition(self) -> Q:
        """Agreements in which every term is found, each anywhere. Nothing is joined: no row is multiplied."""
        if self.found is not None:
            return Q(pk__in=list(self.found))
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
        if self.found is not None:
            keys: dict[int, list[UUID]] = defaultdict(list)
            for key, score in self.found.items():
                keys[score].append(key)
            cases = [When(pk__in=those, then=Value(score)) for score, those in keys.items()]
            return Case(*cases, default=Value(0), output_field=IntegerField())
        score: Any = Value(0)
        for each in self.terms:
            found = [
                When(saying(each.condition, facts=facts, named=weight == hits.IN_NAMES), then=Value(weight))
                for weight, facts in hits.WEIGHTS.items()
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


@dataclass(frozen=True)
class Best:
    """An agreement among the best: what it is called, its score, and why it is found."""

    key: str
    title: str
    score: int
    reasons: list[Reason]


def best(words: str, *, actor: Actor, limit: int) -> tuple[list[Best], bool]:
    """The best agreements that `actor` may read and that say every term of `words`; and whether the ranking is capped.

    It is where every term is frequent, and then the newest `hits.CAPPED` agreements with the rarest are ranked.
    """
    terms = asking.terms(words)
    taken = [Taken(each, How.WHOLE) for each in terms]
    gate = Gate.to(actor)
    answer = said.ranked([Way.of(each) for each in taken], gate, limit=limit)
    if taken and not answer.rows:
        readable = Agreement.objects.visible_to(actor)
        taken = _taken(terms, readable)
        if any(each.how is How.NOWHERE for each in taken):
            return [], False
        if any(each.how is not How.WHOLE for each in taken):
            answer = said.ranked([Way.of(each) for each in taken], gate, limit=limit)
    if answer.capped and len(answer.rows) < limit:
        # Frequent words that hardly any agreement has together: nothing but a look at all of them tells which.
        return _best_of_all(Asked(taken), Agreement.objects.visible_to(actor), limit), False
    told = {key: [_row(each) for each in entries] for key, *_score, entries in answer.rows}
    sources = {key: source for key, _score, source, *_titles in answer.rows}
    reasons = _reasons(told, sources, Asked(taken))
    return [
        Best(
            key,
            languages.best(dict(zip(languages.CODES, titles, strict=True)), source=source).value,
            score,
            reasons[key],
        )
        for key, score, source, *titles, _entries in answer.rows
    ], answer.capped


def _best_of_all(asked: Asked, readable: QuerySet, limit: int) -> list[Best]:
    rows = readable.filter(asked.condition).annotate(relevance=asked.relevance)
    rows = list(rows.order_by("-relevance", "-number")[:limit])
    why = reasons(rows, asked)
    return [Best(str(each.pk), each.title, each.relevance, why.get(each.pk, [])) for each in rows]


def ask(words: str, *, readable: QuerySet) -> Asked:
    """Understand `words` among the `readable` agreements; five queries at most, where a word is misspelt."""
    terms = asking.terms(words)
    if not terms:
        return Asked([])
    gate = Gate.of(readable)
    hows = (How.WHOLE, How.BEGINNING) if len(terms) == 1 and terms[0].may_begin else (How.WHOLE,)
    capped = False
    for how in hows:
        taken = [Taken(each, how) for each in terms]
        answer = _scored(taken, gate)
        if answer.rows:
            return _asked(taken, answer)
        capped = capped or answer.capped
    # One term that no agreement says, neither so nor as the beginning of a word, stands nowhere.
    nowhere = len(terms) == 1 and not capped
    taken = _taken(terms, readable, [How.NOWHERE] if nowhere else None)
    if any(each.how is How.NOWHERE for each in taken):
        return Asked(taken, {})
    return _asked(taken, _scored(taken, gate))


def _scored(taken: list[Taken], gate: Gate) -> said.Answer:
    return said.scored([Way.of(each) for each in taken], gate)


def _asked(taken: list[Taken], answer: said.Answer) -> Asked:
    """The terms so taken, with the agreements where these are few."""
    few = bool(answer.rows) and not answer.capped and len(answer.rows) <= MOST_KEYS
    return Asked(taken, {UUID(key): score for key, score in answer.rows} if few else None)


def _taken(terms: list[asking.Term], readable: QuerySet, hows: Sequence[How] | None = None) -> list[Taken]:
    return finding.take(
        terms,
        [
            finding.Said(
                TextEntry.objects.all(),
                Q(Exists(readable.filter(pk=OuterRef("agreement")))) | of_a_programme(readable),
            ),
            finding.Said(NameEntry.objects.all(), leads_to(readable)),
        ],
        hows=said.hows(terms, Gate.of(readable)) if hows is None else hows,
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
    """Names that lead to one of the `readable` agreements; asked name by name, for few are asked about."""
    parties = Party.objects.filter(agreement__in=readable)
    # With a limit the offices of the person come first, whatever PostgreSQL expects of the others.
    offices = Office.objects.filter(person=OuterRef(OuterRef("person"))).values("pk")[:MOST_KEYS]
    return (
        Q(Exists(parties.filter(organization__above__ancestor=OuterRef("organization"))))
        | Q(Exists(Statement.objects.filter(speaker__in=offices, agreement__in=readable)))
        | Q(Exists(Signatory.objects.filter(person=OuterRef("person"), party__in=parties)))
        | Q(Exists(Citation.objects.filter(office__in=offices, agreement__in=readable)))
    )


def of_a_programme(readable: QuerySet) -> Q:
    """Texts of the programmes of `readable` agreements."""
    return Q(programme__isnull=False) & Q(Exists(readable.filter(programme=OuterRef("programme"))))


def commitments_saying(words: str, *, readable: QuerySet) -> Q:
    """Commitments of `readable` agreements that say every term in their words, purpose or place; one query."""
    entries = TextEntry.objects.filter(fact__in=OF_A_COMMITMENT)
    taken = finding.take(
        asking.terms(words), [finding.Said(entries, Q(Exists(readable.filter(pk=OuterRef("agreement")))))]
    )
    entries = entries.filter(agreement__in=readable)
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
    by_key = {str(each.pk): each for each in agreements}
    if not by_key or not asked.terms:
        return {}
    found = said.entries([Way.of(each) for each in asked.terms], list(by_key))
    entries = {key: [_row(each) for each in found.get(key, [])] for key in by_key}
    told = _reasons(entries, {key: each.source_language for key, each in by_key.items()}, asked)
    return {by_key[key].pk: each for key, each in told.items()}


def _row(entry: said.Entry) -> dict:
    return dict(zip(("fact", "fact_id", "language", "words", "named", "says"), entry, strict=True))


def _reasons(
    entries: dict[str, list[dict]], sources: dict[str, str], asked: Asked
) -> dict[str, list[Reason]]:
    """The best reasons of each agreement out of its entries; `sources` are the languages it is written in."""
    arabic = any(asking.is_arabic(each.term.words) for each in asked.terms)
    chosen = [(key, row) for key, rows in entries.items() for row in _best(rows, arabic=arabic)]
    told: dict[str, list[Reason]] = {key: [] for key in entries}
    marked = said.marked([(row["words"], row["named"]) for _key, row in chosen], asked.terms)
    for (key, row), marks in zip(chosen, marked, strict=True):
        told[key].append(_reason(row, marks, sources[key]))
    return told


def _weight(fact: str) -> int:
    if fact in NAMES:
        return hits.IN_NAMES
    return next((weight for weight, facts in hits.WEIGHTS.items() if fact in facts), 1)


@cache
def _labels(language: str) -> dict[str, str]:
    """What the facts are called in a language."""
    with translation.override(language):
        return {each.value: str(each.label) for each in Fact} | {
            fact.value: str(label) for fact, label in NAMES.items()
        }


def _best(rows: list[dict], *, arabic: bool) -> list[dict]:
    """The few entries to tell: those that say terms not told yet first, then what was not told yet, then by weight.

    Of one fact in several languages the one in the script of the question, then in the reader's language.
    """
    reader = languages.current()
    labels = _labels(reader)

    def standing(row: dict) -> tuple:
        return (
            -(row["says"] & ~told).bit_count(),
            -row["says"].bit_count(),
            labels[row["fact"]] in {labels[each["fact"]] for each in best},
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


def _reason(row: dict, marked: list[str], source: str) -> Reason:
    fact = row["fact"]
    anchor = ANCHORS.get(fact, "").format(row["fact_id"])
    return Reason(
        label=_labels(languages.current())[fact],
        language=row["language"] or source,
        pieces=asking.pieces(row["words"], marked),
        anchor=anchor,
    )

"""Agreements like another one, each with the reasons. Similar is not the same: nothing here says «duplicate».

Three things make an agreement similar, and each is told:

- its parties: the same ones, several of the same, or bodies above or below them;
- its commitments: of one kind and in similar words. Words are compared in the source's language, folded as a search
  folds them, by the trigrams they share (as pg_trgm counts). Words that more than a quarter of the newest agreements
  use («shall», «the party undertakes») weigh nothing, nor do the names of the parties;
- its frame: programme and place of signature; theme and target group.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, AgreementTheme, Commitment, NamedGroup, Party
from agreements.queries import ledger
from lib import languages
from lib.asking import likeness
from lib.folding import Fold
from organizations.models import Descent

SHOWN = 5
ALIKE = 0.5
"""The part of their trigrams that two commitments share to be in similar words."""
READ = 200
"""How many of the newest agreements tell which words are common."""
COMMON_FROM = 10
"""A word is not common in fewer agreements than this, however few there are."""
CANDIDATES = 100
"""How many agreements, or commitments, each question brings at most."""


@dataclass
class Reason:
    """Why: in `words`; `names` are of themes and groups, `pairs` of commitments: (ours, theirs)."""

    words: str
    weight: int
    names: list[Any] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)


class Key(NamedTuple):
    """One candidate: enough to tell it from others and to put it in order."""

    pk: UUID
    number: int


@dataclass(frozen=True)
class Similar:
    """Another agreement, and what makes it one."""

    agreement: Agreement
    reasons: list[Reason]


def similar(agreement: Agreement, *, readable: QuerySet, apart: Iterable = ()) -> list[Similar]:
    """At most SHOWN of the `readable` agreements that are like `agreement`, the most alike first, then the newest.

    Needs `ledger.lanes` on `agreement`, its themes and groups. `apart` are keys of agreements told elsewhere (links).
    At most fourteen queries, each bounded, however many agreements there are.
    """
    others = readable.exclude(pk__in=[agreement.pk, *apart])
    found: dict[Key, list[Reason]] = defaultdict(list)
    for reasons in (
        of_parties({each.organization_id for each in agreement.parties.all()}, others),
        _of_words(agreement, others),
        _of_frame(agreement, others),
    ):
        for key, reason in reasons:
            found[key].append(reason)
    best = sorted(found, key=lambda key: (-sum(each.weight for each in found[key]), -key.number))[:SHOWN]
    if not best:
        return []
    rows = {
        each.pk: each
        for each in ledger.with_lanes(others.filter(pk__in=[each.pk for each in best])).prefetch_related(
            Prefetch("theme_links", AgreementTheme.objects.select_related("theme")),
            Prefetch("groups", NamedGroup.objects.select_related("concept")),
        )
    }
    return [_told(agreement, rows[each.pk], found[each]) for each in best]


def _told(agreement: Agreement, other: Agreement, reasons: list[Reason]) -> Similar:
    """With labels for commitments, and of our themes and groups those they share: known once the record is read."""
    ledger.lanes(other)
    ours = {each.pk: each.label for each in agreement.commitments.all()}
    theirs = {each.pk: each.label for each in other.commitments.all()}
    for reason in reasons:
        reason.pairs = [(ours[mine], theirs[its]) for mine, its in reason.pairs]
        reason.names = [each for each in reason.names if each in (*_themes(other), *_concepts(other))]
    return Similar(other, reasons)


def _themes(agreement: Agreement) -> list:
    return sorted({each.theme for each in agreement.theme_links.all()}, key=lambda each: each.position)


def _concepts(agreement: Agreement) -> list:
    return sorted(
        {each.concept for each in agreement.groups.all() if each.concept}, key=lambda each: each.position
    )


# Parties.


def of_parties(ours: Collection[UUID], others: QuerySet) -> Iterator[tuple[Key, Reason]]:
    """Agreements between the same parties, or between bodies above or below them: at least two of `ours` each."""
    family: dict[Any, set] = defaultdict(set)
    lines = Descent.objects.filter(Q(ancestor__in=ours) | Q(descendant__in=ours))
    for above, below in lines.values_list("ancestor", "descendant"):
        for mine, other in ((above, below), (below, above)):
            if mine in ours:
                family[other].add(mine)
    between = (
        Party.objects.filter(organization__in=family, agreement__in=others.values("pk"))
        .values("agreement")
        .annotate(parties=Count("pk"), newest=Max("agreement__number"))
        .filter(parties__gte=2)
        .order_by("-newest")[:CANDIDATES]
    )
    theirs: dict[Key, set] = defaultdict(set)
    rows = Party.objects.filter(agreement__in=between.values("agreement")).order_by()
    for pk, number, organization in rows.values_list("agreement", "agreement__number", "organization"):
        theirs[Key(pk, number)].add(organization)
    for key, organizations in theirs.items():
        same = len(organizations & set(ours))
        if organizations == set(ours):
            words = ngettext("the same %(number)s party", "the same %(number)s parties", same) % {
                "number": same
            }
            yield key, Reason(_("the same two parties") if same == 2 else words, 6)
        elif same >= 2:
            words = ngettext("%(number)s party in common", "%(number)s parties in common", same)
            yield key, Reason(words % {"number": same}, 4)
        elif any(
            mine != another
            for one, two in combinations(organizations & family.keys(), 2)
            for mine in family[one]
            for another in family[two]
        ):
            yield key, Reason(_("the same parties, or bodies above or below them"), 3)


# Words.


class Said(NamedTuple):
    """A commitment to find others like it by: its words folded; `kind` None asks for every kind."""

    pk: Any
    number: int
    kind: str | None
    words: str


def _of_words(agreement: Agreement, others: QuerySet) -> Iterator[tuple[Key, Reason]]:
    said = _folded(agreement.source_language).filter(agreement=agreement).order_by("number", "pk")
    mine = [Said(each.pk, each.number, each.kind_id, each.words) for each in said]
    if mine:
        names = _names([agreement.pk])[agreement.pk]
        yield from of_words(mine, others, language=agreement.source_language, names=names)


def _folded(language: str) -> QuerySet:
    """Commitments that say something in the language, with their `words` folded."""
    column = f"text_{language}"
    return Commitment.objects.exclude(**{column: ""}).alias(folded=Fold(column)).annotate(words=F("folded"))


def of_words(
    mine: list[Said], others: QuerySet, *, language: str, names: set[str]
) -> Iterator[tuple[Key, Reason]]:
    """Agreements with commitments of the same kind in similar words; `names` are words of the names of our parties."""
    light = common_words(language) | names
    asked = {each: text for each in mine if len(words_of(text := without(each.words, light))) >= 2}
    alike = Q(pk__in=[])
    for text in asked.values():
        alike |= Q(folded__trigram_word_similar=text)
    kinds = {each.kind for each in asked}
    near = list(
        _folded(language)
        .filter(
            alike,
            agreement__in=others.values("pk"),
            **({} if None in kinds else {"kind__in": kinds}),
        )
        .select_related("agreement")
        .order_by("-agreement__number", "number", "pk")[:CANDIDATES]
    )
    names = _names({each.agreement_id for each in near})
    pairs: dict[Key, list[tuple[float, int, int, UUID, UUID]]] = defaultdict(list)
    for its in near:
        aside = light | names[its.agreement_id]
        words = without(its.words, aside)
        for own, text in asked.items():
            if own.kind in (None, its.kind_id) and len(words_of(words)) >= 2:
                share = likeness(without(text, aside), words)
                if share >= ALIKE:
                    pairs[Key(its.agreement_id, its.agreement.number)].append(
                        (-share, own.number, its.number, own.pk, its.pk)
                    )
    for key, found in pairs.items():
        taken: set = set()
        matched = []
        for _share, number, _its_number, own, its in sorted(found):
            if not {own, its} & taken:  # each is told once, with the one most like it
                taken |= {own, its}
                matched.append((number, own, its))
        told = [(own, its) for _number, own, its in sorted(matched)]
        words = ngettext(
            "%(number)s commitment in similar words", "%(number)s commitments in similar words", len(told)
        )
        yield key, Reason(words % {"number": len(told)}, min(2 * len(told), 6), pairs=told)


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def without(text: str, light: set[str]) -> str:
    return " ".join(each for each in words_of(text) if each not in light)


def common_words(language: str) -> set[str]:
    """Words that more than a quarter of the newest published agreements use in their commitments."""
    column = f"text_{language}"
    newest = Agreement.objects.filter(editorial_state="published").order_by("-number").values("pk")[:READ]
    told: dict[Any, set[str]] = defaultdict(set)
    texts = Commitment.objects.filter(agreement__in=newest).exclude(**{column: ""}).order_by()
    for key, text in texts.values_list("agreement", Fold(column)):
        told[key].update(words_of(text))
    counts = Counter(word for words in told.values() for word in words)
    return {word for word, count in counts.items() if count >= COMMON_FROM and count > len(told) / 4}


def _names(agreements: Iterable) -> dict[Any, set[str]]:
    """The words of the names of the parties to each of the agreements, in every language."""
    names: dict[Any, set[str]] = defaultdict(set)
    columns = languages.columns("organization__name", "organization__short_name")
    rows = Party.objects.filter(agreement__in=agreements).values_list(
        "agreement", *(Fold(each) for each in columns)
    )
    for key, *folded in rows:
        for name in folded:
            names[key].update(words_of(name))
    return names


# The frame.


def _of_frame(agreement: Agreement, others: QuerySet) -> Iterator[tuple[Key, Reason]]:
    """Agreements under the same programme signed at the same place; with a theme and a target group in common."""
    if agreement.programme_id and agreement.place_of_signature:
        rows = others.alias(place=Fold("place_of_signature")).filter(
            programme=agreement.programme_id, place=Fold(Value(agreement.place_of_signature))
        )
        for key in rows.order_by("-number").values_list("pk", "number")[:CANDIDATES]:
            yield Key(*key), Reason(_("the same programme and place of signature"), 2)
    themes, concepts = _themes(agreement), _concepts(agreement)
    if themes and concepts:
        rows = others.filter(
            pk__in=Agreement.objects.filter(theme_links__theme__in=themes).values("pk"),
        ).filter(pk__in=Agreement.objects.filter(groups__concept__in=concepts).values("pk"))
        for key in rows.order_by("-number").values_list("pk", "number")[:CANDIDATES]:
            yield Key(*key), Reason(_("the same theme and target group"), 1, names=[*themes, *concepts])

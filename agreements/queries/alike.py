"""Which agreements may be the one that somebody enters: already in the registry, or only similar to it.

Two organizations conclude the same wording with partner after partner, so words alone never make a duplicate. A record
may already be in the registry when the parties are the same and, besides, its reference, its number elsewhere, its
source, or its date together with its wording. All else is similar, and says why.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import MD5, Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import (
    Agreement,
    AgreementSource,
    Commitment,
    DistinctAgreements,
    Party,
    TextEntry,
)
from agreements.queries import wording
from agreements.queries.similar import ALIKE, Said, of_parties, of_words, without, words_of
from lib import languages
from lib.asking import bare, likeness
from lib.claims import DateClaim
from lib.folding import Fold
from lib.search import Plain
from organizations.models import Organization
from organizations.queries.alike import Alike, Certainty

SHOWN = 5
WEIGHED = 40
"""How many candidates are read and weighed."""
READ = 4000
"""How many letters of two texts are compared."""
NEARLY = 0.85
"""The part of their trigrams that two texts share to be nearly one text."""


@dataclass(frozen=True)
class Told:
    """What is told of an agreement, entered already (`own` is its key) or not."""

    parties: frozenset[UUID] = frozenset()
    reference: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    programme: UUID | None = None
    signed: DateClaim = DateClaim()  # noqa: RUF009 – frozen
    language: str = "fr"
    commitments: tuple[Said, ...] = ()
    """In the source's language, folded."""
    texts: tuple[tuple[str, str], ...] = ()
    """Of its sources: the MD5, and the beginning of the words."""
    own: UUID | None = None
    apart: frozenset[UUID] = frozenset()
    """Records that are known to be others."""


def told(agreements: QuerySet) -> dict[UUID, tuple[Agreement, Told]]:
    """The agreements, each with what is told of it: five queries, however many."""
    said = {f"folded_{code}": Fold(f"text_{code}") for code in languages.CODES}
    rows = agreements.prefetch_related(
        Prefetch("parties", Party.objects.select_related("organization").order_by("position")),
        "identifiers",
        Prefetch("commitments", Commitment.objects.annotate(**said).order_by("number", "pk")),
        Prefetch(
            "source_links",
            AgreementSource.objects.annotate(
                digest=MD5("source__text"), beginning=Left("source__text", READ)
            ).order_by("position", "pk"),
            to_attr="texts",
        ),
    )
    return {each.pk: (each, _told(each)) for each in rows}


def _told(agreement: Agreement) -> Told:
    language = agreement.source_language
    commitments = ((each, getattr(each, f"folded_{language}")) for each in agreement.commitments.all())
    return Told(
        parties=frozenset(each.organization_id for each in agreement.parties.all()),
        reference=agreement.reference,
        identifiers=frozenset((each.scheme, each.value) for each in agreement.identifiers.all()),
        programme=agreement.programme_id,
        signed=agreement.signed,
        language=language,
        commitments=tuple(
            Said(each.pk, each.number, each.kind_id, words) for each, words in commitments if words
        ),
        texts=tuple((each.digest, each.beginning) for each in agreement.texts),
        own=agreement.pk,
    )


def told_in(
    *,
    parties: Iterable[UUID] = (),
    reference: str = "",
    identifiers: Iterable[tuple[str, str]] = (),
    programme: UUID | None = None,
    signed: DateClaim | None = None,
    language: str = "fr",
    commitments: Sequence[tuple[str | None, str]] = (),
    texts: Iterable[str] = (),
    own: UUID | None = None,
    apart: Iterable[UUID] = (),
) -> Told:
    """What a paper on somebody's desk tells: `commitments` as (kind or None, words), `texts` of its sources whole.

    Two queries at most. Parties that were merged count as those they were merged into.
    """
    given = frozenset(parties)
    kept = Organization.objects.filter(pk__in=given, merged_into__isnull=False) if given else []
    into = {each.pk: each.merged_into_id for each in kept}
    kinds = [kind for kind, _words in commitments]
    folded = _folded([words for _kind, words in commitments])
    return Told(
        parties=frozenset(into.get(each, each) for each in given),
        reference=reference,
        identifiers=frozenset(identifiers),
        programme=programme,
        signed=signed or DateClaim(),
        language=language,
        commitments=tuple(
            Said(at, at, kind, words)
            for at, (kind, words) in enumerate(zip(kinds, folded, strict=True), start=1)
            if words
        ),
        texts=tuple(
            (hashlib.md5(each.encode(), usedforsecurity=False).hexdigest(), each[:READ])
            for each in texts
            if each
        ),
        own=own,
        apart=frozenset(apart),
    )


def _folded(words: list[str]) -> list[str]:
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mithaq_fold(said) FROM unnest(%s::text[]) WITH ORDINALITY asked(said, nr) ORDER BY nr",
            [words],
        )
        return [folded for (folded,) in cursor.fetchall()]


# One record against the registry.


def alike(record: Told, *, readable: QuerySet) -> list[Alike]:
    """At most SHOWN of the `readable` agreements that may be this one, or are similar to it; the surest first.

    As many queries in a large registry as in a small one, each bounded.
    """
    out = {*record.apart, *_known_apart(record.own), record.own} - {None}
    others = readable.exclude(pk__in=out)
    weights = _candidates(record, others)
    keys = sorted(weights, key=lambda each: (-weights[each], str(each)))[:WEIGHED]
    if not keys:
        return []
    found = told(others.filter(pk__in=keys))
    light = _light([record, *(each for _row, each in found.values())])
    answers = [_weigh(record, theirs, row, light, by_parties=True) for row, theirs in found.values()]
    return sorted((each for each in answers if each), key=lambda each: each.rank)[:SHOWN]


def _known_apart(own: UUID | None) -> set[UUID]:
    if own is None:
        return set()
    rows = DistinctAgreements.objects.filter(Q(first=own) | Q(second=own)).values_list(
        "first_id", "second_id"
    )
    return {key for row in rows for key in row} - {own}


def _candidates(record: Told, others: QuerySet) -> dict[UUID, int]:
    """Agreements worth weighing, each with how much speaks for it."""
    weights: dict[UUID, int] = defaultdict(int)
    if len(record.parties) >= 2:
        for key, reason in of_parties(record.parties, others):
            weights[key.pk] += reason.weight
    if record.commitments:
        names = _names(record.parties)
        words = of_words(
            list(record.commitments), others, language=record.language, names=_all(names.values())
        )
        for key, reason in words:
            weights[key.pk] += reason.weight
    asked = Q(pk__in=[])
    if record.reference.strip():
        asked |= Q(fact=TextEntry.Fact.REFERENCE, folded=Plain(record.reference))
    for _scheme, value in record.identifiers:
        asked |= Q(fact=TextEntry.Fact.IDENTIFIER, folded=Plain(value))
    if asked:
        rows = TextEntry.objects.filter(asked, agreement__in=others.values("pk"))
        for key in rows.order_by("pk").values_list("agreement", flat=True)[:WEIGHED]:
            weights[key] += 10
    if record.texts:
        same = AgreementSource.objects.alias(digest=MD5("source__text")).filter(
            digest__in=[digest for digest, _words in record.texts], agreement__in=others.values("pk")
        )
        for key in same.order_by("pk").values_list("agreement", flat=True)[:WEIGHED]:
            weights[key] += 10
    return weights


# Many records against each other.


def pairs(agreements: QuerySet, *, readable: QuerySet) -> list[tuple[Agreement, Alike]]:
    """Of `agreements`, those that share a source, or their parties and more, with another of the `readable` ones.

    Each pair once, under the newer record, and without those known to be two. As many queries for many as for one.
    """
    keys = list(agreements.values_list("pk", flat=True))
    near = _near(keys, readable)
    found = told(readable.filter(pk__in={key for pair in near for key in pair}))
    apart = {
        frozenset(each)
        for each in DistinctAgreements.objects.filter(Q(first__in=keys) | Q(second__in=keys)).values_list(
            "first_id", "second_id"
        )
    }
    light = _light([each for _row, each in found.values()])
    answers = []
    for one, other in near:
        if one in found and other in found and frozenset((one, other)) not in apart:
            row, ours = found[one]
            if alike := _weigh(ours, found[other][1], found[other][0], light, by_parties=False):
                answers.append((row, alike))
    return sorted(answers, key=lambda each: (not each[1].is_same, -each[0].number, each[1].rank))


def _near(keys: list[UUID], readable: QuerySet) -> list[tuple[UUID, UUID]]:
    """Pairs (newer, older) with a party set or a text in common: two queries."""
    mine = Party.objects.filter(agreement__in=keys)
    sizes = dict(mine.order_by().values_list("agreement").annotate(n=Count("pk")))
    shared = (
        Party.objects.filter(
            organization__participations__agreement__in=keys,
            agreement__in=readable.values("pk"),
            agreement__number__lt=F("organization__participations__agreement__number"),
        )
        .order_by()
        .values_list("organization__participations__agreement", "agreement")
        .annotate(n=Count("pk"))
        .filter(n__gte=2)
    )
    found = [(one, other) for one, other, n in shared.order_by("agreement")[:1000] if n >= sizes.get(one, 0)]
    texts = (
        AgreementSource.objects.filter(agreement__in=keys)
        .annotate(digest=MD5("source__text"))
        .values_list("agreement", "agreement__number", "digest")
    )
    by_digest = defaultdict(list)
    for key, number, digest in texts:
        by_digest[digest].append((key, number))
    same = (
        AgreementSource.objects.annotate(digest=MD5("source__text"))
        .filter(digest__in=by_digest, agreement__in=readable.values("pk"))
        .values_list("agreement", "agreement__number", "digest")
    )
    for key, number, digest in same:
        found += [(mine, key) for mine, own in by_digest[digest] if own > number]
    return list(dict.fromkeys(found))


# What two records have in common.


def _light(records: Collection[Told]) -> Mapping[Any, set[str]]:
    """Words that tell nothing, by language: those of most agreements, and the names of the parties."""
    names = _all(_names({key for each in records for key in each.parties}).values())
    common = wording.newest().common
    return {each: common[each] | names for each in {record.language for record in records}}


def _names(organizations: Collection[UUID]) -> dict[UUID, set[str]]:
    """The words of the names of organizations, folded."""
    columns = languages.columns("name", "short_name")
    rows = Organization.objects.filter(pk__in=organizations).values_list(
        "pk", *(Fold(each) for each in columns)
    )
    return {key: {word for name in names for word in words_of(name)} for key, *names in rows}


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _weigh(
    ours: Told, theirs: Told, row: Agreement, light: Mapping[str, set[str]], *, by_parties: bool
) -> Alike | None:
    """What two records have in common, and whether that may make them one; None when it is nothing to speak of.

    `by_parties`: the same parties alone are worth a word.
    """
    parties = ours.parties == theirs.parties and len(ours.parties) >= 2
    shared = len(ours.parties & theirs.parties)
    reference = bool(_bare(ours.reference)) and _bare(ours.reference) == _bare(theirs.reference)
    numbers = _numbers(ours) & _numbers(theirs)
    text = _texts(ours, theirs)
    dates = ours.signed.is_known and theirs.signed.is_known and _overlap(ours.signed, theirs.signed)
    words = _commitments(ours, theirs, light)
    worded = words >= 2 or (words and words == len(ours.commitments) == len(theirs.commitments))
    told = [
        (parties, _parties(shared)),
        (
            not parties and shared,
            ngettext("%(number)s party in common", "%(number)s parties in common", shared)
            % {"number": shared},
        ),
        (reference, _("the same reference: %(reference)s") % {"reference": row.reference}),
        (numbers, _("the same number in another register")),
        (text == 1, _("the very same text as its source")),
        (text and text < 1, _("nearly the same text as its source")),
        (dates, _("signed at the same time")),
        (
            words,
            ngettext(
                "%(number)s commitment in similar words", "%(number)s commitments in similar words", words
            )
            % {"number": words},
        ),
        (ours.programme and ours.programme == theirs.programme, _("the same programme")),
    ]
    same = parties and bool(reference or numbers or text or (dates and worded))
    if not ((parties and by_parties) or reference or numbers or text == 1 or worded):
        return None
    certainty = Certainty.SAME if same else Certainty.SIMILAR
    reasons = [words for holds, words in told if holds]
    return Alike(row, certainty, reasons, (not same, -len(reasons), -row.number))


def _bare(words: str) -> str:
    """The letters and digits alone: a reference, however it is spaced."""
    return "".join(words_of(bare(words)))


def _numbers(record: Told) -> set[tuple[str, str]]:
    return {(_bare(scheme), _bare(value)) for scheme, value in record.identifiers}


def _parties(number: int) -> str:
    if number == 2:
        return _("the same two parties")
    return ngettext("the same %(number)s party", "the same %(number)s parties", number) % {"number": number}


def _texts(ours: Told, theirs: Told) -> float:
    """1 when a source of both is one text, less when it is nearly one, 0 when it is not."""
    if {digest for digest, _words in ours.texts} & {digest for digest, _words in theirs.texts}:
        return 1
    if ours.parties != theirs.parties:
        return 0  # the same wording with another partner is another agreement
    likenesses = (likeness(bare(one), bare(other)) for _d, one in ours.texts for _d, other in theirs.texts)
    return next((min(each, 0.99) for each in likenesses if each >= NEARLY), 0)


def _overlap(one: DateClaim, other: DateClaim) -> bool:
    return not (
        (one.latest and other.earliest and one.latest < other.earliest)
        or (other.latest and one.earliest and other.latest < one.earliest)
    )


def _commitments(ours: Told, theirs: Told, light: Mapping[str, set[str]]) -> int:
    """How many commitments of the one have one of their own, in similar words, in the other."""
    if ours.language != theirs.language:
        return 0
    aside = light[ours.language]
    left = [words for each in theirs.commitments if len(words_of(words := without(each.words, aside))) >= 2]
    count = 0
    for each in ours.commitments:
        words = without(each.words, aside)
        best = max(left, key=lambda other: likeness(words, other), default=None)
        if best is not None and len(words_of(words)) >= 2 and likeness(words, best) >= ALIKE:
            left.remove(best)
            count += 1
    return count

"""Agreements like another one, each with the reasons. Similar is not the same: nothing here says «duplicate».

Three things make an agreement similar, and each is told:

- its parties: the same ones, several of the same, or bodies above or below them;
- its commitments: of one kind and in similar words. Words are compared in the source's language, folded as a search
  folds them, by the trigrams they share (as pg_trgm counts). Words that more than a quarter of the newest agreements
  use («shall», «the party undertakes») weigh nothing, nor do the names of the parties;
- its frame: programme and place of signature; theme and target group.

In a large registry a body, a theme or a word may be in thousands of agreements, of which five are shown. So nothing is
looked for in all of them: of a party, a theme, a group or a programme the newest WALKED agreements are looked through,
of the bodies above and below a party the newest few, and what is said is compared with what the newest agreements say
(`wording.READ`), with what is found for another reason, and with what shares a rare word, however old. What is found
so costs the same in a registry of a thousand agreements and of a million; in one of some hundreds it is all there is.
What a reader may not see takes part in none of it, but for a place among the newest.
"""

# ruff: noqa: S608  SQL out of our own names

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, AgreementTheme, NamedGroup
from agreements.queries import ledger, wording
from agreements.queries.gates import Gate
from agreements.queries.wording import Line, words_of
from lib import languages, prepared
from lib.asking import likeness

SHOWN = 5
COMMON_FROM = wording.COMMON_FROM
ALIKE = 0.5
"""The part of their trigrams that two commitments share to be in similar words."""
NEARLY_ALIKE = 0.3
"""The same before the names of the parties are left out: below it nothing becomes alike."""
CANDIDATES = 100
"""How many agreements, or commitments, each question brings at most."""
NEAR = 40
"""How many commitments, the newest, are compared in all their words, without the names of the parties."""
WALKED = 200
"""How many of the newest agreements of a party, a theme, a group or a programme are looked through."""
FAMILY, WALKED_OF_FAMILY = 50, 5
"""How many bodies above, and below, a party are looked through, the nearest ones, and how many agreements of each."""
COMPARED = 20
"""How many of what is found for other reasons is compared in its words, the most alike first."""
RARE = 1
"""A word that no more of the newest agreements use is looked for in the whole registry."""


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
    As many queries in a large registry as in a small one, each bounded.
    """
    others = Others.of(readable, apart={agreement.pk, *apart})
    found: dict[Key, list[Reason]] = defaultdict(list)
    ours = {each.organization_id for each in agreement.parties.all()}
    for key, reason in _of_parties(ours, others):
        found[key].append(reason)
    framed = list(_of_frame(agreement, others))
    weights: dict[Key, int] = {key: reasons[0].weight for key, reasons in found.items()}
    for key, reason in framed:
        weights[key] = weights.get(key, 0) + reason.weight
    strongest = sorted(weights, key=lambda key: (-weights[key], -key.number))[:COMPARED]
    for key, reason in (*_of_words(agreement, others, strongest), *framed):
        found[key].append(reason)
    best = sorted(found, key=lambda key: (-sum(each.weight for each in found[key]), -key.number))[:SHOWN]
    if not best:
        return []
    rows = readable.in_bulk([each.pk for each in best])
    _tell(agreement, {each.pk: found[each] for each in best})
    return [Similar(rows[each.pk], found[each]) for each in best if each.pk in rows]


def _tell(agreement: Agreement, found: Mapping[UUID, list[Reason]]) -> None:
    """Labels for commitments, and of our themes and groups those they share: known once it is known what is shown."""
    paired = [key for key, reasons in found.items() if any(each.pairs for each in reasons)]
    theirs = ledger.labels(paired) if paired else {}
    ours = {each.pk: each.label for each in agreement.commitments.all()}
    named = [key for key, reasons in found.items() if any(each.names for each in reasons)]
    shared: dict[UUID, set] = defaultdict(set)
    if named:
        for links, column in ((AgreementTheme, "theme"), (NamedGroup, "concept")):
            rows = links.objects.filter(agreement__in=named).order_by()
            for key, code in rows.values_list("agreement", column):
                shared[key].add((column, code))
    for key, reasons in found.items():
        for reason in reasons:
            reason.pairs = [(ours[mine], theirs[its]) for mine, its in reason.pairs]
            reason.names = [each for kind, each in reason.names if (kind, each.pk) in shared[key]]


class Others(NamedTuple):
    """The agreements to find similar ones among: what passes the gate, but for those `apart`."""

    gate: Gate
    apart: frozenset[UUID]

    @classmethod
    def of(cls, readable: QuerySet, *, apart: Collection[UUID] = frozenset()) -> "Others":
        return cls(Gate.of(readable), frozenset(apart))

    def among(self, keys: Iterable[UUID], *, most: int | None = None) -> list[Key]:
        """Those of `keys` that are among them, the newest first, at most so many; a query if there are any."""
        asked = [str(each) for each in keys if each not in self.apart]
        if not asked or not self.gate.sql:
            return []
        sql = f"""SELECT g.id, g.number FROM ({self.gate.sql}) g(id, number, programme)
                   WHERE g.id = ANY (%(keys)s::text[]::uuid[]) ORDER BY g.number DESC"""
        rows = prepared.rows(sql, self.gate.values | {"keys": asked})
        return [Key(*row) for row in (rows if most is None else rows[:most])]


def _themes(agreement: Agreement) -> list:
    return sorted({each.theme for each in agreement.theme_links.all()}, key=lambda each: each.position)


def _concepts(agreement: Agreement) -> list:
    return sorted(
        {each.concept for each in agreement.groups.all() if each.concept}, key=lambda each: each.position
    )


# Parties.

# Keys are drawn by time: the last ones of a body are its newest.
_NEAR = f"""
    WITH asked AS (SELECT unnest(%(ours)s::text[]::uuid[]) AS own)
    SELECT own, own AS other FROM asked
     UNION ALL
    SELECT own, near.other FROM asked CROSS JOIN LATERAL (
        SELECT other FROM (
            SELECT descendant_id AS other, depth FROM organizations_descent
             WHERE ancestor_id = own AND depth > 0 ORDER BY depth LIMIT {20 * FAMILY}
        ) below ORDER BY depth, other LIMIT {FAMILY}
    ) near
     UNION ALL
    SELECT own, near.other FROM asked CROSS JOIN LATERAL (
        SELECT ancestor_id AS other FROM organizations_descent
         WHERE descendant_id = own AND depth > 0 ORDER BY depth LIMIT {FAMILY}
    ) near
"""
_BETWEEN = f"""
    WITH family AS MATERIALIZED (SELECT unnest(%(family)s::text[]::uuid[]) AS id), walked AS MATERIALIZED (
        SELECT p.agreement_id FROM unnest(%(ours)s::text[]::uuid[]) own CROSS JOIN LATERAL (
            SELECT agreement_id FROM agreements_party WHERE organization_id = own
             ORDER BY organization_id DESC, agreement_id DESC LIMIT {WALKED}
        ) p
         UNION
        SELECT p.agreement_id FROM family CROSS JOIN LATERAL (
            SELECT agreement_id FROM agreements_party WHERE organization_id = family.id
             ORDER BY organization_id DESC, agreement_id DESC LIMIT {WALKED_OF_FAMILY}
        ) p
    )
    SELECT walked.agreement_id, array_agg(p.organization_id::text) FROM walked CROSS JOIN LATERAL (
        SELECT organization_id FROM agreements_party p WHERE p.agreement_id = walked.agreement_id OFFSET 0
    ) p
     GROUP BY walked.agreement_id HAVING count(*) FILTER (WHERE p.organization_id IN (SELECT id FROM family)) >= 2
     ORDER BY walked.agreement_id DESC LIMIT {2 * CANDIDATES}
"""


def of_parties(ours: Collection[UUID], others: QuerySet) -> Iterator[tuple[Key, Reason]]:
    """Agreements between the same parties, or between bodies above or below them: at least two of `ours` each."""
    return _of_parties(ours, Others.of(others))


def _of_parties(ours: Collection[UUID], others: Others) -> Iterator[tuple[Key, Reason]]:
    family: dict[UUID, set[UUID]] = defaultdict(set)
    asked = [str(each) for each in ours]
    for mine, other in prepared.rows(_NEAR, {"ours": asked}) if asked else ():
        family[other].add(mine)
    if len(family) < 2:
        return
    rows = prepared.rows(_BETWEEN, {"ours": asked, "family": [str(each) for each in family]})
    theirs = {key: {UUID(each) for each in told} for key, told in rows}
    for key in others.among(theirs, most=CANDIDATES):
        organizations = theirs[key.pk]
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


def _of_words(agreement: Agreement, others: Others, beside: Collection[Key]) -> list[tuple[Key, Reason]]:
    said = wording.lines([agreement.pk])
    language = agreement.source_language
    mine = [Said(each.pk, each.number, each.kind, each.words) for each in said if each.language == language]
    names = _names([agreement.pk])[agreement.pk] if mine else set()
    return list(_in_words(mine, others, language=language, names=names, beside=beside))


def of_words(
    mine: list[Said], others: QuerySet, *, language: str, names: set[str]
) -> Iterator[tuple[Key, Reason]]:
    """Agreements with commitments of the same kind in similar words; `names` are words of the names of our parties."""
    return _in_words(mine, Others.of(others), language=language, names=names)


def _in_words(
    mine: list[Said], others: Others, *, language: str, names: set[str], beside: Collection[Key] = ()
) -> Iterator[tuple[Key, Reason]]:
    """The same, also of agreements that are found for other reasons."""
    newest = wording.newest()
    light = newest.common[language] | names
    asked = {each: text for each in mine if len(words_of(text := without(each.words, light))) >= 2}
    if not asked:
        return
    lines = {line.pk: line for each, text in asked.items() for line in newest.near(text, language, each.kind)}
    lines |= _beyond(asked, newest, language, beside)
    of_them = {each.pk for each in beside}
    keys = {each.pk: each for each in others.among({line.agreement for line in lines.values()})}
    ordered = sorted(
        (line for line in lines.values() if line.agreement in keys),
        key=lambda line: (line.agreement not in of_them, -keys[line.agreement].number, line.number, line.pk),
    )
    near = list(islice((line for line in ordered if _may_be_alike(line, asked, light)), NEAR))
    names_of = _names({each.agreement for each in near}) if near else {}
    pairs: dict[Key, list[tuple[float, int, int, UUID, UUID]]] = defaultdict(list)
    for its in near:
        aside = light | names_of[its.agreement]
        words = without(its.words, aside)
        for own, text in asked.items():
            if own.kind in (None, its.kind) and len(words_of(words)) >= 2:
                share = likeness(without(text, aside), words)
                if share >= ALIKE:
                    pairs[keys[its.agreement]].append((-share, own.number, its.number, own.pk, its.pk))
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


def _may_be_alike(line: Line, asked: Mapping[Said, str], light: Collection[str]) -> bool:
    words = without(line.words, light)
    return any(
        likeness(text, words) >= NEARLY_ALIKE for own, text in asked.items() if own.kind in (None, line.kind)
    )


def _beyond(
    asked: Mapping[Said, str], newest: wording.Wording, language: str, beside: Collection[Key]
) -> dict[UUID, Line]:
    """What is to be compared besides: `beside`, and what shares a rare word with us; at most one query.

    However few the published agreements are: one that is not published yet is none of the newest.
    """
    uses = newest.uses[language]
    rare: dict[tuple[str, str], None] = {}
    for text in asked.values():
        words = list(dict.fromkeys(words_of(text)))
        for word in sorted(words, key=lambda each: uses[each])[:2]:
            if uses[word] <= RARE:
                rare[word, " ".join(each for each in words if each != word)] = None
    if not (beside or rare):
        return {}
    found = wording.beyond([each.pk for each in beside], list(rare), language=language, most=CANDIDATES)
    return {each.pk: each for each in found if each.language == language}


def without(text: str, light: Collection[str]) -> str:
    return " ".join(each for each in words_of(text) if each not in light)


# Each body once, however many of the agreements it is in.
_NAMES = f"""
    SELECT parties.agreements, mithaq_fold(concat_ws(' ', {", ".join(languages.columns("name", "short_name"))}))
      FROM (SELECT organization_id, array_agg(agreement_id::text) AS agreements FROM agreements_party
             WHERE agreement_id = ANY (%(keys)s::text[]::uuid[]) GROUP BY organization_id OFFSET 0) parties
      JOIN organizations_organization o ON o.id = parties.organization_id
"""


def _names(agreements: Iterable[UUID]) -> dict[UUID, set[str]]:
    """The words of the names of the parties to each of the agreements, in every language."""
    names: dict[UUID, set[str]] = defaultdict(set)
    for keys, folded in prepared.rows(_NAMES, {"keys": [str(each) for each in agreements]}):
        for key in keys:
            names[UUID(key)].update(words_of(folded))
    return names


# The frame.

_FRAMED = f"""
    WITH walked AS MATERIALIZED (
        SELECT t.agreement_id FROM unnest(%(themes)s::text[]) asked CROSS JOIN LATERAL (
            SELECT agreement_id FROM agreements_agreementtheme WHERE theme_id = asked
             ORDER BY theme_id DESC, agreement_id DESC LIMIT {WALKED}
        ) t
         UNION
        SELECT g.agreement_id FROM unnest(%(concepts)s::text[]) asked CROSS JOIN LATERAL (
            SELECT agreement_id FROM agreements_namedgroup WHERE concept_id = asked
             ORDER BY concept_id DESC, agreement_id DESC LIMIT {WALKED}
        ) g
    )
    SELECT agreement_id FROM walked
     WHERE EXISTS (SELECT 1 FROM agreements_agreementtheme t
                    WHERE t.agreement_id = walked.agreement_id AND t.theme_id = ANY (%(themes)s::text[]))
       AND EXISTS (SELECT 1 FROM agreements_namedgroup g
                    WHERE g.agreement_id = walked.agreement_id AND g.concept_id = ANY (%(concepts)s::text[]))
     ORDER BY agreement_id DESC LIMIT {2 * CANDIDATES}
"""
_UNDER = f"""
    SELECT id FROM (
        SELECT id, place_of_signature FROM agreements_agreement
         WHERE programme_id = %(programme)s::text::uuid AND place_of_signature <> '' ORDER BY number DESC LIMIT {WALKED}
    ) under WHERE mithaq_fold(place_of_signature) = mithaq_fold(%(place)s)
"""


def _of_frame(agreement: Agreement, others: Others) -> Iterator[tuple[Key, Reason]]:
    """Agreements under the same programme signed at the same place; with a theme and a target group in common."""
    if agreement.programme_id and agreement.place_of_signature:
        asked = {"programme": str(agreement.programme_id), "place": agreement.place_of_signature}
        for key in others.among(row[0] for row in prepared.rows(_UNDER, asked))[:CANDIDATES]:
            yield key, Reason(_("the same programme and place of signature"), 2)
    themes, concepts = _themes(agreement), _concepts(agreement)
    if themes and concepts:
        asked = {"themes": [each.pk for each in themes], "concepts": [each.pk for each in concepts]}
        names = [*(("theme", each) for each in themes), *(("concept", each) for each in concepts)]
        for key in others.among((row[0] for row in prepared.rows(_FRAMED, asked)), most=CANDIDATES):
            yield key, Reason(_("the same theme and target group"), 1, names=names)

"""Everything the page of an organization shows, as of one day, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Agreement, Citation, Party, Statement
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import network
from agreements.queries.network import Duty, Partner, Side
from lib import facets, languages
from lib.conditions import IsOneOf
from lib.facets import Total
from lib.related import follow, follow_each, gather
from organizations.models import Alias, Descent, DistinctPair, Office, Organization

LOOKED_AT = 300
"""Of how many agreements of a body the page tells who owes what: the newest. Each brings a hundred rows or so."""

LATEST = {"agreements": 12, "duties": 60, "people": 30, "statements": 6, "activities": 5, "units": 60}
"""How many of each the page shows; it says how many more there are."""


class _Entries(Subquery):
    """Of entries of agreements, found by a query: how many agreements they are of, and how many were found."""

    template = "(SELECT ARRAY[count(DISTINCT agreement), count(*)] FROM (%(subquery)s) entry(agreement))"
    output_field = ArrayField(IntegerField())


def listed(organizations: QuerySet, *, actor) -> QuerySet:
    """Annotate what `lines` reads: how many agreements that `actor` may read, of each and with all below it.

    What was entered under an organization merged into another counts as that other's. No more entries are looked at
    than a list looks at records.
    """
    readable = Party.objects.filter(agreement__in=Agreement.objects.visible_to(actor)).order_by()

    def entries(members: QuerySet) -> _Entries:
        found = readable.filter(IsOneOf("organization", members)).values("agreement")
        return _Entries(found[: facets.LOOKED_AT + 1])

    one = OuterRef(OuterRef("pk"))
    below = Descent.objects.filter(ancestor=one, descendant__merged_into=None)
    merged = Descent.objects.filter(ancestor=one, descendant__merged_from__isnull=False)
    return organizations.select_related("kind", "parent").annotate(
        own_entries=entries(Organization.objects.filter(Q(pk=one) | Q(merged_into=one)).values("pk")),
        family_entries=entries(
            below.values("descendant").union(merged.values("descendant__merged_from"), all=True)
        ),
    )


@dataclass(frozen=True)
class Line:
    """An organization in a list: in how many agreements it is, and how many with all units below it."""

    organization: Organization
    own: Total
    family: Total


def lines(organizations: Iterable[Organization]) -> list[Line]:
    """The lines of a page, without a query. Needs `listed`."""
    return [Line(each, _told(each.own_entries), _told(each.family_entries)) for each in organizations]


def _told(entries: list[int]) -> Total:
    agreements, looked_at = entries
    return Total(min(agreements, facets.LOOKED_AT), more=looked_at > facets.LOOKED_AT)


def by_agreements(organizations: QuerySet, *, actor) -> QuerySet:
    """Of each of `organizations` the key, `body`, and the `number` of agreements that `actor` may read: one query.

    All of their entries are counted: who has most is known no sooner. What was entered under an organization merged
    into another counts as that other's.
    """
    readable = Q(participations__agreement__in=Agreement.objects.visible_to(actor))
    return (
        Organization.objects.annotate(body=Coalesce("merged_into", "pk"))
        .filter(body__in=organizations.order_by().values("pk"))
        .order_by()
        .values("body")
        .annotate(number=Count("participations__agreement", filter=readable, distinct=True))
        .values_list("body", "number", named=True)
    )


@dataclass(frozen=True)
class Shown:
    """The first of many; `more` are not shown."""

    rows: list
    more: int

    @property
    def total(self) -> int:
        return len(self.rows) + self.more


@dataclass(frozen=True)
class Name:
    """One name of an organization: `what` it is in words, and where it is cited."""

    text: languages.Text
    what: str
    is_source: bool = False
    proofs: list[Citation] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One agreement of the body: under which letter it stands there, with whom, and how many commitments by side."""

    agreement: Agreement
    state: LegalState
    own: list[Party]
    others: list[Party]
    sides: dict[str, int]


@dataclass
class Unit:
    """A unit in the tree under a body."""

    organization: Organization
    units: list["Unit"] = field(default_factory=list)


@dataclass(frozen=True)
class Family:
    """Where a body stands: those above it from the top, and the units below it; `more` of them are not shown."""

    above: list[Organization]
    units: list[Unit]
    total: int
    more: int


@dataclass
class Body:
    """What the page asks for. Whatever is counted is counted among what the reader may see."""

    organization: Organization
    subtree: bool
    family: Family
    merged: list[Organization]
    names: list[Name]
    spellings: list[tuple[str, list[Agreement]]]
    proofs: list[Citation]
    distinct: list[tuple[Organization, str]]
    agreements: Shown
    total: Total
    family_total: Total
    capped: bool
    """Whether there are more agreements than the `looked_at`, whose duties, partners and spellings alone are told."""
    looked_at: int
    counts: dict[str, int]
    addressed: int
    owes: Shown
    owed: Shown
    partners: list[Partner]
    network: network.Network | None
    offices: Shown
    statements: Shown
    activities: list[Any]

    @property
    def others(self) -> list[languages.Text]:
        """Its names in the other languages, for the head of the page."""
        return languages.others(self.organization, "name")

    @property
    def proof(self) -> dict[str, list[Citation]]:
        """The quotes about the organization itself, by what of it they prove."""
        found = defaultdict(list)
        for each in self.proofs:
            found[each.about].append(each)
        return dict(found)

    @property
    def given(self) -> int:
        """How many commitments it owes, alone or with others; each once."""
        return self.counts[Side.GIVES] + self.counts[Side.JOINT] + self.counts[Side.WITHIN]

    @property
    def open(self) -> int:
        """How many commitments that it owes or is owed are not fulfilled."""
        return self.owes.total + self.owed.total

    @property
    def unaddressed(self) -> int:
        """How many commitments it owes to no party that is certain."""
        return self.counts[Side.GIVES] - self.addressed

    @property
    def exchanges(self) -> list[Partner]:
        """The partners between whom and the body anything is owed."""
        return [each for each in self.partners if each.commitments]


def body(organization: Organization, *, actor, on: date, subtree: bool = False) -> Body:
    """The page of `organization` as `actor` may read it on the day `on`. Needs `with_profile`.

    With `subtree` its units count as itself: what they owe and are owed, with whom, their people. What was entered
    under an organization merged into it counts as its own in any case.
    """
    below = list(
        Descent.objects.filter(ancestor=organization, depth__gt=0, descendant__merged_into=None)
        .select_related("descendant")
        .order_by("depth", "descendant__slug")
    )
    entries = list(Organization.objects.filter(merged_into__isnull=False).in_order())  # they are few
    merged = _merged_into({organization.pk}, entries)
    own = {organization.pk, *(each.pk for each in merged)}
    family = own | {each.descendant_id for each in below}
    family |= {each.pk for each in _merged_into(family, entries)}
    scope = family if subtree else own
    readable = Agreement.objects.visible_to(actor)
    agreements = list(_of(readable, scope).order_by("-number")[: LOOKED_AT + 1])
    capped = len(agreements) > LOOKED_AT
    agreements = with_ledger(agreements[:LOOKED_AT])
    total = facets.total(_of(readable, scope)) if capped else Total(len(agreements))
    duties = network.duties(agreements, scope, on=on)
    partners = network.partners(agreements, duties, scope)
    rows = _rows(agreements[: LATEST["agreements"]], duties, scope, on=on)
    proofs = _proofs(organization, actor)
    still_open = sorted((each for each in duties if each.is_open), key=lambda each: each.order)
    return Body(
        organization=organization,
        subtree=subtree,
        family=_family(organization, below),
        merged=merged,
        names=_names(organization, proofs),
        spellings=_spellings(agreements, own),
        proofs=proofs["organization", organization.pk],
        distinct=_distinct(organization),
        agreements=Shown(rows, total.number - len(rows)),
        total=total,
        family_total=total if scope == family else facets.total(_of(readable, family)),
        capped=capped,
        looked_at=len(agreements),
        counts={side: sum(each.side == side for each in duties) for side in Side},
        addressed=sum(each.side == Side.GIVES and bool(each.partners) for each in duties),
        owes=_first([each for each in still_open if each.side != Side.RECEIVES], "duties"),
        owed=_first([each for each in still_open if each.side == Side.RECEIVES], "duties"),
        partners=partners,
        network=network.network(str(organization.label), partners, readable=readable),
        offices=_first(_offices(scope, proofs), "people"),
        statements=_statements(readable, scope, actor),
        activities=_activities(scope, actor),
    )


def _first(rows: list, what: str) -> Shown:
    return Shown(rows[: LATEST[what]], max(len(rows) - LATEST[what], 0))


def with_ledger(agreements: list[Agreement]) -> list[Agreement]:
    """Bring what `network.duties` needs: a fixed number of queries, however many agreements."""
    parties = gather(agreements, "parties", order=lambda row: row.position)
    follow(parties, "organization")
    commitments = gather(agreements, "commitments", order=lambda row: (row.number, row.pk))
    gather(commitments, "debtor_links")
    follow(gather(commitments, "beneficiary_links"), "group")
    gather(commitments, "questions")
    for each in commitments:
        each.doubts = [question for question in each.questions.all() if question.resolved_at is None]
    follow(gather(commitments, "fulfilments"), "activity")
    by_key = {each.pk: each for each in parties}
    for view in gather(commitments, "progress_views"):
        view.party = by_key[view.party_id]
    return agreements


def _of(readable, organizations: set[UUID]):
    parties = Party.objects.filter(organization__in=organizations).order_by()
    return readable.filter(IsOneOf("pk", parties.values("agreement")))


def _merged_into(kept: set[UUID], entries: list[Organization]) -> list[Organization]:
    """Those of `entries`, organizations that were merged, that ended in one of `kept`, at any remove."""
    found: dict[UUID, Organization] = {}
    reached = set(kept)
    while more := [each for each in entries if each.merged_into_id in reached and each.pk not in reached]:
        found |= {each.pk: each for each in more}
        reached |= found.keys()
    return list(found.values())


def _family(organization: Organization, below: list[Descent]) -> Family:
    above = (
        Descent.objects.filter(descendant=organization, depth__gt=0)
        .select_related("ancestor")
        .order_by("-depth")
    )
    nodes = {organization.pk: Unit(organization)}
    shown = below[: LATEST["units"]]
    for line in shown:  # by depth: whoever stands above comes first
        unit = nodes[line.descendant_id] = Unit(line.descendant)
        if line.descendant.parent_id in nodes:
            nodes[line.descendant.parent_id].units.append(unit)
    return Family(
        [each.ancestor for each in above],
        nodes[organization.pk].units,
        len(below),
        len(below) - len(shown),
    )


def _proofs(organization: Organization, actor) -> dict[tuple[str, UUID], list[Citation]]:
    """The quotes about the organization, its other names, its profile and its offices, by what they prove."""
    facts = ("organization", "alias", "profile_claim", "office")
    # Each found by its own index: one query for any of the four would read all quotes there are.
    of_one, *of_others = (
        Citation.objects.filter(**{way: organization}).order_by().values("pk")
        for way in ("organization", *(f"{each}__organization" for each in facts[1:]))
    )
    found = (
        Citation.objects.visible_to(actor)
        .filter(IsOneOf("pk", of_one.union(*of_others, all=True)))
        .select_related("source", "agreement")
        .defer("source__text")
        .order_by("agreement__number", "start", "pk")
    )
    by_fact = defaultdict(list)
    for citation in found:
        fact = next(name for name in facts if getattr(citation, f"{name}_id"))
        by_fact[fact, getattr(citation, f"{fact}_id")].append(citation)
    for claim in organization.profile_claims.all():
        claim.proofs = by_fact["profile_claim", claim.pk]
    return by_fact


def _names(organization: Organization, proofs) -> list[Name]:
    """Names and short names in every language, that of the source first, then the other names; each with its quotes."""
    told = [each for each in proofs["organization", organization.pk] if each.about == Citation.About.NAME]
    found = [
        Name(
            languages.Text(words, code, languages.current()),
            what,
            code == organization.source_language,
            told if (name, code) == ("name", organization.source_language) else [],
        )
        for name, what in (("name", _("name")), ("short_name", _("short name")))
        for code, words in sorted(
            languages.texts(organization, name).items(),
            key=lambda each: each[0] != organization.source_language,
        )
    ]
    kinds = list(Alias.Kind)
    aliases = sorted(organization.aliases.all(), key=lambda each: (kinds.index(each.kind), each.name))
    for alias in aliases:
        text = languages.Text(alias.name, alias.language, languages.current())
        found.append(Name(text, alias.get_kind_display(), proofs=proofs["alias", alias.pk]))
    return found


def _spellings(agreements: list[Agreement], own: set[UUID]) -> list[tuple[str, list[Agreement]]]:
    """How agreements write the name of a party that is one of `own`, with the agreements that do."""
    found = defaultdict(list)
    for agreement in agreements:
        for party in agreement.parties.all():
            if party.organization_id in own and party.name_as_written:
                found[party.name_as_written].append(agreement)
    return sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))


def _distinct(organization: Organization) -> list[tuple[Organization, str]]:
    pairs = DistinctPair.objects.filter(Q(first=organization) | Q(second=organization))
    return [
        (each.second if each.first_id == organization.pk else each.first, each.reason)
        for each in pairs.select_related("first", "second").order_by("pk")
    ]


def _rows(agreements: list[Agreement], duties: list[Duty], scope: set[UUID], *, on: date) -> list[Row]:
    """The rows of `agreements`, with what they show beyond `with_ledger`; two queries."""
    sides: dict[UUID, dict[str, int]] = {each.pk: dict.fromkeys(Side, 0) for each in agreements}
    for duty in duties:
        if duty.agreement.pk in sides:
            sides[duty.agreement.pk][duty.side] += 1
    parties = [party for each in agreements for party in each.parties.all()]
    follow_each([(agreements, ["kind"]), (parties, ["role"])])
    states = dict(
        with_legal_state(Agreement.objects.filter(pk__in=sides), on=on).values_list("pk", "legal_state")
    )
    return [
        Row(
            each,
            LegalState(states[each.pk]),
            [party for party in each.parties.all() if party.organization_id in scope],
            [party for party in each.parties.all() if party.organization_id not in scope],
            sides[each.pk],
        )
        for each in agreements
        if each.pk in states  # a draft may have been removed in between
    ]


def _offices(scope: set[UUID], proofs) -> list[Office]:
    """Who holds which office, each with its `proofs`."""
    found = list(
        Office.objects.filter(organization__in=scope).select_related("person", "organization").order_by("pk")
    )
    for office in found:
        office.proofs = proofs["office", office.pk]
    return found


def _statements(readable, scope: set[UUID], actor) -> Shown:
    """What its people said, or others on its behalf; newest record first."""
    # Each found by its own index: one query for any of the two would read all statements there are.
    by_its_people, on_its_behalf = (
        Statement.objects.filter(**{f"{way}__organization__in": scope}).order_by().values("pk")
        for way in ("speaker", "on_behalf_of")
    )
    said = Statement.objects.filter(
        IsOneOf("pk", by_its_people.union(on_its_behalf, all=True)), agreement__in=readable
    )
    rows = cited(said, actor).order_by("-agreement__number", "position", "pk")[: LATEST["statements"]]
    return Shown(list(rows), max(said.count() - LATEST["statements"], 0))


def cited(statements, actor):
    """Bring who speaks for whom in which agreement, and the quotes: two queries."""
    quotes = Citation.objects.visible_to(actor).select_related("source", "agreement").defer("source__text")
    return statements.select_related(
        "agreement", "speaker__person", "speaker__organization", "on_behalf_of__organization"
    ).prefetch_related(Prefetch("citations", quotes.order_by("start", "pk"), to_attr="proofs"))


def _activities(scope: set[UUID], actor) -> list[Any]:
    """The latest activities it organized, of those `actor` may read; the room above is followed by name."""
    organizing = Organization._meta.get_field("organized").related_model
    activity = organizing._meta.get_field("activity").related_model
    held = organizing.objects.filter(organization__in=scope)
    found = activity.objects.visible_to(actor).filter(pk__in=held.values("activity"))
    return list(found.select_related("kind").in_order()[: LATEST["activities"]])

"""Who owes what to whom, seen from one body: its commitments by side, its partners, and who of them know each other."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any
from uuid import UUID

from agreements.models import Agreement, Commitment, Party
from agreements.queries import ledger, progress
from lib import charts
from organizations.models import Organization

MOST = 12
"""How many partners are drawn; more would be a hairball."""


class Side(StrEnum):
    """How a commitment stands to the body."""

    GIVES = "gives"
    RECEIVES = "receives"
    JOINT = "joint"
    WITHIN = "within"
    """Between units of the body: neither given nor received."""


@dataclass(frozen=True)
class Duty:
    """One commitment as the body sees it. It stands here once, whatever the number of its `partners`.

    `creditors` are the parties it is owed to, as far as that is certain; `groups` are whom it is for besides.
    `is_meant` tells whether the source says for whom it is at all.
    """

    commitment: Commitment
    agreement: Agreement
    side: Side
    lane: ledger.Lane
    partners: list[Party]
    creditors: list[Party]
    groups: list[Any]
    is_meant: bool
    standing: progress.Standing

    @property
    def is_open(self) -> bool:
        return self.standing.progress != progress.Progress.FULFILLED

    @property
    def order(self) -> tuple:
        """Soonest deadline first, those without one last; then by agreement and number."""
        latest = self.commitment.due.latest
        return (latest is None, latest or date.max, self.agreement.number, self.commitment.number)


@dataclass
class Partner:
    """A party that shares agreements with the body, and what each of the two owes the other, by progress."""

    organization: Organization
    agreements: int = 0
    gives: Counter = field(default_factory=Counter)
    receives: Counter = field(default_factory=Counter)
    joint: int = 0
    blocks: list[charts.Block] = field(default_factory=list)

    @property
    def given(self) -> int:
        return self.gives.total()

    @property
    def received(self) -> int:
        return self.receives.total()

    @property
    def commitments(self) -> int:
        return self.given + self.received + self.joint


def duties(agreements: Iterable[Agreement], scope: Collection[UUID], *, on: date) -> list[Duty]:
    """Every commitment of `agreements` that the organizations in `scope` owe or are owed, as of the day `on`.

    What a commitment is owed to are the parties named as its beneficiaries. Where none is named, an agreement of two
    leaves no doubt: what one undertakes is owed to the other, whoever benefits from it. With more parties it stays
    open. A commitment without a stated debtor is nobody's. Needs `bodies.with_ledger`; makes no query.
    """
    return [
        duty
        for agreement in agreements
        for lane in ledger.lanes(agreement)
        for commitment in lane.commitments
        if (duty := _duty(agreement, lane, commitment, scope, on))
    ]


def _duty(
    agreement: Agreement, lane: ledger.Lane, commitment: Commitment, scope: Collection[UUID], on: date
) -> Duty | None:
    def ours(party: Party) -> bool:
        return party.organization_id in scope

    links = commitment.beneficiary_links.all()
    others = [each for each in agreement.parties.all() if each not in lane.parties]
    named = {each.party_id for each in links if each.party_id}
    creditors = [each for each in others if each.pk in named]
    if not creditors and (len(others) == 1 or all(map(ours, others))):
        creditors = others
    owing = [each for each in lane.parties if ours(each)]
    partners = [each for each in lane.parties if not ours(each)]
    if owing and partners:
        side = Side.JOINT
    elif owing:
        partners = [each for each in creditors if not ours(each)]
        within = all(map(ours, agreement.parties.all())) or (creditors and not partners)
        side = Side.WITHIN if within else Side.GIVES
    elif any(map(ours, creditors)):
        side = Side.RECEIVES
    else:
        return None
    groups = [each.group for each in links if each.group_id]
    for group in groups:
        group.agreement = agreement  # its language is that of the agreement, which is at hand
    return Duty(
        commitment,
        agreement,
        side,
        lane,
        partners,
        creditors,
        groups,
        bool(links),
        progress.standing(commitment, on=on),
    )


def partners(
    agreements: Iterable[Agreement], found: Iterable[Duty], scope: Collection[UUID]
) -> list[Partner]:
    """The partners of the organizations in `scope`, those with most agreements first; makes no query.

    A commitment that several partners owe together, or that is owed to several, stands under each of them.
    """
    by_key: dict[UUID, Partner] = {}
    for agreement in agreements:
        for party in agreement.parties.all():
            if party.organization_id not in scope:
                by_key.setdefault(party.organization_id, Partner(party.organization)).agreements += 1
    for duty in found:
        for party in duty.partners:
            partner = by_key[party.organization_id]
            if duty.side == Side.JOINT:
                partner.joint += 1
            elif duty.side == Side.GIVES:
                partner.gives[duty.standing.progress] += 1
            else:
                partner.receives[duty.standing.progress] += 1
    ordered = sorted(
        by_key.values(), key=lambda each: (-each.agreements, -each.commitments, each.organization.slug)
    )
    rows = charts.two_sided_bars(
        [charts.Sides(_by_progress(each.gives), each.joint, _by_progress(each.receives)) for each in ordered]
    )
    for partner, blocks in zip(ordered, rows, strict=True):
        partner.blocks = blocks
    return ordered


def _by_progress(counted: Counter) -> list[tuple[str, int]]:
    return [(each.value, counted[each]) for each in progress.Progress]


def bonds(readable, drawn: Sequence[Partner]) -> list[tuple[int, int]]:
    """Which of the `drawn` partners share most agreements among those in `readable`: pairs of places. One query.

    At most MOST pairs: where everybody knows everybody, lines between all say nothing.
    """
    places = {each.organization.pk: place for place, each in enumerate(drawn)}
    together: dict[UUID, list[int]] = {}
    for agreement, organization in Party.objects.filter(
        agreement__in=readable, organization__in=list(places)
    ).values_list("agreement", "organization"):
        together.setdefault(agreement, []).append(places[organization])
    shared = Counter(pair for each in together.values() for pair in combinations(sorted(each), 2))
    return sorted(sorted(shared, key=lambda pair: (-shared[pair], pair))[:MOST])


@dataclass(frozen=True)
class Network:
    """The drawing of a body and its first partners: `nodes` are (partner, its spot). The `rest` are not drawn."""

    drawing: charts.Ego
    nodes: list[tuple[Partner, charts.Spot]]
    rest: list[Partner]


def network(name: str, found: Sequence[Partner], *, readable) -> Network | None:
    """The partner network of the body called `name`; None without partners. `readable` are agreements. One query."""
    drawn = found[:MOST]
    if not drawn:
        return None
    drawing = charts.ego_network(
        name,
        [(str(each.organization.label), each.agreements) for each in drawn],
        bonds=bonds(readable, drawn) if len(drawn) > 1 else (),
    )
    return Network(drawing, list(zip(drawn, drawing.spots, strict=True)), list(found[MOST:]))

"""Who owes what: the commitments of one agreement in lanes, one for each set of debtors."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Prefetch

from agreements.models import Agreement, Commitment, Party
from lib import prepared


@dataclass
class Lane:
    """The commitments owed by the same parties. `letters` is A, B, … alone, J for all parties together, AB for some."""

    letters: str
    parties: tuple[Party, ...]
    commitments: list[Commitment] = field(default_factory=list)

    @property
    def flows(self) -> list[tuple[list[Party], list[Commitment]]]:
        """The commitments by the parties they are for, in the order these first come; needs `beneficiary_parties`.

        No party where the source names other people, or does not say.
        """
        found: dict[tuple, list[Commitment]] = defaultdict(list)
        for each in self.commitments:
            found[tuple(party for party in each.beneficiary_parties if party not in self.parties)].append(
                each
            )
        return [(list(parties), commitments) for parties, commitments in found.items()]

    @property
    def is_joint(self) -> bool:
        return len(self.parties) > 1


def with_lanes(agreements):
    """Bring what `lanes` needs, and no more: three queries, however many agreements."""
    return agreements.prefetch_related(
        Prefetch("parties", Party.objects.select_related("organization").order_by("position")),
        Prefetch("commitments", Commitment.objects.prefetch_related("debtor_links").order_by("number", "pk")),
    )


def labelled(
    debts: Sequence[tuple[int, ...]], parties: Sequence[int]
) -> tuple[list[str], list[tuple[str, int]]]:
    """What `lanes` finds, of positions alone: the label of each debt, and (letters, count) of each lane with a debt.

    A debt is told by the positions of its debtors, in order; `parties` are the positions of all.
    """
    counts: dict[tuple[int, ...], int] = defaultdict(int)
    labels = []
    for debtors in debts:
        counts[debtors] += 1
        labels.append(f"{_letters(debtors, len(parties))}{counts[debtors]}")
    ordered = sorted(counts, key=lambda debtors: (len(debtors) > 1, debtors))
    return labels, [(_letters(each, len(parties)), counts[each]) for each in ordered]


_OWED = """
    SELECT c.agreement_id, c.id, (SELECT count(*) FROM agreements_party p WHERE p.agreement_id = c.agreement_id),
           (SELECT array_agg(p.position ORDER BY p.position) FROM agreements_commitmentdebtor d
              JOIN agreements_party p ON p.id = d.party_id WHERE d.commitment_id = c.id)
      FROM agreements_commitment c WHERE c.agreement_id = ANY (%(keys)s::text[]::uuid[]) ORDER BY c.number, c.id
"""


def labels(agreements: Iterable[UUID]) -> dict[UUID, str]:
    """What `lanes` calls each commitment of the agreements, by its key; one query."""
    counts: dict[tuple, int] = defaultdict(int)
    found = {}
    for agreement, key, parties, debtors in prepared.rows(
        _OWED, {"keys": [str(each) for each in agreements]}
    ):
        letters = _letters(debtors or (), parties)
        counts[agreement, letters] += 1
        found[key] = f"{letters}{counts[agreement, letters]}"
    return found


def _letters(debtors: Sequence[int], parties: int) -> str:
    """J for all of several parties, else the letter of each."""
    if len(debtors) == parties != 1:
        return "J"
    return "".join(Party.letter_at(each) for each in debtors)


def lanes(agreement: Agreement) -> list[Lane]:
    """One lane for every party, in order, even when it owes nothing; then the joint ones.

    Needs the parties and commitments that `dossier.with_facts` brings; makes no query. Each commitment stands in
    exactly one lane and gets its `label` there: A1, B3, J2, the same in every language.
    """
    parties = list(agreement.parties.all())
    by_key = {each.pk: each for each in parties}
    found: dict[tuple, Lane] = {(each.pk,): Lane(each.letter, (each,)) for each in parties}
    for commitment in agreement.commitments.all():
        debtors = tuple(
            sorted(
                (by_key[link.party_id] for link in commitment.debtor_links.all()),
                key=lambda each: each.position,
            )
        )
        key = tuple(each.pk for each in debtors)
        if key not in found:
            found[key] = Lane(_letters([each.position for each in debtors], len(parties)), debtors)
        lane = found[key]
        lane.commitments.append(commitment)
        commitment.label = f"{lane.letters}{len(lane.commitments)}"
        commitment.lane = lane
    return sorted(found.values(), key=lambda lane: (lane.is_joint, [each.position for each in lane.parties]))

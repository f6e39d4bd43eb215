"""Who owes what: the commitments of one agreement in lanes, one for each set of debtors."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch

from agreements.models import Agreement, Commitment, Party


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
            everybody = len(debtors) == len(parties)
            found[key] = Lane("J" if everybody else "".join(each.letter for each in debtors), debtors)
        lane = found[key]
        lane.commitments.append(commitment)
        commitment.label = f"{lane.letters}{len(lane.commitments)}"
        commitment.lane = lane
    return sorted(found.values(), key=lambda lane: (lane.is_joint, [each.position for each in lane.parties]))

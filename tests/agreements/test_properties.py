"""What holds of every agreement, whoever owes whatever: the ledger adds up."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from agreements.models import Agreement, Commitment, CommitmentDebtor
from agreements.queries import ledger
from tests.factories import AgreementFactory, CommitmentFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@st.composite
def sides(draw) -> tuple[int, list[set[int]]]:
    """How many parties, and the debtors of each commitment by their position."""
    parties = draw(st.integers(2, 5))
    debtors = st.sets(st.integers(0, parties - 1), min_size=1)
    return parties, draw(st.lists(debtors, max_size=6))


def entered(parties: int, owed: list[set[int]]) -> Agreement:
    agreement = AgreementFactory(parties=OrganizationFactory.create_batch(parties))
    all_parties = list(agreement.parties.order_by("position"))
    for debtors in owed:
        CommitmentFactory(agreement=agreement, debtors=[all_parties[each] for each in debtors])
    return Agreement.objects.prefetch_related("parties", "commitments__debtor_links").get(pk=agreement.pk)


class TestTheLedger:
    @limits(max_examples=40)
    @given(sides())
    def test_puts_each_commitment_into_one_lane(self, told):
        parties, owed = told
        with transaction.atomic():
            agreement = entered(parties, owed)
            lanes = ledger.lanes(agreement)
            transaction.set_rollback(True)

        placed = Counter(each.pk for lane in lanes for each in lane.commitments)
        assert placed == Counter({each.pk: 1 for each in agreement.commitments.all()})
        assert {tuple(lane.parties) for lane in lanes if len(lane.parties) == 1} == {
            (party,) for party in agreement.parties.all()
        }
        labels = [each.label for each in agreement.commitments.all()]
        assert len(set(labels)) == len(labels)

    @limits(max_examples=40)
    @given(sides())
    def test_adds_up_by_party_when_joint_ones_are_counted_once(self, told):
        parties, owed = told
        with transaction.atomic():
            agreement = entered(parties, owed)
            lanes = ledger.lanes(agreement)
            by_party = {
                party: {each.pk for lane in lanes if party in lane.parties for each in lane.commitments}
                for party in agreement.parties.all()
            }
            one_by_one = {
                party: set(Commitment.objects.owed_by(party.organization_id).values_list("pk", flat=True))
                for party in by_party
            }
            everybody = Commitment.objects.owed_by(*(party.organization_id for party in by_party)).count()
            transaction.set_rollback(True)

        assert sum(len(each) for each in by_party.values()) == sum(len(debtors) for debtors in owed)
        assert set().union(*by_party.values()) == {each.pk for each in agreement.commitments.all()}
        assert by_party == one_by_one
        assert everybody == len(owed), "a joint commitment counts once"

    def test_names_the_lanes_by_their_parties(self):
        agreement = entered(3, [{0}, {0, 1, 2}, {0, 2}, {0}, {1}, {0, 1, 2}])

        lanes = ledger.lanes(agreement)

        assert [(lane.letters, [each.label for each in lane.commitments]) for lane in lanes] == [
            ("A", ["A1", "A2"]),
            ("B", ["B1"]),
            ("C", []),
            ("J", ["J1", "J2"]),
            ("AC", ["AC1"]),
        ]
        assert [lane.letters for lane in lanes if lane.is_joint] == ["J", "AC"]

    def test_keeps_a_commitment_whose_debtor_is_not_stated(self):
        agreement = AgreementFactory()
        commitment = CommitmentFactory(agreement=agreement, debtors=[])

        lanes = ledger.lanes(agreement)

        assert [each for lane in lanes for each in lane.commitments] == [commitment]
        assert not any(lane.commitments for lane in lanes if lane.parties)
        assert not CommitmentDebtor.objects.exists()

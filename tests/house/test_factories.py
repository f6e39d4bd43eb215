"""The rows other tests begin with are valid, and the dossier is one that the registry takes."""

import factory
import pytest

from agreements import services
from agreements.models import Agreement
from audit.models import AuditEvent
from tests import factories

FACTORIES = [
    each
    for each in vars(factories).values()
    if isinstance(each, type) and issubclass(each, factories.Factory) and not each._meta.abstract
]


@pytest.mark.django_db
class TestEveryFactory:
    @pytest.mark.parametrize("make", FACTORIES, ids=lambda make: make.__name__)
    def test_makes_a_row_that_passes_every_rule(self, make: type[factory.Factory]):
        row = make()

        row.full_clean()
        assert AuditEvent.objects.filter(target_id=str(row.pk)).exists()

    @pytest.mark.parametrize("trait", ["in_review", "published", "withdrawn"])
    def test_makes_agreements_in_every_state(self, trait: str):
        agreement = factories.AgreementFactory(**{trait: True})

        agreement.full_clean()
        assert agreement.editorial_state == trait
        assert agreement.parties.count() == 2


@pytest.mark.django_db(transaction=True)
class TestACommittingTest:
    def test_may_make_every_row(self):
        for make in FACTORIES:
            make()

    def test_finds_none_of_the_rows_of_another_and_all_the_vocabularies(self):
        assert not Agreement.objects.exists()
        assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"vocabulary.seeded"}
        factories.AgreementFactory(published=True)


@pytest.mark.django_db
def test_the_smallest_dossier_is_registered():
    agreement = services.register(factories.dossier(), by=factories.UserFactory(contributor=True))

    assert [party.letter for party in agreement.parties.order_by("position")] == ["A", "B"]
    assert agreement.all_citations.count() == 3

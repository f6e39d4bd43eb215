"""What the registry knows of a text: what is named in it, and only what its reader may read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from agreements.queries.known import known
from tests.factories import (
    AgreementFactory,
    AliasFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    StatementFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TEXT = "The Example Centre (EC) and l’Entraide d'Exemple met Amina Sample, its director. وقعت جمعية الأفق."


def readable(**account):
    return Agreement.objects.visible_to(UserFactory(**account))


class TestOrganizations:
    def test_those_named_in_the_text_are_known_by_any_of_their_names_and_no_others(self):
        centre = OrganizationFactory(name_en="Example Centre")
        aid = OrganizationFactory(name_en="Aid", name_fr="L'Entraide d’Exemple")
        horizon = AliasFactory(name="جمعيّة الافق", language="ar").organization
        OrganizationFactory(name_en="Example Centre of Nowhere")
        found = known(TEXT, readable(editor=True)).organizations
        assert {each.id for each in found} == {str(centre.pk), str(aid.pk), str(horizon.pk)}
        assert {names for each in found for names in each.names} >= {"Example Centre", "L'Entraide d’Exemple"}

    def test_two_letters_are_too_few_to_tell_anybody(self):
        OrganizationFactory(name_en="EC")
        assert known(TEXT, readable(editor=True)).organizations == ()

    def test_a_record_merged_into_another_is_not_offered(self):
        kept = OrganizationFactory(name_en="Kept")
        OrganizationFactory(name_en="Example Centre", merged_into=kept)
        assert known(TEXT, readable(editor=True)).organizations == ()


class TestPeople:
    def test_those_of_readable_agreements_are_known_with_their_offices(self):
        office = OfficeFactory(person=PersonFactory(name_en="Amina Sample"))
        StatementFactory(agreement=AgreementFactory(published=True), speaker=office)
        found = known(TEXT, readable())
        assert [each.names for each in found.people] == [("Amina Sample",)]
        assert [(each.id, each.titles) for each in found.offices] == [(str(office.pk), ("director",))]

    def test_those_of_agreements_that_may_not_be_read_are_not(self):
        office = OfficeFactory(person=PersonFactory(name_en="Amina Sample"))
        StatementFactory(agreement=AgreementFactory(), speaker=office)  # a draft of somebody else
        assert known(TEXT, readable()).people == ()
        assert known(TEXT, readable(reviewer=True)).people != ()


class TestVocabularies:
    def test_codes_and_words_are_those_of_the_registry(self):
        found = known(TEXT, readable())
        assert "medical_caravan" in found.codes["commitment_kind"]
        assert ("medical_caravan", "caravane médicale") in found.labels["commitment_kind", "fr"]
        assert found.has("theme", "health")
        assert not found.has("theme", "astrology")


def test_it_asks_as_often_for_much_as_for_little():
    readable_ones = readable(editor=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            known(TEXT * 20, readable_ones)
        return len(asked)

    few = queries()  # without people there is no question for their offices
    for number in range(10):
        OrganizationFactory(name_en="Example Centre", slug=f"example-{number}")
        office = OfficeFactory(person=PersonFactory(name_en="Amina Sample"))
        StatementFactory(agreement=AgreementFactory(published=True), speaker=office)
    assert (few, queries()) == (8, 9)

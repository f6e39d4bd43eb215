"""Who may be entered already: the same name is told from a similar one, and each tells why."""

import pytest

from organizations import services
from organizations.models import ExternalIdentifier, Organization, Person
from organizations.queries.alike import Asked, alike, alike_each, asked_of, known
from tests.factories import (
    TESTS,
    AliasFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    UserFactory,
    record,
)

pytestmark = pytest.mark.django_db


def asked(*names: str, **facts) -> Asked:
    return Asked(Organization, names, **facts)


def found(query: Asked) -> list[tuple[str, str]]:
    """What is alike: its name and how sure it is."""
    return [(str(each.record), each.certainty.value) for each in alike(query, actor=TESTS)]


def reasons(query: Asked) -> list[str]:
    (one,) = alike(query, actor=TESTS)
    return one.reasons


def typed(name: str, entered: str, language: str = "fr", **facts) -> list[str]:
    """How sure it is that `name` is the one organization `entered`; empty when it is not even similar."""
    names = {"name_en": "", f"name_{language}": entered}
    OrganizationFactory(source_language=language, **names, **facts)
    return [certainty for _name, certainty in found(asked(name))]


class TestAnOrganization:
    @pytest.mark.parametrize(
        ("name", "entered", "language"),
        [
            ("entraide Nationale", "Entraide nationale", "fr"),
            ("L’Entraide Nationale", "Entraide nationale", "fr"),
            ("الامل", "الأمل", "ar"),
            ("Al Amal", "الأمل", "ar"),
            ("الأمل", "Al Amal", "fr"),
            ("FONDATION  Amane", "Fondation Amané", "fr"),
        ],
    )
    def test_of_the_same_name_is_called_so(self, name, entered, language):
        assert typed(name, entered, language) == ["same"]

    @pytest.mark.parametrize(
        ("name", "entered", "language"),
        [
            ("Coordination régionale de l'Entraide nationale", "Entraide nationale", "fr"),
            ("Entraide nationale", "Coordination régionale de l'Entraide nationale", "fr"),
            ("Aman", "Amane", "fr"),
            ("Amane", "Aman", "fr"),
            ("HIVOS", "Stichting HIVOS", "en"),
            ("Stichting HIVOS", "HIVOS", "en"),
            ("Beyti", "Bayti", "fr"),
            ("Association Al Amal", "جمعية الأمل", "ar"),
            ("Amal Fondation", "Fondation Amal", "fr"),
            ("Association Bayti", "Fondation Bayti", "fr"),
        ],
    )
    def test_of_a_like_name_is_similar_and_no_duplicate(self, name, entered, language):
        assert typed(name, entered, language) == ["similar"]

    @pytest.mark.parametrize(
        ("name", "entered", "language"),
        [
            (
                "Moroccan Association for Child Protection (Bayti)",
                "Ligue marocaine pour la protection de l'enfance",
                "fr",
            ),
            ("Association Nour", "Association Amal", "fr"),
            ("Ministère", "Ministère de la santé", "fr"),
            ("Ministère de la jeunesse", "Ministère de la santé", "fr"),
            ("Centre social", "Centre national", "fr"),
            ("École 12 Rabat", "École 14 Rabat", "fr"),
        ],
    )
    def test_of_another_name_is_not_named(self, name, entered, language):
        assert typed(name, entered, language) == []

    def test_is_known_by_its_other_names(self):
        AliasFactory(name="Marsad Al Oussra", organization__name_en="Observatory of the family")

        assert found(asked("marsad al oussra")) == [("Observatory of the family", "same")]
        assert reasons(asked("marsad al oussra")) == ["also called so: “Marsad Al Oussra”"]

    def test_of_the_same_initials_is_similar(self):
        OrganizationFactory(name_en="Médecins du monde", short_name_en="MDM")

        assert found(asked("MDM")) == [("Médecins du monde", "similar")]

    def test_of_the_same_number_is_the_same_whatever_it_is_called(self):
        organization = OrganizationFactory(name_en="Aman")
        row = ExternalIdentifier(organization=organization, scheme="ICE", value="0015-2843 7000")
        row.save()
        record(row)

        assert found(asked("Something else", identifiers=(("ice", "001528437000"),))) == [("Aman", "same")]
        assert found(asked("Something else", identifiers=(("rc", "001528437000"),))) == []

    def test_says_where_both_are(self):
        OrganizationFactory(name_en="Aman", country="QA", city="Doha")

        assert reasons(asked("Aman", country="QA", city="doha"))[1:] == ["both in Doha"]
        assert reasons(asked("Aman", country="QA"))[1:] == ["both in Qatar"]
        assert reasons(asked("Aman", country="MA"))[1:] == ["but in another country: Qatar"]
        assert reasons(asked("Aman"))[1:] == []

    def test_stands_before_similar_ones(self):
        for name in ("Amane", "Aman", "Fondation Aman"):
            OrganizationFactory(name_en=name)

        assert [name for name, _certainty in found(asked("Aman"))] == ["Aman", "Fondation Aman", "Amane"]

    def test_is_not_like_itself_nor_like_what_is_merged(self):
        one, other = (OrganizationFactory(name_en="Aman") for _each in range(2))
        assert found(asked_of(one)) == [("Aman", "same")]

        services.merge(other, into=one, reason="One.", by=TESTS)

        assert found(asked_of(one)) == []

    def test_is_never_named_again_once_told_apart(self):
        one, other = OrganizationFactory(name_en="Aman"), OrganizationFactory(name_en="Amane")
        assert found(asked_of(one)) == [("Amane", "similar")]

        services.tell_apart(other, one, reason="Doha, and Casablanca.", by=TESTS)

        assert found(asked_of(one)) == []
        assert found(asked_of(other)) == []
        services.tell_apart_no_longer(other, one, by=TESTS)
        assert found(asked_of(one)) == [("Amane", "similar")]

    def test_is_not_like_the_body_it_is_a_unit_of(self):
        above = OrganizationFactory(name_fr="Entraide nationale")
        unit = OrganizationFactory(name_fr="Coordination de l'Entraide nationale", parent=above)

        assert found(asked_of(unit)) == []
        assert found(asked_of(above)) == []
        assert len(found(asked("entraide nationale"))) == 2

    def test_is_left_out_where_the_form_says_it_is_another(self):
        one = OrganizationFactory(name_en="Aman")

        assert found(asked("Aman", apart=frozenset({one.pk}))) == []

    def test_is_shown_to_nobody_who_may_not_read_it(self):
        OrganizationFactory(name_en="Aman")

        assert alike(asked("Aman"), actor=UserFactory(role="nobody")) == []

    def test_is_found_for_a_blank_name_no_more_than_for_none(self):
        OrganizationFactory(name_en="Aman")

        assert found(asked("", "  ", "–", "()")) == []
        assert found(asked()) == []


class TestAPerson:
    def asked(self, *names: str, **facts) -> Asked:
        return Asked(Person, names, **facts)

    @pytest.mark.parametrize("name", ["karima ALAOUI", "Alaoui Karima", "Mme Karima Alaoui", "كريمة العلوي"])
    def test_of_the_same_name_is_called_so(self, name):
        PersonFactory(name_en="Karima Alaoui")

        assert found(self.asked(name)) == [("Karima Alaoui", "same")]

    def test_of_a_like_name_is_similar(self):
        PersonFactory(name_en="Fatima Alaoui")

        assert found(self.asked("Fatema Alaoui")) == [("Fatima Alaoui", "similar")]
        assert found(self.asked("Karima Bennani")) == []

    def test_of_the_same_name_in_another_body_is_told_with_the_body(self):
        office = OfficeFactory(person__name_en="Karima Alaoui", organization__name_en="Bayti")
        elsewhere = OrganizationFactory()

        query = self.asked("Karima Alaoui", organizations=frozenset({elsewhere.pk}))
        assert reasons(query) == ["the same name: “Karima Alaoui”", "holds an office in Bayti"]
        query = self.asked("Karima Alaoui", organizations=frozenset({office.organization_id}))
        assert reasons(query)[1:] == ["both hold an office in Bayti"]
        assert Person.objects.filter(merged_into=None).count() == 1

    def test_is_no_organization(self):
        OrganizationFactory(name_en="Karima Alaoui")

        assert found(self.asked("Karima Alaoui")) == []


def test_many_cost_as_many_queries_as_one(django_assert_num_queries):
    for n in range(30):
        OrganizationFactory(name_en=f"Fondation Amane {n % 7}", country="MA", city="Rabat")
    everyone = [asked_of(each) for each in known(Organization)]

    with django_assert_num_queries(8):
        assert alike_each(everyone[:1], actor=TESTS)[0]
    with django_assert_num_queries(8):
        assert all(alike_each(everyone, actor=TESTS))

"""What the tables refuse, whoever writes: asked in SQL, without form or service."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from organizations.models import DistinctPair, ExternalIdentifier, Organization, User
from organizations.permissions import Role
from tests.audit.raw import another_connection, refused, tell
from tests.factories import AliasFactory, OfficeFactory, OrganizationFactory, UserFactory, record

pytestmark = pytest.mark.django_db


def add(model, **columns):
    with transaction.atomic():
        row = model.objects.create(**columns)
        record(row)
    return row


def unit(parent, **columns) -> Organization:
    return OrganizationFactory(parent=parent, **columns)


class TestAParent:
    def test_may_have_parents_of_its_own(self):
        ministry = OrganizationFactory()
        office = unit(unit(unit(ministry)), relation="operated_by")

        assert office.parent.parent.parent == ministry

    def test_is_never_the_organization_itself(self):
        organization = OrganizationFactory()

        with refused("organization_is_not"):
            Organization.objects.filter(pk=organization.pk).update(parent=organization, relation="part_of")

    @pytest.mark.parametrize("depth", [1, 2, 5])
    def test_is_never_a_unit_of_it(self, depth):
        top = lowest = OrganizationFactory()
        for _ in range(depth):
            lowest = unit(lowest)

        with refused("organization_is_not_above_itself"):
            Organization.objects.filter(pk=top.pk).update(parent=lowest, relation="part_of")

    def test_may_change(self):
        organization, new = unit(OrganizationFactory()), OrganizationFactory()

        Organization.objects.filter(pk=organization.pk).update(parent=new)

        assert Organization.objects.get(pk=organization.pk).parent == new

    @pytest.mark.parametrize("relation", ["", "part_of"])
    def test_is_there_if_and_only_if_the_relation_is_told(self, relation):
        parent = OrganizationFactory() if not relation else None

        with refused("organization_names_its_relation_iff_it_has_a_parent"):
            OrganizationFactory(parent=parent, relation=relation)


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_make_no_cycle_of_parents():
    one, other = OrganizationFactory.create_batch(2)
    change = "UPDATE organizations_organization SET parent_id = %s, relation = 'part_of' WHERE id = %s"

    with another_connection() as first, another_connection() as second:
        for writer, parent, child in ((first, one, other), (second, other, one)):
            writer.set_autocommit(False)
            with writer.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            tell(child.pk, using=writer)
            try:
                with writer.cursor() as cursor:
                    cursor.execute(change, [parent.pk, child.pk])
            except Exception:
                writer.rollback()
        first.commit()
        second.commit()

    parents = dict(Organization.objects.values_list("pk", "parent"))
    assert not (parents[one.pk] == other.pk and parents[other.pk] == one.pk)


class TestAnOrganization:
    def test_may_be_named_in_arabic_alone(self):
        assert str(OrganizationFactory(name_en="", name_ar="بيتي", source_language="ar")) == "بيتي"

    def test_is_not_without_a_name(self):
        with refused("organization_has_a_name"):
            OrganizationFactory(name_en="")

    def test_is_not_merged_into_itself(self):
        organization = OrganizationFactory()

        with refused("organization_is_not_merged_into_itself"):
            Organization.objects.filter(pk=organization.pk).update(merged_into=organization)

    def test_has_an_address_of_its_own(self):
        OrganizationFactory(slug="aman")

        with refused("slug"):
            OrganizationFactory(slug="aman")

    @pytest.mark.parametrize("country", ["Morocco", "ma", "M"])
    def test_says_its_country_as_iso_does(self, country):
        with pytest.raises(ValidationError):
            OrganizationFactory.build(country=country).full_clean()


class TestAnotherName:
    def test_may_be_that_of_two_organizations(self):
        AliasFactory(name="Al Amal")
        AliasFactory(name="Al Amal")

    def test_is_listed_once_for_an_organization(self):
        alias = AliasFactory(name="Al Amal")

        with refused("alias_is_listed_once_for_an_organization"):
            AliasFactory(organization=alias.organization, name="Al Amal")


class TestAnExternalIdentifier:
    def test_may_have_the_value_of_another_scheme(self):
        organization = OrganizationFactory()
        add(ExternalIdentifier, organization=organization, scheme="ice", value="1")
        add(ExternalIdentifier, organization=organization, scheme="rc", value="1")

    def test_names_one_organization(self):
        add(ExternalIdentifier, organization=OrganizationFactory(), scheme="ice", value="1")

        with refused("external_identifier_names_one_organization"):
            add(ExternalIdentifier, organization=OrganizationFactory(), scheme="ice", value="1")


class TestADistinctPair:
    def test_is_kept_once_and_in_one_order(self):
        first, second = sorted(OrganizationFactory.create_batch(2), key=lambda each: each.pk)
        add(DistinctPair, first=first, second=second)

        with refused("distinct_pair_is_kept_in_one_order"):
            add(DistinctPair, first=second, second=first)
        with refused("distinct_pair_is_stated_once"):
            add(DistinctPair, first=first, second=second)
        with refused("distinct_pair_is_kept_in_one_order"):
            add(DistinctPair, first=first, second=first)


class TestAnOffice:
    def test_has_a_title(self):
        with refused("office_has_a_title"):
            OfficeFactory(title_en="")


class TestAnAccount:
    def test_is_never_that_of_a_partner_system(self):
        with refused("account_is_a_person_not_a_system"):
            UserFactory(role=Role.PARTNER_SYSTEM)

    def test_of_a_partner_system_is_refused_in_words(self):
        with pytest.raises(ValidationError, match="acts with a token"):
            User.objects.create_user("system@example.org", name="System", role=Role.PARTNER_SYSTEM)

    def test_has_an_email_address_of_its_own_whatever_the_case(self):
        User.objects.create_user("Amina@Example.org", name="Amina")

        with pytest.raises(ValidationError) as refusal:
            User.objects.create_user("amina@example.ORG", name="Amina")
        assert "email" in refusal.value.error_dict


def test_a_row_that_others_lean_on_is_not_deleted():
    organization = OfficeFactory().organization

    with refused("organizations_office"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM organizations_organization WHERE id = %s", [organization.pk])

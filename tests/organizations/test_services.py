"""Every write about organizations, people and accounts passes one door."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import AuditEvent
from lib.problems import Refused
from organizations import services
from organizations.models import Alias, Organization, User
from organizations.permissions import Role
from tests.factories import (
    PASSWORD,
    TESTS,
    AliasFactory,
    OfficeFactory,
    OrganizationFactory,
    PartyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


class TestStore:
    def test_puts_an_alias_into_the_history_of_its_organization(self):
        organization = OrganizationFactory()

        services.store(
            Alias(organization=organization, name="Al Amal", language="fr"), by=UserFactory(editor=True)
        )

        assert AuditEvent.objects.filter(chain=organization.pk, verb="alias.created").count() == 1

    def test_puts_an_office_into_the_history_of_its_person(self):
        office = OfficeFactory()
        office.title_en = "president"

        services.store(office, by=UserFactory(editor=True))

        assert AuditEvent.objects.filter(chain=office.person_id, verb="office.changed").count() == 1

    @pytest.mark.parametrize("role", ["contributor", None])
    def test_is_refused_to_whoever_may_not_edit_organizations(self, role):
        organization = OrganizationFactory(city="Doha")
        organization.city = "Rabat"

        with pytest.raises(PermissionDenied):
            services.store(organization, by=UserFactory(**{role: True} if role else {}))

        assert Organization.objects.get(pk=organization.pk).city == "Doha"


class TestRemove:
    def test_takes_an_alias_away_and_keeps_it_in_the_trail(self):
        alias = AliasFactory(name="Al Amal")

        services.remove(alias, by=UserFactory(editor=True), reason="a slip")

        event = AuditEvent.objects.get(verb="alias.removed")
        assert (event.chain, event.changes["name"]["old"]) == (alias.organization_id, "Al Amal")
        assert not Alias.objects.exists()

    def test_leaves_an_organization_that_is_party_to_an_agreement(self):
        organization = PartyFactory().organization

        with pytest.raises(Refused, match=r"Other records lean on this one \(party\)"):
            services.remove(organization, by=UserFactory(editor=True))

        assert Organization.objects.filter(pk=organization.pk).exists()


class TestAccounts:
    def test_are_made_with_an_event_by_administrators(self):
        admin = UserFactory(administrator=True)

        user = services.create_account(
            email="Amina@Example.org", name="Amina", role=Role.EDITOR, password=PASSWORD, by=admin
        )

        assert user.email == "amina@example.org"
        assert AuditEvent.objects.get(verb="account.created").actor_id == f"user:{admin.pk}"

    def test_without_a_password_let_nobody_in(self):
        user = services.create_account(
            email="a@example.org", name="A", role=Role.READER, password=None, by=TESTS
        )

        assert not user.has_usable_password()

    @pytest.mark.parametrize("role", ["editor", "reviewer"])
    def test_are_made_by_nobody_else(self, role):
        with pytest.raises(PermissionDenied):
            services.create_account(
                email="a@example.org",
                name="A",
                role=Role.ADMINISTRATOR,
                password=PASSWORD,
                by=UserFactory(**{role: True}),
            )

        assert not User.objects.filter(email="a@example.org").exists()

    def test_are_not_made_by_the_door_of_ordinary_records(self):
        """An editor who stores «a record of this room» must not make an administrator of anybody."""
        reader = UserFactory()
        reader.role = Role.ADMINISTRATOR

        with pytest.raises(PermissionDenied):
            services.store(reader, by=UserFactory(editor=True))

        assert User.objects.get(pk=reader.pk).role == Role.READER

    def test_are_told_apart_by_their_addresses_whatever_the_case(self):
        UserFactory(email="amina@example.org")
        second = UserFactory.build(email="Amina@example.org")

        with pytest.raises(ValidationError) as refusal:
            services.store_account(second, by=UserFactory(administrator=True))

        assert "email" in refusal.value.error_dict

    def test_of_a_partner_system_are_refused_in_words(self):
        user = UserFactory()
        user.role = Role.PARTNER_SYSTEM

        with pytest.raises(ValidationError, match="acts with a token"):
            services.store_account(user, by=UserFactory(administrator=True))

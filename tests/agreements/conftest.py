"""What the tests of agreements share: both samples in the registry, and who acts."""

import pytest
from django.db import connection

from activities import samples
from organizations import services as organization_services
from organizations.models import Organization, System, User
from organizations.permissions import Role
from tests.bearing import Headers, bearing
from tests.factories import OrganizationFactory, UserFactory

BY = System("tests")


def account(role: str, organization: Organization | None = None) -> User:
    return organization_services.create_account(
        email=f"{role}@tests.example",
        name=f"A {role}",
        role=role,
        password=None,
        organization=organization,
        by=BY,
    )


@pytest.fixture
def people(db) -> dict[str, User]:
    """One account for each role a person may have."""
    return {role: account(role) for role in Role.values if role != Role.PARTNER_SYSTEM}


@pytest.fixture
def both(people):
    """The two sample agreements, published."""
    return [
        samples.enter(samples.read(name), author=people["contributor"], reviewer=people["reviewer"])
        for name in samples.PRESS
    ]


@pytest.fixture
def author(db) -> User:
    """A contributor of an organization."""
    return UserFactory(contributor=True, organization=OrganizationFactory())


@pytest.fixture
def reviewer(db) -> User:
    return UserFactory(reviewer=True)


def bearer(organization: Organization, role: str) -> Headers:
    """The header of a new token."""
    _token, secret = organization_services.issue_token(organization=organization, role=role, by=BY)
    return bearing(secret)


def empty_registry() -> None:
    """As a new registry: no records, the vocabularies in place."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "TRUNCATE agreements_agreement, agreements_source, agreements_programme, organizations_organization,"
            " organizations_person, activities_activity CASCADE"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def importer():
    """Makes an organization with an administrator's token, in whatever registry there is."""

    def make() -> Headers:
        organization = Organization(slug="importer", source_language="en", name_en="The importer")
        organization_services.store(organization, by=BY)
        return bearer(organization, Role.ADMINISTRATOR)

    return make

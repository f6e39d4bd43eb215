"""What the tests of agreements share: both samples in the registry, and who acts."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from activities import samples
from agreements.models import Agreement
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


def _everybody() -> dict[str, User]:
    return {role: account(role) for role in Role.values if role != Role.PARTNER_SYSTEM}


def _entered(people: dict[str, User]) -> list[Agreement]:
    return [
        samples.enter(samples.read(name), author=people["contributor"], reviewer=people["reviewer"])
        for name in samples.PRESS
    ]


@pytest.fixture(scope="class")
def entered(django_db_setup, django_db_blocker) -> Iterator[list[Agreement]]:
    """For a class whose tests all begin with `both`: entered once, and taken back after the last of them.

    What a test does to them is taken back at its own end, as ever.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        entered = _entered(_everybody())
        connection.check_constraints()  # now, once, and not after every test
        yield entered
        transaction.set_rollback(True)


@pytest.fixture
def people(request, db) -> dict[str, User]:
    """One account for each role a person may have."""
    if "entered" in request.fixturenames:
        return {each.role: each for each in User.objects.all()}
    return _everybody()


@pytest.fixture
def both(request, people) -> list[Agreement]:
    """The two sample agreements, published."""
    if "entered" in request.fixturenames:
        return [Agreement.objects.get(pk=each.pk) for each in request.getfixturevalue("entered")]
    return _entered(people)


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

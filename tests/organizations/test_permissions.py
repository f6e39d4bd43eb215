"""The policy, told a second time by hand: a change of it must be meant twice."""

import pytest

from organizations.models import Anonymous, System
from organizations.permissions import ROLES, Permission, Role
from tests.factories import ApiTokenFactory, UserFactory

EVERYBODY = set(Role)
WRITERS = EVERYBODY - {Role.READER}
PEOPLE_WHO_WRITE = WRITERS - {Role.PARTNER_SYSTEM}
OFFICE = {Role.EDITOR, Role.REVIEWER, Role.ADMINISTRATOR}

HOLDERS = {
    Permission.VIEW: EVERYBODY,
    Permission.VIEW_PARTNERS: EVERYBODY,
    Permission.VIEW_RESTRICTED: OFFICE,
    Permission.VIEW_DRAFTS: OFFICE,
    Permission.REGISTER: WRITERS,
    Permission.EDIT: OFFICE,
    Permission.REVIEW: {Role.REVIEWER, Role.ADMINISTRATOR},
    Permission.RESTORE: {Role.ADMINISTRATOR},
    Permission.ORGANIZATION_EDIT: OFFICE,
    Permission.VOCABULARY_EDIT: {Role.ADMINISTRATOR},
    Permission.ACTIVITY_REPORT: WRITERS,
    Permission.PROGRESS_REPORT: WRITERS,
    Permission.HISTORY_VIEW: PEOPLE_WHO_WRITE,
    Permission.DESK: EVERYBODY - {Role.PARTNER_SYSTEM},
    Permission.ADMINISTER: {Role.ADMINISTRATOR},
}


class TestThePolicy:
    def test_speaks_of_every_permission_and_every_role(self):
        assert HOLDERS.keys() == set(Permission)
        assert ROLES.keys() == set(Role)

    @pytest.mark.parametrize("permission", Permission)
    def test_gives_each_permission_to_these_roles_and_no_other(self, permission):
        assert {role for role, held in ROLES.items() if permission in held} == HOLDERS[permission]

    def test_gives_a_command_on_the_server_every_permission(self):
        assert System("tests").permissions == set(Permission)

    @pytest.mark.parametrize(("allowed", "held"), [(True, {Permission.VIEW}), (False, set())])
    def test_gives_a_reader_without_account_what_the_installation_allows(self, settings, allowed, held):
        settings.PUBLIC_READING = allowed

        assert Anonymous().permissions == held

    def test_gives_an_unknown_role_nothing(self):
        assert UserFactory.build(role="owner").permissions == frozenset()


@pytest.mark.django_db
class TestAnActor:
    @pytest.mark.parametrize("role", sorted(EVERYBODY - {Role.PARTNER_SYSTEM}))
    def test_with_an_account_may_what_its_role_may(self, role):
        user = UserFactory(role=role)

        assert {each for each in Permission if user.may(each)} == ROLES[role]
        assert user.is_staff == (role == Role.ADMINISTRATOR)

    def test_with_a_token_may_what_its_role_may_and_has_no_account(self):
        token = ApiTokenFactory()

        assert token.permissions == ROLES[Role.PARTNER_SYSTEM]
        assert (token.account_id, token.organization_id) == (None, token.organization.pk)

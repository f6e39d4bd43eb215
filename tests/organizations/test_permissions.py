"""The policy, told a second time by hand: a change of it must be meant twice."""

import pytest

from organizations.models import Anonymous, System
from organizations.permissions import ROLES, SCOPES, Permission, Role, Scope, offered, opened
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
    Permission.ORGANIZATION_REGISTER: WRITERS,
    Permission.VOCABULARY_EDIT: {Role.ADMINISTRATOR},
    Permission.ACTIVITY_REPORT: WRITERS,
    Permission.PROGRESS_REPORT: WRITERS,
    Permission.IMPORT: WRITERS,
    Permission.WEBHOOKS: WRITERS,
    Permission.TOKENS: PEOPLE_WHO_WRITE,
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


class TestAScope:
    def test_opens_something_and_none_opens_what_another_does(self):
        told = [each for scope in Scope for each in SCOPES[scope]]

        assert SCOPES.keys() == set(Scope)
        assert all(SCOPES.values())
        assert len(told) == len(set(told))

    def test_is_there_for_every_permission_but_those_of_people_alone(self):
        of_people = {Permission.DESK, Permission.TOKENS}

        assert {each for held in SCOPES.values() for each in held} == set(Permission) - of_people

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("scope", Scope)
    def test_opens_no_more_than_the_role_does(self, role, scope):
        assert opened(role, (scope,)) == ROLES[role] & SCOPES[scope]

    def test_that_is_unknown_opens_nothing(self):
        assert opened(Role.ADMINISTRATOR, ("everything",)) == frozenset()

    def test_is_offered_where_it_opens_something(self):
        assert offered(Role.PARTNER_SYSTEM) == [
            "read",
            "agreements:write",
            "organizations:write",
            "activities:write",
            "webhooks:manage",
            "imports:run",
        ]
        assert offered(Role.READER) == ["read"]


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

    def test_with_a_token_may_what_its_scopes_open_and_is_told_which_it_lacks(self):
        token = ApiTokenFactory(scopes=["read"])

        assert token.permissions == {Permission.VIEW, Permission.VIEW_PARTNERS}
        assert token.scope_missing(Permission.REGISTER) == "agreements:write"
        assert token.scope_missing(Permission.VIEW) == ""
        assert token.scope_missing(Permission.REVIEW) == "", "no scope would help a partner system to review"

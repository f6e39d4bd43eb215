"""A partner system's key: shown once, kept as a hash, and no longer good than it says."""

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import AuditEvent
from lib.problems import Refused
from organizations import services
from organizations.models import ApiToken
from organizations.permissions import Role
from tests.factories import TESTS, ApiTokenFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


def ask(client, authorization: str | None):
    headers = {"Authorization": authorization} if authorization is not None else {}
    return client.get("/api/v1/organizations", headers=headers)


class TestAToken:
    def test_is_told_once_and_kept_as_a_hash(self):
        token, secret = services.issue_token(organization=OrganizationFactory(), label="nightly", by=TESTS)

        row = ApiToken.objects.values().get(pk=token.pk)
        assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in str(row)
        assert secret.startswith("mithaq_")
        assert secret.startswith(row["prefix"])
        assert len(secret) >= 40

    def test_is_never_the_same_twice(self):
        organization = OrganizationFactory()

        assert len({services.issue_token(organization=organization, by=TESTS)[1] for _ in range(20)}) == 20

    def test_leaves_its_issue_and_its_end_in_the_trail(self):
        admin = UserFactory(administrator=True)
        token, _secret = services.issue_token(organization=OrganizationFactory(), by=admin)
        services.revoke_token(token, reason="lost", by=admin)
        services.revoke_token(token, reason="again", by=admin)

        events = AuditEvent.objects.filter(chain=token.pk).order_by("sequence")
        assert [(event.verb, event.reason) for event in events] == [
            ("token.issued", ""),
            ("token.revoked", "lost"),
        ]

    def test_is_issued_by_administrators_alone(self):
        with pytest.raises(PermissionDenied):
            services.issue_token(organization=OrganizationFactory(), by=UserFactory(reviewer=True))

        assert not ApiToken.objects.exists()

    def test_is_revoked_by_administrators_alone(self):
        token = ApiTokenFactory()

        with pytest.raises(PermissionDenied):
            services.revoke_token(token, by=UserFactory(reviewer=True))

        token.refresh_from_db()
        assert token.revoked_at is None

    def test_is_refused_for_a_role_that_does_not_exist(self):
        with pytest.raises(Refused, match="Choose a role"):
            services.issue_token(organization=OrganizationFactory(), role="owner", by=TESTS)


class TestTheDoor:
    def test_opens_to_a_token_and_notes_when(self, client):
        token = ApiTokenFactory()

        assert ask(client, f"Bearer {token.secret}").status_code == 200

        token.refresh_from_db()
        assert timezone.now() - token.last_used_at < timedelta(minutes=1)

    def test_writes_at_most_once_a_minute_that_a_token_was_used(self, client):
        earlier = timezone.now() - timedelta(seconds=30)
        token = ApiTokenFactory(last_used_at=earlier)

        ask(client, f"Bearer {token.secret}")

        token.refresh_from_db()
        assert token.last_used_at == earlier

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_knows_the_scheme_in_any_case(self, client, scheme):
        assert ask(client, f"{scheme} {ApiTokenFactory().secret}").status_code == 200

    @pytest.mark.parametrize(
        "ended",
        [
            {"expires_at": timezone.now() - timedelta(seconds=1)},
            {"revoked_at": timezone.now()},
            {"revoked_at": timezone.now(), "expires_at": timezone.now() + timedelta(days=1)},
        ],
        ids=["expired", "revoked", "revoked before it expired"],
    )
    def test_stays_shut_to_a_token_that_has_ended(self, client, ended):
        self.assert_shut(ask(client, f"Bearer {ApiTokenFactory(**ended).secret}"))

    @pytest.mark.parametrize(
        "header",
        ["Bearer mithaq_made-up", "Bearer", "Bearer two words", "Bearer é", "bearer mithaq_"],
    )
    def test_stays_shut_to_what_is_no_token(self, client, header):
        ApiTokenFactory()

        self.assert_shut(ask(client, header))

    def test_stays_shut_to_the_hash_of_a_token(self, client):
        self.assert_shut(ask(client, f"Bearer {ApiTokenFactory().digest}"))

    def test_stays_shut_to_nobody_where_the_installation_is_closed(self, client, settings):
        settings.PUBLIC_READING = False

        self.assert_shut(ask(client, None))

    @pytest.mark.parametrize("name", ["token", "access_token", "api_key"])
    def test_takes_no_token_from_the_address_and_names_the_header(self, client, name):
        token = ApiTokenFactory()

        answer = client.get("/api/v1/organizations", {name: token.secret})

        assert answer.status_code == 400
        assert "header Authorization" in answer.json()["detail"]
        assert token.secret not in answer.content.decode()

    def assert_shut(self, response):
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["status"] == 401


class TestTheCommand:
    def run(self, *arguments) -> tuple[str, str]:
        out, err = StringIO(), StringIO()
        call_command("issue_token", *arguments, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_prints_one_secret_that_opens_the_door(self, client):
        OrganizationFactory(slug="al-amal")

        out, err = self.run("--organization", "al-amal", "--label", "nightly", "--days", "7")

        [secret] = out.split()
        token = ApiToken.objects.get(digest=ApiToken.digest_of(secret))
        assert (token.organization.slug, token.role, token.label) == (
            "al-amal",
            Role.PARTNER_SYSTEM,
            "nightly",
        )
        assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)
        assert "once" in err
        assert secret not in err
        assert ask(client, f"Bearer {secret}").status_code == 200

    def test_names_organizations_like_the_one_that_is_not_there(self):
        OrganizationFactory(slug="al-amal")

        with pytest.raises(CommandError, match=r"no organization 'al-amaal'\. Perhaps one of: al-amal\."):
            self.run("--organization", "al-amaal")

    def test_says_so_when_nothing_is_like_it(self):
        with pytest.raises(CommandError, match=r"There is no organization 'zzz'\.$"):
            self.run("--organization", "zzz")

    @pytest.mark.parametrize("days", ["0", "-1"])
    def test_refuses_a_token_that_has_ended_before_it_began(self, days):
        OrganizationFactory(slug="al-amal")

        with pytest.raises(CommandError, match="--days counts from one"):
            self.run("--organization", "al-amal", "--days", days)

        assert not ApiToken.objects.exists()

    def test_refuses_a_role_that_does_not_exist(self):
        OrganizationFactory(slug="al-amal")

        with pytest.raises(CommandError, match="invalid choice"):
            self.run("--organization", "al-amal", "--role", "owner")

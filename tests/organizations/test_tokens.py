"""A partner system's key: shown once, kept as a hash, and no longer good than it says."""

import hashlib
import logging
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from exchange.models import ApiCall
from lib.problems import Refused
from organizations import services
from organizations.models import ApiToken
from organizations.permissions import Role, offered
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


class TestIssuing:
    def test_by_a_contributor_is_for_the_own_organization_and_a_partner_system(self):
        user = UserFactory(contributor=True, organization=OrganizationFactory())

        token, _secret = services.issue_token(
            organization=user.organization, role=Role.ADMINISTRATOR, scopes=["read"], by=user
        )

        assert (token.role, token.scopes, token.issued_by) == (Role.PARTNER_SYSTEM, ["read"], user)
        with pytest.raises(PermissionDenied):
            services.issue_token(organization=OrganizationFactory(), by=user)
        with pytest.raises(PermissionDenied):
            services.issue_token(organization=user.organization, scopes=["admin"], by=user)

    def test_by_a_reader_is_refused(self):
        user = UserFactory(organization=OrganizationFactory())

        with pytest.raises(PermissionDenied):
            services.issue_token(organization=user.organization, by=user)

    @pytest.mark.parametrize("scopes", [[], ["everything"], ["vocabularies:write"]])
    def test_takes_scopes_that_open_something_to_the_role(self, scopes):
        with pytest.raises(Refused, match="at least one scope"):
            services.issue_token(organization=OrganizationFactory(), scopes=scopes, by=TESTS)

    def test_without_a_word_on_scopes_gives_what_the_role_may(self):
        token, _secret = services.issue_token(organization=OrganizationFactory(), by=TESTS)

        assert token.scopes == offered(Role.PARTNER_SYSTEM)

    @pytest.mark.parametrize("network", ["everywhere", "192.0.2.7/24", "300.1.1.1", ""])
    def test_takes_no_network_that_is_none(self, network):
        with pytest.raises(Refused, match="is no network"):
            services.issue_token(organization=OrganizationFactory(), networks=[network], by=TESTS)

    def test_takes_no_end_in_the_past(self):
        with pytest.raises(Refused, match="ends after"):
            services.issue_token(
                organization=OrganizationFactory(), expires_at=timezone.now() - timedelta(days=1), by=TESTS
            )

    def test_is_taken_back_by_a_colleague_and_by_nobody_elsewhere(self):
        token = ApiTokenFactory()

        with pytest.raises(PermissionDenied):
            services.revoke_token(token, by=UserFactory(contributor=True, organization=OrganizationFactory()))
        services.revoke_token(token, by=UserFactory(contributor=True, organization=token.organization))

        token.refresh_from_db()
        assert token.revoked_at

    def test_of_other_roles_is_left_to_administrators(self):
        token = ApiTokenFactory(role=Role.EDITOR)

        with pytest.raises(PermissionDenied):
            services.revoke_token(token, by=UserFactory(contributor=True, organization=token.organization))

    @pytest.mark.parametrize(
        "columns",
        [{"scopes": []}, {"scopes": ["everything"]}, {"digest": None}],
        ids=["none", "unknown", "no secret"],
    )
    def test_past_the_service_is_refused_by_the_database(self, columns):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiTokenFactory(**columns)


class TestANetwork:
    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("192.0.2.7", 200),
            ("::ffff:192.0.2.7", 200),
            ("192.0.3.1", 403),
            ("2001:db8::1", 200),
            ("2001:db9::1", 403),
        ],
    )
    def test_is_where_a_token_is_used_from(self, client, address, status):
        token = ApiTokenFactory(networks=["192.0.2.0/24", "2001:db8::/32"])

        answer = client.get(
            "/api/v1/organizations", headers={"Authorization": f"Bearer {token.secret}"}, REMOTE_ADDR=address
        )

        assert answer.status_code == status
        if status == 403:
            assert answer.json()["type"].endswith("/network-refused")
            token.refresh_from_db()
            assert token.last_used_at is None

    def test_is_that_before_the_proxy_where_one_is_trusted_and_never_what_a_caller_says(
        self, client, settings
    ):
        token = ApiTokenFactory(networks=["192.0.2.0/24"])
        headers = {"Authorization": f"Bearer {token.secret}", "X-Forwarded-For": "192.0.2.7"}

        assert client.get("/api/v1/organizations", headers=headers).status_code == 403
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert client.get("/api/v1/organizations", headers=headers).status_code == 200
        headers["X-Forwarded-For"] = "192.0.2.7, 198.51.100.1"
        assert client.get("/api/v1/organizations", headers=headers).status_code == 403


class TestASecret:
    def test_is_never_in_the_log_or_the_trail(self, client, caplog):
        caplog.set_level(logging.DEBUG)

        token, secret = services.issue_token(organization=OrganizationFactory(), by=TESTS)
        ask(client, f"Bearer {secret}")
        client.get("/api/v1/nonsense", headers={"Authorization": f"Bearer {secret}"})
        client.get("/api/v1/organizations", {"token": secret})
        client.post(
            "/api/v1/organizations",
            "{",
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        services.revoke_token(token, by=TESTS)

        assert secret not in caplog.text
        told = str(list(AuditEvent.objects.values())) + str(list(ApiCall.objects.values()))
        assert secret not in told
        assert token.digest not in told


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


class TestTheAdministration:
    ADD = "/en/admin/organizations/apitoken/add/"

    @pytest.fixture
    def admin(self):
        client = Client()
        client.force_login(
            UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    def asked(self, **more) -> dict:
        return {
            "organization": OrganizationFactory().pk,
            "role": Role.EDITOR,
            "label": "office",
            "expires_at_0": "2999-01-01",
            "expires_at_1": "00:00",
        } | more

    def test_suggests_a_year(self, admin):
        assert str((timezone.now() + timedelta(days=365)).date()) in admin.get(self.ADD).content.decode()

    def test_issues_a_token_of_any_role_and_shows_it_once(self, admin, client):
        asked = self.asked(scopes=["read"], networks="127.0.0.0/8\n192.0.2.1")

        page = admin.post(self.ADD, asked, follow=True).content.decode()

        token = ApiToken.objects.get()
        assert (token.role, token.scopes, token.networks) == (
            Role.EDITOR,
            ["read"],
            ["127.0.0.0/8", "192.0.2.1/32"],
        )
        [secret] = {word for word in re.findall(r"mithaq_[\w-]+", page) if len(word) > 30}
        assert ask(client, f"Bearer {secret}").status_code == 200
        assert secret not in admin.get("/en/admin/organizations/apitoken/").content.decode()

    def test_gives_all_that_the_role_may_where_no_scope_is_ticked(self, admin):
        admin.post(self.ADD, self.asked())

        assert ApiToken.objects.get().scopes == offered(Role.EDITOR)

    @pytest.mark.parametrize(
        ("more", "told"),
        [({"scopes": ["admin"]}, "at least one scope"), ({"networks": "there"}, "is no network")],
    )
    def test_says_what_it_does_not_take(self, admin, more, told):
        answer = admin.post(self.ADD, self.asked(**more))

        assert told in answer.content.decode()
        assert not ApiToken.objects.exists()

    def test_makes_an_oauth_client(self, admin):
        page = admin.post(self.ADD, self.asked(oauth="on"), follow=True).content.decode()

        assert ApiToken.objects.get().oauth_client_id in page

    def test_revokes(self, admin):
        token = ApiTokenFactory()

        admin.post(
            "/en/admin/organizations/apitoken/", {"action": "revoke", "_selected_action": [str(token.pk)]}
        )

        token.refresh_from_db()
        assert token.revoked_at


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

    def test_gives_scopes_and_networks(self, client):
        OrganizationFactory(slug="al-amal")

        self.run(
            "--organization",
            "al-amal",
            "--scope",
            "read",
            "--network",
            "192.0.2.0/24",
            "--network",
            "2001:db8::1",
        )

        token = ApiToken.objects.get()
        assert (token.scopes, token.networks) == (["read"], ["192.0.2.0/24", "2001:db8::1/128"])

    @pytest.mark.parametrize(
        ("argument", "told"),
        [(["--network", "there"], "is no network"), (["--scope", "admin"], "at least one scope")],
    )
    def test_says_what_it_does_not_take(self, argument, told):
        OrganizationFactory(slug="al-amal")

        with pytest.raises(CommandError, match=told):
            self.run("--organization", "al-amal", *argument)

    def test_makes_an_oauth_client(self):
        OrganizationFactory(slug="al-amal")

        out, err = self.run("--organization", "al-amal", "--oauth")

        token = ApiToken.objects.get()
        assert token.oauth_client_id in err
        assert token.oauth_client.check_secret(out.strip())

    def test_revokes_by_the_beginning(self):
        token, other = ApiTokenFactory(prefix="mithaq_abcde"), ApiTokenFactory(prefix="mithaq_fghij")

        call_command("revoke_token", "mithaq_abcde", "--reason", "lost", stdout=StringIO())

        token.refresh_from_db()
        other.refresh_from_db()
        assert (bool(token.revoked_at), bool(other.revoked_at)) == (True, False)
        with pytest.raises(CommandError, match="No token"):
            call_command("revoke_token", "mithaq_abcde")

    @pytest.mark.parametrize(("prefix", "told"), [("mithaq_", "first 8"), ("mithaq_a", "Several")])
    def test_revokes_none_that_is_not_named_well_enough(self, prefix, told):
        for each in "bc":
            ApiTokenFactory(prefix=f"mithaq_a{each}")

        with pytest.raises(CommandError, match=told):
            call_command("revoke_token", prefix)

        assert not ApiToken.objects.filter(revoked_at__isnull=False).exists()

    def test_refuses_a_role_that_does_not_exist(self):
        OrganizationFactory(slug="al-amal")

        with pytest.raises(CommandError, match="invalid choice"):
            self.run("--organization", "al-amal", "--role", "owner")

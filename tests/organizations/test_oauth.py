"""OAuth 2 client credentials: a client is a token of ours that draws short-lived ones, and nothing else is offered."""

import base64
import logging
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from exchange.models import ApiCall
from organizations import services
from organizations.models import ApiToken
from tests.bearing import bearing
from tests.calling import slug
from tests.factories import TESTS, OrganizationFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/identity/o/api/token"
PATH = "/api/v1/organizations"


class Partner:
    """A client and its secret."""

    def __init__(self, **fields):
        self.token, self.secret = services.issue_token(
            organization=OrganizationFactory(), oauth=True, by=TESTS, **fields
        )
        self.name = self.token.oauth_client_id
        self.client = Client()

    def draw(self, *, secret: str | None = None, basic: bool = True, **fields):
        secret = self.secret if secret is None else secret
        sent, headers = {"grant_type": "client_credentials"} | fields, {}
        if basic:
            words = base64.b64encode(f"{self.name}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {words}"
        else:
            sent |= {"client_id": self.name, "client_secret": secret}
        return self.client.post(ADDRESS, sent, headers=headers)

    def drawn(self, **fields) -> str:
        answer = self.draw(**fields)
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    def ask(self, secret: str, **extra):
        return self.client.get(PATH, headers=bearing(secret), **extra)


@pytest.fixture
def partner(db):
    return Partner(label="nightly")


class TestDrawing:
    @pytest.mark.parametrize("basic", [True, False])
    def test_gives_a_token_for_an_hour(self, partner, basic):
        answer = partner.draw(basic=basic)

        told = answer.json()
        assert answer.status_code == 200
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
        assert "refresh_token" not in told
        assert "no-store" in answer["Cache-Control"]
        assert partner.ask(told["access_token"]).status_code == 200

    def test_gives_all_scopes_or_those_that_were_asked_for(self, partner):
        assert set(partner.draw().json()["scope"].split()) == set(partner.token.scopes)
        assert partner.draw(scope="read").json()["scope"] == "read"

    def test_gives_none_that_the_client_was_not_given(self):
        partner = Partner(scopes=["read"])

        answer = partner.draw(scope="read organizations:write")

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")

    @pytest.mark.parametrize("secret", ["", "wrong", None])
    def test_is_refused_with_a_wrong_secret_or_for_no_client(self, partner, secret):
        if secret is None:
            partner.name = "mithaq-0000000000000000"

        answer = partner.draw(secret=secret)

        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"]

    @pytest.mark.parametrize(
        "ended",
        [
            {"revoked_at": timezone.now()},
            {"expires_at": timezone.now() - timedelta(seconds=1)},
            {"networks": ["192.0.2.0/24"]},
        ],
        ids=["revoked", "ended", "from elsewhere"],
    )
    def test_is_refused_to_a_client_that_is_none_any_more_or_elsewhere(self, partner, ended):
        ApiToken.objects.filter(pk=partner.token.pk).update(**ended)

        answer = partner.draw()

        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})

    @pytest.mark.parametrize(
        "grant",
        [
            "password",
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "",
        ],
    )
    def test_is_the_only_grant(self, partner, grant):
        answer = partner.draw(grant_type=grant)

        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")

    def test_takes_no_secret_from_the_address(self, partner):
        answer = partner.client.post(
            f"{ADDRESS}?client_secret={partner.secret}", {"grant_type": "client_credentials"}
        )

        assert answer.status_code == 400
        assert partner.secret not in answer.content.decode()

    def test_takes_a_post(self, client):
        assert client.get(ADDRESS).status_code == 405

    def test_is_counted_by_address_as_a_secret_is_slow_to_check(self, partner, settings):
        settings.API_LIMITS = settings.API_LIMITS | {"token": 1}

        statuses = [partner.draw(secret="wrong").status_code for _ in range(3)]

        assert statuses[-1] == 429

    def test_is_noted_with_whose_client_it_was(self, partner):
        partner.draw()
        partner.draw(secret="wrong")

        told = list(ApiCall.objects.order_by("id").values_list("route", "status", "token_id"))
        assert told == [("oauth-token", 200, partner.token.pk), ("oauth-token", 401, None)]


class TestADrawnToken:
    def test_acts_as_its_client_with_the_scopes_it_was_drawn_for(self, partner):
        headers = bearing(partner.drawn(scope="read"))

        answer = partner.client.post(PATH, {}, content_type="application/json", headers=headers)

        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope")
        assert answer.json()["scope"] == "organizations:write"
        assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
        assert ApiToken.objects.get(pk=partner.token.pk).scopes == partner.token.scopes

    def test_shares_its_idempotency_keys_with_others_of_the_client(self, partner):
        wanted = {"source_language": "en", "names": {"en": "Al Amal"}}

        answers = [
            partner.client.post(
                PATH,
                wanted,
                content_type="application/json",
                headers=bearing(partner.drawn()) | {"Idempotency-Key": "one-thing-0001"},
            )
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[1]["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("ended", ["itself", "client ended", "client revoked"])
    def test_is_refused_when_it_or_its_client_has_ended(self, partner, ended):
        secret = partner.drawn()
        before = timezone.now() - timedelta(seconds=1)
        if ended == "itself":
            Token.objects.update(expires_at=before)
        elif ended == "client ended":
            ApiToken.objects.update(expires_at=before)
        else:
            services.revoke_token(partner.token, by=TESTS)

        answer = partner.ask(secret)

        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]
        assert "unknown, expired or revoked" in answer.json()["detail"]

    def test_is_refused_from_elsewhere(self):
        partner = Partner(networks=["127.0.0.0/8"])
        secret = partner.drawn()

        answer = partner.ask(secret, REMOTE_ADDR="192.0.2.7")

        assert (answer.status_code, slug(answer)) == (403, "network-refused")
        assert partner.ask(secret).status_code == 200

    def test_is_no_secret_of_a_client(self, partner):
        assert partner.ask(partner.secret).status_code == 401

    def test_is_forgotten_once_it_is_revoked(self, partner):
        partner.drawn()
        services.revoke_token(partner.token, by=TESTS)

        assert not Token.objects.exists()


class TestNothingElse:
    @pytest.mark.parametrize(
        "path",
        [
            "/identity/o/authorize",
            "/identity/o/device",
            "/identity/o/logout",
            "/identity/o/api/revoke",
            "/identity/o/api/device/code",
            "/identity/o/api/userinfo",
            "/identity/o/api/introspect",
            "/identity/o/api/clients",
            "/.well-known/openid-configuration",
            "/.well-known/jwks.json",
        ],
    )
    def test_of_the_provider_is_reachable(self, client, path):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404

    def test_of_the_provider_has_an_address(self):
        with pytest.raises(NoReverseMatch):
            reverse("idp:oidc:authorization")

    def test_may_a_client_do(self, partner):
        client = OAuthClient.objects.get()

        assert client.get_grant_types() == ["client_credentials"]
        assert client.get_response_types() == []
        assert client.type == "confidential"
        assert client.owner is None

    def test_is_written_to_the_log(self, partner, caplog):
        caplog.set_level(logging.DEBUG)

        drawn = partner.drawn()
        partner.ask(drawn)
        partner.draw(secret="wrong-" + partner.secret)

        assert partner.secret not in caplog.text
        assert drawn not in caplog.text

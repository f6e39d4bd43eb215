"""The page of partner systems: an organization's own tokens, issued once and revoked for good."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from exchange.models import ApiCall
from organizations.models import ApiToken
from organizations.permissions import Role
from tests.bearing import bearing
from tests.factories import ApiTokenFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/en/systems/"
ASKED = {
    "label": "Nightly import",
    "scopes": ["read", "activities:write"],
    "networks": "192.0.2.0/24\n2001:db8::1",
}


@pytest.fixture
def ours():
    return OrganizationFactory(name_en="Al Amal")


@pytest.fixture
def member(ours):
    return UserFactory(contributor=True, organization=ours)


@pytest.fixture
def browser(member):
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


class TestIssuing:
    def test_shows_the_secret_once_and_it_opens_the_door(self, browser, ours, member, client):
        answer = browser.post(PAGE, ASKED | {"expires_at": str(timezone.localdate() + timedelta(days=30))})

        token, page = ApiToken.objects.get(), answer.content.decode()
        [secret] = [
            word
            for word in page.replace("<", ">").split(">")
            if word.startswith("mithaq_") and len(word) > 30
        ]
        assert token.digest == ApiToken.digest_of(secret)
        assert (token.organization, token.role, token.issued_by) == (ours, Role.PARTNER_SYSTEM, member)
        assert (token.scopes, token.networks) == (ASKED["scopes"], ["192.0.2.0/24", "2001:db8::1/128"])
        assert token.expires_at.date() == timezone.localdate() + timedelta(days=31), (
            "the last day is a whole one"
        )
        assert "no-store" in answer["Cache-Control"]
        assert secret not in browser.get(PAGE).content.decode()
        assert client.get("/api/v1/", headers=bearing(secret), REMOTE_ADDR="192.0.2.1").status_code == 200

    def test_makes_an_oauth_client(self, browser):
        page = browser.post(PAGE, ASKED | {"oauth": "on"}).content.decode()

        token = ApiToken.objects.get()
        assert token.digest is None
        assert token.oauth_client_id in page
        assert "client_credentials" in page

    def test_suggests_a_year(self, browser):
        assert str(timezone.localdate() + timedelta(days=365)) in browser.get(PAGE).content.decode()

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"label": ""}, "This field is required."),
            ({"scopes": []}, "Tick at least one."),
            ({"scopes": ["admin"]}, "Select a valid choice."),
            ({"networks": "everywhere"}, "is no network"),
            ({"expires_at": "2020-01-01"}, "Choose today or a later day."),
        ],
    )
    def test_says_what_is_wrong_and_issues_nothing(self, browser, change, told):
        answer = browser.post(PAGE, ASKED | change)

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not ApiToken.objects.exists()

    def test_is_not_for_whoever_acts_for_nobody(self):
        client = Client()
        client.force_login(UserFactory(contributor=True), backend="django.contrib.auth.backends.ModelBackend")

        assert "acts for no organization" in client.get(PAGE).content.decode()
        assert client.post(PAGE, ASKED).status_code == 403

    @pytest.mark.parametrize("path", [PAGE, f"{PAGE}00000000-0000-7000-8000-000000000000/"])
    def test_is_not_for_readers(self, ours, path):
        client = Client()
        client.force_login(
            UserFactory(organization=ours), backend="django.contrib.auth.backends.ModelBackend"
        )

        assert client.get(path).status_code == 403
        assert Client().get(path).status_code == 302


class TestTheList:
    def test_shows_ones_own_organizations_systems_and_how_they_stand(self, browser, ours):
        now = timezone.now()
        for label, columns in {
            "In force": {},
            "Ends soon": {"expires_at": now + timedelta(days=3)},
            "Ended": {"expires_at": now - timedelta(days=3)},
            "Gone": {"revoked_at": now},
        }.items():
            ApiTokenFactory(organization=ours, label=label, **columns)
        ApiTokenFactory(label="Of another")
        ApiTokenFactory(organization=ours, label="Of an editor", role=Role.EDITOR)

        page = browser.get(PAGE).content.decode()

        assert [page.count(each) for each in ("In force", "Ends soon", "Ended", "Revoked")] == [3, 3, 2, 1]
        assert "Of another" not in page
        assert "Of an editor" not in page
        assert page.count("/revoke/") == 2

    def test_is_linked_from_the_account_menu(self, browser):
        assert browser.get("/en/").content.decode().count(f'href="{PAGE}"') == 2

    def test_costs_the_same_for_many(self, browser, ours, django_assert_max_num_queries):
        ApiTokenFactory.create_batch(12, organization=ours)

        with django_assert_max_num_queries(5):
            browser.get(PAGE)


class TestASystem:
    def test_shows_its_last_calls(self, browser, ours, client):
        token = ApiTokenFactory(organization=ours, label="Nightly")
        client.get("/api/v1/organizations", headers=bearing(token.secret))
        client.post("/api/v1/organizations", {}, headers={"Authorization": f"Bearer {token.secret}"})
        ApiCall.objects.create(caller="x", method="GET", route="of-another", status=200, milliseconds=1)

        page = browser.get(reverse("system", args=[token.pk])).content.decode()

        assert "api-organizations-list" in page
        assert "idempotency-key-required" in page
        assert "of-another" not in page

    def test_of_another_organization_is_not_there(self, browser):
        token = ApiTokenFactory()

        for name in ("system", "system-revoke"):
            assert browser.get(reverse(name, args=[token.pk])).status_code == 404
        assert browser.post(reverse("system-revoke", args=[token.pk])).status_code == 404
        token.refresh_from_db()
        assert token.revoked_at is None


class TestRevoking:
    def test_asks_first_and_then_does_it_for_good(self, browser, ours, client):
        token = ApiTokenFactory(organization=ours, label="Nightly")
        address = reverse("system-revoke", args=[token.pk])

        assert "Nightly" in browser.get(address).content.decode()
        token.refresh_from_db()
        assert token.revoked_at is None

        answer = browser.post(address, {"reason": "lost"}, follow=True)

        assert "opens nothing any more" in answer.content.decode()
        assert client.get("/api/v1/organizations", headers=bearing(token.secret)).status_code == 401
        assert AuditEvent.objects.get(verb="token.revoked").reason == "lost"

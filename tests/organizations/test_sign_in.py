"""Who comes in, by which door, and how often one may knock."""

from types import SimpleNamespace

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import MethodNotAllowed

from organizations.guards import ByAction, requires
from organizations.models import Anonymous, User
from organizations.permissions import Permission
from tests.bearing import bearing
from tests.factories import PASSWORD, ApiTokenFactory, UserFactory

pytestmark = pytest.mark.django_db


def sign_in(client, email: str, password: str = PASSWORD, **data):
    return client.post(reverse("account_login"), {"login": email, "password": password} | data)


def is_in(client) -> bool:
    return SESSION_KEY in client.session


class TestSigningIn:
    def test_shows_its_page(self, client):
        response = client.get(reverse("account_login"))

        assert response.status_code == 200
        assert 'name="password"' in response.content.decode()

    def test_lets_in_by_email_and_password(self, client):
        user = UserFactory()

        response = sign_in(client, user.email.upper())

        assert response.status_code == 302
        assert client.session[SESSION_KEY] == str(user.pk)

    def test_returns_to_the_page_that_was_asked_for(self, client):
        response = sign_in(client, UserFactory().email, next="/en/organizations/")

        assert response["Location"] == "/en/organizations/"

    def test_goes_nowhere_else(self, client):
        response = sign_in(client, UserFactory().email, next="https://elsewhere.example/")

        assert response["Location"].startswith("/")

    @pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
    def test_keeps_out_with_another_password(self, client, password):
        sign_in(client, UserFactory().email, password)

        assert not is_in(client)

    def test_keeps_out_who_may_no_longer_sign_in(self, client):
        sign_in(client, UserFactory(is_active=False).email)

        assert not is_in(client)

    def test_ends_for_whoever_may_no_longer_sign_in(self, client, settings):
        settings.PUBLIC_READING = False
        user = UserFactory()
        client.force_login(user)
        assert client.get("/en/organizations/").status_code == 200

        User.objects.filter(pk=user.pk).update(is_active=False)

        assert client.get("/en/organizations/").status_code == 302

    def test_tells_nobody_which_accounts_exist(self, client):
        known = sign_in(client, UserFactory().email, "wrong")
        unknown = sign_in(Client(), "nobody@example.org", "wrong")

        def errors(response):
            return response.context["form"].errors

        assert errors(known) == errors(unknown)

    def test_is_shut_to_an_account_after_repeated_failures(self, client):
        user, other = UserFactory.create_batch(2)
        for _ in range(5):
            sign_in(client, user.email, "wrong")

        refusal = sign_in(client, user.email)

        assert not is_in(client)
        assert "Too many" in str(refusal.context["form"].errors)
        assert sign_in(client, other.email).status_code == 302

    def test_is_shut_to_an_address_after_repeated_failures_on_many_accounts(self, client):
        for number in range(10):
            sign_in(client, f"nobody{number}@example.org", "wrong")

        sign_in(client, UserFactory().email)

        assert not is_in(client)

    def test_asks_for_the_token_of_its_form(self):
        client = Client(enforce_csrf_checks=True)

        assert sign_in(client, UserFactory().email).status_code == 403
        assert not is_in(client)


class TestSigningUp:
    def test_is_closed(self, client):
        response = client.post(
            reverse("account_signup"),
            {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD},
        )

        assert response.status_code == 200
        assert not User.objects.exists()
        assert not is_in(client)


class TestSigningOut:
    def test_takes_a_post(self, client):
        client.force_login(UserFactory())

        client.get(reverse("account_logout"))
        assert is_in(client)
        client.post(reverse("account_logout"))
        assert not is_in(client)


class TestTheAdministration:
    def test_has_no_sign_in_of_its_own(self, client):
        response = client.get("/en/admin/", follow=True)

        assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
        assert 'name="login"' in response.content.decode()

    def test_takes_no_password_at_its_own_address(self, client):
        user = UserFactory(administrator=True)

        client.post("/en/admin/login/", {"username": user.email, "password": PASSWORD})

        assert not is_in(client)

    def test_opens_to_an_administrator(self, client):
        client.force_login(UserFactory(administrator=True))

        assert client.get("/en/admin/").status_code == 200

    @pytest.mark.parametrize("role", ["contributor", "editor", "reviewer"])
    def test_stays_shut_to_anybody_else(self, client, role):
        client.force_login(UserFactory(**{role: True}))

        response = client.get("/en/admin/", follow=True)

        assert response.status_code == 403


class TestAGuardedPage:
    @pytest.fixture
    def page(self):
        @requires(Permission.ADMINISTER)
        def view(request):
            return HttpResponse("in")

        return view

    def ask(self, rf, page, user):
        request = rf.get("/en/somewhere/?q=1")
        request.user = user
        return page(request)

    def test_opens_to_whoever_holds_the_permission(self, rf, page):
        assert self.ask(rf, page, UserFactory(administrator=True)).content == b"in"

    def test_is_forbidden_to_whoever_does_not(self, rf, page):
        with pytest.raises(PermissionDenied):
            self.ask(rf, page, UserFactory(editor=True))

    def test_sends_a_visitor_to_sign_in_and_back(self, rf, page):
        response = self.ask(rf, page, Anonymous())

        assert response["Location"] == f"{reverse('account_login')}?next=/en/somewhere/%3Fq%3D1"


class TestAGuardedViewSet:
    class Views:
        required = {"list": Permission.VIEW}

    @pytest.mark.parametrize(("action", "allowed"), [("list", True), ("retrieve", False)])
    def test_refuses_an_action_that_is_left_out_of_its_map(self, rf, action, allowed):
        request, view = rf.get("/"), self.Views()
        request.user, view.action = UserFactory(administrator=True), action

        assert ByAction().has_permission(request, view) == allowed

    def test_without_a_map_refuses_everything(self, rf):
        request = rf.get("/")
        request.user = UserFactory(administrator=True)

        assert not ByAction().has_permission(request, SimpleNamespace(action="list"))

    @pytest.mark.parametrize("view", [SimpleNamespace(action=None), object()])
    def test_says_of_a_method_that_nobody_is_offered_that_it_is_not(self, rf, view):
        request = rf.get("/")
        request.user = UserFactory(administrator=True)

        with pytest.raises(MethodNotAllowed):
            ByAction().has_permission(request, view)


class TestASessionAtTheApi:
    def test_reads_what_the_person_may_read(self, client, settings):
        settings.PUBLIC_READING = False
        client.force_login(UserFactory())

        assert client.get("/api/v1/organizations").status_code == 200

    def test_writes_nothing_without_the_token_against_forgery(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(UserFactory(editor=True))

        assert client.post("/api/v1/agreements", {}, content_type="application/json").status_code == 403

    def test_is_not_asked_of_a_bearer_of_a_token(self):
        client = Client(enforce_csrf_checks=True)
        token = ApiTokenFactory()

        response = client.post(
            "/api/v1/agreements",
            {},
            content_type="application/json",
            headers=bearing(token.secret),
        )

        assert response.status_code == 422

"""Who asked the API for what: noted from outside, for a time, and never with a secret."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from exchange.access import calls, upkeep
from exchange.models import ApiCall, KeptAnswer, RateWindow
from tests.bearing import bearing
from tests.factories import ApiTokenFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/organizations"


def noted() -> list[tuple]:
    return list(ApiCall.objects.order_by("id").values_list("method", "route", "status", "problem"))


class TestACall:
    def test_by_a_token_is_noted_with_whose_it_is_and_how_it_went(self, client):
        token = ApiTokenFactory(label="nightly")

        client.get(PATH, headers=bearing(token.secret) | {"X-Request-ID": "partner-request-7"})

        call = ApiCall.objects.get()
        assert (call.token_id, call.organization_id, call.account_id) == (
            token.pk,
            token.organization_id,
            None,
        )
        assert call.caller == token.audit_label()
        assert (call.method, call.route, call.status, call.problem) == (
            "GET",
            "api-organizations-list",
            200,
            "",
        )
        assert (call.request_id, call.address) == ("partner-request-7", "127.0.0.1")
        assert timezone.now() - call.at < timedelta(minutes=1)

    def test_by_an_account_is_noted(self, client):
        user = UserFactory()
        client.force_login(user)

        client.get(PATH)

        assert ApiCall.objects.get().account_id == user.pk

    def test_by_nobody_in_particular_is_not(self, client, settings):
        settings.PUBLIC_READING = True

        client.get(PATH)
        client.get("/api/v1/openapi.json")

        assert noted() == []

    def test_of_a_page_is_not(self, client):
        client.force_login(UserFactory())

        client.get("/en/organizations/")

        assert noted() == []

    def test_holds_nothing_of_what_was_asked_or_sent(self, client):
        token = ApiTokenFactory()

        client.get(PATH, {"q": "ocelotine"}, headers=bearing(token.secret))
        client.post(
            PATH,
            {"names": {"en": "ocelotine"}},
            content_type="application/json",
            headers=bearing(token.secret),
        )

        told = str(list(ApiCall.objects.values()))
        assert "ocelotine" not in told
        assert token.secret not in told

    def test_that_comes_again_is_noted_again(self, client):
        headers = bearing(ApiTokenFactory().secret) | {"Idempotency-Key": "one-thing-0001"}
        wanted = {"source_language": "en", "names": {"en": "Al Amal"}}

        for _ in range(2):
            client.post(PATH, wanted, content_type="application/json", headers=headers)

        assert noted() == [("POST", "api-organizations-list", 201, "")] * 2


class TestARefusal:
    def test_of_nobody_in_particular_is_noted(self, client, settings):
        settings.PUBLIC_READING = False

        client.get(PATH)
        client.get(PATH, headers=bearing("mithaq_made-up"))

        assert noted() == [("GET", "api-organizations-list", 401, "not-authenticated")] * 2
        assert set(ApiCall.objects.values_list("caller", flat=True)) == {"anonymous"}

    def test_for_a_scope_is_noted_by_its_name(self, client):
        headers = bearing(ApiTokenFactory(scopes=["read"]).secret)

        client.post(PATH, {}, content_type="application/json", headers=headers)

        assert noted() == [("POST", "api-organizations-list", 403, "insufficient-scope")]

    def test_at_the_door_is_noted_with_its_address(self, client):
        token = ApiTokenFactory()

        client.post(
            PATH, {}, content_type="application/json", headers={"Authorization": f"Bearer {token.secret}"}
        )
        client.get("/api/v1/nonsense", headers=bearing(token.secret))

        assert noted() == [
            ("POST", "api-organizations-list", 400, "idempotency-key-required"),
            ("GET", "", 404, "not-found"),
        ]

    def test_of_nobody_for_asking_too_often_is_noted_once_a_minute(self, client, settings):
        settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, 1)
        settings.PUBLIC_READING = True

        for _ in range(6):
            client.get(PATH)

        assert {status for _method, _route, status, _problem in noted()} == {429}
        assert len(noted()) <= 2, "two, if a minute began meanwhile"

    def test_to_write_it_down_spoils_no_answer(self, client, monkeypatch, caplog):
        def broken(*_args, **_named):
            raise DatabaseError("the disk is full")

        monkeypatch.setattr(calls, "note", broken)

        assert client.get(PATH, headers=bearing(ApiTokenFactory().secret)).status_code == 200
        assert "could not be noted" in caplog.text


class TestWhatIsKeptForATime:
    @pytest.fixture(autouse=True)
    def _old_and_new(self):
        now = timezone.now()
        for days in (0, 89, 91):
            ApiCall.objects.create(
                caller="x", method="GET", status=200, milliseconds=1, at=now - timedelta(days=days)
            )
        for hours in (0, 47, 49):
            KeptAnswer.objects.create(
                owner="token:1",
                key=f"key-{hours:04}",
                request="0" * 64,
                status=201,
                at=now - timedelta(hours=hours),
            )
        minute = int(now.timestamp()) // 60
        for back in (0, 61):
            RateWindow.objects.create(bucket=f"read {back}", minute=minute - back, used=1)

    def left(self) -> tuple[int, int, int]:
        return ApiCall.objects.count(), KeptAnswer.objects.count(), RateWindow.objects.count()

    def test_goes_by_the_command(self, capsys):
        call_command("prune_api")

        assert self.left() == (2, 2, 1)
        assert "exchange_apicall: 1" in capsys.readouterr().out

    def test_goes_by_itself_once_an_hour(self, client, monkeypatch):
        monkeypatch.setattr(upkeep, "_swept", upkeep.time.monotonic() - upkeep.EVERY - 1)

        client.get(PATH, headers=bearing(ApiTokenFactory().secret))

        assert self.left() == (3, 2, 2), "its own call and count are new"

    def test_stays_meanwhile(self, client, monkeypatch):
        monkeypatch.setattr(upkeep, "_swept", upkeep.time.monotonic())

        client.get(PATH, headers=bearing(ApiTokenFactory().secret))

        assert self.left() == (4, 3, 3)


class TestTheAdministration:
    @pytest.fixture
    def admin(self):
        client = Client()
        client.force_login(
            UserFactory(administrator=True), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    def test_lists_calls_and_finds_those_of_one_status(self, admin):
        token = ApiTokenFactory(organization=OrganizationFactory(slug="al-amal"), scopes=["read"])
        admin_less = Client()
        admin_less.get(PATH, headers=bearing(token.secret))
        admin_less.post(PATH, {}, content_type="application/json", headers=bearing(token.secret))

        page = admin.get("/en/admin/exchange/apicall/", {"status": 403}).content.decode()

        assert "insufficient-scope" in page
        assert page.count("api-organizations-list") == 1

    def test_changes_none(self, admin):
        ApiCall.objects.create(caller="x", method="GET", status=200, milliseconds=1)
        [call] = ApiCall.objects.all()

        assert admin.post(f"/en/admin/exchange/apicall/{call.pk}/delete/", {"post": "yes"}).status_code == 403
        assert admin.get("/en/admin/exchange/apicall/add/").status_code == 403

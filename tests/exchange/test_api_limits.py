"""How often somebody may ask, counted for all workers together."""

import os
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.access import limits
from exchange.models import RateWindow
from lib import prepared
from tests.bearing import bearing
from tests.calling import slug
from tests.factories import ApiTokenFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/organizations"
FEW = {"read": 3, "write": 2, "anonymous": 2, "token": 2}


@pytest.fixture(autouse=True)
def _few(settings) -> None:
    """Small limits, and a minute that does not end while they are tried."""
    settings.API_LIMITS = FEW
    settings.PUBLIC_READING = True
    if (over := time.time() % 60) > 52:
        time.sleep(60.2 - over)


@pytest.fixture
def system(client):
    headers = bearing(ApiTokenFactory().secret)
    return lambda **more: client.get(PATH, headers=headers | more)


class TestAToken:
    def test_is_told_what_is_left_to_it(self, system):
        answer = system()

        assert answer["RateLimit-Policy"] == '"read";q=3;w=60, "write";q=2;w=60'
        name, left, seconds = answer["RateLimit"].split(";")
        assert (name, left) == ('"read"', "r=2")
        assert 0 < int(seconds.removeprefix("t=")) <= 60

    def test_that_asks_too_often_is_told_when_to_come_again(self, system):
        answers = [system() for _ in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert slug(answers[-1]) == "too-many-requests"
        assert answers[-1]["RateLimit"].startswith('"read";r=0;t=')
        assert answers[-1]["Retry-After"] == answers[-1]["RateLimit"].rpartition("=")[2]

    def test_may_again_in_the_next_minute(self, system):
        for _ in range(4):
            system()
        RateWindow.objects.update(minute=RateWindow.objects.get().minute - 1)

        answer = system()

        assert answer.status_code == 200
        assert answer["RateLimit"].startswith('"read";r=2;')

    def test_writes_by_another_count_than_it_reads(self, client):
        headers = bearing(ApiTokenFactory(scopes=["read"]).secret)

        written = [
            client.post(PATH, {}, content_type="application/json", headers=headers).status_code
            for _ in range(3)
        ]

        assert written == [403, 403, 429]
        assert client.get(PATH, headers=headers).status_code == 200

    def test_takes_nothing_from_another(self, client, system):
        for _ in range(4):
            system()

        assert client.get(PATH, headers=bearing(ApiTokenFactory().secret)).status_code == 200

    def test_pays_nothing_for_what_has_not_changed(self, client):
        headers = bearing(ApiTokenFactory().secret)
        address = f"{PATH}/{OrganizationFactory().pk}"
        tag = client.get(address, headers=headers)["ETag"]

        answers = [client.get(address, headers=headers | {"If-None-Match": tag}) for _ in range(5)]

        assert [answer.status_code for answer in answers] == [304] * 5
        assert answers[-1]["RateLimit"].startswith('"read";r=2;')


class TestOthers:
    def test_nobody_in_particular_is_counted_by_address(self, client):
        answers = [client.get(PATH) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0]["RateLimit-Policy"] == '"anonymous";q=2;w=60'
        assert Client(REMOTE_ADDR="192.0.2.7").get(PATH).status_code == 200

    def test_a_household_is_one_address(self):
        asked = [Client(REMOTE_ADDR=f"2001:db8:1:2::{each}").get(PATH).status_code for each in (1, 2, 3)]

        assert asked == [200, 200, 429]
        assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(PATH).status_code == 200

    def test_whoever_tries_tokens_is_counted_by_address_too(self, client):
        tried = [
            client.get(PATH, headers={"Authorization": f"Bearer mithaq_{each}"}).status_code
            for each in range(3)
        ]

        assert tried == [401, 401, 429]

    def test_an_account_is_counted_as_a_token_is(self, client):
        client.force_login(UserFactory())

        assert [client.get(PATH).status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_a_page_is_not_counted(self, client):
        client.get("/en/organizations/")

        assert not RateWindow.objects.exists()


class TestTheCount:
    def test_is_kept_where_a_crash_may_take_it(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'exchange_ratewindow'::regclass")

            assert cursor.fetchone() == ("u",)

    def test_is_one_statement(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            limits.take("read", "token:1")

    def test_of_a_token_is_made_by_the_statement_that_looks_it_up(self, client):
        token = ApiTokenFactory()

        with CaptureQueriesContext(connection) as asked:
            assert client.get(PATH, headers=bearing(token.secret)).status_code == 200

        statements = "\n".join(each["sql"] for each in asked)
        assert not any(prepared.called(each) in statements for each in limits.STATEMENTS)
        assert [*RateWindow.objects.values_list("bucket", "used")] == [(f"read {token.audit_id()}", 1)]

    def test_of_what_is_no_token_is_not_that_of_a_token(self, client):
        token = ApiTokenFactory(expires_at=timezone.now() - timedelta(seconds=1))

        assert client.get(PATH, headers=bearing(token.secret)).status_code == 401
        assert [*RateWindow.objects.values_list("bucket", flat=True)] == ["anonymous 127.0.0.1"]

    def test_of_a_token_from_a_foreign_network_is_that_of_the_token(self, client):
        token = ApiTokenFactory(networks=["192.0.2.0/24"])

        assert client.get(PATH, headers=bearing(token.secret)).status_code == 403
        assert [*RateWindow.objects.values_list("bucket", flat=True)] == [f"read {token.audit_id()}"]

    def test_of_a_late_one_is_that_of_the_minute_that_has_begun(self):
        first = limits.take("read", "token:1")
        RateWindow.objects.update(minute=RateWindow.objects.get().minute + 1)

        assert limits.take("read", "token:1").used == first.used + 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_share_one_count():
    secret = ApiTokenFactory().secret
    connections.close_all()
    heard, said = os.pipe()
    children = []
    with override_settings(API_LIMITS=dict.fromkeys(FEW, 40)):
        for _ in range(2):
            child = os.fork()
            if not child:
                try:
                    client, headers = Client(), bearing(secret)
                    answers = [client.get(PATH, headers=headers).status_code for _ in range(30)]
                    os.write(said, bytes([answers.count(200), answers.count(429)]))
                finally:
                    os._exit(0)
            children.append(child)
    for child in children:
        os.waitpid(child, 0)
    told = os.read(heard, 4)

    assert (told[0] + told[2], told[1] + told[3]) == (40, 20)

"""Many writers of one agreement at once, over real threads and real HTTP: nothing that was answered 200 is lost."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from agreements.models import Agreement
from audit.models import AuditEvent
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.factories import AgreementFactory, OrganizationFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("long")]


class Writer:
    """Reads a number, and sends the next one on what it has read."""

    def __init__(self, server: str, path: str, headers: dict[str, str]):
        self.connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=120)
        self.path, self.headers = path, headers

    def ask(self, method, body=None, **headers):
        self.connection.request(method, self.path, body and json.dumps(body), self.headers | headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read() or "null")

    def read(self) -> tuple[int, str]:
        _status, headers, document = self.ask("GET")
        return document["renewal"]["notice_days"], headers["ETag"]

    def write(self, number: int, etag: str) -> int:
        changed = {"renewal": {"notice_days": number}}
        status, _headers, _body = self.ask(
            "PATCH", changed, **{"If-Match": etag, "Content-Type": "application/merge-patch+json"}
        )
        return status


def counted(server, *, writers: int, turns: int, guarded: bool) -> tuple[int, list[int], Agreement]:
    """What the number is in the end, and how each write was answered; all read before anybody writes, turn by turn."""
    agreement = AgreementFactory(notice_days=0)
    headers, together = bearer(OrganizationFactory(), Role.EDITOR), Barrier(writers)

    def count(_writer) -> list[int]:
        writer, answers = Writer(server, f"/api/v1/agreements/{agreement.pk}", headers), []
        for _turn in range(turns):
            together.wait(120)
            number, etag = writer.read()
            together.wait(120)
            answers.append(writer.write(number + 1, etag if guarded else "*"))
        writer.connection.close()
        return answers

    with ThreadPoolExecutor(writers) as threads:
        answers = [each for one in threads.map(count, range(writers)) for each in one]
    agreement.refresh_from_db()
    return agreement.notice_days, answers, agreement


@pytest.mark.parametrize(
    ("writers", "turns"), [(4, 2), pytest.param(16, 10, marks=pytest.mark.drill)], ids=["few", "many"]
)
class TestWritersOfOneAgreement:
    def test_lose_nothing_where_they_say_on_what_they_write(self, live_server, writers, turns):
        number, answers, agreement = counted(live_server.url, writers=writers, turns=turns, guarded=True)

        assert set(answers) == {200, 412}
        assert number == answers.count(200)
        assert agreement.version == 1 + number
        corrected = AuditEvent.objects.filter(chain=agreement.pk, verb="agreement.corrected")
        assert corrected.count() == number

    def test_lose_much_where_they_do_not(self, live_server, writers, turns):
        """The test of the test: the same writers, who write on whatever there is."""
        number, answers, _agreement = counted(live_server.url, writers=writers, turns=turns, guarded=False)

        assert set(answers) == {200}
        assert number < len(answers)

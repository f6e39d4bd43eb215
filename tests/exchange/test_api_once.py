"""A POST that comes twice is done once: whatever happens to the answer, the connection or the process."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from audit.models import AuditEvent
from exchange.access import idempotency
from exchange.models import Import, KeptAnswer
from organizations.models import Organization
from organizations.permissions import Role
from organizations.services import bodies
from tests.calling import slug
from tests.factories import ApiTokenFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/organizations"
KEY = "one-thing-0001"


def body(name: str = "Al Amal") -> dict:
    return {"source_language": "en", "names": {"en": name}, "allow_duplicate": True}


def entered(name: str = "Al Amal") -> int:
    return Organization.objects.filter(name_en=name).count()


class System:
    """A partner system that chooses its keys itself."""

    def __init__(self, **fields):
        self.token = ApiTokenFactory(**fields)
        self.client = Client(raise_request_exception=False)

    def post(self, content: dict, *, key: str | None = KEY, path: str = PATH, client: Client | None = None):
        headers = {"Authorization": f"Bearer {self.token.secret}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return (client or self.client).post(path, content, content_type="application/json", headers=headers)


@pytest.fixture
def system(db):
    return System()


class TestAKey:
    def test_is_demanded_of_a_token(self, system):
        answer = system.post(body(), key=None)

        assert (answer.status_code, slug(answer)) == (400, "idempotency-key-required")
        assert not entered()

    @pytest.mark.parametrize(
        "key", ["", "seven77", "x" * 65, "two words in it", "clé-accentuée", "tab\tinside"]
    )
    def test_is_eight_to_sixty_four_visible_characters(self, system, key):
        answer = system.post(body(), key=key)

        assert (answer.status_code, slug(answer)) == (400, "bad-request")
        assert not entered()

    @pytest.mark.parametrize(
        "key", ["x" * 8, "x" * 64, '"a-quoted/one~"', "6c108348-dfab-4dae-8b03-95272a8fb67f"]
    )
    def test_of_another_form_is_as_good(self, system, key):
        assert system.post(body(), key=key).status_code == 201

    def test_is_not_demanded_of_a_person(self, client):
        client.force_login(UserFactory(contributor=True, organization=OrganizationFactory()))

        assert client.post(PATH, body(), content_type="application/json").status_code == 201

    def test_of_a_person_serves_as_well(self, client):
        client.force_login(UserFactory(contributor=True, organization=OrganizationFactory()))
        headers = {"Idempotency-Key": KEY}

        answers = [
            client.post(PATH, body(), content_type="application/json", headers=headers) for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert entered() == 1

    def test_is_the_callers_own(self, system):
        assert system.post(body()).status_code == 201
        assert System().post(body("Bayti")).status_code == 201
        assert (entered(), entered("Bayti")) == (1, 1)

    def test_opens_no_kept_answer_to_a_token_used_from_elsewhere(self, system):
        assert system.post(body()).status_code == 201
        type(system.token).objects.filter(pk=system.token.pk).update(networks=["192.0.2.0/24"])

        again, without = system.post(body()), system.post(body(), key=None)

        assert [slug(again), slug(without)] == ["network-refused"] * 2
        assert "Idempotency-Replayed" not in again
        assert entered() == 1

    def test_is_free_again_after_two_days(self, system):
        system.post(body())
        KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=49))

        answer = system.post(body("Bayti"))

        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer
        assert KeptAnswer.objects.count() == 1


class TestTheSameRequest:
    def test_is_done_once_and_answered_alike(self, system):
        first = system.post(body())
        events = AuditEvent.objects.count()
        second = system.post(body())

        assert first.status_code == second.status_code == 201
        assert second.content == first.content
        for name in ("Location", "ETag", "Content-Type", "Content-Language"):
            assert second[name] == first[name]
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert entered() == 1
        assert AuditEvent.objects.count() == events

    def test_that_was_refused_for_what_it_says_is_refused_alike(self, system):
        wrong = body() | {"country": "Morocco"}

        answers = [system.post(wrong) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert answers[1]["Idempotency-Replayed"] == "true"
        assert answers[1].json() == answers[0].json()

    def test_with_another_content_is_refused(self, system):
        system.post(body())

        for answer in (system.post(body("Bayti")), system.post(body(), path=f"{PATH}?language=fr")):
            assert (answer.status_code, slug(answer)) == (422, "idempotency-key-reused")
        assert entered("Bayti") == 0

    def test_is_done_when_it_was_only_forbidden_before(self):
        system = System(scopes=["read"])

        answer = system.post(body())
        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope")
        system.token.scopes = ["read", "organizations:write"]
        system.token.save()

        assert system.post(body()).status_code == 201

    def test_is_done_when_it_was_in_conflict_before(self, system):
        there = OrganizationFactory(name_en="Al Amal of Tangier", slug="al-amal")
        asked = body("Another") | {"slug": "al-amal"}

        assert system.post(asked).status_code == 409
        Organization.objects.filter(pk=there.pk).update(slug="al-amal-of-tangier")

        assert system.post(asked).status_code == 201

    def test_is_done_when_the_registry_broke_before_and_left_nothing(self, system, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(idempotency, "keep", lambda *_args, **_named: 1 / 0)
            assert system.post(body()).status_code == 500
        assert not entered()
        assert not KeptAnswer.objects.exists()

        assert system.post(body()).status_code == 201
        assert entered() == 1

    def test_takes_back_what_a_view_did_before_it_broke(self, system, monkeypatch):
        enter = bodies.add_organization

        def enter_and_break(*args, **named):
            enter(*args, **named)
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(bodies, "add_organization", enter_and_break)
            answer = system.post(body())

        assert answer.status_code == 500
        assert not entered()

    def test_that_is_too_large_is_a_problem_as_any_other(self, system, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20

        answer = system.post(body())

        assert (answer.status_code, slug(answer)) == (413, "too-large")


class TestAFile:
    def test_that_is_sent_twice_is_one_job_and_reaches_the_view_whole(self):
        member = UserFactory(contributor=True, organization=OrganizationFactory())
        system = System(organization=member.organization, issued_by=member)
        headers = {"Authorization": f"Bearer {system.token.secret}", "Idempotency-Key": KEY}
        table = "name_en,source_language\nAl Amal,en\n"

        def send(content: str):
            file = SimpleUploadedFile("bodies.csv", content.encode(), content_type="text/csv")
            return system.client.post(
                "/api/v1/imports", {"file": file, "table": "organizations"}, headers=headers
            )

        first, again, other = send(table), send(table), send(f"{table}Bayti,en\n")

        assert first.status_code == 202, first.content
        assert (again.content, again["Location"]) == (first.content, first["Location"])
        assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
        [imported] = Import.objects.all()
        with imported.file.open() as kept:
            assert kept.read() == table.encode()


class TestAnAnswer:
    def ask(self, answer: HttpResponse | None = None, *, content: str = "{}") -> HttpResponse:
        request = RequestFactory().post("/api/v1/webhook-endpoints", content, content_type="application/json")
        request.META["HTTP_IDEMPOTENCY_KEY"] = KEY
        return idempotency.once(request, owner="token:1", demanded=True, work=lambda _request: answer)

    def test_with_a_secret_is_not_kept_but_that_it_was_given_is(self):
        answer = HttpResponse(b'{"secret":"whsec_1"}', status=201, headers={"Location": "/there"})
        answer.keep = False

        self.ask(answer)
        again = self.ask()

        assert b"whsec" not in b"".join(bytes(each.body) for each in KeptAnswer.objects.all())
        assert (again.status_code, again["Location"]) == (201, "/there")
        assert b"shown once" in again.content

    @pytest.mark.parametrize("status", sorted(idempotency.PASSING | {500, 503}))
    def test_that_speaks_of_something_else_is_not_kept(self, status):
        self.ask(HttpResponse(status=status))

        assert not KeptAnswer.objects.exists()

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 303, 400, 404, 410, 422])
    def test_that_judges_the_request_is_kept(self, status):
        self.ask(HttpResponse(status=status))

        assert self.ask().status_code == status

    def test_to_a_form_is_that_to_its_fields_and_files_whatever_parts_them(self):
        def form(boundary: str, text: str):
            parts = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n{text}\r\n'
            return RequestFactory().post(
                "/api/v1/imports",
                f"{parts}--{boundary}--\r\n",
                content_type=f"multipart/form-data; boundary={boundary}",
            )

        told = [
            idempotency.fingerprint_of(form(*each))
            for each in (("one", "a;b"), ("two", "a;b"), ("two", "a;c"))
        ]

        assert told[0] == told[1] != told[2]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_the_second_is_told_to_wait_and_then_gets_the_answer(self):
        system = System()
        owner = f"token:{system.token.pk}"
        with ThreadPoolExecutor(1) as other:
            hold, answered = Barrier(2, timeout=120), Barrier(2, timeout=120)

            def working():
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("BEGIN")
                        assert idempotency._taken(owner, KEY)[0]
                        hold.wait()
                        answered.wait()
                        cursor.execute("ROLLBACK")
                finally:
                    connections.close_all()

            first = other.submit(working)
            hold.wait()
            answer = system.post(body())
            answered.wait()
            first.result()

        assert (answer.status_code, slug(answer)) == (409, "idempotency-in-progress")
        assert answer["Retry-After"] == "1"
        assert not entered()
        assert system.post(body()).status_code == 201

    def test_forty_keys_eight_times_each_make_forty_records(self):
        system, start = System(role=Role.PARTNER_SYSTEM), Barrier(8, timeout=120)

        def insist(_number: int) -> list[bytes]:
            """Send each until it is answered, as a client with a bad connection does."""
            client, told = Client(), []
            try:
                start.wait()
                for each in range(40):
                    while True:
                        answer = system.post(body(f"Body {each}"), key=f"key-of-{each:04}", client=client)
                        if answer.status_code != 409:
                            break
                        assert slug(answer) == "idempotency-in-progress"
                        time.sleep(0.01)
                    assert answer.status_code == 201, answer.content
                    told.append(answer.content)
                return told
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(insist, range(8)))

        assert all(each == told[0] for each in told)
        assert len(set(told[0])) == 40
        assert Organization.objects.filter(name_en__startswith="Body ").count() == 40

    def test_one_that_is_killed_leaves_nothing_and_frees_its_key(self):
        system = System()
        connections.close_all()
        heard, said = os.pipe()
        child = os.fork()
        if not child:
            try:

                def hang(*_args, **_named):
                    os.write(said, b"x")
                    time.sleep(60)

                idempotency.keep = hang  # the record is written, the transaction is not at its end
                system.post(body())
            finally:
                os._exit(1)
        assert os.read(heard, 1) == b"x"
        during = system.post(body())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

        for _try in range(100):
            answer = system.post(body())
            if answer.status_code != 409:
                break
            time.sleep(0.05)

        assert slug(during) == "idempotency-in-progress"
        assert answer.status_code == 201
        assert entered() == 1

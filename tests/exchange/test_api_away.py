"""While the database is away the registry says so at once, and it goes on by itself when it is there again."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import resolve

from config import rest
from exchange.models import KeptAnswer
from organizations.guards import ByAction
from organizations.models import Organization
from tests.bearing import bearing
from tests.factories import ApiTokenFactory
from tools import postgres
from tools.postgres import BARE_ENVIRONMENT

PATH = "/api/v1/organizations"
NEW = {"names": {"en": "A body like no other"}, "source_language": "en"}


@contextmanager
def away(monkeypatch) -> Iterator[None]:
    """The database as one that was stopped: whoever connects is refused."""
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


@pytest.fixture
def caller() -> Client:
    """Somebody to whom a server's mistake is an answer, as it is to everybody outside; not the first who asks."""
    resolve(PATH)
    return Client(raise_request_exception=False)


@pytest.mark.xdist_group("long")
@pytest.mark.django_db(transaction=True)
class TestWhileTheDatabaseIsAway:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("get", PATH),
            ("get", "/api/v1/"),
            ("get", "/api/v1/changes"),
            ("post", PATH),
            ("post", "/api/v1/batch/organizations"),
            ("patch", f"{PATH}/{UUID(int=1)}"),
            ("post", "/identity/o/api/token"),
        ],
    )
    @pytest.mark.parametrize("named", [True, False])
    def test_an_address_of_the_api_answers_503_at_once(
        self, caller, monkeypatch, settings, method, path, named
    ):
        settings.PUBLIC_READING = True
        headers = {"Idempotency-Key": uuid4().hex} | (bearing(ApiTokenFactory().secret) if named else {})
        with away(monkeypatch):
            begun = time.monotonic()
            answer = getattr(caller, method)(path, {}, content_type="application/json", headers=headers)
            took = time.monotonic() - begun

        assert answer.status_code == 503, answer.content
        assert answer["Content-Type"] == rest.MEDIA_TYPE
        assert int(answer["Retry-After"]) >= 1
        assert answer.json()["type"].endswith("/problems/unavailable")
        assert answer.json()["request_id"] == answer["X-Request-ID"]
        assert took < 1

    def test_what_is_done_with_a_key_is_done_when_it_is_sent_again(self, caller, monkeypatch):
        headers = bearing(ApiTokenFactory().secret) | {"Idempotency-Key": uuid4().hex}

        def send():
            return caller.post(PATH, NEW, content_type="application/json", headers=headers)

        with away(monkeypatch):
            assert send().status_code == 503

        assert send().status_code == 201
        assert send().headers["Idempotency-Replayed"] == "true"
        assert Organization.objects.filter(name_en=NEW["names"]["en"]).count() == 1
        assert KeptAnswer.objects.count() == 1

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_that_goes_while_it_works_is_told_the_same(self, caller, monkeypatch, method):
        headers = bearing(ApiTokenFactory().secret) | {"Idempotency-Key": uuid4().hex}
        asks = ByAction.has_permission

        def loses(self, request, view):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return asks(self, request, view)

        def send():
            if method == "get":
                return caller.get(PATH, headers=headers)
            return caller.post(PATH, NEW, content_type="application/json", headers=headers)

        with monkeypatch.context() as patch:
            patch.setattr(ByAction, "has_permission", loses)
            answer = send()
        connection.close()

        assert answer.status_code == 503, answer.content
        assert answer["Retry-After"]
        assert send().status_code == (200 if method == "get" else 201)

    def test_a_page_says_so_in_the_language_of_its_address(self, caller, monkeypatch):
        with away(monkeypatch):
            told = {each: caller.get(f"/{each}/agreements/") for each in ("en", "fr", "ar")}

        for language, answer in told.items():
            assert answer.status_code == 503
            assert int(answer["Retry-After"]) >= 1
            assert f'lang="{language}"' in answer.content.decode()
        assert "503" in told["en"].content.decode()
        assert caller.get("/en/agreements/").status_code in {200, 302}

    def test_that_the_server_lives_can_still_be_asked(self, caller, monkeypatch):
        with away(monkeypatch):
            assert caller.get("/healthz").status_code == 200


@pytest.mark.django_db
class TestAMistakeOfOurs:
    """What the database refuses while it is there is no absence."""

    def test_is_none(self):
        connection.ensure_connection()

        assert not rest.is_away(OperationalError("canceling statement due to statement timeout"))
        assert not rest.is_away(InterfaceError("cursor already closed"))
        assert not rest.is_away(RuntimeError("connection already closed"))


@pytest.mark.drill
class TestAServer:
    def test_says_so_when_its_postgresql_is_stopped_and_goes_on_without_a_restart(self, tmp_path):
        with postgres.throwaway() as server:
            postgres.create_database(server)
            environment = os.environ | BARE_ENVIRONMENT | postgres.environment_for(server)
            Path(environment["DATA_DIR"], "static").mkdir(parents=True)
            for step in (
                ["migrate", "--verbosity=0"],
                ["createcachetable"],
                ["collectstatic", "--no-input", "--verbosity=0"],
            ):
                subprocess.run(
                    [sys.executable, "manage.py", *step], cwd=settings.BASE_DIR, env=environment, check=True
                )
            with served(environment, tmp_path) as port:
                assert asked(port, f"{PATH}?page_size=1")[0] == 200
                assert asked(port, "/en/agreements/")[0] == 200
                server.stop(hurried=lambda: True)
                for _ in range(3):
                    for path in (PATH, "/api/v1/agreements", "/en/agreements/"):
                        status, headers, body, took = asked(port, path)
                        assert (status, took < 1) == (503, True), (path, body, took)
                        assert headers["Retry-After"]
                        assert ("problem+json" in headers["Content-Type"]) == path.startswith("/api/")
                assert json.loads(asked(port, PATH)[2])["type"].endswith("unavailable")

                postgres.start(server.folder, durable=False)
                for path in (PATH, "/api/v1/agreements", "/en/agreements/") * 3:
                    assert asked(port, path)[0] == 200


@contextmanager
def served(environment: dict[str, str], folder: Path) -> Iterator[int]:
    """The application as `make run` serves it: one process, threads that keep their connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "config.wsgi:application", "--interface=wsgi"]
    command += ["--workers=1", "--blocking-threads=2", f"--port={port}", "--no-ws"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            assert time.monotonic() < until, (folder / "server.log").read_text()
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int) -> bool:
    try:
        return asked(port, "/healthz")[0] == 200
    except OSError:
        return False


def asked(port: int, path: str) -> tuple[int, http.client.HTTPMessage, bytes, float]:
    """Status, headers, body, and seconds."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        begun = time.monotonic()
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read(), time.monotonic() - begun
    finally:
        line.close()

"""What the web server hands on, and what of it reaches the application."""

import gc
import io
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterable
from typing import ClassVar

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from config import wsgi
from config.middleware import ContentPolicy


def test_variables_of_the_process_are_none_of_a_request(monkeypatch):
    """Granian, as Python's own server, puts them there; one that is called HTTP_… would pass for a header."""
    known = {"DATABASE_URL": "postgresql://somebody:secret@there/mithaq", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    monkeypatch.setattr(wsgi, "_ours", frozenset({*os.environ, *known}))
    reached = {}
    monkeypatch.setattr(wsgi, "_django", lambda environ, start: reached.update(environ) or [])
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO()}

    wsgi.application(dict(os.environ) | known | asked, lambda *_told: None)

    assert reached == asked


def test_what_is_loaded_is_not_gone_through_by_every_search_for_rings():
    """A page of many objects sets off several: each would go through all modules as well."""
    told = "import gc, config.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"
    asked = [sys.executable, "-c", told]

    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    frozen, others = map(int, said.split())
    assert frozen > 100_000
    assert others < frozen / 10


class TestAnAnswer:
    ASKED: ClassVar = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO()}

    @staticmethod
    def _answered(monkeypatch, response) -> tuple[Iterable[bytes], list[str]]:
        closed: list[str] = []
        response.close = lambda: closed.append("closed")
        monkeypatch.setattr(wsgi, "_django", lambda environ, start: response)
        return wsgi.application(dict(TestAnAnswer.ASKED), lambda *_told: None), closed

    def test_that_is_whole_goes_out_at_once_and_is_done_with(self, monkeypatch):
        answer, closed = self._answered(monkeypatch, HttpResponse(["one, ", "two"]))

        assert answer == [b"one, two"]
        assert closed == ["closed"]

    def test_that_comes_piece_by_piece_is_left_so_until_the_server_is_done(self, monkeypatch):
        answer, closed = self._answered(monkeypatch, StreamingHttpResponse(iter([b"one", b"two"])))

        assert not isinstance(answer, list)
        assert closed == []
        assert [*answer] == [b"one", b"two"]

    def test_of_the_api_is_gone_as_soon_as_it_is_sent(self, db, monkeypatch):
        """Not when Python next looks for objects that hold each other: a page may be of megabytes."""
        alive = []

        def watched(environ, start_response):
            answer = django(environ, start_response)
            alive.extend([weakref.ref(answer), weakref.ref(answer.renderer_context["view"].paginator)])
            return answer

        django = wsgi._django
        monkeypatch.setattr(wsgi, "_django", watched)
        monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)  # it is the test's
        asked = RequestFactory().get("/api/v1/agreements").environ
        gc.disable()
        try:
            answer = wsgi.application(asked, lambda *_told: None)

            assert json.loads(answer[0])["results"] == []
            assert [each() for each in alive] == [None, None]
        finally:
            gc.enable()


class TestThePolicy:
    @staticmethod
    def _told(status: int) -> str | None:
        answer = ContentPolicy(lambda request: HttpResponse(status=status))(RequestFactory().get("/"))
        return answer.headers.get("Content-Security-Policy")

    def test_is_told_with_every_answer(self):
        assert {self._told(status) for status in (200, 302, 404, 500)} == {self._told(200)}
        assert "default-src 'none'" in self._told(200)

    def test_lets_a_developer_read_how_django_explains_a_fault(self, settings):
        settings.DEBUG = True

        assert self._told(500) is self._told(404) is None
        assert self._told(200)

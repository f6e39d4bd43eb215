"""What the web server hands on, and what of it reaches the application."""

import io
import os

from config import wsgi


def test_variables_of_the_process_are_none_of_a_request(monkeypatch):
    """Granian, as Python's own server, puts them there; one that is called HTTP_… would pass for a header."""
    known = {"DATABASE_URL": "postgresql://somebody:secret@there/mithaq", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    monkeypatch.setattr(wsgi, "_ours", frozenset({*os.environ, *known}))
    reached = {}
    monkeypatch.setattr(wsgi, "_django", lambda environ, start: reached.update(environ) or [])
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO()}

    wsgi.application(dict(os.environ) | known | asked, lambda *_told: None)

    assert reached == asked

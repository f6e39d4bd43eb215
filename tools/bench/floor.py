"""The floor: a bare WSGI function, psycopg2, and one prepared statement an operation. No token, no rules, no log.

Reads DATABASE_URL and PUBLIC_URL. `/create` satisfies what the tables demand (one audit event, all triggers);
`/rows` writes the same rows while the triggers sleep, which is no more than storing them.
"""

import os
import threading
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import psycopg2

from tools.bench.statements import statements

STATEMENTS = statements(os.environ.get("PUBLIC_URL", "http://localhost:8000") + "/api/v1")
_own = threading.local()


def _cursor(*, asleep: bool):
    """The cursor of this thread, its statements prepared once."""
    name = "asleep" if asleep else "awake"
    if not hasattr(_own, name):
        role = " -c session_replication_role=replica" if asleep else ""
        session = psycopg2.connect(
            os.environ["DATABASE_URL"], options=f"-c plan_cache_mode=force_generic_plan{role}"
        )
        session.autocommit = True
        cursor = session.cursor()
        for each, (types, sql) in STATEMENTS.items():
            cursor.execute(f"PREPARE floor_{each}{f'({types})' if types else ''} AS {sql}")
        setattr(_own, name, cursor)
    return getattr(_own, name)


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """`/name?one&two` executes the statement with these values; a body is the only value of a POST."""
    name = environ["PATH_INFO"].strip("/")
    if environ["REQUEST_METHOD"] == "POST":
        values = [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()]
    else:
        values = [value for _key, value in parse_qsl(environ["QUERY_STRING"])]
    if name not in STATEMENTS:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    cursor = _cursor(asleep=name == "rows")
    marks = f"({', '.join(['%s'] * len(values))})" if values else ""
    cursor.execute(f"EXECUTE floor_{name}{marks}", values)
    found = cursor.fetchone()
    if found is None or found[0] is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    body = found[0].encode()
    status = "201 Created" if environ["REQUEST_METHOD"] == "POST" else "200 OK"
    start_response(
        status, [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]

"""Reading the feed in tests: once nobody holds it back any more."""

import time
from collections.abc import Iterator

from django.db import connection

from exchange.queries import feed

PATIENCE = 60
"""Seconds: a process that was killed may still hold its transaction open, not for long."""


def settle() -> None:
    """Wait until all that is committed by now can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (newest,) = cursor.fetchone()
    until = time.monotonic() + PATIENCE
    while feed.horizon().xid < newest:
        assert time.monotonic() < until, "somebody keeps a transaction open"
        time.sleep(0.01)


def place_of_now() -> feed.Place:
    settle()
    return feed.start()[0]


def lines_after(actor, place: feed.Place = feed.BEGINNING, **asked) -> list[feed.Line]:
    """Every line after a place that `actor` is told."""
    settle()
    return list(_followed(actor, place, **asked))


def _followed(actor, place: feed.Place, *, size: int = 200, kinds=()) -> Iterator[feed.Line]:
    while True:
        told = feed.read(actor, place, kinds=kinds, size=size)
        yield from told.lines
        if not told.has_more:
            return
        place = told.end


def said(lines) -> list[tuple[str, str]]:
    return [(each.kind, each.action) for each in lines]

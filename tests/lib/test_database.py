"""A connection that was kept is found to stand, or to have gone, without asking the server each time."""

import time

import pytest
from django.db import connection

from lib.database import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """A connection of its own that stands."""
    other = connection.copy()
    assert other.settings_dict["ENGINE"] == "lib.database"
    other.ensure_connection()
    assert other.is_usable()
    yield other
    other.close()


def last_asked(other) -> str:
    """What the server was asked last by the other connection."""
    with connection.cursor() as cursor:
        # What is read of activity is kept until the end of a transaction.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [other.connection.info.backend_pid]
        )
        return cursor.fetchone()[0]


def ask(other) -> None:
    with other.cursor() as cursor:
        cursor.execute("SELECT 'something'")


def test_one_that_was_used_a_moment_ago_is_not_asked(kept):
    ask(kept)

    assert kept.is_usable()
    assert last_asked(kept) == "SELECT 'something'"


def test_one_that_rested_is_asked(kept, monkeypatch):
    monkeypatch.setattr(base, "RESTED", 0.0)
    ask(kept)

    assert kept.is_usable()
    assert last_asked(kept) == "SELECT 1"


def test_one_that_the_server_ended_is_not_used_again(kept):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [kept.connection.info.backend_pid])
        assert cursor.fetchone() == (True,)
    until = time.monotonic() + 10
    while kept.is_usable() and time.monotonic() < until:
        pass

    assert not kept.is_usable()


def test_one_that_is_closed_is_not_used_again(kept):
    kept.connection.close()

    assert not kept.is_usable()

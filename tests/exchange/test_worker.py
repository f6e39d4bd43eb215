"""A worker that is killed in the middle of an import leaves nothing behind, and the import says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from audit.models import AuditEvent
from exchange.imports import desk
from exchange.imports.tasks import work
from exchange.models import LOCKS, Import, State
from lib.problems import Refused
from organizations.models import Organization
from tests.exchange.conftest import bring
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 40
STUCK = 30
TABLE = "slug,source_language,name_en\n" + "".join(f"body-{n},en,Body {n}\n" for n in range(ROWS))


def worker(data: Path) -> subprocess.Popen:
    """The worker of an installation, as a process of its own, on the database of this test."""
    here = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(here._replace(path=f"/{connection.settings_dict['NAME']}"))
    command = [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay", "--no-reload"]
    with (data / "worker.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": address, "DATA_DIR": str(data)},
            stdout=log,
            stderr=log,
        )


def until(holds, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.drill
def test_a_killed_worker_leaves_nothing_and_the_import_can_be_started_again(tmp_path):
    (tmp_path / "files").symlink_to(default_storage.location)
    (tmp_path / "static").mkdir()
    owner = UserFactory(editor=True)
    imported = bring(TABLE, "list.csv", by=owner)
    desk.ask(imported, Import.Asked.APPLY, by=owner)
    assert imported.state() == State.WAITING

    # Somebody else is about to enter the same short address: the worker waits there, in the middle of its work.
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organizations_organization (id, slug, source_language, name_en, name_fr, name_ar,"
            " short_name_en, short_name_fr, short_name_ar, country, city, relation, mandate_en, mandate_fr,"
            " mandate_ar, website) VALUES (gen_random_uuid(), %s, 'en', 'x', '', '', '', '', '', '', '', '', '',"
            " '', '', '')",
            [f"body-{STUCK}"],
        )
    process = worker(tmp_path)
    try:
        assert until(lambda: imported.state() == State.APPLYING), (tmp_path / "worker.log").read_text()
        assert until(lambda: _waits(), 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        process.kill()
        other.rollback()
        other.close()

    assert until(lambda: imported.state() == State.STOPPED)
    assert not Organization.objects.filter(slug__startswith="body-").exists()
    assert not imported.rows.exists()

    desk.ask(imported, Import.Asked.APPLY, by=owner)
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
    assert imported.state() == State.APPLIED
    assert Organization.objects.filter(slug__startswith="body-").count() == ROWS


def _waits() -> bool:
    """Whether some backend of this database waits for the end of another transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]


def test_progress_is_seen_while_nothing_else_is(monkeypatch):
    owner = UserFactory(editor=True)
    imported = bring(TABLE, "list.csv", by=owner)
    desk.ask(imported, Import.Asked.APPLY, by=owner)
    monkeypatch.setattr("exchange.imports.run.OFTEN", 0)
    seen = []
    watching = connection.copy()

    def look(*_arguments) -> None:
        with watching.cursor() as cursor:
            cursor.execute(
                "SELECT done, (SELECT count(*) FROM organizations_organization WHERE slug LIKE 'body-%%')"
                " FROM exchange_import WHERE id = %s",
                [imported.pk],
            )
            seen.append(cursor.fetchone())

    monkeypatch.setattr("exchange.imports.run._settle", look)
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
    watching.close()

    assert [done for done, _entered in seen] == list(range(ROWS))
    assert {entered for _done, entered in seen} == {0}
    assert imported.state() == State.APPLIED


def test_what_was_asked_for_is_done_once_however_often_the_worker_is_told():
    owner = UserFactory(editor=True)
    imported = bring(TABLE, "list.csv", by=owner)
    desk.ask(imported, Import.Asked.APPLY, by=owner)
    work.enqueue(str(imported.pk), imported.asked_at.isoformat())

    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)

    assert imported.state() == State.APPLIED
    assert Organization.objects.filter(slug__startswith="body-").count() == ROWS
    assert AuditEvent.objects.filter(verb="import.applied").count() == 1


def test_nothing_is_asked_for_while_it_is_worked_on():
    owner = UserFactory(editor=True)
    imported = bring(TABLE, "list.csv", by=owner)
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, imported.lock])

    with pytest.raises(Refused) as refused:
        desk.ask(imported, Import.Asked.APPLY, by=owner)

    other.rollback()
    other.close()
    assert refused.value.faults[0].code == "worked_on"

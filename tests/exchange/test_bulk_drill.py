"""A bulk import that is killed at any moment leaves nothing; started again, it enters everything once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from agreements.models import Agreement, TextEntry
from audit import verification
from audit.models import AuditEvent, RowVersion
from exchange.models import Import
from organizations.models import Organization
from tests.exchange.test_bulk import ROW, table
from tests.factories import OrganizationFactory, UserFactory

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("long"), pytest.mark.django_db(transaction=True)]

ROWS = 12_000
MOMENTS = [("read", 1), ("checking", 1), ("entered", 0.5), ("entered", 3)]
"""What it is doing when it is killed, and up to how many seconds later."""


def started(path: Path, email: str) -> subprocess.Popen:
    """The command as a process of its own, on the database of this test."""
    here = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(here._replace(path=f"/{connection.settings_dict['NAME']}"))
    command = [sys.executable, "manage.py", "import_bulk", str(path), "--as", email, "--enter-unknown"]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "DATA_DIR": str(path.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def held() -> tuple[int, ...]:
    models = (Agreement, Organization, TextEntry, AuditEvent, RowVersion, Import)
    return tuple(model.objects.count() for model in models)


def left() -> int:
    """Tables of sessions, and sessions that still work, of this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'bulk%' OR relname = 'readable')"
            " + (SELECT count(*) FROM pg_stat_activity"
            "     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend')"
        )
        return cursor.fetchone()[0]


def test_killed_at_any_moment_it_leaves_nothing_and_is_started_again(tmp_path):
    for name in ("Aman", "Bayti"):
        OrganizationFactory(name_en=name, slug=name.lower())
    editor = UserFactory(editor=True)
    path = tmp_path / "table.csv"
    rows = [ROW | {"Référence": f"CV/{n}", "Partie 2": f"Body {n % 50}"} for n in range(ROWS)]
    path.write_text(table(*rows), encoding="utf-8")
    before, dice = held(), random.Random(5)  # noqa: S311

    for doing, later in MOMENTS:
        with started(path, editor.email) as running:
            assert any(line.split()[2] == doing for line in running.stderr)
            time.sleep(dice.uniform(0, later))
            running.send_signal(signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL, (
            "it had ended already: kill it sooner, or take more rows"
        )
        for _wait in range(100):
            if not left():
                break
            time.sleep(0.2)
        assert not left()
        assert held() == before

    with started(path, editor.email) as running:
        running.communicate()
    assert running.returncode == 0
    assert Agreement.objects.count() == ROWS
    assert Organization.objects.count() == before[1] + 50
    assert not verification.verify().faults

"""Makes a database ready to serve: tables, cache, catalogues, static files, sample. Safe to repeat.

One process for all steps, because loading Django takes longer than most of them. Progress goes to standard
error, a line a step; standard output holds only what the sample has to say (its accounts).
"""

import hashlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tools.run import progress


def migrate() -> None:
    """Bring the tables up to date; a database that already is costs one query."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Gather and compress the static files, unless none has changed since the last time."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    sources = _fingerprint()
    if not (mark.is_file() and mark.read_text() == sources):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        mark.write_text(sources)


def _fingerprint() -> str:
    """A digest over path, size and time of change of every static file."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def main(words: list[str]) -> int:
    """Do all steps in order; 1 when a command refuses, a traceback when one fails."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with progress("loading the application", sys.stderr):
        django.setup()
    said = io.StringIO()
    steps: list[tuple[str, Callable[[], None]]] = [
        ("database tables", migrate),
        ("cache table", lambda: call_command("createcachetable", verbosity=0)),
        ("translations", lambda: call_command("compile_catalogues", stdout=io.StringIO())),
        ("static files", collect_static),
    ]
    if "--without-sample" not in words:
        steps.append(("sample of agreements", lambda: call_command("load_sample", stdout=said)))
    for what, step in steps:
        try:
            with progress(what, sys.stderr):
                step()
        except CommandError as refusal:
            print(f"\n{refusal}", file=sys.stderr)
            return 1
    print(said.getvalue(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

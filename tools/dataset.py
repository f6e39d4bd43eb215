"""Registries of a thousand to a million agreements, to measure on: made by COPY in the tables that the migrations make.

    python -m tools.dataset 1k 10k 100k 1m     make them, or find them made; SEED=2 for others
    LIGHT=true python -m tools.dataset 1k      a light one, in which an agreement has less in it

The rows are those of `tools/lifelike`; `tools/lifelike/load.py` says what is filled and what is not. Beyond WHOLE
agreements a data set is always a light one. Databases live in a server of their own, in `var/bench`, and are kept: a
stamp over migrations and rows says whether one can be used again.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import postgres
from tools.postgres import CHECKOUT, Refusal, Server

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
WHOLE = 100_000
"""Agreements up to which a data set has everything that life has: a whole one of a million would be 50 gigabytes."""

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "jit": "off",
}
"""Of the server that is measured on: what a machine for a registry of this size would be given."""

Say = Callable[[str], None]


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# Databases that are kept.


def server() -> Server:
    """The server of the data sets, running, with SETTINGS. Raises Refusal."""
    found = postgres.start(postgres.data_folder() / "bench" / "postgres")
    held = found.query("SELECT name || '=' || setting FROM pg_file_settings WHERE applied AND error IS NULL")
    if not {f"{name}={value}" for name, value in SETTINGS.items()} <= set(held.splitlines()):
        for name, value in SETTINGS.items():
            found.query(f"ALTER SYSTEM SET {name} = '{value}'")
        found.stop()
        found = postgres.start(found.folder)
    return found


@contextmanager
def lent() -> Iterator[Server]:
    """The server of the data sets, ended afterwards unless it ran before. Raises Refusal."""
    ran = postgres.postmaster(postgres.data_folder() / "bench" / "postgres") is not None
    found = server()
    try:
        yield found
    finally:
        if not ran:
            found.stop()


def database(server: Server, size: int, *, seed: int = 1, light: bool = False, say: Say = tell) -> str:
    """The name of the database that holds the data set, which is made unless it is there. Raises Refusal."""
    light = is_light(size, wished=light)
    name, stamp = _name(size, seed, light), _stamp(*sorted((CHECKOUT / "tools" / "lifelike").glob("*.py")))
    if _stamped(server, name) == stamp:
        return name
    begun = time.monotonic()
    say(f"{size} agreements: making the database {name}")
    # Under another name until it is whole: who looks for data sets meanwhile finds none that is half filled.
    making = f"making_{name}"
    for each in (name, making):
        drop(server, each)
    server.query(f'CREATE DATABASE "{making}" TEMPLATE "{_empty(server, say)}"')
    told = [str(size), str(seed), *(["light"] if light else [])]
    _run(server, making, sys.executable, "-m", "tools.lifelike.load", *told)
    server.query(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    server.query(f"COMMENT ON DATABASE \"{name}\" IS '{stamp}'")
    say(f"{size} agreements: made in {time.monotonic() - begun:.0f} s")
    return name


def made(server: Server, *, seed: int = 1) -> set[int]:
    """The sizes whose data sets are there."""
    return {
        size for size in SIZES.values() if _stamped(server, _name(size, seed, is_light(size, wished=False)))
    }


def is_light(size: int, *, wished: bool) -> bool:
    """Whether the data set of this size is a light one."""
    return wished or size > WHOLE


@contextmanager
def copy(server: Server, name: str) -> Iterator[str]:
    """A copy of a database to write into, gone at the end."""
    mine = f"{name}_copy"
    drop(server, mine)
    server.query(f'CREATE DATABASE "{mine}" TEMPLATE "{name}" STRATEGY FILE_COPY')
    try:
        yield mine
    finally:
        drop(server, mine)


def drop(server: Server, name: str) -> None:
    server.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def environment(server: Server, name: str) -> dict[str, str]:
    """What the settings need to run over a database of the data sets."""
    data = {"DATA_DIR": str(server.folder.parent / "data")}
    return postgres.BARE_ENVIRONMENT | dict(os.environ) | data | {"DATABASE_URL": server.url(name)}


def _name(size: int, seed: int, light: bool) -> str:
    return f"dataset_{size}_{seed}{'_light' if light else ''}"


def _stamped(server: Server, name: str) -> str:
    return server.query(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name'", name=name
    )


def _stamp(*more: Path) -> str:
    """A digest over all that a data set follows from: the migrations, and what makes and loads the rows."""
    files = [*sorted(CHECKOUT.glob("*/migrations/*.py")), *more]
    digest = hashlib.sha256()
    for each in files:
        digest.update(str(each.relative_to(CHECKOUT)).encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()


def _empty(server: Server, say: Say) -> str:
    """The name of a database that has the tables and nothing in them."""
    name, stamp = "dataset_empty", _stamp()
    if _stamped(server, name) != stamp:
        say("the tables, once for all data sets")
        drop(server, name)
        postgres.create_database(server, name)
        _run(server, name, sys.executable, "manage.py", "migrate", "--verbosity", "0")
        server.query(f"COMMENT ON DATABASE \"{name}\" IS '{stamp}'")
    return name


def _run(server: Server, name: str, *command: str) -> None:
    if subprocess.run(command, cwd=CHECKOUT, env=environment(server, name), check=False).returncode:
        raise Refusal(f"The database {name} could not be made: the reason stands above.")


# The command line.


def main(words: list[str]) -> int:
    """Make the data sets asked for."""
    if not words or set(words) - SIZES.keys():
        print(f"Say which: {', '.join(SIZES)}.", file=sys.stderr)
        return 2
    try:
        with lent() as running:
            for each in words:
                seed, light = int(os.environ.get("SEED", "1")), os.environ.get("LIGHT") == "true"
                print(running.url(database(running, SIZES[each], seed=seed, light=light)))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Entering very many agreements, beside COPY of the rows that came of it: `make bench ONLY=import ROWS=10000`.

The table has one row for each agreement, as others write it: three parties by name, dates in words, some groups and
themes. What it becomes is copied into another copy of the same data set, with every key, rule and index, while our own
triggers sleep: these are the rows themselves, and nobody who read, checked, sealed or drew them.

    python -m tools.bench.importing table ROWS FILE          with the settings' environment; each tells its costs
    python -m tools.bench.importing enter FILE FOLDER        enter the table, and put what came of it into the folder
    python -m tools.bench.importing copy FOLDER              COPY what is in the folder
"""

import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django
import psutil
from django.core.management import call_command
from django.db import connection, transaction

from tools import dataset
from tools.bench.servers import told
from tools.lifelike import phrases
from tools.postgres import Refusal, Server

GOAL = 0.8
_HEADER = (
    "Référence,Type de convention,Langue,Intitulé,العنوان,Partie 1,Partie 2,Partie 3,Date de signature,"
    "Date d'effet,Date de fin,Montant,Devise,Lieu de signature,Bénéficiaires,Thèmes"
)
_ENTERED = """(SELECT chain FROM audit_auditevent WHERE verb = 'agreement.registered'
    AND xid = (SELECT max(xid) FROM audit_auditevent WHERE verb = 'import.applied'))"""
_OF_IT = f"agreement_id IN {_ENTERED}"
TABLES = {
    "agreements_agreement": f"id IN {_ENTERED}",
    "agreements_party": _OF_IT,
    "agreements_namedgroup": _OF_IT,
    "agreements_agreementtheme": _OF_IT,
    "agreements_agreementidentifier": _OF_IT,
    "agreements_textentry": _OF_IT,
    "agreements_lastchange": _OF_IT,
    "audit_auditevent": f"chain IN {_ENTERED}",
    "audit_rowversion": f"row_id IN {_ENTERED} OR owner_id IN {_ENTERED}",
}
"""What an import writes into, and which rows of it, in the order in which they lean on each other."""
_NAMES = """
    SELECT told FROM (SELECT coalesce(nullif(name_fr, ''), nullif(name_ar, ''), name_en) AS told, slug
                        FROM organizations_organization WHERE merged_into_id IS NULL) o
     WHERE 1 = (SELECT count(DISTINCT organization_id) FROM organizations_nameentry
                 WHERE folded = mithaq_plain(told) AND fact IN ('name', 'alias'))
     ORDER BY slug
"""
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def written(rows: int, names: list[str]) -> Iterator[list[str]]:
    """The lines of a table of agreements between bodies of these names, the first of them in most."""
    dice = random.Random(7)  # noqa: S311
    for number in range(1, rows + 1):
        kind, titles = phrases.title(dice, phrases.name(number) if dice.random() < 0.5 else "")
        parties = {names[min(int(dice.paretovariate(0.6)), len(names)) - 1]: None}
        while len(parties) < 3:
            parties[names[int(dice.random() ** 3 * len(names))]] = None
        amount = str(dice.randint(10, 9000) * 1000) if dice.random() < 0.5 else ""
        yield [
            f"CV/{number}" if dice.random() < 0.7 else "",
            kind,
            "fr",
            titles["fr"],
            titles["ar"] if dice.random() < 0.25 else "",
            *parties,
            _dated(dice),
            _dated(dice) if dice.random() < 0.4 else "",
            _dated(dice) if dice.random() < 0.4 else "",
            amount,
            "MAD" if amount else "",
            dice.choice(phrases.PLACES) if dice.random() < 0.3 else "",
            phrases.group(dice)[1]["fr"] if dice.random() < 0.7 else "",
            " | ".join(dice.sample(phrases.THEMES, dice.randint(1, 2))) if dice.random() < 0.3 else "",
        ]


def _dated(dice: random.Random) -> str:
    day = date(2005, 1, 1) + timedelta(days=dice.randrange(7600))
    told = (phrases.day(day, "fr"), f"{day:%d/%m/%Y}", phrases.month(day, "fr"), str(day.year), "")
    return dice.choices(told, (60, 15, 10, 7, 8))[0]


def told_beside(server: Server, name: str, size: int, rows: int, log: Path) -> str:
    """The table of one import into a copy of the data set `name`, beside COPY. Raises Refusal."""
    if size > dataset.WHOLE:
        raise Refusal("Two copies of that data set are too large: an import is measured up to 100k.")
    with tempfile.TemporaryDirectory(dir=log) as folder:
        file = str(Path(folder) / "table.csv")
        with dataset.copy(server, name) as database:
            environment = dataset.environment(server, database)
            dataset.tell(f"{rows:,} rows, to be entered beside {size:,} agreements")
            told(environment, "tools.bench.importing", "table", str(rows), file)
            entered = told(environment, "tools.bench.importing", "enter", file, folder)
        with dataset.copy(server, name) as database:
            copied = told(dataset.environment(server, database), "tools.bench.importing", "copy", folder)
    report = table(size, rows, entered, copied)
    (log / "import.txt").write_text(report + "\n", encoding="utf-8")
    return report


def table(size: int, rows: int, entered: Mapping[str, float], copied: Mapping[str, float]) -> str:
    """What both cost, for people."""
    rates = [rows / (each["own"] + each["postgres"]) for each in (entered, copied)]
    lines = [["", "CPU s", "of PostgreSQL", "agreements a CPU s", "s", "peak MiB", "of PostgreSQL"]]
    for what, each, rate in zip(("import", "COPY"), (entered, copied), rates, strict=True):
        lines.append(
            [
                what,
                *(f"{each['own']:.1f}", f"{each['postgres']:.1f}", f"{rate:,.0f}", f"{each['wall']:.0f}"),
                *(f"{each['memory']:.0f}", f"{each['postgres_memory']:.0f}"),
            ]
        )
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    ratio = rates[0] / rates[1]
    return "\n".join(
        [
            f"{rows:,} agreements entered beside {size:,}; {int(copied['rows']):,} rows of all tables",
            *("  ".join(map(str.rjust, line, widths)) for line in lines),
            f"{ratio:.2f} of COPY, {'as' if ratio >= GOAL else 'not'} the {GOAL} aimed at",
        ]
    )


# In the process that is measured.


def _table(rows: int, file: Path) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(_NAMES)
        names = [name for (name,) in cursor.fetchall()]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=";").writerows([_HEADER.split(","), *written(rows, names)])
    return {"bodies": len(names)}


def _enter(file: Path, folder: Path) -> dict[str, float]:
    from organizations.models import User  # noqa: PLC0415  once Django is ready

    editor = User.objects.filter(role="editor", is_active=True).first()
    with _measured() as found:
        call_command("import_bulk", str(file), email=editor.email, stdout=sys.stderr)
    with connection.cursor() as cursor:
        for name, condition in TABLES.items():
            query = f"SELECT {_columns(cursor, name)} FROM {name} WHERE {condition} ORDER BY 1"  # noqa: S608
            with (folder / name).open("w", encoding="utf-8") as out:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
    return found


def _copy(folder: Path) -> dict[str, float]:
    rows = 0
    with connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        with _measured() as found, transaction.atomic():
            for name in TABLES:
                with (folder / name).open(encoding="utf-8") as lines:
                    cursor.copy_expert(f"COPY {name} ({_columns(cursor, name)}) FROM STDIN", lines)
                rows += cursor.rowcount
    return found | {"rows": rows}


def _columns(cursor, name: str) -> str:
    cursor.execute(_COLUMNS, [name])
    return cursor.fetchone()[0]


@contextmanager
def _measured() -> Iterator[dict[str, float]]:
    """Seconds of processor time of this process and of its backend, and the most that each held for itself in MiB."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    found: dict[str, float] = {}
    wall, own, postgres = time.monotonic(), time.process_time(), sum(backend.cpu_times()[:2])
    yield found
    found["wall"], found["own"] = time.monotonic() - wall, time.process_time() - own
    found["postgres"] = sum(backend.cpu_times()[:2]) - postgres
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["postgres_memory"] = _most_private(backend.pid)


def _most_private(pid: int) -> float:
    """The most that a backend held at any time but for the pages that all share, which it holds in the end: in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    held = {
        name: int(rest.split()[0])
        for name, _, rest in (each.partition(":") for each in lines)
        if "kB" in rest
    }
    return max(0, held["VmHWM"] - held["RssShmem"] - held["RssFile"]) / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    WHAT = {
        "table": lambda rows, file: _table(int(rows), Path(file)),
        "enter": lambda file, folder: _enter(Path(file), Path(folder)),
        "copy": lambda folder: _copy(Path(folder)),
    }
    json.dump(WHAT[sys.argv[1]](*sys.argv[2:]), sys.stdout)

"""`make bench`: reads SCALES, ROUNDS, SECONDS, ONLY, CLIENTS, ROWS and DOCS, and says as much as it can while it goes.

The sizes of SCALES are measured one after the other; several of them give the growth table, and there one client asks
the application alone. A size that was never made is made first, which takes fifteen minutes at 100k. Where a size is
there as a light data set alone, all others are light too, so that like is compared with like; LIGHT=true asks for it.

What was measured is in `var/bench/last.json` after each operation. After MINUTES nothing begins any more.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tools import dataset, postgres
from tools.bench import importing, memory, report
from tools.bench.operations import APPLICATION, BY_NAME, OPERATIONS, Facts, Operation
from tools.bench.rounds import WARM_UP, Cell, asking, measured
from tools.bench.servers import UNLIMITED, prepare, running, told
from tools.postgres import CHECKOUT, Refusal, Server

COPIED = 100_000
"""Up to this size a copy of the data set is measured, so that writing leaves the data set as it is."""

MEMORY = "memory"
"""What ONLY names to have the memory of the application told after many requests: `memory.py`."""

IMPORT = "import"
"""What ONLY names to have an import of ROWS agreements told beside COPY of the same rows: `importing.py`."""


@dataclass(frozen=True)
class Wish:
    """What the person asked for."""

    sizes: list[int]
    rounds: int = 3
    seconds: float = 2
    operations: tuple[Operation, ...] = tuple(OPERATIONS)
    clients: tuple[int, ...] = (1, 16)
    document: bool = False
    light: bool = False
    longest: float = 60
    """Minutes after which nothing begins any more."""
    requests: int = 0
    """How many mixed requests the memory is told after; none where it is not asked for."""
    rows: int = 0
    """How many agreements are imported; none where that is not asked for."""

    @property
    def minutes(self) -> float:
        """How long it takes to ask everybody, if no answer outlasts the seconds it is given."""
        asked = sum(len(each.asked) for each in self.operations) * len(self.clients)
        return asked * (self.rounds * self.seconds + WARM_UP) / 60


def wished(environ: Mapping[str, str], *, made: set[int]) -> Wish:
    """The wish that the environment describes; `made` are the sizes that are there. Raises Refusal."""
    scales = environ.get("SCALES") or ("100k" if dataset.SIZES["100k"] in made else "10k")
    names = [each for each in scales.lower().replace(" ", ",").split(",") if each]
    if strangers := [each for each in names if each not in dataset.SIZES]:
        raise Refusal(f"SCALES={scales}: {strangers[0]} is none of {', '.join(dataset.SIZES)}.")
    only = [each for each in environ.get("ONLY", "").replace(" ", ",").split(",") if each]
    remembers, imports = only == [MEMORY], only == [IMPORT]
    only = [] if remembers or imports else only
    if strangers := [each for each in only if each not in BY_NAME]:
        raise Refusal(f"ONLY={environ['ONLY']}: {strangers[0]} is none of {', '.join(BY_NAME)}.")
    grows = len(names) > 1
    try:
        clients = tuple(int(each) for each in environ.get("CLIENTS", "1" if grows else "1,16").split(","))
        rounds, seconds = int(environ.get("ROUNDS") or 3), float(environ.get("SECONDS") or 2)
        minutes, requests = float(environ.get("MINUTES") or 60), int(environ.get("REQUESTS") or 20_000)
        rows = int(environ.get("ROWS") or 10_000)
    except ValueError as error:
        raise Refusal(f"ROUNDS, SECONDS, CLIENTS, MINUTES, REQUESTS and ROWS are numbers: {error}.") from None
    if min(*clients, rounds, requests, rows) < 1 or min(seconds, minutes) <= 0:
        raise Refusal("ROUNDS, SECONDS, CLIENTS, MINUTES, REQUESTS and ROWS count from one.")
    sizes = [dataset.SIZES[each] for each in names]
    return Wish(
        sizes,
        rounds,
        seconds,
        tuple(BY_NAME[each] for each in only) if only else tuple(OPERATIONS),
        clients,
        environ.get("DOCS", "") == "true",
        environ.get("LIGHT", "") == "true" or any(dataset.is_light(each, wished=False) for each in sizes),
        minutes,
        requests if remembers else 0,
        rows if imports else 0,
    )


def bench(
    server: Server,
    name: str,
    size: int,
    wish: Wish,
    log: Path,
    *,
    grows: bool = False,
    until: float = math.inf,
    keep: Callable[[report.Run], None] = lambda run: None,
) -> tuple[report.Run, dict[str, str]]:
    """One size measured over the database `name`; and with `grows` the plans of each operation.

    `keep` is given the run as far as it is, after each operation. None begins after the moment `until`.
    """
    operations = [each for each in wish.operations if not (each.writes and (grows or size > COPIED))]
    with dataset.copy(server, name) if size <= COPIED else nullcontext(name) as database:
        environment = dataset.environment(server, database)
        prepare(environment)
        facts = Facts(**told(environment, "tools.bench.access", str(size)))
        names = {who for each in operations for who in each.asked}
        with running(environment, {APPLICATION} if grows else names, log) as contenders:
            cells: list[Cell] = []
            left: list[str] = []
            run = report.Run(size, wish.rounds, wish.seconds, cells, {}, left, wish.light)
            for found, why in measured(
                operations,
                contenders,
                asking(facts),
                postgres=server.pid,
                clients=wish.clients,
                rounds=wish.rounds,
                seconds=wish.seconds,
                say=dataset.tell,
                until=until,
            ):
                cells += found
                left += [why] if why else []
                keep(run)
            run.memory.update({who: each.memory() for who, each in contenders.items()})
            keep(run)
        plans = _plans(environment, operations, facts) if grows else {}
        return run, plans


def _plans(environment: Mapping[str, str], operations: list[Operation], facts: Facts) -> dict[str, str]:
    found = {}
    for each in operations:
        told = subprocess.run(
            [sys.executable, "-m", "tools.bench.plans", each.name],
            cwd=CHECKOUT,
            env=dict(environment) | UNLIMITED,
            input=json.dumps(vars(facts)),
            capture_output=True,
            text=True,
            check=False,
        )
        found[each.name] = told.stdout or told.stderr
    return found


def main(environ: Mapping[str, str]) -> int:
    """Measure what is wished, print it and keep it; 1 where something did not answer as agreed, or not in time."""
    log = postgres.data_folder() / "bench"
    last = log / "last.json"
    runs: list[report.Run] = []
    plans: dict[str, str] = {}
    try:
        with dataset.lent() as server:
            wish = wished(environ, made=dataset.made(server))
            names = [dataset.database(server, size, light=wish.light) for size in wish.sizes]
            until = time.monotonic() + wish.longest * 60
            for size, name in zip(wish.sizes, names, strict=True):
                if wish.requests:
                    print(memory.told_after(server, name, size, wish.requests, log, until=until), flush=True)
                    continue
                if wish.rows:
                    print(importing.told_beside(server, name, size, wish.rows, log), flush=True)
                    continue
                dataset.tell(
                    f"{size:,} agreements: measuring, {wish.minutes:.0f} minutes where nobody is slow"
                )
                before = tuple(runs)
                run, plans = bench(
                    server,
                    name,
                    size,
                    wish,
                    log,
                    grows=len(wish.sizes) > 1,
                    until=until,
                    keep=lambda run, before=before: report.write([*before, run], "", "", last),
                )
                runs.append(run)
                print(report.text(run), flush=True)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if wish.requests or wish.rows:
        return 0
    growth = worst = ""
    if len(runs) > 1:
        growth = report.grown(runs)
        worst = "\n\n".join(plans[each] for each in report.grows_beyond(runs) if each in plans)
        print(f"{growth}\n\nBeyond what it may, or the most:\n{worst}")
    report.write(runs, growth, worst, last)
    if wish.document:
        report.document(runs, growth)
    return 1 if any(run.left for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))

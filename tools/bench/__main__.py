"""`make bench`: reads SCALES, ROUNDS, SECONDS, ONLY, CLIENTS and DOCS, and says as much as it can while it goes.

The sizes of SCALES are measured one after the other; several of them give the growth table, and there one client asks
the application alone. A size that was never made is made first, which takes ten minutes at 100k and hours at 1m.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tools import dataset, postgres
from tools.bench import report
from tools.bench.operations import APPLICATION, BY_NAME, OPERATIONS, Facts, Operation
from tools.bench.rounds import WARM_UP, asking, measured
from tools.bench.servers import prepare, running
from tools.postgres import CHECKOUT, Refusal, Server

COPIED = 100_000
"""Up to this size a copy of the data set is measured, so that writing leaves the data set as it is."""


@dataclass(frozen=True)
class Wish:
    """What the person asked for."""

    sizes: list[int]
    rounds: int = 3
    seconds: float = 2
    operations: tuple[Operation, ...] = tuple(OPERATIONS)
    clients: tuple[int, ...] = (1, 16)
    document: bool = False

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
    if strangers := [each for each in only if each not in BY_NAME]:
        raise Refusal(f"ONLY={environ['ONLY']}: {strangers[0]} is none of {', '.join(BY_NAME)}.")
    grows = len(names) > 1
    try:
        clients = tuple(int(each) for each in environ.get("CLIENTS", "1" if grows else "1,16").split(","))
        rounds, seconds = int(environ.get("ROUNDS") or 3), float(environ.get("SECONDS") or 2)
    except ValueError as error:
        raise Refusal(f"ROUNDS, SECONDS and CLIENTS are numbers: {error}.") from None
    if min(*clients, rounds) < 1 or seconds <= 0:
        raise Refusal("ROUNDS, SECONDS and CLIENTS count from one.")
    return Wish(
        [dataset.SIZES[each] for each in names],
        rounds,
        seconds,
        tuple(BY_NAME[each] for each in only) if only else tuple(OPERATIONS),
        clients,
        environ.get("DOCS", "") == "true",
    )


def bench(
    server: Server, name: str, size: int, wish: Wish, log: Path, *, grows: bool = False
) -> tuple[report.Run, dict[str, str]]:
    """One size measured over the database `name`; and with `grows` the plans of each operation."""
    operations = [each for each in wish.operations if not (each.writes and (grows or size > COPIED))]
    with dataset.copy(server, name) if size <= COPIED else nullcontext(name) as database:
        environment = dataset.environment(server, database)
        prepare(environment)
        facts = Facts(**_told(environment, "tools.bench.access", str(size)))
        names = {who for each in operations for who in each.asked}
        with running(environment, {APPLICATION} if grows else names, log) as contenders:
            cells = measured(
                operations,
                contenders,
                asking(facts),
                postgres=server.pid,
                clients=wish.clients,
                rounds=wish.rounds,
                seconds=wish.seconds,
                say=dataset.tell,
            )
            held = {who: each.memory() for who, each in contenders.items()}
        run = report.Run(size, wish.rounds, wish.seconds, cells, held)
        plans = _plans(environment, operations, facts) if grows else {}
        return run, plans


def _told(environment: Mapping[str, str], *words: str) -> dict:
    told = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise Refusal(told.stderr)
    return json.loads(told.stdout)


def _plans(environment: Mapping[str, str], operations: list[Operation], facts: Facts) -> dict[str, str]:
    found = {}
    for each in operations:
        told = subprocess.run(
            [sys.executable, "-m", "tools.bench.plans", each.name],
            cwd=CHECKOUT,
            env=environment,
            input=json.dumps(vars(facts)),
            capture_output=True,
            text=True,
            check=False,
        )
        found[each.name] = told.stdout or told.stderr
    return found


def main(environ: Mapping[str, str]) -> int:
    """Measure what is wished, print it and keep it; 1 where something did not answer as agreed."""
    log = postgres.data_folder() / "bench"
    try:
        with dataset.lent() as server:
            wish = wished(environ, made=dataset.made(server))
            runs, plans = [], {}
            for size in wish.sizes:
                name = dataset.database(server, size)
                dataset.tell(
                    f"{size:,} agreements: measuring, {wish.minutes:.0f} minutes where nobody is slow"
                )
                run, plans = bench(server, name, size, wish, log, grows=len(wish.sizes) > 1)
                runs.append(run)
                print(report.text(run), flush=True)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    growth = worst = ""
    if len(runs) > 1:
        growth, most = report.grown(runs), report.grows_most(runs)
        worst = plans.get(most, "")
        print(f"{growth}\n\nGrows the most: {worst}")
    report.write(runs, growth, worst, log / "last.json")
    if wish.document:
        report.document(runs, growth)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))

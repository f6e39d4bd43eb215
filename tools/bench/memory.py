"""The memory of the application while it answers many mixed requests: `make bench ONLY=memory REQUESTS=20000`."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools import dataset
from tools.bench.operations import APPLICATION, BY_NAME, Facts, Request
from tools.bench.servers import Contender, family, prepare, running, told
from tools.postgres import CHECKOUT, Refusal, Server

MIX = {
    "one": 8,
    "list": 3,
    "filter": 2,
    "party": 1,
    "sync": 1,
    "feed": 1,
    "rare": 1,
    "common": 1,
    "page": 1,
    "sheet": 1,
}
"""How often each operation is asked in twenty requests."""
STEP = 1_000
"""Requests between two looks."""
CLIENTS = 4
STEADY = 0.02
"""By how much of itself the memory may grow over the second half of the requests and be called steady."""


@dataclass(frozen=True)
class Look:
    """What the processes held after so many requests: process → (RSS, PSS) in MiB. The first is their master."""

    requests: int
    held: dict[int, tuple[float, float]]

    @property
    def pss(self) -> float:
        return sum(pss for _rss, pss in self.held.values())


def mixed(facts: Facts) -> list[Request]:
    """Requests in which each operation stands as often as MIX says, and asks for one thing after another."""
    found = []
    for turn in range(20):
        for name, times in MIX.items():
            asked = BY_NAME[name].asked[APPLICATION](facts)
            found += [asked[(turn * times + each) % len(asked)] for each in range(times)]
    return found


def growth(looks: Sequence[Look]) -> float:
    """By how much of itself the memory grows over the second half of the looks, by the line that fits them best."""
    half = looks[len(looks) // 2 :]
    if len(half) < 2:
        return 0
    slope, _start = statistics.linear_regression(
        [each.requests for each in half], [each.pss for each in half]
    )
    return slope * (half[-1].requests - half[0].requests) / statistics.fmean(each.pss for each in half)


def table(looks: Sequence[Look]) -> str:
    """The looks, one a line, and what is to be thought of them."""
    pids = list(dict.fromkeys(pid for each in looks for pid in each.held))
    lines = [["requests", "PSS", *(f"{pid}: RSS, PSS" for pid in pids)]]
    for each in looks:
        cells = [
            f"{each.held[pid][0]:.0f}, {each.held[pid][1]:.0f}" if pid in each.held else "" for pid in pids
        ]
        lines.append([f"{each.requests:,}", f"{each.pss:.0f}", *cells])
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    rows = ["  ".join(map(str.rjust, line, widths)) for line in lines]
    grown = growth(looks)
    verdict = "steady" if grown <= STEADY else "not steady"
    return "\n".join(["Memory of the application in MiB", *rows, f"Second half: {grown:+.1%}, {verdict}."])


def told_of(facts: Facts, contender: Contender, requests: int, *, until: float) -> Iterator[Look]:
    """A look before the first request and after each STEP. Raises Refusal where an answer is not as agreed."""
    asked, done = mixed(facts), 0
    yield _look(contender, 0)
    while done < requests and time.monotonic() < until:
        many = min(STEP, requests - done)
        spec = {
            "port": contender.port,
            "clients": CLIENTS,
            "seconds": 0,
            "least": many,
            "requests": asked[done % len(asked) :] + asked[: done % len(asked)],
        }
        client = subprocess.run(
            [sys.executable, "-m", "tools.bench.client"],
            cwd=CHECKOUT,
            input=json.dumps(spec),
            capture_output=True,
            text=True,
            check=False,
        )
        if client.returncode or (wrong := json.loads(client.stdout)["wrong"]):
            raise Refusal(client.stderr if client.returncode else f"Not answered as agreed: {wrong}")
        done += many
        yield _look(contender, done)


def _look(contender: Contender, requests: int) -> Look:
    held = {}
    for each in family(contender.process.pid):
        try:
            memory = each.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        held[each.pid] = (memory.rss / 1024**2, memory.pss / 1024**2)
    return Look(requests, held)


def told_after(server: Server, name: str, size: int, requests: int, log: Path, *, until: float) -> str:
    """The table of a run over a copy of the data set `name`, as far as it came until the moment `until`."""
    with dataset.copy(server, name) if size <= dataset.WHOLE else nullcontext(name) as database:
        environment = dataset.environment(server, database)
        prepare(environment)
        facts = Facts(**told(environment, "tools.bench.access", str(size)))
        with running(environment, {APPLICATION}, log) as contenders:
            looks = []
            for each in told_of(facts, contenders[APPLICATION], requests, until=until):
                looks.append(each)
                dataset.tell(f"  {each.requests:,} requests: {each.pss:.0f} MiB")
    report = table(looks)
    (log / "memory.txt").write_text(report + "\n", encoding="utf-8")
    return report

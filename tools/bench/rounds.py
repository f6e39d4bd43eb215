"""Asks in turns, and says what came of it: cells, and ratios within one round."""

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from tools.bench.operations import Facts, Operation
from tools.bench.servers import Contender, spent
from tools.postgres import CHECKOUT, Refusal

WARM_UP = 0.5
"""Seconds each contender is asked before anything counts."""

EACH = 8
"""Clients that ask then, or more where more will ask: a connection stays with one process, and each is to meet some."""

Ask = Callable[..., dict]
"""(operation, contender, clients, seconds) → what the client told; with `whole` each request is asked once at least."""


@dataclass(frozen=True)
class Cell:
    """One contender asked for one operation in one round by some clients."""

    operation: str
    contender: str
    clients: int
    round: int
    requests: int
    per_second: float
    p50: float
    p95: float
    own_cpu: float
    """Milliseconds of the contender a request; `postgres_cpu` those of PostgreSQL."""
    postgres_cpu: float
    bytes: int

    @property
    def cpu(self) -> float:
        return self.own_cpu + self.postgres_cpu


@dataclass(frozen=True)
class Ratio:
    """Requests a second as a multiple of the baseline's in the same round: the middle of all rounds, and the range."""

    median: float
    low: float
    high: float


def asking(facts: Facts) -> Ask:
    """What asks a contender, in a process of its own. Raises Refusal where an answer is not what was agreed on."""

    def ask(
        operation: Operation, contender: Contender, clients: int, seconds: float, *, whole: bool = False
    ) -> dict:
        requests = operation.asked[contender.name](facts)
        spec = {
            "port": contender.port,
            "clients": clients,
            "seconds": seconds,
            "requests": requests,
            "least": max(len(requests), 2 * clients) if whole else 0,
        }
        told = subprocess.run(
            [sys.executable, "-m", "tools.bench.client"],
            cwd=CHECKOUT,
            input=json.dumps(spec),
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode:
            raise Refusal(told.stderr)
        answered = json.loads(told.stdout)
        if answered["wrong"] or not answered["milliseconds"]:
            raise Refusal(
                f"{operation.name}: the {contender.name} did not answer as agreed: {answered['wrong'] or 'nothing'}"
            )
        return answered

    return ask


def measured(
    operations: Sequence[Operation],
    contenders: dict[str, Contender],
    ask: Ask,
    *,
    postgres: int,
    clients: Iterable[int],
    rounds: int,
    seconds: float,
    say: Callable[[str], None],
    until: float = math.inf,
) -> Iterator[tuple[list[Cell], str]]:
    """Every operation that contenders have, in rounds: each is asked once before any is asked again.

    An operation at a time, by one number of clients: its cells, or why it has none. Nothing begins after the moment
    `until` of the monotonic clock. `postgres` is the process whose family is the database server.
    """
    # What writes is asked last, so that all else is asked of the same registry.
    for operation in sorted(operations, key=lambda each: each.writes):
        turns = [contenders[name] for name in operation.asked if name in contenders]
        for many in clients:
            cells: list[Cell] = []
            try:
                if time.monotonic() > until:
                    raise Refusal("the time was over")
                for each in turns:
                    # Texts are kept for whoever asks again, as they are in life: what is asked is asked once before.
                    warm = min(WARM_UP, seconds)
                    ask(operation, each, max(many, EACH), warm, whole=not operation.writes)
                    # And once more one after the other: of texts that are missing at one moment, one writer's are kept.
                    ask(operation, each, 1, warm, whole=not operation.writes)
                for number in range(1, rounds + 1):
                    for each in turns:
                        before = each.cpu(), spent(postgres)
                        answered = ask(operation, each, many, seconds)
                        after = each.cpu(), spent(postgres)
                        cells.append(_cell(operation, each, many, number, answered, before, after))
            except Refusal as refusal:
                why = f"{operation.name}, {many} at once: not measured: {refusal}"
                say(f"  {why}")
                yield [], why
            else:
                say(f"  {operation.name}, {many} at once: " + _in_short(cells, operation.baseline))
                yield cells, ""


def _cell(operation, contender, clients, number, answered, before, after) -> Cell:
    times = sorted(answered["milliseconds"])
    own, database = ((late - early) * 1000 / len(times) for early, late in zip(before, after, strict=True))
    return Cell(
        operation.name,
        contender.name,
        clients,
        number,
        len(times),
        len(times) / answered["seconds"],
        times[len(times) // 2],
        times[int(len(times) * 0.95)],
        own,
        database,
        answered["bytes"],
    )


def ratios(cells: Sequence[Cell], baselines: dict[str, str]) -> dict[tuple[str, int, str], Ratio]:
    """(operation, clients, contender) → what it is of the operation's baseline; the baseline itself is left out."""
    base = {
        (each.operation, each.clients, each.round): each.per_second
        for each in cells
        if each.contender == baselines[each.operation]
    }
    found: dict[tuple[str, int, str], list[float]] = {}
    for each in cells:
        beside = base.get((each.operation, each.clients, each.round))
        if beside and each.contender != baselines[each.operation]:
            found.setdefault((each.operation, each.clients, each.contender), []).append(
                each.per_second / beside
            )
    return {key: Ratio(statistics.median(many), min(many), max(many)) for key, many in found.items()}


def middle(cells: Iterable[Cell]) -> Cell | None:
    """Cells of several rounds as one: each figure is the middle of its own."""
    cells = list(cells)
    if not cells:
        return None
    first, rows = asdict(cells[0]), [asdict(each) for each in cells]
    return Cell(
        **{
            name: value if isinstance(value, str) else statistics.median(row[name] for row in rows)
            for name, value in first.items()
        }
    )


def _in_short(cells: list[Cell], baseline: str) -> str:
    told = ratios(cells, {each.operation: baseline for each in cells})
    parts = []
    for name in dict.fromkeys(each.contender for each in cells):
        one = middle(each for each in cells if each.contender == name)
        ratio = next((value for (_o, _c, who), value in told.items() if who == name), None)
        parts.append(f"{name} {one.p50:.1f} ms" + (f" ({ratio.median:.2f})" if ratio else ""))
    return ", ".join(parts)

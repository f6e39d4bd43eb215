"""The table for people, the file for machines, and the page of the documentation."""

import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools.bench.operations import APPLICATION, BY_NAME, FLOOR, PEER
from tools.bench.rounds import Cell, middle, ratios
from tools.postgres import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"
BEGIN, END = "<!-- the last run begins -->", "<!-- the last run ends -->"
COLUMNS = (
    "operation",
    "clients",
    "of the baseline",
    "range",
    "peer",
    "goal",
    "beyond",
    "CPU ms",
    "CPU goal",
    "p50",
    "p95",
    "floor p50",
    "kB",
    "floor kB",
)


@dataclass(frozen=True)
class Run:
    """All that a run found at one size."""

    size: int
    rounds: int
    seconds: float
    cells: Sequence[Cell]
    memory: dict[str, float]
    left: Sequence[str] = ()
    """What was not measured, and why."""
    light: bool = False
    """Whether the agreements of the data set have less in them."""


def rows(run: Run) -> list[list[str]]:
    """The lines of the table: the application in each operation, beside its baseline and its goals."""
    told = ratios(run.cells, {name: each.baseline for name, each in BY_NAME.items()})
    found = []
    for clients in dict.fromkeys(each.clients for each in run.cells):
        for name, operation in BY_NAME.items():
            of = {
                who: middle(
                    each
                    for each in run.cells
                    if (each.operation, each.contender, each.clients) == (name, who, clients)
                )
                for who in (FLOOR, PEER, APPLICATION)
            }
            mine = of[APPLICATION]
            if mine is None:
                continue
            ratio, peer = (told.get((name, clients, who)) for who in (APPLICATION, PEER))
            goal = operation.goal if clients == 1 else None
            found.append(
                [
                    operation.title,
                    str(clients),
                    f"{ratio.median:.3f}" if ratio else "–",
                    f"{ratio.low:.3f}–{ratio.high:.3f}" if ratio else "",
                    f"{peer.median:.3f}" if peer else "",
                    _met(goal and goal.reach, ratio and ratio.median),
                    _met(goal and goal.beyond, ratio and ratio.median),
                    f"{mine.own_cpu:.1f} + {mine.postgres_cpu:.1f}",
                    _met(goal and goal.cpu, mine.cpu, less=True),
                    f"{mine.p50:.1f}",
                    f"{mine.p95:.1f}",
                    f"{of[FLOOR].p50:.1f}" if of[FLOOR] else "",
                    f"{mine.bytes / 1000:.0f}",
                    f"{of[FLOOR].bytes / 1000:.0f}" if of[FLOOR] else "",
                ]
            )
    return found


def _met(goal: float | None, value: float | None, *, less: bool = False) -> str:
    if not goal or value is None:
        return ""
    met = value <= goal if less else value >= goal
    return f"{'≤' if less else '≥'} {goal:g} {'yes' if met else 'no'}"


def text(run: Run) -> str:
    """The table as it is printed."""
    lines = [list(COLUMNS), *rows(run)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    told = [
        "  ".join(each.ljust(width) for each, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([_heading(run), *told, memory(run), *run.left])


def markdown(run: Run) -> str:
    """The same for the page."""
    lines = ["| " + " | ".join(each) + " |" for each in [list(COLUMNS), *rows(run)]]
    lines.insert(1, "|" + "---|" * len(COLUMNS))
    return "\n".join(
        [f"### {_heading(run)}", "", *lines, "", memory(run), *(f"\n{each}" for each in run.left), ""]
    )


def _heading(run: Run) -> str:
    return f"{run.size:,}{' light' if run.light else ''} agreements, {run.rounds} rounds of {run.seconds:g} s"


def memory(run: Run) -> str:
    return (
        "Memory (PSS, MiB): " + ", ".join(f"{name} {value:.0f}" for name, value in run.memory.items()) + "."
    )


def machine() -> dict[str, str]:
    """Where and of what a run was."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    ).stdout.strip()
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    name = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit + (" with changes" if changed else ""),
        "machine": f"{os.cpu_count()} processors, {name}, {platform.system()}, Python {platform.python_version()}",
        "load": " ".join(f"{each:.1f}" for each in os.getloadavg()),
    }


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.is_file() else []


def write(runs: Sequence[Run], growth: str, plans: str, file: Path) -> None:
    """The file for machines: every cell."""
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {
        **machine(),
        "runs": [
            {
                "size": run.size,
                "rounds": run.rounds,
                "seconds": run.seconds,
                "light": run.light,
                "memory": run.memory,
                "left": list(run.left),
                "ratios": [
                    {"operation": name, "clients": clients, "contender": who} | asdict(ratio)
                    for (name, clients, who), ratio in ratios(
                        run.cells, {name: each.baseline for name, each in BY_NAME.items()}
                    ).items()
                ],
                "cells": [asdict(each) for each in run.cells],
            }
            for run in runs
        ],
        "growth": growth,
        "plans": plans,
    }
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def document(runs: Sequence[Run], growth: str) -> None:
    """Put the last run into the page, between its marks."""
    where = machine()
    told = [
        BEGIN,
        f"Of {where['date']}, commit {where['commit']}; {where['machine']}; load at the end {where['load']}.",
        "",
        *(markdown(run) for run in runs),
    ]
    if growth:
        told += ["### Growth", "", "```text", growth, "```", ""]
    before, _begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(before + "\n".join([*told, END]) + after, encoding="utf-8")


def grown(runs: Sequence[Run]) -> str:
    """How many milliseconds the application takes at each size, and how that grows, beside what it may."""
    names = [name for name in BY_NAME if any(each.operation == name for run in runs for each in run.cells)]
    lines = [["operation", *(f"{run.size:,}" for run in runs), "growth", "of CPU", "goal"]]
    for name in names:
        of = [
            middle(
                each
                for each in run.cells
                if (each.operation, each.contender, each.clients) == (name, APPLICATION, 1)
            )
            for run in runs
        ]
        if of[0] is None or of[-1] is None:
            continue
        lines.append(
            [
                name,
                *(f"{each.p50:.1f} ({each.cpu:.1f})" if each else "" for each in of),
                f"{of[-1].p50 / of[0].p50:.1f}",
                f"{of[-1].cpu / of[0].cpu:.1f}",
                _met(BY_NAME[name].may_grow, of[-1].cpu / of[0].cpu, less=True),
            ]
        )
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    told = [
        "  ".join(each.ljust(width) for each, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    kind = "light agreements" if all(run.light for run in runs) else "agreements"
    return "\n".join([f"p50 in ms (CPU ms a request) of {kind}, one client; goals are of CPU", *told])


def grows_beyond(runs: Sequence[Run]) -> list[str]:
    """The operations of the application that grow by more than they may; else the one that grows the most."""

    def growth(name: str) -> float:
        of = [
            middle(each for each in run.cells if (each.operation, each.contender) == (name, APPLICATION))
            for run in (runs[0], runs[-1])
        ]
        return of[1].cpu / of[0].cpu if all(of) else 0

    beyond = [name for name, each in BY_NAME.items() if growth(name) > (each.may_grow or math.inf)]
    return beyond or [max(BY_NAME, key=growth)]

"""The contenders: processes on loopback, and what they and PostgreSQL cost while they are asked."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools import run
from tools.bench.operations import APPLICATION, FLOOR, PEER
from tools.postgres import CHECKOUT, Refusal

UNLIMITED = {f"API_{each}_A_MINUTE": "1000000000" for each in ("READS", "WRITES", "ANONYMOUS", "OAUTH")}
"""The limits are counted, and never met."""

READY = 60
"""Seconds a contender has to answer for the first time."""


@dataclass(frozen=True)
class Contender:
    """A server that runs."""

    name: str
    port: int
    process: subprocess.Popen

    def cpu(self) -> float:
        """Seconds of processor time that it has used since it began."""
        return spent(self.process.pid)

    def memory(self) -> float:
        """Mebibytes of its own, what it shares divided among those who share it."""
        return sum(each.memory_full_info().pss for each in family(self.process.pid)) / 1024**2


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def spent(pid: int) -> float:
    """Seconds of processor time of a process and all below it, those included that have ended."""
    total = 0.0
    for each in family(pid):
        with suppress(psutil.NoSuchProcess):
            total += sum(each.cpu_times()[:4])  # its own, and that of children it has waited for
    return total


@contextmanager
def running(environment: Mapping[str, str], names: set[str], log: Path) -> Iterator[dict[str, Contender]]:
    """The contenders of these names over the database of the environment, ended at the end. Raises Refusal."""
    with ExitStack() as ending:
        yield {name: ending.enter_context(_contender(name, environment, log)) for name in sorted(names)}


@contextmanager
def _contender(name: str, environment: Mapping[str, str], log: Path) -> Iterator[Contender]:
    port = _free_port()
    told = dict(environment) | UNLIMITED | {"PUBLIC_URL": "http://localhost:8000"}
    with (log / f"{name}.log").open("ab") as out:
        process = subprocess.Popen(
            _command(name, port, told),
            cwd=CHECKOUT,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(name, port, process, log)
        yield Contender(name, port, process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(run.GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _command(name: str, port: int, environment: dict[str, str]) -> list[str]:
    """How a contender is begun: the application as it is served, the others by the same server alike."""
    registry = run.Registry(Path(environment["DATA_DIR"]), port, environment, embedded=False, sample=False)
    command = run.web(registry).command
    if name == APPLICATION:
        return command
    other = {FLOOR: "tools.bench.floor:application", PEER: "tools.bench.peer.wsgi:application"}[name]
    return [other if each == "config.wsgi:application" else each for each in command]


def prepare(environment: Mapping[str, str]) -> None:
    """What a registry needs beside its tables: cache, catalogues, static files."""
    told = subprocess.run(
        [sys.executable, "-m", "tools.prepare", "--without-sample"],
        cwd=CHECKOUT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if told.returncode:
        raise Refusal(told.stderr)


def told(environment: Mapping[str, str], *words: str) -> dict:
    """What a module of ours tells in JSON, run in this environment. Raises Refusal."""
    asked = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise Refusal(asked.stderr)
    return json.loads(asked.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(name: str, port: int, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until and process.poll() is None:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=READY)
        with closing(asking), suppress(OSError, http.client.HTTPException):
            asking.request("GET", "/healthz", headers={"Host": "localhost"})
            asking.getresponse().read()
            return
        time.sleep(0.1)
    raise Refusal(f"The {name} does not answer: {log / f'{name}.log'} may say why.")

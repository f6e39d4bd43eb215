"""One command to serve the registry: database, tables, sample, web server, worker, sender. Ctrl-C ends them all.

    python -m tools.run                    serve; what `make run` does
    python -m tools.run manage WORDS...    manage.py beside the running registry, or with its database alone

Reads PORT (default 8000), DATA_DIR (default `var` in the checkout), DATABASE_URL (then no server of our own
is started) and SAMPLE (true or false: whether to load the sample of agreements; by default only into a
database of our own, because its accounts have passwords everybody knows). `.env` may hold all but DATA_DIR.

The registry is one process tree with this one at its root. Nothing it leaves behind when it is killed stops
the next start: the lock is the kernel's, the database recovers, and what still runs is taken over or ended.
"""

import ctypes
import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tools import postgres
from tools.postgres import CHECKOUT, Refusal

FREE_DISK = 300 * 1024**2
"""Bytes: with less the registry does not start; a full disk stops PostgreSQL in the middle of work."""

LOG_LIMIT = 10 * 1024**2
"""Bytes: a larger log is set aside at the start, one generation is kept."""

READY_LIMIT = 60
"""Seconds the web server has to answer for the first time."""

GRACE = 20
"""Seconds a part has to end what it is doing."""

QUICK_DEATH = 30
"""Seconds: a part that lived shorter than this has died quickly."""

DEATHS_ALLOWED = 5
"""A part that dies quickly this many times in a row takes the registry down with it."""

PR_SET_PDEATHSIG = 1


class Interrupted(BaseException):
    """Somebody asked us to stop."""


@dataclass
class Part:
    """A process of ours: how it is begun, what its command line holds, how it fares."""

    name: str
    command: list[str]
    mark: str
    """A word of its command line, by which a leftover is told from a stranger with the same number."""
    process: subprocess.Popen | None = None
    began: float = 0.0
    deaths: int = 0
    due: float = 0.0
    """When to begin it again (monotonic seconds)."""


@dataclass
class Registry:
    """Everything that runs, and the order in which it begins and ends."""

    data: Path
    port: int
    environment: dict[str, str]
    embedded: bool
    sample: bool
    parts: list[Part] = field(default_factory=list)
    stopping: bool = False
    hurry: bool = False

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database_folder(self) -> Path:
        return self.data / "postgres"

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name.replace(' ', '-')}.log"


# What the person asked for


def from_environment(environ: dict[str, str]) -> Registry:
    """The registry that the environment describes. Raises Refusal for a value that cannot be meant."""
    told = read_settings(CHECKOUT / ".env") | {name: value for name, value in environ.items() if value}
    port = told.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Refusal(f"PORT={port}: write a number from 1 to 65535, as in `PORT=8001 make run`.")
    embedded = "DATABASE_URL" not in told
    sample = told.get("SAMPLE", "true" if embedded else "false").lower()
    if sample not in {"true", "false"}:
        raise Refusal(f"SAMPLE={sample}: write true or false.")
    # Not from `.env`: the settings look there only once they know the data folder.
    data = (CHECKOUT / (environ.get("DATA_DIR") or "var")).resolve()
    return Registry(data, int(port), told, embedded, sample == "true")


def read_settings(file: Path) -> dict[str, str]:
    """The KEY=VALUE lines of a file, {} when there is none; quotes around a value are taken off."""
    found = {}
    if file.is_file():
        for line in file.read_text().splitlines():
            name, equals, value = line.removeprefix("export ").partition("=")
            if equals and name.strip().isidentifier():
                found[name.strip()] = value.strip().strip("'\"")
    return found


# Before anything starts


def open_data_folder(registry: Registry) -> None:
    """Make the data folder and look at its disk."""
    with postgres.in_words(registry.data):
        registry.data.mkdir(parents=True, exist_ok=True)
        (registry.data / "log").mkdir(exist_ok=True)
        if registry.embedded and os.geteuid() == 0:
            # The system user of the database passes through to its own folder; it cannot list.
            registry.data.chmod(0o711)
            (registry.data / "log").chmod(0o711)
        else:
            registry.data.chmod(0o700)
        free = shutil.disk_usage(registry.data).free
    if free < FREE_DISK:
        raise Refusal(
            f"Only {free // 1024**2} MB are free on the disk that holds {registry.data}, and the registry "
            f"wants {FREE_DISK // 1024**2}: free some space, or set DATA_DIR to a folder on another disk."
        )


@contextmanager
def locked(registry: Registry) -> Iterator[None]:
    """Hold the data folder for ourselves; the kernel lets go when we die, however we die."""
    with postgres.in_words(registry.data):
        lock = (registry.data / "run.lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = noted(registry)
            raise Refusal(
                f"The registry already runs from {registry.data} (process {other.get('pid', 'unknown')}), "
                f"at {other.get('address', 'an unknown address')}. Stop it with Ctrl-C where it runs, "
                "or set another DATA_DIR and PORT for a second one."
            ) from None
        yield


def noted(registry: Registry) -> dict:
    """What the last supervisor wrote about itself: pid, address, parts; {} when that cannot be read."""
    with suppress(OSError, ValueError):
        return json.loads((registry.data / "run.json").read_text())
    return {}


def note(registry: Registry) -> None:
    """Write down who we are and what we started, for the refusal and for the sweeping of the next start."""
    parts = {
        part.name: {"pid": part.process.pid, "birth": postgres.birth(part.process.pid), "mark": part.mark}
        for part in registry.parts
        if part.process
    }
    write_privately(
        registry.data / "run.json",
        json.dumps({"pid": os.getpid(), "address": registry.address, "parts": parts}, indent=1) + "\n",
    )


def write_privately(file: Path, text: str) -> None:
    """Replace a file at once, readable by its owner alone."""
    fresh = file.with_name(f"{file.name}.new")
    with postgres.in_words(file):
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
        fresh.replace(file)


def lives(left: dict) -> bool:
    """Whether a noted part is alive: a process of its number that was born when it was."""
    return left["birth"] != "" and postgres.birth(left["pid"]) == left["birth"]


def is_ours(left: dict) -> bool:
    """Whether a noted part still runs, which also has our word in its command line."""
    return lives(left) and any(left["mark"] in word for word in postgres.command_of(left["pid"]))


def end_leftovers(registry: Registry) -> list[str]:
    """End what a killed supervisor left running, and wait for it; the names of the parts ended."""
    left = {name: part for name, part in noted(registry).get("parts", {}).items() if is_ours(part)}
    for deadly in [signal.SIGTERM, signal.SIGKILL]:
        until = time.monotonic() + GRACE
        for part in left.values():
            if is_ours(part):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(part["pid"], deadly)  # with its own children: it leads a session
        while any(lives(part) for part in left.values()) and time.monotonic() < until:
            time.sleep(0.05)
    return list(left)


def refuse_busy_port(port: int, *, patience: float = 0) -> None:
    """Raise Refusal unless the web server will be able to listen on the port, within `patience` seconds."""
    until = time.monotonic() + patience
    while not _may_listen(port):
        if time.monotonic() >= until:
            another = port + 1 if port < 65535 else 8001
            raise Refusal(
                f"Port {port} is in use by another program: stop that, or try `PORT={another} make run`."
            )
        time.sleep(0.1)


def _may_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"Port {port} is for the administrator alone: try `PORT=8001 make run`.") from None
        except OSError:
            return False
        return True


# Starting


def serve(registry: Registry) -> None:
    """Start everything, stay with it until somebody asks to stop, end everything."""
    with progress("data folder"):
        open_data_folder(registry)
    os.umask(0o077)  # documents and logs are nobody else's, even where others may pass through
    with locked(registry):
        # The grandchildren of a killed registry need a moment to notice, and hold the port until then.
        patience = 5 if noted(registry) else 0
        for name in end_leftovers(registry):
            say(f"  (the {name} of a registry that was killed still ran, and has been ended)")
        with progress(f"port {registry.port}"):
            refuse_busy_port(registry.port, patience=patience)
        try:
            note(registry)
            if registry.embedded:
                with progress("database server"):
                    start_database(registry)
            write_settings(registry)
            accounts = prepare(registry)
            registry.parts = [web(registry), worker(registry), sender(registry)]
            for part in registry.parts:
                begin(registry, part)
            with progress("web server"):
                wait_until_ready(registry)
            greet(registry, accounts)
            watch(registry)
        finally:
            stop(registry)


def start_database(registry: Registry) -> None:
    """Bring up, or take over, the server in the data folder, with the registry's database in it."""
    set_aside(registry.log("postgres"))
    server = postgres.start(registry.database_folder, log=registry.log("postgres"))
    postgres.create_database(server)
    registry.environment["DATABASE_URL"] = server.url()


def write_settings(registry: Registry) -> None:
    """Complete the environment of the parts, and leave it in registry.env for commands typed by hand.

    The secret key is drawn once and kept: a new one would sign everybody out.
    """
    file = registry.data / "registry.env"
    with postgres.in_words(file):
        kept = read_settings(file).get("SECRET_KEY")
    ours = {
        "SECRET_KEY": kept or secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost 127.0.0.1 [::1]",
        "PUBLIC_READING": "true",
        "SECURE_COOKIES": "false",
        "PUBLIC_URL": registry.address,
    }
    if registry.embedded:
        ours["DATABASE_URL"] = registry.environment["DATABASE_URL"]
        # PGPORT, PGOPTIONS and their like are meant for another server.
        for name in [name for name in registry.environment if name.startswith("PG")]:
            del registry.environment[name]
    write_privately(file, "".join(f"{name}={value}\n" for name, value in ours.items()))
    registry.environment = ours | registry.environment | {"DATA_DIR": str(registry.data)}


def prepare(registry: Registry) -> str:
    """Make the database ready; what the sample says of its accounts. Raises Refusal when a step fails."""
    command = [sys.executable, "-m", "tools.prepare"]
    if not registry.sample:
        command.append("--without-sample")
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=registry.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_dies_with_us(),
    ) as process:
        try:
            said = process.stdout.read()
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise Refusal("The database could not be made ready: the reason stands above.")
    return said


def web(registry: Registry) -> Part:
    """The web server: two processes of four threads, which keep their connections to the database while they wait."""
    command = [sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi"]
    command += ["--host", "127.0.0.1", "--port", str(registry.port), "--http", "1", "--no-ws"]
    command += ["--workers", "2", "--blocking-threads", "4", "--blocking-threads-idle-timeout", "600"]
    command += ["--http1-header-read-timeout", "60000", "--http1-buffer-size", "65536"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", str(GRACE // 2)]
    return Part("web server", command, mark="config.wsgi:application")


def worker(registry: Registry) -> Part:
    """The worker: does what the web server puts off, such as imports."""
    return Part("worker", [sys.executable, "manage.py", "db_worker"], mark="db_worker")


def sender(registry: Registry) -> Part:
    """The sender: tells partner systems of changes."""
    return Part("sender", [sys.executable, "manage.py", "send_webhooks"], mark="send_webhooks")


def begin(registry: Registry, part: Part) -> None:
    """Start a part, its output going to its log."""
    log = registry.log(part.name)
    set_aside(log)
    with log.open("a") as out:
        part.process = subprocess.Popen(
            part.command,
            cwd=CHECKOUT,
            env=registry.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: we end the parts in our own order
            preexec_fn=_dies_with_us(),
        )
    part.began = time.monotonic()
    note(registry)


def _dies_with_us() -> Callable[[], None] | None:
    """For a child: ask the kernel for a SIGTERM when we die, where it can do so (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # we died before it could ask
            os._exit(1)

    return ask


def set_aside(log: Path) -> None:
    """Let a log that has grown large begin anew."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))


def wait_until_ready(registry: Registry) -> None:
    """Wait for the first good answer. Raises Refusal when a part dies before, or no such answer comes."""
    until = time.monotonic() + READY_LIMIT
    while (status := health(registry)) != 200:
        for part in registry.parts:
            if part.process.poll() is not None:
                raise Refusal(f"The {part.name} ended at once: its log is {registry.log(part.name)}.")
        if time.monotonic() > until:
            said = f"answered {status} to /healthz" if status else "did not answer"
            raise Refusal(
                f"The web server {said} for {READY_LIMIT} s: its log is {registry.log('web server')}."
            )
        time.sleep(0.1)


def health(registry: Registry) -> int | None:
    """The HTTP status of /healthz, None when nobody answers."""
    allowed = registry.environment["ALLOWED_HOSTS"].replace(",", " ").split()
    host = next((name.lstrip(".") for name in allowed if name != "*"), "localhost")
    asked = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=5)
    try:
        asked.request("GET", "/healthz", headers={"Host": host})
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asked.close()


def greet(registry: Registry, accounts: str) -> None:
    """Say where the registry is and who may enter."""
    say(f"\nThe registry is ready: {registry.address}    (Ctrl-C stops it; logs in {registry.data / 'log'})")
    if accounts.strip():
        say(f"\n{accounts.rstrip()}")
    elif not registry.sample:
        say("\nNo sample was loaded. `SAMPLE=true make run` loads one, with accounts everybody knows.")


# Staying and ending


def watch(registry: Registry) -> None:
    """Keep the parts alive until Interrupted. Raises Refusal when one cannot be kept alive."""
    while True:
        time.sleep(0.3)
        for part in registry.parts:
            mend(registry, part)
        if registry.embedded and postgres.postmaster(registry.database_folder) is None:
            say("The database server ended by itself; starting it again.")
            start_database(registry)


def mend(registry: Registry, part: Part) -> None:
    """Begin a dead part again, later each time; give up when it keeps dying quickly."""
    now = time.monotonic()
    if part.process is not None and (code := part.process.poll()) is not None:
        with suppress(ProcessLookupError):
            # Its children, if it was killed: they would go on serving.
            os.killpg(part.process.pid, signal.SIGKILL)
        part.process = None
        part.deaths = part.deaths + 1 if now - part.began < QUICK_DEATH else 1
        if part.deaths >= DEATHS_ALLOWED:
            raise Refusal(
                f"The {part.name} ended by itself {part.deaths} times in a row, so everything was stopped: "
                f"its log is {registry.log(part.name)}."
            )
        wait = 2 ** (part.deaths - 1)
        part.due = now + wait
        say(f"The {part.name} ended by itself ({ending(code)}); starting it again in {wait} s.")
    elif part.process is None and now >= part.due:
        begin(registry, part)


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop(registry: Registry) -> None:
    """End web server, worker, sender and database, in that order; a second signal makes it hasty."""
    registry.stopping = True
    for part in registry.parts:
        if part.process is not None and part.process.poll() is None:
            say(f"Stopping the {part.name} ...")
            end(registry, part.process)
    if registry.embedded and postgres.postmaster(registry.database_folder):
        say("Stopping the database ...")
        server = postgres.Server(registry.database_folder, registry.log("postgres"))
        server.stop(hurried=lambda: registry.hurry)
    (registry.data / "run.json").unlink(missing_ok=True)


def end(registry: Registry, process: subprocess.Popen) -> None:
    """Ask a process to end, and insist when it takes longer than GRACE or somebody is in a hurry."""
    process.terminate()
    until = time.monotonic() + GRACE
    while process.poll() is None:
        if registry.hurry or time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with its own children: it leads a session
        time.sleep(0.05)


def heed_signals(registry: Registry) -> None:
    """Ctrl-C and SIGTERM interrupt; while we are stopping already, they hurry us."""

    def heed(_number: int, _frame: object) -> None:
        if registry.stopping:
            registry.hurry = True
        else:
            registry.stopping = True
            raise Interrupted

    for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
        signal.signal(number, heed)


# What a person sees


def say(line: str, end: str = "\n", out: TextIO | None = None) -> None:
    """Print at once; a terminal that was closed meanwhile is no reason to leave the database running."""
    with suppress(OSError):
        print(line, end=end, file=out or sys.stdout, flush=True)


@contextmanager
def progress(what: str, out: TextIO | None = None) -> Iterator[None]:
    """Show a line with the name of a step while it runs, and how many seconds it took at its end."""
    say(f"  {what:<34}", end="", out=out)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say("  stopped", out=out)
        raise
    say(f"{time.monotonic() - began:6.1f} s", out=out)


def manage(registry: Registry, words: list[str]) -> int:
    """manage.py with the registry's database: of the running registry, or started for this command alone."""
    open_data_folder(registry)
    if not is_running(registry):
        with locked(registry):
            end_leftovers(registry)
            try:
                if registry.embedded:
                    start_database(registry)
                write_settings(registry)
                return run_manage(registry, words)
            finally:
                stop(registry)
    return run_manage(registry, words)


def is_running(registry: Registry) -> bool:
    """Whether another supervisor holds the data folder now."""
    try:
        with locked(registry):
            return False
    except Refusal:
        return True


def run_manage(registry: Registry, words: list[str]) -> int:
    """The exit code of manage.py, which has the terminal to itself."""
    environment = registry.environment | {"DATA_DIR": str(registry.data)}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=CHECKOUT, env=environment, check=False
    ).returncode


def main(words: list[str]) -> int:
    """Serve, or manage; 1 and a sentence when something stands in the way."""
    if words and words[0] != "manage":
        print(__doc__, file=sys.stderr)
        return 2
    try:
        registry = from_environment(dict(os.environ))
        if words:
            return manage(registry, words[1:])
        heed_signals(registry)
        serve(registry)
    except Refusal as refusal:
        say(f"\n{refusal}", out=sys.stderr)
        return 1
    except Interrupted:
        say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The supervisor: what it refuses, what it clears up after a predecessor, how it keeps the parts alive."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import postgres, run
from tools.postgres import CHECKOUT, Refusal, Server
from tools.run import Part, Registry

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, which the system user may enter (pytest's own are neither)."""
    home = Path(tempfile.mkdtemp(prefix="mithaq-"))
    home.chmod(0o755)
    yield home
    for found in home.rglob("PG_VERSION"):
        if found.parent.name == "postgres":
            Server(found.parent, home / "log").stop(hurried=lambda: True)
    shutil.rmtree(home)


@pytest.fixture
def registry(home: Path) -> Iterator[Registry]:
    """A registry with an open data folder and a database somewhere else."""
    environment = {"DATA_DIR": str(home / "var"), "PORT": str(free_port()), "DATABASE_URL": "postgresql:///x"}
    registry = run.from_environment(environment)
    run.open_data_folder(registry)
    yield registry
    registry.hurry = True
    run.stop(registry)


@contextmanager
def python(code: str, *words: str, **options: object) -> Iterator[subprocess.Popen]:
    """A process of its own session that runs `code`, with `words` in its command line; killed at the end."""
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, start_new_session=True, **options
    ) as process:
        try:
            until(lambda: code in postgres.command_of(process.pid))  # empty for a moment after the exec
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happened: Callable[[], bool]) -> None:
    """Wait for it; the limit is only there to fail instead of hanging."""
    limit = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


def noted_part(pid: int, mark: str, birth: str | None = None) -> dict:
    return {"pid": pid, "birth": postgres.birth(pid) if birth is None else birth, "mark": mark}


class TestFromEnvironment:
    def test_needs_nothing(self):
        registry = run.from_environment({})

        assert (registry.data, registry.address) == (CHECKOUT / "var", "http://localhost:8000")
        assert registry.embedded
        assert registry.sample

    @pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "٨٠", "80 81"])
    def test_refuses_what_is_no_port(self, port):
        with pytest.raises(Refusal, match=f"PORT={port}: write a number from 1 to 65535"):
            run.from_environment({"PORT": port})

    def test_loads_no_sample_into_somebody_elses_database_unless_told_to(self):
        elsewhere = {"DATABASE_URL": "postgresql://db/registry"}

        assert not run.from_environment(elsewhere).sample
        assert run.from_environment(elsewhere | {"SAMPLE": "true"}).sample
        assert not run.from_environment({"SAMPLE": "false"}).sample
        with pytest.raises(Refusal, match="SAMPLE=maybe: write true or false"):
            run.from_environment({"SAMPLE": "maybe"})

    def test_reads_settings_as_a_person_writes_them(self, home):
        file = home / ".env"
        file.write_text("# remarks\n\nexport PORT=8001\nPUBLIC_URL = 'https://registry.example'\nEMPTY=\n")

        assert run.read_settings(file) == {
            "PORT": "8001",
            "PUBLIC_URL": "https://registry.example",
            "EMPTY": "",
        }
        assert run.read_settings(home / "absent") == {}


class TestDataFolder:
    def test_is_refused_on_a_disk_that_is_nearly_full(self, registry, monkeypatch):
        run.open_data_folder(registry)

        monkeypatch.setattr(run, "FREE_DISK", 2**60)
        with pytest.raises(Refusal, match=r"MB are free .* free some space, or set DATA_DIR"):
            run.open_data_folder(registry)

    def test_is_refused_where_none_can_be_made(self, home):
        (home / "file").write_text("")

        with pytest.raises(Refusal, match="Set DATA_DIR to a folder that can be used"):
            run.open_data_folder(run.from_environment({"DATA_DIR": str(home / "file" / "var")}))

    def test_is_refused_while_another_registry_runs_from_it(self, registry):
        with run.locked(registry):
            run.note(registry)
            other = rf"process {os.getpid()}\), at {registry.address}\. Stop it"
            with pytest.raises(Refusal, match=other), run.locked(registry):
                pass
            assert run.is_running(registry)

        assert not run.is_running(registry)

    def test_is_free_again_when_its_holder_was_killed(self, registry):
        hold = (
            "import os, time; from tools import run; r = run.from_environment(dict(os.environ))\n"
            "with run.locked(r): print('held', flush=True); time.sleep(600)"
        )
        environment = os.environ | registry.environment
        with python(hold, env=environment) as holder:
            assert holder.stdout.readline() == b"held\n"
            assert run.is_running(registry)

            holder.kill()
            holder.wait()

            assert not run.is_running(registry)


class TestPort:
    def test_is_refused_when_another_program_listens(self, registry):
        told = f"Port {registry.port} is in use .*PORT={registry.port + 1} make run"
        with socket.create_server(("127.0.0.1", registry.port)), pytest.raises(Refusal, match=told):
            run.refuse_busy_port(registry.port)

        run.refuse_busy_port(registry.port)

    def test_of_the_last_number_gets_a_suggestion_that_exists(self):
        with socket.create_server(("127.0.0.1", 65535)), pytest.raises(Refusal, match="PORT=8001 make run"):
            run.refuse_busy_port(65535)


class TestLeftovers:
    def test_of_a_killed_registry_are_ended(self, registry):
        with python(SLEEPER, "config.wsgi:application") as web, python(SLEEPER, "db_worker") as worker:
            registry.parts = [
                Part("web", [], "config.wsgi:application", web),
                Part("worker", [], "db_worker", worker),
            ]
            run.note(registry)
            registry.parts = []

            assert run.end_leftovers(registry) == ["web", "worker"]

            assert web.poll() == worker.poll() == -signal.SIGTERM

    def test_that_do_not_heed_are_killed(self, registry, monkeypatch):
        monkeypatch.setattr(run, "GRACE", 0.2)
        with python(STUBBORN, "db_worker") as worker:
            worker.stdout.readline()
            registry.parts = [Part("worker", [], "db_worker", worker)]
            run.note(registry)
            registry.parts = []

            run.end_leftovers(registry)

            assert worker.poll() == -signal.SIGKILL

    @pytest.mark.parametrize(
        ("mark", "birth"),
        [("config.wsgi:application", "1"), ("config.wsgi:application", ""), ("db_worker", None)],
        ids=["born at another time", "noted after its death", "doing something else"],
    )
    def test_never_include_a_stranger_with_the_same_number(self, registry, mark, birth):
        with python(SLEEPER, "config.wsgi:application") as stranger:
            parts = {"web": noted_part(stranger.pid, mark, birth)}
            (registry.data / "run.json").write_text(json.dumps({"parts": parts}))

            assert run.end_leftovers(registry) == []

            assert stranger.poll() is None

    @pytest.mark.parametrize("text", ["", "{"], ids=["empty", "cut off"])
    def test_are_none_when_the_note_cannot_be_read(self, registry, text):
        (registry.data / "run.json").write_text(text)

        assert run.end_leftovers(registry) == []


class TestSettings:
    def test_are_private_and_keep_the_secret_key(self, registry):
        file = registry.data / "registry.env"
        run.write_settings(registry)
        first = run.read_settings(file)
        registry.port = 8123

        run.write_settings(registry)

        second = run.read_settings(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert len(first["SECRET_KEY"]) >= 50
        assert second["SECRET_KEY"] == first["SECRET_KEY"]
        assert second["PUBLIC_URL"] == "http://localhost:8123"

    def test_of_the_person_come_first(self, registry):
        registry.environment |= {"PUBLIC_READING": "false", "SECRET_KEY": "mine"}

        run.write_settings(registry)

        assert registry.environment["PUBLIC_READING"] == "false"
        assert registry.environment["SECRET_KEY"] == "mine"
        assert registry.environment["SECURE_COOKIES"] == "false"

    def test_hold_the_address_of_our_own_database_and_no_other(self, registry):
        run.write_settings(registry)
        assert "DATABASE_URL" not in run.read_settings(registry.data / "registry.env")

        registry.embedded = True
        registry.environment["PGPORT"] = "6543"
        run.write_settings(registry)

        assert run.read_settings(registry.data / "registry.env")["DATABASE_URL"] == "postgresql:///x"
        assert "PGPORT" not in registry.environment


class TestParts:
    def test_that_die_are_begun_again_later_each_time_until_it_is_too_much(self, registry, capsys):
        part = Part("worker", [sys.executable, "-c", "raise SystemExit(3)"], "worker")
        for _death in range(run.DEATHS_ALLOWED - 1):
            run.mend(registry, part)
            part.process.wait()
            run.mend(registry, part)
            assert part.process is None
            run.mend(registry, part)
            assert part.process is None, "not before it is due"
            part.due = 0
        run.mend(registry, part)
        part.process.wait()

        with pytest.raises(Refusal, match=rf"5 times in a row.* log is {registry.log('worker')}"):
            run.mend(registry, part)

        told = capsys.readouterr().out.splitlines()
        assert told[0] == "The worker ended by itself (exit code 3); starting it again in 1 s."
        assert [line.rpartition(" in ")[2] for line in told] == ["1 s.", "2 s.", "4 s.", "8 s."]

    def test_that_lived_long_are_forgiven(self, registry):
        part = Part("web", [sys.executable, "-c", SLEEPER], "web", deaths=4)
        registry.parts = [part]
        run.begin(registry, part)
        part.process.kill()
        part.process.wait()
        part.began -= run.QUICK_DEATH

        run.mend(registry, part)

        assert part.deaths == 1

    def test_that_are_killed_leave_nobody_who_goes_on_serving(self, registry):
        begets = "import os, time\nchild = os.fork()\nif child: print(child, flush=True)\ntime.sleep(600)"
        part = Part("web", [sys.executable, "-c", begets], "web")
        registry.parts = [part]
        run.begin(registry, part)
        until(lambda: registry.log("web").read_text().strip())
        child = int(registry.log("web").read_text())
        part.process.kill()
        part.process.wait()
        assert postgres.command_of(child)

        run.mend(registry, part)

        until(lambda: not postgres.command_of(child))

    def test_end_in_order_and_at_once_when_there_is_hurry(self, registry, capsys):
        heeding = Part("web", [sys.executable, "-c", SLEEPER], "web")
        stubborn = Part("worker", [sys.executable, "-c", STUBBORN], "worker")
        registry.parts = [heeding, stubborn]
        for part in registry.parts:
            run.begin(registry, part)
        until(lambda: registry.log("worker").read_text() == "up\n")
        registry.hurry = True
        asked = time.monotonic()

        run.stop(registry)

        assert time.monotonic() - asked < run.GRACE
        assert stubborn.process.returncode == -signal.SIGKILL
        assert capsys.readouterr().out == "Stopping the web ...\nStopping the worker ...\n"
        assert not (registry.data / "run.json").exists()

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the kernel of Linux")
    def test_die_with_the_supervisor_when_it_is_killed(self, registry):
        supervise = (
            "import os, sys, time; from tools import run; r = run.from_environment(dict(os.environ))\n"
            f"p = run.Part('web', [sys.executable, '-c', {SLEEPER!r}], 'web')\n"
            "run.begin(r, p); print(p.process.pid, flush=True); time.sleep(600)"
        )
        environment = os.environ | registry.environment
        with python(supervise, env=environment) as supervisor:
            child = int(supervisor.stdout.readline())
            assert postgres.command_of(child)

            supervisor.kill()

        until(lambda: not postgres.command_of(child))

    def test_with_a_large_log_begin_a_new_one(self, registry, monkeypatch):
        log = registry.log("web")
        log.write_text("old")
        run.set_aside(log)
        assert log.exists()

        monkeypatch.setattr(run, "LOG_LIMIT", 2)
        run.set_aside(log)

        assert not log.exists()
        assert log.with_name("web.old.log").read_text() == "old"


# The whole of it, with an application of a few lines in the place of ours

APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]
"""
STEPS = "print('reader@example.org / reader')"


@pytest.fixture
def checkout(home: Path) -> Path:
    """A checkout with our tools, whose application is a stub."""
    shutil.copytree(CHECKOUT / "tools", home / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "config").mkdir()
    (home / "config" / "wsgi.py").write_text(APPLICATION)
    (home / "manage.py").write_text(SLEEPER)
    (home / "tools" / "prepare.py").write_text(STEPS)
    return home


@contextmanager
def serving(checkout: Path, port: int) -> Iterator[subprocess.Popen]:
    """`make run` in that checkout, from its address until it has ended."""
    told = (checkout / "told").open("w+")
    with told, serve(checkout, port, told) as registry:
        until(lambda: "reader@example.org" in (checkout / "told").read_text() or registry.poll() is not None)
        assert registry.poll() is None, (checkout / "told").read_text()
        try:
            yield registry
        finally:
            registry.terminate()


def serve(checkout: Path, port: int, told: object) -> subprocess.Popen:
    bare = {"PATH": os.environ["PATH"], "PORT": str(port)}
    command = [sys.executable, "-m", "tools.run"]
    return subprocess.Popen(
        command, cwd=checkout, env=bare, stdout=told, stderr=subprocess.STDOUT, start_new_session=True
    )


def get(port: int) -> bytes:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asked.request("GET", "/healthz")
    answer = asked.getresponse().read()
    asked.close()
    return answer


class TestServe:
    def test_from_nothing_until_it_is_told_to_stop(self, checkout):
        port = free_port()
        with serving(checkout, port) as registry:
            told = (checkout / "told").read_text()
            assert f"The registry is ready: http://localhost:{port}" in told
            assert get(port) == b"well"
            parts = json.loads((checkout / "var" / "run.json").read_text())["parts"]
            assert parts.keys() == {"web server", "worker", "sender"}

            with serve(checkout, port, subprocess.PIPE) as second:
                assert (
                    f"already runs from {checkout}/var (process {registry.pid})"
                    in second.stdout.read().decode()
                )
            assert second.returncode == 1

        assert registry.returncode == 0
        assert "Stopped." in (checkout / "told").read_text()
        assert postgres.postmaster(checkout / "var" / "postgres") is None
        assert not any(postgres.command_of(part["pid"]) for part in parts.values())
        run.refuse_busy_port(port)

    def test_after_it_was_killed_with_everything_left_behind(self, checkout):
        port = free_port()
        database = checkout / "var" / "postgres"
        # As on a kernel that cannot take the parts along with their supervisor.
        supervisor = checkout / "tools" / "run.py"
        supervisor.write_text(supervisor.read_text().replace('sys.platform.startswith("linux")', "False"))
        with serving(checkout, port) as registry:
            Server(database, checkout / "log").query("CREATE TABLE kept ()", database="mithaq")
            registry.kill()
            registry.wait()
        assert postgres.postmaster(database), "the database outlived its owner, or this proves nothing"

        with serving(checkout, port) as registry:
            assert get(port) == b"well"
            assert "(the web server of a registry that was killed" in (checkout / "told").read_text()
            server = Server(database, checkout / "log")
            assert server.query("SELECT count(*) FROM kept", database="mithaq") == "0"

            # And while it serves, a database that dies is brought back.
            os.kill(server.pid, signal.SIGKILL)
            until(lambda: "starting it again" in (checkout / "told").read_text() and server.answers())
            assert server.query("SELECT count(*) FROM kept", database="mithaq") == "0"

        assert registry.returncode == 0

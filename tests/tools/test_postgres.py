"""The server of our own: what it can, what it survives, what it refuses. Real servers throughout."""

import errno
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from tools import postgres
from tools.postgres import CHECKOUT, Refusal, Server

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
as_somebody = pytest.mark.skipif(os.geteuid() == 0, reason="root is refused nothing by the file system")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, which the system user may enter (pytest's own are neither)."""
    home = Path(tempfile.mkdtemp(prefix="mithaq-"))
    home.chmod(0o755)
    yield home
    for found in home.glob("*/PG_VERSION"):
        stop(Server(found.parent, home / "log"))
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def durable() -> Iterator[Server]:
    """A server as `make run` starts it."""
    home = Path(tempfile.mkdtemp(prefix="mithaq-"))
    home.chmod(0o755)
    server = postgres.start(home / "pg")
    yield server
    stop(server)
    shutil.rmtree(home)


@pytest.fixture
def disposable(home: Path) -> Server:
    return postgres.start(home / "pg", durable=False)


def stop(server: Server) -> None:
    server.stop(hurried=lambda: True)


def until(happened: Callable[[], bool]) -> None:
    """Wait for it; the limit is only there to fail instead of hanging."""
    limit = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


@contextmanager
def process_of(user: int, group: int) -> Iterator[subprocess.Popen]:
    """A process that has nothing to do with us and sleeps."""
    with subprocess.Popen(["sleep", "600"], user=user, group=group) as sleeper:
        try:
            yield sleeper
        finally:
            sleeper.kill()


def kill(server: Server) -> None:
    pid = server.pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not postgres.command_of(pid))


class TestServer:
    def test_knows_the_letters_of_every_script(self, durable):
        postgres.create_database(durable, "letters")
        ask = lambda sql: durable.query(sql, database="letters")  # noqa: E731
        for extension in ["pg_trgm", "unaccent", "btree_gist"]:
            ask(f"CREATE EXTENSION {extension}")

        assert ask("SELECT similarity('قطر', 'قطر')") == "1"
        assert ask("SELECT upper('été'), unaccent('été')") == "ÉTÉ|ete"
        assert (
            ask("SELECT datcollate, datctype FROM pg_database WHERE datname = 'letters'") == "C.UTF-8|C.UTF-8"
        )

    def test_lends_its_locale_to_the_databases_that_django_makes_for_tests(self, durable):
        locale = "SELECT datcollate, datctype FROM pg_database WHERE datname = 'template1'"
        assert durable.query(locale) == "C.UTF-8|C.UTF-8"

    @pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"])
    def test_keeps_what_it_has_acknowledged(self, durable, setting):
        assert durable.query(f"SHOW {setting}") == "on"

    def test_is_reached_through_its_folder_and_not_through_the_network(self, durable):
        assert durable.query("SHOW listen_addresses") == ""
        assert (durable.folder / postgres.SOCKET).is_socket()
        assert (durable.folder / postgres.SOCKET).stat().st_mode & 0o777 == 0o700
        assert durable.folder.stat().st_mode & 0o777 == 0o700

    @as_root
    def test_lets_nobody_else_on_the_machine_in(self, durable):
        nobody = pwd.getpwnam("nobody")
        ask = [*postgres.psql(durable.folder, "postgres"), "-c", "SELECT 1"]

        answer = subprocess.run(
            ask, user=nobody.pw_uid, extra_groups=[], cwd="/", capture_output=True, text=True
        )

        assert answer.returncode != 0
        assert "Permission denied" in answer.stderr

    def test_is_taken_over_when_it_runs_already(self, durable):
        pid = durable.pid

        assert postgres.start(durable.folder).pid == pid

    def test_makes_a_database_once(self, durable):
        postgres.create_database(durable, "Odd name'")
        durable.query("CREATE TABLE kept ()", database="Odd name'")

        postgres.create_database(durable, "Odd name'")

        assert durable.query("SELECT count(*) FROM kept", database="Odd name'") == "0"

    def test_has_an_address_that_the_driver_reads(self, home):
        server = postgres.start(home / "a data folder", durable=False)
        postgres.create_database(server)

        with psycopg2.connect(server.url()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), current_user")
            assert cursor.fetchone() == ("mithaq", "postgres")
        connection.close()

    def test_ends(self, disposable):
        pid = disposable.pid

        disposable.stop()

        assert disposable.pid is None
        until(lambda: not postgres.command_of(pid))


class TestRecovery:
    def test_of_a_server_that_was_killed(self, home):
        server = postgres.start(home / "pg")
        server.query("CREATE TABLE agreement AS SELECT 'kept' AS title")

        kill(server)
        server = postgres.start(home / "pg")

        assert server.query("SELECT title FROM agreement") == "kept"

    def test_while_a_query_of_the_killed_server_still_runs(self, disposable):
        busy = "SELECT count(*) FROM generate_series(1, 1000000000000)"
        with subprocess.Popen(
            [*postgres.psql(disposable.folder, "postgres"), "-qc", busy], stderr=subprocess.DEVNULL
        ) as query:
            running = "SELECT count(*) FROM pg_stat_activity WHERE query = :'busy' AND state = 'active'"
            until(lambda: disposable.query(running, busy=busy) == "1")
            kill(disposable)

            assert postgres.start(disposable.folder, durable=False).query(running, busy=busy) == "0"

            assert query.wait() != 0

    def test_when_another_process_has_the_number_now(self, disposable):
        kill(disposable)
        owner = disposable.folder.stat()
        with process_of(owner.st_uid, owner.st_gid) as stranger:
            for name in ["postmaster.pid", f"{postgres.SOCKET}.lock"]:
                file = disposable.folder / name
                file.write_text("\n".join([str(stranger.pid), *file.read_text().splitlines()[1:]]))
            assert disposable.pid is None

            again = postgres.start(disposable.folder, durable=False)

            assert again.answers()
            assert stranger.poll() is None, "a stranger is left alone"

    def test_is_not_deceived_by_the_number_of_another_server(self, disposable, durable):
        file = disposable.folder / "postmaster.pid"
        noted = file.read_text()
        file.write_text(noted.replace(str(disposable.pid), str(durable.pid), 1))

        assert disposable.pid is None

        file.write_text(noted)
        assert disposable.pid is not None

    def test_of_a_folder_that_was_not_finished(self, home):
        unfinished = home / "pg.new"
        unfinished.mkdir()
        (unfinished / "PG_VERSION").write_text("18\n")

        assert postgres.start(home / "pg", durable=False).answers()
        assert not unfinished.exists()

    def test_of_two_starts_at_once_both_find_one_server(self, home):
        with ThreadPoolExecutor(2) as threads:
            servers = list(
                threads.map(lambda folder: postgres.start(folder, durable=False), [home / "pg"] * 2)
            )

        assert servers[0].pid == servers[1].pid is not None


class TestRefusal:
    """Each says what to do; none touches what it refuses."""

    def test_of_a_path_too_long_for_a_socket(self, home):
        longest = postgres.SOCKET_PATH_LIMIT - len(f"{home}//{postgres.SOCKET}")
        with pytest.raises(Refusal, match=r"too long .* set DATA_DIR to a folder with a shorter path"):
            postgres.start(home / ("x" * (longest + 1)))
        assert list(home.iterdir()) == []

        assert postgres.start(home / ("x" * longest), durable=False).answers()

    def test_of_a_path_that_postgresql_cannot_take(self, home):
        with pytest.raises(Refusal, match=r"holds the character ',', .* set DATA_DIR"):
            postgres.start(home / "a,b")

    def test_of_a_database_of_another_major_version(self, disposable):
        disposable.stop()
        (disposable.folder / "PG_VERSION").write_text("15\n")

        with pytest.raises(Refusal, match=r"PostgreSQL 15, and .* brings PostgreSQL 18.*pg_upgrade"):
            postgres.start(disposable.folder)

        assert (disposable.folder / "global" / "pg_control").exists()

    def test_of_a_damaged_database(self, disposable):
        disposable.stop()
        (disposable.folder / "global" / "pg_control").unlink()

        with pytest.raises(Refusal, match=r"damaged .* restore it from a backup"):
            postgres.start(disposable.folder)

        assert (disposable.folder / "base").exists()

    def test_of_a_folder_with_other_files(self, home):
        (home / "pg").mkdir()
        (home / "pg" / "letters.txt").write_text("mine")

        with pytest.raises(Refusal, match="holds files, but no database: move it away"):
            postgres.start(home / "pg")

        assert (home / "pg" / "letters.txt").read_text() == "mine"

    def test_of_a_server_that_cannot_start_gives_its_reason_and_the_log(self, disposable):
        disposable.stop()
        (disposable.folder / "postgresql.auto.conf").write_text("shared_buffers = 'plenty'\n")

        with pytest.raises(Refusal, match=r"did not start: .*(FATAL|plenty).*the log is .*server\.log"):
            postgres.start(disposable.folder)

    @as_root
    def test_of_a_parent_that_the_system_user_may_not_enter(self, home):
        (home / "closed").mkdir(mode=0o700)

        with pytest.raises(Refusal, match=f"may not enter {home}/closed. .*chmod o[+]x"):
            postgres.start(home / "closed" / "pg")

        assert (home / "closed").stat().st_mode & 0o777 == 0o700, "opening doors is not ours to decide"

    @as_root
    def test_of_a_database_that_is_roots(self, disposable):
        disposable.stop()
        os.chown(disposable.folder, 0, 0)

        with pytest.raises(Refusal, match="chown -R"):
            postgres.start(disposable.folder)

    @as_somebody
    def test_of_a_folder_where_we_may_not_write(self, home):
        (home / "closed").mkdir(mode=0o500)

        with pytest.raises(Refusal, match="set DATA_DIR to a folder of your own"):
            postgres.start(home / "closed" / "pg")

    def test_of_a_file_where_a_folder_should_be(self, home):
        (home / "file").write_text("")

        with pytest.raises(Refusal, match=f"{home}/file.*Set DATA_DIR"):
            postgres.start(home / "file" / "pg")

    @pytest.mark.parametrize(
        ("number", "advice"),
        [
            (errno.ENOSPC, "full: free some space"),
            (errno.EROFS, "set DATA_DIR to a folder of your own"),
            (errno.EIO, "Set DATA_DIR to a folder that can be used"),
        ],
    )
    def test_of_the_file_system_becomes_a_sentence(self, number, advice):
        with pytest.raises(Refusal, match=advice), postgres.in_words(Path("/var/data")):
            raise OSError(number, os.strerror(number), "/var/data/postgres")

    def test_is_printed_without_a_traceback(self, home):
        told = command_line("start", str(home / "a,b"))

        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.startswith(f"The path {home}/a,b holds the character")


class TestThrowaway:
    def test_is_not_durable_and_leaves_nothing(self):
        with postgres.throwaway() as server:
            pid = server.pid
            assert server.query("SHOW fsync") == "off"

        until(lambda: not postgres.command_of(pid))
        assert not server.folder.parent.exists()

    def test_of_a_killed_owner_is_swept_by_the_next(self):
        orphaning = "import os; from tools import postgres; t = postgres.throwaway()"
        orphaning += "; print(t.__enter__().folder, flush=True); os.kill(os.getpid(), 9)"
        killed = subprocess.run(
            [sys.executable, "-c", orphaning], cwd=CHECKOUT, capture_output=True, text=True
        )
        left = Path(killed.stdout.strip())
        assert postgres.postmaster(left), "the server outlived its owner, or this proves nothing"

        with postgres.throwaway() as server:
            assert not left.parent.exists()
            assert server.answers(), "one in use is never swept"

    def test_serves_one_command_and_gives_its_exit_code(self):
        told = command_line("run", "--", "sh", "-c", 'echo "$DATABASE_URL"; exit 7')

        assert told.returncode == 7
        assert told.stdout.startswith("postgresql://postgres@/mithaq?host=/")


class TestCommandLine:
    def test_starts_tells_and_stops(self, home):
        folder = str(home / "pg")
        assert command_line("status", folder).returncode == 3

        assert "PostgreSQL answers" in command_line("start", folder).stdout
        assert command_line("status", folder).stdout.startswith("running, process ")

        assert command_line("stop", folder).stdout == "PostgreSQL is stopped.\n"
        assert command_line("status", folder).stdout == "not running\n"


def command_line(*words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tools.postgres", *words]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

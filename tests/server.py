"""Lends the tests a PostgreSQL when DATABASE_URL names none: one throwaway server for all processes.

Loaded by `-p tests.server` and not from a conftest, because pytest-django reads the settings before any
conftest. The workers of xdist inherit the environment of the process that started them, and add nothing.
"""

import atexit
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tools import postgres


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment of the settings, which are read right after."""
    asked = early_config.known_args_namespace
    if "PYTEST_XDIST_WORKER" not in os.environ and not (asked.help or asked.version):
        _lend(ExitStack())


def _lend(borrowed: ExitStack) -> None:
    """Fill the environment with what goes away with this process, also after a crash or Ctrl-C."""
    owner = os.getpid()
    # A process forked by a test leaves through atexit too, and must not take the server along.
    atexit.register(lambda: borrowed.close() if os.getpid() == owner else None)
    if not os.environ.get("DATABASE_URL"):
        server = borrowed.enter_context(postgres.throwaway())
        postgres.create_database(server)
        environment = postgres.environment_for(server)
    else:
        folder = borrowed.enter_context(TemporaryDirectory(prefix="mithaq-data-"))
        environment = postgres.BARE_ENVIRONMENT | {"DATA_DIR": folder}
    # A data folder that was named already is that of a registry in use: never write there.
    os.environ["DATA_DIR"] = environment["DATA_DIR"]
    (Path(environment["DATA_DIR"]) / "static").mkdir(
        parents=True, exist_ok=True
    )  # whitenoise wants the folder
    for name, value in environment.items():
        os.environ.setdefault(name, value)

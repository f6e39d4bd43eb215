"""Reads the world once, loudly: the only module that looks at the environment."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = (BASE_DIR / (os.environ.get("DATA_DIR") or "var")).resolve()


def read_files() -> None:
    """Take what the environment leaves open from `.env`, then from the running registry's own file.

    `tools/run.py` writes `registry.env` into the data folder, so that a command typed by hand
    beside a running registry meets the same database.
    """
    for file in (BASE_DIR / ".env", DATA_DIR / "registry.env"):
        if file.is_file() and os.access(file, os.R_OK):
            environ.Env.read_env(file, overwrite=False)


def required(name: str) -> str:
    """The value of `name`; a registry without it does not start."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: see .env.example")
    return value


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    """`true` or `false`, nothing else: a typo must not silently mean False."""
    value = os.environ.get(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name}={value!r}: write 'true' or 'false'")
    return value == "true"


def number(name: str, default: int) -> int:
    """A whole number from one on."""
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number, at least 1")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """The words of `name`, separated by spaces or commas."""
    return os.environ.get(name, default).replace(",", " ").split()


def database(name: str) -> dict:
    """Django's settings of the PostgreSQL that the URL in `name` points at; who is not let in in time is told so."""
    settings = environ.Env.db_url_config(required(name))
    if "postgresql" not in settings["ENGINE"]:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address: the registry's rules live there")
    settings["ENGINE"] = "lib.database"
    # Compiling a statement takes longer than any of ours does, and would begin with those that count many things.
    settings["OPTIONS"] = {"connect_timeout": 5, "options": "-c jit=off"} | settings.get("OPTIONS", {})
    return settings


read_files()

"""What holds for every test: nothing slow, nothing left behind, nobody else's network."""

import gc
import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import polib
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation

# The same examples in every run; HYPOTHESIS_PROFILE=seek looks for new ones.
hypothesis.settings.register_profile("steady", max_examples=60, deadline=None, derandomize=True)
hypothesis.settings.register_profile("seek", max_examples=500, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# What migrations filled: a committing test that changes it puts it back. All else is removed after it.
KEPT = {
    "activities_activitykind",
    "agreements_agreementkind",
    "agreements_commitmentkind",
    "agreements_partyrole",
    "agreements_targetgroup",
    "agreements_theme",
    "audit_epoch",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "organizations_organizationkind",
}


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes that a test makes hold the time, and each process has its own: they are named by their place."""
    return argname if isinstance(val, bytes) and len(val) > 30 else None


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: it is not looked through again for every few requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def _files_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What an answer streams is closed at the end of a test, though nobody read more than its head."""
    given, request = [], Client.request

    def noted(self, **asked):
        answer = request(self, **asked)
        given.append(answer)
        return answer

    monkeypatch.setattr(Client, "request", noted)
    yield
    for answer in given:
        if answer.streaming and not answer.closed:
            answer.close()


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """Passwords hashed in no time, static files served from where they lie, a cache and files of this process alone."""
    files = {
        "BACKEND": settings.STORAGES["default"]["BACKEND"],
        "OPTIONS": {"location": settings.DATA_DIR / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'here')}"},
    }
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise asks for it
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES=settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        API_LIMITS=dict.fromkeys(settings.API_LIMITS, 1_000_000),
        STORAGES=settings.STORAGES
        | {
            "default": files,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All languages, as new as their sources: whether the checkout was ever served makes no difference to a test."""
    folder = tmp_path_factory.mktemp("locale")
    for source in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"):
        compiled = folder / source.relative_to(settings.LOCALE_PATHS[0]).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        polib.pofile(str(source)).save_as_mofile(str(compiled))
    with override_settings(LOCALE_PATHS=[folder]):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Attempts to sign in are counted in a cache, and pieces of pages kept: no test pays for those of another."""
    for each in caches.all(initialized_only=True):
        each.clear()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """The language of a request stays with its thread: no test inherits that of another."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse to leave this machine."""
    connect = socket.socket.connect

    def connect_here(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise AssertionError(f"A test reached for {address[0]}: tests stay on this machine.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sweep(self) -> None:
    """Leave the database as the migrations did, after a test that commits.

    Django's own flush would truncate: the audit table refuses that, and the vocabularies would be gone.
    The triggers rest meanwhile, foreign keys included, which is what makes the order of tables free.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            if table == "audit_auditevent":
                cursor.execute("DELETE FROM audit_auditevent WHERE verb <> 'vocabulary.seeded'")
            elif table == "audit_rowversion":
                cursor.execute("DELETE FROM audit_rowversion WHERE table_name <> ALL(%s)", [sorted(KEPT)])
            elif table not in KEPT:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


TransactionTestCase._fixture_teardown = _sweep

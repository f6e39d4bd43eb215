"""What driving a real browser takes: the program, static files as in production, a server, a window that listens."""

import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, StorageState, sync_playwright

from tests.factories import PASSWORD

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
BOTH_WAYS = [
    pytest.param(True, id="scripts"),
    pytest.param(False, id="no-scripts", marks=pytest.mark.drill),
]
"""With JavaScript and, in the drill, without."""
PATIENCE = 20_000
"""Milliseconds to wait for what should be there at once: the machine may be busy."""


def installed() -> str:
    """The browser to drive; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)} is on the PATH")
    return found


@contextmanager
def as_in_production(folder: Path) -> Iterator[None]:
    """Static files collected under the names they have in production."""
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    with override_settings(
        STATIC_ROOT=folder / "static",
        STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": storage}},
    ):
        call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
        yield


@contextmanager
def served() -> Iterator[str]:
    """Where the registry is served: the whole WSGI application, WhiteNoise included, nothing in front of it."""
    server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def driven(program: str) -> Iterator[Browser]:
    """A browser. While it runs, the database is not to be asked from this thread.

    Playwright leaves an event loop running in it, beside which Django has other connections, and refuses them.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def signed_in(chromium: Browser, address: str, email: str) -> StorageState:
    """What a browser keeps once somebody, whose password is PASSWORD, has signed in."""
    context = chromium.new_context(base_url=address, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/en/account/login/")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("details.account").wait_for()
    kept = context.storage_state()
    context.close()
    return kept


@dataclass
class Window:
    """A page, and what the browser complained about on it."""

    page: Page
    refused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> "Window":
        made = cls(page)
        page.on("console", made.hear)
        page.on("response", made.see)
        return made

    def hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)

    def see(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.missing.append(f"{response.status} {response.url}")

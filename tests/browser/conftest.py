"""A real browser in front of a real server: the static files and headers of production, one registry for all tests."""

import io
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, StorageState, sync_playwright

from activities import samples
from agreements.models import Citation, Draft
from agreements.queries import bench
from agreements.services import drafting, placing
from agreements.services.placing import Choice, Words
from organizations import services as organization_services
from organizations.models import Person, System, User
from organizations.permissions import Role
from tests.factories import PASSWORD, ActivityFactory, FulfilmentFactory

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PATIENCE = 20_000
"""Milliseconds to wait for what should be there at once: the machine may be busy."""


@pytest.fixture(scope="package")
def program() -> str:
    """The browser to drive; without one the tests are skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)} is on the PATH")
    return found


@pytest.fixture(scope="package")
def _as_in_production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files collected under the names they have in production, catalogues as new as their sources."""
    static, locale = tmp_path_factory.mktemp("static"), tmp_path_factory.mktemp("locale")
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    for source in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"):
        compiled = locale / source.relative_to(settings.LOCALE_PATHS[0]).with_suffix(".mo")
        compiled.parent.mkdir(parents=True)
        polib.pofile(str(source)).save_as_mofile(str(compiled))
    with override_settings(
        STATIC_ROOT=static,
        STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": storage}},
        LOCALE_PATHS=[locale],
    ):
        call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())
        yield


@dataclass(frozen=True)
class Registry:
    """What the tests know of the registry behind the pages."""

    user: User
    contributor: User
    """Of a party to the joint agreement: may report an activity and say how far a commitment is."""

    joint: str
    sided: str
    citation: Citation
    """The quote furthest down its text: seeing it takes a scroll."""

    debtors: str
    """The quote that says who owes the first commitment."""

    commitment: str
    activity: str
    person: str
    draft: str
    """The addresses of one of each, without the language."""


@pytest.fixture(scope="package")
def db(program: str, django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, open for all tests of this folder and swept once, after the last.

    It stands in for the fixture of pytest-django: by that name it tells which tests need a database made.
    """
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        yield
        TransactionTestCase._fixture_teardown(None)


@pytest.fixture(scope="package")
def registry(db) -> Registry:
    """Both samples, published; an activity; an administrator and a contributor whose password is PASSWORD."""
    return _fill()


def _fill() -> Registry:
    by = System("tests")
    author, reviewer, user = (
        organization_services.create_account(
            email=f"{role}@tests.example",
            name=f"A {role}",
            role=role,
            password=PASSWORD,
            organization=None,
            by=by,
        )
        for role in (Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR)
    )
    joint, sided = (
        samples.enter(samples.read(name), author=author, reviewer=reviewer) for name in samples.PRESS
    )
    commitment = joint.commitments.get(number=1)
    activity = ActivityFactory(
        was_held=True, title_en="A day for children", organizers=[joint.parties.first().organization]
    )
    FulfilmentFactory(activity=activity, commitment=commitment)
    contributor = organization_services.create_account(
        email="party@tests.example",
        name="A party's contributor",
        role=Role.CONTRIBUTOR,
        password=PASSWORD,
        organization=joint.parties.first().organization,
        by=by,
    )
    person = Person.objects.order_by("pk").first()
    return Registry(
        user,
        contributor,
        joint.code,
        sided.code,
        joint.all_citations.order_by("-start").first(),
        commitment.citations.get(about="debtors").quote,
        f"commitments/{commitment.pk}/",
        f"activities/{activity.pk}/",
        f"people/{person.pk}/",
        f"drafts/{_draft(contributor).pk}/",
    )


def _draft(owner: User) -> Draft:
    """A record in the making, from the text of a sample: its parties are named, and one thing they undertake."""
    part = samples.read(samples.PRESS[0])["sources"][0] | {"key": "s"}
    part["noise"] = [each | {"key": f"x-{index}"} for index, each in enumerate(part["noise"])]
    draft = drafting.start({"source_language": part["language"], "sources": [part]}, by=owner)
    lines = bench.texts(draft.content)[0].lines
    for line, choice in ((0, Choice("party")), (1, Choice("party", said={"name": "Another body"}))):
        words = Words("s", lines[line].start, lines[line].end)
        draft = drafting.change(
            draft.pk, placing.place(draft.content, words, choice), seen=draft.version, by=owner
        )
    both = tuple(each["key"] for each in draft.content["parties"])
    asked = placing.place(
        draft.content, Words("s", lines[2].start, lines[2].end), Choice("commitment", of=both)
    )
    return drafting.change(draft.pk, asked, seen=draft.version, by=owner)


@pytest.fixture(scope="package")
def address(registry: Registry, _as_in_production) -> Iterator[str]:
    """Where the registry is served: the whole WSGI application, WhiteNoise included, nothing in front of it."""
    server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def chromium(program: str, address: str) -> Iterator[Browser]:
    """One browser for all tests.

    It comes after the registry, and no test asks the database itself: Playwright leaves an event loop running in
    this thread, beside which Django has other connections, and refuses them.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def session(chromium: Browser, address: str, registry: Registry) -> StorageState:
    """What a browser keeps once the contributor has signed in: one sign-in for all pages that ask for it."""
    context = chromium.new_context(base_url=address, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/en/account/login/")
    page.locator("#id_login").fill(registry.contributor.email)
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

    def hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)

    def see(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.missing.append(f"{response.status} {response.url}")


@pytest.fixture
def window(chromium: Browser, address: str) -> Iterator[Callable[..., Window]]:
    """Opens a window with a profile of its own; options are those of a Playwright context."""
    contexts = []

    def opened(width: int = 1280, height: int = 800, **options) -> Window:
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        made = Window(context.new_page())
        made.page.on("console", made.hear)
        made.page.on("response", made.see)
        return made

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(window) -> Iterator[Page]:
    """A page of a desktop; nothing on it may be refused by the policy or be missing."""
    made = window()
    yield made.page
    assert made.refused == []
    assert made.missing == []


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def any_page(request: pytest.FixtureRequest, window) -> Iterator[Page]:
    """The same, once with and once without JavaScript."""
    made = window(java_script_enabled=request.param)
    yield made.page
    assert made.refused == []
    assert made.missing == []


@pytest.fixture
def places(registry: Registry) -> dict[str, str]:
    """Every page: a name, and the address after the language. Those of `test_looks.SIGNED` ask for an account."""
    citation = registry.citation
    sheet = f"agreements/{registry.joint}/"
    return {
        "home": "",
        "list": "agreements/",
        "list searched": "agreements/?q=children",
        "list by days": "agreements/?signed_from=2012&signed_to=2012",
        "list with nothing": "agreements/?q=xylophone",
        "export refused": "agreements/export.csv?signed_from=flood",
        "quality": "agreements/quality/",
        "suggestions": "search/suggestions?q=ama",
        "joint sheet": sheet,
        "sided sheet": f"agreements/{registry.sided}/",
        "sheet of a day": f"{sheet}?in_force_on=2015-01-01",
        "sheet as known": f"{sheet}?known_on={date.today().isoformat()}",
        "source": f"sources/{citation.source_id}/?cite={citation.pk}#c-{citation.pk}",
        "commitment": registry.commitment,
        "organizations": "organizations/",
        "organization": "organizations/aman/",
        "people": "people/",
        "person": registry.person,
        "activities": "activities/",
        "month": "activities/?look=month",
        "activity": registry.activity,
        "sign-in": "account/login/",
        "not found": "nowhere/",
        "own sheet": sheet,
        "own commitment": registry.commitment,
        "versions": f"{sheet}versions/",
        "report": f"activities/report/?agreement={registry.joint}",
        "digest": "account/digest/",
        "drafts": "drafts/",
        "new draft": "drafts/new/",
        "bench": f"{registry.draft}?at=s:4",
        "check": f"{registry.draft}check/",
    }

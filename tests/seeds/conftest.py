"""Both articles, entered once for a module and reviewed by somebody else: through the API, or at the workbench."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser

from agreements import services
from agreements.models import Agreement
from organizations.models import Organization, System, User
from organizations.permissions import Role
from organizations.services import create_account, issue_token, store
from tests.bearing import bearing
from tests.browser import driving
from tests.factories import PASSWORD
from tests.seeds import work
from tests.seeds.document import Document
from tests.seeds.dossiers import aman_bayti, entraide_al_amal
from tests.seeds.hands import Hands

TESTS = System("tests")


@dataclass
class Registry:
    """The registry with both articles in it, and the doors to it."""

    client: Client
    headers: dict[str, str]
    reviewer: User
    documents: dict[str, Document]

    def get(self, path: str, **parameters: Any) -> Any:
        """What the API answers at `path`; anything but 200 is a failure."""
        response = self.client.get(f"/api/v1/{path}", parameters, headers=self.headers)
        assert response.status_code == 200, response.content
        return response.json()

    def found(self, path: str = "agreements", **parameters: Any) -> set[str]:
        """The ids that a filtered list of the API holds."""
        return {each["id"] for each in self.get(path, **parameters)["results"]}

    def post(self, dossier: dict[str, Any]):
        return self.client.post(
            "/api/v1/agreements", data=dossier, content_type="application/json", headers=self.headers
        )

    def enter(self, dossier: dict[str, Any]) -> Document:
        """Post a dossier, have it published, and read it out."""
        response = self.post(dossier)
        assert response.status_code == 201, (response.status_code, response.headers, response.content)
        key = response.json()["id"]
        services.submit(key, by=TESTS)
        services.publish(key, by=self.reviewer)
        return self.read(key)

    def file(self, path: str) -> str:
        """A file as any reader gets it, without the mark that CSV begins with."""
        response = Client().get(path)
        assert response.status_code == 200, path
        return response.getvalue().decode("utf-8-sig")

    def page(self, path: str) -> str:
        """A page as any reader gets it."""
        response = Client().get(path)
        assert response.status_code == 200, path
        return response.content.decode()

    def read(self, key: str) -> Document:
        """A record as the API tells it, proof included."""
        return Document(self.get(f"agreements/{key}", expand="proof"))


def opened() -> Registry:
    """A registry with nothing in it but an office that may write, and somebody to review what it writes."""
    office = store(Organization(slug="office", source_language="en", name_en="Office"), by=TESTS)
    _token, secret = issue_token(organization=office, role=Role.EDITOR, by=TESTS)
    reviewer = create_account(
        email="reviewer@office.example", name="Reviewer", role=Role.REVIEWER, password=None, by=TESTS
    )
    return Registry(Client(), bearing(secret), reviewer, {})


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[Registry]:
    """Entered once for all tests of a module; taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        registry = opened()
        registry.documents = {
            "A": registry.enter(aman_bayti()),
            "B": registry.enter(entraide_al_amal()),
        }
        yield registry
        transaction.set_rollback(True)


@dataclass
class Entered:
    """What somebody made of texts in a browser, by the names of the texts; published by somebody else."""

    registry: Registry
    documents: dict[str, Document] = field(default_factory=dict)
    actions: dict[str, list[str]] = field(default_factory=dict)
    covered: dict[str, str] = field(default_factory=dict)
    """What the meter above the bench said before the check."""

    checked: dict[str, list[str]] = field(default_factory=dict)
    """What the check found, and what it warned of."""


@contextmanager
def at_the_workbench(folder: Path, works: Mapping[str, Callable[[Hands], None]]) -> Iterator[Entered]:
    """Each text entered by a contributor, in one registry; all of it is swept away afterwards."""
    program = driving.installed()
    told = Entered(opened())
    author = create_account(
        email="contributor@tests.example",
        name="A contributor",
        role=Role.CONTRIBUTOR,
        password=PASSWORD,
        by=TESTS,
    )
    try:
        codes = {}
        with (
            driving.as_in_production(folder),
            driving.served() as address,
            driving.driven(program) as chromium,
        ):
            kept = driving.signed_in(chromium, address, author.email)
            for name, work in works.items():
                codes[name] = _worked(told, name, work, chromium, base_url=address, storage_state=kept)
        for name, code in codes.items():
            key = Agreement.objects.get(number=Agreement.number_of(code)).pk
            services.publish(key, by=told.registry.reviewer)
            told.documents[name] = told.registry.read(str(key))
        yield told
    finally:
        TransactionTestCase._fixture_teardown(None)


def _worked(
    told: Entered, name: str, work: Callable[[Hands], None], chromium: Browser, **options: Any
) -> str:
    """One text, in a window of its own; the code of the record that it became."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB", **options)
    context.set_default_timeout(driving.PATIENCE)
    window = driving.Window.of(context.new_page())
    hands = Hands(window.page)
    work(hands)
    told.covered[name] = hands.covered
    hands.check()
    told.checked[name] = window.page.locator(".ban h2, .ban.ok2").all_inner_texts()
    code = hands.enter()
    told.actions[name] = hands.actions
    context.close()
    assert (window.refused, window.missing) == ([], [])
    return code


@pytest.fixture(scope="module")
def of_the_api(django_db_setup, django_db_blocker) -> dict[str, Document]:
    """Both records as the API's dossiers make them, read out of a registry that is gone."""
    with django_db_blocker.unblock(), transaction.atomic():
        registry = opened()
        documents = {"A": registry.enter(aman_bayti()), "B": registry.enter(entraide_al_amal())}
        transaction.set_rollback(True)
    return documents


@pytest.fixture(scope="module")
def entered(of_the_api, tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Entered]:
    """Both articles, entered at the workbench."""
    with (
        django_db_blocker.unblock(),
        at_the_workbench(tmp_path_factory.mktemp("production"), work.ARTICLES) as entered,
    ):
        yield entered


@pytest.fixture(scope="module")
def treaties_entered(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Entered]:
    """The official texts of the corpora, entered at the workbench."""
    with (
        django_db_blocker.unblock(),
        at_the_workbench(tmp_path_factory.mktemp("production"), work.TREATIES) as entered,
    ):
        yield entered

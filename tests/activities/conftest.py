"""What the tests of the pages share: an agreement with a commitment, who acts for its parties, and filled-in forms."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client

from agreements.models import Agreement, Commitment
from organizations.models import Organization, User
from tests.factories import AgreementFactory, CommitmentFactory, OrganizationFactory, UserFactory


@pytest.fixture
def commitment(db) -> Commitment:
    """Of a published agreement, owed by its first party."""
    return CommitmentFactory(agreement=AgreementFactory(published=True))


@pytest.fixture
def agreement(commitment) -> Agreement:
    return commitment.agreement


@pytest.fixture
def parties(agreement) -> list[Organization]:
    return [each.organization for each in agreement.parties.order_by("position")]


@pytest.fixture
def member(parties) -> User:
    return UserFactory(contributor=True, organization=parties[0])


@pytest.fixture
def partner(parties) -> User:
    return UserFactory(contributor=True, organization=parties[1])


@pytest.fixture
def stranger(db) -> User:
    return UserFactory(contributor=True, organization=OrganizationFactory())


@pytest.fixture
def secret(db) -> Commitment:
    """Of a restricted agreement between two others."""
    agreement = AgreementFactory(published=True, confidentiality="restricted", title_en="A secret agreement")
    return CommitmentFactory(agreement=agreement, text_en="Keep a secret promise")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def files() -> set[Path]:
    """Every file of evidence on the disk."""
    folder = Path(default_storage.path("evidence"))
    assert folder.is_relative_to(settings.DATA_DIR)
    return set(folder.iterdir()) if folder.exists() else set()


class Fields(HTMLParser):
    """What a browser would send of the form with this `action`, but buttons and files."""

    def __init__(self, action: str | None):
        super().__init__()
        self.action, self.inside, self.sent = action, False, {}
        self.select = self.textarea = None
        self.files: list[str] = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self.inside = told.get("method") == "post" and told.get("action") == self.action
        if not self.inside or "disabled" in told:
            return
        name, kind = told.get("name"), told.get("type", "text")
        if tag == "input" and name:
            if kind == "file":
                self.files.append(name)
            elif kind not in {"checkbox", "radio"} or "checked" in told:
                self.sent.setdefault(name, []).append(told.get("value") or "")
        elif tag == "select":
            self.select = name
            self.sent.setdefault(name, [])
        elif tag == "option" and self.select and ("selected" in told or not self.sent[self.select]):
            self.sent[self.select] = [told.get("value") or ""]
        elif tag == "textarea":
            self.textarea = name
            self.sent[name] = [""]

    def handle_data(self, data):
        if self.textarea:
            self.sent[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None


def form_of(response, *, action: str | None = None) -> dict[str, list[str]]:
    fields = Fields(action)
    fields.feed(response.content.decode())
    return fields.sent


@pytest.fixture(autouse=True)
def _no_files_left(request) -> Iterator[None]:
    """What a test puts on the disk is taken off again."""
    before = files()
    yield
    for each in files() - before:
        each.unlink()

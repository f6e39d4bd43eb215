"""Both articles, entered once for a module through the API and reviewed by somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from agreements import services
from organizations.models import Organization, System, User
from organizations.permissions import Role
from organizations.services import create_account, issue_token
from tests.seeds.dossiers import aman_bayti, entraide_al_amal

TESTS = System("tests")


class Document:
    """An agreement as the API tells it, proof included, with its parts told by name instead of by id."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.names = {party["id"]: party["letter"] for party in content["parties"]}
        for member, letter in (
            ("commitments", "c"),
            ("statements", "s"),
            ("advantages", "a"),
            ("objectives", "b"),
        ):
            self.names |= {part["id"]: f"{letter}{n}" for n, part in enumerate(content[member], start=1)}
        self.names |= {group["id"]: self.own_words(group) for group in content["groups"]}
        self.names |= {each["id"]: each["slug"] for each in content["organizations"] + content["programmes"]}
        for person in content["people"]:
            self.names |= {office["id"]: person["name"] for office in person["offices"]}

    def bare(self, value: Any) -> Any:
        """`value` with a code or a pointer told by its name alone."""
        if isinstance(value, dict):
            if value.keys() == {"code", "label"}:
                return value["code"]
            if value.keys() == {"id", "type", "label", "url"}:
                return self.names.get(value["id"], value["label"])
            return {member: self.bare(each) for member, each in value.items()}
        if isinstance(value, list):
            return [self.bare(each) for each in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def own_words(self, part: dict[str, Any]) -> str:
        """The text of a part in the language of the source."""
        return part["texts"][self.content["source_language"]]

    def at(self, path: str) -> dict[str, Any]:
        """The part at `path`: members and indexes, organizations and people by their names."""
        part = self.content
        for step in filter(None, path.split("/")):
            if isinstance(part, dict):
                part = part[step]
            elif step.isdecimal():
                part = part[int(step)]
            else:
                part = next(each for each in part if step in (each.get("slug"), each.get("name")))
        return part

    @cached_property
    def text(self) -> str:
        """The text of its one source."""
        [source] = self.content["sources"]
        return source["text"]


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
        return Document(self.get(f"agreements/{key}", expand="proof"))

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


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[Registry]:
    """Entered once for all tests of a module; taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        office = Organization.objects.create(slug="office", source_language="en", name_en="Office")
        _token, secret = issue_token(organization=office, role=Role.EDITOR, by=TESTS)
        reviewer = create_account(
            email="reviewer@office.example", name="Reviewer", role=Role.REVIEWER, password=None, by=TESTS
        )
        registry = Registry(Client(), {"Authorization": f"Bearer {secret}"}, reviewer, {})
        registry.documents = {
            "A": registry.enter(aman_bayti()),
            "B": registry.enter(entraide_al_amal()),
        }
        yield registry
        transaction.set_rollback(True)

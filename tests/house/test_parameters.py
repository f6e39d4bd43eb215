"""What every operation takes in its address: all that the contract names, and nothing besides."""

import difflib
import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from config import described
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.factories import OrganizationFactory

pytestmark = [pytest.mark.xdist_group("contract"), pytest.mark.django_db]

DOCUMENT = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
STRANGER = "a_stranger"
EVERYWHERE = {"language", "format"}
"""Parameters that every address takes; `format` is told where an address has more than one."""


def operations() -> Iterator[tuple[str, str, set[str]]]:
    """Method and path of every operation, with the parameters the contract names."""
    shared = DOCUMENT["components"]["parameters"]
    for method, path, operation in described.operations(DOCUMENT):
        if path.endswith("openapi.json"):
            continue  # the generator's own view
        told = [
            shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
            for each in operation.get("parameters", ())
        ]
        yield method, path, {each["name"] for each in told if each["in"] == "query"}


@pytest.fixture
def taken(monkeypatch) -> list[set[str]]:
    """What an address that is asked with a stranger holds it against: all the parameters it takes."""
    found: list[set[str]] = []
    near = difflib.get_close_matches

    def noted(word, possibilities, *args, **kwargs):
        if word == STRANGER:
            found.append(set(possibilities))
        return near(word, possibilities, *args, **kwargs)

    monkeypatch.setattr("lib.endpoints.difflib.get_close_matches", noted)
    return found


def test_every_operation_takes_the_parameters_that_the_contract_names_and_no_others(taken):
    headers, wrong, counted = bearer(OrganizationFactory(), Role.ADMINISTRATOR), [], 0
    for method, path, told in operations():
        name = {"vocabulary": "themes", "scheme": "trial", "value": "1", "delivery": "1"}
        name |= dict.fromkeys(("id", "agreement"), str(UUID(int=1)))
        if "/exports/" in path:
            name["id"] = "registry.zip"
        if path == "/api/v1/vocabularies/{id}":
            name["id"] = "themes"
        taken.clear()
        answer = getattr(Client(), method)(
            f"{path.format(**name)}?{STRANGER}=1",
            data=None if method in {"get", "delete"} else "{}",
            content_type="application/json",
            headers=headers,
        )
        if not taken:
            wrong.append((method, path, "takes anything", answer.status_code))
            continue
        counted += 1
        (known,) = taken
        assert answer.status_code == 400, (method, path)
        if known - told - EVERYWHERE == {"expand"}:
            # Known by name alone: there is nothing to expand, so that any value is refused.
            refused = Client().get(f"{path.format(**name)}?expand=agreement", headers=headers)
            known -= {"expand"} if refused.status_code in {400, 403, 404} else set()
        if known - EVERYWHERE != told - EVERYWHERE:
            wrong.append((method, path, "untold:", known - told - EVERYWHERE, "not taken:", told - known))
    assert not wrong, "\n".join(map(str, wrong))
    assert counted > 100

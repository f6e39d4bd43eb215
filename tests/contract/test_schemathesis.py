"""The server answers as its OpenAPI document says, whatever it is sent: requests drawn from it, by three roles.

A mutant keeps watch over the watch: a member that is not what its schema says is found.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from activities import samples
from config import api
from organizations import services
from organizations.models import Organization, User
from organizations.permissions import Role
from tests.browser.driving import served

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "6"))
"""Requests drawn for each operation by each role. Before a release a hundred, which take about an hour."""
SEED = "1"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "whole_documents_conform",
    "problems_are_told",
)
PROGRAM = Path(sys.executable).with_name("st")

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, open for this file and swept once. By this name it tells that one is to be made."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        yield
        TransactionTestCase._fixture_teardown(None)


@pytest.fixture(scope="module")
def secrets(db) -> dict[str, str]:
    """The sample registry, and who asks → the secret of the token."""
    call_command("load_sample", agreements=4, stdout=StringIO())
    by = User.objects.get(role=Role.ADMINISTRATOR)
    secrets = {"anonymous": ""}
    for role, holder in (
        (Role.PARTNER_SYSTEM, samples.SANDBOX),
        (Role.ADMINISTRATOR, by.organization.slug),
    ):
        organization = Organization.objects.get(slug=holder)
        _token, secrets[role.value] = services.issue_token(organization=organization, role=role, by=by)
    return secrets


@pytest.fixture(scope="module")
def address(secrets) -> Iterator[str]:
    with served() as address:
        yield f"{address}/api/v1/"


def known(address: str, secret: str) -> dict[str, list[str]]:
    """Every listed resource → the keys of its first records."""
    found = {}
    for resource, _view, _name in api.router.registry:
        told = ask(f"{address}{resource}", {"Authorization": f"Bearer {secret}"})
        if "results" in told and resource != "changes":
            found[resource] = [each["id"] for each in told["results"][:12]]
    return found | {"vocabularies": list(api.VOCABULARIES), "terms": ["education", "other"]}


def ask(address: str, headers: dict[str, str] | None = None) -> dict:
    return json.load(urlopen(Request(address, headers=headers or {})))  # noqa: S310 — our own server


def drawn(
    address: str, secrets: dict[str, str], who: str, folder: Path, *more: str, examples: int = EXAMPLES
) -> tuple[int, str]:
    """Send what schemathesis draws from the document, as `who`; how it ended, and what it says of it."""
    keys = folder / "known.json"
    keys.write_text(json.dumps(known(address, secrets[Role.ADMINISTRATOR])))
    document = folder / "openapi.json"  # from its own address it would leave that address out
    document.write_text(json.dumps(ask(f"{address}openapi.json")))
    command = [
        *(PROGRAM, "run", document, "--url", address.removesuffix("api/v1/")),
        *("--phases", "fuzzing", "--checks", ",".join(CHECKS)),
        *(
            "--seed",
            SEED,
            "--max-examples",
            str(examples),
            "--workers",
            "1",
            "--no-shrink",
            "--no-color",
        ),
        *("--continue-on-failure", "--generation-database", "none", "--suppress-health-check", "all"),
        *("--warnings", "off", "--request-timeout", "60", *more),
    ]
    if secrets[who]:
        command += ["--header", f"Authorization: Bearer {secrets[who]}"]
    hooks = {
        "PYTHONPATH": str(settings.BASE_DIR),
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "CONTRACT_KNOWN": str(keys),
    }
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | hooks, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("administrator", marks=pytest.mark.xdist_group("contract-1")),
        pytest.param("partner_system", marks=pytest.mark.xdist_group("contract-2")),
        pytest.param("anonymous", marks=pytest.mark.xdist_group("contract-2")),
    ],
)
def test_every_answer_is_one_that_the_document_tells(address, secrets, who, tmp_path):
    code, told = drawn(address, secrets, who, tmp_path)

    assert code == 0, told
    operations = sum(map(len, ask(f"{address}openapi.json")["paths"].values()))
    assert f"Tested: {operations}" in told
    assert int(re.search(r"(\d+) generated", told)[1]) >= operations


@pytest.mark.xdist_group("contract-2")
def test_a_member_that_is_not_what_its_schema_says_is_found(address, secrets, tmp_path, monkeypatch):
    monkeypatch.setattr(api, "read_term", lambda term: {"code": term.code, "label": None, "position": "one"})

    code, told = drawn(
        address, secrets, "anonymous", tmp_path, "--include-path-regex", "/vocabularies/", examples=20
    )

    assert code == 1
    assert "Response violates schema" in told

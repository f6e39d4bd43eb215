"""What the contract says is sent, and what the service takes: the same, asked both ways at every writing operation.

The least document that a schema allows is never refused for a member that is missing, nor for one that nobody knows;
each member the schema demands is demanded by the service; a merge patch demands nothing, and may empty what may be left
out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from activities import samples
from config import described
from config.examples import EXAMPLES, MORE
from config.snippets import known
from organizations.models import Organization
from organizations.permissions import Role
from tests.agreements.conftest import bearer

pytestmark = [pytest.mark.xdist_group("contract"), pytest.mark.django_db]

DOCUMENT = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
JSON, PATCH = "application/json", "application/merge-patch+json"
OF_FORM = {
    "required",
    "null",
    "unknown_member",
    "form",
    "object",
    "not_a_list",
    "not_an_object",
    "invalid_choice",
}
"""Codes of refusals that speak of the form of what was sent: a document as its schema says has none of them."""
UNASKED = {"/api/v1/imports", "/api/v1/jobs/{id}/apply"}
"""Forms with a file, and a body that may be left out."""
LISTS = {
    "agreement": "agreements",
    "to": "agreements",
    "organization": "organizations",
    "organizers": "organizations",
    "into": "organizations",
    "party": "parties",
    "person": "people",
    "commitment": "commitments",
    "source": "sources",
    "document": "sources",
}
"""Members that point at a record → the list that has one."""
PLAIN = {
    "kind": {
        "agreements": "partnership_agreement",
        "identifiers": "partnership_agreement",
        "activities": "workshop",
        "commitments": "service",
    },
    "code": {"": "other"},
}


def bodies(*methods: str) -> Iterator[tuple[str, str, dict]]:
    """Method, path and schema of what is sent as JSON."""
    for method, path, operation in described.operations(DOCUMENT):
        content = operation.get("requestBody", {}).get("content", {})
        if method in methods and path not in UNASKED and JSON in content:
            yield method, path, content[JSON]["schema"]


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def checker(schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


class Registry:
    """A sample registry, as its administrator asks it."""

    def __init__(self):
        call_command("load_sample", verbosity=0, stdout=StringIO())
        self.holder = Organization.objects.get(slug=samples.SANDBOX)
        self.headers = bearer(self.holder, Role.ADMINISTRATOR)
        self.client = Client()
        self.keys: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, media_type: str = JSON) -> Any:
        headers = {**self.headers, "Idempotency-Key": uuid4().hex, "If-Match": "*"}
        if method in {"get", "post", "put"}:
            del headers["If-Match"]
        more = {} if body is None else {"data": json.dumps(body), "content_type": media_type}
        return getattr(self.client, method)(path, headers=headers, **more)

    def key(self, resource: str) -> str:
        """The id of a record of a list."""
        if resource not in self.keys:
            own = f"&debtor={self.holder.pk}" if resource == "commitments" else ""
            answer = self.ask("get", f"/api/v1/{resource}?page_size=1{own}")
            assert answer.status_code == 200, answer.content
            found = answer.json()["results"]
            self.keys[resource] = found[0]["id"] if found else str(uuid4())
        return self.keys[resource]

    def at(self, path: str) -> str:
        """The path with a record in it."""
        resource = path.removeprefix("/api/v1/").partition("/")[0]
        if resource == "vocabularies":
            return path.format(vocabulary="themes", id="health")
        if resource == "identifiers":
            return path.format(scheme="trial", value=uuid4().hex)
        return path.format(id=self.key(resource)) if "{" in path else path

    def least(self, schema: Mapping[str, Any], path: str, name: str = "") -> Any:
        """The smallest value of a schema: what it demands, and nothing else."""
        schema = resolved(schema)
        for way in ("anyOf", "oneOf"):
            if way in schema and "type" not in schema:
                schema = resolved(schema[way][-1 if name == "website" else 0])
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            demanded = schema.get("required", ())
            if "anyOf" in schema:
                demanded = schema["anyOf"][0]["required"]
            if schema.get("minProperties"):
                demanded = ["en"]
            told = {each: self.least(schema["properties"][each], path, each) for each in demanded}
            if "id" in told:
                told["id"] = self.key(LISTS.get(name, "agreements"))
            return told | ({"type": "agreement"} if name == "fact" else {})
        if kind == "array":
            few = range(schema.get("minItems", 0) or (name in {"items"}))
            return [self.least(schema["items"], path, name) for _each in few]
        if kind == "integer":
            return schema.get("minimum", 1)
        if "enum" in schema:
            return schema["enum"][0]
        return self.words(schema, path, name)

    def words(self, schema: Mapping[str, Any], path: str, name: str) -> str:
        resource = path.removeprefix("/api/v1/").partition("/")[0]
        if name in PLAIN and resource in PLAIN[name]:
            return PLAIN[name][resource]
        if schema.get("format") == "date":
            return "2026-11-20"
        if name in {"debtors", "source", "document"}:
            return self.key("parties" if name == "debtors" else "sources")
        if name == "url":
            return "https://receiver.example/hook"
        return {"scheme": "trial", "slug": "trial", "events": "agreement.*"}.get(name, "Words")


def faults(answer) -> list[dict]:
    if answer.status_code < 400:
        return []
    return answer.json().get("errors", [])


class TestWhatIsSent:
    def test_in_every_example_is_as_its_schema_says(self):
        wrong = []
        for method, path, schema in bodies("post", "put", "patch"):
            for each in (*EXAMPLES, *MORE):
                if each.body is None or not described.is_of(each, method, path):
                    continue
                body = known(each.body, dict.fromkeys(described.names(each), described.SOME))
                wrong += [
                    f"{each.name}: {fault.json_path} {fault.message}"
                    for fault in checker(schema).iter_errors(body)
                    if "?" not in str(body) and each.status < 400
                ]
        assert not wrong, "\n".join(map(str, wrong))

    def test_may_be_the_least_that_its_schema_demands(self):
        registry, wrong = Registry(), []
        for method, path, schema in bodies("post", "put"):
            body = registry.least(schema, path)
            assert list(checker(schema).iter_errors(body)) == [], (path, body)
            answer = registry.ask(method, registry.at(path), body)
            assert answer.status_code < 500, (path, answer.content)
            wrong += [(path, body, each) for each in faults(answer) if each["code"] in OF_FORM]
        assert not wrong, "\n".join(map(str, wrong))

    def test_lacks_nothing_that_its_schema_demands(self):
        registry, wrong, counted = Registry(), [], 0
        for method, path, schema in bodies("post", "put"):
            whole = registry.least(schema, path)
            for name in resolved(schema).get("required", ()):
                body = {each: value for each, value in whole.items() if each != name}
                answer = registry.ask(method, registry.at(path), body)
                counted += 1
                told = {re.sub(r"^(/\w+).*", r"\1", each["pointer"]) for each in faults(answer)}
                if answer.status_code != 422 or f"/{name}" not in told:
                    wrong.append((method, path, name, answer.status_code, answer.content.decode()[:300]))
        assert counted > 60
        assert not wrong, "\n".join(map(str, wrong))

    def test_has_no_member_that_its_schema_does_not_name(self):
        registry, wrong = Registry(), []
        for method, path, schema in bodies("post", "put"):
            body = registry.least(schema, path) | {"stranger": 1}
            assert list(checker(schema).iter_errors(body)), path
            answer = registry.ask(method, registry.at(path), body)
            if "/stranger" not in {each["pointer"] for each in faults(answer)}:
                wrong.append((method, path, answer.status_code, answer.content.decode()[:300]))
        assert not wrong, "\n".join(map(str, wrong))

    def test_in_a_patch_may_be_nothing_and_may_empty_whatever_may_be_left_out(self):
        registry, wrong, counted = Registry(), [], 0
        for method, path, schema in bodies("patch"):
            at = registry.at(path)
            if registry.ask("get", at).status_code != 200:
                continue  # no such record in the sample
            wrong += [(path, {}, each) for each in faults(registry.ask(method, at, {}, PATCH))]
            members = [
                name for name, each in resolved(schema)["properties"].items() if not each.get("readOnly")
            ]
            emptied = {name: None for name in members if checker(schema).is_valid({name: None})}
            for name in set(members) - emptied.keys():
                counted += 1
                if not faults(registry.ask(method, at, {name: None}, PATCH)):
                    wrong.append((path, name, "is emptied"))
            while told := faults(registry.ask(method, at, emptied, PATCH)):
                wrong += [(path, emptied, each) for each in told if each["code"] in OF_FORM]
                kept = {each["pointer"].split("/")[1] for each in told if each["code"] == "read_only"}
                if not kept:
                    break  # a rule of the registry
                emptied = {name: None for name in emptied if name not in kept}
        assert counted > 30
        assert not wrong, "\n".join(map(str, wrong))

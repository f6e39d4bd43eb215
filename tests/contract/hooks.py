"""What a generated request is given of the registry, so that it comes past the door: loaded by schemathesis itself.

A generated key is that of no record: seven of eight become one that there is. What replaces a value hangs on the value
alone, so that a run with the same seed sends the same again.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import schemathesis
from schemathesis.specs.openapi.checks import response_schema_conformance

KNOWN: dict[str, list[str]] = json.loads(Path(os.environ["CONTRACT_KNOWN"]).read_text())
"""Resource → keys of its records."""
POINTING = {
    "agreement": "agreements",
    "to": "agreements",
    "organization": "organizations",
    "organizers": "organizations",
    "parent": "organizations",
    "into": "organizations",
    "party": "parties",
    "debtors": "parties",
    "beneficiaries": "parties",
    "person": "people",
    "office": "offices",
    "speaker": "offices",
    "commitment": "commitments",
    "statement": "statements",
    "source": "sources",
    "document": "sources",
    "programme": "programmes",
    "activity": "activities",
}
"""Members that point at a record → its resource."""
RARELY = 16
SHAPING = {"fields", "omit", "brief", "expand"}
"""Who asks for these gets other members than the schema of the record has."""


@schemathesis.check
def whole_documents_conform(ctx, response, case) -> bool | None:
    """Documents are as their schema says, where all of one was asked for."""
    return None if SHAPING & set(case.query or ()) else response_schema_conformance(ctx, response, case)


@schemathesis.check
def problems_are_told(ctx, response, case) -> None:
    """A refusal is one of the problems that the document names at this operation, under its status."""
    told = case.operation.definition.raw["responses"].get(str(response.status_code), {})
    if "$ref" in told:
        told = case.operation.schema.raw_schema["components"]["responses"][told["$ref"].rpartition("/")[2]]
    if response.status_code >= 400 and told:
        slug = response.json()["type"].rpartition("/")[2]
        assert f"`{slug}`" in told["description"], f"{slug} is not among the problems of this operation"


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    resource = case.operation.path.removeprefix("/api/v1/").partition("/")[0]
    for name, value in (case.path_parameters or {}).items():
        other = name == "id" and "vocabulary" in case.path_parameters
        case.path_parameters[name] = _drawn(value, "terms" if other else POINTING.get(name, resource))
    if isinstance(case.body, dict | list):
        case.body = _filled(case.body)
    if _number(case) % RARELY:
        if case.method == "POST":
            case.headers["Idempotency-Key"] = uuid4().hex
        elif case.method in {"PUT", "PATCH", "DELETE"}:
            case.headers["If-Match"] = "*"


def _filled(value: Any, name: str = "") -> Any:
    """`value`, whose references lead to records."""
    if isinstance(value, dict):
        return {
            member: _known(told, POINTING.get(name, "")) if member == "id" else _filled(told, member)
            for member, told in value.items()
        }
    return [_filled(each, name) for each in value] if isinstance(value, list) else value


def _known(value: Any, resource: str) -> Any:
    """A key of the resource in the place of another, most of the time."""
    return _drawn(value, resource) if _is_key(value) else value


def _drawn(value: Any, resource: str) -> Any:
    number, keys = _number(value), KNOWN.get(resource)
    return keys[number // 8 % len(keys)] if keys and number % 8 else value


def _is_key(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _number(value: Any) -> int:
    told = (value.path_parameters, value.query, value.body) if hasattr(value, "operation") else value
    return zlib.crc32(repr(told).encode(errors="surrogatepass"))

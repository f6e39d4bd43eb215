"""What the contract has beside its operations: how to come in, tags, examples, and what webhooks are sent."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation

from config import snippets
from config.examples import ANY, EXAMPLES, MORE, PLACES, Example
from config.problems import PROBLEMS
from exchange.queries.webhooks import KNOWN, TYPE
from lib.contract import PROBLEM_JSON
from organizations.permissions import Scope

HOST = "https://registry.example"
SOME = "01a203dc-e9a9-7a11-8742-497411e572e3"
"""Stands for any id, where no registry is at hand."""
ROOT = "/api/v1/"
ANYWHERE = {405, 416, 500}
"""Problems that no operation is told with: they are no part of it."""
_METHODS = ("get", "post", "put", "patch", "delete")


def complete(result: dict, generator, request, public) -> dict:
    """The document with all of it, always in English: a contract does not change with its reader."""
    with translation.override("en"):
        result["servers"] = [{"url": settings.PUBLIC_URL, "description": "The registry that tells this."}]
        # Addresses are told without a slash at the end, here as in every document; with one they answer too.
        result["paths"] = {
            path if path == ROOT else path.rstrip("/"): found for path, found in result["paths"].items()
        }
        result["info"]["description"] += "\n\nAny address may answer:\n" + "".join(
            f"\n- `{slug}`: {kind.title}." for slug, kind in PROBLEMS.items() if kind.status in ANYWHERE
        )
        _ways_in(result)
        _tags(result)
        for method, path, operation in operations(result):
            told = [each for each in (*EXAMPLES, *MORE) if is_of(each, method, path)]
            if told:
                operation["x-codeSamples"] = [
                    {"lang": "Shell", "label": str(each.title), "source": snippets.curl(each, HOST, {})}
                    for each in told
                ]
            for each in told:
                _put(operation, each)
        _webhooks(result)
        _shared_refusals(result)
    return result


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict]]:
    """Method, path and operation of each."""
    for path, found in document["paths"].items():
        for method in _METHODS:
            if method in found:
                yield method, path, found[method]


def is_of(example: Example, method: str, path: str) -> bool:
    """Whether the example is one of the operation at `path`."""
    if example.method.lower() != method or example.path.startswith("/identity/"):
        return False
    pattern = re.sub(r"\\\{(\w+)\\\}", _segment, re.escape(path.rstrip("/")))
    return bool(re.fullmatch(pattern, f"/api/v1{example.path}".rstrip("/")))


def _segment(found: re.Match) -> str:
    return ".+" if found[1] == "value" else "[^/]+"


def _put(operation: dict, example: Example) -> None:
    """Put an example where what is sent and what is answered are described."""
    sent = operation.get("requestBody", {}).get("content", {})
    if example.body is not None:
        for content in sent.values():
            if "json" in next(iter(sent)):
                content.setdefault("examples", {})[_name(example)] = {
                    "summary": str(example.title),
                    "value": snippets.known(example.body, dict.fromkeys(names(example), SOME)),
                }
    answered = operation["responses"].get(str(example.status), {}).get("content", {})
    media_type = PROBLEM_JSON if example.status >= 400 else "application/json"
    if example.answer not in (None, ANY) and media_type in answered:
        answered[media_type].setdefault("examples", {})[_name(example)] = {
            "summary": f"{example.title} (shortened)",
            "value": _plain(example.answer),
        }


def _name(example: Example) -> str:
    return example.name.replace("-", "_")


def names(example: Example) -> set[str]:
    return {*PLACES, *snippets.NAME.findall(str(example.body))}


def _plain(value: Any) -> Any:
    """The answer without what may be anything."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items() if each is not ANY}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _shared_refusals(result: dict) -> None:
    """Refusals that many operations answer alike are told once, among the components."""
    shared: dict[str, str] = {}
    kept = result["components"].setdefault("responses", {})
    for _method, _path, operation in operations(result):
        for status, told in operation["responses"].items():
            if int(status) < 400 or "examples" in next(iter(told.get("content", {}).values()), {}):
                continue
            written = json.dumps(told, sort_keys=True)
            if written not in shared:
                number = sum(name.startswith(f"Refused{status}") for name in kept)
                shared[written] = f"Refused{status}" + (f"_{number + 1}" if number else "")
                kept[shared[written]] = told
            operation["responses"][status] = {"$ref": f"#/components/responses/{shared[written]}"}


def _ways_in(result: dict) -> None:
    """OAuth 2 beside the token; both do for every operation."""
    ways = result["components"]["securitySchemes"]
    ways["oauth"] = {
        "type": "oauth2",
        "description": "Draws tokens of an hour, which act as the token behind the client.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/identity/o/api/token",
                "scopes": {str(each): str(each.label) for each in Scope},
            }
        },
    }
    for _method, _path, operation in operations(result):
        if {"token": []} in operation.get("security", []):
            operation["security"] = [{"token": []}, {"oauth": []}, {"session": []}]


def _tags(result: dict) -> None:
    for _method, path, operation in operations(result):
        name = path.removeprefix(ROOT).partition("/")[0]
        operation["tags"] = ["service" if name in {"", "openapi.json", "me"} else name]
    names = dict.fromkeys(operation["tags"][0] for _m, _p, operation in operations(result))
    result["tags"] = [{"name": name} for name in [*names, "webhooks"]]


def _webhooks(result: dict) -> None:
    """What an address is sent, for each kind of event: all have one form."""
    line = result["components"]["schemas"]["FeedLine"]
    result["components"]["schemas"]["Event"] = {
        "type": "object",
        "description": "A CloudEvent (1.0, structured): what happened to which record, not what stands in it.",
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": {"type": "string", "description": "The webhook-id, the same in every attempt."},
            "source": {"type": "string", "format": "uri"},
            "type": {"type": "string", "enum": [f"{TYPE}.{each}" for each in KNOWN]},
            "subject": {"type": "string", "description": "Resource and id of the record."},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"type": "string", "const": "application/json"},
            "sequence": line["properties"]["sequence"],
            "data": {
                "type": "object",
                "description": "A line of the feed without `sequence` and `at`; a ping has no more than an id.",
                "properties": {
                    name: told for name, told in line["properties"].items() if name not in {"sequence", "at"}
                },
                "required": ["id"],
            },
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
    }
    headers = {
        "webhook-id": "By it repetitions are known.",
        "webhook-timestamp": "Seconds since 1970, when this attempt was made.",
        "webhook-signature": "One or two of `v1,…`, as Standard Webhooks prescribe, with a space between.",
    }
    result["webhooks"] = {
        event: {
            "post": {
                "operationId": f"webhook_{event.replace('.', '_')}",
                "summary": f"Sent for {event}",
                "tags": ["webhooks"],
                "parameters": [
                    {
                        "name": name,
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": words,
                    }
                    for name, words in headers.items()
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
                },
                "responses": {
                    "2XX": {"description": "Received: it is not sent again."},
                    "410": {"description": "Nothing is wanted any more: the webhook is switched off."},
                },
            }
        }
        for event in KNOWN
    }

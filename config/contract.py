"""The OpenAPI document: what every operation has in common, and what the generator gets wrong, put right."""

from typing import Any

from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiResponse

from config import asked as asking
from config.problems import PROBLEMS, is_given_by
from config.taken import Taken
from lib import contract
from lib.endpoints import Listing
from lib.writing import Writes

BY_ITSELF = (400, 401, 403, 406, 429, 503)
"""What every operation may answer: strict parameters, who asks, in which format, how often, and when it cannot."""
WITH_A_BODY = (413, 415, 422)
JSON = "application/json"
HTML = "text/html"
WRITTEN = {
    "application/ld+json": {"type": "object", "required": ["@context"]},
    "application/vnd.oai.openapi+json": {"type": "object", "required": ["openapi", "info", "paths"]},
    "text/csv": {"type": "string"},
    "text/calendar": {"type": "string"},
    "application/xml": {"type": "string"},
    "application/atom+xml": {"type": "string"},
}
"""What the formats beside JSON look like, as far as a schema can say; others are bytes."""
_WAIT = {
    "Retry-After": {
        "description": "Seconds to wait before the same is sent again.",
        "schema": {"type": "integer"},
    }
}
TELLING = {
    429: _WAIT
    | {
        "RateLimit": {
            "description": 'Every answer has it: `"read";r=587;t=31` is 587 requests left of those that read, and 31 '
            'seconds until the next minute. `RateLimit-Policy` has the whole: `"read";q=600;w=60`.',
            "schema": {"type": "string"},
        }
    },
    503: _WAIT,
}
"""Headers that belong to a refusal."""
ELSEWHERE = {
    "description": "See the page of it, for people (`format=html`).",
    "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
}
SHARED = {
    "language": "Language",
    "Accept-Language": "AcceptLanguage",
    "Idempotency-Key": "IdempotencyKey",
    "If-Match": "IfMatch",
    "If-None-Match": "IfNoneMatch",
}
"""Parameters that many operations have → what they are called among the components."""


class Operation(Taken):
    """One operation, with the refusals and the headers that nobody has to name for each."""

    def get_override_parameters(self):
        asked = asking.parameters_of(self.view, getattr(self.view, "action", ""))
        shared = [contract.LANGUAGE, contract.ACCEPT_LANGUAGE, *asked]
        return [*shared, contract.IDEMPOTENCY_KEY] if self.method == "POST" else shared

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        for status in self.by_itself():
            if str(status) not in bodies:
                bodies[str(status)] = self._get_response_for_code(
                    contract.problem(status), str(status), None, direction
                )
        if getattr(self.view, "action", "") == "retrieve" and isinstance(self.view, Listing):
            bodies["304"] = {"description": "It is at the version that If-None-Match names; no body."}
        if bodies.get("200", {}).get("content", {}).pop(HTML, None):
            bodies["303"] = ELSEWHERE
        return dict(sorted(bodies.items()))

    def by_itself(self) -> set[int]:
        """The statuses of refusals that this operation may answer without saying so."""
        found = set(BY_ITSELF)
        if "{" in self.path:
            found.add(404)
            if isinstance(self.view, Writes) and type(self.view).gone is not Writes.gone:
                found.add(410)
        if self.method in {"POST", "PUT", "PATCH"} and self._get_request_body():
            found |= set(WITH_A_BODY)
        if self.method == "POST":
            found |= {409}
        return found

    def _get_response_for_code(self, serializer, status_code, media_types=None, direction="response"):
        is_problem = isinstance(serializer, OpenApiResponse) and serializer.response is contract.ProblemShape
        body = super()._get_response_for_code(
            serializer,
            status_code,
            [contract.PROBLEM_JSON] if is_problem and not media_types else media_types,
            direction,
        )
        if is_problem:
            body["description"] = self._told(int(status_code), body["description"])
            if headers := TELLING.get(int(status_code)):
                body["headers"] = headers
            return body
        for media_type, content in body.get("content", {}).items():
            if media_type != JSON:
                content["schema"] = WRITTEN.get(media_type, {"type": "string", "format": "binary"})
        return body

    def _told(self, status: int, description: str) -> str:
        """What a refusal of this operation with this status may be called, after what is said of it."""
        names = "\n".join(
            f"- `{slug}`: {kind.title}."
            for slug, kind in PROBLEMS.items()
            if kind.status == status and is_given_by(slug, self.method, self.path)
        )
        return f"{description}\n\n{names}".strip()

    def _is_list_view(self, serializer=None) -> bool:
        """An action may be called `list` and answer one document: a list is paged, or says that it holds many."""
        told = self.get_response_serializers() if serializer is None else serializer
        if self.method == "GET" and getattr(self.view, "pagination_class", None) is None:
            many = told.get(200) if isinstance(told, dict) else told
            return is_list_serializer(many)
        return super()._is_list_view(serializer)


def blank_or_value(result: dict, generator, request, public) -> dict:
    """The empty text may match both branches of «blank or value»: that is `anyOf`, not `oneOf`."""
    _mend(result)
    return result


def shared_parameters(result: dict, generator, request, public) -> dict:
    """Parameters of nearly every operation are told once, among the components."""
    told = result.setdefault("components", {}).setdefault("parameters", {})
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for place, each in enumerate(operation.get("parameters", ())):
                name = SHARED.get(each.get("name", ""))
                if name and told.setdefault(name, each) == each:
                    operation["parameters"][place] = {"$ref": f"#/components/parameters/{name}"}
    return result


def _mend(node: Any) -> None:
    if isinstance(node, dict):
        if {"type": "string", "maxLength": 0} in node.get("oneOf", ()):
            node["anyOf"] = node.pop("oneOf")
        for below in node.values():
            _mend(below)
    elif isinstance(node, list):
        for below in node:
            _mend(below)

"""A page for each problem: what it comes from, what to do, what is answered, and which operations answer so.

The answer is made by what answers; the operations are read off the contract as it is committed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import described, rest
from config.problems import PROBLEMS
from lib import languages
from lib.problems import Fault

CONTRACT = settings.BASE_DIR / "docs" / "openapi.json"
SHORT = 12
"""How many operations are shown at once; more are folded away."""
_NAMED = re.compile(r"^- `([\w-]+)`", re.MULTILINE)
_REQUEST = "4be0643f1d98573b97cdca98a65347dd"


@dataclass(frozen=True)
class Besides:
    """What the answer of a problem has beside what all have."""

    members: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """An operation of the contract."""

    method: str
    path: str
    """Below /api/v1."""


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Every problem the API answers with."""
    return render(request, "developers/problems.html", {"section": "api", "problems": PROBLEMS})


@require_safe
def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a problem is: where its `type` points."""
    if slug not in PROBLEMS:
        raise Http404
    found, total = operations()
    of_it = found.get(slug, ())
    return render(
        request,
        "developers/problem.html",
        {
            "section": "api",
            "kind": PROBLEMS[slug],
            "slug": slug,
            "answer": answer(slug),
            "operations": of_it,
            "is_everywhere": slug in _anywhere() or len(of_it) == total,
            "is_long": len(of_it) > SHORT,
        },
    )


def answer(slug: str) -> str:
    """An answer with this problem, as it comes over the line."""
    kind, besides = PROBLEMS[slug], _besides().get(slug, Besides())
    body = rest.problem(
        kind.status, slug=slug, faults=besides.faults, members=besides.members, request_id=_REQUEST
    )
    head = {
        "Content-Type": rest.MEDIA_TYPE,
        "Content-Language": languages.current(),
        "X-Request-ID": _REQUEST,
        **besides.headers,
    }
    lines = [f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in head.items()]
    return "\n".join([*lines, "", json.dumps(body, ensure_ascii=False, indent=2)])


@cache
def operations() -> tuple[dict[str, list[Operation]], int]:
    """Problem → the operations that the contract names it at; and how many operations can be refused at all."""
    document = json.loads(CONTRACT.read_text(encoding="utf-8"))
    shared = document["components"]["responses"]
    found: dict[str, list[Operation]] = {}
    refusing = 0
    for method, path, operation in described.operations(document):
        told = {
            slug
            for each in operation["responses"].values()
            for slug in _NAMED.findall(
                (shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each)["description"]
            )
        }
        refusing += bool(told)
        for slug in told:
            found.setdefault(slug, []).append(Operation(method.upper(), path.removeprefix("/api/v1")))
    return found, refusing


def _anywhere() -> set[str]:
    return {slug for slug, kind in PROBLEMS.items() if kind.status in described.ANYWHERE}


def _besides() -> dict[str, Besides]:
    """Problem → what its answer has besides, in the language of the reader."""
    some, root = described.SOME, f"{settings.PUBLIC_URL}/api/v1"
    loom = {
        "id": some,
        "type": "organization",
        "label": "Loom of Testford (fictional)",
        "url": f"{root}/organizations/{some}",
    }
    taken = _("Another organization has this short address.")
    alike = _("the same name: “%(name)s”") % {"name": loom["label"]}
    wait = {"Retry-After": "31"}
    return {
        "bad-request": Besides(
            faults=[
                Fault(
                    "/stat",
                    "unknown_parameter",
                    _("Unknown parameter; did you mean “%(near)s”?") % {"near": "state"},
                )
            ]
        ),
        "not-authenticated": Besides(headers={"WWW-Authenticate": 'Bearer realm="registry"'}),
        "insufficient-scope": Besides(
            members={"scope": "agreements:write"},
            headers={
                "WWW-Authenticate": 'Bearer realm="registry", error="insufficient_scope", scope="agreements:write"'
            },
        ),
        "method-not-allowed": Besides(headers={"Allow": "GET, HEAD, OPTIONS"}),
        "not-acceptable": Besides(members={"formats": [{"format": "json", "type": "application/json"}]}),
        "not-representable": Besides(
            members={"skipped": [{"code": "MQ-0001", "reasons": ["/dates/signed no_date"]}]}
        ),
        "conflict": Besides(members={"conflicts_with": [loom]}, faults=[Fault("/slug", "taken", taken)]),
        "idempotency-in-progress": Besides(headers={"Retry-After": "1"}),
        "possible-duplicate": Besides(members={"candidates": [loom | {"why": [alike]}]}),
        "protected": Besides(members={"leaning": [loom]}),
        "gone": Besides(members={"id": some, "deleted_at": "2026-11-22T10:15:00+00:00"}),
        "feed-expired": Besides(members={"start": f"{root}/changes/start"}),
        "precondition-failed": Besides(
            members={
                "version": 8,
                "updated_at": "2026-11-22T10:15:00+00:00",
                "updated_by": "A. Reviewer",
                "changed": ["/place_of_signature", "/commitments/0/due"],
            },
            headers={"ETag": f'"8-{languages.current()}-json"'},
        ),
        "unsupported-media-type": Besides(
            headers={"Accept-Patch": "application/merge-patch+json, application/json"}
        ),
        "range-not-satisfiable": Besides(headers={"Content-Range": "bytes */48213"}),
        "refused": Besides(faults=[Fault("/titles", "empty", _("Give the words in at least one language."))]),
        "too-many-requests": Besides(headers=wait | {"RateLimit": '"read";r=0;t=31'}),
        "unavailable": Besides(headers={"Retry-After": "1"}),
    }

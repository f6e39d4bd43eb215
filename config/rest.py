"""The API everywhere: every refusal as problem details (RFC 9457), router and server errors included."""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied as Forbidden
from django.core.exceptions import ValidationError as RuleBroken
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils import translation
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from config import pages
from config.problems import PROBLEMS
from lib import languages
from lib.problems import Fault, Problem, Refused, pointed

MEDIA_TYPE = "application/problem+json"
DEADLOCK = "40P01"
SECONDS_AWAY = 5
"""After how long to ask again when the database was away."""

_log = logging.getLogger(__name__)


# What Django and DRF refuse has a status and no name.
_BY_STATUS = {
    400: "bad-request",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    422: "refused",
    429: "too-many-requests",
    500: "server-error",
    503: "unavailable",
}


def problem(
    status: int,
    *,
    slug: str = "",
    detail: str = "",
    faults: Sequence[Fault] = (),
    members: Mapping[str, Any] | None = None,
    request_id: str = "",
) -> dict:
    """The members of one problem: type, title, status, detail, request_id, errors with pointer, code and detail."""
    slug = slug or _BY_STATUS.get(status, "bad-request" if status < 500 else "server-error")
    kind = PROBLEMS[slug]
    body = {
        "type": f"{settings.PUBLIC_URL}/problems/{slug}",
        "title": str(kind.title),
        "status": status,
        "detail": str(detail or kind.advice),
    }
    if request_id:
        body["request_id"] = request_id
    if faults:
        body["errors"] = [
            {"pointer": each.pointer, "code": each.code, "detail": each.message} for each in faults
        ]
    return body | dict(members or {})


def told(error: Problem, *, request_id: str = "") -> dict:
    """The members of a problem that has a name of its own."""
    return problem(
        PROBLEMS[error.slug].status,
        slug=error.slug,
        detail=error.detail,
        faults=error.faults,
        members=error.members,
        request_id=request_id,
    )


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, or went away under the work. What it refuses is another matter."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    return connection.connection is None or bool(connection.connection.closed)


def unavailable(error: BaseException) -> Problem:
    """What is answered while the database is away; why, is in the log alone."""
    _log.error("The database is away: %s", error)
    return Problem("unavailable", headers={"Retry-After": str(SECONDS_AWAY)})


def problem_details(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler: our refusals and DRF's own, all as problems. Anything else stays a server error."""
    request_id = getattr(context["request"], "id", "")
    if isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", "") == DEADLOCK:
        # Somebody wrote the same records in another order: nothing was done, and the same again will do.
        error = Problem("unavailable", headers={"Retry-After": "1"})
    elif is_away(error):
        error = unavailable(error)
    if isinstance(error, Problem):
        return _answer(told(error, request_id=request_id), headers=error.headers)
    if isinstance(error, Refused):
        return _answer(problem(422, faults=error.faults, request_id=request_id))
    if isinstance(error, RuleBroken):
        faults = [
            Fault("" if name == "__all__" else f"/{name}", each.code or "invalid", message)
            for name, errors in (
                error.error_dict if hasattr(error, "error_dict") else {"__all__": [error]}
            ).items()
            for each in errors
            for message in each.messages
        ]
        return _answer(problem(422, faults=faults, request_id=request_id))
    if isinstance(error, Forbidden):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, Http404):
        error = exceptions.NotFound()
    response = exception_handler(error, context)
    if response is None:
        return None
    faults, detail = [], ""
    if isinstance(error, exceptions.ValidationError):
        faults = list(pointed(error.detail))
    elif isinstance(error, exceptions.APIException):
        detail = str(error.detail)
    body = problem(response.status_code, detail=detail, faults=faults, request_id=request_id)
    return _answer(body, headers={name: value for name, value in response.items() if name != "Content-Type"})


def _answer(body: dict, headers: dict | None = None) -> Response:
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


# Errors outside of DRF: the router's, and the server's own.


def refusal(request: HttpRequest, error: Problem) -> JsonResponse:
    """A problem that was met before any view, in the language asked for."""
    asked = request.GET.get("language")
    with translation.override(asked if asked in languages.CODES else translation.get_language()):
        body = told(error, request_id=getattr(request, "id", ""))
    return JsonResponse(
        body,
        status=body["status"],
        headers=error.headers,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def slug_of(response: HttpResponseBase) -> str:
    """The name of the problem that `response` tells; blank for any other answer."""
    if response.get("Content-Type", "").partition(";")[0] != MEDIA_TYPE:
        return ""
    data = getattr(response, "data", None) or json.loads(response.content)
    return str(data.get("type", "")).rpartition("/")[2]


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _plain(request: HttpRequest, status: int) -> JsonResponse:
    body = problem(status, request_id=getattr(request, "id", ""))
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )


def bad_request(request, exception=None):
    return (
        _plain(request, HTTPStatus.BAD_REQUEST) if _is_api(request) else pages.bad_request(request, exception)
    )


def forbidden(request, exception=None):
    return _plain(request, HTTPStatus.FORBIDDEN) if _is_api(request) else pages.forbidden(request, exception)


def not_found(request, exception=None):
    return _plain(request, HTTPStatus.NOT_FOUND) if _is_api(request) else pages.not_found(request, exception)


def server_error(request):
    """Django asks for this while it handles the exception."""
    error = sys.exception()
    if is_away(error):
        if _is_api(request):
            return refusal(request, unavailable(error))
        return pages.unavailable(request, after=SECONDS_AWAY)
    return (
        _plain(request, HTTPStatus.INTERNAL_SERVER_ERROR) if _is_api(request) else pages.server_error(request)
    )

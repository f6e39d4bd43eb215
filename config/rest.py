"""The API everywhere: every refusal as problem details (RFC 9457), router and server errors included."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import PermissionDenied as Forbidden
from django.core.exceptions import ValidationError as RuleBroken
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from config import pages
from lib.problems import Fault, Refused, pointed

MEDIA_TYPE = "application/problem+json"

# Slug → what it is, and what to do about it. The page /problems/<slug> says the same.
PROBLEMS = {
    "bad-request": (
        gettext_lazy("The request cannot be understood"),
        gettext_lazy("A parameter or the body has the wrong form. Each error names what to change."),
    ),
    "not-authenticated": (
        gettext_lazy("No valid token or session"),
        gettext_lazy(
            "Send the header Authorization: Bearer with a token that is neither expired nor revoked."
        ),
    ),
    "forbidden": (
        gettext_lazy("Not allowed"),
        gettext_lazy("The account or token is known, and its role does not include this action."),
    ),
    "not-found": (
        gettext_lazy("Not there"),
        gettext_lazy("There is no such record at this address, or this account may not read it."),
    ),
    "method-not-allowed": (
        gettext_lazy("This address does not do that"),
        gettext_lazy("The Allow header lists what it does."),
    ),
    "not-acceptable": (gettext_lazy("Not offered in this format"), gettext_lazy("Ask for application/json.")),
    "unsupported-media-type": (
        gettext_lazy("Not understood in this format"),
        gettext_lazy("Send application/json."),
    ),
    "refused": (
        gettext_lazy("The content breaks a rule of the registry"),
        gettext_lazy("Nothing was written. Each error points at the member to change."),
    ),
    "too-many-requests": (
        gettext_lazy("Too many requests"),
        gettext_lazy("Wait as long as the Retry-After header says, then send it again."),
    ),
    "too-large": (gettext_lazy("Too large"), gettext_lazy("Send less at once.")),
    "server-error": (
        gettext_lazy("Our mistake"),
        gettext_lazy("Nothing was written. The request id helps us find what happened."),
    ),
}
_BY_STATUS = {
    400: "bad-request",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    422: "refused",
    429: "too-many-requests",
    500: "server-error",
}


def problem(status: int, *, detail: str = "", faults: list[Fault] = (), request_id: str = "") -> dict:
    """The members of one problem: type, title, status, detail, request_id, errors with pointer, code and detail."""
    slug = _BY_STATUS.get(status, "bad-request" if status < 500 else "server-error")
    title, advice = PROBLEMS[slug]
    body = {
        "type": f"{settings.PUBLIC_URL}/problems/{slug}",
        "title": str(title),
        "status": status,
        "detail": str(detail or advice),
    }
    if request_id:
        body["request_id"] = request_id
    if faults:
        body["errors"] = [
            {"pointer": each.pointer, "code": each.code, "detail": each.message} for each in faults
        ]
    return body


def problem_details(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler: our refusals and DRF's own, all as problems. Anything else stays a server error."""
    request_id = getattr(context["request"], "id", "")
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
    return (
        _plain(request, HTTPStatus.INTERNAL_SERVER_ERROR) if _is_api(request) else pages.server_error(request)
    )


def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a problem is and what to do about it: where its `type` points."""
    if slug not in PROBLEMS:
        raise Http404
    title, advice = PROBLEMS[slug]
    return render(request, "problem.html", {"title": title, "advice": advice, "slug": slug})

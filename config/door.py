"""The door of the API: who comes, how often, whether for the first time; and a note of it."""

import logging
import time
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed

from config import rest
from exchange.access import calls, idempotency, limits, upkeep
from lib.problems import Problem
from organizations import authentication
from organizations.models import Anonymous

_log = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OAUTH = "/identity/"
API = "/api/"
SECRETS = frozenset({"token", "access_token", "api_key", "apikey", "bearer", "client_secret"})
"""Parameters by which other APIs take a secret. Addresses are logged on their way, so that here none is."""


class ApiDoor:
    """Middleware around everything below /api/, and around the address where OAuth clients draw their tokens."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith((API, OAUTH)):
            return self.get_response(request)
        begun = time.monotonic()
        caller, allowance = Anonymous(), None
        try:
            caller = _caller(request)
            allowance = _allowance(request, caller)
            response = self._let_in(request, caller, allowance)
            if response.status_code == 304:
                allowance = allowance.given_back()
        except Problem as problem:
            response = rest.refusal(request, problem)
        except Error as error:
            if not rest.is_away(error):
                raise
            response = rest.refusal(request, rest.unavailable(error))
        for name, value in (allowance.headers() if allowance else {}).items():
            response[name] = value
        _note(request, response, caller, allowance, since=begun)
        return response

    def _let_in(self, request: HttpRequest, caller, allowance: limits.Allowance) -> HttpResponseBase:
        if allowance.is_spent:
            raise limits.spent(allowance)
        _no_secret_in_the_address(request)
        if not request.path.startswith(API):
            return self.get_response(request)
        return _understood(
            lambda: idempotency.once(
                request,
                # Who is refused is told so by the view, and not what was answered before.
                owner="" if authentication.is_refused(request) else caller.audit_id(),
                demanded=authentication.came_with_token(request),
                work=self.get_response,
            )
        )


def _caller(request: HttpRequest):
    """Who asks: a token, an account, or nobody. A token that is refused is nobody's here; the view says why."""
    try:
        return authentication.bearer(request, along=_counting(request)) or request.user
    except (AuthenticationFailed, Problem):
        return authentication.known(request) or Anonymous()


def _kind(request: HttpRequest) -> str:
    return "read" if request.method in READING else "write"


def _counting(request: HttpRequest) -> authentication.Along | None:
    """What counts the request of a token as soon as it is found."""
    return None if request.path.startswith(OAUTH) else limits.along(_kind(request))


def _allowance(request: HttpRequest, caller) -> limits.Allowance:
    """One request less for whoever asks; nobody in particular is known by the network address."""
    if request.path.startswith(OAUTH):
        return limits.take("token", authentication.neighbourhood(request))
    if counted := authentication.came_along(request):
        return limits.taken(_kind(request), caller.audit_id(), counted)
    if name := caller.audit_id():
        return limits.take(_kind(request), name)
    return limits.take("anonymous", authentication.neighbourhood(request))


def _no_secret_in_the_address(request: HttpRequest) -> None:
    if found := sorted(SECRETS & request.GET.keys()):
        raise Problem(
            "bad-request",
            detail=_(
                "“%(name)s” does not belong into an address, where it is logged. Send the header Authorization."
            )
            % {"name": found[0]},
        )


def _understood(work: Callable[[], HttpResponse]) -> HttpResponse:
    """`work`, which may be the first to read the body; what cannot be read is a problem as any other."""
    try:
        return work()
    except RequestDataTooBig as error:
        raise Problem("too-large") from error
    except (SuspiciousOperation, MultiPartParserError) as error:
        raise Problem("bad-request") from error


def _note(request: HttpRequest, response: HttpResponseBase, caller, allowance, *, since: float) -> None:
    """Note the call. Of nobody in particular, refusals alone, and of those for asking too often one a minute."""
    status = response.status_code
    caller = getattr(request, "acting", caller)
    named = bool(caller.audit_id())
    if not named and (
        status not in calls.REFUSALS or (status == 429 and allowance and not allowance.is_first_beyond)
    ):
        return
    try:
        calls.note(
            caller,
            method=request.method,
            route=_route(request),
            status=status,
            problem=rest.slug_of(response),
            milliseconds=round((time.monotonic() - since) * 1000),
            request_id=getattr(request, "id", ""),
            address=authentication.address(request),
        )
        upkeep.sweep()
    except Error:
        _log.exception("a call of the API could not be noted")


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:  # refused before the router was asked
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return ""
    return match.url_name or ""

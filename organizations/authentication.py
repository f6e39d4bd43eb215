"""How somebody becomes an actor: a session with a cookie, or a bearer token."""

import ipaddress
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.idp.oidc.models import Token
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from lib import networks, prepared
from lib.compiled import compiled, stand_in
from lib.problems import Problem
from organizations.models import Anonymous, ApiToken, Organization

# `last_used_at` is a courtesy to administrators: a write a minute is enough for it.
NOTED_EVERY = timedelta(minutes=1)

_DIGEST, _NOW = stand_in(str, "digest"), stand_in(datetime, "now")


class ActorMiddleware:
    """Let an unknown visitor answer the same questions as an account: `request.user.may(…)`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        request.user = SimpleLazyObject(lambda: user if user.is_authenticated else Anonymous())
        return self.get_response(request)


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, request):
        return False


class Along(NamedTuple):
    """What else is to be done as soon as a token is found, in the statement that looks it up.

    `sql` reads `token (key)`, of one row or none, and returns `columns`.
    """

    sql: str
    columns: tuple[str, ...]
    values: dict[str, str]


class Came(NamedTuple):
    """What a request's header told: the token, and why it is refused all the same; `along` is what came of Along."""

    token: ApiToken | None = None
    refusal: Exception | None = None
    along: tuple | None = None


def bearer(request: HttpRequest, *, along: Along | None = None) -> ApiToken | None:
    """The token that `request` comes with, looked up once however often it is asked; None without one.

    Only when it is asked for the first time anything is done `along`; `came_along` says what came of it. Raises
    AuthenticationFailed for what is no token or none any more, Problem where it is not used from its networks.
    """
    came = _came(request, along)
    if came.refusal:
        raise came.refusal
    return came.token


def known(request: HttpRequest) -> ApiToken | None:
    """The token, even one that is refused where it is used from."""
    return _came(request).token


def is_refused(request: HttpRequest) -> bool:
    """Whether it comes with a token that does not open here: unknown, or used from elsewhere."""
    return _came(request).refusal is not None


def came_with_token(request: HttpRequest) -> bool:
    return _came(request).token is not None


def came_along(request: HttpRequest) -> tuple | None:
    """What was returned by that which was done along; None where nothing was: it is to be done by itself."""
    return _came(request).along


def _came(request: HttpRequest, along: Along | None = None) -> Came:
    if not hasattr(request, "_came"):
        request._came = _look_up(request, along)
    return request._came


def _look_up(request: HttpRequest, along: Along | None) -> Came:
    words = request.headers.get("Authorization", "").split()
    if not words or words[0].lower() != "bearer":
        return Came()
    if len(words) != 2:
        return Came(refusal=AuthenticationFailed(_("Write the header as: Authorization: Bearer <token>")))
    now = timezone.now()
    token, done = _with_secret(words[1], now, along)
    token = token or _of_client(words[1], now)
    if token is None:
        # One answer for all three: whoever tries secrets learns nothing of any.
        return Came(refusal=AuthenticationFailed(_("This token is unknown, expired or revoked.")))
    if token.networks and not networks.within(address(request), token.networks):
        return Came(token, Problem("network-refused"), done)
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Came(token, along=done)


def _with_secret(secret: str, now: datetime, along: Along | None) -> tuple[ApiToken | None, tuple | None]:
    """The token whose own secret this is, and what came of what was done along; one query.

    Asked at each request: never out of a memory, as it may be revoked by now.
    """
    asked = {"digest": ApiToken.digest_of(secret), "now": now}
    if along is None:
        found = prepared.rows(_asked_by_digest(), asked)
    else:
        found = prepared.rows(_asked_along(along.sql, along.columns), asked | along.values)
    if not found:
        return None, None
    columns, theirs = _columns(ApiToken), _columns(Organization)
    token = ApiToken.from_db("default", columns, found[0][: len(columns)])
    rest = found[0][len(columns) :]
    token.organization = Organization.from_db("default", theirs, rest[: len(theirs)])
    return token, rest[len(theirs) :] or None


@cache
def _columns(model: type[Model]) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields]


@cache
def _asked_by_digest() -> str:
    tokens = ApiToken.objects.valid(_NOW).select_related("organization").filter(digest=_DIGEST)
    return compiled(tokens, digest=_DIGEST, now=_NOW).named


@cache
def _asked_along(sql: str, columns: tuple[str, ...]) -> str:
    # The two rows share names of columns: in the order of the query, and the first of them is the token's key.
    width = len(_columns(ApiToken)) + len(_columns(Organization))
    names = ", ".join(["key", *(f"c{place}" for place in range(1, width))])
    told = ", ".join(f"along.{each}" for each in columns)
    return f"""
        WITH token ({names}) AS MATERIALIZED ({_asked_by_digest()}), along AS ({sql})
        SELECT token.*, {told} FROM token LEFT JOIN along ON true
    """  # noqa: S608  all of it is ours


def _of_client(secret: str, now: datetime) -> ApiToken | None:
    """The token whose OAuth client drew this secret, with no more scopes than were asked for then."""
    drawn = Token.objects.lookup(Token.Type.ACCESS_TOKEN, secret)
    if drawn is None or drawn.client_id is None:
        return None
    token = (
        ApiToken.objects.valid(now)
        .select_related("organization")
        .filter(oauth_client=drawn.client_id)
        .first()
    )
    if token is not None:
        token.scopes = [each for each in token.scopes if each in drawn.get_scopes()]  # here, and never saved
    return token


def address(request: HttpRequest) -> str | None:
    """Where the request comes from, as far as proxies that are known tell it."""
    try:
        return str(ipaddress.ip_address(get_adapter(request).get_client_ip(request)))
    except (PermissionDenied, ValueError):
        return None


def neighbourhood(request: HttpRequest) -> str:
    """By what somebody unknown is counted: the address, of IPv6 the network of one household (/64)."""
    there = ipaddress.ip_address(address(request) or "::")
    there = getattr(there, "ipv4_mapped", None) or there
    return str(there) if there.version == 4 else str(ipaddress.ip_network(f"{there}/64", strict=False))


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …`; never in the address, where it would be logged."""

    def authenticate(self, request):
        token = bearer(request._request)
        return (token, token) if token else None

    def authenticate_header(self, request):
        told = request.headers.get("Authorization", "").lower().startswith("bearer")
        return 'Bearer realm="registry"' + (', error="invalid_token"' if told else "")


class Session(SessionAuthentication):
    """A person's session, with its CSRF token, for the API explored in a browser."""

    def authenticate(self, request):
        user = request._request.user
        if not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        return user, None


class BearerTokenScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI document of our tokens."""

    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": f"{ApiToken.SCHEME}_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI document of sessions."""

    target_class = Session
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}

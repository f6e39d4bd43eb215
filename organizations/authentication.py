"""How somebody becomes an actor: a session with a cookie, or a bearer token."""

import ipaddress
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.idp.oidc.models import Token
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from lib import networks
from lib.compiled import Compiled, compiled, stand_in
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


class Came(NamedTuple):
    """What a request's header told: the token, and why it is refused all the same."""

    token: ApiToken | None = None
    refusal: Exception | None = None


def bearer(request: HttpRequest) -> ApiToken | None:
    """The token that `request` comes with, looked up once however often it is asked; None without one.

    Raises AuthenticationFailed for what is no token or none any more, Problem where it is not used from its networks.
    """
    came = _came(request)
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


def _came(request: HttpRequest) -> Came:
    if not hasattr(request, "_came"):
        request._came = _look_up(request)
    return request._came


def _look_up(request: HttpRequest) -> Came:
    words = request.headers.get("Authorization", "").split()
    if not words or words[0].lower() != "bearer":
        return Came()
    if len(words) != 2:
        return Came(refusal=AuthenticationFailed(_("Write the header as: Authorization: Bearer <token>")))
    now = timezone.now()
    token = _with_secret(words[1], now) or _of_client(words[1], now)
    if token is None:
        # One answer for all three: whoever tries secrets learns nothing of any.
        return Came(refusal=AuthenticationFailed(_("This token is unknown, expired or revoked.")))
    if token.networks and not networks.within(address(request), token.networks):
        return Came(token, Problem("network-refused"))
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Came(token)


def _with_secret(secret: str, now: datetime) -> ApiToken | None:
    """The token whose own secret this is. Asked at each request: never out of a memory, as it may be revoked by now."""
    found = _asked_by_digest().rows(digest=ApiToken.digest_of(secret), now=now)
    if not found:
        return None
    columns = [each.attname for each in ApiToken._meta.concrete_fields]
    told, of_organization = found[0][: len(columns)], found[0][len(columns) :]
    token = ApiToken.from_db("default", columns, told)
    token.organization = Organization.from_db(
        "default", [each.attname for each in Organization._meta.concrete_fields], of_organization
    )
    return token


@cache
def _asked_by_digest() -> Compiled:
    tokens = ApiToken.objects.valid(_NOW).select_related("organization").filter(digest=_DIGEST)
    return compiled(tokens, digest=_DIGEST, now=_NOW)


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

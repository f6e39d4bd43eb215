"""How somebody becomes an actor: a session with a cookie, or a bearer token."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from organizations.models import Anonymous, ApiToken

# `last_used_at` is a courtesy to administrators: a write a minute is enough for it.
NOTED_EVERY = timedelta(minutes=1)


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


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer mithaq_…`; never in the address, where it would be logged."""

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Write the header as: Authorization: Bearer <token>"))
        digest = ApiToken.digest_of(words[1].decode("latin-1"))
        now = timezone.now()
        token = ApiToken.objects.valid(now).select_related("organization").filter(digest=digest).first()
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token, token

    def authenticate_header(self, request):
        return 'Bearer realm="registry"'


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

"""Where an OAuth 2 client draws its tokens (RFC 6749, section 4.4). Nothing else of allauth's provider is reachable."""

from allauth.core.internal.httpkit import extract_basic_auth
from allauth.idp.oidc import views
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lib import networks
from organizations import authentication
from organizations.models import ApiToken


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A token for an hour, with the scopes that were asked for, or all that the client was given.

    A client that is revoked, has ended or calls from elsewhere is told no more than one with a wrong secret.
    """
    if request.POST.get("grant_type") != "client_credentials":
        return JsonResponse(
            {"error": "unsupported_grant_type"}, status=400, headers={"Cache-Control": "no-store"}
        )
    client = _client(request)
    if client is None:
        answer = JsonResponse({"error": "invalid_client"}, status=401, headers={"Cache-Control": "no-store"})
        answer["WWW-Authenticate"] = 'Basic realm="registry"'
        return answer
    answer = views.token(request)
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Basic realm="registry"'
    if answer.status_code == 200:
        request.acting = client  # who it was, for the note of this call
    return answer


def _client(request: HttpRequest) -> ApiToken | None:
    """The token of ours behind the client that is named, where it is good now and from here."""
    name, _secret = extract_basic_auth(request.headers)
    found = ApiToken.objects.valid(timezone.now()).select_related("organization")
    found = found.filter(oauth_client=name or request.POST.get("client_id", "")).first()
    if found and found.networks and not networks.within(authentication.address(request), found.networks):
        return None
    return found

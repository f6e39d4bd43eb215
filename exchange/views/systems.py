"""The partner systems of one's organization: their tokens, what they asked, and the way to issue and revoke."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exchange.queries import systems
from lib.problems import Refused
from organizations import services
from organizations.forms import TokenForm
from organizations.guards import requires
from organizations.models import ApiToken
from organizations.permissions import Permission


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TOKENS)
def system_list(request: HttpRequest) -> HttpResponse:
    """The tokens of one's organization, and the form for another. A new secret is on the answer to its form, once."""
    organization = request.user.organization
    form = TokenForm(request.POST or None)
    issued = secret = None
    if request.method == "POST":
        if organization is None:
            raise PermissionDenied(_("This account acts for no organization."))
        if form.is_valid():
            try:
                issued, secret = services.issue_token(
                    organization=organization, role=form.ROLE, **form.cleaned_data, by=request.user
                )
            except Refused as refusal:
                form.refuse(refusal)
    context = {
        "organization": organization,
        "systems": systems.listed(request.user, at=timezone.now()),
        "form": form if issued is None else TokenForm(),
        "issued": issued,
        "secret": secret,
        "api": f"{settings.PUBLIC_URL}/api/v1/",
        "token_address": f"{settings.PUBLIC_URL}/identity/o/api/token",
    }
    refused = request.method == "POST" and issued is None
    return render(request, "exchange/systems/list.html", context, status=422 if refused else 200)


@require_safe
@requires(Permission.TOKENS)
def system_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them: what it may, and its last calls."""
    token = _own(request, pk)
    context = {
        "system": systems.told(token, at=timezone.now()),
        "calls": systems.last_calls(token),
        "kept_days": settings.API_CALLS_KEPT_DAYS,
    }
    return render(request, "exchange/systems/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TOKENS)
def system_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether it shall really be, and the button that does it."""
    token = _own(request, pk)
    if request.method == "POST":
        services.revoke_token(token, reason=request.POST.get("reason", "")[:500], by=request.user)
        messages.success(
            request,
            _("Revoked: “%(label)s” opens nothing any more.") % {"label": token.label or token.prefix},
        )
        return redirect("systems")
    return render(request, "exchange/systems/revoke.html", {"system": systems.told(token, at=timezone.now())})


def _own(request: HttpRequest, pk: UUID) -> ApiToken:
    return get_object_or_404(systems.own(request.user), pk=pk)

"""What waits for somebody, and what others did meanwhile."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.models import Agreement
from agreements.queries import waiting
from lib import keyset
from organizations.guards import requires
from organizations.permissions import Permission
from organizations.services import set_informed

PAGE_SIZE = 25


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def notifications(request: HttpRequest) -> HttpResponse:
    """Actions first: gone as soon as they are done. Then information: new until it is read."""
    if request.method == "POST":
        set_informed(_until(request.POST.get("until", "")), by=request.user)
        return redirect("notifications")
    try:
        page = keyset.page(
            waiting.news(request.user),
            descending=True,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    records = Agreement.objects.in_bulk({each.chain for each in page.rows})
    told = [(event, records[event.chain], event.at > request.user.informed_until) for event in page.rows]
    context = {
        "waiting": waiting.waiting(request.user),
        "news": [each for each in told if each[2]],
        "older": [each for each in told if not each[2]],
        "page": page,
        "first": not request.GET.get("cursor"),
        "now": timezone.now().isoformat(),
    }
    return render(request, "review/notifications.html", context)


def _until(written: str) -> datetime:
    """When the page was drawn that somebody has read."""
    try:
        until = parse_datetime(written)
    except ValueError:
        until = None
    if until is None or timezone.is_naive(until):
        raise Http404
    return until

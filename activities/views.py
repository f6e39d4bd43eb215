"""Pages to read: the list of activities."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities import queries
from activities.models import Activity
from lib import keyset
from organizations.guards import requires
from organizations.permissions import Permission

PAGE_SIZE = 30


@require_safe
@requires(Permission.VIEW)
def activity_list(request: HttpRequest) -> HttpResponse:
    visible = queries.with_details(Activity.objects.visible_to(request.user), actor=request.user)
    status = request.GET.get("status", "")
    if status in Activity.Status.values:
        visible = visible.filter(status=status)
    try:
        page = keyset.page(visible, descending=True, size=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    return render(
        request,
        "activities/list.html",
        {"page": page, "status": status, "statuses": Activity.Status.choices, "on": timezone.localdate()},
    )

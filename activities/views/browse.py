"""Pages to read: activities as a list or a month, one activity, a file that shows it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities import facets, queries
from activities.filters import ActivityFilter
from activities.forms import WithdrawForm
from activities.models import Activity, EvidenceFile
from activities.queries import browsing
from activities.services.withdrawal import is_fresh
from agreements.models import Commitment
from audit import trail
from lib import downloads, keyset, languages
from lib.facets import Total
from lib.months import Month, weekdays
from organizations.guards import requires
from organizations.permissions import Permission

PAGE_SIZE = 30
LOOKS = ("list", "month")
PINNED = ("agreement", "commitment")


@require_safe
@requires(Permission.VIEW)
def activity_list(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    look = request.GET.get("look", LOOKS[0])
    if look not in LOOKS:
        raise Http404(_("Activities are shown as a list or as a month."))
    visible = Activity.objects.visible_to(request.user)
    filters = ActivityFilter(request.GET, queryset=visible, request=request)
    valid = filters.is_valid()
    found = queries.with_details(filters.qs if valid else visible.none(), actor=request.user)
    told = facets.told(filters, whole=request.GET.getlist("more")) if valid else facets.Told(Total(0), [])
    context = {
        "form": filters.form,
        "look": look,
        "on": on,
        "chips": chips(request, filters),
        "facets": told.facets,
        "capped": told.capped,
        "days": [filters.form["held_from"], filters.form["held_to"]],
        # What no control of the page asks for comes along with those that do.
        "pinned": [(name, each) for name in PINNED for each in request.GET.getlist(name) if each],
        "query": asked(request),
        "list_query": asked(request, without=("look", "month")),
        "month_query": asked(request, look="month"),
        "total": told.total,
        "may_report": request.user.may(Permission.ACTIVITY_REPORT),
    }
    if look == "month":
        deadlines = Commitment.objects.visible_to(request.user)
        deadlines = filters.deadlines(deadlines) if valid else deadlines.none()
        return render(request, "activities/month.html", context | _month(request, found, deadlines, on=on))
    try:
        page = keyset.page(
            browsing.listed(found),
            descending=True,
            order=browsing.LATEST_FIRST,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    browsing.counted(page.rows)
    return render(request, "activities/list.html", context | {"page": page})


def _month(request: HttpRequest, found, deadlines, *, on) -> dict[str, Any]:
    written = request.GET.get("month", "")
    month = Month.read(written) if written else Month.of(on)
    if month is None:
        raise Http404(_("A month is written like 2026-11."))
    return {
        "calendar": browsing.month_page(found, deadlines, month=month, on=on),
        "month": month,
        "weekdays": list(weekdays()),
        "turns": [
            (each, rel, asked(request, month=str(each)) if each else "")
            for each, rel in ((month.before, "prev"), (month.after, "next"))
        ],
        "today_query": asked(request, without=("month",)),
    }


def asked(request: HttpRequest, *, without: tuple[str, ...] = (), **changes: str) -> str:
    """The query of this address without the parameters `without`, the cursor and empty ones, and with `changes`."""
    query = request.GET.copy()
    for name in ("cursor", *without):
        query.pop(name, None)
    for name in list(query):
        query.setlist(name, [each for each in query.getlist(name) if each])
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


def chips(request: HttpRequest, filters: ActivityFilter) -> list[dict[str, Any]]:
    """The filters in force, each with the address that takes it away."""
    found = []
    given = getattr(filters.form, "cleaned_data", {})
    for name, each in filters.form.fields.items():
        if hasattr(each, "queryset"):
            words = {str(row.pk): _shown(row) for row in given.get(name) or []}
        else:
            words = {str(key): str(label) for key, label in getattr(each, "choices", ())}
        for value in dict.fromkeys(part for part in request.GET.getlist(name) if part):
            rest = request.GET.copy()
            rest.setlist(name, [part for part in rest.getlist(name) if part != value])
            rest.pop("cursor", None)
            found.append({"name": each.label, "value": words.get(value, value), "query": rest.urlencode()})
    return found


def _shown(row: Any) -> languages.Text | str:
    if hasattr(row, "code") and hasattr(row, "number"):  # an agreement
        return row.code
    return next(
        languages.spoken(row, name)
        for name in ("label", "short_name", "name", "text")
        if hasattr(row, f"{name}_en") and languages.spoken(row, name)
    )


@require_safe
@requires(Permission.VIEW)
def activity_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    visible = queries.with_details(Activity.objects.visible_to(request.user), actor=request.user)
    activity = get_object_or_404(visible, pk=pk)
    return render(request, "activities/page.html", page_context(request, activity))


def page_context(request: HttpRequest, activity: Activity) -> dict[str, Any]:
    """What the page of an activity shows. Needs `with_details`."""
    browsing.counted([activity])
    on = timezone.localdate()
    may_change = queries.may_change(activity, request.user)
    return {
        "activity": activity,
        "people": queries.reached_table(activity),
        "titles": [
            languages.Text(words, code, code)
            for code, words in languages.texts(activity, "title").items()
            if words != activity.title
        ],
        "may_change": may_change,
        "fresh": may_change and is_fresh(activity, on=on, by=request.user),
        "withdrawal": WithdrawForm(),
        "history": trail.history(activity.pk) if request.user.may(Permission.HISTORY_VIEW) else [],
    }


@require_safe
@requires(Permission.VIEW)
def evidence_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file itself, to keep and never to be run: no browser shows it as a page of this house."""
    evidence = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)
    return downloads.serve(request, evidence, public=not request.user.is_authenticated)

"""The home page, and the list of what the record still lacks."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.queries import attention, home, quality_report
from agreements.queries.progress import Progress
from lib import charts
from organizations.guards import requires
from organizations.permissions import Permission

STATE_FILLS = {
    Progress.FULFILLED: "f-ok",
    Progress.IN_PROGRESS: "f-wip",
    Progress.OVERDUE: "f-late",
    Progress.NO_NEWS: "f-none",
}
KIND_FILLS = ("f-brand", "f-k2", "f-k3", "f-k4")
"""The three most frequent kinds, then all others."""


@require_safe
@requires(Permission.VIEW)
def home_page(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    page = home.home(request.user, on=on)
    drawing, stacks = columns(page.years)
    months = ends(page)
    return render(
        request,
        "home.html",
        {
            "home": page,
            "on": on,
            "bars": [(each, bar(each)) for each in page.bodies],
            "states": [(STATE_FILLS[each], each.label) for each in Progress],
            "columns": drawing,
            "stacks": stacks,
            "kinds": list(zip(KIND_FILLS, page.years.kinds, strict=False)),
            "months": months,
            "ends": list(zip(page.ends, months.ends, strict=True)),
            "keeps_desk": request.user.may(Permission.DESK),
        },
    )


def bar(body: home.Body) -> list[charts.Block]:
    return charts.stacked_bar([(STATE_FILLS[state], count) for state, count in body.tally.items()])


def columns(years: home.Years) -> tuple[charts.Columns, list[tuple[charts.Column, home.Year | None]]]:
    """The drawing, and its columns each with its year; the last is of the agreements without a date."""
    stacks = [list(zip(KIND_FILLS, each.counts, strict=False)) for each in years.years]
    meant: list[home.Year | None] = list(years.years)
    if years.unknown:
        stacks.append([("f-none", years.unknown)])
        meant.append(None)
    drawing = charts.stacked_columns(stacks)
    return drawing, list(zip(drawing.columns, meant, strict=True))


def ends(page: home.Home) -> charts.Months:
    return charts.dots_on_months(
        [(each.end.earliest, each.end.latest) for each in page.ends],
        on=page.on,
        until=page.until,
        near=page.on + timedelta(days=attention.EXPIRING_DAYS),
    )


@require_safe
@requires(Permission.VIEW)
def quality_list(request: HttpRequest) -> HttpResponse:
    report = quality_report.report(request.user, on=timezone.localdate())
    return render(request, "agreements/quality.html", {"report": report})

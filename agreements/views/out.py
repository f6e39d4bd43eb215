"""What leaves the registry as a file, a calendar, a feed or a letter. Nobody's cache keeps it."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agreements.exports import calendar, feed, pdf, tabular
from agreements.filters import AgreementFilter
from agreements.models import Agreement
from agreements.queries import sheet
from agreements.services import desk
from agreements.views.listing import Look, chips, without
from audit.trail import Actor
from lib import languages, sent
from organizations import private_addresses
from organizations.guards import requires
from organizations.models import User
from organizations.permissions import Permission

kept_by_nobody = cache_control(private=True, no_store=True)

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
}


def filtered(request: HttpRequest, reader: Actor) -> AgreementFilter:
    """The list that this address asks for, as `reader` sees it."""
    visible = Agreement.objects.visible_to(reader)
    return AgreementFilter(request.GET, queryset=visible, on=timezone.localdate(), actor=reader)


def refused(
    request: HttpRequest, heading: str, reasons: list[str], *instead: tuple[str, str]
) -> HttpResponse:
    """The page that says why there is no file: an empty one would look like an answer."""
    context = {"heading": heading, "reasons": reasons, "instead": instead, "query": without(request)}
    return render(request, "agreements/export_refused.html", context, status=400)


def not_understood(request: HttpRequest, filters: AgreementFilter) -> HttpResponse:
    reasons = [message for messages_ in filters.form.errors.values() for message in messages_]
    return refused(request, _("This filter cannot be understood"), reasons)


def named(response: HttpResponse, name: str, *, inline: bool = False) -> HttpResponse:
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


# The filtered list.


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def agreement_export(request: HttpRequest, format: str) -> HttpResponse:
    """Exactly the rows of the list with the same parameters, in its order."""
    if format not in FORMATS:
        raise Http404(_("Exports are CSV, XLSX, JSON and PDF."))
    filters = filtered(request, request.user)
    if not filters.is_valid():
        return not_understood(request, filters)
    look = Look.of(request.GET, searching=bool(request.GET.get("q", "").strip()))
    listed = tabular.Listed(
        filters.qs, look.order, request.user, filters.on, languages.current(), filters.asked
    )
    asked = [(str(each["name"]), str(each["value"])) for each in chips(request, filters)]
    if format == "csv":
        response = StreamingHttpResponse(tabular.csv_file(listed))
    elif format == "xlsx":
        response = FileResponse(tabular.xlsx_file(listed, asked=asked))
    elif format == "json":
        proof = request.GET.get("expand") == "proof"
        readable = Agreement.objects.visible_to(request.user)
        response = StreamingHttpResponse(tabular.json_file(listed, readable=readable, proof=proof))
    else:
        count = filters.qs.count()
        if count > pdf.LONGEST_LIST:
            return _too_long(request, count)
        rows = [line.row for lines in listed.lines() for line in lines]
        response = HttpResponse(
            pdf.list_pdf(rows, on=filters.on, asked=asked, address=_list_address(request))
        )
    response["Content-Type"] = FORMATS[format]
    return named(response, f"mithaq-{filters.on:%Y-%m-%d}.{format}", inline=format == "pdf")


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def agreement_sheets(request: HttpRequest) -> HttpResponse:
    """The sheets of all agreements of the list with the same parameters, in its order, as one file to print."""
    filters = filtered(request, request.user)
    if not filters.is_valid():
        return not_understood(request, filters)
    count = filters.qs.count()
    if not count:
        return refused(request, _("No agreement matches"), [_("There is no sheet to print.")])
    if count > pdf.MOST_SHEETS:
        return _too_many_sheets(request, count)
    look = Look.of(request.GET, searching=bool(request.GET.get("q", "").strip()))
    listed = tabular.Listed(
        filters.qs, look.order, request.user, filters.on, languages.current(), filters.asked
    )
    keys = [each.pk for batch in listed.batches(lambda agreements: agreements) for each in batch]
    readable = Agreement.objects.visible_to(request.user)
    found = sheet.with_everything(readable, on=filters.on).in_bulk(keys)
    shown = [sheet.sheet(found[key], on=filters.on, with_history=False) for key in keys]
    body = pdf.sheets_pdf(shown, on=filters.on, address=_list_address(request))
    name = f"mithaq-sheets-{filters.on:%Y-%m-%d}.pdf"
    return named(HttpResponse(body, content_type=FORMATS["pdf"]), name, inline=True)


def _list_address(request: HttpRequest) -> str:
    """Where the list that was asked for stands, for whoever has only the paper."""
    address, query = f"{settings.PUBLIC_URL}{reverse('agreements')}", without(request)
    return f"{address}?{query}" if query else address


def _rows_instead(request: HttpRequest) -> list[tuple[str, str]]:
    query = without(request)
    return [
        (name, reverse("agreement-export", args=[format]) + (f"?{query}" if query else ""))
        for name, format in (("CSV", "csv"), ("XLSX", "xlsx"))
    ]


def _too_many_sheets(request: HttpRequest, count: int) -> HttpResponse:
    reason = _("At most %(most)d sheets are printed at once; these are %(count)d. Choose fewer in the list.")
    told = reason % {"most": pdf.MOST_SHEETS, "count": count}
    return refused(request, _("These are too many sheets to print"), [told], *_rows_instead(request))


def _too_long(request: HttpRequest, count: int) -> HttpResponse:
    reason = _("A printed list has at most %(most)d agreements; these are %(count)d.") % {
        "most": pdf.LONGEST_LIST,
        "count": count,
    }
    return refused(request, _("This list is too long to print"), [reason], *_rows_instead(request))


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def calendar_file(request: HttpRequest) -> HttpResponse:
    return _calendar(request, request.user)


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def agreement_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The dates of one agreement."""
    readable = Agreement.objects.visible_to(request.user)
    agreement = get_object_or_404(readable, number=Agreement.number_of(code) or 0)
    body = calendar.calendar(readable.filter(pk=agreement.pk), actor=request.user, on=timezone.localdate())
    return named(HttpResponse(body, content_type="text/calendar; charset=utf-8"), f"{agreement.code}.ics")


def _calendar(request: HttpRequest, reader: Actor) -> HttpResponse:
    filters = filtered(request, reader)
    if not filters.is_valid():
        return not_understood(request, filters)
    body = calendar.calendar(filters.qs, actor=reader, on=filters.on)
    return named(HttpResponse(body, content_type="text/calendar; charset=utf-8"), "mithaq.ics")


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def changes_feed(request: HttpRequest) -> HttpResponse:
    filters = filtered(request, request.user)
    if not filters.is_valid():
        return not_understood(request, filters)
    query = without(request)
    after = f"?{query}" if query else ""
    body = feed.feed(
        filters.qs,
        actor=request.user,
        page=f"{settings.PUBLIC_URL}{reverse('agreements')}{after}",
        address=f"{settings.PUBLIC_URL}{reverse('changes-feed')}{after}",
    )
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


# One agreement.


@require_safe
@kept_by_nobody
@requires(Permission.VIEW)
def agreement_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet as it is printed, in the language of the address."""
    on = timezone.localdate()
    readable = Agreement.objects.visible_to(request.user)
    agreement = get_object_or_404(
        sheet.with_everything(readable, on=on), number=Agreement.number_of(code) or 0
    )
    shown = sheet.sheet(agreement, on=on, with_history=False)
    body = pdf.sheets_pdf([shown], on=on, address=f"{settings.PUBLIC_URL}{agreement.get_absolute_url()}")
    name = f"{agreement.code}.{languages.current()}.pdf"
    return named(HttpResponse(body, content_type="application/pdf"), name, inline=True)


# Letters, and the private addresses that programs fetch from.


def for_holder(permission: Permission, door: str) -> Callable:
    """A page whose address is itself the key: 404 unless it was signed for an open account that holds `permission`."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, key: UUID, signature: str) -> HttpResponse:
            reader = private_addresses.holder(door, key, signature)
            if reader is None or not reader.may(permission):
                raise Http404(_("This private address is not valid, or no longer."))
            return view(request, reader)

        guarded.required = permission
        return guarded

    return guard


@require_safe
@kept_by_nobody
@for_holder(Permission.VIEW, "calendar-private")
def calendar_private(request: HttpRequest, reader: User) -> HttpResponse:
    """What `reader` may read today, whoever fetches it."""
    return _calendar(request, reader)


@csrf_exempt  # a mail program posts here; the signature is what shows that it may
@require_http_methods(["GET", "HEAD", "POST"])
@kept_by_nobody
@for_holder(Permission.DESK, "digest-stop")
def digest_stop(request: HttpRequest, reader: User) -> HttpResponse:
    """One click of a mail program, or of a person; looking at the page changes nothing."""
    if request.method == "POST":
        desk.set_digest(False, by=reader)
        reader.refresh_from_db(fields=["weekly_digest"])
    return render(request, "agreements/digest/stop.html", {"stopped": not reader.weekly_digest})


@require_http_methods(["GET", "HEAD", "POST"])
@kept_by_nobody
@requires(Permission.DESK)
def digest_settings(request: HttpRequest) -> HttpResponse:
    """What one follows, whether the letter comes, and the private address of one's calendar."""
    followed = Agreement.objects.filter(follows__user=request.user.account_id)
    readable = followed.filter(pk__in=Agreement.objects.visible_to(request.user).values("pk"))
    if request.method == "POST":
        _settle(request, followed, readable)
        return redirect("digest-settings")
    return render(
        request,
        "agreements/digest/settings.html",
        {
            "followed": list(readable.in_order()),
            "hidden": followed.count() - readable.count(),
            "calendar_address": private_addresses.address("calendar-private", request.user),
        },
    )


def _settle(request: HttpRequest, followed, readable) -> None:
    """Do what the form asks: switch the letter, or follow something no longer."""
    wanted, key = request.POST.get("wanted"), request.POST.get("unfollow", "")
    if wanted in {"true", "false"}:
        user = desk.set_digest(wanted == "true", by=request.user)
        messages.success(
            request, _("Your weekly digest is on.") if user.weekly_digest else _("Your weekly digest is off.")
        )
    elif key == "hidden":
        _let_go(request, followed.exclude(pk__in=readable.values("pk")))
    elif key:
        _let_go(request, readable.filter(pk=sent.key(key)))


def _let_go(request: HttpRequest, agreements) -> None:
    gone = list(agreements.values_list("pk", flat=True))
    for each in gone:
        desk.unfollow(each, by=request.user)
    if gone:
        messages.success(request, _("You follow it no longer."))

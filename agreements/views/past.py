"""The registry's past: the sheet as it was known, the list of an agreement's versions, the difference of two."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Agreement
from agreements.queries import sheet, versions
from agreements.queries.difference import difference
from agreements.queries.versions import Clocks, Version
from audit.past import Moment, begins
from organizations.guards import requires
from organizations.permissions import Permission


def shown(request: HttpRequest, agreement: Agreement, clocks: Clocks, at: Moment | None = None) -> dict:
    """What `agreements/clocks.html` says and asks: what is shown, the address to cite it by, the clocks to turn."""
    address = request.build_absolute_uri(agreement.get_absolute_url())
    return {
        "clocks": clocks,
        "known_at": at and at.at,
        "state_on": clocks.on(at),
        "citation": f"{address}?{urlencode(clocks.written)}",
        "may_compare": request.user.may(Permission.HISTORY_VIEW),
    }


def drawn(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    """A page of the past: to cite and to read, not to be found in place of today's."""
    page = render(request, template, context, status=status)
    page["X-Robots-Tag"] = "noindex"
    return page


def sheet_then(request: HttpRequest, agreement: Agreement, clocks: Clocks) -> HttpResponse:
    """The sheet of `agreement`, which the reader may read today, as the registry knew it when `clocks` stand.

    Drawn while the past is open, so that whatever the page still asks for is answered from there.
    """
    at = versions.moment(agreement, clocks, now=timezone.now())
    if at is None and clocks.version > agreement.version:
        raise Http404(_("This agreement has no version of this number."))
    if at is None:
        return _unknown(request, agreement, clocks)
    with versions.known(agreement, at, actor=request.user) as readable:
        on = clocks.on(at)
        then = sheet.with_everything(readable, on=on).filter(pk=agreement.pk).first()
        if then is not None:
            content = sheet.sheet(
                then,
                on=on,
                with_history=request.user.may(Permission.HISTORY_VIEW),
                reader=None,  # what people keep on their desks is of today
            )
            return drawn(
                request,
                "agreements/sheet.html",
                {"sheet": content, "agreement": then, "on": clocks.today}
                | shown(request, agreement, clocks, at),
            )
    return _unknown(request, agreement, clocks, at)


def _unknown(
    request: HttpRequest, agreement: Agreement, clocks: Clocks, at: Moment | None = None
) -> HttpResponse:
    """Nothing was there to read yet; the way back and the clocks stay on the page."""
    start = begins()
    return drawn(
        request,
        "agreements/unknown.html",
        {
            "agreement": agreement,
            "begins": start,
            "before_memory": at is None or start is None or at.at < start,
        }
        | shown(request, agreement, clocks, at),
        status=404,
    )


@require_safe
@requires(Permission.HISTORY_VIEW)
def agreement_versions(request: HttpRequest, code: str) -> HttpResponse:
    number = Agreement.number_of(code)
    if number is None:
        raise Http404(_("There is no agreement with this number."))
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), number=number)
    if code != agreement.code:
        return redirect("agreement-versions", agreement.code, permanent=True)
    found = versions.versions(agreement.pk)
    chosen = [
        _chosen(request.GET.get(name), found, usual)
        for name, usual in (("from", found[1:2]), ("to", found[:1]))
    ]
    context = {
        "agreement": agreement,
        "versions": found,
        "older": chosen[0],
        "newer": chosen[1],
        "on": timezone.localdate(),
        "begins": begins(),
    }
    if "from" in request.GET or "to" in request.GET:
        context |= _compared(request, agreement, *chosen)
    return drawn(request, "agreements/versions.html", context)


def _chosen(written: str | None, found: list[Version], usual: list[Version]) -> Version | None:
    """The version of that number; the usual one when none is asked for."""
    if written is None:
        return usual[0] if usual else None
    return next((each for each in found if str(each.number) == written.strip()), None)


def _compared(
    request: HttpRequest, agreement: Agreement, older: Version | None, newer: Version | None
) -> dict:
    """The difference of two versions, or why there is none to show."""
    if older is None or newer is None or older.number == newer.number:
        return {"error": _("Choose two different versions of the list.")}
    documents = []
    for each in (older, newer):
        document = versions.document(agreement, each.moment, on=timezone.localdate(), actor=request.user)
        if document is None:
            return {
                "error": _("Version %(number)d was not open to you when it was current.")
                % {"number": each.number}
            }
        documents.append(document)
    return {"facts": difference(*documents), "compared": True}

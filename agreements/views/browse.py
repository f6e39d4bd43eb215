"""Pages to read: the sheet of an agreement, a source."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.forms.desk import FollowUpForm
from agreements.forms.files import SourceFilesForm
from agreements.models import Agreement, Citation, Source, SourceFile
from agreements.queries import duplicates, sheet, versions
from agreements.views import identity, past
from organizations.guards import requires
from organizations.permissions import Permission


@require_safe
@requires(Permission.VIEW)
def agreement_sheet(request: HttpRequest, code: str) -> HttpResponse:
    number = Agreement.number_of(code)
    if number is None:
        raise Http404(_("There is no agreement with this number."))
    clocks = versions.read_clocks(request.GET, now=timezone.now())
    on = clocks.on()
    readable = Agreement.objects.visible_to(request.user)
    asked = readable if clocks.is_past else sheet.with_everything(readable, on=on)
    agreement = asked.filter(number=number).first()
    if agreement is None:
        agreement = identity.old_address(request, number)
        if isinstance(agreement, HttpResponse):
            return agreement
        agreement = sheet.with_everything(Agreement.objects.filter(pk=agreement.pk), on=on).get()
    if code != agreement.code:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{agreement.get_absolute_url()}{query}", permanent=True)
    if clocks.is_past:
        return past.sheet_then(request, agreement, clocks)
    draw = past.drawn if clocks.is_turned else render
    return draw(
        request,
        "agreements/sheet.html",
        {
            "sheet": sheet.sheet(
                agreement,
                on=on,
                with_history=request.user.may(Permission.HISTORY_VIEW),
                reader=request.user,
            ),
            "follow_up_form": FollowUpForm(agreement=agreement),
            "agreement": agreement,
            "may_compare": request.user.may(Permission.EDIT),
            "formerly": duplicates.formerly(agreement, request.GET.get("formerly", "")),
            "on": clocks.today,
        }
        | past.shown(request, agreement, clocks),
    )


@require_safe
@requires(Permission.VIEW)
def source_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "agreements/source.html", source_context(request, pk, SourceFilesForm()))


def source_context(request: HttpRequest, pk: UUID, form: SourceFilesForm) -> dict[str, Any]:
    """What the page of a source shows, with one quote chosen by `?cite=` or with all; `form` takes files."""
    source = get_object_or_404(
        Source.objects.visible_to(request.user).prefetch_related(
            "noise", Prefetch("files", SourceFile.objects.in_order())
        ),
        pk=pk,
    )
    citations = list(
        Citation.objects.visible_to(request.user)
        .filter(source=source)
        .select_related("agreement")
        .order_by("start", "-end", "pk")
    )
    chosen = request.GET.get("cite", "")
    cited = next((each for each in citations if str(each.pk) == chosen), None)
    if chosen and cited is None:
        raise Http404(_("This quote is not in the source, or you may not read it."))
    agreements = {each.agreement_id: each.agreement for each in citations}
    return {
        "source": source,
        "citations": citations,
        "cited": cited,
        "segments": sheet.segments(source, [cited] if cited else citations),
        "agreements": list(agreements.values()),
        "form": form,
        "may_add": request.user.may(Permission.EDIT),
    }

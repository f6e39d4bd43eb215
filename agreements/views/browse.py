"""The page to read: the sheet of an agreement."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.forms.desk import FollowUpForm
from agreements.models import Agreement
from agreements.queries import duplicates, sheet, versions
from agreements.queries.next_step import changes_in_review, standing
from agreements.queries.opened import opened
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
    if clocks.is_past:
        agreement = Agreement.objects.visible_to(request.user).filter(number=number).first()
    else:
        agreement = opened(number, reader=request.user, on=on)
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
            "step": standing(agreement, request.user),
            "changes_in_review": changes_in_review(agreement, request.user),
        }
        | past.shown(request, agreement, clocks),
    )

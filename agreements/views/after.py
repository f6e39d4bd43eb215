"""How a record changes after publication: it was wrong, the parties amended it, or something happened to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agreements.forms.after import AmendmentForm, ChangeForm, EventForm
from agreements.models import Agreement, Draft
from agreements.queries import dossier
from agreements.services import changing
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@dataclass(frozen=True)
class Way:
    """One way to change a record: what is filled in, what begins the draft, and where the work goes on."""

    form: type[ChangeForm]
    begin: Callable[..., Draft]
    onward: str


WAYS = {
    Draft.Purpose.AMENDMENT.value: Way(AmendmentForm, changing.begin_amendment, "draft"),
    Draft.Purpose.EVENT.value: Way(EventForm, changing.begin_event, "draft-check"),
}


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def record_change(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the way; say which amendment or event it is, and by which document. A draft begins."""
    rows = dossier.with_proof(request.user, on=timezone.localdate())
    agreement = get_object_or_404(rows, number=Agreement.number_of(code) or 0)
    chosen = (request.POST if request.method == "POST" else request.GET).get("way", "")
    way = WAYS.get(chosen)
    form = None
    if way:
        form = way.form(request.POST or None, request.FILES or None, agreement=agreement, reader=request.user)
        if request.method == "POST" and form.is_valid():
            told = dossier.read(agreement, proof=True)
            try:
                draft = way.begin(agreement, told, **form.told(), by=request.user)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                return redirect(way.onward, draft.pk)
    context: dict[str, Any] = {
        "agreement": agreement,
        "way": chosen if way else "",
        "form": form,
        "open": agreement.drafts.visible_to(request.user).open().select_related("owner").first(),
    }
    return render(request, "after/change.html", context, status=422 if form and form.errors else 200)

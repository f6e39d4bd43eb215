"""Signing that a fact is entered without source: in a draft a step of it, in a record a write of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.forms import record
from agreements.models import WithoutSource
from agreements.services import drafting, proof, signatures
from agreements.views import desk, workbench
from lib import sent
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_POST
@requires(Permission.REGISTER)
def draft_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign for a fact of a draft, or take a signature back; both can be undone like any other step."""
    draft = workbench.found(request, pk)
    told = {name: request.POST.get(name, "") for name in ("fact", "about", "reason")}
    try:
        if gone := request.POST.get("take_back", ""):
            asked = record.removed(draft.content, f"/without_source/{gone}")
        else:
            asked = signatures.signing(draft.content, **told)
        drafting.change(draft.pk, asked, seen=draft.version, verb="signed", by=request.user)
    except drafting.Clashed as clashed:
        return workbench.drawn(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return redirect(f"{reverse('draft-check', args=[draft.pk])}#without-source")


@require_POST
@requires(Permission.EDIT)
def without_source(request: HttpRequest, code: str) -> HttpResponse:
    """Sign for a fact of a record, or take a signature back; then back to where it was asked."""
    agreement = desk.readable(request, code)
    gone, fact = (request.POST.get(name, "") for name in ("take_back", "fact"))
    if fact and sent.key(fact) is None:
        raise Http404(_("This fact is not there any more."))
    try:
        if gone:
            proof.take_back(sent.key(gone), by=request.user)
            messages.success(request, _("The signature is taken back."))
        else:
            proof.sign(
                agreement.pk,
                fact=sent.key(fact),
                about=request.POST.get("about", ""),
                reason=sent.words(request.POST.get("reason")),
                by=request.user,
            )
            messages.success(request, _("Signed: entered without source."))
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    except WithoutSource.DoesNotExist as error:
        raise Http404(_("This signature is not there any more.")) from error
    return desk.back(request, agreement.get_absolute_url())

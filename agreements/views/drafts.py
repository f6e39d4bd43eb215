"""Drafts from outside: the list of them, how one begins, and how one is put away."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms import record
from agreements.forms.drafts import SourceForm
from agreements.models import Agreement, Draft
from agreements.queries import dossier
from agreements.queries.drafts import Whose, listed
from agreements.queries.next_step import next_step
from agreements.services import drafting
from lib import keyset
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission

PAGE_SIZE = 25
_NEWEST = keyset.Order("changed", "changed_at", descending=True, type=datetime)
_TABS = {
    Whose.ALL: gettext_lazy("All"),
    Whose.MINE: gettext_lazy("Mine"),
    Whose.OURS: gettext_lazy("My organization’s"),
}


@require_safe
@requires(Permission.REGISTER)
def draft_list(request: HttpRequest) -> HttpResponse:
    """Drafts to go on with; those put away stand on a list of their own."""
    asked, away = request.GET.get("whose", ""), "away" in request.GET
    tabs = {
        name: label for name, label in _TABS.items() if name != Whose.OURS or request.user.organization_id
    }
    if asked not in tabs:
        raise Http404(_("There is no such list of drafts."))
    try:
        page = keyset.page(
            listed(request.user, Whose(asked), away=away),
            order=_NEWEST,
            descending=True,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    rows = [
        (each, record.title(each.titles, each.language, each.beginning, each.noise)) for each in page.rows
    ]
    for each in page.rows:
        each.step = next_step(each, request.user)
    query = {"whose": asked} if asked else {}
    context = {
        "rows": rows,
        "page": page,
        "tabs": tabs,
        "whose": asked,
        "away": away,
        "query": urlencode(query | ({"away": "1"} if away else {})),
        "turned": urlencode(query | ({} if away else {"away": "1"})),
    }
    return render(request, "drafts/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin with a text: pasted, from a file, or one the registry has."""
    form = SourceForm(request.POST or None, request.FILES or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafting.start(form.content(), *form.given(), by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("draft", draft.pk)
    status = 422 if form.errors else 200
    return render(request, "drafts/new.html", {"form": form}, status=status)


@require_POST
@requires(Permission.REGISTER)
def draft_reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Begin to correct a record; it stays as it is until the draft is entered."""
    rows = dossier.with_proof(request.user, on=timezone.localdate())
    agreement = get_object_or_404(rows, number=Agreement.number_of(code) or 0)
    told = dossier.read(agreement, proof=True)
    try:
        draft = drafting.reopen(agreement, told, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
        return redirect(agreement)
    return redirect("draft", draft.pk)


@require_POST
@requires(Permission.REGISTER)
def draft_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a draft away, or take it up again."""
    draft = get_object_or_404(Draft.objects.visible_to(request.user), pk=pk)
    try:
        if "take_up" in request.POST:
            drafting.take_up(draft.pk, by=request.user)
            return redirect("draft", draft.pk)
        drafting.discard(draft.pk, by=request.user)
        messages.success(
            request, _("The draft is put away. It stays in the list below until you take it up again.")
        )
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return redirect("drafts")

"""What lies beside the bench: the files of its sources, and the records that its parts may be."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from agreements.forms import record
from agreements.forms.files import SourceFilesForm
from agreements.models import Agreement, Draft
from agreements.services import drafting, files, recognition
from agreements.services.drafting import Clashed
from agreements.views import workbench
from lib import papers, sent
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_POST
@requires(Permission.REGISTER)
def draft_alike(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a part may be already: `look` asks while somebody types, the other words say what it is.

    `same`, `apart` and `together` each name a part and a record: `/organizations/org-1 <id>`, ` <id>` for the
    agreement itself.
    """
    draft = workbench.found(request, pk)
    if "look" in request.POST:
        return _box(request, draft, request.POST["look"])
    try:
        for name in ("same", "apart", "together"):
            if name in request.POST:
                return _decided(request, draft, name, request.POST[name])
    except Clashed as clashed:
        return workbench.drawn(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return workbench.again(request, draft)


def _box(request: HttpRequest, draft: Draft, path: str) -> HttpResponse:
    """The box of one part, with what is typed in its fields and not saved yet."""
    content = drafting.as_seen(draft, draft.version)
    typed = record.read(request.POST, content)
    papers.apply(content, [papers.Change(at, None, value) for at, value in typed.asked])
    if not path:
        double = record.of_agreement(content, own=draft.agreement_id, actor=request.user)
    else:
        member = path.split("/")[1] if path.count("/") == 2 else ""
        found = record.of_parts(content, member, actor=request.user) if member in recognition.KINDS else {}
        double = found.get(path)
    if double is None:
        raise Http404(_("There is no such part."))
    return render(request, "drafts/double.html", {"double": double, "draft": draft})


def _decided(request: HttpRequest, draft: Draft, name: str, of: str) -> HttpResponse:
    path, _space, key = of.rpartition(" ")
    rows = recognition.kind_of(path).objects.visible_to(request.user)
    row = get_object_or_404(rows, pk=sent.key(key))
    if name == "same" and isinstance(row, Agreement):
        drafting.discard(draft.pk, by=request.user)
        messages.success(
            request,
            _(
                "This is the record. Your draft is put away, and can be taken up again from the list of drafts."
            ),
        )
        return redirect(row)
    asked = {
        "same": recognition.same,
        "apart": recognition.apart,
        "together": recognition.together,
    }[name](draft.content, path, row)
    draft = drafting.change(draft.pk, asked, seen=draft.version, verb=name, by=request.user)
    if request.POST.get("back") == "check":
        return redirect("draft-check", draft.pk)
    return workbench.again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep files of a source of the draft (`part`), or take one away (`remove`)."""
    draft = workbench.found(request, pk)
    if "remove" in request.POST:
        row = get_object_or_404(draft.files, pk=sent.key(request.POST["remove"]))
        try:
            files.remove(row.pk, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.faults[0].message)
        else:
            messages.success(request, _("“%(name)s” is taken away from the draft.") % {"name": row.name})
        return workbench.again(request, draft)
    part = request.POST.get("part", "")
    if part not in [each["key"] for each in draft.content.get("sources", ())]:
        raise Http404(_("There is no such part."))
    form = SourceFilesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            kept = files.attach_to_draft(draft, *form.cleaned_data["files"], part=part, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            told = ngettext("%(count)d file is kept.", "%(count)d files are kept.", len(kept))
            messages.success(request, told % {"count": len(kept)})
            return workbench.again(request, draft)
    refused = {part: [words for each in form.errors.values() for words in each]}
    return workbench.drawn(request, draft, refused=refused, status=422)

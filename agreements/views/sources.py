"""The page of a source: its text, what it proves, and what a newer text of it makes of that."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms.files import SourceFilesForm
from agreements.forms.sources import NewerTextForm
from agreements.models import Citation, Source, SourceFile
from agreements.queries import dossier, newer, sheet
from agreements.services import evidence, recite
from lib import rewording
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_safe
@requires(Permission.VIEW)
def source_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "agreements/source.html", source_context(request, pk, SourceFilesForm()))


def source_context(request: HttpRequest, pk: UUID, form: SourceFilesForm) -> dict[str, Any]:
    """What the page of a source shows, with one quote chosen by `?cite=` or with all; `form` takes files."""
    source = get_object_or_404(
        Source.objects.visible_to(request.user)
        .select_related("replaces")
        .prefetch_related("noise", Prefetch("files", SourceFile.objects.in_order())),
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
    newest = newer.newest([source.pk])
    for each in citations:
        each.changed = newer.changed(each, newest)
    # The older text may be of a record that this reader may not read.
    older = source.replaces
    if older and not Source.objects.visible_to(request.user).filter(pk=older.pk).exists():
        older = None
    latest = newest.get(source.pk)
    before, after = (source, latest) if latest else (older, source)
    agreements = {each.agreement_id: each.agreement for each in citations}
    return {
        "source": source,
        "citations": citations,
        "flags": _flags(citations) if latest else [],
        "older": older,
        "newest": latest,
        "difference": rewording.difference(before.text, after.text) if before else [],
        "cited": cited,
        "segments": sheet.segments(source, [cited] if cited else citations),
        "agreements": list(agreements.values()),
        "form": form,
        "may_add": request.user.may(Permission.EDIT),
    }


def _flags(citations: list[Citation]) -> list[tuple[rewording.Standing, list[Citation]]]:
    """The quotes by what became of them, those to read again first."""
    order = (
        rewording.Standing.GONE,
        rewording.Standing.REPEATED,
        rewording.Standing.MOVED,
        rewording.Standing.STANDS,
    )
    found = [(flag, [each for each in citations if each.changed.standing == flag]) for flag in order]
    return [(flag, quotes) for flag, quotes in found if quotes]


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT)
def source_newer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter a newer text of a source; its quotes stay where they are, and are flagged."""
    source = get_object_or_404(Source.objects.visible_to(request.user), pk=pk)
    if latest := newer.newest([source.pk]).get(source.pk):
        messages.info(request, _("A newer text is entered already: this is the newest."))
        return redirect("source", latest.pk)
    form = NewerTextForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = evidence.renew(
                source.pk,
                text=form.cleaned_data["text"],
                published=form.cleaned_data["published"],
                given=form.given(),
                by=request.user,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The newer text is entered. Each quote says what became of its words.")
            )
            return redirect(f"{source.get_absolute_url()}#newer" if source.citations.exists() else text)
    status = 422 if form.errors else 200
    return render(request, "agreements/source_newer.html", {"form": form, "source": source}, status=status)


@require_POST
@requires(Permission.EDIT)
def source_cite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin to correct the record at the fact that a quote proves, with the newest text of its source beside it."""
    citation = get_object_or_404(
        Citation.objects.visible_to(request.user).select_related("source"),
        pk=pk,
    )
    latest = newer.newest([citation.source_id]).get(citation.source_id)
    if latest is None:
        raise Http404(_("Of this source there is no newer text."))
    agreement = dossier.with_proof(request.user, on=timezone.localdate()).get(pk=citation.agreement_id)
    try:
        draft, at = recite.begin(
            agreement, dossier.read(agreement, proof=True), citation, latest, by=request.user
        )
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
        return redirect(citation.source)
    return redirect(f"{draft.get_absolute_url()}?at={at}#s-{at}" if at else draft)

"""The workbench: a text on one side, the record that grows from it on the other.

Every change is one POST that answers with the page again, so that all of it works without a script; htmx swaps the
bench alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from agreements.forms import proof, record
from agreements.models import Draft
from agreements.queries import bench, threads
from agreements.queries.drafts import files_of
from agreements.queries.next_step import next_step
from agreements.services import drafting, offered, placing, reading
from agreements.services.drafting import Clashed
from agreements.services.placing import Choice, Words
from lib import fields, sent, sentences, uploads
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    draft = found(request, pk)
    if draft.submitted_at is not None and request.method != "POST":
        return redirect("draft-review", draft.pk)
    if request.method == "POST":
        return _save(request, draft)
    return drawn(request, draft)


def _save(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What was typed in the fields; a clash or a fault comes back beside what was typed."""
    seen = _seen(request, draft)
    typed = record.read(request.POST, drafting.as_seen(draft, seen))
    clashes = []
    try:
        if typed.asked:
            draft = drafting.change(draft.pk, typed.asked, seen=seen, verb="typed", by=request.user)
    except Clashed as clashed:
        draft, clashes = clashed.draft, clashed.clashes
    except Refused as refusal:
        return drawn(
            request, draft, faults={each.pointer: each.message for each in refusal.faults}, status=422
        )
    if clashes or typed.faults:
        return drawn(
            request,
            draft,
            faults=typed.faults,
            clashes=clashes,
            kept=record.changed_fields(request.POST, typed.asked),
            typed=request.POST,
            status=409 if clashes else 422,
        )
    if request.POST.get("auto"):
        answer = render(request, "drafts/saved.html", _head(draft) | {"swapped": True})
        return trigger_client_event(answer, "draft-saved")  # what depends on it is asked for again
    return again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make words of a source something, set them aside, or bring them back."""
    draft = found(request, pk)
    posted = request.POST
    try:
        if posted.get("become") == "back":
            asked = placing.bring_back(draft.content, posted.get("source", ""), _place(posted, "start"))
        else:
            words = _words(draft, posted)
            become, _colon, of = posted.get("become", "").partition(":")
            choice = Choice(
                become,
                of=tuple(filter(None, of.split(","))) or tuple(filter(None, posted.getlist(f"of-{become}"))),
                to=tuple(filter(None, posted.getlist("to"))),
                code=posted.get(f"code-{become}", ""),
                about=posted.get(f"about-{become}", ""),
                known=posted.get(f"known-{become}", ""),
            )
            asked = placing.place(draft.content, words, choice)
        draft = drafting.change(draft.pk, asked, seen=draft.version, verb="placed", by=request.user)
    except Clashed as clashed:
        return drawn(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        return drawn(
            request,
            draft,
            faults={"picker": refusal.faults[0].message},
            typed=posted,
            status=422,
        )
    return again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take what was proposed: one thing, a group of things that belong together, or all of a sentence."""
    draft = found(request, pk)
    posted = request.POST
    named = {name: posted.get(name, "") for name in ("source", "group", "sentence", "one")}
    chosen = list(offered.chosen(draft, request.user, **named))
    try:
        if not chosen:
            raise Refused.at(
                "", "nothing_proposed", _("This is not proposed any more: look what stands there now.")
            )
        asked = reading.take(draft.content, chosen)
        draft = drafting.change(draft.pk, asked, seen=draft.version, verb="accepted", by=request.user)
    except Clashed as clashed:
        return drawn(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return again(request, draft)


def _words(draft: Draft, posted: Mapping[str, str]) -> Words:
    """The chosen words: those of the selection, those typed, or the whole sentence."""
    key, start, end = posted.get("source", ""), _place(posted, "start"), _place(posted, "end")
    source = next((each for each in draft.content.get("sources", ()) if each["key"] == key), None)
    only = " ".join(posted.get("only", "").split())
    if source and only:
        place = sentences.find(source["text"], only, start, end)
        if place is None:
            raise Refused.at(
                "/only", "not_in_the_sentence", _("The sentence does not say “%(words)s”.") % {"words": only}
            )
        start, end = place
    return Words(key, start, end)


def _place(posted: Mapping[str, str], name: str) -> int:
    """A place in the text; -1, which is none, where no number was sent."""
    number = sent.number(posted.get(name))
    return -1 if number is None else number


@require_POST
@requires(Permission.REGISTER)
def draft_part(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a part or a quote away, or add one that no words of the source say."""
    draft = found(request, pk)
    posted = request.POST
    try:
        gone, new = posted.get("remove", ""), posted.get("add", "")
        asked = record.removed(draft.content, gone) if gone else record.added(draft.content, new)
        draft = drafting.change(draft.pk, asked, seen=_seen(request, draft), verb="edited", by=request.user)
    except Clashed as clashed:
        return drawn(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_turn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo the last step, or make again what was undone."""
    draft = found(request, pk)
    turn = drafting.redo if request.POST.get("turn") == "redo" else drafting.undo
    try:
        draft = turn(draft.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return again(request, draft)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is still missing, what no quote proves; and, when nothing is, entering it."""
    draft = found(request, pk)
    if draft.submitted_at is not None and request.method != "POST":
        return redirect("draft-review", draft.pk)
    if request.method == "POST":
        reason = sent.words(request.POST.get("reason"))
        try:
            if "submit" in request.POST:
                drafting.submit(draft.pk, reason=reason, by=request.user)
                return redirect("draft-review", draft.pk)
            agreement = drafting.enter(
                draft.pk, reason=reason, for_review="review" in request.POST, by=request.user
            )
        except Refused as refusal:
            return _check(request, draft, refusal.faults, status=422)
        messages.success(request, _("%(code)s is in the registry.") % {"code": agreement.code})
        return redirect(agreement)
    return _check(request, draft, drafting.missing(draft, by=request.user))


def _check(request: HttpRequest, draft: Draft, faults, *, status: int = 200) -> HttpResponse:
    texts = bench.texts(draft.content)
    labels = bench.labels(draft.content)
    choices = record.Choices(draft.content, labels)
    return render(
        request,
        "drafts/check.html",
        _head(draft, texts)
        | {
            "faults": [
                {
                    "fault": each,
                    "field": record.field_name(each.pointer),
                    "part": record.part_name(each.pointer, choices),
                }
                for each in faults
            ],
            "open": [(text, line) for text in texts for line in text.open],
            "unquoted": proof.of_draft(draft, choices),
            "unproved": len(bench.unproved(draft.content)),
            "title": record.called(draft.content),
            "reason": request.POST.get("reason", draft.reason),
            "double": record.of_agreement(draft.content, own=draft.agreement_id, actor=request.user),
        }
        | said(draft, request.user),
        status=status,
    )


# What all of them need.


def found(request: HttpRequest, pk: UUID) -> Draft:
    return get_object_or_404(Draft.objects.visible_to(request.user).open().select_related("agreement"), pk=pk)


def _seen(request: HttpRequest, draft: Draft) -> int:
    """The version of the draft that the page was drawn from."""
    seen = sent.number(request.POST.get("seen"))
    return draft.version if seen is None else min(seen, draft.version)


def again(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The bench as it is now, at the sentence where the work stands."""
    at = request.POST.get("at") or request.GET.get("at", "")
    query = f"?{urlencode({'at': at})}" if at else ""
    anchor = "" if request.htmx or not at else f"#s-{at}"
    return redirect(f"{reverse('draft', args=[draft.pk])}{query}{anchor}")


def _head(draft: Draft, texts: Sequence[bench.Text] = ()) -> dict[str, Any]:
    """What stands above the bench: is it safe, where does the work stand, what can be taken back."""
    undoable, redoable = drafting.standing(draft)
    return {
        "draft": draft,
        "coverage": bench.coverage(texts),
        "undoable": undoable,
        "redoable": redoable,
    }


def drawn(
    request: HttpRequest,
    draft: Draft,
    *,
    faults: Mapping[str, str] | None = None,
    clashes=(),
    kept=(),
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, Sequence[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole bench. `faults` stand at the fields with these paths, `refused` at the files of these sources."""
    content = draft.content
    texts = bench.texts(content)
    labels = bench.labels(content)
    choices = record.Choices(content, labels)
    faults = faults or {}
    sheet = record.Sheet(content, choices, bench.proofs(texts), faults, typed)
    return render(
        request,
        "drafts/bench.html",
        _head(draft, texts)
        | {
            "texts": texts,
            "sheet": sheet,
            "lanes": bench.lanes(content),
            "at": _at(request, texts),
            "faults": faults,
            "clashes": [
                {
                    "clash": each,
                    "field": record.field_name(each.path),
                    "part": record.part_name(each.path, choices),
                }
                for each in clashes
            ],
            "kept": kept,
            "offers": offered.offers(draft, request.user),
            "doubles": record.doubles(content, own=draft.agreement_id, actor=request.user),
            "files": files_of(draft, request.user),
            "refused": refused or {},
            "accepted": uploads.ACCEPTED,
            "file_limits": fields.limits(),
            "choices": choices,
            "typed": typed or {},
            "title": record.called(content),
        }
        | said(draft, request.user),
        status=status,
    )


def said(draft: Draft, actor) -> dict[str, Any]:
    """What reviewers said of the draft, by place, and what can be done next."""
    comments = threads.read(draft)
    for each in comments:
        each.field = record.field_name(each.path)
    return {
        "threads": threads.threads(comments, record.place_of),
        "comments": [each for each in comments if each.settled_at is None],
        "step": next_step(draft, actor),
        "address": reverse("draft-review", args=[draft.pk]),
    }


def _at(request: HttpRequest, texts) -> dict[str, Any] | None:
    """The sentence that is being worked on, named `source:number` in the address."""
    asked = request.POST.get("at") or request.GET.get("at", "")
    key, _colon, number = asked.rpartition(":")
    for text in texts:
        for line in text.lines:
            if text.key == key and str(line.number) == number:
                return {"text": text, "line": line, "name": asked}
    return None

"""Review: a record or a change of one beside its source, what is said of its places, and the decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements import services
from agreements.forms import record
from agreements.forms.proof import of_record
from agreements.forms.record.fields import holder
from agreements.forms.review import CommentForm, ReasonForm
from agreements.models import Agreement, Draft, OpenQuestion, WithoutSource
from agreements.queries import bench, difference, dossier, proof, threads
from agreements.queries.difference import Change, FactChange
from agreements.queries.next_step import Action, next_step
from agreements.queries.threads import Thread
from agreements.services import comments, drafting
from lib import sent
from lib.problems import Fault, Refused
from organizations.guards import requires
from organizations.permissions import Permission

_State = Agreement.EditorialState
_PROVED = {"kind": "/kind", "title": "/titles", "themes": "/themes"} | {
    str(about): path for about, path in proof.PLACES.items()
}
"""What a quote of the agreement itself is about → the place it proves."""

_LEANED_ON = ("/organizations/", "/people/", "/programmes/")
"""Records that facts lean on: they are told after the facts, folded."""
_WORDS = frozenset({"texts", "names", "titles"})


@dataclass
class Said:
    """One member of a fact as the page tells it, with what is said of it."""

    change: Change
    path: str
    proofs: list[tuple[str, int]] = field(default_factory=list)
    signed: list[WithoutSource] = field(default_factory=list)
    thread: Thread = field(default_factory=Thread)


@dataclass
class Row:
    """One fact as the page tells it: what it says or how it changes, its proof, its doubts, its comments."""

    fact: FactChange
    path: str
    label: str
    members: list[Said]
    proofs: list[tuple[str, int]] = field(default_factory=list)
    signed: list[WithoutSource] = field(default_factory=list)
    question: OpenQuestion | None = None
    thread: Thread = field(default_factory=Thread)
    faults: list[str] = field(default_factory=list)

    @property
    def places(self) -> list[tuple[str, str]]:
        """What of it can be commented on: its fields, and what else it says."""
        fields = dict(record.places(self.path))
        own = {each.path: each.change.field for each in self.members if each.path.count("/")}
        within = {
            path: words for path, words in own.items() if not any(f.startswith(f"{path}/") for f in fields)
        }
        return list((within | fields).items())

    @property
    def open(self) -> int:
        """How many comments wait."""
        return len(self.thread.open) + sum(len(each.thread.open) for each in self.members)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def agreement_review(request: HttpRequest, code: str) -> HttpResponse:
    """A record beside its source; whoever may decides, in whatever state it is."""
    number = Agreement.number_of(code)
    rows = Agreement.objects.visible_to(request.user).select_related("registered_by")
    agreement = get_object_or_404(rows, number=number or 0)
    if request.method == "POST":
        return _asked(request, agreement)
    if code != agreement.code:
        return redirect("agreement-review", agreement.code, permanent=True)
    return _page(request, agreement)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A change of a published record, before and after."""
    rows = Draft.objects.visible_to(request.user).filter(
        agreement__in=Agreement.objects.visible_to(request.user)
    )
    draft = get_object_or_404(rows.select_related("agreement", "owner", "submitted_by"), pk=pk)
    if request.method == "POST":
        return _asked(request, draft)
    if draft.closed_at is not None:
        return redirect(draft.agreement)
    if draft.submitted_at is None:
        return redirect("draft", draft.pk)
    return _page(request, draft)


@require_http_methods(["GET", "POST"])
@requires(Permission.REVIEW)
def agreement_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """What withdrawing means, and why it is done."""
    rows = Agreement.objects.visible_to(request.user).filter(editorial_state=_State.PUBLISHED)
    agreement = get_object_or_404(
        rows.select_related("registered_by", "reviewed_by"), number=Agreement.number_of(code) or 0
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(agreement.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            form.add_error("reason", refusal.faults[0].message)
        else:
            messages.success(request, _("%(code)s is withdrawn.") % {"code": agreement.code})
            return redirect(agreement)
    told = {agreement.registered_by, agreement.reviewed_by} - {None, request.user}
    context = {
        "agreement": agreement,
        "form": form,
        "told": sorted(told, key=lambda each: (each.name, each.pk)),
        "changes": agreement.drafts.visible_to(request.user).open().count(),
    }
    return render(request, "review/withdraw.html", context, status=422 if form.errors else 200)


# What is asked.


def _asked(request: HttpRequest, about: Agreement | Draft) -> HttpResponse:
    """Do what the form asks; a refusal comes back on the page, with what was typed."""
    do = request.POST.get("do", "")
    comment, reason = CommentForm(request.POST), ReasonForm(request.POST)
    try:
        if do == "comment":
            if not comment.is_valid():
                raise Refused.at("/text", "comment_missing", _("Write the comment."))
            said = comments.say(about, **comment.cleaned_data, by=request.user)
            return redirect(f"{_address(about)}#c-{said.pk}")
        if do == "settle":
            return _settled(request, about)
        if do == "resolve":
            return _resolved(request, about)
        if not reason.is_valid():
            raise Refused(
                [Fault("/reason", "invalid", str(each)) for each in reason.errors.get("reason", ())]
            )
        return _decided(request, about, do, reason.cleaned_data["reason"])
    except Refused as refusal:
        about.refresh_from_db()
        if isinstance(about, Draft) and (about.closed_at or about.submitted_at is None):
            # It is no longer in review: what there is to see of it is elsewhere.
            messages.error(request, refusal.faults[0].message)
            return redirect(about.agreement if about.closed_at else about)
        return _page(request, about, refused=refusal.faults, typed=request.POST, status=422)


def _decided(request: HttpRequest, about: Agreement | Draft, do: str, reason: str) -> HttpResponse:
    code, seen = (
        (about.agreement if isinstance(about, Draft) else about).code,
        sent.number(request.POST.get("seen")),
    )
    by = request.user
    if isinstance(about, Draft):
        match do:
            case Action.APPROVE:
                drafting.approve(about.pk, seen=seen, by=by)
                messages.success(request, _("The change of %(code)s is approved.") % {"code": code})
                return redirect(about.agreement)
            case Action.SEND_BACK:
                drafting.send_back(about.pk, reason=reason, by=by)
                messages.success(request, _("The change of %(code)s is sent back.") % {"code": code})
                return redirect("notifications")
            case Action.CALL_BACK:
                drafting.call_back(about.pk, by=by)
                return redirect("draft", about.pk)
            case _:
                raise Http404
    match do:
        case Action.PUBLISH:
            services.publish(about.pk, seen=seen, by=by)
            messages.success(request, _("%(code)s is published.") % {"code": code})
        case Action.SEND_BACK:
            services.send_back(about.pk, reason=reason, by=by)
            messages.success(request, _("%(code)s is sent back to its author.") % {"code": code})
        case Action.CALL_BACK:
            services.call_back(about.pk, by=by)
            messages.success(request, _("%(code)s is a draft again.") % {"code": code})
        case Action.SUBMIT:
            services.submit(about.pk, by=by)
            messages.success(request, _("%(code)s is in review.") % {"code": code})
        case _:
            raise Http404
    return redirect(about)


def _settled(request: HttpRequest, about: Agreement | Draft) -> HttpResponse:
    mine = get_object_or_404(threads.comments_on(about), pk=sent.key(request.POST.get("comment")))
    comments.settle(mine.pk, by=request.user)
    if bench_of := sent.key(request.POST.get("bench")):
        return redirect("draft", bench_of)
    return redirect(f"{_address(about)}#c-{mine.pk}")


def _resolved(request: HttpRequest, about: Agreement | Draft) -> HttpResponse:
    agreement = about.agreement if isinstance(about, Draft) else about
    question = get_object_or_404(agreement.questions, pk=sent.key(request.POST.get("question")))
    services.resolve_question(
        question.pk, resolution=sent.words(request.POST.get("resolution")), by=request.user
    )
    return redirect(f"{_address(about)}#question-{question.pk}")


def _address(about: Agreement | Draft) -> str:
    return (
        reverse("draft-review", args=[about.pk])
        if isinstance(about, Draft)
        else reverse("agreement-review", args=[about.code])
    )


# The page.


def _page(
    request: HttpRequest,
    about: Agreement | Draft,
    *,
    refused: Iterable[Fault] = (),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = about if isinstance(about, Draft) else None
    agreement = draft.agreement if draft else about
    refused = list(refused)
    content, facts, keys, faults = _read(request, agreement, draft)
    texts = bench.texts(content)
    said = threads.threads(threads.read(about))
    rows = _rows(agreement, facts, keys, content, texts, said, draft=draft)
    bare = [] if draft else proof.unproved(agreement.pk)
    marked = _places(bare) if agreement.editorial_state == _State.IN_REVIEW else set()
    for each in rows:
        each.faults = [_("Neither a quote nor an editor’s name.")] if each.path in marked else []
    open_comments = sum(len(each.open) for each in said.values())
    elsewhere = _settle_down(rows, said)
    return render(
        request,
        "review/page.html",
        {
            "about": about,
            "agreement": agreement,
            "draft": draft,
            "step": next_step(about, request.user, unproved=bare),
            "texts": texts,
            "coverage": bench.coverage(texts),
            "open": [(text, line) for text in texts for line in text.open],
            "rows": [each for each in rows if not each.path.startswith(_LEANED_ON)],
            "leaned_on": [each for each in rows if each.path.startswith(_LEANED_ON)],
            "unquoted": [] if draft else of_record(agreement, bare),
            "elsewhere": elsewhere,
            "waiting_comments": open_comments,
            "faults": faults,
            "double": record.of_agreement(content, own=agreement.pk, actor=request.user),
            "refused": refused,
            "reason_refused": next((each.message for each in refused if each.pointer == "/reason"), ""),
            "typed": typed or {},
            "address": _address(about),
            "title": record.called(content),
        },
        status=status,
    )


def _settle_down(rows: Iterable[Row], said: Mapping[str, Thread]) -> list[Thread]:
    """Put what is said of a place that a fact does not fill to the fact itself; what is left has no fact here."""
    by_path = {row.path: row for row in rows}
    shown = by_path.keys() | {each.path for row in rows for each in row.members}
    left = []
    for path, thread in said.items():
        if path in shown:
            continue
        for each in (*thread.open, *thread.settled):
            each.field = record.field_name(path)
        row = by_path.get(holder(path))
        if row is None:
            left.append(thread)
        else:
            row.thread.open += thread.open
            row.thread.settled += thread.settled
    return left


def _read(
    request: HttpRequest, agreement: Agreement, draft: Draft | None
) -> tuple[dict[str, Any], list[FactChange], dict[str, str], list[Fault]]:
    """The content beside which the facts are read, these or how they change, keys of new parts, and what is wrong."""
    if draft is None:
        document = _document(request, agreement)
        return drafting.keyed(document), difference.told(document), {}, []
    try:
        with drafting.as_it_would_read(draft, by=draft.submitted_by or draft.owner) as keys:
            after = _document(request, agreement)
        facts = difference.difference(_document(request, agreement), after)
    except Refused as refusal:
        return draft.content, [], {}, refusal.faults
    return draft.content, facts, keys, []


def _document(request: HttpRequest, agreement: Agreement) -> dict[str, Any]:
    rows = dossier.with_proof(request.user, on=timezone.localdate())
    return dossier.read(rows.get(pk=agreement.pk), proof=True)


def _places(bare: Iterable[proof.Bare]) -> set[str]:
    """Where the facts stand that nothing proves."""
    members = {column: member for member, (column, _model, _order) in proof.MEMBERS.items()}
    return {
        proof.PLACES[each.about] if each.about else f"/{members[each.column]}/{each.key}" for each in bare
    }


def _rows(
    agreement: Agreement,
    facts: Iterable[FactChange],
    keys: Mapping[str, str],
    content: Mapping[str, Any],
    texts: list[bench.Text],
    said: Mapping[str, Thread],
    *,
    draft: Draft | None,
) -> list[Row]:
    """Each fact with what belongs to it; a source is told by its text, beside them."""
    labels, proofs = bench.labels(content), bench.proofs(texts)
    about = {path: proofs.get(f"about:{name}", []) for name, path in _PROVED.items()}
    signed: dict[str, list[WithoutSource]] = defaultdict(list)
    for each in agreement.without_source.select_related(*WithoutSource.FACTS):
        signed[proof.PLACES.get(each.about, "") if each.about else str(each.fact.pk)].append(each)
    questions = {str(each.pk): each for each in agreement.questions.filter(resolved_at=None)}
    rows = []
    for fact in facts:
        if fact.path.startswith("/sources/"):
            continue
        path = "/".join(keys.get(name, name) for name in fact.path.split("/"))
        key = path.rpartition("/")[2]
        members = []
        for change in fact.changes:
            if draft is None and change.member == "editorial_state":
                continue
            if draft is None and path and change.member in _WORDS and len(change.after) == 1:
                continue  # they are the heading already
            place = f"{path}/{change.member.replace('.', '/')}"
            members.append(
                Said(
                    change,
                    place,
                    about.get(place, []),
                    signed.get(place, []) if not path else [],
                    said.get(place, Thread()),
                )
            )
        rows.append(
            Row(
                fact,
                path,
                labels.get(key, ""),
                members,
                proofs.get(path, []) if path else [],
                signed.get(key, []) if path else [],
                questions.get(key),
                said.get(path, Thread()),
            )
        )
    return rows

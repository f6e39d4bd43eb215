"""The workbench: a text on one side, the record that grows from it on the other.

Every change is one POST that answers with the page again, so that all of it works without a script; htmx swaps the
bench alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms import record
from agreements.forms.drafts import SourceForm
from agreements.models import Agreement, Draft
from agreements.queries import alike, bench, dossier
from agreements.queries.known import known
from agreements.services import drafting, placing, reading
from agreements.services.drafting import Clashed
from agreements.services.placing import Choice, Words
from agreements.services.reading import Proposal
from lib import sentences
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission

READ_BY_RULE = 60_000
"""How many characters a text has at most to be read by rule: longer ones are read by people alone."""


@require_safe
@requires(Permission.REGISTER)
def draft_list(request: HttpRequest) -> HttpResponse:
    """Drafts to go on with, and those that were put away."""
    drafts = (
        Draft.objects.visible_to(request.user)
        .select_related("owner", "agreement")
        .order_by("-changed_at", "pk")
    )
    put_away = drafts.filter(outcome=Draft.Outcome.DISCARDED)[:20]
    return render(
        request,
        "drafts/list.html",
        {"open": [_told(each) for each in drafts.open()[:100]], "away": [_told(each) for each in put_away]},
    )


def _told(draft: Draft) -> dict[str, Any]:
    texts = bench.texts(draft.content)
    return {
        "draft": draft,
        "title": _title(draft),
        "coverage": bench.coverage(texts),
        "language": draft.content.get("source_language", ""),
    }


def _title(draft: Draft) -> str:
    """What a draft is called before it has a title: the first words of its text."""
    if title := record.first_words(
        draft.content.get("titles") or {}, draft.content.get("source_language", "")
    ):
        return title
    lines = [line.text for text in bench.texts(draft.content) for line in text.lines[:1]]
    return lines[0][:120] if lines else ""


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
    rows = dossier.with_citations(
        dossier.with_facts(
            Agreement.objects.visible_to(request.user),
            on=timezone.localdate(),
            readable=Agreement.objects.visible_to(request.user),
        )
    )
    agreement = get_object_or_404(rows, number=Agreement.number_of(code) or 0)
    purpose = request.POST.get("purpose", "")
    if purpose not in (Draft.Purpose.CORRECTION, Draft.Purpose.AMENDMENT):
        purpose = Draft.Purpose.CORRECTION
    draft = drafting.reopen(agreement, dossier.read(agreement, proof=True), purpose=purpose, by=request.user)
    return redirect("draft", draft.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    draft = _found(request, pk)
    if request.method == "POST":
        return _save(request, draft)
    return _bench(request, draft)


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
        return _bench(
            request, draft, faults={each.pointer: each.message for each in refusal.faults}, status=422
        )
    if clashes or typed.faults:
        return _bench(
            request,
            draft,
            faults=typed.faults,
            clashes=clashes,
            kept=record.changed_fields(request.POST, typed.asked),
            typed=request.POST,
            status=409 if clashes else 422,
        )
    if request.POST.get("auto"):
        return render(request, "drafts/saved.html", _head(draft) | {"swapped": True})
    return _again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make words of a source something, set them aside, or bring them back."""
    draft = _found(request, pk)
    sent = request.POST
    try:
        if sent.get("become") == "back":
            asked = placing.bring_back(draft.content, sent.get("source", ""), _number(sent.get("start")))
        else:
            words = _words(draft, sent)
            become, _colon, of = sent.get("become", "").partition(":")
            choice = Choice(
                become,
                of=tuple(filter(None, of.split(","))) or tuple(filter(None, sent.getlist(f"of-{become}"))),
                to=tuple(filter(None, sent.getlist("to"))),
                code=sent.get(f"code-{become}", ""),
                about=sent.get(f"about-{become}", ""),
                known=sent.get(f"known-{become}", ""),
            )
            asked = placing.place(draft.content, words, choice)
        draft = drafting.change(draft.pk, asked, seen=draft.version, verb="placed", by=request.user)
    except Refused as refusal:
        return _bench(
            request,
            draft,
            faults={"picker": refusal.faults[0].message},
            typed=sent,
            status=422,
        )
    return _again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take what was proposed: one thing, a group of things that belong together, or all of a sentence."""
    draft = _found(request, pk)
    sent = request.POST
    asked_for = {
        "group": sent.get("group", ""),
        "sentence": sent.get("sentence", ""),
        "one": sent.get("one", ""),
    }
    chosen = [
        each
        for offer in _offers(draft, request.user)
        for each in offer.proposals
        if offer.source == sent.get("source", "") and asked_for == {**asked_for, **_named(each, asked_for)}
    ]
    try:
        if not chosen or not any(asked_for.values()):
            raise Refused.at(
                "", "nothing_proposed", _("This is not proposed any more: look what stands there now.")
            )
        asked = reading.take(draft.content, chosen)
        draft = drafting.change(draft.pk, asked, seen=draft.version, verb="accepted", by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return _again(request, draft)


def _named(each: Proposal, asked_for: Mapping[str, str]) -> dict[str, str]:
    """What a proposal is called by, as far as it is asked for by that."""
    names = {"group": each.group, "sentence": str(each.sentence), "one": Offer.name(each)}
    return {name: names[name] for name, asked in asked_for.items() if asked}


@dataclass(frozen=True)
class Offer:
    """Proposals that belong together, of one source: what accepting them does, in a sentence."""

    source: str
    group: str
    says: str
    proposals: list[Proposal]

    @staticmethod
    def name(proposal: Proposal) -> str:
        words = proposal.words
        return f"{proposal.choice.become}:{words.start}:{words.end}"

    @property
    def named(self) -> list[tuple[str, Proposal]]:
        return [(self.name(each), each) for each in self.proposals]

    @property
    def sentences(self) -> list[int]:
        return sorted({each.sentence for each in self.proposals if each.sentence})


def _offers(draft: Draft, actor) -> list[Offer]:
    """What the sources seem to say besides, group by group; of a very long text nothing."""
    found: dict[tuple[str, str], Offer] = {}
    for source in draft.content.get("sources", ()):
        if len(source["text"]) > READ_BY_RULE:
            continue
        registry = known(source["text"], Agreement.objects.visible_to(actor))
        for each in reading.propose(draft.content, source["key"], registry):
            offer = found.setdefault(
                (source["key"], each.group), Offer(source["key"], each.group, each.says or each.why, [])
            )
            offer.proposals.append(each)
    return list(found.values())


def _words(draft: Draft, sent: Mapping[str, str]) -> Words:
    """The chosen words: those of the selection, those typed, or the whole sentence."""
    key, start, end = sent.get("source", ""), _number(sent.get("start")), _number(sent.get("end"))
    source = next((each for each in draft.content.get("sources", ()) if each["key"] == key), None)
    only = " ".join(sent.get("only", "").split())
    if source and only:
        place = sentences.find(source["text"], only, start, end)
        if place is None:
            raise Refused.at(
                "/only", "not_in_the_sentence", _("The sentence does not say “%(words)s”.") % {"words": only}
            )
        start, end = place
    return Words(key, start, end)


def _number(given: str | None) -> int:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 10 else -1


@require_POST
@requires(Permission.REGISTER)
def draft_part(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a part or a quote away, or add one that no words of the source say."""
    draft = _found(request, pk)
    sent = request.POST
    try:
        gone = sent.get("remove", "")
        asked = [(gone, None)] if gone else record.added(draft.content, sent.get("add", ""))
        draft = drafting.change(draft.pk, asked, seen=_seen(request, draft), verb="edited", by=request.user)
    except Clashed as clashed:
        return _bench(request, clashed.draft, clashes=clashed.clashes, status=409)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return _again(request, draft)


@require_POST
@requires(Permission.REGISTER)
def draft_turn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undo the last step, or make again what was undone."""
    draft = _found(request, pk)
    turn = drafting.redo if request.POST.get("turn") == "redo" else drafting.undo
    try:
        draft = turn(draft.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    return _again(request, draft)


@require_http_methods(["GET", "POST"])
@requires(Permission.REGISTER)
def draft_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is still missing, what no quote proves; and, when nothing is, entering it."""
    draft = _found(request, pk)
    if request.method == "POST":
        try:
            agreement = drafting.enter(
                draft.pk,
                reason=request.POST.get("reason", ""),
                for_review="review" in request.POST,
                by=request.user,
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
            "unproved": [(path, record.part_name(path, choices)) for path in bench.unproved(draft.content)],
            "title": _title(draft),
            "found": _alike(draft, request.user),
        },
        status=status,
    )


def _alike(draft: Draft, actor) -> list:
    """Agreements that may be the one in the draft, each with the reasons: a warning, never a bar."""
    content = draft.content
    language = content.get("source_language") or "fr"
    signed = (content.get("dates") or {}).get("signed")
    told = alike.told_in(
        parties=filter(
            None, (record.key_of(each.get("organization")) for each in content.get("parties", ()))
        ),
        reference=content.get("reference") or "",
        programme=record.key_of(content.get("programme")),
        signed=record.claim_of(signed),
        language=language,
        commitments=[
            (record.pointer(each.get("kind")) or None, (each.get("texts") or {}).get(language, ""))
            for each in content.get("commitments", ())
        ],
        texts=[each["text"] for each in content.get("sources", ())],
        own=draft.agreement_id,
    )
    return alike.alike(told, readable=Agreement.objects.visible_to(actor))


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


# What all of them need.


def _found(request: HttpRequest, pk: UUID) -> Draft:
    return get_object_or_404(Draft.objects.visible_to(request.user).open().select_related("agreement"), pk=pk)


def _seen(request: HttpRequest, draft: Draft) -> int:
    """The version of the draft that the page was drawn from."""
    seen = _number(request.POST.get("seen"))
    return seen if 0 <= seen <= draft.version else draft.version


def _again(request: HttpRequest, draft: Draft) -> HttpResponse:
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


def _bench(
    request: HttpRequest,
    draft: Draft,
    *,
    faults: Mapping[str, str] | None = None,
    clashes=(),
    kept=(),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
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
            "offers": _offers(draft, request.user),
            "choices": choices,
            "typed": typed or {},
            "title": _title(draft),
        },
        status=status,
    )


def _at(request: HttpRequest, texts) -> dict[str, Any] | None:
    """The sentence that is being worked on, named `source:number` in the address."""
    asked = request.POST.get("at") or request.GET.get("at", "")
    key, _colon, number = asked.rpartition(":")
    for text in texts:
        for line in text.lines:
            if text.key == key and str(line.number) == number:
                return {"text": text, "line": line, "name": asked}
    return None

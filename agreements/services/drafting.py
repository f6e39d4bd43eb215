"""Works on a draft: every change is a step that can be taken back, and nobody's change is lost to another's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Draft, DraftStep
from agreements.queries.waiting import changed_by
from agreements.services import amending, files, recognition, review, signatures
from agreements.services.register import register, rehearse
from agreements.services.revise import as_proposed, revise
from agreements.shapes import DossierShape
from audit import trail
from audit.trail import Actor, one_write
from lib import papers
from lib.papers import Change, NoSuchPlace
from lib.problems import Fault, Refused
from lib.uploads import Upload
from organizations.models import User
from organizations.permissions import Permission
from organizations.services import demand

LARGEST = 4_000_000
"""How many characters a draft holds at most, its sources included."""

_MEMBERS = frozenset(name for name, field in DossierShape().fields.items() if not field.read_only)
# What the registry sets itself is no business of a draft; what was found to be another record is one of its own.
_PLACES = (_MEMBERS - {"id", "key", "number", "version", "editorial_state"}) | {"distinct"}


@dataclass(frozen=True)
class Clash:
    """One place that was changed by somebody else meanwhile: what stands there now, and what was to stand there."""

    path: str
    ours: Any
    theirs: Any
    by: str
    at: datetime


class Clashed(Exception):
    """Nothing was changed: each of the `clashes` must be decided by a person."""

    def __init__(self, draft: Draft, clashes: Sequence[Clash]):
        super().__init__(", ".join(each.path for each in clashes))
        self.draft = draft
        self.clashes = list(clashes)


# Beginning and ending.


def start(content: Mapping[str, Any], *given: Upload, by: User) -> Draft:
    """Begin a new record with what is known of it already, its source for instance, and the files this is from."""
    demand(by, Permission.REGISTER)
    draft = Draft(owner=by, organization_id=by.organization_id)
    _check_size(content)
    with one_write():
        draft.save(force_insert=True)
        _step(draft, "begun", _wished([(f"/{name}", value) for name, value in content.items()]), by)
        if given:
            part = next((each["key"] for each in content.get("sources", ())), "")
            files.attach_to_draft(draft, *given, part=part, by=by)
    return draft


def reopen(
    agreement: Agreement, document: Mapping[str, Any], *, purpose: str = Draft.Purpose.CORRECTION, by: User
) -> Draft:
    """Begin to change a record: `document` is the dossier it reads as, with its proof. The record stays as it is.

    Where a draft of this record is open already, that one goes on: two would overtake each other. Raises Refused while
    the record is in review or withdrawn, and PermissionDenied for a draft record that `by` may not change.
    """
    demand(by, Permission.REGISTER)
    with one_write():
        now = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        if now.editorial_state != Agreement.EditorialState.PUBLISHED:
            _demand_state(now, Agreement.EditorialState.DRAFT)
            if not by.may(Permission.EDIT) and not review.entered(now, by):
                raise PermissionDenied(_("Only those who entered it or an editor changes a record."))
        if going_on := agreement.drafts.visible_to(by).open().order_by("-changed_at").first():
            if going_on.purpose != purpose:
                raise _change_going_on()
            return going_on
        draft = Draft.objects.create(
            owner=by,
            organization_id=by.organization_id,
            agreement=agreement,
            based_on=agreement.version,
            purpose=purpose,
        )
        content = keyed({name: value for name, value in document.items() if name in _PLACES})
        _check_size(content)
        _step(draft, "begun", _wished([(f"/{name}", value) for name, value in content.items()]), by)
    return draft


def enter(draft_id: UUID, *, reason: str = "", for_review: bool = True, by: User) -> Agreement:
    """Make the draft a record of the registry, or make its own draft record read so, and ask for review of it.

    Raises Refused with every fault, each with a path into the draft; the draft stays open then. A published record is
    changed by `submit` and `approve` instead.
    """
    with one_write():
        draft = _open(draft_id, by)
        if draft.agreement_id is not None:
            _demand_state(draft.agreement, Agreement.EditorialState.DRAFT)
        agreement = _into_the_registry(draft, reason=reason, by=by)
        if for_review:
            agreement = review.submit(agreement.pk, by=by)
        _close(draft, Draft.Outcome.ENTERED)
    return agreement


def discard(draft_id: UUID, *, by: User) -> Draft:
    """Put the draft away; it can be taken up again."""
    with one_write():
        draft = _open(draft_id, by)
        _close(draft, Draft.Outcome.DISCARDED)
    return draft


def take_up(draft_id: UUID, *, by: User) -> Draft:
    """Go on with a draft that was put away. Raises Refused while another one changes the same record."""
    with one_write():
        draft = _locked(draft_id, by)
        if draft.outcome == Draft.Outcome.ENTERED:
            raise Refused.at("", "already_entered", _("This draft is in the registry already."))
        if draft.agreement_id is not None:
            # Locked as in `reopen`: of two that would be open at once one waits, and is refused.
            agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=draft.agreement_id)
            if agreement.drafts.visible_to(by).open().exclude(pk=draft.pk).exists():
                raise _change_going_on()
        draft.closed_at, draft.outcome = None, ""
        draft.save(update_fields=["closed_at", "outcome", "changed_at"])
    return draft


# A change of a published record: the record reads as before until somebody else approves it.


def submit(draft_id: UUID, *, reason: str, by: User) -> Draft:
    """Ask for approval of a change, with the reason. It is not changed any more until it is called or sent back.

    Raises Refused with every fault, each with a path into the draft, and when nothing would change.
    """
    with one_write():
        draft = _open(draft_id, by)
        if draft.agreement_id is None:
            raise Refused.at("", "no_change", _("A new record is entered, and reviewed then."))
        _demand_state(draft.agreement, Agreement.EditorialState.PUBLISHED)
        review.demand_reason(reason)
        with as_it_would_read(draft, by=by):
            if Agreement.objects.filter(pk=draft.agreement_id, version=draft.based_on).exists():
                raise Refused.at("", "nothing_changes", _("Nothing is changed: the record reads so already."))
        draft.reason, draft.submitted_at, draft.submitted_by = reason.strip(), timezone.now(), by
        draft.save(update_fields=["reason", "submitted_at", "submitted_by", "changed_at"])
        review.settle_all(draft.comments.filter(path=""), by=by)
        trail.record("agreement.change_submitted", draft.agreement, by=by, reason=draft.reason)
    return draft


def propose(
    agreement: Agreement, before: Mapping[str, Any], after: Mapping[str, Any], *, reason: str, by: User
) -> Draft:
    """Submit a change of a published record as a whole: from the dossier it reads as to the one it shall read as.

    Raises Refused as `submit` does, and where somebody is changing the record already.
    """
    with one_write():
        Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        if agreement.drafts.open().exists():
            raise Refused.at(
                "",
                "change_going_on",
                _("Somebody is changing this record already: that change ends first, or is put away."),
            )
        draft = reopen(agreement, before, by=by)
        wanted = keyed({name: value for name, value in after.items() if name in _PLACES})
        asked = [
            (f"/{name}", wanted.get(name))
            for name in sorted(_PLACES)
            if wanted.get(name) != draft.content.get(name)
        ]
        change(draft.pk, asked, seen=draft.version, by=by)
        return submit(draft.pk, reason=reason, by=by)


def call_back(draft_id: UUID, *, by: User) -> Draft:
    """Take a change out of review, to go on with it: whoever wrote in it."""
    with one_write():
        draft = _in_review(draft_id, by)
        if not _wrote(draft, by):
            raise PermissionDenied(_("Only those who wrote in it call a change back."))
        _return(draft)
        trail.record("agreement.change_called_back", draft.agreement, by=by)
    return draft


def send_back(draft_id: UUID, *, reason: str, by: User) -> Draft:
    """Give a change back to its author; the reason stays as a comment that asks for a correction."""
    demand(by, Permission.REVIEW)
    review.demand_reason(reason)
    with one_write():
        draft = _in_review(draft_id, by)
        _demand_other(draft, by)
        _return(draft)
        trail.record("agreement.change_sent_back", draft.agreement, by=by, reason=reason)
        review.ask_correction(draft.agreement, reason, draft=draft, by=by)
    return draft


def approve(draft_id: UUID, *, seen: int | None = None, by: User) -> Agreement:
    """Make the record read as the change has it: a reviewer who neither began, submitted nor wrote in it.

    `seen` is the version of the draft that was read. Raises Refused, also when the record has changed meanwhile. What
    was still open of the comments is settled with that.
    """
    demand(by, Permission.REVIEW)
    with one_write():
        draft = _in_review(draft_id, by)
        _demand_other(draft, by)
        if seen is not None and seen != draft.version:
            raise Refused.at(
                "", "changed_meanwhile", _("The change is another one since you read it: read it again.")
            )
        agreement = _into_the_registry(
            draft, reason=draft.reason, proposed_by=draft.submitted_by.audit_label(), by=by
        )
        draft.approved_by = by
        review.settle_all(draft.comments, by=by)
        _close(draft, Draft.Outcome.ENTERED)
    return agreement


@contextmanager
def as_it_would_read(draft: Draft, *, by: Actor) -> Iterator[dict[str, str]]:
    """Inside, the record reads as the draft would make it; afterwards all is as it was.

    Yields the keys in the draft of parts that are new, by the ids they have inside. Raises Refused, with paths into it.
    """
    with (
        _told_by_key(draft),
        as_proposed(
            draft.agreement_id,
            _dossier(draft),
            version=draft.based_on,
            how=amending.how(draft.purpose),
            links=_links(draft),
            signed=signatures.given(draft),
            by=by,
        ) as keys,
    ):
        yield keys


# Changing.


def change(
    draft_id: UUID,
    asked: Iterable[tuple[str, Any]],
    *,
    seen: int,
    verb: str = "changed",
    by: User,
) -> Draft:
    """Set each place of `asked` (path, value); None takes away. `seen` is the version of the draft the author saw.

    What others changed elsewhere since then stays beside it. Raises Clashed where they changed the same place to
    something else; Refused for a place that no record has, or a part that is gone.
    """
    wished = _wished(asked)
    signatures.demand_editor(wished, by)
    with one_write():
        draft = _open(draft_id, by)
        if clashes := list(_clashes(draft, wished, seen)):
            raise Clashed(draft, clashes)
        _step(draft, verb, wished, by)
    return draft


def undo(draft_id: UUID, *, by: User) -> Draft:
    """Take back the last step that still stands. Raises Refused when there is none."""
    return _turn(draft_id, verb="undone", by=by)


def redo(draft_id: UUID, *, by: User) -> Draft:
    """Make again what was taken back last. Raises Refused when nothing was."""
    return _turn(draft_id, verb="redone", by=by)


def standing(draft: Draft) -> tuple[DraftStep | None, DraftStep | None]:
    """The step that `undo` would take back, and the one that `redo` would make again."""
    done: list[DraftStep] = []
    undone: list[DraftStep] = []
    by_number: dict[int, DraftStep] = {}
    for each in draft.steps.order_by("number").select_related("by").defer("changes"):
        by_number[each.number] = each
        if each.undoes is None:
            if each.verb != "begun":  # a draft is put away, not undone into nothing
                done.append(each)
            undone.clear()
        elif by_number[each.undoes].undoes is None:
            undone.append(each)
            done.remove(by_number[each.undoes])
        else:  # an undoing undone is the step made again
            undone.remove(by_number[each.undoes])
            done.append(each)
    return (done[-1] if done else None), (undone[-1] if undone else None)


def as_seen(draft: Draft, version: int) -> dict[str, Any]:
    """The content of the draft as it was at `version`: every later step taken back from a copy."""
    content = deepcopy(draft.content)
    if version == draft.version:
        return content
    for step in draft.steps.filter(number__gt=version).order_by("-number"):
        papers.undo(content, [Change.from_json(each) for each in step.changes])
    return content


def missing(draft: Draft, *, by: User) -> list[Fault]:
    """What would keep the draft from being entered now; nothing is written."""
    try:
        if draft.agreement_id is not None:
            with as_it_would_read(draft, by=by):
                return []
        with _told_by_key(draft):
            rehearse(_dossier(draft), signed=signatures.given(draft), by=by)
    except Refused as refusal:
        return refusal.faults
    return []


# How.


def _dossier(draft: Draft) -> dict[str, Any]:
    """The content without what is the draft's own."""
    return {name: value for name, value in draft.content.items() if name != "distinct"}


def _into_the_registry(draft: Draft, *, reason: str, proposed_by: str = "", by: User) -> Agreement:
    """Enter the draft, or revise its record, with all that belongs to it."""
    became: dict[str, Model] = {}
    with _told_by_key(draft):
        if draft.agreement_id is None:
            draft.agreement = register(_dossier(draft), became=became, signed=signatures.given(draft), by=by)
        else:
            draft.agreement = revise(
                draft.agreement_id,
                _dossier(draft),
                version=draft.based_on,
                reason=reason,
                how=amending.how(draft.purpose),
                became=became,
                links=_links(draft),
                signed=signatures.given(draft),
                proposed_by=proposed_by,
                by=by,
            )
    files.enter(draft, draft.agreement, by=by)
    recognition.tell_apart(draft.content, draft.agreement, became, by=by)
    return draft.agreement


@contextmanager
def _told_by_key(draft: Draft) -> Iterator[None]:
    """What is refused inside is told with paths into the draft."""
    try:
        yield
    except Refused as refusal:
        raise Refused(
            [Fault(_by_key(draft.content, each.pointer), each.code, each.message) for each in refusal.faults]
        ) from refusal


def _links(draft: Draft) -> set[str]:
    """The links that the record was read with: of others the draft says nothing."""
    return {each["id"] for each in as_seen(draft, 1).get("links", ()) if "id" in each}


def _turn(draft_id: UUID, *, verb: str, by: User) -> Draft:
    with one_write():
        draft = _open(draft_id, by)
        last, taken_back = standing(draft)
        step = last if verb == "undone" else taken_back
        if step is None:
            message = _("There is nothing to undo.") if verb == "undone" else _("There is nothing to redo.")
            raise Refused.at("", "nothing_to_turn", message)
        changes = [Change.from_json(each).inverse() for each in reversed(step.changes)]
        _step(draft, verb, changes, by, undoes=step.number)
    return draft


def _change_going_on() -> Refused:
    return Refused.at(
        "",
        "change_going_on",
        _("A draft changes this record already: go on with it, or put it away first."),
    )


def _wished(asked: Iterable[tuple[str, Any]]) -> list[Change]:
    wished = []
    for path, value in asked:
        member = path.split("/")[1] if path.startswith("/") else ""
        if member not in _PLACES:
            raise Refused.at(path, "unknown_place", _("A record has no such place."))
        if any("\x00" in each for each in (path, *papers.strings(value))):
            refused = _("A null character is no part of a text: type it without.")
            raise Refused.at(path, "null_character", refused)
        wished.append(Change(path, None, value))
    return wished


def _clashes(draft: Draft, wished: Sequence[Change], seen: int) -> Iterable[Clash]:
    since = [
        (step, Change.from_json(each))
        for step in draft.steps.filter(number__gt=seen).select_related("by").order_by("-number")
        for each in step.changes
    ]
    for each in wished:
        met = next(((step, other) for step, other in since if papers.meet(each.path, other.path)), None)
        if met and (now := papers.look(draft.content, each.path)) != each.after:
            step, _other = met
            yield Clash(each.path, each.after, now, step.by.audit_label(), step.at)


def _step(draft: Draft, verb: str, wished: Sequence[Change], by: User, *, undoes: int | None = None) -> None:
    """Make the changes, as one step; what is already so is no step at all."""
    try:
        made = papers.apply(draft.content, wished)
    except NoSuchPlace as error:
        raise Refused.at(
            str(error), "part_is_gone", _("This part is not there any more: somebody has taken it away.")
        ) from error
    if not made:
        return
    _check_size(draft.content)
    draft.version += 1
    draft.save(update_fields=["content", "version", "changed_at"])
    DraftStep.objects.create(
        draft=draft,
        number=draft.version,
        by=by,
        verb=verb,
        changes=[each.as_json() for each in made],
        undoes=undoes,
    )


def _check_size(content: Mapping[str, Any]) -> None:
    if sum(map(len, papers.strings(content))) > LARGEST:
        raise Refused.at("", "too_long", _("A draft holds at most %(most)d characters.") % {"most": LARGEST})


def _locked(draft_id: UUID, by: Actor) -> Draft:
    demand(by, Permission.REGISTER)
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if not Draft.objects.visible_to(by).filter(pk=draft_id).exists():
        raise PermissionDenied(_("This account may not do that."))
    return draft


def _open(draft_id: UUID, by: Actor) -> Draft:
    draft = _locked(draft_id, by)
    if draft.closed_at is not None:
        raise Refused.at("", "draft_is_closed", _("This draft is closed: take it up again first."))
    if draft.submitted_at is not None:
        raise Refused.at("", "draft_is_in_review", _("This draft is in review: call it back first."))
    return draft


def _in_review(draft_id: UUID, by: Actor) -> Draft:
    draft = _locked(draft_id, by)
    if draft.closed_at is not None or draft.submitted_at is None:
        raise Refused.at(
            "", "not_in_review", _("This change is not in review any more: somebody has decided already.")
        )
    return draft


def _wrote(draft: Draft, by: Actor) -> bool:
    return Draft.objects.filter(changed_by(by), pk=draft.pk).exists()


def _demand_other(draft: Draft, by: Actor) -> None:
    if _wrote(draft, by):
        raise Refused.at("", "author_reviews", _("Somebody who did not write in a change decides on it."))


def _demand_state(agreement: Agreement, allowed: str) -> None:
    state = Agreement.EditorialState
    if agreement.editorial_state == allowed:
        return
    if agreement.editorial_state == state.PUBLISHED:
        raise Refused.at(
            "",
            "needs_approval",
            _("A published record is changed once somebody else approves it: submit it."),
        )
    raise Refused.at(
        "",
        "state_does_not_allow_it",
        _("The record is “%(state)s”: that cannot be done from there.")
        % {"state": agreement.get_editorial_state_display()},
    )


def _return(draft: Draft) -> None:
    draft.submitted_at = draft.submitted_by = None
    draft.save(update_fields=["submitted_at", "submitted_by", "changed_at"])


def _close(draft: Draft, outcome: str) -> None:
    draft.closed_at, draft.outcome = timezone.now(), outcome
    draft.save(update_fields=["agreement", "approved_by", "closed_at", "outcome", "changed_at"])


def keyed(value: Any) -> Any:
    """A document as read out, with every part under a key of its own: the id it has."""
    if isinstance(value, Mapping):
        return {name: keyed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [
            {"key": each["id"]} | keyed(each)
            if isinstance(each, Mapping) and "id" in each and "key" not in each
            else keyed(each)
            for each in value
        ]
    return value


def _by_key(content: Any, pointer: str) -> str:
    """A JSON pointer with keys of parts where it has their numbers, as paths into a draft have them."""
    found, holder = [], content
    for name in pointer.split("/")[1:]:
        if isinstance(holder, list) and name.isdigit() and int(name) < len(holder):
            holder = holder[int(name)]
            found.append(holder.get("key", name) if isinstance(holder, Mapping) else name)
        else:
            holder = holder.get(name) if isinstance(holder, Mapping) else None
            found.append(name)
    return "".join(f"/{each}" for each in found)

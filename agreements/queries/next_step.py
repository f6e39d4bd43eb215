"""What somebody can do next with a record or a draft, in a sentence: what is offered here, the services allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Draft
from agreements.queries import proof
from agreements.queries.threads import comments_on
from agreements.queries.waiting import changed_by, entered, written_by
from organizations.permissions import Permission

_State = Agreement.EditorialState


class Action(StrEnum):
    """What can be done; each is one service."""

    CORRECT = "correct"
    SUBMIT = "submit"
    CALL_BACK = "call_back"
    COMMENT = "comment"
    PUBLISH = "publish"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    ENTER = "enter"
    APPROVE = "approve"


@dataclass(frozen=True)
class NextStep:
    """The sentence, and what it offers; `lacks` says what a record lacks before it may be published."""

    sentence: str
    actions: frozenset[Action] = frozenset()
    lacks: str = ""


def next_step(about: Agreement | Draft, actor, *, unproved: Sequence[proof.Bare] | None = None) -> NextStep:
    """What `actor`, who may read it, can do next. At most three queries; for a draft its agreement besides.

    `unproved` are the facts of a record that nothing proves, where somebody has asked for them already.
    """
    return _of_draft(about, actor) if isinstance(about, Draft) else _of_record(about, actor, unproved)


def standing(record: Agreement, actor) -> NextStep | None:
    """The same for the head of a sheet: of a record that is not published; none is said of one set aside."""
    if record.editorial_state == _State.PUBLISHED or record.duplicate_of_id is not None:
        return None
    return next_step(record, actor)


def changes_in_review(record: Agreement, actor) -> list[Draft]:
    """The changes of a record that wait to be approved, as far as `actor` sees them; one query for those who enter."""
    if not actor.may(Permission.REGISTER):
        return []
    drafts = Draft.objects.visible_to(actor).in_review().filter(agreement=record)
    return list(drafts.select_related("submitted_by").defer("content").order_by("submitted_at", "pk"))


# Records.


def _of_record(record: Agreement, actor, unproved: Sequence[proof.Bare] | None) -> NextStep:
    match record.editorial_state:
        case _State.DRAFT:
            return _of_a_draft_record(record, actor)
        case _State.IN_REVIEW:
            return _in_review(record, actor, unproved)
        case _State.PUBLISHED:
            return _published(actor)
    if actor.may(Permission.REVIEW):
        return NextStep(
            _("Withdrawn: readers do not see it. You can give it back to its author to be corrected."),
            frozenset({Action.SEND_BACK}),
        )
    return NextStep(
        _("Withdrawn: readers do not see it. A reviewer can give it back to its author to be corrected.")
    )


def _of_a_draft_record(record: Agreement, actor) -> NextStep:
    if not actor.may(Permission.REGISTER) or not (entered(record, actor) or actor.may(Permission.EDIT)):
        return NextStep(_("A draft. Those who entered it send it to review."))
    actions = {Action.SUBMIT} | _if_a_person(actor, Action.CORRECT)
    if asked := _asked(record):
        sentence = ngettext(
            "Sent back: %(number)d comment asks for a correction. Correct the record, then send it to review again.",
            "Sent back: %(number)d comments ask for a correction. Correct the record, then send it to review again.",
            asked,
        ) % {"number": asked}
    elif _mine(record, actor):
        sentence = _(
            "A draft that you entered. Correct it, or send it to review: somebody else publishes it."
        )
    else:
        sentence = _("A draft. You can correct it, or send it to review: somebody else publishes it.")
    return NextStep(sentence, frozenset(actions))


def _in_review(record: Agreement, actor, unproved: Sequence[proof.Bare] | None) -> NextStep:
    wrote = Agreement.objects.filter(written_by(actor), pk=record.pk).exists()
    actions = _if_a_person(actor, Action.COMMENT) if actor.may(Permission.REGISTER) else set()
    if actor.may(Permission.REGISTER) and (wrote or entered(record, actor)):
        actions |= {Action.CALL_BACK}
    if actor.may(Permission.REVIEW) and not wrote:
        lacks = _lacks(record, unproved)
        actions |= {Action.SEND_BACK} | (set() if lacks else {Action.PUBLISH})
        sentence = (
            _("In review. It cannot be published as it is: complete it, or ask for a correction.")
            if lacks
            else _("In review. Read it against its source, then publish it or ask for a correction.")
        )
        return NextStep(sentence, frozenset(actions), lacks)
    if _mine(record, actor):
        sentence = _("In review. You entered it, so somebody else publishes it. To correct it, call it back.")
    elif wrote:
        sentence = _(
            "In review. You wrote in it, so somebody else publishes it. To correct it, call it back."
        )
    elif Action.CALL_BACK in actions:
        sentence = _(
            "In review. Your organization entered it, and a reviewer publishes it. To correct it, call it back."
        )
    elif actions:
        sentence = _("In review. A reviewer publishes it; you can comment on it.")
    else:
        sentence = _("In review. A reviewer publishes it.")
    return NextStep(sentence, frozenset(actions))


def _published(actor) -> NextStep:
    if not actor.may(Permission.REGISTER):
        return NextStep(_("Published."))
    actions = _if_a_person(actor, Action.CORRECT)
    if actor.may(Permission.REVIEW):
        sentence = _(
            "Published. You can propose a correction, which somebody else approves, or withdraw the record."
        )
        return NextStep(sentence, frozenset(actions | {Action.WITHDRAW}))
    return NextStep(
        _("Published. You can propose a correction: somebody else approves it."), frozenset(actions)
    )


def _lacks(record: Agreement, unproved: Sequence[proof.Bare] | None) -> str:
    """Why the record cannot be published as it is; "" when it can."""
    if record.parties.count() < 2:
        return _("A published agreement has at least two parties.")
    if bare := len(proof.unproved(record.pk) if unproved is None else unproved):
        return ngettext(
            "%(number)d fact has neither a quote nor an editor’s name: cite it, or sign that it is entered without "
            "source.",
            "%(number)d facts have neither a quote nor an editor’s name: cite them, or sign that they are entered "
            "without source.",
            bare,
        ) % {"number": bare}
    return ""


# Drafts.


def _of_draft(draft: Draft, actor) -> NextStep:
    if draft.closed_at is not None:
        return NextStep(
            _("Entered in the registry.")
            if draft.outcome == Draft.Outcome.ENTERED
            else _("Put away. Take it up again to go on with it.")
        )
    if draft.agreement_id is None:
        return NextStep(
            _("A new record. Complete it, then enter it: somebody else publishes it."),
            frozenset({Action.ENTER}),
        )
    stale = draft.agreement.version != draft.based_on
    if draft.submitted_at is not None:
        return _change_in_review(draft, actor, stale=stale)
    state = draft.agreement.editorial_state
    if state not in {_State.DRAFT, _State.PUBLISHED}:
        return NextStep(
            _("The record is “%(state)s”: this draft waits until it is a draft or published again.")
            % {"state": draft.agreement.get_editorial_state_display()}
        )
    if stale:
        return NextStep(
            _(
                "The record has changed since this draft began. See what changed, then begin again from its sheet."
            )
        )
    if state == _State.DRAFT and not (entered(draft.agreement, actor) or actor.may(Permission.EDIT)):
        return NextStep(_("A draft. Those who entered it send it to review."))
    if asked := _asked(draft):
        sentence = ngettext(
            "Sent back: %(number)d comment asks for a correction. Correct it, then ask for review again.",
            "Sent back: %(number)d comments ask for a correction. Correct it, then ask for review again.",
            asked,
        ) % {"number": asked}
    elif state == _State.DRAFT:
        sentence = _("A correction of a draft record. Enter it, then send the record to review.")
    else:
        sentence = _(
            "A change of a published record. Submit it: the record stays as it is until somebody else approves."
        )
    return NextStep(sentence, frozenset({Action.ENTER if state == _State.DRAFT else Action.SUBMIT}))


def _change_in_review(draft: Draft, actor, *, stale: bool) -> NextStep:
    if (wrote := getattr(draft, "wrote", None)) is None:
        wrote = Draft.objects.filter(changed_by(actor), pk=draft.pk).exists()
    actions = {Action.COMMENT}
    if wrote:
        sentence = (
            _(
                "In review, but the record has changed since: it cannot be approved. Call it back and begin again."
            )
            if stale
            else _("In review. You wrote in it, so somebody else approves it. To change it, call it back.")
        )
        return NextStep(sentence, frozenset(actions | {Action.CALL_BACK}))
    if not actor.may(Permission.REVIEW):
        return NextStep(_("In review. A reviewer approves it; you can comment on it."), frozenset(actions))
    if stale:
        return NextStep(
            _(
                "In review, but the record has changed since: it cannot be approved. Send it back to be begun again."
            ),
            frozenset(actions | {Action.SEND_BACK}),
        )
    return NextStep(
        _(
            "A change of a published record. Compare before and after, then approve it or ask for a correction."
        ),
        frozenset(actions | {Action.SEND_BACK, Action.APPROVE}),
    )


# Who.


def _if_a_person(actor, action: Action) -> set[Action]:
    return {action} if actor.account_id is not None else set()


def _mine(record: Agreement, actor) -> bool:
    return actor.account_id is not None and record.registered_by_id == actor.account_id


def _asked(about: Agreement | Draft) -> int:
    """How many corrections are asked for and not settled; where a list has counted them, no query."""
    if (counted := getattr(about, "asked", None)) is not None:
        return counted
    return comments_on(about).open().filter(asks_correction=True).count()

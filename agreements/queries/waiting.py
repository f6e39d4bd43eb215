"""What waits for whom: records and changes to decide on, drafts to correct. Computed, never stored.

Open questions do not: a doubt may stand for good. The data-quality page lists them.
"""

from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from agreements.models import Agreement, Draft, DraftStep, ReviewComment
from audit.models import AuditEvent
from lib.conditions import IsOneOf
from organizations.permissions import Permission

MOST = 99
"""As far as the bell counts."""
SHOWN = 50
"""How many of each kind the page names."""
TOLD = (
    "agreement.submitted",
    "agreement.called_back",
    "agreement.sent_back",
    "agreement.published",
    "agreement.withdrawn",
    "agreement.corrected",
    "agreement.changed",
    "agreement.amended",
    "agreement.event_recorded",
    "agreement.commented",
    "agreement.comment_settled",
    "agreement.change_submitted",
    "agreement.change_called_back",
    "agreement.change_sent_back",
    "agreement.set_aside",
    "question.resolved",
)
"""The events that somebody with a part in a record is told of."""

_State = Agreement.EditorialState
_NOBODY = Q(pk__in=[])
_WRITING = ("fact.signed_without_source", "agreement.corrected", "agreement.changed")


def entered(record: Agreement, actor) -> bool:
    """Did `actor`, or somebody of its organization, enter the record? Nobody is not nobody's equal."""
    mine = record.registered_by_id is not None and record.registered_by_id == actor.account_id
    ours = record.registered_for_id is not None and record.registered_for_id == actor.organization_id
    return mine or ours


def written_by(actor) -> Q:
    """Agreements that `actor` wrote in: entered, signed a fact of, or took a step in a draft of that was entered."""
    if actor.account_id is None:
        return _NOBODY
    drafts = Draft.objects.filter(agreement=OuterRef("pk"), outcome=Draft.Outcome.ENTERED)
    # Signed, or written without a draft: by a table, by a form of the administration. Approving is not writing.
    wrote = AuditEvent.objects.filter(chain=OuterRef("pk"), actor_id=actor.audit_id(), verb__in=_WRITING)
    wrote = wrote.exclude(changes__has_key="proposed_by")
    return Q(registered_by=actor.account_id) | Exists(drafts.filter(changed_by(actor))) | Exists(wrote)


def changed_by(actor) -> Q:
    """Drafts that `actor` began, submitted, or took a step in."""
    if actor.account_id is None:
        return _NOBODY
    steps = DraftStep.objects.filter(draft=OuterRef("pk"), by=actor.account_id)
    return Q(owner=actor.account_id) | Q(submitted_by=actor.account_id) | Exists(steps)


def asked(of: str) -> Exists:
    """Whether a correction is asked for and nobody has settled it: `of` a draft, or of an agreement itself."""
    comments = ReviewComment.objects.open().filter(asks_correction=True)
    return Exists(
        comments.filter(draft=OuterRef("pk"))
        if of == "draft"
        else comments.filter(agreement=OuterRef("pk"), draft=None)
    )


def with_turn(drafts: QuerySet, actor) -> QuerySet:
    """Annotate what the list says of drafts: did `actor` write in it (`wrote`), how many corrections are `asked` for,
    how many comments are open (`commented`)."""
    of_draft = ReviewComment.objects.open().filter(
        Q(draft=OuterRef("pk"))
        | Q(draft=None, agreement=OuterRef("agreement"), agreement__editorial_state=_State.DRAFT)
    )
    return drafts.annotate(
        wrote=ExpressionWrapper(changed_by(actor), BooleanField()),
        asked=_number(of_draft.filter(asks_correction=True)),
        commented=_number(of_draft),
    )


def _number(rows: QuerySet) -> Coalesce:
    counted = (
        rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    )
    return Coalesce(Subquery(counted), 0)


def records_to_decide(actor) -> QuerySet:
    """Records in review that `actor` may publish or send back: read, and not written."""
    if not actor.may(Permission.REVIEW):
        return Agreement.objects.none()
    return (
        Agreement.objects.visible_to(actor)
        .filter(editorial_state=_State.IN_REVIEW)
        .exclude(written_by(actor))
    )


def changes_to_decide(actor) -> QuerySet:
    """Changes of published records that `actor` may approve or send back."""
    if not actor.may(Permission.REVIEW):
        return Draft.objects.none()
    return (
        Draft.objects.visible_to(actor)
        .in_review()
        .filter(agreement__in=Agreement.objects.visible_to(actor))
        .exclude(changed_by(actor))
    )


def records_to_correct(actor) -> QuerySet:
    """Draft records of `actor` that a reviewer asks to have corrected."""
    if actor.account_id is None:
        return Agreement.objects.none()
    return Agreement.objects.visible_to(actor).filter(
        asked("agreement"), registered_by=actor.account_id, editorial_state=_State.DRAFT
    )


def changes_to_correct(actor) -> QuerySet:
    """Changes of `actor` that a reviewer sent back."""
    if actor.account_id is None:
        return Draft.objects.none()
    return (
        Draft.objects.visible_to(actor)
        .open()
        .filter(asked("draft"), owner=actor.account_id, submitted_at=None)
    )


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody, each kind the longest waiting first."""

    records_to_decide: list[Agreement]
    changes_to_decide: list[Draft]
    records_to_correct: list[Agreement]
    changes_to_correct: list[Draft]

    def __len__(self) -> int:
        return sum(len(each) for each in vars(self).values())


def waiting(actor) -> Waiting:
    """All that waits for `actor`, at most SHOWN of a kind; four queries."""
    changes = [
        each.select_related("agreement", "owner", "submitted_by").defer("content")
        for each in (changes_to_decide(actor), changes_to_correct(actor))
    ]
    return Waiting(
        list(records_to_decide(actor).select_related("registered_by").order_by("number")[:SHOWN]),
        list(changes[0].order_by("submitted_at", "pk")[:SHOWN]),
        list(records_to_correct(actor).order_by("number")[:SHOWN]),
        list(changes[1].order_by("changed_at", "pk")[:SHOWN]),
    )


def part_in(actor) -> QuerySet:
    """The records that `actor` entered, reviewed, commented on or proposed a change of, and may read now."""
    if actor.account_id is None:
        return Agreement.objects.none()
    return Agreement.objects.visible_to(actor).filter(
        Q(registered_by=actor.account_id)
        | Q(reviewed_by=actor.account_id)
        | Q(pk__in=ReviewComment.objects.filter(by=actor.account_id).values("agreement"))
        | Q(pk__in=Draft.objects.filter(changed_by(actor), agreement__isnull=False).values("agreement"))
    )


def news(actor) -> QuerySet:
    """What others did to the records that `actor` has a part in, to be told as information."""
    part = IsOneOf("chain", part_in(actor).order_by().values("pk"))
    return AuditEvent.objects.filter(part, verb__in=TOLD).exclude(actor_id=actor.audit_id())


def count(actor) -> int:
    """How many things wait for `actor`, one query; more than MOST are not counted."""
    if actor.account_id is None or not actor.may(Permission.REGISTER):
        return 0
    parts = [records_to_correct(actor), changes_to_correct(actor)]
    if actor.may(Permission.REVIEW):
        parts += [records_to_decide(actor), changes_to_decide(actor)]
    first, *rest = (each.order_by().values_list("pk") for each in parts)
    return first.union(*rest, all=True)[: MOST + 1].count()

"""What the reader of a sheet keeps of it for own work: does it follow, what is to be asked again and when."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from agreements.models import Agreement, Commitment, Follow, FollowUp
from agreements.queries import attention
from audit.trail import Actor
from organizations.permissions import Permission


@dataclass(frozen=True)
class Desk:
    """Follow-ups are those of the reader's organization, each with `state`: `passed`, `soon` or `later`."""

    follows: bool
    open: list[FollowUp] = field(default_factory=list)
    done: list[FollowUp] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many follow-ups are still to be done although their day has passed."""
        return sum(each.state == "passed" for each in self.open)

    @property
    def next(self) -> FollowUp | None:
        return next(iter(self.open), None)

    def asks(self, commitment: Commitment) -> FollowUp | None:
        """The next open follow-up about one commitment."""
        return next((each for each in self.open if each.commitment_id == commitment.pk), None)


def has_desk(reader: Actor) -> bool:
    return reader.account_id is not None and reader.may(Permission.DESK)


def desk(agreement: Agreement, *, reader: Actor, on: date | None = None) -> Desk | None:
    """What `reader` keeps of `agreement`, which it may read; None for those who have no desk. At most two queries.

    Needs `ledger.lanes` on `agreement` when a day is given.

    With the day `on`, the follow-ups too: the open ones by day, those done with the latest first.
    """
    if not has_desk(reader):
        return None
    follows = Follow.objects.filter(user=reader.account_id, agreement=agreement).exists()
    if on is None:
        return Desk(follows)
    rows = list(
        FollowUp.objects.visible_to(reader)
        .filter(agreement=agreement)
        .select_related("set_by")
        .order_by("on", "pk")
    )
    labels = {each.pk: each.label for each in agreement.commitments.all()} if rows else {}
    for row in rows:
        row.state, row.label = state(row, on=on), labels.get(row.commitment_id, "")
    done = sorted((each for each in rows if each.done_at), key=lambda each: each.done_at, reverse=True)
    return Desk(follows, [each for each in rows if each.done_at is None], done)


def state(follow_up: FollowUp, *, on: date) -> str:
    """Has its day `passed`, does it come `soon`, or `later`; seen from the day `on`."""
    if follow_up.on < on:
        return "passed"
    return "soon" if follow_up.on <= on + timedelta(days=attention.COMING_DAYS) else "later"

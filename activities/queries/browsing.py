"""Lists and months of activities, with the deadlines that stand beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from activities import indexed
from activities.models import Activity
from agreements.models import Agreement, Commitment
from agreements.queries import ledger, progress
from audit.trail import Actor
from lib import claims, keyset
from lib.claims import DateClaim
from lib.months import Month
from organizations.permissions import Permission

MOST = 400
"""How many activities, and how many deadlines, a month shows at most; the list shows them all."""

LATEST_FIRST = keyset.Order("held", "held_day", descending=True, type=date, filled=True, empty=date.min)


def listed(activities):
    """Annotate `held_day`, the last day it may have been held: what LATEST_FIRST orders by. Undated stand last."""
    return activities.annotate(held_day=indexed.latest_day())


def named(commitments: Iterable[Commitment]) -> list[Commitment]:
    """Give each commitment the `label` and `lane` it has on its sheet: four queries, however many."""
    commitments = list(commitments)
    found = {}
    for agreement in ledger.with_lanes(
        Agreement.objects.filter(pk__in={each.agreement_id for each in commitments})
    ):
        ledger.lanes(agreement)
        found |= {each.pk: each for each in agreement.commitments.all()}
    for each in commitments:
        each.label, each.lane = found[each.pk].label, found[each.pk].lane
    return commitments


def counted(activities: Iterable[Activity]) -> list[Activity]:
    """Name what each activity counts towards, and sum up whom it `reached` (None: not stated). Needs `with_details`."""
    activities = list(activities)
    named(each.commitment for activity in activities for each in activity.fulfilments.all())
    for activity in activities:
        numbers = [each.number for each in activity.participations.all()]
        activity.reached = sum(numbers) if numbers else None
    return activities


@dataclass(frozen=True)
class Entry:
    """An activity, or the deadline of a commitment, in a calendar."""

    claim: DateClaim
    activity: Activity | None = None
    commitment: Commitment | None = None
    stands: progress.Progress | None = None

    @property
    def side(self) -> str:
        """Whose it is, in the letters of the sheet: of one party, J for several, blank for nobody's or many's."""
        owed = (
            [each.commitment for each in self.activity.fulfilments.all()]
            if self.activity
            else [self.commitment]
        )
        sides = {"J" if each.lane.is_joint else each.lane.letters for each in owed}
        return sides.pop() if len(sides) == 1 else ""

    @property
    def is_overdue(self) -> bool:
        return self.stands == progress.Progress.OVERDUE


@dataclass(frozen=True)
class Day:
    """One cell: what surely lies on that day."""

    day: date
    inside: bool
    today: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class MonthPage:
    """A month: its days in whole weeks, and what lies somewhere in it without a day of its own."""

    month: Month
    weeks: list[list[Day]]
    loose: list[Entry]
    tally: dict[str, int]
    clipped: bool

    @property
    def is_empty(self) -> bool:
        return not self.loose and not any(day.entries for week in self.weeks for day in week)


def month_page(activities, deadlines, *, month: Month, on: date) -> MonthPage:
    """The month of `activities` (with details) and of the commitments `deadlines`; a fixed number of queries.

    Only an exact date stands on a day: everything else that may lie in the month is `loose`.
    """
    asked = claims.asked_range(month.first, month.last)
    held = list(activities.filter(claims.possible("held", asked)).order_by("held_range", "pk")[: MOST + 1])
    due = list(
        deadlines.filter(claims.possible("due", asked))
        .select_related("agreement")
        .prefetch_related(*progress.FOLLOWED)
        .order_by("due_range", "pk")[: MOST + 1]
    )
    entries = [Entry(each.held, activity=each) for each in counted(held[:MOST])]
    entries += [
        Entry(each.due, commitment=each, stands=progress.standing(each, on=on).progress)
        for each in named(due[:MOST])
    ]
    weeks = [[Day(day, day in month, day == on) for day in week] for week in month.weeks]
    cells = {cell.day: cell for week in weeks for cell in week if cell.inside}
    loose = []
    for entry in entries:
        (cells[entry.claim.earliest].entries if entry.claim.is_exact else loose).append(entry)
    tally: dict[str, int] = dict.fromkeys(Activity.Status.values, 0)
    for each in held[:MOST]:
        tally[each.status] += 1
    return MonthPage(month, weeks, loose, tally, len(held) > MOST or len(due) > MOST)


def reportable(actor: Actor) -> QuerySet:
    """The agreements towards which `actor` may count an activity."""
    visible = Agreement.objects.visible_to(actor)
    if actor.may(Permission.EDIT):
        return visible
    if actor.organization_id is None:
        return visible.none()
    own = Agreement.objects.filter(parties__organization=actor.organization_id)
    return visible.filter(pk__in=own.values("pk"))

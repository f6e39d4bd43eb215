"""What needs attention on a day, as conditions: one definition for the home page and for the filters of the list.

Deadlines are theirs, stated or derived from a source; follow-ups are ours, on a day we chose. The two never mix.
Only published agreements have deadlines, ends and silence to answer for: a draft is still being entered.
"""

from calendar import monthrange
from datetime import date, timedelta

from django.contrib.postgres.fields.ranges import RangeEndsWith
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Commitment, FollowUp, LifecycleEvent
from agreements.models.lifecycle import LegalState, has_ended, last_range, with_legal_state
from agreements.queries import quality
from agreements.queries.progress import Progress
from lib.claims import asked_range
from lib.conditions import IsOneOf
from organizations.permissions import Permission

COMING_DAYS = 30
EXPIRING_DAYS = 90
SILENT_MONTHS = 6


class Attention(models.TextChoices):
    """Why an agreement needs somebody."""

    OVERDUE = "overdue", _("deadline passed")
    FOLLOW_UP_PASSED = "follow_up_passed", _("follow-up passed")
    COMING = "coming", _("deadline or follow-up in the next 30 days")
    EXPIRING = "expiring", _("ends in the next 90 days")
    SILENT = "silent", _("no news for 6 months")
    REREAD = "reread", _("quotes to read again")
    INCOMPLETE = "incomplete", _("facts the sources do not say")
    DRAFTS = "drafts", _("drafts to continue")


OWN = frozenset({Attention.FOLLOW_UP_PASSED, Attention.DRAFTS})
"""What waits for oneself and one's colleagues: never very many."""
OF_EVERYBODY = frozenset(
    {Attention.OVERDUE, Attention.EXPIRING, Attention.SILENT, Attention.REREAD, Attention.INCOMPLETE}
)
"""What is the same whoever asks; the others look at one's own follow-ups and drafts."""


def needing(attention: str, *, actor, on: date) -> Q:
    """The condition on agreements that need `attention` (an Attention) of `actor` on the day `on`.

    It narrows what `actor` may read and opens nothing: put it to `Agreement.objects.visible_to(actor)`.
    """
    first, *others = reasons(attention, actor=actor, on=on)
    for each in others:
        first |= each
    return first


def reasons(attention: str, *, actor, on: date) -> list[Q]:
    """The conditions of which any makes an agreement need `attention`: apart, the database joins where it would probe.

    The same agreement may answer to several.
    """
    match Attention(attention):
        case Attention.OVERDUE:
            return [_published() & _owing(overdue(on))]
        case Attention.FOLLOW_UP_PASSED:
            return [Q(pk__in=follow_up_passed(actor, on).values("agreement"))]
        case Attention.COMING:
            due, follow_ups = coming(actor, on)
            return [_published() & _owing(due), Q(pk__in=follow_ups.values("agreement"))]
        case Attention.EXPIRING:
            return [expiring(on)]
        case Attention.SILENT:
            return [silent(on)]
        case Attention.REREAD:
            return [quality.CRITERIA["words"].condition]
        case Attention.INCOMPLETE:
            return [lack.condition for lack in quality.LACKS.values()]
        case Attention.DRAFTS:
            return [drafts(actor)]


def _published(prefix: str = "") -> Q:
    return Q(**{f"{prefix}editorial_state": Agreement.EditorialState.PUBLISHED})


def _owing(condition: Q) -> Q:
    """Agreements with a commitment for which `condition` holds."""
    return Q(Exists(Commitment.objects.filter(condition, agreement=OuterRef("pk"))))


# Commitments.


def answerable(actor) -> models.QuerySet:
    """The commitments of the published agreements that `actor` may read."""
    return Commitment.objects.visible_to(actor).filter(_published("agreement__"))


def fulfilled(on: date) -> Q:
    """Commitments towards which an activity counts wholly that was certainly held by the day `on`."""
    return _followed(on, extent="whole")


def overdue(on: date) -> Q:
    """Commitments whose last possible due day has passed, and which are not fulfilled."""
    return Q(due_range__fully_lt=asked_range(on, None)) & ~fulfilled(on)


def due_within(on: date, *, days: int = COMING_DAYS) -> Q:
    """Commitments not fulfilled whose last possible due day is `on` or one of the `days` after it."""
    return _last_day("due_range", on, days) & ~fulfilled(on)


def with_progress(commitments, *, on: date):
    """Add `progress` (a Progress) to a queryset of commitments: in SQL what `progress.standing` finds in memory."""
    return commitments.annotate(
        progress=Case(
            When(fulfilled(on), then=Value(Progress.FULFILLED)),
            When(due_range__fully_lt=asked_range(on, None), then=Value(Progress.OVERDUE)),
            When(_followed(on), then=Value(Progress.IN_PROGRESS)),
            default=Value(Progress.NO_NEWS),
            output_field=models.CharField(),
        )
    )


def _followed(on: date, **conditions) -> Q:
    """Commitments towards which an activity counts that was held by `on`; one without a known day was held before.

    `conditions` are on the link between the two, whose table is of the room above.
    """
    links = Commitment._meta.get_field("fulfilments").related_model.objects
    held = links.filter(
        Q(activity__held_range__isnull=True)
        | Q(activity__held_range__upper_inf=True)
        | Q(activity__held_range__contained_by=asked_range(None, on)),
        activity__status="held",
        commitment=OuterRef("pk"),
        **conditions,
    )
    return Q(Exists(held))


def _last_day(column: str, on: date, days: int) -> Q:
    """The last possible day of the range is `on` or one of the `days` after it. A range ends on the day after."""
    return Q(
        **{f"{column}__endswith__gt": on, f"{column}__endswith__lte": on + timedelta(days=days + 1)},
    )


# Follow-ups.


def follow_up_passed(actor, on: date) -> models.QuerySet:
    """The follow-ups of `actor` and its colleagues whose day has passed and which are still to be done."""
    return FollowUp.objects.visible_to(actor).open().filter(on__lt=on)


def coming(actor, on: date, *, days: int = COMING_DAYS) -> tuple[Q, models.QuerySet]:
    """What comes in `days`, today included: the condition on commitments, and our own follow-ups."""
    follow_ups = FollowUp.objects.visible_to(actor).open()
    return due_within(on, days=days), follow_ups.filter(on__range=(on, on + timedelta(days=days)))


# Agreements.


def ending(agreements, *, on: date, days: int = EXPIRING_DAYS):
    """Of `agreements` the published ones whose last possible day is `on` or one of the `days` after it.

    Each brings `last_range`, the days between which it ends: of its last renewal, else of the agreement. Where no
    source says when it entered into force it ends all the same; ended already, by a termination, it does not.
    """
    return (
        with_legal_state(agreements.filter(_published(), _states_an_end(on, days)), on=on)
        .annotate(last_range=models.F("final_range"))
        .filter(_last_day("final_range", on, days))
        .exclude(legal_state=LegalState.ENDED)
    )


def expiring(on: date, *, days: int = EXPIRING_DAYS) -> Q:
    """Agreements that end in the next `days`, `on` included; those that `ending` finds."""
    last = RangeEndsWith(last_range(on))
    ends = Q(GreaterThan(last, Value(on))) & Q(LessThanOrEqual(last, Value(on + timedelta(days=days + 1))))
    return _published() & _states_an_end(on, days) & ends & ~has_ended(on)


def _states_an_end(on: date, days: int) -> Q:
    """Agreements that end on one of these days as they say or as a renewal says: what an index finds, and few."""
    stated = _last_day("ends_range", on, days) & Q(
        ends_range__overlap=asked_range(on, on + timedelta(days=days))
    )
    renewed = LifecycleEvent.objects.filter(stated, kind="renewal").order_by().values("agreement")
    return Q(IsOneOf("pk", Agreement.objects.filter(stated).order_by().values("pk").union(renewed)))


def silent(on: date, *, months: int = SILENT_MONTHS) -> Q:
    """Published agreements that owe something and of which nothing was heard for `months`.

    Heard is what a party said of a commitment and an activity that was held, or may have been, since then. One that
    has ended or was surely signed since then is not called silent, nor one whose commitments are all fulfilled.
    """
    since = months_before(on, months)
    lately = asked_range(since, on)
    return (
        _published()
        & _owing(~fulfilled(on))
        & ~_owing(Q(progress_views__said_on__range=(since, on)))
        & ~_owing(Q(fulfilments__activity__status="held", fulfilments__activity__held_range__overlap=lately))
        & ~has_ended(on)
        & ~Q(signed_range__fully_gt=asked_range(None, since))
    )


def drafts(actor) -> Q:
    """Drafts that `actor` or its organization entered; for a reviewer also those of others that wait for review."""
    own = Q(pk__in=[])
    if not actor.may(Permission.REGISTER):
        return own
    if actor.account_id is not None:
        own |= Q(registered_by=actor.account_id)
    if actor.organization_id is not None:
        own |= Q(registered_for=actor.organization_id)
    to_continue = own & Q(editorial_state=Agreement.EditorialState.DRAFT)
    if actor.may(Permission.REVIEW):
        to_continue |= Q(editorial_state=Agreement.EditorialState.IN_REVIEW) & ~Q(
            registered_by=actor.account_id
        )
    return to_continue


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last of its month; a negative number goes forward.

    >>> months_before(date(2026, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

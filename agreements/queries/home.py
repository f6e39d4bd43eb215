"""What the home page shows to one reader on one day: what needs attention, who owes what, three charts, the side.

Figures and charts count in the newest agreements, as many as a list looks at; dates, ends and changes are looked for in
all.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import ExtractYear

from agreements.models import (
    Agreement,
    AgreementKind,
    Commitment,
    FollowUp,
)
from agreements.queries import attention, ledger, quality
from agreements.queries.attention import Attention
from agreements.queries.progress import Progress
from audit.models import AuditEvent
from lib import claims, facets
from lib.claims import DateClaim, LastDay
from lib.conditions import IsOneOf
from lib.facets import Total
from organizations.models import Organization
from organizations.permissions import Permission

PAST_ROWS = 3
"""How many dates that passed are listed of each sort, deadlines and follow-ups, the latest of them."""
AHEAD_ROWS = 6
BODIES = 6
YEARS = 6
KINDS = 3
MONTHS = 8
ENDS = 8
DRAFTS = 4
CHANGES = 6
LOOKED_AT = 60
INWARD = (
    "agreement.submitted",
    "agreement.called_back",
    "agreement.sent_back",
    "agreement.commented",
    "agreement.comment_settled",
    "agreement.change_submitted",
    "agreement.change_called_back",
    "agreement.change_sent_back",
)
"""Steps between an author and a reviewer: told to those who may read the history."""


@dataclass(frozen=True)
class Dated:
    """A deadline of theirs (`claim`, as the source has it) or a follow-up of ours, never both."""

    agreement: Agreement
    commitment: Commitment | None
    day: date
    """The day of the follow-up, the last possible day of the deadline."""
    days: int
    """From the day asked for until then; below zero it has passed."""
    claim: DateClaim | None = None
    follow_up: FollowUp | None = None

    @property
    def is_late(self) -> bool:
        return self.days < 0

    @property
    def is_soon(self) -> bool:
        return 0 <= self.days <= attention.COMING_DAYS

    @property
    def ago(self) -> int:
        return -self.days

    @property
    def precision(self) -> str:
        """How much of the day may be shown: `day`, `month`, `year`, or `span` for anything else."""
        if self.claim is None:
            return "day"
        return {10: "day", 7: "month", 4: "year"}.get(len(self.claim.edtf or ""), "span")


@dataclass(frozen=True)
class Body:
    """How far what one organization owes is, joint commitments included."""

    organization: Organization
    tally: dict[Progress, int]

    @property
    def done(self) -> int:
        return self.tally[Progress.FULFILLED]

    @property
    def total(self) -> int:
        return sum(self.tally.values())


@dataclass(frozen=True)
class Year:
    """The agreements surely or by evidence signed in one year, by kind; `perhaps` may have been signed in it.

    `first` and `last` are the years of the column: the same but for the column of all earlier ones, which has no
    first.
    """

    first: int | None
    last: int
    counts: list[int]
    """For each of `Years.kinds`; then for all others, where there are any."""
    perhaps: int

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Years:
    """Agreements by the year of signature. Without one are those whose day nobody tells, and those over years."""

    kinds: list[AgreementKind]
    others: int
    """How many are of none of these kinds."""
    years: list[Year]
    unknown: int
    several: int
    """Whose days, as far as they are known, do not lie within one year."""


@dataclass(frozen=True)
class Change:
    """Something that happened to an agreement; `by` is blank for those who may not read the history."""

    event: AuditEvent
    agreement: Agreement
    by: str


@dataclass(frozen=True)
class Home:
    """The page. Figures count agreements where they lead to the list, each once.

    Where there are more `agreements` than are looked at, they count in the newest, but for what is one's own: one's
    drafts and follow-ups are all counted.
    """

    on: date
    agreements: Total
    published: int
    needing: dict[str, int]
    """For each Attention how many agreements; `past` for deadlines and follow-ups, `dated` with those to come."""
    overdue: int
    """Commitments."""
    passed: int
    """Follow-ups."""
    undated: int
    """Commitments without a deadline in their source."""
    past: list[Dated]
    ahead: list[Dated]
    bodies: list[Body]
    years: Years
    ends: list[Agreement]
    ends_count: int
    until: date
    """The last day of the chart of ends."""
    gaps: list[quality.Measure]
    """What the sources do not say, the most frequent first."""
    drafts: list[Agreement]
    changes: list[Change]

    @property
    def ends_more(self) -> int:
        return self.ends_count - len(self.ends)

    @property
    def endless(self) -> int:
        """Agreements that state no end."""
        return next((each.count for each in self.gaps if each.query == "lacks=ends"), 0)

    @property
    def rows(self) -> list[Dated]:
        return self.past + self.ahead

    @property
    def next_day(self) -> Dated | None:
        return self.ahead[0] if self.ahead else None


def home(actor, *, on: date) -> Home:
    """Everything on the home page of `actor` on the day `on`: at most thirty queries, however many agreements."""
    visible = Agreement.objects.visible_to(actor)
    newest, more = _newest(visible)
    need = {each: attention.needing(each, actor=actor, on=on) for each in Attention}
    past_dates = need[Attention.OVERDUE] | need[Attention.FOLLOW_UP_PASSED]
    counts = newest.aggregate(
        agreements=Count("pk"),
        published=Count("pk", filter=Q(editorial_state=Agreement.EditorialState.PUBLISHED)),
        past=Count("pk", filter=past_dates),
        dated=Count("pk", filter=past_dates | need[Attention.COMING]),
        **{each: Count("pk", filter=need[each]) for each in Attention if each not in attention.OWN},
    )
    counts |= {each: visible.filter(need[each]).count() for each in Attention if each in attention.OWN}
    total = counts.pop("agreements")
    # Found by the keys: of a set PostgreSQL thinks that it is large, and reads all activities before.
    answerable = attention.answerable(actor).filter(IsOneOf("agreement", newest.order_by().values("pk")))
    commitments = answerable.aggregate(
        overdue=Count("pk", filter=attention.overdue(on)),
        undated=Count("pk", filter=Q(due_basis=claims.Basis.NOT_STATED)),
    )
    past, ahead = _dated(actor, on=on)
    # The axis ends with a month, so that the last one is drawn whole.
    until = attention.months_before(on.replace(day=1), -MONTHS) - timedelta(days=1)
    ending = attention.ending(visible, on=on, days=(until - on).days)
    return Home(
        on=on,
        agreements=Total(total, more),
        published=counts.pop("published"),
        needing=counts,
        overdue=commitments["overdue"],
        passed=attention.follow_up_passed(actor, on).count(),
        undated=commitments["undated"],
        past=past,
        ahead=ahead,
        bodies=bodies(answerable, on=on),
        years=years(newest),
        ends=_ends(ending),
        ends_count=ending.count(),
        until=until,
        gaps=sorted(
            (each for each in quality.lacking(newest, total) if each.count), key=lambda each: -each.count
        ),
        drafts=drafts(visible, actor) if counts[Attention.DRAFTS] else [],
        changes=changes(visible, actor),
    )


def _newest(visible) -> tuple[QuerySet, bool]:
    """Of `visible` the newest that are looked at, and whether there are more; one query.

    They are those above a number, so that whatever is asked of them is asked as of all.
    """
    beyond = visible.order_by("-number").values_list("number", flat=True)[facets.LOOKED_AT :].first()
    return (visible, False) if beyond is None else (visible.filter(number__gt=beyond), True)


# Who owes what, and when.


def _dated(actor, *, on: date) -> tuple[list[Dated], list[Dated]]:
    """The dates just passed and those to come, each list by day, deadlines and follow-ups apart but in one order."""
    open_deadlines = (
        attention.answerable(actor).exclude(attention.fulfilled(on)).annotate(last=LastDay("due_range"))
    )
    follow_ups = FollowUp.objects.visible_to(actor).open().select_related("commitment")
    past = [
        *open_deadlines.filter(last__lt=on).order_by("-last", "pk")[:PAST_ROWS],
        *follow_ups.filter(on__lt=on).order_by("-on", "pk")[:PAST_ROWS],
    ]
    ahead = [
        *open_deadlines.filter(last__gte=on).order_by("last", "pk")[:AHEAD_ROWS],
        *follow_ups.filter(on__gte=on).order_by("on", "pk")[:AHEAD_ROWS],
    ]
    agreements = {each.pk: each for each in _with_lanes({row.agreement_id for row in (*past, *ahead)})}
    return (
        _in_order(past, agreements, on=on),
        _in_order(ahead, agreements, on=on)[:AHEAD_ROWS],
    )


def _with_lanes(keys: Iterable) -> list[Agreement]:
    """The agreements with their commitments labelled as on the sheet, each with `lane` and whom it is for."""
    found = list(
        ledger.with_lanes(Agreement.objects.filter(pk__in=keys)).prefetch_related(
            "commitments__beneficiary_links__party__organization", "commitments__beneficiary_links__group"
        )
    )
    for agreement in found:
        ledger.lanes(agreement)
        for commitment in agreement.commitments.all():
            links = commitment.beneficiary_links.all()
            commitment.beneficiary_parties = sorted(
                (each.party for each in links if each.party), key=lambda party: party.position
            )
            commitment.beneficiary_groups = sorted(
                (each.group for each in links if each.group), key=lambda group: (group.position, group.pk)
            )
    return found


def _in_order(rows: Sequence[Commitment | FollowUp], agreements: dict, *, on: date) -> list[Dated]:
    told = []
    for row in rows:
        agreement = agreements[row.agreement_id]
        labelled = {each.pk: each for each in agreement.commitments.all()}
        if isinstance(row, FollowUp):
            commitment = labelled.get(row.commitment_id)
            told.append(Dated(agreement, commitment, row.on, (row.on - on).days, follow_up=row))
        else:
            told.append(Dated(agreement, labelled[row.pk], row.last, (row.last - on).days, claim=row.due))
    return sorted(told, key=lambda row: (row.day, row.follow_up is not None, row.agreement.number))


# Charts.


def bodies(answerable, *, on: date) -> list[Body]:
    """The organizations that still owe most, each with how far everything it owes is; two queries."""
    rows = (
        attention.with_progress(answerable, on=on)
        .filter(debtors__isnull=False)
        .order_by()
        .values_list("debtors__organization", "progress")
        .annotate(number=Count("pk", distinct=True))
    )
    owed: dict[UUID, dict[Progress, int]] = defaultdict(lambda: dict.fromkeys(Progress, 0))
    for body, standing, number in rows:
        owed[body][Progress(standing)] = number

    def still(body: UUID) -> int:
        return sum(owed[body].values()) - owed[body][Progress.FULFILLED]

    most = sorted((each for each in owed if still(each)), key=lambda each: (-still(each), each))[:BODIES]
    organizations = Organization.objects.in_bulk(most)
    return [Body(organizations[each], owed[each]) for each in most]


def years(visible) -> Years:
    """The agreements by year of signature and kind; two queries. Years long ago stand in one column, `before`."""
    rows = list(
        visible.order_by()
        .values("kind")
        .annotate(
            first=ExtractYear("signed_range__startswith"),
            last=ExtractYear(LastDay("signed_range")),
            unknown=Case(When(claims.unknown("signed"), then=1), default=0, output_field=IntegerField()),
            number=Count("pk"),
        )
    )
    by_kind: dict[str, int] = defaultdict(int)
    by_year: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spans: list[tuple[int | None, int | None, int]] = []
    unknown = several = 0
    for row in rows:
        by_kind[row["kind"]] += row["number"]
        if row["unknown"]:
            unknown += row["number"]
        elif row["first"] is not None and row["first"] == row["last"]:
            by_year[row["first"]][row["kind"]] += row["number"]
        else:
            several += row["number"]
            if row["first"] is not None or row["last"] is not None:
                spans.append((row["first"], row["last"], row["number"]))
    most = sorted(by_kind.keys() - {"other"}, key=lambda code: (-by_kind[code], code))[:KINDS]
    others = sum(number for code, number in by_kind.items() if code not in most)
    labels = AgreementKind.objects.in_bulk(most)

    def column(first: int | None, last: int) -> Year:
        found = [
            counts for year, counts in by_year.items() if (first is None or first <= year) and year <= last
        ]
        counts = [sum(each.get(code, 0) for each in found) for code in most]
        total = sum(sum(each.values()) for each in found)
        perhaps = sum(
            number
            for begins, ends, number in spans
            if (begins is None or begins <= last) and (ends is None or first is None or first <= ends)
        )
        return Year(first, last, [*counts, total - sum(counts)] if others else counts, perhaps)

    columns = []
    if by_year:
        latest, earliest = max(by_year), min(by_year)
        start = max(earliest, latest - YEARS + 1)
        if earliest < start:
            columns.append(column(None, start - 1))
        columns += [column(year, year) for year in range(start, latest + 1)]
    return Years([labels[code] for code in most], others, columns, unknown, several)


def _ends(ending) -> list[Agreement]:
    """The first to end, each with `end`, the claim of when; one query."""
    found = list(ending.order_by(LastDay("final_range"), "number")[:ENDS])
    for each in found:
        each.end = DateClaim.from_range(text="", range=each.last_range, basis="", note="")
    return found


# The side.


def drafts(visible, actor) -> list[Agreement]:
    """The drafts to continue, last changed first, each with when it was `changed`; one query.

    Of the facts `asked` of every agreement so many are `said`.
    ."""
    last = AuditEvent.objects.filter(chain=OuterRef("pk")).order_by("-sequence")
    found = list(
        quality.with_lacks(visible.filter(attention.drafts(actor)))
        .annotate(changed=Subquery(last.values("at")[:1]))
        .order_by("-changed", "-number")[:DRAFTS]
    )
    for each in found:
        each.asked = len(quality.LACKS)
        each.said = each.asked - len(each.lacks)
    return found


def changes(visible, actor) -> list[Change]:
    """The latest that happened to each of the agreements that `actor` may read; two queries.

    One agreement worked on all day is one line: only the last LOOKED_AT events are looked at. Names of
    people and the steps of a review are told to those who may read the history.
    """
    with_history = actor.may(Permission.HISTORY_VIEW)
    events = AuditEvent.objects.filter(chain__in=visible.values("pk"))
    if not with_history:
        events = events.exclude(verb__in=INWARD)
    newest: dict[UUID, AuditEvent] = {}
    for each in events.order_by("-at", "-id")[:LOOKED_AT]:
        newest.setdefault(each.chain, each)
    shown = list(newest.values())[:CHANGES]
    found = visible.in_bulk([each.chain for each in shown])
    return [Change(each, found[each.chain], each.actor if with_history else "") for each in shown]

"""What a list of agreements shows: each row with its parties, dates, how far it is, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Count,
    Min,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Amendment, Commitment, FollowUp, Party
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, ledger, progress
from audit.trail import Actor
from lib import languages
from lib.claims import LastDay
from lib.folding import shown
from lib.keyset import Order
from lib.ordering import first_day, last_day

SOON = timedelta(days=30)
"""How far ahead «due soon» and «follow up soon» look."""

ORDERS: dict[str, tuple[str, Order | None, bool]] = {
    # name → (label, order by value, numbers falling)
    "-number": (_("Newest record first"), None, True),
    "number": (_("Oldest record first"), None, False),
    "next": (_("Next date first"), Order("next", "next_day", type=date), True),
    "-signed": (
        _("Latest signature first"),
        Order("-signed", "signed_day", descending=True, type=date, filled=True),
        True,
    ),
    "signed": (_("Earliest signature first"), Order("signed", "signed_day", type=date, filled=True), True),
    "ends": (_("Next to end first"), Order("ends", "ends_day", type=date, filled=True), True),
    "title": (_("Title"), Order("title", "title_folded", filled=True), True),
    "relevance": (_("Best match first"), Order("relevance", "relevance", descending=True, type=int), True),
}
"""How a list may stand. What a record does not say stands last, whichever way; ties fall back on the number."""

ORDERS_CHOICES = [(name, label) for name, (label, _order, _falling) in ORDERS.items()]


@dataclass(frozen=True)
class Next:
    """What comes next in an agreement: a deadline of the source's or a follow-up of ours, of which commitment."""

    day: date
    is_ours: bool
    label: str
    state: str
    """`late`, `due` (within SOON) or `later`."""


@dataclass(frozen=True)
class Row:
    """One line of the list. `sides` holds (letters, count) for each lane that owes something."""

    agreement: Agreement
    state: LegalState
    parties: list[Party]
    sides: list[tuple[str, int]]
    commitments: int
    tally: dict[progress.Progress, int]
    next: Next | None = None
    reasons: list[Any] = field(default_factory=list)

    @property
    def open_questions(self) -> int:
        return sum(each.resolved_at is None for each in self.agreement.questions.all())

    @property
    def done(self) -> int:
        return self.tally[progress.Progress.FULFILLED]


def listed(agreements: QuerySet, *, on: date, actor: Actor) -> QuerySet:
    """Bring what `rows` needs: twelve queries, however many agreements. `actor` sees its own follow-ups."""
    return (
        with_legal_state(agreements, on=on)
        .annotate(amended=amendments())
        .select_related("kind", "programme")
        .prefetch_related(
            Prefetch("parties", Party.objects.select_related("organization").order_by("position")),
            Prefetch(
                "commitments",
                Commitment.objects.prefetch_related("debtor_links", *progress.FOLLOWED).order_by(
                    "number", "pk"
                ),
            ),
            Prefetch(
                "follow_ups",
                FollowUp.objects.visible_to(actor).open().order_by("on", "pk"),
                to_attr="own_follow_ups",
            ),
            "groups__concept",
            "questions",
        )
    )


def amendments() -> Coalesce:
    """How many amendments an agreement has."""
    rows = Amendment.objects.filter(agreement=OuterRef("pk")).order_by().values("agreement")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), Value(0))


def rows(agreements: Iterable[Agreement], *, on: date, reasons: dict | None = None) -> list[Row]:
    """The lines of a page, without a query."""
    return [
        Row(
            each,
            LegalState(each.legal_state),
            list(each.parties.all()),
            [(lane.letters, len(lane.commitments)) for lane in ledger.lanes(each) if lane.commitments],
            len(each.commitments.all()),
            progress.tally(each.commitments.all(), on=on),
            coming(each, on=on),
            (reasons or {}).get(each.pk, []),
        )
        for each in agreements
    ]


def coming(agreement: Agreement, *, on: date) -> Next | None:
    """The earliest deadline of a commitment that is not fulfilled, or follow-up; none that no source or person set.

    A deadline is the last day its claim leaves; one without a last day is none.
    """
    found = [
        (each.due.latest, False, each.label)
        for each in agreement.commitments.all()
        if each.due.latest and progress.standing(each, on=on).progress != progress.Progress.FULFILLED
    ]
    labels = {each.pk: each.label for each in agreement.commitments.all()}
    found += [(each.on, True, labels.get(each.commitment_id, "")) for each in agreement.own_follow_ups]
    return next_of(found, on=on)


def next_of(found: list[tuple[date, bool, str]], *, on: date) -> Next | None:
    """The earliest of (day, whether it is ours, of which commitment)."""
    if not found:
        return None
    day, is_ours, label = min(found)
    return Next(day, is_ours, label, "late" if day < on else "due" if day <= on + SOON else "later")


def in_order(agreements: QuerySet, name: str, *, on: date, actor: Actor, asked=None) -> QuerySet:
    """Annotate what the order `name` needs; `asked` is the search whose relevance counts."""
    if name in ("signed", "-signed"):
        none = date.min if name == "-signed" else date.max  # last, whichever way
        return agreements.annotate(signed_day=first_day("signed", none=none))
    if name == "ends":
        return agreements.annotate(ends_day=last_day("ends", none=date.max))
    if name == "title":
        return agreements.annotate(title_folded=shown("title", languages.current()))
    if name == "relevance":
        return agreements.annotate(relevance=asked.relevance if asked else Value(0))
    if name == "next":
        deadlines = (
            Commitment.objects.filter(agreement=OuterRef("pk"), due_range__isnull=False)
            .exclude(attention.fulfilled(on))
            .order_by()
            .values("agreement")
            .annotate(day=Min(LastDay("due_range")))
            .values("day")
        )
        follow_ups = (
            FollowUp.objects.visible_to(actor)
            .open()
            .filter(agreement=OuterRef("pk"))
            .order_by()
            .values("agreement")
            .annotate(day=Min("on"))
            .values("day")
        )
        return agreements.annotate(next_day=Least(Subquery(deadlines), Subquery(follow_ups)))
    return agreements

"""One commitment with what each party says of it, side by side: never averaged, silence spelled out."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from activities.models import Activity, Fulfilment, ProgressView
from activities.queries.browsing import counted
from activities.queries.documents import with_details
from agreements.models import Agreement, Commitment, Party
from agreements.queries import sheet
from agreements.queries.attention import SILENT_MONTHS, months_before
from audit.models import AuditEvent
from audit.trail import Actor


@dataclass(frozen=True)
class Voice:
    """What one party says: its latest word, those before it, and how long ago it spoke."""

    party: Party
    latest: ProgressView | None
    earlier: list[ProgressView]
    silent: bool
    days: int | None
    """From the last word to now; negative, as `away` wants it. None when it never spoke."""


class Accord(StrEnum):
    """How the latest words of the parties stand to each other."""

    NOBODY = "nobody"
    ONE = "one"
    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True)
class CommitmentPage:
    """What the page of a commitment shows. `published` is the day since when a party could have spoken here."""

    commitment: Commitment
    agreement: Agreement
    voices: list[Voice]
    accord: Accord
    fulfilments: list[Fulfilment]
    published: date | None

    @property
    def silent(self) -> list[Voice]:
        return [each for each in self.voices if each.silent]

    @property
    def never(self) -> list[Voice]:
        return [each for each in self.voices if each.latest is None]


def commitment_page(key: UUID, *, actor: Actor, on: date) -> CommitmentPage:
    """The page of a commitment as of the day `on`, in a fixed number of queries.

    Raises Agreement.DoesNotExist when there is none that `actor` may read.
    """
    readable = Agreement.objects.visible_to(actor)
    agreement = (
        sheet.with_everything(readable, on=on)
        .prefetch_related("commitments__progress_views__evidence")
        .get(pk__in=Commitment.objects.filter(pk=key).values("agreement"))
    )
    sheet.sheet(agreement, on=on, with_history=False)
    commitment = next(each for each in agreement.commitments.all() if each.pk == key)
    heard = voices(commitment, list(agreement.parties.all()), on=on)
    fulfilments = {each.activity_id: each for each in commitment.fulfilments.all()}
    for activity in counted(with_details(Activity.objects.filter(pk__in=fulfilments), actor=actor)):
        fulfilments[activity.pk].activity = activity
    return CommitmentPage(
        commitment,
        agreement,
        heard,
        accord(heard),
        sorted(
            fulfilments.values(),
            key=lambda each: (each.activity.held.latest or date.min, each.pk),
            reverse=True,
        ),
        _published(agreement),
    )


def voices(commitment: Commitment, parties: list[Party], *, on: date) -> list[Voice]:
    """What each of the parties has said of the commitment by the day `on`, in their order."""
    since = months_before(on, SILENT_MONTHS)
    said: dict[UUID, list[ProgressView]] = {each.pk: [] for each in parties}
    for view in sorted(commitment.progress_views.all(), key=lambda each: each.said_on, reverse=True):
        if view.said_on <= on:
            said[view.party_id].append(view)
    found = []
    for party in parties:
        latest, *earlier = said[party.pk] or [None]
        found.append(
            Voice(
                party,
                latest,
                earlier,
                latest is None or latest.said_on < since,
                (latest.said_on - on).days if latest else None,
            )
        )
    return found


def accord(heard: list[Voice]) -> Accord:
    """How the latest words stand to each other; a party that does not know neither agrees nor disagrees."""
    verdicts = [
        each.latest.verdict
        for each in heard
        if each.latest and each.latest.verdict != ProgressView.Verdict.UNKNOWN
    ]
    if len(verdicts) < 2:
        return Accord.ONE if verdicts else Accord.NOBODY
    return Accord.AGREE if len(set(verdicts)) == 1 else Accord.DISAGREE


def _published(agreement: Agreement) -> date | None:
    event = (
        AuditEvent.objects.filter(chain=agreement.pk, verb__in=["agreement.published", "agreement.restored"])
        .order_by("sequence")
        .first()
    )
    return timezone.localdate(event.at) if event else None

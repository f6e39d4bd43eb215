"""What a list of agreements shows: each row with its parties, dates and the count of commitments by side."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from agreements.models import Agreement, Commitment, Party
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import ledger


@dataclass(frozen=True)
class Row:
    """One line of the list. `sides` holds (letters, count) for each lane that owes something."""

    agreement: Agreement
    state: LegalState
    parties: list[Party]
    sides: list[tuple[str, int]]
    commitments: int


def listed(agreements, *, on: date):
    """Bring what `rows` needs: six queries, however many agreements."""
    return (
        with_legal_state(agreements, on=on)
        .select_related("kind", "programme")
        .prefetch_related(
            Prefetch("parties", Party.objects.select_related("organization").order_by("position")),
            Prefetch(
                "commitments", Commitment.objects.prefetch_related("debtor_links").order_by("number", "pk")
            ),
        )
    )


def rows(agreements: list[Agreement]) -> list[Row]:
    """The lines of a page, without a query."""
    return [
        Row(
            each,
            LegalState(each.legal_state),
            list(each.parties.all()),
            [(lane.letters, len(lane.commitments)) for lane in ledger.lanes(each) if lane.commitments],
            len(each.commitments.all()),
        )
        for each in agreements
    ]

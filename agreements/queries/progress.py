"""How far commitments are, by what is recorded of them. Computed for a day, never stored.

What was done is told in the room above; it is followed here by the names of its relations.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Commitment

FOLLOWED = (
    "fulfilments__activity__participations",
    "fulfilments__activity__evidence",
    "progress_views__party__organization",
)
"""What a queryset of commitments brings for `standing`: five queries, however many there are."""


class Progress(models.TextChoices):
    """Where a commitment stands on a day."""

    FULFILLED = "fulfilled", _("fulfilled")
    IN_PROGRESS = "in_progress", _("in progress")
    OVERDUE = "overdue", _("overdue")
    NO_NEWS = "no_news", _("no news yet")


@dataclass(frozen=True)
class Standing:
    """What is known of one commitment on a day. The parties' words stand side by side, never averaged."""

    progress: Progress
    fulfilments: list[Any]
    views: list[Any]


def standing(commitment: Commitment, *, on: date) -> Standing:
    """How far `commitment` is on the day `on`. Needs FOLLOWED; makes no query.

    Fulfilled when an activity that was certainly held by then counts wholly; overdue only when the last possible due
    day has certainly passed; in progress when a held activity counts in part; otherwise there is no news. Of each
    party's views the latest said by then stands.
    """
    held = [each for each in commitment.fulfilments.all() if _was_held(each.activity, on)]
    latest: dict[Any, Any] = {}
    for view in sorted(commitment.progress_views.all(), key=lambda view: (view.said_on, view.pk)):
        if view.said_on <= on:
            latest[view.party_id] = view
    due = commitment.due.latest
    if any(each.extent == "whole" for each in held):
        progress = Progress.FULFILLED
    elif due is not None and due < on:
        progress = Progress.OVERDUE
    else:
        progress = Progress.IN_PROGRESS if held else Progress.NO_NEWS
    return Standing(progress, held, sorted(latest.values(), key=lambda view: view.party.position))


def _was_held(activity, on: date) -> bool:
    """Certainly held by the day `on`; one without a known day was held before it was recorded."""
    latest = activity.held.latest
    return activity.status == "held" and (latest is None or latest <= on)


def tally(commitments: Iterable[Commitment], *, on: date) -> dict[Progress, int]:
    """How many of `commitments` stand where, each counted once."""
    counts = dict.fromkeys(Progress, 0)
    for each in commitments:
        counts[standing(each, on=on).progress] += 1
    return counts

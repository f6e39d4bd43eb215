"""Reads activities: one bundle of queries for a list, plain documents for what is shown."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from activities.models import (
    Activity,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from agreements.models import Commitment, TargetGroup
from audit import revision, trail
from audit.trail import Actor
from lib import addresses, languages
from organizations import queries as organizations
from organizations.permissions import Permission


def with_details(activities, *, actor):
    """Bring what a list of activities shows: five queries, however many there are.

    Of what an activity counts towards, only commitments of agreements that `actor` may read are brought.
    """
    return activities.select_related("kind").prefetch_related(
        Prefetch("organizers", ActivityOrganizer.objects.select_related("organization").order_by("pk")),
        Prefetch(
            "fulfilments",
            Fulfilment.objects.filter(commitment__in=Commitment.objects.visible_to(actor))
            .select_related("commitment__agreement")
            .order_by("commitment__agreement__number", "commitment__number"),
        ),
        "participations__target_group",
        "evidence",
    )


def read_activity(activity: Activity) -> dict:
    """The activity as ActivityShape has it. Needs `with_details`."""
    return {
        "id": str(activity.pk),
        "type": "activity",
        "url": addresses.api("activities", activity.pk),
        "source_language": activity.source_language,
        "title": activity.title,
        "titles": languages.texts(activity, "title"),
        "descriptions": languages.texts(activity, "description"),
        "kind": addresses.code(activity.kind),
        "status": activity.status,
        "held": activity.held.as_json(),
        "place": activity.place,
        "organizers": [organizations.reference(each.organization) for each in activity.organizers.all()],
        "counts_toward": [
            {
                "id": str(each.pk),
                "commitment": addresses.reference(
                    "commitment", "commitments", each.commitment_id, each.commitment.text
                ),
                "extent": each.extent,
                "note": each.note,
            }
            for each in activity.fulfilments.all()
        ],
        "reached": [
            {
                "id": str(each.pk),
                "target_group": addresses.code(each.target_group),
                "sex": each.sex,
                "number": each.number,
            }
            for each in sorted(activity.participations.all(), key=lambda each: each.pk)
        ],
    }


def read_view(view: ProgressView) -> dict:
    """The view as ProgressViewShape has it."""
    return {
        "id": str(view.pk),
        "type": "progress_view",
        "url": addresses.api("progress-views", view.pk),
        "commitment": addresses.reference(
            "commitment", "commitments", view.commitment_id, view.commitment.text
        ),
        "party": addresses.reference("party", "parties", view.party_id, view.party.organization.label),
        "verdict": view.verdict,
        "said_on": view.said_on.isoformat(),
        "note": view.note,
    }


def read_evidence(files: Iterable[EvidenceFile]) -> list[dict]:
    """What files are there, and where their contents are."""
    return [
        {
            "id": str(each.pk),
            "url": addresses.api("evidence-files", each.pk),
            "name": each.name,
            "sha256": each.sha256,
        }
        for each in sorted(files, key=lambda each: each.pk)
    ]


def may_change(activity: Activity, actor: Actor) -> bool:
    """Whether `actor` acts for one of the organizers, or may edit the registry."""
    if actor.may(Permission.EDIT):
        return True
    holds = {each.organization_id for each in activity.organizers.all()}
    return actor.may(Permission.ACTIVITY_REPORT) and actor.organization_id in holds


def belongings(activity: Activity) -> dict[str, list[Any]]:
    """What belongs to the activity, whoever asks, in an order of its own: four queries."""

    def rows(model, *columns: str) -> list[Any]:
        # Asked of the table: what was brought along with the activity is only what its reader may see.
        return list(model.objects.filter(activity=activity).order_by("pk").values_list(*columns))

    return {
        "organizers": rows(ActivityOrganizer, "organization"),
        "counts_toward": rows(Fulfilment, "commitment", "extent", "note"),
        "reached": rows(Participation, "target_group", "sex", "number"),
        "evidence": rows(EvidenceFile, "name", "sha256"),
    }


def seal(activity: Activity) -> str:
    """A hash of all that the activity says, the same until something of it changes."""
    said = trail.plain(revision.columns(activity) | belongings(activity))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Reached:
    """People of one group that an activity reached, by sex; None is not stated, which 0 is not."""

    group: TargetGroup | None
    female: int | None
    male: int | None
    all: int | None

    @property
    def numbers(self) -> list[int | None]:
        return [self.female, self.male, self.all]

    @property
    def total(self) -> int:
        return sum(each for each in self.numbers if each is not None)


def reached_table(activity: Activity) -> list[Reached]:
    """Whom the activity reached, a line for each group in the vocabulary's order. Needs `with_details`."""
    found: dict[Any, dict[str, int]] = {}
    known = {}
    for each in activity.participations.all():
        known[each.target_group_id] = each.target_group
        found.setdefault(each.target_group_id, {})[each.sex] = each.number
    order = sorted(found, key=lambda key: (known[key] is None, known[key].position if known[key] else 0, key))
    return [Reached(known[key], *(found[key].get(sex) for sex in ("female", "male", "all"))) for key in order]

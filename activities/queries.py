"""Reads activities: one bundle of queries for a list, plain documents for what is shown."""

from django.db.models import Prefetch

from activities.models import Activity, ActivityOrganizer, Fulfilment, ProgressView
from agreements.models import Commitment
from lib import addresses, languages
from organizations import queries as organizations


def with_details(activities, *, actor):
    """Bring what a list of activities shows: five queries, however many there are.

    Of what an activity counts toward, only commitments of agreements that `actor` may read are brought.
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

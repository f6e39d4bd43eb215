"""Activities as linked data."""

from collections.abc import Mapping
from typing import Any

from lib import linked

LEARNING = {"training", "workshop"}
STATUS = {"planned": "EventScheduled", "cancelled": "EventCancelled"}
"""Our status → that of schema.org, which has none for what was held."""


def activity(document: Mapping[str, Any]) -> dict:
    """The document of an activity as a node."""
    kind, status, day = document["kind"], document["status"], linked.day(document["held"])
    return linked.node(
        "EducationEvent" if kind["code"] in LEARNING else "Event",
        id_=document["url"],
        mainEntityOfPage=linked.page("activity", document["id"]),
        name=document["titles"],
        description=document["descriptions"],
        kind=linked.term("activity-kinds", kind),
        activityStatus=status,
        eventStatus=f"{linked.SCHEMA}{STATUS[status]}" if status in STATUS else None,
        held=linked.claim(document["held"]),
        startDate=day,
        endDate=day,
        location=linked.place(document["place"]),
        organizer=[linked.pointing(each, "Organization") for each in document["organizers"]],
        countsToward=[
            linked.node(
                "Fulfilment",
                commitment=linked.pointing(each["commitment"], "Commitment"),
                extent=each["extent"],
                note=each["note"],
            )
            for each in document["counts_toward"]
        ],
        reached=[
            linked.node(
                "Participation",
                audience=linked.term("target-groups", each["target_group"]),
                sex=each["sex"],
                number=each["number"],
            )
            for each in document["reached"]
        ],
    )

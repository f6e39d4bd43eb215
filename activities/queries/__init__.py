"""Reads what is done: documents, lists, months, and the words of the parties on a commitment."""

from activities.queries.documents import (
    belongings,
    may_change,
    reached_table,
    read_activity,
    read_evidence,
    read_view,
    seal,
    with_details,
)

__all__ = [
    "belongings",
    "may_change",
    "reached_table",
    "read_activity",
    "read_evidence",
    "read_view",
    "seal",
    "with_details",
]

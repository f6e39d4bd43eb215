"""Every table the registry writes and reads: what it is called, what one row of it is, its columns.

A table belongs to a document: `member` is where its rows stand in it, and the column `of` says in which. Tables stand
in the order in which their records lean on each other, which is the order they are written in.
"""

from exchange.shapes.tables.agreements import AGREEMENTS
from exchange.shapes.tables.bodies import OFFICES, ORGANIZATIONS, OTHER_NAMES, PEOPLE, PROFILE, PROGRAMMES
from exchange.shapes.tables.doings import ACTIVITIES, COUNTS, REACHED
from exchange.shapes.tables.provisions import (
    ADVANTAGES,
    CITATIONS,
    COMMITMENTS,
    EVENTS,
    GROUPS,
    LINKS,
    OBJECTIVES,
    PARTIES,
    QUESTIONS,
    READINGS,
    SIGNATORIES,
    STATEMENTS,
    WITHOUT_SOURCE,
)
from exchange.shapes.tables.shared import Table
from exchange.shapes.tables.sources import NOISE, SOURCE_TEXTS, SOURCES

__all__ = ["COMPUTED", "RECORDS", "TABLES", "Table"]

TABLES: dict[str, Table] = {
    each.name: each
    for each in (
        ORGANIZATIONS,
        OTHER_NAMES,
        PROFILE,
        PEOPLE,
        OFFICES,
        PROGRAMMES,
        SOURCES,
        SOURCE_TEXTS,
        NOISE,
        AGREEMENTS,
        PARTIES,
        SIGNATORIES,
        GROUPS,
        OBJECTIVES,
        COMMITMENTS,
        STATEMENTS,
        ADVANTAGES,
        EVENTS,
        LINKS,
        QUESTIONS,
        READINGS,
        CITATIONS,
        WITHOUT_SOURCE,
        ACTIVITIES,
        COUNTS,
        REACHED,
    )
}
RECORDS: tuple[str, ...] = ("organization", "person", "programme", "source", "agreement", "activity")
"""The kinds of documents, in the order in which they lean on each other."""
COMPUTED = frozenset(
    {
        "state",
        "state_words",
        "signed_answer",
        "commitments",
        "commitments_by_side",
        "fulfilled",
        "open_questions",
        "next_what",
        "next_earliest",
        "next_latest",
        "address",
        "label",
        "progress",
        "progress_words",
    }
)
"""Headers of the list's own export that tell what is computed: nothing to be entered."""

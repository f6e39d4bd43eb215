"""Everything that is read of organizations and people."""

from organizations.queries.documents import (
    BY_NAME,
    by_name,
    person_reference,
    read_office,
    read_organization,
    read_person,
    reference,
    whole,
    with_offices,
    with_profile,
)
from organizations.queries.identity import successor

__all__ = [
    "BY_NAME",
    "by_name",
    "person_reference",
    "read_office",
    "read_organization",
    "read_person",
    "reference",
    "successor",
    "whole",
    "with_offices",
    "with_profile",
]

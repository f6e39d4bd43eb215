"""Who exists and who may act."""

from organizations.models.accounts import Anonymous, ApiToken, System, User
from organizations.models.identity import DistinctPeople, Merge
from organizations.models.names import NameEntry, NameWord
from organizations.models.organization import (
    Alias,
    Descent,
    DistinctPair,
    ExternalIdentifier,
    Organization,
    OrganizationKind,
    ProfileClaim,
)
from organizations.models.people import Office, Person

__all__ = [
    "Alias",
    "Anonymous",
    "ApiToken",
    "Descent",
    "DistinctPair",
    "DistinctPeople",
    "ExternalIdentifier",
    "Merge",
    "NameEntry",
    "NameWord",
    "Office",
    "Organization",
    "OrganizationKind",
    "Person",
    "ProfileClaim",
    "System",
    "User",
]

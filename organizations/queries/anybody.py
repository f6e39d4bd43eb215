"""Actors of a kind: what SQL that is written once for all of them may depend on, and what it leaves open."""

from dataclasses import dataclass
from uuid import UUID

from lib.compiled import stand_in
from organizations.models.accounts import Acting
from organizations.permissions import Permission

STAND_INS = {name: stand_in(UUID, name) for name in ("organization", "account")}
"""In the place of the organization that an actor acts for, and of its account: nobody has these keys."""


class Anybody(Acting):
    """Whoever is of a kind."""

    def __init__(
        self, permissions: frozenset[Permission], organization_id: UUID | None, account_id: UUID | None
    ):
        self._permissions, self.organization_id, self.account_id = permissions, organization_id, account_id

    @property
    def permissions(self) -> frozenset[Permission]:
        return self._permissions


@dataclass(frozen=True)
class Kind:
    """What actors may, and whether they act for an organization and have an account: the shape of their queries."""

    permissions: frozenset[Permission]
    has_organization: bool
    has_account: bool

    @classmethod
    def of(cls, actor) -> "Kind":
        return cls(actor.permissions, actor.organization_id is not None, actor.account_id is not None)

    @property
    def anybody(self) -> Anybody:
        return Anybody(
            self.permissions,
            STAND_INS["organization"] if self.has_organization else None,
            STAND_INS["account"] if self.has_account else None,
        )


def values(actor) -> dict[str, UUID | None]:
    """What of `actor` stands in the places of STAND_INS."""
    return {"organization": actor.organization_id, "account": actor.account_id}

"""The agreements a reader may see, as SQL for statements of our own: what `visible_to` says, and no other rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from agreements.models import Agreement
from audit.trail import Actor
from organizations.models.accounts import Acting
from organizations.permissions import Permission


@dataclass(frozen=True)
class Gate:
    """The agreements a reader may see: SQL of their keys, numbers and programmes, with named places; blank for none."""

    sql: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, readable: QuerySet) -> "Gate":
        """The gate of a queryset of agreements."""
        sql, parameters = _compiled(readable)
        return _gate(sql, dict(enumerate(parameters)))

    @classmethod
    def to(cls, actor: Actor) -> "Gate":
        """What `visible_to(actor)` gives; SQL that is written once for all actors of a kind."""
        sql, parameters = _compiled_for(
            actor.permissions, actor.organization_id is not None, actor.account_id is not None
        )
        told = {_ORGANIZATION: actor.organization_id, _ACCOUNT: actor.account_id}
        return _gate(
            sql,
            {
                place: told.get(value, value) if isinstance(value, UUID) else value
                for place, value in enumerate(parameters)
            },
        )


class _Somebody(Acting):
    """Whoever may what `permissions` say, acting for an organization or none, with an account or none."""

    permissions: frozenset[Permission] = frozenset()

    def __init__(self, permissions, organization_id, account_id):
        self.permissions, self.organization_id, self.account_id = permissions, organization_id, account_id


# Stand for whoever asks where the SQL is written; nobody has these keys.
_ORGANIZATION, _ACCOUNT = UUID(int=0x0_1D), UUID(int=0x0_2D)


@lru_cache(maxsize=200)
def _compiled_for(permissions, has_organization: bool, has_account: bool) -> tuple[str, tuple]:
    actor = _Somebody(
        permissions, _ORGANIZATION if has_organization else None, _ACCOUNT if has_account else None
    )
    return _compiled(Agreement.objects.visible_to(actor))


def _compiled(readable: QuerySet) -> tuple[str, tuple]:
    try:
        return readable.order_by().values_list("pk", "number", "programme").query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def _gate(sql: str, parameters: Mapping[int, Any]) -> Gate:
    values = {f"g{place}": value for place, value in parameters.items()}
    return Gate(sql % tuple(f"%({name})s" for name in values) if sql else "", values)

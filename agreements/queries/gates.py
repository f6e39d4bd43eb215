"""The agreements a reader may see, as SQL for statements of our own: what `visible_to` says, and no other rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from agreements.models import Agreement
from audit.trail import Actor
from lib.compiled import Compiled, Open, compiled
from organizations.queries import anybody


@dataclass(frozen=True)
class Gate:
    """The agreements a reader may see: SQL of their keys, numbers and programmes, with named places; blank for none."""

    sql: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, readable: QuerySet) -> "Gate":
        """The gate of a queryset of agreements."""
        return _gate(compiled(_told(readable)), {})

    @classmethod
    def to(cls, actor: Actor) -> "Gate":
        """What `visible_to(actor)` gives; SQL that is written once for all actors of a kind."""
        return _gate(_compiled(anybody.Kind.of(actor)), anybody.values(actor))


@lru_cache(maxsize=200)
def _compiled(kind: anybody.Kind) -> Compiled:
    return compiled(_told(Agreement.objects.visible_to(kind.anybody)), possibly=anybody.STAND_INS)


def _told(readable: QuerySet) -> QuerySet:
    return readable.order_by().values_list("pk", "number", "programme")


def told(asked: Compiled, actor: Actor, *, mark: str) -> Gate:
    """Any SQL that was written once for all actors of a kind, for this one; `mark` begins the names of its places."""
    return _gate(asked, anybody.values(actor), mark)


def _gate(asked: Compiled, told: Mapping[str, Any], mark: str = "g") -> Gate:
    values = {
        f"{mark}{place}": told[each.name] if isinstance(each, Open) else each
        for place, each in enumerate(asked.parameters)
    }
    sql = asked.sql.replace("%%", "%%%%")
    return Gate(sql % tuple(f"%({name})s" for name in values) if sql else "", values)

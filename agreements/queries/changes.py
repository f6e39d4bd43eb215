"""What happened to agreements, as it is told outside of the registry's own pages: in a feed, in a letter."""

import json
from datetime import datetime

from django.db.models import Func, Q, QuerySet

from agreements.models import LastChange
from agreements.queries.home import INWARD
from audit.models import AuditEvent
from audit.trail import Actor
from lib.conditions import IsOneOf
from organizations.permissions import Permission

MANY = 200_000
"""So many changes are no selection any more: from there on, agreements are gone through in the order of the list."""


def told(agreements: QuerySet, *, to: Actor) -> QuerySet:
    """The events of `agreements`, which `to` may read, that may be told to it.

    The steps between an author and a reviewer only to those who may read the history.
    """
    events = AuditEvent.objects.filter(chain__in=agreements.order_by().values("pk"))
    return events if to.may(Permission.HISTORY_VIEW) else events.exclude(verb__in=INWARD)


def since(moment: datetime, *, to: Actor) -> Q | Func:
    """The condition of agreements of which something that may be told to `to` happened at `moment` or after it.

    One query, for how many PostgreSQL expects, which takes as long of few as of many. Of fewer than MANY the numbers
    are found first, and only a page of them is looked up; the others are found alike, only not as soon.
    """
    last = "touched" if to.may(Permission.HISTORY_VIEW) else "told"
    lately = LastChange.objects.filter(**{f"{last}__gte": moment})
    [expected] = json.loads(lately.explain(format="json"))
    if expected["Plan"]["Plan Rows"] > MANY:
        return Q(**{f"last_change__{last}__gte": moment})
    return IsOneOf("number", lately.values("number"))

"""What happened to agreements, as it is told outside of the registry's own pages: in a feed, in a letter."""

from django.db.models import QuerySet

from agreements.queries.home import INWARD
from audit.models import AuditEvent
from audit.trail import Actor
from organizations.permissions import Permission


def told(agreements: QuerySet, *, to: Actor) -> QuerySet:
    """The events of `agreements`, which `to` may read, that may be told to it.

    The steps between an author and a reviewer only to those who may read the history.
    """
    events = AuditEvent.objects.filter(chain__in=agreements.order_by().values("pk"))
    return events if to.may(Permission.HISTORY_VIEW) else events.exclude(verb__in=INWARD)

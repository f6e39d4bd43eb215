"""What was entered or changed since a moment: asked of the chains of events, whose keys are those of the records."""

from datetime import datetime

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEvent
from lib.filtering import MomentFilter


def changed_since(rows: QuerySet, moment: datetime) -> QuerySet:
    """The rows in whose chains something happened at `moment` or after it."""
    return rows.filter(pk__in=AuditEvent.objects.filter(at__gte=moment).values("chain"))


def entered_since(rows: QuerySet, moment: datetime) -> QuerySet:
    """The rows whose chains begin at `moment` or after it."""
    return rows.filter(pk__in=AuditEvent.objects.filter(at__gte=moment, sequence=1).values("chain"))


class Since(django_filters.FilterSet):
    """Records with a chain of their own, by when they were entered and changed."""

    created_since = MomentFilter(method="entered", label=_("Entered since"))
    updated_since = MomentFilter(method="changed", label=_("Changed since"))

    def entered(self, queryset, name, value):
        return entered_since(queryset, value) if value else queryset

    def changed(self, queryset, name, value):
        return changed_since(queryset, value) if value else queryset

"""What happened to an agreement, over the API: for whoever may read who changed what."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from agreements.models import Agreement
from audit import versions
from audit.models import AuditEvent
from lib import addresses
from lib.contract import problems
from lib.endpoints import Listing
from organizations.permissions import Permission


class HistoryShape(serializers.Serializer):
    """One thing that happened. `changes` tells what was before and after to those who read drafts, null to others."""

    id = serializers.IntegerField()
    type = serializers.CharField(help_text="`event_of_history`")
    sequence = serializers.IntegerField(help_text="Its number in the history of the agreement.")
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    actor = serializers.CharField()
    organization = serializers.UUIDField(allow_null=True, help_text="For which organization.")
    reason = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    target = serializers.DictField(child=serializers.CharField(), help_text="Of which table and row.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="JSON pointers.")
    changes = serializers.DictField(allow_null=True)


@extend_schema_view(
    list=extend_schema(
        summary="The history of an agreement", responses={200: HistoryShape(many=True)} | problems(404)
    )
)
class History(Listing):
    """What happened to an agreement and its parts, the newest first."""

    required = {"list": Permission.HISTORY_VIEW}
    queryset = AuditEvent.objects.none()
    serializer_class = HistoryShape
    page_key = "sequence"
    orders = {"-sequence": None, "sequence": None}

    def get_queryset(self):
        key = UUID(self.kwargs["agreement"])
        readable = Agreement.objects.visible_to(self.request.user).filter(pk=key)
        self.kwargs["pk"] = self.kwargs["agreement"]
        return AuditEvent.objects.filter(chain=self.one(readable).pk)

    def brief(self, row):
        address = addresses.api("agreements", f"{self.kwargs['agreement']}/history")
        return {"id": row.pk, "type": "event_of_history", "label": row.verb, "url": address}

    def documents(self, rows):
        with_values = self.request.user.may(Permission.VIEW_DRAFTS)
        return [
            {
                "id": each.pk,
                "type": "event_of_history",
                "sequence": each.sequence,
                "at": each.at.isoformat(),
                "verb": each.verb,
                "actor": each.actor,
                "organization": str(each.organization_id) if each.organization_id else None,
                "reason": each.reason,
                "request_id": each.request_id,
                "target": {"table": each.target_type, "id": each.target_id},
                "changed": sorted(set(versions.pointers_of(each))),
                # Publishing a record does not publish its drafts.
                "changes": each.changes if with_values else None,
            }
            for each in rows
        ]

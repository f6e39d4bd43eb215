"""Activities and progress views in the administration; every save passes the services."""

from django.contrib import admin

from activities import services
from activities.models import (
    Activity,
    ActivityKind,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from audit.recorded_admin import RecordedAdmin, RecordedInline
from lib import languages


class RoomAdmin(RecordedAdmin):
    """Records of this room."""

    services = services
    ordering = ["id"]


class OrganizerInline(RecordedInline):
    model = ActivityOrganizer
    autocomplete_fields = ["organization"]


class FulfilmentInline(RecordedInline):
    model = Fulfilment
    autocomplete_fields = ["commitment"]


class ParticipationInline(RecordedInline):
    model = Participation


@admin.register(Activity)
class ActivityAdmin(RoomAdmin):
    list_display = ["__str__", "kind", "status", "held_text", "place"]
    list_filter = ["status", "kind"]
    list_select_related = ["kind"]
    search_fields = languages.columns("title")
    inlines = [OrganizerInline, FulfilmentInline, ParticipationInline]
    ordering = ["-id"]


@admin.register(ProgressView)
class ProgressViewAdmin(RoomAdmin):
    list_display = ["party", "verdict", "said_on", "commitment"]
    list_filter = ["verdict"]
    list_select_related = ["party__organization", "commitment"]
    autocomplete_fields = ["commitment", "party"]
    ordering = ["-said_on", "id"]


@admin.register(EvidenceFile)
class EvidenceFileAdmin(RoomAdmin):
    list_display = ["name", "activity", "progress_view", "sha256"]
    list_select_related = ["activity", "progress_view"]
    raw_id_fields = ["activity", "progress_view"]
    readonly_fields = ["sha256"]


@admin.register(ActivityOrganizer, Fulfilment, Participation)
class PlainAdmin(RoomAdmin):
    list_display = ["id", "activity", "__str__"]
    list_select_related = ["activity"]
    raw_id_fields = ["activity"]


@admin.register(ActivityKind)
class ActivityKindAdmin(RoomAdmin):
    list_display = ["code", "__str__", "position", "retired"]
    ordering = ["position", "code"]

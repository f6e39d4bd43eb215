"""The trail, to read and to search; it offers no button, and the table refuses besides."""

from django.contrib import admin

from audit.models import AuditEvent


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that are written by the registry itself."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "verb", "target_type", "target_id", "actor", "reason"]
    list_filter = ["target_type", "verb"]
    search_fields = ["target_id", "actor", "reason", "request_id"]
    ordering = ["-id"]
    show_full_result_count = False
    list_per_page = 50

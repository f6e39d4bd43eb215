"""What passes between the registry and others, to read."""

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.admin import ReadOnlyAdmin
from exchange.models import ApiCall, WebhookDelivery, WebhookEndpoint
from exchange.services import webhooks
from lib.problems import Refused


@admin.register(ApiCall)
class ApiCallAdmin(ReadOnlyAdmin):
    """Who asked the API for what. The id of a request leads to what it changed: the trail has it too."""

    list_display = [
        "at",
        "caller",
        "method",
        "route",
        "status",
        "problem",
        "milliseconds",
        "address",
        "request_id",
    ]
    list_filter = ["status", "method", "problem", ("at", admin.DateFieldListFilter)]
    search_fields = ["caller", "request_id", "route", "=address"]
    ordering = ["-id"]
    show_full_result_count = False
    list_per_page = 50


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Which addresses organizations have told of changes. They are changed by whose they are."""

    list_display = ["__str__", "organization", "active", "failing_since", "disabled_at", "created_at"]
    list_filter = ["active", ("disabled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["url", "label", "organization__slug"]
    exclude = ["secret_sealed", "previous_sealed"]
    ordering = ["-id"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What was told to whom, and how that went."""

    list_display = [
        "created_at",
        "type",
        "endpoint",
        "state",
        "attempts",
        "last_status",
        "last_error",
        "last_ms",
    ]
    list_filter = ["state", "type", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["endpoint"]
    search_fields = ["key", "subject", "=endpoint__id"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["send_again"]

    @admin.action(description=gettext_lazy("Send again"))
    def send_again(self, request, queryset):
        sent = 0
        for each in queryset.order_by("pk"):
            try:
                webhooks.redeliver(each.pk, by=request.user)
                sent += 1
            except Refused as refusal:
                messages.error(request, f"{each}: {refusal.faults[0].message}")
        messages.success(request, _("To be sent again: %(sent)d.") % {"sent": sent})

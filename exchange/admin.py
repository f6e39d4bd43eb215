"""What passes between the registry and others, to read."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from exchange.models import ApiCall


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

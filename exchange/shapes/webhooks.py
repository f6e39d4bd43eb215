"""The form of webhooks as the API takes and tells them."""

from rest_framework import serializers

from exchange.models import WebhookDelivery
from lib.shapes import Strict


class WebhookFilter(Strict):
    """Which records it is told of, beyond the kinds of events."""

    party = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="Only this organization, its agreements as they were then, what was done under them.",
    )


class WebhookEndpointShape(Strict):
    """An address that is told of changes, with the eyes of the organization whose it is."""

    id = serializers.UUIDField(read_only=True)
    type = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    address = serializers.URLField(read_only=True, help_text="Of this endpoint in the API.")
    url = serializers.CharField(max_length=2000, help_text="What is called: https://…")
    label = serializers.CharField(max_length=120, allow_blank=True, default="")
    events = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=50,
        help_text="Names of events; a star stands for any: `agreement.*`.",
    )
    filter = WebhookFilter(required=False)
    active = serializers.BooleanField(default=True)
    failing_since = serializers.DateTimeField(read_only=True, allow_null=True)
    disabled_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When the registry switched it off by itself."
    )
    disabled_why = serializers.CharField(read_only=True)
    previous_secret_until = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class NewWebhookEndpointShape(WebhookEndpointShape):
    """The same with its secret, which is told this once."""

    secret = serializers.CharField(read_only=True)


class WebhookDeliveryShape(serializers.Serializer):
    """One event for one endpoint, and how its sending went."""

    id = serializers.IntegerField()
    webhook_id = serializers.CharField(
        help_text="The same in every attempt: by it a receiver knows repetitions."
    )
    type = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()
    last_ms = serializers.IntegerField(allow_null=True)
    body = serializers.DictField()

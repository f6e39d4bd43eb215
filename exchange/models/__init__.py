"""What passes between the registry and others: tables that come in, and what partner systems asked and are told."""

from exchange.models.calls import ApiCall, RateWindow
from exchange.models.idempotency import KeptAnswer
from exchange.models.imports import (
    LOCKS,
    Import,
    ImportEffect,
    ImportRow,
    KnownHeader,
    State,
    import_path,
)
from exchange.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "LOCKS",
    "ApiCall",
    "Import",
    "ImportEffect",
    "ImportRow",
    "KeptAnswer",
    "KnownHeader",
    "RateWindow",
    "State",
    "WebhookDelivery",
    "WebhookEndpoint",
    "import_path",
]

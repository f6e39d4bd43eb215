from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """The room for partner systems: changes feed, webhooks, idempotency. It holds no tables yet."""

    name = "exchange"
    verbose_name = _("Exchange")

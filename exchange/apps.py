from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """What comes into the registry as tables and leaves it as tables."""

    name = "exchange"
    verbose_name = _("Exchange")

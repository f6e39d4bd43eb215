"""Who asked the API for what, and how often."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiCall(models.Model):
    """One request to the API by a token or an account, or one that was refused. No body, no query, no secret.

    Holds no foreign keys: it locks nothing when it is written, and goes on its own when its time is over.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    token_id = models.UUIDField(_("token"), null=True)
    account_id = models.UUIDField(_("account"), null=True)
    organization_id = models.UUIDField(_("organization"), null=True)
    caller = models.CharField(_("caller"), max_length=200)
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("address"), max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(_("status"))
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        indexes = [
            models.Index(fields=["token_id", "-id"], name="api_call_by_token"),
            models.Index(fields=["organization_id", "-id"], name="api_call_by_organization"),
            BrinIndex(fields=["at"], name="api_call_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"


class RateWindow(models.Model):
    """How many requests of one kind somebody made in the present minute, counted for all workers together.

    One row for a caller and a kind, counted anew when the minute changes. The table is unlogged: after a crash
    everybody begins at none.
    """

    bucket = models.CharField(_("caller and kind"), max_length=120, primary_key=True)
    minute = models.BigIntegerField(_("minute"))
    used = models.PositiveIntegerField(_("requests"))

    class Meta:
        verbose_name = _("request count")
        verbose_name_plural = _("request counts")
        indexes = [models.Index(fields=["minute"], name="rate_window_by_minute")]

    def __str__(self) -> str:
        return self.bucket

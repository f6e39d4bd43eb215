"""What was answered to a request that may come a second time."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    """The answer to one `Idempotency-Key`, written in the transaction of the work it answers for.

    `owner` is the token or account as the trail names it; `request` is the SHA-256 of method, address and body: under
    one key only that very request may come again. An answer with a secret in it is not kept (`kept` is false), only
    that it was given.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(_("token or account"), max_length=60)
    key = models.CharField(_("key"), max_length=64)
    request = models.CharField(_("SHA-256 of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    headers = models.JSONField(_("headers"), default=dict)
    body = models.BinaryField(_("body"), default=b"")
    kept = models.BooleanField(_("body is kept"), default=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="kept_answer_is_one_to_its_key"),
        ]
        indexes = [models.Index(fields=["at"], name="kept_answer_by_time")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"

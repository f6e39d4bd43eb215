"""When agreements last changed, to be asked for by that."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement


class LastChange(models.Model):
    """The moment of the last event of an agreement: derived from the trail, and kept by it (`0013_last_change.py`).

    Who asks for what changed since a moment would else read every event since then, of whatever records. `number` is
    the agreement's, so that a page by number is found here alone. No foreign key: nothing leans on it.
    """

    agreement = models.OneToOneField(
        Agreement,
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="last_change",
        verbose_name=_("agreement"),
    )
    number = models.PositiveIntegerField(_("number in the registry"))
    touched = models.DateTimeField(_("last event"))
    told = models.DateTimeField(_("last event that every reader is told of"), null=True)

    class Meta:
        verbose_name = _("last change")
        verbose_name_plural = _("last changes")
        indexes = [
            models.Index(fields=["touched"], name="last_change_touched", include=["number"]),
            models.Index(fields=["told"], name="last_change_told", include=["number"]),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.touched}"

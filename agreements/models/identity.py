"""Which agreements only look alike."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from audit.models import Recorded


class DistinctAgreements(Recorded):
    """Two agreements that look alike and are known to be different: no duplicate warning ever again."""

    first = models.ForeignKey(
        Agreement, models.CASCADE, related_name="distinct_before", verbose_name=_("first")
    )
    second = models.ForeignKey(
        Agreement, models.CASCADE, related_name="distinct_after", verbose_name=_("second")
    )
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("pair of distinct agreements")
        verbose_name_plural = _("pairs of distinct agreements")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_agreements_are_stated_once"),
            models.CheckConstraint(
                name="distinct_agreements_are_kept_in_one_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("The first agreement's id comes before the second's."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"

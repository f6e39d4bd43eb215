"""Whole agreements, written out once for their many readers."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _


class RenderedDossier(models.Model):
    """The JSON of an agreement in one language: derived, and never the truth of anything.

    Holds what all readers of the agreement are told alike, in three pieces: between `opening` and `middle` stands how
    sure the dates are that were asked for, between `middle` and `closing` its links, as far as the reader may see where
    they lead. It is of the `version` of the agreement that it was read from,
    of the `form` that the program gave it, and for the days that are `steady`: on them the legal state is the one it
    tells. Another is not served. A new label of an organization, a person, a programme or a term takes away the texts
    that it stands in (`agreements/migrations/0011_rendered.py`).

    No foreign key: nothing leans on it, and it may go at any time.
    """

    agreement = models.UUIDField(_("agreement"))
    language = models.CharField(_("language"), max_length=2)
    version = models.PositiveIntegerField(_("version"))
    form = models.CharField(_("form"), max_length=16)
    steady = DateRangeField(_("days of this legal state"))
    linked = models.BooleanField(_("has links"))
    opening = models.TextField(_("up to the answers"))
    middle = models.TextField(_("up to the links"))
    closing = models.TextField(_("after the links"))

    class Meta:
        verbose_name = _("rendered dossier")
        verbose_name_plural = _("rendered dossiers")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "language"], name="dossier_is_rendered_once_in_a_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.language}"

"""The public frameworks that agreements are placed under."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.rules import GUARDED
from audit.models import Recorded
from lib import search
from lib.constraints import said_in_a_language
from lib.languages import translated
from organizations.models.organization import SourceLanguage


class Programme(Recorded):
    """A public framework that agreements are placed under; never a party."""

    slug = models.SlugField(_("short address"), max_length=80, unique=True)
    source_language = models.CharField(_("language of the name"), max_length=2, choices=SourceLanguage)
    name = translated(models.CharField(_("name"), max_length=300, blank=True, default=""))
    short_name = translated(models.CharField(_("short name"), max_length=80, blank=True, default=""))

    class Meta(Recorded.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            said_in_a_language(
                "name",
                name="programme_has_a_name",
                message=_("Give the programme's name in at least one language."),
            )
        ]
        triggers = [
            *GUARDED,
            *search.found_by_words(
                "agreements_textentry",
                *search.translated("programme", "name", named=True),
                *search.translated("programme_short", "short_name", named=True),
                owner="programme_id",
                key="{row}.id",
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""The names a search finds organizations and people by."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib import search
from organizations.models.organization import Organization
from organizations.models.people import Person


class NameEntry(search.Entry):
    """A name of an organization or a person, ready to be found in either script. The database keeps it true."""

    class Fact(models.TextChoices):
        """Which of its names it is."""

        NAME = "name", _("name")
        SHORT_NAME = "short_name", _("short name")
        ALIAS = "alias", _("other name")
        PERSON = "person", _("person")

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="name_entries",
        verbose_name=_("organization"),
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="name_entries", verbose_name=_("person")
    )

    words_like = "mithaq_name_words_like"

    class Meta(search.Entry.Meta):
        abstract = False
        verbose_name = _("name to be found by")
        verbose_name_plural = _("names to be found by")
        triggers = [search.KnowsItsWords("organizations_nameword")]


class NameWord(search.Word):
    """A word of a name. The database keeps it."""

    class Meta(search.Word.Meta):
        abstract = False
        indexes = [
            *search.Word.Meta.indexes,
            GinIndex(fields=["sounds"], name="%(class)s_by_sound", fastupdate=False),
        ]
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")

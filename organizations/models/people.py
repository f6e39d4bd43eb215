"""Natural persons, and the titles they hold in organizations."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import Recorded
from lib import languages, search
from lib.claims import DateClaims, claim_constraints
from lib.constraints import said_in_a_language
from lib.folding import shown
from lib.languages import translated
from organizations.models.organization import Organization, SourceLanguage


class PersonQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The people `actor` may read: all, for whoever may read the registry."""
        return self if actor.may_read else self.none()


class Person(Recorded):
    """A natural person named in a source, spelled as there."""

    name = translated(models.CharField(_("name"), max_length=200, blank=True, default=""))
    source_language = models.CharField(_("language of the spelling"), max_length=2, choices=SourceLanguage)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
    )

    objects = PersonQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            said_in_a_language(
                "name",
                name="person_has_a_name",
                message=_("Give the person's name in at least one language."),
            ),
            models.CheckConstraint(
                name="person_is_not_merged_into_itself",
                condition=~Q(merged_into=F("id")),
                violation_error_message=_("A person cannot be merged into the same record."),
            ),
        ]
        # As lists by name stand (queries.by_name).
        indexes = [
            models.Index(shown("name", code), F("id"), name=f"person_by_name_{code}")
            for code in languages.CODES
        ]
        triggers = [
            *Recorded.Meta.triggers,
            *search.found_by_words(
                "organizations_nameentry",
                *search.translated("person", "name", named=True),
                owner="person_id",
                key="coalesce({row}.merged_into_id, {row}.id)",  # the old spelling finds whom it was merged into
                follows=("merged_into_id",),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])


class OfficeQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The offices `actor` may read: all, for whoever may read the registry."""
        return self if actor.may_read else self.none()


class Office(Recorded):
    """The title a person holds in an organization, with dates where they are known."""

    part_of = "person"

    class Attachment(models.TextChoices):
        """Whether the text itself ties the title to the organization."""

        STATED = "stated", _("stated")
        INFERRED = "inferred", _("inferred by a reader")

    person = models.ForeignKey(Person, models.PROTECT, related_name="offices", verbose_name=_("person"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="offices", verbose_name=_("organization")
    )
    attachment = models.CharField(
        _("tied to the organization"), max_length=8, choices=Attachment, default=Attachment.STATED
    )
    source_language = models.CharField(_("language of the title"), max_length=2, choices=SourceLanguage)
    title = translated(
        models.CharField(pgettext_lazy("of a person", "title"), max_length=200, blank=True, default="")
    )
    since = DateClaims(_("since"))
    until = DateClaims(_("until"))

    objects = OfficeQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            said_in_a_language(
                "title", name="office_has_a_title", message=_("Give the title as the source has it.")
            ),
            *claim_constraints("office", "since"),
            *claim_constraints("office", "until"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"

    @property
    def label(self) -> languages.Text:
        return languages.spoken(self, "title")

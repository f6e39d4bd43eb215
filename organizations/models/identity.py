"""Which records are one and the same, and which only look alike."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Recorded
from organizations.models.organization import Organization
from organizations.models.people import Person


class DistinctPeople(Recorded):
    """Two people whose names look alike and who are known to be different: no duplicate warning ever again."""

    first = models.ForeignKey(Person, models.CASCADE, related_name="distinct_before", verbose_name=_("first"))
    second = models.ForeignKey(
        Person, models.CASCADE, related_name="distinct_after", verbose_name=_("second")
    )
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("pair of distinct people")
        verbose_name_plural = _("pairs of distinct people")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_people_are_stated_once"),
            models.CheckConstraint(
                name="distinct_people_are_kept_in_one_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("The first person's id comes before the second's."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"


class Merge(Recorded):
    """One organization, or person, was found to be another: what was moved, so that it can be moved back.

    `moved` maps `room.table.column` to the keys of the rows that pointed at the merged record, `pairs` holds
    statements «not the same» that were about it (key, first, second), `made` the keys of names given to the other.
    """

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merges",
        verbose_name=_("merged organization"),
    )
    into_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name=_("into the organization"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="merges", verbose_name=_("merged person")
    )
    into_person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name=_("into the person"),
    )
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("merged"), default=timezone.now, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)
    moved = models.JSONField(_("what was moved"), default=dict, editable=False)
    pairs = models.JSONField(_("statements that were moved"), default=list, editable=False)
    made = models.JSONField(_("names that were made"), default=list, editable=False)

    class Meta(Recorded.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(
                name="merge_joins_two_records_of_one_kind",
                condition=Q(
                    organization__isnull=False,
                    into_organization__isnull=False,
                    person__isnull=True,
                    into_person__isnull=True,
                )
                | Q(
                    organization__isnull=True,
                    into_organization__isnull=True,
                    person__isnull=False,
                    into_person__isnull=False,
                ),
                violation_error_message=_("Two organizations are merged, or two people."),
            ),
            models.CheckConstraint(
                name="merge_joins_two_different_records",
                condition=~Q(organization=F("into_organization")) & ~Q(person=F("into_person")),
                violation_error_message=_("A record cannot be merged into itself."),
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(undone_at__isnull=True),
                name="organization_is_merged_into_one_other",
                violation_error_message=_("This organization is merged already."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(undone_at__isnull=True),
                name="person_is_merged_into_one_other",
                violation_error_message=_("This person is merged already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.into}"

    @property
    def merged(self) -> Organization | Person:
        """The record that is no longer shown."""
        return self.organization or self.person

    @property
    def into(self) -> Organization | Person:
        """The record that was kept."""
        return self.into_organization or self.into_person

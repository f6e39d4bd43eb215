"""Papers on the desk: records in the making, step by step. Nothing of them is in the registry before it is entered."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement
from lib.identity import new_id
from organizations.models import Organization, User
from organizations.permissions import Permission

_NEVER_CHANGED = gettext_noop("A step of a draft is never changed: take it back by another step.")


class DraftQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own drafts and those of colleagues of the same organization; all of them, for whoever sees drafts."""
        if actor.account_id is None or not actor.may(Permission.REGISTER):
            return self.none()
        if actor.may(Permission.VIEW_DRAFTS):
            return self
        ours = Q(owner=actor.account_id)
        if actor.organization_id:
            ours |= Q(organization=actor.organization_id)
        return self.filter(ours)

    def open(self):
        """Those neither entered nor put away."""
        return self.filter(closed_at__isnull=True)

    def in_review(self):
        """Changes of records that wait for somebody else to approve them."""
        return self.open().filter(submitted_at__isnull=False)


class Draft(models.Model):
    """A dossier that is not complete yet, with the text it is taken from.

    `content` has the members of a dossier (`agreements/shapes.py`), as far as they are known; every part has a `key`.
    `version` counts its steps. `agreement` is the record it will change once it is reviewed, at the version it was
    `based_on`; empty for a new record. A change of a published record waits, once `submitted_at`, for somebody else
    to approve it: the record reads as before until then.
    """

    class Purpose(models.TextChoices):
        """What becomes of it: a record that was wrong is corrected; one that the parties changed is amended."""

        ENTRY = "entry", _("new record")
        CORRECTION = "correction", _("correction of the record")
        AMENDMENT = "amendment", _("amendment by the parties")
        EVENT = "event", _("renewal, suspension or end")

    class Outcome(models.TextChoices):
        """How it ended."""

        ENTERED = "entered", _("entered in the registry")
        DISCARDED = "discarded", _("put away")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="drafts", verbose_name=_("begun by"))
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=_("begun for"),
    )
    agreement = models.ForeignKey(
        Agreement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=_("agreement"),
    )
    based_on = models.PositiveIntegerField(_("version it began from"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.ENTRY)
    content = models.JSONField(_("content"), default=dict)
    version = models.PositiveIntegerField(_("version"), default=0)
    reason = models.TextField(_("why the record changes"), blank=True, default="")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("submitted by")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    started_at = models.DateTimeField(_("begun"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, blank=True, default="")

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                name="draft_of_a_record_names_its_version",
                condition=Q(based_on__isnull=True) | Q(agreement__isnull=False),
                violation_error_message=_("A draft begins from a version of the record it changes."),
            ),
            models.CheckConstraint(
                name="draft_has_an_outcome_iff_closed",
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                violation_error_message=_("A draft has an outcome when it is closed, and only then."),
            ),
            models.CheckConstraint(
                name="draft_is_submitted_by_somebody",
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, agreement__isnull=False),
                violation_error_message=_("Who submits a change of a record is known."),
            ),
            models.CheckConstraint(
                name="draft_is_approved_by_somebody_other_than_its_author",
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("owner")) & ~Q(approved_by=F("submitted_by"))),
                violation_error_message=_("Somebody other than its author approves a change."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(closed_at__isnull=True, submitted_at__isnull=False),
                name="draft_waiting_for_review",
            ),
            models.Index(
                fields=["owner", "-changed_at"],
                condition=Q(closed_at__isnull=True),
                name="draft_open_by_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("draft", args=[self.pk])


class DraftStep(models.Model):
    """One change of a draft: who, when, and what each place was before and after.

    `changes` is a list of {"path", "before", "after"} with paths as in `lib/papers.py`; null is nothing there.
    `undoes` is the number of the step it takes back.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="steps", verbose_name=_("draft"))
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    verb = models.CharField(_("verb"), max_length=60)
    changes = models.JSONField(_("changes"), default=list)
    undoes = models.PositiveIntegerField(_("takes back step"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a draft")
        verbose_name_plural = _("steps of drafts")
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="draft_step_has_one_number"),
            models.UniqueConstraint(fields=["draft", "undoes"], name="draft_step_is_taken_back_once"),
            models.CheckConstraint(
                name="draft_step_takes_back_an_earlier_one",
                condition=Q(undoes__isnull=True) | Q(undoes__lt=F("number")),
                violation_error_message=_("A step takes back an earlier one."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    RAISE EXCEPTION '{_NEVER_CHANGED}'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'draft_step_is_never_changed';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"

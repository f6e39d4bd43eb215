"""How the parties changed their agreement: by which document, from when, and what it said before and after."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement
from agreements.models.evidence import Source
from agreements.models.rules import GUARDED, refuse_unless, stays_with
from audit.models import Recorded
from lib.claims import DateClaims, claim_constraints
from lib.languages import translated


class Amendment(Recorded):
    """A change of the agreement by its parties. A correction of the record is not one.

    The record reads as the amended agreement does; `changes` tell what it said before.
    """

    part_of = "agreement"

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="amendments", verbose_name=_("agreement")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(
        _("reference, as the parties write it"), max_length=120, blank=True, default=""
    )
    signed = DateClaims(_("signature"))
    effective = DateClaims(_("entry into force"))
    summary = translated(models.TextField(_("what it changes, in words"), blank=True, default=""))
    document = models.ForeignKey(
        Source, models.PROTECT, related_name="amendments", verbose_name=_("document")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="amendment_has_its_own_number",
                violation_error_message=_("The agreement already has an amendment of this number."),
            ),
            models.CheckConstraint(
                name="amendment_numbers_count_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("Amendments count from one."),
            ),
            *claim_constraints("amendment", "signed"),
            *claim_constraints("amendment", "effective"),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            refuse_unless(
                "EXISTS (SELECT 1 FROM agreements_agreementsource WHERE agreement_id = NEW.agreement_id"
                " AND source_id = NEW.document_id)",
                name="amendment_is_told_by_a_source_of_its_agreement",
                message=gettext_noop("An amendment is told by a source of its agreement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.code} / {self.number}"

    @property
    def source_language(self) -> str:
        return self.agreement.source_language


class AmendmentChange(Recorded):
    """One thing the parties changed: which, and what it said before and after."""

    part_of = "amendment"

    class Kind(models.TextChoices):
        """What was done to it."""

        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")

    amendment = models.ForeignKey(
        Amendment, models.CASCADE, related_name="changes", verbose_name=_("amendment")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    path = models.CharField(_("place"), max_length=300)
    """As in `lib/papers.py`, in the dossier of the agreement, with the ids of its parts."""
    label = models.CharField(_("what it is called"), max_length=300, blank=True, default="")
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("change by an amendment")
        verbose_name_plural = _("changes by amendments")
        constraints = [
            models.UniqueConstraint(fields=["amendment", "path"], name="amendment_changes_a_place_once"),
            models.CheckConstraint(
                name="amendment_change_has_a_before_and_an_after_as_its_kind_says",
                condition=Q(kind="added", before__isnull=True, after__isnull=False)
                | Q(kind="changed", before__isnull=False, after__isnull=False)
                | Q(kind="removed", before__isnull=False, after__isnull=True),
                violation_error_message=_("What is added has no before; what is removed has no after."),
            ),
        ]
        triggers = [*GUARDED, stays_with("amendment_id")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.path}"

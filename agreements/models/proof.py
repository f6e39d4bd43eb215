"""What stands in for a quote where there is none: an editor's name under "entered without source"."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement, NamedGroup
from agreements.models.parties import Party
from agreements.models.provisions import Advantage, Commitment, Objective, Statement
from agreements.models.rules import FACTS, GUARDED, filled, own_agreement, refuse_unless, stays_with
from audit.models import Recorded

# The columns that point at a fact without a quote: one is filled, or none, and `about` names a fact of the agreement.
SIGNED_FOR = ("party", "group", "objective", "commitment", "advantage", "statement")


class WithoutSource(Recorded):
    """An editor's word that a fact is entered without source, and why. It is shown wherever a proof would be."""

    part_of = "agreement"
    FACTS = SIGNED_FOR

    class About(models.TextChoices):
        """Which fact of the agreement itself; blank for one of its parts."""

        SIGNED = "signed", _("signature")
        EFFECTIVE = "effective", _("entry into force")
        ENDS = "ends", _("end")
        RENEWAL = "renewal", _("renewal")
        AMOUNT = "amount", _("amount")
        PROGRAMME = "programme", _("programme")
        PLACE = "place", _("place")
        OCCASION = "occasion", _("occasion")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="without_source", verbose_name=_("agreement")
    )
    about = models.CharField(_("about"), max_length=9, choices=About, blank=True, default="")
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="without_source", verbose_name=_("party")
    )
    group = models.ForeignKey(
        NamedGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="without_source",
        verbose_name=_("named group"),
    )
    objective = models.ForeignKey(
        Objective,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="without_source",
        verbose_name=_("objective"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="without_source",
        verbose_name=_("commitment"),
    )
    advantage = models.ForeignKey(
        Advantage,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="without_source",
        verbose_name=_("advantage"),
    )
    statement = models.ForeignKey(
        Statement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="without_source",
        verbose_name=_("statement"),
    )
    reason = models.TextField(_("reason"))
    signed_by = models.CharField(_("signed by"), max_length=200, editable=False)
    signed_at = models.DateTimeField(_("signed"), editable=False)

    class Meta(Recorded.Meta):
        verbose_name = _("fact entered without source")
        verbose_name_plural = _("facts entered without source")
        constraints = [
            models.CheckConstraint(
                name="fact_without_source_has_a_reason_and_a_name",
                condition=~Q(reason="") & ~Q(signed_by=""),
                violation_error_message=_("Say why this is entered without source."),
            ),
            *(
                models.UniqueConstraint(fields=[fact], name=f"{fact}_is_signed_for_once")
                for fact in SIGNED_FOR
            ),
            models.UniqueConstraint(
                fields=["agreement", "about"],
                condition=~Q(about=""),
                name="fact_of_the_agreement_is_signed_for_once",
            ),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            refuse_unless(
                f"{filled(SIGNED_FOR)} = CASE WHEN NEW.about = '' THEN 1 ELSE 0 END",
                name="signature_is_for_exactly_one_fact",
                message=gettext_noop("“Entered without source” is signed for exactly one fact."),
            ),
            refuse_unless(
                own_agreement(**FACTS),
                name="signature_is_for_a_fact_of_its_agreement",
                message=gettext_noop("“Entered without source” is signed for a fact of its own agreement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_by}: {self.reason}"

    @property
    def fact(self):
        """The part signed for; None when it is a fact of the agreement itself, which `about` names."""
        return next((fact for name in self.FACTS if (fact := getattr(self, name)) is not None), None)

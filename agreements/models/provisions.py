"""What is agreed and what is said: four kinds of record that never turn into each other."""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement, NamedGroup
from agreements.models.parties import Party
from agreements.models.rules import GUARDED, own_agreement, refuse_unless, said, same_agreement, stays_with
from agreements.models.vocabulary import CommitmentKind
from audit.models import Recorded
from lib import search
from lib.claims import DateClaims, claim_constraints
from lib.constraints import said_in_a_language
from lib.languages import translated
from lib.ordering import first_day
from organizations.models import Office

_ONE_OF_TWO = (Q(party__isnull=False) & Q(group__isnull=True)) | (
    Q(party__isnull=True) & Q(group__isnull=False)
)


class Provision(Recorded):
    """Something the text contains, in its order and its language."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="%(class)ss", verbose_name=_("agreement")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = translated(models.TextField(_("text"), blank=True, default=""))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text

    @property
    def source_language(self) -> str:
        return self.agreement.source_language


class Objective(Provision):
    """What the agreement aims at; owed by nobody."""

    class Kind(models.TextChoices):
        """An aim, or the principle behind the aims."""

        OBJECTIVE = "objective", _("objective")
        GUIDING_PRINCIPLE = "guiding_principle", _("guiding principle")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OBJECTIVE)

    class Meta(Recorded.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        constraints = [
            said_in_a_language("text", name="objective_says_something", message=_("Say what is aimed at."))
        ]
        triggers = [*GUARDED, stays_with("agreement_id"), *said(*search.translated("objective", "text"))]


class ObjectiveGroup(Recorded):
    """A group an objective is for."""

    objective = models.ForeignKey(
        Objective, models.CASCADE, related_name="group_links", verbose_name=_("objective")
    )
    group = models.ForeignKey(
        NamedGroup, models.CASCADE, related_name="objective_links", verbose_name=_("group")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("group of an objective")
        verbose_name_plural = _("groups of objectives")
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "group"], name="group_is_listed_once_for_an_objective"
            )
        ]
        triggers = [
            *GUARDED,
            refuse_unless(
                same_agreement("agreements_objective", "objective_id", group_id="agreements_namedgroup"),
                name="objective_names_groups_of_its_own_agreement",
                message=gettext_noop("An objective names groups of its own agreement."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.group)


class CommitmentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The commitments of the agreements `actor` may read."""
        return self.filter(agreement__in=Agreement.objects.visible_to(actor))

    def owed_by(self, *organizations):
        """Owed by any of the organizations, alone or jointly; a joint one counts once."""
        owed = CommitmentDebtor.objects.filter(party__organization__in=organizations)
        return self.filter(pk__in=owed.values("commitment"))

    def meant_for(self, *organizations):
        """Of which any of the organizations is a stated beneficiary party."""
        meant = CommitmentBeneficiary.objects.filter(party__organization__in=organizations)
        return self.filter(pk__in=meant.values("commitment"))


class Commitment(Provision):
    """What one party, several or all undertake to do, for whom."""

    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.ForeignKey(
        CommitmentKind, models.PROTECT, related_name="commitments", verbose_name=_("kind"), db_index=False
    )
    purpose = translated(models.TextField(_("purpose"), blank=True, default=""))
    debtors = models.ManyToManyField(
        Party, through="CommitmentDebtor", related_name="debts", verbose_name=_("debtors")
    )
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    due = DateClaims(_("due"))
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    unit = models.CharField(_("unit"), max_length=60, blank=True, default="")

    objects = CommitmentQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            said_in_a_language(
                "text", name="commitment_says_something", message=_("Say what is undertaken.")
            ),
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="commitment_has_its_own_number",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Another commitment of this agreement has this number."),
            ),
            models.CheckConstraint(
                name="commitment_quantity_has_a_unit_and_only_then",
                condition=Q(quantity__isnull=True, unit="") | (Q(quantity__isnull=False) & ~Q(unit="")),
                violation_error_message=_("A quantity has a unit; without a quantity there is none."),
            ),
            models.CheckConstraint(
                name="commitment_quantity_is_not_negative",
                condition=Q(quantity__gte=0),
                violation_error_message=_("A quantity cannot be negative."),
            ),
            *claim_constraints("commitment", "due"),
        ]
        indexes = [
            models.Index(fields=["kind"], name="commitment_by_kind"),
            # As lists by due date stand (api/parts.py).
            models.Index(first_day("due", none=date.min).desc(), F("id"), name="commitment_due_last"),
            models.Index(first_day("due", none=date.max), F("id"), name="commitment_due_first"),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(
                *search.translated("commitment", "text"),
                *search.translated("purpose", "purpose"),
                search.plain("commitment_place", "place", named=True),
            ),
        ]


class CommitmentDebtor(Recorded):
    """A party that owes a commitment; several owe it jointly."""

    commitment = models.ForeignKey(
        Commitment,
        models.CASCADE,
        related_name="debtor_links",
        verbose_name=_("commitment"),
        db_index=False,
    )
    party = models.ForeignKey(Party, models.CASCADE, related_name="debtor_links", verbose_name=_("party"))

    class Meta(Recorded.Meta):
        verbose_name = _("debtor")
        verbose_name_plural = _("debtors")
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "party"],
                name="party_owes_a_commitment_once",
                violation_error_message=_("This party already owes this commitment."),
            )
        ]
        triggers = [
            *GUARDED,
            refuse_unless(
                same_agreement("agreements_commitment", "commitment_id", party_id="agreements_party"),
                name="debtor_is_party_to_the_same_agreement",
                message=gettext_noop("The debtor of a commitment is a party to its agreement."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)


class CommitmentBeneficiary(Recorded):
    """Whom a commitment is for: a party or a named group. No row means the source does not say."""

    commitment = models.ForeignKey(
        Commitment, models.CASCADE, related_name="beneficiary_links", verbose_name=_("commitment")
    )
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="benefit_links", verbose_name=_("party")
    )
    group = models.ForeignKey(
        NamedGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="benefit_links",
        verbose_name=_("group"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("beneficiary of a commitment")
        verbose_name_plural = _("beneficiaries of commitments")
        constraints = [
            models.CheckConstraint(
                name="commitment_beneficiary_is_a_party_or_a_group",
                condition=_ONE_OF_TWO,
                violation_error_message=_("A beneficiary is a party or a group: choose one."),
            ),
            models.UniqueConstraint(
                fields=["commitment", "party", "group"],
                nulls_distinct=False,
                name="beneficiary_is_listed_once_for_a_commitment",
            ),
        ]
        triggers = [
            *GUARDED,
            refuse_unless(
                same_agreement(
                    "agreements_commitment",
                    "commitment_id",
                    party_id="agreements_party",
                    group_id="agreements_namedgroup",
                ),
                name="beneficiary_belongs_to_the_same_agreement",
                message=gettext_noop("The beneficiary of a commitment belongs to its agreement."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.party or self.group)


class Statement(Provision):
    """Something said about the agreement, by a speaker or by nobody stated. It binds nobody."""

    class Attribution(models.TextChoices):
        """How the words come to their speaker."""

        STATED = "stated", _("named in the text")
        INFERRED = "inferred", _("by a pronoun or the context")
        NOT_STATED = "not_stated", _("speaker not stated")

    class Manner(models.TextChoices):
        """Whether the words are the speaker's own."""

        INDIRECT = "indirect", _("reported")
        DIRECT = "direct", _("quoted")

    speaker = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="statements", verbose_name=_("speaker")
    )
    attribution = models.CharField(
        _("attribution"), max_length=10, choices=Attribution, default=Attribution.NOT_STATED
    )
    manner = models.CharField(_("manner"), max_length=8, choices=Manner, default=Manner.INDIRECT)
    on_behalf_of = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("on behalf of"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            said_in_a_language("text", name="statement_says_something", message=_("Say what was said.")),
            models.CheckConstraint(
                name="statement_has_a_speaker_iff_one_is_attributed",
                condition=Q(speaker__isnull=True, attribution="not_stated")
                | (Q(speaker__isnull=False) & ~Q(attribution="not_stated")),
                violation_error_message=_("Name the speaker and how the text does, or say that it does not."),
            ),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(*search.translated("statement", "text")),
            refuse_unless(
                own_agreement(on_behalf_of_id="agreements_party"),
                name="statement_speaks_for_a_party_of_its_agreement",
                message=gettext_noop("A statement speaks for a party to its agreement."),
            ),
        ]


class Advantage(Provision):
    """A benefit claimed for the agreement; it may have no provider and is nobody's commitment."""

    provider = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="provided_advantages",
        verbose_name=_("provider"),
    )
    claimed_in = models.ForeignKey(
        Statement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="advantages",
        verbose_name=_("claimed in"),
    )
    supports = models.ForeignKey(
        Commitment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="supporting_advantages",
        verbose_name=_("related commitment"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("advantage")
        verbose_name_plural = _("advantages")
        constraints = [
            said_in_a_language("text", name="advantage_says_something", message=_("Say what is claimed."))
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(*search.translated("advantage", "text")),
            refuse_unless(
                own_agreement(
                    provider_id="agreements_party",
                    claimed_in_id="agreements_statement",
                    supports_id="agreements_commitment",
                ),
                name="advantage_points_within_its_agreement",
                message=gettext_noop(
                    "The provider, statement and commitment of an advantage belong to its agreement."
                ),
            ),
        ]


class AdvantageBeneficiary(Recorded):
    """Whom an advantage is claimed for: a party or a named group."""

    advantage = models.ForeignKey(
        Advantage, models.CASCADE, related_name="beneficiary_links", verbose_name=_("advantage")
    )
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="advantage_links", verbose_name=_("party")
    )
    group = models.ForeignKey(
        NamedGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="advantage_links",
        verbose_name=_("group"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("beneficiary of an advantage")
        verbose_name_plural = _("beneficiaries of advantages")
        constraints = [
            models.CheckConstraint(
                name="advantage_beneficiary_is_a_party_or_a_group",
                condition=_ONE_OF_TWO,
                violation_error_message=_("A beneficiary is a party or a group: choose one."),
            ),
            models.UniqueConstraint(
                fields=["advantage", "party", "group"],
                nulls_distinct=False,
                name="beneficiary_is_listed_once_for_an_advantage",
            ),
        ]
        triggers = [
            *GUARDED,
            refuse_unless(
                same_agreement(
                    "agreements_advantage",
                    "advantage_id",
                    party_id="agreements_party",
                    group_id="agreements_namedgroup",
                ),
                name="advantage_is_for_somebody_of_its_agreement",
                message=gettext_noop("The beneficiary of an advantage belongs to its agreement."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.party or self.group)

"""Who is in an agreement, and who signed."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement
from agreements.models.rules import GUARDED, refuse_unless, said, stays_with
from agreements.models.vocabulary import PartyRole
from audit.models import Recorded
from lib import search
from organizations.models import Office, Organization, Person


class Party(Recorded):
    """An organization in an agreement, under the name the text gives it. There is no «our side»."""

    part_of = "agreement"

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="parties", verbose_name=_("agreement"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="participations",
        verbose_name=_("organization"),
        db_index=False,
    )
    role = models.ForeignKey(
        PartyRole,
        models.PROTECT,
        related_name="parties",
        verbose_name=_("role"),
        default="party",
        db_index=False,
    )
    name_as_written = models.CharField(_("name as written"), max_length=300, blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organization"],
                name="organization_is_party_once",
                violation_error_message=_("This organization is already a party."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "position"],
                name="party_has_its_own_position",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two parties cannot stand at the same position."),
            ),
            models.CheckConstraint(
                name="party_position_counts_from_one",
                condition=models.Q(position__gte=1),
                violation_error_message=_("Positions count from one."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "agreement"], name="party_by_organization"),
            models.Index(fields=["role"], name="party_by_role"),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(search.plain("party", "name_as_written", named=True)),
            pgtrigger.Trigger(
                name="leaves_two_parties_behind",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM agreements_agreement WHERE id = OLD.agreement_id
                                  AND editorial_state = 'published')
                       AND (SELECT count(*) FROM agreements_party WHERE agreement_id = OLD.agreement_id) < 2 THEN
                        RAISE EXCEPTION 'A published agreement has at least two parties.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_is_published_with_two_parties';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def letter(self) -> str:
        """A for the first party, B for the second …: what its commitments are numbered with."""
        return self.letter_at(self.position)

    @staticmethod
    def letter_at(position: int) -> str:
        return chr(64 + position) if position <= 26 else f"P{position}"


class Signatory(Recorded):
    """The person who signed for a party; a role of its own that needs its own proof."""

    part_of = "party"

    party = models.ForeignKey(
        Party, models.CASCADE, related_name="signatories", verbose_name=_("party"), db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="signatures", verbose_name=_("person"))
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="signatures", verbose_name=_("office")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "person"],
                name="person_signs_once_for_a_party",
                violation_error_message=_("This person already signs for this party."),
            )
        ]
        triggers = [
            *GUARDED,
            stays_with("party_id"),
            refuse_unless(
                "NEW.office_id IS NULL"
                " OR (SELECT person_id FROM organizations_office WHERE id = NEW.office_id) = NEW.person_id",
                name="signatory_signs_in_an_office_of_their_own",
                message=gettext_noop("A signatory signs in an office that the same person holds."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

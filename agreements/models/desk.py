"""What readers keep for their own work: views they saved, agreements they follow, dates to ask again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement
from agreements.models.provisions import Commitment
from agreements.models.rules import GUARDED, own_agreement, refuse_unless, stays_with
from audit.models import Recorded
from organizations.models import Organization, User


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own views, and those shared by people who act for the same organization (or for the registry)."""
        if actor.account_id is None:
            return self.none()
        return self.filter(
            Q(owner=actor.account_id) | Q(shared=True, owner__organization=actor.organization_id)
            if actor.organization_id
            else Q(owner=actor.account_id) | Q(shared=True, owner__organization__isnull=True)
        )

    def in_order(self):
        """One's own order is by name, then by key."""
        return self.order_by("name", "pk")


class SavedView(Recorded):
    """A list of agreements under a name: its filters, order, columns and density, as the query of an address."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("query of the address"), blank=True, default="")
    shared = models.BooleanField(_("shared with colleagues"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_has_one_name_for_its_owner",
                violation_error_message=_("You already have a view of this name."),
            ),
            models.CheckConstraint(
                name="saved_view_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("Give the view a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Follow(Recorded):
    """A reader follows an agreement: its changes come with the weekly digest."""

    user = models.ForeignKey(User, models.CASCADE, related_name="follows", verbose_name=_("reader"))
    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="follows", verbose_name=_("agreement")
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta(Recorded.Meta):
        verbose_name = _("followed agreement")
        verbose_name_plural = _("followed agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agreement"],
                name="reader_follows_an_agreement_once",
                violation_error_message=_("You already follow this agreement."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.agreement}"


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The reminders of those who act for the same organization, on agreements that `actor` may read."""
        if actor.account_id is None:
            return self.none()
        ours = (
            Q(organization=actor.organization_id) if actor.organization_id else Q(organization__isnull=True)
        )
        return self.filter(ours, agreement__in=Agreement.objects.visible_to(actor))

    def open(self):
        """Those still to be done."""
        return self.filter(done_at__isnull=True)


class FollowUp(Recorded):
    """Our own reminder to ask again, on a day we chose. It is no deadline: no source states it."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="follow_ups", verbose_name=_("agreement")
    )
    commitment = models.ForeignKey(
        Commitment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("commitment"),
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("reminder of"),
        help_text=_("Empty: of the registry itself."),
    )
    on = models.DateField(_("on"))
    note = models.CharField(_("what to ask"), max_length=300, blank=True, default="")
    set_by = models.ForeignKey(
        User, models.PROTECT, related_name="follow_ups", verbose_name=_("set by"), editable=False
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("what was learned"), max_length=300, blank=True, default="")

    objects = FollowUpQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.CheckConstraint(
                name="follow_up_has_an_outcome_only_when_done",
                condition=Q(outcome="") | Q(done_at__isnull=False),
                violation_error_message=_("An outcome is written down when the follow-up is done."),
            )
        ]
        indexes = [
            models.Index(fields=["on"], condition=Q(done_at__isnull=True), name="follow_up_open_by_day")
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            refuse_unless(
                own_agreement(commitment_id="agreements_commitment"),
                name="follow_up_asks_within_its_agreement",
                message=gettext_noop("A follow-up asks about a commitment of its own agreement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.on}"

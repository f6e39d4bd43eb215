"""What is done under agreements, what of it counts, and what each party says of it."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from activities import indexed
from agreements.models import Agreement, Commitment, Party, TargetGroup
from agreements.models.rules import GUARDED, refuse_unless, stays_with
from audit.models import Recorded
from lib import languages, uploads
from lib.claims import DateClaims, claim_constraints
from lib.conditions import AskedOfEach
from lib.constraints import said_in_a_language
from lib.folding import shown
from lib.languages import translated
from lib.ordering import first_day
from lib.terms import Term
from organizations.models import Organization
from organizations.models.organization import SourceLanguage


class ActivityKind(Term, Recorded):
    """What sort of activity: event, campaign, workshop, training, caravan …"""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("activity kind")
        verbose_name_plural = _("activity kinds")


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Activities that count towards an agreement `actor` may read, and those of its own organization."""
        if not actor.may_read:
            return self.none()
        counted = Fulfilment.objects.filter(commitment__agreement__in=Agreement.objects.visible_to(actor))
        if actor.organization_id is None:
            return self.filter(pk__in=counted.values("activity"))
        own = ActivityOrganizer.objects.filter(activity=OuterRef("pk"), organization=actor.organization_id)
        return self.filter(AskedOfEach(counted.filter(activity=OuterRef("pk"))) | Exists(own))

    def in_order(self):
        """Latest first, undated last, then by key."""
        return self.order_by(models.F("held_range").desc(nulls_last=True), "-id")


class Activity(Recorded):
    """Something planned, held or cancelled."""

    class Status(models.TextChoices):
        """Whether it took place."""

        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    source_language = models.CharField(_("language"), max_length=2, choices=SourceLanguage)
    title = translated(models.CharField(_("title"), max_length=300, blank=True, default=""))
    description = translated(models.TextField(_("description"), blank=True, default=""))
    kind = models.ForeignKey(ActivityKind, models.PROTECT, related_name="activities", verbose_name=_("kind"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    held = DateClaims(_("date"))
    place = models.CharField(_("place"), max_length=200, blank=True, default="")

    objects = ActivityQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            said_in_a_language("title", name="activity_has_a_title", message=_("Give the activity a title.")),
            *claim_constraints("activity", "held"),
        ]
        indexes = [
            GinIndex(OpClass(indexed.words(), "gin_trgm_ops"), name="activity_by_spelling"),
            # As the page stands (queries/browsing.py).
            models.Index(indexed.latest_day().desc(), F("id").desc(), name="activity_latest_first"),
            # As lists of the API stand (api.py). One title in many activities is sorted by key when it is met.
            models.Index(first_day("held", none=date.min).desc(), F("id"), name="activity_held_last"),
            models.Index(first_day("held", none=date.max), F("id"), name="activity_held_first"),
            *(
                models.Index(shown("title", code), F("id"), name=f"activity_by_title_{code}")
                for code in languages.CODES
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("activity", args=[self.pk])


class ActivityOrganizer(Recorded):
    """An organization that holds an activity."""

    part_of = "activity"

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="organizers", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="organized", verbose_name=_("organization")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("organizer")
        verbose_name_plural = _("organizers")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "organization"], name="organizer_is_listed_once_for_an_activity"
            )
        ]
        triggers = [*GUARDED, stays_with("activity_id")]

    def __str__(self) -> str:
        return str(self.organization)


class Fulfilment(Recorded):
    """An activity counted towards a commitment, wholly or in part."""

    class Extent(models.TextChoices):
        """How much of the commitment the activity fulfils."""

        PART = "part", _("in part")
        WHOLE = "whole", _("wholly")

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="fulfilments", verbose_name=_("activity")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="fulfilments", verbose_name=_("commitment")
    )
    extent = models.CharField(_("extent"), max_length=5, choices=Extent, default=Extent.PART)
    note = models.TextField(_("note"), blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "commitment"],
                name="activity_counts_once_toward_a_commitment",
                violation_error_message=_("This activity already counts towards this commitment."),
            )
        ]
        triggers = [*GUARDED, stays_with("activity_id", "commitment_id")]

    def __str__(self) -> str:
        return f"{self.activity} → {self.commitment}"


class Participation(Recorded):
    """How many people an activity reached, by target group and sex. Never names of beneficiaries."""

    class Sex(models.TextChoices):
        """Of whom the number counts."""

        FEMALE = "female", _("women and girls")
        MALE = "male", _("men and boys")
        ALL = "all", _("not told apart")

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="participations", verbose_name=_("activity")
    )
    target_group = models.ForeignKey(
        TargetGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("group"),
    )
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, default=Sex.ALL)
    number = models.PositiveIntegerField(_("people reached"))

    class Meta(Recorded.Meta):
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "target_group", "sex"],
                nulls_distinct=False,
                name="people_reached_are_counted_once_by_group_and_sex",
                violation_error_message=_("This group is already counted."),
            )
        ]
        triggers = [*GUARDED, stays_with("activity_id")]

    def __str__(self) -> str:
        return f"{self.number}"


class ProgressViewQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The views on commitments of the agreements `actor` may read."""
        return self.filter(commitment__agreement__in=Agreement.objects.visible_to(actor))


class ProgressView(Recorded):
    """One party's own word on a commitment, on a day. Views stand side by side and are never averaged."""

    class Verdict(models.TextChoices):
        """What the party says."""

        KEPT = "kept", _("kept")
        PARTLY = "partly", _("partly kept")
        NOT_KEPT = "not_kept", _("not kept")
        CHANGED = "changed", _("changed")
        UNKNOWN = "unknown", _("does not know")

    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="progress_views", verbose_name=_("commitment")
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="progress_views", verbose_name=_("party"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    said_on = models.DateField(_("said on"))
    note = models.TextField(_("note"), blank=True, default="")

    objects = ProgressViewQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("progress view")
        verbose_name_plural = _("progress views")
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "party", "said_on"],
                name="party_says_one_thing_a_day",
                violation_error_message=_("This party already said something on this day."),
            )
        ]
        # As lists by day stand (api.py).
        indexes = [models.Index(fields=["said_on", "id"], name="progress_view_by_day")]
        triggers = [
            *GUARDED,
            stays_with("commitment_id", "party_id"),
            refuse_unless(
                "(SELECT agreement_id FROM agreements_party WHERE id = NEW.party_id)"
                " = (SELECT agreement_id FROM agreements_commitment WHERE id = NEW.commitment_id)",
                name="progress_view_is_a_party_s_own",
                message=gettext_noop("Only a party to the agreement says how far a commitment is."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_verdict_display()}"


def evidence_path(evidence, filename: str) -> str:
    """A random name in a folder of its own; the name the file came with is kept in a column."""
    return uploads.random_path("evidence")


class EvidenceFileQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What backs activities and words that `actor` may read."""
        activity = Activity.objects.visible_to(actor).filter(pk=OuterRef("activity"))
        view = ProgressView.objects.visible_to(actor).filter(pk=OuterRef("progress_view"))
        return self.filter(Exists(activity) | Exists(view))


class EvidenceFile(Recorded):
    """A file that shows an activity took place, or what a party's word rests on."""

    activity = models.ForeignKey(
        Activity, models.CASCADE, null=True, blank=True, related_name="evidence", verbose_name=_("activity")
    )
    progress_view = models.ForeignKey(
        ProgressView,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("progress view"),
    )
    file = models.FileField(_("file"), upload_to=evidence_path)
    name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        constraints = [
            models.CheckConstraint(
                name="evidence_shows_an_activity_or_backs_a_view",
                condition=Q(activity__isnull=False, progress_view__isnull=True)
                | Q(activity__isnull=True, progress_view__isnull=False),
                violation_error_message=_(
                    "Evidence belongs to an activity or to a progress view: choose one."
                ),
            ),
            models.CheckConstraint(
                name="evidence_is_sealed_by_its_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The file's hash is missing."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

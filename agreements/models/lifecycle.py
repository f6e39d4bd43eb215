"""What happens to an agreement after it is signed, and where it stands on a given day."""

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.fields.ranges import FullyLessThan
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.evidence import Source
from agreements.models.rules import GUARDED, said, stays_with
from audit.models import Recorded
from lib import search
from lib.claims import Basis, DateClaim, DateClaims, asked_range, claim_constraints
from lib.languages import translated


class LegalState(models.TextChoices):
    """Where an agreement stands on a day. Computed, never stored."""

    TERM_NOT_STATED = "term_not_stated", _("signed; term not stated")
    START_NOT_STATED = "start_not_stated", _("signed; entry into force not stated")
    NOT_YET_IN_FORCE = "not_yet_in_force", _("signed; not yet in force")
    IN_FORCE = "in_force", _("in force")
    SUSPENDED = "suspended", _("suspended")
    UNCERTAIN = "uncertain", _("signed; its dates leave the state open")
    ENDED = "ended", _("ended")


class LifecycleEvent(Recorded):
    """A suspension, resumption, termination or renewal: when, why, and by what document."""

    class Kind(models.TextChoices):
        """What happened."""

        SUSPENSION = "suspension", _("suspension")
        RESUMPTION = "resumption", _("resumption")
        TERMINATION = "termination", _("termination")
        RENEWAL = "renewal", _("renewal")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="events", verbose_name=_("agreement")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    occurred = DateClaims(_("date"))
    ends = DateClaims(_("new end"))
    reason = translated(models.TextField(_("reason"), blank=True, default=""))
    document = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("document")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("lifecycle event")
        verbose_name_plural = _("lifecycle events")
        constraints = [
            models.CheckConstraint(
                name="lifecycle_event_states_a_new_end_only_for_a_renewal",
                condition=Q(kind="renewal") | Q(ends_basis=Basis.NOT_STATED),
                violation_error_message=_("Only a renewal states a new end."),
            ),
            *claim_constraints("lifecycle_event", "occurred"),
            *claim_constraints("lifecycle_event", "ends"),
        ]
        triggers = [*GUARDED, stays_with("agreement_id"), *said(*search.translated("event", "reason"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occurred_text}"

    @property
    def source_language(self) -> str:
        return self.agreement.source_language


def with_legal_state(agreements, *, on, effective=None, ends=None):
    """Annotate `legal_state` (a LegalState value) on a queryset of agreements, as of the day `on`.

    `effective` and `ends` are claims to take in place of those of the rows: what an agreement said before it was
    amended.

    Only what is certain counts: an event whose days all lie on or before `on`, an end whose last possible day has
    passed. An event that may have happened by then leaves the state open. A renewal that states a new end replaces
    the end claim. Both ends of a term are in force.
    """
    until_then, from_then_on = asked_range(None, on), asked_range(on, None)
    happened = _happened(on)
    # Ended, suspended or resumed, but nobody can say whether by then.
    unsettled = (
        LifecycleEvent.objects.filter(agreement=OuterRef("pk"))
        .exclude(kind="renewal")
        .filter(
            Q(occurred_range__isnull=True)
            | (Q(occurred_range__overlap=until_then) & ~Q(occurred_range__contained_by=until_then))
        )
    )
    renewals = happened.filter(kind="renewal").exclude(ends_basis=Basis.NOT_STATED)
    start = F("effective_range") if effective is None else _days(effective)
    end = (F("ends_range"), F("ends_basis")) if ends is None else (_days(ends), Value(str(ends.basis)))
    return (
        agreements.alias(
            last_event=Subquery(happened.exclude(kind="renewal").values("kind")[:1]),
            renewed=Subquery(renewals.values("pk")[:1]),
            renewed_range=Subquery(renewals.values("ends_range")[:1]),
            renewed_basis=Subquery(renewals.values("ends_basis")[:1]),
        )
        .alias(
            start_range=start,
            final_range=Case(When(renewed__isnull=False, then=F("renewed_range")), default=end[0]),
            final_basis=Case(When(renewed__isnull=False, then=F("renewed_basis")), default=end[1]),
        )
        .annotate(
            legal_state=Case(
                When(last_event="termination", then=Value(LegalState.ENDED)),
                When(final_range__fully_lt=from_then_on, then=Value(LegalState.ENDED)),
                When(Exists(unsettled), then=Value(LegalState.UNCERTAIN)),
                When(last_event="suspension", then=Value(LegalState.SUSPENDED)),
                When(start_range__fully_gt=until_then, then=Value(LegalState.NOT_YET_IN_FORCE)),
                When(
                    Q(final_range__isnull=True) & ~Q(final_basis=Basis.NONE),
                    then=Value(LegalState.TERM_NOT_STATED),
                ),
                When(start_range__isnull=True, then=Value(LegalState.START_NOT_STATED)),
                When(
                    Q(start_range__contained_by=until_then)
                    & (Q(final_basis=Basis.NONE) | Q(final_range__not_lt=from_then_on)),
                    then=Value(LegalState.IN_FORCE),
                ),
                default=Value(LegalState.UNCERTAIN),
                output_field=models.CharField(),
            )
        )
    )


def last_range(on) -> Case:
    """Of an agreement the days between which it ends: as its last renewal by `on` states them, else as it does."""
    renewals = _happened(on).filter(kind="renewal").exclude(ends_basis=Basis.NOT_STATED)
    return Case(
        When(Exists(renewals), then=Subquery(renewals.values("ends_range")[:1])),
        default=F("ends_range"),
        output_field=DateRangeField(),
    )


def has_ended(on) -> Q:
    """Agreements whose legal state on the day `on` is *ended*, as a condition that asks only about the rows at hand."""
    last = Subquery(_happened(on).exclude(kind="renewal").values("kind")[:1])
    # Never NULL: what is neither ended nor known not to be has not ended.
    return Q(
        Case(
            When(Exact(last, Value("termination")), then=Value(True)),
            When(FullyLessThan(last_range(on), asked_range(on, None)), then=Value(True)),
            default=Value(False),
            output_field=models.BooleanField(),
        )
    )


def _happened(on):
    """What has certainly happened to an agreement by the day `on`, the last first."""
    return LifecycleEvent.objects.filter(
        agreement=OuterRef("pk"), occurred_range__contained_by=asked_range(None, on)
    ).order_by("-occurred_range", "-id")


def _days(claim: DateClaim) -> Cast:
    """The days of a claim, as a column has them."""
    return Cast(Value(claim.range, output_field=DateRangeField()), DateRangeField())

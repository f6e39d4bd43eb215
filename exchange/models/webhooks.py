"""Where partner systems are told of changes, and what they were told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.identity import new_id
from organizations.models import Organization, User
from organizations.permissions import Permission


class WebhookEndpointQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Those of the organization one acts for, to whoever manages its webhooks."""
        if actor.organization_id is None or not actor.may(Permission.WEBHOOKS):
            return self.none()
        return self.filter(organization=actor.organization_id)


class WebhookEndpoint(models.Model):
    """An address of an organization's system that is told of changes, with that organization's eyes.

    `events` are names of events, or patterns with a star (`agreement.*`). `place` is a token of the feed: up to there,
    what happened has been made into deliveries. The secret signs what is sent; it is kept sealed, and for a while after
    it was changed the one before it signs too.
    """

    acts_for_organization = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="webhook_endpoints", verbose_name=_("organization")
    )
    url = models.CharField(_("address"), max_length=2000)
    label = models.CharField(_("what it is for"), max_length=120, blank=True, default="")
    events = ArrayField(models.CharField(max_length=60), verbose_name=_("events"))
    party = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only of agreements with"),
    )
    active = models.BooleanField(_("switched on"), default=True)
    secret_sealed = models.TextField(_("secret"), editable=False)
    previous_sealed = models.TextField(_("secret before it"), blank=True, default="", editable=False)
    previous_until = models.DateTimeField(
        _("secret before it signs until"), null=True, blank=True, editable=False
    )
    place = models.CharField(_("told up to"), max_length=36, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(
        _("switched off by the registry"), null=True, blank=True, editable=False
    )
    disabled_why = models.CharField(_("why"), max_length=200, blank=True, default="", editable=False)
    issued_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("added by"),
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                name="webhook_is_told_of_something",
                condition=Q(events__len__gt=0),
                violation_error_message=_("Choose at least one event."),
            ),
            models.CheckConstraint(
                name="webhook_that_is_on_was_not_switched_off",
                condition=Q(active=False) | Q(disabled_at__isnull=True),
                violation_error_message=_("A webhook that is on was not switched off."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url

    def get_absolute_url(self) -> str:
        return reverse("webhook", args=[self.pk])


class WebhookDelivery(models.Model):
    """One event for one endpoint: what is sent, as often as it takes.

    `key` is the webhook-id, drawn once and the same in every attempt. Deliveries about one record (`chain`) leave in
    the order of their ids: one that fails holds back those behind it, and no others.
    """

    class State(models.TextChoices):
        """How far it is."""

        PENDING = "pending", _("to be sent")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event_id = models.BigIntegerField(_("audit event"), null=True, blank=True)
    key = models.CharField(_("webhook-id"), max_length=40, unique=True)
    type = models.CharField(_("event"), max_length=60)
    subject = models.CharField(_("about"), max_length=120, blank=True, default="")
    chain = models.UUIDField(_("record"))
    body = models.TextField(_("content"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    last_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    last_error = models.CharField(_("last fault"), max_length=200, blank=True, default="")
    last_ms = models.PositiveIntegerField(_("milliseconds"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event_id"],
                name="webhook_is_told_of_an_event_once",
                violation_error_message=_("This webhook is told of this event already."),
            )
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="webhook_delivery_due", condition=Q(state="pending")),
            models.Index(
                fields=["endpoint", "chain", "id"],
                name="webhook_delivery_by_record",
                condition=Q(state="pending"),
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"

"""Adds, changes and removes webhooks, and draws their secrets: one function each, one event each."""

import base64
import difflib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import trail
from audit.trail import Actor, one_write
from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import feed
from exchange.queries import webhooks as queries
from lib import outbound, sealing
from lib.problems import Fault, Refused
from organizations.models import Organization, System, User
from organizations.permissions import ROLES, Permission
from organizations.services import demand

PURPOSE = "webhook secret"
ROTATION = timedelta(hours=24)
"""How long the secret before the present one signs too."""
MOST = 20
"""Endpoints of one organization."""


def add(
    *,
    url: str,
    events: Collection[str],
    party: UUID | None = None,
    label: str = "",
    active: bool = True,
    by: Actor,
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint for the organization one acts for, and its secret, told here once. It is told of what comes now.

    Raises Refused for an address that the registry does not call, and for events that there are not.
    """
    organization = _acting_for(by)
    checked = _checked(url=url, events=events, party=party, label=label)
    secret = _drawn()
    with one_write():
        Organization.objects.select_for_update(of=("self",)).get(pk=organization)
        if WebhookEndpoint.objects.filter(organization=organization).count() >= MOST:
            raise Refused.at(
                "", "too_many_webhooks", _("An organization has %(most)d webhooks at most.") % {"most": MOST}
            )
        row = WebhookEndpoint(
            organization_id=organization,
            active=active,
            secret_sealed=sealing.seal(secret, purpose=PURPOSE),
            place=feed.start()[0].token(),
            issued_by_id=by.account_id or getattr(by, "issued_by_id", None),
            **checked,
        )
        row.save(force_insert=True)
        trail.record("webhook.added", row, by=by, changes={name: (None, checked[name]) for name in checked})
    return row, secret


def change(endpoint_id: UUID, *, by: Actor, **wanted: Any) -> WebhookEndpoint:
    """Change any of url, events, party, label and active. One that is switched on again goes on where it stopped."""
    with one_write():
        row = _own(endpoint_id, by)
        now = {"url": row.url, "events": row.events, "party": row.party_id, "label": row.label}
        checked = _checked(**{name: wanted.get(name, value) for name, value in now.items()}, known=row.url)
        checked["active"] = wanted.get("active", row.active)
        moved = {
            name: (getattr(row, name), value)
            for name, value in checked.items()
            if getattr(row, name) != value
        }
        if moved:
            for name, (_old, value) in moved.items():
                setattr(row, name, value)
            if row.active and "active" in moved:
                row.disabled_at, row.disabled_why, row.failing_since = None, "", None
                row.deliveries.filter(state=WebhookDelivery.State.PENDING).update(next_at=timezone.now())
            row.save()
            trail.record("webhook.changed", row, by=by, changes=moved)
    return row


def remove(endpoint_id: UUID, *, by: Actor) -> None:
    """Remove an endpoint with all that was to be told to it."""
    with one_write():
        row = _own(endpoint_id, by)
        trail.record("webhook.removed", row, by=by, changes={"url": (row.url, None)})
        row.delete()


def rotate(endpoint_id: UUID, *, by: Actor) -> tuple[WebhookEndpoint, str]:
    """A new secret, told here once. For a day both sign, so that the receiver changes over when it likes."""
    secret = _drawn()
    with one_write():
        row = _own(endpoint_id, by)
        row.previous_sealed, row.previous_until = row.secret_sealed, timezone.now() + ROTATION
        row.secret_sealed = sealing.seal(secret, purpose=PURPOSE)
        row.save(update_fields=["previous_sealed", "previous_until", "secret_sealed"])
        trail.record("webhook.rotated", row, by=by, changes={"previous_until": (None, row.previous_until)})
    return row, secret


def test(endpoint_id: UUID, *, by: Actor) -> WebhookDelivery:
    """Send a ping: an event that only says that the registry reaches it. Raises Refused for one that is off."""
    with one_write():
        row = _own(endpoint_id, by)
        if not row.active:
            raise Refused.at("", "webhook_is_off", _("This webhook is switched off: switch it on first."))
        key, now = new_key(), timezone.now()
        delivery = WebhookDelivery.objects.create(
            endpoint=row,
            key=key,
            type=queries.PING,
            subject=f"webhook-endpoints/{row.pk}",
            chain=UUID(bytes=secrets.token_bytes(16), version=4),  # waits for nothing
            body=queries.ping(key, now, row),
        )
        trail.record("webhook.tested", row, by=by, changes={"webhook_id": (None, key)})
    return delivery


def redeliver(delivery_id: int, *, by: Actor) -> WebhookDelivery:
    """Send a delivery once more, under the same webhook-id. One that is to be sent anyway is sent now."""
    with one_write():
        found = WebhookDelivery.objects.select_related("endpoint").get(pk=delivery_id)
        endpoint = found.endpoint if by.may(Permission.ADMINISTER) else _own(found.endpoint_id, by)
        if not endpoint.active:
            raise Refused.at("", "webhook_is_off", _("This webhook is switched off: switch it on first."))
        row = WebhookDelivery.objects.select_for_update().get(pk=delivery_id)
        row.state, row.attempts, row.next_at = WebhookDelivery.State.PENDING, 0, timezone.now()
        row.save(update_fields=["state", "attempts", "next_at"])
        trail.record("webhook.redelivered", endpoint, by=by, changes={"webhook_id": (None, row.key)})
    return row


def switch_off(endpoint_id: UUID, *, why: str) -> None:
    """What the registry does with an endpoint that wants nothing any more; those who manage it get a mail.

    `why` is an English sentence that the catalogue knows.
    """
    with one_write():
        row = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint_id)
        if not row.active:
            return
        row.active, row.disabled_at, row.disabled_why = False, timezone.now(), why
        row.save(update_fields=["active", "disabled_at", "disabled_why"])
        trail.record(
            "webhook.switched_off",
            row,
            by=System("send_webhooks"),
            reason=why,
            changes={"active": (True, False)},
        )
        # It is off, whether or not somebody can be told.
        transaction.on_commit(lambda: _tell(row), robust=True)


def _tell(endpoint: WebhookEndpoint) -> None:
    """One mail for each account of its organization that may manage it, in that account's language."""
    managing = [role for role, may in ROLES.items() if Permission.WEBHOOKS in may]
    people = User.objects.filter(organization=endpoint.organization_id, is_active=True, role__in=managing)
    for person in people.order_by("pk"):
        with translation.override(person.language):
            address = f"{settings.PUBLIC_URL}{reverse('webhook', args=[endpoint.pk])}"
            send_mail(
                _("A webhook was switched off"),
                _(
                    "The registry no longer tells %(url)s of changes: %(why)s\n\n"
                    "What happened since is kept. Switch it on again to have it delivered:\n%(address)s\n"
                )
                % {"url": endpoint.url, "why": _(endpoint.disabled_why), "address": address},
                None,
                [person.email],
            )


def new_key() -> str:
    """A webhook-id: drawn once for an event and an endpoint, the same in every attempt."""
    return f"msg_{base64.b32encode(secrets.token_bytes(15)).decode().lower()}"


def secrets_of(endpoint: WebhookEndpoint, *, at) -> list[str]:
    """The secrets that sign now, the newest first. Raises Unreadable after SECRET_KEY was changed for good."""
    sealed = [endpoint.secret_sealed]
    if endpoint.previous_sealed and endpoint.previous_until and endpoint.previous_until > at:
        sealed.append(endpoint.previous_sealed)
    return [sealing.unseal(each, purpose=PURPOSE) for each in sealed]


def _drawn() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _acting_for(by: Actor) -> UUID:
    demand(by, Permission.WEBHOOKS)
    if by.organization_id is None:
        raise PermissionDenied(_("This account acts for no organization."))
    return by.organization_id


def _own(endpoint_id: UUID, by: Actor) -> WebhookEndpoint:
    """The endpoint, locked. Raises DoesNotExist for another organization's."""
    demand(by, Permission.WEBHOOKS)
    return WebhookEndpoint.objects.visible_to(by).select_for_update(of=("self",)).get(pk=endpoint_id)


def _checked(
    *, url: str, events: Collection[str], party: UUID | None, label: str, known: str = ""
) -> dict[str, Any]:
    """The columns for these values. An address that is `known` is looked at when it is called."""
    faults = []
    url = url.strip()
    if url != known:
        try:
            outbound.looked_at(url)
        except outbound.Blocked as blocked:
            faults.append(Fault("/url", "address_refused", str(blocked)))
    events = list(dict.fromkeys(events))
    if not events:
        faults.append(Fault("/events", "events_missing", _("Choose at least one event.")))
    for index, each in enumerate(events):
        if not queries.is_pattern(each):
            faults.append(Fault(f"/events/{index}", "unknown_event", _unknown(each)))
    if party and not Organization.objects.filter(pk=party).exists():
        faults.append(Fault("/filter/party", "does_not_exist", _("There is no such organization.")))
    if len(label) > 120:
        faults.append(Fault("/label", "max_length", _("Say it in 120 characters at most.")))
    if faults:
        raise Refused(faults)
    return {"url": url, "events": events, "party_id": party, "label": label.strip()}


def _unknown(name: str) -> str:
    """That there is no such event, with the nearest there is."""
    if near := difflib.get_close_matches(name, queries.EVENTS, n=1):
        told = {"name": name, "near": near[0]}
        return _("There is no event “%(name)s”; did you mean “%(near)s”?") % told
    return _("There is no event “%(name)s”. A star stands for any: agreement.*") % {"name": name}

"""Makes deliveries of what happened, and sends them: at least once, and in order for each record.

Nothing is written when something happens but its audit event; `fan_out` reads the feed for each endpoint, and moves the
endpoint's place in the transaction in which it writes the deliveries. Who sends holds an advisory lock of the session
on (endpoint, record): it ends with the process, however that ends, and unlike a lock on a row it keeps no transaction
open while a stranger's server takes its time, which would hold back the feed itself.
"""

import base64
import hashlib
import hmac
import logging
import random
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_noop

from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import feed
from exchange.queries import webhooks as queries
from exchange.services import webhooks
from lib import outbound, sealing

log = logging.getLogger(__name__)

PAGE = 200
"""Lines of the feed that are made into deliveries at once."""
LOOKED_AT = 50
"""Deliveries that are looked at to find one that nobody else sends."""
PATIENCE = timedelta(days=5)
"""How long an endpoint may fail before it is switched off."""
LOCKS = 7_201_456
"""The first half of the key of our advisory locks."""

GONE = gettext_noop("It answered 410: it wants nothing any more.")
FAILED = gettext_noop("It has failed for five days.")
UNREADABLE = gettext_noop("Its secret cannot be read any more: draw a new one.")

_State = WebhookDelivery.State


def fan_out() -> int:
    """Make deliveries of what happened since, for every endpoint that is behind; how many were made.

    Several may run: an endpoint that somebody else works on is left to them. One for which it cannot be done is left as
    it is, until the next time.
    """
    now, _ends = feed.start()
    behind = WebhookEndpoint.objects.filter(active=True, place__lt=now.token())
    made = 0
    for key in behind.order_by("place", "pk").values_list("pk", flat=True):
        try:
            made += _fan_out(key)
        except (OperationalError, InterfaceError):  # the database's trouble is everybody's
            raise
        except Exception:
            log.exception("nothing could be made ready for %s", key)
    return made


def _fan_out(key: UUID) -> int:
    with transaction.atomic():
        endpoint = (
            WebhookEndpoint.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=key, active=True)
            .first()
        )
        if endpoint is None:
            return 0
        try:
            told = feed.read(queries.eyes(endpoint), feed.Place.read(endpoint.place), size=PAGE)
        except feed.Expired:  # the registry went back to a backup: from here on, then
            told = feed.Stretch([], feed.start()[0], False, 0)
        made = []
        for line, name in queries.matching(endpoint, told.lines):
            drawn = webhooks.new_key()
            made.append(
                WebhookDelivery(
                    endpoint=endpoint,
                    event_id=line.place.id,
                    key=drawn,
                    type=name,
                    subject=queries.subject(line),
                    chain=line.chain,
                    body=queries.envelope(drawn, name, line),
                )
            )
        WebhookDelivery.objects.bulk_create(made)
        endpoint.place = told.end.token()
        endpoint.save(update_fields=["place"])
    return len(made)


def send_due() -> bool:
    """Send one delivery that is due; False when there is none that nobody else sends."""
    for key, endpoint, chain in _due(timezone.now()):
        with _alone(endpoint, chain) as alone:
            if not alone:
                continue
            # Somebody may have sent it between the look and the lock.
            delivery = _first(endpoint, chain)
            if delivery is not None and delivery.pk == key and delivery.next_at <= timezone.now():
                _send(delivery)
                return True
    return False


def _due(now: datetime):
    """Of each record of each endpoint the first delivery, where it is due: (key, endpoint, record)."""
    before = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"), chain=OuterRef("chain"), state=_State.PENDING, pk__lt=OuterRef("pk")
    )
    return (
        WebhookDelivery.objects.filter(~Exists(before), state=_State.PENDING, next_at__lte=now)
        .filter(endpoint__active=True)
        # Who fails may keep us waiting: whoever listens comes first.
        .order_by(F("endpoint__failing_since").desc(nulls_first=True), "next_at", "pk")
        .values_list("pk", "endpoint", "chain")[:LOOKED_AT]
    )


def _first(endpoint: UUID, chain: UUID) -> WebhookDelivery | None:
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, chain=chain, state=_State.PENDING)
    return waiting.filter(endpoint__active=True).select_related("endpoint").order_by("pk").first()


@contextmanager
def _alone(endpoint: UUID, chain: UUID) -> Iterator[bool]:
    """Whether nobody else sends to this endpoint about this record, until the end."""
    digest = hashlib.blake2b(endpoint.bytes + chain.bytes, digest_size=4).digest()
    lock = [LOCKS, int.from_bytes(digest, signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)


def _send(delivery: WebhookDelivery) -> None:
    endpoint, now = delivery.endpoint, timezone.now()
    status, milliseconds, error = None, None, ""
    try:
        body = _as_of_now(delivery).encode()
        headers = signed(delivery.key, body, webhooks.secrets_of(endpoint, at=now), at=now)
        answer = outbound.post(endpoint.url, body, headers)
        status, milliseconds = answer.status, answer.milliseconds
        if 300 <= status < 400:
            error = "a redirect, which is not followed"
    except outbound.NotFound:
        error = "its name is not found"
    except outbound.Blocked:
        error = "the address is refused: it leads to where the registry does not call"
    except outbound.Unanswered as fault:
        error = str(fault)
    except sealing.Unreadable:
        webhooks.switch_off(endpoint.pk, why=UNREADABLE)
        error = "the secret cannot be read"
    except (OperationalError, InterfaceError):  # the database's trouble is no attempt
        raise
    except Exception as fault:
        # Whatever it is, it is this message's alone. The words of a fault could quote what signs it: they stay here.
        error = f"the registry could not send it ({type(fault).__name__})"
        log.error("%s could not be sent\n%s", delivery.key, "".join(traceback.format_tb(fault.__traceback__)))
    _note(delivery, status, milliseconds, error)
    log.info("%s to %s: %s", delivery.key, endpoint.pk, error or status)


def _as_of_now(delivery: WebhookDelivery) -> str:
    """What is sent, and written down as sent: a record may have been hidden since this was made, or sent first."""
    name, body = queries.as_of_now(delivery)
    if body != delivery.body:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(type=name, body=body)
    return body


def _note(delivery: WebhookDelivery, status: int | None, milliseconds: int | None, error: str) -> None:
    """Write down how an attempt went, and what follows from it."""
    endpoint, now = delivery.endpoint, timezone.now()
    delivered = status is not None and 200 <= status < 300
    pauses = queries.allowed_pauses()
    with transaction.atomic():
        row = WebhookDelivery.objects.select_for_update().filter(pk=delivery.pk).first()
        if row is None:  # the endpoint was removed meanwhile
            return
        row.attempts += 1
        row.last_at, row.last_status, row.last_ms, row.last_error = now, status, milliseconds, error
        if delivered:
            row.state = _State.DELIVERED
        elif row.attempts > len(pauses):
            row.state = _State.DEAD
        else:
            # A little more or less each time, so that what failed together does not come back together.
            row.next_at = now + timedelta(seconds=pauses[row.attempts - 1] * random.uniform(0.9, 1.2))  # noqa: S311 — no secret
        row.save()
        if delivered:
            WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(
                failing_since=None
            )
        else:
            WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    if status == 410:
        webhooks.switch_off(endpoint.pk, why=GONE)
    elif not delivered and endpoint.failing_since and now - endpoint.failing_since > PATIENCE:
        webhooks.switch_off(endpoint.pk, why=FAILED)


def signed(key: str, body: bytes, secrets: list[str], *, at: datetime) -> dict[str, str]:
    """The headers of a delivery (Standard Webhooks): one signature for each secret that is good now.

    HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, base64; the key is what follows `whsec_`, decoded.
    """
    stamp = str(int(at.timestamp()))
    content = f"{key}.{stamp}.".encode() + body
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(each.removeprefix("whsec_")), content, "sha256")
        ).decode()
        for each in secrets
    ]
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Mithaq-Webhooks/1",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def forget(now: datetime) -> int:
    """Remove deliveries that are over and were made long ago; how many."""
    over = WebhookDelivery.objects.exclude(state=_State.PENDING).filter(created_at__lt=now - queries.KEPT)
    return over.delete()[0]

"""What webhooks are told: which lines of the feed match one, how an event is written, how well an endpoint fares."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import feed, shown
from exchange.queries.telling import DELETED, EVENTS, KINDS, event_name
from lib import addresses
from organizations.models import ApiToken
from organizations.permissions import Role

PING = "ping"
KNOWN = (PING, *EVENTS)
TYPE = "mithaq"
"""What types of events begin with: `mithaq.agreement.published`."""

_State = WebhookDelivery.State


def eyes(endpoint: WebhookEndpoint) -> ApiToken:
    """Who an endpoint reads as: a partner system of its organization."""
    return ApiToken(organization_id=endpoint.organization_id, role=Role.PARTNER_SYSTEM)


def is_pattern(words: str) -> bool:
    """Whether some event goes by this name or pattern.

    >>> is_pattern("agreement.*"), is_pattern("*"), is_pattern("agreement"), is_pattern("agreement.sold")
    (True, True, False, False)
    """
    return words == "*" or ("." in words and any(fnmatchcase(each, words) for each in EVENTS))


def matching(endpoint: WebhookEndpoint, lines: Sequence[feed.Line]) -> list[tuple[feed.Line, str]]:
    """The lines that an endpoint is told of, each with the name of its event."""
    named = [(each, event_name(each.verb, each.kind, each.action)) for each in lines]
    wanted = [
        (line, name) for line, name in named if any(fnmatchcase(name, pattern) for pattern in endpoint.events)
    ]
    if endpoint.party_id and wanted:
        about = _about(endpoint.party_id, [line for line, _name in wanted])
        wanted = [(line, name) for line, name in wanted if line.place in about]
    return wanted


def _about(party: UUID, lines: Iterable[feed.Line]) -> set[feed.Place]:
    """The places of lines about an organization, its agreements, and what is done and said under them.

    Whose they were counts as of each event: who is no party any more is told that, and nothing after it.
    """
    lines = list(lines)
    moments = {each.place: shown.Moment(each.chain, each.at, each.place.xid) for each in lines}
    agreements = [moments[each.place] for each in lines if each.kind in ("agreement", "progress_view")]
    activities = [moments[each.place] for each in lines if each.kind == "activity"]
    theirs = {*shown.with_party(agreements, party), *shown.of_party(activities, party)}
    return {
        each.place
        for each in lines
        if moments[each.place] in theirs or (each.kind == "organization" and each.id == party)
    }


def envelope(key: str, name: str, line: feed.Line) -> str:
    """A CloudEvent (1.0, structured) that says what happened to which record, and not what stands in it."""
    told = line.as_json()
    sequence, at = told.pop("sequence"), told.pop("at")
    return _written(key, name, at, subject(line), {"sequence": sequence, "data": told})


def as_of_now(delivery: WebhookDelivery) -> tuple[str, str]:
    """Event and content as they may be sent now: what the endpoint's organization does not read any more is a key."""
    event = json.loads(delivery.body)
    told = event["data"]
    kind = KINDS.get(told.get("type", ""))
    if kind is None or told["action"] == DELETED:
        return delivery.type, delivery.body
    reader = eyes(delivery.endpoint)
    if feed.may_read(reader, kind, UUID(told["id"])):
        if "into" in told and not feed.may_read(reader, kind, UUID(told["into"]["id"])):
            del told["into"]
            return delivery.type, _dumped(event)
        return delivery.type, delivery.body
    name = event_name("", kind.name, DELETED)
    gone = {"type": told["type"], "id": told["id"], "action": DELETED}
    event |= {"type": f"{TYPE}.{name}", "data": gone}
    return name, _dumped(event)


def ping(key: str, at: datetime, endpoint: WebhookEndpoint) -> str:
    """An event about nothing but the endpoint itself, to see whether it listens."""
    return _written(
        key, PING, at.isoformat(), f"webhook-endpoints/{endpoint.pk}", {"data": {"id": str(endpoint.pk)}}
    )


def subject(line: feed.Line) -> str:
    return f"{KINDS[line.kind].resource}/{line.id}"


def _written(key: str, name: str, at: str, about: str, more: dict) -> str:
    event = {
        "specversion": "1.0",
        "id": key,
        "source": addresses.api("", "").rstrip("/"),
        "type": f"{TYPE}.{name}",
        "subject": about,
        "time": at,
        "datacontenttype": "application/json",
    }
    return _dumped(event | more)


def _dumped(event: dict) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


# For people.


@dataclass(frozen=True)
class Health:
    """How an endpoint fares. `state` is one of good, failing, off, stopped (by the registry)."""

    endpoint: WebhookEndpoint
    waiting: int
    dead: int
    delivered: int
    """Within the last day."""
    last: datetime | None

    LABELS = {
        "good": _("works"),
        "new": _("nothing sent yet"),
        "failing": _("fails"),
        "off": _("switched off"),
        "stopped": _("switched off by the registry"),
    }

    @property
    def state(self) -> str:
        if self.endpoint.disabled_at:
            return "stopped"
        if not self.endpoint.active:
            return "off"
        if self.endpoint.failing_since:
            return "failing"
        return "good" if self.last else "new"

    @property
    def state_label(self) -> str:
        return self.LABELS[self.state]


def with_health(endpoints: Sequence[WebhookEndpoint], *, at: datetime) -> list[Health]:
    """How each fares, in one query."""
    counted = {
        row["endpoint"]: row
        for row in WebhookDelivery.objects.filter(endpoint__in=endpoints)
        .values("endpoint")
        .annotate(
            waiting=Count("pk", filter=Q(state=_State.PENDING)),
            dead=Count("pk", filter=Q(state=_State.DEAD)),
            delivered=Count("pk", filter=Q(state=_State.DELIVERED, last_at__gt=at - timedelta(days=1))),
            last=Max("last_at"),
        )
    }
    none = {"waiting": 0, "dead": 0, "delivered": 0, "last": None}
    return [Health(each, **{name: counted.get(each.pk, none)[name] for name in none}) for each in endpoints]


def document(endpoint: WebhookEndpoint, version: int) -> dict:
    """An endpoint as the API tells it. Its secret is nowhere."""
    return {
        "id": str(endpoint.pk),
        "type": "webhook_endpoint",
        "version": version,
        "address": addresses.api("webhook-endpoints", endpoint.pk),
        "url": endpoint.url,
        "label": endpoint.label,
        "events": endpoint.events,
        "filter": {"party": str(endpoint.party_id) if endpoint.party_id else None},
        "active": endpoint.active,
        "failing_since": endpoint.failing_since and endpoint.failing_since.isoformat(),
        "disabled_at": endpoint.disabled_at and endpoint.disabled_at.isoformat(),
        "disabled_why": endpoint.disabled_why,
        "previous_secret_until": endpoint.previous_until and endpoint.previous_until.isoformat(),
        "created_at": endpoint.created_at.isoformat(),
    }


def delivery_document(delivery: WebhookDelivery) -> dict:
    """A delivery as the API tells it, with its content as it was, or will be, sent."""
    return {
        "id": delivery.pk,
        "webhook_id": delivery.key,
        "type": delivery.type,
        "subject": delivery.subject,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at.isoformat(),
        "next_at": delivery.next_at.isoformat() if delivery.state == _State.PENDING else None,
        "last_at": delivery.last_at and delivery.last_at.isoformat(),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "last_ms": delivery.last_ms,
        "body": json.loads(delivery.body),
    }


KEPT = timedelta(days=30)
"""How long deliveries that are over are kept, and may be sent again."""


def allowed_pauses() -> list[float]:
    """Seconds between one attempt and the next; after the last there is none."""
    return settings.WEBHOOK_PAUSES

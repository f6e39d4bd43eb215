"""The partner systems of an organization, as its people see them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import pgettext

from exchange.models import ApiCall
from organizations.models import ApiToken
from organizations.permissions import Role, Scope, offered

SOON = timedelta(days=30)
"""How long before its end a token is said to end soon."""

LAST = 50
"""How many calls are shown."""


@dataclass(frozen=True)
class PartnerSystem:
    """A token and how it stands at a moment: `state` is one of good, soon, over, revoked."""

    token: ApiToken
    state: str

    @property
    def is_good(self) -> bool:
        return self.state in {"good", "soon"}

    @property
    def state_label(self) -> str:
        return {
            "good": pgettext("token", "in force"),
            "soon": pgettext("token", "ends soon"),
            "over": pgettext("token", "ended"),
            "revoked": pgettext("token", "revoked"),
        }[self.state]

    @property
    def last_day(self) -> date | None:
        """The last day on which it opens something, even for a part of it; None when it never ends."""
        ends = self.token.expires_at
        return timezone.localdate(ends - timedelta(microseconds=1)) if ends else None

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """Code and words of what it may, of what its role may."""
        open_to_role = offered(self.token.role)
        return [(each, Scope(each).label) for each in self.token.scopes if each in open_to_role]


def own(actor) -> QuerySet[ApiToken]:
    """The tokens of partner systems that act for the organization of `actor`; none where there is no organization."""
    if actor.organization_id is None:
        return ApiToken.objects.none()
    tokens = ApiToken.objects.filter(organization=actor.organization_id, role=Role.PARTNER_SYSTEM)
    return tokens.select_related("organization", "issued_by")


def listed(actor, *, at: datetime) -> list[PartnerSystem]:
    """Those in force first, the newest first; in one query."""
    found = [told(each, at=at) for each in own(actor).order_by("-created_at", "-pk")]
    return sorted(found, key=lambda each: not each.is_good)


def told(token: ApiToken, *, at: datetime) -> PartnerSystem:
    if token.revoked_at:
        return PartnerSystem(token, "revoked")
    if token.expires_at is None:
        return PartnerSystem(token, "good")
    left = token.expires_at - at
    return PartnerSystem(token, "over" if left <= timedelta(0) else "soon" if left <= SOON else "good")


def last_calls(token: ApiToken) -> list[ApiCall]:
    """Its last calls, the newest first; in one query."""
    return list(ApiCall.objects.filter(token_id=token.pk).order_by("-id")[:LAST])

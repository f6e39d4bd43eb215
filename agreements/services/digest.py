"""The weekly letter: what changed in the agreements somebody follows, to whoever asked for it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Follow
from agreements.queries import changes, waiting
from audit import trail
from audit.models import AuditEvent
from audit.trail import Actor, one_write
from lib import addresses, languages
from lib.claims import ONE_DAY
from lib.templatetags.registry import happened
from organizations import private_addresses
from organizations.models import User
from organizations.permissions import Permission

LINES = 8
"""How many kinds of change are told of one agreement; the rest is counted."""


@dataclass(frozen=True)
class Told:
    """What a letter tells of one agreement. One that is not public has its number and address, no words."""

    code: str
    address: str
    title: languages.Text | None
    lines: list[tuple[str, int]]
    """What happened, and how often, the latest first."""
    more: int


def send_all(*, on: date, by: Actor) -> int:
    """Send their letters to all who asked for them; how many were sent. Each reader is a transaction of its own.

    A letter tells what happened before the day `on` began, since the letter before: run twice on a day, the second run
    sends nothing, and no change of a transaction still open is lost. Raises what the mail server raises; those served
    before stay served, the others are served by the next run.
    """
    until = timezone.make_aware(datetime.combine(on, time.min))
    due = User.objects.filter(weekly_digest=True, is_active=True).exclude(digest_until__gte=until)
    return sum(send(key, until=until, by=by) for key in due.order_by("pk").values_list("pk", flat=True))


def send(user_id: UUID, *, until: datetime, by: Actor) -> bool:
    """Send one reader's letter about what happened before `until`; False when there was nothing to tell.

    The mail leaves last in the transaction: when it fails, the letter is still due.
    """
    with one_write():
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
        since = user.digest_until
        if not (user.weekly_digest and user.is_active and user.may(Permission.DESK)):
            return False
        if since is not None and since >= until:
            return False
        with translation.override(user.language):
            told = news(user, until=until)
            user.digest_until = until
            user.save(update_fields=["digest_until"])
            if told:
                trail.record("account.digest_sent", user, by=by, changes={"digest_until": (since, until)})
                letter(user, told, since=since, until=until).send()
    return bool(told)


def news(user: User, *, until: datetime) -> list[Told]:
    """What happened since `user`'s last letter to agreements it follows and may still read; three queries."""
    followed = dict(Follow.objects.filter(user=user).values_list("agreement", "since"))
    readable = Agreement.objects.visible_to(user).filter(pk__in=followed)
    events = changes.told(readable, to=user).filter(at__lt=until)
    if user.digest_until is not None:
        events = events.filter(at__gte=user.digest_until)
    happenings: dict[UUID, list[AuditEvent]] = defaultdict(list)
    for event in events.order_by("-at", "-id"):
        if event.at >= followed[event.chain]:
            happenings[event.chain].append(event)
    found = readable.filter(pk__in=happenings).in_order()
    return [_told(each, happenings[each.pk]) for each in found]


def _told(agreement: Agreement, events: list[AuditEvent]) -> Told:
    address = addresses.page(agreement, languages.current())
    if agreement.confidentiality != Agreement.Confidentiality.PUBLIC:
        return Told(agreement.code, address, None, [], 0)
    counted = Counter(happened(each) for each in events)
    return Told(
        agreement.code,
        address,
        languages.spoken(agreement, "title"),
        list(counted.items())[:LINES],
        sum(list(counted.values())[LINES:]),
    )


def letter(
    user: User, told: list[Told], *, since: datetime | None, until: datetime
) -> EmailMultiAlternatives:
    """The mail, as text and as HTML, in the language that is active; one click ends the subscription (RFC 8058)."""
    stop = private_addresses.address("digest-stop", user)
    context = {
        "user": user,
        "told": told,
        "since": since,
        "last": timezone.localdate(until) - ONE_DAY,
        "site_name": settings.SITE_NAME,
        "language": languages.current(),
        "dir": languages.direction(languages.current()),
        "settings_address": f"{settings.PUBLIC_URL}{reverse('digest-settings')}",
        "stop_address": stop,
        "waiting": waiting.count(user),
        "notifications_address": f"{settings.PUBLIC_URL}{reverse('notifications')}",
    }
    mail = EmailMultiAlternatives(
        subject=_("%(site)s: what changed in the agreements you follow") % {"site": settings.SITE_NAME},
        body=render_to_string("agreements/digest/letter.txt", context),
        to=[user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("agreements/digest/letter.html", context), "text/html")
    return mail

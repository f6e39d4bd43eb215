"""What changed in a filtered list, as an Atom feed (RFC 4287)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from agreements.exports.characters import printable
from agreements.queries import changes
from audit.models import AuditEvent
from audit.trail import Actor
from lib import addresses, languages
from lib.templatetags.registry import happened
from organizations.permissions import Permission

LENGTH = 50
"""How many changes, the latest, a feed tells."""


def feed(agreements: QuerySet, *, actor: Actor, page: str, address: str) -> bytes:
    """The changes of `agreements`, which `actor` may read; two queries.

    `page` and `address` are the absolute addresses of the list and of the feed. Names of people are for those who may
    read the history.
    """
    events = list(changes.told(agreements, to=actor).order_by("-at", "-id")[:LENGTH])
    found = agreements.in_bulk([each.chain for each in events])
    language = languages.current()
    atom = Atom1Feed(
        title=_("%(site)s: what changed") % {"site": settings.SITE_NAME},
        link=page,
        description=None,
        subtitle=_("Changes of agreements, the latest first"),
        author_name=str(settings.SITE_NAME),
        feed_url=address,
        feed_guid=_tag("2000-01-01", f"changes:{urlsplit(address).path}?{urlsplit(address).query}"),
        language=language,
    )
    with_names = actor.may(Permission.HISTORY_VIEW)
    for event in events:
        agreement = found[event.chain]
        words = happened(event)
        atom.add_item(
            title=f"{agreement.code} · {words}",
            link=addresses.page(agreement, language),
            description=escape(printable(agreement.title)),  # a summary is read as HTML
            unique_id=_guid(event),
            pubdate=event.at,
            updateddate=event.at,
            author_name=printable(event.actor) if with_names else None,
        )
    return atom.writeString("utf-8").encode()


def _guid(event: AuditEvent) -> str:
    return _tag(event.at.date().isoformat(), f"event:{event.pk}")


def _tag(day: str, name: str) -> str:
    """A tag URI (RFC 4151): the same for ever, wherever the feed is read from."""
    return f"tag:{urlsplit(settings.PUBLIC_URL).hostname},{day}:{name}"

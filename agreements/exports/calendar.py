"""Due dates, ends, activities and one's own follow-ups of a filtered list, as an iCalendar (RFC 5545).

A calendar has room for days alone, so only a claim that leaves few days makes an event: an exact day, or a span of at
most a month. What is not an exact day that a source states is *tentative*, and its words say so. A relative date, or
one that no source states, makes none: it would have to be invented.

A calendar lives on in other people's programs. Of an agreement that is not public it tells the number and the address,
no words.
"""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from agreements.exports.characters import printable
from agreements.models import Agreement, Commitment, FollowUp
from agreements.models.lifecycle import LifecycleEvent
from agreements.queries import listing, progress
from audit.models import AuditEvent
from audit.trail import Actor
from lib import addresses, languages
from lib.claims import ONE_DAY, Basis, DateClaim, asked_range

SPAN = timedelta(days=31)
"""How many days a claim may leave to be worth an event."""
PAST = timedelta(days=366)
"""How far back the calendar goes: what was due before is history, told on the page."""


def calendar(agreements: QuerySet, *, actor: Actor, on: date) -> bytes:
    """The calendar of `agreements`, which `actor` may read, from PAST before the day `on`. A fixed number of queries.

    The follow-ups in it are those of the actor's own organization.
    """
    first = on - PAST
    found = list(
        listing.listed(_dated(agreements, first, actor), on=on, actor=actor)
        .prefetch_related("events")
        .order_by("number")
    )
    changed = dict(
        AuditEvent.objects.filter(chain__in=[each.pk for each in found])
        .values("chain")
        .annotate(last=Max("at"))
        .values_list("chain", "last")
    )
    book = icalendar.Calendar()
    book.add("prodid", f"-//Mithaq//{urlsplit(settings.PUBLIC_URL).hostname}//{languages.current().upper()}")
    book.add("version", "2.0")
    for name in ("name", "x-wr-calname"):
        book.add(name, str(settings.SITE_NAME))
    book.add("refresh-interval", ONE_DAY, parameters={"VALUE": "DURATION"})
    told: set = set()
    for row in listing.rows(found, on=on):
        _Entries(book, row.agreement, changed.get(row.agreement.pk), first, on, told).add_all()
    return book.to_ical()


def _dated(agreements: QuerySet, first: date, actor: Actor) -> QuerySet:
    """Those of `agreements` with anything that may stand in the calendar."""
    ahead = asked_range(first, None)
    rows = Commitment.objects.order_by()
    return agreements.filter(
        Q(ends_range__overlap=ahead)
        | Q(pk__in=LifecycleEvent.objects.filter(ends_range__overlap=ahead).values("agreement"))
        | Q(pk__in=rows.filter(due_range__overlap=ahead).values("agreement"))
        | Q(pk__in=rows.filter(fulfilments__activity__held_range__overlap=ahead).values("agreement"))
        | Q(pk__in=FollowUp.objects.visible_to(actor).open().filter(on__gte=first).values("agreement"))
    )


class _Entries:
    """The events of one agreement; `told` holds the activities that stand in the calendar already."""

    def __init__(
        self,
        book: icalendar.Calendar,
        agreement: Agreement,
        changed: datetime | None,
        first: date,
        on: date,
        told: set,
    ):
        self.book, self.agreement, self.first, self.on, self.told = book, agreement, first, on, told
        self.changed = changed or datetime(2000, 1, 1, tzinfo=UTC)
        self.is_public = agreement.confidentiality == Agreement.Confidentiality.PUBLIC
        self.address = addresses.page(agreement, languages.current())

    def add_all(self) -> None:
        a = self.agreement
        self._add("end", a.pk, _("Ends"), a.title, end_of(a, on=self.on))
        for commitment in a.commitments.all():
            standing = progress.standing(commitment, on=self.on)
            words = commitment.text
            if standing.progress == progress.Progress.FULFILLED:
                words = f"{words} ({standing.progress.label})"
            self._add(
                "due",
                commitment.pk,
                _("%(commitment)s due") % {"commitment": commitment.label},
                words,
                commitment.due,
                anchor=commitment.label,
            )
        for commitment in a.commitments.all():
            for fulfilment in commitment.fulfilments.all():
                activity = fulfilment.activity
                if activity.pk not in self.told:
                    self.told.add(activity.pk)
                    self._add(
                        "activity",
                        activity.pk,
                        _("Activity"),
                        activity.title,
                        activity.held,
                        anchor="activities",
                        place=activity.place,
                        status={"planned": "TENTATIVE", "cancelled": "CANCELLED"}.get(activity.status, ""),
                    )
        for follow_up in a.own_follow_ups:
            day = DateClaim("-", follow_up.on, follow_up.on, Basis.STATED)
            self._add("follow-up", follow_up.pk, _("Follow up"), follow_up.note, day)

    def _add(
        self,
        what: str,
        key,
        heading: str,
        words: str,
        claim: DateClaim,
        *,
        anchor: str = "",
        place: str = "",
        status: str = "",
    ) -> None:
        days = days_of(claim)
        if days is None or days[1] < self.first:
            return
        first, last, is_certain = days
        event = icalendar.Event()
        event.add("uid", f"{what}-{key}@{urlsplit(settings.PUBLIC_URL).hostname}")
        summary = f"{self.agreement.code} · {heading}"
        if not is_certain:
            summary = _("%(event)s (possibly)") % {"event": summary}
        told = [claim.text] if claim.text and what != "follow-up" else []
        if self.is_public:
            summary = f"{summary}: {words}" if words else summary
            event.add("description", printable("\n".join([self.agreement.title, *told])))
            if place:
                event.add("location", printable(place))
        event.add("summary", printable(summary))
        event.add("dtstart", first)
        event.add("dtend", last + ONE_DAY)
        event.add("dtstamp", self.changed)
        event.add("last-modified", self.changed)
        event.add("sequence", self.agreement.version)
        event.add("status", status or ("CONFIRMED" if is_certain else "TENTATIVE"))
        event.add("transp", "TRANSPARENT")
        event.add("url", f"{self.address}#{anchor}" if anchor else self.address)
        if not self.is_public:
            event.add("class", "CONFIDENTIAL")
        self.book.add_component(event)


def days_of(claim: DateClaim) -> tuple[date, date, bool] | None:
    """First and last day of `claim`, and whether it is an exact day that a source states; None if too wide or open."""
    if claim.earliest is None or claim.latest is None or claim.latest - claim.earliest >= SPAN:
        return None
    return claim.earliest, claim.latest, claim.is_exact and claim.basis == Basis.STATED


def end_of(agreement: Agreement, *, on: date) -> DateClaim:
    """When the agreement ends as known on the day `on`: by its latest certain renewal that states an end, else its own.

    The rule of `with_legal_state`, told with its words. Needs the events.
    """
    renewals = [
        each
        for each in agreement.events.all()
        if each.kind == LifecycleEvent.Kind.RENEWAL
        and each.ends.basis != Basis.NOT_STATED
        and each.occurred.latest is not None
        and each.occurred.latest <= on
    ]
    latest = max(
        renewals,
        key=lambda each: (each.occurred.earliest or date.min, each.occurred.latest, each.pk),
        default=None,
    )
    return latest.ends if latest else agreement.ends

"""An agreement on two clocks: in force on a day, and as the registry knew it at a moment or in one of its versions."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import chain, pairwise
from typing import ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, AgreementLink, Draft, FollowUp
from agreements.queries import dossier
from audit.models import AuditEvent, RowVersion
from audit.past import END, Moment, as_known, moment_of
from lib.claims import days_of

PARAMETERS = ("in_force_on", "known_on", "version")
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Clocks:
    """What a reader asked for. `written` is how, `errors` what of it cannot be understood: then today is shown."""

    today: date
    in_force_on: date | None = None
    known_on: date | None = None
    version: int | None = None
    written: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_past(self) -> bool:
        """Is the registry asked what it knew, not what it knows?"""
        return self.known_on is not None or self.version is not None

    @property
    def is_turned(self) -> bool:
        return self.is_past or self.in_force_on is not None

    def on(self, moment: Moment | None = None) -> date:
        """The day whose legal state is shown: the one asked for, else the one on which this was known, else today."""
        return self.in_force_on or self.known_on or (moment.at.date() if moment else self.today)


def read_clocks(asked: Mapping[str, str], *, now: datetime) -> Clocks:
    """The clocks as an address sets them: `in_force_on` and `known_on` a day each, `version` a number. UTC."""
    today = now.astimezone(UTC).date()
    written = {name: value for name in PARAMETERS if (value := asked.get(name, "").strip())}
    read: dict[str, date | int] = {}
    errors: dict[str, str] = {}
    for name, value in written.items():
        if name == "version":
            if re.fullmatch(r"\d{1,10}", value) and 1 <= int(value) <= _LARGEST:
                read[name] = int(value)
            else:
                errors[name] = _("A version is a number: 1, 2, 3 …")
        elif (days := days_of(value)) and days[0] == days[1]:
            read[name] = days[0]
        else:
            errors[name] = _("Write a day as 2012-05-18.")
    if "known_on" in read and read["known_on"] > today:
        del read["known_on"]
        errors["known_on"] = _("This day is still to come: nobody can say what the registry will know then.")
    if "known_on" in written and "version" in written and not errors:
        errors["version"] = _("Ask for a version or for a day, not for both.")
    return Clocks(today, **({} if errors else read), written=written, errors=errors)


@dataclass(frozen=True)
class Version:
    """One version of the record: when it came to be, by what events, and how far the record was."""

    number: int
    row: RowVersion
    before: int
    events: list[AuditEvent]
    draft: Draft | None = None
    """The change that made it, where it was one after another: what for, by whom, and who approved it."""

    NAMES: ClassVar = {
        "agreement.corrected": gettext_lazy("Correction of the record"),
        "agreement.amended": gettext_lazy("Amendment by the parties"),
        "agreement.event_recorded": gettext_lazy("Renewal, suspension or end"),
    }
    """What a change after publication is, by the verb of its event."""

    @property
    def name(self) -> str:
        """What kind of change made it; "" for a step of its own life, which its event tells."""
        return next((str(self.NAMES[each.verb]) for each in self.events if each.verb in self.NAMES), "")

    @property
    def at(self) -> datetime:
        return self.events[0].at if self.events else self.row.at

    @property
    def state(self) -> str:
        return Agreement.EditorialState(self.row.row["editorial_state"]).label

    @property
    def moment(self) -> Moment:
        return moment_of(self.row, before=self.before)


def versions(agreement_id: UUID) -> list[Version]:
    """Every version of the agreement that the registry remembers, newest first, in three queries."""
    first: dict[int, RowVersion] = {}
    for row in RowVersion.objects.filter(table_name=Agreement._meta.db_table, row_id=agreement_id).order_by(
        "id"
    ):
        if row.gone:  # and came back, restored: the life it has now begins there
            first.clear()
        else:
            first.setdefault(row.row["version"], row)
    events: dict[int, list[AuditEvent]] = {}
    told_then = AuditEvent.objects.filter(chain=agreement_id, xid__in={each.xid for each in first.values()})
    for event in told_then.exclude(target_type=FollowUp._meta.label_lower).order_by("sequence"):
        events.setdefault(event.xid, []).append(event)
    entered = Draft.objects.filter(
        agreement=agreement_id, outcome=Draft.Outcome.ENTERED, based_on__isnull=False
    )
    made = {
        each.based_on + 1: each
        for each in entered.select_related("owner", "approved_by").defer("content").order_by("closed_at")
    }
    found = []
    rows = [*sorted(first.items()), (None, None)]
    for (number, row), (_next, following) in pairwise(rows):
        told = events.get(row.xid, [])
        # Several versions in one transaction share its events in their order; the last takes those that remain.
        alone = following is None or following.xid != row.xid
        found.append(
            Version(
                number,
                row,
                following.id if following else END,
                told if alone else told[:1],
                made.get(number),
            )
        )
        events[row.xid] = [] if alone else told[1:]
    return found[::-1]


def moment(agreement: Agreement, clocks: Clocks, *, now: datetime) -> Moment | None:
    """When `clocks` stand: the end of the day, or right after the version; None when that version is not remembered."""
    if clocks.version is None:
        return Moment(min(datetime.combine(clocks.known_on, time.max, UTC), now))
    wanted = (each for each in versions(agreement.pk) if each.number == clocks.version)
    version = next(wanted, None)
    return version and version.moment


@contextmanager
def known(agreement: Agreement, at: Moment, *, actor) -> Iterator:
    """Inside, the registry answers as it knew things `at`; yields those of `agreement` and the ones linked with it
    that `actor` may read today and could read then. What was a draft or restricted then stays so.
    """
    with as_known(at):
        links = AgreementLink.objects.filter(Q(agreement=agreement.pk) | Q(to=agreement.pk))
        near = {agreement.pk, *chain.from_iterable(links.values_list("agreement", "to"))}
    today = list(Agreement.objects.visible_to(actor).filter(pk__in=near).values_list("pk", flat=True))
    with as_known(at):
        yield Agreement.objects.visible_to(actor).filter(pk__in=today)


def document(agreement: Agreement, at: Moment, *, on: date, actor, proof: bool = True) -> dict | None:
    """The dossier of `agreement` as known `at`, its legal state on the day `on`; None when it was not there to read."""
    with known(agreement, at, actor=actor) as readable:
        asked = dossier.with_facts(readable.filter(pk=agreement.pk), on=on, readable=readable)
        then = (dossier.with_citations(asked) if proof else asked).first()
        return then and dossier.read(then, proof=proof)

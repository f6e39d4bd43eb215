"""Begins a change of a record after publication: an amendment by the parties, or something that happened to it.

Each begins as a draft that holds the document and the amendment or event already. The record stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Agreement, Draft, LifecycleEvent
from agreements.services import drafting, files
from agreements.services.placing import new_key
from audit.trail import one_write
from lib.claims import DateClaim
from lib.problems import Fault, Refused
from lib.templatetags.registry import when
from lib.uploads import Upload
from organizations.models import User
from organizations.permissions import Permission
from organizations.services import demand

_Kind = LifecycleEvent.Kind


@dataclass(frozen=True)
class Document:
    """What tells of the change: a source of the agreement by its id, or a `new` one as a draft has it, with files."""

    source: str = ""
    new: Mapping[str, Any] | None = None
    given: Sequence[Upload] = ()

    @property
    def key(self) -> str:
        return self.new["key"] if self.new else self.source


def begin_amendment(
    agreement: Agreement,
    told: Mapping[str, Any],
    *,
    number: int,
    reference: str,
    signed: DateClaim,
    effective: DateClaim,
    summary: str,
    language: str,
    document: Document,
    by: User,
) -> Draft:
    """Begin to enter an amendment. `told` is the dossier that the record reads as, with its proof.

    `summary` is in `language`. Raises Refused, at /number where there is an amendment of this number already.
    """
    if number in {each["number"] for each in told["amendments"]}:
        raise Refused.at(
            "/number", "number_twice", _("The agreement already has an amendment of this number.")
        )
    part = {
        "key": new_key("amendment"),
        "number": number,
        "reference": reference,
        "signed": signed.as_part(),
        "effective": effective.as_part(),
        "summaries": {language: summary} if summary else {},
        "document": document.key,
    }
    return _begin(agreement, told, "amendments", part, document, Draft.Purpose.AMENDMENT, by)


def begin_event(
    agreement: Agreement,
    told: Mapping[str, Any],
    *,
    kind: str,
    occurred: DateClaim,
    ends: DateClaim,
    reason: str,
    language: str,
    document: Document,
    confirmed: bool = False,
    by: User,
) -> Draft:
    """Begin to enter a renewal, suspension, resumption or termination; `ends` is the new end of a renewal.

    Raises Refused for what cannot be, and at /confirmed for what is only unlikely, unless somebody has `confirmed` it:
    sources may be incomplete. Needs the events of the agreement.
    """
    if faults := list(_impossible(agreement, kind, occurred, ends)):
        raise Refused(faults)
    if not confirmed and (doubts := list(_unlikely(agreement, kind, occurred))):
        raise Refused([Fault("/confirmed", "unlikely", doubt) for doubt in doubts])
    part = {
        "key": new_key("event"),
        "kind": kind,
        "occurred": occurred.as_part(),
        "ends": ends.as_part(),
        "reasons": {language: reason} if reason else {},
        "document": document.key,
    }
    return _begin(agreement, told, "events", part, document, Draft.Purpose.EVENT, by)


def _begin(
    agreement: Agreement,
    told: Mapping[str, Any],
    member: str,
    part: Mapping[str, Any],
    document: Document,
    purpose: str,
    by: User,
) -> Draft:
    demand(by, Permission.REGISTER)
    content = {**told, member: [*told[member], part]}
    if document.new:
        content["sources"] = [*told["sources"], document.new]
    with one_write():
        Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        if agreement.drafts.visible_to(by).open().exists():
            raise Refused.at(
                "",
                "changed_already",
                _("A draft changes this record already: go on with it, enter it, or put it away first."),
            )
        draft = drafting.reopen(agreement, content, purpose=purpose, by=by)
        if document.given:
            files.attach_to_draft(draft, *document.given, part=document.key, by=by)
    return draft


# What cannot be, and what is unlikely.


def _impossible(agreement: Agreement, kind: str, occurred: DateClaim, ends: DateClaim):
    """Faults: what no source can make true."""
    if kind != _Kind.RENEWAL and ends != DateClaim():
        yield Fault("/ends", "only_a_renewal_ends", _("Only a renewal states a new end."))
    if ends.latest and occurred.earliest and ends.latest < occurred.earliest:
        yield Fault(
            "/ends",
            "ends_before_it_begins",
            _("The new end lies before the renewal: %(end)s and %(day)s.")
            % {"end": when(ends), "day": when(occurred)},
        )
    ended = next((each for each in agreement.events.all() if each.kind == _Kind.TERMINATION), None)
    if ended and kind != _Kind.TERMINATION and _surely_before(ended.occurred, occurred):
        yield Fault(
            "/kind",
            "ended_before",
            _(
                "The agreement was ended before (%(day)s): what has ended is not renewed, suspended or resumed. If "
                "the end is wrong, correct it; if the parties agreed anew, enter a new agreement."
            )
            % {"day": when(ended.occurred)},
        )


def _unlikely(agreement: Agreement, kind: str, occurred: DateClaim):
    """Sentences to confirm: possible all the same, as sources may be incomplete."""
    before = [
        each.kind
        for each in sorted(
            agreement.events.all(), key=lambda each: (each.occurred.earliest or date.max, each.pk)
        )
        if each.kind != _Kind.RENEWAL and not _surely_before(occurred, each.occurred)
    ]
    last = before[-1] if before else ""
    if kind == _Kind.RESUMPTION and last != _Kind.SUSPENSION:
        yield _("The registry knows of no suspension before. Is it certain that the agreement was resumed?")
    if kind == _Kind.SUSPENSION and last == _Kind.SUSPENSION:
        yield _("The agreement is suspended already. Is this another suspension?")
    if kind == _Kind.TERMINATION and _Kind.TERMINATION in before:
        yield _("The registry has an end of this agreement already. Is this another one?")
    if _surely_before(occurred, agreement.signed):
        yield _("This lies before the signature (%(day)s). Is the date right?") % {
            "day": when(agreement.signed)
        }


def _surely_before(one: DateClaim, other: DateClaim) -> bool:
    return one.latest is not None and other.earliest is not None and one.latest < other.earliest

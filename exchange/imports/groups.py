"""What the rows of one record have in common, of whatever kind it is: all of it is entered, or told why not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from exchange.imports.known import Registry
from exchange.imports.lines import Line, Verdict
from exchange.queries.documents import Part
from lib.problems import Refused, pointed
from lib.shapes import Strict

Lines = Mapping[str, Sequence[Line]]


REFUSALS = (Refused, ValidationError, PermissionDenied)
"""What services raise for what they do not take."""


class Refusal(Exception):
    """The rows say what is wrong."""


def guarded(lines: Lines, write: Callable[[], Any]) -> Any:
    """What `write` returns; None where it is refused, told at the rows. Nothing of it then stays."""
    every = [each for group in lines.values() for each in group]
    try:
        with transaction.atomic():
            return write()
    except Refusal:
        pass
    except REFUSALS as refusal:
        tell_why(refusal, every[0], lambda pointer: _nearest(every, pointer))
    return None


def tell_why(refusal: Exception, first: Line, at: Callable[[str], Line]) -> None:
    """Put what a service refused at the rows it speaks of; `at` finds the one of a pointer, `first` is for the rest."""
    if isinstance(refusal, Refused):
        for fault in refusal.faults:
            at(fault.pointer).take(fault)
    elif isinstance(refusal, ValidationError):
        by_name = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for name, messages in by_name.items():
            for message in messages:
                first.fault("" if name == "__all__" else name, message)
    else:
        first.fault("", str(refusal) or _("This account may not do that."))


def _nearest(lines: Sequence[Line], pointer: str) -> Line:
    best = max(
        (each for each in lines if pointer.startswith(each.at)), key=lambda each: len(each.at), default=None
    )
    return best or lines[0]


def stop(lines: Lines) -> None:
    if any(each.faults for group in lines.values() for each in group):
        raise Refusal


def one(lines: Lines, table: str) -> Line | None:
    """The row of the record itself. Raises Refusal where there are several."""
    mains = lines.get(table, ())
    for each in mains[1:]:
        each.fault(
            each.table.of,
            _("Line %(line)d is the same record.") % {"line": mains[0].number},
            _("Keep one row for each record."),
        )
    stop(lines)
    return mains[0] if mains else None


def checked(shape: type[Strict], document: Mapping[str, Any]) -> dict[str, Any]:
    found = shape(data=document)
    if not found.is_valid():
        raise Refused(list(pointed(found.errors)))
    return found.validated_data


def parts(
    lines: Sequence[Line], rows: list[dict[str, Any]], known: Registry, member: str, *same: str
) -> None:
    """Let the rows of a table change the parts of a document that they are, or join them.

    A part is known by its id, or by the members that are the `same`.
    """
    places: dict[str, Line] = {}
    for line in lines:
        place = _place(line, rows, known, same)
        if place is None:
            place = len(rows)
            rows.append({})
        line.known_id = rows[place].get("id", "")
        line.stand(f"/{member}/{place}", places)
        line.apply(rows[place], known, skip={"id"} if line.known_id else ())


def _place(line: Line, rows: Sequence[Mapping[str, Any]], known: Registry, same: Sequence[str]) -> int | None:
    """Which part the row is: the one with its id, or else one that says the same."""
    if (key := line.text("id")) and any(each.get("id") == key for each in rows):
        return next(index for index, each in enumerate(rows) if each.get("id") == key)
    if not same:
        return None
    told = line.told(known)
    return next((index for index, each in enumerate(rows) if line.is_said(each, told, same)), None)


def tell(
    lines: Lines, kind: str, key: str, was: Sequence[Part], now: Sequence[Part], known: Registry
) -> None:
    """Say of each line what it did, by comparing what was there with what is."""
    before = {(each.table, str(each.content.get("id", ""))): each for each in was}
    after = {(each.table, str(each.content.get("id", ""))): each for each in now}
    for line in (each for group in lines.values() for each in group):
        line.target = (kind, key)
        place = (line.table.name, line.known_id)
        if line.known_id and place in before and place in after:
            line.compare(before[place], after[place], known)
        else:
            line.verdict = Verdict.CREATE

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
    except Refused as refusal:
        for fault in refusal.faults:
            _nearest(every, fault.pointer).take(fault)
    except ValidationError as refusal:
        told = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for name, messages in told.items():
            for message in messages:
                every[0].fault("" if name == "__all__" else name, message)
    except PermissionDenied as refusal:
        every[0].fault("", str(refusal) or _("This account may not do that."))
    return None


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
    """Let the rows of a table change or join the parts of a document that they are."""
    for line in lines:
        part: dict[str, Any] = {}
        line.apply(part, known)
        place = next(
            (
                index
                for index, each in enumerate(rows)
                if (line.text("id") and each.get("id") == line.text("id"))
                or (same and all(each.get(name) == part.get(name) for name in same))
            ),
            None,
        )
        if place is None:
            place = len(rows)
            rows.append(part)
        else:
            line.known_id = rows[place].get("id", "")
            rows[place] = rows[place] | part | ({"id": line.known_id} if line.known_id else {})
        line.at = f"/{member}/{place}"


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

"""Brings one file in bulk: reads, checks and enters it in one transaction. A process that dies leaves nothing."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import trail
from exchange.imports import reading
from exchange.imports.bulk import entering
from exchange.imports.bulk.rules import Rules
from exchange.imports.bulk.staging import Staging, streamed
from exchange.imports.bulk.told import Row
from exchange.imports.flat import party_names
from exchange.imports.known import Registry
from exchange.imports.lines import Line, Said
from exchange.models import LOCKS, Import
from exchange.shapes import headers
from exchange.shapes.columns import is_unsafe
from exchange.shapes.tables import TABLES
from lib import languages, tables
from lib.problems import Refused, broken_rule
from lib.tables import Choice, Unreadable
from organizations.models import User
from organizations.permissions import Permission
from organizations.services import demand

BLOCK = 2_000
"""Lines that are held at once."""
_TABLE = "agreements"

Say = Callable[[str, int], None]
"""Told what is being done, and how many rows of it are done."""


@dataclass
class Outcome:
    """What became of a file. `faults` counts cells and rows that are wrong, `refused` the rows they stand in."""

    sha256: str
    columns: Mapping[str, Said]
    rows: int = 0
    totals: int = 0
    refused: int = 0
    faults: int = 0
    here: int = 0
    entered: int = 0
    bodies: int = 0
    is_entered: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def bring(
    path: Path,
    *,
    by: User,
    constants: Mapping[str, str],
    columns: Mapping[str, str],
    enter_unknown: bool = False,
    skip_bad: bool = False,
    again: bool = False,
    check: bool = False,
    report: Callable[[Iterator[tuple]], None],
    say: Say,
) -> Outcome:
    """Enter the agreements of a CSV file as drafts of `by`: all of them, or those that are right with `skip_bad`.

    `columns` say what headers mean (header → column) where they do not say it themselves, `constants` what holds for
    all rows. `report` is given every fault in the order of the file: line, letter, header, message, hint. With `check`,
    or where a row is refused, nothing is entered. Raises Unreadable, PermissionDenied, Refused.
    """
    demand(by, Permission.REGISTER)
    with path.open("rb") as file:
        part, mapping = _understood(file, path.name, columns, constants)
        file.seek(0)
        outcome = Outcome(hashlib.file_digest(file, "sha256").hexdigest(), _said(part, mapping))
        try:
            with transaction.atomic():
                _alone(outcome.sha256, again=again or check)
                _bring(outcome, part, mapping, by, enter_unknown, skip_bad, check, report, say)
                if outcome.is_entered:
                    _keep(outcome, path, part, mapping, by)
                    say("analyze", 0)
                    entering.analyze()
                else:
                    transaction.set_rollback(True)
        except (IntegrityError, InternalError) as error:
            raise Refused([broken_rule(error)]) from error
    return outcome


def _bring(
    outcome: Outcome,
    part: reading.Part,
    mapping: Mapping[str, Any],
    by: User,
    enter_unknown: bool,
    skip_bad: bool,
    check: bool,
    report: Callable[[Iterator[tuple]], None],
    say: Say,
) -> None:
    staging, known = Staging(), Registry(by, part.name)
    _read(outcome, staging, reading.lines([part], {part.name: mapping}, most=None), known, enter_unknown, say)
    say("check", outcome.rows)
    staging.settle()
    rules = Rules(staging, outcome.columns, by)
    rules.check()
    stops = check
    if not stops and (skip_bad or not _counted(outcome)):
        entering.begin()
        outcome.bodies = entering.enter_bodies(known, by=by) if enter_unknown else 0
        rules.parties()
    refused = _counted(outcome)
    with streamed(
        "SELECT line, letter, header, message, hint FROM bulk_fault ORDER BY line, letter, message"
    ) as rows:
        report(rows)
    if stops or (refused and not skip_bad):
        return
    say("enter", 0)
    outcome.entered = entering.enter(by, lambda more: say("enter", more))
    outcome.is_entered = True


def _understood(
    file: IO[bytes], name: str, columns: Mapping[str, str], constants: Mapping[str, str]
) -> tuple[reading.Part, dict[str, Any]]:
    table = tables.read(file, name, choice=Choice(unbounded=True))
    if table.format != "csv":
        raise Unreadable("not_a_text", _("A file for many agreements is a CSV: save the workbook as one."))
    part = reading.Part("", table)
    meant = headers.columns([each.name for each in table.columns], TABLES[_TABLE])
    told = {str(each.number): meant.get(index, "") for index, each in enumerate(table.columns)}
    told |= {str(each.number): columns[each.name] for each in table.columns if each.name in columns}
    return part, {"table": _TABLE, "columns": told, "constants": dict(constants)}


def _said(part: reading.Part, mapping: Mapping[str, Any]) -> dict[str, Said]:
    return {
        name: Said(each.letter, each.name, exact=each.name == name)
        for each in reversed(part.table.columns)
        if (name := mapping["columns"].get(str(each.number)))
    }


def _alone(sha256: str, *, again: bool) -> None:
    """Nobody else enters this file now, and nobody has; the second may be so `again`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, int(sha256[:7], 16)])
        if not cursor.fetchone()[0]:
            raise Refused.at("", "worked_on", _("It is being worked on: wait until that has ended."))
    before = Import.objects.filter(sha256=sha256, applied_at__isnull=False, undone_at__isnull=True).first()
    if before and not again:
        told = {"name": before.applied_by.name, "day": before.applied_at.date().isoformat()}
        raise Refused.at("", "entered_already", _("%(name)s entered the same file on %(day)s.") % told)


def _read(
    outcome: Outcome,
    staging: Staging,
    lines: Iterator[Line],
    known: Registry,
    enter_unknown: bool,
    say: Say,
) -> None:
    while block := list(itertools.islice(lines, BLOCK)):
        known.meet(name for line in block for _column, name in party_names(line))
        for line in block:
            outcome.rows += 1
            if line.passed:
                outcome.totals += 1
                continue
            cell = line.cells.get(line.table.of)
            if cell is not None and (why := is_unsafe(cell)):
                line.fault(line.table.of, why)
            told = None if line.faults else Row(line, known, enter_unknown=enter_unknown).read()
            if told is None:
                staging.fault(line)
            else:
                staging.row(told)
        staging.send()
        say("read", len(block))


def _counted(outcome: Outcome) -> int:
    """How many rows are refused by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM bulk_fault), (SELECT count(DISTINCT line) FROM bulk_fault),"
            " (SELECT count(*) FROM bulk_row WHERE here IS NOT NULL"
            "   AND line NOT IN (SELECT line FROM bulk_fault))"
        )
        outcome.faults, outcome.refused, outcome.here = cursor.fetchone()
    return outcome.refused


def _keep(outcome: Outcome, path: Path, part: reading.Part, mapping: Mapping[str, Any], by: User) -> None:
    """Keep of the file what an import keeps of one, but for the file itself and its rows; and tell the trail."""
    now = timezone.now()
    outcome.counts = {
        "create": outcome.entered,
        "change": 0,
        "same": outcome.here + outcome.totals,
        "refused": outcome.refused,
    }
    row = Import(
        owner=by,
        organization_id=by.organization_id,
        name=path.name[: Import._meta.get_field("name").max_length],
        size=min(path.stat().st_size, 2**31 - 1),
        sha256=outcome.sha256,
        options={"bulk": True},
        found=[reading.told(part)],
        mapping={part.name: dict(mapping)},
        mode=Import.Mode.VALID if outcome.refused else Import.Mode.ALL,
        asked=Import.Asked.APPLY,
        asked_by=by,
        asked_at=now,
        begun_at=now,
        ended_at=now,
        language=languages.current(),
        done=outcome.entered,
        total=outcome.rows,
        counts=outcome.counts,
        applied_at=now,
        applied_by=by,
    )
    row.save(force_insert=True)
    trail.record(
        "import.applied",
        row,
        by=by,
        changes={
            "name": (None, row.name),
            "sha256": (None, row.sha256),
            "rows": (None, row.counts),
        },
    )

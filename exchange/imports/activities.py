"""Enters activities out of tables, with what they count towards and whom they reached."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from activities import queries as activities
from activities import services as activity_services
from activities.models import Activity
from agreements.models import Commitment
from exchange.imports.groups import Lines, Refusal, guarded, one, stop
from exchange.imports.known import Registry, as_uuid
from exchange.imports.lines import Line, Verdict
from exchange.queries import documents
from exchange.queries.documents import Part
from exchange.queries.registry import read_activity


def activity(lines: Lines, known: Registry) -> Activity | None:
    return guarded(lines, lambda: _activity(lines, known))


def _activity(lines: Lines, known: Registry) -> Activity:
    main = one(lines, "activities")
    first = next(each for group in lines.values() for each in group)
    readable = activities.with_details(Activity.objects.visible_to(known.by), actor=known.by)
    key = as_uuid(first.key)
    now = readable.filter(pk=key).first() if key else None
    if main is None and now is None:
        first.fault(
            "activity", _("“%(key)s” is no activity of this file or of the registry.") % {"key": first.key}
        )
        raise Refusal
    before = read_activity(now) if now else {}
    if now:
        known.befores.setdefault(str(now.pk), activities.read_activity(now))
        for line in (each for group in lines.values() for each in group):
            line.target = ("activities.activity", str(now.pk))
    document: dict[str, Any] = (
        {
            name: deepcopy(value)
            for name, value in activities.read_activity(now).items()
            if name not in {"type", "url", "title"}
        }
        if now
        else {}
    )
    if main is not None:
        main.apply(document, known)
        main.title = next(iter(document.get("titles", {}).values()), "")[:200]
        main.known_id = before.get("id", "")
    if now is None and key:
        document["id"] = str(key)
    places: dict[str, Line] = {}
    for line in lines.get("counts_toward", ()):
        _count(line, document, known, places)
    for line in lines.get("reached", ()):
        _reach(line, document, known, places)
    stop(lines)
    if now is None:
        row = activity_services.report_activity(document, by=known.by)
    else:
        row = activity_services.change_activity(now.pk, document, seen=activities.seal(now), by=known.by)
    if first.key:
        known.became["activity", first.key] = str(row.pk)
    after = activities.with_details(Activity.objects.filter(pk=row.pk), actor=known.by).get()
    _tell_activity(lines, before, read_activity(after), known)
    return row


def _count(line: Line, document: dict[str, Any], known: Registry, places: dict[str, Line]) -> None:
    told: dict[str, Any] = {}
    line.apply(told, known)
    agreement, number = told.pop("agreement", None), told.pop("commitment", None)
    if line.faults or not agreement:
        if not line.faults:
            line.fault("agreement", _("Say which agreement the commitment is of."))
        return
    row = (
        Commitment.objects.visible_to(known.by).filter(agreement=agreement["id"], number=number or 0).first()
    )
    if row is None:
        line.fault("commitment", _("The agreement has no commitment %(number)s.") % {"number": number or ""})
        return
    parts = document.setdefault("counts_toward", [])
    line.known_id = str(row.pk)
    place = next((n for n, each in enumerate(parts) if each["commitment"]["id"] == line.known_id), None)
    if place is None:
        place = len(parts)
        parts.append({"commitment": {"id": line.known_id}})
    line.stand(f"/counts_toward/{place}", places)
    line.apply(parts[place], known, skip={"agreement", "commitment"})


def _reach(line: Line, document: dict[str, Any], known: Registry, places: dict[str, Line]) -> None:
    told: dict[str, Any] = {"target_group": None, "sex": "all"}
    line.apply(told, known)
    parts = document.setdefault("reached", [])

    def group(part: Mapping[str, Any]) -> tuple[str, str]:
        value = part.get("target_group")
        return (value["code"] if isinstance(value, Mapping) else value) or "", part.get("sex", "all")

    if line.faults:
        return
    line.known_id = "/".join(group(told))
    place = next((n for n, each in enumerate(parts) if group(each) == group(told)), None)
    if place is None:
        place = len(parts)
        parts.append(told)
    line.stand(f"/reached/{place}", places)
    line.apply(parts[place], known)


def _tell_activity(
    lines: Lines, before: Mapping[str, Any], after: Mapping[str, Any], known: Registry
) -> None:
    def by_place(document: Mapping[str, Any]) -> dict[tuple[str, str], Part]:
        found = {}
        for each in documents.of_activity(document) if document else ():
            content = each.content
            if each.table == "counts_toward":
                place = content["commitment_id"]
            elif each.table == "reached":
                place = f"{(content['target_group'] or {}).get('code', '')}/{content['sex']}"
            else:
                place = content["id"]
            found[each.table, place] = each
        return found

    was, now = by_place(before), by_place(after)
    for line in (each for group in lines.values() for each in group):
        line.target = ("activities.activity", after["id"])
        place = (line.table.name, line.known_id)
        if place in now:
            line.compare(was.get(place), now[place], known)
        else:
            line.verdict = Verdict.CREATE

"""Enters people with their offices, and programmes, out of tables."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from agreements import services as agreement_services
from agreements.models import Programme
from agreements.queries import dossier
from audit.trail import Actor
from exchange.imports.groups import Lines, Refusal, checked, guarded, one, parts, stop, tell
from exchange.imports.known import Registry, as_uuid
from exchange.imports.organizations import stored, tell_merged
from exchange.queries import documents
from lib import languages
from organizations import queries as organizations
from organizations import services
from organizations.models import Office, Organization, Person
from organizations.permissions import Permission
from organizations.queries import successor
from organizations.shapes import PersonShape


def person(lines: Lines, known: Registry) -> Person | None:
    return guarded(lines, lambda: _person(lines, known))


def _person(lines: Lines, known: Registry) -> Person:
    main = one(lines, "people")
    first = next(each for group in lines.values() for each in group)
    key = as_uuid(first.key)
    found = Person.objects.filter(pk=key).first() if key else None
    now = found and successor(found)
    if main and now is not None:
        if line := known.lines.get(str(now.pk)):
            main.fault(
                "id",
                _("Line %(line)d is the same record.") % {"line": line},
                _("Keep one row for each record."),
            )
        if now != found:
            main.notes.append(tell_merged(found, now))
    if main is None and now is None:
        first.fault(
            "person", _("“%(key)s” is no person of this file or of the registry.") % {"key": first.key}
        )
        raise Refusal
    before: dict[str, Any] = {}
    if now is not None:
        before = organizations.read_person(organizations.with_offices(Person.objects.filter(pk=now.pk)).get())
        known.befores.setdefault(str(now.pk), before)
    document = {
        name: deepcopy(value) for name, value in before.items() if name not in {"type", "url", "name"}
    }
    if main is not None:
        main.apply(document, known, skip={"id"} if now is not None or not key else ())
        main.known_id = document.get("id", "") if now is not None else ""
        main.title = next(iter(document.get("names", {}).values()), "")[:200]
    if now is None and not key:
        document.pop("id", None)
    parts(lines.get("offices", ()), document.setdefault("offices", []), known, "offices")
    stop(lines)
    content = checked(PersonShape, document)
    keep = known.by.may(Permission.RESTORE)
    if now is None:
        services.demand(known.by, Permission.ORGANIZATION_EDIT)
        row = services.add_person(content, keep_ids=keep, by=known.by)
    else:
        row = now
    for told, made in zip(document["offices"], change_person(row, document, by=known.by), strict=True):
        if told.get("id"):
            known.became["office", told["id"]] = str(made.pk)
    if first.key:
        known.became["person", first.key] = str(row.pk)
    if main:
        known.lines[str(row.pk)] = main.number
    known.entered("person", "office")
    after = organizations.read_person(organizations.with_offices(Person.objects.filter(pk=row.pk)).get())
    tell(
        lines,
        "organizations.person",
        str(row.pk),
        list(documents.of_person(before)) if before else [],
        list(documents.of_person(after)),
        known,
    )
    return row


def change_person(row: Person, document: Mapping[str, Any], *, by: Actor) -> list[Office]:
    """Let the person read as `document`; their offices, in its order. None of them goes."""
    content = checked(PersonShape, document)
    row.source_language = content["source_language"]
    languages.assign(row, "name", content["names"])
    stored(row, by=by)
    return [_office(row, each, by=by) for each in content["offices"]]


def _office(person: Person, content: Mapping[str, Any], *, by: Actor) -> Office:
    body = Organization.objects.get(pk=content["organization"])
    now = Office.objects.filter(pk=content.get("id"), person=person).first() if content.get("id") else None
    if now is None:
        services.demand(by, Permission.ORGANIZATION_EDIT)
        keep = by.may(Permission.RESTORE)
        return services.add_office(content, person=person, organization=body, keep_ids=keep, by=by)
    now.organization, now.attachment = body, content["attachment"]
    now.source_language, now.since, now.until = content["source_language"], content["since"], content["until"]
    languages.assign(now, "title", content["titles"])
    stored(now, by=by)
    return now


def programme(lines: Lines, known: Registry) -> Programme | None:
    return guarded(lines, lambda: _programme(lines, known))


def _programme(lines: Lines, known: Registry) -> Programme:
    line = one(lines, "programmes")
    now = Programme.objects.filter(slug=line.key).first()
    before = dossier.read_programme(now) if now else {}
    if now:
        known.befores.setdefault(str(now.pk), before)
    document: dict[str, Any] = {
        name: before[name] for name in ("names", "short_names", "source_language") if before
    }
    line.apply(document, known, skip={"id"})
    line.known_id = before.get("id", "")
    line.title = next(iter(document.get("names", {}).values()), "")[:200]
    stop(lines)
    row = now or Programme()
    key = as_uuid(line.text("id"))
    if now is None and key and known.by.may(Permission.RESTORE):
        row.pk = key
    row.slug, row.source_language = line.key, document.get("source_language", "")
    languages.assign(row, "name", document.get("names", {}))
    languages.assign(row, "short_name", document.get("short_names", {}))
    if now is None or any(
        dossier.read_programme(row)[name] != before[name]
        for name in ("source_language", "names", "short_names")
    ):
        agreement_services.store(row, by=known.by)
        known.entered("programme")
    tell(
        lines,
        "agreements.programme",
        str(row.pk),
        list(documents.of_programme(before)) if before else [],
        list(documents.of_programme(dossier.read_programme(row))),
        known,
    )
    return row

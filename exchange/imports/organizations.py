"""Enters organizations out of tables, with their other names and what is said of them."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from audit.trail import Actor
from exchange.imports.flat import free_slug
from exchange.imports.groups import Lines, Refusal, checked, guarded, one, parts, stop, tell
from exchange.imports.known import Registry, as_uuid, country
from exchange.imports.lines import Line
from exchange.queries import documents
from lib import languages
from lib.asking import is_arabic
from organizations import queries as organizations
from organizations import services
from organizations.models import Alias, ExternalIdentifier, Organization, Person, ProfileClaim
from organizations.permissions import Permission
from organizations.queries import successor
from organizations.shapes import OrganizationShape


def organization(lines: Lines, known: Registry) -> Organization | None:
    return guarded(lines, lambda: _organization(lines, known))


def _organization(lines: Lines, known: Registry) -> Organization:
    main = one(lines, "organizations")
    first = next(each for group in lines.values() for each in group)
    key = first.key
    found = _found(main, key, known)
    now = found and successor(found)
    if main and now is not None:
        if line := known.lines.get(str(now.pk)):
            main.fault(
                "slug",
                _("“%(name)s” is the same organization as that of line %(line)s.")
                % {"name": now, "line": line},
                _("Keep one row for each organization; its other spellings are other names."),
            )
        if now != found:
            main.notes.append(tell_merged(found, now))
    if main is None and now is None:
        first.fault(
            first.table.of,
            _("“%(key)s” is no organization of this file or of the registry.") % {"key": key},
            _("Add its row to the table of organizations."),
        )
    stop(lines)
    before: dict[str, Any] = {}
    if now is not None:
        now = organizations.with_profile(Organization.objects.filter(pk=now.pk)).get()
        before = organizations.read_organization(now)
        known.befores.setdefault(str(now.pk), before)
    document: dict[str, Any] = {
        name: deepcopy(value) for name, value in before.items() if name not in {"type", "url", "name"}
    }
    if main is not None:
        # A record that another was merged into keeps its own short address.
        _apply_organization(main, document, known, is_new=now is None, skip=() if now == found else ("slug",))
        main.known_id = document.get("id", "") if now is not None else ""
    parts(lines.get("other_names", ()), document.setdefault("aliases", []), known, "aliases", "name")
    parts(lines.get("profile", ()), document.setdefault("profile", []), known, "profile", "about", "texts")
    stop(lines)
    if document.get("kind") and isinstance(document["kind"], dict):
        document["kind"] = document["kind"]["code"]
    content = checked(OrganizationShape, document)
    parent = Organization.objects.get(pk=content["parent"]) if content["parent"] else None
    if now is None:
        services.demand(known.by, Permission.ORGANIZATION_EDIT)
        entered = services.add_organization(
            content, parent=parent, keep_ids=known.by.may(Permission.RESTORE), by=known.by
        )
        row = entered.organization
        for kind, told, rows in (
            ("alias", document["aliases"], entered.aliases),
            ("profile_claim", document["profile"], entered.profile),
        ):
            for part, made in zip(told, rows, strict=True):
                if part.get("id"):
                    known.became[kind, part["id"]] = str(made.pk)
        if main and (near := known.resemblance(row.name, own=row.pk)):
            main.notes.append(near)
    else:
        row = now
        change_organization(row, document, by=known.by)
    if main:
        known.lines[str(row.pk)] = main.number
    known.entered("organization")
    known.became["organization", key or row.slug] = str(row.pk)
    known.records["organization", str(row.pk)] = row.slug
    whole = organizations.with_profile(Organization.objects.filter(pk=row.pk)).get()
    after = organizations.read_organization(whole)
    tell(
        lines,
        "organizations.organization",
        str(row.pk),
        list(documents.of_organization(before)) if before else [],
        list(documents.of_organization(after)),
        known,
    )
    return row


def _found(main: Line | None, key: str, known: Registry) -> Organization | None:
    """The one that is meant, merged or not: by its id, short address, number elsewhere, or the very same name."""
    asked = as_uuid(main.text("id")) if main else None
    if asked and (row := Organization.objects.filter(pk=asked).first()):
        return row
    if key:
        made = known.became.get(("organization", key))
        return Organization.objects.filter(pk=made).first() if made else _by_slug(key, known, main)
    if main is None:
        return None
    if (cell := main.cells.get("identifiers")) and cell.text.strip():
        try:
            for each in main.table.column("identifiers").codec.read(cell, known):
                if row := ExternalIdentifier.objects.filter(**each).first():
                    return row.organization
        except ValueError:
            return None  # told when the cell is read
    names = [main.text(name) for name in ("name", "name_en", "name_fr", "name_ar") if main.text(name)]
    for name in names:
        found = known.named(name)
        if len(found) > 1:
            main.fault(
                "name",
                _("%(count)d organizations are called “%(name)s”.") % {"count": len(found), "name": name},
                _("Add a column with the short address: %(slugs)s.")
                % {"slugs": ", ".join(each.slug for each in found)},
            )
            raise Refusal
        if found:
            return found[0]
    return None


def _by_slug(key: str, known: Registry, main: Line | None) -> Organization | None:
    row = Organization.objects.filter(slug=key).first()
    if row is not None or main is not None:
        return row
    try:
        return known.organization(key)
    except ValueError:
        return None


def tell_merged(found: Organization | Person, kept: Organization | Person) -> str:
    """What a row of a merged record is told."""
    told = {"name": found.name, "kept": kept.name}
    return _("“%(name)s” was merged into “%(kept)s”: the row is taken for that one.") % told


def _apply_organization(
    line: Line, document: dict[str, Any], known: Registry, *, is_new: bool, skip: Collection[str]
) -> None:
    line.title = next(
        (line.text(each) for each in ("name", "name_en", "name_fr", "name_ar", "slug") if line.text(each)), ""
    )
    line.apply(document, known, skip={*skip, "name", "country", *(() if is_new else ("id",))})
    if "country" in line.cells:
        document["country"] = ""
        if words := line.text("country"):
            try:
                document["country"] = country(words)
            except ValueError as unclear:
                line.fault("country", str(unclear), getattr(unclear, "hint", ""))
    if name := line.text("name"):
        language = "ar" if is_arabic(name) else document.get("source_language") or "fr"
        document.setdefault("source_language", language)
        document.setdefault("names", {})[language] = name
    if is_new and not document.get("slug") and line.title:
        document["slug"] = free_slug(line.title, taken=set())


def change_organization(
    row: Organization, document: Mapping[str, Any], *, by: Actor, exactly: bool = False
) -> None:
    """Let the organization read as `document`; with `exactly`, what the document does not name goes.

    Not the change of the API, whose whole document is meant: a file adds to what it does not name, its parts may have
    the ids of another registry, and only editors change a record by it, who entered it or not.
    """
    content = checked(OrganizationShape, document)
    for name in ("slug", "source_language", "country", "city", "relation", "website"):
        setattr(row, name, content[name])
    row.kind_id = content["kind"]
    row.parent = Organization.objects.get(pk=content["parent"]) if content["parent"] else None
    for name in ("name", "short_name", "mandate"):
        languages.assign(row, name, content[f"{name}s"])
    stored(row, by=by)
    if exactly:
        _drop(row, content, by=by)
    held = {(each.scheme, each.value) for each in row.identifiers.all()}
    for each in content["identifiers"]:
        if (each["scheme"], each["value"]) not in held:
            stored(ExternalIdentifier(organization=row, **each), by=by)
    for each in content["aliases"]:
        alias = Alias.objects.filter(pk=each.get("id"), organization=row).first() or Alias(organization=row)
        alias.name, alias.language, alias.kind = each["name"], each["language"], each["kind"]
        stored(alias, by=by)
    for position, each in enumerate(content["profile"]):
        claim = ProfileClaim.objects.filter(pk=each.get("id"), organization=row).first() or ProfileClaim(
            organization=row, position=position
        )
        claim.about, claim.source_language, claim.as_of = (
            each["about"],
            each["source_language"],
            each["as_of"],
        )
        languages.assign(claim, "text", each["texts"])
        stored(claim, by=by)


def _drop(row: Organization, content: Mapping[str, Any], *, by: Actor) -> None:
    named = {(each["scheme"], each["value"]) for each in content["identifiers"]}
    for each in row.identifiers.order_by("pk"):
        if (each.scheme, each.value) not in named:
            services.remove(each, by=by)
    for rows, member in ((row.aliases, "aliases"), (row.profile_claims, "profile")):
        kept = {each.get("id") for each in content[member]}
        for each in rows.order_by("pk"):
            if each.pk not in kept:
                services.remove(each, by=by)


def stored(row: Any, *, by: Actor) -> None:
    """Store what differs: whoever may not change a record may still bring a file that says the same of it."""
    if not row._state.adding:
        now = type(row).objects.get(pk=row.pk)
        if all(
            getattr(now, each.attname) == getattr(row, each.attname) for each in row._meta.concrete_fields
        ):
            return
    services.store(row, by=by)

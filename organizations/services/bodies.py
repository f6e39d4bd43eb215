"""Enters, changes and removes organizations and people as whole documents: one write, one event.

A document is what its reader gets. Parts (other names, profile, offices) are known by their ids: one that is left out
goes, one without an id is new. What is told of a refusal is what the API answers (`lib.problems.Problem`).
"""

from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit import revision, trail
from audit.models import AuditEvent
from audit.trail import Actor, one_write
from lib import languages, sent
from lib.holding import hold
from lib.problems import Fault, Problem, Refused
from lib.shapes import checked
from organizations import queries
from organizations.models import (
    Alias,
    ExternalIdentifier,
    Office,
    Organization,
    OrganizationKind,
    Person,
    ProfileClaim,
)
from organizations.permissions import Permission
from organizations.queries.alike import Asked, alike
from organizations.queries.leaning import leaned_on, leaning
from organizations.services.records import Entered, add_office, add_organization, add_person
from organizations.shapes import OrganizationShape, PersonShape

# Members that tell nothing of the record itself, or tell it in the reader's language.
_TOLD = frozenset({"id", "type", "url", "name"})


# Who may.


def may_change(record: Organization | Person, by: Actor) -> bool:
    """Whether `by` edits all of them, or its own side entered this one."""
    if by.may(Permission.ORGANIZATION_EDIT):
        return True
    return by.may(Permission.ORGANIZATION_REGISTER) and _entered_by(record, by)


def _entered_by(record: Organization | Person, by: Actor) -> bool:
    mine = Q(actor_id=by.audit_id())
    if by.organization_id is not None:
        mine |= Q(organization_id=by.organization_id)
    verb = f"{record._meta.model_name}.registered"
    return AuditEvent.objects.filter(mine, chain=record.pk, verb=verb).exists()


def _demand_unreviewed(record: Organization | Person, by: Actor) -> None:
    """Raise Problem where a reviewed record tells of this one: who entered it alone changes it no more.

    A room above, reached by name.
    """
    if by.may(Permission.ORGANIZATION_EDIT):
        return
    if isinstance(record, Organization):
        named = record.participations.filter(agreement__editorial_state="published").exists()
        detail = _("A published agreement names this organization as a party: an editor changes it.")
    else:
        named = (
            record.signatures.filter(party__agreement__editorial_state="published").exists()
            or record.offices.filter(statements__agreement__editorial_state="published").exists()
        )
        detail = _(
            "This person signed a published agreement or is quoted in one: an editor changes the record."
        )
    if named:
        raise Problem("needs-approval", detail=detail)


def _demand_entering(by: Actor) -> None:
    if not (by.may(Permission.ORGANIZATION_REGISTER) or by.may(Permission.ORGANIZATION_EDIT)):
        raise PermissionDenied(_("This account may not do that."))


def _own(kind: type[models.Model], key: UUID, by: Actor) -> Any:
    """The record, locked. Raises its DoesNotExist, Problem for one merged away, PermissionDenied for that of others."""
    record = kind.objects.visible_to(by).select_for_update(of=("self",)).get(pk=key)
    if record.merged_into_id:
        raise Problem("gone", detail=_("This record was merged into another: change that one."))
    if not may_change(record, by):
        raise PermissionDenied(_("Only those who entered it or an editor changes a record."))
    return record


# Organizations.


def register_organization(
    document: Mapping[str, Any], *, allow_duplicate: bool = False, by: Actor
) -> Organization:
    """Enter an organization; `document` is an OrganizationShape in plain values, whose `slug` may be left out.

    Raises PermissionDenied; Refused with every fault; Problem when another has its short address or one of its numbers,
    or, unless `allow_duplicate`, when it may well be in the registry already.
    """
    _demand_entering(by)
    is_nameless = isinstance(document, Mapping) and not document.get("slug")
    content = checked(OrganizationShape, {**document, "slug": "new"} if is_nameless else document)
    with one_write():
        _hold(Organization, content | ({"slug": ""} if is_nameless else {}))
        if is_nameless:
            content["slug"] = free_slug(content["names"])
        parent = _fitting(content, None, by=by)
        if not allow_duplicate:
            _demand_new(_asked_organization(content), queries.reference, by=by)
        entered: Entered = add_organization(
            content, parent=parent, keep_ids=by.may(Permission.RESTORE), by=by
        )
    return entered.organization


def change_organization(
    key: UUID, document: Mapping[str, Any], *, reason: str = "", by: Actor
) -> Organization:
    """Let the organization read as `document`; what is left out of its parts goes. An unchanged one writes nothing.

    Raises Organization.DoesNotExist, PermissionDenied, Refused with every fault, or Problem.
    """
    content = checked(OrganizationShape, document)
    with one_write():
        row = _own(Organization, key, by)
        parent = _fitting(content, row, by=by)
        before = _plain(queries.read_organization(_whole(Organization, row)))
        for name in ("slug", "source_language", "country", "city", "relation", "website"):
            setattr(row, name, content[name])
        row.kind_id, row.parent = content["kind"], parent
        for name in ("name", "short_name", "mandate"):
            languages.assign(row, name, content[f"{name}s"])
        _save(row)
        _identify(row, content["identifiers"])
        _name(row, content["aliases"], by=by)
        _profile(row, content["profile"], by=by)
        after = _plain(queries.read_organization(_whole(Organization, row)))
        if before != after:  # who sends the same again changes nothing
            _demand_unreviewed(row, by)
        _tell("organization.changed", row, before, after, reason=reason, by=by)
    return row


def remove_organization(key: UUID, *, reason: str = "", by: Actor) -> None:
    """Take an organization out, with its names, numbers and profile; the event keeps what it was.

    Raises Organization.DoesNotExist, PermissionDenied, or Problem with those that lean on it.
    """
    with one_write():
        row = _own(Organization, key, by)
        _demand_unreviewed(row, by)
        document = _plain(queries.read_organization(_whole(Organization, row)))
        parts = [*row.aliases.all(), *row.profile_claims.all()]
        _demand_free(row, *parts, by=by)
        _remove(row, document, reason=reason, by=by)


def _asked_organization(content: Mapping[str, Any]) -> Asked:
    names = [*content["names"].values(), *content["short_names"].values()]
    names += [each["name"] for each in content["aliases"]]
    identifiers = tuple((each["scheme"], each["value"]) for each in content["identifiers"])
    parents = frozenset({UUID(content["parent"])}) if content["parent"] else frozenset()
    return Asked(
        Organization,
        tuple(dict.fromkeys(names)),
        identifiers=identifiers,
        country=content["country"],
        city=content["city"],
        apart=parents,
    )


def _fitting(content: Mapping[str, Any], row: Organization | None, *, by: Actor) -> Organization | None:
    """The parent that `content` names, when all that it points at is there. Raises Refused, or Problem."""
    faults: list[Fault] = []
    if content["kind"] and not OrganizationKind.objects.filter(pk=content["kind"]).exists():
        faults.append(
            Fault("/kind", "unknown_code", _("This is not in the vocabulary of organization kinds."))
        )
    parent = None
    if content["parent"]:
        parent = _named(Organization, content["parent"], by)
        if parent is None:
            faults.append(_points_nowhere("/parent", Organization))
    if bool(content["parent"]) != bool(content["relation"]):
        faults.append(
            Fault(
                "/relation",
                "relation_iff_parent",
                _("Say how the organization belongs to its parent, and only then."),
            )
        )
    if faults:
        raise Refused(faults)
    _demand_own_place(content, row)
    return parent


def _demand_own_place(content: Mapping[str, Any], row: Organization | None) -> None:
    """Raise Problem when another organization has the short address or a number. Whoever asks next waits."""
    told = [(each["scheme"], each["value"]) for each in content["identifiers"]]
    hold(_slug(content["slug"]), *(held("organizations", *each) for each in told))
    others = Organization.objects.exclude(pk=row.pk if row else None)
    faults, taken = [], []
    if other := others.filter(slug=content["slug"]).first():
        faults.append(Fault("/slug", "taken", _("Another organization has this short address.")))
        taken.append(other)
    for index, (scheme, value) in enumerate(told):
        if other := others.filter(identifiers__scheme=scheme, identifiers__value=value).first():
            faults.append(
                Fault(f"/identifiers/{index}", "taken", _("Another organization has this identifier."))
            )
            taken.append(other)
    if faults:
        references = [queries.reference(each) for each in dict.fromkeys(taken)]
        raise Problem("conflict", faults=faults, members={"conflicts_with": references})


def free_slug(names: Mapping[str, str]) -> str:
    """A short address made of the first name there is that no other organization has."""
    base = _base(names)
    hold(_slug(base))
    taken = Organization.objects.filter(slug=base).exists()
    return f"{base}-{token_hex(3)}" if taken else base


def _base(names: Mapping[str, str]) -> str:
    return slugify(next(iter(names.values())))[:60].strip("-") or "organization"


def _identify(row: Organization, told: Sequence[Mapping[str, str]]) -> None:
    wanted = {(each["scheme"], each["value"]): None for each in told}
    now = {(each.scheme, each.value): each for each in row.identifiers.all()}
    for each in now.keys() - wanted.keys():
        now[each].delete()
    ExternalIdentifier.objects.bulk_create(
        ExternalIdentifier(organization=row, scheme=scheme, value=value)
        for scheme, value in wanted
        if (scheme, value) not in now
    )


def _name(row: Organization, told: Sequence[Mapping[str, Any]], *, by: Actor) -> None:
    def write(alias: Alias, part: Mapping[str, Any], _position: int) -> None:
        alias.organization = row
        alias.name, alias.language, alias.kind = part["name"], part["language"], part["kind"]

    _put(row.aliases.all(), told, "/aliases", write, lambda alias: alias.name, by=by)


def _profile(row: Organization, told: Sequence[Mapping[str, Any]], *, by: Actor) -> None:
    def write(claim: ProfileClaim, part: Mapping[str, Any], position: int) -> None:
        claim.organization, claim.position, claim.about = row, position, part["about"]
        claim.source_language, claim.as_of = part["source_language"], part["as_of"]
        languages.assign(claim, "text", part["texts"])

    def says(claim: ProfileClaim) -> tuple:
        return claim.about, tuple(languages.texts(claim, "text").items())

    _put(row.profile_claims.all(), told, "/profile", write, says, by=by)


# People.


def register_person(document: Mapping[str, Any], *, allow_duplicate: bool = False, by: Actor) -> Person:
    """Enter a person with their offices; `document` is a PersonShape. Raises as `register_organization` does."""
    _demand_entering(by)
    content = checked(PersonShape, document)
    with one_write():
        _hold(Person, content)
        bodies = _bodies(content, by=by)
        if not allow_duplicate:
            asked = Asked(
                Person,
                tuple(content["names"].values()),
                organizations=frozenset(each.pk for each in bodies),
            )
            _demand_new(asked, queries.person_reference, by=by)
        keep = by.may(Permission.RESTORE)
        person = add_person(content, keep_ids=keep, by=by)
        for part, body in zip(content["offices"], bodies, strict=True):
            add_office(part, person=person, organization=body, keep_ids=keep, by=by)
    return person


def change_person(key: UUID, document: Mapping[str, Any], *, reason: str = "", by: Actor) -> Person:
    """Let the person, with their offices, read as `document`. Raises as `change_organization` does."""
    content = checked(PersonShape, document)
    with one_write():
        row = _own(Person, key, by)
        bodies = _bodies(content, by=by)
        before = _plain(queries.read_person(_whole(Person, row)))
        row.source_language = content["source_language"]
        languages.assign(row, "name", content["names"])
        _save(row)

        def write(office: Office, part: Mapping[str, Any], position: int) -> None:
            office.person, office.organization = row, bodies[position]
            office.attachment, office.source_language = part["attachment"], part["source_language"]
            office.since, office.until = part["since"], part["until"]
            languages.assign(office, "title", part["titles"])

        def says(office: Office) -> tuple:
            return office.organization_id, tuple(languages.texts(office, "title").items())

        _put(row.offices.all(), content["offices"], "/offices", write, says, by=by)
        after = _plain(queries.read_person(_whole(Person, row)))
        if before != after:
            _demand_unreviewed(row, by)
        _tell("person.changed", row, before, after, reason=reason, by=by)
    return row


def remove_person(key: UUID, *, reason: str = "", by: Actor) -> None:
    """Take a person out, with their offices. Raises as `remove_organization` does."""
    with one_write():
        row = _own(Person, key, by)
        _demand_unreviewed(row, by)
        document = _plain(queries.read_person(_whole(Person, row)))
        offices = list(row.offices.all())
        _demand_free(row, *offices, by=by)
        row.offices.all().delete()
        _remove(row, document, reason=reason, by=by)


def _bodies(content: Mapping[str, Any], *, by: Actor) -> list[Organization]:
    """The organizations of the offices, in their order. Raises Refused."""
    found = [_named(Organization, each["organization"], by) for each in content["offices"]]
    faults = [
        _points_nowhere(f"/offices/{index}/organization", Organization)
        for index, each in enumerate(found)
        if each is None
    ]
    if faults:
        raise Refused(faults)
    return found


# What both do.


def held(resource: str, scheme: str, value: str) -> str:
    """The name under which an identifier is held while it is looked up and given (`lib.holding`)."""
    return f"identifiers:{resource}:{scheme}:{value}"


def holds(kind: type[models.Model], document: Mapping[str, Any]) -> list[str]:
    """What entering `document` holds until the end of the transaction: its names, its short address, its numbers.

    Whoever enters many at once holds all of it first, so that two who do so do not wait for each other. Of two who
    enter the same at once the second sees what the first has entered.
    """
    names = document["names"].values()
    held_names = [f"names:{kind._meta.model_name}:{' '.join(each.casefold().split())}" for each in names]
    if kind is Person:
        return held_names
    numbers = [held("organizations", each["scheme"], each["value"]) for each in document["identifiers"]]
    return [*held_names, _slug(document.get("slug") or _base(document["names"])), *numbers]


def _slug(slug: str) -> str:
    return f"organizations.slug:{slug}"


def _hold(kind: type[models.Model], content: Mapping[str, Any]) -> None:
    hold(*holds(kind, content))


def _whole(kind: type[models.Model], row: Any) -> Any:
    """The row with all its parts, as the database has them now."""
    if kind is Organization:
        return next(each for each in queries.whole({row.pk}) if each.pk == row.pk)
    return queries.with_offices(kind.objects.filter(pk=row.pk)).get()


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what is told beside the facts."""
    return {name: _bare(value) for name, value in document.items() if name not in _TOLD}


def _bare(value: Any) -> Any:
    """A code or a reference is its key alone."""
    if isinstance(value, Mapping):
        if value.keys() == {"code", "label"}:
            return value["code"]
        if value.keys() == {"id", "type", "label", "url"}:
            return value["id"]
        return {name: _bare(each) for name, each in value.items()}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _save(row: models.Model) -> None:
    """Save the row, where it says something else than before: a change without an event is refused."""
    if row._state.adding or revision.columns(type(row).objects.get(pk=row.pk)) != revision.columns(row):
        row.save()


def _tell(verb: str, row: models.Model, before: dict, after: dict, *, reason: str, by: Actor) -> None:
    """One event with the members that moved; none where nothing did."""
    if moved := {name: (before[name], value) for name, value in after.items() if before[name] != value}:
        trail.record(verb, row, by=by, reason=reason, changes=moved)


def _named(kind: type[models.Model], name: str, by: Actor) -> Any:
    """The record that a document points at by its id; one that was merged is the one that was kept."""
    key = sent.key(name)
    row = kind.objects.visible_to(by).filter(pk=key).first() if key else None
    return row and queries.successor(row)


def _points_nowhere(pointer: str, kind: type[models.Model]) -> Fault:
    return Fault(
        pointer,
        "points_nowhere",
        _("This names no %(kind)s of the registry.") % {"kind": kind._meta.verbose_name},
    )


def _put(
    rows: models.QuerySet,
    told: Sequence[Mapping[str, Any]],
    at: str,
    write: Callable[[Any, Mapping[str, Any], int], None],
    says: Callable[[Any], Any],
    *,
    by: Actor,
) -> None:
    """Let exactly these be the parts of a record: those with an id are the ones there are, the others are new.

    One without an id that `says` the same as one there is, is that one: who sends the same again changes nothing.
    """
    now = {each.pk: each for each in rows}
    named = [part["id"] for part in told if part.get("id")]
    faults = [
        Fault(
            f"{at}/{index}/id",
            "points_nowhere",
            _("This names no part of the record: leave it out for a new one."),
        )
        for index, part in enumerate(told)
        if part.get("id") and part["id"] not in now
    ]
    if len(named) != len(set(named)):
        faults.append(Fault(at, "named_twice", _("Two of these have the same id.")))
    if faults:
        raise Refused(faults)
    free = {says(each): key for key, each in now.items() if key not in named}
    wanted = []
    for position, part in enumerate(told):
        new = rows.model()
        write(new, part, position)
        key = part.get("id") or free.pop(says(new), None)
        if key:
            write(now[key], part, position)
        wanted.append(now.get(key, new))
    gone = [now[key] for key in now.keys() - {each.pk for each in wanted}]
    _demand_free(*gone, by=by)
    rows.model.objects.filter(pk__in=[each.pk for each in gone]).delete()
    for each in wanted:
        _save(each)


def _demand_new(asked: Asked, candidate: Callable[[Any], dict], *, by: Actor) -> None:
    """Raise Problem with those it may well be, the surest first."""
    found = [each for each in alike(asked, actor=by) if each.is_same]
    if found:
        raise Problem(
            "possible-duplicate",
            members={"candidates": [candidate(each.record) | {"why": each.reasons} for each in found]},
        )


def _demand_free(*records: models.Model, by: Actor) -> None:
    """Raise Problem with the first of those that lean on one of the records."""
    if any(leaned_on(each) for each in records):
        told: dict[str, dict] = {}
        for record in records:
            told |= {each["id"]: each for each in leaning(record, actor=by)}
        raise Problem("protected", members={"leaning": list(told.values())[:20]})


def _remove(row: models.Model, document: Mapping[str, Any], *, reason: str, by: Actor) -> None:
    trail.record(
        f"{row._meta.model_name}.removed",
        row,
        by=by,
        reason=reason,
        changes={name: (value, None) for name, value in document.items()},
    )
    row.delete()

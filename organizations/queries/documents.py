"""Reads organizations and people: one bundle of queries for a list, plain documents for what is shown."""

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db.models.expressions import RawSQL

from lib import addresses, languages, rows
from lib.compiled import Compiled, compiled, stand_in
from lib.keyset import Order
from lib.ordering import by_words
from organizations.models import (
    Alias,
    ExternalIdentifier,
    Office,
    Organization,
    OrganizationKind,
    Person,
    ProfileClaim,
)

BY_NAME = Order("name", "sorting", filled=True)
"""The order of a list that `by_name` prepares."""


def by_name(rows):
    """Annotate `sorting` on organizations or people: the name as this reader gets it, folded."""
    return by_words(rows, "name", into="sorting")


def with_profile(organizations):
    """Bring what `read_organization` needs: four queries, however many organizations."""
    return organizations.select_related("kind", "parent").prefetch_related(
        "aliases", "identifiers", "profile_claims"
    )


_KEYS = stand_in(str, "organizations")
_AND_ABOVE = """
    WITH RECURSIVE above(id, parent_id) AS (
        SELECT id, parent_id FROM organizations_organization WHERE id = ANY(%s::uuid[])
        UNION SELECT o.id, o.parent_id FROM organizations_organization o JOIN above ON o.id = above.parent_id
    ) SELECT id FROM above"""
_PARTS = {"aliases": Alias, "identifiers": ExternalIdentifier, "profile_claims": ProfileClaim}


def whole(keys: Collection[UUID]) -> list[Organization]:
    """The organizations of `keys` and everybody above them, as `with_profile` brings them.

    Four queries, however many they are, and none for nobody. Their SQL is written once.
    """
    if not keys:
        return []
    found = {}
    for told in _with_those_above().rows(organizations=rows.array(keys)):
        row, kind = rows.built(Organization, told), told[len(Organization._meta.concrete_fields) :]
        row.kind = rows.built(OrganizationKind, kind) if row.kind_id else None
        found[row.pk] = row
    for row in found.values():
        row.parent = found[row.parent_id] if row.parent_id else None
    for name, model in _PARTS.items():
        parts = defaultdict(list)
        for part in rows.found(model, found, by="organization"):
            parts[part.organization_id].append(part)
        for row in found.values():
            # As a prefetch does; a related manager gives out what stands here.
            row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = parts[row.pk]
    return list(found.values())


@cache
def _with_those_above() -> Compiled:
    above = RawSQL(_AND_ABOVE, [_KEYS])  # noqa: S611  words of our own
    return compiled(Organization.objects.filter(pk__in=above).select_related("kind"), organizations=_KEYS)


def reference(organization: Organization) -> dict:
    """How a document points at an organization."""
    return addresses.reference("organization", "organizations", organization.pk, organization.label)


def person_reference(person: Person) -> dict:
    """How a document points at a person."""
    return addresses.reference("person", "people", person.pk, languages.spoken(person, "name"))


def read_organization(organization: Organization) -> dict:
    """The organization as OrganizationShape has it. Needs `with_profile`."""
    return {
        "id": str(organization.pk),
        "type": "organization",
        "url": addresses.api("organizations", organization.pk),
        "slug": organization.slug,
        "source_language": organization.source_language,
        "name": organization.name,
        "names": languages.texts(organization, "name"),
        "short_names": languages.texts(organization, "short_name"),
        "kind": addresses.code(organization.kind),
        "country": organization.country,
        "city": organization.city,
        "parent": reference(organization.parent) if organization.parent else None,
        "relation": organization.relation,
        "mandates": languages.texts(organization, "mandate"),
        "website": organization.website,
        "identifiers": [
            {"scheme": each.scheme, "value": each.value}
            for each in sorted(organization.identifiers.all(), key=lambda each: (each.scheme, each.value))
        ],
        "aliases": [
            {"id": str(each.pk), "name": each.name, "language": each.language, "kind": each.kind}
            for each in sorted(organization.aliases.all(), key=lambda each: each.pk)
        ],
        "profile": [
            {
                "id": str(each.pk),
                "about": each.about,
                "source_language": each.source_language,
                "texts": languages.texts(each, "text"),
                "as_of": each.as_of,
            }
            for each in sorted(organization.profile_claims.all(), key=lambda each: (each.position, each.pk))
        ],
    }


def with_offices(people):
    """Bring what `read_person` needs: three queries, however many people."""
    return people.prefetch_related("offices__organization")


def read_office(office: Office) -> dict:
    """The office as OfficeShape has it."""
    return {
        "id": str(office.pk),
        "type": "office",
        "organization": reference(office.organization),
        "attachment": office.attachment,
        "source_language": office.source_language,
        "title": office.title,
        "titles": languages.texts(office, "title"),
        "since": office.since.as_json(),
        "until": office.until.as_json(),
    }


def read_person(person: Person) -> dict:
    """The person as PersonShape has it. Needs `with_offices`."""
    return {
        "id": str(person.pk),
        "type": "person",
        "url": addresses.api("people", person.pk),
        "source_language": person.source_language,
        "name": person.name,
        "names": languages.texts(person, "name"),
        "offices": [read_office(each) for each in sorted(person.offices.all(), key=lambda each: each.pk)],
    }

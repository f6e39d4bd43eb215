"""Reads organizations and people: one bundle of queries for a list, plain documents for what is shown."""

from lib import addresses, languages
from lib.keyset import Order
from lib.ordering import by_words
from organizations.models import Office, Organization, Person

BY_NAME = Order("name", "sorting")
"""The order of a list that `by_name` prepares."""


def by_name(rows):
    """Annotate `sorting` on organizations or people: the name as this reader gets it, folded."""
    return by_words(rows, "name", into="sorting")


def with_profile(organizations):
    """Bring what `read_organization` needs: four queries, however many organizations."""
    return organizations.select_related("kind", "parent").prefetch_related(
        "aliases", "identifiers", "profile_claims"
    )


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

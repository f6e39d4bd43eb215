"""Organizations and people as linked data."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from lib import addresses, linked

TYPES = {
    "association": "NGO",
    "ngo": "NGO",
    "company": "Corporation",
    "local_authority": "GovernmentOrganization",
    "ministry": "GovernmentOrganization",
    "public_body": "GovernmentOrganization",
    "research": "ResearchOrganization",
}
"""Our kind of an organization → the class of schema.org. The others are organizations."""


def organization(document: Mapping[str, Any]) -> dict:
    """The document of an organization as a node."""
    kind = document["kind"]
    others: dict[str, list[str]] = defaultdict(list)
    for language, name in document["short_names"].items():
        others[language].append(name)
    for each in document["aliases"]:
        others[each["language"]].append(each["name"])
    return linked.node(
        TYPES.get(kind["code"], "Organization") if kind else "Organization",
        id_=document["url"],
        mainEntityOfPage=linked.page("organization", document["slug"]),
        name=document["names"],
        alternateName=dict(others),
        kind=linked.term("organization-kinds", kind),
        identifier=linked.numbers(document["identifiers"]),
        address=linked.node(
            "PostalAddress", addressCountry=document["country"], addressLocality=document["city"]
        )
        if document["country"] or document["city"]
        else None,
        url=document["website"],
        description=document["mandates"],
        parentOrganization=linked.pointing(document["parent"], "Organization"),
        parentRelation=document["relation"] if document["parent"] else None,
        profile=[
            linked.node(
                "ProfileClaim",
                aboutWhat=each["about"],
                description=each["texts"],
                asOf=each["as_of"],
                quote=linked.quotes(each),
            )
            for each in document["profile"]
        ],
    )


def person(document: Mapping[str, Any]) -> dict:
    """The document of a person as a node."""
    return linked.node(
        "Person",
        id_=document["url"],
        mainEntityOfPage=linked.page("person", document["id"]),
        name=document["names"],
        hasOccupation=[
            linked.node(
                "Role",
                id_=addresses.api("offices", each["id"]),
                roleName=each["titles"],
                memberOf=linked.pointing(each["organization"], "Organization"),
            )
            for each in document["offices"]
        ],
    )

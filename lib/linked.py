"""The terms of our linked data (JSON-LD 1.1): those of schema.org where they fit, our own where none does.

The context says for programs what each name stands for, the page `/ns` says it for people. Words are told in every
language there is, dates as claims: a plain day stands beside a claim only where a source states that very day.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib import addresses

SCHEMA = "https://schema.org/"

CLASSES = {
    "Agreement": _("What two or more organizations agreed on, as sources tell it."),
    "Party": _("An organization in an agreement, under the name the text gives it."),
    "Objective": _("What an agreement aims at. It binds nobody."),
    "Commitment": _(
        "What parties undertake. A joint one is owed by all of its debtors together, and counts once."
    ),
    "Statement": _("What was said about an agreement. It binds nobody."),
    "Advantage": _("A benefit claimed for an agreement; nobody’s commitment."),
    "LifecycleEvent": _("A suspension, resumption, termination or renewal."),
    "Amendment": _("A change of an agreement by its parties."),
    "OpenQuestion": _("A recorded doubt, with its competing readings."),
    "DateClaim": _(
        "A date as a source tells it: its words, the days between which it lies, and on what basis."
    ),
    "ProfileClaim": _("What a source says of an organization."),
    "Fulfilment": _("An activity counted towards a commitment, wholly or in part."),
    "Participation": _("How many people an activity reached, by group and sex."),
}
PROPERTIES = {
    "kind": _("What sort of thing it is, by a vocabulary of the registry."),
    "legalState": _("Where an agreement stands today, as far as its sources tell."),
    "party": _("A party of an agreement."),
    "letter": _("The letter of a party: A, B …"),
    "role": _("In what role an organization is party."),
    "organization": _("The organization that is party."),
    "nameAsWritten": _("The name that the text gives a party."),
    "signatory": _("Who signed for a party."),
    "signed": _("When it was signed."),
    "effective": _("When it entered into force."),
    "ends": _("When it ends."),
    "due": _("When a commitment is due."),
    "occurred": _("When an event of its life took place."),
    "held": _("When an activity was or is to be held."),
    "stated": _("The words of the source."),
    "earliest": _("The first day it can be."),
    "latest": _("The last day it can be."),
    "edtf": _("The days it can be, in EDTF (ISO 8601-2)."),
    "basis": _("stated, derived, relative, not_stated or none"),
    "note": _("From what it is derived, or another remark."),
    "occasion": _("The occasion on which it was signed."),
    "renewal": _("What happens at the end of the term: not_stated, none, automatic or by_agreement."),
    "renewalRule": _("The rule of renewal, in words."),
    "noticeDays": _("The period of notice in days."),
    "amount": _("The amount that a source states."),
    "objective": _("An objective of an agreement."),
    "commitment": _("A commitment of an agreement, or the one an activity counts towards."),
    "number": _("The number of a commitment or of an amendment, or how many people were reached."),
    "joint": _("Whether a commitment is owed by several together."),
    "purpose": _("What a commitment is for."),
    "quantity": _("How many or how much is undertaken."),
    "unit": _("Of what."),
    "beneficiary": _("Whom an advantage is for."),
    "statement": _("Something said about an agreement."),
    "attribution": _("To whom a text ascribes a statement, in its own words."),
    "manner": _("How it was said."),
    "advantage": _("An advantage claimed for an agreement."),
    "lifecycleEvent": _("An event in the life of an agreement."),
    "amendment": _("An amendment of an agreement."),
    "implements": _("The framework under which an agreement was made."),
    "amends": _("The agreement that it amends."),
    "renews": _("The agreement that it renews."),
    "supersedes": _("The agreement that it replaces."),
    "openQuestion": _("A doubt about an agreement."),
    "reading": _("One way to read what is doubtful."),
    "quote": _("The words of a source that prove a fact."),
    "start": _("Where a quote begins, in characters from the beginning of the source."),
    "end": _("Where a quote ends; this character is not in it."),
    "parentRelation": _("How an organization stands to the one above it."),
    "profile": _("What sources say of an organization."),
    "aboutWhat": _("What a profile claim is about."),
    "asOf": _("As of when."),
    "activityStatus": _("planned, held or cancelled"),
    "countsToward": _("What an activity counts towards."),
    "extent": _("How much of a commitment an activity fulfils: part or whole."),
    "reached": _("Whom an activity reached."),
    "sex": _("female, male or all"),
}
_OF_SCHEMA = (
    # Classes.
    *(
        "CreativeWork",
        "NewsArticle",
        "DigitalDocument",
        "Quotation",
        "Organization",
        "GovernmentOrganization",
    ),
    *("NGO", "Corporation", "ResearchOrganization", "Person", "Project", "Audience", "Action", "Event"),
    *("EducationEvent", "DefinedTerm", "PropertyValue", "MonetaryAmount", "Place", "PostalAddress"),
    # Properties.
    *("identifier", "propertyID", "value", "currency", "version", "inLanguage", "contributor", "about"),
    *("audience", "potentialAction", "agent", "recipient", "provider", "subjectOf", "author", "publisher"),
    *("isRelatedTo", "termCode", "keywords", "location", "locationCreated", "address", "addressCountry"),
    *("addressLocality", "parentOrganization", "organizer", "hasOccupation", "Role", "memberOf"),
)
_TEXTS = ("name", "alternateName", "description", "audienceType", "roleName")
_OWN_TEXTS = ("occasion", "renewalRule", "purpose")
_ADDRESSES = ("url", "mainEntityOfPage", "inDefinedTermSet", "isPartOf", "eventStatus")
_DAYS = ("dateCreated", "datePublished", "expires", "startDate", "endDate")
_OWN_DAYS = ("earliest", "latest")


def namespace() -> str:
    """What our own terms begin with: an address where they are explained."""
    return f"{settings.PUBLIC_URL}/ns#"


def context_address() -> str:
    """Where the context is, for programs."""
    return f"{settings.PUBLIC_URL}/ns/mithaq.jsonld"


def context() -> dict:
    """The context of our linked data. Whoever has it needs nothing else of the web."""
    terms: dict[str, Any] = {name: f"mithaq:{name}" for name in (*CLASSES, *PROPERTIES)}
    terms |= {name: f"schema:{name}" for name in _OF_SCHEMA}
    terms |= {name: {"@id": f"schema:{name}", "@container": "@language"} for name in _TEXTS}
    terms |= {name: {"@id": f"mithaq:{name}", "@container": "@language"} for name in _OWN_TEXTS}
    terms |= {name: {"@id": f"schema:{name}", "@type": "@id"} for name in _ADDRESSES}
    terms |= {name: {"@id": f"schema:{name}", "@type": "schema:Date"} for name in _DAYS}
    terms |= {name: {"@id": f"mithaq:{name}", "@type": "schema:Date"} for name in _OWN_DAYS}
    return {
        "@context": {
            "@version": 1.1,
            "@protected": True,
            "schema": SCHEMA,
            "mithaq": namespace(),
            "label": "schema:name",
            "text": "schema:text",
        }
        | dict(sorted(terms.items()))
    }


# Nodes.


def node(type: str | list[str], **members: Any) -> dict:
    """A node with the members that say something. `id_` is its address."""
    found = {"@id": members.pop("id_", None), "@type": type} | members
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def pointing(reference: Mapping[str, Any] | None, type: str) -> dict | None:
    """A node that only points, made of a reference of ours."""
    return reference and node(type, id_=reference["url"], label=reference["label"])


def at(resource: str, key: Any) -> dict | None:
    """A node that is told elsewhere, in the same document or at its own address."""
    return {"@id": addresses.api(resource, key)} if key else None


def term(vocabulary: str, code: Mapping[str, str] | None) -> dict | None:
    """A term of one of our vocabularies."""
    return code and node(
        "DefinedTerm",
        termCode=code["code"],
        label=code["label"],
        inDefinedTermSet=addresses.api("vocabularies", vocabulary),
    )


def claim(told: Mapping[str, Any]) -> dict | None:
    """A date claim; None where nothing is said of the date."""
    if told["basis"] == "not_stated":
        return None
    return node(
        "DateClaim",
        **{name: told[name] for name in ("stated", "earliest", "latest", "edtf", "basis", "note")},
    )


def day(told: Mapping[str, Any]) -> str | None:
    """The very day that a source states, for terms that know days alone."""
    exact = told["basis"] == "stated" and told["earliest"] is not None and told["earliest"] == told["latest"]
    return told["earliest"] if exact else None


def numbers(identifiers: Iterable[Mapping[str, str]]) -> list[dict]:
    """Numbers in other registers."""
    return [node("PropertyValue", propertyID=each["scheme"], value=each["value"]) for each in identifiers]


def place(name: str) -> dict | None:
    return node("Place", label=name) if name else None


def quotes(part: Mapping[str, Any]) -> list[dict]:
    """What proves the part, where its document tells it."""
    return [
        node(
            "Quotation",
            text=each["quote"],
            isPartOf=addresses.api("sources", each["source"]),
            start=each["start"],
            end=each["end"],
        )
        for each in part.get("citations", ())
    ]


def page(name: str, key: Any) -> str:
    """The address of a page, in the language of the request."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=[key])}"

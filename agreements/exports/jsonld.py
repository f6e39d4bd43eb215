"""Agreements as linked data: what `queries.dossier.read` tells, in the terms of `lib.linked`.

With its proof, a document brings the quotes at each fact and the sources they are from.
"""

from collections.abc import Mapping
from typing import Any

from lib import linked

LINKS = {
    "implements": "implements",
    "amends": "amends",
    "renews": "renews",
    "supersedes": "supersedes",
    "related": "isRelatedTo",
}
SOURCES = {"press_article": "NewsArticle", "signed_text": "DigitalDocument", "annex": "DigitalDocument"}


def agreement(document: Mapping[str, Any]) -> dict:
    """The dossier of an agreement as a node."""
    return _Node(document).whole()


class _Node:
    """Turns one dossier into a node; knows which organization each party is."""

    def __init__(self, document: Mapping[str, Any]):
        self.document = document
        self.organizations = {each["id"]: each["organization"] for each in document["parties"]}

    def whole(self) -> dict:
        d, dates = self.document, self.document["dates"]
        return linked.node(
            ["CreativeWork", "Agreement"],
            id_=d["url"],
            mainEntityOfPage=linked.page("agreement", d["code"]),
            identifier=self.identifiers(),
            version=d["version"],
            name=d["titles"],
            inLanguage=d["source_language"],
            kind=linked.term("agreement-kinds", d["kind"]),
            legalState=linked.node(
                "DefinedTerm", termCode=d["legal_state"]["code"], label=d["legal_state"]["label"]
            ),
            **{name: linked.claim(dates[name]) for name in ("signed", "effective", "ends")},
            dateCreated=linked.day(dates["signed"]),
            expires=linked.day(dates["ends"]),
            occasion=d["occasions"],
            locationCreated=linked.place(d["place_of_signature"]),
            renewal=d["renewal"]["rule"] if d["renewal"]["rule"] != "not_stated" else None,
            renewalRule=d["renewal"]["texts"],
            noticeDays=d["renewal"]["notice_days"],
            amount=d["amount"] and linked.node("MonetaryAmount", **d["amount"]),
            about=linked.pointing(d["programme"], "Project"),
            keywords=[linked.term("themes", each) for each in d["themes"]],
            contributor=[self.organization(each["id"]) for each in d["parties"]],
            party=[self.party(each) for each in d["parties"]],
            audience=[self.group(each) for each in d["groups"]],
            objective=[self.said("Objective", "objectives", each) for each in d["objectives"]],
            potentialAction=[self.commitment(each) for each in d["commitments"]],
            statement=[self.statement(each) for each in d["statements"]],
            advantage=[self.advantage(each) for each in d["advantages"]],
            lifecycleEvent=[self.event(each) for each in d["events"]],
            amendment=[self.amendment(each) for each in d["amendments"]],
            openQuestion=[self.question(each) for each in d["questions"]],
            **self.links(),
            quote=linked.quotes(d),
            subjectOf=[self.source(each) for each in d.get("sources", ())],
        )

    def identifiers(self) -> list[dict]:
        d = self.document
        own = [linked.node("PropertyValue", propertyID="mithaq", value=d["code"])]
        if d["reference"]:
            own.append(linked.node("PropertyValue", propertyID="reference", value=d["reference"]))
        return own + linked.numbers(d["identifiers"])

    def organization(self, party: str | None) -> dict | None:
        """The organization that is this party."""
        return linked.pointing(self.organizations[party], "Organization") if party else None

    def said(self, type: str | list[str], resource: str, part: Mapping[str, Any], **members: Any) -> dict:
        """A part with words."""
        return linked.node(
            type,
            id_=linked.at(resource, part["id"])["@id"],
            description=part["texts"],
            **members,
            quote=linked.quotes(part),
        )

    def party(self, part: Mapping[str, Any]) -> dict:
        return linked.node(
            "Party",
            id_=linked.at("parties", part["id"])["@id"],
            letter=part["letter"],
            organization=self.organization(part["id"]),
            role=linked.term("party-roles", part["role"]),
            nameAsWritten=part["name_as_written"],
            signatory=[linked.pointing(each["person"], "Person") for each in part["signatories"]],
            quote=linked.quotes(part),
        )

    def group(self, part: Mapping[str, Any]) -> dict:
        return linked.node(
            "Audience",
            id_=linked.at("groups", part["id"])["@id"],
            audienceType=part["texts"],
            kind=linked.term("target-groups", part["concept"]),
            organization=linked.pointing(part["of_organization"], "Organization"),
            location=linked.place(part["place"]),
            quote=linked.quotes(part),
        )

    def whom(self, beneficiaries: Mapping[str, list[str]]) -> list[dict]:
        return [
            *(self.organization(each) for each in beneficiaries["parties"]),
            *(linked.at("groups", each) for each in beneficiaries["groups"]),
        ]

    def commitment(self, part: Mapping[str, Any]) -> dict:
        return self.said(
            ["Action", "Commitment"],
            "commitments",
            part,
            identifier=part["label"],
            number=part["number"],
            kind=linked.term("commitment-kinds", part["kind"]),
            agent=[self.organization(each) for each in part["debtors"]],
            joint=part["joint"],
            recipient=self.whom(part["beneficiaries"]),
            purpose=part["purposes"],
            due=linked.claim(part["due"]),
            quantity=part["quantity"],
            unit=part["unit"],
            location=linked.place(part["place"]),
        )

    def statement(self, part: Mapping[str, Any]) -> dict:
        return self.said(
            "Statement",
            "statements",
            part,
            author=linked.at("offices", part["speaker"]),
            attribution=part["attribution"],
            manner=part["manner"],
        )

    def advantage(self, part: Mapping[str, Any]) -> dict:
        return self.said(
            "Advantage",
            "advantages",
            part,
            provider=self.organization(part["provider"]),
            beneficiary=self.whom(part["beneficiaries"]),
        )

    @staticmethod
    def event(part: Mapping[str, Any]) -> dict:
        return linked.node(
            "LifecycleEvent",
            id_=linked.at("events", part["id"])["@id"],
            identifier=part["kind"],
            occurred=linked.claim(part["occurred"]),
            ends=linked.claim(part["ends"]),
            description=part["reasons"],
            quote=linked.quotes(part),
        )

    @staticmethod
    def amendment(part: Mapping[str, Any]) -> dict:
        return linked.node(
            "Amendment",
            number=part["number"],
            identifier=part["reference"],
            signed=linked.claim(part["signed"]),
            effective=linked.claim(part["effective"]),
            description=part["summaries"],
        )

    def question(self, part: Mapping[str, Any]) -> dict:
        return linked.node(
            "OpenQuestion",
            id_=linked.at("open-questions", part["id"])["@id"],
            description=part["texts"],
            reading=[linked.node("CreativeWork", description=each["texts"]) for each in part["readings"]],
        )

    def links(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        for each in self.document["links"]:
            found.setdefault(LINKS[each["kind"]], []).append(linked.pointing(each["agreement"], "Agreement"))
        return found

    @staticmethod
    def source(part: Mapping[str, Any]) -> dict:
        return linked.node(
            SOURCES.get(part["kind"], "CreativeWork"),
            id_=part["url"],
            name={part["language"]: part["title"]} if part["title"] else None,
            inLanguage=part["language"],
            url=part["address"],
            author=part["byline"],
            publisher=part["publisher"],
            datePublished=linked.day(part["published"]),
        )

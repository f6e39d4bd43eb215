"""What may be chosen in the fields of a draft."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from agreements.forms.record.fields import Options, first_words, pointer
from agreements.models import (
    Agreement,
    AgreementKind,
    Citation,
    CommitmentKind,
    LifecycleEvent,
    NamedGroup,
    Objective,
    PartyRole,
    Programme,
    Source,
    Statement,
    TargetGroup,
    Theme,
)
from lib import languages
from organizations.models import Office, Organization, OrganizationKind, ProfileClaim
from organizations.models.organization import SourceLanguage

IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Choices:
    """What may be chosen in a draft: terms of the vocabularies, and the parts that are there. Eight queries at most."""

    def __init__(self, content: Mapping[str, Any], labels: Mapping[str, str]):
        self.content, self.labels = content, labels
        self._found: dict[str, Options] = {}

    def __getitem__(self, name: str) -> Options:
        """For templates: what may be chosen there."""
        return self.of(name)

    def of(self, name: str) -> Options:
        if name not in self._found:
            self._found[name] = _OPTIONS[name](self)
        return self._found[name]

    def terms(self, model) -> Options:
        rows = model.objects.filter(retired=False).order_by("position", "code")
        return [(each.code, str(languages.spoken(each, "label"))) for each in rows]

    def parts(self, member: str, name: str = "texts") -> Options:
        return [(each["key"], self.named(each, name)) for each in self.content.get(member, ())]

    def named(self, part: Mapping[str, Any], name: str) -> str:
        """How a part is called where it is chosen: its label and its first words."""
        words = first_words(part.get(name) or {}, self.content.get("source_language", ""))
        label = self.labels.get(part["key"], "")
        return " · ".join(each for each in (label, words[:80]) if each) or part["key"]

    def parties(self) -> Options:
        names = dict(self.of("organizations"))
        found = []
        for each in self.content.get("parties", ()):
            name = names.get(pointer(each.get("organization")), each.get("name_as_written", ""))
            found.append((each["key"], " · ".join(filter(None, (self.labels.get(each["key"], ""), name)))))
        return found

    def organizations(self) -> Options:
        """Those of the draft, and those of the registry that the draft points at."""
        found = [
            (each["key"], first_words(each.get("short_names") or each.get("names") or {}, ""))
            for each in self.content.get("organizations", ())
        ]
        there = {key for key, _name in found}
        pointed = {key for key in _pointed(self.content) if key not in there}
        rows = Organization.objects.filter(pk__in=[key for key in pointed if IS_ID.fullmatch(key)])
        return found + [(str(each.pk), str(each.label)) for each in rows.order_by("slug")]

    def programmes(self) -> Options:
        found = self.parts("programmes", "names")
        there = {key for key, _name in found}
        rows = Programme.objects.order_by("slug")[:200]
        return found + [
            (str(each.pk), str(languages.spoken(each, "name"))) for each in rows if str(each.pk) not in there
        ]

    def people(self) -> Options:
        return self.parts("people", "names")

    def offices(self) -> Options:
        return [
            (
                office["key"],
                f"{first_words(person.get('names', {}), '')}, {first_words(office.get('titles', {}), '')}",
            )
            for person in self.content.get("people", ())
            for office in person.get("offices", ())
        ]

    def sources(self) -> Options:
        """The sources of the draft, by their titles or first words."""
        return [
            (each["key"], each.get("title") or each["text"][:60]) for each in self.content.get("sources", ())
        ]

    def paths(self) -> Options:
        """Every part that words may prove, by its path; the record itself first."""
        parts = [(f"/parties/{key}", name) for key, name in self.of("parties")]
        names = dict(self.of("people"))
        parts += [
            (f"/parties/{party['key']}/signatories/{each['key']}", names.get(pointer(each.get("person")), ""))
            for party in self.content.get("parties", ())
            for each in party.get("signatories", ())
        ]
        for member in ("commitments", "objectives", "statements", "advantages", "groups"):
            parts += [(f"/{member}/{key}", name) for key, name in self.parts(member)]
        parts += [
            (f"/organizations/{each['key']}", first_words(each.get("names") or {}, ""))
            for each in self.content.get("organizations", ())
        ]
        parts += [(f"/events/{key}", name) for key, name in self.parts("events", "reasons")]
        return [("", _("the agreement itself")), *parts]

    def facts(self) -> Options:
        members = ("commitments", "objectives", "statements", "advantages", "groups")
        return self.parties() + [option for member in members for option in self.parts(member)]


def _plain(choices) -> Options:
    return [(str(value), str(label)) for value, label in choices]


_OPTIONS: dict[str, Callable[[Choices], Options]] = {
    "agreement_kinds": lambda c: c.terms(AgreementKind),
    "commitment_kinds": lambda c: c.terms(CommitmentKind),
    "organization_kinds": lambda c: c.terms(OrganizationKind),
    "themes": lambda c: c.terms(Theme),
    "groups_known": lambda c: c.terms(TargetGroup),
    "roles": lambda c: c.terms(PartyRole),
    "programmes": Choices.programmes,
    "organizations": Choices.organizations,
    "parties": Choices.parties,
    "groups": lambda c: c.parts("groups"),
    "statements": lambda c: c.parts("statements"),
    "commitments": lambda c: c.parts("commitments"),
    "people": Choices.people,
    "offices": Choices.offices,
    "facts": Choices.facts,
    "paths": Choices.paths,
    "abouts": lambda c: _plain(Citation.About.choices),
    "profile": lambda c: [
        *_plain(ProfileClaim.About.choices),
        (str(Citation.About.MANDATE), str(Citation.About.MANDATE.label)),
    ],
    "title_basis": lambda c: _plain(Agreement.TitleBasis.choices),
    "renewal": lambda c: _plain(Agreement.Renewal.choices),
    "confidentiality": lambda c: _plain(Agreement.Confidentiality.choices),
    "languages": lambda c: _plain(SourceLanguage.choices),
    "relations": lambda c: _plain(Organization.Relation.choices),
    "objective_kinds": lambda c: _plain(Objective.Kind.choices),
    "attributions": lambda c: _plain(Statement.Attribution.choices),
    "manners": lambda c: _plain(Statement.Manner.choices),
    "mentions": lambda c: _plain(NamedGroup.Mention.choices),
    "attachments": lambda c: _plain(Office.Attachment.choices),
    "source_kinds": lambda c: _plain(Source.Kind.choices),
    "event_kinds": lambda c: _plain(LifecycleEvent.Kind.choices),
    "sources": Choices.sources,
}


def _pointed(content: Any) -> Iterator[str]:
    """Every key or id that the draft points at an organization with."""
    for each in content.get("parties", ()):
        yield pointer(each.get("organization"))
    for each in content.get("organizations", ()):
        yield pointer(each.get("parent"))
    for each in content.get("groups", ()):
        yield pointer(each.get("of_organization"))
    for person in content.get("people", ()):
        for each in person.get("offices", ()):
            yield pointer(each.get("organization"))

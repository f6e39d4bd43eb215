"""What is offered to whoever reads a source: findings not yet in the draft, each with the changes that enter it."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from agreements.models import Citation
from agreements.queries.known import Known
from agreements.services.placing import Asked, Become, Choice, Words, free_slug, new_key, place
from agreements.services.reading.everything import Reading
from agreements.services.reading.findings import Beside, Body, Cite, Finding, Ref, refs
from agreements.services.reading.text import level
from lib.papers import look, put

_MEMBERS = {
    Become.PARTY: "parties",
    Become.GROUP: "groups",
    Become.OBJECTIVE: "objectives",
    Become.COMMITMENT: "commitments",
    Become.STATEMENT: "statements",
    Become.ADVANTAGE: "advantages",
}
_QUOTED = frozenset(_MEMBERS) - {Become.PARTY, Become.GROUP}


@dataclass(frozen=True)
class Proposal:
    """One thing that `words` may become, and `why`.

    `choice` says what, with keys of the parts that are there already; what else belongs to it comes along when it is
    taken. Proposals of one `group` belong together: `says` is the sentence that tells what accepting all of them does.
    Those with the lowest `order` come first; `sentence` is the number of theirs, 0 for none.
    """

    words: Words
    choice: Choice
    why: str
    order: int
    sentence: int
    group: str
    says: str
    finding: Finding = field(repr=False)
    reading: Reading = field(repr=False, compare=False)


def propose(content: Mapping[str, Any], source_key: str, known: Known) -> list[Proposal]:
    """What the source still offers to the draft, in order; nothing from what is set aside, nothing that is in it."""
    source = look(content, f"/sources/{source_key}")
    if source is None:
        return []
    reading = Reading(source, known)
    desk = Desk(content, source_key, reading)
    return [
        Proposal(
            Words(source_key, *each.span),
            desk.choice(each),
            each.why,
            each.order,
            reading.text.number(each.span[0]),
            each.group,
            reading.says.get(each.group, ""),
            each,
            reading,
        )
        for each in reading.findings
        if not desk.has(each)
    ]


def take(content: Mapping[str, Any], proposals: Sequence[Proposal]) -> Asked:
    """The changes that enter the proposals, and whatever they lean on: the debtor of a commitment, the speaker …

    One list for `drafting.change`, so that one undoing takes all of it back.
    """
    if not proposals:
        return []
    first = proposals[0]
    desk = Desk(deepcopy(dict(content)), first.words.source, first.reading)
    return [change for each in proposals for change in desk.enter(each.finding)]


class Desk:
    """A draft on which findings are entered one by one; each sees what those before it became."""

    def __init__(self, content: Mapping[str, Any], source: str, reading: Reading):
        self.content, self.source, self.reading, self.text = content, source, reading, reading.text
        self.language = reading.text.language
        self.by_name = {each.name: each for each in reading.findings}
        self.spans = {(each.become, each.span) for each in reading.findings}

    # What is there.

    def has(self, finding: Finding) -> bool:
        """Whether the draft has it already, or something else that the same words became."""
        if finding.is_late and None in [self.resolve(Ref(each)) for each in finding.of]:
            return True
        if finding.become in _QUOTED and self._is_told_otherwise(finding):
            return True
        return self.key(finding) is not None

    def key(self, finding: Finding) -> str | None:
        """The key of the part that a finding became; "" where it became no part of its own; None where it did not."""
        match finding.become:
            case Beside.ORGANIZATION:
                return self._organization(finding.said["name"])
            case Become.PARTY:
                body = self._body(finding)
                return body and self._keyed("parties", lambda part: part.get("organization") == body)
            case Become.PERSON:
                name = level(finding.said["name"])
                return self._keyed("people", lambda part: name in map(level, part.get("names", {}).values()))
            case Become.SIGNATORY:
                party = look(self.content, f"/parties/{self.resolve(Ref(finding.of[0]))}") or {}
                return _first(party.get("signatories", ()), lambda part: self._cites(part, finding))
            case Become.GROUP:
                words = level(finding.said["text"])
                return self._keyed(
                    "groups",
                    lambda part: (
                        self._cites(part, finding) and words in map(level, part.get("texts", {}).values())
                    ),
                ) or self._keyed("groups", lambda part: self._cites(part, finding))
            case become if become in _MEMBERS:
                return self._keyed(_MEMBERS[become], lambda part: self._cites(part, finding))
            case Beside.QUESTION:
                texts = dict(finding.more)["texts"]
                return self._keyed(
                    "questions", lambda part: part.get("texts") == texts and self._asks(part, finding)
                )
            case Beside.OFFICE:
                person = self._person(finding.of[0]) or {}
                return _first(person.get("offices", ()), lambda part: part.get("attachment") == "inferred")
        return "" if self._is_so(finding) else None

    def _asks(self, question: Mapping, finding: Finding) -> bool:
        asked = dict(finding.more)["fact"]
        return asked is None or question.get("fact") == self.resolve(asked)

    def _is_so(self, finding: Finding) -> bool:
        content = self.content
        match finding.become:
            case Become.KIND:
                return bool(content.get("kind"))
            case Become.PROGRAMME:
                return bool(content.get("programme"))
            case Become.OCCASION:
                return bool(content.get("occasions"))
            case Become.PLACE:
                return bool(content.get("place_of_signature"))
            case Become.THEME:
                return finding.code in content.get("themes", ())
            case Become.DATE:
                return bool(look(content, f"/dates/{finding.code}"))
            case Become.PROOF:
                return any(
                    each.get("about") == finding.about and self._is_at(each, finding)
                    for each in content.get("citations", ())
                )
            case Become.ALIAS:
                name = dict(finding.more).get("name") or self.text.plain(finding.span)
                return any(each["name"] == name for each in self._of(finding).get("aliases", ()))
            case Become.PROFILE:
                return self._is_said_of(finding)
            case Beside.DETAIL:
                return all(
                    look(content, self._path(finding, path))
                    for path, _value in finding.more
                    if path != "citations"
                )
        return False

    def _is_said_of(self, finding: Finding) -> bool:
        part = self._of(finding)
        if finding.about == Citation.About.MANDATE:
            return bool(part.get("mandates"))
        if finding.about == Citation.About.KIND:
            return bool(part.get("kind"))
        return any(
            self._cites(each, finding) and each.get("about") == finding.code
            for each in part.get("profile", ())
        )

    def _is_told_otherwise(self, finding: Finding) -> bool:
        """Whether a person has made something else of these words, in part: they know better."""
        start, end = finding.span
        for part in self.content.get(_MEMBERS[finding.become], ()):
            for each in part.get("citations", ()):
                span = (each["start"], each["end"])
                shared = min(end, span[1]) - max(start, span[0])
                if (
                    each["source"] == self.source
                    and not each.get("about")
                    and shared * 2 > min(end - start, span[1] - span[0])
                    and (finding.become, span) not in self.spans
                ):
                    return True
        return False

    def _keyed(self, member: str, fits) -> str | None:
        return _first(self.content.get(member, ()), fits)

    def _is_at(self, citation: Mapping, finding: Finding) -> bool:
        return (citation["source"], citation["start"], citation["end"]) == (self.source, *finding.span)

    def _cites(self, part: Mapping, finding: Finding) -> bool:
        return any(self._is_at(each, finding) and not each.get("about") for each in part.get("citations", ()))

    def _organization(self, name: str) -> str | None:
        def has_name(part: Mapping) -> bool:
            names = [*part.get("names", {}).values(), *part.get("short_names", {}).values()]
            return level(name) in map(level, [*names, *(each["name"] for each in part.get("aliases", ()))])

        return self._keyed("organizations", has_name)

    def _of(self, finding: Finding) -> Mapping[str, Any]:
        """The organization that a finding belongs to; empty while it is not there."""
        key = self.resolve(Ref(finding.of[0])) if finding.of else None
        return look(self.content, f"/organizations/{key}") or {} if key else {}

    def _person(self, name: str) -> Mapping[str, Any] | None:
        key = self.key(self.by_name[name]) if name in self.by_name else None
        return look(self.content, f"/people/{key}") if key else None

    def _body(self, finding: Finding) -> Any:
        return self.resolve(dict(finding.more)["organization"])

    # What it will be.

    def resolve(self, value: Any) -> Any:
        """A value with keys in the place of names; None for what is not there yet."""
        if isinstance(value, Ref):
            if value.name.startswith("known:"):
                return value.name.removeprefix("known:")
            other = self.by_name.get(value.name)
            if other is None:
                return None
            if other.become == Become.PERSON:
                return self._office(value.name)
            return self.key(other)
        if isinstance(value, Body):
            if value.name in self.by_name:
                return {"key": key} if (key := self.key(self.by_name[value.name])) else None
            known = value.name.removeprefix("organization:")
            return None if known.isdigit() else {"id": known}  # a place in the text: nobody offers that one
        if isinstance(value, Cite):
            return self.cite(value)
        if isinstance(value, Mapping):
            return {name: self.resolve(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(each) for each in value]
        return value

    def _office(self, name: str) -> str | None:
        return _first((self._person(name) or {}).get("offices", ()), lambda part: True)

    def cite(self, cited: Cite) -> dict[str, Any]:
        start, end = cited.span
        told = {"source": self.source, "start": start, "end": end, "quote": self.text.quote(cited.span)}
        return {"key": new_key("q")} | told | ({"about": str(cited.about)} if cited.about else {})

    def choice(self, finding: Finding) -> Choice:
        of = finding.of if finding.become == Become.PROOF else self._there(finding.of)
        return Choice(
            str(finding.become),
            tuple(of),
            tuple(self._there(finding.to)),
            finding.code,
            finding.about,
            finding.known,
            finding.said,
        )

    def _there(self, names: Sequence[str]) -> Iterator[str]:
        return filter(None, (self.resolve(Ref(each)) for each in names))

    # Entering.

    def enter(self, finding: Finding) -> Asked:
        """The changes that enter a finding and what it leans on; they are made on this desk."""
        if self.has(finding):
            return []
        asked: Asked = []
        for name in (*finding.of, *finding.to, *refs([value for _path, value in finding.more])):
            if name in self.by_name:
                asked += self.enter(self.by_name[name])
        made = list(self._changes(finding))
        for path, value in made:
            put(self.content, path, value)
        return asked + made

    def _changes(self, finding: Finding) -> Iterator[tuple[str, Any]]:
        match finding.become:
            case Beside.ORGANIZATION:
                key = new_key("org")
                part = self._filled(finding, self._new_organization(finding, key))
                yield f"/organizations/{key}", part
            case Beside.OFFICE:
                key, person = new_key("office"), self._person(finding.of[0]) or {}
                part = {
                    "key": key,
                    "source_language": self.language,
                    "titles": {self.language: finding.said["title"]},
                    "citations": [self.cite(Cite(finding.span))],
                }
                if person:
                    yield f"/people/{person['key']}/offices/{key}", self._filled(finding, part)
            case Beside.QUESTION:
                key = new_key("question")
                part = self._filled(
                    finding, {"key": key} | ({"about": finding.about} if finding.about else {})
                )
                part["readings"] = [{"key": new_key("reading"), "texts": each} for each in part["readings"]]
                yield f"/questions/{key}", part
            case Beside.DETAIL:
                for path, value in finding.more:
                    here = self._path(finding, path)
                    if path == "citations":
                        yield from ((f"{here}/{each['key']}", each) for each in self.resolve(value))
                    else:
                        yield here, self.resolve(value)
            case _:
                yield from self._placed(finding)

    def _placed(self, finding: Finding) -> Iterator[tuple[str, Any]]:
        choice = self.choice(finding)
        if finding.become == Become.PARTY and not finding.known:
            body = look(self.content, f"/organizations/{self._body(finding)['key']}")
            choice = Choice(choice.become, said={"name": next(iter(body["names"].values()))})
        for path, value in place(self.content, Words(self.source, *finding.span), choice):
            if finding.become == Become.PERSON and path.startswith("/people/"):
                value = self._with_office(finding, value)
            elif isinstance(value, Mapping) and "key" in value and "/citations/" not in path:
                value = self._filled(finding, dict(value))
            elif finding.about == Citation.About.MANDATE and "/mandates/" in path:
                value = finding.said["text"]
            if finding.become == Become.THEME and "/citations/" in path and self._is_cited(value):
                continue
            yield path, value

    def _filled(self, finding: Finding, part: dict[str, Any]) -> dict[str, Any]:
        """A part with what else is said of it; `citations` come beside those it has, `citations!` in their place."""
        if finding.become == Become.PROGRAMME:
            return part
        for path, value in finding.more:
            found = self.resolve(value)
            if path == "citations":
                part["citations"] = [*part.get("citations", ()), *found]
            elif found not in (None, [], {}):
                part[path.rstrip("!")] = found
        return part

    def _with_office(self, finding: Finding, person: Mapping[str, Any]) -> dict[str, Any]:
        office = {
            "key": new_key("office"),
            "organization": self.resolve(Body(finding.of[0])),
            "source_language": self.language,
            "titles": {self.language: finding.said["title"]},
            "citations": [self.cite(Cite(finding.span))],
        }
        return dict(person) | {"offices": [office]}

    def _new_organization(self, finding: Finding, key: str) -> dict[str, Any]:
        name, short = finding.said["name"], finding.said.get("short", "")
        part = {"key": key, "slug": free_slug(self.content, name), "source_language": self.language}
        return (
            part
            | {"names": {self.language: name}}
            | ({"short_names": {self.language: short}} if short else {})
            | ({"kind": finding.code} if finding.code else {})
            | {"citations": [self.cite(Cite(finding.span, Citation.About.NAME))]}
        )

    def _path(self, finding: Finding, path: str) -> str:
        """Where a detail goes: below its source («//»), at the top («/»), or below the part that it is of."""
        if path.startswith("//"):
            return f"/sources/{self.source}/{path[2:]}"
        if path.startswith("/"):
            return path
        owner = self.by_name.get(finding.of[0])
        member = _MEMBERS.get(owner.become if owner else "", "organizations")
        return f"/{member}/{self.resolve(Ref(finding.of[0])) or '?'}/{path}"

    def _is_cited(self, citation: Mapping[str, Any]) -> bool:
        wanted = {name: value for name, value in citation.items() if name != "key"}
        return any(
            {name: value for name, value in each.items() if name != "key"} == wanted
            for each in self.content.get("citations", ())
        )


def _first(parts, fits) -> str | None:
    return next((each["key"] for each in parts if fits(each)), None)

"""What a stretch of a source becomes: the places of a draft that it fills, with the quote that proves them.

Nothing here touches the database: each function tells changes, (path, value), for `drafting.change`. Words are
taken as the source has them; what it does not say stays empty.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements.models import Citation, NoiseSpan, Statement
from lib import written
from lib.claims import Basis
from lib.expressions import unmeasured
from lib.expressions.words import plain
from lib.papers import look, part_at
from lib.problems import Refused

Asked = list[tuple[str, Any]]
About = Citation.About


class Become(models.TextChoices):
    """What words of a source may become."""

    PARTY = "party", _("Party")
    COMMITMENT = "commitment", _("Commitment")
    OBJECTIVE = "objective", _("Objective")
    ADVANTAGE = "advantage", _("Advantage")
    STATEMENT = "statement", _("Statement")
    PERSON = "person", _("Person")
    SIGNATORY = "signatory", gettext_lazy("Signatory")
    ORGANIZATION = "organization", gettext_lazy("Organization that is no party")
    GROUP = "group", _("Target group")
    DATE = "date", pgettext_lazy("of an agreement", "Date")
    KIND = "kind", gettext_lazy("Kind of agreement")
    PROGRAMME = "programme", _("Programme")
    OCCASION = "occasion", _("Occasion")
    THEME = "theme", _("Theme")
    PLACE = "place", _("Place")
    TITLE = "title", _("Title")
    ALIAS = "alias", gettext_lazy("Other name of an organization")
    PROFILE = "profile", gettext_lazy("Said of an organization")
    PROOF = "proof", gettext_lazy("Proof of a fact there is")
    ASIDE = "aside", pgettext_lazy("words of a source", "Set aside")


@dataclass(frozen=True)
class Words:
    """The characters [start, end) of the source with the key `source`."""

    source: str
    start: int
    end: int


@dataclass(frozen=True)
class Choice:
    """What the words become, and what has been said about it.

    `of` are keys of parts it belongs to: debtors of a commitment, the organization of an alias or an office, the
    speaker's office of a statement. `to` are keys of parties and groups it is for. `code` is a term of a vocabulary, a
    date's name (signed, effective, ends, `due:` and the key of a commitment) or a reason for setting aside; `about`
    says what of a fact is proved. `known` is the id of a record that the registry has already; `said` replaces the
    words where they do not speak for themselves (a person's name without the title).
    """

    become: str
    of: Sequence[str] = ()
    to: Sequence[str] = ()
    code: str = ""
    about: str = ""
    known: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


def place(content: Mapping[str, Any], words: Words, choice: Choice) -> Asked:
    """The changes that make `words` what was chosen. Raises Refused where that cannot be."""
    source = _source(content, words.source)
    if source is None:
        raise Refused.at("/source", "part_is_gone", _("This source is not in the draft any more."))
    if not 0 <= words.start < words.end <= len(source["text"]):
        raise Refused.at("/start", "outside_the_text", _("Choose words of the source."))
    if choice.become not in _HOW:
        raise Refused.at("/become", "unknown_choice", _("Choose what the words become."))
    taken = _Taken(content, source, words, choice)
    if choice.become != Become.ASIDE and taken.lies_in_noise():
        raise Refused.at(
            "/start",
            "quote_in_noise",
            _("These words are set aside: bring them back first, or choose others."),
        )
    return list(_HOW[choice.become](taken))


def bring_back(content: Mapping[str, Any], source: str, start: int) -> Asked:
    """The changes that make a stretch set aside part of the text again; `start` lies in it."""
    noise = (_source(content, source) or {}).get("noise", ())
    found = next((each for each in noise if each["start"] <= start < each["end"]), None)
    if found is None:
        raise Refused.at("/start", "not_set_aside", _("These words are not set aside."))
    return [(f"/sources/{source}/noise/{found['key']}", None)]


def _source(content: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return next((each for each in content.get("sources", ()) if each["key"] == key), None)


def new_key(letter: str) -> str:
    """A key no other part has: two people may add parts at the same moment."""
    return f"{letter}-{token_hex(4)}"


def free_slug(content: Mapping[str, Any], name: str) -> str:
    """A short address for an organization of this name that no other of the draft has."""
    slug = slugify(name)[:70] or f"organization-{token_hex(3)}"
    taken = {each.get("slug") for each in content.get("organizations", ())}
    return slug if slug not in taken else f"{slug}-{token_hex(2)}"


class _Taken:
    """Words on their way into a draft."""

    def __init__(self, content: Mapping[str, Any], source: Mapping, words: Words, choice: Choice):
        self.content, self.source, self.words, self.choice = content, source, words, choice
        self.language = source["language"]
        self.quote = source["text"][words.start : words.end]
        self.plain = " ".join(self.quote.split())

    def lies_in_noise(self) -> bool:
        return any(
            self.words.start < each["end"] and self.words.end > each["start"]
            for each in self.source.get("noise", ())
        )

    def cite(self, about: str = "") -> dict[str, Any]:
        return {
            "key": new_key("q"),
            "source": self.words.source,
            "start": self.words.start,
            "end": self.words.end,
            "quote": self.quote,
        } | ({"about": about} if about else {})

    def proof(self, path: str, about: str = "") -> tuple[str, Any]:
        """One quote more for the fact at `path` ("" for the agreement itself)."""
        cited = self.cite(about)
        return f"{path}/citations/{cited['key']}", cited

    def texts(self, name: str = "text") -> dict[str, str]:
        return {self.language: self.choice.said.get(name) or self.plain}

    def fact(self, member: str, letter: str, **more: Any) -> tuple[str, Any]:
        key = new_key(letter)
        return f"/{member}/{key}", {"key": key, "texts": self.texts()} | more | {"citations": [self.cite()]}

    def chosen(self, member: str, keys: Sequence[str]) -> list[str]:
        there = {each["key"] for each in self.content.get(member, ())}
        if missing := [each for each in keys if each not in there]:
            raise Refused.at("/of", "part_is_gone", _("“%(key)s” is not in the draft.") % {"key": missing[0]})
        return list(keys)

    def beneficiaries(self) -> dict[str, Any]:
        parties = {each["key"] for each in self.content.get("parties", ())}
        groups = {each["key"] for each in self.content.get("groups", ())}
        told = {
            "parties": [each for each in self.choice.to if each in parties],
            "groups": [each for each in self.choice.to if each in groups],
        }
        return {"beneficiaries": told} if any(told.values()) else {}

    # Organizations.

    def organization(self, name: str) -> tuple[dict[str, str], Asked]:
        """How to point at the organization of this name, and what must be added for that."""
        if self.choice.known:
            return {"id": self.choice.known}, []
        for each in self.content.get("organizations", ()):
            names = [*each.get("names", {}).values(), *each.get("short_names", {}).values()]
            names += [other["name"] for other in each.get("aliases", ())]
            if _folded(name) in map(_folded, names):
                return {"key": each["key"]}, []
        key = new_key("org")
        long, short = _short_name(name)
        part = {
            "key": key,
            "slug": free_slug(self.content, long),
            "source_language": self.language,
            "names": {self.language: long},
            "citations": [self.cite(About.NAME)],
        } | ({"short_names": {self.language: short}} if short else {})
        return {"key": key}, [(f"/organizations/{key}", part)]

    # What words become.

    def party(self) -> Iterator[tuple[str, Any]]:
        name = self.choice.said.get("name") or _without_article(self.plain)
        reference, added = self.organization(name)
        yield from added
        for each in self.content.get("parties", ()):
            if each.get("organization") == reference:
                yield self.proof(f"/parties/{each['key']}")
                return
        key = new_key("p")
        yield (
            f"/parties/{key}",
            {
                "key": key,
                "organization": reference,
                "role": "party",
                "name_as_written": self.plain,
                "citations": [self.cite()],
            },
        )

    def commitment(self) -> Iterator[tuple[str, Any]]:
        debtors = self.chosen("parties", self.choice.of)
        if not debtors:
            raise Refused.at(
                "/of", "debtor_missing", _("Say who undertakes this: one party, several or all.")
            )
        kind = {"kind": self.choice.code} if self.choice.code else {}
        yield self.fact("commitments", "c", debtors=debtors, **kind, **self.beneficiaries())

    def objective(self) -> Iterator[tuple[str, Any]]:
        yield self.fact("objectives", "o")

    def advantage(self) -> Iterator[tuple[str, Any]]:
        claimed = self.chosen("statements", self.choice.of)
        more = {"claimed_in": claimed[0]} if claimed else {}
        yield self.fact("advantages", "a", **more, **self.beneficiaries())

    def statement(self) -> Iterator[tuple[str, Any]]:
        speaker = next(iter(self.choice.of), "")
        attribution = (
            self.choice.about or Statement.Attribution.STATED if speaker else Statement.Attribution.NOT_STATED
        )
        yield self.fact(
            "statements", "s", attribution=str(attribution), **({"speaker": speaker} if speaker else {})
        )

    def person(self) -> Iterator[tuple[str, Any]]:
        """A person with the title the words give; the organization is one of the draft."""
        name, title = self.choice.said.get("name", ""), self.choice.said.get("title", "")
        if not name:
            name, title = _name_and_title(self.plain)
        holders = self.chosen("organizations", self.choice.of)
        part = self.somebody(name)
        if title and holders:
            part["offices"] = [
                {
                    "key": new_key("office"),
                    "organization": {"key": holders[0]},
                    "source_language": self.language,
                    "titles": {self.language: title},
                    "citations": [self.cite()],
                }
            ]
        yield f"/people/{part['key']}", part

    def somebody(self, name: str) -> dict[str, Any]:
        """A person of whom the text says no more than the name."""
        return {
            "key": new_key("person"),
            "source_language": self.language,
            "names": {self.language: name},
            "offices": [],
        }

    def signatory(self) -> Iterator[tuple[str, Any]]:
        """Who signed for a party: somebody the draft names already, else somebody new, of whom no office is known."""
        party = next(iter(self.chosen("parties", self.choice.of)), None)
        if party is None:
            raise Refused.at("/of", "party_missing", _("Say for which party this person signed."))
        name = self.choice.said.get("name") or self.plain.strip(" ,;:*")
        people = self.content.get("people", ())
        person = next(
            (each["key"] for each in people if _folded(name) in map(_folded, each.get("names", {}).values())),
            None,
        )
        if person is None:
            part = self.somebody(name)
            person = part["key"]
            yield f"/people/{person}", part
        key = new_key("signatory")
        yield (
            f"/parties/{party}/signatories/{key}",
            {"key": key, "person": {"key": person}, "citations": [self.cite()]},
        )

    def body(self) -> Iterator[tuple[str, Any]]:
        """An organization beside the parties: above one of them, or one that the agreement creates."""
        reference, added = self.organization(self.choice.said.get("name") or _without_article(self.plain))
        yield from added
        if not added and "key" in reference:
            yield self.proof(f"/organizations/{reference['key']}", About.NAME)

    def group(self) -> Iterator[tuple[str, Any]]:
        yield self.fact("groups", "g", **({"concept": self.choice.code} if self.choice.code else {}))

    def date(self) -> Iterator[tuple[str, Any]]:
        """A date as the words say it; where they give no day, the words alone. An end may be explicitly none.

        `code` is the name of a date of the agreement, or `due:` with the key of a commitment.
        """
        name = self.choice.code or "signed"
        if name.startswith("due:"):
            (part,) = self.chosen("commitments", [name.removeprefix("due:")])
            yield f"/commitments/{part}/due", claim(self.plain)
            yield self.proof(f"/commitments/{part}", About.DUE)
            return
        if name not in ("signed", "effective", "ends"):
            raise Refused.at("/code", "unknown_choice", _("Choose which date this is."))
        told = claim(self.choice.said.get("date") or self.plain)
        if name == "ends" and told["basis"] == Basis.RELATIVE and unmeasured.has_no_end(plain(self.plain)):
            told["basis"] = str(Basis.NONE)
        yield f"/dates/{name}", told
        yield self.proof("", name)

    def kind(self) -> Iterator[tuple[str, Any]]:
        if not self.choice.code:
            raise Refused.at("/code", "kind_missing", _("Choose the kind of agreement that the words name."))
        yield "/kind", self.choice.code
        yield self.proof("", About.KIND)

    def programme(self) -> Iterator[tuple[str, Any]]:
        if self.choice.known:
            yield "/programme", {"id": self.choice.known}
        else:
            long, short = _short_name(_without_article(self.choice.said.get("name") or self.plain))
            key = new_key("programme")
            part = {
                "key": key,
                "slug": slugify(short or long)[:70] or key,
                "source_language": self.language,
                "names": {self.language: long},
                "citations": [self.cite(About.NAME)],
            } | ({"short_names": {self.language: short}} if short else {})
            yield f"/programmes/{key}", part
            yield "/programme", {"key": key}
        yield self.proof("", About.PROGRAMME)

    def occasion(self) -> Iterator[tuple[str, Any]]:
        yield f"/occasions/{self.language}", self.plain
        yield self.proof("", About.OCCASION)

    def theme(self) -> Iterator[tuple[str, Any]]:
        if not self.choice.code:
            raise Refused.at("/code", "theme_missing", _("Choose the theme that the words name."))
        themes = list(self.content.get("themes", ()))
        if self.choice.code not in themes:
            yield "/themes", [*themes, self.choice.code]
        yield self.proof("", About.THEMES)

    def place_(self) -> Iterator[tuple[str, Any]]:
        """Of a commitment or a group, where one is chosen, else of the signature."""
        for part in self.choice.of:
            for member in ("commitments", "groups"):
                if look(self.content, f"/{member}/{part}") is not None:
                    yield f"/{member}/{part}/place", self.choice.said.get("name") or self.plain
                    yield self.proof(f"/{member}/{part}", About.PLACE)
                    return
            raise Refused.at("/of", "part_is_gone", _("“%(key)s” is not in the draft.") % {"key": part})
        yield "/place_of_signature", self.choice.said.get("name") or self.plain
        yield self.proof("", About.PLACE)

    def title(self) -> Iterator[tuple[str, Any]]:
        yield f"/titles/{self.language}", self.plain
        yield "/title_basis", "source"
        yield self.proof("", About.TITLE)

    def alias(self) -> Iterator[tuple[str, Any]]:
        organization = next(iter(self.chosen("organizations", self.choice.of)), None)
        if organization is None:
            raise Refused.at("/of", "organization_missing", _("Choose whose name this is."))
        key = new_key("n")
        yield (
            f"/organizations/{organization}/aliases/{key}",
            {"key": key, "name": self.plain, "language": self.language, "citations": [self.cite()]},
        )

    def profile(self) -> Iterator[tuple[str, Any]]:
        """What is said of an organization: its mandate, its kind, or a claim as of this source."""
        organization = next(iter(self.chosen("organizations", self.choice.of)), None)
        if organization is None:
            raise Refused.at("/of", "organization_missing", _("Choose of which organization this is said."))
        here = f"/organizations/{organization}"
        if About.MANDATE in (self.choice.about, self.choice.code):
            yield f"{here}/mandates/{self.language}", self.plain
            yield self.proof(here, About.MANDATE)
        elif self.choice.about == About.KIND:
            yield f"{here}/kind", self.choice.code
            yield self.proof(here, About.KIND)
        else:
            key = new_key("k")
            yield (
                f"{here}/profile/{key}",
                {
                    "key": key,
                    "about": self.choice.code or "other",
                    "source_language": self.language,
                    "texts": self.texts(),
                    "citations": [self.cite()],
                },
            )

    def proof_(self) -> Iterator[tuple[str, Any]]:
        """One quote more for each fact in `of`: paths like `/commitments/c1`, "" or none for the agreement itself."""
        for path in self.choice.of or ("",):
            fact = part_at(self.content, path) if path else self.content
            if fact is None:
                raise Refused.at("/of", "part_is_gone", _("“%(key)s” is not in the draft.") % {"key": path})
            key, cited = self.proof(path, self.choice.about)
            if not any(each | {"key": ""} == cited | {"key": ""} for each in fact.get("citations", ())):
                yield key, cited

    def aside(self) -> Iterator[tuple[str, Any]]:
        reason = self.choice.code or NoiseSpan.Reason.NOTHING
        if reason not in NoiseSpan.Reason:
            raise Refused.at("/code", "unknown_choice", _("Choose why these words are set aside."))
        if self.lies_in_noise():
            raise Refused.at("/start", "set_aside_already", _("Some of these words are set aside already."))
        if any(
            self.words.start < each["end"] and self.words.end > each["start"]
            for each in citations(self.content)
            if each["source"] == self.words.source
        ):
            raise Refused.at(
                "/start",
                "holds_a_quote",
                _("These words prove a fact: take that away first, then set them aside."),
            )
        key = new_key("x")
        yield (
            f"/sources/{self.words.source}/noise/{key}",
            {"key": key, "start": self.words.start, "end": self.words.end, "reason": str(reason)},
        )


_HOW = {
    Become.PARTY: _Taken.party,
    Become.COMMITMENT: _Taken.commitment,
    Become.OBJECTIVE: _Taken.objective,
    Become.ADVANTAGE: _Taken.advantage,
    Become.STATEMENT: _Taken.statement,
    Become.PERSON: _Taken.person,
    Become.SIGNATORY: _Taken.signatory,
    Become.ORGANIZATION: _Taken.body,
    Become.GROUP: _Taken.group,
    Become.DATE: _Taken.date,
    Become.KIND: _Taken.kind,
    Become.PROGRAMME: _Taken.programme,
    Become.OCCASION: _Taken.occasion,
    Become.THEME: _Taken.theme,
    Become.PLACE: _Taken.place_,
    Become.TITLE: _Taken.title,
    Become.ALIAS: _Taken.alias,
    Become.PROFILE: _Taken.profile,
    Become.PROOF: _Taken.proof_,
    Become.ASIDE: _Taken.aside,
}


def claim(typed: str) -> dict[str, Any]:
    """A date as a document has it: with days where the words give them, else the words alone."""
    try:
        return written.claim(typed).as_part()
    except written.Unclear:
        return {"stated": typed, "basis": str(Basis.RELATIVE)}


def citations(part: Any) -> Iterator[dict[str, Any]]:
    """Every quote in a draft, or in a part of it."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "citations":
                yield from value
            else:
                yield from citations(value)
    elif isinstance(part, list):
        for each in part:
            yield from citations(each)


# Words that say two things at once.

_IN_BRACKETS = re.compile(r"^(.+?)\s*\(([^()]{2,40})\)$")
_ARTICLE = re.compile(r"^(?:the|an?|la|le|les|une?)\s+|^l['’]\s*", re.IGNORECASE)


def _without_article(name: str) -> str:
    return _ARTICLE.sub("", name, count=1)


def _short_name(name: str) -> tuple[str, str]:
    """The name, and the short one that stands behind it in brackets.

    >>> _short_name("Center for Protection (Aman)")
    ('Center for Protection', 'Aman')
    """
    match = _IN_BRACKETS.match(name)
    return (match[1], match[2]) if match else (name, "")


def _name_and_title(words: str) -> tuple[str, str]:
    """A person's name and title, where a comma stands between them: the title begins small, the name does not.

    >>> _name_and_title("le président de l'espace, Abd Elfatah Zehrach")
    ('Abd Elfatah Zehrach', "président de l'espace")
    """
    before, comma, after = words.rpartition(", ")
    if not comma:
        return words, ""
    if before[:1].isupper() and after[:1].islower():
        before, after = after, before
    return after, _without_article(before)


def _folded(name: str) -> str:
    return " ".join(_without_article(name).casefold().replace("’", "'").split())

"""One text, taken apart by the rules; and how a finding of it is told. What is found stands in the modules beside."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Citation
from agreements.queries.known import Known
from agreements.services.placing import Become
from agreements.services.reading import doubts, frame
from agreements.services.reading.bodies import Bodies, Org
from agreements.services.reading.deeds import Item, deeds
from agreements.services.reading.findings import Beside, Body, Cite, Finding, Ref
from agreements.services.reading.groups import Group, groups, same
from agreements.services.reading.people import Speaker, sayings
from agreements.services.reading.text import Span, Text

About = Citation.About


class Facts:
    """What one source tells. `says` has a sentence for each group of findings: what will happen when it is accepted."""

    def __init__(self, source: Mapping[str, Any], known: Known):
        aside = [(each["start"], each["end"]) for each in source.get("noise", ())]
        self.text = Text(source["text"], source["language"], aside)
        self.known = known
        self.is_press = source.get("kind", "press_article") == "press_article"
        self.words = frame.Vocabulary(self.text, known)
        self.deeds = list(deeds(self.text, self.words.commitment))
        self.bodies = Bodies(self.text, self.deeds, known)
        self.groups = groups(self.text, self.bodies)
        self.sayings = sayings(self.text, self.bodies, is_press=self.is_press)
        self.says: dict[str, str] = {}
        self.groups_told: dict[str, Finding] = {}

    def made(self, become: str, span: Span, group: str, why: str, **more: Any) -> Finding:
        name = more.pop("name", f"{become}:{span[0]}-{span[1]}")
        return Finding(name, become, span, group, why, **more)

    def organization(self, org: Org, group: str = "parties") -> Iterator[Finding]:
        if org.known:
            return
        more: list[tuple[str, Any]] = []
        if org.parent:
            more += [("parent", Body(org.parent.name)), ("relation", org.relation)]
        short = {"short": org.short} if org.short else {}
        yield self.made(
            Beside.ORGANIZATION,
            org.span,
            group,
            _("“%(name)s” is an organization that the registry does not know yet.") % {"name": org.full},
            name=org.name,
            code=org.kind if org.kind == "unit" or not self.is_press else "",
            said={"name": org.full} | short,
            more=tuple(more),
            order=10,
        )
        if org.parent:
            yield from self.organization(org.parent, group)

    def proof(self, span: Span, about: str, group: str, **more: Any) -> Finding:
        return self.made(
            Become.PROOF,
            span,
            group,
            _("These words prove it."),
            name=f"proof:{about}:{span[0]}",
            of=("",),
            about=str(about),
            **({"order": 21} | more),
        )

    def question(self, doubt: doubts.Doubt, span: Span, fact: str, about: str, group: str) -> Finding:
        return self.made(
            Beside.QUESTION,
            span,
            group,
            _("The words can be read in two ways: the question is kept open, nothing is decided."),
            name=f"question:{doubt.code}:{span[0]}",
            about=str(about),
            more=(
                ("fact", Ref(fact) if fact else None),
                ("texts", doubt.texts),
                ("readings", doubt.readings),
            ),
            order=60,
        )

    def group(self, group: Group, where: str, *, is_statement: bool = False) -> Finding:
        """The finding of a group, one for all its namings; from a statement, it is quoted with what it is offered."""
        key = same(self.text, group)
        if key in self.groups_told:
            return self.groups_told[key]
        quote = self._offered(group) if is_statement else group.words
        more: list[tuple[str, Any]] = []
        if group.org:
            more.append(("of_organization", Body(group.org.name)))
        if group.place:
            more.append(("place", self.text.plain(group.place).split(" ", 1)[-1]))
        if group.somewhere:
            more.append(("citations", [Cite(group.somewhere, About.PLACE)]))
        if is_statement:
            more.append(("mention", "statement"))
        has = self.known.has("target_group", group.concept)
        self.groups_told[key] = self.made(
            Become.GROUP,
            quote,
            where,
            _("A group of people is named."),
            name=f"group:{group.words[0]}",
            code=group.concept if has else "",
            said={"text": self.text.plain(group.words)},
            more=tuple(more),
            order=51 if is_statement else 30,
        )
        return self.groups_told[key]

    def _offered(self, group: Group) -> Span:
        """«training workshops for social protection workers on …»: in English what is offered stands before."""
        text, (start, end) = self.text, group.words
        before = text.find(r"(?:, | and )(?P<what>(?:(?!,| and ).)+ for )$", max(start - 60, 0), start)
        if text.language != "en" or not before:
            return start, end
        stop = re.compile(r"[,;.]| and ").search(text.level, end)
        return before.start("what"), text.trim(start, stop.start())[1] if stop else end

    def inside(self, span: Span) -> list[Group]:
        first = bisect_left(self.groups, span[0], key=_start)
        last = bisect_left(self.groups, span[1], lo=first, key=_start)
        return [each for each in self.groups[first:last] if each.words[1] <= span[1]]

    @cached_property
    def owed(self) -> dict[str, list[Item]]:
        """All that is undertaken, by its kind."""
        found: dict[str, list[Item]] = defaultdict(list)
        for deed in self.deeds:
            if self.bodies.debtors(deed.who):
                for item in deed.items:
                    found[self.words.commitment(item.words)].append(item)
        return found

    def office(self, speaker: Speaker) -> str:
        """The name of the finding that is the speaker's office: one the registry knows, or one of the draft."""
        name = self.text.plain(speaker.person)
        for record in self.known.people:
            if any(alike(name, each) for each in record.names):
                for each in self.known.offices:
                    if each.person == record.id and any(alike(speaker.bare, one) for one in each.titles):
                        return f"known:{each.id}"
        return f"person:{speaker.person[0]}"


def _start(group: Group) -> int:
    return group.words[0]


def plain_words(words: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", frame.level(words)))


def alike(one: str, other: str) -> bool:
    return plain_words(one) == plain_words(other)

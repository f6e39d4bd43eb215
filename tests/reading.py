"""A person at the workbench, played: what is offered is accepted, group by group, and each acceptance counted."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from agreements.queries.known import Known
from agreements.services.reading import Proposal, propose, take
from lib import noise, papers

KEY = "article"


def begun(text: str, language: str, *, kind: str = "press_article", aside: bool = True) -> dict[str, Any]:
    """A draft with one source, likely noise set aside as the workbench does."""
    found = noise.likely(text, language) if aside else ()
    stretches = [
        {"key": f"x{number}", "start": each.start, "end": each.end, "reason": each.reason}
        for number, each in enumerate(found)
    ]
    source = {"key": KEY, "kind": kind, "language": language, "text": text, "noise": stretches}
    return {"source_language": language, "sources": [source]}


class Reader:
    """Accepts what is offered; `actions` says what was accepted, one line an action."""

    def __init__(self, content: dict[str, Any], known: Known | None = None):
        self.content, self.known = content, known or Known()
        self.actions: list[str] = []

    @property
    def text(self) -> str:
        return self.content["sources"][0]["text"]

    def offered(self) -> list[Proposal]:
        return propose(self.content, KEY, self.known)

    def quote(self, proposal: Proposal) -> str:
        return self.text[proposal.words.start : proposal.words.end]

    def accept(self, proposals: Iterable[Proposal]) -> None:
        """One action: all of these at once."""
        chosen = list(proposals)
        for path, value in take(self.content, chosen):
            papers.put(self.content, path, value)
        self.actions.append(chosen[0].says or chosen[0].why)

    def accept_all(self) -> None:
        """Group by group, in the order of the text, until nothing is offered any more."""
        while offered := self.offered():
            assert len(self.actions) < 200
            first = min(offered, key=lambda each: (each.group != "parties", each.sentence, each.order))
            self.accept(each for each in offered if each.group == first.group)

    def of(self, become: str) -> list[Proposal]:
        return [each for each in self.offered() if each.choice.become == become]


def plainly(content: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The facts of a draft or a dossier, without what tells two spellings of the same facts apart.

    Keys become names, parts are in the order of their words; translations, notes, the kind of another name and what a
    person types (titles) are left out, and so is the source. Questions: only what is asked about which fact.
    """
    return _Plain(content, language).told()


_POINTERS = frozenset(
    ("one", "speaker", "on_behalf_of", "claimed_in", "supports", "provider", "organization", "parent")
)


def _in_order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class _Plain:
    def __init__(self, content: Mapping[str, Any], language: str):
        self.content, self.language = content, language
        self.names: dict[str, str] = {}
        for member in ("organizations", "programmes", "people"):
            for part in content.get(member, ()):
                for key in (part.get("key"), part.get("slug")):
                    if key:
                        self.names[key] = part["names"][language].casefold()
                for office in part.get("offices", ()):
                    self.names[office["key"]] = (
                        f"{part['names'][language]} {office.get('attachment', 'stated')}"
                    )
        for member in ("parties", "groups", "objectives", "commitments", "statements", "advantages"):
            for part in content.get(member, ()):
                said = part.get("name_as_written") or part["texts"][language]
                self.names[part["key"]] = f"{member}: {said}"

    def told(self) -> dict[str, Any]:
        left_out = {"sources", "titles", "title_basis", "questions", "source_language", "language"}
        told = {name: self.plain(value, name) for name, value in self.content.items() if name not in left_out}
        told["questions"] = sorted(
            f"{each.get('about', '')} {self.names.get(each.get('fact', ''), '')} {len(each['readings'])}"
            for each in self.content.get("questions", ())
        )
        told["people"] = [
            {"name": each["names"], "offices": each["offices"]} for each in told.get("people", ())
        ]
        return {name: value for name, value in told.items() if value not in (None, [], {}, "")}

    def plain(self, value: Any, name: str = "") -> Any:
        if isinstance(value, Mapping):
            if name in {"texts", "names", "short_names", "mandates", "titles", "purposes", "occasions"}:
                return value.get(self.language)
            if set(value) <= {"key", "id"} and name != "noise":
                return self.names.get(value.get("key", value.get("id")))
            members = {
                each: self.plain(what, each)
                for each, what in value.items()
                if each not in {"key", "slug", "note", "source_language", "language", "role"}
                and not (each == "kind" and "name" in value)
                and not (each == "mention" and what == "provision")
                and not (each == "attribution" and what == "not_stated")
            }
            return {each: what for each, what in members.items() if what not in (None, [], {}, "", "stated")}
        if isinstance(value, list | tuple):
            return sorted((self.plain(each, "one") for each in value), key=_in_order)
        points = isinstance(value, str) and name in _POINTERS
        return self.names.get(value, value) if points else value

"""An agreement as the API tells it, for the tests to look into and to compare."""

import json
from functools import cached_property
from typing import Any

# What a registry gives; and a note on a quote, which is the clerk's own.
_GIVEN = {"id", "type", "url", "code", "version", "answers", "note"}
_SAID = {"texts", "purposes", "occasions", "mandates"}
"""Words of the article. Translations stand beside them and are nobody's fact."""
_IN_NO_ORDER = {"groups", "people", "questions", "aliases", "profile", "offices"}


class Document:
    """An agreement as the API tells it, proof included, with its parts told by name instead of by id."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.names = {party["id"]: party["letter"] for party in content["parties"]}
        for member, letter in (
            ("commitments", "c"),
            ("statements", "s"),
            ("advantages", "a"),
            ("objectives", "b"),
        ):
            self.names |= {part["id"]: f"{letter}{n}" for n, part in enumerate(content[member], start=1)}
        self.names |= {group["id"]: self.own_words(group) for group in content["groups"]}
        self.names |= {each["id"]: each["slug"] for each in content["organizations"] + content["programmes"]}
        for person in content["people"]:
            self.names |= {office["id"]: person["name"] for office in person["offices"]}

    def bare(self, value: Any) -> Any:
        """`value` with a code or a pointer told by its name alone."""
        if isinstance(value, dict):
            if value.keys() == {"code", "label"}:
                return value["code"]
            if value.keys() == {"id", "type", "label", "url"}:
                return self.names.get(value["id"], value["label"])
            return {member: self.bare(each) for member, each in value.items()}
        if isinstance(value, list):
            return [self.bare(each) for each in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def own_words(self, part: dict[str, Any]) -> str:
        """The text of a part in the language of the source."""
        return part["texts"][self.content["source_language"]]

    def at(self, path: str) -> dict[str, Any]:
        """The part at `path`: members and indexes; organizations and people by their names, groups by their words."""
        part = self.content
        for step in filter(None, path.split("/")):
            if isinstance(part, dict):
                part = part[step]
            elif step.isdecimal():
                part = part[int(step)]
            else:
                part = next(each for each in part if step in self._called(each))
        return part

    def _called(self, part: dict[str, Any]) -> list[str]:
        return [part.get("slug", ""), part.get("name", "")] + (
            [self.own_words(part)] if "texts" in part else []
        )

    @cached_property
    def text(self) -> str:
        """The text of its one source."""
        [source] = self.content["sources"]
        return source["text"]

    def facts(self) -> dict[str, Any]:
        """All that the agreement says, proof included, however it was entered: without what a registry gives.

        Pointers are told by name. Lists whose order says nothing are sorted; commitments, parties, statements,
        advantages and themes keep theirs, for readers count them.
        """
        names = self.names | {each["id"]: "the source" for each in self.content["sources"]}
        for person in self.content["people"]:
            names |= {each["id"]: f"{person['name']}, {each['attachment']}" for each in person["offices"]}

        def plain(value: Any, member: str = "") -> Any:
            if isinstance(value, dict):
                if member in _SAID:
                    return value.get(self.content["source_language"])
                if value.keys() == {"code", "label"}:
                    return value["code"]
                if value.keys() == {"id", "type", "label", "url"}:
                    return names.get(value["id"], value["label"])
                # The same in the reader's language.
                once_more = {name.removesuffix("s") for name in ("names", "titles", "texts") if name in value}
                return {
                    name: plain(each, name) for name, each in value.items() if name not in _GIVEN | once_more
                }
            if isinstance(value, list):
                parts = [plain(each) for each in value]
                return sorted(parts, key=_as_json) if member in _IN_NO_ORDER else parts
            return names.get(value, value) if isinstance(value, str) else value

        told = plain(self.content)
        del told["number"]
        return told


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

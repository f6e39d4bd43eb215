"""The terms of an agreement: what its parties can change, and in what they differ between two of its dossiers.

What a source says about an agreement (quotes, statements, advantages, questions) and what the registry says of it (who
may read it, its links and numbers) are no terms; nor is the order in which they stand. A change has the path of its
place (`lib/papers.py`), with the id of the part in it: `/commitments/0192…/due`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from agreements.queries.members import FACTS, RECORD
from lib.papers import Change

_NO_TERMS = frozenset(
    {
        "editorial_state",
        "confidentiality",
        "identifiers",
        "title_basis",
        "source_language",
        "more_advantages_claimed",
        "citations",
    }
)
_PARTS = ("parties", "groups", "objectives", "commitments")

OF_THE_RECORD = {name: told for name, told in RECORD.items() if name not in _NO_TERMS}
"""The terms that stand in the agreement itself, as `members.RECORD` has them; a dot is a step inwards."""

OF_PARTS = {
    place: (model, {name: told for name, told in members.items() if name not in _NO_TERMS})
    for place, model, members in FACTS
    if place in _PARTS
}
"""The terms that stand in parts, by the member of the dossier: the table of these parts, and their members."""


def terms(document: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a dossier as it is read out, every part under a `key`, its id."""
    found: dict[str, Any] = {}
    for name in OF_THE_RECORD:
        outer, _dot, inner = name.partition(".")
        value = _settled(document[outer][inner] if inner else document[outer])
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[outer] = value
    for place, (_model, members) in OF_PARTS.items():
        found[place] = [
            {"key": each["id"]} | {name: _settled(each[name]) for name in members} for each in document[place]
        ]
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """In what two `terms` differ, as changes that make the second of the first: member by member, part by part."""
    for name in OF_THE_RECORD:
        outer, _dot, inner = name.partition(".")
        old, new = ((side[outer] or {}).get(inner) if inner else side[outer] for side in (before, after))
        if bare(old) != bare(new):
            yield Change(f"/{name.replace('.', '/')}", old, new)
    for place, (_model, members) in OF_PARTS.items():
        old, new = ({each["key"]: each for each in side[place]} for side in (before, after))
        for key in dict.fromkeys([*old, *new]):
            if key not in old or key not in new:
                yield Change(f"/{place}/{key}", old.get(key), new.get(key))
                continue
            for name in members:
                if bare(old[key][name]) != bare(new[key][name]):
                    yield Change(f"/{place}/{key}/{name}", old[key][name], new[key][name])


def bare(value: Any) -> Any:
    """A value without how it is called: the same term is called otherwise in another language."""
    if isinstance(value, Mapping):
        return {name: bare(each) for name, each in value.items() if name != "label"}
    if isinstance(value, list):
        return [bare(each) for each in value]
    return value


def called(path: str, labels: Mapping[str, str]) -> str:
    """The place in words: “A2 – due date”, “objective – text”, “end”. `labels` has those of the parts, by id."""
    part, field = split(path)
    if not part:
        return str(field)
    return f"{labels.get(part, '')} – {field}".removeprefix(" – ") if labels.get(part) else str(field)


def split(path: str) -> tuple[str, str]:
    """The id of the part that a change is about, "" for the agreement itself, and what of it is changed, in words."""
    names = path.split("/")[1:]
    if names[0] not in OF_PARTS:
        known = OF_THE_RECORD.get(".".join(names))
        return "", str(known[0]) if known else path
    model, members = OF_PARTS[names[0]]
    kind = str(model._meta.verbose_name)
    if len(names) == 2:
        return names[1], kind
    known = members.get(names[2])
    return names[1], str(known[0]) if known else path


def labels(document: Mapping[str, Any]) -> dict[str, str]:
    """The labels of a dossier's parts by id: A for a party, A2 for a commitment."""
    found = {each["id"]: each["letter"] for each in document["parties"]}
    return found | {each["id"]: each["label"] for each in document["commitments"]}


_DERIVED = frozenset({"type", "url", "citations", "edtf"})


def _settled(value: Any) -> Any:
    """A value without what follows from the rest of it, and in an order of its own: lists here are sets."""
    if isinstance(value, Mapping):
        return {name: _settled(each) for name, each in value.items() if name not in _DERIVED}
    if isinstance(value, list):
        return sorted((_settled(each) for each in value), key=_order)
    return value


def _order(value: Any) -> str:
    return str(value.get("id") or value.get("code") or value) if isinstance(value, Mapping) else str(value)

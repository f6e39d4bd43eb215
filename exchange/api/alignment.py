"""Parts of a dossier that come without ids, met with those of the record that say the same.

Whoever sends a whole dossier again, as a nightly run does, names its parts by keys of its own. Without this each part
would be taken for a new one, and the old one would go: the same words under other ids, and a new version every night.
"""

import json
from collections.abc import Mapping
from typing import Any

from agreements.shapes import DossierShape

_NAMES = frozenset({"id", "key"})
# Members in the order in which their parts point at each other; what is not named here points at nothing.
_ORDER = (
    "sources",
    "organizations",
    "people",
    "programmes",
    "groups",
    "parties",
    "objectives",
    "commitments",
    "statements",
    "advantages",
    "events",
    "amendments",
    "links",
    "citations",
    "without_source",
    "questions",
)


def aligned(before: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """`told` with each part that says what one of `before` says in the place of that one: its id, and its own key.

    What one points at is met before it. A part is compared by what it tells: without citations, where it has none, and
    without its number. What has not the form of a dossier is left as it is.
    """
    forms = [DossierShape(data=each) for each in (before, told)]
    if not all(each.is_valid() for each in forms):
        return dict(told)
    was, now = (each.validated_data for each in forms)
    result, keys = dict(told), {}
    for name in _ORDER:
        raw = told.get(name)
        if _are_parts(raw) and _are_parts(before.get(name)):
            result[name] = _met(raw, now[name], before[name], was[name], keys)
    return result


def _met(raw: list, now: list, there: list, was: list, keys: dict[str, str]) -> list:
    """The parts `raw`, which say `now`, each that says what one `there` says in its place; `keys` learns their ids."""
    held = {str(each["id"]): each for each in there if each.get("id")}
    known = [(str(each.get("id")), each) for each in was if str(each.get("id")) in held]
    taken, parts = {str(each.get("id")) for each in raw}, list(raw)
    waiting = [index for index, part in enumerate(raw) if not part.get("id")]
    while waiting:  # a unit may come before the body above it: looked at again, once that is known
        met = []
        for index in waiting:
            if key := _same(now[index], known, taken, keys, cited="citations" in raw[index]):
                taken.add(key)
                met.append(index)
                parts[index] = _named(raw[index], held[key], keys)
        if not met:
            break
        waiting = [index for index in waiting if index not in met]
    return parts


def _named(told: Any, held: Any, keys: dict[str, str]) -> Any:
    """What is `held`, under the keys that the sender has for it and for the parts of it; `keys` learns their ids."""
    if isinstance(told, Mapping) and isinstance(held, Mapping):
        named = {
            name: _named(told[name], value, keys) if name in told else value for name, value in held.items()
        }
        if told.get("key") and held.get("id"):
            keys[told["key"]] = str(held["id"])
            named["key"] = told["key"]
        return named
    if isinstance(told, list) and isinstance(held, list) and len(told) == len(held):
        return [_named(one, other, keys) for one, other in zip(told, held, strict=True)]
    return held


def _same(
    content: Mapping, known: list, taken: set[str], keys: Mapping[str, str], *, cited: bool
) -> str | None:
    """The id of the first part that says the same and is nobody else's."""
    names = content.keys() - _NAMES - (frozenset() if cited else {"citations"})
    said = _said({name: content[name] for name in names}, keys)
    for key, each in known:
        if key not in taken and _said({name: each.get(name) for name in names}, {}) == said:
            return key
    return None


def _said(content: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """What a part says, whatever it is called: one text, the same for the same."""

    def bare(value: Any) -> Any:
        if isinstance(value, Mapping):
            said = {name: bare(each) for name, each in value.items() if name not in _NAMES}
            if "citations" in said:  # they stand in the order of the text, wherever they were sent
                said["citations"] = sorted(said["citations"], key=json.dumps)
            return said
        if isinstance(value, list | tuple):
            return [bare(each) for each in value]
        return keys.get(value, value) if isinstance(value, str) else value

    return json.dumps(bare(content), sort_keys=True, default=repr)


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)

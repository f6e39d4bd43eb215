"""Changes in a plain document, place by place: made, told, and taken back.

A place is a path like `/commitments/c1/texts/fr`: members of objects by name, parts of lists by their `key`. Nothing
there and null are the same, so every change can be told as what was before and what is after.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any


class NoSuchPlace(LookupError):
    """A path that leads nowhere: a part that is not there (any more), or a step into a plain value."""


@dataclass(frozen=True)
class Change:
    """One place, before and after; `at` is where in its list a part stood, when it was taken out of it."""

    path: str
    before: Any
    after: Any
    at: int | None = None

    def inverse(self) -> "Change":
        return Change(self.path, self.after, self.before, self.at)

    def as_json(self) -> dict[str, Any]:
        told = {"path": self.path, "before": self.before, "after": self.after}
        return told if self.at is None else told | {"at": self.at}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Change":
        return cls(told["path"], told["before"], told["after"], told.get("at"))


def look(document: Any, path: str) -> Any:
    """What stands at `path`; None where nothing does.

    >>> look({"parties": [{"key": "A", "role": "party"}]}, "/parties/A/role")
    'party'
    """
    found = document
    for name in _names(path):
        found = _member(found, name)
    return found


def part_at(document: Any, path: str) -> Mapping[str, Any] | None:
    """The part of a list that stands at `path`; None where none does, whatever was asked.

    >>> part_at({"parties": [{"key": "A", "role": "party"}]}, "/parties/A")
    {'key': 'A', 'role': 'party'}
    >>> part_at({"parties": [{"key": "A", "role": "party"}]}, "/parties/A/role/of") is None
    True
    """
    try:
        found = look(document, path)
    except NoSuchPlace:
        return None
    return found if isinstance(found, Mapping) and found.get("key") == _names(path)[-1] else None


def put(document: Any, path: str, value: Any, *, at: int | None = None) -> Change:
    """Set what stands at `path`, in place; None takes it away. Objects on the way are made, parts of lists are not.

    A new part goes to the end of its list, or to the place `at`. Raises NoSuchPlace.

    >>> paper = {}
    >>> put(paper, "/parties/A", {"key": "A"}).before is None
    True
    >>> put(paper, "/parties/A/role", "party") and paper
    {'parties': [{'key': 'A', 'role': 'party'}]}
    """
    if value is None and look(document, path) is None:
        return Change(path, None, None)
    *way, last = _names(path)
    holder = document
    for index, name in enumerate(way):
        below = _member(holder, name)
        if below is None:
            if not isinstance(holder, dict):
                raise NoSuchPlace(path)
            # What is put into a list brings its own key; all else that is made on the way is an object.
            makes_list = index == len(way) - 1 and isinstance(value, Mapping) and value.get("key") == last
            below = holder[name] = [] if makes_list else {}
        holder = below
    if isinstance(holder, list):
        return _put_part(holder, path, last, value, at)
    if not isinstance(holder, dict):
        raise NoSuchPlace(path)
    before = holder.get(last)
    if value is None:
        holder.pop(last, None)
    else:
        holder[last] = deepcopy(value)
    return Change(path, deepcopy(before), deepcopy(value))


def _put_part(parts: list, path: str, key: str, value: Any, at: int | None) -> Change:
    here = next((index for index, part in enumerate(parts) if part.get("key") == key), None)
    if value is None:
        return Change(path, parts.pop(here), None, here)
    if not isinstance(value, Mapping) or value.get("key") != key:
        raise NoSuchPlace(path)
    if here is None:
        parts.insert(len(parts) if at is None else at, deepcopy(dict(value)))
        return Change(path, None, deepcopy(dict(value)), at)
    before, parts[here] = parts[here], deepcopy(dict(value))
    return Change(path, before, deepcopy(dict(value)))


def apply(document: Any, changes: Iterable[Change]) -> list[Change]:
    """Make `changes`, in place; as they came about. What is already so is left out."""
    made = [put(document, each.path, each.after, at=each.at) for each in changes]
    return [each for each in made if each.before != each.after]


def undo(document: Any, changes: Sequence[Change]) -> list[Change]:
    """Take `changes` back, the last one first, in place."""
    return apply(document, [each.inverse() for each in reversed(changes)])


def strings(value: Any) -> Iterator[str]:
    """Every text in a document, or in a part of it.

    >>> list(strings({"texts": {"en": "a"}, "debtors": ["b"], "number": 1}))
    ['a', 'b']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def meet(one: str, other: str) -> bool:
    """Whether a change at one path touches the other: the same place, or one inside the other.

    >>> meet("/commitments/c1", "/commitments/c1/texts/fr"), meet("/commitments/c1", "/commitments/c10")
    (True, False)
    """
    ours, theirs = _names(one), _names(other)
    shorter = min(len(ours), len(theirs))
    return ours[:shorter] == theirs[:shorter]


def _names(path: str) -> list[str]:
    if not path.startswith("/"):
        raise NoSuchPlace(path)
    return [name.replace("~1", "/").replace("~0", "~") for name in path[1:].split("/")]


def _member(holder: Any, name: str) -> Any:
    if holder is None:
        return None
    if isinstance(holder, dict):
        return holder.get(name)
    if isinstance(holder, list):
        return next((part for part in holder if isinstance(part, dict) and part.get("key") == name), None)
    raise NoSuchPlace(name)

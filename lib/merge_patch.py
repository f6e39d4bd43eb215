"""JSON merge patch (RFC 7396): a document, changed as another one says. Pure: neither of the two is touched."""

from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 32
"""How many levels of objects and arrays a patch may have: no document of the registry has half as many."""


def merged(document: Any, patch: Any) -> Any:
    """`document` as `patch` changes it: members replace members, null removes one, anything but an object is whole.

    What the patch does not touch is shared with `document`. Raises ValueError where the patch is deeper than DEEPEST.

    >>> merged({"title": "a", "themes": ["x"]}, {"title": None, "themes": ["y"]})
    {'themes': ['y']}
    """
    if is_deep(patch):
        raise ValueError(f"deeper than {DEEPEST} levels")
    return _merged(document, patch)


def _merged(document: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    result = dict(document) if isinstance(document, Mapping) else {}
    for member, value in patch.items():
        if value is None:
            result.pop(member, None)
        else:
            result[member] = _merged(result.get(member), value)
    return result


def is_deep(value: Any, most: int = DEEPEST) -> bool:
    """Whether `value` has more than `most` levels; asked level by level, so that no depth can harm."""
    level = [value]
    for _level in range(most):
        level = [below for each in level for below in _below(each)]
        if not level:
            return False
    return any(isinstance(each, Mapping | list) for each in level)


def _below(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value

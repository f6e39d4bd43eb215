"""What a caller wants of a document: some members (`fields`, `omit`), a mere pointer (`brief`), or more (`expand`).

A tree of names is a dict of dicts: `{"parties": {"organization": {"label": {}}}}`. A name with nothing below it stands
for all there is below it.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

Tree = dict[str, "Tree"]

PARAMETERS = frozenset({"fields", "omit", "brief", "expand"})


@dataclass(frozen=True)
class Wanted:
    """What was asked for: members to pick, members to leave out, a pointer alone, references to follow."""

    fields: Tree = field(default_factory=dict)
    omit: Tree = field(default_factory=dict)
    brief: bool = False
    expand: tuple[str, ...] = ()

    def shape(self, document: dict) -> dict:
        """Of `document` what was asked for, in its own order."""
        if self.fields:
            document = _pick(document, self.fields)
        return _drop(document, self.omit) if self.omit else document


def wanted(query: Any, *, known: Tree, expandable: Mapping[str, Tree | None]) -> Wanted:
    """What the parameters `query` ask of documents with the members `known`.

    `expandable` maps each path whose references may be followed to the members found there then; None is for what can
    be asked for beside references. Raises ValidationError, naming the nearest known member, or path.
    """
    expand = tuple(sorted(set(_listed(query, "expand")), key=lambda path: (path.count("."), path)))
    faults: dict[str, list] = {}
    for path in expand:
        if path not in expandable:
            message = _("Cannot be expanded; did you mean “%(near)s”?"), _("“%(name)s” cannot be expanded.")
            faults.setdefault("expand", []).append(_stranger(path, expandable, message, "unknown_expand"))
        elif more := expandable[path]:
            known = _grown(known, path.split("."), more)
    chosen = {}
    for name in ("fields", "omit"):
        chosen[name] = {}
        for path in _listed(query, name):
            try:
                _plant(chosen[name], path, known)
            except _Unknown as unknown:
                message = _("There is no such member; did you mean “%(near)s”?"), _("There is no “%(name)s”.")
                fault = _stranger(path, unknown.beside, message, "unknown_field", within=unknown.within)
                faults.setdefault(name, []).append(fault)
    brief = query.get("brief")
    if brief not in {None, "true", "false"}:
        faults["brief"] = [ErrorDetail(_("Write true or false."), code="invalid")]
    if brief == "true" and (expand or chosen["fields"] or chosen["omit"]):
        message = _("A brief answer has id, type, label and url: leave out “fields”, “omit” and “expand”.")
        faults["brief"] = [ErrorDetail(message, code="excludes")]
    if faults:
        raise ValidationError(faults)
    return Wanted(chosen["fields"], chosen["omit"], brief == "true", expand)


@cache
def members(shape: type[serializers.Serializer]) -> Tree:
    """The names a document of `shape` may have, with those below them. They are the same for every request."""
    return _members(shape())


def expand(documents: Sequence[dict], path: str, load: Callable[[list[str]], Mapping[str, dict]]) -> None:
    """Follow the references at `path`: each becomes the whole of what it points at, where `load` gives it.

    `load` maps ids to whole documents, and leaves out what the reader may not see: there the reference stays.
    """
    found = [reference for each in documents for reference in _at(each, path.split("."))]
    whole = load(sorted({each["id"] for each in found})) if found else {}
    for reference in found:
        if more := whole.get(reference["id"]):
            kept = dict(reference)
            reference.clear()
            reference.update(more | kept)


def _at(document: Any, path: list[str]) -> Iterator[dict]:
    """The references at the end of `path`, through lists."""
    if isinstance(document, list):
        for each in document:
            yield from _at(each, path)
    elif isinstance(document, dict):
        if path:
            yield from _at(document.get(path[0]), path[1:])
        elif "id" in document:
            yield document


def _members(shape: serializers.Serializer) -> Tree:
    return {name: _below(each) for name, each in shape.fields.items() if not each.write_only}


def _below(shape: serializers.Field) -> Tree:
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        return _below(shape.child)
    if isinstance(shape, serializers.Serializer):
        return _members(shape)
    told = getattr(shape, "_spectacular_annotation", {}).get("field")
    properties = told.get("properties", {}) if isinstance(told, dict) else {}
    return {name: {} for name, each in properties.items() if not each.get("writeOnly")}


def _grown(known: Tree, path: list[str], more: Tree) -> Tree:
    """`known` with the members `more` at `path`."""
    if not path:
        return known | more
    return known | {path[0]: _grown(known.get(path[0], {}), path[1:], more)}


def _listed(query: Any, name: str) -> list[str]:
    return [each.strip() for value in query.getlist(name) for each in value.split(",")]


class _Unknown(Exception):
    """No such member: those `beside` it are known, within the path `within`."""

    def __init__(self, beside: Iterable[str], within: str):
        super().__init__(within)
        self.beside, self.within = beside, within


def _plant(tree: Tree, path: str, known: Tree) -> None:
    """Add `path` to `tree`; what is asked for as a whole stays whole."""
    steps = path.split(".")
    for place, step in enumerate(steps):
        if step not in known:
            raise _Unknown(known, ".".join(steps[:place]))
        known = known[step]
    for step in steps[:-1]:
        if tree.get(step) == {}:
            return
        tree = tree.setdefault(step, {})
    tree[steps[-1]] = {}


def _stranger(
    path: str, known: Iterable[str], message: tuple[str, str], code: str, *, within: str | None = None
) -> ErrorDetail:
    """What is said of a `path` that is not known; `within` it is known up to there."""
    told = path if within is None else path.split(".")[within.count(".") + 1 if within else 0]
    near = difflib.get_close_matches(told, list(known), n=1)
    if near:
        return ErrorDetail(message[0] % {"near": f"{within}.{near[0]}" if within else near[0]}, code=code)
    return ErrorDetail(message[1] % {"name": path}, code=code)


def _pick(document: Any, tree: Tree) -> Any:
    if isinstance(document, list):
        return [_pick(each, tree) for each in document]
    if not isinstance(document, dict) or not tree:
        return document
    return {name: _pick(value, tree[name]) for name, value in document.items() if name in tree}


def _drop(document: Any, tree: Tree) -> Any:
    if isinstance(document, list):
        return [_drop(each, tree) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        name: _drop(value, tree[name]) if name in tree else value
        for name, value in document.items()
        if name not in tree or tree[name]
    }

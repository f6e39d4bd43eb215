"""The parts of a dossier as records of their own: found in it, changed in it, and what in it leans on them.

Everything here is about plain documents as `queries.dossier` reads them, with their proof.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from agreements.shapes import DossierShape
from lib import addresses
from lib.problems import Fault
from lib.shapes import ready

KINDS = {
    "parties": ("party", "parties"),
    "groups": ("group", "groups"),
    "objectives": ("objective", "objectives"),
    "commitments": ("commitment", "commitments"),
    "statements": ("statement", "statements"),
    "advantages": ("advantage", "advantages"),
    "events": ("event", "events"),
    "amendments": ("amendment", "amendments"),
    "links": ("link", "links"),
    "questions": ("open_question", "open-questions"),
}
"""Member of a dossier → the type and the resource of its parts."""
LEANED_ON = frozenset({"sources", "organizations", "people", "programmes"})
"""Members that hold records with a life of their own: their ids are the registry's."""
SET_BY_THE_REGISTRY = frozenset(
    {
        "id",
        "number",
        "version",
        "editorial_state",
        "amendments.changes",
        "questions.resolution",
        "sources.replaces",
        "without_source.by",
        "without_source.at",
    }
)
"""Members of a dossier that a registry which is moved brings along, and nobody else says."""
# Where facts that citations prove stand besides: type → the member, and the member inside of it.
_INSIDE = {
    "signatory": ("parties", "signatories"),
    "programme": ("programmes", ""),
    "organization": ("organizations", ""),
    "alias": ("organizations", "aliases"),
    "profile_claim": ("organizations", "profile"),
    "office": ("people", "offices"),
}


@dataclass(frozen=True)
class Place:
    """Where something stands in a dossier: the list, its index there, and the JSON pointer."""

    holder: list
    index: int
    pointer: str

    @property
    def part(self) -> dict[str, Any]:
        return self.holder[self.index]


def place_of(document: Mapping[str, Any], member: str, key: str) -> Place:
    """Where the part `key` stands in a member. Raises LookupError."""
    for index, each in enumerate(document[member]):
        if each["id"] == key:
            return Place(document[member], index, f"/{member}/{index}")
    raise LookupError(f"{key} is not among the {member}")


def facts(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Everything that a citation can prove: its type, itself, and its JSON pointer."""
    yield "agreement", document, ""
    for member, (type, _resource) in KINDS.items():
        for index, part in enumerate(document[member]):
            if "citations" in part:
                yield type, part, f"/{member}/{index}"
    for type, (member, inner) in _INSIDE.items():
        for index, outer in enumerate(document[member]):
            if not inner:
                yield type, outer, f"/{member}/{index}"
            for number, part in enumerate(outer[inner] if inner else ()):
                yield type, part, f"/{member}/{index}/{inner}/{number}"


def signatory(document: dict[str, Any], key: str) -> Place:
    """Where the signatory `key` stands. Raises LookupError."""
    for number, party in enumerate(document["parties"]):
        for index, each in enumerate(party["signatories"]):
            if each["id"] == key:
                return Place(party["signatories"], index, f"/parties/{number}/signatories/{index}")
    raise LookupError(f"{key} signs for nobody here")


def citation(document: dict[str, Any], key: str) -> Place:
    """Where the citation `key` stands. Raises LookupError."""
    for _type, part, pointer in facts(document):
        for index, each in enumerate(part["citations"]):
            if each["id"] == key:
                return Place(part["citations"], index, f"{pointer}/citations/{index}")
    raise LookupError(f"{key} is no citation here")


def leaning(document: Mapping[str, Any], key: str) -> list[dict[str, str]]:
    """References to the other parts that point at the part `key`; signatures go with what they are for."""
    return [
        addresses.reference(type, resource, part["id"], _called(part))
        for member, (type, resource) in KINDS.items()
        for part in document[member]
        if part["id"] != key and _names(part, key)
    ]


def _names(value: Any, key: str) -> bool:
    if isinstance(value, Mapping):
        return any(_names(each, key) for name, each in value.items() if name != "citations")
    return any(_names(each, key) for each in value) if isinstance(value, list) else value == key


def _called(part: Mapping[str, Any]) -> str:
    named = part.get("organization") or part.get("agreement") or {}
    return part.get("label") or part.get("text") or named.get("label") or str(part.get("number", ""))


def of_member(member: str) -> serializers.Serializer:
    """The shape of the parts of a member."""
    return ready(DossierShape).fields[member].child


# A document that was changed, made ready for `services.revise`.


def prepared(
    before: Mapping[str, Any], after: Mapping[str, Any], *, signatures_too: bool = False
) -> tuple[dict[str, Any], list[Fault]]:
    """`after` with the proof that a reader without proof did not see, and what is wrong about its parts.

    Arrays come whole, but a part that is sent with its id and without `citations` keeps its quotes; so does what an
    editor signed for, unless `without_source` was sent itself (`signatures_too`), or its fact is gone.
    """
    faults: list[Fault] = []
    quotes: dict[str, list] = {}
    known: dict[str, set[str]] = {}
    for member, part in _all_parts(before):
        known.setdefault(member, set()).add(part["id"])
        if "citations" in part:
            quotes[part["id"]] = part["citations"]
    document = _with_quotes(after, quotes)
    names = (part.get(name) for _member, part in _all_parts(document) for name in ("id", "key"))
    ids = {each for each in names if isinstance(each, str)}
    if not signatures_too:
        document["without_source"] = [
            each for each in document.get("without_source", ()) if each["fact"] is None or each["fact"] in ids
        ]
    _check(document, known, "", faults)
    return document, faults


def _all_parts(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every element with an id of every array, with the name of the array."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            if isinstance(below, Mapping):
                yield from _all_parts(below)
            for each in below if isinstance(below, list) else ():
                if isinstance(each, Mapping):
                    if "id" in each or "key" in each:
                        yield name, each
                    yield from _all_parts(each)


def _with_quotes(value: Any, quotes: Mapping[str, list]) -> Any:
    if isinstance(value, Mapping):
        told = {name: _with_quotes(each, quotes) for name, each in value.items()}
        # A reference has an id too, and never quotes: only parts are in `quotes`, and references are no parts.
        is_reference = value.keys() <= {"id", "key", "type", "label", "url"}
        key = None if is_reference else told.get("id")
        if "citations" not in told and isinstance(key, str) and key in quotes:
            told["citations"] = quotes[key]
        return told
    return [_with_quotes(each, quotes) for each in value] if isinstance(value, list) else value


def _check(document: Mapping[str, Any], known: Mapping[str, set[str]], pointer: str, faults: list) -> None:
    """Fault an id that names no part of this record, twice the same, and what nobody says of a new part."""
    for member, parts in document.items():
        if not isinstance(parts, list) or (not pointer and member in LEANED_ON):
            continue
        seen: set[str] = set()
        for index, part in enumerate(parts):
            here = f"{pointer}/{member}/{index}"
            if not isinstance(part, Mapping):
                continue
            key = part.get("id")
            if isinstance(key, str):
                if key not in known.get(member, ()):
                    message = _("This is no part of the record: a new part has a “key”, and no id.")
                    faults.append(Fault(f"{here}/id", "no_part_of_it", message))
                elif key in seen:
                    faults.append(Fault(f"{here}/id", "named_twice", _("This is already in the list.")))
                seen.add(key)
            elif member == "questions" and part.get("resolution"):
                message = _("A reviewer resolves questions here.")
                faults.append(Fault(f"{here}/resolution", "set_by_the_registry", message))
            _check(part, known, here, faults)


def anew(shape: serializers.Serializer, part: Mapping[str, Any]) -> dict[str, Any]:
    """`part` as something new: without its own id and those of what it holds, which another part may have."""
    told = {}
    for name, value in part.items():
        field = shape.fields.get(name)
        if name == "id":
            continue
        if isinstance(field, serializers.ListSerializer) and isinstance(value, list):
            told[name] = [anew(field.child, each) if isinstance(each, Mapping) else each for each in value]
        else:
            told[name] = value
    return told

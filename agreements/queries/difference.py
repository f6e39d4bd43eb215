"""What changed between two versions of an agreement, in words: fact by fact, field by field.

Compares two documents of `queries.dossier`. What is machinery (ids, addresses, positions) and what says again what
another member says is left out (`queries.members`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import LifecycleEvent, Source
from agreements.queries.members import FACTS, IN_PART, RECORD, Names, Words, claim_words, here, read_claim
from lib import languages
from lib.claims import Basis
from lib.templatetags.registry import when


@dataclass(frozen=True)
class Change:
    """One field: what it said before and what it says after; an empty list is «nothing»."""

    field: str
    before: list[Words]
    after: list[Words]
    member: str = ""
    """As a document has it: `dates.signed`."""


@dataclass(frozen=True)
class FactChange:
    """One fact that was added, removed or changed, under its kind and its name."""

    kind: str
    name: Words
    what: str
    changes: list[Change]
    path: str = ""
    """Its place in a document, with the ids of parts; "" for the agreement itself."""


def difference(before: dict, after: dict) -> list[FactChange]:
    """What changed from one document to the other, each with its proof; empty when a reader would see none."""
    names = _names_in(before), _names_in(after)
    found = []
    if changes := _changes(RECORD, before, after, names):
        kind = _("the agreement itself")
        found.append(FactChange(kind, Words(""), "changed", changes))
    for place, model, members in FACTS:
        paths: dict[str, str] = {}
        old, new = (
            {each["id"]: each for each in _at(document, place, paths)} for document in (before, after)
        )
        for key in dict.fromkeys([*old, *new]):
            changes = _changes(members, old.get(key), new.get(key), names)
            what = "added" if key not in old else "removed" if key not in new else "changed"
            if changes or what != "changed":
                name = names[key in new].words[key]
                found.append(FactChange(str(model._meta.verbose_name), name, what, changes, paths[key]))
    return found


def told(document: dict) -> list[FactChange]:
    """Every fact of one document, each with all that is said of it: as if it were added to nothing."""
    names = Names(), _names_in(document)
    found = [
        FactChange(_("the agreement itself"), Words(""), "added", _changes(RECORD, None, document, names))
    ]
    for place, model, members in FACTS:
        paths: dict[str, str] = {}
        for each in _at(document, place, paths):
            changes = _changes(members, None, each, names)
            name, kind = names[1].words[each["id"]], str(model._meta.verbose_name)
            found.append(FactChange(kind, name, "added", changes, paths[each["id"]]))
    return found


def _changes(members, old: dict | None, new: dict | None, names: tuple[Names, Names]) -> list[Change]:
    found = []
    for member, (label, how) in members.items():
        sides = []
        for document, known in zip((old, new), names, strict=True):
            value = None if document is None else _member(document, member)
            nothing = value is None or (how is claim_words and None in (old, new) and not _said(value))
            sides.append([] if nothing else how(value, known))
        before, after = sides
        if before != after:
            if how in IN_PART and set(before) != set(after):
                sides = [w for w in before if w not in after], [w for w in after if w not in before]
            found.append(Change(str(label), *sides, member))
    return found


def _said(claim: dict) -> bool:
    return claim["basis"] != Basis.NOT_STATED or bool(claim["note"])


def _member(document: dict, path: str) -> Any:
    for name in path.split("."):
        document = document[name]
    return document


def _at(document: dict, place: str, paths: dict[str, str]) -> Iterator[dict]:
    """The facts at `organizations` or, one level deeper, at `organizations.aliases`; notes the path of each."""
    outer, _dot, inner = place.partition(".")
    for each in document[outer]:
        here = f"/{outer}/{each['id']}"
        for fact in each[inner] if inner else [each]:
            paths[fact["id"]] = f"{here}/{inner}/{fact['id']}" if inner else here
            yield fact


def _names_in(document: dict) -> Names:
    """What a reader calls each record of the document."""
    source_language = document["source_language"]

    def spoken(texts: dict[str, str], prefix: str = "") -> Words:
        text = languages.best(texts, source=source_language)
        return Words(prefix + text.value, text.language)

    names = Names(sources={each["id"]: each["language"] for each in document["sources"]})
    for place, _model, members in FACTS:
        for each in _at(document, place, {}):
            texts = next((each[name] for name in ("names", "titles", "texts") if name in members), None)
            label = f"{each['label']} · " if place == "commitments" else ""
            names.words[each["id"]] = spoken(texts, label) if texts is not None else _called(place, each)
    return names


def _called(place: str, fact: dict) -> Words:
    """The name of a fact that has no text in languages."""
    match place:
        case "parties":
            return Words(fact["organization"]["label"])
        case "events":
            claim = read_claim(fact["occurred"])
            return here(f"{LifecycleEvent.Kind(fact['kind']).label} – {when(claim)}")
        case "without_source":
            return Words(fact["reason"])
        case "amendments":
            return here(_("amendment %(number)d") % {"number": fact["number"]})
        case "links":
            return Words(fact["agreement"]["label"])
        case "sources":
            return (
                Words(fact["title"], fact["language"])
                if fact["title"]
                else here(Source.Kind(fact["kind"]).label)
            )
    return Words(fact["name"])

"""Documents as rows: each part of a record with the table it stands in, and what other rows call it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from exchange.shapes.columns import Known
from exchange.shapes.tables import TABLES

PIECE = 16_000
"""In characters: a text of a source is cut into pieces that fit into a cell, whatever its letters."""
_NUMBERED = ("groups", "objectives", "statements", "advantages", "events", "questions")
_FACTS = {
    "parties": "party",
    "groups": "group",
    "objectives": "objective",
    "commitments": "commitment",
    "statements": "statement",
    "advantages": "advantage",
    "events": "event",
}
"""Members of a dossier whose parts quotes prove, with what the part is called then."""


class Part(NamedTuple):
    """One row to be: its table, the record it stands in (`of`), and its content, pointing as the document does."""

    table: str
    of: str
    content: Mapping[str, Any]


class Labels(Known):
    """What records and parts are called in a file. Holds those of one dossier at a time, and of others all along."""

    def __init__(self):
        self.records: dict[tuple[str, str], str] = {}
        """Kind and id of a record → its short address or code; those that are not here are called by their id."""
        self.parts: dict[tuple[str, str], str] = {}
        """Kind and id, or key, of a part of the dossier at hand → its letter or number."""
        self.facts: dict[str, tuple[str, str]] = {}
        """Id or key of a part of the dossier at hand → what it is, and its letter or number."""

    def label(self, kind: str, value: Any) -> str:
        key = str((value.get("id") or value.get("key")) if isinstance(value, Mapping) else value)
        return self.parts.get((kind, key)) or self.records.get((kind, key)) or key.rpartition(":")[2]

    def code(self, vocabulary: str, words: str) -> str:
        return words

    def reference(self, kind: str, words: str) -> Any:
        return words

    def begin(self, dossier: Mapping[str, Any]) -> None:
        """Learn what the parts of this dossier are called."""
        self.parts, self.facts = {}, {}
        for member, kind in _FACTS.items():
            for index, part in enumerate(dossier.get(member, ())):
                label = part["letter"] if member == "parties" else str(part.get("number", index + 1))
                self._called(kind, part, label)
                for number, below in enumerate(part.get("signatories", ()), 1):
                    self._called("signatory", below, f"{label}/{number}")

    def _called(self, kind: str, part: Mapping[str, Any], label: str) -> None:
        for name in (part.get("id"), part.get("key")):
            if name:
                self.parts[kind, name] = label
                self.facts[name] = (kind, label)


def cells(part: Part, known: Known) -> dict[str, str]:
    """The texts of a row, by the names of the columns that are kept."""
    table = TABLES[part.table]
    return {
        each.name: each.codec.say(dig(part.content, each.path), known) if each.path else part.of
        for each in table.kept
    }


def dig(document: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path; None where there is nothing."""
    for name in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(name)
    return document


# Records as parts.


def of_organization(document: Mapping[str, Any]) -> Iterator[Part]:
    slug = document["slug"]
    yield Part("organizations", slug, document)
    yield from (Part("other_names", slug, each) for each in document["aliases"])
    yield from (Part("profile", slug, each) for each in document["profile"])


def of_person(document: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("people", document["id"], document)
    yield from (Part("offices", document["id"], each) for each in document["offices"])


def of_programme(document: Mapping[str, Any]) -> Iterator[Part]:
    yield Part("programmes", document["slug"], document)


def of_source(document: Mapping[str, Any]) -> Iterator[Part]:
    """A source with its whole text, cut into pieces."""
    key, text = document["id"], document["text"]
    yield Part("sources", key, document)
    for piece, start in enumerate(range(0, len(text), PIECE), 1):
        yield Part("source_texts", key, {"piece": piece, "text": text[start : start + PIECE]})
    yield from (Part("source_noise", key, each) for each in document["noise"])


def of_activity(document: Mapping[str, Any]) -> Iterator[Part]:
    """An activity; `agreement` of what it counts towards has to be told beside the commitment."""
    key = document["id"]
    yield Part("activities", key, document)
    yield from (Part("counts_toward", key, each) for each in document["counts_toward"])
    yield from (Part("reached", key, each) for each in document["reached"])


def of_agreement(document: Mapping[str, Any], labels: Labels) -> Iterator[Part]:
    """A dossier, with its proof where it has it."""
    code = document["code"]
    labels.begin(document)
    sources = [
        (each.get("id") or each["key"]) if isinstance(each, Mapping) else each
        for each in document.get("sources", ())
    ]
    yield Part("agreements", code, {**document, "sources": sources})
    yield from _quotes(code, "agreement", "", document)
    for member, kind in _FACTS.items():
        for index, part in enumerate(document[member], 1):
            yield Part(member, code, {"number": index, **part} if member in _NUMBERED else part)
            label = part["letter"] if member == "parties" else str(part.get("number", index))
            yield from _quotes(code, kind, label, part)
            for number, below in enumerate(part.get("signatories", ()), 1):
                yield Part("signatories", code, {**below, "party": label})
                yield from _quotes(code, "signatory", f"{label}/{number}", below)
    yield from (Part("links", code, each) for each in document["links"])
    for number, question in enumerate(document["questions"], 1):
        kind, label = labels.facts.get(question.get("fact") or "", ("", ""))
        yield Part("questions", code, {**question, "number": number, "fact_kind": kind, "fact_label": label})
        yield from (
            Part("readings", code, {**each, "question": number}) for each in question.get("readings", ())
        )
    for each in document.get("without_source", ()):
        kind, label = labels.facts.get(each.get("fact") or "", ("", ""))
        yield Part("without_source", code, {**each, "fact_kind": kind, "fact_label": label})
    yield from _leaned_on(code, document)


def _quotes(code: str, kind: str, label: str, part: Mapping[str, Any]) -> Iterator[Part]:
    for each in part.get("citations", ()):
        yield Part("citations", code, {**each, "fact_kind": kind, "fact_label": label})


def _leaned_on(code: str, document: Mapping[str, Any]) -> Iterator[Part]:
    """Quotes that prove something of a record the dossier leans on."""
    for each in document.get("programmes", ()):
        yield from _quotes(code, "programme", each["slug"], each)
    for each in document.get("organizations", ()):
        yield from _quotes(code, "organization", each["slug"], each)
        for below in each.get("aliases", ()):
            yield from _quotes(code, "alias", below.get("id", ""), below)
        for below in each.get("profile", ()):
            yield from _quotes(code, "profile_claim", below.get("id", ""), below)
    for each in document.get("people", ()):
        for below in each.get("offices", ()):
            yield from _quotes(code, "office", below.get("id", ""), below)

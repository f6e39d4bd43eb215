"""A draft as it lies on the workbench: the source sentence by sentence, the record beside it, and what is still open.

Works on the plain content of a draft; asks the database nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_uppercase
from typing import Any

from agreements.models import Agreement, NoiseSpan
from agreements.queries import proof
from lib.claims import Basis
from lib.papers import look
from lib.sentences import sentences

# Kinds of facts in the order in which a record tells them, each with the letter its labels begin with.
LETTERS = {
    "objectives": "O",
    "statements": "S",
    "advantages": "V",
    "groups": "G",
    "people": "R",
    "questions": "Q",
    "events": "E",
}
# What is proved of the record itself, in one letter each where the words are marked.
OF_THE_RECORD = {
    "kind": "K",
    "programme": "P",
    "signed": "D",
    "effective": "D",
    "ends": "D",
    "occasion": "D",
    "place": "L",
    "themes": "T",
    "title": "T",
}


_NUMBER = re.compile(
    r"(?>[\W\d_]|(?<=\d)(?:er|ère|re|e|ème)(?![^\W\d_])|(?<![^\W\d_])(?:[IVXLC]{1,7}|[a-zA-Z]|"
    r"(?i:articles?|art|chapter|chapitre|section|titre|title|annexe?|part|partie|المادة|الفصل|البند|الباب))"
    r"(?![^\W\d_]))*+"
)


@dataclass(frozen=True)
class Quote:
    """Words that prove something: which part (its path, "" for the record itself), under what label, in what colour."""

    key: str
    path: str
    label: str
    colour: str
    start: int
    end: int
    about: str = ""
    sentence: int | None = None


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence with the quotes that lie over it; `ends` are those that end with it."""

    text: str
    quotes: tuple[Quote, ...] = ()
    ends: tuple[Quote, ...] = ()

    @property
    def colour(self) -> str:
        """That of the shortest quote: the one that says most exactly what the words are."""
        return min(self.quotes, key=lambda each: each.end - each.start).colour if self.quotes else ""


@dataclass(frozen=True)
class Line:
    """One sentence of a source, numbered, with what it has become."""

    number: int
    start: int
    end: int
    text: str
    pieces: list[Piece]
    quotes: list[Quote]
    is_silent: bool = False
    """Somebody has read it and says: there is nothing to record in it."""

    @property
    def is_used(self) -> bool:
        return bool(self.quotes) or self.is_silent or self.is_number

    @property
    def is_number(self) -> bool:
        """Whether it only counts what follows, like «Article 5» or «2.»: there is nothing to record in it."""
        return bool(_NUMBER.fullmatch(self.text))


@dataclass(frozen=True)
class Aside:
    """A stretch set aside, with its reason."""

    key: str
    start: int
    end: int
    text: str
    reason: str

    @property
    def why(self) -> str:
        return str(NoiseSpan.Reason(self.reason).label)


@dataclass(frozen=True)
class Text:
    """A source of the draft: its sentences, and what is set aside."""

    key: str
    source: Mapping[str, Any]
    lines: list[Line]
    aside: list[Aside]

    @property
    def open(self) -> list[Line]:
        return [each for each in self.lines if not each.is_used]


@dataclass(frozen=True)
class Coverage:
    """How many sentences are accounted for: used or set aside. `open` is what is left."""

    sentences: int
    open: int

    @property
    def done(self) -> int:
        return self.sentences - self.open

    @property
    def percent(self) -> int:
        return 100 if not self.sentences else 100 * self.done // self.sentences


@dataclass
class Lane:
    """The commitments of the same debtors, by their keys; `letters` as on the sheet."""

    letters: str
    parties: list[Mapping[str, Any]]
    commitments: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def is_joint(self) -> bool:
        return len(self.parties) > 1

    @property
    def colour(self) -> str:
        """That of its side: a to d, j for several; none while nobody owes it."""
        if self.is_joint:
            return "j"
        return self.letters.lower() if self.parties and self.letters in "ABCD" else ""


def labels(content: Mapping[str, Any]) -> dict[str, str]:
    """The label of every part by its key: A and B for parties, A1, B2, J3 for commitments, O1 for objectives …"""
    found = {each["key"]: _letter(index) for index, each in enumerate(content.get("parties", ()))}
    for lane in lanes(content):
        for number, each in enumerate(lane.commitments, start=1):
            found[each["key"]] = f"{lane.letters}{number}"
    for member, letter in LETTERS.items():
        for number, each in enumerate(content.get(member, ()), start=1):
            found[each["key"]] = f"{letter}{number}"
    return found | {each["key"]: str(each.get("number", "")) for each in content.get("amendments", ())}


def lanes(content: Mapping[str, Any]) -> list[Lane]:
    """One lane for each party, then one for each set of several; commitments that nobody owes yet come last."""
    parties = list(content.get("parties", ()))
    letters = {each["key"]: _letter(index) for index, each in enumerate(parties)}
    found = {(each["key"],): Lane(letters[each["key"]], [each]) for each in parties}
    for each in content.get("commitments", ()):
        debtors = [party for party in parties if party["key"] in (each.get("debtors") or ())]
        key = tuple(party["key"] for party in debtors)
        if key not in found:
            everybody = len(debtors) == len(parties) > 1
            found[key] = Lane("J" if everybody else "".join(letters[party] for party in key) or "?", debtors)
        found[key].commitments.append(each)
    return sorted(found.values(), key=lambda lane: (not lane.parties, lane.is_joint))


def _letter(index: int) -> str:
    return (
        ascii_uppercase[index] if index < 26 else f"{_letter(index // 26 - 1)}{ascii_uppercase[index % 26]}"
    )


def quotes(content: Mapping[str, Any]) -> dict[str, list[Quote]]:
    """Every quote of the draft, by the key of its source, in the order of the text."""
    named = labels(content)
    colours = _colours(content)
    found: dict[str, list[Quote]] = defaultdict(list)
    for path, cited in _cited(content):
        about = cited.get("about", "")
        owner = path.split("/")[2] if path else ""
        label = named.get(owner, "") if path else OF_THE_RECORD.get(about, "")
        colour = colours.get(owner, "o" if path else "p")
        if path.startswith(("/organizations", "/programmes")):
            label, colour = "", "p"
        found[cited["source"]].append(
            Quote(cited.get("key", ""), path, label, colour, cited["start"], cited["end"], about)
        )
    return {key: sorted(each, key=lambda quote: (quote.start, -quote.end)) for key, each in found.items()}


def _colours(content: Mapping[str, Any]) -> dict[str, str]:
    """The colour of what belongs to one side: a, b, or j for several; of further parties c and d."""
    sides = {
        each["key"]: "abcd"[index] if index < 4 else "d"
        for index, each in enumerate(content.get("parties", ()))
    }
    found = dict(sides)
    for each in content.get("commitments", ()):
        debtors = [sides[key] for key in each.get("debtors") or () if key in sides]
        found[each["key"]] = debtors[0] if len(debtors) == 1 else "j"
    return found


def _cited(part: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each quote with the path of the fact it proves."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "citations":
                yield from ((path, each) for each in value)
            elif name != "sources":
                yield from _cited(value, f"{path}/{name}")
    elif isinstance(part, list):
        for each in part:
            if isinstance(each, Mapping) and "key" in each:
                yield from _cited(each, f"{path}/{each['key']}")


def cited_at(content: Mapping[str, Any], key: str) -> str | None:
    """The path of the fact that the quote of this key proves, "" for the record itself; None where it is gone."""
    return next((path for path, each in _cited(content) if each.get("key") == key), None)


def texts(content: Mapping[str, Any]) -> list[Text]:
    """The sources of the draft as they are read beside the record.

    Sentences keep their numbers when one of them says nothing to record: it is part of the text all the same.
    """
    by_source = quotes(content)
    found = []
    for source in content.get("sources", ()):
        noise = sorted(source.get("noise", ()), key=lambda each: each["start"])
        text = source["text"]
        cited = by_source.get(source["key"], [])
        lines = []
        silent = [(gap["start"], gap["end"]) for gap in noise if gap["reason"] == NoiseSpan.Reason.NOTHING]
        gaps = [(gap["start"], gap["end"]) for gap in noise if gap["reason"] != NoiseSpan.Reason.NOTHING]
        for each in sentences(text, gaps):
            over = [quote for quote in cited if quote.start < each.end and quote.end > each.start]
            lines.append(
                Line(
                    each.number,
                    each.start,
                    each.end,
                    text[each.start : each.end],
                    _pieces(text, each, over),
                    over,
                    any(start < each.end and end > each.start for start, end in silent),
                )
            )
        aside = [
            Aside(each["key"], each["start"], each["end"], text[each["start"] : each["end"]], each["reason"])
            for each in noise
        ]
        found.append(Text(source["key"], source, lines, aside))
    return found


def _pieces(text: str, sentence, over: Sequence[Quote]) -> list[Piece]:
    borders = {sentence.start, sentence.end}
    for each in over:
        borders |= {max(each.start, sentence.start), min(each.end, sentence.end)}
    found = []
    for left, right in pairwise(sorted(borders)):
        inside = tuple(each for each in over if each.start <= left and right <= each.end)
        found.append(
            Piece(
                text[left:right],
                inside,
                tuple(each for each in inside if min(each.end, sentence.end) == right),
            )
        )
    return found


def coverage(found: Sequence[Text]) -> Coverage:
    """How much of the sources is accounted for."""
    return Coverage(sum(len(each.lines) for each in found), sum(len(each.open) for each in found))


def proofs(found: Sequence[Text]) -> dict[str, list[tuple[str, int]]]:
    """For each path the sentences that prove it: (key of the source, number), each once."""
    told: dict[str, dict[tuple[str, int], None]] = defaultdict(dict)
    for text in found:
        for line in text.lines:
            for quote in line.quotes:
                told[quote.path][text.key, line.number] = None
                if not quote.path and quote.about:
                    told[f"about:{quote.about}"][text.key, line.number] = None
    return {path: list(places) for path, places in told.items()}


@dataclass(frozen=True)
class Bare:
    """A fact of the draft that no quote proves: at its path, by the key of its part or by what it is of the record."""

    path: str
    fact: str = ""
    about: str = ""


def unquoted(content: Mapping[str, Any]) -> list[Bare]:
    """The facts that no quote proves, those an editor signed for among them, in the order of the record."""
    quoted = {each.get("about", "") for each in content.get("citations") or ()}
    if any(each.get("citations") for each in content.get("programmes") or ()):
        quoted.add(proof.About.PROGRAMME)
    own = [
        Bare(path, about=about)
        for about, path in proof.PLACES.items()
        if about not in quoted and _tells(content, about)
    ]
    return own + [
        Bare(f"/{member}/{each['key']}", fact=each["key"])
        for member in proof.MEMBERS
        for each in content.get(member) or ()
        if not each.get("citations")
    ]


def unproved(content: Mapping[str, Any]) -> list[Bare]:
    """The facts that neither a quote proves nor an editor signed for: publication asks for one of them each."""
    signed = set(signatures(content))
    return [each for each in unquoted(content) if each not in signed]


def signatures(content: Mapping[str, Any]) -> dict[Bare, Mapping[str, Any]]:
    """What an editor signed for, by the fact it stands for: only facts that are told and that no quote proves."""
    by_name: dict[tuple[str, str], Bare] = {}
    for each in unquoted(content):
        by_name[each.fact, each.about] = each
        if part := look(content, each.path) if each.fact else None:
            by_name[str(part.get("id", each.fact)), ""] = each
    return {
        found: each
        for each in content.get("without_source") or ()
        if (found := by_name.get((each.get("fact") or "", each.get("about") or "")))
    }


def _tells(content: Mapping[str, Any], about: str) -> bool:
    value = look(content, proof.PLACES[about])
    match about:
        case proof.About.SIGNED | proof.About.EFFECTIVE | proof.About.ENDS:
            return bool(value) and value.get("basis", Basis.NOT_STATED) != Basis.NOT_STATED
        case proof.About.RENEWAL:
            return (value or Agreement.Renewal.NOT_STATED) != Agreement.Renewal.NOT_STATED
        case proof.About.OCCASION:
            return any((value or {}).values())
        case proof.About.AMOUNT:
            return (value or {}).get("value") is not None
    return value is not None and value != ""

"""The record of a draft as it is drawn: its parts, their fields, and how places are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from agreements.forms.record.choices import Choices
from agreements.forms.record.fields import (
    BY_SHAPE,
    FIELDS,
    NOT_STATED,
    Field,
    Options,
    claim_of,
    first_words,
    holder,
    pointer,
    shape_of,
)
from agreements.forms.record.typed import typed_date
from lib import languages
from lib.papers import look
from lib.templatetags.registry import when


@dataclass
class Input:
    """One field as it is drawn: its name is its path; `lines` are the languages of a text in several."""

    field: Field
    path: str
    value: Any
    options: Options = ()
    chosen: frozenset[str] = frozenset()
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    basis: str = ""
    error: str = ""
    means: str = ""
    """What a date that was typed is taken to say."""
    says_not_stated: bool = False
    """Whether *not stated* is among the options: it is chosen then where nothing else is."""
    proofs: list[tuple[str, int]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return "f" + self.path.replace("/", "-")


def inputs(content: Mapping[str, Any], here: str, choices: Choices, errors: Mapping[str, str]) -> list[Input]:
    """The fields of one part (its path, like `/commitments/c1`), or of the record itself ("")."""
    shape = shape_of(here)
    found = []
    for each in FIELDS:
        rest = each.path.removeprefix(shape) if here else each.path
        if (here and not each.path.startswith(f"{shape}/")) or "*" in rest:
            continue
        found.append(_input(content, each, here + rest, choices, errors))
    return found


def _input(content, each: Field, path: str, choices: Choices, errors: Mapping[str, str]) -> Input:
    value = look(content, path)
    error = next((words for at, words in errors.items() if at == path or at.startswith(f"{path}/")), "")
    drawn = Input(each, path, value, error=error)
    if each.options:
        drawn.options = choices.of(each.options)
    match each.how:
        case "choice":
            drawn.value = pointer(value)
            drawn.says_not_stated = any(code == NOT_STATED for code, _label in drawn.options)
            if drawn.says_not_stated:
                drawn.value = drawn.value or NOT_STATED
        case "many":
            drawn.chosen = frozenset(map(pointer, value or ()))
        case "texts" | "prose":
            order = dict.fromkeys([content.get("source_language") or "en", *languages.CODES])
            drawn.lines = [(code, languages.direction(code), (value or {}).get(code, "")) for code in order]
        case "date":
            drawn.value, drawn.basis = typed_date(value)
            drawn.means = _understood(value)
    return drawn


def _understood(value: Mapping[str, Any] | None) -> str:
    """The days that follow from what was typed, in words; "" where none do."""
    claim = claim_of(value)
    if not claim.is_known:
        return ""
    understood = _("Understood as %(days)s.") % {"days": when(replace(claim, text=""))}
    return f"{understood} {claim.note}".strip()


@dataclass
class Part:
    """One part of a record: its fields, the sentences that prove it, and its quotes."""

    key: str
    path: str
    label: str
    words: str
    language: str
    inputs: list[Input]
    proofs: list[tuple[str, int]]
    quotes: list[Mapping[str, Any]]
    parts: list["Part"] = field(default_factory=list)
    is_new: bool = True

    @property
    def direction(self) -> str:
        return languages.direction(self.language)

    @property
    def errors(self) -> list[str]:
        return [each.error for each in self.inputs if each.error]

    @property
    def open(self) -> list[Input]:
        """The fields that a record needs and that are empty."""
        return [each for each in self.inputs if each.field.needed and not _filled(each.value)]


class Sheet:
    """The fields of a whole draft, part by part."""

    # Where the words of a part stand, and what is below it.
    _WORDS = {
        "organizations": "names",
        "people": "names",
        "programmes": "names",
        "offices": "titles",
        "events": "reasons",
        "amendments": "summaries",
    }
    _BELOW = {"people": "offices", "questions": "readings", "parties": "signatories"}

    def __init__(
        self,
        content: Mapping[str, Any],
        choices: Choices,
        proofs: Mapping[str, list[tuple[str, int]]],
        errors: Mapping[str, str],
        typed: Mapping[str, Any] | None,
    ):
        self.content, self.choices, self.proofs, self.errors, self.typed = (
            content,
            choices,
            proofs,
            errors,
            typed,
        )

    def __getitem__(self, member: str) -> Any:
        """For templates: the parts of one kind, or the fields of the record in one group."""
        if member == "commitment_parts":
            raise KeyError(member)
        if member in _GROUPS:
            drawn = {each.field.path: each for each in self._inputs("")}
            return [drawn[path] for path in _GROUPS[member]]
        return [self.part(member, each, f"/{member}") for each in self.content.get(member, ())]

    def part(self, member: str, part: Mapping[str, Any], above: str) -> Part:
        path = f"{above}/{part['key']}"
        texts = part.get(self._WORDS.get(member, "texts")) or {}
        words = first_words(texts, self.content.get("source_language", ""))
        if member == "signatories":
            words = dict(self.choices.people()).get(pointer(part.get("person")), "")
        language = next((code for code, each in texts.items() if each == words), "en")
        below = self._BELOW.get(member, "")
        return Part(
            part["key"],
            path,
            self.choices.labels.get(part["key"], ""),
            words or part.get("name_as_written", "") or part.get("title", ""),
            language if words else part.get("language") or self.content.get("source_language") or "en",
            self._inputs(path),
            self.proofs.get(path, []),
            part.get("citations", []),
            [self.part(below, each, f"{path}/{below}") for each in part.get(below, ())] if below else [],
            is_new="id" not in part,
        )

    @property
    def commitment_parts(self) -> dict[str, Part]:
        """The commitments by their keys: they are drawn lane by lane."""
        return {each.key: each for each in self["commitments"]}

    def _inputs(self, here: str) -> list[Input]:
        drawn = inputs(self.content, here, self.choices, self.errors)
        if not here:
            told = self.about()
            for each in drawn:
                each.proofs = told.get(_PROVED_BY.get(each.path, ""), [])
        for each in drawn if self.typed else ():
            if each.error:
                _keep_typed(each, self.typed)
        return drawn

    def about(self) -> dict[str, list[tuple[str, int]]]:
        """The sentences that prove what is said of the record itself, by what they prove."""
        return {
            name.removeprefix("about:"): found
            for name, found in self.proofs.items()
            if name.startswith("about:")
        }


_GROUPS = {
    "agreement": ["/titles", "/kind", "/programme", "/reference", "/occasions", "/place_of_signature"],
    "dates": ["/dates/signed", "/dates/effective", "/dates/ends"],
    "term": ["/renewal/rule", "/renewal/notice_days", "/renewal/texts", "/amount"],
    "standing": [
        "/themes",
        "/source_language",
        "/title_basis",
        "/confidentiality",
        "/more_advantages_claimed",
    ],
}


_PROVED_BY = {
    "/titles": "title",
    "/kind": "kind",
    "/programme": "programme",
    "/occasions": "occasion",
    "/place_of_signature": "place",
    "/dates/signed": "signed",
    "/dates/effective": "effective",
    "/dates/ends": "ends",
    "/themes": "themes",
}
"""What a quote of the agreement itself is about → the field it stands at."""


def _keep_typed(each: Input, typed: Mapping[str, Any]) -> None:
    """Show what was typed where it could not be understood."""
    if each.field.how == "money":
        each.value = {name: typed.get(f"{each.path}/{name}", "") for name in ("value", "currency")}
    else:
        each.value = typed.get(each.path, each.value)
    each.basis = typed.get(f"{each.path}/basis", each.basis)


def _filled(value: Any) -> bool:
    return bool(value) and (not isinstance(value, Mapping) or any(value.values()))


# How places are called when something is to be said about them.


def field_name(path: str) -> str:
    """What the field at a path is called; "" where none stands."""
    shape = shape_of(path)
    while shape:
        if shape in BY_SHAPE:
            return str(BY_SHAPE[shape].label)
        shape = shape.rpartition("/")[0]
    return ""


def places(here: str) -> Options:
    """The fields of a part (its path), or of the record itself (""), each by its path: filled in or not."""
    shape = shape_of(here) if here else ""
    rests = [
        each.path.removeprefix(shape) for each in FIELDS if not here or each.path.startswith(f"{shape}/")
    ]
    return [(here + rest, str(BY_SHAPE[shape + rest].label)) for rest in rests if "*" not in rest]


def place_of(path: str) -> str:
    """Where on the bench something about a path is shown: at its part, at its field of the record, or above ("")."""
    return holder(path) or (path if path in BY_SHAPE else "")


def part_name(path: str, choices: Choices) -> str:
    """What the part at a path is called: its label and first words; "" for the record itself."""
    here = holder(path)
    part = look(choices.content, here) if here else None
    if not isinstance(part, Mapping):
        return ""
    member = shape_of(here).split("/")[-2]
    if member == "parties":
        return dict(choices.parties()).get(part["key"], part["key"])
    if member == "signatories":
        return dict(choices.people()).get(pointer(part.get("person")), part["key"])
    return choices.named(part, Sheet._WORDS.get(member, "texts"))

"""What one row of a table of agreements says, as a dossier that is fit to be entered; or why it is not.

Most rows are plainly fit: that is seen here at a glance, and the shape of a dossier is asked about all others. So the
shape alone refuses, in its own words, and what it fills in is filled in here from what it fills in itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from agreements.models import Agreement
from agreements.services.intake import kept_facts
from agreements.shapes import DatesShape, DossierShape
from exchange.imports.agreements import Entry
from exchange.imports.known import Registry, as_uuid
from exchange.imports.lines import Line
from lib import languages
from lib.claims import Basis, DateClaim
from lib.problems import Refused
from lib.shapes import checked, ready
from organizations.models.organization import SourceLanguage

_UNFIT = re.compile(r"[\x00\ud800-\udfff]")
_SPOKEN = frozenset(SourceLanguage.values)
_MONEY = re.compile(r"\d{1,14}\.\d\d")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST = {"reference": 120, "place_of_signature": 200}
_TEXTS = {"titles": 500, "occasions": 0}
_CODES = ("kind", "source_language", "title_basis", "confidentiality", "more_advantages_claimed")
_CLAIM = ("stated", "earliest", "latest", "basis", "note")
_PLAIN = frozenset(
    {*_CODES, *_LONGEST, *_TEXTS, "identifiers", "programme", "dates", "renewal", "amount", "themes"}
    | {"sources", "parties", "groups"}
)


@dataclass
class Told:
    """A row that is fit. `facts` are the dossier as the trail keeps it; `asked` are names of bodies that nobody knows.

    `code` is the key of the row in the file; `own` and `number` are the id and the number it says that it has here.
    """

    line: int
    code: str
    own: str
    number: int | None
    facts: dict[str, Any]
    asked: dict[str, str]
    """Column → name, for the parties that enter as new organizations; the facts point at them by name."""


class Row(Entry):
    """One row on its way in as a new agreement, whoever brings it and whatever state it says it had elsewhere."""

    def __init__(self, line: Line, known: Registry, *, enter_unknown: bool):
        self.lines = {"agreements": [line]}
        self.known, self.by, self.main = known, known.by, line
        self.enter_unknown = enter_unknown
        self.restoring, self.now = False, None
        self.before, self.document = {}, {"parties": []}
        self.places, self.sources_here = {}, set()

    def read(self) -> Told | None:
        """None where something is wrong with the row, which then says what."""
        line = self.main
        own = as_uuid(line.text("id")) if "id" in line.cells else None
        self._apply_main(line)
        if self.document["sources"]:
            line.fault(
                "sources",
                _("Agreements with sources do not enter in bulk."),
                _("Enter these rows by an import of tables, or add the sources afterwards."),
            )
        if line.faults:
            return None
        for kind, member in (("party", "parties"), ("group", "groups")):
            for index, part in enumerate(self.document[member], 1):
                part.setdefault("key", f"{kind}:{index}")
        self._finish()
        facts = _at_a_glance(self.document) or self._by_the_shape()
        if facts is None:
            return None
        if len(set(facts["themes"])) < len(facts["themes"]):
            line.fault("themes", _("The agreement already has this theme."))
            return None
        key = line.key
        number = Agreement.number_of(key) if key else None
        return Told(line.number, key, str(own or ""), number, facts, self._asked())

    def _by_the_shape(self) -> dict[str, Any] | None:
        try:
            return kept_facts(checked(DossierShape, self.document))
        except Refused as refusal:
            for fault in refusal.faults:
                self._at(fault.pointer).take(fault)
            return None

    def _asked(self) -> dict[str, str]:
        return {each["key"]: each["source_language"] for each in self.document.get("organizations", ())}


def _at_a_glance(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The facts of a dossier of which nothing can be refused; None where that is not plain to see."""
    if not document.keys() <= _PLAIN or "parties" not in document:
        return None
    if not document.get("kind") or not document.get("titles"):
        return None
    if document.get("source_language") not in _SPOKEN:
        return None
    facts = _stands()
    for name in _CODES:
        if name in document:
            facts[name] = document[name]
    for name, most in _LONGEST.items():
        if name in document:
            if not _is_short(document[name], most):
                return None
            facts[name] = document[name]
    for name, most in _TEXTS.items():
        if name in document:
            if not _are_texts(document[name], most):
                return None
            facts[name] = document[name]
    for name in ("themes", "identifiers"):
        facts[name] = document.get(name) or []
    if any(
        not _is_short(each["scheme"], 60) or not _is_short(each["value"], 200)
        for each in facts["identifiers"]
    ):
        return None
    if programme := document.get("programme"):
        facts["programme"] = programme["id"]
    if amount := document.get("amount"):
        if not _MONEY.fullmatch(amount.get("value", "")) or not _CURRENCY.fullmatch(
            amount.get("currency", "")
        ):
            return None
        facts["amount"] = {"value": amount["value"], "currency": amount["currency"]}
    for name, read in (("dates", _dates), ("renewal", _renewal), ("parties", _parties), ("groups", _groups)):
        if document.get(name):
            facts[name] = read(document[name])
            if facts[name] is None:
                return None
    return facts


@cache
def _defaults() -> dict[str, Any]:
    """What the shape makes of the shortest dossier, with a party and a group to see what it makes of those."""
    nobody = "00000000-0000-0000-0000-000000000000"
    document = {
        "kind": "-",
        "source_language": "fr",
        "titles": {"fr": "-"},
        "renewal": {},
        "dates": {},
        "parties": [{"key": "-", "organization": {"id": nobody}}],
        "groups": [{"key": "-", "texts": {"fr": "-"}}],
    }
    return kept_facts(checked(DossierShape, document))


def _stands() -> dict[str, Any]:
    facts = {**_defaults(), "parties": [], "groups": []}
    del facts["dates"], facts["renewal"]
    return facts


def _is_short(text: Any, most: int) -> bool:
    return (
        isinstance(text, str)
        and 0 < len(text) <= most
        and not text[0].isspace()
        and not text[-1].isspace()
        and not _UNFIT.search(text)
    )


def _are_texts(texts: Mapping[str, str], most: int) -> bool:
    return all(
        language in languages.CODES
        and words.strip()
        and (not most or len(words) <= most)
        and not _UNFIT.search(words)
        for language, words in texts.items()
    )


def _dates(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    found = dict(_defaults()["dates"])
    for name, claim in told.items():
        read = _claim(tuple(claim.get(part) for part in _CLAIM))
        if read is None or not claim.keys() <= {*_CLAIM, "edtf"}:
            return None
        found[name] = read
    return found


@lru_cache(32_768)
def _claim(parts: tuple[str | None, ...]) -> dict[str, Any] | None:
    stated, *days, basis, note = parts
    if basis == Basis.STATED and not note and _is_short(stated, 1000) and all(map(_is_day, days)):
        earliest, latest = map(date.fromisoformat, days)
        if earliest <= latest < date.max:
            return DateClaim(stated, earliest, latest, Basis.STATED).as_json()
    told = {name: part for name, part in zip(_CLAIM, parts, strict=True) if part is not None}
    try:
        return ready(DatesShape).fields["signed"].run_validation(told).as_json()
    except ValidationError:
        return None


def _is_day(text: str | None) -> bool:
    """Whether it is a day as documents say one: not all that Python reads as a day is."""
    try:
        return text is not None and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _renewal(told: Mapping[str, Any]) -> dict[str, Any] | None:
    days = told.get("notice_days")
    if not _are_texts(told.get("texts", {}), 0) or not (days is None or 0 <= days <= 32767):
        return None
    return {**_defaults()["renewal"], **told}


def _parties(told: list[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    if any("name_as_written" in each and not _is_short(each["name_as_written"], 300) for each in told):
        return None
    stands = _defaults()["parties"][0]
    return [{**stands, **each, "organization": each["organization"]["id"]} for each in told]


def _groups(told: list[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    if not all(_are_texts(each["texts"], 400) for each in told):
        return None
    stands = _defaults()["groups"][0]
    return [{**stands, **each} for each in told]

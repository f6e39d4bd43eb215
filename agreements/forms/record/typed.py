"""What was typed in the fields of a draft, as a document has it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from agreements.forms.record.choices import IS_ID
from agreements.forms.record.fields import (
    AS_TYPED,
    BY_SHAPE,
    NOT_STATED,
    WORDS_ALONE,
    Field,
    holder,
    pointer,
    shape_of,
)
from agreements.services.placing import new_key
from lib import languages, written
from lib.claims import Basis
from lib.papers import look, part_at
from lib.problems import Refused


@dataclass(frozen=True)
class Typed:
    """What a form changes: (path, value) for each place, and for what cannot be understood its path and words."""

    asked: list[tuple[str, Any]]
    faults: dict[str, str]


def read(posted: QueryDict, before: Mapping[str, Any]) -> Typed:
    """What `posted` changes in the draft as its author saw it, `before`; fields that were left alone say nothing."""
    asked: list[tuple[str, Any]] = []
    faults: dict[str, str] = {}
    for path in dict.fromkeys(posted.getlist("field")):
        each = BY_SHAPE.get(shape_of(path))
        if each is None or (holder(path) and look(before, holder(path)) is None):
            continue
        try:
            changes = list(_changes(each, path, posted, before))
        except ValueError as error:
            faults[path] = str(error)
        else:
            asked += changes
    return Typed(asked, faults)


def _changes(
    each: Field, path: str, posted: QueryDict, before: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    now = look(before, path)
    if each.how in ("texts", "prose"):
        for code in languages.CODES:
            words = _clean(posted.get(f"{path}/{code}", ""))
            if f"{path}/{code}" in posted and words != ((now or {}).get(code) or ""):
                yield f"{path}/{code}", words or None
        return
    value = _value(each, path, posted)
    same = {
        "choice": lambda: (pointer(now) or NOT_STATED) == (pointer(value) or NOT_STATED),
        "many": lambda: list(map(pointer, now or ())) == (value or []),
        "date": lambda: typed_date(now) == typed_date(value),
        "yes": lambda: bool(now) == bool(value),
    }.get(each.how, lambda: (now or None) == value)
    if not same():
        yield path, value


def _value(each: Field, path: str, posted: QueryDict) -> Any:
    """What was typed at one place, as a document has it; None for nothing. Raises ValueError, in words."""
    typed = _clean(posted.get(path, ""))
    match each.how:
        case "many":
            return list(dict.fromkeys(filter(None, posted.getlist(path)))) or None
        case "yes":
            return True if typed else None
        case "choice":
            if not typed:
                return None
            return {"id" if IS_ID.fullmatch(typed) else "key": typed} if each.points else typed
        case "number":
            return _number(typed, whole=path.endswith(("_days", "/number")))
        case "money":
            value, currency = (
                _clean(posted.get(f"{path}/value", "")),
                _clean(posted.get(f"{path}/currency", "")),
            )
            if not value and not currency:
                return None
            return {"value": _number(value), "currency": currency.upper()}
        case "date":
            return _date(typed, posted.get(f"{path}/basis", AS_TYPED))
    return typed or None


def _date(typed: str, basis: str) -> dict[str, Any] | None:
    if basis == WORDS_ALONE:
        if not typed:
            raise ValueError(_("Write the words of the source, or choose “not stated”."))
        return {"stated": typed, "basis": str(Basis.RELATIVE)}
    if basis == Basis.NONE:
        return {"basis": str(Basis.NONE)} | ({"stated": typed} if typed else {})
    if not typed or basis == Basis.NOT_STATED:
        return None
    return written.claim(typed).as_part()  # Unclear is a ValueError, in words


def _number(typed: str, *, whole: bool = False) -> Any:
    if not typed:
        return None
    plain = re.sub(r"[\s\u00a0\u202f\u066c]", "", typed).replace("\u066b", ".").replace(",", ".")
    try:
        value = Decimal(plain)
        if not value.is_finite() or value < 0 or (whole and value != value.to_integral_value()):
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValueError(
            _("“%(typed)s” is no number: write digits, like 250 or 12.5.") % {"typed": typed}
        ) from error
    return int(value) if whole else str(value)


def typed_date(value: Mapping[str, Any] | None) -> tuple[str, str]:
    told = value or {}
    basis = told.get("basis", Basis.NOT_STATED)
    if basis in (Basis.NOT_STATED, Basis.NONE):
        return told.get("stated") or "", basis
    return told.get("stated") or told.get("edtf") or "", WORDS_ALONE if basis == Basis.RELATIVE else AS_TYPED


def _clean(typed: str) -> str:
    """Without what a browser adds. Raises ValueError for what no text may hold, in words."""
    if "\x00" in typed:
        raise ValueError(_("A null character is no part of a text: type it without."))
    return typed.replace("\r\n", "\n").strip()


def added(content: Mapping[str, Any], member: str) -> list[tuple[str, Any]]:
    """A part that no words of the source say, empty, for the fields to fill. Raises Refused for what is none."""
    letter = _ADDED.get(member)
    if letter is None:
        raise Refused.at("/add", "unknown_place", _("A record has no such place."))
    key = new_key(letter)
    language = content.get("source_language") or "en"
    more: dict[str, Any] = {"texts": {}}
    if member == "parties":
        more = {"role": "party"}
    elif member in ("organizations", "programmes"):
        more = {"names": {}, "source_language": language, "slug": key}
    elif member == "people":
        more = {"names": {}, "source_language": language, "offices": []}
    return [(f"/{member}/{key}", {"key": key} | more)]


def removed(content: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """The change that takes a part or a quote away. Raises Refused where none stands at `path`."""
    if part_at(content, path) is None:
        raise Refused.at(
            path, "part_is_gone", _("This part is not there any more: somebody has taken it away.")
        )
    return [(path, None)]


_ADDED = {
    "parties": "p",
    "organizations": "org",
    "commitments": "c",
    "objectives": "o",
    "statements": "s",
    "advantages": "a",
    "groups": "g",
    "people": "person",
    "programmes": "programme",
    "questions": "u",
}


def changed_fields(posted: QueryDict, asked: list[tuple[str, Any]]) -> list[tuple[str, list[str]]]:
    """The names and values of `posted` that say what was `asked`, to be sent once more."""
    paths = [
        path
        for path in posted.getlist("field")
        if any(at == path or at.startswith(f"{path}/") for at, _v in asked)
    ]
    names = [name for name in posted if any(name == path or name.startswith(f"{path}/") for path in paths)]
    return [("field", paths), *((name, posted.getlist(name)) for name in names)]

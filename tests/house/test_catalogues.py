"""Everything that is said can be said in French and in Arabic: nothing is missing, guessed, or lost in translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
ROOMS = ("config", "lib", "audit", "organizations", "agreements", "activities", "exchange")
LANGUAGES = ("fr", "ar")
CALLS = {
    # name → (which arguments are context, singular, plural)
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
STRING = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
PLACE = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")

Said = tuple[str, str, str]
"""Context (or blank), words, words of the plural (or blank)."""


def said_in_code() -> Iterator[Said]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in CALLS:
                    told = [
                        each.value if isinstance(each, ast.Constant) and isinstance(each.value, str) else None
                        for each in node.args
                    ]
                    parts = [told[at] if at is not None and at < len(told) else "" for at in CALLS[name]]
                    if None not in parts and parts[1]:
                        yield tuple(parts)


def said_in_templates() -> Iterator[Said]:
    calls = re.compile(rf"\b(gettext|pgettext|ngettext|npgettext|_)\(\s*({STRING}(?:\s*,\s*{STRING})*)")
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix not in {".html", ".txt"}:
            continue
        for name, arguments in calls.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
            told = [ast.literal_eval(each) for each in re.findall(STRING, arguments)]
            context, one, many = (told[at] if at is not None else "" for at in CALLS[name])
            if one:
                yield context, one, many


SAID = set(said_in_code()) | set(said_in_templates())


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / request.param / "LC_MESSAGES" / "django.po"))


def test_what_is_said_was_found():
    words = {one for _context, one, _many in SAID}

    assert len(words) > 1000
    assert {"Agreements", "Skip to main content", "A published agreement has at least two parties."} <= words


def test_nothing_is_missing_from_the_catalogue(catalogue):
    there = {(each.msgctxt or "", each.msgid) for each in catalogue}

    assert sorted({(context, one) for context, one, _many in SAID} - there) == []


def test_nothing_is_untranslated_or_guessed(catalogue):
    assert [each.msgid for each in catalogue.untranslated_entries()] == []
    assert [each.msgid for each in catalogue.fuzzy_entries()] == []


def test_every_plural_has_all_the_forms_of_its_language(catalogue):
    forms = {"fr": 2, "ar": 6}[catalogue.metadata["Language"]]
    short = [
        each.msgid
        for each in catalogue
        if each.msgid_plural and len([form for form in each.msgstr_plural.values() if form]) != forms
    ]

    assert short == []


def test_no_place_in_a_sentence_is_lost_or_made_up(catalogue):
    """The forms for none, one and two may say the number in words."""
    wrong = []
    for each in catalogue:
        wanted = set(PLACE.findall(each.msgid)) | set(PLACE.findall(each.msgid_plural or ""))
        for index, form in (each.msgstr_plural or {-1: each.msgstr}).items():
            places = set(PLACE.findall(form))
            if places - wanted or (wanted - places and index in (-1, 3, 4, 5)):
                wrong.append((each.msgid, form))
    assert wrong == []


def test_the_catalogue_holds_nothing_that_is_not_said(catalogue):
    """What nobody says any more is taken out: a catalogue is read by people."""
    said = {(context, one) for context, one, _many in SAID}
    # Model fields and choices are said through the same calls; nothing is allowed beside them.
    idle = [each.msgid for each in catalogue if (each.msgctxt or "", each.msgid) not in said]

    assert idle == []

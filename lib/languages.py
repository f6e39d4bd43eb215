"""Texts in en, fr and ar: which one is shown, and in which language it then stands.

A text has a source language, which is authoritative, and translations. A missing translation shows
the source's words with their language marked, never a blank.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language
from translated_fields import TranslatedField

CODES = ("en", "fr", "ar")
FALLBACK = ("fr", "en", "ar")
"""What is shown where a text is neither in the language of the reader nor in that of its source."""


def direction(language: str) -> str:
    """`rtl` for Arabic, else `ltr`: the value of the HTML attribute `dir`."""
    return "rtl" if language.split("-")[0] == "ar" else "ltr"


def _isolated(words: str, *terms: str) -> str:
    for each in terms:
        words = words.replace(each, f"\u2066{each}\u2069")
    return words


isolated = lazy(_isolated, str)
"""Words in which `terms` are read from left to right, where no markup can say so: `2001:db8::/32` in Arabic."""


@dataclass(frozen=True)
class Text:
    """Words and the language they are in; `asked` is the language the reader wanted."""

    value: str
    language: str
    asked: str

    @property
    def is_foreign(self) -> bool:
        return bool(self.value) and self.language != self.asked

    @property
    def direction(self) -> str:
        return direction(self.language)

    def __str__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)


def current() -> str:
    """The reader's language, one of CODES."""
    language = (get_language() or "en").split("-")[0]
    return language if language in CODES else "en"


def best(texts: dict[str, str], *, source: str = "", asked: str = "") -> Text:
    """The text to show: asked language, source language, then fr, en, ar.

    >>> best({"fr": "engagement"}, source="fr", asked="ar").language
    'fr'
    """
    asked = asked or current()
    for language in (asked, source, *FALLBACK):
        if value := texts.get(language):
            return Text(value, language, asked)
    return Text("", asked, asked)


def texts(instance: Any, name: str) -> dict[str, str]:
    """All languages in which the translated field `name` is filled: `{"en": …, "fr": …}`."""
    return {code: value for code in CODES if (value := getattr(instance, f"{name}_{code}"))}


def spoken(instance: Any, name: str, asked: str = "") -> Text:
    """The translated field `name` of `instance` as its reader gets it."""
    return best(texts(instance, name), source=getattr(instance, "source_language", ""), asked=asked)


def others(instance: Any, name: str) -> list[Text]:
    """The translated field `name` in the languages in which it says something else than its reader gets; each once."""
    shown = spoken(instance, name)
    first: dict[str, str] = {}
    for code, words in texts(instance, name).items():
        first.setdefault(words, code)
    return [Text(words, code, shown.asked) for words, code in first.items() if words != shown.value]


def assign(instance: Any, name: str, values: dict[str, str]) -> None:
    """Set all three columns of a translated field; a language not in `values` becomes blank."""
    for code in CODES:
        setattr(instance, f"{name}_{code}", values.get(code, ""))


def columns(*names: str) -> list[str]:
    """The columns of translated fields, for admin lists and searches."""
    return [f"{name}_{code}" for name in names for code in CODES]


def translated(field) -> TranslatedField:
    """Three columns `_en _fr _ar`; read as one, they fall back as `best` does."""
    return TranslatedField(
        field, languages=CODES, attrgetter=lambda name, field: lambda self: spoken(self, name).value
    )

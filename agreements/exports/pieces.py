"""Pieces of text for print, as `typst/house.typ` takes them: words, names, codes and dates, each in its direction."""

from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Party
from lib import languages
from lib.claims import Basis, DateClaim
from lib.templatetags import registry

Piece = str | dict[str, Any] | list[Any] | None


def text(words: languages.Text, *, apart: bool = False) -> Piece:
    """Words as the reader gets them; those of another language, and names (`apart`), keep their own direction."""
    if words.is_foreign or apart:
        return {"t": words.value, "lang": words.language, "dir": words.direction}
    return words.value


def spoken(instance: Any, name: str, *, apart: bool = False) -> Piece:
    return text(languages.spoken(instance, name), apart=apart)


def name(words: str) -> Piece:
    """Words whose language nobody knows, kept apart from their neighbours by the characters made for it."""
    return f"\u2068{words}\u2069"


def code(words: str) -> Piece:
    """Numbers and labels of the registry: Latin in every language."""
    return {"t": words, "lang": "en", "dir": "ltr"}


def when(claim: DateClaim) -> Piece:
    """A date claim as the page writes it."""
    if not claim.is_known and claim.text and claim.basis != Basis.NONE:
        return name(_("“%(words)s”") % {"words": claim.text})
    return str(registry.when(claim))


def muted(*pieces: Piece) -> Piece:
    return {"muted": list(pieces)}


def capital(words: Any) -> str:
    words = str(words)
    return words[:1].upper() + words[1:]


def side(letters: str) -> str:
    """Whose colour and shape: the first four parties have their own."""
    return letters.lower() if letters in {"A", "B", "C", "D"} else "x"


def mark_and_name(party: Party) -> list[Piece]:
    mark = {"mark": party.letter, "side": side(party.letter)}
    return [mark, "\u00a0", text(party.organization.label, apart=True)]


def is_rtl() -> bool:
    return languages.direction(languages.current()) == "rtl"


def comma() -> str:
    return "، " if is_rtl() else ", "


def semicolon() -> str:
    return {"ar": "؛ ", "fr": "\u00a0; "}.get(languages.current(), "; ")


def joined(pieces: list[Piece], between: str) -> Piece:
    return [part for index, each in enumerate(pieces) for part in ([between, each] if index else [each])]

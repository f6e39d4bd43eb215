"""What a draft is called: its title, or as long as it has none, the first words of its text."""

from collections.abc import Mapping, Sequence
from typing import Any

from agreements.forms.record.fields import first_words

LONGEST = 120


def called(content: Mapping[str, Any]) -> str:
    """What the draft with this content is called; "" where it says nothing yet."""
    language = content.get("source_language") or ""
    source = next(iter(content.get("sources", ())), {})
    return title(content.get("titles"), language, source.get("text"), source.get("noise"))


def title(
    titles: Mapping[str, str] | None, language: str, text: str | None, noise: Sequence[Mapping] | None
) -> str:
    """The same from its pieces; of the `text` its beginning is enough."""
    return first_words(titles or {}, language) or _opening(text or "", noise or ())


def _opening(text: str, noise: Sequence[Mapping]) -> str:
    """The first line that is not set aside.

    >>> _opening("Front page\\n\\nAman signs. More.", [{"start": 0, "end": 10}])
    'Aman signs. More.'
    """
    position = 0
    for each in [*sorted(noise, key=lambda each: each["start"]), {"start": len(text), "end": len(text)}]:
        if lines := text[position : each["start"]].strip().splitlines():
            return lines[0].strip()[:LONGEST]
        position = max(position, each["end"])
    return ""

"""The sheet of facts: every row with its exact quote and its place in the article."""

import json
from functools import cache
from typing import Any

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR.parent / "shared" / "seeds"
FILES = {"A": "000_f54677412627e310.txt", "B": "004_e676444717ab0070.txt"}

needed = pytest.mark.skipif(
    not (FOLDER / "facts.json").is_file(),
    reason="the two press articles and their sheet of facts are not beside this checkout (shared/seeds)",
)


@cache
def rows() -> dict[str, dict[str, Any]]:
    """The rows of the sheet by their ids; none where the sheet is missing."""
    sheet = FOLDER / "facts.json"
    return (
        {row["id"]: row for row in json.loads(sheet.read_text(encoding="utf-8"))} if sheet.is_file() else {}
    )


@cache
def article(letter: str) -> str:
    return (FOLDER / FILES[letter]).read_text(encoding="utf-8")


def value(row: str) -> str:
    return rows()[row]["value"]


def quote(row: str) -> str:
    return rows()[row]["quote"]


def span(row: str) -> tuple[int, int]:
    return rows()[row]["start"], rows()[row]["end"]


def cite(row: str, about: str = "", note: str = "") -> dict[str, Any]:
    """The citation that the row asks for."""
    start, end = span(row)
    return {
        "source": "article",
        "start": start,
        "end": end,
        "quote": quote(row),
        "about": about,
        "note": note,
    }


def noise(row: str, reason: str) -> dict[str, Any]:
    start, end = span(row)
    return {"start": start, "end": end, "reason": reason}

"""The official texts of the corpora, each with its sheet of facts; they stay outside the repository."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR.parent / "shared" / "corpora" / "texts"
NAMES = ("en-01-nl-iom", "en-03-nl-oman", "fr-10-france-maroc-bourses", "fr-11-nl-tunisie")

needed = pytest.mark.skipif(
    not all((FOLDER / f"{name}.json").is_file() for name in NAMES),
    reason="the official texts are not beside this checkout (shared/corpora)",
)


@cache
def text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@cache
def whole_sheet(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def sheet(name: str) -> dict[str, Any]:
    """The facts of its one agreement."""
    [agreement] = whole_sheet(name)["agreements"]
    return agreement


def quotes(name: str) -> Iterator[tuple[str, str]]:
    """Every quote of the sheet, with the member of the sheet that it stands at."""
    told = sheet(name)
    yield "kind", told["kind_quote"]
    for member, value in told.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield member, each["quote"]

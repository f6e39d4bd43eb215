"""The printable page: the sheets of agreements, one or several, and a filtered list, as PDF.

Typst sets the pages (`typst/*.typ`): it shapes Arabic and knows both directions, and writes tagged files after
PDF/UA-1. Text goes in as data, never as markup. The same record on the same day gives the same bytes.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import fontpkg_ibm_plex_sans_arabic
import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.exports import pieces, printed
from agreements.filters.days import Answer
from agreements.models.lifecycle import LegalState
from agreements.queries.listing import Row
from agreements.queries.sheet import Sheet
from lib import languages
from lib.templatetags.registry import day

TEMPLATES = Path(__file__).parent / "typst"
STANDARD = "ua-1"
LONGEST_LIST = 500
"""How many agreements a printed list may have: beyond it nobody reads on, and a table of rows serves better."""

MOST_SHEETS = 30
"""How many sheets one file may have: a meeting's worth of paper, set while the reader waits."""


@cache
def _fonts() -> typst.Fonts:
    """The house's own letters, Latin and Arabic, and the serif that comes with Typst; nothing of the machine's."""
    folder = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


def _printed(template: str, data: dict, *, on: date) -> bytes:
    compiler = typst.Compiler(
        input=str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_house(on) | data, ensure_ascii=False)},
    )
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    try:
        return compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=at)
    except typst.TypstError:
        # The standard refuses a letter that no font has (一, say). Set without it, the file is tagged all the same, and
        # an empty box stands for the letter.
        return compiler.compile(format="pdf", timestamp=at)


def _house(on: date) -> dict:
    """What every printed page has: language, name of the registry, the words of its foot."""
    language = languages.current()
    # Typst counts the pages; the sentence around its two numbers is the translator's.
    before, between, after = (_("Page %(number)s of %(total)s") % {"number": "\0", "total": "\0"}).split("\0")
    return {
        "lang": language,
        "dir": languages.direction(language),
        "site": str(settings.SITE_NAME),
        "page": [before, between, after],
        "standing": _as_of(on),
    }


def _as_of(on: date) -> str:
    return _("As of %(date)s") % {"date": day(on)}


def sheets_pdf(sheets: Sequence[Sheet], *, on: date, address: str) -> bytes:
    """The sheets as their pages show them, in the reader's language, with every quote; each begins a new page.

    `address` is that of the page, or of the list, that they were asked for on. ValueError without a sheet.
    """
    if not sheets:
        raise ValueError("a file of no sheets")
    shown = [_with_foot(each, on) for each in sheets]
    title = shown[0]["title"] if len(shown) == 1 else _("Agreement sheets")
    return _printed("sheet.typ", {"title": title, "address": address, "sheets": shown}, on=on)


def _with_foot(sheet: Sheet, on: date) -> dict:
    """The sheet, and what the foot of its pages says beside the number of the page."""
    version = _("Version %(number)s of the record") % {"number": sheet.agreement.version}
    return printed.sheet(sheet) | {
        "address": f"{settings.PUBLIC_URL}{sheet.agreement.get_absolute_url()}",
        "standing": f"{_as_of(on)} · {version}",
    }


def list_pdf(rows: Iterable[Row], *, on: date, asked: Sequence[tuple[str, str]], address: str) -> bytes:
    """The table of a filtered list, as on the page; `asked` are the filters in force as (label, value)."""
    rows = list(rows)
    answered = any(getattr(each.agreement, "signed_answer", None) for each in rows)
    columns = [
        {"words": _("Agreement"), "width": 5},
        {"words": _("Parties"), "width": 4},
        {"words": _("Commitments"), "width": 2},
        {"words": _("State"), "width": 2},
        {"words": pgettext("column", "Signed"), "width": 2},
        {"words": _("Ends"), "width": 2},
    ]
    if answered:
        columns.append({"words": _("Signed in the asked days"), "width": 2})
    return _printed(
        "list.typ",
        {
            "title": _("Agreements"),
            "address": address,
            "count": ngettext("%(total)s agreement", "%(total)s agreements", len(rows))
            % {"total": len(rows)},
            "asked": [[label, pieces.name(value)] for label, value in asked],
            "columns": columns,
            "rows": [_line(each, answered) for each in rows],
        },
        on=on,
    )


def _line(row: Row, answered: bool) -> list[dict]:
    a = row.agreement
    title = [
        pieces.text(languages.spoken(a, "title")),
        {"muted": [pieces.code(a.code), " · ", str(a.kind)]},
    ]
    cells = [
        title,
        [pieces.mark_and_name(each) for each in row.parties],
        [str(row.commitments), {"muted": " · ".join(f"{side} {number}" for side, number in row.sides)}],
        [str(LegalState(row.state).label)],
        [pieces.when(a.signed)],
        [pieces.when(a.ends)],
    ]
    if answered:
        answer = getattr(a, "signed_answer", None)
        cells.append([str(Answer(answer).label) if answer else ""])
    return [{"lines": lines} for lines in cells]

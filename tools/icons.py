"""Make the icon sprite `static/icons.svg` from the drawings in the django-lucide wheel.

Run it after adding a name to NAMES:  python tools/icons.py
"""

import json
import re
import sys
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

SPRITE = Path(__file__).resolve().parent.parent / "static" / "icons.svg"

# fmt: off
NAMES = [
    "archive", "arrow-down", "arrow-left", "arrow-right", "arrow-right-left", "arrow-up", "arrow-up-right", "ban",
    "bell", "bell-ring", "book-open", "braces", "building-2", "calendar", "calendar-check",
    "calendar-clock", "calendar-days", "calendar-plus", "chart-column", "check", "check-check",
    "chevron-down", "chevron-left", "chevron-right", "chevron-up", "chevrons-left", "chevrons-right",
    "circle-alert", "circle-check", "circle-dashed", "circle-help", "circle-slash", "circle-x", "clock",
    "cloud-check", "cloud-off", "columns-2", "copy", "download", "ellipsis", "external-link", "eye",
    "eye-off", "file-check", "file-text", "fingerprint", "flag", "folder-open", "funnel", "gift",
    "git-branch", "git-compare", "git-merge", "globe", "hand-helping", "handshake", "hash", "history",
    "house", "image", "inbox", "info", "key", "key-round", "keyboard", "landmark", "languages",
    "layout-list", "link", "list", "list-checks", "list-filter", "list-tree", "loader-circle", "lock", "log-in",
    "log-out", "mail", "map-pin", "megaphone", "menu", "merge", "message-circle-question-mark",
    "message-square-quote", "minus", "monitor", "moon", "network", "octagon-alert", "package",
    "paperclip", "pen-line", "pencil", "plus", "printer", "quote", "redo-2", "refresh-cw", "replace", "rotate-ccw",
    "rows-3", "rows-4", "save", "scale", "scroll-text", "search", "search-x", "send", "settings",
    "shield", "shield-alert", "shield-check", "sliders-horizontal", "smartphone", "sparkles",
    "square-terminal", "star", "sun", "tag", "target", "text-quote", "trash-2", "triangle-alert",
    "undo-2", "upload", "user", "user-check", "users", "x",
]
# fmt: on


def symbol(name: str, drawing: str) -> str:
    """One `<symbol>` with the strokes of `drawing`, the text of one Lucide file.

    >>> symbol("minus", '<svg\\n  width="24"\\n>\\n  <path d="M5 12h14" />\\n</svg>')
    '<symbol id="i-minus" viewBox="0 0 24 24"><path d="M5 12h14"/></symbol>'
    """
    strokes = re.search(r"<svg\b[^>]*>(.*)</svg>", drawing, re.DOTALL)[1]
    strokes = re.sub(r"\s*/>\s*", "/>", strokes).strip()
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{strokes}</symbol>'


def sprite(wheel: ZipFile, aliases: dict[str, str]) -> str:
    """The whole file; `aliases` maps a name we keep to the one Lucide uses now.

    Raises KeyError for a name the wheel does not have.
    """
    symbols = [symbol(name, wheel.read(f"{aliases.get(name, name)}.svg").decode()) for name in NAMES]
    origin = f"Lucide icons (see icons.LICENCE.txt) from django-lucide {version('django-lucide')}, by tools/icons.py"
    head = f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {origin} -->'
    return "\n".join([head, *symbols, "</svg>", ""])


def main() -> int:
    package = files("lucide")
    wheel = ZipFile(BytesIO(package.joinpath("lucide.zip").read_bytes()))
    aliases = json.loads(package.joinpath("aliases.json").read_text(encoding="utf-8"))
    SPRITE.write_text(sprite(wheel, aliases), encoding="utf-8")
    print(f"{SPRITE}: {len(NAMES)} icons, {SPRITE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

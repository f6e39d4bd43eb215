"""The pages keep the promise of their Content-Security-Policy: no style, no script, no handler in the markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# Drawn by Django and allauth themselves, from nothing that anybody typed.
TRUSTED = {"field.help_text|safe", "totp_svg|safe"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LOGIC = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


class Markup(HTMLParser):
    """Collects what a browser under our policy would refuse to obey."""

    def __init__(self):
        super().__init__()
        self.refused: list[str] = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        for name, value in told.items():
            if (
                name == "style"
                or name.startswith("on")
                or (value or "").strip().lower().startswith("javascript:")
            ):
                self.refused.append(f"{self.getpos()[0]}: <{tag} {name}>")
        if tag == "style":
            self.refused.append(f"{self.getpos()[0]}: <style>")
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.refused.append(f"{self.getpos()[0]}: <script> without src")


def refused(text: str) -> list[str]:
    markup = Markup()
    markup.feed(LOGIC.sub(lambda match: "x" + "\n" * match[0].count("\n"), text))
    return markup.refused


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
class TestATemplate:
    def test_holds_no_style_script_or_handler(self, path):
        assert refused(path.read_text(encoding="utf-8")) == []

    def test_escapes_everything(self, path):
        text = path.read_text(encoding="utf-8")
        trusted = set(re.findall(r"\{\{\s*([^{}]*\|\s*safe(?:seq)?\b[^{}]*?)\s*\}\}", text))

        assert trusted <= TRUSTED
        assert not re.search(r"autoescape\s+off", text)

    def test_loads_nothing_from_elsewhere(self, path):
        text = path.read_text(encoding="utf-8")

        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"'](https?:)?//", text)


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color:red'>",
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<p {% if x %}class="a"{% endif %} onload="go()">',
    ],
)
def test_the_reader_of_templates_finds_what_it_looks_for(markup):
    assert refused(markup)

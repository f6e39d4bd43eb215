"""The tags every template has without asking: the icons."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, dir: bool = False, extra: str = "") -> SafeString:
    """A drawing of the sprite `static/icons.svg`, for the eye only: the word stands beside it.

    `dir` mirrors it in a right-to-left text: arrows, chevrons and quotes, never a clock or a check.
    `extra` adds classes.
    """
    return _drawn(name, dir, extra)


@lru_cache(maxsize=500)
def _drawn(name: str, dir: bool, extra: str) -> SafeString:
    classes = " ".join(filter(None, ("i", "i-dir" if dir else "", extra)))
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("icons.svg"), name
    )


@register.filter
def key(found: dict, name: str):
    """What a dictionary holds under a name that is in a variable."""
    return found.get(name)


@register.filter
def slugged(path: str) -> str:
    """A path as a part of an id: `/parties/A` → `-parties-A`."""
    return path.replace("/", "-")

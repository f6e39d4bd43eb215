"""In which format a resource answers: JSON always, and others where it says so; chosen as RFC 9110, 12.5.1 has it.

A resource says for each of its actions which formats it has beside JSON, and what writes them:

    class Agreements(Endpoint):
        formats = {"list": {"ics": "calendar", "jsonld": LINKED}, "retrieve": {"html": "page"}}

`calendar` is a method of the resource that answers the request in the place of the action. `LINKED` says that the
action answers as always, and that its documents are turned into linked data by `linked`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from lib import json_text, linked
from lib.problems import Problem

LINKED = ""
"""In place of a method: the action's own documents, as linked data."""
_SHAPING = ("fields", "omit", "brief", "expand")


@dataclass(frozen=True)
class Format:
    """One format: its `name` in `?format=`, the type it is sent as, and other types that ask for it."""

    name: str
    media_type: str
    also: tuple[str, ...] = ()
    charset: str | None = "utf-8"

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


# In the order in which they are preferred by who has no preference.
FORMATS = {
    each.name: each
    for each in (
        Format("json", "application/json"),
        Format("jsonld", "application/ld+json"),
        Format("csv", "text/csv"),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", charset=None),
        Format("zip", "application/zip", charset=None),
        Format("iati", "application/xml", ("application/vnd.iati.activities+xml", "text/xml")),
        Format("ics", "text/calendar"),
        Format("atom", "application/atom+xml"),
        Format("html", "text/html"),
    )
}


class Json(JSONRenderer):
    """Letters as letters, not as escapes."""

    ensure_ascii = False
    charset = "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        try:
            return json_text.encode(data)
        except TypeError:
            return super().render(data, accepted_media_type, renderer_context)


class Other(Json):
    """A format that a method of the resource writes, so that only refusals come here; these are JSON."""

    def __init__(self, format: Format):
        self.format, self.media_type, self.charset = format.name, format.media_type, format.charset


class Linked(Other):
    """Documents of the resource as linked data."""

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if renderer_context and renderer_context["response"].status_code == 200:
            data = linked_data(data, renderer_context["view"].linked)
        return super().render(data, accepted_media_type, renderer_context)


def linked_data(data: Mapping[str, Any], node: Callable[[Mapping[str, Any]], dict]) -> dict:
    """A document, or a page of a list, as JSON-LD; `node` turns one document into one node."""
    if "results" in data:
        return {"@context": linked.context_address(), "@graph": [node(each) for each in data["results"]]}
    return {"@context": linked.context_address()} | node(data)


@dataclass(frozen=True)
class _Range:
    """What a caller accepts: `text/*;q=0.5`."""

    type: str
    quality: float
    place: int

    def fits(self, media_type: str) -> int:
        """How closely: 3 is this very type, 2 any of its family, 1 anything, 0 not at all."""
        if self.type == media_type:
            return 3
        if self.type == "*/*":
            return 1
        family, _slash, member = self.type.partition("/")
        return 2 if member == "*" and media_type.startswith(f"{family}/") else 0


def _ranges(header: str) -> Iterator[_Range]:
    for place, each in enumerate(header.split(",")):
        try:
            name, parameters = parse_header_parameters(each.strip())
            quality = float(parameters.get("q", "1"))
        except ValueError:
            continue
        if "/" in name and 0 <= quality <= 1:
            yield _Range(name, quality, place)


def preferred(header: str, offered: Sequence[BaseRenderer]) -> BaseRenderer | None:
    """Of what is offered, what the header Accept wants most; None where it wants none of it.

    The closest range decides how much a type is wanted. Of two wanted alike the one whose range comes first is
    given, of two that one range stands for the one that is offered first.
    """
    ranges = list(_ranges(header))
    if not ranges:
        return offered[0]
    best, found = (0.0, 0), None
    for each in offered:
        format = FORMATS.get(each.format)
        for name in (each.media_type, *(format.also if format else ())):
            near = max(ranges, key=lambda range: range.fits(name))
            wanted = (near.quality, -near.place)
            if near.fits(name) and near.quality and (found is None or wanted > best):
                best, found = wanted, each
    return found


class Negotiation(DefaultContentNegotiation):
    """`?format=` by name, else the header Accept. What is not offered is a problem that says what is."""

    def select_renderer(self, request, renderers, format_suffix=None):
        asked = request.query_params.getlist("format")
        if asked:
            chosen = next((each for each in renderers if asked == [each.format]), None)
        else:
            chosen = preferred(request.headers.get("Accept", ""), renderers)
        if chosen is None:
            raise Problem(
                "not-acceptable",
                detail=_("It is offered in: %(formats)s.")
                % {"formats": ", ".join(each.format for each in renderers)},
                members={"formats": [{"format": each.format, "type": each.media_type} for each in renderers]},
            )
        return chosen, chosen.media_type


class Negotiated:
    """Put before a view set: each of its actions is offered in JSON, and in what `formats` says."""

    formats: Mapping[str, Mapping[str, str]] = {}

    def get_renderers(self) -> list[BaseRenderer]:
        offered = self.formats.get(getattr(self, "action", None) or "", {})
        others = [
            (Linked if offered[each.name] == LINKED else Other)(each)
            for each in FORMATS.values()
            if each.name in offered
        ]
        return [*super().get_renderers(), *others]

    @property
    def format(self) -> str:
        """In what the request is answered: `json`, `csv` …"""
        return getattr(getattr(self.request, "accepted_renderer", None), "format", "json")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        writer = self.formats.get(self.action, {}).get(self.format)
        if writer:
            self.get = self.head = getattr(self, writer)
        elif writer == LINKED:
            strangers = [name for name in _SHAPING if request.query_params.get(name, "proof") != "proof"]
            if strangers:
                raise ValidationError(
                    {name: [_("This shapes JSON alone.")] for name in strangers}, code="excludes"
                )

    def finalize_response(self, request, response, *args, **kwargs):
        # What a method of a format passes on to the action is JSON, and never to be taken for a page.
        if isinstance(response, Response) and self.formats.get(self.action, {}).get(self.format):
            response.content_type = response.content_type or FORMATS["json"].content_type
        return super().finalize_response(request, response, *args, **kwargs)

    def linked(self, document: Mapping[str, Any]) -> dict:
        """A document of this resource as a node of linked data."""
        raise NotImplementedError

    def file(self, content: Any, *, name: str = "") -> HttpResponse:
        """`content`, an answer without a type yet, in the format asked for; for nobody's cache. `name` saves it."""
        format = FORMATS[self.format]
        content["Content-Type"] = format.content_type
        content["Cache-Control"] = "private, no-store"
        if name:
            content["Content-Disposition"] = f'attachment; filename="{name}"'
        return content


def adding(
    formats: Mapping[str, Mapping[str, str]], more: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """`formats` of a resource with `more` beside them."""
    return {action: {**formats.get(action, {}), **more.get(action, {})} for action in {**formats, **more}}

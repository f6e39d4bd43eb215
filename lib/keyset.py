"""Pages by key: every row once, however many come and go in between, the last page as cheap as the first."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

PAGE_SIZE = 50
LARGEST_PAGE = 200


class BadCursor(ValueError):
    """The cursor is not one of ours."""


@dataclass(frozen=True)
class Page:
    """One page of rows; `next` and `previous` are cursors, or None at the ends."""

    rows: list
    next: str | None
    previous: str | None


def page(
    queryset, *, key: str = "pk", descending: bool = False, size: int = PAGE_SIZE, cursor: str = ""
) -> Page:
    """The page of `queryset` at `cursor`, ordered by the unique column `key`, in one query."""
    backwards, after = _read(cursor) if cursor else (False, None)
    falling = descending != backwards
    if after is not None:
        column = queryset.model._meta.pk if key == "pk" else queryset.model._meta.get_field(key)
        if isinstance(after, UUID) != isinstance(column, models.UUIDField):
            raise BadCursor(cursor)
        queryset = queryset.filter(**{f"{key}__{'lt' if falling else 'gt'}": after})
    rows = list(queryset.order_by(f"{'-' if falling else ''}{key}")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, after is not None)
    return Page(
        rows,
        _write(False, getattr(rows[-1], key)) if rows and has_next else None,
        _write(True, getattr(rows[0], key)) if rows and has_previous else None,
    )


def _write(backwards: bool, value: Any) -> str:
    told = json.dumps([int(backwards), str(value) if isinstance(value, UUID) else value])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[bool, Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadCursor(cursor) from error
    if not (
        isinstance(told, list) and len(told) == 2 and told[0] in (0, 1) and isinstance(told[1], str | int)
    ):
        raise BadCursor(cursor)
    value = told[1]
    if isinstance(value, str):
        try:
            value = UUID(value)
        except ValueError as error:
            raise BadCursor(cursor) from error
    elif not -(2**31) <= value < 2**31:
        raise BadCursor(cursor)
    return bool(told[0]), value


class KeysetPagination(BasePagination):
    """The API's lists: `{"results", "next", "previous"}` and `Link`. An over-large page is refused, never clipped."""

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        asked = request.query_params.get("page_size", str(PAGE_SIZE))
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= LARGEST_PAGE:
            raise ValidationError(
                {"page_size": [_("A page has 1 to %(most)d results.") % {"most": LARGEST_PAGE}]}
            )
        try:
            self.page = page(
                queryset,
                key=view.page_key,
                descending=view.page_descending,
                size=int(asked),
                cursor=request.query_params.get("cursor", ""),
            )
        except BadCursor as error:
            raise ValidationError(
                {"cursor": [_("This cursor is not one of ours: follow “next” and “previous” as they are.")]}
            ) from error
        return self.page.rows

    def link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        asked = [(name, value) for name, value in self.request.query_params.lists() if name != "cursor"]
        query = urlencode([(name, each) for name, values in asked for each in values] + [("cursor", cursor)])
        return self.request.build_absolute_uri(f"{self.request.path}?{query}")

    def get_paginated_response(self, data):
        links = {"next": self.link(self.page.next), "previous": self.link(self.page.previous)}
        header = ", ".join(
            f'<{url}>; rel="{"prev" if rel == "previous" else rel}"' for rel, url in links.items() if url
        )
        return Response({"results": data} | links, headers={"Link": header} if header else None)

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view):
        return [
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
                "description": "How many results a page has.",
            },
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "Where the page begins: taken from `next` or `previous`, never made up.",
            },
        ]

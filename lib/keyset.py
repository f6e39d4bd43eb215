"""Pages by key: every row once, however many come and go in between, the last page as cheap as the first."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

PAGE_SIZE = 50
LARGEST_PAGE = 200
CAPPED = 2000
"""How far is counted where a few thousand are as good as the whole truth."""


class BadCursor(ValueError):
    """The cursor is not one of ours."""


class OtherList(BadCursor):
    """The cursor is of another list: in another order, or under other filters."""


@dataclass(frozen=True)
class Page:
    """One page of rows; `next` and `previous` are cursors, or None at the ends."""

    rows: list
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Order:
    """By a column or annotation that may be empty or repeat: empty ones last, whichever way; ties end on the key.

    `name` is what the order is called in a cursor, so that one order's cursor is refused by another.
    """

    name: str
    value: str
    descending: bool = False
    type: type = str
    """What the values are in Python: date, datetime, int or str."""
    filled: bool = False
    """Whether no value is ever empty. Then an index gives the page, however deep: one over value and key."""
    empty: Any = None
    """What stands in a filled order where there is no value, after all others. A cursor says null for it."""

    def read(self, told: Any) -> Any:
        """A value out of a cursor. Raises ValueError or TypeError when it is none of ours."""
        if told is None and (self.empty is not None or not self.filled):
            return self.empty
        if issubclass(self.type, date):
            value = self.type.fromisoformat(told)
            if not isinstance(value, datetime):
                return value
            if value.tzinfo is None:
                raise ValueError(told)
            try:
                return value.astimezone(UTC)  # PostgreSQL knows fewer zones than may be written
            except OverflowError as error:
                raise ValueError(told) from error
        if type(told) is not self.type or (self.type is int and not -(2**63) <= told < 2**63):
            raise ValueError(told)
        if self.type is str and "\0" in told:
            raise ValueError(told)
        return told


@dataclass(frozen=True)
class Place:
    """Where a page of a list begins, and how the list stands: what a query has to be narrowed by to give its rows."""

    key: str
    descending: bool
    order: Order | None
    size: int
    bound: str
    backwards: bool = False
    after: Any = None
    value: Any = None

    def rows(self, queryset):
        """Of `queryset` the rows of the page, and one more where there are more: what `page` takes."""
        falling = self.descending != self.backwards
        if self.after is not None:
            beyond = Q(**{f"{self.key}__{'lt' if falling else 'gt'}": self.after})
            queryset = queryset.filter(
                _beyond(self.order, self.value, self.backwards, beyond) if self.order else beyond
            )
        columns = [f"{'-' if falling else ''}{self.key}"]
        if self.order:
            down = self.order.descending != self.backwards
            by = F(self.order.value)
            ends = {"nulls_first": True} if self.backwards else {"nulls_last": True}
            ends = {} if self.order.filled else ends
            columns.insert(0, by.desc(**ends) if down else by.asc(**ends))
        return queryset.order_by(*columns)[: self.size + 1]

    def page(self, rows: list) -> Page:
        """The page of which `rows` were found."""
        more = len(rows) > self.size
        rows = rows[: self.size]
        if self.backwards:
            rows.reverse()
        has_next, has_previous = (True, more) if self.backwards else (more, self.after is not None)
        return Page(
            rows,
            self._write(False, rows[-1]) if rows and has_next else None,
            self._write(True, rows[0]) if rows and has_previous else None,
        )

    def _write(self, backwards: bool, row: Any) -> str:
        told = [int(backwards), _plain(getattr(row, self.key))]
        if self.order:
            value = getattr(row, self.order.value)
            told += [self.order.name, None if value == self.order.empty else _plain(value)]
        if self.bound:
            told.append(self.bound)
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def place(
    model: type[models.Model],
    *,
    key: str = "pk",
    descending: bool = False,
    order: Order | None = None,
    size: int = PAGE_SIZE,
    cursor: str = "",
    bound: str = "",
) -> Place:
    """The place in a list of `model` at `cursor`, in `order` and then by the unique column `key`.

    `bound` names the list itself (a digest of its filters and order): the cursor of another list is refused.
    Raises BadCursor.
    """
    backwards, after, value = _read(cursor, order, bound) if cursor else (False, None, None)
    if after is not None:
        column = model._meta.pk if key == "pk" else model._meta.get_field(key)
        if isinstance(after, UUID) != isinstance(column, models.UUIDField):
            raise BadCursor(cursor)
    return Place(key, descending, order, size, bound, backwards, after, value)


def page(queryset, **where) -> Page:
    """The page of `queryset` at the place that `place` reads out of `where`, in one query. Raises BadCursor."""
    here = place(queryset.model, **where)
    return here.page(list(here.rows(queryset)))


def number(queryset, most: int | None) -> int:
    """How many rows there are, or `most` if there are more; one query."""
    return queryset.order_by().values("pk")[:most].count()


def _beyond(order: Order, value: Any, backwards: bool, tie: Q) -> Q:
    """What comes after (backwards: before) a row whose value is `value`, empty values standing last."""
    name = order.value
    further = "lt" if order.descending != backwards else "gt"
    if order.filled:
        return Q(**{f"{name}__{further}e": value}) & (Q(**{f"{name}__{further}": value}) | tie)
    empty = Q(**{f"{name}__isnull": True})
    if value is None:
        return (~empty | tie) if backwards else (empty & tie)
    condition = Q(**{f"{name}__{further}": value}) | (Q(**{name: value}) & tie)
    return condition if backwards else condition | empty


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def _read(cursor: str, order: Order | None, bound: str) -> tuple[bool, Any, Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadCursor(cursor) from error
    if bound:
        if not (isinstance(told, list) and len(told) in {3, 5} and isinstance(told[-1], str)):
            raise BadCursor(cursor)
        if told.pop() != bound:
            raise OtherList(cursor)
    length = 4 if order else 2
    if not (
        isinstance(told, list)
        and len(told) == length
        and told[0] in (0, 1)
        and isinstance(told[1], str | int)
        and (order is None or told[2] == order.name)
    ):
        raise BadCursor(cursor)
    key = told[1]
    try:
        value = order.read(told[3]) if order else None
        if isinstance(key, str):
            key = UUID(key)
    except (ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if isinstance(key, int) and not -(2**31) <= key < 2**31:
        raise BadCursor(cursor)
    return bool(told[0]), key, value


class KeysetPagination(BasePagination):
    """The API's lists: `{"results", "next", "previous"}` and `Link`. An over-large page is refused, never clipped.

    `count` is told where it is asked for, and only then counted: to the end, or up to CAPPED.
    """

    def asked(self, model: type[models.Model], request, view) -> Place:
        """The place in the list of `view`, rows of `model`, that `request` asks for. Raises ValidationError."""
        self.request = request
        asked = request.query_params.get("page_size", str(PAGE_SIZE))
        if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= LARGEST_PAGE):
            raise ValidationError(
                {"page_size": [_("A page has 1 to %(most)d results.") % {"most": LARGEST_PAGE}]}
            )
        self.counted = request.query_params.get("count")
        if self.counted not in {None, "exact", "capped"}:
            raise ValidationError({"count": [_("Write “exact” or “capped”, or leave it out.")]})
        try:
            return place(
                model,
                key=view.page_key,
                descending=view.page_descending,
                order=view.page_order,
                size=int(asked),
                cursor=request.query_params.get("cursor", ""),
                bound=getattr(view, "page_bound", ""),
            )
        except OtherList as error:
            message = _(
                "This cursor is of a list with other filters or in another order: begin again without it."
            )
            raise ValidationError({"cursor": [message]}, code="cursor_mismatch") from error
        except BadCursor as error:
            raise ValidationError(
                {"cursor": [_("This cursor is not one of ours: follow “next” and “previous” as they are.")]},
                code="bad_cursor",
            ) from error

    def paginate_queryset(self, queryset, request, view=None):
        here = self.asked(queryset.model, request, view)
        return self.found(here, view.fetched(here, queryset), number=lambda most: number(queryset, most))

    def found(self, here: Place, rows: list, *, number: Callable[[int | None], int]) -> list:
        """The rows of the page `here`, of those read for it.

        `number` tells how many there are in all, or as many as it is given, where that is asked for.
        """
        self.page = here.page(rows)
        self.count = {}
        if self.counted == "exact":
            self.count = {"count": number(None)}
        elif self.counted:
            counted = number(CAPPED + 1)
            self.count = {"count": min(counted, CAPPED), "more": counted > CAPPED}
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
        return Response({"results": data} | links | self.count, headers={"Link": header} if header else None)

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
                "count": {
                    "type": "integer",
                    "description": "How many there are in all, with `count=exact`; with `count=capped`, at most"
                    f" {CAPPED}.",
                },
                "more": {
                    "type": "boolean",
                    "description": f"With `count=capped`: whether there are more than the {CAPPED} counted.",
                },
            },
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
                "description": "Where the page begins: taken from `next` or `previous`, never made up. It belongs to"
                " the order and the filters it was given with.",
            },
            {
                "name": "count",
                "in": "query",
                "schema": {"type": "string", "enum": ["exact", "capped"]},
                "description": f"Count what is found: all of it, or up to {CAPPED} and whether there is more, which is"
                " as quick in a large registry as in a small one. Without it nothing is counted.",
            },
        ]

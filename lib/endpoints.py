"""What every resource of the API does alike: strict parameters, lists by key, documents in the wished shape."""

import difflib
import hashlib
import json
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

import django_filters
from django.core.exceptions import ValidationError as InvalidValue
from django.http import QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.response import Response

from lib import addresses, formats, languages, preconditions, shaping
from lib.keyset import KeysetPagination, Order, Place

Rows = list
"""What a view set calls `list` is its action."""
COMMON = frozenset({"language", "format"})
"""Parameters of every address."""
OF_A_LIST = frozenset({"page_size", "cursor", "count", "order"})
_SHAPING = COMMON | OF_A_LIST | shaping.PARAMETERS
NOT = "not."
"""What begins a parameter that takes away what the parameter would find."""


def strict_parameters(request, known: Collection[str]) -> None:
    """Refuse parameters that mean nothing here, naming the nearest that does, and those that say nothing."""
    faults = {}
    known = {*known, *COMMON}
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            faults[name] = [
                _("Unknown parameter; did you mean “%(near)s”?") % {"near": near[0]}
                if near
                else _("Unknown parameter.")
            ]
    if faults:
        raise ValidationError(faults, code="unknown_parameter")
    empty = [
        name for name, values in request.query_params.lists() if not all(each.strip() for each in values)
    ]
    if empty:
        message = _("The parameter is empty: give a value, or leave it out.")
        raise ValidationError({name: [message] for name in empty}, code="empty_parameter")


class Spoken:
    """An address that answers in the language asked for, and says in which it did and what its answer depends on."""

    def initial(self, request, *args, **kwargs):
        asked = request.query_params.get("language")
        if asked is not None:
            if asked not in languages.CODES:
                raise ValidationError({"language": [_("Languages here are en, fr and ar.")]})
            translation.activate(asked)
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Content-Language", languages.current())
        patch_vary_headers(response, ["Accept", "Accept-Language", "Authorization", "Cookie"])
        return response


class Records(Spoken, formats.Negotiated, viewsets.GenericViewSet):
    """Records by their keys. A subclass gives `required` and `get_queryset` (what the actor may see)."""

    lookup_value_regex = "[0-9a-fA-F-]{36}"

    def moved(self, reference: dict) -> Response:
        """308, in JSON, to the record that was kept in the place of this one; the asked parameters go along."""
        query = self.request.META.get("QUERY_STRING", "")
        # Asked again each time: a merge can be undone.
        headers = {"Location": reference["url"] + (f"?{query}" if query else ""), "Cache-Control": "no-cache"}
        json = formats.FORMATS["json"].content_type
        return Response({"merged_into": reference}, status=308, headers=headers, content_type=json)

    def one(self, queryset):
        """The row of the address; what the actor may not see is not there."""
        try:
            return queryset.get(pk=self.kwargs["pk"])
        except (queryset.model.DoesNotExist, InvalidValue) as error:
            raise self.absent() from error

    def fetched(self, place: Place, queryset) -> Rows:
        """The rows of `queryset` for the page at `place`: what `Place.page` takes."""
        return [*place.rows(queryset)]

    def absent(self) -> NotFound:
        return NotFound(_("There is no such record, or you may not read it."))


class Listing(Records):
    """Records in a list. A subclass gives `required`, `get_queryset` (what the actor may see) and `documents`."""

    pagination_class = KeysetPagination
    record_type = ""
    """What its records are called in `type`: `agreement`."""
    resource = ""
    """What it is called in addresses: `agreements`."""
    page_key = "pk"
    page_descending = False
    orders: Mapping[str, Order | None] = {"id": None, "-id": None}
    """How the list may stand, the usual way first. None is by the key alone, falling with a minus before it."""
    filterset_class: type[django_filters.FilterSet] | None = None
    goes_with: Mapping[str, tuple[str, ...]] = {}
    """Parameters that say how another is meant: they count with `not.` of it too."""
    more: tuple[str, ...] = ()
    """What `expand` takes beside references."""
    list_parameters: frozenset[str] = frozenset()
    item_parameters: frozenset[str] = frozenset()

    # What a resource says of itself.

    def documents(self, rows: list) -> list[dict]:
        """The documents of `rows`, in a fixed number of queries."""
        raise NotImplementedError

    def detailed(self, queryset):
        """`queryset` with what `documents` needs, where `get_queryset` does not bring it."""
        return queryset

    def ready(self, queryset):
        """`queryset` with what `shaped` needs, as the documents are wanted."""
        return queryset.prefetch_related(None) if self.wanted.brief else self.detailed(queryset)

    def label(self, row) -> str:
        """What a record is called where it is only pointed at."""
        return str(row)

    @property
    def expandable(self) -> Mapping[str, type["Listing"]]:
        """The paths of references that may be followed → the resource that they point at."""
        return {}

    def in_order(self, queryset, name: str):
        """`queryset` with what the order `name` is by."""
        return queryset

    def version(self, row) -> int | None:
        """The version of the row, where there is one."""
        return getattr(row, "version", None)

    def filters(self, query: QueryDict, queryset):
        """The filters of `query` over `queryset`."""
        return self.filterset_class(query, queryset=queryset, request=self.request)

    # What was asked.

    @cached_property
    def wanted(self) -> shaping.Wanted:
        """What the documents are to look like. Raises ValidationError."""
        if shaping.PARAMETERS.isdisjoint(self.request.query_params):
            return shaping.Wanted()
        followed = {path: shaping.members(each.serializer_class) for path, each in self.expandable.items()}
        return shaping.wanted(
            self.request.query_params,
            known=shaping.members(self.serializer_class),
            expandable=dict.fromkeys(self.more) | followed,
        )

    @property
    def filter_names(self) -> set[str]:
        return set(self.filterset_class.base_filters) - OF_A_LIST if self.filterset_class else set()

    @property
    def negatable(self) -> set[str]:
        """The filters that choose among values: what they find can be taken away."""
        chosen = (
            django_filters.ChoiceFilter,
            django_filters.MultipleChoiceFilter,
            django_filters.ModelChoiceFilter,
            django_filters.BooleanFilter,
        )
        modifiers = {each for names in self.goes_with.values() for each in names}
        return {
            name
            for name in self.filter_names - modifiers
            if isinstance(self.filterset_class.base_filters[name], chosen) and not name.endswith("_match")
        }

    @property
    def known_of_a_list(self) -> set[str]:
        """Every parameter that the list takes."""
        names = self.filter_names | {f"{NOT}{name}" for name in self.negatable}
        return names | OF_A_LIST | shaping.PARAMETERS | self.list_parameters

    @cached_property
    def asked_order(self) -> str:
        asked = self.request.query_params.get("order", next(iter(self.orders)))
        if asked not in self.orders:
            near = difflib.get_close_matches(asked, self.orders, n=1)
            message = (
                _("There is no such order; did you mean “%(near)s”?") % {"near": near[0]}
                if near
                else _("The orders here are: %(orders)s.") % {"orders": ", ".join(self.orders)}
            )
            raise ValidationError({"order": [message]}, code="unknown_order")
        return asked

    @property
    def page_order(self) -> Order | None:
        return self.orders[self.asked_order]

    @property
    def page_bound(self) -> str:
        """What a cursor of this list is bound to: its filters and its order, and the language where it is by words."""
        query = self.request.query_params
        said = [self.asked_order, sorted((name, sorted(query.getlist(name))) for name in self.narrowing)]
        if self.page_order and self.page_order.type is str:
            said.append(languages.current())
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]

    @property
    def narrowing(self) -> list[str]:
        """The parameters of the address that decide what is in the list."""
        return [name for name in self.request.query_params if name not in _SHAPING]

    # What is answered.

    def understood(self, queryset, query: QueryDict):
        """The filters in `query` over `queryset`. Raises ValidationError."""
        filters = self.filters(query, queryset)
        if not filters.is_valid():
            raise ValidationError(
                {
                    name: [
                        ErrorDetail(message, code=each.code or "invalid")
                        for each in errors
                        for message in each.messages
                    ]
                    for name, errors in filters.errors.as_data().items()
                }
            )
        return filters

    @property
    def split(self) -> tuple[QueryDict, dict[str, list[str]]]:
        """The filters of the address: those that narrow, and those by which something is taken away."""
        plain, negated, known = QueryDict(mutable=True), {}, self.filter_names
        for name, values in self.request.query_params.lists():
            if name.startswith(NOT):
                negated[name.removeprefix(NOT)] = values
            elif name in known:
                plain.setlist(name, values)
        return plain, negated

    def filtered(self, queryset):
        """What is left of `queryset` by all filters of the address."""
        if self.filterset_class is None:
            return queryset
        plain, negated = self.split
        found = self.understood(queryset, plain).qs
        for name, values in negated.items():
            query = QueryDict(mutable=True)
            query.setlist(name, values)
            for each in self.goes_with.get(name, ()):
                query.setlist(each, plain.getlist(each))
            try:
                away = self.understood(queryset, query).qs
            except ValidationError as error:
                raise ValidationError(
                    {f"{NOT}{each}": told for each, told in error.detail.items()}
                ) from error
            found = found.exclude(pk__in=away.order_by().values("pk"))
        return found

    def list(self, request, *args, **kwargs):
        strict_parameters(request, self.known_of_a_list)
        if self.page_order is None:
            self.page_descending = self.asked_order.startswith("-")
        return self.get_paginated_response(self.shaped(self.rows_of_page()))

    def rows_of_page(self) -> Rows:
        """The rows of the page that is asked for."""
        found = self.in_order(self.filtered(self.get_queryset()), self.asked_order)
        return self.paginate_queryset(self.ready(found))

    def answered(self, queryset) -> Response:
        """The record of the address in `queryset`, or 304 where the caller has it: before its details are brought."""
        if self.wanted.brief:
            queryset = queryset.prefetch_related(None)
        if "If-None-Match" in self.request.headers:
            tag = self.tag(self.one(self.get_queryset().prefetch_related(None)))
            if tag and (unchanged := self.unchanged(tag)):
                return unchanged
        return self.told_of(self.one(queryset))

    def told_of(self, row) -> Response:
        """The document of `row` as it is wanted, with its ETag; or 304 where the caller has it."""
        tag = self.tag(row)
        if tag and (unchanged := self.unchanged(tag)):
            return unchanged
        return Response(self.shaped([row])[0], headers={"ETag": tag} if tag else None)

    def tag(self, row) -> str:
        """The ETag of the document of `row`, as far as it has a version."""
        version = self.version(row)
        return preconditions.etag(version, languages.current(), self.format) if version is not None else ""

    def unchanged(self, tag: str) -> Response | None:
        """304 where If-None-Match names `tag`, weakly compared (RFC 9110, 13.1.2)."""
        told = self.request.headers.get("If-None-Match", "")
        if not told:
            return None
        known = parse_etags(told)
        if known != ["*"] and tag not in {each.removeprefix("W/") for each in known}:
            return None
        return Response(status=304, headers={"ETag": tag})

    def shaped(self, rows: list) -> "list[dict]":
        """The documents of `rows` as they are wanted."""
        wanted = self.wanted
        if wanted.brief:
            return [self.brief(each) for each in rows]
        documents = self.documents(rows)
        for path in wanted.expand:
            if path in self.expandable:
                shaping.expand(documents, path, self.loader(self.expandable[path]))
        return [wanted.shape(each) for each in documents]

    def loader(self, resource: type["Listing"]):
        """What gives the whole documents of another resource by their ids, as far as the actor may see them."""

        def load(ids: list[str]) -> dict[str, dict]:
            view = resource(request=self.request, action="retrieve", kwargs={}, format_kwarg=None)
            view.wanted = shaping.Wanted()
            rows = list(view.detailed(view.get_queryset().filter(pk__in=ids)))
            return {each["id"]: each for each in view.documents(rows)}

        return load

    def brief(self, row) -> dict[str, Any]:
        """The record as a document points at it."""
        return addresses.reference(self.record_type, self.resource, row.pk, self.label(row))


class Endpoint(Listing):
    """A resource to read: in a list, and one by one."""

    def retrieve(self, request, *args, **kwargs):
        strict_parameters(request, shaping.PARAMETERS | self.item_parameters)
        return self.answered(self.detailed(self.get_queryset()))

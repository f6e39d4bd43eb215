"""What every resource of the API does alike: strict parameters, lists by key, plain documents."""

import difflib

from django.core.exceptions import ValidationError as InvalidValue
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from lib import formats, languages
from lib.keyset import KeysetPagination


def strict_parameters(request, known: set[str]) -> None:
    """Refuse parameters that mean nothing here, naming the nearest that does. `format` was looked at before."""
    faults = {}
    for name in request.query_params:
        if name not in known and name != "format":
            near = difflib.get_close_matches(name, known, n=1)
            faults[name] = [
                _("Unknown parameter; did you mean “%(near)s”?") % {"near": near[0]}
                if near
                else _("Unknown parameter.")
            ]
    if faults:
        raise ValidationError(faults, code="unknown_parameter")


class Records(formats.Negotiated, viewsets.GenericViewSet):
    """Records by their keys. A subclass gives `required` and `get_queryset` (what the actor may see)."""

    lookup_value_regex = "[0-9a-fA-F-]{36}"

    def initial(self, request, *args, **kwargs):
        asked = request.query_params.get("language")
        if asked is not None:
            if asked not in languages.CODES:
                raise ValidationError({"language": [_("Languages here are en, fr and ar.")]})
            translation.activate(asked)
        super().initial(request, *args, **kwargs)

    def moved(self, reference: dict) -> Response:
        """308 to the record that was kept in the place of this one; the asked parameters go along."""
        query = self.request.META.get("QUERY_STRING", "")
        # Asked again each time: a merge can be undone.
        headers = {"Location": reference["url"] + (f"?{query}" if query else ""), "Cache-Control": "no-cache"}
        return Response({"merged_into": reference}, status=308, headers=headers)

    def one(self, queryset):
        """The row of the address; what the actor may not see is not there."""
        try:
            return queryset.get(pk=self.kwargs["pk"])
        except (queryset.model.DoesNotExist, InvalidValue) as error:
            raise NotFound(_("There is no such record, or you may not read it.")) from error


class Endpoint(Records):
    """A resource to read. A subclass gives `required`, `get_queryset` (what the actor may see) and `documents`."""

    pagination_class = KeysetPagination
    page_key = "pk"
    page_descending = False
    page_order = None
    filterset_class = None
    list_parameters: frozenset[str] = frozenset()
    item_parameters: frozenset[str] = frozenset()

    def documents(self, rows: list) -> list[dict]:
        """The documents of `rows`, in a fixed number of queries."""
        raise NotImplementedError

    def filtered(self, queryset):
        if self.filterset_class is None:
            return queryset
        filters = self.filterset_class(self.request.query_params, queryset=queryset, request=self.request)
        if not filters.is_valid():
            raise ValidationError({name: list(messages) for name, messages in filters.errors.items()})
        return filters.qs

    def list(self, request, *args, **kwargs):
        names = set(self.filterset_class.base_filters) if self.filterset_class else set()
        strict_parameters(request, {"language", "page_size", "cursor"} | names | self.list_parameters)
        rows = self.paginate_queryset(self.filtered(self.get_queryset()))
        return self.get_paginated_response(self.documents(rows))

    def retrieve(self, request, *args, **kwargs):
        strict_parameters(request, {"language"} | self.item_parameters)
        return Response(self.documents([self.one(self.get_queryset())])[0])

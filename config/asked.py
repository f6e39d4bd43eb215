"""The parameters of lists and records in the OpenAPI document: read off what each resource declares."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from lib.contract import ETAG, IF_NONE_MATCH
from lib.endpoints import NOT, Listing
from lib.shaping import PARAMETERS

REASON = OpenApiParameter(
    "reason",
    OpenApiTypes.STR,
    description="Why it is taken out: kept with the event. Some removals need one.",
)


def parameters_of(view: Any, action: str) -> list[OpenApiParameter]:
    """What `action` of the view set `view` takes in its address, as far as `Listing` reads it."""
    if not isinstance(view, Listing):
        return []
    if action == "list":
        return [*_filters(view), _order(view), *_shape(view)]
    if action == "retrieve":
        return [*_shape(view), IF_NONE_MATCH, ETAG]
    if action == "destroy":
        return [REASON]
    shapes_its_answer = getattr(view, "write_parameters", frozenset()) >= PARAMETERS
    return _shape(view) if shapes_its_answer and action in {"create", "partial_update"} else []


def _order(view: Listing) -> OpenApiParameter:
    return OpenApiParameter(
        "order",
        OpenApiTypes.STR,
        enum=list(view.orders),
        default=next(iter(view.orders)),
        description="A minus before it turns it round. What is not stated stands last either way.",
    )


def _shape(view: Listing) -> list[OpenApiParameter]:
    names = "Names of members, with dots for what is below them and commas between them."
    shape = [
        OpenApiParameter("fields", OpenApiTypes.STR, description=f"Only these. {names}"),
        OpenApiParameter("omit", OpenApiTypes.STR, description=f"All but these. {names}"),
        OpenApiParameter(
            "brief",
            OpenApiTypes.BOOL,
            description="Only id, type, label and url; goes with no other of these.",
        ),
    ]
    paths = [*view.more, *view.expandable]
    agreements = any(each.record_type == "agreement" for each in view.expandable.values())
    if paths:
        shape.append(
            OpenApiParameter(
                "expand",
                OpenApiTypes.STR,
                many=True,
                explode=False,
                enum=paths,
                description="Puts the whole record in the place of the references at a path, as far as it may be read."
                + (" Of an agreement: its own facts and its parties." if agreements else "")
                + (" `proof` brings the quotes at every fact, and what they lean on." if view.more else ""),
            )
        )
    return shape


def _filters(view: Listing) -> Iterator[OpenApiParameter]:
    if view.filterset_class is None:
        return
    for name, each in view.filterset_class.base_filters.items():
        if name not in view.filter_names:
            continue
        form: dict[str, Any] = {
            "type": _type(each),
            "many": hasattr(each, "always_filter"),
            "enum": _enum(each),
        }
        yield OpenApiParameter(name, description=f"{each.label}.", **form)
        if name in view.negatable:
            yield OpenApiParameter(f"{NOT}{name}", description=f"None of what `{name}` finds.", **form)


def _type(each: django_filters.Filter) -> OpenApiTypes:
    if isinstance(each, django_filters.BooleanFilter):
        return OpenApiTypes.BOOL
    rows = each.extra.get("queryset")
    # Where a word stands for «none», it is no id.
    if isinstance(rows, models.QuerySet) and not each.extra.get("null_label"):
        return OpenApiTypes.UUID if isinstance(rows.model._meta.pk, models.UUIDField) else OpenApiTypes.STR
    return OpenApiTypes.UUID if callable(rows) else OpenApiTypes.STR


def _enum(each: django_filters.Filter) -> list[str] | None:
    choices = each.extra.get("choices")
    if choices is None or (callable(choices) and not hasattr(choices, "values")):
        return None
    return [str(value) for value in getattr(choices, "values", None) or [value for value, _label in choices]]

"""The feed over the API: what changed since a place, to keep a copy in step."""

import difflib
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from exchange.queries import feed
from exchange.queries.telling import ACTIONS, KINDS
from lib import addresses
from lib.contract import problems
from lib.endpoints import Spoken, strict_parameters
from lib.keyset import LARGEST_PAGE
from lib.problems import Problem
from organizations.permissions import Permission

VIEWS = ("full", "compact")


@extend_schema_serializer(component_name="ChangedReference")
class Reference(serializers.Serializer):
    """Another record of the same type."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(list(KINDS))
    url = serializers.URLField()


@extend_schema_serializer(component_name="FeedLine")
class ChangeShape(serializers.Serializer):
    """One thing that happened to one record. A line `deleted` has no more than sequence, type, id, action and at."""

    sequence = serializers.CharField(help_text="The place after this line; sorts as the feed does.")
    type = serializers.ChoiceField(list(KINDS))
    id = serializers.UUIDField()
    action = serializers.ChoiceField(ACTIONS)
    at = serializers.DateTimeField()
    version = serializers.IntegerField(required=False, help_text="Of several lines the highest counts.")
    url = serializers.URLField(required=False)
    changed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="JSON pointers; parts by their ids."
    )
    into = Reference(required=False, help_text="What it was merged into, with `merged`.")


class ChangesShape(serializers.Serializer):
    """A page of the feed. An empty one need not be the last: follow `next` while `has_more`, and come back later."""

    results = ChangeShape(many=True)
    token = serializers.CharField(help_text="The place after this page, for `after`.")
    next = serializers.URLField(help_text="Always there: where to go on, now or later.")
    has_more = serializers.BooleanField()
    lag_seconds = serializers.FloatField(
        help_text="How long the oldest open transaction has held the feed back; 0 when none does."
    )


class StartShape(serializers.Serializer):
    """The place of now."""

    token = serializers.CharField()
    next = serializers.URLField()
    at = serializers.DateTimeField()
    lag_seconds = serializers.FloatField()


class Changes(Spoken, viewsets.GenericViewSet):
    """What changed, in an order in which nobody comes in behind a reader."""

    required = {"list": Permission.VIEW, "start": Permission.VIEW}
    serializer_class = ChangesShape
    pagination_class = None
    queryset = None

    @extend_schema(
        summary="What changed since a place",
        operation_id="changes_list",
        parameters=[
            OpenApiParameter(
                "after", OpenApiTypes.STR, description="A `token`; left out: from the beginning."
            ),
            OpenApiParameter("types", OpenApiTypes.STR, enum=list(KINDS), many=True, explode=True),
            OpenApiParameter(
                "view",
                OpenApiTypes.STR,
                enum=list(VIEWS),
                description="`compact`: of each record the last line of the page alone.",
            ),
            OpenApiParameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": LARGEST_PAGE},
            ),
        ],
        responses={200: ChangesShape} | problems(410),
    )
    def list(self, request):
        strict_parameters(request, {"after", "types", "view", "page_size"})
        asked = request.query_params
        kinds = [each for value in asked.getlist("types") for each in value.split(",")]
        for each in kinds:
            _one_of("types", each, list(KINDS))
        view = _one_of("view", asked.get("view", "full"), VIEWS)
        size = asked.get("page_size", str(LARGEST_PAGE))
        if not (size.isascii() and size.isdigit()) or not 1 <= int(size[:9]) <= LARGEST_PAGE:
            raise ValidationError(
                {"page_size": [_("A page has 1 to %(most)d results.") % {"most": LARGEST_PAGE}]}
            )
        try:
            after = feed.Place.read(asked["after"]) if "after" in asked else feed.BEGINNING
            told = feed.read(request.user, after, kinds=kinds, size=int(size))
        except feed.BadToken as error:
            message = _("This is no place of the feed: send a “token” as it was given out.")
            raise ValidationError({"after": [message]}, code="bad_token") from error
        except feed.Expired as error:
            raise Problem(
                "feed-expired",
                detail=_("The registry went back to a backup, and this place was after it."),
                members={"start": addresses.api("changes", "start")},
            ) from error
        lines = feed.compact(told.lines) if view == "compact" else told.lines
        following = _next(told.end, kinds=kinds, view=view, size=asked.get("page_size"))
        return Response(
            {
                "results": [each.as_json() for each in lines],
                "token": told.end.token(),
                "next": following,
                "has_more": told.has_more,
                "lag_seconds": round(told.lag_seconds, 3),
            },
            headers={"Link": f'<{following}>; rel="next"', "Cache-Control": "private, no-store"},
        )

    @extend_schema(
        summary="The place of now",
        description="For a first load: take it, then page through the lists, then follow it. What moved in between "
        "comes again.",
        responses={200: StartShape},
    )
    @action(detail=False)
    def start(self, request):
        strict_parameters(request, set())
        place, ends = feed.start()
        return Response(
            {
                "token": place.token(),
                "next": _next(place),
                "at": timezone.now().isoformat(),
                "lag_seconds": round(ends.lag_seconds, 3),
            },
            headers={"Cache-Control": "private, no-store"},
        )


def _next(place: feed.Place, *, kinds=(), view: str = "full", size: str | None = None) -> str:
    query = [("after", place.token()), *(("types", each) for each in kinds)]
    query += [("view", view)] if view != "full" else []
    query += [("page_size", size)] if size else []
    return f"{addresses.api('changes', '').rstrip('/')}?{urlencode(query)}"


def _one_of(name: str, value: str, known) -> str:
    """`value`, one of `known`; refused with the nearest of them."""
    if value in known:
        return value
    near = difflib.get_close_matches(value, known, n=1)
    message = (
        _("Unknown value; did you mean “%(near)s”?") % {"near": near[0]}
        if near
        else _("Choose one of: %(known)s.") % {"known": ", ".join(known)}
    )
    raise ValidationError({name: [message]}, code="unknown_value")

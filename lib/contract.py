"""What the resources of the API share in their OpenAPI document: refusals, and headers that go with a request.

    @extend_schema(summary="…", parameters=[IF_MATCH], responses={200: Shape} | problems(409, 412, 428))

What any action may answer by itself (an unknown parameter, no token, no such record, too many requests …) is added to
every action of the document by `config.contract.Operation`; nobody names it again.
"""

from http import HTTPStatus

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers

from lib import languages
from lib.shapes import Known

PROBLEM_JSON = "application/problem+json"


@extend_schema_serializer(component_name="Fault")
class FaultShape(serializers.Serializer):
    """One fault. Its code does not change with the language."""

    pointer = serializers.CharField(
        help_text="A JSON pointer (RFC 6901) into what was sent; empty for the whole."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


@extend_schema_serializer(component_name="Problem")
class ProblemShape(serializers.Serializer):
    """Why nothing was done (RFC 9457). Some problems have more members; the page at `type` says what to do."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField(
        required=False, help_text="Names the request in the log of the server."
    )
    errors = FaultShape(many=True, required=False)


def problem(status: int, description: str = "") -> OpenApiResponse:
    """One refusal, as problem details."""
    return OpenApiResponse(ProblemShape, description=description or HTTPStatus(status).phrase)


def problems(*statuses: int) -> dict[int, OpenApiResponse]:
    """What an action may answer beside its success, for `responses={…} | problems(409, 412)`.

    What their problems are called is added where the document is made: this room does not know all of them.
    """
    return {status: problem(status) for status in statuses}


def _header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=description
    )


IF_MATCH = _header(
    "If-Match",
    "The ETag that was read: the change is made on that state alone. `*` stands for whatever there is.",
    required=True,
)
IF_NONE_MATCH = _header(
    "If-None-Match", "ETags that were read: what is still one of them is answered 304, without a body."
)
IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    "8 to 64 visible ASCII characters, new for each thing wanted, the same when it is sent again. Tokens send one.",
)
ACCEPT_LANGUAGE = _header(
    "Accept-Language", "The language of titles, labels and problems: en, fr or ar. `language` goes before it."
)
LANGUAGE = OpenApiParameter(
    "language",
    OpenApiTypes.STR,
    enum=list(languages.CODES),
    description="The language of titles, labels and problems, whatever Accept-Language says.",
)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description='Version, language and format of what is answered: `"3-fr-json"`.',
)


@extend_schema_serializer(component_name="Moved")
class MovedShape(serializers.Serializer):
    """The record was merged into another, or set aside as another one's duplicate: that one is told at `Location`."""

    merged_into = Known(read_only=True)


MOVED = {(308, "application/json"): OpenApiResponse(MovedShape, description="It was merged into another.")}
MOVED_TO = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[308],
    description="Where that record is told, with the parameters that were asked.",
)
NOT_MODIFIED = OpenApiResponse(description="It is what one of the ETags in If-None-Match names.")

"""The files behind sources over the API: their content, as it came."""

from http import HTTPStatus

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation

from agreements.models import SourceFile
from lib import downloads
from lib.contract import problems
from lib.endpoints import Records, strict_parameters
from lib.problems import Problem
from organizations.permissions import Permission

BYTES = "application/octet-stream"
FILE_HEADERS = [
    OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=words)
    for name, words in {
        "Range": "One range of bytes: `bytes=0-1023`.",
        "If-Range": "An ETag: the range is given only of this very file.",
        "If-None-Match": "ETags: the file is given only if it is none of these.",
    }.items()
]


class Whatever(BaseContentNegotiation):
    """A file is what it is, whatever the caller accepts; refusals are JSON."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Files(Records):
    """The content of kept files. A subclass gives `queryset`, of a model with `visible_to`."""

    required = {"retrieve": Permission.VIEW}
    serializer_class = None
    pagination_class = None
    content_negotiation_class = Whatever

    def get_queryset(self):
        return self.queryset.model.objects.visible_to(self.request.user)

    @extend_schema(
        summary="The content of a file",
        description="As it came, whole or in part. Its ETag is its SHA-256.",
        parameters=FILE_HEADERS,
        responses={
            (200, BYTES): OpenApiTypes.BINARY,
            (206, BYTES): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="The file is one of those named in If-None-Match."),
        }
        | problems(416),
    )
    def retrieve(self, request, *args, **kwargs):
        """The file, as `lib.downloads` gives it out. Raises Problem where it has no such part."""
        strict_parameters(request, {"language"})
        row = self.one(self.get_queryset())
        answer = downloads.serve(request, row, public=not request.user.is_authenticated)
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            kept = ("Accept-Ranges", "Content-Range", "ETag")
            raise Problem("range-not-satisfiable", headers={name: answer[name] for name in kept})
        return answer


class SourceFiles(Files):
    """The files that sources are read from."""

    queryset = SourceFile.objects.none()

"""Files of tables over the API: sent, checked by the worker, entered when asked for, and taken back."""

from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from agreements.api.files import Whatever
from exchange.exports import files
from exchange.imports import desk
from exchange.imports import undo as undoing
from exchange.models import Import, ImportRow, State
from exchange.queries.imports import readable, with_states
from exchange.shapes import headers
from exchange.shapes.tables import TABLES
from lib import addresses, languages
from lib.contract import IDEMPOTENCY_KEY, problems
from lib.endpoints import Endpoint, Records, strict_parameters
from lib.problems import Refused, pointed
from lib.shapes import Strict
from lib.uploads import Upload
from organizations.models import User
from organizations.permissions import Permission

# What an account may beside what its tokens may, that an import has nothing to do with.
_ASIDE = frozenset({Permission.DESK, Permission.TOKENS, Permission.HISTORY_VIEW, Permission.WEBHOOKS})


class ImportRequest(Strict):
    """A file of one table, or the workbook or package that the registry itself gives out."""

    file = serializers.FileField()
    table = serializers.ChoiceField(
        choices=list(TABLES), required=False, help_text="What a row is, where the file is one table."
    )
    mode = serializers.ChoiceField(
        choices=Import.Mode, default=Import.Mode.ALL, help_text="What is entered when rows are refused."
    )
    unknown = serializers.ChoiceField(
        choices=["refuse", "enter"], default="refuse", help_text="Organizations that nobody knows."
    )


class ApplyRequest(Strict):
    """How a checked file is entered."""

    mode = serializers.ChoiceField(choices=Import.Mode, required=False)


class ProgressShape(serializers.Serializer):
    """How many records were looked at, of how many."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class JobShape(serializers.Serializer):
    """A piece of work that the registry does in its own time: what a file would do, or did."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    url = serializers.URLField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=State)
    mode = serializers.ChoiceField(choices=Import.Mode)
    progress = ProgressShape()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Rows by verdict.")
    fault = serializers.CharField(help_text="Why the file could not be read; else empty.")
    tables = serializers.DictField(child=serializers.CharField(), help_text="Part of the file → table.")
    sha256 = serializers.CharField()
    brought_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class CellFault(serializers.Serializer):
    """What is wrong with a cell, and what to do."""

    column = serializers.CharField()
    header = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()


class JobRowShape(serializers.Serializer):
    """What one row of the file would do, or did."""

    id = serializers.IntegerField()
    part = serializers.CharField()
    table = serializers.CharField()
    line = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=ImportRow.Verdict)
    title = serializers.CharField()
    faults = CellFault(many=True)
    notes = serializers.ListField(child=serializers.CharField())


def account_of(actor) -> User:
    """The account that a file is entered under: one's own; for a token, that of who issued it.

    The worker enters with the rights of that account. Raises PermissionDenied unless the token may do all of it too,
    and acts for the same organization.
    """
    if actor.account_id is not None:
        return actor
    account = actor.issued_by
    if account is None or not account.is_active or account.organization_id != actor.organization_id:
        raise PermissionDenied(
            _("A file is entered under the account that issued the token: have it issued by one of yours.")
        )
    if account.permissions - actor.permissions - _ASIDE:
        raise PermissionDenied(
            _(
                "A file is entered with the rights of the account that issued the token, and the token has fewer."
            )
        )
    return account


def read_job(imported: Import, state: State) -> dict:
    """The import as JobShape has it."""

    def at(moment):
        return moment and moment.isoformat()

    return {
        "id": str(imported.pk),
        "type": "import",
        "url": addresses.api("jobs", imported.pk),
        "name": imported.name,
        "state": str(state),
        "mode": imported.mode,
        "progress": {"done": imported.done, "total": imported.total},
        "counts": imported.counts,
        "fault": imported.fault,
        "tables": {part: said["table"] for part, said in imported.mapping.items()},
        "sha256": imported.sha256,
        "brought_at": at(imported.brought_at),
        "ended_at": at(imported.ended_at),
        "applied_at": at(imported.applied_at),
        "undone_at": at(imported.undone_at),
    }


class Imports(Records):
    """Files that come in."""

    required = {"create": Permission.IMPORT}
    serializer_class = ImportRequest
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Send a file of tables",
        description="It is checked by the worker: follow the job, look at its rows, and have it entered.",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": ImportRequest},
        responses={202: JobShape} | problems(403, 413, 415, 422),
    )
    def create(self, request, *args, **kwargs):
        strict_parameters(request, {"language"})
        form = ImportRequest(data=request.data)
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        content, by = form.validated_data, account_of(request.user)
        table = content.get("table", "")
        imported = desk.bring(
            Upload(content["file"], content["file"].name),
            understood=(lambda found: _mapped(found, table)) if table else None,
            by=by,
        )
        desk.say(imported, imported.mapping, mode=content["mode"], unknown=content["unknown"], by=by)
        desk.ask(imported, Import.Asked.CHECK, by=by)
        return _accepted(imported)


def _mapped(parts: desk.Found, table: str) -> dict:
    """The one part of the file, understood as `table`. Raises Refused."""
    if len(parts) != 1 or parts[0]["part"] in TABLES:
        raise Refused.at("/table", "several_tables", _("The tables of this file are read by their names."))
    (part,) = parts
    found = headers.columns([name for _number, _letter, name in part["columns"]], TABLES[table])
    columns = {str(each[0]): found.get(place, "") for place, each in enumerate(part["columns"])}
    return {part["part"]: {"table": table, "columns": columns, "constants": {}}}


def _accepted(imported: Import) -> Response:
    imported = Import.objects.get(pk=imported.pk)
    document = read_job(imported, imported.state())
    return Response(document, status=202, headers={"Location": document["url"], "Retry-After": "2"})


JOB = OpenApiResponse(JobShape, description="`Location` is the job; ask it again in a while.")


@extend_schema_view(
    list=extend_schema(summary="Jobs", responses=JobShape(many=True)),
    retrieve=extend_schema(summary="One job, as far as it is", responses=JobShape),
)
class Jobs(Endpoint):
    """What the registry does in its own time: files of tables, checked, entered and taken back."""

    required = {
        "list": Permission.IMPORT,
        "retrieve": Permission.IMPORT,
        "rows": Permission.IMPORT,
        "apply": Permission.IMPORT,
        "undo": Permission.IMPORT,
    }
    queryset = Import.objects.none()
    serializer_class = JobShape
    record_type, resource = "import", "jobs"
    orders = {"-id": None, "id": None}
    page_descending = True
    parser_classes = [JSONParser]

    def get_queryset(self):
        return Import.objects.visible_to(account_of(self.request.user)).select_related("owner", "applied_by")

    def documents(self, rows):
        return [read_job(imported, state) for imported, state in with_states(list(rows))]

    def label(self, row):
        return row.name

    @extend_schema(
        summary="What each row of the file would do, or did",
        parameters=[
            OpenApiParameter("verdict", OpenApiTypes.STR, enum=ImportRow.Verdict.values),
            OpenApiParameter("page_size", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
        responses=JobRowShape(many=True),
    )
    @action(detail=True, filterset_class=None)
    def rows(self, request, pk=None):
        strict_parameters(request, {"verdict", "page_size", "cursor", "count"})
        verdict = request.query_params.get("verdict")
        if verdict is not None and verdict not in ImportRow.Verdict.values:
            raise ValidationError({"verdict": [", ".join(ImportRow.Verdict.values)]}, code="unknown_verdict")
        found = self.one(self.get_queryset()).rows.all()
        self.page_descending = False
        page = self.paginate_queryset(found.filter(verdict=verdict) if verdict else found)
        return self.get_paginated_response(
            [
                {
                    "id": each.pk,
                    "part": each.part,
                    "table": each.table,
                    "line": each.line,
                    "verdict": each.verdict,
                    "title": each.title,
                    "faults": each.faults,
                    "notes": each.notes,
                }
                for each in readable(page, actor=account_of(request.user))
            ]
        )

    @extend_schema(
        summary="Have a checked file entered",
        parameters=[IDEMPOTENCY_KEY],
        request=ApplyRequest,
        responses={202: JOB} | problems(403, 415, 422),
    )
    @action(detail=True, methods=["post"], filterset_class=None, pagination_class=None)
    def apply(self, request, pk=None):
        strict_parameters(request, {"language"})
        form = ApplyRequest(data=request.data or {})
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        imported, by = self.one(self.get_queryset()), account_of(request.user)
        if imported.state() not in {State.CHECKED, State.STOPPED}:
            raise Refused.at("", "not_checked", _("Check what would happen first."))
        mode = form.validated_data.get("mode", imported.mode)
        if mode != imported.mode:
            # What the columns are stays as it was said; the check before said what would happen.
            unknown = imported.options.get("unknown", "refuse")
            desk.say(imported, imported.mapping, mode=mode, unknown=unknown, by=by)
        desk.ask(imported, Import.Asked.APPLY, by=by)
        return _accepted(imported)

    @extend_schema(
        summary="Take back all that a file did",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: JobShape} | problems(403, 422),
    )
    @action(detail=True, methods=["post"], filterset_class=None, pagination_class=None)
    def undo(self, request, pk=None):
        strict_parameters(request, {"language"})
        imported = self.one(self.get_queryset())
        undoing.undo(imported, by=account_of(request.user))
        return Response(self.documents([self.one(self.get_queryset())])[0])


class Exports(Records):
    """The registry as files that can be imported."""

    required = {"retrieve": Permission.IMPORT}
    serializer_class = None
    pagination_class = None
    content_negotiation_class = Whatever
    lookup_value_regex = r"registry\.[a-z]+"

    FORMATS = {
        "registry.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "registry.zip": "application/zip",
    }

    @extend_schema(
        summary="All that one may read, as one file",
        description="`registry.xlsx`: a sheet for each table; `registry.zip`: a CSV for each. Both can be imported.",
        parameters=[
            OpenApiParameter(
                "id", OpenApiTypes.STR, OpenApiParameter.PATH, enum=["registry.xlsx", "registry.zip"]
            )
        ],
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in FORMATS.values()},
    )
    def retrieve(self, request, pk=None):
        strict_parameters(request, {"language"})
        if pk not in self.FORMATS:
            raise NotFound(_("There is no such file."))
        today = timezone.localdate()
        found = files.rows(request.user, on=today)
        is_package = pk.endswith(".zip")
        made = files.package(found) if is_package else files.workbook(found, language=languages.current())
        return FileResponse(
            made,
            as_attachment=True,
            filename=f"registry-{today.isoformat()}{PurePath(pk).suffix}",
            content_type=self.FORMATS[pk],
            headers={"Cache-Control": "private, no-store"},
        )

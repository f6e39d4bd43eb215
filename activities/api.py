"""Activities, progress views and the files behind them over the API."""

from datetime import date

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view

from activities import queries
from activities.exports import jsonld
from activities.filters import ActivityFilter, ProgressViewFilter
from activities.models import Activity, EvidenceFile, ProgressView
from activities.shapes import ActivityRecord, ProgressViewRecord
from activities.writes import DESCRIBED, SAID, WRITE, ActivityWrites, ProgressWrites
from agreements.api.files import BYTES, FILE_HEADERS, Whatever, given
from agreements.api.parts import Commitments, Parties
from audit.versions import with_version
from lib.contract import problems
from lib.endpoints import Endpoint, Records, strict_parameters
from lib.formats import LINKED
from lib.ordering import BY_KEY, both, by_first_day, by_words
from lib.pages import OnPages
from organizations.api import Organizations
from organizations.permissions import Permission

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}


@extend_schema_view(
    list=extend_schema(summary="Activities"), retrieve=extend_schema(summary="One activity"), **DESCRIBED
)
class Activities(OnPages, ActivityWrites, Endpoint):
    """What is planned, held or cancelled under agreements."""

    formats = {"list": {"jsonld": LINKED, "html": "pages"}, "retrieve": {"jsonld": LINKED, "html": "page"}}
    list_page = "activities"
    required = READ | WRITE
    queryset = Activity.objects.none()
    serializer_class = ActivityRecord
    record_type, resource = "activity", "activities"
    filterset_class = ActivityFilter
    orders = BY_KEY | both("held", "day", date) | both("title", "folded")

    @property
    def expandable(self):
        return {
            "organizers": Organizations,
            "organizers.parent": Organizations,
            "counts_toward.commitment": Commitments,
        }

    def get_queryset(self):
        rows = queries.with_details(Activity.objects.visible_to(self.request.user), actor=self.request.user)
        return with_version(rows)

    def in_order(self, queryset, name):
        if name.endswith("held"):
            return by_first_day(queryset, "held", into="day")
        return by_words(queryset, "title", into="folded") if name.endswith("title") else queryset

    def label(self, row):
        return row.title

    def documents(self, rows):
        return [
            queries.read_activity(each)
            | {"version": each.version, "evidence": queries.read_evidence(each.evidence.all())}
            for each in rows
        ]

    def linked(self, document):
        return jsonld.activity(document)


@extend_schema_view(
    list=extend_schema(summary="Progress views"),
    retrieve=extend_schema(summary="One progress view"),
    create=SAID,
)
class ProgressViews(ProgressWrites, Endpoint):
    """What each party says of a commitment."""

    required = READ | {"create": Permission.PROGRESS_REPORT}
    queryset = ProgressView.objects.none()
    serializer_class = ProgressViewRecord
    record_type, resource = "progress_view", "progress-views"
    filterset_class = ProgressViewFilter
    orders = BY_KEY | both("said_on", "said_on", date)

    @property
    def expandable(self):
        return {"commitment": Commitments, "party": Parties, "party.organization": Organizations}

    def get_queryset(self):
        rows = ProgressView.objects.visible_to(self.request.user).select_related(
            "commitment__agreement", "party__organization"
        )
        return with_version(rows.prefetch_related("evidence"))

    def documents(self, rows):
        return [
            queries.read_view(each)
            | {"version": each.version, "evidence": queries.read_evidence(each.evidence.all())}
            for each in rows
        ]


class EvidenceFiles(Records):
    """The files that show that something took place."""

    required = {"retrieve": Permission.VIEW}
    queryset = EvidenceFile.objects.none()
    serializer_class = None
    pagination_class = None
    content_negotiation_class = Whatever

    def get_queryset(self):
        return EvidenceFile.objects.visible_to(self.request.user)

    @extend_schema(
        summary="The content of a file of evidence",
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
        strict_parameters(request, {"language"})
        return given(request, self.one(self.get_queryset()))

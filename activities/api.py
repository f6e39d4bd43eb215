"""Activities, progress views and the files behind them over the API."""

from datetime import date

from drf_spectacular.utils import extend_schema, extend_schema_view

from activities import queries
from activities.exports import jsonld
from activities.filters import ActivityFilter, ProgressViewFilter
from activities.models import Activity, EvidenceFile, ProgressView
from activities.shapes import ActivityRecord, ProgressViewRecord
from activities.writes import DESCRIBED, SAID, WRITE, ActivityWrites, ProgressWrites
from agreements.api.files import Files
from agreements.api.parts import Commitments, Parties
from audit.versions import with_version
from lib.endpoints import Endpoint
from lib.formats import LINKED
from lib.ordering import BY_KEY, both, both_days, by_words, first_day, last_of
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
    orders = BY_KEY | both_days("held", "day") | both("title", "folded", filled=True)

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
            return queryset.annotate(day=first_day("held", none=last_of(name)))
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
    orders = BY_KEY | both("said_on", "said_on", date, filled=True)

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


@extend_schema_view(retrieve=extend_schema(summary="The content of a file of evidence"))
class EvidenceFiles(Files):
    """The files that show that something took place."""

    queryset = EvidenceFile.objects.none()

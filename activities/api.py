"""Activities and progress views over the API."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from activities import queries
from activities.filters import ActivityFilter
from activities.models import Activity, ProgressView
from activities.shapes import ActivityShape, ProgressViewShape
from lib.endpoints import Endpoint
from organizations.permissions import Permission

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}


@extend_schema_view(list=extend_schema(summary="Activities"), retrieve=extend_schema(summary="One activity"))
class Activities(Endpoint):
    """What is planned, held or cancelled under agreements."""

    required = READ
    queryset = Activity.objects.none()
    serializer_class = ActivityShape
    filterset_class = ActivityFilter

    def get_queryset(self):
        return queries.with_details(Activity.objects.visible_to(self.request.user), actor=self.request.user)

    def documents(self, rows):
        return [queries.read_activity(each) for each in rows]


@extend_schema_view(
    list=extend_schema(summary="Progress views"), retrieve=extend_schema(summary="One progress view")
)
class ProgressViews(Endpoint):
    """What each party says of a commitment."""

    required = READ
    queryset = ProgressView.objects.none()
    serializer_class = ProgressViewShape

    def get_queryset(self):
        return ProgressView.objects.visible_to(self.request.user).select_related(
            "commitment__agreement", "party__organization"
        )

    def documents(self, rows):
        return [queries.read_view(each) for each in rows]

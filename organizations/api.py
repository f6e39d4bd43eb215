"""Organizations and people over the API."""

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.response import Response

from lib.endpoints import Endpoint, strict_parameters
from organizations import queries
from organizations.filters import OrganizationFilter
from organizations.models import Organization, Person
from organizations.permissions import Permission
from organizations.shapes import OrganizationShape, PersonShape

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
MOVED = OpenApiResponse(
    description="The record was merged into another: `Location` is where that is told, and the body names it."
)


class Mergeable(Endpoint):
    """Records that may be merged: the address of a merged one leads to the one that was kept."""

    reference = None

    def filtered(self, queryset):
        return super().filtered(queryset.filter(merged_into=None))

    def retrieve(self, request, *args, **kwargs):
        strict_parameters(request, {"language"})
        row = self.one(self.get_queryset())
        kept = queries.successor(row)
        if kept != row:
            return self.moved(type(self).reference(kept))
        return Response(self.documents([row])[0])


@extend_schema_view(
    list=extend_schema(summary="Organizations"),
    retrieve=extend_schema(summary="One organization", responses={200: OrganizationShape, 308: MOVED}),
)
class Organizations(Mergeable):
    """Bodies that can be party to an agreement, with their names and what sources say of them."""

    required = READ
    queryset = Organization.objects.none()
    serializer_class = OrganizationShape
    reference = queries.reference
    filterset_class = OrganizationFilter

    def get_queryset(self):
        return queries.with_profile(Organization.objects.visible_to(self.request.user))

    def documents(self, rows):
        return [queries.read_organization(each) for each in rows]


@extend_schema_view(
    list=extend_schema(summary="People"),
    retrieve=extend_schema(summary="One person", responses={200: PersonShape, 308: MOVED}),
)
class People(Mergeable):
    """Natural persons named in sources, with the offices they hold."""

    required = READ
    queryset = Person.objects.none()
    serializer_class = PersonShape
    reference = queries.person_reference

    def get_queryset(self):
        return queries.with_offices(Person.objects.visible_to(self.request.user))

    def documents(self, rows):
        return [queries.read_person(each) for each in rows]

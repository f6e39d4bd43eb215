"""Organizations and people over the API."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from lib.endpoints import Endpoint
from organizations import queries
from organizations.filters import OrganizationFilter
from organizations.models import Organization, Person
from organizations.permissions import Permission
from organizations.shapes import OrganizationShape, PersonShape

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}


@extend_schema_view(
    list=extend_schema(summary="Organizations"), retrieve=extend_schema(summary="One organization")
)
class Organizations(Endpoint):
    """Bodies that can be party to an agreement, with their names and what sources say of them."""

    required = READ
    queryset = Organization.objects.none()
    serializer_class = OrganizationShape
    filterset_class = OrganizationFilter

    def get_queryset(self):
        return queries.with_profile(Organization.objects.visible_to(self.request.user))

    def documents(self, rows):
        return [queries.read_organization(each) for each in rows]


@extend_schema_view(list=extend_schema(summary="People"), retrieve=extend_schema(summary="One person"))
class People(Endpoint):
    """Natural persons named in sources, with the offices they hold."""

    required = READ
    queryset = Person.objects.none()
    serializer_class = PersonShape

    def get_queryset(self):
        return queries.with_offices(Person.objects.visible_to(self.request.user))

    def documents(self, rows):
        return [queries.read_person(each) for each in rows]

"""The addresses of the API: every resource, its service document, its contract."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import viewsets
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from activities.api import Activities, ProgressViews
from activities.models import ActivityKind
from activities.shapes import VocabularyTerm
from agreements.api import endpoints
from agreements.api.files import SourceFiles
from agreements.models import AgreementKind, CommitmentKind, PartyRole, TargetGroup, Theme
from lib import languages
from lib.endpoints import strict_parameters
from organizations.api import Offices, Organizations, People
from organizations.models import OrganizationKind
from organizations.permissions import Permission

VOCABULARIES = {
    "activity-kinds": ActivityKind,
    "agreement-kinds": AgreementKind,
    "commitment-kinds": CommitmentKind,
    "organization-kinds": OrganizationKind,
    "party-roles": PartyRole,
    "target-groups": TargetGroup,
    "themes": Theme,
}


class Vocabularies(viewsets.GenericViewSet):
    """The short lists an administrator keeps: codes with labels in three languages."""

    required = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
    serializer_class = VocabularyTerm
    pagination_class = None
    lookup_value_regex = "[a-z-]+"

    @extend_schema(
        summary="Vocabularies",
        responses={200: {"type": "object", "additionalProperties": {"type": "string"}}},
    )
    def list(self, request):
        strict_parameters(request, {"language"})
        return Response(
            {name: f"{settings.PUBLIC_URL}{reverse('api-root')}vocabularies/{name}" for name in VOCABULARIES}
        )

    @extend_schema(
        operation_id="vocabularies_retrieve", summary="One vocabulary", responses=VocabularyTerm(many=True)
    )
    def retrieve(self, request, pk=None):
        strict_parameters(request, {"language"})
        if pk not in VOCABULARIES:
            raise NotFound
        return Response(
            [
                {
                    "code": each.code,
                    "label": each.label,
                    "labels": languages.texts(each, "label"),
                    "position": each.position,
                    "retired": each.retired,
                }
                for each in VOCABULARIES[pk].objects.order_by("position", "code")
            ]
        )


class Service(viewsets.ViewSet):
    """Where everything is."""

    required = {"list": Permission.VIEW}

    @extend_schema(
        summary="Service document",
        responses={200: {"type": "object", "additionalProperties": {"type": "string"}}},
    )
    def list(self, request):
        strict_parameters(request, {"language"})
        root = f"{settings.PUBLIC_URL}{reverse('api-root')}"
        return Response(
            {name: f"{root}{name}" for name, _view, _base in router.registry}
            | {"openapi": f"{root}openapi.json"}
        )


class Contract(SpectacularAPIView):
    """The OpenAPI 3.1 document of this API; open to everybody, it holds no data."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [OpenApiJsonRenderer]


router = SimpleRouter()
router.trailing_slash = "/?"  # both …/agreements and …/agreements/ answer
for name, view in {
    "agreements": endpoints.Agreements,
    "parties": endpoints.Parties,
    "groups": endpoints.Groups,
    "objectives": endpoints.Objectives,
    "commitments": endpoints.Commitments,
    "statements": endpoints.Statements,
    "advantages": endpoints.Advantages,
    "open-questions": endpoints.Questions,
    "events": endpoints.Events,
    "links": endpoints.Links,
    "programmes": endpoints.Programmes,
    "sources": endpoints.Sources,
    "citations": endpoints.Citations,
    "organizations": Organizations,
    "people": People,
    "offices": Offices,
    "activities": Activities,
    "progress-views": ProgressViews,
    "vocabularies": Vocabularies,
}.items():
    router.register(name, view, basename=f"api-{name}")

# Contents: no resource of the service document, as nothing lists them; each is told by the record it belongs to.
contents = SimpleRouter()
contents.trailing_slash = "/?"
contents.register("source-files", SourceFiles, basename="api-source-files")

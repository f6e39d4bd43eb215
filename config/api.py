"""The addresses of the API: every resource, its service document, its contract."""

from django.conf import settings
from django.urls import path, reverse
from django.utils import translation
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import viewsets
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from activities.api import EvidenceFiles, ProgressViews
from activities.shapes import VocabularyTerm
from agreements.api import endpoints, parts
from agreements.api.files import SourceFiles
from agreements.api.history import History
from config.service import Me, Service
from config.terms import VOCABULARIES, Terms, read_term
from exchange.api import batch, identifiers, tables
from exchange.api.changes import Changes
from exchange.api.jobs import Exports, Imports, Jobs
from exchange.api.search import Search
from exchange.api.webhooks import WebhookEndpoints
from lib.endpoints import Spoken, strict_parameters
from organizations.api import Offices
from organizations.permissions import Permission


class Vocabularies(Spoken, viewsets.GenericViewSet):
    """The short lists an administrator keeps: codes with labels in three languages."""

    required = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
    serializer_class = VocabularyTerm
    pagination_class = None
    lookup_value_regex = "[a-z-]+"

    @extend_schema(
        operation_id="vocabularies_list",
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
        return Response([read_term(each) for each in VOCABULARIES[pk].objects.order_by("position", "code")])


class Contract(SpectacularAPIView):
    """The OpenAPI 3.1 document of this API; open to everybody, it holds no data."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(
        operation_id="contract",
        summary="The contract: this document",
        responses={200: {"type": "object", "additionalProperties": {}}},
    )
    def get(self, request, *args, **kwargs):
        with translation.override("en"):  # a contract does not change with its reader
            return super().get(request, *args, **kwargs)


router = SimpleRouter()
router.trailing_slash = "/?"  # both …/agreements and …/agreements/ answer
for name, view in {
    "agreements": tables.Agreements,
    "parties": tables.Parties,
    "signatories": parts.Signatories,
    "groups": parts.Groups,
    "objectives": parts.Objectives,
    "commitments": tables.Commitments,
    "statements": parts.Statements,
    "advantages": parts.Advantages,
    "open-questions": parts.Questions,
    "events": parts.Events,
    "amendments": parts.Amendments,
    "links": parts.Links,
    "programmes": endpoints.Programmes,
    "sources": endpoints.Sources,
    "citations": endpoints.Citations,
    "organizations": tables.TabledOrganizations,
    "people": tables.TabledPeople,
    "offices": Offices,
    "activities": tables.TabledActivities,
    "progress-views": ProgressViews,
    "vocabularies": Vocabularies,
    "changes": Changes,
    "jobs": Jobs,
    "webhook-endpoints": WebhookEndpoints,
}.items():
    router.register(name, view, basename=f"api-{name}")
Service.resources = tuple(name for name, _view, _base in router.registry)

# What nothing lists: each is told by the record it belongs to, or by the service document itself.
contents = SimpleRouter()
contents.trailing_slash = "/?"
for name, address, view in (
    ("source-files", "source-files", SourceFiles),
    ("evidence-files", "evidence-files", EvidenceFiles),
    ("terms", "vocabularies/(?P<vocabulary>[a-z-]+)", Terms),
    ("history", "agreements/(?P<agreement>[0-9a-fA-F-]{36})/history", History),
    ("search", "search", Search),
    ("me", "me", Me),
    ("imports", "imports", Imports),
    ("exports", "exports", Exports),
):
    contents.register(address, view, basename=f"api-{name}")
for name, view in {
    "organizations": batch.BatchOfOrganizations,
    "people": batch.BatchOfPeople,
    "agreements": batch.BatchOfAgreements,
    "activities": batch.BatchOfActivities,
}.items():
    contents.register(f"batch/{name}", view, basename=f"api-batch-{name}")

# Records by the numbers they have in other registers: a number may hold slashes.
numbers = [
    path(
        f"identifiers/{name}/<str:scheme>/<path:value>",
        view.as_view({"get": "retrieve", "put": "update"}),
        name=f"api-identifiers-{name}",
    )
    for name, view in {
        "organizations": identifiers.IdentifiedOrganizations,
        "agreements": identifiers.IdentifiedAgreements,
    }.items()
]

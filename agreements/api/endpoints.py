"""Agreements and their parts over the API."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from agreements import services, shapes
from agreements.filters import AgreementFilter, CommitmentFilter
from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    Citation,
    Commitment,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Programme,
    Source,
    Statement,
)
from agreements.queries import dossier, duplicates, listing, newer, versions
from lib import addresses
from lib.endpoints import Endpoint, strict_parameters
from organizations.permissions import Permission

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
EXPAND = OpenApiParameter(
    "expand",
    OpenApiTypes.STR,
    enum=["proof"],
    description="`proof`: quotes at every fact, and the records leaned on.",
)
CLOCKS = [
    OpenApiParameter(
        "in_force_on",
        OpenApiTypes.DATE,
        description="The legal state as of this day; today's, or that of `known_on`, when left out.",
    ),
    OpenApiParameter(
        "known_on",
        OpenApiTypes.DATE,
        description="The record as the registry knew it at the end of this day (UTC).",
    ),
    OpenApiParameter(
        "version", OpenApiTypes.INT, description="The record right after it came to this version."
    ),
]


def described(name: str, one: str):
    """The summaries of a resource in the OpenAPI document."""
    return extend_schema_view(list=extend_schema(summary=name), retrieve=extend_schema(summary=one))


@extend_schema_view(
    list=extend_schema(summary="Agreements", parameters=[EXPAND]),
    retrieve=extend_schema(
        summary="One agreement, whole, as it is or as it was known", parameters=[EXPAND, *CLOCKS]
    ),
    create=extend_schema(
        summary="Register an agreement",
        description="Takes the whole dossier: facts, sources, citations, questions. All of it is entered, or nothing.",
        request=shapes.DossierShape,
        responses={
            201: shapes.DossierShape,
            422: OpenApiResponse(description="A rule of the registry is broken."),
        },
    ),
)
class Agreements(Endpoint):
    """Agreements between organizations, as their sources tell them."""

    required = READ | {"create": Permission.REGISTER, "sources": Permission.VIEW}
    queryset = Agreement.objects.none()
    serializer_class = shapes.DossierShape
    filterset_class = AgreementFilter
    page_key = "number"
    page_descending = True
    list_parameters = item_parameters = frozenset({"expand"})

    def get_queryset(self):
        return Agreement.objects.visible_to(self.request.user)

    def filtered(self, queryset):
        filters = AgreementFilter(
            self.request.query_params, queryset=queryset, on=timezone.localdate(), actor=self.request.user
        )
        if not filters.is_valid():
            raise ValidationError({name: list(messages) for name, messages in filters.errors.items()})
        name = filters.asked_order
        _label, self.page_order, self.page_descending = listing.ORDERS[name]
        found = listing.in_order(filters.qs, name, on=filters.on, actor=filters.actor, asked=filters.asked)
        return self.with_facts(found)

    def with_facts(self, queryset, *, on: date | None = None):
        readable = Agreement.objects.visible_to(self.request.user)
        queryset = dossier.with_facts(queryset, on=on or timezone.localdate(), readable=readable)
        return dossier.with_citations(queryset) if self.proof else queryset

    @property
    def proof(self) -> bool:
        asked = self.request.query_params.get("expand", "")
        if asked not in {"", "proof"}:
            raise ValidationError({"expand": ["proof"]}, code="unknown_expand")
        return asked == "proof"

    def documents(self, rows):
        return [dossier.read(each, proof=self.proof) for each in rows]

    def retrieve(self, request, *args, **kwargs):
        try:
            return self.read(request)
        except NotFound:
            kept = duplicates.kept_for(kwargs["pk"], actor=request.user)
            if kept is None:
                raise
        return self.moved(addresses.reference("agreement", "agreements", kept.pk, kept.title))

    def read(self, request) -> Response:
        strict_parameters(request, {"language", "expand", *versions.PARAMETERS})
        now = timezone.now()
        clocks = versions.read_clocks(request.query_params, now=now)
        if clocks.errors:
            raise ValidationError({name: [message] for name, message in clocks.errors.items()})
        if not clocks.is_past:
            return self.answer(self.one(self.with_facts(self.get_queryset(), on=clocks.on())))
        agreement = self.one(self.get_queryset())
        at = versions.moment(agreement, clocks, now=now)
        document = at and versions.document(
            agreement, at, on=clocks.on(at), actor=request.user, proof=self.proof
        )
        if document is None:
            raise NotFound(_("The registry showed no such record to you then, or does not remember it."))
        return Response(document)  # without an ETag: nobody can change the past

    def answer(self, agreement: Agreement, *, status: int = 200, proof: bool | None = None) -> Response:
        document = dossier.read(agreement, proof=self.proof if proof is None else proof)
        return Response(
            document,
            status=status,
            headers={"ETag": f'"{agreement.version}-{self.request.LANGUAGE_CODE}"'}
            | ({"Location": document["url"]} if status == 201 else {}),
        )

    def create(self, request, *args, **kwargs):
        strict_parameters(request, {"language"})
        agreement = services.register(request.data, by=request.user)
        entered = Agreement.objects.filter(pk=agreement.pk)
        readable = Agreement.objects.visible_to(request.user)
        facts = dossier.with_facts(entered, on=timezone.localdate(), readable=readable)
        return self.answer(dossier.with_citations(facts).get(), status=201, proof=True)

    @extend_schema(summary="The sources of an agreement", responses=shapes.SourceShape(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def sources(self, request, pk=None):
        strict_parameters(request, {"language"})
        agreement = self.one(
            self.get_queryset().prefetch_related(
                "source_links__source__noise", "source_links__source__files", "source_links__source__newer"
            )
        )
        links = sorted(agreement.source_links.all(), key=lambda each: (each.position, each.pk))
        return Response([dossier.read_whole_source(each.source) for each in links])


class Part(Endpoint):
    """A resource whose rows are parts of agreements: read with their agreement, a fixed number of queries a page."""

    required = READ
    model = None
    member = ""

    def get_queryset(self):
        return self.model.objects.filter(agreement__in=Agreement.objects.visible_to(self.request.user))

    def documents(self, rows):
        wanted = Agreement.objects.filter(pk__in={each.agreement_id for each in rows})
        readable = Agreement.objects.visible_to(self.request.user)
        agreements = dossier.with_facts(wanted, on=timezone.localdate(), readable=readable)
        parts = {}
        for agreement in agreements:
            owner = addresses.reference("agreement", "agreements", agreement.pk, agreement.title)
            for part in dossier.read(agreement)[self.member]:
                parts[part["id"]] = part | {"agreement": owner}
        return [parts[str(each.pk)] for each in rows]


@described("Parties", "One party")
class Parties(Part):
    """Organizations in agreements."""

    model, member = Party, "parties"
    queryset = Party.objects.none()
    serializer_class = shapes.PartyShape


@described("Named groups", "One named group")
class Groups(Part):
    """Target groups as sources name them."""

    model, member = NamedGroup, "groups"
    queryset = NamedGroup.objects.none()
    serializer_class = shapes.GroupShape


@described("Objectives", "One objective")
class Objectives(Part):
    """What agreements aim at."""

    model, member = Objective, "objectives"
    queryset = Objective.objects.none()
    serializer_class = shapes.ObjectiveShape


@described("Commitments", "One commitment")
class Commitments(Part):
    """What parties undertake, by debtor and by beneficiary."""

    model, member = Commitment, "commitments"
    queryset = Commitment.objects.none()
    serializer_class = shapes.CommitmentShape
    filterset_class = CommitmentFilter


@described("Statements", "One statement")
class Statements(Part):
    """What was said about agreements; it binds nobody."""

    model, member = Statement, "statements"
    queryset = Statement.objects.none()
    serializer_class = shapes.StatementShape


@described("Advantages", "One advantage")
class Advantages(Part):
    """Benefits claimed for agreements; nobody's commitments."""

    model, member = Advantage, "advantages"
    queryset = Advantage.objects.none()
    serializer_class = shapes.AdvantageShape


@described("Open questions", "One open question")
class Questions(Part):
    """Recorded doubts with their competing readings."""

    model, member = OpenQuestion, "questions"
    queryset = OpenQuestion.objects.none()
    serializer_class = shapes.QuestionShape


@described("Lifecycle events", "One lifecycle event")
class Events(Part):
    """Suspensions, resumptions, terminations and renewals."""

    model, member = LifecycleEvent, "events"
    queryset = LifecycleEvent.objects.none()
    serializer_class = shapes.EventShape


@described("Links between agreements", "One link")
class Links(Part):
    """How agreements stand to each other."""

    model, member = AgreementLink, "links"
    queryset = AgreementLink.objects.none()
    serializer_class = shapes.LinkShape

    def get_queryset(self):
        # Both ends must be readable: a link would name the other agreement.
        return super().get_queryset().filter(to__in=Agreement.objects.visible_to(self.request.user))


@described("Programmes", "One programme")
class Programmes(Endpoint):
    """Public frameworks that agreements are placed under; never parties."""

    required = READ
    queryset = Programme.objects.none()
    serializer_class = shapes.ProgrammeShape

    def get_queryset(self):
        return Programme.objects.all()

    def documents(self, rows):
        return [dossier.read_programme(each) for each in rows]


@extend_schema_view(
    list=extend_schema(summary="Sources"),
    retrieve=extend_schema(summary="One source, with its text"),
)
class Sources(Endpoint):
    """The texts that facts are taken from."""

    required = READ | {"citations": Permission.VIEW}
    queryset = Source.objects.none()
    serializer_class = shapes.SourceShape

    def get_queryset(self):
        return Source.objects.visible_to(self.request.user).prefetch_related("noise", "files", "newer")

    def documents(self, rows):
        return [dossier.read_whole_source(each) for each in rows]

    @extend_schema(summary="The citations taken from a source", responses=shapes.CitationShape(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def citations(self, request, pk=None):
        strict_parameters(request, {"language"})
        source = self.one(Source.objects.visible_to(request.user))
        cited = Citation.objects.visible_to(request.user).filter(source=source).order_by("start", "end", "pk")
        newest = newer.newest([source.pk])
        return Response([dossier.read_citation(each, newest) for each in cited])


@described("Citations", "One citation")
class Citations(Endpoint):
    """Exact quotes, each proving one fact."""

    required = READ
    queryset = Citation.objects.none()
    serializer_class = shapes.CitationShape

    def get_queryset(self):
        return Citation.objects.visible_to(self.request.user)

    def documents(self, rows):
        newest = newer.newest({each.source_id for each in rows})
        return [dossier.read_citation(each, newest) for each in rows]

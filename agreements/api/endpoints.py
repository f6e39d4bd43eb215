"""Agreements and their parts over the API."""

from datetime import date
from functools import cached_property
from uuid import UUID

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from agreements import shapes
from agreements.api import programmes
from agreements.api.formats import InOtherFormats
from agreements.api.part_writes import CitationWrites, PartWrites
from agreements.api.writes import LIFE, WRITE, AgreementWrites, added, patched, removed
from agreements.filters import AgreementFilter
from agreements.filters import parts as filters
from agreements.models import (
    Agreement,
    Citation,
    Programme,
    Source,
)
from agreements.queries import dossier, duplicates, listing, newer, quoted, rendered, search, versions
from audit.versions import with_version
from lib import addresses, json_text, shaping
from lib.contract import MOVED, MOVED_TO
from lib.endpoints import Endpoint, strict_parameters
from lib.filtering import asking
from lib.ordering import BY_KEY, both, both_days, by_words, first_day, last_of
from lib.pages import OnPages
from organizations.api import Organizations, People
from organizations.permissions import Permission

READ = {"list": Permission.VIEW, "retrieve": Permission.VIEW}
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
    """The summaries of a resource in the OpenAPI document, of its writes too where it has some."""

    def on(view):
        told = {"list": extend_schema(summary=name), "retrieve": extend_schema(summary=one)}
        if issubclass(view, PartWrites):
            shape, one_of_them = view.serializer_class, one[0].lower() + one[1:]
            told["create"] = added(f"Add {one_of_them}", shape, view.new_shape or shape)
            told["partial_update"] = patched(f"Change {one_of_them}", shape)
            # What is left of the dossier has to keep the rules: a fact has its proof, an agreement two parties.
            told["destroy"] = removed(f"Take {one_of_them} out", 422)
        return extend_schema_view(**told)(view)

    return on


@extend_schema_view(
    list=extend_schema(summary="Agreements"),
    retrieve=extend_schema(
        summary="One agreement, whole, as it is or as it was known",
        parameters=[*CLOCKS, MOVED_TO],
        responses={200: shapes.DossierShape} | MOVED,
    ),
    create=extend_schema(
        summary="Register an agreement",
        description="Takes the whole dossier: facts, sources, citations, questions. All of it is entered, or nothing.",
        request=shapes.DossierShape,
        responses={201: shapes.DossierShape},
    ),
    partial_update=patched("Change an agreement", shapes.DossierShape),
    destroy=removed("Take a draft out"),
)
class Agreements(InOtherFormats, AgreementWrites, Endpoint):
    """Agreements between organizations, as their sources tell them."""

    required = READ | WRITE | LIFE | {"sources": Permission.VIEW}
    queryset = Agreement.objects.none()
    serializer_class = shapes.DossierShape
    record_type, resource = "agreement", "agreements"
    filterset_class = AgreementFilter
    goes_with = {"party": ("party_scope",), "linked_to": ("link_kind",)}
    page_key = "number"
    page_descending = True
    orders = {name: order for name, (_label, order, _falling) in listing.ORDERS.items()}
    more = ("proof",)
    item_parameters = frozenset(versions.PARAMETERS)

    @property
    def expandable(self):
        return {
            "programme": Programmes,
            "parties.organization": Organizations,
            "parties.organization.parent": Organizations,
            "parties.signatories.person": People,
            "groups.of_organization": Organizations,
            "links.agreement": AgreementsPointedAt,
        }

    def get_queryset(self):
        return Agreement.objects.visible_to(self.request.user)

    def filters(self, query, queryset):
        filters = asking(AgreementFilter, frozenset(query), AgreementFilter.TOGETHER)
        return filters(query, queryset=queryset, on=timezone.localdate(), actor=self.request.user)

    def in_order(self, queryset, name):
        asked = None
        if name == "relevance":
            words = self.request.query_params.get("q")
            if not words:
                message = _("Nothing is relevant where no words are asked for: give “q” too.")
                raise ValidationError({"order": [message]}, code="needs_words")
            asked = search.ask(words, readable=self.get_queryset())
        return listing.in_order(queryset, name, on=timezone.localdate(), actor=self.request.user, asked=asked)

    def detailed(self, queryset):
        return self.with_facts(queryset)

    def ready(self, queryset):
        return queryset if self.is_rendered else super().ready(queryset)

    def rows_of_page(self):
        if not self.is_rendered or self.page_order:
            return super().rows_of_page()
        # By number: what is asked most, and needs no query to be built where nothing narrows it, or what did before.
        listed = rendered.EVERYTHING
        plain, negated = self.split
        if negated:
            return super().rows_of_page()
        if plain:
            filters = self.understood(self.get_queryset(), plain)
            if (said := filters.settled) is None:
                return self.paginate_queryset(filters.qs)
            listed = rendered.Listed(said, filters.narrowed)
        here, actor = self.paginator.asked(Agreement, self.request, self), self.request.user
        found = rendered.page(here, listed, actor=actor, on=timezone.localdate())
        return self.paginator.found(
            here, found, number=lambda most: rendered.number(listed, most, actor=actor)
        )

    def fetched(self, place, queryset):
        if not self.is_rendered:
            return super().fetched(place, queryset)
        return rendered.lines(place.rows(queryset), on=timezone.localdate())

    @cached_property
    def is_rendered(self) -> bool:
        """Whether what is asked for stands in the texts that are kept: the whole of today, and nothing beside it."""
        wanted, query = self.wanted, self.request.query_params
        return (
            self.action in READ
            and self.format == "json"
            and not (wanted.brief or wanted.expand or "in_force_on" in query)
        )

    def shaped(self, rows):
        if not self.is_rendered:
            return super().shaped(rows)
        texts = rendered.texts(rows, actor=self.request.user, on=timezone.localdate())
        if rows and not texts:
            raise self.absent()  # not any more
        if self.wanted.fields or self.wanted.omit:
            return [self.wanted.shape(json_text.loads(each)) for each in texts]
        return [json_text.Written(each) for each in texts]

    def line(self) -> rendered.Line:
        """The agreement of the address; what the actor may not see is not there."""
        found = rendered.one(UUID(self.kwargs["pk"]), actor=self.request.user, on=timezone.localdate())
        if found is None:
            raise self.absent()
        return found

    def with_facts(self, queryset, *, on: date | None = None):
        readable = Agreement.objects.visible_to(self.request.user)
        queryset = dossier.with_facts(queryset, on=on or timezone.localdate(), readable=readable)
        return dossier.with_citations(queryset) if self.proof else queryset

    @property
    def proof(self) -> bool:
        return "proof" in self.wanted.expand

    def label(self, row):
        return row.title

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
        strict_parameters(request, shaping.PARAMETERS | self.item_parameters)
        now = timezone.now()
        clocks = versions.read_clocks(request.query_params, now=now)
        if clocks.errors:
            raise ValidationError({name: [message] for name, message in clocks.errors.items()})
        wanted = self.wanted
        if not clocks.is_past:
            if self.is_rendered:
                return self.told_of(self.line())
            today = self.get_queryset()
            return self.answered(today if wanted.brief else self.with_facts(today, on=clocks.on()))
        if wanted.brief or set(wanted.expand) - set(self.more):
            message = _(
                "Of the past there is the agreement alone: leave out “brief”, and of “expand” all but proof."
            )
            raise ValidationError({"expand": [message]}, code="excludes")
        agreement = self.one(self.get_queryset())
        at = versions.moment(agreement, clocks, now=now)
        document = at and versions.document(
            agreement, at, on=clocks.on(at), actor=request.user, proof=self.proof
        )
        if document is None:
            raise NotFound(_("The registry showed no such record to you then, or does not remember it."))
        return Response(wanted.shape(document))  # without an ETag: nobody can change the past

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
        return Response([quoted.read_whole_source(each.source) for each in links])


class AgreementsPointedAt(Agreements):
    """Agreements in the place of references to them."""

    serializer_class = shapes.PointedAt

    def documents(self, rows):
        known = shaping.members(self.serializer_class)
        return [
            {name: told for name, told in document.items() if name in known}
            for document in super().documents(rows)
        ]


@extend_schema_view(**programmes.DESCRIBED)
@described("Programmes", "One programme")
class Programmes(programmes.ProgrammeWrites, Endpoint):
    """Public frameworks that agreements are placed under; never parties."""

    required = READ | programmes.WRITE
    queryset = Programme.objects.none()
    serializer_class = shapes.ProgrammeRecord
    record_type, resource = "programme", "programmes"
    filterset_class = filters.ProgrammeFilter
    orders = BY_KEY | both("name", "folded")

    def get_queryset(self):
        return with_version(Programme.objects.all())

    def in_order(self, queryset, name):
        return by_words(queryset, "name", into="folded") if name.endswith("name") else queryset

    def label(self, row):
        return row.name

    def documents(self, rows):
        return [dossier.read_programme(each) | {"version": each.version} for each in rows]


@extend_schema_view(
    list=extend_schema(summary="Sources"),
    retrieve=extend_schema(summary="One source, with its text"),
)
class Sources(OnPages, Endpoint):
    """The texts that facts are taken from."""

    formats = {"retrieve": {"html": "page"}}
    required = READ | {"citations": Permission.VIEW}
    queryset = Source.objects.none()
    serializer_class = shapes.SourceRecord
    record_type, resource = "source", "sources"
    filterset_class = filters.SourceFilter
    orders = BY_KEY | both_days("published", "day")

    def get_queryset(self):
        rows = Source.objects.visible_to(self.request.user).prefetch_related("noise", "files", "newer")
        return with_version(rows)

    def in_order(self, queryset, name):
        if not name.endswith("published"):
            return queryset
        return queryset.annotate(day=first_day("published", none=last_of(name)))

    def documents(self, rows):
        return [quoted.read_whole_source(each) | {"version": each.version} for each in rows]

    @extend_schema(summary="The citations taken from a source", responses=shapes.CitationRecord(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def citations(self, request, pk=None):
        strict_parameters(request, {"language"})
        source = self.one(Source.objects.visible_to(request.user))
        cited = Citation.objects.visible_to(request.user).filter(source=source).select_related("agreement")
        newest = newer.newest([source.pk])
        return Response([read_citation(each, newest) for each in cited.order_by("start", "end", "pk")])


@described("Citations", "One citation")
class Citations(CitationWrites, Endpoint):
    """Exact quotes, each proving one fact."""

    required = READ | WRITE
    queryset = Citation.objects.none()
    serializer_class = shapes.CitationRecord
    new_shape = shapes.NewCitation
    record_type, resource = "citation", "citations"
    filterset_class = filters.CitationFilter

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt}

    def get_queryset(self):
        return Citation.objects.visible_to(self.request.user).select_related("agreement")

    def version(self, row):
        return row.agreement.version

    def label(self, row):
        return Truncator(row.quote).chars(80)

    def documents(self, rows):
        newest = newer.newest({each.source_id for each in rows})
        return [read_citation(each, newest) for each in rows]


def read_citation(row: Citation, newest) -> dict:
    """The citation as CitationRecord has it. `newest` is what `newer.newest` answers."""
    return quoted.read_citation(row, newest) | {
        "type": "citation",
        "url": addresses.api("citations", row.pk),
        "version": row.agreement.version,
        "agreement": addresses.reference("agreement", "agreements", row.agreement_id, row.agreement.title),
    }

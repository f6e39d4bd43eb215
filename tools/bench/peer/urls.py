"""What the peer answers: the same questions at the addresses of a plain router."""

from django.shortcuts import render
from django.urls import include, path
from rest_framework import mixins, pagination, viewsets
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter

from agreements.models import Agreement
from tools.bench.peer.serializers import PARTS, AgreementSerializer, NewAgreement

WHOLE = (
    "parties__organization",
    "parties__signatories__person",
    "commitments__debtor_links",
    "commitments__beneficiary_links",
    "questions__readings",
    *PARTS,
)
VISIBLE = {
    "duplicate_of": None,
    "editorial_state": "published",
    "confidentiality__in": ["public", "partners"],
}


class Pages(pagination.LimitOffsetPagination):
    """Limit and offset, with its exact count: what one gets without asking."""

    default_limit = 50


class Agreements(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    pagination_class = Pages

    def get_serializer_class(self):
        return NewAgreement if self.action == "create" else AgreementSerializer

    def get_queryset(self):
        found = Agreement.objects.filter(**VISIBLE).order_by("-number").prefetch_related(*WHOLE)
        asked = self.request.query_params
        if "kind" in asked:
            found = found.filter(kind=asked["kind"], source_language=asked["source_language"])
            found = found.filter(signed_range__overlap=(asked["signed_from"], None))
        if "party" in asked:
            found = found.filter(parties__organization=asked["party"])
        if "after" in asked:
            found = found.filter(number__gt=asked["after"]).order_by("number")
        if "search" in asked:
            found = found.filter(title_fr__icontains=asked["search"])
        return found


class Uncounted(Agreements):
    """The list without a count, as whoever has met a large table writes it."""

    pagination_class = None

    def list(self, request):
        limit = int(request.query_params.get("limit", 50))
        return Response({"results": self.get_serializer(self.get_queryset()[:limit], many=True).data})


def page(request):
    """Fifty agreements with their parties, as the tutorial writes it."""
    return render(
        request, "list.html", {"agreements": Agreement.objects.filter(**VISIBLE).order_by("-number")[:50]}
    )


router = DefaultRouter(trailing_slash=False)
router.register("agreements", Agreements, "agreements")
router.register("uncounted", Uncounted, "uncounted")
urlpatterns = [path("", include(router.urls)), path("page", page)]

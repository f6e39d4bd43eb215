"""Webhooks over the API: where an organization's systems are told of changes, and what they were told."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from audit import versions
from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import webhooks as queries
from exchange.services import webhooks as services
from exchange.shapes.webhooks import (
    NewWebhookEndpointShape,
    WebhookDeliveryShape,
    WebhookEndpointShape,
)
from lib.contract import ETAG, IDEMPOTENCY_KEY, IF_MATCH, problems
from lib.endpoints import Endpoint, strict_parameters
from lib.problems import Refused, pointed
from lib.writing import MERGE_PATCH, Changes, Creates, Removes
from organizations.permissions import Permission

ACTIONS = (
    "list",
    "retrieve",
    "create",
    "partial_update",
    "destroy",
    "rotate_secret",
    "test",
    "deliveries",
    "redeliver",
)


@extend_schema_view(
    list=extend_schema(summary="Webhooks of one's organization"),
    retrieve=extend_schema(summary="One webhook"),
    create=extend_schema(
        summary="Add a webhook",
        description="It is told of what happens from now on. `secret` is in this answer and nowhere else.",
        parameters=[IDEMPOTENCY_KEY, ETAG],
        request=WebhookEndpointShape,
        responses={201: NewWebhookEndpointShape} | problems(409, 415, 422),
    ),
    partial_update=extend_schema(
        summary="Change a webhook",
        description="One that is switched on again goes on where it stopped.",
        parameters=[IF_MATCH, ETAG],
        request={MERGE_PATCH: WebhookEndpointShape, "application/json": WebhookEndpointShape},
        responses={200: WebhookEndpointShape} | problems(412, 415, 422, 428),
    ),
    destroy=extend_schema(
        summary="Remove a webhook, with what was still to be told to it",
        parameters=[IF_MATCH],
        responses={204: None} | problems(412, 428),
    ),
)
class WebhookEndpoints(Creates, Changes, Removes, Endpoint):
    """Addresses that are told of changes. Tokens need the scope `webhooks:manage`."""

    required = dict.fromkeys(ACTIONS, Permission.WEBHOOKS)
    queryset = WebhookEndpoint.objects.none()
    serializer_class = WebhookEndpointShape
    record_type, resource = "webhook_endpoint", "webhook-endpoints"

    def get_queryset(self):
        return versions.with_version(WebhookEndpoint.objects.visible_to(self.request.user))

    def documents(self, rows):
        return [queries.document(each, each.version) for each in rows]

    def since(self, row, version):
        return versions.changed_since(row.pk, version)

    def create(self, request, *args, **kwargs):
        strict_parameters(request, self.write_parameters)
        row, secret = services.add(**_wanted(self.sent(request)), by=request.user)
        document = queries.document(row, versions.version_of(row.pk)) | {"secret": secret}
        row.version = document["version"]
        headers = {"ETag": self.tag(row), "Location": document["address"], "Cache-Control": "no-store"}
        return _unkept(Response(document, status=201, headers=headers))

    def change(self, row, document):
        return services.change(row.pk, **_wanted(document), by=self.request.user)

    def remove(self, row, reason):
        services.remove(row.pk, by=self.request.user)

    @extend_schema(
        summary="Draw a new secret",
        description="It is in this answer and nowhere else. For 24 hours the one before it signs too.",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: NewWebhookEndpointShape} | problems(409),
    )
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request, pk=None):
        strict_parameters(request, set())
        row, secret = services.rotate(self.one(self.get_queryset()).pk, by=request.user)
        document = queries.document(row, versions.version_of(row.pk)) | {"secret": secret}
        return _unkept(Response(document, headers={"Cache-Control": "no-store"}))

    @extend_schema(
        summary="Send a ping",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: WebhookDeliveryShape} | problems(409, 422),
    )
    @action(detail=True, methods=["post"])
    def test(self, request, pk=None):
        strict_parameters(request, set())
        delivery = services.test(self.one(self.get_queryset()).pk, by=request.user)
        return Response(queries.delivery_document(delivery), status=202)

    @extend_schema(
        summary="What a webhook was told, the newest first",
        operation_id="webhook_endpoints_deliveries",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=WebhookDelivery.State.values)],
        responses=WebhookDeliveryShape(many=True),
        filters=False,
    )
    @action(detail=True, serializer_class=WebhookDeliveryShape)
    def deliveries(self, request, pk=None):
        strict_parameters(request, {"state", "page_size", "cursor", "count"})
        found = WebhookDelivery.objects.filter(endpoint=self.one(self.get_queryset()))
        if (state := request.query_params.get("state")) is not None:
            if state not in WebhookDelivery.State.values:
                raise ValidationError({"state": [", ".join(WebhookDelivery.State.values)]})
            found = found.filter(state=state)
        self.page_descending = True
        rows = self.paginate_queryset(found)
        return self.get_paginated_response([queries.delivery_document(each) for each in rows])

    page_order = None

    @property
    def page_bound(self):
        return f"{super().page_bound}{self.kwargs.get('pk', '')}"

    @extend_schema(
        summary="Send a delivery again, under the same webhook-id",
        parameters=[
            IDEMPOTENCY_KEY,
            OpenApiParameter("delivery", OpenApiTypes.INT, OpenApiParameter.PATH),
        ],
        request=None,
        responses={202: WebhookDeliveryShape} | problems(409, 422),
    )
    @action(detail=True, methods=["post"], url_path=r"deliveries/(?P<delivery>[0-9]{1,18})/redeliver")
    def redeliver(self, request, pk=None, delivery=""):
        strict_parameters(request, set())
        found = WebhookDelivery.objects.filter(
            endpoint=self.one(self.get_queryset()), pk=int(delivery)
        ).first()
        if found is None:
            raise NotFound(_("There is no such record, or you may not read it."))
        return Response(queries.delivery_document(services.redeliver(found.pk, by=request.user)), status=202)


def _wanted(document) -> dict:
    """What the services take of a document. Raises Refused where its form is wrong."""
    shape = WebhookEndpointShape(data=document)
    if not shape.is_valid():
        raise Refused(list(pointed(shape.errors)))
    told = shape.validated_data
    names = ("url", "events", "label", "active")
    return {name: told[name] for name in names} | {"party": (told.get("filter") or {}).get("party")}


def _unkept(response: Response) -> Response:
    """An answer with a secret: that it was given is kept with its Idempotency-Key, what it was is not."""
    response.keep = False
    return response

"""What a caller asks first: where everything is, and who it is taken for."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from lib import languages
from lib.endpoints import Spoken, strict_parameters
from lib.formats import FORMATS
from lib.keyset import LARGEST_PAGE, PAGE_SIZE
from lib.shapes import Reference
from organizations import queries
from organizations.models import ApiToken, User
from organizations.permissions import Permission, Role


class FormatShape(serializers.Serializer):
    """A format: its name in `format`, and its media type."""

    format = serializers.CharField()
    type = serializers.CharField()


class PagesShape(serializers.Serializer):
    """How many results a page of a list has."""

    usual = serializers.IntegerField()
    largest = serializers.IntegerField()


class LimitsShape(serializers.Serializer):
    """How often one may ask."""

    requests_in_a_minute = serializers.DictField(child=serializers.IntegerField())
    page_size = PagesShape()


@extend_schema_serializer(many=False)
class ServiceShape(serializers.Serializer):
    """What is offered, and where."""

    name = serializers.CharField()
    version = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    formats = FormatShape(many=True)
    limits = LimitsShape()
    resources = serializers.DictField(child=serializers.URLField())
    links = serializers.DictField(child=serializers.URLField())


@extend_schema_serializer(many=False)
class MeShape(serializers.Serializer):
    """Who the caller is taken for. What a token has and an account has not is null, and the other way round."""

    type = serializers.ChoiceField(choices=["token", "account", "anonymous"])
    id = serializers.UUIDField(allow_null=True)
    label = serializers.CharField(help_text="What it is called where it is told who did something.")
    role = serializers.ChoiceField(choices=Role, allow_null=True)
    organization = Reference(allow_null=True, help_text="For which it acts.")
    permissions = serializers.ListField(child=serializers.CharField())
    prefix = serializers.CharField(allow_null=True, help_text="What the token begins with.")
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    networks = serializers.ListField(child=serializers.CharField(), allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    limits = LimitsShape()


def limits(kinds: set[str]) -> dict:
    """LimitsShape, for callers whose requests are counted as one of `kinds`."""
    counted = {kind: most for kind, most in settings.API_LIMITS.items() if kind in kinds}
    return {
        "requests_in_a_minute": counted,
        "page_size": {"usual": PAGE_SIZE, "largest": LARGEST_PAGE},
    }


class Service(Spoken, viewsets.ViewSet):
    """Where everything is."""

    required = {"list": Permission.VIEW}
    resources: tuple[str, ...] = ()

    @extend_schema(operation_id="service", summary="Service document", responses=ServiceShape)
    def list(self, request):
        strict_parameters(request, frozenset())
        root = f"{settings.PUBLIC_URL}{reverse('api-root')}"
        return Response(
            {
                "name": str(settings.SITE_NAME),
                "version": settings.SPECTACULAR_SETTINGS["VERSION"],
                "languages": list(languages.CODES),
                "formats": [{"format": each.name, "type": each.media_type} for each in FORMATS.values()],
                "limits": limits(set(settings.API_LIMITS)),
                "resources": {name: f"{root}{name}" for name in self.resources},
                "links": {
                    "self": root,
                    "me": f"{root}me",
                    "search": f"{root}search",
                    "openapi": f"{root}openapi.json",
                    "developers": f"{settings.PUBLIC_URL}{reverse('developers')}",
                    "problems": f"{settings.PUBLIC_URL}{reverse('problems')}",
                },
            }
        )


class Me(Spoken, viewsets.ViewSet):
    """Who the caller is taken for, and what that may do."""

    required = {"list": Permission.VIEW}

    @extend_schema(operation_id="me", summary="Who am I?", responses=MeShape)
    def list(self, request):
        strict_parameters(request, frozenset())
        actor = request.user
        token = actor if isinstance(actor, ApiToken) else None
        account = actor if isinstance(actor, User) else None
        organization = getattr(actor, "organization", None)
        return Response(
            {
                "type": "token" if token else "account" if account else "anonymous",
                "id": str(actor.pk) if token or account else None,
                "label": actor.audit_label(),
                "role": actor.role or None,
                "organization": queries.reference(organization) if organization else None,
                "permissions": sorted(actor.permissions),
                "prefix": token and token.prefix,
                "scopes": token and list(token.scopes),
                "networks": token and list(token.networks),
                "issued_at": token and token.created_at.isoformat(),
                "expires_at": token and token.expires_at and token.expires_at.isoformat(),
                "language": account and account.language,
                "limits": limits({"read", "write"} if token or account else {"anonymous"}),
            }
        )

"""One search over all kinds of records, over the API."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from exchange.queries import everything
from lib.endpoints import Spoken, strict_parameters
from organizations.permissions import Permission

USUAL, MOST = 20, 100


class ReasonShape(serializers.Serializer):
    """Why a record is found: in which of its facts, in what words. `marked` are those asked for."""

    label = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField()
    marked = serializers.ListField(child=serializers.CharField())


class FoundShape(serializers.Serializer):
    """A record that says what was asked for; a higher score stands first."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=list(everything.KINDS))
    label = serializers.CharField()
    url = serializers.URLField()
    score = serializers.IntegerField()
    reasons = ReasonShape(many=True)


@extend_schema_serializer(many=False)
class FoundPage(serializers.Serializer):
    """The best of what was found."""

    results = FoundShape(many=True)
    capped = serializers.BooleanField(
        help_text=(
            "Whether not every agreement was ranked: each word stands in more than 2,000 places, and of the agreements"
            " that say the rarest the 2,000 newest were looked at."
        )
    )


class Search(Spoken, viewsets.ViewSet):
    """Several kinds of records in one ranked list."""

    required = {"list": Permission.VIEW}

    @extend_schema(
        operation_id="search",
        summary="Search all kinds of records",
        description=(
            "The best first, and no further pages: the list of one kind, asked with the same `q`, has them. Where"
            " words are so frequent that only the newest agreements were ranked, `capped` says so."
        ),
        parameters=[
            OpenApiParameter(
                "q", OpenApiTypes.STR, required=True, description="Words, as in the list of agreements."
            ),
            OpenApiParameter(
                "type",
                OpenApiTypes.STR,
                many=True,
                enum=list(everything.KINDS),
                description="Only these kinds.",
            ),
            OpenApiParameter(
                "page_size", OpenApiTypes.INT, description=f"1 to {MOST}, {USUAL} when not given."
            ),
        ],
        responses=FoundPage,
    )
    def list(self, request):
        strict_parameters(request, {"q", "type", "page_size"})
        words = request.query_params.get("q")
        if words is None:
            raise ValidationError({"q": [ErrorDetail(_("Say what to look for."), code="required")]})
        kinds = request.query_params.getlist("type")
        if strangers := [each for each in kinds if each not in everything.KINDS]:
            message = _("There is no type “%(type)s”; there are: %(types)s.") % {
                "type": strangers[0],
                "types": ", ".join(everything.KINDS),
            }
            raise ValidationError({"type": [message]})
        asked = request.query_params.get("page_size", str(USUAL))
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST:
            raise ValidationError({"page_size": [_("A page has 1 to %(most)d results.") % {"most": MOST}]})
        found = everything.find(words, actor=request.user, kinds=kinds or everything.KINDS, limit=int(asked))
        return Response(
            {
                "results": [
                    each.reference
                    | {
                        "score": each.score,
                        "reasons": [
                            {
                                "label": reason.label,
                                "language": reason.language,
                                "text": "".join(piece for piece, _is_marked in reason.pieces),
                                "marked": [piece for piece, is_marked in reason.pieces if is_marked],
                            }
                            for reason in each.reasons
                        ],
                    }
                    for each in found
                ],
                "capped": any(each.capped for each in found),
            }
        )

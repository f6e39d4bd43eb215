"""Records by the numbers they have in other registers: looked up, and put there."""

import unicodedata

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from agreements.shapes import DossierShape
from exchange.api import upserts
from exchange.api.upserts import CREATED, AgreementUpserts, Identifier, OrganizationUpserts
from lib import addresses, preconditions
from lib.contract import ETAG, problems
from lib.endpoints import Records, strict_parameters
from lib.preconditions import Demanded
from lib.problems import Problem
from lib.writing import Writes
from organizations.permissions import Permission
from organizations.shapes import NewOrganization, OrganizationRecord

PLACE = [
    OpenApiParameter("scheme", OpenApiTypes.STR, OpenApiParameter.PATH, description="Whose number it is."),
    OpenApiParameter(
        "value", OpenApiTypes.STR, OpenApiParameter.PATH, description="The number, percent-encoded."
    ),
]
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Honoured when it is sent: the ETag of the record that is there.",
)
FOUND = OpenApiResponse(description="`Location` is the address of the record.")


def described(one: str, new: type, shape: type):
    """The two actions in the OpenAPI document."""
    return extend_schema_view(
        retrieve=extend_schema(
            summary=f"Where the {one} with this number is",
            parameters=PLACE,
            responses={307: FOUND} | problems(404, 410),
        ),
        update=extend_schema(
            summary=f"Let the {one} with this number read so",
            description="Entered where there is none; else it reads as what is sent, and parts without an id that say "
            "the same as one there is are that one. The same again changes nothing.",
            parameters=[*PLACE, IF_MATCH, ETAG],
            request=new,
            responses={200: shape, 201: shape} | problems(409, 410, 412, 415, 422),
        ),
    )


class Identified(Writes, Records):
    """A record at its number in another register."""

    upserts: type[upserts.Upserts]

    def retrieve(self, request, scheme: str, value: str):
        strict_parameters(request, {"language"})
        key = self.upserts(request).found(identifier_of(scheme, value))
        if key is None:
            raise NotFound(_("There is no such record, or you may not read it."))
        query = request.META.get("QUERY_STRING", "")
        address = addresses.api(self.upserts.name, key) + (f"?{query}" if query else "")
        return Response(status=307, headers={"Location": address, "Cache-Control": "no-cache"})

    def update(self, request, scheme: str, value: str):
        strict_parameters(request, {"language"})
        identifier, document = identifier_of(scheme, value), self.sent(request)
        with transaction.atomic():
            records = self.upserts(request)
            records.hold([identifier])
            key = records.found(identifier)
            demanded = preconditions.asked(request)
            if key is None and demanded is not None:
                raise Problem(
                    "precondition-failed", detail=_("There is no record with this number, in no state.")
                )
            if key is None:
                written = records.enter(document, identifier=identifier)
            else:
                written = records.put(key, document, demanded or Demanded(anything=True), identifier)
        return records.view.written(written.row, status=201 if written.outcome == CREATED else 200)


def identifier_of(scheme: str, value: str) -> Identifier:
    """The number of an address: letters composed, without blanks around it. Raises NotFound for what can be none."""
    scheme, value = (unicodedata.normalize("NFC", each).strip() for each in (scheme, value))
    unfit = any(unicodedata.category(each) in {"Cc", "Cs"} for each in scheme + value)
    if not scheme or not value or len(scheme) > 60 or len(value) > 200 or unfit:
        raise NotFound(_("There is no such record, or you may not read it."))
    return Identifier(scheme, value)


@described("organization", NewOrganization, OrganizationRecord)
class IdentifiedOrganizations(Identified):
    """Organizations by their numbers in other registers."""

    required = {"retrieve": Permission.VIEW, "update": Permission.ORGANIZATION_REGISTER}
    upserts = OrganizationUpserts
    serializer_class = OrganizationRecord


@described("agreement", DossierShape, DossierShape)
class IdentifiedAgreements(Identified):
    """Agreements by their numbers in other registers."""

    required = {"retrieve": Permission.VIEW, "update": Permission.REGISTER}
    upserts = AgreementUpserts
    serializer_class = DossierShape

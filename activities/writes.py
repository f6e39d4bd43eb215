"""Activities and progress views, written over the API: by who holds the activity, by the party whose word it is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from activities import queries, services
from activities.models import Activity
from activities.shapes import (
    ActivityRecord,
    EvidenceShape,
    NewProgressView,
    ProgressViewRecord,
    ProgressViewShape,
)
from agreements.models import Commitment, Party
from audit import versions
from audit.models import AuditEvent
from audit.versions import tombstone
from lib import sent
from lib.contract import ETAG, IDEMPOTENCY_KEY, IF_MATCH, problems
from lib.endpoints import strict_parameters
from lib.problems import Problem, Refused, pointed
from lib.writing import MERGE_PATCH, Changes, Creates, Removes
from organizations.permissions import Permission

WRITE = dict.fromkeys(("create", "partial_update", "destroy", "evidence"), Permission.ACTIVITY_REPORT)
DESCRIBED = {
    "create": extend_schema(
        summary="Report an activity",
        parameters=[IDEMPOTENCY_KEY, ETAG],
        request=ActivityRecord,
        responses={201: ActivityRecord} | problems(403, 415, 422),
    ),
    "partial_update": extend_schema(
        summary="Correct an activity",
        description="A JSON merge patch (RFC 7396) of what GET answers. What other organizations count it towards "
        "stays as it is.",
        parameters=[IF_MATCH, ETAG],
        request={MERGE_PATCH: ActivityRecord, "application/json": ActivityRecord},
        responses={200: ActivityRecord} | problems(403, 410, 412, 415, 422, 428),
    ),
    "destroy": extend_schema(
        summary="Take an activity back",
        description="On the day it was reported its own side takes it out (204; its address answers 410). Later, and "
        "for anybody else who may, it stays and is marked as cancelled (200), with the `reason` that is needed then.",
        parameters=[IF_MATCH],
        responses={200: ActivityRecord, 204: OpenApiResponse(description="It is gone.")}
        | problems(403, 410, 412, 422, 428),
    ),
}


SAID = extend_schema(
    summary="Say how far a commitment is",
    description="For one's own organization; `party` may be left out where it is one party to the agreement. What was "
    "said is not changed: say something newer.",
    parameters=[IDEMPOTENCY_KEY, ETAG],
    request=NewProgressView,
    responses={201: ProgressViewRecord} | problems(403, 415, 422),
)


class EvidenceUpload(serializers.Serializer):
    """A file, as a form of several parts sends it."""

    file = serializers.FileField()


class ActivityWrites(Creates, Changes, Removes):
    """Activities: reported, corrected, taken back, and shown by files."""

    fixed = frozenset({"id"})

    def may_write(self, row):
        if not queries.may_change(row, self.request.user):
            raise Problem(
                "not-your-side", detail=_("An activity is corrected by an organization that holds it.")
            )

    def since(self, row, version):
        return versions.changed_since(row.pk, version)

    def gone(self, key):
        found = tombstone(Activity, key)
        return found.as_json() if found and _was_open_to(found.id, self.request.user) else None

    def enter(self, document):
        with _own_side():
            return services.report_activity(_content(document), by=self.request.user)

    def change(self, row, document):
        with _own_side():
            return services.change_activity(
                row.pk, _content(document), seen=queries.seal(row), by=self.request.user
            )

    def destroy(self, request, *args, **kwargs):
        strict_parameters(request, {"language", "reason"})
        with self.held() as (row, _demanded):
            row = services.withdraw_activity(
                row.pk,
                reason=request.query_params.get("reason", ""),
                on=timezone.localdate(),
                by=request.user,
            )
        return Response(status=204) if row is None else self.written(row)

    @extend_schema(
        summary="Add a file that shows an activity",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": EvidenceUpload},
        responses={201: EvidenceShape} | problems(403, 410, 413, 415, 422),
    )
    @action(
        detail=True,
        methods=["post"],
        parser_classes=[MultiPartParser],
        pagination_class=None,
        filterset_class=None,
    )
    def evidence(self, request, pk=None):
        strict_parameters(request, {"language"})
        file = request.FILES.get("file")
        if file is None:
            raise Refused.at("/file", "required", _("Send a file, in the part “file” of a form."))
        with transaction.atomic():
            row = self.locked()
            self.may_write(row)
            kept = services.attach_evidence(file, name=file.name, activity=row, by=request.user)
        (told,) = queries.read_evidence([kept])
        return Response(told, status=201, headers={"Location": told["url"]})


class ProgressWrites(Creates):
    """Progress views: a party says something; what was said stays as it was said."""

    def enter(self, document):
        form = ProgressViewShape(data=_content(document) | self._party(document))
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        content = form.validated_data
        commitment, party = (sent.key(content[name]) for name in ("commitment", "party"))
        if not commitment or not Commitment.objects.visible_to(self.request.user).filter(pk=commitment):
            raise _points_nowhere("/commitment", Commitment)
        if not party:
            raise _points_nowhere("/party", Party)
        with _own_side():
            return services.report_progress(
                commitment,
                party_id=party,
                verdict=content["verdict"],
                said_on=content["said_on"],
                note=content["note"],
                by=self.request.user,
            )

    def _party(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The party that the actor speaks for, where the document leaves that out and it is one party alone."""
        told = document.get("commitment")
        key = sent.key(str(told.get("id"))) if isinstance(told, Mapping) else None
        if document.get("party") is not None or key is None or self.request.user.organization_id is None:
            return {}
        readable = Commitment.objects.visible_to(self.request.user).filter(pk=key)
        own = Party.objects.filter(
            agreement__in=readable.values("agreement"), organization=self.request.user.organization_id
        )
        keys = list(own.values_list("pk", flat=True)[:2])
        if not keys and readable:
            raise Problem("not-your-side", detail=_("A party speaks only for itself."))
        return {"party": {"id": str(keys[0])}} if len(keys) == 1 else {}


@contextmanager
def _own_side() -> Iterator[None]:
    """Inside, what a service forbids is told as what it is: not this side's to say."""
    try:
        yield
    except PermissionDenied as error:
        raise Problem("not-your-side", detail=str(error)) from error


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the services take: version and files are told, and not said."""
    return {name: value for name, value in document.items() if name not in {"version", "evidence"}}


def _points_nowhere(pointer: str, kind: type) -> Refused:
    return Refused.at(
        pointer,
        "points_nowhere",
        _("This names no %(kind)s of the registry.") % {"kind": kind._meta.verbose_name},
    )


def _was_open_to(key, actor) -> bool:
    """Whether `actor` could have read the activity that was taken out: it held it, or reads what it counted towards."""
    event = AuditEvent.objects.filter(chain=key, verb="activity.withdrawn").last()
    if event is None or not actor.may_read:
        return False
    told = {name: event.changes.get(name, {}).get("old") or [] for name in ("organizers", "counts_toward")}
    if actor.organization_id and str(actor.organization_id) in {each[0] for each in told["organizers"]}:
        return True
    commitments = [each[0] for each in told["counts_toward"]]
    return Commitment.objects.visible_to(actor).filter(pk__in=commitments).exists()

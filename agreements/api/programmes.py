"""Programmes, written over the API by editors."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema

from agreements.models import Programme
from agreements.services import programmes
from agreements.shapes import ProgrammeRecord
from audit import versions
from lib.contract import ETAG, IDEMPOTENCY_KEY, IF_MATCH, problems
from lib.writing import MERGE_PATCH, Changes, Creates, Removes
from organizations.permissions import Permission

WRITE = dict.fromkeys(("create", "partial_update", "destroy"), Permission.EDIT)
DESCRIBED = {
    "create": extend_schema(
        summary="Enter a programme",
        parameters=[IDEMPOTENCY_KEY, ETAG],
        request=ProgrammeRecord,
        responses={201: ProgrammeRecord} | problems(403, 409, 415, 422),
    ),
    "partial_update": extend_schema(
        summary="Change a programme",
        parameters=[IF_MATCH, ETAG],
        request={MERGE_PATCH: ProgrammeRecord, "application/json": ProgrammeRecord},
        responses={200: ProgrammeRecord} | problems(403, 409, 410, 412, 415, 422, 428),
    ),
    "destroy": extend_schema(
        summary="Take a programme out",
        parameters=[IF_MATCH],
        responses={204: None} | problems(403, 409, 410, 412, 428),
    ),
}


class ProgrammeWrites(Creates, Changes, Removes):
    """Programmes: entered, changed, and taken out where no agreement is placed under them."""

    fixed = frozenset({"id"})

    def since(self, row, version):
        return versions.changed_since(row.pk, version)

    def gone(self, key):
        found = versions.tombstone(Programme, key)
        return found and found.as_json()

    def enter(self, document):
        return programmes.register_programme(_content(document), by=self.request.user)

    def change(self, row, document):
        return programmes.change_programme(row.pk, _content(document), by=self.request.user)

    def remove(self, row, reason):
        programmes.remove_programme(row.pk, reason=reason, by=self.request.user)


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the services take: the version is the door's business."""
    return {name: value for name, value in document.items() if name != "version"}

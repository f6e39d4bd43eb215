"""Many records at once: each item entered or changed by its service, with its own result, in the order they came."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from exchange.api import upserts
from exchange.api.upserts import CREATED, FAILED, UNCHANGED, UPDATED, Identifier, Upserts, Written
from lib import addresses
from lib.contract import IDEMPOTENCY_KEY, ProblemShape, problems
from lib.endpoints import Records, strict_parameters
from lib.problems import Fault, Problem, Refused, pointed
from lib.shapes import Strict
from lib.writing import Writes
from organizations.permissions import Permission
from organizations.shapes import IdentifierShape

MOST = 500
"""How many items a batch has at most; more come as a file (`/imports`)."""
LARGEST = 5 * 1024 * 1024
"""How many bytes a batch has at most."""
OUTCOMES = (CREATED, UPDATED, UNCHANGED, FAILED)


class BatchItem(Strict):
    """One record. What it matches, by a number of the sender's or by its id, is changed; else it is entered."""

    key = serializers.CharField(required=False, max_length=80, help_text="The sender's own name for it.")
    match = IdentifierShape(required=False)
    id = serializers.UUIDField(required=False)
    if_version = serializers.IntegerField(
        required=False, min_value=1, help_text="The version it was read at."
    )
    allow_duplicate = serializers.BooleanField(required=False, default=False)
    data = serializers.DictField(
        help_text="A merge patch where a record is matched, else the whole document of a new one."
    )


class BatchShape(Strict):
    """Up to 500 records of one resource."""

    mode = serializers.ChoiceField(
        choices=["upsert", "create", "update"],
        default="upsert",
        help_text="`create`: what is there already fails; `update`: what is not there fails.",
    )
    atomic = serializers.BooleanField(default=False, help_text="All of them, or none.")
    dry_run = serializers.BooleanField(
        default=False, help_text="Tell what would become of each; write nothing."
    )
    documents = serializers.BooleanField(
        default=False, help_text="Tell each record as it reads afterwards, so that nobody has to ask for it."
    )
    items = BatchItem(many=True, allow_empty=False)


class BatchResult(serializers.Serializer):
    """What became of one item; in a batch that was not done, what would have."""

    key = serializers.CharField(required=False)
    index = serializers.IntegerField()
    status = serializers.IntegerField(help_text="As if it had been sent alone.")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    id = serializers.UUIDField(required=False)
    version = serializers.IntegerField(required=False)
    url = serializers.URLField(required=False)
    document = serializers.DictField(
        required=False, help_text="The record as GET answers it, where `documents` asked for it."
    )
    problem = ProblemShape(required=False)
    candidates = serializers.ListField(child=serializers.DictField(), required=False)


class BatchSummary(serializers.Serializer):
    """How many items came to what."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()


class BatchAnswer(serializers.Serializer):
    """The results, in the order of the items."""

    summary = BatchSummary()
    results = BatchResult(many=True)


class Batch(Writes, Records):
    """Many records of one resource in one request."""

    serializer_class = BatchShape
    upserts: type[Upserts]

    @extend_schema(
        description="Each item is a write of its own, with the rights and refusals of POST and PATCH; its result "
        "stands at its place. 200 tells the results, failed ones among them. With `atomic`, one that fails is 422 "
        "`refused`, with all results in the problem, and nothing was done.",
        parameters=[IDEMPOTENCY_KEY],
        request=BatchShape,
        responses={200: BatchAnswer} | problems(403, 413, 415, 422, 503),
    )
    def create(self, request, *args, **kwargs):
        strict_parameters(request, {"language"})
        told = self._asked(request)
        results = self._done(told)
        counts = Counter(each["outcome"] for each in results)
        body = {"summary": {name: counts[name] for name in OUTCOMES}, "results": results}
        if told["atomic"] and counts[FAILED]:
            faults = [
                Fault(f"/items/{each['index']}{fault['pointer']}", fault["code"], fault["detail"])
                for each in results
                for fault in each.get("problem", {}).get("errors", ())
            ]
            raise Problem("refused", faults=faults, members=body)
        return Response(body)

    def _asked(self, request) -> dict[str, Any]:
        """What is asked for. Raises Problem for too much of it, Refused for what has not the form."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise Problem("too-large", detail=_("A batch has at most 5 MB: send more as a file to /imports."))
        sent = self.sent(request)
        items = sent.get("items")
        if isinstance(items, list) and len(items) > MOST:
            raise Problem(
                "too-large", detail=_("A batch has at most 500 items: send more as a file to /imports.")
            )
        form = BatchShape(data=sent)
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        faults = [
            fault
            for index, each in enumerate(form.validated_data["items"])
            for fault in self._unfit(index, each)
        ]
        if faults:
            raise Refused(faults)
        return form.validated_data

    def _unfit(self, index: int, item: Mapping[str, Any]):
        at = f"/items/{index}"
        if "match" in item and "id" in item:
            yield Fault(f"{at}/match", "either", _("Give the number or the id, not both."))
        if "match" in item and self.upserts.identifiers is None:
            yield Fault(f"{at}/match", "no_identifiers", _("These records have no numbers: give the id."))
        if item["allow_duplicate"] and not self.upserts.distinguishes:
            yield Fault(f"{at}/allow_duplicate", "means_nothing", _("These records are not compared."))

    def _done(self, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The results, in one transaction; taken back where it is a trial, or all were to be done and one failed."""
        records = self.upserts(self.request, on_trial=told["dry_run"])
        items = told["items"]
        with transaction.atomic():
            identifiers = [identifier for each in items if (identifier := _identifier(each))]
            records.hold(identifiers, [each["data"] for each in items])
            records.lock(identifiers, [each["id"] for each in items if "id" in each])
            results = [self._result(records, index, each, told["mode"]) for index, each in enumerate(items)]
            failed = any(each["outcome"] == FAILED for each in results)
            if told["dry_run"] or (told["atomic"] and failed):
                transaction.set_rollback(True)
                for each in results:
                    _as_if(each)
            elif told["documents"]:
                records.tell(results)
        return results

    def _result(self, records: Upserts, index: int, item: Mapping[str, Any], mode: str) -> dict[str, Any]:
        told = {"key": item["key"], "index": index} if "key" in item else {"index": index}
        try:
            with transaction.atomic():
                written = _write(records, item, mode)
        except OperationalError:
            raise
        except Exception as error:
            return told | self._failed(error)
        return told | _succeeded(records, written)

    def _failed(self, error: Exception) -> dict[str, Any]:
        """The refusal of one item as the problem that its own request would have been answered with."""
        if isinstance(error, ObjectDoesNotExist):
            error = Http404()
        if isinstance(error, Refused):
            error = Refused([Fault(f"/data{each.pointer}", each.code, each.message) for each in error.faults])
        elif isinstance(error, Problem) and error.faults:
            error.faults = [Fault(f"/data{each.pointer}", each.code, each.message) for each in error.faults]
        response = self.get_exception_handler()(error, self.get_exception_handler_context())
        if response is None:
            raise error
        problem = dict(response.data)
        candidates = {"candidates": problem.pop("candidates")} if "candidates" in problem else {}
        return {"status": response.status_code, "outcome": FAILED, "problem": problem} | candidates


def _write(records: Upserts, item: Mapping[str, Any], mode: str) -> Written:
    """Enter or change the record of one item."""
    identifier, data = _identifier(item), item["data"]
    key = item.get("id")
    if key is None and identifier is not None:
        key = records.found(identifier)
    if key is not None and mode == "create":
        raise Problem(
            "conflict", detail=_("It is in the registry already, and you asked to enter new ones only.")
        )
    if key is not None:
        return records.patch(key, data, seen=item.get("if_version"), identifier=identifier)
    if mode == "update" or "if_version" in item:
        raise Http404
    if item["allow_duplicate"]:
        data = {**data, "allow_duplicate": True}
    return records.enter(data, identifier=identifier)


def _identifier(item: Mapping[str, Any]) -> Identifier | None:
    return Identifier(item["match"]["scheme"], item["match"]["value"]) if "match" in item else None


def _succeeded(records: Upserts, written: Written) -> dict[str, Any]:
    told = {
        "status": 201 if written.outcome == CREATED else 200,
        "outcome": written.outcome,
        "id": str(written.row.pk),
        "version": written.version,
        "url": addresses.api(records.name, written.row.pk),
    }
    return {name: value for name, value in told.items() if value is not None}


def _as_if(result: dict[str, Any]) -> None:
    """A result of what was not done: no version that is not there, no address where nothing is."""
    result.pop("version", None)
    if result["outcome"] == CREATED:
        result.pop("id"), result.pop("url")


def _described(summary: str):
    """The one action of a batch in the OpenAPI document."""
    return extend_schema_view(create=extend_schema(summary=summary))


@_described("Enter or change many organizations")
class BatchOfOrganizations(Batch):
    """Many organizations in one request."""

    required = {"create": Permission.ORGANIZATION_REGISTER}
    upserts = upserts.OrganizationUpserts


@_described("Enter or change many people")
class BatchOfPeople(Batch):
    """Many people in one request."""

    required = {"create": Permission.ORGANIZATION_REGISTER}
    upserts = upserts.PersonUpserts


@_described("Enter or change many drafts of agreements")
class BatchOfAgreements(Batch):
    """Many agreements in one request."""

    required = {"create": Permission.REGISTER}
    upserts = upserts.AgreementUpserts


@_described("Report or correct many activities")
class BatchOfActivities(Batch):
    """Many activities in one request."""

    required = {"create": Permission.ACTIVITY_REPORT}
    upserts = upserts.ActivityUpserts

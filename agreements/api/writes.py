"""Agreements and their parts, written over the API: every write is one revision of the whole dossier.

The dossier is the unit of consistency: a part has the version of its agreement, and changing it locks the agreement.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from agreements import services
from agreements.models import Agreement
from agreements.queries import dossier, gone, in_hand, parts, stale
from agreements.queries.next_step import Action, next_step
from agreements.queries.waiting import entered
from agreements.services.removal import NOT_A_DRAFT
from audit.trail import Actor
from lib import addresses
from lib.contract import ETAG, IF_MATCH, problems
from lib.endpoints import strict_parameters
from lib.preconditions import Since
from lib.problems import Fault, Problem, Refused, pointed
from lib.shapes import Strict
from lib.writing import MERGE_PATCH, Changes, Creates, Removes, Writes, protected
from organizations.permissions import Permission

WRITE = dict.fromkeys(("create", "partial_update", "destroy"), Permission.REGISTER)
LIFE = {"transitions": Permission.VIEW, "transition": Permission.REGISTER}
REMOVED = OpenApiResponse(description="It is gone; its address answers 410 from now on.")
LIFECYCLE = (Action.SUBMIT, Action.CALL_BACK, Action.PUBLISH, Action.SEND_BACK, Action.WITHDRAW)
WITH_A_REASON = frozenset({Action.SEND_BACK, Action.WITHDRAW})
_State = Agreement.EditorialState


def added(summary: str, shape: type, new: type) -> Any:
    """A POST of a part in the OpenAPI document; `new` is what is sent."""
    return extend_schema(
        summary=summary,
        description="A new part of the agreement that `agreement` names; it may carry a `key`. If-Match is honoured.",
        parameters=[ETAG],
        request=new,
        responses={201: shape} | problems(409, 412),
    )


def patched(summary: str, shape: type) -> Any:
    """A PATCH in the OpenAPI document."""
    return extend_schema(
        summary=summary,
        description="A JSON merge patch (RFC 7396) of what GET answers. Arrays come whole, and their elements keep "
        "their ids; what is only told may be sent as it was read.",
        parameters=[IF_MATCH, ETAG],
        request={MERGE_PATCH: shape, "application/json": shape},
        responses={200: shape, 204: OpenApiResponse(description="With `Prefer: return=minimal`.")}
        | problems(409, 410, 412, 428),
    )


def removed(summary: str, *more: int) -> Any:
    """A DELETE in the OpenAPI document, with the statuses of refusals that it may answer besides."""
    return extend_schema(
        summary=summary, parameters=[IF_MATCH], responses={204: REMOVED} | problems(409, 410, 412, *more, 428)
    )


class TransitionShape(serializers.Serializer):
    """One step of a record's life that the actor may take now."""

    to = serializers.ChoiceField(choices=[str(each) for each in LIFECYCLE])
    needs_reason = serializers.BooleanField()


class TransitionsShape(serializers.Serializer):
    """What the actor may do next with the record, in a sentence and as steps."""

    editorial_state = serializers.ChoiceField(choices=Agreement.EditorialState)
    sentence = serializers.CharField()
    lacks = serializers.CharField(
        help_text="Why the record cannot be published as it is; empty where it can."
    )
    transitions = TransitionShape(many=True)


class TransitionRequest(Strict):
    """One step to take."""

    to = serializers.ChoiceField(choices=[str(each) for each in LIFECYCLE])
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="Where a step needs one."
    )


def permit(agreement: Agreement, actor: Actor) -> None:
    """Raise the problem that keeps `actor`, who may read the record, from changing it."""
    if actor.may(Permission.RESTORE):
        return
    is_published = agreement.editorial_state == _State.PUBLISHED
    if not actor.may(Permission.EDIT) and not entered(agreement, actor):
        if is_published and actor.account_id is not None:
            raise Problem("needs-approval")  # anybody who enters records may propose it, on its page
        raise Problem("not-your-side", detail=_("Only those who entered it or an editor changes a record."))
    if is_published:
        raise Problem("needs-approval")
    if agreement.editorial_state != _State.DRAFT and not actor.may(Permission.EDIT):
        raise Problem(
            "forbidden",
            detail=_("The record is “%(state)s”: only a draft is changed.")
            % {"state": agreement.get_editorial_state_display()},
        )


class OfAnAgreement(Writes):
    """What all writes that change an agreement have in common."""

    def agreement_of(self, row) -> Agreement:
        raise NotImplementedError

    def may_write(self, row):
        permit(self.agreement_of(row), self.request.user)

    def since(self, row, version) -> Since:
        return stale.since(self.agreement_of(row), version, on=timezone.localdate(), actor=self.request.user)

    def locked(self):
        row = self.one(self.get_queryset())
        self.lock(self.agreement_of(row).pk)
        return self.one(self.get_queryset())  # as it is now that nobody else writes the agreement

    @staticmethod
    def lock(agreement_id) -> None:
        # Not its key: two that link to each other at once do not wait for each other.
        Agreement.objects.select_for_update(of=("self",), no_key=True).filter(pk=agreement_id).first()

    def whole(self, agreement_id) -> dict[str, Any]:
        """The dossier with its proof, as the actor reads it."""
        readable = Agreement.objects.visible_to(self.request.user)
        row = in_hand.brought(
            readable.get(pk=agreement_id), readable=readable, on=timezone.localdate(), proof=True
        )
        return dossier.read(row, proof=True)

    def revised(
        self,
        agreement: Agreement,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        *,
        signatures_too: bool = False,
        reason: str = "",
        at: str = "",
    ) -> Agreement:
        """Make the agreement read as `after`. Faults at or below the pointer `at` are told from there."""
        with told_from(at):
            document, faults = parts.prepared(before, after, signatures_too=signatures_too)
            if faults:
                raise Refused(faults)
            return services.revise(
                agreement.pk, document, version=agreement.version, reason=reason, by=self.request.user
            )


@contextmanager
def told_from(at: str) -> Iterator[None]:
    """Faults of a dossier, told to somebody who sent a part of it that stands `at` there."""
    try:
        yield
    except Refused as refusal:
        raise Refused(
            [
                Fault(each.pointer.removeprefix(at), each.code, each.message)
                if each.pointer == at or each.pointer.startswith(f"{at}/")
                else each
                for each in refusal.faults
            ]
        ) from refusal


class AgreementWrites(Creates, Changes, Removes, OfAnAgreement):
    """Agreements: registered, changed as a whole, led through their life, and taken away while they are drafts."""

    fixed = parts.SET_BY_THE_REGISTRY

    def agreement_of(self, row):
        return row

    def gone(self, key):
        return gone.gone(Agreement, key, actor=self.request.user)

    def enter(self, document):
        self.entered = {}
        self.new = services.register(document, entered=self.entered, by=self.request.user)
        return self.new

    def shown(self, key):
        if self.action != "create":
            return self.shown_again(key)
        row = in_hand.assembled(self.new, self.entered, on=timezone.localdate())
        return row, self.wanted.shape(dossier.read(row, proof=True))  # all of it was understood

    def shown_again(self, key):
        readable = self.get_queryset()
        row = readable.filter(pk=key).first()
        if row is None:
            return None
        if not self.wanted.brief:
            in_hand.brought(row, readable=readable, on=timezone.localdate(), proof=self.proof)
        return row, self.shaped([row])[0]

    def as_read(self, row):
        return self.whole(row.pk)

    def settled(self, before, document, patch):
        self.before, self.signatures_too = before, "without_source" in patch
        return document

    def change(self, row, document):
        return self.revised(row, self.before, document, signatures_too=self.signatures_too)

    def may_write(self, row):
        if self.action in {"partial_update"}:
            super().may_write(row)

    def remove(self, row, reason):
        if not self.request.user.may(Permission.EDIT) and not entered(row, self.request.user):
            raise Problem(
                "not-your-side", detail=_("Only those who entered it or an editor removes a draft.")
            )
        readable = Agreement.objects.visible_to(self.request.user)
        linking = readable.filter(links__to=row).order_by("-number").distinct()[:20]
        leaning = [addresses.reference("agreement", "agreements", each.pk, each.title) for each in linking]
        try:
            services.remove_draft(row.pk, reason=reason, by=self.request.user)
        except Refused as refusal:
            codes = {each.code for each in refusal.faults}
            if codes & {NOT_A_DRAFT, "still_leaned_on"}:
                raise protected(refusal.faults[0].message, leaning) from refusal
            raise

    # Its life.

    @extend_schema(
        summary="What the actor may do next with an agreement", parameters=[ETAG], responses=TransitionsShape
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    def transitions(self, request, pk=None):
        strict_parameters(request, {"language"})
        row = self.one(self.get_queryset())
        return Response(self.next_of(row), headers={"ETag": self.tag(row)})

    @extend_schema(
        summary="Take a step in an agreement’s life",
        description="`submit`, `call_back`, `publish`, `send_back` or `withdraw`. Who wrote it does not publish it.",
        parameters=[IF_MATCH, ETAG],
        request=TransitionRequest,
        responses={200: TransitionsShape} | problems(410, 412, 428),
    )
    @transitions.mapping.post
    def transition(self, request, pk=None):
        strict_parameters(request, {"language"})
        form = TransitionRequest(data=self.sent(request))
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        to, reason = Action(form.validated_data["to"]), form.validated_data["reason"]
        if to == Action.PUBLISH and request.user.account_id is None:
            raise Problem("forbidden", detail=_("A person answers for what is published: a system does not."))
        with self.held() as (row, _demanded):
            service, more = getattr(services, to), {"reason": reason} if to in WITH_A_REASON else {}
            row = service(row.pk, by=request.user, **more)
        return Response(self.next_of(row), headers={"ETag": self.tag(row)})

    def next_of(self, row: Agreement) -> dict[str, Any]:
        actor = self.request.user
        step = next_step(row, actor)
        return {
            "editorial_state": row.editorial_state,
            "sentence": step.sentence,
            "lacks": step.lacks,
            "transitions": [
                {"to": each.value, "needs_reason": each in WITH_A_REASON}
                for each in LIFECYCLE
                if each in step.actions and not (each == Action.PUBLISH and actor.account_id is None)
            ],
        }

"""The terms of vocabularies over the API: read by everybody, put and retired by who keeps them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from activities.models import ActivityKind
from agreements.models import AgreementKind, CommitmentKind, PartyRole, TargetGroup, Theme
from audit import trail, versions
from lib import languages, merge_patch, preconditions
from lib.contract import ETAG, IF_MATCH, problems
from lib.endpoints import Spoken, strict_parameters
from lib.holding import hold
from lib.preconditions import Demanded
from lib.problems import Fault, Problem, Refused, pointed
from lib.shapes import Strict, Texts
from lib.terms import Term
from lib.writing import MERGE_PATCH, Writes
from organizations import services
from organizations.models import OrganizationKind
from organizations.permissions import Permission

VOCABULARIES: dict[str, type[Term]] = {
    "activity-kinds": ActivityKind,
    "agreement-kinds": AgreementKind,
    "commitment-kinds": CommitmentKind,
    "organization-kinds": OrganizationKind,
    "party-roles": PartyRole,
    "target-groups": TargetGroup,
    "themes": Theme,
}


class TermShape(Strict):
    """A term: its labels in all three languages, its place in the list, and whether it is still offered."""

    code = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)
    labels = Texts(max_length=120)
    position = serializers.IntegerField(default=0, min_value=0, max_value=32_767)
    retired = serializers.BooleanField(default=False)


def read_term(term: Term) -> dict:
    """The term as TermShape has it."""
    return {
        "code": term.code,
        "label": term.label,
        "labels": languages.texts(term, "label"),
        "position": term.position,
        "retired": term.retired,
    }


class Terms(Writes, Spoken, viewsets.ViewSet):
    """The terms of a vocabulary, one by one."""

    required = {
        "retrieve": Permission.VIEW,
        "update": Permission.VOCABULARY_EDIT,
        "partial_update": Permission.VOCABULARY_EDIT,
    }
    lookup_value_regex = "[a-z0-9_-]+"

    @extend_schema(
        operation_id="vocabulary_terms_retrieve", summary="One term", parameters=[ETAG], responses=TermShape
    )
    def retrieve(self, request, vocabulary, pk):
        strict_parameters(request, frozenset())
        term = self._there(vocabulary, pk)
        if term is None:
            raise NotFound
        return self._answer(term)

    @extend_schema(
        operation_id="vocabulary_terms_update",
        summary="Let a term read so",
        description="It is made where there is none. Nothing takes a term out: it is `retired`.",
        parameters=[ETAG],
        request=TermShape,
        responses={200: TermShape, 201: TermShape} | problems(403, 412, 415, 422),
    )
    def update(self, request, vocabulary, pk):
        strict_parameters(request, frozenset())
        document = self.sent(request)
        with transaction.atomic():
            hold(f"vocabularies:{vocabulary}:{pk}")
            term = self._there(vocabulary, pk)
            self._demand(preconditions.asked(request), vocabulary, pk, is_there=term is not None)
            kept = {} if term is None else {name: read_term(term)[name] for name in ("code", "label")}
            now = self._put(vocabulary, pk, kept | document, kept)
        return self._answer(now, status=201 if term is None else 200)

    @extend_schema(
        operation_id="vocabulary_terms_partial_update",
        summary="Change a term",
        parameters=[IF_MATCH, ETAG],
        request={MERGE_PATCH: TermShape, "application/json": TermShape},
        responses={200: TermShape} | problems(403, 412, 415, 422, 428),
    )
    def partial_update(self, request, vocabulary, pk):
        strict_parameters(request, frozenset())
        patch = self.sent(request)
        with transaction.atomic():
            hold(f"vocabularies:{vocabulary}:{pk}")
            term = self._there(vocabulary, pk)
            if term is None:
                raise NotFound
            self._demand(preconditions.demanded(request), vocabulary, pk, is_there=True)
            before = read_term(term)
            now = self._put(vocabulary, pk, merge_patch.merged(before, patch), before)
        return self._answer(now)

    def _there(self, vocabulary: str, code: str) -> Term | None:
        if vocabulary not in VOCABULARIES:
            raise NotFound
        return VOCABULARIES[vocabulary].objects.filter(code=code).first()

    def _demand(self, demanded: Demanded | None, vocabulary: str, code: str, *, is_there: bool) -> None:
        """Raise Problem where the term is not in the state that was asked for."""
        if demanded is None:
            return
        chain = _chain(VOCABULARIES[vocabulary], code)
        version = versions.version_of(chain)
        if not is_there:
            raise Problem("precondition-failed", detail=_("There is no such term, in no state."))
        if not demanded.met_by(version):
            since = versions.changed_since(chain, demanded.newest_before(version))
            raise preconditions.failed(version, since, language=languages.current())

    def _put(
        self, vocabulary: str, code: str, document: Mapping[str, Any], before: Mapping[str, Any]
    ) -> Term:
        changed = [name for name in ("code", "label") if document.get(name) != before.get(name)]
        if changed:
            message = _("The registry says this itself: leave it out, or send it as you read it.")
            raise Refused([Fault(f"/{name}", "read_only", message) for name in changed])
        form = TermShape(data=document)
        if not form.is_valid():
            raise Refused(list(pointed(form.errors)))
        return services.put_term(VOCABULARIES[vocabulary], code, **form.validated_data, by=self.request.user)

    def _answer(self, term: Term, *, status: int = 200) -> Response:
        tag = preconditions.etag(versions.version_of(_chain(type(term), term.code)), languages.current())
        return Response(read_term(term), status=status, headers={"ETag": tag})


def _chain(kind: type[Term], code: str):
    return trail.chain_of(kind._meta.label_lower, code)

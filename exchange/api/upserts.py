"""One record entered or changed through the resource it has, by the very hooks of its POST and PATCH.

What a batch does for each of its items, and what a PUT at an identifier does: found by a number of the partner's own,
the record is changed; else it is entered with that number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from activities.api import Activities
from agreements.api.endpoints import Agreements
from agreements.models import Agreement, AgreementIdentifier
from agreements.queries import duplicates
from agreements.services.register import register_on_trial
from exchange.api.alignment import aligned
from lib import addresses, merge_patch
from lib.holding import hold
from lib.preconditions import Demanded
from lib.problems import Problem, Refused
from lib.writing import read_only
from organizations import services
from organizations.api import Organizations, People
from organizations.models import ExternalIdentifier, Organization, Person
from organizations.shapes import NewOrganization, NewPerson

CREATED, UPDATED, UNCHANGED, FAILED = "created", "updated", "unchanged", "failed"


class Identifier(NamedTuple):
    """A number in another register."""

    scheme: str
    value: str


@dataclass(frozen=True)
class Written:
    """What became of one record: its row, and its version where its writer still reads it."""

    outcome: str
    row: Model
    version: int | None


class Upserts:
    """One resource. A subclass names its endpoint, and the table of its identifiers where it has one."""

    endpoint: type
    name = ""
    identifiers: type[Model] | None = None
    owner = ""
    """The column of that table that points at the record."""
    distinguishes = False
    """Whether a new record is compared with those it may be one with."""

    def __init__(self, request, *, on_trial: bool = False):
        self.request, self.on_trial = request, on_trial
        self.locked: set[UUID] = set()
        self.view = self.endpoint(
            request=request,
            action="partial_update",
            kwargs={},
            format_kwarg=None,
            basename=f"api-{self.name}",
        )

    # Finding.

    def hold(self, identifiers: Iterable[Identifier], documents: Iterable[Mapping[str, Any]] = ()) -> None:
        """Hold all that will be looked up or entered, in one order: of two who enter the same, one waits."""
        names = [services.held(self.name, *each) for each in identifiers]
        names += [name for each in documents for name in self.held_by(each)]
        hold(*names)

    def held_by(self, document: Mapping[str, Any]) -> list[str]:
        """What entering `document` holds beside its identifier."""
        return []

    def lock(self, identifiers: Sequence[Identifier], keys: Iterable[UUID]) -> None:
        """Lock the rows that are there already and that the actor may write, in one order, until the transaction ends.

        The others stay free for those whose they are; what is told of them is said at their places.
        """
        found = set(keys)
        if identifiers:
            rows = self.identifiers.objects.filter(
                scheme__in={each.scheme for each in identifiers},
                value__in={each.value for each in identifiers},
            )
            asked = set(identifiers)
            found |= {
                key
                for *identifier, key in rows.values_list("scheme", "value", f"{self.owner}_id")
                if tuple(identifier) in asked
            }
        readable = self.model.objects.visible_to(self.request.user).filter(pk__in=found)
        own = [each.pk for each in readable if self._is_own(each)]
        rows = self.model._base_manager.select_for_update(of=("self",)).filter(pk__in=own)
        self.locked = set(rows.order_by("pk").values_list("pk", flat=True))

    def _is_own(self, row: Model) -> bool:
        try:
            self.view.may_write(row)
        except (Problem, PermissionDenied):
            return False
        return True

    @property
    def model(self) -> type[Model]:
        return self.endpoint.queryset.model

    def found(self, identifier: Identifier) -> UUID | None:
        """The key of the record with this number that the actor may read."""
        if self.identifiers is None:
            return None
        readable = self.model.objects.visible_to(self.request.user)
        return readable.filter(**self._where(identifier)).values_list("pk", flat=True).first()

    def demand_free(self, identifier: Identifier) -> None:
        """Raise Problem where the number is taken by a record that the actor may not read."""
        if self.identifiers.objects.filter(scheme=identifier.scheme, value=identifier.value).exists():
            raise Problem(
                "conflict", detail=_("Another record has this identifier, and you may not read that one.")
            )

    @staticmethod
    def _where(identifier: Identifier) -> dict[str, str]:
        return {"identifiers__scheme": identifier.scheme, "identifiers__value": identifier.value}

    # Writing.

    def enter(self, document: Mapping[str, Any], *, identifier: Identifier | None = None) -> Written:
        """Enter a new record. Raises what the service of the resource does."""
        if identifier is not None:
            self.demand_free(identifier)
            document = with_identifier(document, identifier)
        row = self.entered(document)
        return Written(CREATED, row, self._version(row))

    def entered(self, document: Mapping[str, Any]) -> Model:
        return self.view.enter(document)

    def patch(
        self,
        key: Any,
        patch: Mapping[str, Any],
        *,
        seen: int | None = None,
        identifier: Identifier | None = None,
    ) -> Written:
        """Change a record by a merge patch. `seen` is the version it was read at; it keeps its `identifier`."""
        if merge_patch.is_deep(patch):
            raise Refused.at("", "too_deep", _("This is deeper than any document of the registry."))
        row = self._own(key, Demanded(anything=True) if seen is None else Demanded({seen: ""}))
        before = self.view.as_read(row)
        document = merge_patch.merged(before, patch)
        return self._change(row, before, document, patch, identifier)

    def put(self, key: Any, told: Mapping[str, Any], demanded: Demanded, identifier: Identifier) -> Written:
        """Let a record read as `told`: what is left out goes, but for what the registry says and its short address."""
        row = self._own(key, demanded)
        before = self.view.as_read(row)
        shape = self.view.get_serializer_class()()
        fixed = {name for name, field in shape.fields.items() if field.read_only} | set(self.view.fixed)
        kept = {name: value for name, value in before.items() if name in fixed | {"slug"}}
        if self.distinguishes:
            # It let the record pass when it was new, and says nothing of one that is there.
            told = {name: value for name, value in told.items() if name != "allow_duplicate"}
        return self._change(row, before, kept | dict(told), told, identifier)

    def _own(self, key: Any, demanded: Demanded) -> Model:
        """The row, locked, which the actor may write and which is in the demanded state."""
        self.view.kwargs = {"pk": str(key)}
        row = self.view.one(self.view.get_queryset())
        self.view.may_write(row)
        if key not in self.locked:
            row = self.view.locked()
            self.view.may_write(row)  # as it is now that nobody else writes it
        if not demanded.met_by(self.view.version(row)):
            raise self.view.failed(row, demanded)
        return row

    def _change(
        self,
        row: Model,
        before: Mapping[str, Any],
        document: Mapping[str, Any],
        sent: Mapping[str, Any],
        identifier: Identifier | None,
    ) -> Written:
        if identifier is not None:
            document = with_identifier(document, identifier)
        document = self.aligned(before, document)
        shape = self.view.get_serializer_class()()
        if faults := list(read_only(shape, before, document, fixed=self.view.fixed)):
            raise Refused(faults)
        version = self.view.version(row)
        if self._reads_so(before, document):
            return Written(UNCHANGED, row, version)
        row = self.view.change(row, self.view.settled(before, document, sent))
        now = self._version(row)
        return Written(UNCHANGED if now == version else UPDATED, row, now)

    def aligned(self, before: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document with its parts met with those of the record, where the service does not do so itself."""
        return document

    def _reads_so(self, before: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
        """Whether the two say the same, however they say it: then there is nothing to write."""
        forms = [self.view.get_serializer_class()(data=each) for each in (before, document)]
        return all(each.is_valid() for each in forms) and forms[0].validated_data == forms[1].validated_data

    # Telling.

    def tell(self, results: Iterable[dict[str, Any]]) -> None:
        """Put into each result its document, as far as the actor reads it; all in as many queries."""
        rows = self.view.detailed(
            self.view.get_queryset().filter(pk__in=[each["id"] for each in results if "id" in each])
        )
        found = {each["id"]: each for each in self.view.documents(list(rows))}
        for each in results:
            if document := found.get(each.get("id")):
                each["document"] = document

    def _version(self, row: Model) -> int | None:
        now = self.view.get_queryset().filter(pk=row.pk).first()
        return now and self.view.version(now)


def with_identifier(document: Mapping[str, Any], identifier: Identifier) -> dict[str, Any]:
    """The document with the number it is found by, beside those it tells."""
    told = document.get("identifiers")
    if told is None:
        told = []
    if not isinstance(told, list):
        return dict(document)  # what is wrong with it is told where it is read
    own = identifier._asdict()
    return {**document, "identifiers": told if own in told else [*told, own]}


class OrganizationUpserts(Upserts):
    endpoint, name, distinguishes = Organizations, "organizations", True
    identifiers, owner = ExternalIdentifier, "organization"

    def held_by(self, document):
        form = NewOrganization(data=document)
        return services.holds(Organization, form.validated_data) if form.is_valid() else []


class PersonUpserts(Upserts):
    endpoint, name, distinguishes = People, "people", True

    def held_by(self, document):
        form = NewPerson(data=document)
        return services.holds(Person, form.validated_data) if form.is_valid() else []


class AgreementUpserts(Upserts):
    endpoint, name = Agreements, "agreements"
    identifiers, owner = AgreementIdentifier, "agreement"

    def found(self, identifier):
        key = super().found(identifier)
        if key is None and (copy := duplicates.duplicate(self.request.user, **self._where(identifier))):
            kept = duplicates.shown_for(copy, actor=self.request.user)
            if kept is not None:
                told = addresses.reference("agreement", "agreements", kept.pk, kept.title)
                raise Problem("gone", members={"merged_into": told})
        return key

    def aligned(self, before, document):
        return aligned(before, document)

    def entered(self, document) -> Agreement:
        if self.on_trial:
            # A trial takes no number of the registry.
            return register_on_trial(document, by=self.request.user)
        return super().entered(document)


class ActivityUpserts(Upserts):
    endpoint, name = Activities, "activities"


EVERY = {each.name: each for each in (OrganizationUpserts, PersonUpserts, AgreementUpserts, ActivityUpserts)}

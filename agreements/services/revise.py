"""Changes a record as a whole: its dossier as it shall read, compared with what the registry has."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _

from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    LifecycleEvent,
    NamedGroup,
    NoiseSpan,
    Objective,
    ObjectiveGroup,
    OpenQuestion,
    Party,
    Reading,
    Signatory,
    Source,
    Statement,
)
from agreements.services.register import Registration
from agreements.services.review import entered
from agreements.shapes import DossierShape
from audit import revision, trail
from audit.trail import Actor, one_write
from lib.problems import Refused, pointed
from organizations.permissions import Permission

# The tables of a record with the way from each to its agreement, in the order in which they lean on each other.
_PARTS: dict[type[models.Model], str] = {
    AgreementIdentifier: "agreement",
    AgreementTheme: "agreement",
    AgreementSource: "agreement",
    NamedGroup: "agreement",
    Party: "agreement",
    Signatory: "party__agreement",
    Objective: "agreement",
    ObjectiveGroup: "objective__agreement",
    Commitment: "agreement",
    CommitmentDebtor: "commitment__agreement",
    CommitmentBeneficiary: "commitment__agreement",
    Statement: "agreement",
    Advantage: "agreement",
    AdvantageBeneficiary: "advantage__agreement",
    LifecycleEvent: "agreement",
    AgreementLink: "agreement",
    Citation: "agreement",
    OpenQuestion: "agreement",
    Reading: "question__agreement",
}
# What makes a row the same one as before, where a dossier gives it no id, or where a new part says the same.
_SAME = {
    AgreementIdentifier: ("scheme", "value"),
    AgreementTheme: ("theme_id",),
    AgreementSource: ("source_id",),
    Party: ("organization_id",),
    ObjectiveGroup: ("objective_id", "group_id"),
    CommitmentDebtor: ("commitment_id", "party_id"),
    CommitmentBeneficiary: ("commitment_id", "party_id", "group_id"),
    AdvantageBeneficiary: ("advantage_id", "party_id", "group_id"),
    AgreementLink: ("kind", "to_id"),
}


def revise(
    agreement_id: UUID,
    document: Mapping[str, Any],
    *,
    version: int,
    reason: str = "",
    verb: str = "agreement.corrected",
    by: Actor,
) -> Agreement:
    """Make the record read as `document` (a DossierShape with the ids it was read with); what is left out is removed.

    Parts keep their ids, and all that points at them; a part without an id is new. A record that already reads so is
    left alone. `version` is the one the document was read from. Drafts are revised by those who entered them, all
    others by whoever may edit. Raises PermissionDenied, or Refused with every fault; nothing is written then.
    """
    shape = DossierShape(data=document)
    if not shape.is_valid():
        raise Refused(list(pointed(shape.errors)))
    with one_write():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        own = agreement.editorial_state == Agreement.EditorialState.DRAFT and entered(agreement, by)
        if not (own and by.may(Permission.REGISTER)) and not by.may(Permission.EDIT):
            raise PermissionDenied(_("Only those who entered it or an editor changes a record."))
        if agreement.version != version:
            raise Refused.at(
                "/version",
                "changed_meanwhile",
                _("The record has changed since: it is at version %(now)d, you began from version %(then)d.")
                % {"now": agreement.version, "then": version},
            )
        revised = Revision(shape.validated_data, agreement, by, told=document)
        revised.take_in()
        if moved := revised.apply():
            Agreement.objects.filter(pk=agreement.pk).update(version=F("version") + 1)
            agreement.refresh_from_db()
            trail.record(verb, agreement, by=by, reason=reason, changes=moved)
    return agreement


class Revision(Registration):
    """One dossier against one record: the rows it wants are gathered first, then compared with those there are."""

    def __init__(
        self, dossier: Mapping[str, Any], agreement: Agreement, by: Actor, *, told: Mapping[str, Any]
    ):
        super().__init__(dossier, by)
        self.told = told
        self.restoring = False  # ids here are those of the record itself
        self.agreement_now = agreement
        self.now: dict[type, dict[UUID, models.Model]] = {Agreement: {agreement.pk: agreement}}
        for model, way in _PARTS.items():
            self.now[model] = {each.pk: each for each in model.objects.filter(**{way: agreement})}
        sources = {each.source_id for each in self.now[AgreementSource].values()}
        self.now[NoiseSpan] = {each.pk: each for each in NoiseSpan.objects.filter(source__in=sources)}
        # A link that `by` may not see was not in the document: its absence says nothing.
        linked = Agreement.objects.visible_to(by).filter(linked_from__agreement=agreement)
        seen = set(linked.values_list("pk", flat=True))
        self.now[AgreementLink] = {
            key: each for key, each in self.now[AgreementLink].items() if each.to_id in seen
        }
        self.known_ids = {str(key) for rows in self.now.values() for key in rows}
        self.wanted: dict[type, dict[UUID, models.Model]] = {model: {} for model in self.now}

    # What a registration does otherwise.

    def identity(self, part: Mapping) -> dict[str, Any]:
        key = part.get("id")
        return {"id": key} if key and str(key) in self.known_ids else {}

    def enter(self, model: type, rows: Sequence[models.Model]) -> None:
        """Gather the rows; one that says the same as a row there is becomes that row, before anything points at it."""
        for each in rows:
            _follow(each)
        if model in _SAME:
            taken = {each.pk for each in rows} | self.wanted[model].keys()
            free = {self._says(each): key for key, each in self.now[model].items() if key not in taken}
            for each in rows:
                if each.pk not in self.now[model] and (key := free.pop(self._says(each), None)):
                    each.pk = key
        self.wanted[model] |= {each.pk: each for each in rows}

    @staticmethod
    def _says(row: models.Model) -> tuple:
        return tuple(getattr(row, column) for column in _SAME[type(row)])

    def set_aside_again(self, source: Source, noise: Sequence[Mapping], at: str) -> None:
        self.set_aside(source, noise, at)

    def check_standing(self) -> None:
        d, now = self.dossier, self.agreement_now
        kept = {"id": now.pk, "number": now.number, "editorial_state": now.editorial_state}
        for member, value in kept.items():
            if member in self.told and d[member] != value:
                self.fault(
                    f"/{member}", "set_by_the_registry", _("The registry sets this itself: leave it out.")
                )
        if len(d["parties"]) < 2 and now.editorial_state == Agreement.EditorialState.PUBLISHED:
            self.fault("/parties", "too_few_parties", _("A published agreement has at least two parties."))

    def standing(self) -> dict[str, Any]:
        now = self.agreement_now
        return {
            column: getattr(now, column)
            for column in (
                "id",
                "number",
                "version",
                "editorial_state",
                "registered_by_id",
                "registered_for_id",
                "reviewed_by_id",
                "restored_by",
            )
        }

    def resolved(self, part: Mapping, at: str) -> dict[str, Any]:
        """A question stays as a reviewer resolved it."""
        now = self.now[OpenQuestion].get(part.get("id"))
        names = ("resolved_at", "resolved_by", "resolution")
        return {name: getattr(now, name) for name in names} if now else {}

    # The comparison.

    def apply(self) -> dict[str, tuple[Any, Any]]:
        """Write what differs; for each row that moved, its columns before and after, as an event tells them."""
        moved: dict[str, tuple[Any, Any]] = {}
        # What is set aside belongs to the source: it stays where the record lets go of the source itself.
        sources = {each.source_id for each in self.wanted[AgreementSource].values()}
        self.now[NoiseSpan] = {
            key: each for key, each in self.now[NoiseSpan].items() if each.source_id in sources
        }
        # Quotes that go, go first: what they stood on may be set aside now.
        self._take_away(Citation, moved)
        self._take_away(NoiseSpan, moved)
        for model in (Agreement, NoiseSpan, *_PARTS):
            self._write(model, moved)
        for model in reversed(_PARTS):
            self._take_away(model, moved)
        return moved

    def _write(self, model: type, moved: dict[str, tuple[Any, Any]]) -> None:
        now = self.now[model]
        new = [each for key, each in self.wanted[model].items() if key not in now]
        model.objects.bulk_create(new)
        for each in new:
            moved[_name(each)] = (None, revision.columns(each))
        for key, each in self.wanted[model].items():
            if key not in now:
                continue
            before, after = revision.columns(now[key]), revision.columns(each)
            differing = [name for name, value in after.items() if value != before[name]]
            if differing:
                model.objects.filter(pk=key).update(**{name: after[name] for name in differing})
                moved[_name(each)] = tuple(
                    {name: side[name] for name in differing} for side in (before, after)
                )

    def _take_away(self, model: type, moved: dict[str, tuple[Any, Any]]) -> None:
        gone = [each for key, each in self.now[model].items() if key not in self.wanted[model]]
        self.now[model] = {key: each for key, each in self.now[model].items() if key in self.wanted[model]}
        for each in gone:
            moved[_name(each)] = (revision.columns(each), None)
        try:
            model.objects.filter(pk__in=[each.pk for each in gone]).delete()
        except ProtectedError as error:
            leaning = ", ".join(sorted({str(each._meta.verbose_name) for each in error.protected_objects}))
            raise Refused.at(
                "",
                "still_leaned_on",
                _("Other records lean on a part that is left out (%(kinds)s): remove or change them first.")
                % {"kinds": leaning},
            ) from error


def _follow(row: models.Model) -> None:
    """Point where the records now are that `row` was made with: one of them may have become a row there was."""
    for field in row._meta.concrete_fields:
        if field.is_relation and field.is_cached(row) and (other := getattr(row, field.name)) is not None:
            setattr(row, field.attname, other.pk)


def _name(row: models.Model) -> str:
    return f"{row._meta.model_name} {row.pk}"

"""Changes a record as a whole: its dossier as it shall read, compared with what the registry has."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
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
    Amendment,
    AmendmentChange,
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
    WithoutSource,
)
from agreements.queries import in_hand, proof
from agreements.services.proof import without_proof
from agreements.services.register import Registration
from agreements.services.review import entered
from agreements.services.signatures import Signature
from agreements.shapes import DossierShape
from audit import revision, trail
from audit.trail import Actor, one_write
from lib.problems import Refused
from lib.rows import insert
from lib.shapes import checked
from organizations.permissions import Permission

# The tables of a record with the way from each to its agreement, in the order in which they lean on each other.
PARTS: dict[type[models.Model], str] = {
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
    Amendment: "agreement",
    AmendmentChange: "amendment__agreement",
    AgreementLink: "agreement",
    Citation: "agreement",
    WithoutSource: "agreement",
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
    WithoutSource: ("about", *(f"{name}_id" for name in WithoutSource.FACTS)),
}
# What belongs to a fact of another table, with its column: where it moves, the fact says something else.
_BELONG = {
    ObjectiveGroup: "objective_id",
    CommitmentDebtor: "commitment_id",
    CommitmentBeneficiary: "commitment_id",
    AdvantageBeneficiary: "advantage_id",
    Signatory: "party_id",
}


def revise(
    agreement_id: UUID,
    document: Mapping[str, Any],
    *,
    version: int,
    reason: str = "",
    how: "type[Revision] | None" = None,
    became: dict[str, models.Model] | None = None,
    links: Collection[str] | None = None,
    signed: Mapping[str, Signature] | None = None,
    proposed_by: str = "",
    by: Actor,
) -> Agreement:
    """Make the record read as `document` (a DossierShape with the ids it was read with); what is left out is removed.

    Parts keep their ids, and all that points at them; a part without an id is new. A record that already reads so is
    left alone. `version` is the one the document was read from. `how` is what the change is: a correction, or one of
    `amending`. `links` are the ids of those the document was read with; without it, those that `by` may see. Drafts are
    revised by those who entered them, all others by whoever may edit; `proposed_by` names whose change it is, where
    another decides; `signed` is as for `register`. A published record is not left with less proof than it had. Raises
    PermissionDenied, or Refused with every fault; nothing is written then.
    """
    with one_write():
        agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement_id)
        own = agreement.editorial_state == Agreement.EditorialState.DRAFT and entered(agreement, by)
        if not (own and by.may(Permission.REGISTER)) and not by.may(Permission.EDIT):
            raise PermissionDenied(_("Only those who entered it or an editor changes a record."))
        revised = _taken_in(agreement, document, version=version, how=how, links=links, signed=signed, by=by)
        if became is not None:
            became |= revised.became()
        if moved := revised.apply():
            _count_up(agreement)
            if proposed_by:
                moved |= {"proposed_by": (None, proposed_by)}
            trail.record(revised.verb, agreement, by=by, reason=reason, changes=moved)
    return agreement


@contextmanager
def as_proposed(
    agreement_id: UUID,
    document: Mapping[str, Any],
    *,
    version: int,
    how: "type[Revision] | None" = None,
    links: Collection[str] | None = None,
    signed: Mapping[str, Signature] | None = None,
    by: Actor,
) -> Iterator[dict[str, str]]:
    """Inside, the record reads as `revise` would make it, whoever `by` is: nobody needs a right to propose. Then all is
    as it was.

    Yields the keys that new parts have in the document, by the ids they have inside. Raises Refused as `revise` does.
    """
    with transaction.atomic():
        with one_write():
            agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement_id)
            revised = _taken_in(
                agreement, document, version=version, how=how, links=links, signed=signed, by=by
            )
            if moved := revised.apply():
                _count_up(agreement)
                trail.record(revised.verb, agreement, by=by, changes=moved)
        yield {str(row.pk): name for (_model, name), row in revised.rows.items() if name != str(row.pk)}
        transaction.set_rollback(True)


def _taken_in(
    agreement: Agreement, document: Mapping[str, Any], *, version: int, how, links, signed, by: Actor
) -> "Revision":
    """The revision with every part taken in, ready to be applied. Raises Refused."""
    content = checked(DossierShape, document)
    if agreement.version != version:
        raise Refused.at(
            "/version",
            "changed_meanwhile",
            _("The record has changed since: it is at version %(now)d, you began from version %(then)d.")
            % {"now": agreement.version, "then": version},
        )
    revised = (how or Revision)(content, agreement, by, told=document, links=links)
    revised.signed = signed or {}
    revised.take_in()
    return revised


def _count_up(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(version=F("version") + 1)
    agreement.refresh_from_db()


class Revision(Registration):
    """One dossier against one record: the rows it wants are gathered first, then compared with those there are.

    This one corrects: the record was wrong, and the agreement is what it was.
    """

    verb = "agreement.corrected"

    def __init__(
        self,
        dossier: Mapping[str, Any],
        agreement: Agreement,
        by: Actor,
        *,
        told: Mapping[str, Any],
        links: Collection[str] | None = None,
    ):
        super().__init__(dossier, by)
        self.told = told
        self.restoring = False  # ids here are those of the record itself
        self.agreement_now = agreement
        self.now: dict[type, dict[UUID, models.Model]] = {Agreement: {agreement.pk: agreement}}
        rows = in_hand.rows_of(agreement.pk)
        for model in PARTS:
            self.now[model] = {each.pk: each for each in rows.get(model, ())}
        sources = {each.source_id for each in self.now[AgreementSource].values()}
        self.now[NoiseSpan] = {each.pk: each for each in NoiseSpan.objects.filter(source__in=sources)}
        # A link that was not in the document, because its reader may not see it, is left alone.
        if links is None:
            seen = Agreement.objects.visible_to(by).filter(linked_from__agreement=agreement)
            links = map(str, agreement.links.filter(to__in=seen).values_list("pk", flat=True))
        known = frozenset(links)
        self.now[AgreementLink] = {
            key: each for key, each in self.now[AgreementLink].items() if str(key) in known
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

    def changed_by(self, row: Amendment, part: Mapping, at: str) -> list[AmendmentChange]:
        """What an amendment changed stays as it was entered; an amendment that is new comes by `amending.Amending`."""
        if row.pk not in self.now[Amendment]:
            self.fault(
                at,
                "no_correction",
                _("A correction records no amendment: begin with “The parties changed the agreement”."),
            )
        return [each for each in self.now[AmendmentChange].values() if each.amendment_id == row.pk]

    def sign(self, row: WithoutSource, part: Mapping[str, Any], at: str) -> None:
        """Who signed, and when, stays as it is while the fact and the reason do."""
        now = self.now[WithoutSource].get(row.pk)
        told = ("about", "reason", *(f"{name}_id" for name in WithoutSource.FACTS))
        _follow(row)
        if now and all(getattr(row, name) == getattr(now, name) for name in told):
            row.signed_by, row.signed_at = now.signed_by, now.signed_at
        else:
            super().sign(row, {**part, "by": None, "at": None} if now else part, at)

    # The comparison.

    def apply(self) -> dict[str, tuple[Any, Any]]:
        """Write what differs; for each row that moved, its columns before and after, as an event tells them."""
        moved: dict[str, tuple[Any, Any]] = {}
        if is_published := self.agreement_now.editorial_state == Agreement.EditorialState.PUBLISHED:
            touched, bare = self._touched(), set(proof.unproved(self.agreement_now.pk))
        # What is set aside belongs to the source: it stays where the record lets go of the source itself.
        sources = {each.source_id for each in self.wanted[AgreementSource].values()}
        self.now[NoiseSpan] = {
            key: each for key, each in self.now[NoiseSpan].items() if each.source_id in sources
        }
        # Quotes that go, go first: what they stood on may be set aside now.
        self._take_away(Citation, moved)
        self._take_away(NoiseSpan, moved)
        for model in (Agreement, NoiseSpan, *PARTS):
            self._write(model, moved)
        for model in reversed(PARTS):
            self._take_away(model, moved)
        if is_published:
            self._demand_proof(touched, bare)
        return moved

    def _touched(self) -> set[UUID | str]:
        """The facts that say something else than before: parts by their keys, facts of the agreement by their names."""
        (after,) = self.wanted[Agreement].values()
        touched: set[UUID | str] = {
            about
            for about, names in proof.COLUMNS.items()
            if _said(after, *names) != _said(self.agreement_now, *names)
        }
        for _column, model, _order in proof.MEMBERS.values():
            now, wanted = self.now[model], self.wanted[model]
            touched |= {key for key in now.keys() & wanted.keys() if _said(now[key]) != _said(wanted[key])}
        for model, owner in _BELONG.items():
            now, wanted = (
                {(getattr(each, owner), _said(each)) for each in side[model].values()}
                for side in (self.now, self.wanted)
            )
            touched |= {key for key, _link in now ^ wanted}
        return touched

    def _demand_proof(self, touched: set[UUID | str], bare: set[proof.Bare]) -> None:
        """Refuse each fact without proof that says something new, or that had a proof before."""
        short = [
            each
            for each in proof.unproved(self.agreement_now.pk)
            if each not in bare or (each.about or each.key) in touched
        ]
        places = {row.pk: at for row, at in self.places}
        self.faults += [
            without_proof(proof.PLACES[each.about] if each.about else places[each.key]) for each in short
        ]
        self.stop_at_faults()

    def _write(self, model: type, moved: dict[str, tuple[Any, Any]]) -> None:
        now = self.now[model]
        new = [each for key, each in self.wanted[model].items() if key not in now]
        insert(model, new)
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


def _said(row: models.Model, *prefixes: str) -> tuple:
    """The columns of a row whose names begin so, or all, but for its key and its place among others."""
    told = revision.columns(row).items()
    begin = prefixes or ("",)
    return tuple(value for name, value in told if name.startswith(begin) and name not in ("id", "position"))


def _name(row: models.Model) -> str:
    return f"{row._meta.model_name} {row.pk}"

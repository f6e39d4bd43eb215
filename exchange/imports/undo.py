"""Takes a whole import back: what it made goes, what it changed reads again as before. All of it, or nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import queries as activities
from activities import services as activity_services
from activities.models import Activity
from agreements import services as agreement_services
from agreements.models import Agreement, Draft, Programme
from agreements.queries.waiting import changed_by
from agreements.services import drafting, removal
from audit import revision, trail
from audit.models import AuditEvent
from audit.trail import one_write
from exchange.imports.organizations import change_organization
from exchange.imports.people import change_person
from exchange.imports.run import Busy, nobody_else
from exchange.models import Import, ImportEffect
from exchange.queries.imports import Target, withheld
from lib import languages
from lib.problems import Fault, Refused
from organizations.models import Organization, Person, User
from organizations.permissions import Permission
from organizations.services import demand

DRAFT = "agreements.draft"
_AGREEMENT = "agreements.agreement"


def undo(imported: Import, *, by: User) -> Import:
    """Take back everything the import made or changed.

    Raises PermissionDenied for anybody but who entered it and editors; Refused, with each record that stands in the
    way, when somebody has changed one since or leans on one. Nothing has happened then.
    """
    demand(by, Permission.REGISTER)
    if imported.applied_by_id != by.pk:
        demand(by, Permission.EDIT)
    try:
        with one_write(), nobody_else(imported):
            row = Import.objects.select_for_update().get(pk=imported.pk)
            if row.applied_at is None or row.undone_at is not None:
                raise Refused.at("", "not_entered", _("It is not entered: there is nothing to take back."))
            if row.is_bulk:
                raise Refused([_too_many()])
            effects = list(row.effects.select_related("imported").order_by("-id"))
            if faults := in_the_way(effects, by=by):
                raise Refused(faults)
            for each in effects:
                _take_back(each, by=by)
            row.undone_at = imported.undone_at = timezone.now()
            row.save(update_fields=["undone_at"])
            trail.record("import.undone", row, by=by, changes={"undone_at": (None, row.undone_at)})
    except Busy as busy:
        raise Refused.at("", "worked_on", _("It is being worked on: wait until that has ended.")) from busy
    return imported


def barred(imported: Import) -> list[Fault]:
    """Why nobody can take the import back, whatever has happened since."""
    return [_too_many()] if imported.is_bulk else []


def _too_many() -> Fault:
    return Fault(
        "",
        "entered_in_bulk",
        _("It was entered in bulk: its agreements are drafts, and each is taken out on its own page."),
    )


def counted(effects: list[ImportEffect]) -> dict[str, int]:
    """How many records it made, changed, and proposed a change of."""
    proposed = sum(each.target_type == DRAFT for each in effects)
    made = sum(each.made for each in effects)
    return {"made": made, "changed": len(effects) - made - proposed, "proposed": proposed}


def in_the_way(effects: list[ImportEffect], *, by: User) -> list[Fault]:
    """What stands in the way of `by`, in words: records that somebody has changed since, or taken away.

    One that `by` may not read is not named.
    """
    closed = withheld(map(_about, effects), actor=by)
    wrote = _written([each.target_id for each in effects if each.target_type == DRAFT], by)
    chains = {each.chain for each in effects}
    now = dict(
        AuditEvent.objects.filter(chain__in=chains).values_list("chain").annotate(last=Max("sequence"))
    )
    rows = {
        kind: _bring(kind).in_bulk([each.target_id for each in effects if each.target_type == kind])
        for kind in {each.target_type for each in effects}
    }
    faults = []
    for each in effects:
        row = rows[each.target_type].get(each.target_id)
        if row is None:
            faults.append(
                Fault(
                    "",
                    "gone",
                    _("A record of kind “%(kind)s” is not there any more.") % {"kind": _kind(each)},
                )
            )
        elif _about(each) in closed:
            faults.append(Fault("", "not_yours", _("It changed a record that you may not read.")))
        elif each.target_type == DRAFT:
            may = each.target_id in wrote or by.may(Permission.REVIEW)
            faults += _standing(row, since=each.imported.applied_at, may=may)
        elif now.get(each.chain, 0) != each.sequence:
            faults.append(_changed_since(each.target_type, row))
    return faults


def _changed_since(kind: str, row: Model) -> Fault:
    told = {"kind": apps.get_model(kind)._meta.verbose_name, "name": row}
    return Fault("", "changed_since", _("%(kind)s “%(name)s” has been changed since.") % told)


def _about(effect: ImportEffect) -> Target:
    """The record that it is about: a change tells of the one it changes."""
    if effect.target_type == DRAFT:
        return _AGREEMENT, str(effect.chain)
    return effect.target_type, str(effect.target_id)


def _standing(draft: Draft, *, since: datetime, may: bool) -> list[Fault]:
    """Why a change that the import proposed is not taken back by who `may` or may not; nothing for one that is idle."""
    if draft.outcome == Draft.Outcome.ENTERED or (draft.submitted_at and draft.submitted_at > since):
        return [_changed_since(_AGREEMENT, draft.agreement)]
    if draft.submitted_at is None or may:
        return []
    told = {"record": draft.agreement, "name": draft.submitted_by.name}
    return [
        Fault(
            "",
            "waits_for_approval",
            _(
                "A change of “%(record)s” waits for approval: %(name)s, who submitted it, can take the import back,"
                " or a reviewer."
            )
            % told,
        )
    ]


def _written(drafts: list[UUID], by: User) -> set[UUID]:
    """Those of the drafts that `by` wrote in."""
    return set(Draft.objects.filter(changed_by(by), pk__in=drafts).values_list("pk", flat=True))


def _bring(kind: str) -> QuerySet:
    rows = apps.get_model(kind)._base_manager.all()
    return rows.select_related("agreement", "submitted_by") if kind == DRAFT else rows


def _model(effect: ImportEffect) -> type[Model]:
    return apps.get_model(effect.target_type)


def _kind(effect: ImportEffect) -> str:
    return str(_model(effect)._meta.verbose_name)


def _row(effect: ImportEffect) -> Model | None:
    return _model(effect)._base_manager.filter(pk=effect.target_id).first()


def _take_back(effect: ImportEffect, *, by: User) -> None:
    row = _row(effect)
    name = row.agreement if isinstance(row, Draft) else row
    try:
        if effect.made and isinstance(row, Agreement):
            removal.take_out(row, reason=_("The import was taken back."), by=by)
        elif effect.made:
            chain = effect.chain if effect.chain != effect.target_id else None
            revision.remove(row, by=by, chain=chain, reason=_("The import was taken back."))
        else:
            _BACK[effect.target_type](row, effect.before, by)
    except ValidationError as refusal:
        raise Refused.at("", "invalid", f"{name}: {' '.join(refusal.messages)}") from refusal
    except PermissionDenied as refusal:
        raise Refused.at("", "not_yours", f"{name}: {refusal}") from refusal
    except Refused as refusal:
        raise Refused(
            [Fault("", each.code, f"{name}: {each.message}") for each in refusal.faults]
        ) from refusal


# What a record was.


def _agreement(row: Agreement, before: dict[str, Any], by: User) -> None:
    agreement_services.revise(
        row.pk, before, version=row.version, reason=_("The import was taken back."), by=by
    )


def _draft(row: Draft, before: dict[str, Any], by: User) -> None:
    """A change that waits for approval is called back by its author and put away, or sent back by a reviewer.

    One that is with its author again, or put away, asks for nothing.
    """
    wrote = row.pk in _written([row.pk], by)
    if row.closed_at is not None or (row.submitted_at is None and not wrote):
        return
    if not wrote:
        drafting.send_back(row.pk, reason=_("The import was taken back."), by=by)
        return
    if row.submitted_at is not None:
        drafting.call_back(row.pk, by=by)
    drafting.discard(row.pk, by=by)


def _activity(row: Activity, before: dict[str, Any], by: User) -> None:
    activity_services.change_activity(row.pk, before, seen=activities.seal(row), by=by)


def _organization(row: Organization, before: dict[str, Any], by: User) -> None:
    change_organization(row, before, by=by, exactly=True)


def _person(row: Person, before: dict[str, Any], by: User) -> None:
    change_person(row, before, by=by)


def _programme(row: Programme, before: dict[str, Any], by: User) -> None:
    row.slug, row.source_language = before["slug"], before["source_language"]
    for name in ("name", "short_name"):
        languages.assign(row, name, before[f"{name}s"])
    agreement_services.store(row, by=by)


_BACK: dict[str, Callable[[Any, dict[str, Any], User], None]] = {
    _AGREEMENT: _agreement,
    DRAFT: _draft,
    "activities.activity": _activity,
    "organizations.organization": _organization,
    "organizations.person": _person,
    "agreements.programme": _programme,
}

"""Writes activities: reported by who holds them, counted towards what their organization is party to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from activities import queries
from activities.models import Activity, ActivityKind, ActivityOrganizer, Fulfilment, Participation
from activities.services.evidence import Upload, fit, told, write_with_files
from activities.shapes import ActivityShape
from agreements.models import Commitment, Party, TargetGroup
from audit import revision, trail
from audit.trail import Actor
from lib import languages, sent
from lib.problems import Fault, Refused, pointed
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.services import demand


class StaleActivity(Refused):
    """The activity has changed since the caller read it."""


@dataclass(frozen=True)
class _Told:
    """A document that was found to be right, with the records it names."""

    content: dict[str, Any]
    organizers: list[Organization]
    commitments: list[Commitment]

    @property
    def counts(self) -> list[tuple[Commitment, str, str]]:
        parts = self.content["counts_toward"]
        return [
            (commitment, part["extent"], part["note"])
            for commitment, part in zip(self.commitments, parts, strict=True)
        ]

    @property
    def reached(self) -> list[tuple[str | None, str, int]]:
        return [(part["target_group"], part["sex"], part["number"]) for part in self.content["reached"]]

    def write_on(self, activity: Activity) -> None:
        activity.source_language = self.content["source_language"]
        activity.kind_id = self.content["kind"]
        activity.status = self.content["status"]
        activity.held = self.content["held"]
        activity.place = self.content["place"]
        languages.assign(activity, "title", self.content["titles"])
        languages.assign(activity, "description", self.content["descriptions"])


def report_activity(document: Mapping[str, Any], *, uploads: Sequence[Upload] = (), by: Actor) -> Activity:
    """Enter an activity with its organizers, what it counts towards, whom it reached and the files that show it.

    `document` is an ActivityShape in plain values. Unless `by` may edit the registry, it acts for an organizer, and
    counts towards commitments of agreements to which its organization is a party. Raises PermissionDenied, or Refused
    with every fault; then neither a row nor a file is left.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    found = _checked(document, uploads, by=by)
    with write_with_files() as keep:
        activity = Activity(**_id(found.content, by))
        found.write_on(activity)
        activity.save(force_insert=True)
        _organize(activity, dict.fromkeys(found.organizers))
        _count(activity, found.counts)
        _reach(activity, found.reached)
        kept = [keep(each, activity=activity) for each in uploads]
        trail.record(
            "activity.reported",
            activity,
            by=by,
            changes={
                "titles": (None, found.content["titles"]),
                "held": (None, activity.held.as_json()),
                "counts_toward": (None, [each.pk for each in found.commitments]),
            }
            | ({"evidence": (None, told(kept))} if kept else {}),
        )
    return activity


def change_activity(
    activity_id: UUID, document: Mapping[str, Any], *, seen: str, uploads: Sequence[Upload] = (), by: Actor
) -> Activity:
    """Correct an activity, as one of its organizers or as an editor; files are added, never taken away.

    `seen` is the `queries.seal` of what the caller read: of two corrections of one state the second raises
    StaleActivity. What `by` may not count towards stays as it is. An unchanged activity writes nothing. Raises
    Activity.DoesNotExist for one that `by` may not read, PermissionDenied, or Refused with every fault.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    with write_with_files() as keep:
        activity = own(activity_id, by=by)
        if queries.seal(activity) != seen:
            raise StaleActivity.at(
                "",
                "stale",
                _("This activity has changed since you opened it: look at both, then save again."),
            )
        found = _checked(_own_counts(activity, document, by=by), uploads, by=by)
        old = revision.columns(activity)
        found.write_on(activity)
        changes = {
            column: (old[column], new)
            for column, new in revision.columns(activity).items()
            if old[column] != new
        }
        if changes:
            activity.save()
        changes |= (
            _organize(activity, dict.fromkeys(found.organizers))
            | _count(activity, found.counts, within=_counted_by(by))
            | _reach(activity, found.reached)
        )
        if kept := [keep(each, activity=activity) for each in uploads]:
            changes["evidence"] = (None, told(kept))
        if changes:
            trail.record("activity.changed", activity, by=by, changes=changes)
    return activity


def own(activity_id: UUID, *, by: Actor) -> Activity:
    """The activity, locked. Raises PermissionDenied unless `by` acts for an organizer or may edit the registry."""
    activity = Activity.objects.visible_to(by).select_for_update(of=("self",)).get(pk=activity_id)
    if not queries.may_change(activity, by):
        raise PermissionDenied(_("An activity is corrected by an organization that holds it."))
    return activity


def _checked(document: Mapping[str, Any], uploads: Sequence[Upload], *, by: Actor) -> _Told:
    shape = ActivityShape(data=document)
    if not shape.is_valid():
        raise Refused(list(pointed(shape.errors)))
    content = shape.validated_data
    faults: list[Fault] = []

    def rows(model, visible, names, pointer):
        keys = {name: key for name in names if (key := sent.key(name))}
        found = {str(row.pk): row for row in visible.filter(pk__in=keys.values())}
        for index, name in enumerate(names):
            if name not in keys or str(keys[name]) not in found:
                faults.append(
                    Fault(
                        pointer.format(index=index),
                        "points_nowhere",
                        _("This names no %(kind)s of the registry.") % {"kind": model._meta.verbose_name},
                    )
                )
        return [found.get(str(keys.get(name))) for name in names]

    organizers = rows(
        Organization, Organization.objects.visible_to(by), content["organizers"], "/organizers/{index}"
    )
    commitments = rows(
        Commitment,
        _counted_by(by),
        [each["commitment"] for each in content["counts_toward"]],
        "/counts_toward/{index}/commitment",
    )
    if not ActivityKind.objects.filter(pk=content["kind"]).exists():
        faults.append(Fault("/kind", "unknown_code", _("This is not in the vocabulary of activity kinds.")))
    groups = set(TargetGroup.objects.values_list("code", flat=True))
    for index, part in enumerate(content["reached"]):
        if part["target_group"] is not None and part["target_group"] not in groups:
            faults.append(
                Fault(
                    f"/reached/{index}/target_group",
                    "unknown_code",
                    _("This is not in the vocabulary of target groups."),
                )
            )
    if faults:
        raise Refused(faults)
    if not by.may(Permission.EDIT) and by.organization_id not in {each.pk for each in organizers}:
        raise PermissionDenied(_("Activities are reported by an organization that holds them."))
    fit(uploads)
    return _Told(content, organizers, commitments)


def _counted_by(by: Actor) -> models.QuerySet:
    """The commitments that `by` may count an activity towards: what others promised each other is not its business."""
    visible = Commitment.objects.visible_to(by)
    if by.may(Permission.EDIT):
        return visible
    own = Party.objects.filter(organization__isnull=False, organization=by.organization_id)
    return visible.filter(agreement__in=own.values("agreement"))


def _own_counts(activity: Activity, document: Mapping[str, Any], *, by: Actor) -> Mapping[str, Any]:
    """The document without what the activity counts towards already and `by` may not count it towards.

    Whoever holds it with others reads what the others count, and sends that back as it was read.
    """
    told = document.get("counts_toward") if isinstance(document, Mapping) else None
    if not isinstance(told, list):
        return document
    counted = activity.fulfilments.exclude(commitment__in=_counted_by(by))
    others = {str(key) for key in counted.values_list("commitment", flat=True)}

    def is_theirs(part: Any) -> bool:
        commitment = part.get("commitment") if isinstance(part, Mapping) else None
        return isinstance(commitment, Mapping) and str(commitment.get("id")) in others

    return {**document, "counts_toward": [each for each in told if not is_theirs(each)]}


def _organize(activity: Activity, organizers) -> dict[str, tuple]:
    """Let exactly these hold the activity; what moved, for the event."""
    old = {each.organization_id: each for each in activity.organizers.all()}
    new = {each.pk for each in organizers}
    activity.organizers.exclude(organization__in=new).delete()
    ActivityOrganizer.objects.bulk_create(
        ActivityOrganizer(activity=activity, organization=each) for each in organizers if each.pk not in old
    )
    return {} if old.keys() == new else {"organizers": (sorted(old), sorted(new))}


def _count(activity: Activity, counts, *, within=None) -> dict[str, tuple]:
    """Count the activity towards exactly these of the commitments `within`; what moved, for the event."""
    counted = activity.fulfilments.all()
    if within is not None:
        counted = counted.filter(commitment__in=within)
    old = {each.commitment_id: each for each in counted}
    before = {str(key): (each.extent, each.note) for key, each in old.items()}
    kept = {commitment.pk for commitment, _extent, _note in counts}
    activity.fulfilments.filter(commitment__in=old.keys() - kept).delete()
    for commitment, extent, note in counts:
        row = old.get(commitment.pk)
        if row and (row.extent, row.note) != (extent, note):
            row.extent, row.note = extent, note
            row.save(update_fields=["extent", "note"])
    Fulfilment.objects.bulk_create(
        Fulfilment(activity=activity, commitment=commitment, extent=extent, note=note)
        for commitment, extent, note in counts
        if commitment.pk not in old
    )
    after = {str(commitment.pk): (extent, note) for commitment, extent, note in counts}
    return {} if before == after else {"counts_toward": (before, after)}


def _reach(activity: Activity, reached) -> dict[str, tuple]:
    """Count exactly these people; what moved, for the event."""
    rows = activity.participations.all()
    old = [(each.target_group_id, each.sex, each.number) for each in rows]
    if sorted(old, key=repr) == sorted(reached, key=repr):
        return {}
    rows.delete()
    Participation.objects.bulk_create(
        Participation(activity=activity, target_group_id=group, sex=sex, number=number)
        for group, sex, number in reached
    )
    return {"reached": (old, reached)}


def _id(content: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """The column `id`, for an actor who restores a registry: its addresses hold there."""
    return {"id": content["id"]} if content.get("id") and by.may(Permission.RESTORE) else {}

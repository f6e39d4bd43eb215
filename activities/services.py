"""Every write about what is done: activities, what they count toward, and what each party says."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import models
from django.utils.translation import gettext as _

from activities.models import (
    Activity,
    ActivityKind,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from activities.shapes import ActivityShape
from agreements.models import Agreement, Commitment, Party, TargetGroup
from audit import revision, trail
from audit.trail import Actor, one_write
from lib import languages
from lib.problems import Fault, Refused, pointed
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.services import demand

# Whose history a record belongs to.
_CHAIN = {
    ActivityOrganizer: "activity_id",
    Fulfilment: "activity_id",
    Participation: "activity_id",
}


def report_activity(document: Mapping[str, Any], *, by: Actor) -> Activity:
    """Enter an activity with its organizers, what it counts toward and whom it reached.

    `document` is an ActivityShape in plain values. Unless `by` may edit the registry, it acts for an organizer, and
    counts toward commitments of agreements to which its organization is a party. Raises PermissionDenied, or Refused
    with every fault.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    shape = ActivityShape(data=document)
    if not shape.is_valid():
        raise Refused(list(pointed(shape.errors)))
    content = shape.validated_data
    faults: list[Fault] = []

    def rows(model, visible, names, pointer):
        keys = {name: key for name in names if (key := _key(name))}
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
    with one_write():
        activity = Activity(
            source_language=content["source_language"],
            kind_id=content["kind"],
            status=content["status"],
            held=content["held"],
            place=content["place"],
        )
        languages.assign(activity, "title", content["titles"])
        languages.assign(activity, "description", content["descriptions"])
        activity.save(force_insert=True)
        ActivityOrganizer.objects.bulk_create(
            ActivityOrganizer(activity=activity, organization=each) for each in dict.fromkeys(organizers)
        )
        Fulfilment.objects.bulk_create(
            Fulfilment(activity=activity, commitment=commitment, extent=part["extent"], note=part["note"])
            for commitment, part in zip(commitments, content["counts_toward"], strict=True)
        )
        Participation.objects.bulk_create(
            Participation(
                activity=activity,
                target_group_id=part["target_group"],
                sex=part["sex"],
                number=part["number"],
            )
            for part in content["reached"]
        )
        trail.record(
            "activity.reported",
            activity,
            by=by,
            changes={
                "titles": (None, content["titles"]),
                "held": (None, activity.held.as_json()),
                "counts_toward": (None, [each.pk for each in commitments]),
            },
        )
    return activity


def _counted_by(by: Actor) -> models.QuerySet:
    """The commitments that `by` may count an activity toward: what others promised each other is not its business."""
    visible = Commitment.objects.visible_to(by)
    if by.may(Permission.EDIT):
        return visible
    own = Party.objects.filter(organization__isnull=False, organization=by.organization_id)
    return visible.filter(agreement__in=own.values("agreement"))


def report_progress(
    commitment_id: UUID, *, party_id: UUID, verdict: str, said_on: date, note: str = "", by: Actor
) -> ProgressView:
    """Record one party's own word on a commitment. A party speaks only for itself.

    Raises PermissionDenied unless `by` acts for the party's organization; Refused when the party is not one of the
    agreement, or already said something that day.
    """
    demand(by, Permission.PROGRESS_REPORT)
    commitment = Commitment.objects.visible_to(by).get(pk=commitment_id)
    party = Party.objects.filter(pk=party_id, agreement=commitment.agreement_id).first()
    if party is None:
        raise Refused.at(
            "/party", "not_a_party", _("Only a party to the agreement says how far a commitment is.")
        )
    if party.organization_id != by.organization_id:
        raise PermissionDenied(_("A party speaks only for itself."))
    with one_write():
        view = ProgressView(commitment=commitment, party=party, verdict=verdict, said_on=said_on, note=note)
        view.full_clean()
        view.save(force_insert=True)
        trail.record(
            "progress.reported",
            view,
            by=by,
            chain=commitment.agreement_id,
            changes={"verdict": (None, verdict), "said_on": (None, said_on)},
        )
    return view


def attach_evidence(
    file: File,
    *,
    name: str,
    activity: Activity | None = None,
    progress_view: ProgressView | None = None,
    by: Actor,
) -> EvidenceFile:
    """Keep a file under a random name, sealed by its hash; the original is never altered.

    Raises PermissionDenied unless `by` acts for an organizer of the activity, or for the party whose word it backs.
    """
    demand(by, Permission.ACTIVITY_REPORT)
    if not by.may(Permission.EDIT) and by.organization_id not in _owners(activity, progress_view):
        raise PermissionDenied(_("Evidence is given by whoever held the activity or said the word."))
    with one_write():
        evidence = EvidenceFile(
            activity=activity,
            progress_view=progress_view,
            file=file,
            name=name,
            sha256=EvidenceFile.digest(file),
        )
        evidence.full_clean()
        evidence.save(force_insert=True)
        trail.record(
            "evidence.attached",
            evidence,
            by=by,
            changes={"name": (None, name), "sha256": (None, evidence.sha256)},
        )
    return evidence


def _owners(activity: Activity | None, view: ProgressView | None) -> set[UUID]:
    """The organizations whose activity or whose word it is."""
    held = set(activity.organizers.values_list("organization", flat=True)) if activity else set()
    return held | ({view.party.organization_id} if view else set())


def store(instance: models.Model, *, by: Actor) -> models.Model:
    """Create or change one record of this room, as the administration does; an unchanged one writes nothing.

    Raises ValidationError at the fields that break a rule.
    """
    demand(by, Permission.VOCABULARY_EDIT if isinstance(instance, ActivityKind) else Permission.EDIT)
    if isinstance(instance, EvidenceFile) and instance.file:
        instance.sha256 = EvidenceFile.digest(instance.file)
    return revision.store(instance, by=by, chain=_chain(instance))


def remove(instance: models.Model, *, by: Actor, reason: str = "") -> None:
    """Remove one record of this room. Raises Refused when another record leans on it."""
    demand(by, Permission.VOCABULARY_EDIT if isinstance(instance, ActivityKind) else Permission.EDIT)
    revision.remove(instance, by=by, chain=_chain(instance), reason=reason)


def _chain(instance: models.Model):
    if isinstance(instance, ProgressView):
        return Agreement.objects.values_list("pk", flat=True).get(commitments=instance.commitment_id)
    return getattr(instance, _CHAIN[type(instance)]) if type(instance) in _CHAIN else None


def _key(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None

"""Writes about proof and doubt."""

from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, OpenQuestion
from audit import trail
from audit.trail import Actor, one_write
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand


def resolve_question(question_id: UUID, *, resolution: str, by: Actor) -> OpenQuestion:
    """Close a doubt: a reviewer says, by name and in words, how the text is to be read.

    Raises Refused when it is already resolved or nothing is said. The fact itself is changed by a correction, not here.
    """
    demand(by, Permission.REVIEW)
    if not resolution.strip():
        raise Refused.at("/resolution", "resolution_missing", _("Say how the text is to be read, and why."))
    with one_write():
        question = OpenQuestion.objects.select_for_update(of=("self",)).get(pk=question_id)
        if question.resolved_at is not None:
            raise Refused.at("", "already_resolved", _("This question is already resolved."))
        question.resolved_at = timezone.now()
        question.resolved_by = by.audit_label()
        question.resolution = resolution.strip()
        question.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        Agreement.objects.filter(pk=question.agreement_id).update(version=F("version") + 1)
        trail.record(
            "question.resolved",
            question,
            by=by,
            chain=question.agreement_id,
            changes={"resolution": ("", question.resolution)},
        )
    return question

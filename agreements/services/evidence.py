"""Writes about sources and doubts."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, NoiseSpan, OpenQuestion, Source
from agreements.services import files
from audit import trail
from audit.trail import Actor, one_write
from lib import noise
from lib.claims import DateClaim
from lib.problems import Refused
from lib.uploads import Upload
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


_KEPT = ("kind", "language", "title", "byline", "publisher", "url")


def renew(
    source_id: UUID, *, text: str, published: DateClaim, given: Sequence[Upload] = (), by: Actor
) -> Source:
    """Enter a later state of the text of a source: a corrected article, a better reading of a scan.

    It is a source of its own, in the same kind and language; what is likely no part of it is set aside anew. The older
    one stays with every quote taken from it. Raises PermissionDenied, DoesNotExist when `by` may not read the source,
    or Refused: for the same text, and where a newer one is entered already.
    """
    demand(by, Permission.EDIT)
    with one_write():
        older = Source.objects.visible_to(by).select_for_update(of=("self",)).get(pk=source_id)
        if text == older.text:
            raise Refused.at(
                "/text", "same_text", _("This is the same text, word for word: nothing is newer.")
            )
        if Source.objects.filter(replaces=older).exists():
            raise Refused.at(
                "", "replaced_already", _("A newer text is entered already: go on from that one.")
            )
        newer = Source(
            replaces=older,
            text=text,
            published=published,
            **{name: getattr(older, name) for name in _KEPT},
        )
        newer.save(force_insert=True)
        NoiseSpan.objects.bulk_create(
            NoiseSpan(source=newer, start=each.start, end=each.end, reason=each.reason)
            for each in noise.likely(text, newer.language)
        )
        trail.record(
            "source.renewed",
            newer,
            by=by,
            changes={"replaces": (None, older.pk), "title": (None, newer.title), "text": (None, len(text))},
        )
        if given:
            files.attach(newer, *given, by=by)
    return newer

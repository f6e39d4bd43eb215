"""Drafts as a list tells them: no draft is read whole for that."""

from collections import defaultdict
from enum import StrEnum

from django.db.models import Func, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Left

from agreements.models import Draft, SourceFile
from agreements.queries.waiting import with_turn

BEGINNING = 2_000
"""How many characters of its first source are read to name a draft that has no title."""


class Whose(StrEnum):
    """Of all that somebody may see: all, one's own, those of one's organization."""

    ALL = ""
    MINE = "mine"
    OURS = "ours"


def listed(actor, whose: Whose, *, away: bool) -> QuerySet:
    """The drafts to go on with, or those put away, each with the pieces that tell of it: one query."""
    outcome = Q(outcome=Draft.Outcome.DISCARDED) if away else Q(closed_at=None)
    mine = {
        Whose.ALL: Q(),
        Whose.MINE: Q(owner=actor.account_id),
        Whose.OURS: Q(organization=actor.organization_id, organization__isnull=False),
    }
    source = KeyTransform("0", KeyTransform("sources", "content"))
    return (
        with_turn(Draft.objects.visible_to(actor), actor)
        .filter(outcome, mine[whose])
        .select_related("owner", "agreement")
        .defer("content")
        .annotate(
            titles=KeyTransform("titles", "content"),
            language=Coalesce(
                KeyTextTransform("source_language", "content"), Value(""), output_field=TextField()
            ),
            beginning=Left(KeyTextTransform("text", source), BEGINNING),
            noise=KeyTransform("noise", source),
            parties=_number("parties"),
            commitments=_number("commitments"),
        )
    )


def _number(member: str) -> Coalesce:
    """How many parts a draft has of a kind."""
    length = Func(KeyTransform(member, "content"), function="jsonb_array_length", output_field=IntegerField())
    return Coalesce(length, Value(0))


def files_of(draft: Draft, actor) -> dict[str, list[SourceFile]]:
    """The files behind the sources of a draft, by the keys of these: its own, and those of sources there are already.

    One query. A file that names no source belongs to the first.
    """
    sources = draft.content.get("sources", ())
    known = {each["id"]: each["key"] for each in sources if each.get("id")}
    rows = SourceFile.objects.visible_to(actor).filter(Q(draft=draft) | Q(source__in=list(known)))
    found: dict[str, list[SourceFile]] = defaultdict(list)
    first = sources[0]["key"] if sources else ""
    for each in rows.in_order():
        found[known.get(str(each.source_id)) or each.part or first].append(each)
    return dict(found)

"""Merges two organizations, or two people, that are one; and takes a merge back, link by link."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import trail
from audit.models import Recorded
from audit.trail import Actor, one_write
from lib import languages
from lib.problems import Refused
from organizations.models import Alias, ApiToken, Merge, Organization, User
from organizations.permissions import Permission
from organizations.queries import merging
from organizations.queries.identity import in_one_order, pair_of, successor
from organizations.services.records import demand

TOLD = (Recorded, User, ApiToken)
"""Records that tell in a history of their own when their links move; papers on a desk do not."""


def merge(
    merged: Organization | models.Model, *, into: Organization | models.Model, reason: str, by: Actor
) -> Merge:
    """Let what points at `merged` point at `into`, or at what that was merged into; its address leads there too.

    Agreements and activities whose links move count their version up and tell it in their own history. Raises Refused
    with each reason why not, when nothing has moved.
    """
    demand(by, Permission.ORGANIZATION_EDIT)
    if type(merged) is not type(into):
        raise TypeError(f"{merged!r} and {into!r} are of two kinds")
    if not reason.strip():
        raise Refused.at("/reason", "reason_missing", _("Say why: how do you know that the two are one?"))
    with one_write():
        merged, into = _locked(merged, successor(into))
        if faults := list(merging.faults(merged, into, by=by)):
            raise Refused(faults)
        kind = merged._meta.model_name
        row = Merge(reason=reason.strip(), **{kind: merged, f"into_{kind}": into})
        touched: set[models.Model] = set()
        made = Alias.objects.bulk_create(merging.new_names(merged, into))
        row.made = [str(each.pk) for each in made]
        for link in merging.links(type(merged)):
            rows = link.to(merged)
            if link.model is Alias:
                rows = rows.exclude(pk__in=link.twins(merged, into).values("pk"))
            if keys := _move(link, rows, into, touched):
                row.moved[link.label] = keys
        row.pairs = _move_pairs(merged, into)
        merged.merged_into = into
        merged.save(update_fields=["merged_into"])
        row.save(force_insert=True)
        trail.record(
            f"{kind}.merged", merged, by=by, reason=row.reason, changes={"merged_into": (None, into.pk)}
        )
        trail.record(
            f"{kind}.absorbed", into, by=by, reason=row.reason, changes={"merged": (None, merged.pk)}
        )
        _tell(touched - {merged, into}, "links_moved", kind, (merged.pk, into.pk), by=by, reason=row.reason)
    return row


def undo(merge_id: UUID, *, reason: str = "", by: Actor) -> Merge:
    """Take a merge back: what it moved points at the merged record again, which has its page again.

    What was removed since, or given to a third record, stays so. Raises Refused when it is undone already, or when the
    record it was merged into has itself been merged since: that one is undone first.
    """
    demand(by, Permission.ORGANIZATION_EDIT)
    with one_write():
        row = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
        if row.undone_at is not None:
            raise Refused.at("", "undone_already", _("This merge is undone already."))
        merged, into = _locked(row.merged, row.into)
        if merged.merged_into_id != into.pk:
            raise Refused.at(
                "",
                "merged_further",
                _("“%(name)s” was itself merged since. Undo that merge first.") % {"name": into},
            )
        if row.moved.keys() & {each.label for each in merging.acting()}:
            demand(by, Permission.ADMINISTER)
        touched: set[models.Model] = set()
        kind = merged._meta.model_name
        # First of all it stands for itself again, so that rules and names that lean on that see it so.
        merged.merged_into = None
        merged.save(update_fields=["merged_into"])
        for link in merging.links(type(merged)):
            _move(link, link.to(into).filter(pk__in=row.moved.get(link.label, [])), merged, touched)
        _move_pairs_back(row)
        _take_names_back(row, into)
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
        trail.record(
            f"{kind}.merge_undone", merged, by=by, reason=reason, changes={"merged_into": (into.pk, None)}
        )
        trail.record(
            f"{kind}.merge_undone", into, by=by, reason=reason, changes={"merged": (merged.pk, None)}
        )
        _tell(touched - {merged, into}, "links_restored", kind, (into.pk, merged.pk), by=by, reason=reason)
    return row


def _locked(one: Any, other: Any) -> tuple[Any, Any]:
    """Both, as they are now; no other merge of either of them runs meanwhile."""
    rows = type(one).objects.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    found = {each.pk: each for each in rows}
    return found[one.pk], found[other.pk]


def _move(
    link: merging.Link, rows: models.QuerySet, to: models.Model, touched: set[models.Model]
) -> list[str]:
    """Point `rows` at `to`; their keys. The records they belong to are added to `touched`."""
    keys = []
    for each in merging.with_records(rows):
        keys.append(each.pk)
        if isinstance(record := merging.record_of(each), TOLD):
            touched.add(record)
    if keys:
        link.model._base_manager.filter(pk__in=keys).update(**{link.column: to})
    return [str(each) for each in keys]


def _move_pairs(merged, into) -> list[dict[str, str]]:
    """Whoever is not the merged one is not the other either; what is known of both already stays as it is."""
    pairs, before = merging.DISTINCT[type(merged)], []
    for pair in pairs.objects.filter(Q(first=merged) | Q(second=merged)).order_by("pk"):
        third = pair.second_id if pair.first_id == merged.pk else pair.first_id
        if pair_of(pairs, into.pk, third) is None:
            before.append({"id": str(pair.pk), "first": str(pair.first_id), "second": str(pair.second_id)})
            pair.first_id, pair.second_id = in_one_order(into.pk, third)
            pair.save(update_fields=["first", "second"])
    return before


def _move_pairs_back(row: Merge) -> None:
    pairs = merging.DISTINCT[type(row.merged)]
    for each in row.pairs:
        pairs.objects.filter(pk=each["id"]).update(first=each["first"], second=each["second"])


def _take_names_back(row: Merge, into) -> None:
    """Remove the names that the merge made, but those that somebody leans on since or another merged record has too."""
    if not row.made:
        return
    others = Organization.objects.filter(merged_into=into)
    brought = {
        words
        for other in others
        for name in ("name", "short_name")
        for words in languages.texts(other, name).values()
    }
    leaning = [Q(**{f"{each.name}__isnull": False}) for each in Alias._meta.related_objects]
    kept = Alias.objects.filter(pk__in=row.made)
    for each in leaning:
        kept = kept.exclude(each)
    kept.exclude(name__in=brought).delete()


def _tell(
    touched: set[models.Model], what: str, name: str, moved: tuple[UUID, UUID], *, by: Actor, reason: str
) -> None:
    """Each record whose links moved tells so in its own history, and counts its version up where it has one."""
    by_kind: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for each in touched:
        by_kind[type(each)].append(each)
    for kind, records in by_kind.items():
        records.sort(key=lambda each: str(each.pk))
        if any(each.name == "version" for each in kind._meta.fields):
            kind._base_manager.filter(pk__in=[each.pk for each in records]).update(version=F("version") + 1)
        for each in records:
            trail.record(f"{kind._meta.model_name}.{what}", each, by=by, reason=reason, changes={name: moved})

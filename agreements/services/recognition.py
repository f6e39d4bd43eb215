"""What a part of a draft is: a record that the registry has, or another than one that looks like it.

Each function tells changes, (path, value), for `drafting.change`; only `tell_apart` writes, when the draft is entered.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from agreements.models import Agreement, DistinctAgreements
from audit.trail import Actor
from lib import languages
from lib.papers import look
from lib.problems import Refused
from organizations.models import Organization, Person
from organizations.queries import read_office
from organizations.queries.identity import successor
from organizations.queries.merging import DISTINCT as PAIRS
from organizations.services.identity import state_pair

Asked = list[tuple[str, Any]]
KINDS: dict[str, type[models.Model]] = {"organizations": Organization, "people": Person, "": Agreement}
"""What may look like a record of the registry: a part of the draft by its member, or the agreement itself ("")."""

_POINTS = frozenset({"organization", "parent", "of_organization"})
"""Members of a dossier that point at an organization."""

_OF_AN_OFFICE = frozenset({"id", "attachment", "source_language", "titles", "since", "until"})


def kind_of(path: str) -> type[models.Model]:
    """The kind of record that the part at `path` becomes. Raises Refused for all else."""
    member = path.split("/")[1] if path.count("/") == 2 else path
    if member not in KINDS:
        raise Refused.at("/part", "unknown_place", _("A record has no such place."))
    return KINDS[member]


def same(content: Mapping[str, Any], path: str, record: Organization | Person) -> Asked:
    """The changes that make the part at `path` the `record`.

    Of an organization the registry's own entry counts from then on: all that pointed at the part points there. A
    person stays a part, with the registry's names, for the offices that this draft adds.
    """
    part = _part(content, path)
    forgotten = [(f"/distinct/{each['key']}", None) for each in apart_from(content, path)]
    if isinstance(record, Person):
        return [(path, _known_person(part, record)), *forgotten]
    there = [(at, {"id": str(record.pk)}) for at in _pointing(content, part["key"])]
    return [*there, (path, None), *forgotten]


def apart(content: Mapping[str, Any], path: str, record: models.Model) -> Asked:
    """The changes that note: what is at `path` ("" for the agreement itself) is another than the `record`."""
    if path:
        _part(content, path)
    key = f"{path.rpartition('/')[2] or 'agreement'}.{record.pk}"
    return [(f"/distinct/{key}", {"key": key, "part": path, "record": str(record.pk)})]


def together(content: Mapping[str, Any], path: str, record: models.Model) -> Asked:
    """The changes that take such a note back."""
    return [(at, None) for at, _value in apart(content, path, record)]


def apart_from(content: Mapping[str, Any], path: str) -> list[Mapping[str, Any]]:
    """The notes of the draft about the part at `path`."""
    return [each for each in content.get("distinct", ()) if each["part"] == path]


def tell_apart(
    content: Mapping[str, Any], agreement: Agreement, became: Mapping[str, models.Model], *, by: Actor
) -> None:
    """Tell the registry what the draft notes: pairs of which one has just been entered, so entering is leave enough.

    `became` has the rows that parts became, by their keys. What `by` may not read any more is passed over.
    """
    for each in content.get("distinct", ()):
        kind = kind_of(each["part"])
        ours = became.get(each["part"].rpartition("/")[2]) if each["part"] else agreement
        other = kind.objects.visible_to(by).filter(pk=UUID(each["record"])).first()
        if other is not None and kind is not Agreement:
            other = successor(other)
        if ours is None or other is None or ours == other:
            continue
        pairs = DistinctAgreements if kind is Agreement else PAIRS[kind]
        state_pair(pairs, ours, other, reason="", by=by)


def _part(content: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    part = look(content, path)
    if not isinstance(part, Mapping):
        raise Refused.at(
            path, "part_is_gone", _("This part is not there any more: somebody has taken it away.")
        )
    return part


def _pointing(part: Any, key: str, path: str = "") -> Iterator[str]:
    """Each place that points at the organization with this key."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in _POINTS and isinstance(value, Mapping) and value.get("key") == key:
                yield f"{path}/{name}"
            elif name not in ("sources", "citations"):
                yield from _pointing(value, key, f"{path}/{name}")
    elif isinstance(part, list):
        for each in part:
            if isinstance(each, Mapping) and "key" in each:
                yield from _pointing(each, key, f"{path}/{each['key']}")


def _known_person(part: Mapping[str, Any], record: Person) -> dict[str, Any]:
    """The part as the registry has the person; an office it has already, under a title of the draft, is that one."""
    known = {
        (str(each.organization_id), title.casefold()): each
        for each in record.offices.all()
        for title in languages.texts(each, "title").values()
    }
    offices = []
    for each in part.get("offices", ()):
        holder = str((each.get("organization") or {}).get("id", ""))
        titles = (each.get("titles") or {}).values()
        row = next(
            (known[holder, title.casefold()] for title in titles if (holder, title.casefold()) in known), None
        )
        told = (
            {name: value for name, value in read_office(row).items() if name in _OF_AN_OFFICE} if row else {}
        )
        offices.append({**each, **told})
    return {
        **part,
        "id": str(record.pk),
        "source_language": record.source_language,
        "names": languages.texts(record, "name"),
        "offices": offices,
    }

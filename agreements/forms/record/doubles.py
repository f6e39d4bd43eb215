"""What a draft may say of records that the registry has already: its organizations and people, and itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agreements.forms.record.fields import claim_of, key_of, pointer
from agreements.models import Agreement
from agreements.queries import alike as agreements_alike
from agreements.services.recognition import KINDS, apart_from
from organizations.models import Organization, Person
from organizations.queries import alike
from organizations.queries.alike import Alike, Asked


@dataclass
class Double:
    """Records that the part at `path` may be, and those that somebody said it is not."""

    path: str
    kind: str
    found: list[Alike] = field(default_factory=list)
    apart: list[Any] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"alike{self.path.replace('/', '-')}"

    @property
    def same(self) -> list[Alike]:
        return [each for each in self.found if each.is_same]

    @property
    def similar(self) -> list[Alike]:
        return [each for each in self.found if not each.is_same]


def doubles(content: Mapping[str, Any], *, own: UUID | None, actor) -> dict[str, Double]:
    """One for each organization and person that is new in the draft, and for the agreement (""), by path.

    `own` is the record that the draft changes. As many queries for many parts as for one: at most forty.
    """
    found = {"": of_agreement(content, own=own, actor=actor)}
    for member in ("organizations", "people"):
        found |= of_parts(content, member, actor=actor)
    return found


def of_agreement(content: Mapping[str, Any], *, own: UUID | None, actor) -> Double:
    """Agreements that may be the one in the draft, for as many queries whatever is in it."""
    language = content.get("source_language") or "fr"
    apart = _records(content, "")
    told = agreements_alike.told_in(
        parties=filter(None, (key_of(each.get("organization")) for each in content.get("parties", ()))),
        reference=content.get("reference") or "",
        identifiers=_identifiers(content),
        programme=key_of(content.get("programme")),
        signed=claim_of((content.get("dates") or {}).get("signed")),
        language=language,
        commitments=[
            (pointer(each.get("kind")) or None, (each.get("texts") or {}).get(language, ""))
            for each in content.get("commitments", ())
        ],
        texts=[each["text"] for each in content.get("sources", ())],
        own=own,
        apart=apart,
    )
    readable = Agreement.objects.visible_to(actor)
    return Double(
        "",
        "agreement",
        agreements_alike.alike(told, readable=readable),
        list(readable.filter(pk__in=apart).order_by("number")) if apart else [],
    )


def of_parts(content: Mapping[str, Any], member: str, *, actor) -> dict[str, Double]:
    """Of the new parts of a member, by path: eight queries at most."""
    kind = KINDS[member]
    parts = {f"/{member}/{each['key']}": each for each in content.get(member, ()) if not each.get("id")}
    apart = {path: _records(content, path) for path in parts}
    asked = [_asked(kind, part, apart[path]) for path, part in parts.items()]
    known = {key for keys in apart.values() for key in keys}
    rows = kind.objects.visible_to(actor).in_bulk(known) if known else {}
    return {
        path: Double(
            path,
            kind._meta.model_name,
            answer[: alike.SHOWN],
            [rows[key] for key in apart[path] if key in rows],
        )
        for path, answer in zip(parts, alike.alike_each(asked, actor=actor), strict=True)
    }


def _asked(kind: type, part: Mapping[str, Any], apart: Sequence[UUID]) -> Asked:
    names = [*(part.get("names") or {}).values(), *(part.get("short_names") or {}).values()]
    names += [each.get("name", "") for each in part.get("aliases", ())]
    names = tuple(dict.fromkeys(filter(None, names)))
    if kind is Person:
        holders = (key_of(each.get("organization")) for each in part.get("offices", ()))
        return Asked(Person, names, organizations=frozenset(filter(None, holders)), apart=frozenset(apart))
    return Asked(
        Organization,
        names,
        identifiers=tuple(_identifiers(part)),
        country=part.get("country") or "",
        city=part.get("city") or "",
        apart=frozenset(apart),
    )


def _identifiers(part: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each["scheme"], each["value"]) for each in part.get("identifiers", ()) if each.get("value")]


def _records(content: Mapping[str, Any], path: str) -> list[UUID]:
    return [UUID(each["record"]) for each in apart_from(content, path)]

"""Facts without a quote, as they are listed for those who cite or sign: of a draft, and of a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.forms import record
from agreements.models import Agreement, Draft, WithoutSource
from agreements.queries import bench, proof
from agreements.services import signatures
from lib import languages
from lib.papers import look
from lib.templatetags.registry import when


@dataclass(frozen=True)
class Listed:
    """One fact: what it is and says, the address where it is cited or read, and the signature that it has."""

    fact: str
    about: str
    name: str
    says: str
    address: str
    signature: str = ""
    reason: str = ""
    signed_by: str = ""
    signed_at: datetime | None = None

    @property
    def is_signed(self) -> bool:
        return bool(self.signature)

    @property
    def id(self) -> str:
        return f"without-{self.fact or self.about}"


def of_draft(draft: Draft, choices: record.Choices) -> list[Listed]:
    """The facts of a draft that no quote proves, in its order; those signed for know by whom."""
    content = draft.content
    signed, given = bench.signatures(content), signatures.given(draft)
    found = []
    for each in bench.unquoted(content):
        part = signed.get(each, {})
        name = record.part_name(each.path, choices) if each.fact else _own_name(each.about)
        says = "" if each.fact else _says(content, each, choices)
        at = f"{draft.get_absolute_url()}#" + (
            f"part-{each.fact}" if each.fact else "f" + each.path.replace("/", "-")
        )
        who = given.get(part.get("key", ""))
        by, when_signed = (who.by, who.at) if who else (part.get("by", ""), _moment(part.get("at")))
        found.append(
            Listed(
                each.fact,
                each.about,
                name,
                says,
                at,
                part.get("key", ""),
                part.get("reason", ""),
                by,
                when_signed,
            )
        )
    return found


def of_record(agreement: Agreement, bare: Sequence[proof.Bare]) -> list[Listed]:
    """The facts of a record that no quote proves: the `bare` ones, then those signed for; at most nine queries."""
    address = agreement.get_absolute_url()
    found = [
        Listed("", about, _own_name(about), _own(agreement, about), address)
        for about in proof.PLACES
        if any(each.about == about for each in bare)
    ]
    for column, model, order in proof.MEMBERS.values():
        if keys := {each.key for each in bare if each.column == column}:
            rows = model.objects.filter(pk__in=keys).order_by(*order)
            found += [Listed(str(row.pk), "", _name(row), "", f"{address}#{column}-{row.pk}") for row in rows]
    columns = {model: column for column, model, _order in proof.MEMBERS.values()}
    parts = agreement.without_source.select_related(*WithoutSource.FACTS).order_by("pk")
    for each in parts:
        row = each.fact
        name = _name(row) if row else _own_name(each.about)
        says = "" if row else _own(agreement, each.about)
        at = f"{address}#{columns[type(row)]}-{row.pk}" if row else address
        found.append(
            Listed(
                str(row.pk) if row else "",
                each.about,
                name,
                says,
                at,
                str(each.pk),
                each.reason,
                each.signed_by,
                each.signed_at,
            )
        )
    return found


def _name(row: Any) -> str:
    kind, words = row._meta.verbose_name, str(getattr(row, "organization", None) or row)
    return _("%(kind)s: %(words)s") % {"kind": str(kind).capitalize(), "words": words}


def _own_name(about: str) -> str:
    return str(WithoutSource.About(about).label).capitalize()


def _says(content: Mapping[str, Any], each: bench.Bare, choices: record.Choices) -> str:
    """What a draft says of a fact of the agreement itself, in words."""
    value = look(content, each.path)
    match each.about:
        case proof.About.SIGNED | proof.About.EFFECTIVE | proof.About.ENDS:
            return str(when(record.claim_of(value)))
        case proof.About.RENEWAL:
            return dict(choices.of("renewal")).get(value, "")
        case proof.About.PROGRAMME:
            return dict(choices.of("programmes")).get(record.pointer(value), "")
        case proof.About.OCCASION:
            return record.first_words(value, content.get("source_language", ""))
        case proof.About.AMOUNT:
            return f"{value['value']} {value['currency']}"
    return str(value)


def _own(agreement: Agreement, about: str) -> str:
    """What a record says of it, in words."""
    match about:
        case proof.About.SIGNED | proof.About.EFFECTIVE | proof.About.ENDS:
            return str(when(getattr(agreement, about)))
        case proof.About.RENEWAL:
            return agreement.get_renewal_display()
        case proof.About.PROGRAMME:
            return str(languages.spoken(agreement.programme, "name")) if agreement.programme else ""
        case proof.About.OCCASION:
            return str(languages.spoken(agreement, "occasion"))
        case proof.About.AMOUNT:
            return f"{agreement.amount} {agreement.currency}"
    return agreement.place_of_signature


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None

"""What happened to an agreement since it was signed: amendments and events in the order of their days, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agreements.models import (
    Agreement,
    AgreementKind,
    Amendment,
    AmendmentChange,
    CommitmentKind,
    LifecycleEvent,
    PartyRole,
    Source,
    TargetGroup,
    Theme,
)
from agreements.queries.amended import counts_from, force_on
from agreements.queries.members import IN_PART, How, Names, Words, here
from agreements.queries.terms import OF_PARTS, OF_THE_RECORD, split
from lib import addresses, languages
from lib.claims import DateClaim

_TERMS = {
    "/kind": AgreementKind,
    "/themes": Theme,
    "/parties/role": PartyRole,
    "/groups/concept": TargetGroup,
    "/commitments/kind": CommitmentKind,
}
"""Members that name a term of a vocabulary: they are called as the reader's language has it."""


_ANCHORS = {"parties": "party", "commitments": "commitment", "objectives": "objective", "groups": "group"}


@dataclass(frozen=True)
class Said:
    """One member: what it is called, what it said before and what it says after; an empty list is «nothing»."""

    field: str
    before: list[Words]
    after: list[Words]


@dataclass(frozen=True)
class Changed:
    """What an amendment did to one part, or to the agreement itself (no `part`). Not every part has a `label`."""

    part: str
    label: str
    anchor: str
    """Where the part stands on the sheet; "" for one that is not there on the day."""
    kind: str
    what: str
    members: list[Said]


@dataclass
class Happening:
    """An amendment or an event, with the day it is placed on, its document and what proves it."""

    row: Amendment | LifecycleEvent
    claim: DateClaim
    document: Source | None
    proofs: list[Any] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    force: str = ""

    @property
    def is_amendment(self) -> bool:
        return isinstance(self.row, Amendment)

    @property
    def counts_from(self) -> DateClaim:
        """From when an amendment is in force."""
        return counts_from(self.row)


def since(agreement: Agreement, *, on: date, proofs: Mapping[tuple[str, Any], list]) -> list[Happening]:
    """Amendments and events, dated first in order, undated last. `proofs` are those of the sheet, by fact.

    Needs `dossier.with_facts` and `with_quotes`; a query for each vocabulary that a change names a term of.
    """
    documents = {each.source_id: each.source for each in agreement.source_links.all()}
    found = [
        Happening(each, each.occurred, documents.get(each.document_id), proofs["event", each.pk])
        for each in agreement.events.all()
    ]
    told = in_words(
        agreement, [change for each in agreement.amendments.all() for change in each.changes.all()]
    )
    for amendment in agreement.amendments.all():
        changes = list(amendment.changes.all())
        found.append(
            Happening(
                amendment,
                amendment.signed
                if amendment.signed.is_known or amendment.signed.text
                else counts_from(amendment),
                documents.get(amendment.document_id),
                _proofs(amendment, changes, proofs),
                parts(agreement, changes, told),
                force_on(amendment, on),
            )
        )
    return sorted(found, key=_order)


def _order(each: Happening) -> tuple:
    day = each.claim.earliest or each.claim.latest
    return (day is None, day or date.max, each.is_amendment, getattr(each.row, "number", 0), str(each.row.pk))


def _proofs(amendment: Amendment, changes: Iterable[AmendmentChange], proofs: Mapping) -> list:
    """The quotes from its document at the facts it changed."""
    names = {each.path.split("/")[2] for each in changes if each.path.count("/") > 1}
    of_record = any(each.path.split("/")[1] not in OF_PARTS for each in changes)
    return [
        proof
        for (fact, key), each in proofs.items()
        if str(key) in names or (fact == "of_agreement" and of_record)
        for proof in each
        if proof.source.pk == amendment.document_id
    ]


class _Known(dict):
    """What parts are called; one that is gone has its own word."""

    def __missing__(self, key: str) -> Words:
        return Words("…")


def in_words(agreement: Agreement, changes: Iterable[AmendmentChange]) -> dict[Any, list[Said]]:
    """Every change by its id: the members it is about, before and after, in the reader's language."""
    changes = list(changes)
    names = Names(words=_Known(_names(agreement, changes)))
    terms = _terms(changes)
    return {each.pk: list(_said(each, names, terms)) for each in changes}


def _names(agreement: Agreement, changes: Iterable[AmendmentChange]) -> dict[str, Words]:
    """Parties and groups by id: those of the record, and those that a change took away or brought."""
    found: dict[str, Words] = {}
    for each in changes:
        place, *rest = each.path.split("/")[1:]
        for part in (each.before, each.after) if len(rest) == 1 else ():
            if part and place == "parties":
                found[rest[0]] = Words(part["organization"]["label"])
            elif part and place == "groups":
                text = languages.best(part["texts"], source=agreement.source_language)
                found[rest[0]] = Words(text.value, text.language)
    for party in agreement.parties.all():
        label = party.organization.label
        found[str(party.pk)] = Words(label.value, label.language)
    for group in agreement.groups.all():
        text = languages.spoken(group, "text")
        found[str(group.pk)] = Words(text.value, text.language)
    return found


def _terms(changes: Iterable[AmendmentChange]) -> dict[tuple[str, str], dict]:
    """The terms of the vocabularies that changes name, by the place and the code, as a document says them."""
    asked: dict[str, set[str]] = {}
    for each in changes:
        names = each.path.split("/")[1:]
        for side in (each.before, each.after):
            members = side if len(names) == 2 and names[0] in OF_PARTS and side else {names[-1]: side}
            for name, value in members.items():
                place = f"/{names[0]}/{name}" if names[0] in OF_PARTS else each.path
                if place in _TERMS:
                    values = value if isinstance(value, list) else [value]
                    asked.setdefault(place, set()).update(one["code"] for one in values if one)
    return {
        (place, term.code): addresses.code(term)
        for place, codes in asked.items()
        for term in _TERMS[place].objects.filter(pk__in=codes)
    }


def _said(change: AmendmentChange, names: Names, terms: Mapping):
    path = change.path.split("/")[1:]
    if path[0] not in OF_PARTS:
        known = OF_THE_RECORD.get(".".join(path))
        if known:
            yield _member(change.path, known, change.before, change.after, names, terms)
        return
    members = OF_PARTS[path[0]][1]
    if len(path) == 3:
        if path[2] in members:
            place = f"/{path[0]}/{path[2]}"
            yield _member(place, members[path[2]], change.before, change.after, names, terms)
        return
    before, after = change.before or {}, change.after or {}
    for name, known in members.items():
        said = _member(f"/{path[0]}/{name}", known, before.get(name), after.get(name), names, terms)
        nothing = {"not_stated"} if isinstance(after.get(name) or before.get(name), dict) else set()
        basis = (after.get(name) or before.get(name) or {}) if nothing else {}
        if (said.before or said.after) and basis.get("basis") not in nothing:
            yield said


def _member(
    place: str, known: tuple[Any, How], before: Any, after: Any, names: Names, terms: Mapping
) -> Said:
    label, how = known
    sides = []
    for value in (before, after):
        if place.endswith("/signatories"):
            value = [each | {"citations": [], "office": None} for each in value or ()]
        elif place in _TERMS and value:
            listed = value if isinstance(value, list) else [value]
            listed = [terms.get((place, each["code"]), each) for each in listed]
            value = listed if isinstance(value, list) else listed[0]
        words = [] if value is None else how(value, names)
        # A date may be written as it is told: once is enough.
        sides.append(list({each.value: each for each in words}.values()))
    old, new = sides
    if how in IN_PART and set(old) != set(new):
        sides = [[each for each in old if each not in new], [each for each in new if each not in old]]
    return Said(str(label), *sides)


def parts(
    agreement: Agreement, changes: Iterable[AmendmentChange], told: Mapping[Any, list[Said]]
) -> list[Changed]:
    """The changes part by part, in their order; `told` are their words. Needs `ledger.lanes`.

    A part is called as the sheet calls it now; one that is not there, as it was called then.
    """
    there = {str(each.pk): each.letter for each in agreement.parties.all()}
    there |= {str(each.pk): each.label for each in agreement.commitments.all()}
    there |= {str(each.pk): "" for each in (*agreement.objectives.all(), *agreement.groups.all())}
    found: dict[str, Changed] = {}
    for each in changes:
        part, field_ = split(each.path)
        whole = each.path.count("/") == 2 and bool(part)
        label = each.label.partition(" – ")[0] if " – " in each.label and part else ""
        if part not in found:
            names = each.path.split("/")
            kind = str(OF_PARTS[names[1]][0]._meta.verbose_name) if part else ""
            anchor = f"{_ANCHORS[names[1]]}-{part}" if part in there else ""
            label = there.get(part, label)
            found[part] = Changed(part, label, anchor, kind, each.kind if whole else "changed", [])
        found[part].members.extend(told[each.pk] or [Said(field_, [here(each.before)], [here(each.after)])])
    return list(found.values())

"""Parts of agreements over the API: each write changes the part in its dossier, and revises that."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from agreements.api.writes import OfAnAgreement, permit
from agreements.models import Agreement, Citation, Party
from agreements.queries import gone, parts, stale
from lib import addresses, preconditions
from lib.endpoints import strict_parameters
from lib.problems import Fault, Refused, pointed
from lib.shapes import ready
from lib.writing import Changes, Creates, Removes, protected

_PARTS = ("party", "group", "objective", "commitment", "advantage", "statement", "event")
_WAYS = {**dict.fromkeys(_PARTS, "agreement"), "signatory": "party__agreement"}
"""What a citation proves, where that is part of an agreement → the way to the agreement."""


class PartWrites(Creates, Changes, Removes, OfAnAgreement):
    """Parts of agreements. A subclass has `model` and the `member` of the dossier that its rows stand in."""

    fixed = frozenset({"id", "agreement", "changes", "resolution"})
    way = "agreement"
    """The way from its table to the agreement."""
    new_shape: type[serializers.Serializer] | None = None
    """What is sent for a new one, where it is not what is read."""

    def agreement_of(self, row):
        return row.agreement

    def gone(self, key):
        return gone.gone(self.model, key, actor=self.request.user)

    def place(self, document, key: str) -> parts.Place:
        return parts.place_of(document, self.member, key)

    def as_read(self, row):
        self.before = self.whole(self.agreement_of(row).pk)
        # What a part says of itself as a record goes before what it says in its dossier.
        return self.place(self.before, str(row.pk)).part | super().as_read(row)

    def bare(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The part as a dossier has it."""
        known = self.shape().fields
        return {
            name: value
            for name, value in document.items()
            if name in known and not (known[name].read_only or name == "agreement")
        }

    def shape(self) -> serializers.Serializer:
        return parts.of_member(self.member)

    def change(self, row, document):
        after = _copied(self.before)
        place = self.place(after, str(row.pk))
        self.strangers(document)
        place.holder[place.index] = self.bare(document)
        self.revised(self.agreement_of(row), self.before, after, at=place.pointer)
        return row

    def strangers(self, document: Mapping[str, Any]) -> None:
        """Refuse members that nobody knows here, before the rest is taken into the dossier. Raises Refused."""
        shape = ready(self.get_serializer_class())
        strangers = [name for name in document if name not in shape.fields]
        if strangers:
            raise Refused(list(pointed({name: [shape._unknown(name)] for name in strangers})))

    def remove(self, row, reason):
        agreement = self.agreement_of(row)
        before = self.whole(agreement.pk)
        after = _copied(before)
        place = self.place(after, str(row.pk))
        del place.holder[place.index]
        if leaning := parts.leaning(after, str(row.pk)):
            raise protected(_("Other parts of the agreement point at it."), leaning)
        try:
            self.revised(agreement, before, after, reason=reason)
        except Refused as refusal:
            if any(each.code == "still_leaned_on" for each in refusal.faults):
                raise protected(refusal.faults[0].message, self.counted_towards(row)) from refusal
            raise

    def counted_towards(self, row) -> list[dict[str, str]]:
        """The activities that count towards a commitment: a room above, reached by name."""
        if not hasattr(row, "fulfilments"):
            return []
        counted = row.fulfilments.select_related("activity").order_by("pk")
        return [
            addresses.reference("activity", "activities", each.activity.pk, str(each.activity))
            for each in counted
        ]

    # New ones.

    def create(self, request, *args, **kwargs):
        strict_parameters(request, {"language"} | self.write_parameters)
        _wanted, document = self.wanted, self.sent(request)
        self.strangers(document)
        with transaction.atomic():
            agreement = self.owner(document)
            self.lock(agreement.pk)
            agreement = Agreement.objects.visible_to(request.user).get(pk=agreement.pk)
            permit(agreement, request.user)
            demanded = preconditions.asked(request)
            if demanded is not None and not demanded.met_by(agreement.version):
                since = stale.since(
                    agreement,
                    demanded.newest_before(agreement.version),
                    on=timezone.localdate(),
                    actor=request.user,
                )
                raise preconditions.failed(agreement.version, since, language=request.LANGUAGE_CODE)
            rows = self.model.objects.filter(**{self.way: agreement})
            there = set(rows.values_list("pk", flat=True))
            before = self.whole(agreement.pk)
            after = _copied(before)
            at = self.add(after, document)
            self.revised(agreement, before, after, at=at)
            row = rows.exclude(pk__in=there).get()
        return self.written(row, status=201)

    def owner(self, document: Mapping[str, Any]) -> Agreement:
        """The agreement that a new part is for. Raises Refused where none is named that the actor may read."""
        told = document.get("agreement")
        return self.readable(told.get("id") if isinstance(told, Mapping) else None, "/agreement")

    def readable(self, key: Any, pointer: str) -> Agreement:
        if not isinstance(key, str) or not key:
            raise Refused.at(pointer, "required", _('Say of which agreement it is a part: {"id": …}.'))
        agreement = (key := uuid_of(key)) and Agreement.objects.visible_to(self.request.user).filter(pk=key)
        if not agreement:
            raise Refused.at(pointer, "points_nowhere", _("This names no agreement of the registry."))
        return agreement.get()

    def add(self, after: dict[str, Any], document: Mapping[str, Any]) -> str:
        """Put the new part into the dossier; its JSON pointer there."""
        part = parts.anew(self.shape(), self.bare(document))
        if self.member == "commitments" and "number" not in part:
            part["number"] = max((each["number"] for each in after["commitments"]), default=0) + 1
        after[self.member].append(part)
        return f"/{self.member}/{len(after[self.member]) - 1}"


class SignatoryWrites(PartWrites):
    """Signatories: parts of the parties they sign for."""

    fixed = PartWrites.fixed | {"party"}
    way = "party__agreement"

    def agreement_of(self, row):
        return row.party.agreement

    def shape(self):
        return parts.of_member("parties").fields["signatories"].child

    def place(self, document, key):
        return parts.signatory(document, key)

    def owner(self, document):
        told = document.get("party")
        key = uuid_of(told["id"]) if isinstance(told, Mapping) and isinstance(told.get("id"), str) else None
        readable = Party.objects.filter(agreement__in=Agreement.objects.visible_to(self.request.user))
        agreement = key and readable.filter(pk=key).values_list("agreement", flat=True).first()
        if not agreement:
            raise Refused.at("/party", "points_nowhere", _('Say for which party: {"id": …}.'))
        return self.readable(str(agreement), "/party")

    def add(self, after, document):
        place = parts.place_of(after, "parties", str(uuid_of(document["party"]["id"])))
        place.part["signatories"].append(parts.anew(self.shape(), self.bare(document)))
        return f"{place.pointer}/signatories/{len(place.part['signatories']) - 1}"


class LinkWrites(PartWrites):
    """Links: `agreement` is whose link it is, `to` is where it leads."""

    def bare(self, document):
        return super().bare(document) | {"agreement": document.get("to")}

    def revised(self, *args, **kwargs):
        try:
            return super().revised(*args, **kwargs)
        except Refused as refusal:
            # A dossier calls it otherwise.
            raise Refused(
                [
                    Fault(f"/to{each.pointer.removeprefix('/agreement')}", each.code, each.message)
                    if each.pointer.startswith("/agreement")
                    else each
                    for each in refusal.faults
                ]
            ) from refusal


class CitationWrites(PartWrites):
    """Citations: parts of the facts they prove."""

    model = Citation
    fixed = frozenset({"id", "agreement", "fact"})

    def shape(self):
        return parts.of_member("parties").fields["citations"].child

    def place(self, document, key):
        return parts.citation(document, key)

    def owner(self, document):
        told = document.get("fact")
        if not isinstance(told, Mapping) or not isinstance(told.get("id"), str):
            raise Refused.at("/fact", "required", _('Say what it proves: {"type": …, "id": …}.'))
        if document.get("agreement") is not None:
            return super().owner(document)
        if told.get("type") == "agreement":
            return self.readable(told["id"], "/fact")
        if (type := str(told.get("type", ""))) not in _WAYS:
            raise Refused.at("/agreement", "required", _("Say for which agreement it proves this."))
        # A fact that may not be read is told of as one that is not there.
        return self.readable(str(_agreement_of(type, told["id"]) or told["id"]), "/fact")

    def add(self, after, document):
        told = document["fact"]
        for type, part, pointer in parts.facts(after):
            if (type, part["id"]) == (told.get("type"), told["id"]):
                part["citations"].append(parts.anew(self.shape(), self.bare(document)))
                return f"{pointer}/citations/{len(part['citations']) - 1}"
        raise Refused.at("/fact", "points_nowhere", _("This names no fact of the agreement."))


def _agreement_of(type: str, key: str) -> UUID | None:
    """The key of the agreement that a fact is a part of; None where there is no such fact."""
    rows = uuid_of(key) and Citation._meta.get_field(type).related_model.objects.filter(pk=key)
    return rows.values_list(_WAYS[type], flat=True).first() if rows else None


def uuid_of(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _copied(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _copied(each) for name, each in document.items()}
    return [_copied(each) for each in document] if isinstance(document, list) else document

"""An agreement as it read before an amendment was in force: its rows, in memory, with what it changed undone.

The registry keeps the agreement as amended. For a day before an amendment the earlier words stand in its `changes`;
`as_on` puts them back into the rows that a page is drawn from. Nothing here is ever saved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Agreement,
    AgreementTheme,
    Amendment,
    AmendmentChange,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    NamedGroup,
    Objective,
    ObjectiveGroup,
    Party,
    Signatory,
    Theme,
)
from agreements.queries.members import read_claim
from lib import languages
from lib.claims import Basis, DateClaim
from lib.papers import meet
from lib.terms import Term
from organizations.models import Office, Person


class Force(models.TextChoices):
    """Is an amendment in force on a day?"""

    IN_FORCE = "in_force", _("in force")
    LATER = "later", _("not yet in force")
    DOUBTFUL = "doubtful", _("cannot be said")


@dataclass(frozen=True)
class Turned:
    """A place that an amendment changes which is not, or not certainly, in force on the day."""

    amendment: Amendment
    change: AmendmentChange
    force: Force


def counts_from(amendment: Amendment) -> DateClaim:
    """From when it is in force: what its document says of that, else its signature."""
    effective = amendment.effective
    said_nothing = effective.basis == Basis.NOT_STATED and not effective.text
    return amendment.signed if said_nothing else effective


def force_on(amendment: Amendment, on: date) -> Force:
    """Whether the amendment is in force on the day `on`; only what follows from its days for certain decides it."""
    claim = counts_from(amendment)
    if claim.earliest is not None and claim.earliest > on:
        return Force.LATER
    if claim.latest is not None and claim.latest <= on:
        return Force.IN_FORCE
    return Force.DOUBTFUL


def as_on(agreement: Agreement, *, on: date) -> list[Turned]:
    """Make the rows of `agreement` read as on the day `on`; tells each change not certainly in force, oldest first.

    What an amendment changes later is put back, the last one first. A doubtful one leaves the rows as they are, and so
    stays what it changed when an earlier one is put back. Needs `dossier.with_facts`; terms and records that only
    earlier words name are a query each.
    """
    found: list[Turned] = []
    kept: list[str] = []
    for amendment in sorted(agreement.amendments.all(), key=lambda each: -each.number):
        force = force_on(amendment, on)
        for change in reversed(amendment.changes.all()):
            if any(meet(change.path, path) for path in kept):
                continue
            if force == Force.LATER:
                _put_back(agreement, change)
            else:
                kept.append(change.path)
            if force != Force.IN_FORCE:
                found.append(Turned(amendment, change, force))
    if any(each.force == Force.LATER for each in found):
        _let_go(agreement)
    return found[::-1]


def _put_back(agreement: Agreement, change: AmendmentChange) -> None:
    names = change.path.split("/")[1:]
    if names[0] not in _PARTS:
        name = ".".join(names)
        if name in _OF_THE_RECORD:
            _OF_THE_RECORD[name](agreement, change.before)
        return
    model, setters, order = _PARTS[names[0]]
    rows = list(getattr(agreement, names[0]).all())
    if len(names) == 2:
        rows = [each for each in rows if str(each.pk) != names[1]]
        if change.before is not None:
            row = model(pk=UUID(names[1]), agreement=agreement)
            row.position = max((each.position for each in rows), default=0) + 1
            if model is Commitment:
                row.number = max((each.number for each in rows), default=0) + 1
            for name, value in change.before.items():
                if name in setters:
                    setters[name](row, value)
            rows.append(row)
        _hold(agreement, names[0], sorted(rows, key=order))
        return
    row = next((each for each in rows if str(each.pk) == names[1]), None)
    if row is not None and names[2] in setters:
        setters[names[2]](row, change.before)


def _let_go(agreement: Agreement) -> None:
    """Drop what points at parts that are not there on the day: a correction may have taken them away since."""
    parties = {each.pk for each in agreement.parties.all()}
    groups = {each.pk for each in agreement.groups.all()}
    commitments = []
    for row in agreement.commitments.all():
        _hold(row, "debtor_links", [each for each in row.debtor_links.all() if each.party_id in parties])
        links = row.beneficiary_links.all()
        _hold(
            row,
            "beneficiary_links",
            [each for each in links if each.party_id in parties or each.group_id in groups],
        )
        if row.debtor_links.all():
            commitments.append(row)
    _hold(agreement, "commitments", commitments)
    for row in agreement.advantages.all():
        links = row.beneficiary_links.all()
        _hold(
            row,
            "beneficiary_links",
            [each for each in links if each.party_id in parties or each.group_id in groups],
        )


# How a member of a dossier is put into a row.

Setter = Callable[[Any, Any], None]


def _hold(row: models.Model, name: str, rows: list) -> None:
    """Make `row` hold these related rows, as a prefetch does."""
    held = getattr(row, name).model.objects.none()
    held._result_cache = rows
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = held


def _plain(column: str) -> Setter:
    return lambda row, value: setattr(row, column, "" if value is None else value)


def _texts(name: str) -> Setter:
    return lambda row, value: languages.assign(row, name, value or {})


def _pointing(column: str, name: str) -> Setter:
    """Sets what a `code` or an `id` names; what has left the registry since is told by the words it had then."""

    def set_(row: models.Model, value: Mapping | None) -> None:
        other = row._meta.get_field(column).related_model
        found = other._base_manager.filter(pk=value[name]).first() if value else None
        setattr(row, column, found or (_as_told(other, value[name], value["label"]) if value else None))

    return set_


def _as_told(model: type[models.Model], key: str, label: str) -> models.Model:
    """A record that is no more, under the name that was written down; in which language it is, nobody wrote."""
    row = model(pk=model._meta.pk.to_python(key))
    languages.assign(
        row, "label" if issubclass(model, Term) else "name", dict.fromkeys(languages.CODES, label)
    )
    return row


def _code(column: str) -> Setter:
    return _pointing(column, "code")


def _reference(column: str) -> Setter:
    return _pointing(column, "id")


def _claim(name: str) -> Setter:
    return lambda row, value: setattr(row, name, read_claim(value) if value else DateClaim())


def _quantity(row: Commitment, value: str | None) -> None:
    row.quantity = None if value is None else Decimal(value)


def _amount(row: Agreement, value: Mapping | None) -> None:
    row.amount = Decimal(value["value"]) if value else None
    row.currency = value["currency"] if value else ""


def _notice(row: Agreement, value: int | None) -> None:
    row.notice_days = value


def _themes(row: Agreement, value: list) -> None:
    terms = Theme.objects.filter(pk__in=[each["code"] for each in value or ()]).order_by("position", "code")
    _hold(row, "theme_links", [AgreementTheme(agreement=row, theme=each) for each in terms])


def _signatories(row: Party, value: list) -> None:
    told = value or []
    people = Person.objects.in_bulk([each["person"]["id"] for each in told])
    offices = Office.objects.select_related("person", "organization").in_bulk(
        [each["office"] for each in told if each["office"]]
    )
    signatories = [
        Signatory(
            pk=UUID(each["id"]),
            party=row,
            person=people.get(UUID(each["person"]["id"]))
            or _as_told(Person, each["person"]["id"], each["person"]["label"]),
            office=offices.get(UUID(each["office"])) if each["office"] else None,
        )
        for each in told
    ]
    _hold(row, "signatories", signatories)


def _groups(row: Objective, value: list) -> None:
    _hold(row, "group_links", [ObjectiveGroup(objective=row, group_id=UUID(each)) for each in value or ()])


def _debtors(row: Commitment, value: list) -> None:
    _hold(
        row, "debtor_links", [CommitmentDebtor(commitment=row, party_id=UUID(each)) for each in value or ()]
    )


def _beneficiaries(row: Commitment, value: Mapping | None) -> None:
    told = value or {"parties": [], "groups": []}
    links = [CommitmentBeneficiary(commitment=row, party_id=UUID(each)) for each in told["parties"]]
    links += [CommitmentBeneficiary(commitment=row, group_id=UUID(each)) for each in told["groups"]]
    _hold(row, "beneficiary_links", links)


_OF_THE_RECORD: dict[str, Setter] = {
    "reference": _plain("reference"),
    "kind": _code("kind"),
    "titles": _texts("title"),
    "programme": _reference("programme"),
    "occasions": _texts("occasion"),
    "place_of_signature": _plain("place_of_signature"),
    "dates.signed": _claim("signed"),
    "dates.effective": _claim("effective"),
    "dates.ends": _claim("ends"),
    "renewal.rule": _plain("renewal"),
    "renewal.texts": _texts("renewal_rule"),
    "renewal.notice_days": _notice,
    "amount": _amount,
    "themes": _themes,
}
_PARTS: dict[str, tuple[type[models.Model], dict[str, Setter], Callable]] = {
    "parties": (
        Party,
        {
            "organization": _reference("organization"),
            "role": _code("role"),
            "name_as_written": _plain("name_as_written"),
            "signatories": _signatories,
        },
        lambda row: row.position,
    ),
    "groups": (
        NamedGroup,
        {
            "texts": _texts("text"),
            "concept": _code("concept"),
            "of_organization": _reference("of_organization"),
            "place": _plain("place"),
            "mention": _plain("mention"),
        },
        lambda row: row.position,
    ),
    "objectives": (
        Objective,
        {"kind": _plain("kind"), "texts": _texts("text"), "groups": _groups},
        lambda row: row.position,
    ),
    "commitments": (
        Commitment,
        {
            "kind": _code("kind"),
            "texts": _texts("text"),
            "purposes": _texts("purpose"),
            "debtors": _debtors,
            "beneficiaries": _beneficiaries,
            "due": _claim("due"),
            "place": _plain("place"),
            "quantity": _quantity,
            "unit": _plain("unit"),
        },
        lambda row: row.number,
    ),
}

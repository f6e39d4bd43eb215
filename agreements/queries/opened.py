"""One agreement with everything its sheet shows, brought by SQL that is written once.

`sheet.with_everything` brings the same of any number of agreements, and of the past.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import models

from agreements.models import Agreement, AgreementLink, Commitment
from agreements.queries import in_hand, quality
from audit.trail import Actor
from lib import rows
from lib.compiled import Compiled, compiled, stand_in
from organizations.models import Office, Organization, Person
from organizations.queries import anybody

_NUMBER = stand_in(int, "number")


def opened(number: int, *, reader: Actor, on: date) -> Agreement | None:
    """The agreement of that number with all that `sheet.sheet` asks for; None where `reader` may not read it."""
    found = _asked(anybody.Kind.of(reader)).rows(number=number, **anybody.values(reader))
    if not found:
        return None
    agreement = rows.built(Agreement, found[0])
    agreement.lacks = found[0][-1]
    readable = Agreement.objects.visible_to(reader)
    in_hand.brought(agreement, readable=readable, on=on, proof=True)
    _parties(agreement)
    _offices(agreement)
    _progress(agreement)
    linked = sorted(rows.found(AgreementLink, [agreement.pk], by="to"), key=lambda each: each.pk)
    seen = readable.in_bulk({each.agreement_id for each in linked}) if linked else {}
    linked = [each for each in linked if each.agreement_id in seen]
    for each in linked:
        each.agreement = seen[each.agreement_id]
    in_hand.hold_rows(agreement, "linked_from", linked, column="to", model=AgreementLink)
    return agreement


@lru_cache(maxsize=100)
def _asked(kind: anybody.Kind) -> Compiled:
    columns = [each.attname for each in Agreement._meta.concrete_fields]
    readable = quality.with_lacks(Agreement.objects.visible_to(kind.anybody).filter(number=_NUMBER))
    return compiled(readable.values_list(*columns, "lacks"), possibly=anybody.STAND_INS, number=_NUMBER)


def _parties(agreement: Agreement) -> None:
    """Let what is said by a party, for a party or of one point at it; bring the bodies above the parties."""
    parties = {each.pk: each for each in agreement.parties.all()}
    for rows_of, column in (
        (agreement.statements.all(), "on_behalf_of"),
        (agreement.advantages.all(), "provider"),
    ):
        for row in rows_of:
            setattr(row, column, parties.get(getattr(row, f"{column}_id")))
    _call([each.organization for each in parties.values()], "parent", Organization)


def _offices(agreement: Agreement) -> None:
    """The offices of those who sign, speak or are quoted, each with its person and organization."""
    signatories = [each for party in agreement.parties.all() for each in party.signatories.all()]
    offices = [
        *_call(signatories, "office", Office),
        *_call(agreement.statements.all(), "speaker", Office),
        *_call(agreement.all_citations.all(), "office", Office),
    ]
    _call(offices, "person", Person)
    _call(offices, "organization", Organization)


def _progress(agreement: Agreement) -> None:
    """What was done and said of the commitments: `progress.FOLLOWED`."""
    commitments = list(agreement.commitments.all())
    fulfilments = _gather(commitments, "fulfilments")
    activity = _related(Commitment, "fulfilments")._meta.get_field("activity").related_model
    activities = {each.pk: each for each in _call(fulfilments, "activity", activity)}
    _gather(list(activities.values()), "participations")
    _gather(list(activities.values()), "evidence")
    parties = {each.pk: each for each in agreement.parties.all()}
    for view in _gather(commitments, "progress_views"):
        if view.party_id in parties:
            view.party = parties[view.party_id]


# As prefetches do, by SQL that is written once.


def _related(model: type[models.Model], name: str) -> type[models.Model]:
    return model._meta.get_field(name).related_model


def _gather(owners: Sequence[Any], name: str) -> list[Any]:
    """The rows that point at `owners` by the relation `name`, which then hold them; at most one query."""
    if not owners:
        return []
    relation = owners[0]._meta.get_field(name)
    column = relation.field.name
    held: dict[Any, list] = defaultdict(list)
    found = rows.found(relation.related_model, [each.pk for each in owners], by=column)
    for row in sorted(found, key=lambda row: row.pk):
        held[getattr(row, f"{column}_id")].append(row)
    for owner in owners:
        in_hand.hold_rows(owner, name, held[owner.pk], column=column, model=relation.related_model)
        for row in held[owner.pk]:
            setattr(row, column, owner)
    return found


def _call(pointing: Iterable[Any], column: str, model: type[models.Model]) -> list[Any]:
    """Let `pointing` hold the rows that their `column` names, one for each key; at most one query."""
    asked = [each for each in pointing if getattr(each, f"{column}_id") is not None]
    found = {each.pk: each for each in rows.found(model, {getattr(each, f"{column}_id") for each in asked})}
    for each in asked:
        setattr(each, column, found[getattr(each, f"{column}_id")])
    return list(found.values())

"""An agreement with all its rows: just written, or brought by SQL that is written once. `dossier.read` asks no more.

`dossier.with_proof` brings the same for any number of agreements.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, Prefetch, prefetch_related_objects

from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Amendment,
    AmendmentChange,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    LifecycleEvent,
    NamedGroup,
    Objective,
    ObjectiveGroup,
    OpenQuestion,
    Party,
    Reading,
    Signatory,
    Source,
    Statement,
    WithoutSource,
)
from agreements.models.lifecycle import with_legal_state
from lib import related, rows
from lib.compiled import Compiled, compiled, stand_in
from lib.related import by_key

Rows = Mapping[type[models.Model], Sequence[models.Model]]


def _in_order(row: Any) -> tuple:
    return row.position, row.pk


# The tables of an agreement: whose part a row is, and the order in which `dossier.with_proof` brings them.
_TABLES: dict[type[models.Model], tuple[str, Callable[[Any], Any]]] = {
    AgreementIdentifier: ("agreement", by_key),
    AgreementTheme: ("agreement", _in_order),
    AgreementSource: ("agreement", _in_order),
    NamedGroup: ("agreement", _in_order),
    Party: ("agreement", _in_order),
    Signatory: ("party", by_key),
    Objective: ("agreement", _in_order),
    ObjectiveGroup: ("objective", by_key),
    Commitment: ("agreement", lambda row: (row.number, row.pk)),
    CommitmentDebtor: ("commitment", by_key),
    CommitmentBeneficiary: ("commitment", by_key),
    Statement: ("agreement", _in_order),
    Advantage: ("agreement", _in_order),
    AdvantageBeneficiary: ("advantage", by_key),
    LifecycleEvent: ("agreement", by_key),
    Amendment: ("agreement", lambda row: row.number),
    AmendmentChange: ("amendment", _in_order),
    AgreementLink: ("agreement", by_key),
    Citation: ("agreement", lambda row: (row.start, row.end, row.about, row.pk)),
    WithoutSource: ("agreement", by_key),
    OpenQuestion: ("agreement", _in_order),
    Reading: ("question", _in_order),
}


def rows_of(key: UUID) -> dict[type[models.Model], list]:
    """All rows of the agreement, by table: one query tells which tables have any, and one brings those of each."""
    found = _there().rows(key=key)
    there = found[0] if found else ()
    return {
        model: [rows.built(model, each) for each in _of(model).rows(key=key)]
        for model, has_any in zip(_TABLES, there, strict=False)
        if has_any
    }


def brought(agreement: Agreement, *, readable, on: date, proof: bool = False) -> Agreement:
    """`agreement` ready for `dossier.read`, with its proof where that is asked for, as the tables have it.

    `readable` is the queryset of agreements the reader may see: a link to any other would give it away.
    """
    all_rows = rows_of(agreement.pk)
    if not proof:
        all_rows = {model: each for model, each in all_rows.items() if model not in _PROOF}
    if linked := all_rows.get(AgreementLink):
        seen = readable.in_bulk({each.to_id for each in linked})
        all_rows[AgreementLink] = [each for each in linked if each.to_id in seen]
        for each in all_rows[AgreementLink]:
            each.to = seen[each.to_id]
    named = {Agreement: [agreement], **all_rows}
    related.follow_each((named.get(model, ()), columns) for model, columns in _NAMED.items())
    return assembled(agreement, all_rows, on=on)


_NAMED: dict[type[models.Model], tuple[str, ...]] = {
    Agreement: ("kind", "programme"),
    AgreementTheme: ("theme",),
    AgreementSource: ("source",),
    NamedGroup: ("concept", "of_organization"),
    Party: ("organization", "role"),
    Signatory: ("person",),
    Commitment: ("kind",),
}
"""The columns that point at the records whose names a document tells."""
_PROOF = frozenset({AgreementSource, Citation, WithoutSource})
_KEY = stand_in(UUID, "key")


def _way(model: type[models.Model]) -> str:
    column, _order = _TABLES[model]
    return column if column == "agreement" else f"{column}__agreement"


@cache
def _there() -> Compiled:
    has = {model._meta.model_name: Exists(model.objects.filter(**{_way(model): _KEY})) for model in _TABLES}
    return compiled(Agreement.objects.filter(pk=_KEY).values_list(*has.values()), key=_KEY)


@cache
def _of(model: type[models.Model]) -> Compiled:
    return compiled(model.objects.filter(**{_way(model): _KEY}), key=_KEY)


def assembled(agreement: Agreement, told: Rows, *, on: date) -> Agreement:
    """Make `agreement` ready for `dossier.read` with its proof, out of `told`: all there are of it, by table.

    Each row must hold the records it points at whose names are told. One query, three more where it has sources.
    """
    owners: dict[type, Sequence[models.Model]] = {**told, Agreement: [agreement]}
    for model, (column, order) in _TABLES.items():
        field = model._meta.get_field(column)
        found: dict[Any, list] = defaultdict(list)
        for row in sorted(told.get(model, ()), key=order):
            found[getattr(row, field.attname)].append(row)
        name = field.remote_field.get_accessor_name()
        for owner in owners.get(field.related_model, ()):
            related.attach(owner, name, found[owner.pk], column=column, model=model)
            for row in found[owner.pk]:
                setattr(row, column, owner)
    if sources := [each.source for each in agreement.source_links.all()]:
        newer = Prefetch("newer", Source.objects.only("pk", "replaces"))
        prefetch_related_objects(sources, "noise", "files", newer)
    ((agreement.legal_state,),) = _standing(on).rows(key=agreement.pk)
    return agreement


@lru_cache(maxsize=4)
def _standing(on: date) -> Compiled:
    """The legal state of one agreement on a day."""
    return compiled(
        with_legal_state(Agreement.objects.filter(pk=_KEY), on=on).values_list("legal_state"), key=_KEY
    )

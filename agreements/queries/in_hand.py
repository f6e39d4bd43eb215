"""An agreement whose rows are all at hand, since they were just written: `dossier.read` without asking for them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects

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
from lib.compiled import Compiled, compiled, stand_in

Rows = Mapping[type[models.Model], Sequence[models.Model]]


def _in_order(row: Any) -> tuple:
    return row.position, row.pk


def _by_key(row: Any) -> UUID:
    return row.pk


# The tables of an agreement: whose part a row is, and the order in which `dossier.with_proof` brings them.
_TABLES: dict[type[models.Model], tuple[str, Callable[[Any], Any]]] = {
    AgreementIdentifier: ("agreement", _by_key),
    AgreementTheme: ("agreement", _in_order),
    AgreementSource: ("agreement", _in_order),
    NamedGroup: ("agreement", _in_order),
    Party: ("agreement", _in_order),
    Signatory: ("party", _by_key),
    Objective: ("agreement", _in_order),
    ObjectiveGroup: ("objective", _by_key),
    Commitment: ("agreement", lambda row: (row.number, row.pk)),
    CommitmentDebtor: ("commitment", _by_key),
    CommitmentBeneficiary: ("commitment", _by_key),
    Statement: ("agreement", _in_order),
    Advantage: ("agreement", _in_order),
    AdvantageBeneficiary: ("advantage", _by_key),
    LifecycleEvent: ("agreement", _by_key),
    Amendment: ("agreement", lambda row: row.number),
    AmendmentChange: ("amendment", _in_order),
    AgreementLink: ("agreement", _by_key),
    Citation: ("agreement", lambda row: (row.start, row.end, row.about, row.pk)),
    WithoutSource: ("agreement", _by_key),
    OpenQuestion: ("agreement", _in_order),
    Reading: ("question", _in_order),
}


def hold(agreement: Agreement, rows: Rows, *, on: date) -> Agreement:
    """Make `agreement` ready for `dossier.read` with its proof, out of `rows`: all there are of it, by table.

    Each row must hold the records it points at whose names are told. One query, three more where it has sources.
    """
    owners: dict[type, Sequence[models.Model]] = {**rows, Agreement: [agreement]}
    for model, (column, order) in _TABLES.items():
        field = model._meta.get_field(column)
        found: dict[Any, list] = defaultdict(list)
        for row in sorted(rows.get(model, ()), key=order):
            found[getattr(row, field.attname)].append(row)
        name = field.remote_field.get_accessor_name()
        for owner in owners.get(field.related_model, ()):
            # As a prefetch does; a related manager gives out what stands here.
            owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found[owner.pk]
    if sources := [each.source for each in agreement.source_links.all()]:
        newer = Prefetch("newer", Source.objects.only("pk", "replaces"))
        prefetch_related_objects(sources, "noise", "files", newer)
    ((agreement.legal_state,),) = _standing(on).rows(key=agreement.pk)
    return agreement


@lru_cache(maxsize=4)
def _standing(on: date) -> Compiled:
    """The legal state of one agreement on a day."""
    key = stand_in(UUID, "key")
    return compiled(
        with_legal_state(Agreement.objects.filter(pk=key), on=on).values_list("legal_state"), key=key
    )

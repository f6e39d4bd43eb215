"""Imports as people see them: how far each is, and what of its rows their reader may know."""

from collections.abc import Iterable, Sequence

from django.apps import apps

from audit.trail import Actor
from exchange.models import Import, ImportRow, State
from exchange.models.imports import worked_on

_GATED = ("agreements.agreement", "agreements.source", "activities.activity")
"""Kinds of records that not everybody who reads the registry may read."""

Target = tuple[str, str]
"""Kind and id of a record."""


def with_states(imports: Sequence[Import]) -> list[tuple[Import, State]]:
    """Each with how far it is now: two queries, however many. As `Import.state`, asks first who works on them."""
    moving = [each for each in imports if each.may_move]
    busy: set = set()
    if moving:
        busy = worked_on(moving)
        now = Import.objects.select_related("owner").in_bulk([each.pk for each in moving])
        imports = [now.get(each.pk, each) for each in imports]
    return [(each, each.how_far(works=each.pk in busy)) for each in imports]


def withheld(targets: Iterable[Target], *, actor: Actor) -> set[Target]:
    """Those of the records that are in the registry and closed to `actor`: two queries for each kind of them."""
    found: set[Target] = set()
    asked = set(targets)
    for kind in _GATED:
        model = apps.get_model(kind)
        keys = {key for of, key in asked if of == kind and key}
        if not keys:
            continue
        there = model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
        open_ones = model.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True)
        found |= {(kind, str(key)) for key in set(there) - set(open_ones)}
    return found


def readable(rows: Iterable[ImportRow], *, actor: Actor) -> list[ImportRow]:
    """The rows as `actor` may read them: one of a record that is closed to them says nothing (`is_withheld`)."""
    rows = list(rows)
    closed = withheld(((each.target_type, each.target_id) for each in rows), actor=actor)
    for each in rows:
        each.is_withheld = (each.target_type, each.target_id) in closed
        if each.is_withheld:
            each.title, each.faults, each.notes, each.changes = "", [], [], []
    return rows

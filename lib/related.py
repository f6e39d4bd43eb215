"""Rows that hold their rows: what prefetches bring, by SQL that is written once and without a queryset for each row.

A queryset that prefetches makes another queryset for every row and relation; for thousands of rows that takes longer
than the database and all the objects. A related manager gives out what is held here as it does what was prefetched.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import QuerySet

from lib import rows, terms


class Held(list):
    """The rows that a relation of a record has, in their order; what else a queryset is asked for is asked of one."""

    def __init__(self, rows: Iterable[models.Model], anew: Callable[[], QuerySet]):
        super().__init__(rows)
        self._anew = anew

    def count(self) -> int:
        return len(self)

    def exists(self) -> bool:
        return bool(self)

    def first(self) -> models.Model | None:
        return self[0] if self else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._anew(), name)


def attach(
    owner: models.Model, name: str, found: Iterable[models.Model], *, column: str, model: type[models.Model]
) -> None:
    """Let the relation `name` of `owner` hold rows of `model`, which point at it by `column`."""
    there = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    there[name] = Held(found, lambda: model.objects.filter(**{column: owner}))


def by_key(row: models.Model) -> Any:
    """The order in which rows are held where no other is asked for."""
    return row.pk


def gather(owners: Sequence[Any], name: str, *, order: Callable[[Any], Any] = by_key) -> list[Any]:
    """The rows that point at `owners`, all of one model, by the relation `name`; at most one query.

    Each owner then holds its own in `order`, and each of these its owner.
    """
    if not owners:
        return []
    relation = owners[0]._meta.get_field(name)
    column, model = relation.field.name, relation.related_model
    by_owner: dict[Any, list] = defaultdict(list)
    found = sorted(rows.found(model, [each.pk for each in owners], by=column), key=order)
    for row in found:
        by_owner[getattr(row, relation.field.attname)].append(row)
    for owner in owners:
        attach(owner, name, by_owner[owner.pk], column=column, model=model)
        for row in by_owner[owner.pk]:
            setattr(row, column, owner)
    return found


def follow(pointing: Iterable[Any], *columns: str) -> list[Any]:
    """Let rows of one model hold the records that their `columns` name: as `follow_each`."""
    return follow_each([(list(pointing), columns)])


def follow_each(asked: Iterable[tuple[Collection[Any], Collection[str]]]) -> list[Any]:
    """Let rows hold the records that their columns name, one for each key; `asked` are rows of a model and columns.

    One query for all terms, one for each other table. What was found is returned.
    """
    keys: dict[type[models.Model], set] = defaultdict(set)
    named: list[tuple[Any, str, Any, type[models.Model]]] = []
    for pointing, columns in asked:
        for column in columns if pointing else ():
            model = next(iter(pointing))._meta.get_field(column).related_model
            for each in pointing:
                key = getattr(each, f"{column}_id")
                named.append((each, column, key, model))
                if key is not None:
                    keys[model].add(key)
    found: dict[type[models.Model], dict[Any, Any]] = dict(
        terms.found({model: codes for model, codes in keys.items() if issubclass(model, terms.Term)})
    )
    for model, wanted in keys.items():
        if model not in found:
            found[model] = {each.pk: each for each in rows.found(model, wanted)}
    for each, column, key, model in named:
        setattr(each, column, None if key is None else found[model][key])
    return [each for of_model in found.values() for each in of_model.values()]

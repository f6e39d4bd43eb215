"""Rows of one table found and written by SQL that is written once, and planned once for a connection (`prepared`)."""

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

from lib import prepared
from lib.compiled import Compiled, compiled, stand_in

_KEYS = stand_in(str, "keys")


def found(model: type[models.Model], keys: Collection[UUID], *, by: str = "id") -> list:
    """The rows of one table whose column `by` holds one of the keys."""
    if not keys:
        return []
    return [built(model, each) for each in _by_keys(model, by).rows(keys=array(keys))]


@cache
def _by_keys(model: type[models.Model], by: str) -> Compiled:
    table, column = model._meta.db_table, model._meta.get_field(by).column
    held = RawSQL(f'"{table}"."{column}" = ANY(%s::uuid[])', [_KEYS], models.BooleanField())  # noqa: S611  names of ours
    return compiled(model._default_manager.filter(held), keys=_KEYS)


def array(keys: Collection[UUID]) -> str:
    """The keys as the database reads an array of them."""
    return f"{{{','.join(map(str, keys))}}}"


def built(model: type[models.Model], columns: Sequence[Any]) -> models.Model:
    """A row out of its columns, which come first in `columns`."""
    names, read = _columns(model)
    values = [*columns[: len(names)]]
    for place, field in read:
        values[place] = field.from_db_value(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


@cache
def _columns(model: type[models.Model]) -> tuple[list[str], list[tuple[int, models.Field]]]:
    """The names of its columns, and those that are not yet what they mean as the database gives them (JSON)."""
    fields = model._meta.concrete_fields
    read = [(place, each) for place, each in enumerate(fields) if hasattr(each, "from_db_value")]
    return [each.attname for each in fields], read


class _Insert(NamedTuple):
    """The statement that enters rows of one table: the type of each place, and what a row has there."""

    sql: str
    types: dict[str, str]
    columns: dict[str, Callable[[models.Model, BaseDatabaseWrapper], Any]]


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write new rows of one table in one statement, as `bulk_create` does, which takes longer to say it.

    The rows have their keys; all columns are written, so that no default of the database is.
    """
    if not rows:
        return
    statement = _insert(model)
    # The connection itself: what stands for that of the thread takes as long to ask as the values to be made.
    here = connection.cursor().db
    values = {place: [told(row, here) for row in rows] for place, told in statement.columns.items()}
    prepared.tell(statement.sql, values, statement.types)
    for row in rows:
        row._state.adding, row._state.db = False, here.alias


@cache
def _insert(model: type[models.Model]) -> _Insert:
    fields = {
        f"c{number}": each for number, each in enumerate(model._meta.concrete_fields) if not each.generated
    }
    # Without their lengths: a cast to varchar(60) would cut what is longer, where the column itself refuses it.
    types = {
        place: re.sub(r"\(.*?\)", "", each.rel_db_type(connection)) + "[]" for place, each in fields.items()
    }
    names = ", ".join(connection.ops.quote_name(each.column) for each in fields.values())
    places = ", ".join(f"%({place})s::{each}" for place, each in types.items())
    table = connection.ops.quote_name(model._meta.db_table)
    return _Insert(
        f"INSERT INTO {table} ({names}) SELECT * FROM unnest({places})",  # noqa: S608  names of our own tables
        types,
        {place: _told(each) for place, each in fields.items()},
    )


def _told(field: models.Field) -> Callable[[models.Model, BaseDatabaseWrapper], Any]:
    def told(row: models.Model, here: BaseDatabaseWrapper) -> Any:
        return field.get_db_prep_save(field.pre_save(row, True), here)

    return told

"""Counts many things in the newest agreements of several lists: one statement, whatever is asked.

A list is a queryset of agreements; its newest LOOKED_AT are found once, and every question about them is put to those
alone. A question is a queryset like any other, of agreements or of what belongs to them, and need not know: within its
part of the statement the set stands under the name of the table of agreements, and PostgreSQL reads a name first
among the sets that are named, then among tables. So a condition is written once, for lists and for counts.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, TextField

from agreements.models import Agreement
from lib import facets
from lib.facets import Total

_TABLE = Agreement._meta.db_table
_COLUMNS = [
    field.attname
    for field in Agreement._meta.concrete_fields
    if not isinstance(field, TextField) and not field.attname.startswith("title_")
]
"""What a set has of each agreement: all but its texts, which nobody counts."""

Part = tuple[str, Sequence[Any]]
"""A piece of SQL and its parameters."""


class Apart(NamedTuple):
    """A question that is not put to a set, but to all there is."""

    sql: str
    parameters: Sequence[Any]


class Look:
    """One look at several lists. Ask first, then `answers`."""

    def __init__(self):
        self._sets: list[Part] = []
        self._asked: dict[Part, int] = {}

    def of(self, agreements: QuerySet) -> int:
        """The place of the set of the newest of `agreements`, for `ask`."""
        newest = agreements.order_by("-number").values(*_COLUMNS)[: facets.LOOKED_AT + 1]
        self._sets.append(_compiled(newest) or ("SELECT * FROM agreements_agreement WHERE false", ()))
        return len(self._sets) - 1

    def ask(self, place: int, question: Part) -> int:
        """Put `question` to the set at `place`; its answer will stand at the place that is returned.

        The same question to the same set is put once.
        """
        sql, parameters = question
        if isinstance(question, Apart):
            return self._asked.setdefault((f"({sql})", tuple(parameters)), len(self._asked))
        # Not one more than is said: the set has one more, to know that there is.
        shadow = f"WITH {_TABLE} AS NOT MATERIALIZED (SELECT * FROM found_{place} LIMIT {facets.LOOKED_AT})"  # noqa: S608 - our own names
        return self._asked.setdefault((f"({shadow} {sql})", tuple(parameters)), len(self._asked))

    def answers(self) -> tuple[list[Total], list[Any]]:
        """How many each set has, and what each question is answered; one query."""
        named = ", ".join(
            f"found_{place} AS MATERIALIZED ({sql})" for place, (sql, _given) in enumerate(self._sets)
        )
        totals = [f"(SELECT count(*) FROM found_{place})" for place in range(len(self._sets))]  # noqa: S608 - our own names
        told = ", ".join([*totals, *(sql for sql, _given in self._asked)])
        given = [each for _sql, parameters in (*self._sets, *self._asked) for each in parameters]
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {named} SELECT {told}", given)
            row = cursor.fetchone()
        return [Total.of(each) for each in row[: len(totals)]], list(row[len(totals) :])


def rows(queryset: QuerySet) -> Part:
    """A question that is answered with the rows of `queryset`, a list of columns each; see `told_rows`."""
    sql, parameters = _compiled(queryset) or ("SELECT 0 WHERE false", ())
    return f"SELECT json_agg(line) FROM ({sql}) line", parameters  # noqa: S608 - our own names


def told_rows(answer: list[dict] | None) -> Iterator[list]:
    """The rows of an answer to `rows`, in their order."""
    return (list(each.values()) for each in answer or ())


def number(*querysets: QuerySet) -> Part:
    """A question that is answered with how many agreements are in any of `querysets`.

    Apart, the database can join what it would have to probe row by row in an «or».
    """
    found = [part for each in querysets if (part := _compiled(each.order_by().values("pk")))]
    union = " UNION ".join(sql for sql, _given in found)
    parameters = [value for _sql, given in found for value in given]
    return f"SELECT count(*) FROM ({union}) line" if found else "SELECT 0", parameters  # noqa: S608 - our own names


def apart(queryset: QuerySet) -> Apart:
    """How many rows `queryset` has, up to one more than are looked at: for what an index finds alone."""
    sql, given = _compiled(queryset.order_by().values("pk")[: facets.LOOKED_AT + 1]) or (
        "SELECT WHERE false",
        (),
    )
    return Apart(f"SELECT count(*) FROM ({sql}) line", given)  # noqa: S608 - our own names


def compiled(queryset: QuerySet) -> Part:
    """A queryset as a piece of a question; one that can have no rows has none."""
    return _compiled(queryset) or ("SELECT NULL, NULL WHERE false", ())


def _compiled(queryset: QuerySet) -> Part | None:
    """None where Django knows that nothing can be found."""
    try:
        return queryset.query.get_compiler(connection.alias).as_sql()
    except EmptyResultSet:
        return None

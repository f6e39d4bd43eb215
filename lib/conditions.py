"""Conditions that Django has no lookup for."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, Func, QuerySet


class _Found(ArraySubquery):
    # Of what finds nothing, no array is made: there the condition is known not to hold before anybody is asked.
    empty_result_set_value = NotImplemented


class IsOneOf(Func):
    """Whether a column is one of what a query finds, which is asked first and once.

    Where `IN` leaves it to PostgreSQL which side is read, and an estimate that is off has the larger one read whole,
    here an index is asked for what was found, in the order of that index.
    """

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()

    def __init__(self, column: str, found: QuerySet):
        super().__init__(column, _Found(found))


class AskedOfEach(Exists):
    """Whether a query finds anything for a row, asked of each row that is looked at.

    In an «or» PostgreSQL would rather find all that `Exists` could ever hold for, however short the page that is asked
    for. Behind a query within the query, which Django ends after one row, it cannot.
    """

    template = "EXISTS(SELECT FROM (%(subquery)s) found)"

"""Lets writers of one thing follow each other, where there is no row yet that could be locked."""

from django.db import connection


def hold(*names: str) -> None:
    """Wait until nobody else holds one of `names`, and hold them until the end of the transaction.

    All at once and in one order, whoever asks: two who hold many do not wait for each other. What was committed by
    those who held them before is seen by every query that follows.
    """
    if names:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(key) FROM"
                " (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) name ORDER BY 1) keys",
                [list(names)],
            )

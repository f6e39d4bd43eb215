"""The registry's second clock: what it knew at a moment. Reads as every query does, only earlier; writes nothing.

Each remembered table has a view of its name in the schema `past` (`audit/migrations/0002_past.py`). `as_known` puts
that schema before all others for a while: the same queries then answer from the versions that were newest then.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations.base import Operation
from django.db.models import Max

from audit.models import AuditEvent, RowVersion

END = 2**63 - 1


@dataclass(frozen=True)
class Moment:
    """A moment of the registry: all that was written `at` it or earlier, and before the row version `before`.

    The second bound matters inside one transaction alone, which is one moment: it tells the versions apart that an
    agreement went through there.
    """

    at: datetime
    before: int = END


@contextmanager
def as_known(moment: Moment) -> Iterator[None]:
    """Inside, every query answers as the registry knew things at `moment`; a write is refused by the database.

    Accounts and what people keep on their desks have no past: accounts answer as they are, desks are empty. Evaluate
    querysets before leaving: one that is asked later answers of today.
    """
    with transaction.atomic(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION READ ONLY;"
                " SELECT set_config('mithaq.known_at', %s, true), set_config('mithaq.known_before', %s, true),"
                " set_config('search_path', 'past, ' || current_setting('search_path'), true)",
                [moment.at.isoformat(), str(moment.before)],
            )
        yield
        # Nothing was written. Going back to the savepoint also brings back the path and the right to write.
        transaction.set_rollback(True)


def begins() -> datetime | None:
    """When the registry's memory begins; None while it holds nothing."""
    return RowVersion.objects.order_by("id").values_list("at", flat=True).first()


def moment_of(version: RowVersion, *, before: int = END) -> Moment:
    """Right after the transaction that wrote `version`.

    It ends no earlier than its last event: whatever another writer had to say first, this one has seen by then.
    """
    told = AuditEvent.objects.filter(xid=version.xid, at__gte=version.at).aggregate(last=Max("at"))["last"]
    return Moment(max(version.at, told or version.at), before)


# Operations of migrations. What is given to them here stays as it is: migrations of earlier days call it.


class Remember(Operation):
    """From here on every version of every row of `table` is kept, and readable in the schema `past`.

    `owner` is the column that rows are looked up by: the agreement of a party. A migration that adds, drops or renames
    columns of a remembered table calls this again, after; `before` then says what a new column reads as in versions
    older than itself (NULL if left out). One that changes a column's type calls `Forget` before that.
    """

    reversible = True

    def __init__(self, table: str, owner: str = "", before: Mapping[str, Any] | None = None):
        self.table, self.owner, self.before = table, owner, before

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(
            "SELECT mithaq_remember(%s, %s, %s)", [self.table, self.owner, json.dumps(self.before or {})]
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("SELECT mithaq_forget(%s)", [self.table])

    def describe(self):
        return f"Remember every version of {self.table}"


class Forget(Operation):
    """From here on no version of `table` is kept; those there are stay. Backwards, it is remembered again."""

    reversible = True

    def __init__(self, table: str, owner: str = ""):
        self.table, self.owner = table, owner

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("SELECT mithaq_forget(%s)", [self.table])

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        Remember(self.table, self.owner).database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Keep no more versions of {self.table}"


class HasNoPast(Operation):
    """What people keep for themselves in `table` is not remembered: seen from the past, the table is empty."""

    reversible = True

    def __init__(self, table: str):
        self.table = table

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("SELECT mithaq_leave_out(%s)", [self.table])

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("SELECT mithaq_forget(%s)", [self.table])

    def describe(self):
        return f"Leave {self.table} out of the past"

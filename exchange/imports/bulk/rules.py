"""What no row knows by itself: whether it is here already, stands in the file twice, or has the number of another."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from agreements.models import Agreement
from audit.trail import Actor
from exchange.imports.bulk.staging import Staging, streamed
from exchange.imports.lines import Said
from exchange.shapes.tables import TABLES

_GOOD = "NOT EXISTS (SELECT 1 FROM bulk_fault f WHERE f.line = r.line)"

# Which record a row is, in the order in which an import asks: by its key, its code, its reference, its numbers.
_HERE = """
    ALTER TABLE bulk_row ADD COLUMN here uuid;
    UPDATE bulk_row r SET here = found.id
      FROM (SELECT DISTINCT ON (line) line, id FROM (
              SELECT r.line, a.id, 1 AS way FROM bulk_row r JOIN readable a ON a.id = r.own
              UNION ALL SELECT r.line, a.id, 2 FROM bulk_row r JOIN readable a ON a.number = r.number
              UNION ALL SELECT r.line, a.id, 3 FROM bulk_row r JOIN readable a ON a.reference = r.reference
               WHERE r.reference <> '' AND a.reference <> ''
              UNION ALL SELECT b.line, a.id, 4 FROM bulk_identifier b JOIN agreements_agreementidentifier i
                USING (scheme, value) JOIN readable a ON a.id = i.agreement_id) ways
             ORDER BY line, way) found
     WHERE found.line = r.line
"""
_ANOTHER = """
    SELECT r.line, r.code, coalesce(nullif(a.title_en, ''), nullif(a.title_fr, ''), a.title_ar)
      FROM bulk_row r JOIN readable a ON a.number = r.number WHERE r.own <> a.id ORDER BY r.line
"""
_SAME_CODE = """
    SELECT line, first, line = first FROM (
        SELECT r.line, min(r.line) OVER coded AS first, count(*) OVER coded AS alike
          FROM bulk_row r WHERE r.code <> '' WINDOW coded AS (PARTITION BY r.code)) c
     WHERE alike > 1 ORDER BY line
"""
_SAME_REFERENCE = f"""
    SELECT line, first FROM (
        SELECT r.line, min(r.line) OVER (PARTITION BY r.reference) AS first
          FROM bulk_row r WHERE r.reference <> '' AND r.here IS NULL AND {_GOOD}) c
     WHERE line > first ORDER BY line
"""  # noqa: S608 our own condition
_SAME_NUMBER = f"""
    SELECT line, min(first), bool_or(referred) FROM (
        SELECT b.line, r.reference <> '' AS referred, min(b.line) OVER (PARTITION BY b.scheme, b.value) AS first
          FROM bulk_identifier b JOIN bulk_row r USING (line) WHERE r.here IS NULL AND {_GOOD}) c
     WHERE line > first GROUP BY line ORDER BY line
"""  # noqa: S608 our own condition
_NUMBER_TWICE = """
    SELECT line FROM (SELECT line FROM bulk_identifier GROUP BY line, scheme, value HAVING count(*) > 1) twice
     GROUP BY line ORDER BY line
"""
# What belongs to a record that the person may not read is told by the rule that is met, and by nothing else.
_HIDDEN_REFERENCE = """
    SELECT r.line FROM bulk_row r JOIN agreements_agreement a ON a.reference = r.reference
     WHERE r.reference <> '' AND a.reference <> '' AND r.here IS NULL ORDER BY r.line
"""
_HIDDEN_NUMBER = """
    SELECT DISTINCT r.line FROM bulk_identifier b JOIN agreements_agreementidentifier i USING (scheme, value)
      JOIN bulk_row r USING (line) WHERE r.here IS NULL ORDER BY r.line
"""
PARTY_TWICE = """
    SELECT DISTINCT line FROM (
        SELECT line, count(*) OVER (PARTITION BY line, organization_id) AS often
          FROM bulk_party WHERE organization_id IS NOT NULL) p
     WHERE often > 1 ORDER BY line
"""


class Rules:
    """Asks about all rows at once, and puts what is wrong beside the faults of the cells."""

    def __init__(self, staging: Staging, said: Mapping[str, Said], by: Actor):
        self.staging, self.said, self.by = staging, said, by

    def check(self) -> None:
        with self._readable():
            self._find()
            self._codes()
        self._within()
        self._registry()

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """A view of the agreements that the person may read, under that name."""
        readable = Agreement.objects.visible_to(self.by)
        columns = ("id", "number", "reference", "title_en", "title_fr", "title_ar")
        query, parameters = readable.values(*columns).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP VIEW readable AS {_filled(cursor, query, parameters)}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW readable")

    def _find(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_HERE)
            cursor.execute("ANALYZE bulk_row")

    def _codes(self) -> None:
        for line, code, title in self._asked(_ANOTHER):
            self._fault(
                line,
                "code",
                _("%(code)s is another agreement here: “%(title)s”.") % {"code": code, "title": title},
                _("The file is from another registry: leave the columns code and id out of the import."),
            )
        for line, first, is_first in self._asked(_SAME_CODE):
            if is_first:
                told = {"line": line, "table": TABLES["agreements"].title}
                self._fault(
                    line,
                    "",
                    _("Line %(line)d of “%(table)s” belongs to the same record and is refused.") % told,
                )
            else:
                self._again(line, first, "code")
        for (line,) in self._asked(_NUMBER_TWICE):
            self._fault(line, "identifiers", _("Another agreement has this identifier."))
        self.staging.send()

    def _within(self) -> None:
        for line, first in self._asked(_SAME_REFERENCE):
            self._again(line, first, "reference")
        self.staging.send()
        for line, first, referred in self._asked(_SAME_NUMBER):
            self._again(line, first, "reference" if referred else "identifiers")
        self.staging.send()

    def _registry(self) -> None:
        for (line,) in self._asked(_HIDDEN_REFERENCE):
            self._fault(line, "reference", _("Another agreement has this reference."))
        for (line,) in self._asked(_HIDDEN_NUMBER):
            self._fault(line, "identifiers", _("Another agreement has this identifier."))
        self.staging.send()

    def parties(self) -> None:
        """Names of one file may turn out to be one body, once those that nobody knew are entered."""
        for (line,) in self._asked(PARTY_TWICE):
            self._fault(
                line, "parties", _("This organization is already a party."), _("Name each party once.")
            )
        self.staging.send()

    def _asked(self, query: str) -> Iterator[tuple]:
        with streamed(query) as rows:
            yield from rows

    def _again(self, line: int, first: int, column: str) -> None:
        self._fault(
            line,
            column,
            _("Line %(line)d is the same agreement.") % {"line": first},
            _("Keep one row for each agreement."),
        )

    def _fault(self, line: int, column: str, message: str, hint: str = "") -> None:
        said = self.said.get(column, Said())
        self.staging.fault_at(line, said.letter, said.header or column, message, hint)


def _filled(cursor: Any, query: str, parameters: tuple) -> str:
    """A query with its values in it: a view takes no parameters."""
    return cursor.cursor.mogrify(query, parameters).decode()

"""Where rows wait until all of them are known: tables of the transaction alone, filled by COPY, gone with it."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection

from exchange.imports.bulk.told import Told
from exchange.imports.lines import Line
from lib import languages
from lib.identity import new_ids

_DATES = ("signed", "effective", "ends")
_AGREEMENT = {
    "reference": "text",
    "source_language": "text",
    **{f"title_{code}": "text" for code in languages.CODES},
    "title_basis": "text",
    "kind_id": "text",
    "programme_id": "uuid",
    **{f"occasion_{code}": "text" for code in languages.CODES},
    "place_of_signature": "text",
    **{
        f"{name}_{part}": "daterange" if part == "range" else "text"
        for name in _DATES
        for part in ("text", "range", "basis", "note")
    },
    "renewal": "text",
    **{f"renewal_rule_{code}": "text" for code in languages.CODES},
    "notice_days": "int",
    "amount": "numeric",
    "currency": "text",
    "more_advantages_claimed": "bool",
    "confidentiality": "text",
}
"""The columns of an agreement that a row says something of, in the order of its table."""
FACTS = tuple(_AGREEMENT)
_OWNED = {"id": "uuid", "agreement_id": "uuid", "line": "int"}
TABLES: dict[str, dict[str, str]] = {
    "bulk_row": {"line": "int", "id": "uuid", "code": "text", "own": "uuid", "number": "int", "facts": "text"}
    | _AGREEMENT,
    "bulk_party": _OWNED
    | {
        "position": "int",
        "organization_id": "uuid",
        "name_as_written": "text",
        "asked": "text",
        "spoken": "text",
    },
    "bulk_group": _OWNED | {"position": "int", **{f"text_{code}": "text" for code in languages.CODES}},
    "bulk_theme": _OWNED | {"position": "int", "theme_id": "text"},
    "bulk_identifier": _OWNED | {"scheme": "text", "value": "text"},
    "bulk_fault": {"line": "int", "letter": "text", "header": "text", "message": "text", "hint": "text"},
}
# What COPY reads otherwise. A backslash first: the others bring some.
_ESCAPED = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))
_NO_TEXTS: dict[str, str] = {}
_UNSAID = {"text": "", "range": None, "basis": "not_stated", "note": ""}
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Staging:
    """The tables, and the lines on their way into them. A block of lines is sent at once: no more is ever held."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[list[Any]]] = {table: [] for table in TABLES}
        self.ids = new_ids()
        with connection.cursor() as cursor:
            # All rows of what is asked are read: no plan is to be made for the first ones.
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
            # Of an earlier import of the same transaction, if there was one.
            cursor.execute(
                f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{each}' for each in (*TABLES, 'bulk_passed'))}"
            )
            for table, columns in TABLES.items():
                told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
                cursor.execute(f"CREATE TEMP TABLE {table} ({told}) ON COMMIT DROP")

    def send(self) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.waiting.items():
                if rows:
                    lines = io.StringIO("".join(map(_line, rows)))
                    cursor.copy_expert(f"COPY pg_temp.{table} FROM STDIN", lines)
                    rows.clear()

    def settle(self) -> None:
        """Make ready to be asked, once all rows are here: what is temporary nobody else analyzes."""
        self.send()
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"CREATE INDEX ON pg_temp.{table} (line)")
                cursor.execute(f"ANALYZE pg_temp.{table}")

    # What is put.

    def fault(self, line: Line) -> None:
        for each in line.faults:
            self._put(
                "bulk_fault", line.number, each["column"], each["header"], each["message"], each["hint"]
            )

    def fault_at(self, number: int, letter: str, header: str, message: str, hint: str = "") -> None:
        self._put("bulk_fault", number, letter, header, message, hint)

    def row(self, told: Told) -> None:
        facts, line, key = told.facts, told.line, next(self.ids)
        self._put(
            "bulk_row", line, key, told.code, told.own or None, told.number,
            _as_json(facts), *_columns(facts),
        )  # fmt: skip
        for position, part in enumerate(facts["parties"], 1):
            pointer = part["organization"]
            language = told.asked.get(pointer)
            self._put(
                "bulk_party", next(self.ids), key, line, position,
                None if language else pointer, part["name_as_written"],
                pointer.removeprefix("organization:") if language else None, language,
            )  # fmt: skip
        for position, part in enumerate(facts["groups"]):
            self._put("bulk_group", next(self.ids), key, line, position, *_spoken(part["texts"]))
        for position, code in enumerate(facts["themes"]):
            self._put("bulk_theme", next(self.ids), key, line, position, code)
        for part in facts["identifiers"]:
            self._put("bulk_identifier", next(self.ids), key, line, part["scheme"], part["value"])

    def _put(self, table: str, *values: Any) -> None:
        self.waiting[table].append(list(values))


def _columns(facts: Mapping[str, Any]) -> Iterator[Any]:
    """What stands in the columns of the agreement, in the order of FACTS."""
    yield facts["reference"] or ""
    yield facts["source_language"]
    yield from _spoken(facts["titles"])
    yield facts["title_basis"]
    yield facts["kind"]
    yield facts["programme"]
    yield from _spoken(facts["occasions"])
    yield facts["place_of_signature"]
    dates = facts.get("dates", _NO_TEXTS)
    for name in _DATES:
        yield from _claimed(dates.get(name))
    renewal = facts.get("renewal", _NO_TEXTS)
    yield renewal.get("rule", "not_stated")
    yield from _spoken(renewal.get("texts", _NO_TEXTS))
    yield renewal.get("notice_days")
    amount = facts["amount"] or _NO_TEXTS
    yield amount.get("value")
    yield amount.get("currency", "")
    yield facts["more_advantages_claimed"]
    yield facts["confidentiality"]


def _spoken(texts: Mapping[str, str]) -> list[str]:
    return [texts.get(code, "") for code in languages.CODES]


def _claimed(claim: Mapping[str, Any] | None) -> tuple[Any, ...]:
    if claim is None:
        return tuple(_UNSAID.values())
    first, last = claim["earliest"], claim["latest"]
    days = f"[{first or ''},{last or ''}]" if first or last else None
    return claim["stated"] or "", days, claim["basis"], claim["note"]


def _line(row: list[Any]) -> str:
    """A row as COPY reads it."""
    cells = [each if type(each) is str else r"\N" if each is None else str(each) for each in row]
    line = "\t".join(cells)
    # All of the signs that COPY reads otherwise are our own, in nearly every row.
    if (
        line.count("\\") == row.count(None)
        and line.count("\t") == len(row) - 1
        and "\n" not in line
        and "\r" not in line
    ):
        return line + "\n"
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    told = str(value)
    for letter, escaped in _ESCAPED:
        told = told.replace(letter, escaped)
    return told


@contextmanager
def streamed(query: str, parameters: list[Any] | None = None) -> Iterator[Iterator[tuple]]:
    """The rows of a query, a few thousand at a time, however many there are."""
    with connection.chunked_cursor() as cursor:
        cursor.itersize = 5_000
        cursor.execute(query, parameters)
        yield iter(lambda: cursor.fetchone(), None)

"""A file that came in, part by part: the sheets of a workbook, the tables of a package, or the one table of a text."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZipFile

from django.utils.translation import gettext as _

from exchange.imports.lines import Line, Said
from exchange.shapes import headers
from exchange.shapes.tables import TABLES
from lib import tables, uploads
from lib.tables import Cell, Choice, Note, Unreadable
from lib.tables.packages import open_package, unpack

ROWS = 20_000
"""How many rows of all tables one import takes: all of them are entered in one transaction."""
_UNPACKED = 200 * 1024 * 1024
_SHOWN = 8
"""How many rows are shown of each part before anything is decided."""
_LONGEST_SHOWN = 80


@dataclass
class Part:
    """One table of the file, under the name of its sheet or file; the only one of a file has no name."""

    name: str
    table: tables.Table


def options_to_choice(options: Mapping[str, Any]) -> Choice:
    """The reader's choices as they are kept: encoding, delimiter, sheet, header (first and last row), overflow."""
    header = options.get("header")
    return Choice(
        encoding=options.get("encoding", ""),
        delimiter=options.get("delimiter", ""),
        sheet=options.get("sheet", ""),
        header=(header[0], header[1]) if header else None,
        overflow=options.get("overflow"),
    )


@contextmanager
def parts(file: IO[bytes], name: str, options: Mapping[str, Any]) -> Iterator[list[Part]]:
    """The tables of an open file. Raises Unreadable.

    Sheets and files that are called as our own tables are read as those; what else a file of ours holds is passed over.
    """
    with ExitStack() as stack:
        file.seek(0)
        packed = file.read(4) == b"PK\x03\x04"
        file.seek(0)
        if packed and PurePath(name).suffix.lower() == ".zip":
            yield [_member(stack, package, each) for package, each in _members(file)]
            return
        choice = options_to_choice(options)
        table = tables.read(file, name, choice=choice)
        own = [each.name for each in table.sheets if not each.hidden and each.name in TABLES]
        if own and not choice.sheet and not choice.header:
            # A sheet of ours may well hold no row: then it says nothing.
            yield [part for each in own if (part := _sheet(file, name, each))]
            return
        yield [Part("", table)]


def _sheet(file: IO[bytes], name: str, sheet: str) -> Part | None:
    try:
        return Part(sheet, tables.read(file, name, choice=Choice(sheet=sheet, header=(1, 1))))
    except Unreadable as fault:
        if fault.code == "empty":
            return None
        raise


def _members(file: IO[bytes]) -> list[tuple[ZipFile, str]]:
    package = open_package(file)
    names = [each for each in package.namelist() if not each.endswith("/")]
    known = [each for each in names if PurePath(each).stem in TABLES and PurePath(each).suffix == ".csv"]
    if not known:
        raise Unreadable(
            "no_tables",
            _("The package holds none of the tables that are read here, such as agreements.csv."),
        )
    if sum(package.getinfo(each).file_size for each in known) > _UNPACKED:
        raise Unreadable("too_large_unpacked", _("The package is too large once it is unpacked."))
    order = list(TABLES)
    return [(package, each) for each in sorted(known, key=lambda each: order.index(PurePath(each).stem))]


def _member(stack: ExitStack, package: ZipFile, member: str) -> Part:
    into = tempfile.TemporaryFile()  # noqa: SIM115 – the stack closes it
    stack.callback(into.close)
    for chunk in unpack(package, member):
        into.write(chunk)
    return Part(PurePath(member).stem, tables.read(into, member, choice=Choice(header=(1, 1))))


# What was found, for people to look at.


def found(file: IO[bytes], name: str, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the file is understood as, in plain values: one entry for each part. Raises Unreadable, or uploads.Unfit."""
    with parts(file, name, options) as given:
        return [told(each) for each in given]


def told(part: Part) -> dict[str, Any]:
    """What one part is understood as, in plain values."""
    table = part.table
    with closing(table.rows()) as rows:
        sample = [
            [row.number, [each.text[:_LONGEST_SHOWN] for each in row.cells]] for row in islice(rows, _SHOWN)
        ]
    return {
        "part": part.name,
        "format": table.format,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": table.sheet,
        "sheets": [each.name for each in table.sheets if not each.hidden],
        "header": list(table.header),
        "columns": [[each.number, each.letter, each.name] for each in table.columns],
        "sample": sample,
        "remarks": [
            {
                "code": each.code,
                "message": each.message,
                "count": each.count,
                "places": [str(p) for p in each.places],
            }
            for each in table.remarks
        ],
    }


def guess(
    found: list[dict[str, Any]], remembered: Mapping[str, tuple[str, Mapping[str, str]]]
) -> dict[str, dict[str, Any]]:
    """For each part the table it most likely is, and what its columns are: by memory, by name, or by likeness."""
    mapping = {}
    for each in found:
        names = [name for _number, _letter, name in each["columns"]]
        known = remembered.get(headers.fingerprint(names))
        if each["part"] in TABLES:
            table = TABLES[each["part"]]
            columns = headers.columns(names, table)
        elif known and known[0] in TABLES:
            table = TABLES[known[0]]
            columns = {index: known[1].get(headers.folded(name), "") for index, name in enumerate(names)}
        else:
            table = headers.table(names)
            columns = headers.columns(names, table)
        mapping[each["part"]] = {
            "table": table.name,
            "columns": {
                str(number): columns.get(index, "")
                for index, (number, _letter, _name) in enumerate(each["columns"])
            },
            "constants": {},
        }
    return mapping


# The rows.


def lines(
    given: list[Part], mapping: Mapping[str, Mapping[str, Any]], *, most: int | None = ROWS
) -> Iterator[Line]:
    """Every row of every part that is mapped. Raises Unreadable, also for more rows than `most`."""
    count = 0
    for part in given:
        said = mapping.get(part.name)
        if not said or said["table"] not in TABLES:
            continue
        table = TABLES[said["table"]]
        constants = {name: Cell(text) for name, text in said.get("constants", {}).items() if text}
        columns: dict[str, Said] = {}
        places: list[tuple[int, str]] = []
        for each in part.table.columns:
            name = said["columns"].get(str(each.number), "")
            if name and table.column(name) and name not in columns:
                columns[name] = Said(each.letter, each.name, exact=each.name == name)
                places.append((each.number - 1, name))
        for row in part.table.rows():
            count += 1
            if most is not None and count > most:
                raise Unreadable(
                    "too_many_rows",
                    _("There are more than %(most)d rows: divide the file.") % {"most": most},
                    line=row.number,
                )
            cells = constants | {name: row.cells[place] for place, name in places}
            line = Line(part.name, table, row.number, cells, columns)
            if row.note == Note.TOTAL:
                line.passed = True
                line.notes.append(_("It begins with the word for a total: it is passed over."))
            elif row.note == Note.SPARSE:
                line.notes.append(_("It is nearly empty: it looks like no record."))
            yield line


def check_size(size: int, name: str) -> None:
    """Raise Unfit for a file that is larger than is taken in."""
    if size > uploads.LARGEST:
        told = {"name": name, "most": uploads.LARGEST // 1024**2}
        raise uploads.Unfit("too_large", _("“%(name)s” is larger than %(most)d MB.") % told)

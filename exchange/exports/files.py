"""The registry as files: one workbook, or one CSV for each table in a package. The same rows give the same bytes.

Rows are written to the disk as they are read, so the memory this takes does not grow with the registry.
"""

import csv
import io
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from decimal import Decimal
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from agreements.exports.characters import printable
from agreements.exports.tabular import LONGEST_CELL, harmless, written
from audit.trail import Actor
from exchange.queries import registry
from exchange.queries.documents import Labels, cells
from exchange.shapes.columns import CUT, DECIMAL, WHOLE, Column
from exchange.shapes.tables import TABLES, Table
from lib import languages

ABOUT = "about"
"""The sheet that explains the others; it is never read."""
_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of everything in a package: the first that a package can say."""
_EXACT = 15
"""How many digits of a number a spreadsheet program keeps."""
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDTHS = {"text": 60, "title": 50, "quote": 60}


def rows(
    actor: Actor,
    *,
    on: date,
    scope: registry.Scope | None = None,
    tables: Collection[str] = TABLES,
    keys: Collection[str] | None = None,
) -> Iterator[tuple[Table, list[str]]]:
    """The rows of `tables` with their table, as texts in the order of the columns kept.

    Of `scope`, or of all that `actor` may read; with `keys`, only those of the parts that have these ids.
    """
    labels = Labels()
    for part in registry.parts(actor, labels, on=on, scope=scope):
        if part.table in tables and (keys is None or part.content.get("id") in keys):
            yield TABLES[part.table], list(cells(part, labels).values())


Rows = Iterable[tuple[Table, Sequence[str]]]


def workbook(found: Rows, *, language: str, tables: Collection[str] = TABLES) -> IO[bytes]:
    """An open file: a sheet for each of `tables`, and one that explains them in `language`."""
    shown = [TABLES[name] for name in TABLES if name in tables]
    book = Workbook(write_only=True)
    with translation.override(language):
        _explain(book, shown)
        sheets = {table.name: _sheet(book, table) for table in shown}
        for table, texts in found:
            columns = zip(table.kept, texts, strict=True)
            sheets[table.name].append([_cell(sheets[table.name], text, column) for column, text in columns])
    with tempfile.TemporaryFile() as made:
        book.save(made)
        return _repacked(made)


def package(found: Rows, *, tables: Collection[str] = TABLES) -> IO[bytes]:
    """An open file: a ZIP with a CSV for each of `tables`."""
    with ExitStack() as stack, closed_on_error() as file:
        texts = {
            name: _Csv(stack.enter_context(tempfile.TemporaryFile()), TABLES[name])
            for name in TABLES
            if name in tables
        }
        for table, cells_of_row in found:
            texts[table.name].write(cells_of_row)
        with ZipFile(file, "w") as zipped:
            for name, text in texts.items():
                _put(zipped, f"{name}.csv", text.done())
        file.seek(0)
        return file


def one_table(found: Rows, table: Table) -> IO[bytes]:
    """An open file: the CSV of one table, of which all rows are."""
    with closed_on_error() as file:
        text = _Csv(file, table)
        for _table, cells_of_row in found:
            text.write(cells_of_row)
        return text.done()


class _Csv:
    """RFC 4180 in UTF-8 with the mark that tells Excel so, written into a file."""

    def __init__(self, file: IO[bytes], table: Table):
        self.file = file
        self.text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self.writer = csv.writer(self.text, lineterminator="\r\n")
        self.writer.writerow([each.name for each in table.kept])

    def write(self, cells_of_row: Sequence[str]) -> None:
        self.writer.writerow([harmless(printable(each)) for each in cells_of_row])

    def done(self) -> IO[bytes]:
        """The file, at its beginning."""
        self.text.flush()
        self.text.detach()
        self.file.seek(0)
        return self.file


def template(table: Table) -> bytes:
    """A CSV with the columns of one table and no row."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow([each.name for each in table.kept])
    return written.getvalue().encode("utf-8-sig")


def faults_file(found: Iterable[Mapping[str, Any]]) -> bytes:
    """A CSV of what is wrong: table, line, column, its header, what, and what to do."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(["part", "line", "column", "header", "message", "hint"])
    for each in found:
        writer.writerow([harmless(printable(str(value))) for value in each.values()])
    return written.getvalue().encode("utf-8-sig")


def _put(zipped: ZipFile, name: str, content: IO[bytes]) -> None:
    entry = ZipInfo(name, _THEN)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with zipped.open(entry, "w", force_zip64=True) as into:
        while chunk := content.read(1024 * 1024):
            into.write(chunk)


def _repacked(made: IO[bytes]) -> IO[bytes]:
    """The same workbook without the moment it was written at."""
    with closed_on_error() as file:
        _repack(made, file)
        file.seek(0)
        return file


@contextmanager
def closed_on_error() -> Iterator[IO[bytes]]:
    """A temporary file that whoever gets it closes; closed here when it does not come so far."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 – see above
    try:
        yield file
    except BaseException:
        file.close()
        raise


def _repack(made: IO[bytes], file: IO[bytes]) -> None:
    with ZipFile(made) as old, ZipFile(file, "w") as new:
        for name in sorted(old.namelist()):
            with old.open(name) as content:
                if name == "docProps/core.xml":
                    _put(new, name, io.BytesIO(_MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", content.read())))
                else:
                    _put(new, name, content)


def _sheet(book: Workbook, table: Table):
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "B2"
    for index, column in enumerate(table.kept, start=1):
        width = _WIDTHS.get(column.name.rsplit("_", 1)[0], _WIDTHS.get(column.name, 18))
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append([_cell(sheet, each.name, bold=True) for each in table.kept])
    return sheet


def _explain(book: Workbook, tables: Sequence[Table]) -> None:
    """What the file is, and every column of every table in words."""
    sheet = book.create_sheet(ABOUT)
    sheet.sheet_view.rightToLeft = languages.direction(languages.current()) == "rtl"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 32, 90
    told: list[tuple[str, str]] = [
        (_("About this file"), ""),
        ("", _("Every table of the registry that its reader may read; it can be imported as it is.")),
        ("", _("An empty cell says: not stated. Dates stand as the source writes them, beside their days.")),
        ("", _("This file holds what its reader may read: others may not be allowed to.")),
    ]
    for table in tables:
        told += [("", ""), (table.name, str(table.title))]
        told += [(each.name, _explained(each)) for each in table.kept]
    for name, words in told:
        sheet.append([_cell(sheet, name, bold=name in TABLES), _cell(sheet, words)])


def _explained(column: Column) -> str:
    wanted = str(column.codec.words) if column.codec else ""
    return f"{column.words} ({wanted})" if wanted else str(column.words)


def _cell(sheet, text: str, column: Column | None = None, *, bold: bool = False) -> WriteOnlyCell:
    """A cell of text, never a formula; a number where a spreadsheet keeps it exactly."""
    if column and column.codec in (WHOLE, DECIMAL) and text and len(text) <= _EXACT:
        cell = WriteOnlyCell(sheet, value=Decimal(text))
        cell.number_format = "0.00" if column.codec is DECIMAL else "0"
        return cell
    # Where text looks like the escape of a character it says so; and a bare CR would come back as LF.
    text = _ESCAPE.sub("_x005F_", printable(text)).replace("\r", "_x000D_")
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - len(CUT)] + CUT
    return written(sheet, text, bold=bold)

"""Files made to do harm end in a clear answer, before they have cost memory."""

import io
import resource
import struct
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import ZIP_STORED, ZipFile

import pytest

from lib import tables
from lib.tables import packages, shapes, workbook
from tests.lib.workbooks import BEGINS, ENDS, book, rows, said

MIB = 1024 * 1024
NUMBERS = rows("<c><v>1</v></c><c><v>2</v></c>")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)


class Endless(io.RawIOBase):
    """A file of a length that nobody wants in memory: `begins`, then a piece over and over."""

    def __init__(self, begins: bytes, piece: bytes, size: int):
        self.begins, self.piece, self.size, self.at = begins, piece * (MIB // len(piece) + 2), size, 0
        self.period = len(piece)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (self.size if whence == 2 else 0)
        return self.at

    def readinto(self, buffer) -> int:
        count = min(len(buffer), MIB, self.size - self.at)
        if self.at < len(self.begins):
            found = self.begins[self.at : self.at + count]
        else:
            shift = (self.at - len(self.begins)) % self.period
            found = self.piece[shift : shift + count]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


@contextmanager
def within(most: int) -> Iterator[None]:
    """At most so many MiB are allocated beyond what was there."""
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (
        1 if sys.platform == "darwin" else 1024
    )
    assert peak < most * MIB
    assert grown < 2 * most * MIB


def refusal(file, name: str = "list.xlsx") -> tables.Unreadable:
    file = io.BytesIO(file) if isinstance(file, bytes) else file
    with pytest.raises(tables.Unreadable) as refused:
        for _row in tables.read(file, name).rows():
            pass
    assert str(refused.value)
    return refused.value


class TestKinds:
    @pytest.mark.parametrize(
        ("content", "name", "code"),
        [
            (b"", "list.csv", "empty"),
            (b"\xef\xbb\xbf", "list.csv", "empty"),
            (b"\r\n \r\n;;\r\n", "list.csv", "empty"),
            (bytes(5000), "list.csv", "not_a_table"),
            (bytes(range(256)) * 20, "list.csv", "not_a_table"),
            (b"%PDF-1.7 hello", "list.csv", "not_a_table"),
            (b"<html><table><tr><td>1", "list.csv", "not_a_table"),
            (b"a;b\r\n", "list.xlsx", "not_what_it_says"),
            (book(NUMBERS).getvalue(), "list.csv", "not_what_it_says"),
            (book(NUMBERS, parts={"xl/vbaProject.bin": b"x"}).getvalue(), "list.xlsm", "macros"),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "list.xlsx", "encrypted"),
            (OLE, "list.xls", "old_workbook"),
            (b"PK\x03\x04", "list.xlsx", "damaged"),
            (book(NUMBERS).getvalue()[:-30], "list.xlsx", "damaged"),
            (book(NUMBERS[:-20]).getvalue(), "list.xlsx", "damaged"),
            (book(rows('<c t="s"><v>7</v></c>')).getvalue(), "list.xlsx", "damaged"),
            (book(rows("")).getvalue(), "list.xlsx", "empty"),
        ],
    )
    def test_that_are_no_tables_are_told_apart(self, content, name, code):
        assert refusal(content, name).code == code

    def test_a_locked_part_is_not_opened(self):
        content = bytearray(book(NUMBERS).getvalue())
        content[content.find(b"PK\x01\x02") + 8] |= 1

        assert refusal(bytes(content)).code == "encrypted"

    def test_a_package_within_a_package_is_not_opened(self):
        outer = io.BytesIO()
        with ZipFile(outer, "w") as package:
            package.writestr("inner.zip", book(NUMBERS).getvalue())

        assert refusal(outer).code == "not_a_table"


class TestBombs:
    def test_that_unpack_to_a_multiple_are_refused_by_what_they_claim(self):
        sheet = book(BEGINS, *["<row><c><v>1</v></c></row>" * 40_000] * 100, ENDS)
        beside = book(NUMBERS, parts={"docProps/app.xml": b" " * 2 * MIB})

        with within(4):
            assert refusal(sheet).code == "too_large_unpacked"
            assert refusal(beside).code == "too_large_unpacked"

    def test_that_claim_less_are_refused_all_the_same(self):
        content = bytearray(book(BEGINS, *[" " * MIB] * 100, ENDS).getvalue())
        entry = content.rfind(b"xl/worksheets/sheet1.xml") - 46
        struct.pack_into("<L", content, entry + 24, 1000)

        with within(4):
            assert refusal(bytes(content)).code == "damaged"

    def test_are_counted_while_they_are_unpacked(self, monkeypatch):
        content = book(BEGINS, *[" " * MIB] * 100, ENDS)
        with ZipFile(content) as package, within(4), pytest.raises(tables.Unreadable) as refused:
            for _chunk in packages.unpack(package, "xl/worksheets/sheet1.xml"):
                pass

        assert refused.value.code == "too_large_unpacked"

    def test_of_a_great_many_entries_are_refused(self):
        content = io.BytesIO()
        with ZipFile(content, "w") as package:
            for number in range(packages.ENTRIES + 1):
                package.writestr(str(number), b"")

        assert refusal(content).code == "too_large_unpacked"

    def test_whose_directory_is_too_large_are_refused_before_it_is_read(self):
        content = bytearray(book(NUMBERS).getvalue())
        struct.pack_into("<L", content, content.rfind(b"PK\x05\x06") + 12, 500 * MIB)

        assert refusal(bytes(content)).code == "too_large_unpacked"

    @pytest.mark.parametrize(
        "declared",
        [
            '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">',
            '<!ENTITY c SYSTEM "file:///etc/passwd">',
            '<!ENTITY % c SYSTEM "http://127.0.0.1/x"> %c;',
        ],
    )
    def test_of_entities_are_refused_where_these_are_declared(self, declared):
        content = book(f"<!DOCTYPE w [{declared}]>", rows(said("a"), said("&c;")))

        assert refusal(content).code == "entities"

    @pytest.mark.parametrize(
        ("begins", "piece", "code"),
        [
            ("<!--", "abcdefgh", "damaged"),
            ('<row x="', "abcdefgh", "damaged"),
            ("", "<a>", "damaged"),
            ('<row><c t="inlineStr"><is><t>', "abcdefgh", "cell_too_long"),
            ("<row><c><f>", "abcdefgh", "cell_too_long"),
            ("<row>", "<c><v>1</v></c>", "too_many_columns"),
        ],
    )
    def test_that_never_come_to_an_end_are_left(self, begins, piece, code):
        content = book(BEGINS, begins, *[piece * (2 * MIB // len(piece))] * 20, compression=ZIP_STORED)

        with within(24):
            assert refusal(content).code == code

    def test_of_texts_are_refused_before_they_are_kept(self, monkeypatch):
        monkeypatch.setattr(workbook, "STRINGS", 1000)
        monkeypatch.setattr(workbook, "STRINGS_LENGTH", 1_000_000)
        many = book(NUMBERS, strings=["<si><t>a</t></si>" * 1001])
        long = book(NUMBERS, strings=[f"<si><t>{'a' * 1001}</t></si>" * 1000])

        assert refusal(many).code == "too_many_texts"
        assert refusal(long).code == "too_many_texts"

    def test_of_merged_cells_are_refused(self):
        merged = '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/>'
        over = merged + '<mergeCell ref="A1:B9"/>' * 600 + "</mergeCells></worksheet>"
        many = merged + "".join(f'<mergeCell ref="A{n}:A{n + 1}"/>' for n in range(1, workbook.MERGED + 2))

        assert refusal(book(NUMBERS.replace(ENDS, over))).code == "damaged"
        assert (
            refusal(book(NUMBERS.replace(ENDS, many + "</mergeCells></worksheet>"))).code == "too_many_merged"
        )


class TestSheetsThatClaimMuch:
    def test_are_read_for_what_they_hold(self):
        sheet = NUMBERS.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>').replace(
            "</sheetData>", '<row r="1048576"><c r="B1048576"><v>3</v></c></row></sheetData>'
        )

        with within(4):
            [row] = tables.read(book(sheet), "list.xlsx").rows()

        assert (row.number, [cell.text for cell in row.cells]) == (1_048_576, ["", "3"])

    def test_have_only_so_many_columns(self):
        far = book(rows('<c r="A1"><v>1</v></c>', '<c r="XFD2"><v>2</v></c>'))

        assert refusal(far).code == "too_many_columns"

    @pytest.mark.parametrize("reference", ["A0", "1048577", "99999999"])
    def test_go_forward_only(self, reference):
        row = reference.lstrip("A")

        assert refusal(book(BEGINS + f'<row r="2"/><row r="{row}"/><row r="1"/>' + ENDS)).code == "damaged"

    def test_have_only_so_many_rows(self, monkeypatch):
        monkeypatch.setattr(workbook, "ROWS", 10)

        assert refusal(book(rows(*["<c><v>1</v></c>"] * 11))).code == "too_many_rows"
        assert refusal(book(BEGINS + "<row/>" * 11 + ENDS)).code == "too_many_rows"


class TestTexts:
    @pytest.mark.parametrize(
        ("begins", "piece", "code"),
        [
            (b"a;b\r\n", b"a", "line_too_long"),
            (b"a;b\r\n\xe9", b"a", "line_too_long"),
            (b"a;b\r\n1;", b'"', "line_too_long"),
            (b'a;b\r\n1;"x', b"1;2\r\n", "unclosed_quote"),
            (b"a;b\r\n", b"\n", "too_many_rows"),
            (b"a;b\r\n\xe9", b"\r\n", "too_many_rows"),
        ],
    )
    def test_that_never_come_to_an_end_are_left(self, begins, piece, code):
        file = io.BufferedReader(Endless(begins, piece, 24 * MIB))

        with within(24), pytest.MonkeyPatch.context() as patched:
            patched.setattr("lib.tables.delimited.ROWS", 20_000)
            assert refusal(file, "list.csv").code == code

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"a;b\r\n1;" + b"x" * (shapes.LONGEST_CELL + 1), "cell_too_long"),
            (b";" * (shapes.COLUMNS + 1), "too_many_columns"),
            (b"a;b\r\n" + b"1;" * shapes.COLUMNS, "too_many_columns"),
        ],
    )
    def test_have_only_so_much_in_a_row(self, content, code):
        assert refusal(content + b"\r\n", "list.csv").code == code

    def test_have_only_so_many_bytes(self):
        file = io.BufferedReader(Endless(b"a;b\r\n", b"1;2\r\n", shapes.BYTES + 1))

        assert refusal(file, "list.csv").code == "too_large"

    def test_of_many_rows_are_never_kept(self):
        file = io.BufferedReader(Endless(b"a;b;c;d;e\r\n", b"1;x;y;z;t\r\n", 11 * 20_000))

        with within(4):
            count = sum(1 for _row in tables.read(file, "list.csv").rows())

        assert count == 19_999

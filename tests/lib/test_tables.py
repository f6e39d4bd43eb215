"""Tables that people send are read cell by cell as they stand, and what is doubtful is told with its line."""

import csv
import io
import json
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from agreements.exports.tabular import harmless
from lib import tables
from lib.tables import Choice, values
from tests.lib.workbooks import book, rows, said

MESSY = django_settings.BASE_DIR.parent / "shared" / "corpora" / "messy"
EXPECTED = sorted(MESSY.glob("*.expected.json"))


def read(content: bytes | str, name: str = "list.csv", **choice) -> tables.Table:
    content = content.encode() if isinstance(content, str) else content
    return tables.read(io.BytesIO(content), name, choice=Choice(**choice))


def texts(table: tables.Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows()]


def names(table: tables.Table) -> list[str]:
    return [column.name for column in table.columns]


def places(table: tables.Table) -> dict[str, list[str]]:
    """Where each remark points, once all rows were read."""
    list(table.rows())
    return {remark.code: [str(place) for place in remark.places] for remark in table.remarks}


def refused(content: bytes | str, name: str = "list.csv", **choice) -> tables.Unreadable:
    with pytest.raises(tables.Unreadable) as refusal:
        list(read(content, name, **choice).rows())
    return refusal.value


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def looked_at(text: str) -> str:
    """As a person compares: blanks are blanks."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\n", "\n").strip('"')


@pytest.mark.skipif(not EXPECTED, reason="the files of others are not on this machine")
@pytest.mark.parametrize("path", EXPECTED or [None], ids=lambda path: path.name if path else "none")
def test_files_as_others_publish_them(path):
    expected = json.loads(path.read_text())
    with (MESSY / expected["file"]).open("rb") as file:
        table = tables.read(file, expected["file"])
        found = list(table.rows())

    assert table.encoding == expected["encoding"]
    assert table.delimiter == (expected["delimiter"] or "")
    assert table.header[1] == expected["header_line"]
    records = [row for row in found if not row.note]
    assert expected["data_rows"] in (None, len(records))
    seen = {looked_at(cell.text) for row in found for cell in row.cells}
    seen |= {looked_at(part) for column in table.columns for part in column.parts}
    for check in expected["checks"]:
        assert looked_at(check["raw"]) in seen
    assert not any("\ufffd" in text for text in seen)


@pytest.mark.skipif(not EXPECTED, reason="the files of others are not on this machine")
def test_merged_cells_of_others():
    with (MESSY / "synth_merged_two_row_header.xlsx").open("rb") as file:
        table = tables.read(file, "list.xlsx")
        sixth, seventh, eighth = table.rows()

    assert [sheet.hidden for sheet in table.sheets] == [False, True]
    assert (seventh.number, seventh.cells[3].text) == (7, "Entraide nationale")
    assert (seventh.cells[6].formula, seventh.cells[6].mark) == ("=6*2", "uncalculated")
    assert seventh.cells[2].value == date(2013, 4, 3)
    assert (eighth.number, eighth.note) == (8, "total")
    assert not sixth.note


@pytest.mark.skipif(not EXPECTED, reason="the files of others are not on this machine")
def test_a_delimiter_within_texts_of_others_can_be_given_back_to_their_column():
    with (MESSY / "vendee_2017_cp1252.csv").open("rb") as file:
        table = tables.read(file, "list.csv", choice=Choice(overflow=10))
        found = list(table.rows())

    assert not any(row.extra for row in found)
    assert {row.cells[12].text for row in found} == {"non"}
    assert found[-1].cells[9].text.startswith("Autre  > Avance de 20,00% mise en paiement")


FRENCH = "Intitulé;Montant\r\nAide à l’éducation précaire, Fès;1 250,50 €\r\nŒuvre «Été»;3\r\n"
ARABIC = "الرقم;عنوان الاتفاقية\r\n1;اتفاقية شراكة بين التعاون الوطني وفضاء الأمل\r\n"


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac-roman"])
    def test_french_is_read(self, encoding):
        table = read(FRENCH.encode(encoding))

        assert table.encoding == encoding
        assert texts(table)[0] == ["Aide à l’éducation précaire, Fès", "1 250,50 €"]

    def test_french_of_dos_is_read(self):
        assert (
            texts(read("nom;lieu\r\nÉcole précaire;Fès à côté\r\n".encode("cp850")))[0][0] == "École précaire"
        )

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1256", "iso8859-6", "utf-8-sig"]
    )
    def test_arabic_is_read(self, encoding):
        table = read(ARABIC.encode(encoding))

        assert table.encoding == encoding
        assert texts(table)[0][1] == "اتفاقية شراكة بين التعاون الوطني وفضاء الأمل"

    def test_what_is_only_likely_is_told(self):
        assert "encoding_likely" in places(read(FRENCH.encode("cp1252")))
        assert "encoding_likely" not in places(read(FRENCH.encode()))

    def test_each_cell_of_two_encodings_is_read_in_its_own(self):
        lines = [b"nom;lieu\r\n", "Été;Fès\r\n".encode(), "Été;Fès\r\n".encode("cp1252")]
        lines += ["Été;".encode() + "Fès\r\n".encode("cp1252")]

        table = read(b"".join(lines))

        assert texts(table) == [["Été", "Fès"]] * 3
        assert places(table)["mixed_encodings"] == ["line 3", "line 4"]

    def test_a_mark_of_unicode_is_not_believed_of_every_line(self):
        table = read("nom\r\nÉté à la mer\r\n".encode("utf-8-sig") + "Été\r\n".encode("cp1252"))

        assert texts(table) == [["Été à la mer"], ["Été"]]
        assert table.encoding == "utf-8-sig"

    def test_a_choice_outdoes_what_is_found(self):
        assert texts(read("a;b\r\nÉ;ة\r\n".encode("cp1256", "ignore"), encoding="cp1256"))[0][1] == "ة"
        assert refused("a;b", encoding="rot13").code == "unknown_encoding"

    def test_lone_surrogates_are_shown_as_unreadable(self):
        wide = "a;b\r\nun ".encode("utf-16-le") + b"\x00\xd8" + ";deux\r\n".encode("utf-16-le")
        narrow = b"nom;lieu\r\nx\xed\xa0\x80y;\xc3\xa9t\xc3\xa9\r\n"

        assert texts(read(b"\xff\xfe" + wide)) == [["un �", "deux"]]
        assert texts(read(narrow)) == [["x�y", "été"]]
        assert places(read(narrow))["undecodable"] == ["line 2"]

    def test_nuls_are_left_out_and_told(self):
        table = read(b"a;b\r\nune\x00 chose;" + b"x" * 200 + b"\r\n")

        assert texts(table)[0][0] == "une chose"
        assert places(table)["control_characters"] == ["line 2"]


class TestDelimiters:
    @pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
    def test_is_found(self, delimiter):
        table = read(delimiter.join("abc") + "\r\n" + delimiter.join("123") + "\r\n")

        assert (table.delimiter, texts(table)) == (delimiter, [["1", "2", "3"]])

    def test_decimal_commas_are_none(self):
        table = read("nom;montant\nA;1,5\nB;2,5\nC;3,5\n")

        assert table.delimiter == ";"
        assert places(table)["decimal_commas"] == ["line 2, column B"]

    def test_the_line_that_names_it_is_no_row(self):
        table = read("sep=|\r\na|b\r\n1;1|2;2\r\n")

        assert (names(table), texts(table)) == (["a", "b"], [["1;1", "2;2"]])

    def test_decimals_that_it_cut_are_joined(self):
        table = read("nom,montant,fin\nA,24 975,00,2017\nB,102 991,50,2018\nC,30 000,2019\n")

        assert texts(table) == [
            ["A", "24 975,00", "2017"],
            ["B", "102 991,50", "2018"],
            ["C", "30 000", "2019"],
        ]
        assert places(table)["rejoined"] == ["line 2, column B", "line 3, column B"]

    def test_a_choice_outdoes_what_is_found(self):
        assert texts(read("a,b;c\n1,2;3\n", delimiter=","))[0] == ["1", "2;3"]
        assert refused("a;b", delimiter="x").code == "unknown_delimiter"


class TestRows:
    def test_are_numbered_as_in_a_text_editor(self):
        table = read('a;b\r\n1;"two\r\nlines"\r\n\r\n2;x\r\n')

        assert [(row.number, row.cells[1].text) for row in table.rows()] == [(2, "two\r\nlines"), (5, "x")]
        assert places(table)["blank_rows"] == ["line 4"]

    def test_can_be_read_again(self):
        table = read("a;b\n1;2\n;\n")

        assert texts(table) == texts(table)
        assert places(table) == places(table)

    def test_keep_blanks_and_quotation_marks(self):
        table = read('nom;lieu\nLA  VENDEE  ;Familiale "La Cantaudière"\n')

        assert texts(table) == [["LA  VENDEE  ", 'Familiale "La Cantaudière"']]

    def test_that_are_uneven_lose_nothing(self):
        table = read("a;b;c\n1;2\n1;2;3;4\n1;2;3;\n")
        first, second, third = table.rows()

        assert [cell.text for cell in first.cells] == ["1", "2", ""]
        assert [cell.text for cell in second.extra] == ["4"]
        assert third.extra == []
        assert places(table) == {"fewer_cells": ["line 2"], "more_cells": ["line 3, column D"]}

    def test_end_as_any_system_ends_them(self):
        assert texts(read("a;b\r1;2\r3;4\n5;6\r\n7;8")) == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]
        assert texts(read("é;b\r1;2\r3;4\n5;6\r\n7;8".encode("cp1252"))) == texts(
            read("a;b\n1;2\n3;4\n5;6\n7;8")
        )

    def test_with_totals_or_nearly_nothing_are_told_apart(self):
        table = read("a;b;c;d\n1;2;3;4\nTotal Maroc;1;2;3\nTOTAL;;;4\n;;;9\nالمجموع العام;;;4\n")

        assert [row.note for row in table.rows()] == ["", "", "total", "sparse", "total"]

    def test_tell_identifiers_that_excel_has_rounded(self):
        table = read("a;b\n1,23457E+11;1E5 rue\n")

        assert [cell.mark for row in table.rows() for cell in row.cells] == ["rounded", ""]
        assert places(table)["rounded"] == ["line 2, column A"]

    def test_tell_a_quotation_mark_that_swallows_others(self):
        assert places(read('a;b;c\n1;"2;3\n4;5;6\n7;8";9\n'))["swallowed"] == ["line 2, column B"]
        assert "swallowed" not in places(read('a;b;c\n1;"2\nand more";9\n'))

    def test_are_refused_where_a_quotation_mark_stays_open(self):
        refusal = refused('a;b\n1;2\n3;"4\n5;6\n')

        assert (refusal.code, refusal.line) == ("unclosed_quote", 3)
        assert texts(read('a;b\n3;"4\n5;6\n', quoted=False)) == [["3", '"4'], ["5", "6"]]


class TestOurOwnFiles:
    @given(
        st.text(st.sampled_from("'=+-@\t\r\n 1,5aé＝"), max_size=6)
        | st.text(st.characters(exclude_categories=["Cs", "Cc"]))
    )
    @example("'=1")
    @example("-12,5")
    @example("'tis")
    def test_are_read_as_they_were_written(self, text):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\r\n").writerows([["code", "title"], ["A", harmless(text)]])

        [[_code, found]] = texts(read("\ufeff" + file.getvalue(), header=(1, 1), delimiter=","))

        assert found == text

    def test_tell_the_apostrophes_taken_away(self):
        assert places(read("a,b\n'=1,2\n"))["unguarded"] == ["line 2, column A"]
        assert texts(read("a,b\n'=1,2\n", guarded=False)) == [["'=1", "2"]]


class TestHeaders:
    def test_follow_titles_and_blank_rows(self):
        table = read("Liste des conventions;;\n\nnom;lieu;date\nA;B;C\n")

        assert (table.header, names(table)) == ((3, 3), ["nom", "lieu", "date"])
        assert [line.cells[0].text for line in table.above] == ["Liste des conventions"]
        assert [row.number for row in table.rows()] == [4]

    def test_of_two_rows_name_a_column_by_both(self):
        table = read("N°;Convention;;Obs.\n;Objet;Date;\n1;x;y;z\n")

        assert names(table) == ["N°", "Convention – Objet", "Date", "Obs."]
        assert texts(table) == [["1", "x", "y", "z"]]

    def test_tell_alike_columns_apart(self):
        table = read("nom;nom;nom (2);;\n1;2;3;4;\n")

        assert names(table) == ["nom", "nom (2)", "nom (2) (2)", "Column D"]
        assert {"same_names", "unnamed_columns", "trailing_columns"} <= places(table).keys()

    def test_over_several_lines_are_one_name(self):
        [column] = read('"Montant\nde la subvention"\n5\n').columns

        assert (column.name, column.parts) == ("Montant de la subvention", ("Montant\nde la subvention",))

    def test_alone_make_a_table_without_rows(self):
        table = read("a;b\r\n")

        assert (names(table), texts(table)) == (["a", "b"], [])

    def test_of_numbers_are_doubtful(self):
        assert "header_doubtful" in places(read("1;2\n3;4\n"))
        assert "header_doubtful" not in places(read("nom;2017;2018\na;3;4\n"))

    def test_are_chosen(self):
        assert texts(read("x;y\na;b\n1;2\n", header=(2, 2))) == [["1", "2"]]
        assert names(read("x;y\na;b\n1;2\n", header=(1, 2))) == ["x – a", "y – b"]
        assert texts(read("1;2\n3;4\n", header=(0, 0))) == [["1", "2"], ["3", "4"]]
        assert refused("a;b\n1;2\n", header=(9, 9)).code == "no_header"


FORMATS = {
    1: "yyyy\\-mm\\-dd",
    2: "00000",
    3: "mmm\\-yy",
    4: "yyyy",
    5: "0.0%",
    6: "hh:mm",
    7: "dd/mm/yyyy hh:mm",
}
FORMATS |= {8: "0#&quot; &quot;##&quot; &quot;##", 9: "#,##0.00 [$DH]", 10: "[h]:mm", 11: "@"}


def sheet_cell(written: str) -> tables.Cell:
    """The cell below a header, written in XML."""
    content = book(rows(said("a"), written), formats=FORMATS).getvalue()
    return next(read(content, "list.xlsx", header=(1, 1)).rows()).cells[0]


class TestWorkbooks:
    @pytest.mark.parametrize(
        ("written", "text", "value"),
        [
            ('<c s="1"><v>41367</v></c>', "2013-04-03", date(2013, 4, 3)),
            ("<c><v>41367</v></c>", "41367", Decimal(41367)),
            ("<c><v>57178.209999999999</v></c>", "57178.21", Decimal("57178.21")),
            ("<c><v>2.2530001100015E+13</v></c>", "22530001100015", Decimal(22530001100015)),
            ('<c s="2"><v>1000</v></c>', "01000", Decimal(1000)),
            ('<c s="5"><v>0.125</v></c>', "12.5 %", Decimal("0.125")),
            ('<c s="6"><v>0.75</v></c>', "18:00", time(18)),
            ('<c s="7"><v>41367.5</v></c>', "2013-04-03 12:00", datetime(2013, 4, 3, 12)),
            ('<c s="8"><v>53700</v></c>', "05 37 00", Decimal(53700)),
            ('<c s="9"><v>1250.5</v></c>', "1250.5", Decimal("1250.5")),
            ('<c s="10"><v>1.5</v></c>', "36:00", None),
            ('<c s="11"><v>12</v></c>', "12", Decimal(12)),
            ('<c t="b"><v>1</v></c>', "TRUE", True),
            ('<c t="d"><v>2013-04-03</v></c>', "2013-04-03", date(2013, 4, 3)),
            ('<c t="str"><f>A1</f><v>so</v></c>', "so", None),
            ("<c><f>6*2</f><v>12</v></c>", "12", Decimal(12)),
            (
                '<c t="inlineStr"><is><r><t>one</t></r><rPh><t>no</t></rPh><r><t> two</t></r></is></c>',
                "one two",
                None,
            ),
            ('<c t="inlineStr"><is><t>a_x000A_b_x005F_c</t></is></c>', "a\nb_c", None),
            ('<c t="inlineStr"><is><t>_xD800_</t></is></c>', "�", None),
        ],
    )
    def test_hold_texts_and_values(self, written, text, value):
        cell = sheet_cell(written)

        assert (cell.text, cell.value, cell.mark) == (text, value, "")

    @pytest.mark.parametrize(
        ("written", "text", "mark"),
        [
            ("<c><v>1.2345678901234568E+19</v></c>", "12345678901234600000", "rounded"),
            ("<c><f>6*2</f><v></v></c>", "", "uncalculated"),
            ('<c t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "error"),
            ('<c s="3"><v>41367</v></c>', "2013-04", "partial_date"),
            ('<c s="4"><v>41367</v></c>', "2013", "partial_date"),
            ('<c s="1"><v>-5</v></c>', "-5", "error"),
            ('<c s="1"><v>0</v></c>', "0", "error"),
            ('<c s="1"><v>99999999</v></c>', "99999999", "error"),
            ("<c><v>1E999</v></c>", "1E999", "error"),
            ("<c><v>nothing</v></c>", "nothing", "error"),
        ],
    )
    def test_tell_what_is_not_to_be_believed(self, written, text, mark):
        cell = sheet_cell(written)

        assert (cell.text, cell.value, cell.mark) == (text, None, mark)

    def test_are_read_as_openpyxl_writes_them(self):
        workbook = Workbook()
        workbook.active.append(["title", "day", "sum", "yes"])
        workbook.active.append(["Fès ", date(2013, 4, 3), 12.5, True])
        workbook.create_sheet("Hidden").sheet_state = "hidden"

        table = read(saved(workbook), "list.xlsx")

        [row] = table.rows()
        assert [cell.value for cell in row.cells] == [None, date(2013, 4, 3), Decimal("12.5"), True]
        assert table.sheet == "Sheet"
        assert "hidden_sheets" in places(table)

    def test_read_the_first_sheet_that_holds_something_or_the_one_chosen(self):
        workbook = Workbook()
        for title, text in (("Two", "b"), ("Three", "c"), ("Hidden", "d")):
            workbook.create_sheet(title).append([text])
        workbook["Hidden"].sheet_state = "hidden"

        assert read(saved(workbook), "list.xlsx").sheet == "Two"
        assert names(read(saved(workbook), "list.xlsx", sheet="Three")) == ["c"]
        assert refused(saved(workbook), "list.xlsx", sheet="Hidden").code == "no_sheet"

    def test_name_columns_by_merged_headers_and_fill_cells_merged_downward(self):
        workbook = Workbook()
        sheet = workbook.active
        for row in (
            ["Suivi des conventions"],
            ["N°", "Parties", None, "Obs."],
            [None, "1re", "2e"],
            [1, "A", "B", "x"],
            [2, None, "C", "y"],
            [3, "D", "E", "z"],
        ):
            sheet.append(row)
        for merged in ("A1:D1", "A2:A3", "B2:C2", "D2:D3", "B4:B5", "C6:D6"):
            sheet.merge_cells(merged)
        table = read(saved(workbook), "list.xlsx")

        assert table.header == (2, 3)
        assert names(table) == ["N°", "Parties – 1re", "Parties – 2e", "Obs."]
        assert texts(table) == [["1", "A", "B", "x"], ["2", "A", "C", "y"], ["3", "D", "E", ""]]
        assert places(table)["merged"] == ["line 5, column B"]

    def test_tell_rows_that_are_hidden_and_formulas(self):
        content = book(
            '<worksheet><sheetData><row r="1"><c t="str"><v>a</v></c></row>'
            '<row r="5" hidden="1"><c><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
        ).getvalue()
        table = read(content, "list.xlsx")

        assert [(row.number, row.hidden) for row in table.rows()] == [(5, True)]
        assert places(table)["hidden_rows"] == ["line 5"]
        assert places(table)["formulas"] == ["line 5, column A"]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufeff")
    | st.sampled_from("\n\t\"',;| é")
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def headed(table: list[list[str]]) -> list[list[str]]:
    return [[f"name {number}" for number in range(len(table[0]))], *table]


def filled(table: list[list[str]]) -> list[list[str]]:
    return [row for row in table if any(text.strip() for text in row)]


def as_text(sheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # or openpyxl takes what begins with = for a formula
    return cell


class TestWhateverIsWritten:
    @settings(deadline=None)
    @given(TABLES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]), st.sampled_from(";,\t|"))
    def test_in_csv_is_read_as_it_was(self, table, encoding, delimiter):
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=delimiter).writerows(headed(table))

        found = read(file.getvalue().encode(encoding), delimiter=delimiter, header=(1, 1), guarded=False)

        assert found.encoding == encoding
        assert texts(found) == filled(table)

    @settings(deadline=None)
    @given(
        st.sampled_from(
            [
                (["cp1252", "mac-roman"], "précaire Fès créée œuvre d’aide «Été» Aïcha 12 € n° À où"),
                (["cp1256", "iso8859-6"], "شراكة التعاون الوطني فضاء الأمل 12 طفل"),
            ]
        ),
        st.data(),
    )
    def test_in_older_encodings_is_read_as_it_was(self, language, data):
        encodings, words = language
        text = " ".join(data.draw(st.lists(st.sampled_from(words.split()), min_size=1)))
        begins = "Élève à Fès" if "cp1252" in encodings else "الاتفاقية"
        content = f"nom;texte\r\n{begins};{text}.\r\n".encode(data.draw(st.sampled_from(encodings)))

        assert texts(read(content)) == [[begins, f"{text}."]]

    @settings(deadline=None)
    @given(TABLES)
    def test_in_xlsx_is_read_as_it_was(self, table):
        assume("_x" not in str(table))
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet()
        for row in headed(table):
            sheet.append([as_text(sheet, text) for text in row])

        found = read(saved(workbook), "list.xlsx", header=(1, 1))

        assert texts(found) == filled(table)

    @settings(deadline=None)
    @given(st.binary(max_size=400), st.sampled_from(["list.csv", "list.xlsx"]))
    def test_in_bytes_is_read_or_refused(self, content, name):
        with suppress(tables.Unreadable):
            list(read(content, name).rows())


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("12 250,00", "12250.00"),
            ("24\u00a0975,00", "24975.00"),
            ("1\u202f798\u202f193,68", "1798193.68"),
            ("1.250.000,50", "1250000.50"),
            ("1,250,000.50", "1250000.50"),
            ("1'250.5", "1250.5"),
            ("24000.0", "24000.0"),
            ("١٢٬٥٠٠٫٧٥", "12500.75"),
            ("۳", "3"),
            ("-5", "-5"),
            ("−5", "-5"),
            ("0,250", "0.250"),
            ("1 250,500", "1250.500"),
            ("1.250.000", "1250000"),
        ],
    )
    def test_are_read(self, text, meant):
        assert values.number(text) == Decimal(meant)

    @pytest.mark.parametrize(
        "text", ["", "néant", "—", "12 50", "1,2,3", "1.2.3,4", "1E5", "12 500 DH", "1,250", "²"]
    )
    def test_are_refused_where_they_are_none_or_two(self, text):
        with pytest.raises(values.Unclear):
            values.number(text)

    def test_are_read_by_the_decimals_of_their_column(self):
        assert values.number("1,250", decimal=",") == Decimal("1.250")
        assert values.number("1,250", decimal=".") == 1250

    def test_may_have_a_unit(self):
        assert values.amount("12 500 DH") == (12500, "DH")
        assert values.amount("1 250,50 €") == (Decimal("1250.50"), "€")
        assert values.amount("١٢٬٥٠٠ درهم") == (12500, "درهم")
        with pytest.raises(values.Unclear):
            values.amount("18/05/2012")


class TestYesAndNo:
    @pytest.mark.parametrize("text", ["oui", "OUI ", "Yes", "نعم", "X", "1", "١", "TRUE", "vrai"])
    def test_yes(self, text):
        assert values.yes(text)

    @pytest.mark.parametrize("text", ["non", "No", "لا", "0", "FAUX"])
    def test_no(self, text):
        assert not values.yes(text)

    @pytest.mark.parametrize("text", ["", "néant", "2", "oui et non"])
    def test_anything_else_is_neither(self, text):
        with pytest.raises(values.Unclear):
            values.yes(text)

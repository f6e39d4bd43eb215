"""The filtered list as CSV, XLSX and JSON: exactly its rows, words as they were, no formula among them."""

import csv
import io
import json
import re
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.exports import characters, tabular
from agreements.models import Agreement
from lib.claims import Basis, DateClaim
from tests import factories

pytestmark = pytest.mark.django_db

HOSTILE = [
    '=HYPERLINK("http://evil.example","see")',
    "+1",
    "@SUM(A1:A9)",
    "-2+3",
    "\t=1+1",
    "'=1+1",
    "''twice",
    "＝1",
    'a "quoted" word; a comma, and\na second line',
    "\u200fعربي\u200e (Latin)",
    " leading and trailing ",
    "-12,5",
    "éàü œ ﷲ 漢 😀",
]
MARKER = "SECRET-other"


def body(response) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


def table(client, query: str = "", language: str = "en") -> list[dict[str, str]]:
    """The rows of the CSV, as another program reads them."""
    text = body(client.get(f"/{language}/agreements/export.csv{query}")).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def book(client, query: str = "", language: str = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body(client.get(f"/{language}/agreements/export.xlsx{query}"))))


def documents(client, query: str = "") -> list[dict]:
    return json.loads(body(client.get(f"/en/agreements/export.json{query}")))["results"]


def on_the_page(client, query: str) -> list[str]:
    """The numbers on the page of the list, in its order."""
    joined = f"{query}&size=100" if query else "?size=100"
    page = client.get(f"/en/agreements/{joined}").content.decode()
    rows = re.search(r"<tbody>.*</tbody>", page, re.DOTALL)
    found = re.findall(r'href="/en/agreements/(MQ-\d+)/"', rows[0]) if rows else []
    return list(dict.fromkeys(found))


def original(cell: str) -> str:
    """What a cell of the CSV held: the apostrophe before what could be a formula taken off, as 0013 tells."""
    return cell[1:] if re.match(r"'+\s*[=+\-@\t\r\n＝＋－＠]", cell) else cell


@pytest.fixture
def reader(client, people):
    client.force_login(people["reader"])
    return people["reader"]


@pytest.fixture
def many(both, people):
    """The samples, three agreements signed in, perhaps in and not in 2012, and one that nobody else may read."""
    signed = {
        "certain": factories.on(2012, 5, 18),
        "possible": DateClaim("2011 or 2012", date(2011, 1, 1), date(2012, 12, 31), Basis.STATED),
        "never": factories.on(2020, 1, 1),
    }
    made = {}
    for name, claim in signed.items():
        made[name] = factories.AgreementFactory(
            published=True,
            title_en=f"Signed {name}",
            signed_text=claim.text,
            signed_range=claim.range,
            signed_basis=claim.basis,
        )
        factories.CommitmentFactory(agreement=made[name])
    made["secret"] = factories.AgreementFactory(
        published=True, confidentiality="restricted", title_en=f"{MARKER} title", occasion_en=MARKER
    )
    factories.CommitmentFactory(agreement=made["secret"], text_en=f"{MARKER} commitment")
    return made


QUERIES = [
    "",
    "?q=children",
    "?kind=cooperation_agreement",
    "?kind=cooperation_agreement&kind=partnership_agreement",
    "?state=term_not_stated",
    "?q=children&state=term_not_stated",
    "?signed_from=2012&signed_to=2012",
    "?signed_from=2012&signed_to=2012&signed_match=certain",
    "?signed_from=2012&signed_to=2012&signed_match=certain&signed_match=possible&signed_match=unknown",
    "?signed=unknown",
    "?open_question=true",
    "?open_question=false&order=title",
    "?order=number",
    "?order=-signed",
    "?order=next",
    "?q=signed&order=title",
    "?q=nothing-says-this",
]


@pytest.mark.usefixtures("entered", "many", "reader")
class TestTheExport:
    """Has exactly the rows of the list, in its order."""

    @pytest.mark.parametrize("query", QUERIES)
    def test_has_the_rows_of_the_page_in_every_format(self, client, query):
        shown = on_the_page(client, query)

        assert [row["code"] for row in table(client, query)] == shown
        assert [row["code"] for row in documents(client, query)] == shown
        assert [row[0].value for row in book(client, query)["Agreements"].iter_rows(min_row=2)] == shown

    def test_has_the_chosen_ones_alone(self, client, many):
        chosen = [many["certain"].code, many["never"].code]

        rows = table(client, "?" + "&".join(f"only={each}" for each in chosen))

        assert sorted(row["code"] for row in rows) == sorted(chosen)

    def test_goes_on_beyond_one_batch(self, client, monkeypatch):
        whole = table(client)
        monkeypatch.setattr(tabular, "BATCH", 2)

        assert table(client) == whole
        assert len(whole) == 5
        assert len(documents(client)) == 5

    @pytest.mark.parametrize("format", ["csv", "xlsx", "json", "pdf"])
    def test_refuses_a_filter_that_cannot_be_understood(self, client, format):
        response = client.get(f"/en/agreements/export.{format}?signed_from=spring")

        assert response.status_code == 400
        assert "Write a year, a month or a day" in response.content.decode()
        assert "attachment" not in response.headers.get("Content-Disposition", "")

    def test_is_offered_in_no_other_format(self, client):
        assert client.get("/en/agreements/export.doc").status_code == 404

    @pytest.mark.parametrize("path", ["agreements/export.csv", "agreements/export.json?expand=proof"])
    def test_gives_the_words_of_a_restricted_agreement_to_nobody_else(self, client, many, path):
        assert MARKER.encode() not in body(client.get(f"/en/{path}"))

        client.logout()
        assert MARKER.encode() not in client.get(f"/en/{path}").getvalue()

    def test_gives_them_to_whoever_may_read_it(self, client, people):
        client.force_login(people["editor"])

        assert MARKER.encode() in body(client.get("/en/agreements/export.csv"))
        assert MARKER in str(list(book(client)["Commitments"].values))

    def test_names_no_restricted_agreement_in_the_spreadsheet_of_others(self, client):
        told = [value for sheet in book(client) for row in sheet.values for value in row]

        assert MARKER not in str(told)


@pytest.mark.usefixtures("many", "reader")
class TestCaches:
    @pytest.mark.parametrize("format", ["csv", "xlsx", "json", "pdf"])
    def test_keep_no_export(self, client, format):
        response = client.get(f"/en/agreements/export.{format}")
        response.close()

        assert response.headers["Cache-Control"] == "private, no-store"
        assert f"mithaq-{date.today():%Y}" in response.headers["Content-Disposition"]


class TestWithoutAnAccount:
    def test_sends_to_sign_in_where_reading_is_not_public(self, client, both, settings):
        settings.PUBLIC_READING = False

        assert client.get("/en/agreements/export.csv").status_code == 302

    def test_exports_what_is_public_where_it_is(self, client, both, many, settings):
        settings.PUBLIC_READING = True

        assert len(table(client)) == 5


@pytest.mark.usefixtures("reader")
class TestTheDate:
    """Three answers on page, CSV and API alike; no day that no source supports."""

    ASKED = "?signed_from=2012&signed_to=2012&signed_match=certain&signed_match=possible&signed_match=unknown"

    def test_signed_in_2012_has_three_answers_everywhere(self, client, many, both):
        expected = {
            many["certain"].code: "certain",
            many["possible"].code: "possible",
            both[0].code: "unknown",
            both[1].code: "unknown",
        }

        assert {row["code"]: row["signed_answer"] for row in table(client, self.ASKED)} == expected
        assert set(on_the_page(client, self.ASKED)) == set(expected)
        assert {row["code"] for row in documents(client, self.ASKED)} == set(expected)
        told = client.get(f"/api/v1/agreements{self.ASKED}").json()["results"]
        assert {each["code"]: each["answers"]["signed"] for each in told} == expected
        words = {"certain": "certainly", "possible": "possibly", "unknown": "unknown"}
        page = client.get(f"/en/agreements/{self.ASKED}&size=100").content.decode()
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL):
            if code := re.search(r'href="/en/agreements/(MQ-\d+)/"', row):
                said = re.search(r">(certainly|possibly|unknown)<", row)
                assert said[1] == words[expected[code[1]]]
        for answer in ("certain", "possible", "unknown"):
            query = f"?signed_from=2012&signed_to=2012&signed_match={answer}"
            api = client.get(f"/api/v1/agreements{query}").json()["results"]
            assert {each["code"] for each in api} == {row["code"] for row in table(client, query)}

    def test_has_no_answer_where_nobody_asked(self, client, many):
        assert {row["signed_answer"] for row in table(client)} == {""}

    def test_of_a_relative_date_has_words_and_no_days(self, client, both):
        for row in table(client):
            assert row["signed_as_written"]
            assert (row["signed_earliest"], row["signed_latest"]) == ("", "")
            assert row["signed_basis"] == "relative"
            assert (row["effective_as_written"], row["effective_basis"]) == ("", "not_stated")
            assert not re.search(r"\b\d{4}-\d{2}", ",".join(row.values()))

    def test_known_in_part_has_its_first_and_last_day(self, client, many):
        row = next(each for each in table(client) if each["code"] == many["possible"].code)

        assert row["signed_as_written"] == "2011 or 2012"
        assert (row["signed_earliest"], row["signed_latest"]) == ("2011-01-01", "2012-12-31")

    def test_next_is_the_deadline_that_a_source_sets(self, client, people):
        agreement = factories.AgreementFactory(published=True)
        due = factories.on(2099, 3, 1)
        factories.CommitmentFactory(
            agreement=agreement, due_text=due.text, due_range=due.range, due_basis=due.basis
        )

        [row] = table(client)

        assert (row["next_what"], row["next_earliest"], row["next_latest"]) == (
            "A1",
            "2099-03-01",
            "2099-03-01",
        )


@pytest.mark.usefixtures("reader")
class TestWords:
    """Come back as they were, in every script, and run in no spreadsheet."""

    @pytest.fixture(params=HOSTILE)
    def hostile(self, request):
        agreement = factories.AgreementFactory(published=True, title_en=request.param)
        factories.CommitmentFactory(agreement=agreement, text_en=request.param)
        return request.param

    def test_in_csv(self, client, hostile):
        [row] = table(client)

        assert original(row["title"]) == hostile
        number = re.fullmatch(r"[+-]?\d+([.,]\d+)?", row["title"])
        assert number or row["title"].lstrip()[0] not in "=+-@＝＋－＠"

    def test_in_xlsx(self, client, hostile):
        read = book(client)
        title = next(read["Agreements"].iter_rows(min_row=2))[2]
        text = next(read["Commitments"].iter_rows(min_row=2))[4]

        assert (title.value, text.value) == (hostile, hostile)
        assert (title.data_type, text.data_type) == ("s", "s")

    def test_in_json(self, client, hostile):
        [document] = documents(client)

        assert document["title"] == hostile

    def test_that_a_file_cannot_hold_are_seen_to_be_missing(self, client):
        factories.AgreementFactory(published=True, title_en="a\x07b")

        assert next(book(client)["Agreements"].iter_rows(min_row=2))[2].value == "a\ufffdb"
        assert characters.printable("tab\t and line\n") == "tab\t and line\n"

    def test_too_long_for_a_cell_say_that_they_were_cut(self, client):
        agreement = factories.AgreementFactory(published=True)
        factories.CommitmentFactory(agreement=agreement, text_en="word " * 8000)

        value = next(book(client)["Commitments"].iter_rows(min_row=2))[4].value

        assert len(value) == tabular.LONGEST_CELL
        assert value.endswith("[cut: the whole text is in the JSON]")

    @pytest.mark.parametrize("value", ["=1", "+a", "@x", "-x", "\t=1", "\r=1", " =1", "'=1", "''=1"])
    def test_that_could_be_a_formula_get_one_apostrophe(self, value):
        assert tabular.harmless(value) == f"'{value}"
        assert original(tabular.harmless(value)) == value

    @pytest.mark.parametrize("value", ["-5", "+12", "-12,5", "3.14", "'tis", "a=b", "", 7])
    def test_that_could_not_stay_untouched(self, value):
        assert tabular.harmless(value) == str(value)
        assert original(tabular.harmless(value)) == str(value)


@pytest.mark.usefixtures("entered", "reader")
class TestTheSpreadsheet:
    def test_has_one_row_a_commitment_with_debtors_and_beneficiaries(self, client, both):
        rows = [
            dict(zip([cell.value for cell in head], row, strict=True))
            for sheet in [book(client)["Commitments"]]
            for head in [next(sheet.iter_rows())]
            for row in sheet.iter_rows(min_row=2, values_only=True)
        ]

        labels = {(row["code"], row["label"]) for row in rows}
        assert len(rows) == len(labels) == 10
        joint = next(row for row in rows if row["code"] == both[0].code and row["label"] == "J1")
        assert joint["debtors"].count(" | ") == 1
        assert joint["beneficiaries"] == "children"
        assert {row["due_basis"] for row in rows} == {"not_stated"}

    def test_explains_itself(self, client, many, reader):
        about = {row[0]: row[1] for row in book(client, "?q=signed").worksheets[2].values}

        assert about["As of"] == date.today().isoformat()
        assert about["Agreements"] is None or about["Agreements"] == 3
        assert about["Made for"] == reader.name
        assert about["Words"] == "signed"
        assert {each.name for each in (*tabular.COLUMNS, *tabular.COMMITMENT_COLUMNS)} <= about.keys()

    def test_reads_from_the_right_in_arabic(self, client, both):
        assert all(sheet.sheet_view.rightToLeft for sheet in book(client, language="ar"))
        assert not any(sheet.sheet_view.rightToLeft for sheet in book(client, language="fr"))

    def test_heads_its_columns_the_same_in_every_language(self, client, both):
        heads = {tuple(table(client, language=language)[0]) for language in ("en", "fr", "ar")}

        assert len(heads) == 1

    def test_gives_titles_in_the_readers_language(self, client, both):
        titles = {language: table(client, language=language)[0]["title"] for language in ("en", "fr", "ar")}

        assert titles == {language: getattr(both[1], f"title_{language}") for language in titles}


class TestTheJson:
    def test_tells_each_agreement_as_the_api_does(self, client, both, reader):
        api = client.get("/api/v1/agreements").json()["results"]

        assert sorted(documents(client), key=lambda each: each["id"]) == sorted(
            api, key=lambda each: each["id"]
        )

    def test_brings_the_proof_where_asked_for(self, client, both, reader):
        api = client.get("/api/v1/agreements?expand=proof").json()["results"]

        told = documents(client, "?expand=proof")

        assert sorted(told, key=lambda each: each["id"]) == sorted(api, key=lambda each: each["id"])
        assert all(each["citations"] for each in told)


@pytest.mark.usefixtures("entered")
class TestItsCost:
    @pytest.mark.parametrize("format", ["csv", "xlsx", "json", "pdf"])
    def test_does_not_grow_with_the_list(self, client, both, reader, format):
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                body(client.get(f"/en/agreements/export.{format}"))
            return len(told)

        queries()
        few = queries()
        for _each in range(12):
            factories.CommitmentFactory(agreement=factories.AgreementFactory(published=True))

        assert queries() == few
        assert Agreement.objects.count() == 14

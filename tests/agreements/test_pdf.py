"""The printed sheet and list: tagged, in three languages, the words as data, the same bytes for the same day."""

import io
from datetime import date

import pypdf
import pytest
from django.utils import translation

from agreements.exports import pdf, pieces
from agreements.models import Agreement
from agreements.queries import listing, sheet
from tests import factories
from tests.agreements.conftest import BY

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)
MARKER = "SECRET-other"


def printed(agreement: Agreement, *, language: str = "en", on: date = ON) -> bytes:
    readable = Agreement.objects.visible_to(BY)
    row = sheet.with_everything(readable, on=on).get(pk=agreement.pk)
    shown = sheet.sheet(row, on=on, with_history=False)
    with translation.override(language):
        return pdf.sheets_pdf([shown], on=on, address=f"http://registry.example/{language}/{row.code}")


def read(file: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(file))


def text(file: bytes) -> str:
    """Its words, without the ends of lines that paper makes."""
    return " ".join(" ".join(page.extract_text() for page in read(file).pages).split())


def destinations(file: bytes) -> set[str]:
    """Where its links lead, each place once."""
    links = [
        annotation.get_object()
        for page in read(file).pages
        for annotation in page.get("/Annots", [])
        if annotation.get_object()["/Subtype"] == "/Link"
    ]
    return {str(each["/Dest"] if "/Dest" in each else each["/A"]["/D"]) for each in links}


@pytest.mark.usefixtures("entered")
class TestTheSheet:
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    @pytest.mark.parametrize("index", [0, 1])
    def test_is_a_tagged_file_with_title_and_language(self, both, index, language):
        file = read(printed(both[index], language=language))

        root = file.trailer["/Root"]
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
        with translation.override(language):
            assert file.metadata.title == f"{both[index].code} {both[index].title}"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]

    def test_tells_what_the_page_tells(self, both):
        told = text(printed(both[1]))

        for party in both[1].parties.all():
            assert party.organization.name_en in told
        for label in ("A1", "A2", "B1", "B2", "B3"):
            assert f"{label} " in told
        assert "alors que l" in told
        assert "relative to a date that is not given" in told
        assert "Unclear wording" in told
        assert "Names of the signatories" in told
        assert f"/en/agreements/{both[1].code}/" in told
        assert "As of 22 Nov 2026" in told
        assert "Page 1 of " in told

    def test_counts_a_joint_commitment_once(self, both):
        told = text(printed(both[0]))

        assert "5 joint commitments, each counted once" in told
        assert told.count("Hold workshops") == 1

    def test_ends_with_every_quote_and_leads_to_each(self, both):
        file = printed(both[0])
        told = text(file)

        shown = both[0].all_citations.filter(organization=None, alias=None, profile_claim=None)
        quotes = {(each.source_id, each.start, each.end): each.quote for each in shown}
        words = {each for each in quotes.values() if len(each) < 60}
        assert words
        assert not {each for each in words if " ".join(each.split()) not in told}
        asked = [each for each in both[0].questions.all() if each.commitment_id or each.statement_id]
        assert len(destinations(file)) == len(quotes) + len(asked)

    def test_never_says_a_day_for_a_date_without_one(self, both):
        for agreement in both:
            for language in ("en", "fr"):
                told = text(printed(agreement, language=language))
                assert "2005" not in told
                assert "2012" not in told

    def test_takes_words_for_words_whatever_they_look_like(self):
        title = '#panic("x") *bold* $x^2$ \\ @label <tag> [a] = 1'
        agreement = factories.AgreementFactory(published=True, title_en=title)

        assert title in text(printed(agreement))

    def test_is_made_even_of_letters_that_no_font_has(self):
        agreement = factories.AgreementFactory(published=True, title_en="Accord 漢字 \x07 😀")

        file = read(printed(agreement))

        assert len(file.pages) >= 1
        assert file.trailer["/Root"]["/MarkInfo"]["/Marked"]

    @pytest.mark.parametrize("parties", [1, 3, 5])
    def test_has_room_for_any_number_of_parties(self, parties):
        agreement = factories.AgreementFactory(parties=[])
        for each in factories.OrganizationFactory.create_batch(parties):
            factories.PartyFactory(agreement=agreement, organization=each)
        for party in agreement.parties.all():
            factories.CommitmentFactory(agreement=agreement, debtors=[party])
        factories.CommitmentFactory(agreement=agreement, debtors=list(agreement.parties.all()))

        told = text(printed(agreement))

        assert all(party.organization.name_en in told for party in agreement.parties.all())
        assert told.count("organise events for children") == parties + 1

    def test_is_the_same_to_the_byte_for_the_same_record_and_day(self, both):
        assert printed(both[0]) == printed(both[0])
        assert printed(both[0]) != printed(both[0], on=date(2026, 11, 23))

    def test_isolates_a_french_quote_on_an_arabic_page(self, both):
        """pypdf gives back the characters in the order they are read in."""
        told = text(printed(both[1], language="ar"))

        assert "Placé sous l'initiative nationale" in told.replace("’", "'")


class TestTheAddress:
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_gives_the_sheet_in_its_language(self, client, both, people, language):
        client.force_login(people["reader"])

        response = client.get(f"/{language}/agreements/{both[0].code}/sheet.pdf")

        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert f"{both[0].code}.{language}.pdf" in response.headers["Content-Disposition"]
        assert read(response.content).trailer["/Root"]["/Lang"] == language

    def test_is_not_there_for_what_one_may_not_read(self, client, people):
        agreement = factories.AgreementFactory(published=True, confidentiality="restricted")
        client.force_login(people["reader"])
        assert client.get(f"/en/agreements/{agreement.code}/sheet.pdf").status_code == 404

        client.force_login(people["editor"])
        assert client.get(f"/en/agreements/{agreement.code}/sheet.pdf").status_code == 200

    @pytest.mark.parametrize("code", ["MQ-9999", "MQ", "nonsense"])
    def test_leads_nowhere_for_a_number_that_is_none(self, client, people, code):
        client.force_login(people["reader"])

        assert client.get(f"/en/agreements/{code}/sheet.pdf").status_code == 404


@pytest.mark.usefixtures("entered")
class TestSeveralSheets:
    @pytest.fixture
    def three(self, both):
        return [*both, factories.AgreementFactory(published=True, title_en="A third agreement")]

    @staticmethod
    def query(agreements) -> str:
        return "&".join(f"only={each.code}" for each in agreements)

    @pytest.mark.parametrize("order", ["number", "-number"])
    def test_stand_in_the_order_of_the_list_each_from_a_new_page(self, client, three, people, order):
        client.force_login(people["reader"])

        response = client.get(f"/en/agreements/sheets.pdf?order={order}&{self.query(three)}")

        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "private, no-store"
        file = read(response.content)
        expected = sorted(three, key=lambda each: each.number, reverse=order == "-number")
        first = [entry for entry in file.outline if not isinstance(entry, list)]
        assert [each.title for each in first] == [each.title for each in expected]
        begins = [file.get_destination_page_number(each) for each in first]
        assert begins[0] == 0
        assert begins == sorted(set(begins))

    def test_name_their_own_number_and_address_at_the_foot_and_count_all_pages(self, client, three, people):
        client.force_login(people["reader"])

        file = read(client.get(f"/en/agreements/sheets.pdf?order=number&{self.query(three)}").content)

        first = [entry for entry in file.outline if not isinstance(entry, list)]
        begins = [file.get_destination_page_number(each) for each in first]
        for index, page in enumerate(file.pages):
            told = " ".join(page.extract_text().split())
            whose = three[sum(begin <= index for begin in begins) - 1]
            assert f"Page {index + 1} of {len(file.pages)}" in told
            assert f"/en/agreements/{whose.code}/" in told
            assert not [each for each in three if each != whose and f"agreements/{each.code}/" in told]

    def test_tell_the_words_of_each_once(self, client, three, people):
        client.force_login(people["reader"])

        told = text(client.get(f"/en/agreements/sheets.pdf?{self.query(three)}").content)

        for words in ("Hold workshops", "alors que l'on célébrait", "A third agreement"):
            alone = [text(printed(each)).count(words) for each in three]
            assert sum(alone) == told.count(words) > 0
            assert alone.count(0) == len(three) - 1

    def test_lead_to_their_own_quotes(self, client, three, people):
        client.force_login(people["reader"])

        file = client.get(f"/en/agreements/sheets.pdf?{self.query(three)}").content

        assert len(destinations(file)) == sum(len(destinations(printed(each))) for each in three)

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_are_one_tagged_file_the_same_to_the_byte(self, client, both, people, language):
        client.force_login(people["reader"])
        address = f"/{language}/agreements/sheets.pdf?{self.query(both)}"

        first = client.get(address).content

        root = read(first).trailer["/Root"]
        assert root["/Lang"] == language
        assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
        assert first == client.get(address).content

    def test_obey_every_filter_of_the_list(self, client, three, people):
        client.force_login(people["reader"])

        told = text(client.get("/en/agreements/sheets.pdf?q=Hold+workshops").content)

        assert three[0].title_en in told
        assert three[2].title_en not in told

    def test_are_not_those_that_one_may_not_read(self, client, both, people):
        hidden = factories.AgreementFactory(published=True, confidentiality="restricted", title_en=MARKER)
        address = f"/en/agreements/sheets.pdf?{self.query([*both, hidden])}"

        client.force_login(people["reader"])
        told = text(client.get(address).content)
        assert MARKER not in told
        assert hidden.code not in told

        client.force_login(people["editor"])
        assert MARKER in text(client.get(address).content)

    def test_of_too_many_are_refused_in_words(self, client, three, people, monkeypatch):
        monkeypatch.setattr(pdf, "MOST_SHEETS", 2)
        client.force_login(people["reader"])

        response = client.get("/en/agreements/sheets.pdf")
        assert response.status_code == 400
        page = response.content.decode()
        assert "At most 2 sheets are printed at once; these are 3." in page
        assert "/en/agreements/export.csv" in page

        assert client.get(f"/en/agreements/sheets.pdf?{self.query(three[:2])}").status_code == 200

    @pytest.mark.parametrize(
        ("query", "words"),
        [("only=MQ-9999", "There is no sheet to print."), ("only=nonsense", "This filter cannot be")],
    )
    def test_of_nothing_are_refused_in_words(self, client, both, people, query, words):
        client.force_login(people["reader"])

        response = client.get(f"/en/agreements/sheets.pdf?{query}")

        assert response.status_code == 400
        assert words in response.content.decode()

    def test_cost_the_same_number_of_queries_however_many(
        self, client, people, django_assert_max_num_queries
    ):
        def richly(number: int) -> None:
            for agreement in factories.AgreementFactory.create_batch(number, published=True):
                party = agreement.parties.first()
                factories.CommitmentFactory(agreement=agreement, debtors=[party])

        client.force_login(people["reader"])
        richly(2)
        client.get("/en/agreements/sheets.pdf")
        with django_assert_max_num_queries(99) as two:
            assert client.get("/en/agreements/sheets.pdf").status_code == 200
        richly(5)
        with django_assert_max_num_queries(99) as seven:
            assert client.get("/en/agreements/sheets.pdf").status_code == 200

        assert len(seven) == len(two)


class TestTheMarks:
    @pytest.mark.parametrize(
        ("letters", "side"), [("A", "a"), ("C", "c"), ("D", "d"), ("E", "x"), ("J", "x")]
    )
    def test_of_the_first_four_parties_are_their_own(self, letters, side):
        assert pieces.side(letters) == side

    def test_stand_beside_the_parties_of_a_list(self):
        agreement = factories.AgreementFactory(parties=[])
        for each in factories.OrganizationFactory.create_batch(4):
            factories.PartyFactory(agreement=agreement, organization=each)
        listed = listing.listed(Agreement.objects.all(), on=ON, actor=BY)

        file = pdf.list_pdf(listing.rows(listed, on=ON), on=ON, asked=[], address="x")

        told = text(file)
        for party in agreement.parties.all():
            assert f"{party.letter} {party.organization.label}" in told.replace("\u00a0", " ")


@pytest.mark.usefixtures("entered")
class TestTheList:
    def test_has_a_row_for_each_agreement_and_says_what_was_asked(self, client, both, people):
        client.force_login(people["reader"])

        told = text(client.get("/en/agreements/export.pdf?q=children").content)

        assert both[0].code in told
        assert "Words" in told
        assert "children" in told

    def test_answers_whether_signed_in_the_asked_days(self, client, people):
        day = factories.on(2012, 5, 18)
        factories.AgreementFactory(
            published=True, signed_text=day.text, signed_range=day.range, signed_basis=day.basis
        )
        client.force_login(people["reader"])

        told = text(client.get("/en/agreements/export.pdf?signed_from=2012&signed_to=2012").content)

        assert "Signed in the asked days" in told
        assert "certainly" in told

    def test_names_no_agreement_that_one_may_not_read(self, client, both, people):
        factories.AgreementFactory(published=True, confidentiality="restricted", title_en=MARKER)
        client.force_login(people["reader"])

        assert MARKER not in text(client.get("/en/agreements/export.pdf").content)

    def test_of_too_many_says_so_and_offers_rows_instead(self, client, both, people, monkeypatch):
        monkeypatch.setattr(pdf, "LONGEST_LIST", 1)
        client.force_login(people["reader"])

        response = client.get("/en/agreements/export.pdf?state=term_not_stated")

        assert response.status_code == 400
        page = response.content.decode()
        assert "A printed list has at most 1 agreements; these are 2." in page
        assert "/en/agreements/export.csv?state=term_not_stated" in page

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_is_tagged_in_every_language(self, both, language):
        with translation.override(language):
            agreements = listing.listed(Agreement.objects.all(), on=ON, actor=BY).order_by("number")
            file = read(pdf.list_pdf(listing.rows(agreements, on=ON), on=ON, asked=[], address="x"))

        assert file.trailer["/Root"]["/Lang"] == language
        assert file.trailer["/Root"]["/MarkInfo"]["/Marked"]

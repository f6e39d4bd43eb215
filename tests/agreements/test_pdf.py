"""The printed sheet and list: tagged, in three languages, the words as data, the same bytes for the same day."""

import io
from datetime import date

import pypdf
import pytest
from django.utils import translation

from agreements.exports import pdf
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
    shown = sheet.sheet(row, on=on, readable=readable, with_history=False)
    with translation.override(language):
        return pdf.sheet_pdf(shown, on=on, address=f"http://registry.example/{language}/{row.code}")


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
        assert "http://registry.example/en/MQ-" in told
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

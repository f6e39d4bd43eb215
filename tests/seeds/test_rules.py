"""The twelve rules that the two articles impose: what is kept, and what is refused."""

import copy
import csv
import html
import json
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from agreements import services
from agreements.models import Agreement, Commitment
from agreements.models.lifecycle import LegalState
from lib.problems import Refused
from organizations.models import Organization, Person
from tests.seeds import facts
from tests.seeds.conftest import TESTS
from tests.seeds.document import Document
from tests.seeds.dossiers import aman_bayti, entraide_al_amal
from tests.seeds.rows import UNKNOWN, strings

pytestmark = [pytest.mark.django_db, facts.needed]

ISO_DATE = re.compile(r"\b\d{4}-\d{2}(-\d{2})?\b")


@pytest.fixture
def aman(registry) -> Document:
    return registry.documents["A"]


@pytest.fixture
def entraide(registry) -> Document:
    return registry.documents["B"]


@pytest.fixture
def both(aman, entraide) -> set[str]:
    return {aman.content["id"], entraide.content["id"]}


def ids(document: Document, member: str) -> list[str]:
    return [part["id"] for part in document.content[member]]


def key_of(slug: str) -> str:
    return str(Organization.objects.get(slug=slug).pk)


def again(dossier: dict[str, Any]) -> dict[str, Any]:
    """The dossier as if of other organizations, for a second entry of the same facts."""
    return json.loads(
        re.sub(r'"slug": "([a-z-]+)"', r'"slug": "\1-again"', json.dumps(dossier, ensure_ascii=False))
    )


def refusals(registry, dossier: dict[str, Any]) -> dict[str, str]:
    """What the API refuses of a dossier: code of the fault by its pointer. Nothing is written."""
    before = Agreement.objects.count()
    response = registry.post(dossier)
    assert response.status_code == 422, response.content
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert Agreement.objects.count() == before
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def sheet_of(registry, document: Document, language: str = "en") -> str:
    """The words on the agreement's page, without markup."""
    page = registry.page(f"/{language}/agreements/{document.content['code']}/")
    body = re.search(r"<main.*</main>", page, re.DOTALL)
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", body[0] if body else page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


class TestRule1SavesPublishesAndExportsWithoutAnInventedValue:
    """No exact date, no term, no amount, no reference, no signatory."""

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_everything_not_stated_stays_so(self, registry, letter):
        content = registry.documents[letter].content

        assert content["editorial_state"] == "published"
        assert content["dates"]["effective"] == content["dates"]["ends"] == UNKNOWN
        assert content["dates"]["signed"]["earliest"] is content["dates"]["signed"]["latest"] is None
        assert (content["amount"], content["reference"], content["place_of_signature"]) == (None, None, "")
        assert content["renewal"] == {"rule": "not_stated", "texts": {}, "notice_days": None}
        assert [party["signatories"] for party in content["parties"]] == [[], []]
        assert [source["published"] for source in content["sources"]] == [UNKNOWN]

    def test_refuses_days_for_a_relative_date(self, registry):
        dossier = again(aman_bayti())
        dossier["dates"]["signed"]["earliest"] = "2012-05-18"

        assert "/dates/signed/basis" in refusals(registry, dossier)

    def test_refuses_an_amount_without_currency(self, registry):
        assert "/amount/currency" in refusals(registry, again(aman_bayti()) | {"amount": {"value": "100"}})


class TestRule2DatesComeBackAsWritten:
    """From the API and from the page; no ISO date appears for them anywhere."""

    @pytest.mark.parametrize(("letter", "row"), [("A", "A-G4"), ("B", "B-G6")])
    def test_the_api_says_the_words_of_the_source(self, registry, letter, row):
        content = registry.documents[letter].content

        signed = {"stated": facts.quote(row), "basis": "relative"}
        assert content["dates"]["signed"] == UNKNOWN | signed
        assert not [words for words in strings(content) if ISO_DATE.search(words)]

    @pytest.mark.parametrize(("letter", "row"), [("A", "A-G4"), ("B", "B-G6")])
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_the_page_says_the_words_of_the_source(self, registry, letter, row, language):
        sheet = sheet_of(registry, registry.documents[letter], language)

        assert facts.quote(row) in sheet
        assert not re.search(r"\b(2005|2012|2020)\b", sheet)

    @pytest.mark.parametrize(("letter", "row"), [("A", "A-G4"), ("B", "B-G6")])
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_the_csv_says_the_words_of_the_source_and_no_day(self, registry, letter, row, language):
        code = registry.documents[letter].content["code"]
        lines = csv.DictReader(registry.file(f"/{language}/agreements/export.csv").splitlines())
        line = next(each for each in lines if each["code"] == code)

        assert line["signed_as_written"] == facts.quote(row)
        assert (line["signed_earliest"], line["signed_latest"], line["signed_basis"]) == ("", "", "relative")
        assert not [words for words in line.values() if ISO_DATE.search(words)]

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_the_calendar_has_no_day_for_them(self, registry, letter):
        code = registry.documents[letter].content["code"]

        assert "BEGIN:VEVENT" not in registry.file(f"/en/agreements/{code}/calendar.ics")

    def test_refuses_words_without_saying_what_they_are(self, registry):
        dossier = again(aman_bayti())
        dossier["dates"]["signed"]["basis"] = "not_stated"

        assert "/dates/signed/basis" in refusals(registry, dossier)


class TestRule3SearchByDateAnswersInThreeValues:
    """Certain, possible, unknown; a year that stands in noise is no answer."""

    @pytest.mark.parametrize("match", ["certain", "possible"])
    @pytest.mark.parametrize("year", [2005, 2012, 2020])
    def test_finds_neither_in_a_year(self, registry, match, year):
        asked = {"signed_from": f"{year}-01-01", "signed_to": f"{year}-12-31", "signed_match": match}

        assert registry.found(**asked) == set()

    def test_finds_both_as_unknown(self, registry, both):
        assert registry.found(signed="unknown") == both

    def test_finds_a_derived_date_as_possible_and_no_more(self, registry, both):
        dossier = again(entraide_al_amal())
        dossier["dates"]["signed"] = {
            "stated": facts.quote("B-G6"),
            "earliest": "2012-05-01",
            "latest": "2012-05-31",
            "basis": "derived",
            "note": "The programme was launched on 18 May 2005, says a source outside the article.",
        }
        derived = registry.enter(dossier)

        assert derived.content["dates"]["signed"]["stated"] == facts.quote("B-G6")
        assert derived.content["dates"]["signed"]["edtf"] == "2012-05"
        year = {"signed_from": "2012-01-01", "signed_to": "2012-12-31"}
        assert registry.found(**year, signed_match="possible") == {derived.content["id"]}
        assert registry.found(**year, signed_match="certain") == set()
        days = {"signed_from": "2012-05-18", "signed_to": "2012-05-20"}
        assert registry.found(**days, signed_match="possible") == {derived.content["id"]}
        assert registry.found(**days, signed_match="certain") == set()
        assert registry.found(signed="unknown") == both

    def test_refuses_a_derived_date_without_its_evidence(self, registry):
        dossier = again(entraide_al_amal())
        dossier["dates"]["signed"] |= {"earliest": "2012-05-01", "latest": "2012-05-31", "basis": "derived"}

        assert "/dates/signed/note" in refusals(registry, dossier)


class TestRule4ThePartyIsTheUnitNamedInTheText:
    """Parents are reachable, and never counted as parties."""

    @pytest.mark.parametrize(
        ("unit", "parent", "relation"),
        [
            ("coordination-regionale", "entraide-nationale", "part_of"),
            ("aman", "qatar-foundation-for-social-work", "operated_by"),
        ],
    )
    def test_the_parent_is_reached_from_the_unit(self, registry, unit, parent, relation):
        told = registry.get(f"organizations/{key_of(unit)}")

        assert (told["parent"]["id"], told["relation"]) == (key_of(parent), relation)

    def test_parents_are_party_to_nothing(self, registry, entraide):
        assert registry.found(party=key_of("coordination-regionale")) == {entraide.content["id"]}
        for parent in ("entraide-nationale", "qatar-foundation-for-social-work"):
            assert registry.found(party=key_of(parent)) == set()
            assert registry.found("commitments", debtor=key_of(parent)) == set()

    def test_refuses_to_publish_a_single_party(self, registry):
        dossier = again(aman_bayti())
        dossier["parties"].pop()
        for each in [*dossier["commitments"], *dossier["statements"], *dossier["advantages"]]:
            each.pop("on_behalf_of", None)
            each["debtors"] = ["A"]
            each["beneficiaries"] = {}
            if each not in dossier["commitments"]:
                del each["debtors"]
            if each in dossier["statements"]:
                del each["beneficiaries"]
        response = registry.post(dossier)
        assert response.status_code == 201, response.content
        key = response.json()["id"]
        services.submit(key, by=TESTS)

        with pytest.raises(Refused):
            services.publish(key, by=registry.reviewer)

    def test_refuses_the_same_party_twice(self, registry):
        dossier = again(aman_bayti())
        dossier["parties"][1]["organization"] = dossier["parties"][0]["organization"]

        assert refusals(registry, dossier) == {"/parties/1/organization": "party_twice"}


class TestRule5CommitmentsAreFoundByDebtorAndByBeneficiary:
    """Separately; a joint one shows under each debtor and counts once."""

    def test_a_joint_one_counts_once(self, registry, aman):
        joint = set(ids(aman, "commitments"))

        for asked in (["aman"], ["bayti"], ["aman", "bayti"]):
            found = registry.get("commitments", debtor=[key_of(slug) for slug in asked])["results"]
            assert {each["id"] for each in found} == joint
            assert len(found) == 5

    @pytest.mark.parametrize(
        ("slug", "numbers"), [("coordination-regionale", [1, 2]), ("al-amal", [3, 4, 5])]
    )
    def test_each_side_owes_its_own(self, registry, entraide, slug, numbers):
        owed = {ids(entraide, "commitments")[number - 1] for number in numbers}

        assert registry.found("commitments", debtor=key_of(slug)) == owed

    def test_beneficiaries_are_asked_for_apart(self, registry, entraide):
        assert registry.found("commitments", beneficiary=key_of("al-amal")) == {
            ids(entraide, "commitments")[0]
        }
        assert registry.found("commitments", beneficiary=key_of("aman")) == set()

    def test_refuses_a_debtor_who_is_no_party(self, registry):
        dossier = again(entraide_al_amal())
        dossier["commitments"][0]["debtors"] = ["entraide-nationale"]

        assert refusals(registry, dossier) == {"/commitments/0/debtors/0": "points_nowhere"}

    def test_refuses_a_commitment_owed_by_nobody(self, registry):
        dossier = again(entraide_al_amal())
        dossier["commitments"][0]["debtors"] = []

        assert list(refusals(registry, dossier)) == ["/commitments/0/debtors"]


class TestRule6SaidIsNotPromised:
    """Advantages, statements and objectives never appear among the commitments."""

    def test_only_ten_commitments_are_counted(self, registry, aman, entraide):
        found = registry.found("commitments", page_size=200)

        assert found == {*ids(aman, "commitments"), *ids(entraide, "commitments")}
        assert len(found) == Commitment.objects.count() == 10

    def test_the_customs_exemption_is_owed_by_nobody(self, registry, entraide):
        [exemption] = [
            each for each in entraide.content["advantages"] if "douane" in entraide.own_words(each)
        ]

        assert exemption["provider"] is None
        assert registry.found("commitments", q="douane") == set()

    def test_refuses_an_advantage_with_debtors(self, registry):
        dossier = again(entraide_al_amal())
        dossier["advantages"][1]["debtors"] = ["A"]

        assert refusals(registry, dossier) == {"/advantages/1/debtors": "unknown_member"}


class TestRule7AStatementMayHaveNoSpeaker:
    """It then says so."""

    def test_the_api_names_nobody(self, aman):
        unattributed = [each for each in aman.content["statements"] if each["speaker"] is None]

        assert [(aman.own_words(each), each["attribution"]) for each in unattributed] == [
            (facts.quote("A-S4"), "not_stated")
        ]

    def test_the_page_says_that_the_speaker_is_not_stated(self, registry, aman):
        assert "speaker not stated" in sheet_of(registry, aman).casefold()

    def test_refuses_a_speaker_nobody_attributes(self, registry):
        dossier = again(aman_bayti())
        dossier["statements"][3]["speaker"] = "of-bayti"

        assert refusals(registry, dossier) == {"/statements/3/attribution": "speaker_iff_attributed"}


class TestRule8NothingComesFromNoise:
    """No person, organization, place, date or quantity of the headlines, nor the byline, exists."""

    def test_no_record_has_a_name_from_noise(self, registry):
        text = facts.article("B")
        body = text[facts.span("B-N5")[1] :]
        noise = {
            word
            for number in range(1, 6)
            for word in re.findall(r"[\w-]{3,}", facts.quote(f"B-N{number}"))
            if word[0].isupper() and word not in body
        } | set(facts.quote("A-D2").split())
        names = " ".join(str(each) for model in (Organization, Person) for each in model.objects.all())

        assert len(noise) > 5
        assert not [word for word in noise if word in names]

    def test_a_search_for_noise_finds_nothing(self, registry):
        for words in ("Agadir", "Polisario", "AESVT", "2020", "589", "Guerguerat", "Hicks"):
            assert registry.found(q=words) == set()
            assert registry.found("commitments", q=words) == set()

    @pytest.mark.parametrize("row", ["B-N3", "B-N5"])
    def test_refuses_a_quote_from_noise(self, registry, row):
        dossier = again(entraide_al_amal())
        dossier["citations"].append(facts.cite(row, "place"))

        assert refusals(registry, dossier) == {"/citations/7/quote": "quote_in_noise"}


class TestRule9EveryFactOpensItsQuote:
    """Each stored field of both agreements leads to its words, highlighted in the source."""

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_every_fact_has_a_proof(self, registry, letter):
        content = registry.documents[letter].content
        people = [office for person in content["people"] for office in person["offices"]]
        named = [
            part for each in content["organizations"] for part in (each, *each["aliases"], *each["profile"])
        ]
        members = ("groups", "parties", "objectives", "commitments", "statements", "advantages", "programmes")
        parts = [part for member in members for part in content[member]] + people + named

        assert [part for part in parts if not part["citations"]] == []
        stored = {"kind", "status", "signed", "themes"} | (
            {"programme", "occasion"} if content["programme"] else set()
        )
        assert stored <= {each["about"] for each in content["citations"]}

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_every_quote_is_highlighted_in_the_source(self, registry, letter):
        document = registry.documents[letter]
        [source] = document.content["sources"]
        cited = {each["id"]: each for each in citations_in(document.content)}

        assert len(cited) > 40
        for key, citation in cited.items():
            assert document.text[citation["start"] : citation["end"]] == citation["quote"]
            page = registry.page(f"/en/sources/{source['id']}/?cite={key}")
            [marked] = re.findall(rf'<mark[^>]* id="c-{key}"[^>]*>(.*?)</mark>', page, re.DOTALL)
            assert html.unescape(marked) == citation["quote"]

    def test_refuses_a_quote_that_differs_by_one_letter(self, registry):
        dossier = again(aman_bayti())
        dossier["people"][0]["offices"][0]["citations"][0]["quote"] = facts.quote("A-P1").replace("’", "'")

        assert refusals(registry, dossier) == {"/people/0/offices/0/citations/0/quote": "quote_differs"}

    def test_refuses_a_quote_one_place_off(self, registry):
        dossier = again(aman_bayti())
        dossier["commitments"][0]["citations"][0]["start"] += 1

        assert refusals(registry, dossier) == {"/commitments/0/citations/0/quote": "quote_differs"}


def citations_in(part: Any) -> list[dict[str, Any]]:
    """Every citation of a document, wherever it stands."""
    if isinstance(part, list):
        return [citation for each in part for citation in citations_in(each)]
    if isinstance(part, dict):
        return part.get("citations", []) + [
            citation for name, each in part.items() if name != "citations" for citation in citations_in(each)
        ]
    return []


class TestRule10SearchFoldsLetters:
    """Apostrophes, accents, case and Arabic letter forms do not change what is found; quotes keep theirs."""

    @pytest.mark.parametrize(
        "words",
        [
            "l'INDH",
            "l’INDH",
            "ENTRAIDE nationale",
            "entraide",
            "precarite",
            "PRÉCARITÉ",
            "7eme annee",
            "الفضاء الجمعوي الامل",
            "الأَمل",
        ],
    )
    def test_finds_the_second_article(self, registry, entraide, words):
        assert registry.found(q=words) == {entraide.content["id"]}

    @pytest.mark.parametrize(
        "words", ["Aman's executive director", "aman’s EXECUTIVE director", "أمان", "امان"]
    )
    def test_finds_the_first_article(self, registry, aman, words):
        assert registry.found(q=words) == {aman.content["id"]}

    def test_finds_nothing_where_nothing_is(self, registry):
        assert registry.found(q="l%INDH") == registry.found(q="Entraide internationale") == set()

    def test_quotes_keep_their_apostrophes(self, aman, entraide):
        assert "’" in aman.at("people/Abdulaziz al-Ishaq/offices/0/citations/0")["quote"]
        assert "'" in entraide.at("citations/1")["quote"] or "'" in facts.quote("B-G5")


class TestRule11DoubtIsPublishedAsDoubt:
    """Ambiguous items stay so, with their readings, until a named reviewer resolves them."""

    def test_the_doubts_are_found(self, registry, aman, entraide, both):
        assert registry.found("open-questions") == {*ids(aman, "questions"), *ids(entraide, "questions")}
        assert registry.found(open_question="true") == both

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_the_page_shows_question_and_readings(self, registry, letter):
        document = registry.documents[letter]
        sheet = sheet_of(registry, document)

        for question in document.content["questions"]:
            assert question["texts"]["en"] in sheet
            assert all(reading["texts"]["en"] in sheet for reading in question["readings"])

    def test_a_reviewer_resolves_it_by_name(self, registry, entraide):
        question = entraide.content["questions"][0]
        services.resolve_question(question["id"], resolution="Read as it stands.", by=registry.reviewer)

        told = registry.get(f"open-questions/{question['id']}")
        assert (told["resolution"]["by"], told["resolution"]["text"]) == ("Reviewer", "Read as it stands.")

    def test_refuses_a_resolution_by_its_author(self, registry):
        dossier = again(entraide_al_amal())
        dossier["questions"][0]["resolution"] = {
            "at": "2026-01-01T00:00:00Z",
            "by": "Author",
            "text": "Clear.",
        }

        assert refusals(registry, dossier) == {"/questions/0/resolution": "set_by_the_registry"}

    def test_refuses_a_resolution_by_an_editor(self, registry, entraide):
        editor = copy.copy(registry.reviewer)
        editor.role = "editor"

        with pytest.raises(PermissionDenied):
            services.resolve_question(entraide.content["questions"][0]["id"], resolution="Clear.", by=editor)


class TestRule12NeverActiveNorExpired:
    """The state reads «signed; term not stated»."""

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_the_api_says_that_the_term_is_not_stated(self, registry, letter):
        state = registry.documents[letter].content["legal_state"]

        with translation.override("en"):
            assert state == {"code": "term_not_stated", "label": str(LegalState.TERM_NOT_STATED.label)}
        assert state["label"] == "signed; term not stated"

    @pytest.mark.parametrize("letter", ["A", "B"])
    def test_the_page_says_so_and_nothing_more(self, registry, letter):
        sheet = sheet_of(registry, registry.documents[letter]).casefold()

        assert "term not stated" in sheet
        assert not re.search(r"\b(active|expired|expires|expiring)\b", sheet)

    def test_no_other_state_finds_them(self, registry, both):
        assert registry.found(state="term_not_stated") == both
        for state in set(LegalState.values) - {"term_not_stated"}:
            assert registry.found(state=state) == set()

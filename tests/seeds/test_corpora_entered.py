"""Official texts entered in a browser: every quote of their sheets is cited, and what may mislead does not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agreements.models import Agreement
from organizations.models import Organization
from tests.seeds import treaties
from tests.seeds.document import Document
from tests.seeds.rows import UNKNOWN

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.drill,
    pytest.mark.xdist_group("treaties"),
    treaties.needed,
]

MIGRATION, TRADE, GRANTS, CULTURE = treaties.NAMES
MOST_ACTIONS = 120
# Where a quote of the sheet is cited: the members that lead to the fact, and what of it is proved.
AT = {
    "kind": ("", "kind"),
    "date": ("", "signed"),
    "place": ("", "place"),
    "term": ("", "ends"),
    "links": ("", ""),
    "parties": ("/parties", ""),
    "people": ("/parties/signatories", ""),
    "objectives": ("/objectives", ""),
    "target_groups": ("/groups", ""),
    "commitments": ("/commitments", ""),
}


def citations(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every citation of a document, with the members that lead to its fact."""
    if isinstance(part, list):
        for each in part:
            yield from citations(each, path)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "citations":
                yield from ((path, each) for each in value)
            elif name != "sources":
                yield from citations(value, f"{path}/{name}")


def told(document: Document, member: str) -> list[str]:
    return [document.own_words(each) for each in document.content[member]]


def outside_the_source(document: Document) -> str:
    """All that the record says, but for the text of its source and its quotes."""
    said = {name: value for name, value in document.content.items() if name not in {"sources", "citations"}}
    return json.dumps(said, ensure_ascii=False)


@pytest.fixture(params=treaties.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


class TestEachText:
    def test_every_quote_of_its_sheet_is_cited_at_its_fact(self, treaties_entered, name):
        document = treaties_entered.documents[name]
        found = {(path, each["about"], each["quote"]) for path, each in citations(document.content)}
        for member, quote in treaties.quotes(name):
            path, about = AT[member]
            if member == "commitments" and quote == of_the_commission(name):
                path = "/organizations/profile"
            if quote in due(name):
                about = "due"
            assert (path, about, quote) in found, (member, quote)

    def test_every_citation_is_the_source_at_its_place(self, treaties_entered, name):
        document = treaties_entered.documents[name]
        assert document.text == treaties.text(name)
        for _path, each in citations(document.content):
            assert document.text[each["start"] : each["end"]] == each["quote"]

    def test_who_where_and_when_are_those_of_its_sheet(self, treaties_entered, name):
        content, sheet = treaties_entered.documents[name].content, treaties.sheet(name)
        names = {each["id"]: each["name"] for each in content["organizations"]}
        assert [names[each["organization"]["id"]].casefold() for each in content["parties"]] == [
            each["name"].casefold() for each in sheet["parties"]
        ]
        assert [each["person"]["label"] for party in content["parties"] for each in party["signatories"]] == [
            each["name"] for each in sheet["people"]
        ]
        signed = content["dates"]["signed"]
        assert (signed["stated"], signed["edtf"]) == (sheet["date"]["quote"], sheet["date"]["edtf"])
        assert content["place_of_signature"] == sheet["place"]["text"]
        effective = content["dates"]["effective"]
        assert effective["stated"] in treaties.text(name)
        assert effective == UNKNOWN | {"stated": effective["stated"], "basis": "relative"}

    def test_each_commitment_is_owed_by_those_of_its_sheet(self, treaties_entered, name):
        document = treaties_entered.documents[name]
        joint = {
            each["quote"]: part["joint"]
            for part in document.content["commitments"]
            for each in part["citations"]
        }
        owed = [
            each for each in treaties.sheet(name)["commitments"] if each["quote"] != of_the_commission(name)
        ]
        assert [joint[each["quote"]] for each in owed] == [each["joint"] for each in owed]

    def test_every_sentence_is_accounted_for(self, treaties_entered, name):
        done, of, sentences, *_rest = treaties_entered.covered[name].split()
        assert (done, of) == (sentences, "of")
        assert treaties_entered.checked[name] == ["Every rule of the registry is met."]

    def test_it_takes_so_many_actions_at_most(self, treaties_entered, name):
        actions = treaties_entered.actions[name]
        print(*(f"{number:3} {each}" for number, each in enumerate(actions, start=1)), sep="\n")
        assert len(actions) <= MOST_ACTIONS


class TestTheTrapOf:
    """What each sheet warns of, in its own words."""

    def test_a_commitment_each_year_without_an_end(self, treaties_entered):
        document = treaties_entered.documents[MIGRATION]
        [quote] = due(MIGRATION)
        [yearly] = [
            each
            for each in document.content["commitments"]
            if quote in {cited["quote"] for cited in each["citations"]}
        ]

        assert yearly["due"] == UNKNOWN | {"stated": quote, "basis": "relative"}
        assert document.content["dates"]["ends"] == UNKNOWN
        assert document.content["renewal"]["rule"] == "not_stated"

    def test_an_older_agreement_that_is_replaced(self, treaties_entered):
        document = treaties_entered.documents[MIGRATION]

        assert Agreement.objects.count() == len(treaties.NAMES)
        assert document.content["links"] == []
        assert document.content["dates"]["signed"]["earliest"] == "1997-07-24"
        assert "1990" not in outside_the_source(document)

    def test_a_date_in_words(self, treaties_entered):
        signed = treaties_entered.documents[TRADE].content["dates"]["signed"]

        assert (signed["earliest"], signed["latest"], signed["basis"]) == (
            "1987-09-19",
            "1987-09-19",
            "stated",
        )
        assert signed["stated"] == treaties.sheet(TRADE)["date"]["quote"]

    def test_a_name_that_is_glued_to_the_next_word(self, treaties_entered):
        document = treaties_entered.documents[TRADE]
        [party, _other] = document.content["parties"]
        [signatory] = party["signatories"]
        [quote] = signatory["citations"]

        assert signatory["person"]["label"] == quote["quote"] == "J. TH. VAN LEEUWEN"
        assert document.text[quote["end"] :].startswith("For *")

    def test_an_end_that_is_explicitly_none(self, treaties_entered):
        document = treaties_entered.documents[TRADE]

        assert document.content["dates"]["ends"]["basis"] == "none"
        assert document.content["legal_state"]["code"] != "ended"

    def test_a_name_over_two_lines(self, treaties_entered):
        document = treaties_entered.documents[GRANTS]
        [party, _other] = document.content["parties"]
        [signatory] = party["signatories"]

        assert signatory["person"]["label"] == treaties.sheet(GRANTS)["people"][0]["name"]
        assert any("\n" in each["quote"] for each in signatory["citations"])
        assert len(document.content["people"]) == 2

    def test_an_organization_that_the_agreement_creates(self, treaties_entered):
        document = treaties_entered.documents[GRANTS]
        [created] = [
            each for each in document.content["organizations"] if "commission" in each["name"].casefold()
        ]

        assert len(document.content["parties"]) == 2
        assert created["id"] not in {each["organization"]["id"] for each in document.content["parties"]}
        assert of_the_commission(GRANTS) not in told(document, "commitments")
        assert [document.own_words(each) for each in created["profile"]] == [of_the_commission(GRANTS)]

    def test_a_small_letter_among_capitals(self, treaties_entered):
        document = treaties_entered.documents[GRANTS]
        [title] = [each["quote"] for each in document.content["citations"] if each["about"] == "title"]

        assert "FRANçAISE" in document.content["titles"]["fr"]
        assert " ".join(title.split()) == document.content["titles"]["fr"]
        assert Organization.objects.filter(name_fr__iregex="r.publique fran.aise").count() == 1

    def test_a_day_of_termination_that_is_not_the_signature(self, treaties_entered):
        document = treaties_entered.documents[GRANTS]

        assert document.content["dates"]["signed"]["edtf"] == "1998-02-27"
        assert document.content["dates"]["ends"] == UNKNOWN | {
            "stated": treaties.sheet(GRANTS)["term"]["quote"],
            "basis": "relative",
        }
        assert "octobre" not in outside_the_source(document)

    def test_a_slip_of_the_source(self, treaties_entered):
        document = treaties_entered.documents[CULTURE]

        assert [words for words in told(document, "commitments") if "meiux" in words]
        assert "mieux" not in outside_the_source(document)

    def test_a_line_in_another_language_before_the_text(self, treaties_entered):
        document = treaties_entered.documents[CULTURE]
        foreign = treaties.text(CULTURE).split("\n")[0]

        assert document.content["titles"] == {"fr": treaties.whole_sheet(CULTURE)["source"]["title"]}
        assert (foreign, "nothing") in [
            (document.text[each["start"] : each["end"]], each["reason"])
            for each in document.content["sources"][0]["noise"]
        ]
        assert "Overeenkomst" not in outside_the_source(document)

    def test_commitments_of_each_in_its_own_country(self, treaties_entered):
        document = treaties_entered.documents[CULTURE]
        commitments = document.content["commitments"]

        assert all(each["joint"] and len(each["debtors"]) == 2 for each in commitments)
        assert len([words for words in told(document, "commitments") if "chacune" in words]) == 2
        assert len(told(document, "commitments")) == len(set(told(document, "commitments")))


def due(name: str) -> list[str]:
    return [each["quote"] for each in treaties.sheet(name)["commitments"] if "due" in each]


def of_the_commission(name: str) -> str:
    """What a body that is no party will do: said of that body, owed by none of the parties."""
    return next(
        (each["quote"] for each in treaties.sheet(name)["commitments"] if each["by"] == ["commission"]), ""
    )

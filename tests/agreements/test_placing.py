"""What words of a source become in a draft, by hand: the places they fill, and the quote that proves each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.services.placing import Choice, Words, place
from lib import papers
from lib.problems import Refused

TEXT = (
    "The Example Centre signs with the Sample Club.\n"
    "It will report each year prior to 1 May and stays for an unlimited period.\n"
    "A Joint Committee is created, and it meets in spring.\n"
    "For the Centre: Jeanne\nExemple"
)
SOURCE = {"key": "s", "kind": "signed_text", "language": "en", "text": TEXT, "noise": []}
PARTIES = [
    {"key": "a", "organization": {"key": "centre"}, "role": "party", "citations": []},
    {"key": "b", "organization": {"key": "club"}, "role": "party", "citations": []},
]
COMMITMENT = {"key": "c", "texts": {"en": "report"}, "debtors": ["a"], "citations": []}


@pytest.fixture
def draft() -> dict:
    return papers.deepcopy(
        {"source_language": "en", "sources": [SOURCE], "parties": PARTIES, "commitments": [COMMITMENT]}
    )


def become(draft: dict, words: str, choice: Choice) -> list[str]:
    """Make it so; the paths that were filled, with the keys that were made on the way left out."""
    start = TEXT.index(words)
    asked = place(draft, Words("s", start, start + len(words)), choice)
    for path, value in asked:
        papers.put(draft, path, value)
    return [
        path.rpartition("/")[0] if isinstance(value, dict) and "key" in value else path
        for path, value in asked
    ]


def refusal(draft: dict, words: str, choice: Choice) -> str:
    with pytest.raises(Refused) as refused:
        become(draft, words, choice)
    return refused.value.faults[0].code


def quoted(part: dict) -> list[tuple[str, str]]:
    assert all(TEXT[each["start"] : each["end"]] == each["quote"] for each in part["citations"])
    return [(each.get("about", ""), each["quote"]) for each in part["citations"]]


class TestASignatory:
    def test_is_a_person_and_signs_for_a_party_with_a_quote_over_two_lines(self, draft):
        filled = become(draft, "Jeanne\nExemple", Choice("signatory", of=("a",)))

        assert filled == ["/people", "/parties/a/signatories"]
        [person], [signatory] = draft["people"], draft["parties"][0]["signatories"]
        assert (person["names"], person["offices"]) == ({"en": "Jeanne Exemple"}, [])
        assert signatory["person"] == {"key": person["key"]}
        assert quoted(signatory) == [("", "Jeanne\nExemple")]

    def test_whom_the_draft_names_already_is_not_named_twice(self, draft):
        draft["people"] = [{"key": "jeanne", "names": {"en": "Jeanne Exemple"}, "offices": []}]
        become(draft, "Jeanne\nExemple", Choice("signatory", of=("b",)))

        assert [each["key"] for each in draft["people"]] == ["jeanne"]
        assert draft["parties"][1]["signatories"][0]["person"] == {"key": "jeanne"}

    @pytest.mark.parametrize(("of", "code"), [((), "party_missing"), (("nobody",), "part_is_gone")])
    def test_signs_for_a_party_of_the_draft(self, draft, of, code):
        assert refusal(draft, "Jeanne", Choice("signatory", of=of)) == code


class TestAnOrganizationThatIsNoParty:
    def test_is_entered_and_no_party(self, draft):
        become(draft, "A Joint Committee", Choice("organization"))

        [committee] = draft["organizations"]
        assert committee["names"] == {"en": "Joint Committee"}
        assert quoted(committee) == [("name", "A Joint Committee")]
        assert len(draft["parties"]) == 2

    def test_once_more_is_one_quote_more(self, draft):
        become(draft, "A Joint Committee", Choice("organization"))
        become(draft, "Joint Committee", Choice("organization"))

        [committee] = draft["organizations"]
        assert quoted(committee) == [("name", "A Joint Committee"), ("name", "Joint Committee")]

    @pytest.mark.parametrize(("what", "member"), [("other", "profile"), ("mandate", "mandates")])
    def test_has_its_own_sayings(self, draft, what, member):
        become(draft, "A Joint Committee", Choice("organization"))
        key = draft["organizations"][0]["key"]
        become(draft, "it meets in spring", Choice("profile", of=(key,), code=what))

        assert draft["organizations"][0][member]


class TestADate:
    def test_in_words_has_no_day(self, draft):
        become(draft, "each year prior to 1 May", Choice("date", code="due:c"))

        [commitment] = draft["commitments"]
        assert commitment["due"] == {"stated": "each year prior to 1 May", "basis": "relative"}
        assert quoted(commitment) == [("due", "each year prior to 1 May")]

    def test_of_a_commitment_that_is_gone_is_refused(self, draft):
        assert refusal(draft, "each year", Choice("date", code="due:gone")) == "part_is_gone"

    @pytest.mark.parametrize(
        ("name", "basis"), [("ends", "none"), ("signed", "relative"), ("effective", "relative")]
    )
    def test_that_never_comes_is_explicitly_none_for_an_end_alone(self, draft, name, basis):
        become(draft, "stays for an unlimited period", Choice("date", code=name))

        assert draft["dates"][name] == {"stated": "stays for an unlimited period", "basis": basis}


class TestAProof:
    def test_of_nothing_in_particular_is_one_of_the_agreement_itself(self, draft):
        become(draft, "signs with", Choice("proof", about="status"))

        assert quoted(draft) == [("status", "signs with")]

    def test_is_given_once(self, draft):
        for _again in range(2):
            become(draft, "report each year", Choice("proof", of=("/commitments/c",)))

        assert quoted(draft["commitments"][0]) == [("", "report each year")]


@given(
    st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT))).filter(
        lambda ends: ends[0] < ends[1]
    ),
    st.sampled_from(["date", "party", "objective", "group", "organization", "proof", "occasion", "title"]),
    st.sampled_from(["", "ends", "due:c"]),
)
def test_whatever_words_are_chosen_their_quotes_are_the_source_at_its_place(ends, what, code):
    content = papers.deepcopy(
        {"source_language": "en", "sources": [SOURCE], "parties": PARTIES, "commitments": [COMMITMENT]}
    )
    asked = place(content, Words("s", *ends), Choice(what, code=code if what == "date" else ""))
    cited = [value for path, value in asked if "/citations/" in path]
    cited += [
        each for _path, value in asked if isinstance(value, dict) for each in value.get("citations", ())
    ]

    assert cited
    assert all((each["start"], each["end"], each["quote"]) == (*ends, TEXT[slice(*ends)]) for each in cited)

"""Changes in a document: told, made and taken back."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import papers
from lib.papers import Change, NoSuchPlace

NAMES = st.sampled_from(["titles", "parties", "commitments", "place"])
KEYS = st.sampled_from(["A", "B", "c1", "c2"])
WORDS = st.sampled_from(["", "words", "كلمات", None])


@st.composite
def changes(draw) -> list[Change]:
    """Any changes somebody might make at a desk, sensible ones and others."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        name, key = draw(st.sampled_from(["parties", "commitments"])), draw(KEYS)
        match draw(st.integers(0, 3)):
            case 0:
                found.append(Change("/place", None, draw(WORDS)))
            case 1:
                found.append(Change(f"/{name}/{key}", None, {"key": key, "texts": {"fr": draw(st.text())}}))
            case 2:
                found.append(Change(f"/{name}/{key}", None, None))
            case 3:
                found.append(
                    Change(f"/titles/{draw(st.sampled_from(['en', 'fr', 'ar']))}", None, draw(WORDS))
                )
    return found


def without_empty(document):
    """Nothing there and an empty holder say the same."""
    return {name: value for name, value in document.items() if value not in ({}, [])}


@given(changes(), changes())
def test_what_is_taken_back_leaves_the_document_as_it_was(first, second):
    document: dict = {}
    papers.apply(document, first)
    before = deepcopy(document)
    made = papers.apply(document, second)
    papers.undo(document, made)
    assert without_empty(document) == without_empty(before)


@given(changes())
def test_changes_survive_being_written_down(asked):
    one, other = {}, {}
    told = [each.as_json() for each in papers.apply(one, asked)]
    papers.apply(other, [Change.from_json(each) for each in told])
    assert without_empty(one) == without_empty(other)


def test_a_part_taken_back_stands_where_it_stood():
    document = {"parties": [{"key": "A"}, {"key": "B"}, {"key": "C"}]}
    made = papers.apply(document, [Change("/parties/B", None, None)])
    assert [each["key"] for each in document["parties"]] == ["A", "C"]
    papers.undo(document, made)
    assert [each["key"] for each in document["parties"]] == ["A", "B", "C"]


def test_a_value_in_a_part_that_is_gone_is_refused():
    with pytest.raises(NoSuchPlace):
        papers.put({"parties": [{"key": "A"}]}, "/parties/B/role", "party")


@pytest.mark.parametrize("path", ["parties", "", "/place/inside"])
def test_a_path_that_leads_nowhere_is_refused(path):
    with pytest.raises(NoSuchPlace):
        papers.put({"place": "Rabat"}, path, "x")


def test_a_part_keeps_its_key():
    with pytest.raises(NoSuchPlace):
        papers.put({"parties": [{"key": "A"}]}, "/parties/A", {"key": "B"})


def test_what_was_put_in_is_not_shared_with_the_document():
    words = {"key": "A", "texts": {"fr": "un"}}
    document: dict = {}
    change = papers.put(document, "/parties/A", words)
    papers.put(document, "/parties/A/texts/fr", "deux")
    assert change.after["texts"] == words["texts"] == {"fr": "un"}

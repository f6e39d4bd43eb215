"""What somebody means who types words into a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.asking import MOST_TERMS, Kind, distance, pieces, slips, terms


def told(words: str) -> list[tuple[str, str]]:
    return [(each.words, each.kind.value) for each in terms(words)]


class TestTerms:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("les droits de l’enfant", [("droits", "word"), ("enfant", "word")]),
            ("Al-Amal", [("Amal", "word")]),
            ("al", [("al", "word")]),
            ("“protection sociale” Bayti", [("protection sociale", "phrase"), ("Bayti", "word")]),
            ("«قوافل طبية»", [("قوافل طبية", "phrase")]),
            ("MQ-0001", [("MQ-0001", "phrase")]),
            ("٢٠١٢", [("٢٠١٢", "phrase")]),
            ("l%INDH", [("l%INDH", "sign")]),
            ("الأَمل والعمل", [("الأَمل", "word"), ("والعمل", "word")]),
            ("Aman Aman", [("Aman", "word")]),
            ("… — !", []),
            ("", []),
        ],
    )
    def test_are_the_words_that_tell_something(self, words, expected):
        assert told(words) == expected

    @given(st.text(max_size=400))
    def test_are_few_and_never_empty(self, words):
        found = terms(words)

        assert len(found) <= MOST_TERMS
        assert all(each.words.strip() for each in found)
        assert all(each.kind in Kind for each in found)


class TestDistance:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [("entriade", "entraide", 1), ("assosiation", "association", 1), ("aman", "amal", 1), ("", "abc", 3)],
    )
    def test_counts_slips_of_the_pen(self, one, other, expected):
        assert distance(one, other) == distance(other, one) == expected

    @given(st.text(max_size=12), st.text(max_size=12))
    def test_is_nothing_only_between_the_same(self, one, other):
        assert (distance(one, other) == 0) == (one == other)

    def test_is_forgiven_by_length(self):
        assert [slips(letters) for letters in (4, 5, 8)] == [0, 1, 2]


class TestPieces:
    @given(st.text("ab é.َ", max_size=400), st.lists(st.text("abé", min_size=1, max_size=5), max_size=3))
    def test_say_nothing_that_the_text_does_not(self, words, marked):
        cut = pieces(words, marked)
        said = "".join(text for text, _is_marked in cut).strip("…")

        assert said in words
        assert len(said) <= 140
        assert all(text in marked for text, is_marked in cut if is_marked)

    def test_mark_whole_words_only(self):
        assert pieces("amal, amalgame", ["amal"]) == [("amal", True), (", amalgame", False)]

    def test_of_a_long_text_go_around_the_marks(self):
        cut = pieces("a " * 200 + "douane" + " b" * 200, ["douane"])

        assert ("douane", True) in cut
        assert cut[0][0].startswith("…")
        assert cut[-1][0].endswith("…")

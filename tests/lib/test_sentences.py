"""A page says «sentence 3»: it must be the third one that a reader counts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sentences import find, sentence_at, sentences

TEXTS = st.text(st.sampled_from(list('aB é.!?؟…«»" \n7قا')), max_size=120)


def cut(text: str, aside=()) -> list[str]:
    return [text[each.start : each.end] for each in sentences(text, aside)]


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("One. Two! Three?", ["One.", "Two!", "Three?"]),
            (
                "They lead a program. based on research. Both sign.",
                ["They lead a program. based on research.", "Both sign."],
            ),
            ("Il coûte 3.5 millions. Il suffit.", ["Il coûte 3.5 millions.", "Il suffit."]),
            ("Il dit : « Nous signons. » Puis il part.", ["Il dit : « Nous signons. »", "Puis il part."]),
            ("Il part. « Nous signons », dit-il.", ["Il part.", "« Nous signons », dit-il."]),
            ("He left. “We sign,” he said.", ["He left.", "“We sign,” he said."]),
            ("هل وقّعوا؟ نعم وقّعوا.", ["هل وقّعوا؟", "نعم وقّعوا."]),
            ("Elle attend… Étonnant.", ["Elle attend…", "Étonnant."]),
            ("It began. élan follows.", ["It began. élan follows."]),
            ("Signed. 2012 was the year.", ["Signed.", "2012 was the year."]),
            ("A line without a stop\nAnother line", ["A line without a stop", "Another line"]),
            ("  One.   Two.  ", ["One.", "Two."]),
            ("By J. TH. VAN EXAMPLE. It began.", ["By J. TH. VAN EXAMPLE.", "It began."]),
            ("M. Exemple et Mme. Exemple signent. Fin.", ["M. Exemple et Mme. Exemple signent.", "Fin."]),
            ("They met the EU. They signed.", ["They met the EU.", "They signed."]),
            ("", []),
            (" \n\n ", []),
        ],
    )
    def test_are_those_a_reader_counts(self, text, found):
        assert cut(text) == found

    def test_leave_out_what_is_set_aside_and_do_not_count_it(self):
        text = "By our reporter\nAman signed. Bayti signed."

        found = sentences(text, [(0, 15)])

        assert [(each.number, text[each.start : each.end]) for each in found] == [
            (1, "Aman signed."),
            (2, "Bayti signed."),
        ]

    @given(TEXTS)
    def test_hold_every_letter_once_and_in_order(self, text):
        found = sentences(text)

        assert [each.number for each in found] == list(range(1, len(found) + 1))
        assert all(one.end <= other.start for one, other in pairwise(found))
        assert "".join("".join(cut(text)).split()) == "".join(text.split())

    @given(TEXTS)
    def test_begin_and_end_with_a_letter_that_is_seen(self, text):
        assert all(words == words.strip() != "" for words in cut(text))


class TestSentenceAt:
    def test_names_the_one_that_holds_the_character(self):
        found = sentences("One. Two.")

        assert [sentence_at(found, at) and sentence_at(found, at).number for at in (0, 3, 4, 5, 8, 9)] == [
            1,
            1,
            None,
            2,
            2,
            None,
        ]


class TestFinding:
    TEXT = "Jeanne\n\nExemple signs. Jeanne signs. L’autre part."

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("Jeanne", (0, 6)),
            ("Jeanne Exemple", (0, 15)),
            ("Jeanne signs.", None),
            ("Exemple", None),
            ("", None),
        ],
    )
    def test_words_begin_in_the_stretch_and_may_run_on_behind_it(self, words, found):
        assert find(self.TEXT, words, 0, 6) == found

    def test_apostrophes_are_alike(self):
        start = self.TEXT.index("L’")
        assert find(self.TEXT, "L'autre", start, len(self.TEXT)) == (start, start + 7)

"""What is set aside as likely noise, and what never is."""

import json
from itertools import pairwise

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from lib.noise import likely
from tests.seeds import facts
from tests.seeds.dossiers import aman_bayti, entraide_al_amal

SAMPLES = settings.BASE_DIR / "samples"
TEXTS = settings.BASE_DIR.parent / "shared" / "corpora" / "texts"
BODY = "The two parties will hold workshops for the children of the town. They will also train the staff."


def found(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.reason) for each in likely(text, language)]


class TestArticles:
    @pytest.mark.parametrize(("name", "language"), [("aman-bayti", "en"), ("entraide-al-amal", "fr")])
    def test_exactly_the_noise_of_our_own_samples_is_found(self, name, language):
        text = (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")
        [source] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["sources"]
        lines = text.split("\n")
        assert found(text, language) == [
            (lines[each["line"] - 1], each["reason"]) for each in source["noise"]
        ]

    @facts.needed
    @pytest.mark.parametrize(("letter", "dossier"), [("A", aman_bayti), ("B", entraide_al_amal)])
    def test_exactly_the_noise_of_the_two_articles_is_found(self, letter, dossier):
        [source] = dossier()["sources"]
        assert [
            (each.start, each.end, each.reason) for each in likely(source["text"], source["language"])
        ] == [
            (each["start"], each["end"], each["reason"])
            for each in sorted(source["noise"], key=lambda each: each["start"])
        ]

    @pytest.mark.skipif(
        not TEXTS.is_dir(), reason="the official texts are not beside this checkout (shared/corpora)"
    )
    def test_nothing_that_a_fact_sheet_quotes_is_noise(self):
        for sheet in TEXTS.glob("*.json"):
            text = sheet.with_suffix(".txt").read_text(encoding="utf-8")
            for quote in quotes(json.loads(sheet.read_text(encoding="utf-8"))):
                start = text.index(quote)
                assert not [
                    each
                    for each in likely(text, sheet.stem[:2])
                    if each.start < start + len(quote) and start < each.end
                ], (sheet.stem, quote)


def quotes(part):
    if isinstance(part, dict):
        for name, value in part.items():
            if name in {"quote", "kind_quote"} and value:
                yield value
            else:
                yield from quotes(value)
    elif isinstance(part, list):
        for each in part:
            yield from quotes(each)


class TestHeadlines:
    OTHERS = (
        "Storm closes the northern harbour again",
        "Bakers meet for their yearly contest",
        "Film festival opens late",
    )

    def test_three_in_a_row_that_share_nothing_with_the_text_are_of_others(self):
        text = "\n".join([*self.OTHERS, BODY])
        assert found(text) == [(each, "headline") for each in self.OTHERS]

    def test_they_are_found_behind_the_text_too(self):
        text = "\n".join([BODY, *self.OTHERS])
        assert found(text) == [(each, "headline") for each in self.OTHERS]

    def test_the_own_title_among_them_stays(self):
        title = "Workshops for the children of the town"
        text = "\n".join([*self.OTHERS, title, BODY])
        assert (title, "headline") not in found(text)
        assert len(found(text)) == 3

    def test_one_line_alone_stays(self):
        assert found("\n".join([self.OTHERS[0], BODY])) == []

    def test_a_text_without_an_end_stays_whole(self):
        assert found("\n".join(self.OTHERS)) == []

    def test_an_association_that_raises_awareness_in_a_headline_is_still_of_another_text(self):
        text = "-\nUne association sensibilise des élèves aux dangers de la route\n"
        text += "-\nLe marché rouvre ses portes samedi\n"
        text += "Les deux parties s'engagent à délivrer des diplômes."
        assert [reason for _words, reason in found(text, "fr")] == ["bullet", "headline"] * 2


class TestBylines:
    @pytest.mark.parametrize("line", ["By Jane Q. Sample", "Par Jeanne Exemple", "Jane Q. Sample"])
    def test_a_name_at_the_end_is_one(self, line):
        assert found(f"{BODY}\n\n{line}") == [(line, "byline")]

    def test_an_arabic_one_is_marked(self):
        assert found("اتفق الطرفان على التعاون.\nبقلم: سلمى الوهمية", "ar") == [
            ("بقلم: سلمى الوهمية", "byline")
        ]

    def test_whoever_signs_is_none(self):
        text = f"{BODY}\nDone at Testford, 3 May 2012.\nJane Q. Sample"
        assert found(text) == []

    def test_a_name_that_the_text_speaks_of_is_none(self):
        assert found(f"{BODY} Jane Sample thanked both.\nJane Sample") == []


class TestFurniture:
    @pytest.mark.parametrize(
        "line",
        [
            "We use cookies to improve this site",
            "Share this article on Facebook",
            "Read also: Storm closes the harbour",
            "Lire aussi : le marché rouvre",
            "اقرأ أيضا: أخبار المدينة",
            "© 2012 The Example",
            "Tous droits réservés",
            "Page 3 of 12",
            "- 7 -",
            "3/12",
        ],
    )
    def test_it_is_of_the_page(self, line):
        assert found(f"{BODY}\n{line}\n{BODY}") == [(line, "other")]

    @pytest.mark.parametrize(
        "line",
        [
            "The parties share the costs of the workshops.",
            "Article 3",
            "12 workshops a year",
            "[...]",
            "Share of each party: a half.",
        ],
    )
    def test_what_only_looks_like_it_stays(self, line):
        assert found(f"{BODY}\n{line}\n{BODY}") == []

    def test_what_every_page_repeats_is_set_aside_but_for_the_first_time(self):
        head = "Example agreement on workshops"
        text = "\n".join([f"{head} {page}\n{BODY}" for page in range(1, 5)])
        assert found(text) == [(f"{head} {page}", "other") for page in range(2, 5)]


@given(st.text(alphabet="aéب. -\n*Ab9’:،", max_size=200), st.sampled_from(["en", "fr", "ar"]))
def test_stretches_lie_in_the_text_in_order_and_apart(text, language):
    stretches = likely(text, language)
    assert all(0 <= each.start < each.end <= len(text) for each in stretches)
    assert all(one.end <= other.start for one, other in pairwise(stretches))

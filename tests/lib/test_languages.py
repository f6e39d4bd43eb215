"""Which words are shown, and in which language they then stand."""

import pytest
from django.utils import translation

from agreements.models import Agreement
from lib import languages


class TestBest:
    @pytest.mark.parametrize(
        ("there", "source", "asked", "shown"),
        [
            ("en fr ar", "fr", "ar", "ar"),
            ("en fr", "fr", "ar", "fr"),
            ("en fr", "en", "ar", "en"),
            ("en fr", "ar", "ar", "fr"),
            ("en ar", "fr", "fr", "en"),
            ("ar", "en", "fr", "ar"),
            ("en fr ar", "", "en", "en"),
        ],
    )
    def test_is_the_language_asked_then_the_source_then_french_english_arabic(
        self, there, source, asked, shown
    ):
        text = languages.best(
            {code: f"words in {code}" for code in there.split()}, source=source, asked=asked
        )

        assert (text.language, str(text), text.is_foreign) == (shown, f"words in {shown}", shown != asked)

    def test_is_nothing_and_in_no_foreign_language_when_there_are_no_words(self):
        text = languages.best({}, source="fr", asked="ar")

        assert (bool(text), text.language, text.is_foreign) == (False, "ar", False)

    def test_is_marked_with_the_direction_of_its_own_language(self):
        text = languages.best({"ar": "اتفاقية"}, asked="en")

        assert (text.direction, text.is_foreign) == ("rtl", True)

    @pytest.mark.parametrize(
        ("active", "current"), [("fr", "fr"), ("ar", "ar"), ("fr-ma", "fr"), ("de", "en")]
    )
    def test_asks_in_the_readers_language(self, active, current):
        with translation.override(active):
            assert languages.best({"en": "x"}).asked == current


class TestTranslatedColumns:
    def test_are_read_as_one_in_the_readers_language(self):
        agreement = Agreement(title_fr="Convention", source_language="fr")

        with translation.override("ar"):
            assert agreement.title == "Convention"
            assert languages.spoken(agreement, "title").is_foreign

    def test_are_all_assigned_so_that_no_old_translation_stays(self):
        agreement = Agreement(title_en="Old", title_ar="قديم")

        languages.assign(agreement, "title", {"fr": "Convention"})

        assert languages.texts(agreement, "title") == {"fr": "Convention"}

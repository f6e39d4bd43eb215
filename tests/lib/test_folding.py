"""A search finds the same words however they are written; the words themselves stay as they are."""

import pytest
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement
from lib.folding import Contains
from tests.factories import AgreementFactory

pytestmark = pytest.mark.django_db
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def fold(words: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mithaq_fold(%s)", [words])
        return cursor.fetchone()[0]


class TestFold:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Entraide NATIONALE", "entraide nationale"),
            ("Coordination régionale", "coordination regionale"),
            ("re\u0301gionale", "régionale"),
            ("cœur", "coeur"),
            ("Façade", "facade"),
            ("l’Entraide", "l'Entraide"),
            ("l‘Entraide", "l'Entraide"),
            ("lʼEntraide", "l'Entraide"),
            ("Aman–Bayti", "Aman-Bayti"),
            ("أمان", "امان"),
            ("إتفاقية", "اتفاقية"),
            ("آفاق", "افاق"),
            ("ٱلأمل", "الامل"),
            ("مستشفى", "مستشفي"),
            ("جمعية", "جمعيه"),
            ("مسؤول", "مسوول"),
            ("هيئة", "هييه"),
            ("قَطَر", "قطر"),
            ("مُحَمَّدٌ", "محمد"),
            ("التعـــاون", "التعاون"),
            ("٢٠١٢", "2012"),
            ("۲۰۱۲", "2012"),
            ("بيتي\u200f", "بيتي"),
        ],
    )
    def test_makes_alike_what_a_reader_takes_for_the_same(self, one, other):
        assert fold(one) == fold(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Aman", "Bayti"), ("قطر", "مصر"), ("2012", "2020"), ("سلام", "شلام"), ("صحة", "ضحة")],
    )
    def test_keeps_apart_what_is_different(self, one, other):
        assert fold(one) != fold(other)

    @given(WORDS)
    def test_changes_nothing_the_second_time(self, words):
        assert fold(fold(words)) == fold(words)


class TestContains:
    @pytest.mark.parametrize("words", ["l'entraide", "L’ENTRAIDE", "regionale", "١٠٠%", "100%"])
    def test_finds_the_title_however_it_is_asked_for(self, words):
        AgreementFactory(
            title_en="", title_fr="Coordination régionale de l’Entraide à 100%", source_language="fr"
        )

        assert Agreement.objects.filter(Contains("title_fr", words)).count() == 1

    @pytest.mark.parametrize("words", ["%", "_", "r.gionale", "régional_", "\\"])
    def test_takes_no_letter_for_a_pattern(self, words):
        AgreementFactory(title_fr="Coordination régionale")

        assert not Agreement.objects.filter(Contains("title_fr", words)).exists()

    def test_leaves_the_words_themselves_as_they_are(self):
        agreement = AgreementFactory(title_ar="اتفاقيّة أمان ٢٠١٢")

        assert Agreement.objects.get(Contains("title_ar", "اتفاقية امان 2012")).title_ar == agreement.title_ar


def test_arabic_words_are_similar_to_themselves():
    """In a database that does not know Arabic letters, قطر has no trigrams and is like nothing."""
    AgreementFactory(title_ar="قطر", parties=[])

    alike = Agreement.objects.annotate(alike=TrigramSimilarity("title_ar", Value("قطر"))).get()

    assert alike.alike == 1

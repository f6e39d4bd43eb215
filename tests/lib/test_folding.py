"""A search finds the same words however they are written; the words themselves stay as they are."""

import random
from importlib import import_module
from itertools import combinations

import pytest
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement
from lib import languages
from lib.folding import Contains, shown
from tests.factories import AgreementFactory

pytestmark = pytest.mark.django_db
search_rules = import_module("lib.migrations.0002_search")
LATIN = """
a e i o u y ou b c d f g h j k l m n p q r s t v w x z sh ch tch kh gh dj th dh ph gu qu ce ci gi el al aa bb ll ss
tt abd abdel sch dhj tdh - é 1
"""
ARABIC = "ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي ء گ ڭ پ ڤ چ ک ی عبد عبدال ال"
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


class TestShown:
    @pytest.mark.parametrize("reader", languages.CODES)
    def test_is_the_text_that_the_reader_gets_whatever_the_languages_it_is_in(self, reader):
        for source in languages.CODES:
            for number in (1, 2, 3):
                for said in combinations(languages.CODES, number):
                    AgreementFactory(
                        source_language=source,
                        **{
                            f"title_{code}": f"Titre {code}" if code in said else ""
                            for code in languages.CODES
                        },
                    )

        rows = Agreement.objects.annotate(folded=shown("title", reader))

        assert len(rows) == 21
        for each in rows:
            assert each.folded == fold(str(languages.spoken(each, "title", reader)))


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


def asked(sql: str, *params: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", params)
        return cursor.fetchone()[0]


class TestPlainWords:
    @pytest.mark.parametrize(
        ("words", "plain"),
        [
            ("l’INDH, à Rabat !", "l indh a rabat"),
            ("الأمل", "امل"),
            ("والحملات بالرباط كالأمل فالأطفال للأطفال", "حملات رباط امل اطفال اطفال"),
            ("التزام، الالتزام، بالالتزام", "تزام تزام تزام"),
            ("الأم لله والد بالغ", "الام لله والد بالغ"),
            ("Al-Amal", "al amal"),
            ("100% a_b", "100% a_b"),
        ],
    )
    def test_have_neither_punctuation_nor_the_arabic_article(self, words, plain):
        assert asked("mithaq_plain(%s)", words) == plain

    @given(WORDS)
    def test_are_plain_already(self, words):
        """Twice is as once, but for an article that the first time laid bare: so it is never asked twice."""
        once = asked("mithaq_plain(%s)", words)

        assert asked("mithaq_fold(%s)", once) == once
        assert "  " not in once

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("اتفاقية", "اتفاقيات"),
            ("مؤسسة", "مؤسسات"),
            ("جمعية", "الجمعيات"),
            ("الضمان", "ضمان"),
            ("متطوع", "متطوعين"),
        ],
    )
    def test_of_arabic_keep_their_stem_in_the_plural(self, one, other):
        assert asked("mithaq_stems(mithaq_plain(%s)) = mithaq_stems(mithaq_plain(%s))", one, other)


class TestTheTransliterationKey:
    @pytest.mark.parametrize(
        ("latin", "arabic"),
        [
            ("Amal", "الأمل"),
            ("alamal", "الأمل"),
            ("Elmansouri", "المنصوري"),
            ("Mohammed", "محمد"),
            ("Mohamed", "محمد"),
            ("Muhammad", "محمد"),
            ("Fatima", "فاطمة"),
            ("Aman", "أمان"),
            ("Amane", "أمان"),
            ("Bayti", "بيتي"),
            ("Beyti", "بيتي"),
            ("Hassan", "حسن"),
            ("Hussein", "حسين"),
            ("Lmalih", "المليح"),
            ("Zehrach", "زهراش"),
            ("Ishaq", "إسحاق"),
            ("Abdulaziz", "عبدالعزيز"),
            ("Rabat", "الرباط"),
            ("Ouarzazate", "ورزازات"),
            ("Oujda", "وجدة"),
            ("Mostafa", "مصطفى"),
            ("Youssef", "يوسف"),
            ("Khadija", "خديجة"),
            ("Aïcha", "عائشة"),
        ],
    )
    def test_is_shared_by_a_name_in_both_scripts(self, latin, arabic):
        assert asked("mithaq_sounds(mithaq_plain(%s)) && mithaq_sounds(mithaq_plain(%s))", latin, arabic)

    @pytest.mark.parametrize(
        ("latin", "arabic"),
        [
            ("Aman", "أمل"),
            ("Aman", "أمينة"),
            ("Amal", "العمل"),
            ("Hassan", "حسين"),
            ("Bayti", "بيت"),
            ("home", "حماية"),
        ],
    )
    def test_is_not_shared_by_other_names(self, latin, arabic):
        assert not asked("mithaq_sounds(mithaq_plain(%s)) && mithaq_sounds(mithaq_plain(%s))", latin, arabic)

    def test_keeps_a_name_in_several_words_under_the_whole_too(self):
        for one, other in [("Abd Elfatah", "Abdelfatah"), ("Abdelaziz", "عبد العزيز")]:
            keys = [asked("mithaq_keys(mithaq_plain(%s))", each) for each in (one, other)]
            heard = [{key.partition(":")[2] for key in each} for each in keys]
            assert heard[0] & heard[1]

    def test_of_long_and_of_ordinary_words_there_is_none(self):
        assert asked("mithaq_sounds('association')") == asked("mithaq_sounds('work')") == []

    def test_is_worked_out_sooner_and_is_what_it_was(self):
        """What is stored was drawn by the functions as they were first: not one key may differ."""
        dice = random.Random(7)  # noqa: S311
        words = {
            "".join(dice.choices(signs, k=dice.randint(1, 8)))
            for signs in (LATIN.split(), LATIN.split(), ARABIC.split(), (LATIN + ARABIC).split())
            for _each in range(2500)
        } | {*search_rules.ORDINARY.split(), "", " ", "%", "_", "abd", "عبد", "a" * 24, "a" * 25}
        parts = sorted(words)
        dice.shuffle(parts)
        names = [" ".join(parts[start : start + dice.randint(1, 4)]) for start in range(0, len(parts), 3)]
        names += [
            f"{abd} {el}{name}"
            for abd in ("abd", "abdou", "عبد")
            for el in ("", "el ", "al", "ال")
            for name in parts[:50]
        ]
        with connection.cursor() as cursor:
            cursor.execute(search_rules.SOUNDS.replace("mithaq_sounds", "sounds_before"))
            cursor.execute(
                search_rules.KEYS.replace("mithaq_sounds", "sounds_before").replace(
                    "mithaq_keys", "keys_before"
                )
            )
            cursor.execute(
                "SELECT each FROM unnest(%s) each WHERE mithaq_sounds(each) IS DISTINCT FROM sounds_before(each)",
                [[*parts, *names]],
            )
            assert cursor.fetchall() == []
            cursor.execute(
                "SELECT each FROM unnest(%s) each"
                " WHERE array_to_tsvector(mithaq_keys(each)) IS DISTINCT FROM array_to_tsvector(keys_before(each))",
                [[*parts, *names]],
            )
            assert cursor.fetchall() == []
            cursor.execute(
                "SELECT count(*) FROM unnest(%s) each WHERE cardinality(mithaq_keys(each)) > 3", [names]
            )
            assert cursor.fetchone()[0] > 500


class TestMarks:
    @pytest.mark.parametrize(
        ("words", "asked_for", "marked"),
        [
            ("la Précarité, les précaires", "precarite", ["Précarité"]),
            ("الفضاء الجمعوي الأَمل", "امل", ["الأَمل"]),
            ("l’Entraide NATIONALE", "entraide", ["Entraide"]),
        ],
    )
    def test_are_the_words_as_they_are_written(self, words, asked_for, marked):
        assert asked("mithaq_marked(%s, true, mithaq_whole(%s))", words, asked_for) == marked

"""Activities by words: what an index finds is what looking into each text would find."""

from itertools import permutations, product

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from activities import filters, indexed
from activities.models import Activity, ActivityOrganizer
from agreements.filters.words import any_of
from lib.folding import Contains
from organizations.filters import named
from organizations.models import Organization
from tests.factories import ActivityFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

TEXTS = ("Été à Fès", "50 % d_un\\e", "جمعيّة الأمل", "one\x1ftwo", "e", "")
"""What the activities of these tests say, in every order and column."""
LETTERS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def plainly(words: str) -> set:
    """The keys of the activities found by looking into each text, and at who holds it."""
    held = ActivityOrganizer.objects.filter(organization__in=Organization.objects.filter(named(words)))
    found = any_of("title", "description", words=words) | Q(Contains("place", words))
    return set(
        Activity.objects.filter(found | Q(pk__in=held.values("activity"))).values_list("pk", flat=True)
    )


def found(words: str) -> set:
    return set(Activity.objects.filter(filters.saying(words)).values_list("pk", flat=True))


@pytest.fixture
def activities():
    for first, second in permutations(TEXTS, 2):
        for title, place in product(("title_en", "title_ar"), ("description_en", "description_ar", "place")):
            ActivityFactory(**({"title_en": "", title: first or "x", place: second}))
    for name in ("Fès", "Association e"):
        ActivityFactory(organizers=[OrganizationFactory(name_fr=name)])


@pytest.mark.parametrize("most", [filters.MOST_KEYS, 0])
def test_finds_what_looking_into_each_text_would(activities, monkeypatch, most):
    monkeypatch.setattr(filters, "MOST_KEYS", most)
    parts = {each[start:end] for each in TEXTS for start in (0, 1, 3, -2) for end in (1, 2, 5, None)}
    asked = {*TEXTS, *parts, "ETE", "fes", "é", "ةا", "zz"}
    asked |= {"%", "_", "\\", "50 _", "%e", "\\e", "\x1f", "o\x1f"}
    asked |= {
        f"{one}{between}{other}" for one, other in permutations(TEXTS, 2) for between in ("", " ", "\x1f")
    }

    different = {each for each in asked if found(each) != plainly(each)}

    assert different == set()


def test_finds_some_and_not_all_of_them(activities):
    for words in ("ete", "%", "_", "\\", "امل", "e\x1ft", "e", "fes"):
        assert 0 < len(found(words)) < Activity.objects.count()
    assert found("fes50") == found("zz") == set()


@given(texts=st.lists(LETTERS, min_size=2, max_size=4))
def test_texts_that_are_folded_together_are_each_folded(texts):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mithaq_fold(array_to_string(%s::text[], %s)) ="
            " (SELECT string_agg(mithaq_fold(each), %s ORDER BY nr)"
            " FROM unnest(%s::text[]) WITH ORDINALITY told(each, nr))",
            [texts, indexed.BETWEEN, indexed.BETWEEN, texts],
        )
        assert cursor.fetchone()[0]


@given(words=LETTERS.filter(lambda each: indexed.BETWEEN not in each))
def test_nothing_is_folded_into_what_stands_between_texts(words):
    with connection.cursor() as cursor:
        cursor.execute("SELECT mithaq_fold(%s)", [words])
        assert indexed.BETWEEN not in cursor.fetchone()[0]


def test_an_index_finds_them(activities):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Activity.objects.filter(filters.worded("formation")).explain()

    assert "activity_by_spelling" in plan

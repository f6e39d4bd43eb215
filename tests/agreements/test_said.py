"""The statements of a search find what the conditions of the list find, on whatever way they look for it."""

import random
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import translation

from agreements.models import Agreement, Programme
from agreements.queries import hits, said, search
from lib import asking, prepared
from organizations.models import Anonymous
from tests.factories import (
    AgreementFactory,
    CommitmentFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    StatementFactory,
    UserFactory,
    record,
)

WORDS = [
    "protocole",
    "école",
    "Amal",
    "الأمل",
    "caravane",
    "médicale",
    "بيتي",
    "2012",
    "jeunes",
    "70%",
    "Tayssir",
]
TYPED = [*WORDS, "protocol", "carav", "formatoin", "amal jeunes", "école 70% 2012", "amel", "MQ-", "zzz"]


def words(random_: random.Random) -> str:
    return " ".join(random_.sample(WORDS, random_.randint(1, 4)))


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[dict]:
    """Forty agreements of few words, some of them open to few, and whoever may read what of them."""
    random_ = random.Random(35)  # noqa: S311
    with django_db_blocker.unblock(), translation.override("fr"), transaction.atomic():
        above = [OrganizationFactory(name_fr=words(random_), source_language="fr") for _each in range(3)]
        bodies = [
            OrganizationFactory(
                name_fr=words(random_), source_language="fr", parent=random_.choice([None, *above])
            )
            for _each in range(8)
        ]
        people = [PersonFactory(name_fr=words(random_), source_language="fr") for _each in range(4)]
        offices = [OfficeFactory(person=each, organization=random_.choice(bodies)) for each in people]
        programme = Programme(slug="p", source_language="fr", name_fr=words(random_))
        programme.save()
        record(programme)
        contributor = UserFactory(contributor=True, organization=bodies[0])
        for _each in range(40):
            agreement = AgreementFactory(
                published=random_.random() < 0.8,
                title_en="",
                title_fr=words(random_),
                source_language="fr",
                confidentiality=random_.choice(["public", "public", "partners", "restricted"]),
                programme=random_.choice([None, None, programme]),
                place_of_signature=random_.choice(["", "Fès", words(random_)]),
                parties=random_.sample(bodies, 2),
            )
            if random_.random() < 0.6:
                CommitmentFactory(agreement=agreement, text_en="", text_fr=words(random_))
            if random_.random() < 0.4:
                StatementFactory(agreement=agreement, speaker=random_.choice(offices), text_en=words(random_))
        yield {
            "nobody": Anonymous(),
            "reader": UserFactory(),
            "contributor": contributor,
            "editor": UserFactory(editor=True),
        }
        transaction.set_rollback(True)


@pytest.fixture(params=["nobody", "reader", "contributor", "editor"])
def actor(request, registry, db, settings):
    settings.PUBLIC_READING = True
    return registry[request.param]


@pytest.fixture
def few(monkeypatch):
    """Makes a word frequent in more than three places, and forgets what was remembered of any."""

    def set_(**limits: int) -> None:
        for statement in (hits.statement, hits.entries):
            statement.cache_clear()
        said._remembered.clear()
        for name, value in limits.items():
            for module in (hits, said):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, value)

    yield set_
    set_()


def plainly(typed: str, actor) -> list[tuple[str, int]]:
    """All that is found, as the conditions of the list tell it, in order."""
    readable = Agreement.objects.visible_to(actor)
    asked = search.Asked(search._taken(asking.terms(typed), readable))
    rows = readable.filter(asked.condition).annotate(relevance=asked.relevance)
    return [(str(each.pk), each.relevance) for each in rows.order_by("-relevance", "-number")]


def best(typed: str, actor, *, limit: int = 100) -> tuple[list[tuple[str, int]], bool]:
    found, capped = search.best(typed, actor=actor, limit=limit)
    return [(each.key, each.score) for each in found], capped


class TestTheBest:
    def test_are_those_the_list_finds_in_its_order(self, actor, few):
        known = {typed: plainly(typed, actor) for typed in TYPED}
        for limits in ({}, {"MOST": 3, "FIRST_LOOK": 4}, {"MOST": 12, "FIRST_LOOK": 30}):
            few(**limits)
            for typed, found in known.items():
                for limit in (2, 100, 2):
                    assert best(typed, actor, limit=limit) == (found[:limit], False), (typed, limits)

    def test_of_a_frequent_word_are_among_its_newest_agreements(self, registry, db, few):
        few(MOST=3, CAPPED=6, FIRST_LOOK=4)
        ways = set()
        for name in ("reader", "editor"):
            for typed in [*WORDS, "Fès"]:
                everything = plainly(typed, registry[name])
                newest = sorted(everything, reverse=True)[:6]
                found, capped = best(typed, registry[name], limit=5)

                ranked = [each for each in everything if each in newest][:5]
                assert found == (ranked if capped else everything[:5]), typed
                assert not capped or len(everything) > 6
                ways.add(capped)
        assert True in ways

    def test_are_told_for_the_same_reasons(self, registry, db, few):
        actor = registry["contributor"]
        few(MOST=3, FIRST_LOOK=4)
        for typed in TYPED:
            found, _capped = search.best(typed, actor=actor, limit=5)
            asked = search.ask(typed, readable=Agreement.objects.visible_to(actor))
            agreements = Agreement.objects.filter(pk__in=[each.key for each in found])
            why = {str(key): reasons for key, reasons in search.reasons(agreements, asked).items()}

            assert {each.key: each.reasons for each in found} == why, typed
            assert all(each.reasons for each in found)

    def test_are_none_for_who_may_not_read(self, registry, db, settings):
        settings.PUBLIC_READING = False

        assert best("protocole", Anonymous()) == ([], False)


class TestTheList:
    def test_is_the_same_whether_its_keys_are_known_or_not(self, registry, db, few):
        readable = Agreement.objects.visible_to(registry["contributor"])
        for typed in TYPED:
            known = plainly(typed, registry["contributor"])
            for limits in ({}, {"MOST": 3}):
                few(**limits)
                asked = search.ask(typed, readable=readable)
                rows = readable.filter(asked.condition).annotate(relevance=asked.relevance)
                found = [(str(each.pk), each.relevance) for each in rows.order_by("-relevance", "-number")]

                assert found == known, typed


class TestPreparedStatements:
    def test_make_room_for_others(self, db, monkeypatch):
        monkeypatch.setattr(prepared, "MOST", 2)

        for number in (1, 2, 3, 1):
            assert prepared.rows(f"SELECT %(a)s::int + {number}, '%%'", {"a": 1}) == [(1 + number, "%")]

    def test_take_a_value_in_several_places_and_none(self, db):
        assert prepared.rows("SELECT %(a)s::int, %(a)s::int + %(b)s::int", {"b": 2, "a": 1}) == [(1, 3)]
        assert prepared.rows("SELECT 1", {}) == [(1,)]

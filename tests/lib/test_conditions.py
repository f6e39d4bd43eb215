"""Conditions that Django has no lookup for: held to `IN`, which says the same."""

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from lib.conditions import AskedOfEach, IsOneOf
from organizations.models import Alias, Organization
from tests.factories import AliasFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies() -> list[Organization]:
    made = [OrganizationFactory() for _each in range(3)]
    for each in made[:2]:
        AliasFactory(organization=each)
    return made


ALIASED = Alias.objects.values("organization")
NOTHING = Alias.objects.none().values("organization")


class TestIsOneOf:
    def test_finds_what_the_query_finds(self, bodies):
        found = Organization.objects.filter(IsOneOf("pk", ALIASED))

        assert {*found} == {*bodies[:2]} == {*Organization.objects.filter(pk__in=ALIASED)}

    def test_leaves_out_the_same_when_it_is_turned_round(self, bodies):
        assert [*Organization.objects.exclude(IsOneOf("pk", ALIASED))] == bodies[2:]

    def test_asks_for_nothing_where_the_query_finds_nothing(self, bodies, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert [*Organization.objects.filter(IsOneOf("pk", NOTHING))] == []
        with pytest.raises(EmptyResultSet):
            str(Organization.objects.filter(IsOneOf("pk", NOTHING)).query)

    def test_that_nothing_answers_to_leaves_everything_when_it_is_turned_round(self, bodies):
        assert {*Organization.objects.exclude(IsOneOf("pk", NOTHING))} == {*bodies}


def aliases(**of) -> QuerySet:
    return Alias.objects.filter(organization=OuterRef("pk"), **of)


class TestAskedOfEach:
    def test_finds_what_the_query_finds(self, bodies):
        assert {*Organization.objects.filter(AskedOfEach(aliases()))} == {*bodies[:2]}

    def test_leaves_out_the_same_when_it_is_turned_round(self, bodies):
        assert [*Organization.objects.filter(~AskedOfEach(aliases()))] == bodies[2:]
        assert [*Organization.objects.exclude(AskedOfEach(aliases()))] == bodies[2:]

    def test_stands_beside_others(self, bodies):
        last = Q(pk=bodies[2].pk)

        assert {*Organization.objects.filter(AskedOfEach(aliases()) | last)} == {*bodies}
        assert [*Organization.objects.filter(AskedOfEach(aliases().none()) | last)] == bodies[2:]

    def test_is_not_made_a_set(self, bodies):
        with connection.cursor() as cursor:
            for each in ("indexscan", "indexonlyscan", "bitmapscan"):  # as where very many rows are expected
                cursor.execute(f"SET LOCAL enable_{each} = off")
        told = {
            each: Organization.objects.filter(each(aliases()) | Q(slug="bayti")).explain(costs=False)
            for each in (Exists, AskedOfEach)
        }

        assert "hashed SubPlan" in told[Exists]
        assert "SubPlan" in told[AskedOfEach]
        assert "hashed" not in told[AskedOfEach]

"""Conditions that Django has no lookup for: held to `IN`, which says the same."""

import pytest
from django.core.exceptions import EmptyResultSet

from lib.conditions import IsOneOf
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

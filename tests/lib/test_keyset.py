"""Pages by key: every row once, forwards and back."""

import base64
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from audit.models import AuditEvent
from lib import keyset
from organizations.models import Organization
from tests.factories import OrganizationFactory

SOMEBODY = UUID("01a2012e-13fa-7cab-9a7b-ee615202c0e1")
pytestmark = pytest.mark.django_db


def encoded(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def walk(queryset, step: str, cursor: str = "", **options) -> list[list]:
    """The pages from `cursor` on in the direction `step`, «next» or «previous»."""
    pages = []
    while cursor is not None:
        page = keyset.page(queryset, cursor=cursor, **options)
        pages.append([row.pk for row in page.rows])
        assert len(pages) <= 20, "the walk goes in circles"
        cursor = getattr(page, step)
    return pages


class TestPages:
    @limits(max_examples=30)
    @given(st.integers(0, 9), st.integers(1, 4), st.booleans(), st.sampled_from(["pk", "id"]))
    def test_hold_every_row_once_forwards_and_back(self, count, size, descending, key):
        before = set(Organization.objects.values_list("pk", flat=True))
        rows = OrganizationFactory.create_batch(count)
        chosen = Organization.objects.exclude(pk__in=before)
        options = {"size": size, "descending": descending, "key": key}
        whole = sorted((row.pk for row in rows), reverse=descending)

        forwards = walk(chosen, "next", **options)
        assert [pk for page in forwards for pk in page] == whole
        assert all(len(page) == size for page in forwards[:-1])

        if len(forwards) > 1:
            page = keyset.page(chosen, **options)
            while page.next:
                page = keyset.page(chosen, cursor=page.next, **options)
            back = walk(chosen, "previous", page.previous, **options)
            assert [pk for each in reversed(back) for pk in each] == whole[: -len(page.rows)]

    def test_skip_and_repeat_nothing_when_rows_come_and_go_in_between(self):
        first, second, third, fourth = OrganizationFactory.create_batch(4)
        page = keyset.page(Organization.objects.all(), size=2)
        first.delete()

        rest = keyset.page(Organization.objects.all(), size=2, cursor=page.next)

        assert [row.pk for row in (*page.rows[1:], *rest.rows)] == [second.pk, third.pk, fourth.pk]

    def test_end_where_there_is_nothing_more(self):
        OrganizationFactory.create_batch(2)

        page = keyset.page(Organization.objects.all(), size=2)

        assert (page.next, page.previous) == (None, None)

    def test_cost_one_query(self, django_assert_num_queries):
        OrganizationFactory.create_batch(3)

        with django_assert_num_queries(1):
            keyset.page(Organization.objects.all(), size=2)

    def test_follow_numbers_as_well_as_ids(self):
        ids = list(AuditEvent.objects.order_by("id").values_list("pk", flat=True))

        assert [pk for page in walk(AuditEvent.objects.all(), "next", size=3, key="id") for pk in page] == ids


class TestACursor:
    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "é",
            "====",
            "MTIz",
            encoded([0]),
            encoded([0, None]),
            encoded([0, 1.5]),
            encoded([0, [1]]),
            encoded([2, str(SOMEBODY)]),
            encoded([0, "not-an-id"]),
            encoded([0, 2**31]),
            encoded([0, -(2**40)]),
            encoded({"0": 1}),
            base64.urlsafe_b64encode(b"[" * 3000).decode(),
            base64.urlsafe_b64encode(b"\xff\xfe\x00").decode(),
        ],
    )
    def test_that_nobody_gave_out_is_refused(self, cursor):
        with pytest.raises(keyset.BadCursor):
            keyset.page(Organization.objects.all(), cursor=cursor)

    def test_of_a_list_by_ids_is_refused_in_one_by_numbers(self):
        with pytest.raises(keyset.BadCursor):
            keyset.page(AuditEvent.objects.all(), key="sequence", cursor=encoded([0, str(SOMEBODY)]))

    def test_of_a_list_by_numbers_is_refused_in_one_by_ids(self):
        with pytest.raises(keyset.BadCursor):
            keyset.page(Organization.objects.all(), cursor=encoded([0, 7]))

    @given(st.text(max_size=40))
    def test_made_up_never_breaks_the_list(self, cursor):
        with suppress(keyset.BadCursor):
            keyset.page(Organization.objects.all(), cursor=cursor)


BY_CITY = keyset.Order("city", "city_or_none", type=str)


def with_cities(queryset):
    """Cities as an annotation that is NULL where none is known: repeated and missing values."""
    return queryset.annotate(city_or_none=NullIf("city", Value("")))


class TestPagesInAnOrder:
    @limits(max_examples=40)
    @given(
        st.lists(st.sampled_from(["", "Rabat", "Salé", "Fès"]), max_size=9), st.integers(1, 4), st.booleans()
    )
    def test_hold_every_row_once_forwards_and_back_the_empty_ones_last(self, cities, size, descending):
        before = set(Organization.objects.values_list("pk", flat=True))
        rows = [OrganizationFactory(city=city) for city in cities]
        chosen = with_cities(Organization.objects.exclude(pk__in=before))
        order = replace(BY_CITY, descending=descending)
        known = sorted((row for row in rows if row.city), key=lambda row: row.pk)
        known.sort(key=lambda row: row.city, reverse=descending)
        whole = [row.pk for row in known] + sorted(row.pk for row in rows if not row.city)

        forwards = walk(chosen, "next", size=size, order=order)
        assert [pk for page in forwards for pk in page] == whole

        if len(forwards) > 1:
            page = keyset.page(chosen, size=size, order=order)
            while page.next:
                page = keyset.page(chosen, cursor=page.next, size=size, order=order)
            back = walk(chosen, "previous", page.previous, size=size, order=order)
            assert [pk for each in reversed(back) for pk in each] == whole[: -len(page.rows)]

    @pytest.mark.parametrize(
        "told",
        [
            [0, str(SOMEBODY)],
            [0, str(SOMEBODY), "kind", "Rabat"],
            [0, str(SOMEBODY), "city", 7],
            [0, str(SOMEBODY), "city", "Ra\0bat"],
            [0, str(SOMEBODY), "city"],
        ],
    )
    def test_refuse_the_cursor_of_another_order(self, told):
        with pytest.raises(keyset.BadCursor):
            keyset.page(with_cities(Organization.objects.all()), order=BY_CITY, cursor=encoded(told))

    @limits(max_examples=20)
    @given(st.lists(st.sampled_from(["", "Rabat", "Salé"]), max_size=7), st.integers(1, 3), st.booleans())
    def test_are_the_same_where_something_stands_for_the_empty_ones_and_so_are_their_cursors(
        self, cities, size, descending
    ):
        before = set(Organization.objects.values_list("pk", flat=True))
        for city in cities:
            OrganizationFactory(city=city)
        chosen = with_cities(Organization.objects.exclude(pk__in=before))
        order = replace(BY_CITY, descending=descending)
        empty = "" if descending else "zzz"
        filled = replace(order, value="city_or_last", filled=True, empty=empty)
        of_filled = chosen.annotate(city_or_last=Coalesce("city_or_none", Value(empty)))
        cursor = ""

        while cursor is not None:
            page = keyset.page(chosen, cursor=cursor, size=size, order=order)
            assert keyset.page(of_filled, cursor=cursor, size=size, order=filled) == page
            if page.previous:
                back = keyset.page(chosen, cursor=page.previous, size=size, order=order)
                assert keyset.page(of_filled, cursor=page.previous, size=size, order=filled) == back
            cursor = page.next

    def test_know_days_again(self):
        assert keyset.Order("signed", "signed", type=date).read("2012-05-18") == date(2012, 5, 18)

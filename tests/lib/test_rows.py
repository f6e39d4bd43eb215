"""Rows that are written all at once are written as each alone would be, and refused as each alone would be."""

from datetime import date

import pytest
from django.db import DataError, IntegrityError, transaction

from agreements.models import Commitment, Party
from lib.claims import Basis, DateClaim
from lib.rows import insert
from tests.factories import AgreementFactory, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return AgreementFactory()


def commitment(agreement, number: int, **told) -> Commitment:
    return Commitment(agreement=agreement, number=number, position=number, kind_id="event", **told)


def test_hold_what_they_were_given(agreement):
    day = date(2026, 3, 1)
    rows = [
        commitment(
            agreement, 7, text_fr="« une » fête, 50 %", due=DateClaim("le 1er mars", day, day, Basis.STATED)
        ),
        commitment(agreement, 8, text_ar="مئة", quantity=100, unit='{children,"parents"}', due=DateClaim()),
    ]

    insert(Commitment, rows)
    record(agreement)

    there = list(Commitment.objects.filter(number__gte=7).order_by("number"))
    assert [each.pk for each in there] == [each.pk for each in rows]
    for one, other in zip(there, rows, strict=True):
        for field in Commitment._meta.concrete_fields:
            assert getattr(one, field.attname) == getattr(other, field.attname), field
    assert [each.due for each in there] == [each.due for each in rows]
    assert not any(each._state.adding for each in rows)


def test_are_refused_where_they_are_longer_than_their_column(agreement):
    with pytest.raises(DataError), transaction.atomic():
        insert(Commitment, [commitment(agreement, 7, text_en="…", place="x" * 201)])


def test_are_refused_all_for_one(agreement):
    party = agreement.parties.first()
    again = Party(agreement=agreement, position=9, organization=party.organization, role_id="party")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Party, [again])


def test_are_none_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert(Commitment, [])


def test_take_one_query_for_many(agreement, django_assert_num_queries):
    with django_assert_num_queries(1):
        insert(Commitment, [commitment(agreement, 10 + each, text_en="…") for each in range(5)])
    record(agreement)

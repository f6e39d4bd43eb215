"""The rows of the sheet of facts, asked of the dossiers that the API takes in."""

import pytest

from tests.seeds import facts, rows

pytestmark = [pytest.mark.django_db, facts.needed]


def test_every_row_of_the_sheet_is_checked():
    assert rows.FACTS.keys() == facts.rows().keys()
    assert len(rows.FACTS) == 98


@pytest.mark.parametrize("row", rows.FACTS)
def test_fact(registry, row):
    rows.FACTS[row](registry.documents[row[0]], row)


def test_the_totals_are_those_that_the_sheet_expects(registry):
    rows.totals(registry.documents)

"""Both articles entered in a browser: in few actions, nothing left over, as the sheet of facts has them."""

import pytest

from tests.seeds import facts, rows

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.drill,
    pytest.mark.xdist_group("entered"),
    facts.needed,
]

MOST_ACTIONS = {"A": 40, "B": 40}
SENTENCES = {"A": 10, "B": 6}


@pytest.mark.parametrize("row", rows.FACTS)
def test_fact(entered, row):
    rows.FACTS[row](entered.documents[row[0]], row)


def test_the_totals_are_those_that_the_sheet_expects(entered):
    rows.totals(entered.documents)


@pytest.mark.parametrize("letter", ["A", "B"])
def test_the_record_equals_the_one_of_the_facts_test(entered, of_the_api, letter):
    assert entered.documents[letter].facts() == of_the_api[letter].facts()


@pytest.mark.parametrize("letter", ["A", "B"])
def test_it_takes_few_actions(entered, letter):
    actions = entered.actions[letter]
    print(*(f"{number:3} {each}" for number, each in enumerate(actions, start=1)), sep="\n")
    assert len(actions) <= MOST_ACTIONS[letter]


@pytest.mark.parametrize("letter", ["A", "B"])
def test_every_sentence_is_accounted_for(entered, letter):
    count = SENTENCES[letter]
    assert entered.covered[letter] == f"{count} of {count} sentences accounted for"
    assert entered.checked[letter] == ["Every rule of the registry is met."]

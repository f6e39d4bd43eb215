"""A list costs the same for two rows and for two thousand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Commitment, CommitmentDebtor, Party
from audit import trail
from organizations.models import Organization
from tests.agreements.conftest import BY

pytestmark = pytest.mark.django_db

MANY = 2000


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as told:
        assert client.get(address).status_code == 200
    return len(told)


def fill(reviewer, pair: list[Organization]) -> None:
    """Two thousand published agreements with two parties and three commitments each, in one event."""
    agreements = [
        Agreement(
            number=1 + index,
            source_language="en",
            title_en=f"Agreement {index}",
            kind_id="other",
            editorial_state="published",
            reviewed_by=reviewer,
        )
        for index in range(MANY)
    ]
    Agreement.objects.bulk_create(agreements)
    parties = [
        Party(agreement=each, organization=organization, position=position)
        for each in agreements
        for position, organization in enumerate(pair, start=1)
    ]
    Party.objects.bulk_create(parties)
    commitments = [
        Commitment(agreement=each, number=number, kind_id="other", text_en=f"Do {number}")
        for each in agreements
        for number in (1, 2, 3)
    ]
    Commitment.objects.bulk_create(commitments)
    CommitmentDebtor.objects.bulk_create(
        CommitmentDebtor(commitment=each, party=parties[2 * (index // 3)])
        for index, each in enumerate(commitments)
    )
    trail.record("tests.filled", agreements[0], by=BY)


ADDRESSES = [
    "/en/agreements/",
    "/en/agreements/?q=children&kind=other",
    "/en/organizations/",
    "/en/activities/",
    "/api/v1/agreements",
    "/api/v1/agreements?expand=proof&page_size=2",
    "/api/v1/commitments",
]


@pytest.fixture
def high_numbers(db):
    """The samples get numbers above those of the many: they stay on the first page, which keeps its make-up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('agreements_number', 100000)")


def test_every_list_and_sheet_asks_the_same_number_of_queries_for_two_agreements_and_for_two_thousand(
    client, high_numbers, both, people
):
    addresses = [*ADDRESSES, both[1].get_absolute_url(), f"/api/v1/agreements/{both[1].pk}?expand=proof"]
    for address in addresses:  # what is asked once a process is not counted
        client.get(address)
    few = {address: queries(client, address) for address in addresses}

    fill(people["reviewer"], [each.organization for each in both[0].parties.all()])

    assert {address: queries(client, address) for address in addresses} == few
    assert max(few.values()) <= 60

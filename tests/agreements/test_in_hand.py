"""What is told of an agreement that was just written is what reading it from the tables would tell."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from activities import samples
from agreements import services
from agreements.models import Agreement, AgreementLink, AgreementSource
from agreements.queries import dossier, in_hand
from lib import languages
from organizations.models import Anonymous, System
from organizations.permissions import Role
from tests.agreements.conftest import bearer, empty_registry
from tests.agreements.proving import bare, commitment
from tests.agreements.test_api_writes import Caller
from tests.agreements.test_past import STEPS, History
from tests.factories import AgreementFactory, OrganizationFactory, UserFactory, record

pytestmark = pytest.mark.django_db

DAYS = (date(2015, 1, 1), date(2018, 6, 1), date(2026, 11, 22), date(2040, 1, 1))


def entered(document, by, *, on: date) -> tuple[dict, dict]:
    """What is told of `document` out of its rows when it is entered, and what the tables tell."""
    rows: dict = {}
    agreement = services.register(document, entered=rows, by=by)
    told = dossier.read(in_hand.assembled(agreement, rows, on=on), proof=True)
    return told, read(agreement, by, on=on)


def read(agreement: Agreement, by, *, on: date) -> dict:
    return dossier.read(dossier.with_proof(by, on=on).get(pk=agreement.pk), proof=True)


@pytest.mark.parametrize("language", languages.CODES)
@pytest.mark.parametrize("name", [*samples.PRESS, samples.SANDBOX])
def test_a_dossier_is_told_as_its_tables_tell_it(people, name, language):
    for day in DAYS:
        with translation.override(language), transaction.atomic():
            told, there = entered(samples.read(name), people["contributor"], on=day)
            transaction.set_rollback(True)
        assert told == there


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(each, marks=pytest.mark.drill) for each in range(2, 12))]
)
def test_a_record_that_is_moved_here_is_told_as_its_tables_tell_it(people, seed):
    history, restorer = History(seed, people), System("restorer")
    for _step in range(STEPS):
        history.step()
    document = read(history.agreement, restorer, on=DAYS[1])
    document["parties"].reverse()  # they need not come in the order of their keys
    empty_registry()

    told, there = entered(document, restorer, on=DAYS[1])

    assert told == there
    assert told["legal_state"] == document["legal_state"]


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in range(1, 8))])
def test_a_record_is_brought_as_reading_it_would_tell_it_after_any_change(people, seed):
    history, readers = History(seed, people), [*people.values(), Anonymous()]
    hidden = AgreementFactory(confidentiality="restricted", published=True)
    record_link(history.agreement, hidden)
    for _step in range(STEPS):
        history.step()
        for reader in readers:
            for proof in (True, False):
                assert list(brought(history, reader, proof=proof)) == list(
                    asked(history, reader, proof=proof)
                )


def brought(history: History, reader, *, proof: bool) -> Iterator[dict]:
    readable = Agreement.objects.visible_to(reader)
    for row in readable.filter(pk=history.id):
        yield dossier.read(in_hand.brought(row, readable=readable, on=DAYS[1], proof=proof), proof=proof)


def asked(history: History, reader, *, proof: bool) -> Iterator[dict]:
    for row in dossier.with_proof(reader, on=DAYS[1]).filter(pk=history.id):
        yield dossier.read(row, proof=proof)


def record_link(one: Agreement, other: Agreement) -> None:
    row = AgreementLink(agreement=one, to=other, kind="related")
    row.save()
    record(row)


def test_links_lead_where_they_lead(people):
    other = AgreementFactory(published=True)
    document = bare(links=[{"kind": "related", "agreement": {"id": str(other.pk)}}])

    told, there = entered(document, UserFactory(editor=True), on=DAYS[2])

    assert told == there
    assert told["links"][0]["agreement"]["label"] == other.title


def test_one_query_makes_it_ready(people, django_assert_num_queries):
    rows: dict = {}
    agreement = services.register(bare(), entered=rows, by=people["contributor"])
    del rows[AgreementSource]  # its sources cost three more

    with django_assert_num_queries(1):
        in_hand.assembled(agreement, rows, on=DAYS[2])
    with django_assert_num_queries(4):  # the organizations, with what is said of them
        dossier.read(agreement, proof=True)


class TestOverTheApi:
    """What a write takes, its token, limits, key and note of the call included."""

    MOST_TO_REGISTER, MOST_TO_CHANGE = 24, 48

    @pytest.fixture
    def editor(self, client):
        return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))

    @staticmethod
    def document(commitments: int) -> dict:
        return {
            "kind": "cooperation_agreement",
            "source_language": "en",
            "titles": {"en": "An agreement"},
            "parties": [
                {"key": key, "organization": {"id": str(OrganizationFactory().pk)}} for key in ("A", "B")
            ],
            "commitments": [commitment(key=f"c{number}") for number in range(commitments)],
        }

    def test_a_registration_takes_as_many_statements_for_many_parts_as_for_one(self, editor):
        taken = []
        for document in (self.document(1), self.document(1), self.document(9)):
            with CaptureQueriesContext(connection) as asked:
                assert editor.post("/agreements", document).status_code == 201
            taken.append(len(asked))
        assert taken[1] == taken[2] <= self.MOST_TO_REGISTER

    def test_a_change_takes_as_many_statements_for_many_parts_as_for_one(self, editor):
        taken = []
        for document in (self.document(1), self.document(9)):
            path = f"/agreements/{editor.post('/agreements', document).json()['id']}"
            etag = editor.etag(path)
            with CaptureQueriesContext(connection) as asked:
                assert editor.patch(path, {"place_of_signature": "Fez"}, etag=etag).status_code == 200
            taken.append(len(asked))
        assert taken[0] == taken[1] <= self.MOST_TO_CHANGE

"""Tables over the API: what a program takes away as a file comes in again as the same records."""

import csv
import io
import json
from zipfile import ZipFile

import openpyxl
import pytest
from django.db import transaction

from activities import samples
from agreements.models import Agreement
from exchange.imports import desk
from exchange.models import Import, State
from organizations.models import Organization
from tests.agreements.conftest import bearer, empty_registry
from tests.exchange.conftest import bring, done
from tests.exchange.test_round_trip import registry, work
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    UserFactory,
)

ROOT = "/api/v1"


def body(answer) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def office(db):
    return OrganizationFactory(name_en="The office", slug="the-office")


@pytest.fixture
def ask(client, office):
    """Calls as the administrator's system of the office, which an emptied registry knows again."""

    def get(path: str):
        Organization.objects.filter(slug="the-office").exists() or OrganizationFactory(slug="the-office")
        headers = bearer(Organization.objects.get(slug="the-office"), "administrator")
        return client.get(f"{ROOT}/{path}", headers=headers)

    return get


def held(ask) -> list[dict]:
    """All activities, without what the registry numbers anew: its versions, the rows of who was reached."""
    results = ask("activities?page_size=200").json()["results"]
    for each in results:
        each.pop("version")
        for part in (*each["counts_toward"], *each["reached"]):
            part.pop("id")
    return sorted(results, key=lambda each: each["id"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format", ["zip", "xlsx"])
def test_a_filtered_list_comes_into_an_empty_registry_as_the_same_objects(ask, format):
    registry()
    other = AgreementFactory(published=True, title_en="Not asked for")
    wanted = Agreement.objects.exclude(pk=other.pk).order_by("number")
    query = "&".join(f"only={each.code}" for each in wanted)
    file = body(ask(f"agreements?{query}&format={format}"))
    before = {each.pk: ask(f"agreements/{each.pk}?expand=proof&language=fr").json() for each in wanted}
    activities = held(ask)
    with transaction.atomic():
        empty_registry()
    owner = UserFactory(administrator=True)

    imported = bring(file, f"agreements.{format}", by=owner)
    desk.ask(imported, Import.Asked.APPLY, by=owner)
    work()

    assert imported.state() == State.APPLIED, list(imported.rows.values("faults"))
    assert not Agreement.objects.filter(pk=other.pk).exists()
    for key, document in before.items():
        after = ask(f"agreements/{key}?expand=proof&language=fr").json()
        assert plain(after) == plain(document)
    assert held(ask) == activities


def plain(document: dict) -> str:
    """A document for comparison: of what it leans on, versions count writings of this registry."""
    for member in ("organizations", "people", "programmes", "sources"):
        for each in document[member]:
            each.pop("version", None)
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True)


@pytest.mark.django_db
class TestOneTable:
    @pytest.fixture
    def registered(self, office):
        author, reviewer = UserFactory(contributor=True), UserFactory(reviewer=True)
        entered = [
            samples.enter(samples.read(name), author=author, reviewer=reviewer) for name in samples.PRESS
        ]
        FulfilmentFactory(
            activity=ActivityFactory(organizers=[office]), commitment=entered[0].commitments.first()
        )
        return entered

    @pytest.mark.parametrize(
        "resource", ["agreements", "parties", "commitments", "organizations", "people", "activities"]
    )
    def test_is_known_to_the_importer_and_changes_nothing(self, ask, registered, resource):
        table = body(ask(f"{resource}?format=csv"))
        owner = UserFactory(administrator=True)
        imported = bring(table, f"{resource}.csv", by=owner)
        if resource == "people":  # by its columns it may as well be one of organizations
            mapping = {"": imported.mapping[""] | {"table": resource}}
            desk.say(imported, mapping, mode=imported.mode, unknown="refuse", by=owner)
        imported = done(imported, by=owner)

        assert imported.mapping[""]["table"] == resource
        assert {name for name, count in imported.counts.items() if count} == {"same"}

    def test_has_the_rows_of_the_filters_alone(self, ask, registered):
        first, second = registered
        party = second.parties.get(position=1)
        found = rows(body(ask(f"commitments?debtor={party.organization_id}&format=csv")))

        assert {each["agreement"] for each in found} == {second.code}
        assert {each["debtors"] for each in found} == {party.letter}
        assert len(found) == 2
        found = rows(body(ask(f"agreements?only={first.code}&format=csv")))
        assert [each["code"] for each in found] == [first.code]

    def test_says_dates_as_claims(self, ask, registered):
        found = {each["code"]: each for each in rows(body(ask("agreements?format=csv")))}

        told = found[registered[0].code]
        assert (told["signed_as_written"], told["signed_earliest"], told["signed_basis"]) == (
            "yesterday",
            "",
            "relative",
        )

    def test_has_no_formula(self, ask, registered):
        AgreementFactory(published=True, title_en="=1+1")

        assert "'=1+1" in {each["title_en"] for each in rows(body(ask("agreements?format=csv")))}

    def test_a_workbook_has_the_tables_of_its_records_alone(self, ask, registered):
        book = openpyxl.load_workbook(io.BytesIO(body(ask("commitments?format=xlsx"))))
        assert book.sheetnames == ["about", "commitments"]
        book = openpyxl.load_workbook(io.BytesIO(body(ask("organizations?format=xlsx"))))
        assert book.sheetnames == ["about", "organizations", "other_names", "profile"]
        with ZipFile(io.BytesIO(body(ask("people?format=zip")))) as package:
            assert package.namelist() == ["people.csv", "offices.csv"]

    def test_holds_what_its_reader_may_read(self, client, settings, registered):
        settings.PUBLIC_READING = True
        hidden = AgreementFactory(published=True, confidentiality="restricted", title_en="Nobody else’s")
        CommitmentFactory(agreement=hidden, text_en="Hidden words")

        for resource in ("agreements", "parties", "commitments"):
            assert hidden.code not in body(client.get(f"{ROOT}/{resource}?format=csv")).decode()
        with ZipFile(io.BytesIO(body(client.get(f"{ROOT}/agreements?format=zip")))) as package:
            for name in package.namelist():
                told = package.read(name).decode()
                assert hidden.code not in told
                assert "Hidden words" not in told
                for party in hidden.parties.all():
                    assert party.organization.slug not in told

    def test_one_agreement_is_a_package_of_its_own(self, ask, registered):
        with ZipFile(io.BytesIO(body(ask(f"agreements/{registered[1].pk}?format=zip")))) as package:
            assert [each["code"] for each in rows(package.read("agreements.csv"))] == [registered[1].code]
            slugs = {each["slug"] for each in rows(package.read("organizations.csv"))}
        assert slugs == {each.organization.slug for each in registered[1].parties.all()} | {
            "entraide-nationale"
        }

    def test_brings_whoever_stands_above_a_party(self, ask, registered):
        above = OrganizationFactory()
        unit = OrganizationFactory(parent=above, relation="part_of")
        agreement = AgreementFactory(published=True, parties=[unit, OrganizationFactory()])

        with ZipFile(io.BytesIO(body(ask(f"agreements/{agreement.pk}?format=zip")))) as package:
            assert above.slug in {each["slug"] for each in rows(package.read("organizations.csv"))}

"""The file the registry exports is a file it imports: nothing is lost, nothing is invented, no byte differs."""

import io
from typing import IO
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from activities import samples
from activities.models import Activity
from agreements.exports.characters import printable
from agreements.models import Agreement
from exchange.exports import files
from exchange.imports import desk, reading, undo
from exchange.models import Import, State
from exchange.shapes.tables import TABLES
from lib.claims import Basis, DateClaim
from organizations.models import Organization, Person
from tests.agreements.conftest import empty_registry
from tests.exchange.conftest import bring, done
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    UserFactory,
)

FORMULAS = [
    "=1+1",
    "'=1",
    "+212 5",
    "@SUM(A1)",
    "-1+2",
    '"quoted"',
    "two\nlines",
    "'tis",
    "_x000D_",
    "a|b",
    "é ü ش",
]
TEXTS = st.one_of(
    st.sampled_from(FORMULAS),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
)


def exported(by, format: str) -> bytes:
    rows = files.rows(by, on=timezone.localdate())
    return content(files.package(rows) if format == "zip" else files.workbook(rows, language="en"))


def content(file: IO[bytes]) -> bytes:
    with file:
        return file.read()


def work() -> None:
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)


def registry() -> None:
    """Both samples with their whole proof, and records whose words a spreadsheet would like to run."""
    author, reviewer = UserFactory(contributor=True), UserFactory(reviewer=True)
    for name in samples.PRESS:
        samples.enter(samples.read(name), author=author, reviewer=reviewer)
    parent = OrganizationFactory(name_en="=cmd|'/c calc'!A1", name_ar="مركز أمان", name_fr="Centre «Âme»")
    unit = OrganizationFactory(parent=parent, relation="operated_by", name_en="'-unit\nof two lines")
    AliasFactory(organization=unit, name="@alias")
    agreement = AgreementFactory(
        parties=[parent, unit],
        title_en='+A title, with; signs | and "quotes"',
        title_fr="",
        reference="=REF/1",
        signed=DateClaim("hier", basis=Basis.RELATIVE),
        ends=DateClaim("sans terme", basis=Basis.NONE),
        amount="1250.50",
        currency="MAD",
    )
    commitment = CommitmentFactory(agreement=agreement, debtors=agreement.parties.order_by("position"))
    activity = ActivityFactory(was_held=True, organizers=[parent, unit], title_en="=Caravan")
    FulfilmentFactory(activity=activity, commitment=commitment, note="-half")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format", ["zip", "xlsx"])
class TestARegistry:
    def test_goes_out_and_comes_into_an_empty_one_without_a_byte_of_difference(self, format):
        registry()
        before = exported(UserFactory(administrator=True), format)
        with transaction.atomic():
            empty_registry()
        owner = UserFactory(administrator=True)

        imported = bring(before, f"registry.{format}", by=owner)
        desk.ask(imported, Import.Asked.CHECK, by=owner)
        work()
        assert imported.state() == State.CHECKED
        assert imported.counts["refused"] == 0, list(imported.rows.filter(verdict="refused").values("faults"))
        assert not Agreement.objects.exists()
        desk.ask(imported, Import.Asked.APPLY, by=owner)
        work()

        assert imported.state() == State.APPLIED
        assert exported(owner, format) == before

        undo.undo(imported, by=owner)
        assert imported.state() == State.UNDONE
        assert not any(model.objects.exists() for model in (Agreement, Activity, Organization, Person))

    def test_that_comes_back_unchanged_changes_nothing(self, format):
        registry()
        owner = UserFactory(administrator=True)
        versions = dict(Agreement.objects.values_list("pk", "version"))

        imported = bring(exported(owner, format), f"registry.{format}", by=owner)
        desk.ask(imported, Import.Asked.APPLY, by=owner)
        work()

        assert imported.state() == State.APPLIED
        assert {name for name, count in imported.counts.items() if count} == {"same"}
        assert dict(Agreement.objects.values_list("pk", "version")) == versions


class TestAFile:
    """What is written into a cell is read out of it, whatever it is."""

    @limits(max_examples=40)
    @given(st.lists(TEXTS, min_size=1, max_size=4))
    def test_gives_back_every_text_exactly(self, texts):
        table = TABLES["source_texts"]
        rows = [(table, ["s", str(number), text]) for number, text in enumerate(texts, 1)]
        for made, name in (
            (files.package(rows), "registry.zip"),
            (files.workbook(rows, language="en"), "registry.xlsx"),
        ):
            with made, reading.parts(made, name, {}) as parts:
                found = [row.cells[2].text for part in parts for row in part.table.rows()]
            assert found == [printable(text) for text in texts]

    def test_is_the_same_whenever_it_is_written(self):
        rows = [(TABLES["people"], ["fr", "", "Amal", "", "k"])]

        one, other = (content(files.workbook(rows, language="fr")) for _time in range(2))
        assert one == other
        assert content(files.package(rows)) == content(files.package(rows))

    def test_has_no_formula(self):
        made = content(files.package([(TABLES["people"], ["fr", "=1+1", "", "", "k"])]))

        with ZipFile(io.BytesIO(made)) as package:
            assert b"'=1+1" in package.read("people.csv")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_export_of_the_list_is_known_too_and_changes_nothing(client, language):
    author, reviewer = UserFactory(contributor=True), UserFactory(editor=True)
    agreement = AgreementFactory(title_en="One", title_fr="Un", title_ar="واحد", registered_by=author)
    client.force_login(reviewer)
    table = b"".join(client.get(f"/{language}/agreements/export.csv").streaming_content)

    imported = done(bring(table, "agreements.csv", by=reviewer), by=reviewer)

    said = imported.mapping[""]["columns"].values()
    assert {"code", "title", "title_language", "parties", "signed_as_written"} <= set(said)
    assert imported.counts == {"create": 0, "change": 0, "same": 1, "refused": 0}
    assert imported.rows.get().target_id == str(agreement.pk)

"""A file that changes records: it says what its columns say, of the one record that each row means, and no more."""

from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from activities.models import Fulfilment, Participation
from agreements.models import Agreement, AgreementIdentifier, OpenQuestion
from exchange.imports import desk, run
from exchange.models import Import
from organizations.models import Organization, ProfileClaim
from tests.exchange.conftest import bring, done
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    CitationFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OfficeFactory,
    OpenQuestionFactory,
    OrganizationFactory,
    PersonFactory,
    record,
)
from tests.hostile import package

pytestmark = pytest.mark.django_db


def entered(by, **tables: str) -> Import:
    """What became of a package of our own tables, entered row by row."""
    files = {f"{name}.csv": text for name, text in tables.items()}
    imported = bring(package(files), "registry.zip", by=by)
    return done(imported, "apply", by=by)


def made(model: type[Model], **columns) -> Model:
    """A row that no factory makes, with its event."""
    with transaction.atomic():
        row = model.objects.create(**columns)
        record(row)
    return row


def faults(imported: Import) -> list[tuple[int, str, str]]:
    """Line, header and message of every fault."""
    refused = imported.rows.filter(verdict="refused").order_by("id")
    return [(row.line, each["header"], each["message"]) for row in refused for each in row.faults]


class TestAPart:
    """A column that the file has not says nothing; a cell that is emptied says: not stated."""

    @pytest.fixture
    def claim(self):
        return made(
            ProfileClaim,
            organization=OrganizationFactory(slug="aman"),
            about="field",
            source_language="fr",
            text_fr="Ancien",
            text_ar="قديم",
            as_of="2012",
        )

    def test_keeps_what_no_column_says(self, claim, editor):
        imported = entered(editor, profile=f"organization,id,text_fr\naman,{claim.pk},Nouveau\n")

        assert imported.counts["change"] == 1, faults(imported)
        claim.refresh_from_db()
        assert (claim.text_fr, claim.text_ar, claim.as_of) == ("Nouveau", "قديم", "2012")

    def test_loses_what_an_emptied_cell_said(self, claim, editor):
        imported = entered(editor, profile=f"organization,id,text_fr,as_of\naman,{claim.pk},,\n")

        assert imported.counts["change"] == 1, faults(imported)
        claim.refresh_from_db()
        assert (claim.text_fr, claim.text_ar, claim.as_of) == ("", "قديم", "")

    def test_is_known_by_its_words_where_it_has_no_id(self, claim, editor):
        table = "organization,about,source_language,text_fr,as_of\naman,field,fr,Ancien,2013\naman,field,fr,Autre,\n"

        imported = entered(editor, profile=table)

        assert imported.counts == {"create": 1, "change": 1, "same": 0, "refused": 0}, faults(imported)
        claim.refresh_from_db()
        assert (claim.text_ar, claim.as_of) == ("قديم", "2013")

    def test_of_a_person_keeps_its_other_languages_and_its_dates(self, editor):
        office = OfficeFactory(title_fr="Directrice", title_ar="مديرة")

        entered(editor, offices=f"person,id,title_fr\n{office.person_id},{office.pk},Présidente\n")

        office.refresh_from_db()
        assert (office.title_fr, office.title_ar) == ("Présidente", "مديرة")

    def test_of_an_activity_is_changed_and_cleared_alike(self, administrator):
        agreement = AgreementFactory()
        commitment = CommitmentFactory(agreement=agreement, debtors=agreement.parties.order_by("position"))
        activity = ActivityFactory(
            was_held=True, organizers=[each.organization for each in agreement.parties.all()]
        )
        FulfilmentFactory(activity=activity, commitment=commitment, extent="whole", note="half")
        made(Participation, activity=activity, number=3)

        imported = entered(
            administrator,
            counts_toward=f"activity,agreement,commitment,note\n{activity.pk},{agreement.code},{commitment.number},\n",
            reached=f"activity,number\n{activity.pk},4\n",
        )

        assert imported.counts["change"] == 2, faults(imported)
        counted = Fulfilment.objects.get()
        assert (counted.extent, counted.note) == ("whole", "")
        assert Participation.objects.get().number == 4

    def test_that_is_a_quote_is_known_by_its_id_alone(self, administrator):
        quote = CitationFactory(note="old")
        agreement = quote.agreement

        imported = entered(administrator, citations=f"agreement,id,note\n{agreement.code},{quote.pk},\n")

        assert imported.counts["change"] == 1, faults(imported)
        quote.refresh_from_db()
        assert (quote.note, agreement.all_citations.count()) == ("", 1)

    def test_that_is_a_doubt_stays_with_its_fact_unless_that_is_emptied(self, administrator):
        agreement = AgreementFactory()
        question = OpenQuestionFactory(agreement=agreement, party=agreement.parties.first())

        entered(administrator, questions=f"agreement,id,text_en\n{agreement.code},{question.pk},Who?\n")
        assert OpenQuestion.objects.get().party == question.party

        imported = entered(
            administrator, questions=f"agreement,id,fact_kind,fact\n{agreement.code},{question.pk},,\n"
        )
        assert imported.counts["change"] == 1, faults(imported)
        assert (OpenQuestion.objects.get().party, OpenQuestion.objects.get().text_en) == (None, "Who?")

    @pytest.mark.parametrize(
        ("name", "column", "says"),
        [("questions", "text_en", "Who?"), ("without_source", "reason", "Said so.")],
    )
    def test_that_is_new_needs_no_column_it_does_not_fill(self, name, column, says, administrator):
        agreement = AgreementFactory()

        imported = entered(administrator, **{name: f"agreement,{column}\n{agreement.code},{says}\n"})

        assert imported.applied_at or faults(imported)

    def test_of_an_agreement_keeps_the_letter_by_which_others_point_at_it(self, administrator):
        agreement = AgreementFactory()
        party = agreement.parties.order_by("position").first()

        imported = entered(
            administrator,
            parties=f"agreement,letter,organization,id,name_as_written\n{agreement.code},,{party.organization.slug},{party.pk},Amane\n"
            f"{agreement.code},,{OrganizationFactory().slug},,\n",
        )

        assert imported.counts == {"create": 1, "change": 1, "same": 0, "refused": 0}, faults(imported)
        assert agreement.parties.count() == 3

    def test_that_is_a_number_elsewhere_is_added_and_never_taken_away(self, administrator):
        agreement = AgreementFactory()
        made(AgreementIdentifier, agreement=agreement, scheme="FR", value="1")

        imported = entered(administrator, agreements=f"code,identifiers\n{agreement.code},FR:2\n")

        assert set(agreement.identifiers.values_list("value", flat=True)) == {"1", "2"}
        assert "keeps the numbers" in imported.rows.get().notes[0]

    def test_stands_in_a_file_once(self, claim, editor):
        table = f"organization,id,as_of\naman,{claim.pk},2013\naman,{claim.pk},2014\n"

        imported = entered(editor, profile=table)

        assert ((3, "id", "Line 2 is the same record.")) in faults(imported)
        claim.refresh_from_db()
        assert claim.as_of == "2012"


class TestTwoRows:
    """Two rows of one file are never one record without a word."""

    HEADER = "code,reference,identifiers,source_language,kind,title_en,party_1,party_2\n"

    @pytest.fixture(autouse=True)
    def bodies(self):
        return [OrganizationFactory(name_en=name, slug=name.lower()) for name in ("Aman", "Bayti")]

    @pytest.mark.parametrize(
        ("column", "one", "other"), [("reference", "R/1,", "R/1,"), ("identifiers", ",FR:1", ",FR:1")]
    )
    def test_that_mean_one_agreement_are_refused_at_the_second(self, column, one, other, editor):
        table = self.HEADER + "".join(
            f"{key},{which},en,partnership_agreement,{title},aman,bayti\n"
            for key, which, title in (("a", one, "One"), ("", other, "Two"))
        )

        imported = bring(package({"agreements.csv": table}), "registry.zip", by=editor)
        desk.say(imported, imported.mapping, mode="valid", unknown="refuse", by=editor)
        imported = done(imported, "apply", by=editor)

        assert faults(imported) == [(3, column, "Line 2 is the same agreement.")]
        assert Agreement.objects.get().title_en == "One"

    def test_of_a_record_that_was_there_are_refused_too(self, administrator):
        agreement = AgreementFactory(reference="R/1")

        imported = entered(
            administrator, agreements=f"code,reference,title_en\n{agreement.code},R/1,One\n,R/1,Two\n"
        )

        assert faults(imported) == [(3, "reference", "Line 2 is the same agreement.")]

    def test_of_one_organization_are_refused_at_the_second(self, editor):
        imported = entered(editor, organizations="slug,name,city\naman,,Rabat\n,Aman,Fès\n")

        assert [(line, header) for line, header, _message in faults(imported)] == [(3, "slug")]

    def test_that_name_different_numbers_are_two(self, editor):
        table = self.HEADER + "".join(
            f",,FR:{number},en,partnership_agreement,T{number},aman,bayti\n" for number in (1, 2)
        )

        entered(editor, agreements=table)

        assert Agreement.objects.count() == 2


class TestAMergedRecord:
    """A row of a record that was merged into another is taken for that one, and says so."""

    def test_of_an_organization_is_found_by_its_old_address_and_id(self, editor):
        kept = OrganizationFactory(slug="kept", name_en="Kept")
        merged = OrganizationFactory(slug="merged", name_en="Merged", merged_into=kept)

        for table in ("slug,city\nmerged,Rabat\n", f"id,city\n{merged.pk},Fès\n"):
            imported = entered(editor, organizations=table)
            (row,) = imported.rows.all()
            assert (row.verdict, row.target_id) == ("change", str(kept.pk)), row.faults
            assert "was merged into “Kept”" in row.notes[0]

        kept.refresh_from_db()
        merged.refresh_from_db()
        assert (kept.slug, kept.city, merged.city) == ("kept", "Fès", "")

    def test_of_a_person_is_found_by_its_old_id(self, editor):
        kept = PersonFactory(name_fr="Amal")
        merged = PersonFactory(name_fr="Amale", merged_into=kept)

        imported = entered(editor, people=f"id,name_ar\n{merged.pk},أمل\n")

        (row,) = imported.rows.all()
        assert (row.verdict, row.target_id) == ("change", str(kept.pk)), row.faults
        kept.refresh_from_db()
        assert kept.name_ar == "أمل"

    def test_and_the_one_it_was_merged_into_are_one_record(self, editor):
        kept = OrganizationFactory(slug="kept")
        OrganizationFactory(slug="merged", merged_into=kept)

        imported = entered(editor, organizations="slug,city\nkept,Rabat\nmerged,Fès\n")

        assert [(line, header) for line, header, _message in faults(imported)] == [(3, "slug")]


class TestARefusal:
    def test_of_any_kind_is_told_at_its_row(self, administrator):
        agreement = AgreementFactory()
        refusal = ValidationError({"reference": ["Not so."]})

        with patch("exchange.imports.agreements.services.revise", side_effect=refusal):
            imported = entered(administrator, agreements=f"code,title_en\n{agreement.code},New\n")

        assert faults(imported) == [(2, "reference", "Not so.")]

    def test_names_nobody_as_like_the_new_one_but_others(self, editor):
        OrganizationFactory(name_en="Centre Aman", slug="centre-aman")

        imported = entered(editor, organizations="slug,source_language,name_en\nx,en,Zellige\ny,en,Aman\n")

        alone, like = imported.rows.order_by("id")
        assert alone.notes == []
        assert ["centre-aman" in each for each in like.notes] == [True]
        assert not any("(y)" in each for each in like.notes)


class TestACheck:
    """What a word of the file means is asked of the registry once, however many rows say it."""

    def cost(self, rows: int, by) -> int:
        table = "code,kind,source_language,title_en,party_1,party_2,programme\n"
        table += "".join(f"a{n},marriage,en,T,Aman,Bayt,Forum\n" for n in range(rows))
        imported = bring(package({"agreements.csv": table}), "registry.zip", by=by)
        desk.ask(imported, "check", by=by)
        imported = Import.objects.select_related("asked_by").get(pk=imported.pk)
        with CaptureQueriesContext(connection) as queries:
            imported = run.run(imported)
        assert imported.counts["refused"] == rows
        return len(queries)

    def test_costs_the_same_for_two_rows_and_for_many(self, editor):
        OrganizationFactory(name_en="Aman", slug="aman-rabat")
        self.cost(1, editor)

        assert self.cost(2, editor) == self.cost(20, editor)

    def test_knows_an_organization_from_the_row_that_enters_it(self, editor):
        table = "code,kind,source_language,title_en,party_1,party_2\n"
        table += "".join(f"a{n},partnership_agreement,en,T{n},Aman,Bayt\n" for n in range(2))
        imported = bring(package({"agreements.csv": table}), "registry.zip", by=editor)
        desk.say(imported, imported.mapping, mode="all", unknown="enter", by=editor)

        done(imported, "apply", by=editor)

        assert Organization.objects.filter(name_en__in=["Aman", "Bayt"]).count() == 2
        assert Agreement.objects.count() == 2


def test_other_names_keep_their_language_where_only_the_kind_is_told(editor):
    alias = AliasFactory(organization=OrganizationFactory(slug="aman"), name="Amane", language="fr")

    imported = entered(editor, other_names=f"organization,id,kind\naman,{alias.pk},former\n")

    assert imported.counts["change"] == 1, faults(imported)
    alias.refresh_from_db()
    assert (alias.name, alias.language, alias.kind) == ("Amane", "fr", "former")

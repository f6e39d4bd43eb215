"""A table on its way in: understood, mapped, checked, entered as a whole, taken back as a whole."""

import json
from unittest.mock import patch

import pytest
from django.conf import settings

from agreements.models import Agreement, Draft
from agreements.services import drafting
from audit.models import AuditEvent
from exchange.imports import desk, reading, undo
from exchange.models import Import, ImportRow, KnownHeader, State
from lib.problems import Refused
from organizations import services as organization_services
from organizations.models import Organization
from tests.exchange.conftest import bring, done
from tests.factories import AgreementFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

MESSY = settings.BASE_DIR.parent / "shared" / "corpora" / "messy"
EXPECTED = sorted(MESSY.glob("*.expected.json"))
TABLE = """Numéro;Type de convention;Langue;Intitulé;Partie 1;Partie 2;Date de signature;Montant;Devise
a1;accord de coopération;fr;Enfance;Aman;Bayti;18 mai 2012;1 250,50;MAD
a2;partnership_agreement;fr;Jeunesse;Aman;Al Amal;avant 2015;;
"""


@pytest.fixture
def bodies():
    return [OrganizationFactory(name_en=name, slug=name.lower()) for name in ("Aman", "Bayti")]


def rows(imported, verdict="") -> list[ImportRow]:
    found = imported.rows.order_by("id")
    return list(found.filter(verdict=verdict) if verdict else found)


class TestATable:
    def test_of_a_stranger_is_understood_by_its_header(self, editor):
        imported = bring(TABLE, "conventions.csv", by=editor)

        assert (imported.found[0]["encoding"], imported.found[0]["delimiter"]) == ("utf-8", ";")
        assert imported.mapping[""]["table"] == "agreements"
        assert list(imported.mapping[""]["columns"].values()) == [
            "code", "kind", "source_language", "title_fr", "party_1", "party_2", "signed_as_written",
            "amount", "currency",
        ]  # fmt: skip

    def test_shows_for_each_row_what_would_be_and_every_fault_at_its_cell(self, editor, bodies):
        wrong = TABLE.replace("avant 2015", "31/02/2012").replace("partnership_agreement", "marriage")

        imported = done(bring(wrong, "conventions.csv", by=editor), by=editor)

        right, refused = rows(imported)
        assert (right.line, right.verdict, right.title) == (2, "create", "Enfance")
        assert (refused.line, refused.verdict) == (3, "refused")
        told = {(each["column"], each["header"]) for each in refused.faults}
        assert told == {("B", "Type de convention"), ("F", "Partie 2"), ("G", "Date de signature")}
        assert all(each["message"] for each in refused.faults)
        assert not Agreement.objects.exists()

    def test_enters_all_or_nothing(self, editor, bodies):
        imported = done(bring(TABLE, "conventions.csv", by=editor), "apply", by=editor)

        assert imported.counts == {"create": 1, "change": 0, "same": 0, "refused": 1}
        assert imported.state() == State.CHECKED
        assert not Agreement.objects.exists()

    def test_enters_the_rows_that_are_right_where_that_is_chosen(self, editor, bodies):
        imported = bring(TABLE, "conventions.csv", by=editor)
        desk.say(imported, imported.mapping, mode="valid", unknown="refuse", by=editor)

        imported = done(imported, "apply", by=editor)

        assert imported.state() == State.APPLIED
        entered = Agreement.objects.get()
        assert (entered.title_fr, str(entered.amount), entered.signed.text) == (
            "Enfance",
            "1250.50",
            "18 mai 2012",
        )
        assert entered.ends.basis == "not_stated"
        assert entered.registered_by == editor
        assert AuditEvent.objects.filter(verb="import.applied", target_id=str(imported.pk)).exists()

    def test_brings_unknown_organizations_only_where_that_is_chosen(self, editor, bodies):
        imported = bring(TABLE, "conventions.csv", by=editor)
        desk.say(imported, imported.mapping, mode="all", unknown="enter", by=editor)

        imported = done(imported, "apply", by=editor)

        assert imported.counts["create"] == 2
        assert Organization.objects.get(name_fr="Al Amal").slug == "al-amal"
        assert any("Al Amal" in note for row in rows(imported) for note in row.notes)

    def test_of_organizations_tells_those_that_several_are_called_so(self, editor):
        twins = [OrganizationFactory(name_en="Amal", slug=slug) for slug in ("amal-rabat", "amal-fes")]

        imported = done(bring("name,city\nAMAL,Rabat\n", "list.csv", by=editor), by=editor)

        assert imported.mapping[""]["table"] == "organizations"
        fault = rows(imported)[0].faults[0]
        assert all(each.slug in fault["hint"] for each in twins)

    def test_changes_a_record_it_names_and_nothing_it_does_not(self, administrator):
        agreement = AgreementFactory(title_en="Old", place_of_signature="Rabat")

        imported = done(
            bring(f"code,title_en\n{agreement.code},New\n", "list.csv", by=administrator),
            "apply",
            by=administrator,
        )

        (row,) = rows(imported)
        assert row.changes == [
            {"name": "title_en", "before": "Old", "after": "New"},
            {"name": "version", "before": "1", "after": "2"},
        ]
        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.place_of_signature) == ("New", "Rabat")
        assert agreement.parties.count() == 2

    def test_written_from_an_older_version_is_refused(self, administrator):
        agreement = AgreementFactory(version=3)

        imported = done(
            bring(f"code,version,title_en\n{agreement.code},2,New\n", "list.csv", by=administrator),
            by=administrator,
        )

        assert [each["header"] for each in rows(imported)[0].faults] == ["version"]

    def test_with_a_header_met_before_is_known(self, editor):
        imported = bring("Quoi;Où\nFête;Fès\n", "list.csv", by=editor)
        mapping = {"": {"table": "activities", "columns": {"1": "title_fr", "2": "place"}, "constants": {}}}
        desk.say(imported, mapping, mode="all", unknown="refuse", by=editor)

        again = bring("QUOI;OU\nForum;Rabat\n", "other.csv", by=editor)

        assert KnownHeader.objects.get().organization == editor.organization
        assert again.mapping[""]["table"] == "activities"
        assert again.mapping[""]["columns"] == {"1": "title_fr", "2": "place"}

    def test_of_a_reader_is_refused(self, db):
        with pytest.raises(Exception, match="may not"):
            bring(TABLE, "conventions.csv", by=UserFactory())

    def test_of_organizations_is_refused_row_by_row_to_a_contributor(self):
        contributor = UserFactory(contributor=True)

        imported = done(
            bring("slug,source_language,name_en\nnew,en,New\n", "o.csv", by=contributor), by=contributor
        )

        assert imported.counts["refused"] == 1


@pytest.mark.drill
@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_messy_files_are_read_as_they_are(path, editor):
    expected = json.loads(path.read_text())
    content = (MESSY / expected["file"]).read_bytes()

    imported = bring(content, expected["file"], by=editor)
    part = imported.found[0]
    assert part["encoding"] == expected["encoding"]
    assert part["delimiter"] == (expected["delimiter"] or "")
    assert part["header"][1] == expected["header_line"]

    columns = {str(number): "" for number, _letter, _name in part["columns"]}
    first = next(iter(imported.mapping[""]["columns"].values()), "")
    mapping = {"": {"table": "agreements", "columns": columns | {"1": first or "title"}, "constants": {}}}
    desk.say(imported, mapping, mode="all", unknown="refuse", by=editor)
    imported = done(imported, by=editor)
    assert imported.state() == State.CHECKED, imported.fault
    if expected["data_rows"] is not None:
        assert sum(not each.notes for each in rows(imported)) == expected["data_rows"]
    assert not Agreement.objects.exists()


class TestTooMuch:
    def test_is_told_before_anything_is_entered(self, editor):
        content = b"name\n" + b"x\n" * 1_000_000
        imported = done(bring(content, "list.csv", by=editor), by=editor)

        assert imported.state() == State.FAILED
        assert str(reading.ROWS) in imported.fault

    def test_of_one_file_is_refused_at_the_door(self, editor):
        with pytest.raises(Refused) as refused, patch("lib.uploads.LARGEST", 10):
            bring(TABLE, "list.csv", by=editor)

        assert refused.value.faults[0].code == "too_large"


class TestTakingBack:
    def applied(self, by) -> Import:
        imported = bring(TABLE, "conventions.csv", by=by)
        desk.say(imported, imported.mapping, mode="all", unknown="enter", by=by)
        return done(imported, "apply", by=by)

    def test_leaves_the_registry_as_it_was(self, editor, bodies):
        imported = self.applied(editor)
        assert Agreement.objects.count() == 2

        undo.undo(imported, by=editor)

        assert imported.state() == State.UNDONE
        assert not Agreement.objects.exists()
        assert set(Organization.objects.values_list("slug", flat=True)) == {"aman", "bayti", "the-office"}
        assert AuditEvent.objects.filter(verb="import.undone").exists()

    def test_puts_back_what_was_changed(self, administrator):
        agreement = AgreementFactory(title_en="Old")
        imported = done(
            bring(f"code,title_en\n{agreement.code},New\n", "list.csv", by=administrator),
            "apply",
            by=administrator,
        )

        undo.undo(imported, by=administrator)

        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.version) == ("Old", 3)

    def test_does_nothing_where_somebody_has_changed_a_record_since(self, editor, bodies):
        imported = self.applied(editor)
        body = Organization.objects.get(slug="al-amal")
        body.city = "Rabat"
        organization_services.store(body, by=editor)

        with pytest.raises(Refused) as refused:
            undo.undo(imported, by=editor)

        assert ["Al Amal" in each.message for each in refused.value.faults] == [True]
        assert Agreement.objects.count() == 2
        assert imported.state() == State.APPLIED

    def test_is_for_whoever_entered_it_and_for_editors(self, bodies):
        owner = UserFactory(contributor=True)
        imported = self.applied(owner)

        with pytest.raises(Exception, match="may not"):
            undo.undo(imported, by=UserFactory(contributor=True))

        undo.undo(imported, by=owner)
        assert not Agreement.objects.exists()


class TestAPublishedRecord:
    def brought(self, agreement, by) -> Import:
        content = f"code,title_en\n{agreement.code},New\n"
        return done(bring(content, "list.csv", by=by), "apply", by=by)

    def test_reads_as_before_until_somebody_else_approves(self, administrator):
        agreement = AgreementFactory(published=True, title_en="Old")

        imported = self.brought(agreement, administrator)

        (row,) = rows(imported)
        assert (row.verdict, "approve" in " ".join(row.notes)) == ("change", True)
        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.version) == ("Old", 1)
        (change,) = Draft.objects.in_review()
        with pytest.raises(Refused):
            drafting.approve(change.pk, by=administrator)
        drafting.approve(change.pk, by=UserFactory(reviewer=True))
        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.version) == ("New", 2)

    def test_waits_for_nobody_where_the_row_says_what_it_says(self, administrator):
        agreement = AgreementFactory(published=True, title_en="New")

        imported = self.brought(agreement, administrator)

        assert [each.verdict for each in rows(imported)] == ["same"]
        assert not Draft.objects.exists()

    def test_is_checked_without_a_change_being_submitted(self, administrator):
        agreement = AgreementFactory(published=True, title_en="Old")

        imported = done(
            bring(f"code,title_en\n{agreement.code},New\n", "l.csv", by=administrator), by=administrator
        )

        assert [each.verdict for each in rows(imported)] == ["change"]
        assert not Draft.objects.exists()

    def test_is_left_alone_when_the_import_is_taken_back(self, administrator):
        agreement = AgreementFactory(published=True, title_en="Old")
        imported = self.brought(agreement, administrator)

        undo.undo(imported, by=administrator)

        assert not Draft.objects.open().exists()
        agreement.refresh_from_db()
        assert agreement.version == 1

    def test_is_not_taken_back_once_the_change_is_approved(self, administrator):
        agreement = AgreementFactory(published=True, title_en="Old")
        imported = self.brought(agreement, administrator)
        drafting.approve(Draft.objects.get().pk, by=UserFactory(reviewer=True))

        with pytest.raises(Refused, match="changed since"):
            undo.undo(imported, by=administrator)

    def test_that_somebody_is_changing_is_refused_at_its_row(self, administrator):
        agreement = AgreementFactory(published=True, title_en="Old")
        self.brought(agreement, administrator)

        imported = self.brought(agreement, administrator)

        (row,) = rows(imported)
        assert row.verdict == "refused"
        assert "changing this record already" in row.faults[0]["message"]


class TestWhoSeesIt:
    def test_colleagues_do_and_others_do_not(self, editor, client):
        imported = bring(TABLE, "conventions.csv", by=editor)
        colleague = UserFactory(contributor=True, organization=editor.organization)
        stranger = UserFactory(contributor=True, organization=OrganizationFactory())

        for user, status in ((colleague, 200), (stranger, 404), (UserFactory(), 403)):
            client.force_login(user)
            assert client.get(f"/en/exchange/{imported.pk}/").status_code == status

    def test_nobody_asks_for_what_is_not_theirs(self, editor, client):
        imported = bring(TABLE, "conventions.csv", by=editor)
        client.force_login(UserFactory(contributor=True))

        for each in ("ask", "read", "undo"):
            assert client.post(f"/en/exchange/{imported.pk}/{each}/", {"what": "apply"}).status_code == 404

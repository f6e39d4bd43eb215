"""What people do with an import: read it otherwise, ask again, look at the rows, take it back for somebody else."""

from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, Draft
from agreements.services import drafting
from exchange.forms import ReadingForm
from exchange.imports import desk, run, undo
from exchange.models import Import, State
from lib.problems import Refused
from lib.tables import Unreadable
from tests.exchange.conftest import bring, done
from tests.factories import AgreementFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

TABLE = "List of 2012,\nslug,name_en\nbody,Body\n"


def fresh(imported: Import) -> Import:
    return Import.objects.get(pk=imported.pk)


class TestReadingOtherwise:
    def read(self, imported: Import, by, **choices) -> Import:
        """What the form on the page sends when only `choices` are changed in it."""
        form = ReadingForm(imported)
        told = {name: form[name].initial for name in form.fields} | choices
        form = ReadingForm(imported, {name: value for name, value in told.items() if value is not None})
        assert form.is_valid()
        return desk.read_otherwise(imported, form.options(), by=by)

    def test_keeps_the_row_of_the_header_that_was_chosen(self, editor):
        imported = bring("a;b\n1;2\nslug;name_en\nbody;Body\n", "list.csv", by=editor)
        self.read(imported, editor, first=3, last=3)

        self.read(imported, editor, encoding="cp1252")

        assert imported.options["header"] == imported.found[0]["header"] == [3, 3]

    def test_finds_the_header_anew_where_it_is_left_empty(self, editor):
        imported = bring("a;b\n1;2\nslug;name_en\nbody;Body\n", "list.csv", by=editor)
        self.read(imported, editor, first=3, last=3)

        self.read(imported, editor, first="", last="")

        assert "header" not in imported.options


class TestAPageThatHasGrownOld:
    """What it does not show stays as others have set it."""

    def test_changes_nothing_that_it_does_not_say(self, editor):
        imported = bring(TABLE, "list.csv", by=editor)
        old = fresh(imported)
        desk.say(imported, imported.mapping, mode="valid", unknown="enter", by=editor)

        desk.ask(old, "check", by=editor)

        assert (fresh(old).mode, old.mode, fresh(old).options["unknown"]) == ("valid", "valid", "enter")

    def test_does_not_say_what_the_columns_of_another_header_are(self, editor):
        imported = bring("a;b\n1;2\nslug;name_en\nbody;Body\n", "list.csv", by=editor)
        old = fresh(imported)
        desk.read_otherwise(imported, {"header": [3, 3]}, by=editor)

        with pytest.raises(Refused, match="read otherwise by now"):
            desk.say(old, old.mapping, mode="valid", unknown="refuse", by=editor)

    def test_does_not_fail_what_was_asked_for_since(self, editor):
        imported = bring(TABLE, "list.csv", by=editor)
        desk.ask(imported, "check", by=editor)
        old = fresh(imported)
        desk.ask(imported, "check", by=editor)

        run._failed(old, "Broken.")

        assert (fresh(imported).fault, fresh(imported).ended_at) == ("", None)


def test_a_run_that_fails_shows_nothing_of_the_check_before_it(editor):
    imported = done(bring("slug,source_language,name_en\nbody,en,Body\n", "list.csv", by=editor), by=editor)
    assert imported.rows.exists()

    with patch("exchange.imports.run.reading.parts", side_effect=Unreadable("damaged", "Damaged.")):
        imported = done(imported, by=editor)

    assert fresh(imported).state() == State.FAILED
    assert (fresh(imported).counts, imported.rows.count()) == ({}, 0)


class TestTheList:
    def test_costs_the_same_however_many_imports_are_under_way(self, editor, client):
        client.force_login(editor)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/en/exchange/").status_code == 200
            return len(queries)

        for _time in range(2):
            done(bring(TABLE, "list.csv", by=editor), by=editor)
        before = cost()
        for _time in range(3):
            desk.ask(bring(TABLE, "list.csv", by=editor), "check", by=editor)

        assert cost() == before

    def test_tells_how_far_each_is(self, editor, client):
        client.force_login(editor)
        waiting, checked = (bring(TABLE, name, by=editor) for name in ("one.csv", "two.csv"))
        desk.ask(waiting, "check", by=editor)
        done(checked, by=editor)

        listed = {each.name: state for each, state in client.get("/en/exchange/").context["imports"]}

        assert listed == {"one.csv": State.WAITING, "two.csv": State.CHECKED}


class TestARowAboutAClosedRecord:
    """A colleague sees the import of another, not what it tells of a record that they may not read."""

    @pytest.fixture
    def office(self):
        return OrganizationFactory()

    @pytest.fixture
    def owner(self, office):
        return UserFactory(administrator=True, organization=office)

    @pytest.fixture
    def colleague(self, office):
        return UserFactory(contributor=True, organization=office)

    @pytest.fixture
    def closed(self):
        return AgreementFactory(title_en="Secret", confidentiality=Agreement.Confidentiality.RESTRICTED)

    def pages(self, client, user, imported) -> str:
        client.force_login(user)
        addresses = (f"/en/exchange/{imported.pk}/", f"/en/exchange/{imported.pk}/faults.csv")
        return "".join(client.get(each).content.decode() for each in addresses)

    def test_is_not_told(self, owner, colleague, closed, client):
        table = f"code,place_of_signature\n{closed.code},Fès\n"
        imported = bring(table, "list.csv", by=owner)
        Agreement.objects.filter(pk=closed.pk).update(place_of_signature="Tafraout")
        imported = done(imported, by=owner)
        assert imported.counts["change"] == 1

        assert "Tafraout" in self.pages(client, owner, imported)
        seen = self.pages(client, colleague, imported)
        assert "Tafraout" not in seen
        assert "a record that you may not read" in seen

    def test_is_not_told_where_it_was_refused(self, owner, colleague, closed, client):
        imported = done(bring(f"code,version\n{closed.code},98765\n", "list.csv", by=owner), by=owner)
        assert imported.counts["refused"] == 1

        assert "is at version" in self.pages(client, owner, imported)
        assert "is at version" not in self.pages(client, colleague, imported)

    def test_is_not_named_where_it_stands_in_the_way(self, owner, colleague, closed, client):
        imported, _later = (
            done(
                bring(f"code,place_of_signature\n{closed.code},{place}\n", "l.csv", by=owner),
                "apply",
                by=owner,
            )
            for place in ("Fès", "Rabat")
        )
        address = f"/en/exchange/{imported.pk}/undo/"
        client.force_login(owner)
        assert "Secret" in client.get(address).content.decode()

        client.force_login(colleague)
        assert "Secret" not in client.get(address).content.decode()

    def test_is_not_named_where_a_change_of_it_waits(self, owner, colleague, client):
        closed = AgreementFactory(published=True, title_en="Secret", confidentiality="restricted")
        imported = done(bring(f"code,title_en\n{closed.code},Hidden\n", "l.csv", by=owner), "apply", by=owner)
        client.force_login(colleague)

        assert "Secret" not in client.get(f"/en/exchange/{imported.pk}/undo/").content.decode()


class TestTakingBackWhatSomebodyElseProposed:
    @pytest.fixture
    def office(self):
        return OrganizationFactory()

    @pytest.fixture
    def imported(self, office):
        owner = UserFactory(contributor=True, organization=office, name="Amal")
        agreement = AgreementFactory(published=True, title_en="Old")
        table = f"code,title_en\n{agreement.code},New\n"
        return done(bring(table, "list.csv", by=owner), "apply", by=owner)

    def test_an_editor_is_told_who_can(self, imported, office, client):
        editor = UserFactory(editor=True, organization=office)
        client.force_login(editor)

        page = client.get(f"/en/exchange/{imported.pk}/undo/").content.decode()

        assert "Amal, who submitted it, can take the import back" in page
        with pytest.raises(Refused, match="waits for approval"):
            undo.undo(imported, by=editor)
        assert Draft.objects.in_review().count() == 1

    def test_a_reviewer_sends_it_back(self, imported, office, client):
        client.force_login(UserFactory(reviewer=True, organization=office))
        address = f"/en/exchange/{imported.pk}/undo/"
        assert "not asked for any more" in client.get(address).content.decode()

        assert client.post(address).status_code == 302

        assert fresh(imported).state() == State.UNDONE
        assert not Draft.objects.in_review().exists()
        assert Draft.objects.open().count() == 1, "its author still has it"

    def test_is_no_question_once_it_was_sent_back(self, imported, office):
        drafting.send_back(Draft.objects.get().pk, reason="Not so.", by=UserFactory(reviewer=True))

        undo.undo(imported, by=UserFactory(editor=True, organization=office))

        assert imported.state() == State.UNDONE

    def test_is_refused_where_it_was_submitted_anew(self, imported, office):
        draft = Draft.objects.get()
        drafting.call_back(draft.pk, by=draft.owner)
        drafting.submit(draft.pk, reason="Again.", by=draft.owner)

        with pytest.raises(Refused, match="changed since"):
            undo.undo(imported, by=draft.owner)

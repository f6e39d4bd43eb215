"""Very many agreements out of one file: as an import of some enters them, all or nothing, told and sealed."""

import random
from collections import Counter
from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from agreements.models import Agreement, Party, TextEntry
from agreements.queries import dossier
from agreements.services.intake import kept_facts
from agreements.shapes import DossierShape
from audit import verification
from audit.models import AuditEvent, RowVersion
from exchange.imports import desk, undo
from exchange.imports.bulk import run, told
from exchange.models import Import, ImportRow
from lib.problems import Refused
from organizations.models import Organization
from tests.exchange.conftest import bring, done
from tests.factories import AgreementFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

HEADER = (
    "Numéro;Référence;Identifiers;Type de convention;Langue;Intitulé;العنوان;Partie 1;Partie 2;Date de signature;"
    "Date de fin;Montant;Devise;Lieu de signature;Bénéficiaires;Thèmes;renewal;notice_days;confidentiality"
)
ROW = {
    "Type de convention": "cooperation_agreement",
    "Langue": "fr",
    "Intitulé": "Enfance",
    "Partie 1": "Aman",
    "Partie 2": "Bayti",
}
# What people write into a cell, right and wrong. The bulk must read, keep and refuse all of it as the import does.
SAID = {
    "Numéro": ("", "", "a1", "a2", "MQ-9999", "'=1+1", "1,23E+15"),
    "Référence": ("", "", "CV/1", "CV/2", " CV/3 ", "x" * 121, "tab\there"),
    "Identifiers": ("", "", "ICE:1", "FR-34:2012-45 | ICE:7", "ICE:1 | ICE:1", "nowhere", "ICE:" + "9" * 201),
    "Type de convention": ("cooperation_agreement", "accord de coopération", "mariage", ""),
    "Langue": ("fr", "ar", "français", "de", ""),
    "Intitulé": ("Enfance", "Back\\slash", "Deux\n\\.\nlignes", "Deux; points", "x" * 501, "", "  Bords  ", "\x07bell"),
    "العنوان": ("", "الطفولة", "ا" * 501),
    "Partie 1": ("Aman", "AMAN", "aman", "Inconnu", ""),
    "Partie 2": ("Bayti", "Aman", "Nulle part", "ICE:12", "x" * 301, ""),
    "Date de signature": (
        "", "18 mai 2012", "avant 2015", "31/02/2012", "mai 2012", "hier", "non précisée", "12 رمضان 1440",
        "5/6/2020", "n'importe quoi",
    ),
    "Date de fin": ("", "2030", "indéterminée", "trois ans après la signature", "2012-13-01"),
    "Montant": ("", "1 250,50", "-5", "1.234,567", "beaucoup", "-", "500 DH", "9" * 17),
    "Devise": ("", "MAD", "mad", "EURO"),
    "Lieu de signature": ("", "Rabat", "x" * 201, "Rabat "),
    "Bénéficiaires": ("", "enfants | jeunes", "النساء", "g" * 401),
    "Thèmes": ("", "education", "culture | rien"),
    "renewal": ("", "automatic", "sometimes"),
    "notice_days": ("", "90", "-1", "40000", "1.5"),
    "confidentiality": ("", "public", "partners", "secret"),
}  # fmt: skip


@pytest.fixture
def bodies():
    return [OrganizationFactory(name_en=name, slug=name.lower()) for name in ("Aman", "Bayti")]


def table(*rows: dict[str, str]) -> str:
    names = HEADER.split(";")
    quoted = ('"' + row.get(name, "").replace('"', '""') + '"' for row in rows for name in names)
    cells = list(quoted)
    lines = [";".join(cells[start : start + len(names)]) for start in range(0, len(cells), len(names))]
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.fixture
def bulk(tmp_path):
    """Bring a table in bulk: the outcome, with its faults."""

    def brought(text: str, *, by, **options) -> run.Outcome:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        found = []
        outcome = run.bring(
            path,
            by=by,
            **{"columns": {}, "constants": {}, **options},
            report=found.extend,
            say=lambda _doing, _more: None,
        )
        outcome.found = found
        return outcome

    return brought


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def registry() -> dict:
    """What the registry says of its agreements, without what differs from one day or key to the next."""
    rows = dossier.with_facts(
        Agreement.objects.order_by("number"), on=timezone.localdate(), readable=Agreement.objects.all()
    )
    whole = [without_keys(dossier.read(each, proof=True)) for each in dossier.with_citations(rows)]
    return {
        "dossiers": whole,
        "events": [
            (each.verb, each.actor, each.actor_id, each.organization_id, facts_of(each))
            for each in AuditEvent.objects.filter(verb="agreement.registered").order_by("id")
        ],
        "entries": Counter(
            TextEntry.objects.exclude(fact="code").values_list("fact", "language", "words", "named")
        ),
        "versions": Counter(RowVersion.objects.values_list("table_name", "gone")),
    }


def facts_of(event: AuditEvent) -> dict:
    return event.changes["dossier"]


def keyless(changes: dict) -> list[tuple[bool, str]]:
    parties = changes["new"]["parties"]
    return [(each["organization"].startswith("organization:"), each["name_as_written"]) for each in parties]


def without_keys(told):
    if isinstance(told, dict):
        return {
            name: without_keys(value)
            for name, value in told.items()
            if name not in {"id", "url", "code", "number"}
        }
    return [without_keys(each) for each in told] if isinstance(told, list) else told


def refused(imported: Import) -> list[tuple]:
    """What an import of some rows says of those that it refuses."""
    rows = imported.rows.filter(verdict=ImportRow.Verdict.REFUSED).order_by("line")
    return sorted(
        (row.line, each["column"], each["header"], each["message"], each["hint"])
        for row in rows
        for each in row.faults
    )


class TestAsAnImportOfSomeRows:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_every_fault_is_told_in_the_same_words_at_the_same_cell(self, bulk, bodies, seed, language):
        editor = UserFactory(editor=True)
        dice = random.Random(seed)  # noqa: S311
        rows = []
        for _number in range(40):
            row = dict(ROW)
            for name in dice.sample(sorted(SAID), 4):
                row[name] = dice.choice(SAID[name])
            rows.append(row)
        # The keys and numbers of rows are another matter: which rows they refuse hangs on which are entered.
        for row in rows:
            row |= {
                "Numéro": "",
                "Référence": row.get("Référence", "") if len(row.get("Référence", "")) > 99 else "",
            }
            row["Identifiers"] = (
                "" if row.get("Identifiers", "").startswith(("ICE:1", "FR")) else row.get("Identifiers", "")
            )
        with translation.override(language):
            with taken_back():
                imported = bring(table(*rows), "table.csv", by=editor)
                expected = refused(done(imported, by=editor))

            outcome = bulk(table(*rows), by=editor, check=True)

        assert sorted(outcome.found) == expected
        assert expected
        assert not Agreement.objects.exists()

    @pytest.mark.parametrize("seed", range(3))
    def test_the_same_records_events_entries_and_versions_are_made(self, bulk, bodies, seed):
        editor = UserFactory(editor=True, organization=bodies[0])
        dice = random.Random(seed)  # noqa: S311
        rows = []
        for number in range(30):
            row = {**ROW, "Intitulé": f"Enfance {number}"}
            for name in dice.sample(sorted(SAID), 4):
                row[name] = dice.choice(SAID[name][:4])
            rows.append(row)
        text = table(*rows)
        with taken_back():
            imported = bring(text, "table.csv", by=editor)
            desk.say(imported, imported.mapping, mode="valid", unknown="refuse", by=editor)
            imported = done(imported, "apply", by=editor)
            expected, counts = registry(), imported.counts

        outcome = bulk(text, by=editor, skip_bad=True)

        assert outcome.entered == counts["create"] > 3
        assert outcome.refused == counts["refused"] > 3
        assert registry() == expected
        assert not verification.verify().faults

    def test_names_that_nobody_knows_enter_as_new_organizations_where_that_is_said(self, bulk, bodies):
        editor = UserFactory(editor=True)
        rows = [ROW | {"Partie 2": name} for name in ("Al Amal", "AL AMAL", "جمعية الأمل", "Bayti")]
        with taken_back():
            imported = bring(table(*rows), "table.csv", by=editor)
            desk.say(imported, imported.mapping, mode="all", unknown="enter", by=editor)
            done(imported, "apply", by=editor)
            expected = registry()
        assert bulk(table(*rows), by=editor).refused == 3

        outcome = bulk(table(*rows), by=editor, enter_unknown=True)

        assert (outcome.entered, outcome.bodies) == (4, 2)
        found = registry()
        assert found["dossiers"] == expected["dossiers"]
        assert found["entries"] == expected["entries"]
        # A body of this import has another key each time; that it is told by one, and where, is the same.
        assert [keyless(each[4]) for each in found["events"]] == [
            keyless(each[4]) for each in expected["events"]
        ]
        assert Organization.objects.get(name_fr="Al Amal").slug == "al-amal"
        assert AuditEvent.objects.filter(verb="organization.registered").count() == 2
        assert not verification.verify().faults

    def test_two_spellings_of_a_new_name_are_one_party_only_once(self, bulk, bodies):
        rows = [ROW | {"Partie 1": "Al Amal", "Partie 2": "AL AMAL"}]

        outcome = bulk(table(*rows), by=UserFactory(editor=True), enter_unknown=True)

        assert [each[0] for each in outcome.found] == [2]
        assert not Agreement.objects.exists()
        assert not Organization.objects.filter(name_fr="Al Amal").exists()


class TestAtAGlance:
    def test_nothing_passes_that_the_shape_refuses_and_all_is_as_the_shape_makes_it(self):
        dice, seen = random.Random(11), Counter()  # noqa: S311
        words = (
            "",
            " ",
            "x",
            " x",
            "x ",
            "x\n",
            "\x00",
            "\ud800",
            "x" * 121,
            "x" * 201,
            "x" * 301,
            "x" * 501,
        )
        claims = (
            {}, {"stated": "2012", "earliest": "2012-01-01", "latest": "2012-12-31", "basis": "stated"},
            {"stated": "", "basis": "stated"}, {"basis": "none"}, {"stated": "later", "basis": "relative"},
            {"earliest": "2013-01-01", "latest": "2012-01-01", "stated": "x", "basis": "stated"},
            {"earliest": "2013-01-01", "basis": "derived"}, {"basis": "odd"},
            {"earliest": "9999-12-31", "basis": "none"},
            {"stated": "x", "earliest": "2012-01-01", "latest": "9999-12-31", "basis": "stated"},
            {"stated": "x", "earliest": "2013-01-01", "latest": "2012-01-01", "basis": "stated"},
            {"stated": "x", "earliest": "20120101", "latest": "2012-01-01", "basis": "stated"},
            {"stated": "x" * 1001, "earliest": "2012-01-01", "latest": "2012-01-01", "basis": "stated"},
            {"stated": "x ", "earliest": "2012-01-01", "latest": "2012-01-01", "basis": "stated"},
            {"stated": "x", "earliest": "2012-01-01", "latest": "2012-01-01", "basis": "stated", "note": "y"},
        )  # fmt: skip
        said = {
            "reference": words, "place_of_signature": words, "kind": ("x", "", None), "title_basis": ("source",),
            "source_language": ("fr", "ar", "de", ""), "themes": ([], ["a"], ["a", "b"]),
            "occasions": tuple({"fr": each} for each in words), "more_advantages_claimed": (True, False),
            "titles": (*tuple({"fr": each} for each in words), {}, {"de": "x"}, {"ar": "x", "en": "y"}),
            "identifiers": (*tuple([{"scheme": "ICE", "value": each}] for each in words), []),
            "amount": (None, {"value": "1.50", "currency": "MAD"}, {"value": "-1.00", "currency": "MAD"},
                       {"value": "1.50"}, {"value": "1" * 15 + ".00", "currency": "MAD"},
                       {"value": "1.00", "currency": "mad"}, {"value": "1.00", "currency": "MAD\n"}),
            "dates": tuple({"signed": one, "ends": other} for one in claims for other in claims),
            "renewal": ({}, {"rule": "automatic"}, {"notice_days": 5}, {"notice_days": -1}, {"notice_days": 40000},
                        {"texts": {"fr": "x"}}, {"texts": {"fr": " "}}),
            "parties": (*tuple([{"key": "party:A", "organization": {"id": "0" * 32}, "name_as_written": each}]
                             for each in words), []),
            "groups": (*tuple([{"key": "group:1", "texts": {"fr": each}}] for each in (*words, "x" * 401)), []),
        }  # fmt: skip
        sound = {"kind": "x", "source_language": "fr", "titles": {"fr": "x"}, "sources": [], "parties": []}
        for _number in range(1500):
            document = sound | {name: dice.choice(said[name]) for name in dice.sample(sorted(said), 3)}
            found = told._at_a_glance(document)
            shape = DossierShape(data=document)
            seen[found is not None] += 1
            if found is not None:
                assert shape.is_valid(), (document, shape.errors)
                expected = kept_facts(shape.validated_data)
                assert found | {"dates": None, "renewal": None} == expected | {"dates": None, "renewal": None}
                for name in ("dates", "renewal"):
                    assert found.get(name) == (expected.get(name) if document.get(name) else None), document
        assert min(seen.values()) > 100


class TestEverythingOrNothing:
    def test_one_bad_row_keeps_all_others_out_unless_it_is_left_out_by_choice(self, bulk, bodies):
        editor = UserFactory(editor=True)
        text = table(ROW, ROW | {"Type de convention": "mariage"}, ROW)

        assert not bulk(text, by=editor).is_entered
        assert not Agreement.objects.exists()
        outcome = bulk(text, by=editor, skip_bad=True)

        assert (outcome.entered, outcome.refused) == (2, 1)
        assert [each[:3] for each in outcome.found] == [(3, "D", "Type de convention")]

    def test_a_check_enters_nothing_and_takes_no_number(self, bulk, bodies):
        editor = UserFactory(editor=True)

        outcome = bulk(table(ROW), by=editor, check=True)

        assert not outcome.found
        assert not outcome.is_entered
        assert not Agreement.objects.exists()
        bulk(table(ROW), by=editor)
        before = Agreement.objects.get().number
        bulk(table(ROW), by=editor, check=True)
        bulk(table(ROW | {"Intitulé": "Other"}), by=editor)
        assert Agreement.objects.latest("number").number == before + 1

    def test_a_rule_of_the_database_takes_all_of_it_back(self, bulk, bodies, monkeypatch):
        monkeypatch.setattr(told, "_MONEY", told.re.compile(".*"))

        with pytest.raises(Refused, match="negative"):
            bulk(table(ROW, ROW | {"Montant": "-5", "Devise": "MAD"}), by=UserFactory(editor=True))

        assert not Agreement.objects.exists()
        assert not Import.objects.exists()

    def test_only_who_may_enter_agreements_does(self, bulk, bodies):
        with pytest.raises(PermissionDenied):
            bulk(table(ROW), by=UserFactory())


class TestARecordIsEnteredOnce:
    def test_the_same_file_is_entered_once_unless_that_is_said(self, bulk, bodies):
        editor = UserFactory(editor=True)
        text = table(ROW | {"Référence": "CV/1"}, ROW)
        bulk(text, by=editor)

        with pytest.raises(Refused, match="the same file"):
            bulk(text, by=editor)
        outcome = bulk(text, by=editor, again=True)

        # What has a key is not doubled even so.
        assert (outcome.here, outcome.entered) == (1, 1)
        assert Agreement.objects.filter(reference="CV/1").count() == 1

    @pytest.mark.parametrize(
        "cells", [{"Référence": "CV/1"}, {"Identifiers": "X:9 | ICE:1"}, {"Numéro": "code"}, {"id": "id"}]
    )
    def test_what_is_here_already_is_left_as_it_is(self, bulk, bodies, cells):
        editor = UserFactory(editor=True)
        here = AgreementFactory(title_fr="Avant", reference="CV/1")
        here.identifiers.create(scheme="ICE", value="1")
        cells = {
            name: {"code": here.code, "id": str(here.pk)}.get(value, value) for name, value in cells.items()
        }
        text = table(ROW | cells)
        if "id" in cells:
            text = text.replace(HEADER, HEADER + ";id").replace('""\n', f'"";{here.pk}\n')

        outcome = bulk(text, by=editor)

        assert (outcome.here, outcome.entered, outcome.found) == (1, 0, [])
        here.refresh_from_db()
        assert here.title_fr == "Avant"
        assert Agreement.objects.count() == 1

    @pytest.mark.parametrize(
        ("cells", "letter"),
        [({"Référence": "CV/1"}, "B"), ({"Identifiers": "ICE:1"}, "C"), ({"Numéro": "k"}, "A")],
    )
    def test_of_two_rows_that_are_one_agreement_the_second_is_refused(self, bulk, bodies, cells, letter):
        outcome = bulk(table(ROW | cells, ROW, ROW | cells), by=UserFactory(editor=True))

        told_of_second = [each for each in outcome.found if each[0] == 4]
        assert [(each[1], each[3]) for each in told_of_second] == [(letter, "Line 2 is the same agreement.")]

    @pytest.mark.parametrize(
        ("cells", "letter"), [({"Référence": "CV/1"}, "B"), ({"Identifiers": "ICE:1"}, "C")]
    )
    def test_of_what_one_may_not_read_only_the_rule_is_told(self, bulk, bodies, cells, letter):
        hidden = AgreementFactory(
            title_fr="Caché", reference="CV/1", confidentiality=Agreement.Confidentiality.RESTRICTED
        )
        hidden.identifiers.create(scheme="ICE", value="1")
        contributor = UserFactory(contributor=True, organization=OrganizationFactory())

        outcome = bulk(table(ROW | cells), by=contributor)

        ((line, column, _header, message, hint),) = outcome.found
        assert (line, column) == (2, letter)
        assert message.startswith("Another agreement has this")
        assert hidden.code not in message + hint
        assert "Caché" not in message + hint

    def test_a_theme_twice_is_told_at_its_cell(self, bulk, bodies):
        outcome = bulk(table(ROW | {"Thèmes": "education | education"}), by=UserFactory(editor=True))

        assert [each[:4] for each in outcome.found] == [
            (2, "P", "Thèmes", "The agreement already has this theme.")
        ]


class TestTheTrail:
    def test_says_who_brought_which_file_and_each_agreement_has_its_event(self, bulk, bodies):
        editor = UserFactory(editor=True)

        outcome = bulk(table(ROW, ROW, ROW), by=editor)

        applied = AuditEvent.objects.get(verb="import.applied")
        assert applied.changes["sha256"]["new"] == outcome.sha256
        assert applied.actor == editor.audit_label()
        assert applied.target_id == str(Import.objects.get().pk)
        events = AuditEvent.objects.filter(verb="agreement.registered", xid=applied.xid)
        assert {each.chain for each in events} == set(Agreement.objects.values_list("pk", flat=True))
        assert set(Agreement.objects.values_list("registered_by", "editorial_state")) == {
            (editor.pk, "draft")
        }
        assert not verification.verify().faults

    def test_no_lock_is_held_for_each_chain(self, bulk, bodies):
        bulk(table(*[ROW] * 40), by=UserFactory(editor=True))

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            assert cursor.fetchone()[0] < 10

    def test_all_of_it_becomes_known_at_one_moment_before_any_event_tells_of_it(self, bulk, bodies):
        bulk(table(ROW, ROW), by=UserFactory(editor=True))

        made = RowVersion.objects.filter(table_name__in=("agreements_agreement", "agreements_party"))
        known = set(made.values_list("at"))
        assert len(known) == 1
        assert known.pop()[0] <= AuditEvent.objects.filter(verb="agreement.registered").earliest("at").at


class TestTheWork:
    def test_asks_no_more_of_the_database_for_more_rows(self, bulk, bodies):
        editor = UserFactory(editor=True)
        counts = []
        for rows in (2, 80):
            text = table(*[ROW | {"Référence": f"{rows}/{n}"} for n in range(rows)])
            with CaptureQueriesContext(connection) as asked:
                bulk(text, by=editor)
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_goes_by_rounds_that_leave_no_row_out(self, bulk, bodies, monkeypatch):
        monkeypatch.setattr(run.entering, "AT_ONCE", 3)
        monkeypatch.setattr(run, "BLOCK", 4)

        outcome = bulk(table(*[ROW] * 10), by=UserFactory(editor=True))

        assert outcome.entered == Agreement.objects.count() == 10
        assert Party.objects.count() == 20
        assert [*Agreement.objects.order_by("number").values_list("pk", flat=True)] == [
            *Agreement.objects.order_by("pk").values_list("pk", flat=True)
        ]

    def test_has_no_round_in_which_nothing_enters(self, bulk, bodies, monkeypatch):
        """The last one makes ready what all have brought to the indexes of words: it must bring something."""
        monkeypatch.setattr(run.entering, "AT_ONCE", 3)
        enter, steps = run.entering.enter, []
        monkeypatch.setattr(
            run.entering, "enter", lambda by, step: enter(by, lambda made: (steps.append(made), step(made)))
        )
        known = [ROW | {"Référence": f"CV/{number}"} for number in range(11)]
        for number in range(11):
            AgreementFactory(reference=f"CV/{number}")

        outcome = bulk(table(*known[:4], *[ROW] * 5, *known[4:]), by=UserFactory(editor=True))

        assert (outcome.here, outcome.entered) == (11, 5)
        assert steps == [3, 2]

    def test_needs_no_more_than_the_role_that_serves(self, bulk, bodies):
        editor = UserFactory(editor=True)
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE serves")
            for what in ("ALL TABLES", "ALL SEQUENCES"):
                rights = "SELECT, INSERT, UPDATE, DELETE" if what == "ALL TABLES" else "SELECT, USAGE, UPDATE"
                cursor.execute(f"GRANT {rights} ON {what} IN SCHEMA public TO serves")
            cursor.execute("SET ROLE serves")

        try:
            outcome = bulk(table(ROW, ROW), by=editor)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")

        assert outcome.entered == 2


class TestThePage:
    def test_tells_of_a_bulk_import_and_nobody_takes_it_back_in_one_go(self, bulk, bodies, client):
        editor = UserFactory(editor=True)
        bulk(table(ROW, ROW), by=editor)
        imported = Import.objects.get()
        client.force_login(editor)

        page = client.get(imported.get_absolute_url())
        undoing = client.get(f"{imported.get_absolute_url()}undo/")

        assert page.status_code == undoing.status_code == 200
        assert "in bulk" in page.text
        assert "in bulk" in undoing.text
        with pytest.raises(Refused, match="in bulk"):
            undo.undo(imported, by=editor)
        assert Agreement.objects.count() == 2


class TestTheCommand:
    def test_tells_faults_on_the_screen_up_to_a_number_and_all_of_them_in_a_report(
        self, tmp_path, bodies, capsys
    ):
        path = tmp_path / "table.csv"
        path.write_text(table(*[ROW | {"Montant": "=beaucoup"}] * 30), encoding="utf-8")
        editor = UserFactory(editor=True, language="fr")

        with pytest.raises(CommandError, match="Nothing was entered"):
            call_command("import_bulk", str(path), email=editor.email)

        told_here = capsys.readouterr()
        assert "and 10 more faults" in told_here.out
        assert "read" in told_here.err
        report = (tmp_path / "table.csv.faults.csv").read_text(encoding="utf-8-sig").splitlines()
        assert report[0] == "line,column,header,message,hint"
        assert len(report) == 31
        assert report[1].startswith("2,L,Montant,")
        assert not Agreement.objects.exists()

    def test_enters_and_says_so(self, tmp_path, bodies, capsys):
        path = tmp_path / "table.csv"
        path.write_text("Quoi;kind\nEnfance;cooperation_agreement\n", encoding="utf-8")
        editor = UserFactory(editor=True)

        call_command(
            "import_bulk", str(path), email=editor.email, column=["Quoi=title_fr"], all=["source_language=fr"]
        )

        assert "Entered as drafts: 1 agreements" in capsys.readouterr().out
        assert Agreement.objects.get().title_fr == "Enfance"
        assert not (tmp_path / "table.csv.faults.csv").exists()

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({"email": "nobody@mithaq.example"}, "No account"),
            ({"column": ["A=nothing"]}, "no column"),
            ({"all": ["kind"]}, "NAME=VALUE"),
        ],
    )
    def test_refuses_what_it_does_not_understand(self, tmp_path, options, why):
        path = tmp_path / "table.csv"
        path.write_text(table(ROW), encoding="utf-8")
        editor = UserFactory(editor=True)

        with pytest.raises(CommandError, match=why):
            call_command("import_bulk", str(path), **{"email": editor.email} | options)

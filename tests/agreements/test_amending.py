"""After publication: the parties amend their agreement, and the record tells what it said before."""

import random
import uuid
from copy import deepcopy
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.html import strip_tags

from activities import samples
from agreements import services
from agreements.models import Agreement, Amendment, Draft
from agreements.queries import dossier, sheet
from agreements.queries.amended import as_on
from agreements.queries.attention import expiring
from agreements.queries.terms import bare, terms
from agreements.queries.versions import versions
from agreements.services import amending, drafting
from audit.models import AuditEvent
from lib import papers
from lib.papers import Change
from lib.problems import Refused
from organizations import services as organization_services
from organizations.models import Organization
from tests.agreements.conftest import empty_registry
from tests.factories import AgreementFactory

pytestmark = pytest.mark.django_db

TEXT = "Amendment no. 1. The centre opens in June 2027. Signed on 3 March 2026."
MARCH = {"stated": "3 March 2026", "earliest": "2026-03-03", "latest": "2026-03-03", "basis": "stated"}
JUNE = {"stated": "June 2027", "earliest": "2027-06-01", "latest": "2027-06-30", "basis": "stated"}
SOURCE = {"key": "avenant", "kind": "signed_text", "language": "en", "text": TEXT}
FIRST = {"key": "first", "number": 1, "signed": MARCH, "document": "avenant"}


def told(agreement: Agreement) -> dict:
    """The record as it reads, with its proof."""
    everything = Agreement.objects.all()
    rows = dossier.with_citations(
        dossier.with_facts(everything.filter(pk=agreement.pk), on=timezone.localdate(), readable=everything)
    )
    return dossier.read(rows.get(), proof=True)


def amended(document: dict, /, **said) -> dict:
    """The dossier with one amendment more, and its document."""
    content = deepcopy(document)
    content["sources"].append(dict(SOURCE))
    content["amendments"].append(FIRST | said)
    return content


def amend(agreement: Agreement, content: dict, *, by) -> Agreement:
    agreement.refresh_from_db()
    return services.revise(
        agreement.pk, content, version=agreement.version, how=amending.Amending, reason="Avenant 1", by=by
    )


def faults(agreement: Agreement, content: dict, *, by, how=amending.Amending) -> dict[str, str]:
    before, events = told(agreement), AuditEvent.objects.count()
    with pytest.raises(Refused) as refusal:
        services.revise(agreement.pk, content, version=agreement.version, how=how, by=by)
    assert told(agreement) == before
    assert AuditEvent.objects.count() == events
    return {each.pointer: each.code for each in refusal.value.faults}


@pytest.fixture
def agreement(both) -> Agreement:
    return both[0]


@pytest.fixture
def editor(people):
    return people["editor"]


@pytest.mark.usefixtures("entered")
class TestAnAmendment:
    def test_tells_what_the_parties_changed_before_and_after_in_one_write(self, agreement, editor):
        before = told(agreement)
        content = amended(before)
        key = content["commitments"][0]["id"]
        content["commitments"][0]["due"] = JUNE

        revised = amend(agreement, content, by=editor)

        (row,) = told(agreement)["amendments"]
        (change,) = row["changes"]
        assert (row["number"], row["signed"]["edtf"]) == (1, "2026-03-03")
        assert (change["kind"], change["path"]) == ("changed", f"/commitments/{key}/due")
        assert change["label"] == f"{before['commitments'][0]['label']} – due date"
        assert change["before"]["basis"] == before["commitments"][0]["due"]["basis"]
        assert change["after"]["stated"] == "June 2027"
        assert revised.version == before["version"] + 1
        event = AuditEvent.objects.get(verb="agreement.amended")
        assert event.reason == "Avenant 1"
        assert any(name.startswith("amendmentchange") for name in event.changes)
        assert not AuditEvent.objects.filter(verb="agreement.corrected").exists()

    def test_counts_everything_the_parties_may_change_and_nothing_else(self, agreement, editor):
        before = told(agreement)
        content = amended(before)
        gone, kept = content["objectives"].pop(), content["commitments"][0]
        kept["place"] = "Rabat"
        content["titles"]["en"] = "Another title"
        content["statements"][0]["texts"]["en"] = "What was said of it"
        content["confidentiality"] = "partners"
        content["themes"].reverse()
        content["groups"].reverse()
        for each in content["objectives"]:
            each["groups"].reverse()

        amend(agreement, content, by=editor)

        changes = {each["path"]: each["kind"] for each in told(agreement)["amendments"][0]["changes"]}
        assert changes == {
            "/titles": "changed",
            f"/objectives/{gone['id']}": "removed",
            f"/commitments/{kept['id']}/place": "changed",
        }

    def test_tells_of_a_part_that_is_new_what_it_says_and_of_one_taken_out_what_it_said(
        self, agreement, editor
    ):
        content = amended(told(agreement))
        party, taken = content["parties"][0]["id"], content["commitments"].pop()
        content["advantages"] = [
            each | ({"supports": None} if each["supports"] == taken["id"] else {})
            for each in content["advantages"]
        ]
        content["questions"] = [each for each in content["questions"] if each["fact"] != taken["id"]]
        content["commitments"].append(
            {
                "key": "new",
                "number": 77,
                "kind": "training",
                "texts": {"en": "The centre opens"},
                "debtors": [party],
                "citations": [{"source": "avenant", "start": 18, "end": 34, "quote": TEXT[18:34]}],
            }
        )

        amend(agreement, content, by=editor)

        now = told(agreement)
        changes = {each["kind"]: each for each in now["amendments"][0]["changes"]}
        assert set(changes) == {"added", "removed"}
        assert changes["added"]["before"] is None
        assert changes["added"]["after"]["texts"] == {"en": "The centre opens"}
        assert changes["added"]["path"] == f"/commitments/{now['commitments'][-1]['id']}"
        assert changes["removed"]["before"]["texts"] == taken["texts"]
        assert changes["removed"]["label"].startswith(f"{taken['label']} – ")

    def test_has_its_own_document_and_no_file_of_the_agreement(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE

        amend(agreement, content, by=editor)

        row = Amendment.objects.get()
        assert row.document.text == TEXT
        assert not row.document.files.exists()
        assert row.document_id not in {uuid.UUID(each["id"]) for each in content["sources"] if "id" in each}

    def test_is_not_altered_by_a_correction_that_comes_after_it(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        amendments = told(agreement)["amendments"]
        document = told(agreement)
        document["commitments"][0]["due"] = MARCH
        document["amendments"][0]["changes"] = []  # what a draft says of them is not looked at
        agreement.refresh_from_db()

        services.revise(agreement.pk, document, version=agreement.version, by=editor)

        now = told(agreement)
        assert now["amendments"] == amendments
        assert now["commitments"][0]["due"]["edtf"] == "2026-03-03"
        assert AuditEvent.objects.filter(verb="agreement.corrected").count() == 1

    def test_is_corrected_in_its_number_and_its_date_where_these_were_wrong(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        document = told(agreement)
        document["amendments"][0] |= {"number": 2, "effective": JUNE}
        agreement.refresh_from_db()

        services.revise(agreement.pk, document, version=agreement.version, by=editor)

        row = Amendment.objects.get()
        assert (row.number, row.effective.edtf) == (2, "2027-06")
        assert row.changes.count() == 1

    def test_may_be_one_of_several_in_any_order(self, agreement, editor):
        for number, due in ((3, JUNE), (1, MARCH)):
            content = amended(told(agreement), number=number)
            content["commitments"][0]["due"] = due
            amend(agreement, content, by=editor)

        first, third = told(agreement)["amendments"]
        assert (first["number"], third["number"]) == (1, 3)
        assert first["changes"][0]["before"]["stated"] == "June 2027"


class TestAnAmendmentIsRefused:
    def test_when_nothing_is_changed(self, agreement, editor):
        assert faults(agreement, amended(told(agreement)), by=editor) == {"/amendments": "nothing_amended"}

    def test_when_only_quotes_sources_questions_statements_or_an_order_differ(self, agreement, editor):
        content = amended(told(agreement))
        content["questions"] = []
        content["themes"].reverse()
        content["statements"][0]["texts"]["en"] = "Other words"
        content["commitments"][0]["citations"].append(
            {"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}
        )

        assert faults(agreement, content, by=editor) == {"/amendments": "nothing_amended"}

    def test_without_a_document(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        del content["amendments"][0]["document"]
        assert set(faults(agreement, content, by=editor)) == {"/amendments/0/document"}

    def test_with_a_document_that_is_none_of_its_sources(self, agreement, editor):
        content = amended(told(agreement), document="elsewhere")
        assert faults(agreement, content, by=editor) == {"/amendments/0/document": "points_nowhere"}

    def test_with_the_signed_text_of_the_agreement_itself(self, agreement, editor):
        document = told(agreement)
        document["sources"].append(SOURCE | {"key": "signed", "text": "The agreement itself."})
        services.revise(agreement.pk, document, version=agreement.version, by=editor)
        agreement.refresh_from_db()
        signed = next(each["id"] for each in told(agreement)["sources"] if each["kind"] == "signed_text")
        content = amended(told(agreement), document=signed)
        content["commitments"][0]["due"] = JUNE

        assert faults(agreement, content, by=editor) == {"/amendments/0/document": "documents_the_agreement"}

    def test_with_a_number_there_is_already(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        agreement.refresh_from_db()
        again = amended(told(agreement))
        again["commitments"][0]["due"] = MARCH

        assert faults(agreement, again, by=editor) == {"/amendments/1/number": "number_twice"}

    def test_when_the_draft_names_none_or_two(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        two = deepcopy(content)
        two["amendments"].append(FIRST | {"key": "second", "number": 2})
        content["amendments"].clear()
        for each in (content, two):
            assert faults(agreement, each, by=editor) == {"/amendments": "one_amendment"}

    def test_as_a_correction(self, agreement, editor):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        assert faults(agreement, content, by=editor, how=None) == {"/amendments/0": "no_correction"}

    def test_with_changes_that_its_author_tells(self, people, author_of_a_new_one):
        document = author_of_a_new_one
        document["amendments"][0]["changes"] = [
            {"kind": "added", "path": "/reference", "before": None, "after": "12"}
        ]
        with pytest.raises(Refused) as refusal:
            services.register(document, by=people["contributor"])
        assert {each.pointer: each.code for each in refusal.value.faults} == {
            "/amendments/0/changes": "set_by_the_registry"
        }


@pytest.fixture
def author_of_a_new_one(db) -> dict:
    """A dossier that tells of an amendment from the beginning."""
    document = samples.read(samples.PRESS[0])
    document["sources"].append(dict(SOURCE))
    document["amendments"] = [dict(FIRST)]
    return document


class TestTheRoundTrip:
    def test_takes_an_amendment_with_its_changes_to_another_registry(
        self, agreement, editor, people, client, importer
    ):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        client.force_login(people["administrator"])
        read = client.get(f"/api/v1/agreements/{agreement.pk}?expand=proof").json()
        assert read["amendments"][0]["changes"][0]["after"]["stated"] == "June 2027"
        client.logout()
        empty_registry()
        header = importer()

        answer = client.post("/api/v1/agreements", read, content_type="application/json", headers=header)

        assert answer.status_code == 201, answer.json()
        again = client.get(f"/api/v1/agreements/{agreement.pk}?expand=proof", headers=header).json()
        assert again == read

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"kind": "removed"}, "/amendments/0/changes/0/kind"),
            ({"kind": "changed"}, "/amendments/0/changes/0/kind"),
            ({"path": "nowhere"}, "/amendments/0/changes/0/path"),
            ({"after": "\u0000"}, "/amendments/0/changes/0/after"),
        ],
    )
    def test_refuses_changes_that_cannot_be(self, author_of_a_new_one, people, change, pointer):
        document = author_of_a_new_one
        document["amendments"][0]["changes"] = [
            {"kind": "added", "path": "/reference", "before": None, "after": "12"} | change
        ]
        with pytest.raises(Refused) as refusal:
            services.register(document, by=people["administrator"])
        assert [each.pointer for each in refusal.value.faults] == [pointer]

    def test_enters_an_amendment_whose_changes_nobody_knows(self, author_of_a_new_one, people):
        agreement = services.register(author_of_a_new_one, by=people["contributor"])
        assert told(agreement)["amendments"][0]["changes"] == []


@pytest.mark.usefixtures("entered")
class TestTheChanges:
    """Undone on the amended dossier they give the one before, whatever was edited."""

    @pytest.mark.drill
    @pytest.mark.parametrize("seed", range(12))
    def test_undone_give_the_terms_as_they_were(self, agreement, editor, seed):
        dice = random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        before = told(agreement)
        content = amended(before)
        for _edit in range(dice.randrange(1, 9)):
            dice.choice(EDITS)(content, dice)
        try:
            amend(agreement, content, by=editor)
        except Refused:  # nothing that counts was edited
            return

        now = told(agreement)
        (row,) = now["amendments"]
        paper = terms(now)
        papers.undo(paper, [Change(each["path"], each["before"], each["after"]) for each in row["changes"]])

        assert settled(paper) == settled(terms(before))


def settled(paper):
    """Without labels, parts by their keys: their order is no term. Nothing and what is not there are the same."""
    if isinstance(paper, dict):
        return {name: settled(each) for name, each in bare(paper).items() if each is not None}
    if isinstance(paper, list) and paper and isinstance(paper[0], dict) and "key" in paper[0]:
        return {each["key"]: settled(each) for each in paper}
    return paper


def _say(content, dice):
    part = dice.choice(content["commitments"] + content["objectives"])
    part["texts"][dice.choice(["en", "fr", "ar"])] = f"Words {dice.random()}"


def _date(content, dice):
    claim = dice.choice([JUNE, MARCH, {"basis": "none"}, {"basis": "not_stated"}])
    if dice.random() < 0.5:
        name = dice.choice(["effective", "ends"])
        content["dates"][name] = dict(claim)
        quote = {"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}
        content["citations"].append(quote | {"about": name})
    else:
        dice.choice(content["commitments"])["due"] = dict(claim)


def _owe(content, dice):
    parties = [each["id"] for each in content["parties"]]
    dice.choice(content["commitments"])["debtors"] = dice.sample(parties, dice.randrange(1, len(parties) + 1))


def _add(content, dice):
    key = f"new-{dice.random()}"
    content["objectives"].append(
        {
            "key": key,
            "texts": {"en": key},
            "citations": [{"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}],
        }
    )


def _take_out(content, dice):
    if len(content["objectives"]) > 1:
        gone = content["objectives"].pop(dice.randrange(len(content["objectives"])))
        content["questions"] = [
            each for each in content["questions"] if each["fact"] != gone.get("id", gone.get("key"))
        ]


def _renew(content, dice):
    quote = {"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}
    content["citations"].append(quote | {"about": "renewal"})
    content["renewal"] = {
        "rule": dice.choice(["automatic", "none"]),
        "notice_days": dice.choice([None, 30]),
    }


def _measure(content, dice):
    part = dice.choice(content["commitments"])
    part |= dice.choice([{"quantity": "12", "unit": "people"}, {"quantity": None, "unit": ""}])


def _place(content, dice):
    dice.choice(content["commitments"])["place"] = dice.choice(["Rabat", ""])


EDITS = [_say, _date, _owe, _add, _take_out, _renew, _measure, _place]


def day(claim: str) -> dict:
    return {"stated": claim, "earliest": claim, "latest": claim, "basis": "stated"}


def page(client, agreement, query: str = "") -> str:
    """The text of the sheet, blanks as one."""
    answer = client.get(f"{agreement.get_absolute_url()}{query}")
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.mark.usefixtures("entered")
class TestAsInForceOn:
    """The amendment is signed on 3 March 2026 and puts off what was due in 2025 until June 2027."""

    @pytest.fixture
    def amended_agreement(self, agreement, editor):
        def enter(**said):
            document = told(agreement)
            document["commitments"][0]["due"] = day("2025-05-01")
            services.revise(agreement.pk, document, version=agreement.version, by=editor)
            content = amended(told(agreement), **said)
            content["commitments"][0]["due"] = JUNE
            return amend(agreement, content, by=editor)

        return enter

    def test_the_day_before_it_the_earlier_words_stand_with_a_note(self, amended_agreement, client, people):
        agreement = amended_agreement(effective=day("2026-07-01"))
        client.force_login(people["editor"])

        before = page(client, agreement, "?in_force_on=2026-06-30")
        after = page(client, agreement, "?in_force_on=2026-07-01")

        assert "Due 1 May 2025" in before
        assert "Changed by amendment 1, from 1 Jul 2026" in before
        assert "not yet in force on this day" in before
        assert "Due June 2027" in after
        assert "Changed by amendment" not in after

    def test_it_counts_from_its_signature_where_its_entry_into_force_is_not_stated(
        self, amended_agreement, client, people
    ):
        agreement = amended_agreement()
        client.force_login(people["editor"])

        assert "Due 1 May 2025" in page(client, agreement, "?in_force_on=2026-03-02")
        assert "Due June 2027" in page(client, agreement, "?in_force_on=2026-03-03")

    @pytest.mark.parametrize(
        "said",
        [
            {"signed": {"basis": "not_stated"}},
            {"effective": {"stated": "upon ratification", "basis": "relative"}},
            {
                "effective": {
                    "stated": "2026",
                    "earliest": "2026-01-01",
                    "latest": "2026-12-31",
                    "basis": "stated",
                }
            },
        ],
    )
    def test_a_doubt_is_said_and_nothing_is_decided(self, amended_agreement, client, people, said):
        agreement = amended_agreement(**said)
        client.force_login(people["editor"])

        shown = page(client, agreement, "?in_force_on=2026-06-30")

        assert "Due June 2027" in shown
        assert "Amendment 1 changes this; whether from this day already cannot be said" in shown
        assert "1 May 2025" in shown

    def test_what_it_adds_is_not_there_before_it_and_what_it_takes_out_still_is(
        self, agreement, editor, people, client
    ):
        content = amended(told(agreement), effective=day("2026-07-01"))
        gone = content["objectives"].pop()
        content["objectives"].append(
            {
                "key": "new",
                "texts": {"en": "An aim of the amendment"},
                "citations": [{"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}],
            }
        )
        amend(agreement, content, by=editor)

        before, after = (sheet_of(agreement, date.fromisoformat(on)) for on in ("2026-06-30", "2026-07-01"))

        assert [each.text_en for each in before.agreement.objectives.all()][-1] == gone["texts"]["en"]
        assert [each.text_en for each in after.agreement.objectives.all()][-1] == "An aim of the amendment"
        assert {note.turned.change.kind for note in before.told} == {"added"}

    def test_a_party_it_took_out_is_told_by_its_name_where_the_registry_has_it_no_more(
        self, agreement, editor, people, client
    ):
        document = told(agreement)
        document["organizations"].append(
            {"key": "third", "slug": "third", "source_language": "en", "names": {"en": "Third"}}
        )
        quote = {"source": document["sources"][0]["id"], "start": 0, "end": 5}
        document["parties"].append(
            {
                "organization": {"key": "third"},
                "citations": [quote | {"quote": document["sources"][0]["text"][:5]}],
            }
        )
        services.revise(agreement.pk, document, version=agreement.version, by=editor)
        content = amended(told(agreement), effective=day("2026-07-01"))
        gone = content["parties"].pop()
        amend(agreement, content, by=editor)
        organization = Organization.objects.get(pk=gone["organization"]["id"])
        organization_services.remove(organization, by=people["administrator"])
        client.force_login(editor)

        before, after = (page(client, agreement, f"?in_force_on=2026-0{month}-15") for month in (6, 8))

        assert "C Third" in before
        assert "C Third" not in after

    def test_the_legal_state_of_that_day_follows_from_what_was_agreed_then(self, agreement, editor):
        quote = {"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9], "about": "ends"}
        first = told(agreement)
        first["sources"].append(SOURCE | {"text": TEXT + " First.", "kind": "letter", "key": "letter"})
        first["dates"]["effective"] = day("2015-01-01")
        first["dates"]["ends"] = day("2020-12-31")
        cite = quote | {"source": "letter"}
        first["citations"] += [cite, cite | {"about": "effective"}]
        services.revise(agreement.pk, first, version=agreement.version, by=editor)
        content = amended(told(agreement), signed=day("2022-03-01"))
        content["dates"]["ends"] = day("2028-12-31")
        content["citations"].append(quote)
        amend(agreement, content, by=editor)

        assert sheet_of(agreement, date(2021, 6, 1)).state == "ended"
        assert sheet_of(agreement, date(2021, 6, 1)).agreement.ends.edtf == "2020-12-31"
        assert sheet_of(agreement, date(2023, 6, 1)).state == "in_force"

    def test_the_last_of_two_amendments_of_one_place_is_undone_alone(self, amended_agreement, editor):
        agreement = amended_agreement(effective=day("2026-07-01"))
        content = amended(told(agreement), number=2, effective=day("2027-01-01"))
        content["commitments"][0]["due"] = day("2029-01-01")
        amend(agreement, content, by=editor)

        shown = [
            sheet_of(agreement, date.fromisoformat(on)).agreement.commitments.all()[0].due.edtf
            for on in ("2026-06-30", "2026-12-31", "2027-01-01")
        ]

        assert shown == ["2025-05-01", "2027-06", "2029-01-01"]

    @pytest.mark.drill
    @pytest.mark.parametrize("seed", range(12))
    def test_any_amendment_can_be_turned_back_for_a_page(self, agreement, editor, client, seed):
        dice = random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        before = told(agreement)
        content = amended(before, signed=day("2090-01-01"))
        for _edit in range(dice.randrange(1, 9)):
            dice.choice(EDITS)(content, dice)
        try:
            amend(agreement, content, by=editor)
        except Refused:
            return
        everything = Agreement.objects.all()
        rows = dossier.with_citations(
            dossier.with_facts(everything, on=date(2026, 1, 1), readable=everything)
        ).get(pk=agreement.pk)

        as_on(rows, on=date(2026, 1, 1))

        assert settled(terms(dossier.read(rows))) == settled(terms(before))
        client.force_login(editor)
        for address in ("", "sheet.pdf", "?in_force_on=2020-01-01"):
            assert client.get(f"{agreement.get_absolute_url()}{address}").status_code == 200


def sheet_of(agreement, on):
    rows = sheet.with_everything(Agreement.objects.all(), on=on)
    return sheet.sheet(rows.get(pk=agreement.pk), on=on, with_history=False)


@pytest.fixture
def ask(request, agreement, client, people):
    """Sends the page “Change this record” as `FILLED` of the class has it, but for what is said."""
    client.force_login(people["contributor"])

    def ask(**said):
        return client.post(f"/en/agreements/{agreement.code}/change/", request.cls.FILLED | said)

    return ask


@pytest.mark.usefixtures("entered")
class TestTheWayIn:
    """The page “Change this record”."""

    FILLED = {
        "way": "amendment",
        "number": "1",
        "signed": "3 mars 2026",
        "summary": "The centre opens later.",
        "text": TEXT,
        "language": "en",
        "kind": "signed_text",
    }

    def test_begins_a_draft_with_the_amendment_and_its_document_and_leaves_the_record(self, ask, agreement):
        answer = ask()

        draft = Draft.objects.get()
        (part,) = draft.content["amendments"]
        assert answer.headers["Location"] == draft.get_absolute_url()
        assert draft.purpose == "amendment"
        assert (part["number"], part["summaries"]) == (1, {"en": "The centre opens later."})
        assert part["signed"] == MARCH | {"stated": "3 mars 2026"}
        assert draft.content["sources"][-1]["text"] == TEXT
        assert part["document"] == draft.content["sources"][-1]["key"]
        version = agreement.version
        agreement.refresh_from_db()
        assert agreement.version == version

    @pytest.mark.parametrize(
        ("said", "field", "words"),
        [
            ({"signed": "03/04/05"}, "signed", "write the year with four digits"),
            ({"effective": "le 31 juin 2026"}, "effective", "no such day"),
            ({"text": ""}, "text", "Paste the text"),
            ({"number": "0"}, "number", "greater than or equal to 1"),
            ({"language": ""}, "language", "Say in which language"),
        ],
    )
    def test_what_cannot_be_understood_is_told_at_its_field_and_stays_typed(self, ask, said, field, words):
        answer = ask(**said)

        assert answer.status_code == 422
        assert words in " ".join(answer.context["form"].errors[field])
        assert answer.context["form"][field].value() == said[field]
        assert not Draft.objects.exists()

    def test_refuses_a_number_there_is_already_and_proposes_the_next(self, ask, agreement, editor, client):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)

        answer = ask()

        assert answer.status_code == 422
        assert "already has an amendment of this number" in " ".join(answer.context["form"].errors["number"])
        shown = client.get(f"/en/agreements/{agreement.code}/change/?way=amendment")
        assert shown.context["form"]["number"].value() == 2

    def test_goes_on_with_the_draft_there_is(self, ask, client, agreement):
        ask()

        answer = ask(number="2")

        assert answer.status_code == 422
        assert Draft.objects.count() == 1
        shown = client.get(f"/en/agreements/{agreement.code}/change/").content.decode()
        assert Draft.objects.get().get_absolute_url() in shown

    def test_takes_one_of_the_agreements_own_sources_and_no_other(self, ask, agreement, both):
        own = str(agreement.source_links.first().source_id)
        other = both[1].source_links.first().source_id

        assert ask(text="", source=str(other)).status_code == 422
        assert ask(text="", source=own).status_code == 302
        assert Draft.objects.get().content["amendments"][0]["document"] == own

    def test_is_closed_to_readers_and_not_there_for_whoever_may_not_read(self, agreement, client, people):
        client.force_login(people["reader"])
        assert client.get(f"/en/agreements/{agreement.code}/change/").status_code == 403
        hidden = AgreementFactory(published=True, confidentiality="restricted")
        client.force_login(people["contributor"])
        assert client.get(f"/en/agreements/{hidden.code}/change/").status_code == 404

    def test_leads_to_a_record_that_somebody_else_has_approved(self, ask, agreement, people):
        ask()
        author, reviewer = people["contributor"], people["reviewer"]
        draft = Draft.objects.get()
        key = draft.content["commitments"][0]["key"]
        drafting.change(draft.pk, [(f"/commitments/{key}/due", JUNE)], seen=draft.version, by=author)
        drafting.submit(draft.pk, reason="It was signed.", by=author)
        with pytest.raises(PermissionDenied):
            drafting.approve(draft.pk, by=author)

        drafting.approve(draft.pk, by=reviewer)

        row = Amendment.objects.get()
        assert [each.path for each in row.changes.all()] == [f"/commitments/{key}/due"]
        (made,) = [each for each in versions(agreement.pk) if each.draft]
        assert made.name == "Amendment by the parties"
        assert (made.draft.owner, made.draft.approved_by) == (author, reviewer)
        assert versions(agreement.pk)[-1].name == ""


@pytest.mark.usefixtures("entered")
class TestWhatHappens:
    FILLED = {
        "way": "event",
        "happened": "renewal",
        "occurred": "10 May 2026",
        "term": "until",
        "ends": "31 December 2027",
        "reason": "Both asked for it.",
        "text": "The agreement is renewed until 31 December 2027.",
        "language": "en",
        "kind": "letter",
    }

    @pytest.fixture
    def enter(self, ask, people):
        """Enters what is asked, approved by somebody else."""

        def enter(**said):
            assert ask(**said).status_code == 302
            draft = Draft.objects.open().get()
            drafting.submit(draft.pk, reason="A letter came.", by=people["contributor"])
            return drafting.approve(draft.pk, by=people["reviewer"])

        return enter

    @pytest.mark.parametrize(
        ("said", "basis", "edtf"),
        [
            ({}, "stated", "2027-12-31"),
            ({"term": "open", "ends": ""}, "none", None),
            ({"term": "unknown", "ends": ""}, "not_stated", None),
        ],
    )
    def test_a_renewal_states_its_end_or_says_on_purpose_that_there_is_none(self, enter, said, basis, edtf):
        agreement = enter(**said)

        event = agreement.events.get()
        assert (event.kind, event.ends.basis, event.ends.edtf) == ("renewal", basis, edtf)
        assert event.document.text == self.FILLED["text"]
        assert AuditEvent.objects.filter(verb="agreement.event_recorded").count() == 1
        assert not agreement.amendments.exists()

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"term": "", "ends": ""}, "term"),
            ({"ends": ""}, "ends"),
            ({"term": "open"}, "ends"),
            ({"ends": "1 January 2020"}, "ends"),
            ({"happened": "suspension"}, "ends"),
            ({"happened": ""}, "happened"),
            ({"occurred": "mai"}, "occurred"),
            ({"text": ""}, "text"),
        ],
    )
    def test_refuses_what_does_not_go_together(self, ask, said, field):
        answer = ask(**said)

        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {field}
        assert not Draft.objects.exists()

    def test_asks_to_confirm_a_resumption_without_a_suspension(self, ask, enter):
        said = {"happened": "resumption", "term": "", "ends": ""}

        assert "knows of no suspension" in " ".join(ask(**said).context["form"].errors["confirmed"])

        assert enter(**said, confirmed="on").events.get().kind == "resumption"

    def test_asks_nothing_of_a_resumption_after_a_suspension(self, ask, enter):
        enter(happened="suspension", occurred="1 May 2026", term="", ends="")
        assert ask(happened="resumption", occurred="1 June 2026", term="", ends="").status_code == 302

    def test_refuses_a_renewal_of_what_has_ended(self, ask, enter):
        enter(happened="termination", occurred="1 May 2026", term="", ends="")

        answer = ask()

        assert "was ended before" in " ".join(answer.context["form"].errors["happened"])
        assert ask(occurred="1 March 2026").status_code == 302

    def test_refuses_a_changed_term_beside_it(self, ask, people):
        ask()
        draft = Draft.objects.get()
        key = draft.content["commitments"][0]["key"]
        by = people["contributor"]
        draft = drafting.change(draft.pk, [(f"/commitments/{key}/due", JUNE)], seen=draft.version, by=by)

        assert {each.pointer: each.code for each in drafting.missing(draft, by=by)} == {
            f"/commitments/{key}/due": "no_event"
        }

    def test_is_put_right_by_a_correction(self, enter, people):
        agreement = enter()
        document = told(agreement)
        document["events"][0]["occurred"] = MARCH

        services.revise(agreement.pk, document, version=agreement.version, by=people["editor"])

        assert agreement.events.get().occurred.edtf == "2026-03-03"
        assert AuditEvent.objects.filter(verb="agreement.corrected").count() == 1

    def test_of_a_renewal_decides_what_ends_in_ninety_days(self, enter, agreement):
        on = date(2027, 11, 1)
        asked = Agreement.objects.filter(pk=agreement.pk)
        assert not asked.filter(expiring(on)).exists()

        enter()

        assert asked.filter(expiring(on)).exists()
        assert not asked.filter(expiring(date(2027, 1, 1))).exists()

    def test_stands_on_the_sheet_in_order_of_its_day_the_undated_last(self, enter, client, agreement):
        enter(occurred="")
        enter(happened="suspension", occurred="1 May 2026", term="", ends="")

        shown = page(client, agreement)
        section = shown[shown.index("What happened since") :]

        assert section.index("Suspension") < section.index("Renewal")
        assert "date not stated" in section
        assert "Both asked for it." in section


class TestAnEndThatIsAmended:
    def test_is_what_ends_in_ninety_days(self, agreement, editor):
        content = amended(told(agreement))
        content["dates"]["ends"] = day("2027-12-31")
        quote = {"source": "avenant", "start": 0, "end": 9, "quote": TEXT[:9]}
        content["citations"].append(quote | {"about": "ends"})
        on = date(2027, 11, 1)
        asked = Agreement.objects.filter(pk=agreement.pk)
        assert not asked.filter(expiring(on)).exists()

        amend(agreement, content, by=editor)

        assert asked.filter(expiring(on)).exists()


class TestTheMark:
    def test_in_the_list_says_how_often_an_agreement_was_amended(self, agreement, editor, client):
        client.force_login(editor)
        assert "amended once" not in client.get("/en/agreements/").content.decode()
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        assert "amended once" in client.get("/en/agreements/").content.decode()

    def test_on_the_sheet_shows_before_and_after_in_words(self, agreement, editor, client):
        content = amended(told(agreement))
        content["commitments"][0]["due"] = JUNE
        amend(agreement, content, by=editor)
        client.force_login(editor)

        shown = client.get(agreement.get_absolute_url()).content.decode()

        assert "before:" in shown[shown.index("<del>") : shown.index("</del>")]
        assert "June 2027" in shown[shown.index("<ins>") : shown.index("</ins>")]
        arabic = client.get(agreement.get_absolute_url().replace("/en/", "/ar/")).content.decode()
        assert 'dir="rtl"' in arabic
        assert "<del>" in arabic

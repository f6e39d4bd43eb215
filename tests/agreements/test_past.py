"""The two clocks of a sheet: in force on a day, as known on a day. And what two versions differ in."""

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from activities import samples
from activities import services as activity_services
from activities.models import Activity
from agreements import services
from agreements.models import Agreement, AgreementLink, Commitment, LifecycleEvent, Objective
from agreements.queries import dossier, versions
from agreements.queries.difference import difference
from agreements.queries.members import DERIVED, FACTS, RECORD
from audit.models import AuditEvent, RowVersion
from audit.past import Moment, begins
from lib.claims import Basis, DateClaim
from lib.problems import Refused
from organizations import services as organization_services
from tests.agreements.conftest import BY, bearer
from tests.audit.raw import with_triggers_off
from tests.conftest import KEPT
from tests.factories import AgreementFactory, on
from tests.factories import dossier as dossier_of

START = date(2020, 3, 1)
"""The day of the first step of a history; the next step is a day later."""
STEPS = 11


def article(html: str) -> str:
    """The sheet itself, without the history of the record."""
    found = re.search(r"<article>.*</article>", html, re.DOTALL).group()
    return re.sub(r'<section[^>]* id="history".*?</section>', "", found, flags=re.DOTALL)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def noon(step: int) -> datetime:
    return datetime.combine(START + timedelta(days=step), time(12), UTC)


@contextmanager
def spread_over_days(marks: list[tuple[int, int]]) -> Iterator[None]:
    """As if a day lay between the steps of a history: `marks` are the last version and the last event of each.

    What was there before the first step, vocabularies included, was known the day before; what migrations left gets
    back its time.
    """
    with with_triggers_off() as cursor:
        kept = {}
        cursor.execute("SELECT id, at FROM audit_rowversion WHERE table_name = ANY(%s)", [sorted(KEPT)])
        kept["audit_rowversion"] = cursor.fetchall()
        cursor.execute("SELECT id, at FROM audit_auditevent WHERE verb = 'vocabulary.seeded'")
        kept["audit_auditevent"] = cursor.fetchall()
        for table, side in (("audit_rowversion", 0), ("audit_auditevent", 1)):
            previous = -1
            for step, mark in enumerate(marks, start=-1):
                cursor.execute(
                    f"UPDATE {table} SET at = %s WHERE id > %s AND id <= %s",
                    [noon(step), previous, mark[side]],
                )
                previous = mark[side]
    try:
        yield
    finally:
        with with_triggers_off() as cursor:
            for table, rows in kept.items():
                for key, at in rows:
                    cursor.execute(f"UPDATE {table} SET at = %s WHERE id = %s", [at, key])


def mark() -> tuple[int, int]:
    """How far versions and events have come."""
    return tuple(
        model.objects.order_by("-id").values_list("id", flat=True).first() or 0
        for model in (RowVersion, AuditEvent)
    )


class History:
    """A random life of the agreement of Al Amal: each step is one call of a service."""

    def __init__(self, seed: int, people):
        self.dice = random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        self.people = people
        self.id: UUID = services.register(samples.read("entraide-al-amal"), by=people["contributor"]).pk

    @property
    def agreement(self) -> Agreement:
        return Agreement.objects.get(pk=self.id)

    def step(self) -> None:
        """Some change; one that the state of the record does not allow is drawn again."""
        while True:
            before = mark()
            try:
                self.dice.choice(STEPS_OF_A_LIFE)(self)
            except Refused:
                continue
            if mark() != before:
                return

    def claim(self) -> DateClaim:
        first = date(2018, 1, 1) + timedelta(days=self.dice.randrange(1500))
        last = first + timedelta(days=self.dice.choice([0, 0, 200]))
        return self.dice.choice(
            [
                DateClaim("as written", first, last, Basis.STATED),
                DateClaim("as written", None, last, Basis.STATED),
                DateClaim("yesterday", basis=Basis.RELATIVE),
                DateClaim("without limit", basis=Basis.NONE),
                DateClaim(),
            ]
        )

    def happened(self) -> DateClaim:
        """When something happened: nobody says that it explicitly did not."""
        return next(claim for claim in iter(self.claim, None) if claim.basis != Basis.NONE)

    def correct(self) -> None:
        agreement = self.agreement
        match self.dice.randrange(4):
            case 0:
                agreement.title_en = f"Title {self.dice.random()}"
            case 1:
                agreement.place_of_signature = self.dice.choice(["Rabat", "Salé", ""])
            case 2:
                agreement.effective = self.claim()
            case 3:
                agreement.ends = self.claim()
        services.store(agreement, by=self.people["editor"])

    def correct_commitment(self) -> None:
        commitment = self.dice.choice(list(Commitment.objects.filter(agreement=self.id).order_by("number")))
        commitment.place = self.dice.choice(["Rabat", "Salé", ""])
        commitment.due = self.claim()
        services.store(commitment, by=self.people["editor"])

    def add_objective(self) -> None:
        new = Objective(agreement=self.agreement, text_fr=f"un but {self.dice.random()}", position=90)
        services.store(new, by=self.people["editor"])

    def remove_objective(self) -> None:
        if there := list(Objective.objects.filter(agreement=self.id).order_by("pk")):
            services.remove(self.dice.choice(there), by=self.people["editor"], reason="read again")

    def add_event(self) -> None:
        kind = self.dice.choice(LifecycleEvent.Kind.values)
        event = LifecycleEvent(agreement=self.agreement, kind=kind, occurred=self.happened())
        if kind == "renewal":
            event.ends = self.claim()
        services.store(event, by=self.people["editor"])

    def remove_event(self) -> None:
        if there := list(LifecycleEvent.objects.filter(agreement=self.id).order_by("pk")):
            services.remove(self.dice.choice(there), by=self.people["editor"])

    def resolve(self) -> None:
        question = self.agreement.questions.filter(resolved_at=None).order_by("pk").first()
        if question:
            services.resolve_question(question.pk, resolution="Its own.", by=self.people["reviewer"])

    def submit(self) -> None:
        services.submit(self.id, by=self.people["contributor"])

    def publish(self) -> None:
        services.publish(self.id, by=self.people["reviewer"])

    def withdraw(self) -> None:
        services.withdraw(self.id, reason="an error", by=self.people["reviewer"])

    def send_back(self) -> None:
        services.send_back(self.id, reason="read it again", by=self.people["reviewer"])

    def report_activity(self) -> None:
        commitment = self.agreement.commitments.order_by("?").first()
        held = START + timedelta(days=self.dice.randrange(-300, 300))
        activity_services.report_activity(
            {
                "source_language": "fr",
                "titles": {"fr": f"Journée {self.dice.random()}"},
                "kind": "workshop",
                "status": self.dice.choice(["held", "planned"]),
                "held": {"stated": "le jour dit", "earliest": held.isoformat(), "latest": held.isoformat(),
                         "basis": "stated"},
                "organizers": [str(self.agreement.parties.get(position=1).organization_id)],
                "counts_toward": [{"commitment": str(commitment.pk), "extent": self.dice.choice(["part", "whole"])}],
                "reached": [{"number": self.dice.randrange(100)}],
            },
            by=self.people["editor"],
        )  # fmt: skip

    def correct_activity(self) -> None:
        if activity := Activity.objects.order_by("pk").first():
            activity.status = self.dice.choice(["held", "cancelled"])
            activity_services.store(activity, by=self.people["editor"])

    def rename_party(self) -> None:
        organization = self.agreement.parties.order_by("position").first().organization
        organization.name_en = f"Coordination {self.dice.random()}"
        organization_services.store(organization, by=self.people["editor"])


STEPS_OF_A_LIFE: list[Callable[[History], None]] = [
    History.correct,
    History.correct,
    History.correct_commitment,
    History.add_objective,
    History.remove_objective,
    History.add_event,
    History.add_event,
    History.remove_event,
    History.resolve,
    History.submit,
    History.publish,
    History.publish,
    History.withdraw,
    History.send_back,
    History.report_activity,
    History.correct_activity,
    History.rename_party,
]


# The same answers once more, from the versions alone and without a line of the registry's own queries.


def folded(until: datetime) -> dict[str, dict[str, dict]]:
    """Every table as it was: table → key → row, by replaying the versions one after the other."""
    tables: dict[str, dict[str, dict]] = {}
    for version in RowVersion.objects.filter(at__lte=until).order_by("id"):
        rows = tables.setdefault(version.table_name, {})
        if version.gone:
            rows.pop(str(version.row_id), None)
        else:
            rows[str(version.row_id)] = version.row
    return tables


def days(written: str | None) -> tuple[date, date] | None:
    """First and last day of a daterange as JSON has it; None when it is not stated, open ends as far as days go."""
    if written is None:
        return None
    first, last = written.strip("[)").strip("(").split(",")
    return (
        date.fromisoformat(first) if first else date.min,
        date.fromisoformat(last) - timedelta(days=1) if last else date.max,
    )


def legal_state(agreement: dict, events: list[dict], on: date) -> str:
    """Where the agreement stood, as `LifecycleEvent` and the decision on date claims tell it in words."""
    dated = [(days(each["occurred_range"]), each) for each in events]
    happened = sorted(
        ((span, each["id"], each) for span, each in dated if span and span[1] <= on),
        key=lambda told: told[:2],
    )
    open_ones = [each for span, each in dated if span is None or span[0] <= on < span[1]]
    last = next((each["kind"] for _s, _k, each in reversed(happened) if each["kind"] != "renewal"), None)
    ends, basis = agreement["ends_range"], agreement["ends_basis"]
    for _span, _key, each in happened:
        if each["kind"] == "renewal" and each["ends_basis"] != "not_stated":
            ends, basis = each["ends_range"], each["ends_basis"]
    end, start = days(ends), days(agreement["effective_range"])
    if last == "termination" or (end and end[1] < on):
        return "ended"
    if any(each["kind"] != "renewal" for each in open_ones):
        return "uncertain"
    if last == "suspension":
        return "suspended"
    if start and start[0] > on:
        return "not_yet_in_force"
    if end is None and basis != "none":
        return "term_not_stated"
    if start is None:
        return "start_not_stated"
    return "in_force" if start[1] <= on and (end is None or end[0] >= on) else "uncertain"


def recomputed(key: UUID, until: datetime, on: date) -> dict[str, Any] | None:
    """What a document of the agreement must say, folded out of the versions; None when it was not there."""
    tables = folded(until)
    agreement = tables.get("agreements_agreement", {}).get(str(key))
    if agreement is None:
        return None

    def of(table: str, column: str = "agreement_id", value: str = str(key)) -> list[dict]:
        return [row for row in tables.get(table, {}).values() if row[column] == value]

    events = of("agreements_lifecycleevent")
    return {
        "version": agreement["version"],
        "state": agreement["editorial_state"],
        "title": agreement["title_en"],
        "place": agreement["place_of_signature"],
        "legal_state": legal_state(agreement, events, on),
        "events": {each["id"]: each["kind"] for each in events},
        "objectives": {each["id"]: each["text_fr"] for each in of("agreements_objective")},
        "commitments": {
            each["id"]: (
                each["place"],
                each["due_text"],
                sorted(
                    link["party_id"]
                    for link in of("agreements_commitmentdebtor", "commitment_id", each["id"])
                ),
            )
            for each in of("agreements_commitment")
        },
        "citations": sorted(each["id"] for each in of("agreements_citation")),
        "resolved": sorted(each["resolution"] for each in of("agreements_openquestion")),
        "parties": sorted(
            tables["organizations_organization"][each["organization_id"]]["name_en"]
            for each in of("agreements_party")
        ),
    }


def told(document: dict) -> dict[str, Any]:
    """The same members out of a document of the API."""
    names = {each["id"]: each["names"]["en"] for each in document["organizations"]}
    return {
        "version": document["version"],
        "state": document["editorial_state"],
        "title": document["titles"]["en"],
        "place": document["place_of_signature"],
        "legal_state": document["legal_state"]["code"],
        "events": {each["id"]: each["kind"] for each in document["events"]},
        "objectives": {each["id"]: each["texts"]["fr"] for each in document["objectives"]},
        "commitments": {
            each["id"]: (each["place"], each["due"]["stated"] or "", sorted(each["debtors"]))
            for each in document["commitments"]
        },
        "citations": sorted(re.findall(r'"([^"]+)", "source": "[^"]+", "start"', json.dumps(document))),
        "resolved": sorted((each["resolution"] or {"text": ""})["text"] for each in document["questions"]),
        "parties": sorted(names[each["organization"]["id"]] for each in document["parties"]),
    }


@pytest.mark.django_db(transaction=True)
class TestAsKnownOn:
    @pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in (1, 2))])
    def test_any_day_of_any_history_answers_as_it_did_and_as_the_versions_say(self, client, people, seed):
        """For random (D, K): the API and the page give what they gave then, and what a replay of the log gives."""
        token = {
            "Authorization": bearer(AgreementFactory().parties.first().organization, "administrator")[
                "Authorization"
            ]
        }
        marks = [mark()]
        history = History(seed, people)
        dice = random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        asked = [START + timedelta(days=dice.randrange(-900, 900)) for _day in range(2)]
        api = f"/api/v1/agreements/{history.id}?expand=proof&in_force_on="
        page = f"{history.agreement.get_absolute_url()}?in_force_on="

        def read(address: str) -> Any:
            return client.get(address, headers=token)

        documents, sheets = [], []
        for _step in range(STEPS):
            if documents:
                history.step()
            marks.append(mark())
            documents.append({day: read(f"{api}{day}").json() for day in asked})
            answer = client.get(f"{page}{asked[0]}")
            sheets.append(article(answer.content.decode()) if answer.status_code == 200 else None)

        readable_today = sheets[-1] is not None
        with spread_over_days(marks):
            for step in dice.sample(range(STEPS), 5):
                known_on = START + timedelta(days=step)
                for day in asked:
                    then = read(f"{api}{day}&known_on={known_on}").json()
                    assert then == documents[step][day]
                    until = datetime.combine(known_on, time.max, UTC)
                    assert told(then) == recomputed(history.id, until, day)
                answer = client.get(f"{page}{asked[0]}&known_on={known_on}")
                if readable_today and sheets[step]:
                    assert article(answer.content.decode()) == sheets[step]
                else:
                    assert answer.status_code == 404
            before = START - timedelta(days=1)
            assert read(f"{api}{START}&known_on={before}").status_code == 404
            assert recomputed(history.id, datetime.combine(before, time.max, UTC), START) is None
        assert {each[asked[0]]["version"] for each in documents} >= {1, 2}

    def test_every_version_keeps_its_address_and_what_it_printed(self, client, people):
        """The sheet of a version is the same to the letter, whatever is corrected afterwards."""
        history = History(7, people)
        history.submit()
        history.publish()
        client.force_login(people["reviewer"])
        address = f"{history.agreement.get_absolute_url()}?version=3"
        printed = client.get(address).content.decode()

        for _step in range(6):
            history.step()
        history.rename_party()

        assert history.agreement.version > 3
        again = client.get(address).content.decode()
        secrets = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
        assert secrets.sub("", again) == secrets.sub("", printed)
        assert "Version 3 of this record." in words(again)
        assert "?version=3" in again


@pytest.mark.django_db
class TestVersions:
    def test_count_every_change_of_the_agreement_and_tell_its_event(self, people):
        history = History(1, people)
        history.submit()
        history.publish()
        commitment = history.agreement.commitments.first()
        commitment.place = "Fès"
        services.store(commitment, by=people["editor"])
        history.resolve()
        services.remove(history.agreement.objectives.first(), by=people["editor"])

        found = versions.versions(history.id)

        assert [(each.number, [event.verb for event in each.events]) for each in reversed(found)] == [
            (1, ["agreement.registered"]),
            (2, ["agreement.submitted"]),
            (3, ["agreement.published"]),
            (4, ["commitment.changed"]),
            (5, ["question.resolved"]),
            (6, ["objective.removed"]),
        ]

    def test_begin_anew_when_a_removed_agreement_is_restored(self, people):
        agreement = services.register(dossier_of(), by=people["administrator"])
        rows = Agreement.objects.filter(pk=agreement.pk)
        facts = dossier.with_citations(dossier.with_facts(rows, on=START, readable=rows))
        document = json.loads(json.dumps(dossier.read(facts.get(), proof=True)))
        services.submit(agreement.pk, by=people["administrator"])
        assert [each.number for each in versions.versions(agreement.pk)] == [2, 1]
        services.remove(rows.get(), by=people["administrator"], reason="moved away")
        services.register(document, by=people["administrator"])

        assert [each.number for each in versions.versions(agreement.pk)] == [1]


@pytest.mark.django_db
@pytest.mark.usefixtures("entered")
class TestTheGate:
    def test_what_one_may_not_read_today_has_no_past_either(self, client, both, people):
        [agreement, _other] = both
        agreement.refresh_from_db()
        agreement.confidentiality = "restricted"
        services.store(agreement, by=people["editor"])

        for query in ("", "?version=3", f"?known_on={timezone.localdate()}", "?in_force_on=2020-01-01"):
            assert client.get(agreement.get_absolute_url() + query).status_code == 404

    def test_what_was_not_open_then_stays_closed(self, client, both, people):
        [agreement, _other] = both
        draft, published = (f"{agreement.get_absolute_url()}?version={number}" for number in (1, 3))

        assert client.get(draft).status_code == 404
        assert "not open to you when it was current" in words(client.get(draft).content.decode())
        assert client.get(published).status_code == 200
        client.force_login(people["editor"])
        assert client.get(draft).status_code == 200

    @pytest.mark.parametrize("side", ["agreement", "to"])
    def test_a_link_of_the_past_never_names_an_agreement_that_is_hidden_today(
        self, client, both, people, side
    ):
        first, second = both
        ends = {"agreement": second, "to": second, side: first}
        services.store(AgreementLink(kind="related", **ends), by=people["editor"])
        for place in (
            "Rabat",
            "Fez",
        ):  # the version of the first place knows the link, and is over with the second
            first.refresh_from_db()
            asked = f"?version={first.version}"
            first.place_of_signature = place
            services.store(first, by=people["editor"])
        linked = first.get_absolute_url() + asked
        assert second.title in client.get(linked).content.decode()
        second.refresh_from_db()
        second.confidentiality = "restricted"
        services.store(second, by=people["editor"])

        assert second.title not in client.get(linked).content.decode()
        assert second.title not in client.get(f"/api/v1/agreements/{first.pk}{asked}").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("entered")
class TestTheClocks:
    def test_stand_on_today_until_somebody_turns_them(self, client, both):
        html = client.get(both[0].get_absolute_url()).content.decode()

        assert "As the registry knew it at the end of" not in html
        assert 'name="in_force_on"' in html
        assert 'name="known_on"' in html

    def test_show_the_legal_state_of_another_day(self, client, both, people):
        [agreement, _other] = both
        agreement.refresh_from_db()
        agreement.effective, agreement.ends = on(2015, 1, 1), on(2019, 12, 31)
        services.store(agreement, by=people["editor"])

        then = client.get(f"{agreement.get_absolute_url()}?in_force_on=2016-05-01")
        now = client.get(agreement.get_absolute_url())

        assert (then.context["sheet"].state, now.context["sheet"].state) == ("in_force", "ended")
        assert "As in force on 1 May 2016." in words(then.content.decode())
        assert then["X-Robots-Tag"] == "noindex"
        assert "X-Robots-Tag" not in now

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("known_on=soon", "Write a day as 2012-05-18."),
            ("in_force_on=2012-05", "Write a day as 2012-05-18."),
            ("in_force_on=2012-02-31", "Write a day as 2012-05-18."),
            ("known_on=9999-12-31", "This day is still to come"),
            ("version=last", "A version is a number"),
            ("version=0", "A version is a number"),
            ("version=99999999999999", "A version is a number"),
            ("version=1&known_on=2026-01-01", "Ask for a version or for a day"),
        ],
    )
    def test_what_cannot_be_read_is_an_error_at_its_field_and_stays_typed(self, client, both, query, message):
        answer = client.get(f"{both[0].get_absolute_url()}?{query}")

        html = answer.content.decode()
        assert answer.status_code == 200
        assert message in words(html)
        name, _is, value = query.partition("&")[0].partition("=")
        if name != "version":
            assert re.search(rf'name="{name}"[^>]*value="{value}"[^>]*aria-invalid="true"', html)
        told = client.get(f"/api/v1/agreements/{both[0].pk}?{query}")
        assert told.status_code == 400
        assert told["Content-Type"] == "application/problem+json"
        assert message in told.json()["errors"][0]["detail"]

    def test_say_when_memory_begins(self, client, both):
        answer = client.get(f"{both[0].get_absolute_url()}?known_on=2001-01-01")

        assert answer.status_code == 404
        assert "memory begins on" in words(answer.content.decode())
        assert client.get(f"/api/v1/agreements/{both[0].pk}?known_on=2001-01-01").status_code == 404

    def test_a_version_that_never_was_is_not_there(self, client, both):
        assert client.get(f"{both[0].get_absolute_url()}?version=77").status_code == 404

    def test_another_writing_of_the_number_keeps_them(self, client, both):
        answer = client.get(f"/en/agreements/{both[0].code.lower()}/?version=3")

        assert (answer.status_code, answer["Location"]) == (301, f"{both[0].get_absolute_url()}?version=3")

    def test_cost_the_same_number_of_queries_as_today(self, client, both, django_assert_max_num_queries):
        with django_assert_max_num_queries(75):
            client.get(f"{both[1].get_absolute_url()}?version=3")


@pytest.mark.django_db
class TestTheDifference:
    @pytest.fixture
    def changed(self, both, people) -> Agreement:
        [_first, agreement] = both
        agreement.refresh_from_db()
        agreement.title_en = "A better title"
        agreement.ends = on(2030, 6, 30)
        services.store(agreement, by=people["editor"])
        commitment = agreement.commitments.order_by("number").first()
        commitment.place = "Fès"
        services.store(commitment, by=people["editor"])
        services.store(Objective(agreement=agreement, text_ar="هدف جديد"), by=people["editor"])
        services.remove(agreement.advantages.first(), by=people["editor"])
        return agreement

    def read(self, client, agreement, query="", status=200) -> str:
        answer = client.get(f"{agreement.get_absolute_url()}versions/{query}")
        assert answer.status_code == status
        return answer.content.decode()

    def test_tells_what_was_added_removed_and_changed_in_words(self, client, changed, people):
        client.force_login(people["editor"])

        html = self.read(client, changed, "?from=3&to=7")

        facts = [
            words(each) for each in re.findall(r'<article class="card fact.*?</article>', html, re.DOTALL)
        ]
        [record] = [each for each in facts if "agreement itself" in each]
        assert "A better title" in record
        assert "Not stated" in record
        assert "30 Jun 2030" in record
        assert any(each.startswith("changed Commitment: A1 ·") and "Fès" in each for each in facts)
        assert any(each.startswith("added Objective: هدف جديد") for each in facts)
        assert any(each.startswith("removed Advantage:") for each in facts)
        assert '<bdi lang="ar" dir="rtl">هدف جديد</bdi>' in html

    def test_shows_nothing_of_the_machinery(self, client, changed, people):
        client.force_login(people["editor"])

        html = self.read(client, changed, "?from=1&to=7")

        facts = " ".join(re.findall(r'<article class="card fact.*?</article>', html, re.DOTALL))
        assert facts
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", facts)
        assert not re.search(r"\b(not_stated|in_review|partnership_agreement|None|/api/)\b", words(facts))

    def test_lists_who_did_what_when_and_every_address(self, client, changed, people):
        client.force_login(people["editor"])

        html = self.read(client, changed)

        table = words(re.search(r"<tbody>.*</tbody>", html, re.DOTALL).group())
        assert "Entered in the registry" in table
        assert "A contributor" in table
        assert "Corrected – commitment" in table
        for number in range(1, 8):
            assert f"?version={number}" in html

    @pytest.mark.parametrize("query", ["?from=3&to=3", "?from=3&to=99", "?from=x&to=3", "?from=&to="])
    def test_asks_again_when_it_cannot_compare(self, client, changed, people, query):
        client.force_login(people["editor"])

        assert "Choose two different versions" in self.read(client, changed, query)

    def test_does_not_open_what_was_closed_then(self, client, people):
        """A contributor reads the published record of somebody else, not the draft that it was."""
        theirs = samples.enter(
            samples.read("aman-bayti"), author=people["editor"], reviewer=people["reviewer"]
        )
        client.force_login(people["contributor"])
        html = self.read(client, theirs, "?from=1&to=3")

        assert "Version 1 was not open to you when it was current." in words(html)
        assert "card fact" not in html
        client.force_login(people["editor"])
        assert "card fact" in self.read(client, theirs, "?from=1&to=3")

    def test_is_for_those_who_may_see_the_history(self, client, changed, people):
        assert client.get(f"{changed.get_absolute_url()}versions/").status_code == 302
        client.force_login(people["reader"])
        self.read(client, changed, status=403)

    def test_of_a_hidden_agreement_is_not_there(self, client, people):
        client.force_login(people["contributor"])

        self.read(client, AgreementFactory(), status=404)

    def test_knows_every_member_of_a_document(self, both):
        """A member that is neither told nor left out on purpose would change without anybody seeing it."""
        for agreement in both:
            rows = Agreement.objects.filter(pk=agreement.pk)
            facts = dossier.with_citations(dossier.with_facts(rows, on=START, readable=rows))
            document = dossier.read(facts.get(), proof=True)
            places = {place.partition(".")[0] for place, _model, _members in FACTS}
            assert set(document) <= {each.partition(".")[0] for each in RECORD} | places | DERIVED
            for place, _model, members in FACTS:
                outer, _dot, inner = place.partition(".")
                for each in document[outer]:
                    for fact in each[inner] if inner else [each]:
                        assert set(fact) <= set(members) | DERIVED, place

    def test_of_a_document_with_itself_is_empty(self, both):
        at = Moment(timezone.now())
        document = versions.document(both[1], at, on=START, actor=BY)

        assert difference(document, document) == []
        assert begins() <= at.at


@pytest.mark.django_db
def test_the_vocabularies_are_in_the_past_whatever_ran_before():
    """Tests that commit sweep the versions away, those of the vocabularies excepted."""
    remembered = RowVersion.objects.filter(table_name__in=KEPT).values_list("table_name", flat=True)

    assert set(remembered) == {each for each in KEPT if not each.startswith(("audit_", "auth_", "django_"))}
    assert begins() > datetime(2026, 1, 1, tzinfo=UTC)

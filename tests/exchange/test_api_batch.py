"""Many records at once, and records by the numbers they have elsewhere: the same again changes nothing."""

from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection, connections
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities import samples
from agreements.models import Agreement
from audit.models import AuditEvent
from organizations.models import ExternalIdentifier, Organization
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.calling import Caller, slug
from tests.factories import AgreementFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

CRAFTS = ("Loom", "Spindle", "Weaver", "Potter", "Tanner", "Dyer", "Smith", "Carver", "Mason", "Baker")
TOWNS = (
    "Agadir",
    "Berkane",
    "Dakhla",
    "Errachidia",
    "Fes",
    "Guelmim",
    "Ifrane",
    "Kenitra",
    "Larache",
    "Meknes",
)


def body(number: int, **more) -> dict:
    """An organization that resembles none of the others."""
    name = f"{CRAFTS[number % 10]} {TOWNS[number // 10 % 10]} {number}"
    return {"source_language": "en", "names": {"en": name}, "country": "MA", **more}


def item(number: int, **more) -> dict:
    """What a partner's nightly run sends of one of its own."""
    return {
        "key": str(number),
        "match": {"scheme": "partner-x", "value": f"ORG-{number}"},
        "data": body(number),
        **more,
    }


@pytest.fixture
def ours(db):
    return OrganizationFactory()


@pytest.fixture
def partner(client, ours):
    return Caller(client, bearer(ours, Role.PARTNER_SYSTEM))


@pytest.fixture
def editor(client, db):
    return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))


def outcomes(answer) -> list[str]:
    return [each["outcome"] for each in answer.json()["results"]]


class TestABatch:
    def test_enters_what_is_new_and_changes_what_is_there_in_order(self, partner):
        first = partner.post("/batch/organizations", {"items": [item(1)]}).json()["results"][0]

        answer = partner.post(
            "/batch/organizations", {"items": [item(2), item(1, data={"city": "Fes"}), {"data": body(3)}]}
        )

        assert answer.status_code == 200, answer.json()
        assert answer.json()["summary"] == {"created": 2, "updated": 1, "unchanged": 0, "failed": 0}
        two, one, three = answer.json()["results"]
        assert [two["key"], one["key"], three["index"]] == ["2", "1", 2]
        assert (two["status"], two["outcome"], two["version"]) == (201, "created", 1)
        assert (one["id"], one["outcome"], one["version"]) == (first["id"], "updated", 2)
        told = partner.get(f"/organizations/{one['id']}").json()
        assert (told["city"], told["names"]) == ("Fes", body(1)["names"])
        assert told["identifiers"] == [item(1)["match"]]
        assert one["url"] == told["url"]

    def test_the_same_again_changes_nothing_and_leaves_no_event(self, partner):
        batch = {"items": [item(number) for number in range(5)]}
        partner.post("/batch/organizations", batch)
        before = AuditEvent.objects.count()

        again = partner.post("/batch/organizations", batch)

        assert outcomes(again) == ["unchanged"] * 5
        assert AuditEvent.objects.count() == before

    def test_tells_each_record_as_it_reads_afterwards_where_it_is_asked_to(self, partner):
        wrong = item(2, data=body(2, country="Morocco"))
        partner.post("/batch/organizations", {"items": [item(1)]})

        answer = partner.post(
            "/batch/organizations",
            {"documents": True, "items": [item(1, data={"city": "Fes"}), wrong, item(3)]},
        )

        one, failed, three = answer.json()["results"]
        assert "document" not in failed
        for told in (one, three):
            assert told["document"] == partner.get(f"/organizations/{told['id']}").json()
        plain = partner.post("/batch/organizations", {"items": [item(1)]}).json()["results"][0]
        assert "document" not in plain
        trial = {"documents": True, "dry_run": True, "items": [item(4), item(1)]}
        assert all(
            "document" not in each for each in partner.post("/batch/organizations", trial).json()["results"]
        )

    def test_tells_the_documents_of_twelve_in_as_many_queries_as_that_of_one(self, partner):
        def asked(number: int, *, documents: bool) -> int:
            batch = {"documents": documents, "items": [item(each) for each in range(number)]}
            with CaptureQueriesContext(connection) as found:
                answer = partner.post("/batch/organizations", batch)
            assert outcomes(answer) == ["unchanged"] * number
            return len(found)

        partner.post("/batch/organizations", {"items": [item(number) for number in range(12)]})

        more = [asked(number, documents=True) - asked(number, documents=False) for number in (1, 12)]

        assert more[0] == more[1]

    def test_one_that_fails_is_told_with_its_reason_and_the_others_are_done(self, partner):
        wrong = item(2, data=body(2, country="Morocco"))

        answer = partner.post("/batch/organizations", {"items": [item(1), wrong, item(3)]})

        assert (answer.status_code, outcomes(answer)) == (200, ["created", "failed", "created"])
        told = answer.json()["results"][1]
        assert (told["key"], told["status"]) == ("2", 422)
        assert told["problem"]["type"].endswith("/problems/refused")
        assert [each["pointer"] for each in told["problem"]["errors"]] == ["/data/country"]
        assert ExternalIdentifier.objects.count() == 2

    def test_all_or_nothing_is_nothing_when_one_fails_with_every_result(self, partner):
        wrong = item(2, data=body(2, country="Morocco"))
        before = AuditEvent.objects.count()

        answer = partner.post("/batch/organizations", {"atomic": True, "items": [item(1), wrong]})

        assert (answer.status_code, slug(answer)) == (422, "refused")
        assert outcomes(answer) == ["created", "failed"]
        assert "id" not in answer.json()["results"][0]
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/items/1/data/country"]
        assert not ExternalIdentifier.objects.exists()
        assert AuditEvent.objects.count() == before

    def test_a_trial_tells_what_would_be_and_writes_nothing(self, partner):
        partner.post("/batch/organizations", {"items": [item(1)]})
        before = AuditEvent.objects.count()

        answer = partner.post(
            "/batch/organizations", {"dry_run": True, "items": [item(1, data={"city": "Fes"}), item(2)]}
        )

        assert (answer.status_code, outcomes(answer)) == (200, ["updated", "created"])
        assert AuditEvent.objects.count() == before
        assert not Organization.objects.filter(city="Fes").exists()

    def test_is_as_good_as_its_mode(self, partner):
        partner.post("/batch/organizations", {"items": [item(1)]})
        both = [item(1), item(2)]

        created = partner.post("/batch/organizations", {"mode": "create", "dry_run": True, "items": both})
        updated = partner.post("/batch/organizations", {"mode": "update", "items": both})

        assert outcomes(created) == ["failed", "created"]
        assert created.json()["results"][0]["status"] == 409
        assert outcomes(updated) == ["unchanged", "failed"]
        assert updated.json()["results"][1]["status"] == 404

    def test_a_change_is_made_on_the_version_that_was_read(self, partner):
        partner.post("/batch/organizations", {"items": [item(1)]})
        partner.post("/batch/organizations", {"items": [item(1, data={"city": "Fes"})]})

        answer = partner.post(
            "/batch/organizations",
            {
                "items": [
                    item(1, data={"city": "Safi"}, if_version=1),
                    item(1, data={"city": "Rabat"}, if_version=2),
                ]
            },
        )

        stale, fresh = answer.json()["results"]
        assert (stale["status"], stale["problem"]["version"], stale["problem"]["changed"]) == (
            412,
            2,
            ["/city"],
        )
        assert (fresh["outcome"], fresh["version"]) == ("updated", 3)

    def test_one_that_looks_like_another_is_asked_about_with_the_candidates(self, partner):
        known = OrganizationFactory(name_en="Loom Agadir")
        alike = {"data": body(1) | {"names": {"en": "Loom Agadir"}}}

        answer = partner.post(
            "/batch/organizations", {"items": [alike, alike | {"allow_duplicate": True}, alike]}
        )

        failed, created, again = answer.json()["results"]
        assert (failed["status"], [each["id"] for each in failed["candidates"]]) == (409, [str(known.pk)])
        assert created["outcome"] == "created"
        assert {each["id"] for each in again["candidates"]} == {str(known.pk), created["id"]}

    def test_touches_nothing_that_its_sender_may_not_change(self, partner, editor):
        theirs = editor.post("/organizations", body(7, identifiers=[item(7)["match"]])).json()

        answer = partner.post("/batch/organizations", {"items": [item(7, data={"city": "Fes"})]})

        (told,) = answer.json()["results"]
        assert (told["status"], told["problem"]["type"].rsplit("/", 1)[-1]) == (403, "not-your-side")
        assert partner.get(f"/organizations/{theirs['id']}").json()["city"] == ""

    @pytest.mark.parametrize(
        "change", [{"id": "01a20112-1689-7668-b714-b379051c1298"}, {"version": 7}, {"url": "x"}]
    )
    def test_what_the_registry_says_is_not_said_by_others(self, partner, change):
        partner.post("/batch/organizations", {"items": [item(1)]})

        answer = partner.post("/batch/organizations", {"items": [item(1, data=change)]})

        assert answer.json()["results"][0]["problem"]["errors"][0]["code"] == "read_only"

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"items": []}, "/items"),
            ({"items": [{"data": 7}]}, "/items/0/data"),
            ({"items": [{"data": {}, "match": {"scheme": "x"}}]}, "/items/0/match/value"),
            ({"items": [item(1, id="01a20112-1689-7668-b714-b379051c1298")]}, "/items/0/match"),
            ({"items": [item(1, dta={})]}, "/items/0/dta"),
            ({"items": [item(1)], "mode": "merge"}, "/mode"),
            ({"items": [item(1)], "atomc": True}, "/atomc"),
        ],
    )
    def test_what_is_no_batch_is_refused_whole(self, partner, change, pointer):
        answer = partner.post("/batch/organizations", change)

        assert (answer.status_code, slug(answer)) == (422, "refused")
        assert pointer in {each["pointer"] for each in answer.json()["errors"]}

    def test_too_many_are_refused_whole(self, partner):
        answer = partner.post("/batch/organizations", {"items": [{"data": {}}] * 501})

        assert (answer.status_code, slug(answer)) == (413, "too-large")

    @pytest.mark.parametrize("resource", ["organizations", "people", "agreements", "activities"])
    def test_a_reader_sends_none(self, client, ours, resource):
        answer = Caller(client, bearer(ours, Role.READER)).post(
            f"/batch/{resource}", {"items": [{"data": {}}]}
        )

        assert (answer.status_code, slug(answer)) == (403, "forbidden")

    def test_activities_and_people_are_changed_by_their_ids(self, partner, ours):
        person = {"source_language": "en", "names": {"en": "Naima Benali"}}
        made = partner.post("/batch/people", {"items": [{"data": person}]}).json()["results"][0]
        event = {
            "source_language": "en",
            "titles": {"en": "A day of crafts"},
            "kind": "event",
            "organizers": [{"id": str(ours.pk)}],
        }
        done = partner.post("/batch/activities", {"items": [{"data": event}]}).json()["results"][0]
        assert (made["outcome"], done["outcome"]) == ("created", "created"), (made, done)

        renamed = partner.post(
            "/batch/people", {"items": [{"id": made["id"], "data": {"names": {"en": "N. Benali"}}}]}
        )
        moved = partner.post("/batch/activities", {"items": [{"id": done["id"], "data": {"place": "Fes"}}]})
        nobody = partner.post("/batch/people", {"items": [{"match": item(1)["match"], "data": person}]})

        assert (outcomes(renamed), outcomes(moved)) == (["updated"], ["updated"])
        assert [each["code"] for each in nobody.json()["errors"]] == ["no_identifiers"]


def dossier(ours, number: int, **more) -> dict:
    other = Organization.objects.exclude(pk=ours.pk).order_by("pk").first() or OrganizationFactory()
    return {
        "kind": "other",
        "source_language": "en",
        "titles": {"en": f"Agreement {number}"},
        "parties": [{"organization": {"id": str(each.pk)}} for each in (ours, other)],
        **more,
    }


class TestABatchOfAgreements:
    def test_enters_drafts_and_changes_them_by_the_sender_s_number(self, partner, ours):
        told = {"match": {"scheme": "partner-x", "value": "77-B"}, "data": dossier(ours, 1)}

        created = partner.post("/batch/agreements", {"items": [told]}).json()["results"][0]
        again = partner.post("/batch/agreements", {"items": [told]}).json()["results"][0]
        patch = {**told, "data": {"reference": "77/B"}}
        updated = partner.post("/batch/agreements", {"items": [patch]}).json()["results"][0]

        assert created["outcome"] == "created", created
        assert again["outcome"] == "unchanged", again
        assert (updated["outcome"], updated["version"]) == ("updated", created["version"] + 1)
        now = partner.get(f"/agreements/{created['id']}").json()
        assert (now["reference"], now["editorial_state"]) == ("77/B", "draft")
        assert now["identifiers"] == [told["match"]]

    def test_a_whole_dossier_sent_again_keeps_its_parts_and_changes_nothing(self, editor, ours):
        document = samples.read("aman-bayti")
        told = {"match": {"scheme": "partner-x", "value": "AB"}, "data": document}
        created = editor.post("/batch/agreements", {"items": [told]}).json()["results"][0]
        assert created["outcome"] == "created", created
        before = AuditEvent.objects.count()

        again = editor.post("/batch/agreements", {"items": [told]}).json()["results"][0]
        put = editor.put("/identifiers/agreements/partner-x/AB", document)

        assert again["outcome"] == "unchanged", again
        assert (put.status_code, put.json()["version"]) == (200, created["version"]), put.json()
        assert AuditEvent.objects.count() == before

    def test_of_a_dossier_sent_again_only_what_differs_changes(self, editor, ours):
        document = samples.read("aman-bayti")
        told = {"match": {"scheme": "partner-x", "value": "AB"}, "data": document}
        created = editor.post("/batch/agreements", {"items": [told]}).json()["results"][0]
        ids = [each["id"] for each in editor.get(f"/agreements/{created['id']}").json()["commitments"]]
        document["commitments"][1]["place"] = "Meknes"
        document["statements"][0]["texts"]["en"] += "!"  # points at an office, a part of a person

        answer = editor.post("/batch/agreements", {"items": [told]}).json()["results"][0]

        assert answer["outcome"] == "updated", answer
        now = editor.get(f"/agreements/{created['id']}").json()["commitments"]
        assert [each["id"] for each in now if each["place"] != "Meknes"] == [ids[0], *ids[2:]]

    def test_a_trial_takes_no_number_of_the_registry(self, partner, ours):
        trial = {"dry_run": True, "items": [{"data": dossier(ours, number)} for number in range(3)]}
        assert outcomes(partner.post("/batch/agreements", trial)) == ["created"] * 3
        assert not Agreement.objects.exists()
        first = partner.post("/batch/agreements", {"items": [{"data": dossier(ours, 1)}]}).json()["results"][
            0
        ]

        partner.post("/batch/agreements", trial)
        second = partner.post("/batch/agreements", {"items": [{"data": dossier(ours, 2)}]}).json()["results"][
            0
        ]

        numbers = [Agreement.objects.get(pk=each["id"]).number for each in (first, second)]
        assert numbers[1] == numbers[0] + 1

    def test_a_published_one_waits_for_somebody_else_and_one_of_others_is_not_there(
        self, partner, editor, ours
    ):
        published = AgreementFactory(
            published=True, parties=[ours, OrganizationFactory()], registered_for=ours
        )
        theirs = AgreementFactory()
        strange = dossier(ours, 9)
        strange["parties"] = [
            {"organization": {"id": str(each.pk)}} for each in OrganizationFactory.create_batch(2)
        ]

        answer = partner.post(
            "/batch/agreements",
            {
                "items": [
                    {"id": str(published.pk), "data": {"reference": "x"}},
                    {"id": str(theirs.pk), "data": {"reference": "x"}},
                    {"data": strange},
                ]
            },
        )

        slugs = [each["problem"]["type"].rsplit("/", 1)[-1] for each in answer.json()["results"]]
        assert slugs == ["needs-approval", "not-found", "refused"]


class TestANumber:
    def test_leads_to_the_record(self, client, editor):
        told = editor.post(
            "/organizations", body(1, identifiers=[{"scheme": "org-id", "value": "QA/MOI 7"}])
        ).json()

        found = editor.get("/identifiers/organizations/org-id/QA%2FMOI%207")
        nothing = editor.get("/identifiers/organizations/org-id/QA")

        assert (found.status_code, found["Location"]) == (307, told["url"])
        assert nothing.status_code == 404

    def test_a_record_is_put_there_and_put_again(self, partner):
        address = "/identifiers/organizations/partner-x/ORG-1"

        first = partner.put(address, body(1, aliases=[{"name": "The loom", "language": "en"}]))
        again = partner.put(address, body(1, aliases=[{"name": "The loom", "language": "en"}]))
        other = partner.put(address, body(1, city="Fes"))

        assert (first.status_code, first.json()["identifiers"]) == (201, [item(1)["match"]])
        assert (again.status_code, again.json()) == (200, first.json())
        assert (other.json()["id"], other.json()["city"], other.json()["aliases"]) == (
            first.json()["id"],
            "Fes",
            [],
        )
        assert other.json()["slug"] == first.json()["slug"]
        assert other.json()["version"] == 2

    def test_what_lets_a_likeness_pass_may_be_said_again(self, partner):
        told = body(1) | {"allow_duplicate": True}
        first = partner.put("/identifiers/organizations/partner-x/ORG-1", told)

        again = partner.put("/identifiers/organizations/partner-x/ORG-1", told)

        assert (first.status_code, again.status_code) == (201, 200), again.json()
        assert again.json() == first.json()

    def test_a_state_that_was_read_is_asked_for_where_it_is_said(self, partner):
        address = "/identifiers/organizations/partner-x/ORG-1"
        missing = partner.put(address, body(1), If_Match='"1"')
        first = partner.put(address, body(1))
        tag = first["ETag"]
        partner.put(address, body(1, city="Fes"), If_Match=tag)

        stale = partner.put(address, body(1, city="Safi"), If_Match=tag)

        assert (missing.status_code, stale.status_code) == (412, 412)
        assert partner.get(f"/organizations/{first.json()['id']}").json()["city"] == "Fes"

    def test_an_agreement_is_put_there_by_who_may_enter_it(self, partner, ours, client):
        address = "/identifiers/agreements/partner-x/77-B"

        first = partner.put(address, dossier(ours, 1))
        again = partner.put(address, dossier(ours, 1))
        stranger = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))
        hidden = stranger.put(address, dossier(ours, 1))

        assert (first.status_code, again.status_code) == (201, 200), again.json()
        assert again.json()["version"] == first.json()["version"] == 1
        assert (hidden.status_code, slug(hidden)) == (409, "conflict")
        assert stranger.get(address).status_code == 404

    def test_a_partner_puts_nothing_on_what_it_may_not_change(self, partner, editor):
        editor.put("/identifiers/organizations/public/1", body(1))

        answer = partner.put("/identifiers/organizations/public/1", body(1, city="Fes"))

        assert (answer.status_code, slug(answer)) == (403, "not-your-side")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.mark.parametrize("resource", ["organizations", "agreements"])
    def test_of_many_who_put_the_same_number_one_enters_and_all_find_it(self, ours, resource):
        headers = bearer(ours, Role.PARTNER_SYSTEM)
        OrganizationFactory()
        document = body(1) if resource == "organizations" else dossier(ours, 1)
        start, seen = Barrier(32), []

        def put():
            try:
                start.wait()
                answer = Caller(Client(), headers).put(f"/identifiers/{resource}/partner-x/ORG-1", document)
                seen.append((answer.status_code, answer.json()["id"], answer.json()["version"]))
            finally:
                connections.close_all()

        threads = [Thread(target=put) for _each in range(32)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        key = seen[0][1]
        assert sorted(seen) == [(200, key, 1)] * 31 + [(201, key, 1)]
        model = {"organizations": Organization, "agreements": Agreement}[resource]
        assert model.objects.filter(identifiers__value="ORG-1").count() == 1


@pytest.mark.django_db(transaction=True)
class TestTheRecordsOfOthers:
    """Whoever sends a batch keeps nobody from writing what is not theirs to write."""

    @pytest.mark.parametrize("resource", ["organizations", "agreements"])
    def test_are_locked_by_no_batch(self, ours, monkeypatch, resource):
        partner = Caller(Client(), bearer(ours, Role.PARTNER_SYSTEM))
        if resource == "organizations":
            entered = partner.post("/organizations", body(1) | {"identifiers": [item(1)["match"]]}).json()[
                "id"
            ]
            editor = Caller(Client(), bearer(OrganizationFactory(), Role.EDITOR))
            told = editor.post("/organizations", body(9) | {"identifiers": [item(9)["match"]]}).json()
            readable, hidden = Organization.objects.get(pk=told["id"]), OrganizationFactory()
        else:
            entered = partner.post("/agreements", dossier(ours, 1)).json()["id"]
            readable = AgreementFactory(published=True)
            hidden = AgreementFactory()
        table = {"organizations": Organization, "agreements": Agreement}[resource]._meta.db_table
        held = []

        def look(*_items):
            other = connection.copy()
            try:
                with other.cursor() as cursor:
                    cursor.execute(f"SELECT id FROM {table} FOR NO KEY UPDATE SKIP LOCKED")
                    held.append({key for (key,) in cursor.fetchall()})
            finally:
                other.close()
            raise Http404

        monkeypatch.setattr("exchange.api.batch._write", look)
        items = [{"id": str(each), "data": {}} for each in (entered, readable.pk, hidden.pk)]
        if resource == "organizations":
            items.append(item(9))
        answer = partner.post(f"/batch/{resource}", {"items": items})

        assert answer.status_code == 200, answer.json()
        for free in held:
            assert {readable.pk, hidden.pk} <= free
            assert UUID(entered) not in free, "what is theirs to write is kept for them"

    def test_are_refused_as_ever(self, ours):
        partner = Caller(Client(), bearer(ours, Role.PARTNER_SYSTEM))
        readable, hidden = OrganizationFactory(), AgreementFactory()

        one = partner.post(
            "/batch/organizations", {"items": [{"id": str(readable.pk), "data": {"city": "X"}}]}
        )
        two = partner.post("/batch/agreements", {"items": [{"id": str(hidden.pk), "data": {"titles": {}}}]})

        slugs = [each.json()["results"][0]["problem"]["type"].rpartition("/")[2] for each in (one, two)]
        assert slugs == ["not-your-side", "not-found"]


@pytest.mark.drill
class TestFiveHundred:
    def test_with_a_bad_one_are_done_but_for_that_or_not_at_all(self, partner):
        items = [item(number) for number in range(500)]
        items[250] = item(250, data=body(250, country="Morocco"))

        whole = partner.post("/batch/organizations", {"atomic": True, "items": items})
        assert (whole.status_code, ExternalIdentifier.objects.count()) == (422, 0)
        each = partner.post("/batch/organizations", {"items": items})
        again = partner.post("/batch/organizations", {"items": items})

        assert each.json()["summary"] == {"created": 499, "updated": 0, "unchanged": 0, "failed": 1}
        assert again.json()["summary"] == {"created": 0, "updated": 0, "unchanged": 499, "failed": 1}
        assert ExternalIdentifier.objects.count() == 499

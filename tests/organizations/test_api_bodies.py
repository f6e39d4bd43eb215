"""Organizations, people and offices written over the API: by whom, on which state, and what is refused."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from agreements.models import Signatory
from audit import trail
from audit.models import AuditEvent
from audit.trail import one_write
from exchange.api.upserts import OrganizationUpserts
from organizations.models import Alias, ExternalIdentifier, Office, Organization, Person, System
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.calling import Caller, slug
from tests.factories import (
    AgreementFactory,
    AliasFactory,
    OfficeFactory,
    OrganizationFactory,
    PartyFactory,
    PersonFactory,
    StatementFactory,
)

pytestmark = pytest.mark.django_db

AMAL = {
    "source_language": "fr",
    "names": {"fr": "Espace associatif Al Amal", "ar": "الفضاء الجمعوي الأمل"},
    "country": "MA",
    "kind": "association",
    "identifiers": [{"scheme": "partner-x", "value": "ORG-13"}],
    "aliases": [{"name": "Al Amal de Tanger", "language": "fr"}],
}


@pytest.fixture
def editor(client):
    return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))


@pytest.fixture
def ours(db):
    return OrganizationFactory()


@pytest.fixture
def partner(client, ours):
    return Caller(client, bearer(ours, Role.PARTNER_SYSTEM))


def events(key):
    return list(AuditEvent.objects.filter(chain=key).order_by("sequence").values_list("verb", flat=True))


class TestEntering:
    def test_an_organization_is_entered_with_its_names_and_numbers(self, partner):
        answer = partner.post("/organizations", AMAL)

        assert answer.status_code == 201, answer.json()
        told = answer.json()
        assert answer["Location"] == told["url"]
        assert answer["ETag"] == '"1-en-json"'
        assert told["slug"] == "espace-associatif-al-amal"
        assert told["identifiers"] == AMAL["identifiers"]
        assert partner.get(f"/organizations/{told['id']}").json() == told
        assert events(told["id"]) == ["organization.registered"]

    def test_a_reader_enters_none(self, client, ours):
        answer = Caller(client, bearer(ours, Role.READER)).post("/organizations", AMAL)

        assert (answer.status_code, slug(answer)) == (403, "forbidden")

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"names": {}}, "/names"),
            ({"country": "Morocco"}, "/country"),
            ({"kind": "guild"}, "/kind"),
            ({"parent": {"id": str(uuid4())}, "relation": "part_of"}, "/parent"),
            ({"relation": "part_of"}, "/relation"),
            ({"nmaes": {}}, "/nmaes"),
            ({"merged_into": None}, "/merged_into"),
            ({"allow_duplicate": "yes"}, "/allow_duplicate"),
        ],
    )
    def test_a_fault_is_told_at_its_place_and_nothing_is_entered(self, partner, change, pointer):
        answer = partner.post("/organizations", AMAL | change)

        assert (answer.status_code, slug(answer)) == (422, "refused")
        assert pointer in {each["pointer"] for each in answer.json()["errors"]}
        assert not Organization.objects.filter(name_fr=AMAL["names"]["fr"]).exists()

    def test_one_that_may_be_here_already_is_asked_about_and_entered_when_it_is_another(self, partner):
        first = partner.post("/organizations", AMAL).json()
        again = AMAL | {"identifiers": []}

        answer = partner.post("/organizations", again)
        other = partner.post("/organizations", again | {"allow_duplicate": True})

        assert (answer.status_code, slug(answer)) == (409, "possible-duplicate")
        (candidate,) = answer.json()["candidates"]
        assert candidate["id"] == first["id"]
        assert "Al Amal" in candidate["why"][0]
        assert other.status_code == 201
        assert other.json()["slug"] != first["slug"]

    @pytest.mark.parametrize("change", [{"slug": "al-amal"}, {}])
    def test_a_number_or_short_address_of_another_is_a_conflict_that_nothing_allows(self, partner, change):
        first = partner.post("/organizations", AMAL | {"slug": "al-amal"}).json()
        other = {
            "source_language": "en",
            "names": {"en": "Quite another"},
            "identifiers": [] if change else AMAL["identifiers"],
            "allow_duplicate": True,
        }

        answer = partner.post("/organizations", other | change)

        assert (answer.status_code, slug(answer)) == (409, "conflict")
        assert [each["id"] for each in answer.json()["conflicts_with"]] == [first["id"]]

    def test_a_person_is_entered_with_offices(self, partner, ours):
        office = {
            "organization": {"id": str(ours.pk)},
            "source_language": "fr",
            "titles": {"fr": "présidente"},
        }
        person = {"source_language": "fr", "names": {"fr": "Naïma Benali"}, "offices": [office]}

        answer = partner.post("/people", person)
        again = partner.post("/people", person)

        assert answer.status_code == 201, answer.json()
        assert [each["title"] for each in answer.json()["offices"]] == ["présidente"]
        assert (again.status_code, slug(again)) == (409, "possible-duplicate")
        assert partner.post("/people", person | {"allow_duplicate": True}).status_code == 201


class TestChanging:
    def test_what_the_patch_says_changes_and_parts_keep_their_ids(self, partner):
        told = partner.post("/organizations", AMAL).json()
        alias = told["aliases"][0]

        answer = partner.patch(
            f"/organizations/{told['id']}",
            {
                "city": "Tanger",
                "names": {"ar": None},
                "aliases": [alias | {"name": "Al Amal"}, {"name": "Amal Tanger", "language": "fr"}],
            },
            tag='"1-en-json"',
        )

        assert answer.status_code == 200, answer.json()
        now = answer.json()
        assert (now["city"], now["names"], now["version"]) == ("Tanger", {"fr": AMAL["names"]["fr"]}, 2)
        assert now["aliases"][0] == alias | {"name": "Al Amal"}
        assert answer["ETag"] == '"2-en-json"'
        (event,) = AuditEvent.objects.filter(chain=told["id"], verb="organization.changed")
        assert set(event.changes) == {"city", "names", "aliases"}

    def test_the_same_again_writes_nothing(self, partner):
        told = partner.post("/organizations", AMAL).json()

        for patch in ({}, {"aliases": AMAL["aliases"]}, told):
            answer = partner.patch(f"/organizations/{told['id']}", patch)
            assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.json()

        assert events(told["id"]) == ["organization.registered"]

    def test_it_is_made_on_the_state_that_was_read(self, partner):
        told = partner.post("/organizations", AMAL).json()
        address = f"/organizations/{told['id']}"
        partner.patch(address, {"city": "Tanger"}, tag='"1"')

        missing = partner("PATCH", address, {"city": "Rabat"})
        stale = partner.patch(address, {"city": "Rabat"}, tag='"1-en-json"')

        assert (missing.status_code, slug(missing)) == (428, "precondition-required")
        assert (stale.status_code, slug(stale)) == (412, "precondition-failed")
        assert (stale.json()["version"], stale.json()["changed"]) == (2, ["/city"])
        assert partner.get(address).json()["city"] == "Tanger"

    @pytest.mark.parametrize(
        "change",
        [
            {"id": str(uuid4())},
            {"version": 9},
            {"url": "https://elsewhere.example/"},
            {"type": "person"},
            {"name": "Another"},
        ],
    )
    def test_what_the_registry_says_is_not_said_by_others(self, partner, change):
        told = partner.post("/organizations", AMAL).json()

        answer = partner.patch(f"/organizations/{told['id']}", change)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "read_only"

    def test_a_partner_changes_what_its_organization_entered_and_nothing_else(self, partner, editor):
        theirs = editor.post("/organizations", AMAL).json()

        answer = partner.patch(f"/organizations/{theirs['id']}", {"city": "Rabat"})

        assert (answer.status_code, slug(answer)) == (403, "not-your-side")
        assert editor.patch(f"/organizations/{theirs['id']}", {"city": "Rabat"}).status_code == 200
        assert partner.patch(f"/organizations/{uuid4()}", {"city": "Rabat"}).status_code == 404

    def test_a_part_of_another_record_is_no_part_of_this_one(self, partner):
        told = partner.post("/organizations", AMAL).json()
        strange = AliasFactory()

        answer = partner.patch(
            f"/organizations/{told['id']}",
            {"aliases": [{"id": str(strange.pk), "name": "Stolen", "language": "en"}]},
        )

        assert answer.json()["errors"][0]["pointer"] == "/aliases/0/id"
        assert Alias.objects.get(pk=strange.pk).name == strange.name

    def test_an_office_is_a_part_of_its_person(self, editor):
        person, body = PersonFactory(), OrganizationFactory()
        entered = editor.post(
            "/offices",
            {
                "person": {"id": str(person.pk)},
                "organization": {"id": str(body.pk)},
                "source_language": "en",
                "titles": {"en": "director"},
            },
        )
        assert entered.status_code == 201, entered.json()
        address = f"/offices/{entered.json()['id']}"

        changed = editor.patch(address, {"titles": {"en": "head"}}, tag=entered["ETag"])
        faulty = editor.patch(address, {"titles": {"en": ""}})
        moved = editor.patch(address, {"person": {"id": str(PersonFactory().pk)}})
        removed = editor.delete(address, tag=changed["ETag"])

        assert (changed.status_code, changed.json()["title"]) == (200, "head")
        assert [each["pointer"] for each in faulty.json()["errors"]] == ["/titles"]
        assert moved.json()["errors"][0]["code"] == "read_only"
        assert removed.status_code == 204
        assert (editor.get(address).status_code, slug(editor.get(address))) == (410, "gone")
        assert events(person.pk)[1:] == ["person.changed"] * 3


class TestRemoving:
    def test_what_nobody_leans_on_goes_and_its_address_says_so(self, partner):
        told = partner.post("/organizations", AMAL).json()
        address = f"/organizations/{told['id']}"

        assert partner.delete(address, tag='"1"').status_code == 204

        answer = partner.get(address)
        assert (answer.status_code, slug(answer)) == (410, "gone")
        assert answer.json()["id"] == told["id"]
        assert answer.json()["deleted_at"]
        assert partner.patch(address, {"city": "x"}).status_code == 410
        assert partner.delete(address).status_code == 410
        assert partner.post("/organizations", AMAL).status_code == 201

    def test_what_others_lean_on_stays_and_they_are_named_to_who_may_read_them(self, client, editor, ours):
        body = OrganizationFactory()
        shown = AgreementFactory(published=False, parties=[body, ours])
        hidden = AgreementFactory(parties=[body])
        outsider = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))
        mine = outsider.post("/organizations", AMAL).json()
        PartyFactory(agreement=hidden, organization=Organization.objects.get(pk=mine["id"]))

        answer = editor.delete(f"/organizations/{body.pk}")
        told_less = outsider.delete(f"/organizations/{mine['id']}")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        assert {each["id"] for each in answer.json()["leaning"]} == {str(shown.pk), str(hidden.pk)}
        assert (told_less.status_code, told_less.json()["leaning"]) == (409, [])
        assert Organization.objects.filter(pk__in=[body.pk, mine["id"]]).count() == 2

    def test_a_person_goes_with_the_offices(self, editor):
        office = OfficeFactory()

        assert editor.delete(f"/people/{office.person_id}").status_code == 204
        assert editor.get(f"/people/{office.person_id}").status_code == 410
        assert not Person.objects.filter(pk=office.person_id).exists()

    def test_those_of_others_are_left_alone(self, partner):
        body = OrganizationFactory()

        assert slug(partner.delete(f"/organizations/{body.pk}")) == "not-your-side"
        assert slug(
            partner("DELETE", f"/organizations/{partner.post('/organizations', AMAL).json()['id']}")
        ) == ("precondition-required")


class TestOnceReviewed:
    """What one entered oneself, when an agreement names it as a party."""

    @pytest.fixture
    def mine(self, partner):
        return partner.post("/organizations", AMAL).json()

    @pytest.fixture
    def published(self, mine):
        agreement = AgreementFactory(published=True)
        PartyFactory(agreement=agreement, organization_id=mine["id"])
        return mine

    def test_is_changed_by_its_enterer_while_drafts_alone_name_it(self, partner, mine):
        PartyFactory(agreement=AgreementFactory(), organization_id=mine["id"])

        assert partner.patch(f"/organizations/{mine['id']}", {"city": "Rabat"}).status_code == 200
        assert slug(partner.delete(f"/organizations/{mine['id']}")) == "protected"

    def test_is_not_changed_by_its_enterer_once_it_is_published(self, partner, published):
        path = f"/organizations/{published['id']}"

        for answer in (
            partner.patch(path, {"city": "Rabat"}),
            partner.patch(path, {"aliases": []}),
            partner.put("/identifiers/organizations/partner-x/ORG-13", AMAL | {"city": "Rabat"}),
            partner.delete(path),
        ):
            assert (answer.status_code, slug(answer)) == (409, "needs-approval"), answer.json()
        assert partner.get(path).json() == published
        assert events(published["id"]) == ["organization.registered"]

    def test_is_sent_again_as_it_is(self, partner, published):
        again = partner.put("/identifiers/organizations/partner-x/ORG-13", AMAL)
        patched = partner.patch(f"/organizations/{published['id']}", {"country": "MA"})

        assert (again.status_code, patched.status_code) == (200, 200), again.json()
        assert again.json()["version"] == patched.json()["version"] == published["version"]

    def test_is_changed_by_an_editor(self, editor, published):
        assert editor.patch(f"/organizations/{published['id']}", {"city": "Rabat"}).status_code == 200


class TestAPersonOnceReviewed:
    """Whom one entered oneself, when an agreement has their name under it, or their words in it."""

    @pytest.fixture
    def mine(self, partner, ours):
        office = {
            "organization": {"id": str(ours.pk)},
            "source_language": "fr",
            "titles": {"fr": "présidente"},
        }
        return partner.post(
            "/people", {"source_language": "fr", "names": {"fr": "Naïma Benali"}, "offices": [office]}
        ).json()

    @staticmethod
    def named(mine, way: str, **more):
        agreement = AgreementFactory(**more)
        office = Office.objects.get(person=mine["id"])
        if way == "speaker":
            StatementFactory(agreement=agreement, speaker=office, attribution="stated")
        else:
            party = PartyFactory(agreement=agreement)
            with one_write():
                row = Signatory.objects.create(party=party, person=office.person)
                trail.record("agreement.corrected", row, chain=agreement.pk, by=System("test"))

    @pytest.mark.parametrize("way", ["signatory", "speaker"])
    def test_is_changed_by_its_enterer_while_drafts_alone_name_them(self, partner, mine, way):
        self.named(mine, way)

        answer = partner.patch(f"/people/{mine['id']}", {"names": {"fr": "Naïma Benali-Idrissi"}})
        assert answer.status_code == 200, answer.json()

    @pytest.mark.parametrize("way", ["signatory", "speaker"])
    def test_is_not_changed_by_its_enterer_once_it_is_published(self, partner, editor, mine, way):
        self.named(mine, way, published=True)
        path = f"/people/{mine['id']}"
        (held,) = mine["offices"]
        title = {"id": held["id"], "organization": held["organization"], "source_language": "fr"}

        for answer in (
            partner.patch(path, {"names": {"fr": "Somebody else"}}),
            partner.patch(path, {"offices": [title | {"titles": {"fr": "trésorière"}}]}),
            partner.delete(path),
            partner.post("/batch/people", {"items": [{"id": mine["id"], "data": {"names": {"fr": "X Y"}}}]}),
        ):
            told = answer.json()["results"][0]["problem"] if answer.status_code == 200 else answer.json()
            assert (told["status"], told["type"].rpartition("/")[2]) == (409, "needs-approval"), told
        assert partner.get(path).json() == mine
        assert events(mine["id"]) == ["person.registered", "office.registered"]
        assert partner.patch(path, {"names": mine["names"]}).status_code == 200, "the same again is no change"
        assert editor.patch(path, {"names": {"fr": "Naïma Benali-Idrissi"}}).status_code == 200


class TestMerging:
    def test_the_address_of_the_merged_leads_to_the_kept(self, editor):
        one, other = OrganizationFactory(), OrganizationFactory()

        answer = editor.post(
            f"/organizations/{one.pk}/merge", {"into": {"id": str(other.pk)}, "reason": "One and the same."}
        )
        read = editor.get(f"/organizations/{one.pk}")
        written = editor.patch(f"/organizations/{one.pk}", {"city": "Rabat"})

        assert (answer.status_code, answer.json()["id"]) == (200, str(other.pk)), answer.json()
        assert (read.status_code, read.json()["merged_into"]["id"]) == (308, str(other.pk))
        assert (written.status_code, slug(written)) == (410, "gone")
        assert written.json()["merged_into"]["id"] == str(other.pk)

    @pytest.mark.parametrize("query", ["", "?language=fr", "?fields=id,names&language=ar", "?format=jsonld"])
    @pytest.mark.parametrize("kind", ["organizations", "people"])
    def test_what_it_leads_to_can_be_asked_as_it_is_told(self, editor, kind, query):
        """By a program that holds the id of the merged record in a document of its own."""
        factory = {"organizations": OrganizationFactory, "people": PersonFactory}[kind]
        one, other = factory(), factory()
        merged = editor.post(
            f"/{kind}/{one.pk}/merge", {"into": {"id": str(other.pk)}, "reason": "One and the same."}
        )
        assert merged.status_code == 200, merged.json()

        moved = editor.get(f"/{kind}/{one.pk}{query}")
        there = editor.client.get(moved["Location"], headers=editor.headers)
        by_body = editor.client.get(moved.json()["merged_into"]["url"], headers=editor.headers)

        assert moved.status_code == 308
        assert moved["Location"].endswith(f"/api/v1/{kind}/{other.pk}{query}")
        assert moved["Content-Type"].partition(";")[0] == "application/json"
        assert moved["Cache-Control"] == "no-cache"
        assert "ETag" not in moved
        assert moved.json()["merged_into"].keys() == {"id", "type", "label", "url"}
        assert (there.status_code, by_body.status_code) == (200, 200), there.content
        assert by_body.json()["id"] == str(other.pk)
        assert str(other.pk) in there.content.decode()

    @pytest.mark.parametrize(
        ("into", "reason", "pointer"),
        [("other", "", "/reason"), ("itself", "Why not.", "/into"), ("nothing", "Why not.", "/into")],
    )
    def test_is_refused_with_its_reason(self, editor, into, reason, pointer):
        one, other = OrganizationFactory(), OrganizationFactory()
        key = {"other": other.pk, "itself": one.pk, "nothing": uuid4()}[into]

        answer = editor.post(f"/organizations/{one.pk}/merge", {"into": {"id": str(key)}, "reason": reason})

        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]

    def test_a_partner_merges_nothing(self, partner):
        mine = partner.post("/organizations", AMAL).json()

        answer = partner.post(
            f"/organizations/{mine['id']}/merge",
            {"into": {"id": str(OrganizationFactory().pk)}, "reason": "x"},
        )

        assert (answer.status_code, slug(answer)) == (403, "forbidden")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_who_wait_for_each_other_one_tries_again(self, ours, monkeypatch):
        headers, start, answers = bearer(ours, Role.PARTNER_SYSTEM), Barrier(2, timeout=20), []
        found = OrganizationUpserts.found

        def both_hold_their_own(self, identifier):
            start.wait()
            return found(self, identifier)

        monkeypatch.setattr(OrganizationUpserts, "found", both_hold_their_own)

        def put(own, other):
            document = AMAL | {"identifiers": [{"scheme": "x", "value": other}]}
            try:
                path = f"/identifiers/organizations/x/{own}"
                answers.append(Caller(Client(raise_request_exception=False), headers).put(path, document))
            finally:
                connections.close_all()

        threads = [Thread(target=put, args=pair) for pair in (("1", "2"), ("2", "1"))]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        entered, refused = sorted(answers, key=lambda each: each.status_code)
        assert (entered.status_code, refused.status_code, slug(refused)) == (201, 503, "unavailable")
        assert refused["Retry-After"] == "1"
        assert ExternalIdentifier.objects.count() == 2

    def test_of_many_who_enter_the_same_number_one_does(self, ours):
        headers = bearer(ours, Role.PARTNER_SYSTEM)
        start, statuses = Barrier(32), []

        def enter():
            try:
                start.wait()
                answer = Caller(Client(), headers).post("/organizations", AMAL | {"allow_duplicate": True})
                statuses.append((answer.status_code, answer.json().get("type", "").rsplit("/", 1)[-1]))
            finally:
                connections.close_all()

        threads = [Thread(target=enter) for _each in range(32)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert sorted(statuses) == [(201, "organization")] + [(409, "conflict")] * 31
        assert ExternalIdentifier.objects.count() == 1

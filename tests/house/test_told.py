"""What the page for developers says in words alone, done."""

import re

import pytest
from django.urls import reverse

from config import api
from exchange.queries.telling import EVENTS, KINDS
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.calling import Caller
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db

LOOM = {"source_language": "en", "names": {"en": "Loom of Testford (fictional)"}}


@pytest.fixture
def partner(client):
    return Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))


@pytest.fixture
def editor(client):
    return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))


class TestALostAnswer:
    def test_to_a_change_that_is_sent_again_is_told_by_412_with_ones_own_name(self, partner):
        made = partner.post("/organizations", LOOM)
        path, tag = f"/organizations/{made.json()['id']}", made["ETag"]
        arrived = partner.patch(path, {"city": "Testford"}, tag)

        again = partner.patch(path, {"city": "Testford"}, tag)

        assert (arrived.status_code, again.status_code) == (200, 412)
        told = again.json()
        assert (told["version"], told["changed"]) == (arrived.json()["version"], ["/city"])
        assert told["updated_by"] == partner.get("/me").json()["label"]

    def test_to_a_removal_that_is_sent_again_is_told_by_410(self, partner):
        made = partner.post("/organizations", LOOM)
        path, tag = f"/organizations/{made.json()['id']}", made["ETag"]

        assert [partner.delete(path, tag).status_code for _time in range(2)] == [204, 410]

    def test_to_a_put_is_no_loss(self, partner):
        path = "/identifiers/organizations/partner-x/ORG-1"
        first, again = (partner.put(path, LOOM) for _time in range(2))

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()


def test_a_merged_record_leads_to_the_one_that_was_kept_and_takes_no_change(editor):
    kept = editor.post("/organizations", LOOM).json()
    other = editor.post("/organizations", {"source_language": "en", "names": {"en": "Spindle"}}).json()
    merge = {"into": {"id": kept["id"]}, "reason": "One and the same."}
    assert editor.post(f"/organizations/{other['id']}/merge", merge).status_code == 200

    moved = editor.get(f"/organizations/{other['id']}")
    change = editor.patch(f"/organizations/{other['id']}", {"city": "Fes"})

    assert (moved.status_code, moved["Location"]) == (308, kept["url"])
    assert moved.json()["merged_into"]["id"] == kept["id"]
    assert (change.status_code, change.json()["merged_into"]["id"]) == (410, kept["id"])
    assert other["id"] not in {each["id"] for each in editor.get("/organizations").json()["results"]}


class TestTheTableOfTypes:
    def test_has_every_type_with_its_list_and_every_event(self, client):
        page = client.get(reverse("developers")).content.decode()
        table = re.search(r'<table class="tbl types">.*?</table>', page, re.DOTALL)[0]
        rows = [re.findall(r'<code dir="ltr">(.*?)</code>', row) for row in table.split("<tr>")[2:]]

        assert [row[:2] for row in rows] == [[each.name, f"/{each.resource}"] for each in KINDS.values()]
        told = {word for row in rows for word in row[2:]}
        assert {word for word in told if not word.startswith("/")} == set(EVENTS)

    def test_has_every_list_of_records_but_those_that_no_feed_tells_of(self, client):
        page = client.get(reverse("developers")).content.decode()
        table = re.search(r'<table class="tbl types">.*?</table>', page, re.DOTALL)[0]
        lists = {name for name, _view, _base in api.router.registry}

        told = {word[1:] for word in re.findall(r'<code dir="ltr">(/[\w-]+)</code>', table)}

        assert lists - told == {"vocabularies", "changes", "jobs", "webhook-endpoints"}
        assert told <= lists

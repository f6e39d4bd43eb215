"""The data sets: the same rows for the same seed, valid by every rule, and as the triggers would have left them."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from agreements.models import Agreement, TextEntry
from audit import trail
from audit.models import AuditEvent, RowVersion
from audit.verification import verify
from organizations.models import Descent, Organization, User
from organizations.services.tokens import issue_token
from tests.bearing import bearing
from tests.factories import TESTS
from tools import dataset
from tools.lifelike import load
from tools.lifelike.tables import TABLES
from tools.lifelike.world import World

SMALL = World(60)
DERIVED = {
    "organizations_descent": "ancestor_id, descendant_id, depth",
    "organizations_nameentry": "organization_id, person_id, fact, fact_id, language, words, named",
    "agreements_textentry": "agreement_id, programme_id, fact, fact_id, language, words, named",
    "organizations_nameword": "word, sounds",
    "agreements_textword": "word, sounds",
    "audit_rowversion": "table_name, row_id, owner_id, gone, row",
}
TIMED = {
    "audit_rowversion": "table_name, row_id, at, xid",
    "audit_auditevent": "chain, sequence, at, verb, epoch, xid, changes, previous_hash, hash",
}
OURS = {
    "audit_rowversion": f"WHERE table_name = ANY('{{{','.join(TABLES)}}}')",
    "audit_auditevent": "WHERE verb NOT IN ('vocabulary.seeded', 'test.made')",
}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("long")]


def told(columns: dict[str, str]) -> dict[str, list[str]]:
    """What stands in the columns of the tables, in one order."""
    found = {}
    with connection.cursor() as cursor:
        for table, names in columns.items():
            cursor.execute(f"SELECT ROW({names})::text FROM {table} {OURS.get(table, '')} ORDER BY 1")
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def everything() -> dict[str, list[str]]:
    return told({table: ", ".join(f'"{each}"' for each in columns) for table, columns in TABLES.items()})


def quietly(line: str) -> None:
    pass


@pytest.fixture
def filled() -> World:
    load.fill(SMALL, say=quietly)
    return SMALL


@pytest.fixture
def client() -> Client:
    return Client()


class TestRows:
    def test_are_the_same_for_the_same_seed_and_others_for_another(self):
        once, again, other = (list(World(30, seed).rows()) for seed in (1, 1, 2))

        assert once == again
        assert once != other

    def test_have_a_value_for_every_column_and_no_character_that_copy_takes_for_its_own(self):
        for table, row in SMALL.rows():
            assert len(row) == len(TABLES[table]), table
            assert not any(sign in str(value) for value in row for sign in "\t\n\\"), row

    def test_of_a_light_registry_are_fewer_between_the_same(self):
        light, whole = (
            Counter(table for table, _row in World(300, light=light).rows()) for light in (True, False)
        )

        for table in ("agreements_agreement", "organizations_organization", "agreements_source"):
            assert light[table] == whole[table], table
        assert light["agreements_citation"] == light["agreements_agreement"]
        assert light["agreements_commitment"] < whole["agreements_commitment"] / 3
        assert light.total() < whole.total() / 3

    def test_are_skewed_like_life(self):
        world = World(3000)
        parties = [row[4] for table, row in world.rows() if table == "agreements_party"]
        times = sorted((parties.count(each) for each in set(parties[:2000])), reverse=True)

        assert times[0] > 200
        assert times[len(times) // 2] < 30
        assert 2.5 < len(parties) / world.size < 3.5


class TestALoad:
    def test_leaves_what_the_triggers_would_have_left(self):
        with transaction.atomic():
            load.fill(SMALL, awake=True, say=quietly)
            trail.record("test.made", Agreement.objects.first(), by=TESTS)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # every rule has spoken
            awake, rows = told(DERIVED), everything()
            transaction.set_rollback(True)
        load.fill(SMALL, say=quietly)

        assert everything() == rows
        for table, drawn in told(DERIVED).items():
            assert drawn == awake[table], table

    def test_tells_the_same_moments_and_seals_each_time(self, filled):
        once = told(TIMED)
        self.empty()
        load.fill(SMALL, say=quietly)

        assert told(TIMED) == once

    def test_puts_every_index_back(self, filled):
        before = self.indexes()
        self.empty()
        load.fill(SMALL, say=quietly)

        assert self.indexes() == before
        assert any("textentry_by_words" in each for each in before)

    def test_by_two_processes_is_the_same(self, filled, monkeypatch):
        once, drawn = everything(), told(DERIVED)
        self.empty()
        monkeypatch.setattr(load, "ALONE", 10)
        load.fill(SMALL, say=quietly)

        assert everything() == once
        assert told(DERIVED) == drawn

    def test_refuses_a_key_that_leads_nowhere(self, filled):
        with connection.cursor() as cursor:
            load.follow_keys(cursor)
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "DELETE FROM agreements_source WHERE id = (SELECT min(id::text)::uuid FROM agreements_source)"
            )
            cursor.execute("SET session_replication_role = origin")

            with pytest.raises(load.Lost, match="rows of agreements_citation lead nowhere"):
                load.follow_keys(cursor)

    @staticmethod
    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in [*TABLES, *DERIVED, "audit_auditevent"]:
                cursor.execute(f"DELETE FROM {table} {OURS.get(table, '')}")
            cursor.execute("SET session_replication_role = origin")

    @staticmethod
    def indexes() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
            return [definition for (definition,) in cursor.fetchall()]


class TestALightRegistry:
    def test_remembers_agreements_and_bodies_alone(self):
        load.fill(World(60, light=True), say=quietly)

        faults = verify().faults

        assert faults
        assert all(each.endswith("has no version at all") for each in faults)
        assert RowVersion.objects.filter(table_name="agreements_agreement").count() == 60

    def test_is_named_apart_and_is_all_there_is_beyond_a_size(self):
        names = {dataset._name(size, 1, light) for size in dataset.SIZES.values() for light in (False, True)}

        assert len(names) == 2 * len(dataset.SIZES)
        assert dataset.is_light(1_000_000, wished=False)
        assert not dataset.is_light(100_000, wished=False)
        assert dataset.is_light(1_000, wished=True)


class TestARegistryOfIt:
    def test_is_proved_sealed_and_remembered(self, filled, capsys):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.number, u.fact, u.about FROM agreements_agreement a, mithaq_unproved(a.id) u"
                " WHERE a.editorial_state = 'published'"
            )
            assert cursor.fetchall() == []
        report = verify()
        assert report.faults == []
        assert report.versions > 3000
        assert AuditEvent.objects.filter(verb="agreement.published").count() > 40
        call_command("verify_audit")
        assert RowVersion.objects.filter(table_name="agreements_agreement").count() == filled.size

    def test_says_of_rows_without_versions_that_they_have_none(self, monkeypatch):
        monkeypatch.setattr(load, "WHOLE_PAST", 10)
        load.fill(SMALL, say=quietly)

        faults = verify().faults

        assert faults
        assert all(each.endswith("has no version at all") for each in faults)
        assert not any("agreements_agreement " in each for each in faults)

    def test_answers_on_pages_over_the_api_and_in_searches(self, filled, client):
        administrator = User.objects.get(role="administrator")
        organization = Organization.objects.get(slug="body-0")
        _token, secret = issue_token(organization=organization, role="administrator", by=administrator)
        headers = bearing(secret)
        client.force_login(administrator)

        listed = client.get("/api/v1/agreements", headers=headers).json()
        assert [each["number"] for each in listed["results"]] == list(range(60, 10, -1))
        one = client.get(
            f"/api/v1/agreements/{filled.agreement(7)}", {"expand": "proof"}, headers=headers
        ).json()
        assert one["code"] == "MQ-0007"
        assert one["parties"][0]["citations"][0]["quote"]
        sub_tree = client.get(
            "/api/v1/agreements", {"party": organization.pk, "party_scope": "subtree"}, headers=headers
        )
        assert sub_tree.json()["results"]
        changes = client.get("/api/v1/changes", headers=headers).json()
        assert changes["results"]
        words = TextEntry.objects.filter(fact="title", language="fr").first().words
        found = client.get("/api/v1/search", {"q": words}, headers=headers).json()
        assert found["results"][0]["label"]
        assert (
            client.get("/api/v1/agreements", {"q": "formation", "count": "exact"}, headers=headers).json()[
                "count"
            ]
            > 5
        )
        sheet = Agreement.objects.get(number=7).get_absolute_url()
        for page in ("/en/", "/en/agreements/", sheet, "/ar/organizations/"):
            assert client.get(page, follow=True).status_code == 200, page
        assert Descent.objects.filter(depth__gt=0).exists()

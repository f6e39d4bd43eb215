"""The one door into the trail: who, what, before and after; never a secret."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import translation
from django.utils.translation import gettext_lazy

from audit import revision, trail
from audit.models import AuditEvent
from audit.verification import verify
from lib import tracing
from lib.problems import Refused
from organizations import services
from organizations.models import Organization, User
from organizations.permissions import Role
from tests.bearing import bearing
from tests.factories import (
    PASSWORD,
    TESTS,
    ApiTokenFactory,
    OrganizationFactory,
    UserFactory,
    cited,
    dossier,
)


def told(target) -> AuditEvent:
    """The latest event about `target`."""
    return AuditEvent.objects.filter(target_id=str(target.pk)).latest("id")


@pytest.mark.django_db(transaction=True)
def test_record_outside_of_a_transaction_is_refused():
    organization, before = OrganizationFactory(), AuditEvent.objects.count()

    with pytest.raises(transaction.TransactionManagementError):
        trail.record("test.told", organization, by=TESTS)

    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
class TestRecord:
    def test_tells_who_did_what_for_whom(self):
        user, organization = UserFactory(organization=OrganizationFactory()), OrganizationFactory()

        event = trail.record(
            "test.told", organization, by=user, reason="because", changes={"city": ("", "Rabat")}
        )

        assert (event.target_type, event.target_id) == ("organizations.organization", str(organization.pk))
        assert (event.actor, event.actor_id) == (user.name, f"user:{user.pk}")
        assert (event.organization_id, event.reason) == (user.organization_id, "because")
        assert event.changes == {"city": {"old": "", "new": "Rabat"}}
        assert event.chain == organization.pk

    def test_names_a_token_by_its_organization_and_never_by_its_secret(self):
        token = ApiTokenFactory(label="nightly")

        event = trail.record("test.told", token.organization, by=token)

        assert event.actor == f"{token.organization.slug} · nightly"
        assert event.actor_id == f"token:{token.pk}"

    def test_keeps_the_id_of_the_request(self):
        with tracing.request("req-12345678"):
            event = trail.record("test.told", OrganizationFactory(), by=TESTS)
        outside = trail.record("test.told", OrganizationFactory(), by=TESTS)

        assert (event.request_id, outside.request_id) == ("req-12345678", "")

    def test_says_the_same_whatever_language_the_actor_reads(self):
        organization = OrganizationFactory()

        with translation.override("ar"):
            event = trail.record("test.told", organization, by=TESTS, changes={"kind": (None, "association")})

        assert event.changes == {"kind": {"old": None, "new": "association"}}

    def test_finds_a_chain_for_what_has_no_id_of_its_own(self):
        assert trail.chain_of("agreements.theme", "health") == trail.chain_of("agreements.theme", "health")
        assert trail.chain_of("agreements.theme", "health") != trail.chain_of("agreements.theme", "women")

    def test_seals_what_people_write_in_any_script(self):
        trail.record(
            "test.told",
            OrganizationFactory(),
            by=TESTS,
            reason='«لأن» \\ " \u2028 𐎀',
            changes={"é": (1.5, True)},
        )

        assert verify().faults == []


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("words", "words"),
        (gettext_lazy("words"), "words"),
        (date(2012, 5, 18), "2012-05-18"),
        (DateRange(date(2012, 5, 18), None), ["2012-05-18", None]),
        (Decimal("12.50"), "12.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": (1, {date(2012, 5, 18)})}, {"a": [1, ["2012-05-18"]]}),
    ],
)
def test_plain_values_are_what_json_can_hold(value, plain):
    assert trail.plain(value) == plain
    assert json.loads(json.dumps(trail.plain(value))) == plain


@pytest.mark.django_db
class TestHistory:
    def test_is_newest_first_and_of_one_chain_alone(self):
        organization, other = OrganizationFactory(), OrganizationFactory()
        trail.record("test.second", organization, by=TESTS)
        trail.record("test.other", other, by=TESTS)

        assert [event.verb for event in trail.history(organization.pk)] == ["test.second", "test.made"]
        assert [event.verb for event in trail.history(organization.pk, limit=1)] == ["test.second"]


@pytest.mark.django_db
class TestStore:
    def test_names_each_column_that_moved_and_no_other(self):
        organization = OrganizationFactory(city="Doha")
        organization.city = "Rabat"

        revision.store(organization, by=TESTS)

        event = told(organization)
        assert (event.verb, event.changes) == (
            "organization.changed",
            {"city": {"old": "Doha", "new": "Rabat"}},
        )

    def test_tells_every_column_of_a_new_record(self):
        organization = revision.store(Organization(slug="new", source_language="en", name_en="New"), by=TESTS)

        event = told(organization)
        assert event.verb == "organization.created"
        assert event.changes["slug"] == {"old": None, "new": "new"}

    def test_writes_nothing_for_an_unchanged_record(self):
        organization = OrganizationFactory()
        before = AuditEvent.objects.count()

        revision.store(organization, by=TESTS)

        assert AuditEvent.objects.count() == before

    def test_refuses_at_the_field_and_writes_nothing(self):
        organization = OrganizationFactory(country="MA")
        before = AuditEvent.objects.count()
        organization.country = "Maroc"

        with pytest.raises(ValidationError) as refusal:
            revision.store(organization, by=TESTS)

        assert "country" in refusal.value.error_dict
        assert AuditEvent.objects.count() == before
        assert Organization.objects.get(pk=organization.pk).country == "MA"


@pytest.mark.django_db
class TestRemove:
    def test_keeps_in_the_trail_what_was_removed(self):
        organization = OrganizationFactory(city="Rabat")
        key = organization.pk

        revision.remove(organization, by=TESTS, reason="entered twice")

        event = AuditEvent.objects.filter(target_id=str(key)).latest("id")
        assert (event.verb, event.reason) == ("organization.removed", "entered twice")
        assert event.changes["city"] == {"old": "Rabat", "new": None}
        assert not Organization.objects.filter(pk=key).exists()

    def test_names_what_still_leans_on_the_record(self):
        unit = OrganizationFactory(parent=OrganizationFactory())
        before = AuditEvent.objects.count()

        with pytest.raises(Refused, match=r"\(organization\)"):
            revision.remove(unit.parent, by=TESTS)

        assert AuditEvent.objects.count() == before


@pytest.mark.django_db
class TestOneWrite:
    def test_is_taken_back_whole_when_the_database_refuses(self):
        organization = OrganizationFactory(city="Doha")

        def write():
            with trail.one_write():
                Organization.objects.filter(pk=organization.pk).update(city="Rabat")
                Organization.objects.filter(pk=organization.pk).update(name_en="")

        with pytest.raises(Refused) as refusal:
            write()

        assert [fault.code for fault in refusal.value.faults] == ["organization_has_a_name"]
        assert Organization.objects.get(pk=organization.pk).city == "Doha"

    def test_meets_the_rules_that_wait_for_the_commit(self):
        with pytest.raises(Refused) as refusal, trail.one_write():
            OrganizationFactory.build(kind_id="no_such_kind", slug="x").save()

        assert len(refusal.value.faults) == 1
        assert not Organization.objects.filter(slug="x").exists()


@pytest.mark.django_db
class TestASecret:
    """Neither a password nor a token, nor what is kept of them, is ever told."""

    def everything_told(self) -> str:
        return json.dumps(
            list(AuditEvent.objects.values_list("changes", "reason", "target_id", "actor")), default=str
        )

    def test_password_of_a_new_account_is_not_told(self):
        user = services.create_account(
            email="a@example.org", name="A", role=Role.READER, password=PASSWORD, by=TESTS
        )

        assert user.check_password(PASSWORD)
        assert PASSWORD not in self.everything_told()
        assert user.password not in self.everything_told()

    def test_password_changed_by_an_administrator_is_not_told_but_saved(self):
        user = UserFactory()
        user.set_password("another olive tree")

        services.store_account(user, by=UserFactory(administrator=True))

        assert User.objects.get(pk=user.pk).check_password("another olive tree")
        assert told(user).verb == "user.changed"
        assert user.password not in self.everything_told()

    def test_password_of_a_removed_account_is_not_told(self):
        user = UserFactory()

        services.remove(user, by=TESTS)

        assert user.password not in self.everything_told()

    def test_token_is_not_told(self):
        token, secret = services.issue_token(organization=OrganizationFactory(), by=TESTS)
        services.revoke_token(token, by=TESTS)

        assert secret not in self.everything_told()
        assert token.digest not in self.everything_told()

    def test_token_of_a_removed_row_is_not_told(self):
        token = ApiTokenFactory()

        revision.remove(token, by=TESTS)

        assert token.digest not in self.everything_told()


@pytest.mark.django_db
class TestARequest:
    def post(self, client, request_id: str, **changes):
        token = ApiTokenFactory(role=Role.EDITOR)
        return client.post(
            "/api/v1/agreements",
            dossier(**changes),
            content_type="application/json",
            headers=bearing(token.secret) | {"X-Request-ID": request_id},
        )

    def test_is_named_in_its_answer_and_in_every_event_it_caused(self, client):
        before = set(AuditEvent.objects.values_list("id", flat=True))

        response = self.post(client, "partner-request-7")

        assert (response.status_code, response["X-Request-ID"]) == (201, "partner-request-7")
        events = AuditEvent.objects.exclude(id__in=before).exclude(verb="test.made")
        assert {"source.registered", "organization.registered", "agreement.registered"} == set(
            events.values_list("verb", flat=True)
        )
        assert set(events.values_list("request_id", flat=True)) == {"partner-request-7"}

    def test_that_is_refused_leaves_no_event(self, client):
        citation = cited("Aman") | {"quote": "Ahmed"}

        response = self.post(client, str(uuid4()), citations=[citation])

        assert response.status_code == 422
        assert not AuditEvent.objects.exclude(verb__in=["test.made", "vocabulary.seeded"]).exists()

    @pytest.mark.parametrize("made_up", ["short", "x" * 65, "two\nlines!", "a b c d e f"])
    def test_gets_an_id_of_ours_when_it_brings_none_that_is_plain(self, client, made_up):
        response = client.get("/healthz", headers={"X-Request-ID": made_up})

        assert response["X-Request-ID"] != made_up
        assert len(response["X-Request-ID"]) == 32

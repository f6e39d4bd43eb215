"""No table of the registry changes without an event: the database demands it at commit."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from psycopg2 import errors

from audit.models import AuditEvent, Recorded
from organizations.models import Organization
from tests.audit.raw import another_connection, tell, with_triggers_off
from tests.factories import OrganizationFactory

RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]
RENAME = "UPDATE organizations_organization SET name_en = 'Changed' WHERE id = %s"


def name_of(organization) -> str:
    return Organization.objects.get(pk=organization.pk).name_en


@pytest.mark.django_db(transaction=True)
class TestAChangeByHand:
    def test_is_refused_at_commit_when_it_comes_without_an_event(self):
        organization = OrganizationFactory(name_en="Aman")

        with another_connection() as other:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(RENAME, [organization.pk])
            with pytest.raises(
                IntegrityError, match="organizations_organization came without an audit event"
            ):
                other.commit()

        assert name_of(organization) == "Aman"

    def test_is_accepted_with_its_event(self):
        organization = OrganizationFactory(name_en="Aman")

        with another_connection() as other:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(RENAME, [organization.pk])
            tell(organization.pk, using=other)
            other.commit()

        assert name_of(organization) == "Changed"

    @pytest.mark.parametrize(
        "change",
        [RENAME, "DELETE FROM organizations_organization WHERE id = %s"],
        ids=["update", "delete"],
    )
    def test_is_refused_whatever_it_does(self, change):
        organization = OrganizationFactory(name_en="Aman")

        with pytest.raises(IntegrityError, match="without an audit event"), connection.cursor() as cursor:
            cursor.execute(change, [organization.pk])

        assert name_of(organization) == "Aman"

    def test_is_refused_when_a_row_is_added(self):
        with pytest.raises(IntegrityError, match="without an audit event"):
            Organization.objects.create(slug="new", source_language="en", name_en="New")

        assert not Organization.objects.exists()

    def test_is_not_excused_by_the_event_of_an_earlier_transaction(self):
        organization = OrganizationFactory(name_en="Aman")
        tell(organization.pk)

        with pytest.raises(IntegrityError, match="without an audit event"), connection.cursor() as cursor:
            cursor.execute(RENAME, [organization.pk])

    def test_is_not_excused_by_an_event_that_was_taken_back(self):
        organization = OrganizationFactory(name_en="Aman")

        with another_connection() as other:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("SAVEPOINT before")
                tell(organization.pk, using=other)
                cursor.execute("ROLLBACK TO SAVEPOINT before")
                cursor.execute(RENAME, [organization.pk])
            with pytest.raises(IntegrityError, match="without an audit event"):
                other.commit()

        assert name_of(organization) == "Aman"

    def test_is_not_excused_by_an_event_restored_from_another_server(self):
        organization = OrganizationFactory(name_en="Aman")
        with transaction.atomic(), with_triggers_off() as cursor:
            # What pg_restore does: rows with the numbers they had, which this server has yet to reach.
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            [(reached,)] = cursor.fetchall()
            AuditEvent.objects.bulk_create(
                AuditEvent(chain=organization.pk, sequence=number, xid=number)
                for number in range(reached + 1, reached + 100)
            )
            cursor.execute("UPDATE audit_auditevent SET at = '2020-01-01' WHERE xid > %s", [reached])

        with pytest.raises(IntegrityError, match="without an audit event"), connection.cursor() as cursor:
            cursor.execute(RENAME, [organization.pk])


class TestTheGuard:
    @pytest.mark.parametrize("model", RECORDED, ids=lambda model: model._meta.label)
    def test_stands_in_the_meta_of_every_table(self, model):
        assert "change_needs_an_audit_event" in {trigger.name for trigger in model._meta.triggers}

    @pytest.mark.django_db
    def test_stands_in_the_database_before_every_table(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgname LIKE 'pgtrigger_change_needs_an_audit_event%'"
                " AND tgdeferrable AND tginitdeferred AND tgenabled = 'O'"
                # after each row, on insert, update and delete
                " AND tgtype & 1 = 1 AND tgtype & 2 = 0 AND tgtype & 28 = 28"
            )
            guarded = {table for (table,) in cursor.fetchall()}

        assert guarded == {model._meta.db_table for model in RECORDED}

    def test_stands_before_every_table_but_accounts_tokens_drafts_and_what_the_database_draws_itself(self):
        ours = {
            model
            for app in ("organizations", "agreements", "activities", "exchange")
            for model in apps.get_app_config(app).get_models()
        }

        assert {model._meta.label for model in ours - set(RECORDED)} == {
            "organizations.User",
            "organizations.ApiToken",
            "organizations.Descent",
            "organizations.NameEntry",
            "organizations.NameWord",
            "agreements.LastChange",
            "agreements.RenderedDossier",
            "agreements.TextEntry",
            "agreements.TextWord",
            # A paper on the desk is not in the registry yet; its steps are a trail of their own.
            "agreements.Draft",
            "agreements.DraftStep",
            "exchange.ApiCall",
            "exchange.Import",
            "exchange.ImportEffect",
            "exchange.ImportRow",
            "exchange.KeptAnswer",
            "exchange.RateWindow",
            "exchange.KnownHeader",
            "exchange.WebhookDelivery",
            "exchange.WebhookEndpoint",
        }


@pytest.mark.django_db
class TestTheTrailItself:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit_auditevent SET reason = 'another'",
            "UPDATE audit_auditevent SET hash = hash",
            "DELETE FROM audit_auditevent",
            "TRUNCATE audit_auditevent",
            "TRUNCATE audit_auditevent CASCADE",
        ],
    )
    def test_is_never_changed_or_removed(self, change):
        OrganizationFactory()
        before = list(AuditEvent.objects.order_by("id").values())

        with (
            pytest.raises(IntegrityError, match="never changed or removed") as refusal,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)

        assert isinstance(refusal.value.__cause__, errors.IntegrityConstraintViolation)
        assert list(AuditEvent.objects.order_by("id").values()) == before

    def test_draws_number_time_transaction_and_seal_itself(self):
        organization = OrganizationFactory()

        event = AuditEvent(
            chain=organization.pk,
            sequence=77,
            xid=1,
            verb="test.told",
            target_type="test",
            actor="somebody",
            previous_hash=b"made up",
            hash=b"made up",
        )
        event.save()
        event.refresh_from_db()

        first = AuditEvent.objects.get(chain=organization.pk, sequence=1)
        assert (event.sequence, bytes(event.previous_hash)) == (2, bytes(first.hash))
        assert (len(event.hash), event.xid) == (32, first.xid)

"""What the registry knew stays known: every row leaves a version, and the past answers as the registry did."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from agreements.models import Follow, FollowUp, SavedView
from audit.models import AuditEvent, Recorded, RowVersion
from audit.past import Moment, as_known, begins, moment_of
from audit.verification import verify
from organizations.models import Organization, OrganizationKind
from tests.audit.raw import another_connection, tell, with_triggers_off
from tests.factories import (
    AgreementFactory,
    LifecycleEventFactory,
    OrganizationFactory,
    PersonFactory,
    UserFactory,
    record,
)

RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]
PRIVATE = {SavedView, Follow, FollowUp}
REMEMBERED = [model for model in RECORDED if model not in PRIVATE]
TABLE = Organization._meta.db_table


def versions(row) -> list[RowVersion]:
    return list(RowVersion.objects.filter(table_name=row._meta.db_table, row_id=row.pk).order_by("id"))


def known(row, at) -> list[str]:
    """The English name of an organization as known at a moment; none when it was not known."""
    with as_known(at if isinstance(at, Moment) else Moment(at)):
        return list(Organization.objects.filter(pk=row.pk).values_list("name_en", flat=True))


def rename(row, name: str) -> None:
    with transaction.atomic():
        Organization.objects.filter(pk=row.pk).update(name_en=name)
        record(row)


@pytest.mark.django_db
class TestARow:
    def test_leaves_a_version_when_it_comes_changes_and_goes(self):
        organization = OrganizationFactory(name_en="Aman")
        rename(organization, "Aman, renamed")
        Organization.objects.filter(pk=organization.pk).delete()
        record(organization)

        first, second, third = versions(organization)
        assert [each.row["name_en"] for each in (first, second, third)] == [
            "Aman",
            "Aman, renamed",
            "Aman, renamed",
        ]
        assert [each.gone for each in (first, second, third)] == [False, False, True]

    def test_leaves_one_in_one_statement_more_however_many_rows_there_are(self):
        with transaction.atomic():
            made = Organization.objects.bulk_create(
                Organization(slug=f"many-{n}", source_language="en", name_en=f"Many {n}") for n in range(300)
            )
            record(made[0])

        assert RowVersion.objects.filter(table_name=TABLE).count() == 300

    def test_of_a_vocabulary_is_known_by_the_md5_of_its_code(self):
        kind = OrganizationKind.objects.first()
        OrganizationKind.objects.filter(pk=kind.pk).update(position=77)
        record(kind)

        with connection.cursor() as cursor:
            cursor.execute("SELECT md5(%s)::uuid", [kind.code])
            key = cursor.fetchone()[0]
        newest = RowVersion.objects.filter(row_id=key).order_by("id").last()
        assert (newest.table_name, newest.row["position"]) == ("organizations_organizationkind", 77)

    def test_belongs_to_the_record_it_is_looked_up_by(self):
        agreement = AgreementFactory()

        owners = RowVersion.objects.filter(table_name="agreements_party").values_list("owner_id", flat=True)
        assert set(owners) == {agreement.pk}

    def test_that_was_taken_back_leaves_none(self):
        with transaction.atomic():
            organization = OrganizationFactory()
            transaction.set_rollback(True)

        assert versions(organization) == []

    def test_of_somebody_s_own_desk_leaves_none(self):
        with transaction.atomic():
            view = SavedView.objects.create(owner=UserFactory(), name="Mine")
            record(view)

        assert versions(view) == []
        with as_known(Moment(timezone.now())):
            assert not SavedView.objects.exists()
        assert SavedView.objects.exists()


@pytest.mark.django_db
class TestAVersion:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit_rowversion SET gone = true",
            "UPDATE audit_rowversion SET at = at - interval '1 year'",
            "UPDATE audit_rowversion SET row = '{}'",
            "DELETE FROM audit_rowversion",
            "TRUNCATE audit_rowversion",
        ],
    )
    def test_is_never_changed_or_removed(self, change):
        organization = OrganizationFactory()
        before = RowVersion.objects.count()

        with (
            pytest.raises(IntegrityError, match="never changed or removed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)

        assert RowVersion.objects.count() == before
        assert versions(organization)[0].row["name_en"] == organization.name_en

    def test_cannot_be_dated_back(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('mithaq.moment', '2001-01-01', true)")

        organization = OrganizationFactory()

        assert versions(organization)[0].at.year > 2001


@pytest.mark.django_db(transaction=True)
class TestThePast:
    def test_answers_as_the_registry_knew_things_then(self):
        before = timezone.now()
        organization = OrganizationFactory(name_en="Aman")
        first = timezone.now()
        rename(organization, "Aman, renamed")
        second = timezone.now()
        with transaction.atomic():
            record(organization)
            organization_key = organization.pk
            organization.delete()
            organization.pk = organization_key
        third = timezone.now()

        assert [known(organization, at) for at in (before, first, second, third)] == [
            [],
            ["Aman"],
            ["Aman, renamed"],
            [],
        ]

    def test_knows_a_transaction_whole_or_not_at_all(self):
        with transaction.atomic():
            first = OrganizationFactory()
            between = timezone.now()
            second = PersonFactory()

        assert versions(first)[0].at == versions(second)[0].at
        assert known(first, versions(first)[0].at - timedelta(microseconds=1)) == []
        assert known(first, between) == [first.name_en]

    def test_tells_the_versions_of_one_transaction_apart_by_their_order(self):
        with transaction.atomic():
            organization = OrganizationFactory(name_en="Aman")
            rename(organization, "Aman, renamed")

        first, second = versions(organization)
        assert known(organization, moment_of(first, before=second.id)) == ["Aman"]
        assert known(organization, moment_of(first)) == ["Aman, renamed"]

    def test_gives_the_newer_of_two_writers_whoever_began_first(self):
        organization = OrganizationFactory(name_en="Aman")
        with another_connection() as slow:
            slow.set_autocommit(False)
            with slow.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO organizations_person (id, source_language, name_en, name_fr, name_ar)"
                    " VALUES (%s, 'en', 'Somebody', '', '')",
                    [uuid4()],
                )
            rename(organization, "by the quick one")
            with slow.cursor() as cursor:
                cursor.execute(
                    "UPDATE organizations_organization SET name_en = 'by the slow one' WHERE id = %s",
                    [organization.pk],
                )
            tell(organization.pk, using=slow)
            slow.commit()

        assert known(organization, timezone.now()) == ["by the slow one"]

    def test_moment_of_a_version_knows_what_its_writer_had_waited_for(self):
        """A writer who began before another one and then leaned on what that one brought."""
        with another_connection() as slow:
            slow.set_autocommit(False)
            person = uuid4()
            with slow.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO organizations_person (id, source_language, name_en, name_fr, name_ar)"
                    " VALUES (%s, 'en', 'Somebody', '', '')",
                    [person],
                )
            organization = OrganizationFactory(name_en="Aman")
            with slow.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO organizations_office (id, person_id, organization_id, source_language, title_en,"
                    " title_fr, title_ar, attachment, since_text, since_basis, since_note, until_text, until_basis,"
                    " until_note) VALUES (%s, %s, %s, 'en', 'director', '', '', 'stated', '', 'not_stated', '', '',"
                    " 'not_stated', '')",
                    [uuid4(), person, organization.pk],
                )
            tell(organization.pk, using=slow)
            slow.commit()

        office = RowVersion.objects.get(table_name="organizations_office")
        assert office.at < versions(organization)[0].at
        assert known(organization, moment_of(office)) == ["Aman"]

    def test_says_when_it_begins(self):
        assert begins() <= timezone.now()


@pytest.mark.django_db
class TestInsideThePast:
    @pytest.mark.parametrize(
        "write",
        [
            lambda: Organization.objects.update(city="Fès"),
            lambda: Organization.objects.create(slug="new", source_language="en", name_en="New"),
            lambda: Organization.objects.filter(name_en="x").delete() and None,
            lambda: SavedView.objects.create(owner_id=uuid4(), name="Mine"),
            lambda: AuditEvent.objects.create(chain=uuid4(), verb="test.told", target_type="test", actor="x"),
            lambda: UserFactory(),
        ],
        ids=["update", "insert", "delete", "desk", "event", "account"],
    )
    def test_nothing_can_be_written(self, write):
        OrganizationFactory(name_en="x")

        with (
            pytest.raises(DatabaseError, match=r"read-only transaction|cannot (insert|update)"),
            as_known(Moment(timezone.now())),
        ):
            write()

        rename(Organization.objects.get(), "y")  # and afterwards it can

    def test_the_trail_ends_where_the_knowledge_does(self):
        OrganizationFactory()
        event = AuditEvent.objects.order_by("id").last()

        with as_known(Moment(event.at - timedelta(microseconds=1))):
            assert not AuditEvent.objects.filter(pk=event.pk).exists()
        with as_known(Moment(event.at)):
            assert AuditEvent.objects.filter(pk=event.pk).exists()

    def test_today_is_back_afterwards_also_after_an_error(self):
        organization = OrganizationFactory()

        with pytest.raises(Organization.DoesNotExist), as_known(Moment(begins() - timedelta(days=1))):
            Organization.objects.get()

        assert Organization.objects.get() == organization
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('search_path'), current_setting('transaction_read_only')")
            assert cursor.fetchone() == ('"$user", public', "off")

    def test_another_past_can_be_opened(self):
        organization = OrganizationFactory()
        now, then = Moment(timezone.now()), Moment(begins() - timedelta(days=1))

        with as_known(then):
            with as_known(now):
                assert Organization.objects.get() == organization
            assert not Organization.objects.exists()


@pytest.mark.django_db
class TestEveryTable:
    @pytest.mark.parametrize("model", REMEMBERED, ids=lambda model: model._meta.label)
    def test_is_remembered_with_all_its_columns(self, model):
        """A migration that changes columns calls `audit.past.Remember` once more, after."""
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'", [table]
            )
            triggers = {name for (name,) in cursor.fetchall()}
            cursor.execute(
                "SELECT table_schema, array_agg((column_name, udt_name)::text ORDER BY column_name)"
                " FROM information_schema.columns WHERE table_name = %s GROUP BY table_schema",
                [table],
            )
            columns = dict(cursor.fetchall())

        assert triggers >= {"remember_insert", "remember_update", "remember_delete"}
        assert columns["past"] == columns["public"]

    @pytest.mark.parametrize("model", sorted(PRIVATE, key=str), ids=lambda model: model._meta.label)
    def test_of_a_desk_is_left_out_and_empty_in_the_past(self, model):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'remember%%'",
                [model._meta.db_table],
            )
            assert cursor.fetchone() == (0,)
            cursor.execute(f"SELECT count(*) FROM past.{model._meta.db_table}")
            assert cursor.fetchone() == (0,)

    def test_holds_no_secret(self):
        """Versions are kept for ever: what must be forgotten does not belong into a recorded table."""
        columns = {f"{model._meta.label}.{each.column}" for model in RECORDED for each in model._meta.fields}

        assert not [
            each
            for each in columns
            if any(word in each for word in ("password", "secret", "digest", "token"))
        ]

    def test_reads_what_a_younger_column_was_before_it_came(self):
        organization = OrganizationFactory()
        older = Moment(versions(organization)[0].at, versions(organization)[0].id + 1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE organizations_organization ADD COLUMN motto text NOT NULL DEFAULT 'newer'"
            )
            cursor.execute("SELECT mithaq_remember(%s, '', %s)", [TABLE, '{"motto": "none"}'])

            assert verify().faults == []
            with as_known(older):
                cursor.execute(f"SELECT motto FROM {TABLE}")
                assert cursor.fetchone() == ("none",)
            with as_known(Moment(timezone.now())):
                cursor.execute(f"SELECT motto FROM {TABLE}")
                assert cursor.fetchone() == ("newer",)


@pytest.mark.django_db
class TestVerify:
    def test_finds_nothing_where_every_row_left_its_versions(self):
        AgreementFactory()

        assert verify().faults == []
        assert verify().versions == RowVersion.objects.count()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (
                "UPDATE agreements_lifecycleevent SET kind = 'termination'",
                "is not what its newest version says",
            ),
            ("DELETE FROM agreements_lifecycleevent", "is gone, and its newest version does not say so"),
            (
                "DELETE FROM audit_rowversion WHERE table_name = 'agreements_lifecycleevent'",
                "has no version at all",
            ),
            ("UPDATE audit_rowversion SET gone = true", "its newest version says that it is gone"),
        ],
    )
    def test_finds_a_row_changed_behind_the_triggers(self, change, words):
        event = LifecycleEventFactory()
        with with_triggers_off() as cursor:
            cursor.execute(change)

        faults = [each for each in verify().faults if f"{event.pk} of agreements_lifecycleevent" in each]

        assert len(faults) == 1
        assert words in faults[0]

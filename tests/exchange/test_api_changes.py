"""The feed: nobody who reads it misses anything, and nobody is told what is not theirs."""

import ast
import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from activities.models import Fulfilment
from agreements.models import Agreement, Party
from audit import trail
from audit.models import AuditEvent, Epoch, Recorded
from audit.verification import verify
from exchange.queries import feed, shown, telling
from organizations import services as organization_services
from organizations.models import Anonymous
from organizations.permissions import Role
from tests.audit.raw import another_connection, tell
from tests.exchange.feeding import lines_after, place_of_now, said, settle
from tests.factories import (
    TESTS,
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    ApiTokenFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OfficeFactory,
    OrganizationFactory,
    PartyFactory,
    PersonFactory,
    ProgressViewFactory,
    UserFactory,
)

pytestmark = pytest.mark.xdist_group("long")
committing = pytest.mark.django_db(transaction=True)

ADDRESS = "/api/v1/changes"


def touch(row, verb: str = "", chain=None, **columns) -> None:
    """Change a row as a service would, in one transaction."""
    with transaction.atomic():
        if columns:
            type(row).objects.filter(pk=row.pk).update(**columns)
        trail.record(
            verb or f"{row._meta.model_name}.changed",
            row,
            by=TESTS,
            chain=chain,
            changes={name: (None, value) for name, value in columns.items()},
        )


def bearer(token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.secret}"}


@committing
class TestTheOrder:
    def test_a_transaction_in_another_database_holds_nothing_back(self):
        reader, place = UserFactory(), place_of_now()
        with closing(
            connection.get_new_connection(connection.get_connection_params() | {"dbname": "postgres"})
        ) as stranger:
            stranger.cursor().execute("BEGIN; SELECT pg_current_xact_id()")
            told = OrganizationFactory()

            assert told.pk in {each.id for each in feed.read(reader, place, size=9).lines}
            assert feed.horizon().lag_seconds == 0

    def test_a_slow_transaction_that_commits_last_is_not_missed(self):
        reader, seen, place = UserFactory(), [], place_of_now()
        slow_chain, quick_chain = OrganizationFactory(), OrganizationFactory()
        place = place_of_now()
        with another_connection() as slow:
            slow.set_autocommit(False)
            self.tell_of(slow_chain, slow)  # draws its number first
            self.tell_of(quick_chain, connection)  # and this one commits first

            told = feed.read(reader, place, size=50)
            seen += [each.id for each in told.lines]
            assert seen == [], "not before the slow one has ended"
            assert told.lag_seconds > 0
            slow.commit()
        seen += [each.id for each in lines_after(reader, told.end)]

        assert seen == [slow_chain.pk, quick_chain.pk]

    @staticmethod
    def tell_of(row, using) -> None:
        with using.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id,"
                " reason, request_id, xid, changes, previous_hash, hash)"
                " VALUES (%s, 0, now(), 'organization.changed', 'organizations.organization', %s, 'x', '', '', '', 0,"
                " '{}', '', '')",
                [str(row.pk), str(row.pk)],
            )

    def test_a_reader_by_number_alone_would_have_missed_it(self):
        """The test of the test: what the order is for."""
        first, second = uuid4(), uuid4()
        with another_connection() as slow:
            slow.set_autocommit(False)
            tell(first, using=slow)
            tell(second)
            last = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
            slow.commit()

        assert not AuditEvent.objects.filter(id__gt=last).exists(), "nothing comes after, and one is missing"

    def test_many_writers_and_one_reader_leave_no_version_out(self):
        agreements = [AgreementFactory(published=True) for _ in range(4)]
        reader, place, over = UserFactory(), place_of_now(), Event()
        writers, changes = 16, 6

        def write(number: int) -> None:
            try:
                for each in range(changes):
                    self.count_up(agreements[(number + each) % 4])
            finally:
                connection.close()

        def follow() -> list[feed.Line]:
            try:
                lines, at = [], place
                while True:
                    ended = over.is_set()
                    if ended:
                        settle()
                    told = feed.read(reader, at, size=7)
                    lines += told.lines
                    at = told.end
                    if ended and not told.has_more:
                        return lines
            finally:
                connection.close()

        with ThreadPoolExecutor(writers + 1) as threads:
            reading = threads.submit(follow)
            list(threads.map(write, range(writers)))
            over.set()
            lines = reading.result()

        assert len({each.place for each in lines}) == len(lines), "nothing twice"
        for agreement in agreements:
            versions = [each.version for each in lines if each.id == agreement.pk]
            agreement.refresh_from_db()
            assert sorted(versions) == list(range(2, agreement.version + 1))
        assert sum(each.version - 1 for each in agreements) == writers * changes

    @staticmethod
    def count_up(agreement) -> None:
        with transaction.atomic():
            now = Agreement.objects.select_for_update().get(pk=agreement.pk)
            now.version += 1
            now.save(update_fields=["version"])
            trail.record("agreement.corrected", now, by=TESTS)


@committing
class TestAnEpoch:
    def test_is_that_of_this_cluster(self):
        OrganizationFactory()

        assert (
            AuditEvent.objects.order_by("-id")[0].epoch == Epoch.objects.get().epoch == feed.horizon().epoch
        )

    def test_of_a_restored_dump_comes_before_what_is_written_here(self):
        """Events of the old cluster have numbers that are high above those drawn here."""
        organization = OrganizationFactory()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE audit_auditevent SET xid = xid + 1000000000 WHERE verb <> 'vocabulary.seeded'"
            )
            cursor.execute("UPDATE audit_epoch SET cluster = 'another:00000001'")
        before = lines_after(UserFactory())

        touch(organization, city="Meknès")

        after = lines_after(UserFactory())
        assert [each.place for each in after] == sorted(each.place for each in after)
        assert after[-1].place.epoch == before[-1].place.epoch + 1
        assert after[-1].id == organization.pk
        assert [each.place for each in after[: len(before)]] == [each.place for each in before]

    def test_is_not_under_the_seal(self):
        OrganizationFactory()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE audit_auditevent SET epoch = 0")

        assert verify().faults == []


@committing
class TestALine:
    def test_of_a_part_is_a_line_of_its_record(self):
        agreement, person = AgreementFactory(published=True), PersonFactory()
        alias, office = AliasFactory(), OfficeFactory(person=person)
        commitment = CommitmentFactory(agreement=agreement)
        place = place_of_now()

        touch(commitment, chain=agreement.pk, text_en="x")
        touch(alias, chain=alias.organization_id, name="y")
        touch(office, "office.registered", chain=person.pk)

        first, second, third = lines_after(UserFactory(), place)
        assert (first.kind, first.id, first.action) == ("agreement", agreement.pk, "updated")
        assert first.changed == [f"/commitments/{commitment.pk}"]
        assert (second.kind, second.id, second.action) == ("organization", alias.organization_id, "updated")
        assert (third.kind, third.id, third.action) == ("person", person.pk, "updated")

    def test_says_where_the_document_reads_differently(self):
        organization = OrganizationFactory()
        place = place_of_now()

        touch(organization, city="Meknès", name_fr="Aman")

        (line,) = lines_after(UserFactory(), place)
        assert line.changed == ["/city", "/names/fr"]
        assert line.version == AuditEvent.objects.filter(chain=organization.pk).count()

    def test_of_a_registration_is_created_and_tells_no_members(self, people_of_the_desk):
        agreement = AgreementFactory(published=True)
        place = place_of_now()
        touch(agreement, "agreement.registered")
        (line,) = lines_after(UserFactory(), place)

        assert (line.action, line.changed, line.version) == ("created", [], 1)

    def test_of_what_passes_at_the_desk_is_none(self):
        agreement, editor = AgreementFactory(published=True), UserFactory(editor=True)
        place = place_of_now()

        touch(agreement, "agreement.commented")
        touch(agreement, "agreement.change_submitted")
        organization_services.create_account(
            email="a@example.org", name="A", role=Role.READER, password=None, by=TESTS
        )
        organization_services.issue_token(organization=OrganizationFactory(), by=TESTS)

        assert said(lines_after(editor, place)) == [("organization", "updated")]

    def test_of_a_word_on_a_commitment_is_of_that_word(self):
        view = ProgressViewFactory()
        Agreement.objects.filter(pk=view.commitment.agreement_id)
        place = place_of_now()
        touch(view, "progress.reported", chain=view.commitment.agreement_id)

        (line,) = lines_after(UserFactory(editor=True), place)
        assert (line.kind, line.id, line.action) == ("progress_view", view.pk, "created")


@pytest.fixture
def people_of_the_desk():
    return UserFactory(editor=True), UserFactory(reviewer=True)


@committing
class TestAMerge:
    def test_tells_into_what_and_its_undoing_that_it_is_there_again(self):
        editor = UserFactory(editor=True)
        one, other = OrganizationFactory(), OrganizationFactory()
        place = place_of_now()

        row = organization_services.merge(one, into=other, reason="one body", by=editor)
        merged = {each.id: each for each in lines_after(UserFactory(), place)}
        place = place_of_now()
        organization_services.undo(row.pk, by=editor)
        undone = {each.id: each for each in lines_after(UserFactory(), place)}

        assert (merged[one.pk].action, merged[one.pk].into) == ("merged", other.pk)
        assert merged[one.pk].as_json()["into"]["url"].endswith(f"/organizations/{other.pk}")
        assert merged[other.pk].action == "updated"
        assert (undone[one.pk].action, undone[other.pk].action) == ("restored", "updated")


@committing
class TestWhatIsNotYours:
    def test_is_absent(self):
        """A draft, a restricted agreement, an activity and a word on them."""
        place = place_of_now()
        restricted = AgreementFactory(published=True, confidentiality="restricted")
        AgreementFactory()
        commitment = CommitmentFactory(agreement=restricted)
        FulfilmentFactory(commitment=commitment)
        touch(restricted)

        for actor in (UserFactory(), ApiTokenFactory()):
            told = {each.kind for each in lines_after(actor, place)}
            assert told <= {"organization", "source"}, told

    def test_is_there_for_its_parties_and_editors(self):
        agreement = AgreementFactory(published=True, confidentiality="restricted")
        party = ApiTokenFactory(organization=agreement.parties.first().organization)
        place = place_of_now()
        touch(agreement)

        for actor in (party, UserFactory(editor=True)):
            assert said(lines_after(actor, place, kinds=["agreement"])) == [("agreement", "updated")]

    def test_is_deleted_once_it_was_shown_and_later_absent(self):
        agreement = AgreementFactory(published=True)
        place = place_of_now()
        touch(agreement, "agreement.withdrawn", editorial_state="withdrawn")
        touch(agreement, "agreement.sent_back", editorial_state="draft")
        touch(agreement, title_en="Worked on, unseen")

        lines = lines_after(UserFactory(), place)
        assert said(lines) == [("agreement", "deleted")]
        assert lines[0].as_json().keys() == {"sequence", "type", "id", "action", "at"}
        assert said(lines_after(UserFactory(editor=True), place)) == [("agreement", "updated")] * 3

    def test_was_shown_to_its_party_alone(self):
        agreement = AgreementFactory(published=True, confidentiality="restricted")
        was_party = ApiTokenFactory(organization=agreement.parties.first().organization)
        PartyFactory(agreement=agreement)
        place = place_of_now()
        with transaction.atomic():
            Party.objects.filter(organization=was_party.organization_id).delete()
            Agreement.objects.filter(pk=agreement.pk).update(version=2)
            trail.record("agreement.corrected", agreement, by=TESTS)
        touch(agreement, place_of_signature="Meknès", version=3)

        assert said(lines_after(was_party, place)) == [("agreement", "deleted")]
        assert said(lines_after(ApiTokenFactory(), place, kinds=["agreement"])) == []

    def test_draft_that_its_organization_entered_and_lost_is_deleted_for_it(self):
        token = ApiTokenFactory()
        draft = AgreementFactory(parties=[], registered_for=token.organization)
        place = place_of_now()
        with transaction.atomic():
            trail.record("agreement.removed", draft, by=TESTS)
            draft.delete()

        assert said(lines_after(token, place)) == [("agreement", "deleted")]
        assert said(lines_after(ApiTokenFactory(), place, kinds=["agreement"])) == []

    def test_activity_that_leaves_is_deleted_for_whoever_saw_it(self):
        commitment = CommitmentFactory(agreement=AgreementFactory(published=True))
        hidden = CommitmentFactory()
        seen, unseen = ActivityFactory(), ActivityFactory()
        FulfilmentFactory(activity=seen, commitment=commitment)
        FulfilmentFactory(activity=unseen, commitment=hidden)
        key, place = seen.pk, place_of_now()
        for each in (seen, unseen):
            with transaction.atomic():
                trail.record("activity.withdrawn", each, by=TESTS)
                Fulfilment.objects.filter(activity=each).delete()
                each.delete()

        lines = lines_after(UserFactory(), place)
        assert [(each.id, each.action) for each in lines] == [(key, "deleted")]

    def test_is_all_of_it_for_who_may_not_read(self):
        AgreementFactory(published=True)

        with override_settings(PUBLIC_READING=False):
            assert lines_after(Anonymous()) == []

    @pytest.mark.parametrize("state", Agreement.EditorialState.values)
    @pytest.mark.parametrize("confidentiality", Agreement.Confidentiality.values)
    @override_settings(PUBLIC_READING=True)
    def test_is_known_from_versions_as_the_gate_knows_it_from_rows(self, state, confidentiality):
        """Two ways to ask one question: what may be read now, and what the newest version says could be read."""
        ours = OrganizationFactory()
        reviewer = UserFactory(reviewer=True)
        rows = [
            AgreementFactory(
                editorial_state=state,
                confidentiality=confidentiality,
                reviewed_by=reviewer if state == "published" else None,
                **more,
            )
            for more in (
                {},
                {"parties": [ours, OrganizationFactory()]},
                {"registered_for": ours},
                {"registered_by": UserFactory(contributor=True)},
            )
        ]
        actors = [
            Anonymous(),
            UserFactory(),
            UserFactory(editor=True),
            UserFactory(contributor=True, organization=ours),
            ApiTokenFactory(organization=ours),
            ApiTokenFactory(),
            rows[3].registered_by,
        ]
        keys = {each.pk for each in rows}
        for actor in actors:
            by_gate = set(Agreement.objects.open_to(actor).filter(pk__in=keys).values_list("pk", flat=True))
            assert shown.periods(actor, keys).keys() == by_gate, actor


@committing
class TestThePage:
    def test_holds_what_is_asked_and_leads_on(self, client):
        organizations = OrganizationFactory.create_batch(5)
        settle()
        headers = bearer(ApiTokenFactory())
        settle()

        seen, address, pages = [], f"{ADDRESS}?types=organization&page_size=2", 0
        while address:
            answer = client.get(address, headers=headers)
            assert answer.status_code == 200, answer.content
            body = answer.json()
            assert len(body["results"]) <= 2
            seen += [each["id"] for each in body["results"]]
            pages += 1
            assert body["next"]
            address = body["next"] if body["has_more"] else None

        assert seen[:5] == [str(each.pk) for each in organizations]
        assert pages >= 3
        assert client.get(body["next"], headers=headers).json()["results"] == []

    def test_may_be_empty_and_not_the_last(self, client, monkeypatch):
        monkeypatch.setattr(feed, "SCANNED", 3)
        place = place_of_now()
        for _ in range(5):
            AgreementFactory(parties=[])  # drafts: nobody else's
        organization = OrganizationFactory()
        token = ApiTokenFactory(organization=organization)
        settle()

        first = client.get(ADDRESS, {"after": place.token()}, headers=bearer(token)).json()

        assert (first["results"], first["has_more"]) == ([], True)
        second = client.get(first["next"], headers=bearer(token)).json()
        assert [each["id"] for each in second["results"]] == [str(organization.pk)]

    def test_compact_tells_the_last_line_of_each_record(self, client):
        organization, headers = OrganizationFactory(), bearer(ApiTokenFactory())
        start = client.get(f"{ADDRESS}/start", headers=headers).json()
        for city in ("Fès", "Meknès", "Rabat"):
            touch(organization, city=city)
        settle()

        lines = client.get(f"{start['next']}&view=compact", headers=headers).json()["results"]
        mine = [each for each in lines if each["id"] == str(organization.pk)]

        assert [each["version"] for each in mine] == [4]

    def test_of_now_is_followed_by_what_comes_next(self, client):
        OrganizationFactory()
        headers = bearer(ApiTokenFactory())
        settle()
        start = client.get(f"{ADDRESS}/start", headers=headers).json()
        assert client.get(start["next"], headers=headers).json()["results"] == []

        organization = OrganizationFactory()
        settle()

        (line,) = client.get(start["next"], headers=headers).json()["results"]
        assert (line["id"], line["action"], line["type"]) == (str(organization.pk), "updated", "organization")

    def test_costs_the_same_for_few_and_for_many(self, django_assert_num_queries):
        reader, counts = UserFactory(), []
        for many in (1, 12):
            place = place_of_now()
            for _ in range(many):
                commitment = CommitmentFactory(agreement=AgreementFactory(published=True))
                FulfilmentFactory(commitment=commitment)
                gone = AgreementFactory(published=True)
                touch(gone, "agreement.withdrawn", editorial_state="withdrawn")
            settle()
            with django_assert_num_queries(10, exact=False) as asked:
                told = feed.read(reader, place, size=200)
            assert len(told.lines) > many
            counts.append(len(asked))

        assert counts[0] == counts[1]


@committing
class TestAToken:
    @pytest.mark.parametrize("token", ["x", "1", "0" * 35, "g" * 36, "f" * 36, "0" * 37, "é" * 36])
    def test_that_was_never_given_out_is_refused(self, client, token):
        answer = client.get(ADDRESS, {"after": token}, headers=bearer(ApiTokenFactory()))

        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][0]["pointer"] == "/after"

    def test_of_a_future_that_a_backup_took_back_has_expired(self, client):
        headers = bearer(ApiTokenFactory())
        place = place_of_now()
        lost = feed.Place(place.epoch, place.xid + 50, place.id + 50)

        answer = client.get(ADDRESS, {"after": lost.token()}, headers=headers)

        assert answer.status_code == 410
        assert answer.json()["type"].endswith("/feed-expired")
        assert answer.json()["start"].endswith("/changes/start")

    def test_sorts_as_the_feed_does(self):
        places = [feed.Place(*each) for each in itertools.product((0, 1, 20), (0, 9, 10, 2**40), (1, 2**33))]

        assert sorted(places) == sorted(places, key=feed.Place.token)
        assert all(feed.Place.read(each.token()) == each for each in places)

    @pytest.mark.parametrize(
        ("query", "near"),
        [("types=agreements", "agreement"), ("view=compct", "compact"), ("afetr=1", "after")],
    )
    def test_asked_wrongly_is_refused_with_what_was_meant(self, client, query, near):
        answer = client.get(f"{ADDRESS}?{query}", headers=bearer(ApiTokenFactory()))

        assert answer.status_code == 400
        assert near in answer.json()["errors"][0]["detail"]


ROOMS = ("audit", "organizations", "agreements", "activities", "exchange")
VERB = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = {"record", "store", "_move", "_told", "_tell", "change"}


def written_verbs() -> Iterator[tuple[str, str]]:
    """(file, verb) of whatever looks like a verb in code that writes events, `*` for what is filled in."""
    for room in ROOMS:
        for file in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if "migrations" in file.parts or (
                "trail" not in (text := file.read_text()) and "revision" not in text
            ):
                continue
            for node in ast.walk(ast.parse(text)):
                values = []
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    values = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "verb")]
                    values = values if name in RECORDERS else []
                elif isinstance(node, ast.Assign) and any(
                    isinstance(each, ast.Name) and each.id == "verb" for each in node.targets
                ):
                    values = [node.value]
                for value in values:
                    for each in ast.walk(value):
                        if (
                            isinstance(each, ast.Constant)
                            and isinstance(each.value, str)
                            and VERB.fullmatch(each.value)
                        ):
                            yield str(file.relative_to(settings.BASE_DIR)), each.value


class TestTheTable:
    def test_knows_every_verb_that_is_written(self):
        found = {verb: file for file, verb in written_verbs()}
        known = telling.VERBS.keys()
        plain = {
            f"{table.rpartition('.')[2]}.{what}"
            for table in telling.TARGETS
            for what in ("created", "changed", "removed")
        }
        strange = {
            verb: file
            for verb, file in found.items()
            if verb not in known and not verb.startswith(telling.INWARD_TARGETS) and verb not in plain
        }

        assert len(found) > 40, "the search finds verbs"
        assert not strange, f"say in exchange/queries/telling.py who is told of it: {strange}"

    def test_knows_the_verbs_that_are_put_together(self):
        merging = ("merged", "absorbed", "merge_undone", "links_moved", "links_restored")
        for kind in ("organization", "person"):
            for each in (*merging, "told_apart", "told_apart_no_longer"):
                assert f"{kind}.{each}" in telling.VERBS

    def test_places_every_recorded_table_or_leaves_it_out_on_purpose(self):
        """A new table of the registry: is it told of, and in which member of which document?"""
        left_out = {
            "activities.activitykind",
            "agreements.agreementkind",
            "agreements.commitmentkind",
            "agreements.partyrole",
            "agreements.targetgroup",
            "agreements.theme",
            "organizations.organizationkind",
            "agreements.distinctagreements",
            "organizations.distinctpair",
            "organizations.distinctpeople",
            "organizations.merge",
            "agreements.draft",
            "agreements.draftstep",
            "agreements.reviewcomment",
            "agreements.follow",
            "agreements.followup",
            "agreements.savedview",
        }
        tables = {each._meta.label_lower for each in apps.get_models() if issubclass(each, Recorded)}

        assert tables - telling.TARGETS.keys() - left_out == set()

    def test_tells_of_what_it_does_not_know_as_a_change(self):
        kind = telling.KINDS["agreement"]

        assert telling.action_of("agreement.something_new", kind, "agreements.agreement", set()) == "updated"

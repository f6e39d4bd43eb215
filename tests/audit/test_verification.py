"""Whoever touches the trail behind its triggers is found out."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit import trail, verification
from audit.models import SEALED, AuditEvent
from audit.verification import verify
from tests.audit.raw import another_connection, tell, with_triggers_off
from tests.factories import TESTS, OrganizationFactory

# A transaction that stays open anywhere in the cluster holds a digest back: not beside tests that keep one for long.
pytestmark = pytest.mark.xdist_group("long")


@pytest.fixture
def chain():
    """Four events of one organization."""
    organization = OrganizationFactory()
    for number in (1, 2, 3):
        with transaction.atomic():
            trail.record("test.changed", organization, by=TESTS, changes={"city": (None, f"Meknès {number}")})
    return organization.pk


def ids(chain) -> list[int]:
    return list(AuditEvent.objects.filter(chain=chain).order_by("sequence").values_list("id", flat=True))


@pytest.mark.django_db
class TestVerify:
    def test_finds_nothing_where_nothing_was_touched(self, chain):
        tell(uuid4())

        report = verify()

        assert report.faults == []
        assert report.events == AuditEvent.objects.count()
        assert report.chains == AuditEvent.objects.values("chain").distinct().count()

    @pytest.mark.parametrize(
        "change",
        [
            """changes = '{"city": {"old": null, "new": "Meknes 2"}}'""",
            "at = at + interval '1 microsecond'",
            "actor = actor || ' '",
            "actor_id = 'user:somebody'",
            "organization_id = gen_random_uuid()",
            "verb = 'test.removed'",
            "reason = 'because'",
            "request_id = 'x'",
            "xid = xid + 1",
            "target_id = ''",
            "target_type = 'another'",
            "hash = sha256(hash)",
        ],
    )
    def test_finds_one_value_changed_behind_the_triggers(self, chain, change):
        event = ids(chain)[2]
        with with_triggers_off() as cursor:
            cursor.execute(f"UPDATE audit_auditevent SET {change} WHERE id = %s", [event])

        [fault, *_others] = verify().faults

        assert fault.startswith(f"Event {event} ")
        assert "its content is not what was sealed" in fault

    def test_finds_a_removed_event_by_the_one_after_it(self, chain):
        _first, _second, third, fourth = ids(chain)
        with with_triggers_off() as cursor:
            cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [third])

        [fault] = verify().faults

        assert fault.startswith(f"Event {fourth} ")
        assert "it does not follow the event before it" in fault
        assert "an event before it is missing" in fault

    def test_finds_two_events_that_changed_places(self, chain):
        _first, second, third, fourth = ids(chain)
        with with_triggers_off() as cursor:
            for event, number in ((second, 99), (third, 2), (second, 3)):
                cursor.execute("UPDATE audit_auditevent SET sequence = %s WHERE id = %s", [number, event])

        found = verify().faults

        assert {int(fault.split()[1]) for fault in found} == {second, third, fourth}

    def test_finds_an_event_moved_to_another_chain(self, chain):
        with with_triggers_off() as cursor:
            cursor.execute(
                "UPDATE audit_auditevent SET chain = gen_random_uuid() WHERE id = %s", [ids(chain)[3]]
            )

        assert len(verify().faults) == 1

    def test_finds_an_event_that_was_changed_and_sealed_anew(self, chain):
        third, fourth = ids(chain)[2:]
        with with_triggers_off() as cursor:
            cursor.execute("UPDATE audit_auditevent SET reason = 'because' WHERE id = %s", [third])
            cursor.execute(
                f"UPDATE audit_auditevent e SET hash = {SEALED.format(row='e')} WHERE id = %s", [third]
            )

        [fault] = verify().faults

        assert fault.startswith(f"Event {fourth} ")

    def test_finds_an_event_smuggled_in(self, chain):
        with with_triggers_off():
            tell(chain)

        assert "its content is not what was sealed" in verify().faults[-1]


@pytest.mark.django_db(transaction=True)
class TestTheDigest:
    """What the chains alone cannot show: that their ends are still there."""

    @pytest.fixture(autouse=True)
    def _nobody_else_writes(self, monkeypatch):
        """An open transaction in any database of the server holds the horizon back; other workers have some."""
        latest = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        monkeypatch.setattr(verification, "_HORIZON", latest)

    def test_holds_while_events_are_only_added(self, chain):
        digest = verify().digest
        tell(chain)
        tell(uuid4())

        assert verify(digest).faults == []
        assert verify().digest != digest

    def test_finds_a_tail_cut_off(self, chain):
        digest = verify().digest
        with with_triggers_off() as cursor:
            cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids(chain)[3]])

        assert verify().faults == []
        assert verify(digest).faults == ["The trail no longer holds the events of the expected digest."]

    def test_finds_a_whole_chain_cut_off(self, chain):
        digest = verify().digest
        with with_triggers_off() as cursor:
            cursor.execute("DELETE FROM audit_auditevent WHERE chain = %s", [chain])

        assert verify().faults == []
        assert len(verify(digest).faults) == 1

    def test_finds_a_last_event_changed_and_sealed_anew(self, chain):
        digest, last = verify().digest, ids(chain)[3]
        with with_triggers_off() as cursor:
            cursor.execute("UPDATE audit_auditevent SET reason = 'because' WHERE id = %s", [last])
            cursor.execute(
                f"UPDATE audit_auditevent e SET hash = {SEALED.format(row='e')} WHERE id = %s", [last]
            )

        assert verify().faults == []
        assert len(verify(digest).faults) == 1

    def test_leaves_out_what_may_still_be_added_to(self, chain, monkeypatch):
        monkeypatch.undo()
        with another_connection() as other:
            other.set_autocommit(False)
            tell(uuid4(), using=other)
            tell(uuid4())
            digest = verify().digest
            other.commit()

        assert verify(digest).faults == []

    @pytest.mark.parametrize("digest", ["12", "12:ab", ":" + 64 * "0", "x:" + 64 * "0"])
    def test_is_asked_for_again_when_it_is_none(self, digest):
        [fault] = verify(digest).faults

        assert "is no digest" in fault


@pytest.mark.django_db(transaction=True)
class TestTheCommand:
    def run(self, *arguments) -> tuple[str, str]:
        out, err = StringIO(), StringIO()
        call_command("verify_audit", *arguments, stdout=out, stderr=err, no_color=True)
        return out.getvalue(), err.getvalue()

    def test_prints_a_digest_that_it_takes_later(self, chain):
        told, _errors = self.run()
        digest = told.split("Digest: ")[1].strip()
        tell(chain)

        assert "every seal holds" in self.run("--expect", digest)[0]

    def test_fails_and_names_the_event(self, chain):
        with with_triggers_off() as cursor:
            cursor.execute("UPDATE audit_auditevent SET reason = 'because' WHERE id = %s", [ids(chain)[2]])
        err = StringIO()

        with pytest.raises(CommandError, match=r"does not hold: 1 fault\(s\)"):
            call_command("verify_audit", stdout=StringIO(), stderr=err, no_color=True)

        assert err.getvalue().startswith(f"Event {ids(chain)[2]} ")

"""When an agreement last changed is what its trail says, whoever asks and whatever happened."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from agreements import services
from agreements.models import Agreement, LastChange
from agreements.queries import changes
from agreements.queries.home import INWARD
from audit import trail
from audit.models import AuditEvent
from lib.identity import new_id
from tests.agreements.conftest import BY
from tests.agreements.test_past import STEPS, History
from tests.factories import AgreementFactory


def kept() -> dict:
    return {
        each.agreement_id: (each.number, each.touched, each.told)
        for each in LastChange.objects.filter(agreement__in=Agreement.objects.all())
    }


def by_the_trail() -> dict:
    numbers = dict(Agreement.objects.values_list("pk", "number"))
    told = AuditEvent.objects.filter(chain__in=numbers).values("chain")
    return {
        each["chain"]: (numbers[each["chain"]], each["touched"], each["told"])
        for each in told.annotate(touched=Max("at"), told=Max("at", filter=~Q(verb__in=INWARD)))
    }


class TestTheLastChange:
    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in range(1, 4))]
    )
    def test_is_the_last_event_of_the_trail_after_any_change(self, people, seed):
        history = History(seed, people)

        for _step in range(STEPS):
            history.step()

            assert kept() == by_the_trail()

    def test_of_several_at_once_is_that_of_each(self, both):
        with transaction.atomic():
            for each in (*both, both[0]):
                trail.record("agreement.commented", each, by=BY)

        assert kept() == by_the_trail()

    @pytest.mark.parametrize("verb", INWARD)
    def test_a_step_between_author_and_reviewer_is_told_to_those_who_may_read_it(self, both, people, verb):
        before = timezone.now()
        with transaction.atomic():
            trail.record(verb, both[0], by=BY)

        found = {
            name: list(Agreement.objects.filter(changes.since(before, to=people[name])))
            for name in ("reader", "editor")
        }

        assert found == {"reader": [], "editor": [both[0]]}

    @pytest.mark.parametrize("many", [changes.MANY, -1])
    def test_is_asked_for_like_the_trail(self, both, people, monkeypatch, many):
        monkeypatch.setattr(changes, "MANY", many)
        later = AgreementFactory(published=True)
        moments = AuditEvent.objects.filter(chain=later.pk).values_list("at", flat=True)
        for moment in (*moments, timezone.now() - timedelta(days=1), timezone.now()):
            for reader in (people["reader"], people["editor"]):
                told = changes.told(Agreement.objects.all(), to=reader).filter(at__gte=moment)
                asked = Agreement.objects.order_by("number").filter(changes.since(moment, to=reader))

                assert list(asked) == list(
                    Agreement.objects.filter(pk__in=told.values("chain")).order_by("number")
                )

    def test_of_what_was_entered_after_its_event_is_that_event(self, both):
        """As an import of very many does it."""
        key = new_id()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id,
                                              reason, request_id, xid, changes, previous_hash, hash)
                SELECT %s, 0, now(), 'agreement.registered', 'agreements.agreement', %s, 'import', 'system', '', '', 0,
                       '{}', '', ''
                """,
                [key, str(key)],
            )
            fresh = AgreementFactory.build(id=key, number=4711, kind=both[0].kind)
            fresh.save(force_insert=True)

        assert key in kept()
        assert kept() == by_the_trail()

    def test_is_drawn_from_the_trail_again(self, both):
        before = kept()
        LastChange.objects.all().delete()

        with connection.cursor() as cursor:
            cursor.execute("SELECT mithaq_last_changes()")

        assert kept() == before == by_the_trail()

    def test_of_a_draft_that_is_taken_out_hinders_nobody(self, people):
        draft = AgreementFactory(registered_by=people["editor"])
        services.remove_draft(draft.pk, by=people["editor"])

        lately = changes.since(timezone.now() - timedelta(days=1), to=people["editor"])
        assert not Agreement.objects.filter(lately).exists()

"""Writers of one chain follow each other; writers of different chains never meet."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from audit.models import AuditEvent
from audit.verification import verify
from tests.audit.raw import another_connection, tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("long")]


def waiting_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0]


class TestTwoWriters:
    def test_of_different_chains_do_not_wait_for_each_other(self):
        with another_connection() as other, transaction.atomic():
            tell(uuid4())
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1ms'")

            tell(uuid4(), using=other)  # and commits, while the first has not

            assert waiting_locks() == 0

    def test_of_one_chain_follow_each_other(self):
        chain = uuid4()
        with another_connection() as other:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            with transaction.atomic():
                tell(chain)
                with pytest.raises(OperationalError, match="lock timeout"):
                    tell(chain, using=other)
            tell(chain, using=other)

        first, second = AuditEvent.objects.filter(chain=chain).order_by("sequence")
        assert (first.sequence, second.sequence) == (1, 2)
        assert bytes(second.previous_hash) == bytes(first.hash)

    def test_many_at_once_leave_whole_chains(self):
        chains, together = [uuid4(), uuid4()], Barrier(4)

        def write(number: int) -> None:
            together.wait()
            try:
                for each in range(10):
                    tell(chains[(number + each) % 2])
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(write, range(4)))

        for chain in chains:
            told = (
                AuditEvent.objects.filter(chain=chain).order_by("sequence").values_list("sequence", flat=True)
            )
            assert list(told) == list(range(1, 21))
        assert verify().faults == []

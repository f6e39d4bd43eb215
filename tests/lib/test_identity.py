"""Ids of rows made later sort later."""

import time
from itertools import islice
from uuid import RFC_4122, UUID

from lib.identity import new_id, new_ids


def test_ids_are_version_seven_and_in_the_order_of_their_making():
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(set(ids))
    assert {each.version for each in ids} == {7}


def test_very_many_ids_are_as_well_and_none_is_much_ahead_of_its_time():
    ids = [*map(UUID, islice(new_ids(), 20_000))]

    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, RFC_4122)}
    assert len({each.int & (1 << 62) - 1 for each in ids}) == len(ids)
    assert (ids[-1].int >> 80) - time.time() * 1000 < 1000

"""Ids of rows made later sort later."""

from lib.identity import new_id


def test_ids_are_version_seven_and_in_the_order_of_their_making():
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(set(ids))
    assert {each.version for each in ids} == {7}

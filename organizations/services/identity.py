"""States that two records which look alike are two, and takes that back."""

from audit import trail
from audit.trail import Actor, one_write
from organizations.models import DistinctPair, DistinctPeople, Organization, Person
from organizations.permissions import Permission
from organizations.queries.identity import in_one_order, pair_of
from organizations.queries.merging import DISTINCT
from organizations.services.records import demand


def tell_apart(
    one: Organization | Person, other: Organization | Person, *, reason: str = "", by: Actor
) -> DistinctPair | DistinctPeople:
    """State that two organizations, or two people, are not the same: nobody is warned of them again.

    Stating it twice writes nothing.
    """
    demand(by, Permission.ORGANIZATION_EDIT)
    return state_pair(DISTINCT[type(one)], one, other, reason=reason, by=by)


def tell_apart_no_longer(
    one: Organization | Person, other: Organization | Person, *, reason: str = "", by: Actor
) -> None:
    """Take back that two records are not the same; twice writes nothing."""
    demand(by, Permission.ORGANIZATION_EDIT)
    take_pair_back(DISTINCT[type(one)], one, other, reason=reason, by=by)


def state_pair(pairs, one, other, *, reason: str, by: Actor):
    """A row of the table `pairs`, told in the history of both records."""
    with one_write():
        if row := pair_of(pairs, one.pk, other.pk):
            return row
        first, second = in_one_order(one.pk, other.pk)
        row = pairs.objects.create(first_id=first, second_id=second, reason=reason.strip())
        _tell("told_apart", one, other, reason=reason, by=by)
    return row


def take_pair_back(pairs, one, other, *, reason: str, by: Actor) -> None:
    """Remove the row of `pairs` about the two, told in the history of both."""
    with one_write():
        row = pair_of(pairs, one.pk, other.pk)
        if row is not None:
            row.delete()
            _tell("told_apart_no_longer", one, other, reason=reason, by=by)


def _tell(what: str, one, other, *, reason: str, by: Actor) -> None:
    for each, from_whom in ((one, other), (other, one)):
        trail.record(
            f"{each._meta.model_name}.{what}",
            each,
            by=by,
            reason=reason,
            changes={"other": (None, from_whom.pk)},
        )

"""What a merge of two organizations, or two people, would move, and what stands in its way. Reads only.

Every column that points at the merged record moves. They are found in the models themselves, so that a room above
needs no import here, and none of its tables can be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lib import languages, search
from lib.problems import Fault
from organizations.models import (
    Alias,
    Descent,
    DistinctPair,
    DistinctPeople,
    Merge,
    Organization,
    Person,
)
from organizations.permissions import Permission
from organizations.queries.identity import pair_of, successor

DISTINCT = {Organization: DistinctPair, Person: DistinctPeople}
_APART = (Descent, DistinctPair, DistinctPeople, Merge)
"""Kept by triggers, moved as pairs, and the history of merges itself."""
EXAMPLES = 4


@dataclass(frozen=True)
class Link:
    """A column that points at organizations, or at people."""

    model: type[models.Model]
    column: str

    @property
    def label(self) -> str:
        """`agreements.party.organization`: how a merge remembers it."""
        return f"{self.model._meta.label_lower}.{self.column}"

    def to(self, record: models.Model) -> QuerySet:
        """The rows that point at `record`, by key."""
        return self.model._base_manager.filter(**{self.column: record}).order_by("pk")

    def twins(self, merged: models.Model, into: models.Model) -> QuerySet:
        """The rows of `merged` whose place is taken by a row of `into`, by a rule of the table."""
        taken = Q(pk__in=[])
        for rule in self.model._meta.constraints:
            if (
                isinstance(rule, models.UniqueConstraint)
                and self.column in rule.fields
                and not rule.condition
            ):
                same = {name: OuterRef(name) for name in rule.fields if name != self.column}
                taken |= Q(Exists(self.to(into).order_by().filter(**same)))
        return self.to(merged).filter(taken)


def links(kind: type[models.Model]) -> list[Link]:
    """Every column that points at a record of `kind`; lower rooms first, as the apps are installed."""
    return [
        Link(each.related_model, each.field.name)
        for each in kind._meta.related_objects
        if each.one_to_many and not issubclass(each.related_model, (*_APART, search.Entry))
    ]


def acting() -> list[Link]:
    """The columns of whatever reads with the eyes of an organization: accounts, tokens, webhooks."""
    return [each for each in links(Organization) if getattr(each.model, "acts_for_organization", False)]


def record_of(row: models.Model) -> models.Model:
    """The record in whose history `row` is told: an agreement for its parties; the row itself, if that is its own."""
    while whole := getattr(row, "part_of", ""):
        row = getattr(row, whole)
    return row


def with_records(rows: QuerySet) -> QuerySet:
    """Bring what `record_of` follows: no further query."""
    path, model = [], rows.model
    while whole := getattr(model, "part_of", ""):
        path.append(whole)
        model = model._meta.get_field(whole).related_model
    return rows.select_related("__".join(path)) if path else rows


@dataclass(frozen=True)
class Moves:
    """Rows of one column that would move: what they are, how many, and the records of the first of them."""

    what: str
    count: int
    examples: list[models.Model]

    @property
    def more(self) -> int:
        return self.count - len(self.examples)


@dataclass
class Examination:
    """What a merge would do. It can be done when there are no `faults`."""

    merged: Any
    into: Any
    moves: list[Moves] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    unsaid: list[tuple[str, str]] = field(default_factory=list)
    """What only the merged record states (what it is, its words): it stays there and is shown no more."""
    faults: list[Fault] = field(default_factory=list)


def examine(merged: Organization | Person, into: Organization | Person, *, by) -> Examination:
    """What merging `merged` into `into` would move, and what `by` is refused: some queries for each column."""
    found = Examination(merged, into)
    found.faults = list(faults(merged, into, by=by))
    kind = type(merged)
    for link in links(kind):
        rows = link.to(merged)
        if count := rows.count():
            examples = [record_of(each) for each in with_records(rows)[:EXAMPLES]]
            options = link.model._meta
            found.moves.append(
                Moves(
                    str(options.verbose_name if count == 1 else options.verbose_name_plural), count, examples
                )
            )
    found.names = [each.name for each in new_names(merged, into)]
    found.unsaid = list(_unsaid(merged, into))
    return found


def faults(merged, into, *, by) -> Iterator[Fault]:
    """What stands in the way of a merge, each in words: what to do first."""
    if merged == into or successor(into) == merged:
        yield Fault("/into", "same_record", _("This is one and the same record."))
        return
    if merged.merged_into_id:
        yield Fault("", "merged_already", _("“%(name)s” is merged already.") % {"name": merged})
    if into.merged_into_id:
        yield Fault("/into", "merged_already", _("“%(name)s” is merged already.") % {"name": into})
    if pair_of(DISTINCT[type(merged)], merged.pk, into.pk):
        yield Fault(
            "",
            "told_apart",
            _("Somebody stated that these two are not the same. Take that back first, if it was wrong."),
        )
    if isinstance(merged, Organization):
        yield from _family(merged, into)
        if not by.may(Permission.ADMINISTER) and any(each.to(merged).exists() for each in acting()):
            yield Fault(
                "",
                "accounts_move",
                _(
                    "Accounts, tokens or webhooks act for “%(name)s” and would act for the other:"
                    " an administrator merges it."
                )
                % {"name": merged},
            )
    for link in links(type(merged)):
        if link.model is Alias:
            continue  # a name that both have stays where it is
        for row in with_records(link.twins(merged, into)).order_by("pk")[:EXAMPLES]:
            yield Fault(
                "",
                "both_have_a_place",
                _("Both have a place of their own in “%(record)s” (%(what)s): settle that there first.")
                % {"record": record_of(row), "what": link.model._meta.verbose_name},
            )


def _family(merged: Organization, into: Organization) -> Iterator[Fault]:
    line = Descent.objects.filter(
        Q(ancestor=merged, descendant=into) | Q(ancestor=into, descendant=merged)
    ).select_related("ancestor", "descendant")
    for each in line:
        yield Fault(
            "",
            "one_stands_above",
            _(
                "“%(above)s” stands above “%(below)s”: they are two, or the hierarchy is wrong. Correct it first."
            )
            % {"above": each.ancestor, "below": each.descendant},
        )


def new_names(merged, into) -> list[Alias]:
    """The names of `merged` that `into` does not have yet, as other names of it. People have none: see `Person`."""
    if not isinstance(merged, Organization):
        return []
    has = {words for name in ("name", "short_name") for words in languages.texts(into, name).values()}
    has |= set(Alias.objects.filter(organization__in=[merged, into]).values_list("name", flat=True))
    made = []
    for name, kind in (("name", Alias.Kind.AS_WRITTEN), ("short_name", Alias.Kind.SHORT)):
        for language, words in languages.texts(merged, name).items():
            if words not in has:
                has.add(words)
                made.append(Alias(organization=into, name=words, language=language, kind=kind))
    return made


def _unsaid(merged, into) -> Iterator[tuple[str, str]]:
    if not isinstance(merged, Organization):
        return
    for name in ("kind", "country", "city", "parent", "website", "mandate"):
        ours = getattr(merged, name)
        if ours and ours != getattr(into, name):
            label = Organization._meta.get_field(name if name != "mandate" else "mandate_en").verbose_name
            yield str(label), str(ours)

"""What the sources do not say, and what the record still lacks: one list of facts for every page that counts them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Exists, F, Func, IntegerField, OuterRef, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Commitment, Signatory, WithoutSource
from agreements.queries import newer
from lib.claims import ONE_DAY, Basis


@dataclass(frozen=True)
class Lack:
    """A fact that the sources of an agreement may leave unsaid.

    `condition` holds for the agreements that lack it; `label` names the fact, `question` asks the parties for it,
    `matters` says what for.
    """

    condition: Q
    label: Promise
    question: Promise
    matters: Promise


def _inexact(name: str) -> Q:
    """Agreements whose date claim `name` is no calendar day."""
    return (
        Q(**{f"{name}_range__isnull": True})
        | Q(**{f"{name}_range__lower_inf": True})
        | Q(**{f"{name}_range__upper_inf": True})
        | Q(**{f"{name}_range__endswith__gt": F(f"{name}_range__startswith") + Value(ONE_DAY)})
    )


def _undated_commitments() -> Q:
    """Agreements that owe something, and of all that nothing by a day."""
    owed = Commitment.objects.filter(agreement=OuterRef("pk"))
    return Q(Exists(owed)) & ~Q(Exists(owed.exclude(due_basis=Basis.NOT_STATED)))


LACKS: dict[str, Lack] = {
    "signed": Lack(
        _inexact("signed"),
        _("Calendar date of signature"),
        _("On which day was it signed?"),
        _("Without the day nobody can tell which of two agreements came first. The signed text has it."),
    ),
    "effective": Lack(
        Q(effective_basis=Basis.NOT_STATED),
        _("Entry into force"),
        _("From when is it in force?"),
        _("Until this is known the registry cannot say that the agreement is in force."),
    ),
    "ends": Lack(
        Q(ends_basis=Basis.NOT_STATED),
        _("Duration or end date"),
        _("Until when is it in force?"),
        _("No reminder can be given before an end that nobody states."),
    ),
    "renewal": Lack(
        Q(renewal=Agreement.Renewal.NOT_STATED),
        _("Renewal"),
        _("What happens at the end of its term?"),
        _("A renewal by itself, or none at all, changes what has to be done before the end."),
    ),
    "signatories": Lack(
        ~Q(Exists(Signatory.objects.filter(party__agreement=OuterRef("pk")))),
        _("Names of the signatories"),
        _("Who signed?"),
        _("People who are quoted are not thereby signatories. Ask for the last page of the text."),
    ),
    "reference": Lack(
        Q(reference=""),
        _("Reference number"),
        _("Under which reference do the parties keep it?"),
        _("With it a letter about the agreement finds its record at once."),
    ),
    "place": Lack(
        Q(place_of_signature=""),
        _("Place of signature"),
        _("Where was it signed?"),
        _("Useful with the day, to find the signed text and its photographs."),
    ),
    "amount": Lack(
        Q(amount__isnull=True),
        _("Amounts"),
        _("How much money goes with it?"),
        _("Annexes often state it; sums over agreements leave these out."),
    ),
    "due": Lack(
        _undated_commitments(),
        _("Deadlines of the commitments"),
        _("By when is each thing to be done?"),
        _("Nothing can be called late without a deadline. Set follow-ups of your own meanwhile."),
    ),
}
"""Every fact by the name that addresses use: `?lacks=ends`."""

CRITERIA: dict[str, Lack] = LACKS | {
    "source": Lack(
        Q(Exists(WithoutSource.objects.filter(agreement=OuterRef("pk")))),
        _("A source: entered without one"),
        _("Which source says what was entered without one?"),
        _("An editor’s name stands where a quote should. Find the text that says it."),
    ),
    "words": Lack(
        newer.to_be_read_again(),
        _("Quoted words: gone from a newer text"),
        _("Do the facts still hold whose words are gone from a newer text?"),
        _("The source was corrected after it was quoted. Read what it says now."),
    ),
}
"""What `?lacks=` may ask: the facts, and what is weak about the proof of those that are told."""


def incomplete() -> Q:
    """Agreements that lack any of the facts."""
    condition = Q()
    for lack in LACKS.values():
        condition |= lack.condition
    return condition


def complete() -> Q:
    """Agreements that lack none of the facts: not `incomplete`, so that the database can join what proves it."""
    owed = Commitment.objects.filter(agreement=OuterRef("pk"))
    condition = Q(Exists(Signatory.objects.filter(party__agreement=OuterRef("pk"))))
    condition &= ~Q(Exists(owed)) | Q(Exists(owed.exclude(due_basis=Basis.NOT_STATED)))
    for name in LACKS.keys() - {"signatories", "due"}:
        condition &= ~LACKS[name].condition
    return condition


def with_lacks(agreements):
    """Add `lacks`, the names of the facts that each agreement lacks, in the order of LACKS."""
    return agreements.annotate(
        lacks=Func(
            *(Case(When(lack.condition, then=Value(name))) for name, lack in LACKS.items()),
            template="array_remove(ARRAY[%(expressions)s], NULL)",
            output_field=ArrayField(models.TextField()),
        )
    )


def gaps(agreement: Agreement) -> list[str]:
    """What the sources of an agreement do not say, in words. Needs `with_lacks`."""
    return [str(LACKS[name].label) for name in agreement.lacks]


@dataclass(frozen=True)
class Measure:
    """`count` of `total` fall short. `query` leads to exactly these agreements, where the list can tell them."""

    label: str | Promise
    count: int
    total: int
    matters: Promise | str = ""
    query: str = ""
    examples: list = field(default_factory=list)

    @property
    def bar(self) -> int:
        """How many of a thousand, rounded; more than nothing is never drawn as nothing."""
        return max(round(1000 * self.count / self.total), 4) if self.count else 0


def lacking(visible, total: int) -> list[Measure]:
    """How many of the agreements fall short of each of CRITERIA, in their order; one query."""
    told = visible.aggregate(
        **{f"{name}_count": Count("pk", filter=lack.condition) for name, lack in CRITERIA.items()},
        **{f"{name}_newest": newest_numbers(lack.condition) for name, lack in CRITERIA.items()},
    )
    return [
        Measure(
            lack.question,
            told[f"{name}_count"],
            total,
            lack.matters,
            f"lacks={name}",
            numbered(told[f"{name}_newest"]),
        )
        for name, lack in CRITERIA.items()
    ]


def newest_numbers(condition: Q, *, number: str = "number", limit: int = 2) -> Func:
    """An aggregate: the highest numbers of agreements for which `condition` holds, or NULL."""
    return Func(
        ArrayAgg(number, filter=condition, order_by=f"-{number}", distinct=True),
        template=f"(%(expressions)s)[1:{int(limit)}]",
        output_field=ArrayField(IntegerField()),
    )


def numbered(numbers: Iterable[int] | None) -> list[Agreement]:
    """Agreements that know their number and address and nothing else: for links, without a query."""
    return [Agreement(number=each) for each in numbers or ()]

"""What proves a fact: a quote, or an editor's name where there is none; and which facts have neither."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from agreements.models import (
    Advantage,
    Agreement,
    Commitment,
    NamedGroup,
    Objective,
    Party,
    Statement,
    WithoutSource,
)
from lib.claims import Basis

About = WithoutSource.About

MEMBERS: dict[str, tuple[str, type, tuple[str, ...]]] = {
    "parties": ("party", Party, ("position",)),
    "groups": ("group", NamedGroup, ("position", "pk")),
    "objectives": ("objective", Objective, ("position", "pk")),
    "commitments": ("commitment", Commitment, ("number", "pk")),
    "statements": ("statement", Statement, ("position", "pk")),
    "advantages": ("advantage", Advantage, ("position", "pk")),
}
"""The members of a dossier whose parts need proof: the column that points at them, their table, their order."""

PLACES: dict[str, str] = {
    About.SIGNED: "/dates/signed",
    About.EFFECTIVE: "/dates/effective",
    About.ENDS: "/dates/ends",
    About.RENEWAL: "/renewal/rule",
    About.AMOUNT: "/amount",
    About.PROGRAMME: "/programme",
    About.PLACE: "/place_of_signature",
    About.OCCASION: "/occasions",
}
"""Where a dossier tells each fact of the agreement itself."""

COLUMNS: dict[str, tuple[str, ...]] = {
    About.SIGNED: ("signed",),
    About.EFFECTIVE: ("effective",),
    About.ENDS: ("ends",),
    About.RENEWAL: ("renewal", "notice_days"),
    About.AMOUNT: ("amount", "currency"),
    About.PROGRAMME: ("programme",),
    About.PLACE: ("place_of_signature",),
    About.OCCASION: ("occasion",),
}
"""How the names of the columns begin that tell each of them."""

TOLD: dict[str, Callable[[Agreement], bool]] = {
    About.SIGNED: lambda a: a.signed.basis != Basis.NOT_STATED,
    About.EFFECTIVE: lambda a: a.effective.basis != Basis.NOT_STATED,
    About.ENDS: lambda a: a.ends.basis != Basis.NOT_STATED,
    About.RENEWAL: lambda a: a.renewal != Agreement.Renewal.NOT_STATED,
    About.AMOUNT: lambda a: a.amount is not None,
    About.PROGRAMME: lambda a: a.programme_id is not None,
    About.PLACE: lambda a: bool(a.place_of_signature),
    About.OCCASION: lambda a: bool(a.occasion_en or a.occasion_fr or a.occasion_ar),
}
"""Whether an agreement tells each of these facts: *not stated* needs no proof."""


@dataclass(frozen=True)
class Bare:
    """A fact that nothing proves: a part (its column and key), or a fact of the agreement itself (`about`)."""

    column: str
    key: UUID
    about: str


def unproved(agreement_id: UUID) -> list[Bare]:
    """The facts that neither a quote proves nor an editor signed for; one query.

    `mithaq_unproved` (migration 0010) says which: the same that the trigger of publication asks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact, fact_id, about FROM mithaq_unproved(%s)", [agreement_id])
        return [Bare(*row) for row in cursor.fetchall()]


def pointers(agreement_id: UUID, found: list[Bare]) -> dict[Bare, str]:
    """Where the dossier of the agreement tells each fact, as JSON pointers in its order; a query for each kind."""
    places: dict[Bare, str] = {}
    for member, (column, model, order) in MEMBERS.items():
        of_this = {each.key: each for each in found if each.column == column}
        if not of_this:
            continue
        keys = model.objects.filter(agreement=agreement_id).order_by(*order).values_list("pk", flat=True)
        places |= {of_this[key]: f"/{member}/{index}" for index, key in enumerate(keys) if key in of_this}
    by_about = {each.about: each for each in found}
    return places | {by_about[about]: place for about, place in PLACES.items() if about in by_about}

"""What the registry publishes of a person: name, title, organization and quote. Nothing else."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from agreements.models import Agreement, Citation, Signatory, Statement
from agreements.queries.bodies import cited
from lib import languages
from organizations.models import Office, Person


@dataclass
class Portrait:
    """The page of one person. To be quoted and to sign are two things: `said` and `signed` are never mixed."""

    person: Person
    names: list[languages.Text]
    offices: list[Office]
    said: list[tuple[Agreement, list[Statement]]]
    signed: list[Signatory]
    merged: list[Person]
    """Records that were merged into this one, under the names they had."""


def listed(people):
    """Bring what a list of people shows: three queries, however many people."""
    offices = Office.objects.select_related("organization").order_by("pk")
    return people.prefetch_related(Prefetch("offices", offices))


def portrait(person: Person, *, actor) -> Portrait:
    """The page of `person`, with the agreements that `actor` may read: a fixed number of queries."""
    readable = Agreement.objects.visible_to(actor)
    quotes = Citation.objects.visible_to(actor).select_related("source", "agreement").defer("source__text")
    proofs = Prefetch("citations", quotes.order_by("start", "pk"), to_attr="proofs")
    statements = cited(Statement.objects.filter(agreement__in=readable, speaker__person=person), actor)
    said = defaultdict(list)
    for statement in statements.order_by("-agreement__number", "position", "pk"):
        said[statement.agreement].append(statement)
    return Portrait(
        person,
        languages.others(person, "name"),
        list(person.offices.select_related("organization").prefetch_related(proofs).order_by("pk")),
        list(said.items()),
        list(
            person.signatures.filter(party__agreement__in=readable)
            .select_related("party__agreement", "party__organization", "office__organization")
            .prefetch_related(proofs)
            .order_by("-party__agreement__number", "pk")
        ),
        list(person.merged_from.order_by("pk")),
    )

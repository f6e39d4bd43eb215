"""All of the registry that a reader may read, as rows of the exchange tables, always in the same order."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from activities import queries as activities
from activities.models import Activity, ActivityOrganizer, Fulfilment
from agreements.models import (
    Agreement,
    AgreementSource,
    Citation,
    Party,
    Programme,
    Signatory,
    Source,
    Statement,
)
from agreements.queries import dossier, quoted
from audit.trail import Actor
from exchange.queries import documents
from exchange.queries.documents import Labels, Part
from lib import keyset
from organizations import queries as organizations
from organizations.models import Descent, Office, Organization, Person

BATCH = 200
BY_SLUG = keyset.Order("slug", "slug")
_LEANED_ON = {"organization": "organizations", "alias": "aliases", "profile_claim": "profile"}


@dataclass(frozen=True)
class Scope:
    """The records a file is to hold. None of a kind: none of them."""

    organizations: QuerySet = field(default_factory=Organization.objects.none)
    people: QuerySet = field(default_factory=Person.objects.none)
    programmes: QuerySet = field(default_factory=Programme.objects.none)
    sources: QuerySet = field(default_factory=Source.objects.none)
    agreements: QuerySet = field(default_factory=Agreement.objects.none)
    activities: QuerySet = field(default_factory=Activity.objects.none)


def everything(actor: Actor) -> Scope:
    """All that `actor` may read."""
    agreements = Agreement.objects.visible_to(actor)
    return Scope(
        Organization.objects.visible_to(actor).filter(merged_into=None),
        Person.objects.visible_to(actor).filter(merged_into=None),
        Programme.objects.all(),
        _cited_by(agreements),
        agreements,
        Activity.objects.visible_to(actor),
    )


def around(agreements: QuerySet, actor: Actor) -> Scope:
    """Those of `agreements` that `actor` may read, what they lean on, and what was done for them.

    An empty registry that takes in all of it has them as they are here. What one of them points at beside that, a link
    or a commitment of another agreement, has to be there already.
    """
    keys = list(agreements.order_by().values_list("pk", flat=True))
    readable = Agreement.objects.visible_to(actor).filter(pk__in=keys)
    done = Activity.objects.visible_to(actor)
    done = done.filter(
        pk__in=Fulfilment.objects.filter(commitment__agreement__in=keys).order_by().values("activity")
    )
    signed = Signatory.objects.filter(party__agreement__in=keys).order_by()
    cited = Citation.objects.filter(agreement__in=keys).order_by()
    spoken = Statement.objects.filter(agreement__in=keys, speaker__isnull=False).order_by()
    holding = Office.objects.filter(
        Q(pk__in=signed.filter(office__isnull=False).values("office"))
        | Q(pk__in=spoken.values("speaker"))
        | Q(pk__in=cited.filter(office__isnull=False).values("office"))
    )
    people = Person.objects.visible_to(actor).filter(
        Q(pk__in=signed.values("person")) | Q(pk__in=holding.values("person")), merged_into=None
    )
    named = Organization.objects.filter(
        Q(pk__in=Party.objects.filter(agreement__in=keys).values("organization"))
        | Q(groups__agreement__in=keys)
        | Q(pk__in=Office.objects.filter(person__in=people).values("organization"))
        | Q(pk__in=ActivityOrganizer.objects.filter(activity__in=done).values("organization"))
        | Q(pk__in=cited.filter(organization__isnull=False).values("organization"))
        | Q(aliases__in=cited.filter(alias__isnull=False).values("alias"))
        | Q(profile_claims__in=cited.filter(profile_claim__isnull=False).values("profile_claim"))
    )
    above = Descent.objects.filter(descendant__in=named.values("pk")).values("ancestor")
    return Scope(
        Organization.objects.visible_to(actor).filter(pk__in=above, merged_into=None),
        people,
        Programme.objects.filter(
            Q(agreements__in=keys) | Q(pk__in=cited.filter(programme__isnull=False).values("programme"))
        ).distinct(),
        _cited_by(readable),
        readable,
        done,
    )


def _cited_by(agreements: QuerySet) -> QuerySet:
    return Source.objects.filter(
        pk__in=AgreementSource.objects.filter(agreement__in=agreements.order_by().values("pk")).values(
            "source"
        )
    )


def parts(actor: Actor, labels: Labels, *, on: date, scope: Scope | None = None) -> Iterator[Part]:
    """Every row of `scope`, or of all that `actor` may read, record by record.

    `labels` learns on the way what records are called.
    """
    scope = scope or everything(actor)
    for key, slug in Organization.objects.visible_to(actor).values_list("pk", "slug"):
        labels.records["organization", str(key)] = slug
    for batch in _batches(scope.organizations, organizations.with_profile, order=BY_SLUG):
        for each in batch:
            yield from documents.of_organization(organizations.read_organization(each))
    for batch in _batches(scope.people, organizations.with_offices):
        for each in batch:
            yield from documents.of_person(organizations.read_person(each))
    for key, slug in Programme.objects.values_list("pk", "slug"):
        labels.records["programme", str(key)] = slug
    for each in scope.programmes.order_by("slug"):
        yield from documents.of_programme(dossier.read_programme(each))
    agreements = Agreement.objects.visible_to(actor)
    for key, number in agreements.values_list("pk", "number"):
        labels.records["agreement", str(key)] = Agreement(number=number).code
    for batch in _batches(scope.sources, lambda rows: rows.prefetch_related("noise", "files", "newer")):
        for each in batch:
            yield from documents.of_source(quoted.read_whole_source(each))

    def whole(rows: QuerySet) -> QuerySet:
        facts = dossier.with_facts(rows, on=on, readable=agreements)
        return dossier.with_citations(facts)

    for batch in _batches(scope.agreements, whole, key="number"):
        for each in batch:
            yield from documents.of_agreement(_read(each, labels), labels)
    for batch in _batches(scope.activities, lambda rows: activities.with_details(rows, actor=actor)):
        for each in batch:
            yield from documents.of_activity(read_activity(each))


def _batches(
    rows: QuerySet,
    bring: Callable[[QuerySet], QuerySet],
    *,
    key: str = "pk",
    order: keyset.Order | None = None,
) -> Iterator[list]:
    cursor = ""
    while True:
        page = keyset.page(bring(rows), key=key, order=order, size=BATCH, cursor=cursor)
        if page.rows:
            yield page.rows
        if not page.next:
            return
        cursor = page.next


def read_activity(activity: Activity) -> dict[str, Any]:
    """The activity as a document, with the agreement and the number of each commitment it counts towards."""
    document = activities.read_activity(activity)
    document["counts_toward"] = [
        part
        | {
            "agreement": {"id": str(each.commitment.agreement_id)},
            "commitment": each.commitment.number,
            "commitment_id": str(each.commitment_id),
        }
        for part, each in zip(document["counts_toward"], activity.fulfilments.all(), strict=True)
    ]
    document["reached"].sort(key=lambda each: ((each["target_group"] or {}).get("code", ""), each["sex"]))
    return document


def _read(agreement: Agreement, labels: Labels) -> dict[str, Any]:
    """The dossier with its quotes; of what it leans on only what the quotes prove, which costs no query."""
    document = dossier.read(agreement, proof=True, leaned_on=False)
    document["sources"] = [
        str(each.source_id)
        for each in sorted(agreement.source_links.all(), key=lambda each: (each.position, each.pk))
    ]
    leaned: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in agreement.all_citations.all():
        for kind in ("programme", "organization", "alias", "profile_claim", "office"):
            if key := getattr(each, f"{kind}_id"):
                leaned[kind, str(key)].append(quoted.read_quote(each))
    proved = sorted(leaned.items())
    document["programmes"] = [
        {"slug": labels.label("programme", key), "citations": quotes}
        for (kind, key), quotes in proved
        if kind == "programme"
    ]
    document["organizations"] = [
        {"slug": labels.label("organization", key), "citations": quotes}
        for (kind, key), quotes in proved
        if kind == "organization"
    ] + [
        {"slug": "", _LEANED_ON[kind]: [{"id": key, "citations": quotes}]}
        for (kind, key), quotes in proved
        if kind in {"alias", "profile_claim"}
    ]
    document["people"] = [
        {"offices": [{"id": key, "citations": quotes}]} for (kind, key), quotes in proved if kind == "office"
    ]
    return document

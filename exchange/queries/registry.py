"""All of the registry that a reader may read, as rows of the exchange tables, always in the same order."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from activities import queries as activities
from activities.models import Activity
from agreements.models import Agreement, AgreementSource, Programme, Source
from agreements.queries import dossier
from audit.trail import Actor
from exchange.queries import documents
from exchange.queries.documents import Labels, Part
from lib import keyset
from organizations import queries as organizations
from organizations.models import Organization, Person

BATCH = 200
BY_SLUG = keyset.Order("slug", "slug")
_LEANED_ON = {"organization": "organizations", "alias": "aliases", "profile_claim": "profile"}


def parts(actor: Actor, labels: Labels, *, on: date) -> Iterator[Part]:
    """Every row that `actor` may read, record by record; `labels` learns on the way what they are called."""
    readable = Organization.objects.visible_to(actor).filter(merged_into=None)
    for key, slug in Organization.objects.visible_to(actor).values_list("pk", "slug"):
        labels.records["organization", str(key)] = slug
    for batch in _batches(readable, organizations.with_profile, order=BY_SLUG):
        for each in batch:
            yield from documents.of_organization(organizations.read_organization(each))
    people = Person.objects.visible_to(actor).filter(merged_into=None)
    for batch in _batches(people, organizations.with_offices):
        for each in batch:
            yield from documents.of_person(organizations.read_person(each))
    for each in Programme.objects.order_by("slug"):
        labels.records["programme", str(each.pk)] = each.slug
        yield from documents.of_programme(dossier.read_programme(each))
    agreements = Agreement.objects.visible_to(actor)
    for key, number in agreements.values_list("pk", "number"):
        labels.records["agreement", str(key)] = Agreement(number=number).code
    cited = Source.objects.filter(
        pk__in=AgreementSource.objects.filter(agreement__in=agreements).values("source")
    )
    for batch in _batches(cited, lambda rows: rows.prefetch_related("noise", "files", "newer")):
        for each in batch:
            yield from documents.of_source(dossier.read_whole_source(each))

    def whole(rows: QuerySet) -> QuerySet:
        facts = dossier.with_facts(rows, on=on, readable=agreements)
        return dossier.with_citations(facts)

    for batch in _batches(agreements, whole, key="number"):
        for each in batch:
            yield from documents.of_agreement(_read(each, labels), labels)
    held = Activity.objects.visible_to(actor)
    for batch in _batches(held, lambda rows: activities.with_details(rows, actor=actor)):
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
                leaned[kind, str(key)].append(dossier.read_quote(each))
    quoted = sorted(leaned.items())
    document["programmes"] = [
        {"slug": labels.label("programme", key), "citations": quotes}
        for (kind, key), quotes in quoted
        if kind == "programme"
    ]
    document["organizations"] = [
        {"slug": labels.label("organization", key), "citations": quotes}
        for (kind, key), quotes in quoted
        if kind == "organization"
    ] + [
        {"slug": "", _LEANED_ON[kind]: [{"id": key, "citations": quotes}]}
        for (kind, key), quotes in quoted
        if kind in {"alias", "profile_claim"}
    ]
    document["people"] = [
        {"offices": [{"id": key, "citations": quotes}]} for (kind, key), quotes in quoted if kind == "office"
    ]
    return document

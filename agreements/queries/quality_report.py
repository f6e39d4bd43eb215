"""The data-quality page: how complete the registry is, how well proved, what waits for an answer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, Func, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Advantage,
    Agreement,
    Citation,
    Commitment,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Signatory,
    Source,
    Statement,
    WithoutSource,
)
from agreements.queries.quality import Measure, lacking, newest_numbers, numbered
from lib.claims import Basis
from organizations.models import Organization
from organizations.models.organization import SourceLanguage

EXAMPLES = 3
OLDEST = 5
UNUSED = 5
AGES = ((365, _("More than a year")), (180, _("Six months to a year")), (30, _("One to six months")))
"""Least days of each age of a question, oldest first."""

PROVED: dict[str, tuple[type[models.Model], str]] = {
    "party": (Party, "agreement"),
    "signatory": (Signatory, "party__agreement"),
    "group": (NamedGroup, "agreement"),
    "objective": (Objective, "agreement"),
    "commitment": (Commitment, "agreement"),
    "advantage": (Advantage, "agreement"),
    "statement": (Statement, "agreement"),
    "event": (LifecycleEvent, "agreement"),
}
"""The column of a citation → the facts it proves, and the way to their agreement."""

CLAIMS: dict[str, tuple[type[models.Model], str]] = {
    "signed": (Agreement, "number"),
    "effective": (Agreement, "number"),
    "ends": (Agreement, "number"),
    "due": (Commitment, "agreement__number"),
}


@dataclass(frozen=True)
class Question:
    """An open question and the day it was asked: its key tells when it was made."""

    question: OpenQuestion
    asked: date


@dataclass(frozen=True)
class Report:
    """The data-quality page of one reader: every figure counts what that reader may read."""

    on: date
    agreements: int
    facts: list[Measure]
    ages: list[Measure]
    questions: int
    doubtful: int
    """Agreements with an open question."""
    oldest: list[Question]
    unproved: list[Measure]
    sources: Measure
    unused: list[Source]
    dates: list[Measure]
    organizations: list[Measure]
    titles: list[Measure]

    @property
    def has_inferred_dates(self) -> bool:
        return any(each.count for each in self.dates)


def report(actor, *, on: date) -> Report:
    """What falls short in all that `actor` may read, in twenty queries, however many agreements there are."""
    visible = Agreement.objects.visible_to(actor)
    total = visible.count()
    asked, oldest, ages, doubtful = _questions(visible, on)
    sources, unused = _sources(actor)
    return Report(
        on=on,
        agreements=total,
        facts=lacking(visible, total),
        ages=ages,
        questions=asked,
        doubtful=doubtful,
        oldest=oldest,
        unproved=_unproved(visible),
        sources=sources,
        unused=unused,
        dates=_dates(visible),
        organizations=_organizations(actor),
        titles=_titles(visible, total),
    )


def _questions(visible, on: date) -> tuple[int, list[Question], list[Measure], int]:
    """How many are open, the oldest of them, how many of each age, and in how many agreements; two queries."""
    still = OpenQuestion.objects.filter(agreement__in=visible, resolved_at__isnull=True)
    bounds = [_first_key(on - timedelta(days=days)) for days, _label in AGES]
    older = still.aggregate(
        all=Count("pk"),
        agreements=Count("agreement", distinct=True),
        **{f"age_{place}": Count("pk", filter=Q(pk__lt=bound)) for place, bound in enumerate(bounds)},
    )
    counts = [older[f"age_{place}"] for place in range(len(AGES))] + [older["all"]]
    labels = [label for _days, label in AGES] + [_("Less than a month")]
    ages = [
        Measure(label, count - before, older["all"])
        for label, count, before in zip(labels, counts, [0, *counts], strict=False)
    ]
    oldest = [
        Question(each, _made_on(each.pk))
        for each in still.select_related("agreement").order_by("pk")[:OLDEST]
    ]
    return older["all"], oldest, ages, older["agreements"]


def _first_key(day: date) -> UUID:
    """The lowest key that a row made on `day` can have: UUIDv7 begins with 48 bits of milliseconds (RFC 9562)."""
    return UUID(int=int(datetime.combine(day, time(), UTC).timestamp() * 1000) << 80)


def _made_on(key: UUID) -> date:
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC).date()


def _unproved(visible) -> list[Measure]:
    """Facts of published agreements that neither a quote proves nor an editor signed for, by kind; a query for each."""
    published = visible.filter(editorial_state=Agreement.EditorialState.PUBLISHED)
    measures = []
    for column, (model, owner) in PROVED.items():
        without = ~Exists(Citation.objects.filter(**{column: OuterRef("pk")}))
        if column in WithoutSource.FACTS:
            without &= ~Exists(WithoutSource.objects.filter(**{column: OuterRef("pk")}))
        told = (
            model.objects.filter(**{f"{owner}__in": published})
            .annotate(unproved=without)
            .aggregate(
                total=Count("pk"),
                count=Count("pk", filter=Q(unproved=True)),
                newest=newest_numbers(Q(unproved=True), number=f"{owner}__number", limit=EXAMPLES),
            )
        )
        label = model._meta.verbose_name_plural
        measures.append(Measure(label, told["count"], told["total"], examples=numbered(told["newest"])))
    return measures


def _sources(actor) -> tuple[Measure, list[Source]]:
    """The sources that no quote is taken from, and the newest of them; two queries."""
    readable = Source.objects.filter(pk__in=Source.objects.visible_to(actor).values("pk"))
    unused = ~Q(pk__in=Citation.objects.values("source"))
    told = readable.aggregate(total=Count("pk"), count=Count("pk", filter=unused))
    newest = list(readable.filter(unused).defer("text").order_by("-pk")[:UNUSED]) if told["count"] else []
    return Measure(_("Sources that no quote is taken from"), told["count"], told["total"]), newest


def _dates(visible) -> list[Measure]:
    """Dates that are no statement of the source: derived from evidence, or relative; two queries."""
    told = {}
    for model in (Agreement, Commitment):
        rows = visible if model is Agreement else Commitment.objects.filter(agreement__in=visible)
        asked = {"all": Count("pk")}
        for name, (owner, number) in CLAIMS.items():
            if owner is model:
                for basis in (Basis.DERIVED, Basis.RELATIVE):
                    condition = Q(**{f"{name}_basis": basis})
                    asked[f"{name}_{basis.value}"] = Count("pk", filter=condition)
                    asked[f"{name}_{basis.value}_newest"] = newest_numbers(
                        condition, number=number, limit=EXAMPLES
                    )
        told[model] = rows.aggregate(**asked)
    return [
        Measure(
            _DATES[name][basis],
            told[owner][f"{name}_{basis.value}"],
            told[owner]["all"],
            examples=numbered(told[owner][f"{name}_{basis.value}_newest"]),
        )
        for name, (owner, _number) in CLAIMS.items()
        for basis in (Basis.DERIVED, Basis.RELATIVE)
    ]


_DATES = {
    "signed": {
        Basis.DERIVED: _("Signature derived from evidence"),
        Basis.RELATIVE: _("Signature told from a date that is not given"),
    },
    "effective": {
        Basis.DERIVED: _("Entry into force derived from evidence"),
        Basis.RELATIVE: _("Entry into force told from a date that is not given"),
    },
    "ends": {
        Basis.DERIVED: _("End derived from evidence"),
        Basis.RELATIVE: _("End told from a date that is not given"),
    },
    "due": {
        Basis.DERIVED: _("Deadline derived from evidence"),
        Basis.RELATIVE: _("Deadline told from a date that is not given"),
    },
}


def _organizations(actor) -> list[Measure]:
    """Organizations without kind or without a name in one of the languages; one query."""
    living = Organization.objects.visible_to(actor).filter(merged_into__isnull=True)
    lacks = {"kind": (_("Without a kind"), Q(kind__isnull=True))} | {
        code: (_("Without a name in %(language)s"), Q(**{f"name_{code}": ""}))
        for code, _name in settings.LANGUAGES
    }
    told = living.aggregate(
        total=Count("pk"),
        **{f"n_{name}": Count("pk", filter=condition) for name, (_label, condition) in lacks.items()},
        **{
            f"{name}_first": Func(
                ArrayAgg("slug", filter=condition, order_by="slug"),
                template=f"(%(expressions)s)[1:{EXAMPLES}]",
                output_field=ArrayField(models.TextField()),
            )
            for name, (_label, condition) in lacks.items()
        },
    )
    return [
        Measure(
            _in_language(label, name),
            told[f"n_{name}"],
            told["total"],
            examples=[Organization(slug=slug) for slug in told[f"{name}_first"] or ()],
        )
        for name, (label, _condition) in lacks.items()
    ]


def _titles(visible, total: int) -> list[Measure]:
    """Agreements whose title nobody translated, by language; one query."""
    asked = {}
    for code, _name in settings.LANGUAGES:
        asked[f"n_{code}"] = Count("pk", filter=Q(**{f"title_{code}": ""}))
        asked[f"{code}_newest"] = newest_numbers(Q(**{f"title_{code}": ""}), limit=EXAMPLES)
    told = visible.aggregate(**asked)
    return [
        Measure(
            _in_language(_("Without a title in %(language)s"), code),
            told[f"n_{code}"],
            total,
            examples=numbered(told[f"{code}_newest"]),
        )
        for code, _name in settings.LANGUAGES
    ]


def _in_language(label: Promise, code: str) -> str | Promise:
    """`label` with the name of the language `code` put in, as the reader's language calls it."""
    return label % {"language": SourceLanguage(code).label} if code in SourceLanguage.values else label

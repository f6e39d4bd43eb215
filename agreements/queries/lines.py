"""The lines of a page of the list, from plain rows: the facts of `listing.rows`, as far as columns show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet

from agreements.models import (
    Agreement,
    Commitment,
    CommitmentDebtor,
    FollowUp,
    NamedGroup,
    OpenQuestion,
    Party,
)
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, ledger
from agreements.queries.listing import Next, amendments, next_of
from agreements.queries.progress import Progress
from audit.trail import Actor
from lib import languages
from lib.claims import LastDay

_CLAIMS = tuple(f"{name}_{part}" for name in Agreement.DATES for part in ("text", "range", "basis", "note"))
_COLUMNS = (
    "number",
    "source_language",
    *languages.columns("title"),
    "editorial_state",
    "confidentiality",
    *languages.columns("kind__label"),
    *_CLAIMS,
)
_ORGANIZATION = [
    "organization__source_language",
    *languages.columns("organization__short_name", "organization__name"),
]


@dataclass(frozen=True)
class Line:
    """One line of the list. What no column shows is empty, whatever the facts; so are `state` and `next`.

    `parties` holds (letter, name), `sides` (letters, count) for each lane that owes something.
    """

    agreement: Agreement
    state: LegalState | None = None
    parties: list[tuple[str, languages.Text]] = field(default_factory=list)
    sides: list[tuple[str, int]] = field(default_factory=list)
    tally: dict[Progress, int] = field(default_factory=dict)
    next: Next | None = None
    groups: list[languages.Text] = field(default_factory=list)
    open_questions: int = 0
    reasons: list[Any] = field(default_factory=list)

    @property
    def commitments(self) -> int:
        return sum(self.tally.values())


@dataclass(frozen=True)
class _Debt:
    """A commitment of a line; `debtors` are the positions of its parties."""

    key: UUID
    last: date | None
    progress: Progress
    debtors: tuple[int, ...]


def listed(agreements: QuerySet, *, on: date, columns: Collection[str]) -> QuerySet:
    """Bring of the agreements what `lines` needs."""
    wanted = list(_COLUMNS)
    joined = ["kind"]
    if "programme" in columns:
        joined.append("programme")
        wanted += ["programme__source_language", *languages.columns("programme__name")]
    if {"state", "ends"} & set(columns):
        agreements = with_legal_state(agreements, on=on)
    return agreements.annotate(amended=amendments()).select_related(*joined).only(*wanted)


def lines(
    agreements: Sequence[Agreement],
    *,
    on: date,
    actor: Actor,
    columns: Collection[str],
    reasons: dict[UUID, list] | None = None,
) -> list[Line]:
    """The lines of `listed` agreements: a query for each table that a column shows. `actor` sees its own follow-ups."""
    keys = [each.pk for each in agreements]
    shown = set(columns)
    parties = _parties(keys) if shown & {"parties", "commitments", "next"} else {}
    debts = _debts(keys, on) if shown & {"commitments", "next"} else {}
    follow_ups = _follow_ups(keys, actor) if "next" in shown else {}
    groups = _groups(keys) if "groups" in shown else {}
    questions = _questions(keys) if "questions" in shown else {}
    return [
        _line(
            each,
            parties.get(each.pk, []),
            debts.get(each.pk, []),
            follow_ups.get(each.pk, []),
            on=on,
            groups=groups.get(each.pk, []),
            open_questions=questions.get(each.pk, 0),
            reasons=(reasons or {}).get(each.pk, []),
        )
        for each in agreements
    ]


def _line(
    agreement: Agreement, parties: list, debts: list[_Debt], follow_ups: list, *, on: date, **shown
) -> Line:
    labels, sides = ledger.labelled(
        [each.debtors for each in debts], [position for position, _name in parties]
    )
    tally = dict.fromkeys(Progress, 0)
    for each in debts:
        tally[each.progress] += 1
    dues = [
        (debt.last, False, label)
        for debt, label in zip(debts, labels, strict=True)
        if debt.last and debt.progress != Progress.FULFILLED
    ]
    of = {debt.key: label for debt, label in zip(debts, labels, strict=True)}
    dues += [(day, True, of.get(commitment, "")) for day, commitment in follow_ups]
    state = getattr(agreement, "legal_state", None)
    return Line(
        agreement,
        LegalState(state) if state else None,
        [(Party.letter_at(position), name) for position, name in parties],
        sides,
        tally,
        next_of(dues, on=on),
        **shown,
    )


def _by_agreement(rows: Iterable[tuple]) -> dict[UUID, list[tuple]]:
    found: dict[UUID, list[tuple]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found


def _parties(keys: list[UUID]) -> dict[UUID, list[tuple[int, languages.Text]]]:
    rows = Party.objects.filter(agreement__in=keys).order_by("position")
    found: dict[UUID, list] = defaultdict(list)
    for key, position, source, *texts in rows.values_list("agreement", "position", *_ORGANIZATION):
        short, full = _texts(texts[:3], source), _texts(texts[3:], source)
        found[key].append((position, short or full))
    return found


def _texts(texts: Sequence[str], source: str) -> languages.Text:
    return languages.best(dict(zip(languages.CODES, texts, strict=True)), source=source)


def _debts(keys: list[UUID], on: date) -> dict[UUID, list[_Debt]]:
    debtors = CommitmentDebtor.objects.filter(commitment=OuterRef("pk")).order_by("party__position")
    rows = (
        attention.with_progress(Commitment.objects.filter(agreement__in=keys), on=on)
        .annotate(last=LastDay("due_range"), owing=ArraySubquery(debtors.values("party__position")))
        .order_by("number", "pk")
        .values_list("agreement", "pk", "last", "progress", "owing")
    )
    found: dict[UUID, list[_Debt]] = defaultdict(list)
    for key, commitment, last, progress, owing in rows:
        found[key].append(_Debt(commitment, last, Progress(progress), tuple(owing)))
    return found


def _follow_ups(keys: list[UUID], actor: Actor) -> dict[UUID, list[tuple]]:
    if actor.account_id is None:
        return {}
    rows = FollowUp.objects.visible_to(actor).open().filter(agreement__in=keys)
    return _by_agreement(rows.values_list("agreement", "on", "commitment"))


def _groups(keys: list[UUID]) -> dict[UUID, list[languages.Text]]:
    rows = NamedGroup.objects.filter(agreement__in=keys).order_by("position", "pk")
    found: dict[UUID, list] = defaultdict(list)
    for key, source, *texts in rows.values_list(
        "agreement", "agreement__source_language", *languages.columns("text")
    ):
        found[key].append(_texts(texts, source))
    return found


def _questions(keys: list[UUID]) -> dict[UUID, int]:
    asked = OpenQuestion.objects.filter(agreement__in=keys, resolved_at__isnull=True)
    return dict(asked.order_by().values_list("agreement").annotate(number=Count("pk")))

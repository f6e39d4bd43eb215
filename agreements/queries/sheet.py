"""Everything the sheet of one agreement shows, as of one day, in a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from agreements.models import (
    Agreement,
    AgreementLink,
    Amendment,
    Citation,
    OpenQuestion,
    Party,
    Source,
    WithoutSource,
)
from agreements.models.lifecycle import LegalState, LifecycleEvent, with_legal_state
from agreements.queries import amended, dossier, ledger, newer, progress, quality
from agreements.queries import desk as desks
from agreements.queries import similar as similarity
from agreements.queries.amended import Force, Turned
from agreements.queries.since import Happening, Said, in_words, since
from agreements.queries.terms import split
from audit import trail
from audit.models import AuditEvent
from audit.trail import Actor
from lib.claims import Basis, DateClaim
from lib.sentences import Sentence, sentence_at, sentences
from organizations.models import Office

CONTEXT = 60
"""How many characters around a quote are shown with it."""
COLUMNS = 3
"""How many parties have a column each in the ledger."""
_OF_THE_STATE = {"/dates/effective", "/dates/ends"}
"""Places from which the legal state follows."""
HISTORY = 50
"""How many events, the newest, the sheet tells."""


@dataclass(frozen=True)
class Proof:
    """One quote with the words around it; `sentence` is its number in the source, None outside of any."""

    citation: Citation
    source: Source
    source_number: int
    sentence: int | None
    before: str
    after: str
    changed: newer.Changed | None = None
    """What became of the words, where a newer text of the source is registered."""

    @property
    def about(self) -> str:
        return self.citation.get_about_display()


class Proofs(list[Proof]):
    """The quotes behind a fact; where there is none, the `signature` of an editor, if one is given."""

    signature: WithoutSource | None = None

    @property
    def to_be_read_again(self) -> bool:
        """Whether words of one are gone from a newer text of their source."""
        return any(each.changed is not None and each.changed.is_to_be_read_again for each in self)


@dataclass(frozen=True)
class SourceText:
    """A source and its sentences, each cut where quotes begin and end."""

    source: Source
    number: int
    sentences: list[tuple[Sentence, list[tuple[str, bool]]]]
    quotes: int


@dataclass(frozen=True)
class Note:
    """At a fact: an amendment changes it that is not in force on the day, or not certainly."""

    turned: Turned
    members: list[Said]

    @property
    def amendment(self) -> Amendment:
        return self.turned.amendment

    @property
    def whole(self) -> str:
        """What the part is that the amendment adds or takes out; "" where it changes something of one."""
        return "" if self.what == "changed" else split(self.turned.change.path)[1]

    @property
    def what(self) -> str:
        """What is done to a part, as `AmendmentChange.Kind`; to a member of one: changed."""
        part, _field = split(self.turned.change.path)
        return self.turned.change.kind if part and self.turned.change.path.count("/") == 2 else "changed"

    @property
    def is_later(self) -> bool:
        return self.turned.force == Force.LATER

    @property
    def counts_from(self) -> DateClaim:
        return amended.counts_from(self.amendment)


@dataclass
class Sheet:
    """What the page asks for; every record carries its `proofs`."""

    agreement: Agreement
    state: LegalState
    lanes: list[ledger.Lane]
    tally: dict[progress.Progress, int]
    proofs: dict[str, Proofs]
    people: list[dict]
    sources: list[SourceText]
    gaps: list[str]
    timeline: list[dict]
    activities: list[Any]
    questions: list[OpenQuestion]
    links: list[tuple[str, Agreement]]
    history: list[AuditEvent] = field(default_factory=list)
    similar: list[similarity.Similar] = field(default_factory=list)
    desk: desks.Desk | None = None
    since: list[Happening] = field(default_factory=list)
    """Amendments and events, in the order of their days."""
    notes: dict[str, list[Note]] = field(default_factory=dict)
    """What amendments change later, or perhaps, by the place in the agreement itself or the id of a part."""
    renewal: LifecycleEvent | None = None
    """The last renewal that surely happened and states a new end: it stands for the end first agreed."""

    @property
    def told(self) -> list[Note]:
        """The notes at the agreement itself, and those of parts that are not there on the day."""
        there = [
            *self.agreement.parties.all(),
            *self.agreement.groups.all(),
            *self.agreement.objectives.all(),
            *self.agreement.commitments.all(),
        ]
        shown = {str(each.pk) for each in there}
        return [note for place, each in self.notes.items() if place not in shown for note in each]

    @property
    def sided(self) -> list[ledger.Lane]:
        return [lane for lane in self.lanes if not lane.is_joint]

    @property
    def is_wide(self) -> bool:
        """More sides than columns have room: the ledger then stands in rows, from whom to whom."""
        return len(self.sided) > COLUMNS

    @property
    def idle(self) -> list[ledger.Lane]:
        """The parties that owe nothing alone."""
        return [lane for lane in self.sided if not lane.commitments]

    @property
    def joint(self) -> list[ledger.Lane]:
        return [lane for lane in self.lanes if lane.is_joint]

    @property
    def done(self) -> int:
        """How many commitments are fulfilled, each counted once."""
        return self.tally[progress.Progress.FULFILLED]

    @property
    def signatories(self) -> list:
        return [each for party in self.agreement.parties.all() for each in party.signatories.all()]


def with_everything(agreements, *, on: date):
    """Bring what `sheet` needs of `agreements`, those the reader may see: a fixed number of queries."""
    return quality.with_lacks(
        dossier.with_quotes(dossier.with_facts(agreements, on=on, readable=agreements))
    ).prefetch_related(
        *(f"commitments__{each}" for each in progress.FOLLOWED),
        "statements__speaker__organization",
        "statements__on_behalf_of__organization",
        "parties__organization__parent",
        Prefetch("parties__signatories__office", Office.objects.select_related("person", "organization")),
        "all_citations__office__person",
        "all_citations__office__organization",
        Prefetch(
            "linked_from",
            AgreementLink.objects.filter(agreement__in=agreements).select_related("agreement").order_by("pk"),
        ),
    )


def sheet(agreement: Agreement, *, on: date, with_history: bool, reader: Actor | None = None) -> Sheet:
    """The sheet of `agreement` as of the day `on`. Needs `with_everything`; the history is a query more.

    What an amendment changes after that day reads as before it. For a `reader` it also has what that reader keeps of
    the agreement, and similar ones, for as many queries in a large registry as in a small one.
    """
    turned = amended.as_on(agreement, on=on)
    if any(each.force == Force.LATER and each.change.path in _OF_THE_STATE for each in turned):
        row = Agreement.objects.filter(pk=agreement.pk)
        then = with_legal_state(row, on=on, effective=agreement.effective, ends=agreement.ends)
        agreement.legal_state = then.values_list("legal_state", flat=True).get()
    links = sorted(agreement.source_links.all(), key=lambda each: (each.position, each.pk))
    texts = {}
    for number, link in enumerate(links, start=1):
        aside = [(each.start, each.end) for each in link.source.noise.all() if each.is_furniture]
        texts[link.source_id] = (number, link.source, sentences(link.source.text, aside))
    by_fact: dict[tuple[str, Any], Proofs] = defaultdict(Proofs)
    newest = newer.newest_of(agreement)
    for signature in agreement.without_source.all():
        for name in WithoutSource.FACTS:
            if key := getattr(signature, f"{name}_id"):
                by_fact[name, key].signature = signature
    for citation in agreement.all_citations.all():
        fact = next(name for name in Citation.FACTS if getattr(citation, f"{name}_id") is not None)
        by_fact[fact, getattr(citation, f"{fact}_id")].append(
            _proof(citation, *texts[citation.source_id], newer.changed(citation, newest))
        )

    lanes = ledger.lanes(agreement)
    questions = list(agreement.questions.all())
    doubts: dict[Any, list[OpenQuestion]] = defaultdict(list)
    for question in questions:
        if key := next(
            (key for name in OpenQuestion.FACTS if (key := getattr(question, f"{name}_id"))), None
        ):
            doubts[key].append(question)
    notes = _notes(agreement, turned)
    parties = {each.pk: each for each in agreement.parties.all()}
    groups = {each.pk: each for each in agreement.groups.all()}
    for name, rows in (
        ("party", parties.values()),
        ("group", groups.values()),
        ("objective", agreement.objectives.all()),
        ("commitment", agreement.commitments.all()),
        ("statement", agreement.statements.all()),
        ("advantage", agreement.advantages.all()),
        ("event", agreement.events.all()),
    ):
        for row in rows:
            row.proofs = by_fact[name, row.pk]
            row.doubts = doubts[row.pk]
            row.notes = notes[str(row.pk)]
    for row in (*agreement.commitments.all(), *agreement.advantages.all()):
        found = [parties[each.party_id] for each in row.beneficiary_links.all() if each.party_id]
        row.beneficiary_parties = sorted(found, key=lambda each: each.position)
        row.beneficiary_groups = [
            group
            for key, group in groups.items()
            if any(each.group_id == key for each in row.beneficiary_links.all())
        ]
    desk = desks.desk(agreement, reader=reader, on=on) if reader else None
    for commitment in agreement.commitments.all():
        commitment.standing = progress.standing(commitment, on=on)
        commitment.follow_up = desk.asks(commitment) if desk else None
        held = [each.activity for each in commitment.standing.fulfilments]
        commitment.documents = sum(len(each.evidence.all()) for each in held)
    for lane in lanes:
        counts = progress.tally(lane.commitments, on=on)
        lane.tally = [(each.label, count) for each, count in counts.items() if count]
    activities = _activities(agreement)
    linked = _links(agreement)
    proofs: dict[str, Proofs] = defaultdict(Proofs)
    for signature in agreement.without_source.all():
        if signature.about:
            proofs[signature.about].signature = signature
    for proof in by_fact["of_agreement", agreement.pk]:
        proofs[proof.citation.about or "whole"].append(proof)
    return Sheet(
        agreement,
        LegalState(agreement.legal_state),
        lanes,
        progress.tally(agreement.commitments.all(), on=on),
        dict(proofs),
        _people(agreement, by_fact),
        [_cut(source, number, found, agreement) for number, source, found in texts.values()],
        quality.gaps(agreement),
        _timeline(agreement, activities, on),
        activities,
        questions,
        linked,
        trail.history(agreement.pk, limit=HISTORY) if with_history else [],
        similarity.similar(
            agreement,
            readable=Agreement.objects.visible_to(reader),
            apart=[each.pk for _words, each in linked],
        )
        if reader
        else [],
        desk,
        since(agreement, on=on, proofs=by_fact),
        notes,
        _last_renewal(agreement, on),
    )


def _notes(agreement: Agreement, turned: list[Turned]) -> dict[str, list[Note]]:
    """By the id of the part they are about; by the place, where that is the agreement itself."""
    told = in_words(agreement, [each.change for each in turned])
    found: dict[str, list[Note]] = defaultdict(list)
    for each in turned:
        found[split(each.change.path)[0] or each.change.path].append(Note(each, told[each.change.pk]))
    return found


def _last_renewal(agreement: Agreement, on: date) -> LifecycleEvent | None:
    """As `with_legal_state` chooses it."""
    happened = [
        each
        for each in agreement.events.all()
        if each.kind == LifecycleEvent.Kind.RENEWAL
        and each.ends.basis != Basis.NOT_STATED
        and each.occurred.latest is not None
        and each.occurred.latest <= on
    ]
    return max(
        happened,
        key=lambda each: (each.occurred.earliest or date.min, each.occurred.latest, each.pk),
        default=None,
    )


def _proof(
    citation: Citation,
    number: int,
    source: Source,
    found: list[Sentence],
    changed: newer.Changed | None,
) -> Proof:
    sentence = sentence_at(found, citation.start)
    first, last = (sentence.start, sentence.end) if sentence else (citation.start, citation.end)
    before = source.text[max(first, citation.start - CONTEXT) : citation.start]
    after = source.text[citation.end : min(max(last, citation.end), citation.end + CONTEXT)]
    # No word is cut in two.
    if citation.start - CONTEXT > first:
        before = before.partition(" ")[2]
    if citation.end + CONTEXT < last:
        after = after.rpartition(" ")[0]
    return Proof(
        citation,
        source,
        number,
        sentence.number if sentence else None,
        ("… " if citation.start - CONTEXT > first else "") + before,
        after + (" …" if citation.end + CONTEXT < last else ""),
        changed,
    )


def pieces(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The characters [start, end) of `text` cut at the borders of `spans`: (words, are they inside one)."""
    cuts = sorted({start, end, *(cut for span in spans for cut in span if start < cut < end)})
    return [
        (text[left:right], any(first <= left and right <= last for first, last in spans))
        for left, right in pairwise(cuts)
    ]


def _cut(source: Source, number: int, found: list[Sentence], agreement: Agreement) -> SourceText:
    spans = [(each.start, each.end) for each in agreement.all_citations.all() if each.source_id == source.pk]
    return SourceText(
        source,
        number,
        [(each, pieces(source.text, each.start, each.end, spans)) for each in found],
        len(spans),
    )


def _people(agreement: Agreement, by_fact) -> list[dict]:
    """Who speaks or signs, once each: `person`, `offices` with their proofs, `party`, `speaks`, `signs`."""
    people: dict[Any, dict] = {}
    by_organization = {each.organization_id: each for each in agreement.parties.all()}

    def entry(office, party: Party | None) -> dict:
        told = people.setdefault(
            office.person_id,
            {"person": office.person, "offices": [], "party": None, "speaks": False, "signs": False},
        )
        if all(office.pk != each.pk for each, _proofs in told["offices"]):
            told["offices"].append((office, by_fact["office", office.pk]))
        told["party"] = told["party"] or party or by_organization.get(office.organization_id)
        return told

    for statement in agreement.statements.all():
        if statement.speaker:
            entry(statement.speaker, statement.on_behalf_of)["speaks"] = True
    for party in agreement.parties.all():
        for signatory in party.signatories.all():
            if signatory.office:
                entry(signatory.office, party)["signs"] = True
    for citation in agreement.all_citations.all():
        if citation.office:
            entry(citation.office, None)
    return list(people.values())


def _links(agreement: Agreement) -> list[tuple[str, Agreement]]:
    """The agreements this one is linked with, with how: of both sides `with_everything` brings only readable ones."""
    return [
        *((each.get_kind_display(), each.to) for each in agreement.links.all()),
        *(
            (_("%(kind)s this one") % {"kind": each.get_kind_display()}, each.agreement)
            for each in agreement.linked_from.all()
        ),
    ]


def _timeline(agreement: Agreement, activities: list[Any], on: date) -> list[dict]:
    """What happened and will, dated first in order, undated after: `claim`, `what`, `future`, `event` or None."""
    entries: list[tuple[DateClaim, str, LifecycleEvent | None]] = [
        (claim, what, None)
        for claim, what in (
            (agreement.signed, _("Signed")),
            (agreement.effective, _("Enters into force")),
            (agreement.ends, _("Ends")),
        )
        if claim.is_known or claim.text
    ]
    entries += [(each.occurred, each.get_kind_display(), each) for each in agreement.events.all()]
    entries += [
        (each.due, _("%(commitment)s due") % {"commitment": each.label}, None)
        for each in agreement.commitments.all()
        if each.due.is_known
    ]
    entries += [(each.held, each.title, None) for each in activities]
    far = date.max

    def order(entry: tuple[int, tuple[DateClaim, str, LifecycleEvent | None]]):
        index, (claim, _what, _event) = entry
        return (claim.earliest or claim.latest or far, index) if claim.is_known else (date.min, index)

    return [
        {
            "claim": claim,
            "what": what,
            "future": claim.is_known and (claim.earliest or far) > on,
            "event": event,
        }
        for _index, (claim, what, event) in sorted(enumerate(entries), key=order)
    ]


def _activities(agreement: Agreement) -> list[Any]:
    """The activities that count towards the agreement, latest first, each with `labels` and the number `reached`."""
    found: dict[Any, Any] = {}
    for commitment in agreement.commitments.all():
        for fulfilment in commitment.fulfilments.all():
            activity = found.setdefault(fulfilment.activity_id, fulfilment.activity)
            activity.__dict__.setdefault("labels", []).append(commitment.label)
    for activity in found.values():
        counted = [each.number for each in activity.participations.all()]
        activity.reached = sum(counted) if counted else None
    return sorted(found.values(), key=lambda each: (each.held.latest or date.min, each.pk), reverse=True)


@dataclass(frozen=True)
class Segment:
    """A stretch of a source on its page: set aside (`noise`), quoted by `citations`, or plain text."""

    text: str
    citations: list[Citation]
    beginning: list[Citation]
    noise: str


def segments(source: Source, citations: list[Citation]) -> list[Segment]:
    """The whole text of `source`, cut where quotes and stretches set aside begin and end; nothing is left out."""
    aside = list(source.noise.all())
    borders = {0, len(source.text)}
    for each in (*aside, *citations):
        borders |= {each.start, each.end}
    cuts = sorted(borders)
    found = []
    for left, right in pairwise(cuts):
        inside = [each for each in citations if each.start <= left and right <= each.end]
        found.append(
            Segment(
                source.text[left:right],
                inside,
                [each for each in inside if each.start == left],
                next(
                    (each.get_reason_display() for each in aside if each.start <= left and right <= each.end),
                    "",
                ),
            )
        )
    return found

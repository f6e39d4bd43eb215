"""Agreements as activities of IATI 2.03: a file for donors and those who compare what they publish.

IATI asks of every activity for a day on which it began and for the state it is in. Sources often tell neither. Then
there is no file (`lacks` says why): a day that only IATI needs would be believed. What IATI has no place for is listed
in docs/decisions/0030-formats.md. Only published agreements that everybody may read are told.
"""

import mimetypes
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from lxml import etree

from agreements.exports.calendar import end_of
from agreements.exports.characters import printable
from agreements.models import Agreement, Citation, Commitment, Source
from agreements.models.lifecycle import LegalState, LifecycleEvent, with_legal_state
from agreements.queries import dossier, ledger
from audit.models import AuditEvent
from lib import addresses, languages
from lib.claims import Basis, DateClaim
from lib.problems import Fault

VERSION = "2.03"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

STATUS = {
    LegalState.NOT_YET_IN_FORCE: "1",
    LegalState.IN_FORCE: "2",
    LegalState.ENDED: "4",
    LegalState.SUSPENDED: "6",
}
"""Our state of an agreement → ActivityStatus. IATI has no word for the others: that a state is open."""

ORGANISATION_TYPE = {
    "ministry": "10",
    "local_authority": "11",
    "public_body": "15",
    "international": "40",
    "foundation": "60",
    "company": "70",
    "research": "80",
}
"""Our kind of an organization → OrganisationType. IATI has four types of NGO, by reach, which nobody tells us."""

REGISTERS = frozenset(
    {
        "BE-BCE_KBO",
        "DE-CR",
        "FR-INSEE",
        "FR-RCS",
        "MA-COA",
        "MA-CR",
        "NL-KVK",
        "QA-MOI",
        "XI-IATI",
        "XI-PB",
        "XM-DAC",
        "XM-OCHA",
    }
)
"""Registers of org-id.guide that bodies in the registry may be in: an identifier of another scheme is no `ref`."""

_FUNDS, _IMPLEMENTS = "1", "4"
_ONLY_THERE = {"witness", "guarantor"}
"""Roles of parties for which IATI has none: they take part only where they owe something."""
_GENERAL, _OBJECTIVES, _GROUPS, _OTHER = "1", "2", "3", "4"
_RELATED = {"implements": ("1", "2")}
"""Kind of a link → what the other is to this one, and this one to the other: parent, child. Else both are siblings."""
_SIBLING = "3"
_MEMORANDUM, _WEB_PAGE = "A09", "A12"
_OWN = "99"
_HELD = {"planned": ("1", ["1"]), "held": ("4", ["2", "4"]), "cancelled": ("5", ["1"])}
"""Status of one of our activities → its ActivityStatus, and as what its day is told: planned start, start and end."""
_PLAIN = re.compile(r"[^\s/&|?]+")


@dataclass(frozen=True)
class Reporter:
    """Who publishes the file, as IATI knows it."""

    ref: str
    type: str
    name: str


def reporter() -> Reporter | None:
    """Whom the settings name; None where they do not name one."""
    found = Reporter(**settings.IATI_REPORTING_ORG)
    return found if found.ref and found.type and found.name else None


def no_reporter() -> Fault:
    return Fault(
        "",
        "reporting_org_not_configured",
        _("This registry has no organization identifier of its own, which IATI asks for."),
    )


def public(agreements: QuerySet) -> QuerySet:
    """Those of `agreements` that may be published once more, by anybody."""
    return agreements.filter(
        editorial_state=Agreement.EditorialState.PUBLISHED,
        confidentiality=Agreement.Confidentiality.PUBLIC,
        duplicate_of=None,
    )


def lacks(agreement: Agreement, *, on: date) -> list[Fault]:
    """What IATI asks for and the record does not say, as faults of the dossier. Needs `legal_state`."""
    found = []
    if agreement.editorial_state != Agreement.EditorialState.PUBLISHED:
        message = _("Only published agreements are told to IATI.")
        found.append(Fault("/editorial_state", "not_published", message))
    if agreement.confidentiality != Agreement.Confidentiality.PUBLIC:
        message = _("Only agreements that everybody may read are told to IATI.")
        found.append(Fault("/confidentiality", "not_public", message))
    name, claim = _start(agreement)
    if not claim.is_exact:
        message = _("IATI asks for the day it began. No source tells an exact one, and none is invented.")
        found.append(Fault(f"/dates/{name}", "no_exact_day", message))
    if agreement.legal_state not in STATUS:
        message = _("IATI asks whether it is running or over. By its sources that is open: %(state)s.")
        label = LegalState(agreement.legal_state).label
        found.append(Fault("/legal_state", "state_not_known", message % {"state": label}))
    return found


def _start(agreement: Agreement) -> tuple[str, DateClaim]:
    """The date an agreement begins with: its entry into force, or its signature where nothing is said of that."""
    name = "signed" if agreement.effective.basis in {Basis.NOT_STATED, Basis.NONE} else "effective"
    return name, getattr(agreement, name)


def with_all(agreements: QuerySet, *, on: date) -> QuerySet:
    """Bring what is told of the agreements: a fixed number of queries, however many there are."""
    facts = dossier.with_facts(agreements, on=on, readable=public(Agreement.objects.all()))
    done = "commitments__fulfilments__activity"
    return facts.prefetch_related(
        "linked_from",
        "parties__organization__identifiers",
        "parties__organization__kind",
        "source_links__source__files",
        f"{done}__kind",
        f"{done}__fulfilments__commitment",
        f"{done}__organizers__organization__kind",
        f"{done}__organizers__organization__identifiers",
    )


@dataclass
class Written:
    """What became of the agreements: how many are in the file, and why which are not."""

    told: int = 0
    skipped: dict[str, list[Fault]] = field(default_factory=dict)
    """By number, in their order."""


def write(batches: Iterable[Collection[Agreement]], into: IO[bytes], *, by: Reporter, on: date) -> Written:
    """Write a file of the agreements of `batches` (see `with_all`), as of the day `on`; three queries a batch.

    Those that cannot be told are named in comments. Agreements that are not public are the caller's to leave out.
    """
    written, seen = Written(), set()
    with etree.xmlfile(into, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("iati-activities", {"version": VERSION}):
            file.write("\n")
            for batch in batches:
                known = _Known(batch, on=on)
                for agreement in batch:
                    faults = lacks(agreement, on=on)
                    if faults:
                        written.skipped[agreement.code] = faults
                        _write(file, _left_out(agreement.code, faults))
                        continue
                    written.told += 1
                    one = _Told(agreement, by, on, known)
                    _write(file, one.element())
                    for each in one.activities(seen):
                        _write(file, each)
    return written


def _write(file: Any, element: Any) -> None:
    if element.tag is not etree.Comment:
        etree.indent(element)
    file.write(element, "\n")


def _left_out(name: str, faults: Iterable[Fault]) -> Any:
    reasons = ", ".join(f"{each.pointer} {each.code}" for each in faults)
    return etree.Comment(f" {name} cannot be said in IATI {VERSION}: {reasons} ".replace("--", "-"))


class _Known:
    """What is asked once for a batch: when records last changed, and which other agreements may be pointed at."""

    def __init__(self, batch: Collection[Agreement], *, on: date):
        done = [f for a in batch for each in a.commitments.all() for f in each.fulfilments.all()]
        others = {link.to_id for a in batch for link in a.links.all()}
        others |= {link.agreement_id for a in batch for link in a.linked_from.all()}
        others |= {f.commitment.agreement_id for each in done for f in each.activity.fulfilments.all()}
        rows = with_legal_state(public(Agreement.objects.filter(pk__in=others)), on=on)
        self.codes = {each.pk: each.code for each in rows if not lacks(each, on=on)}
        """Agreements that are in a file of all of them: what is pointed at is there."""
        chains = {each.pk for each in batch} | {each.activity_id for each in done}
        self.changed: Mapping[Any, datetime] = dict(
            AuditEvent.objects.filter(chain__in=chains)
            .values("chain")
            .annotate(last=Max("at"))
            .values_list("chain", "last")
        )


Texts = Mapping[str, str]


def _told(parent: Any, tag: str, texts: Texts, **attributes: str) -> Any:
    """An element whose words stand in every language there is, each as a narrative."""
    element = etree.SubElement(
        parent, tag, {name.replace("_", "-"): text for name, text in attributes.items()}
    )
    for language, words in texts.items():
        narrative = etree.SubElement(element, "narrative", {XML_LANG: language} if language else {})
        narrative.text = printable(words)
    return element


def _everywhere(words: Callable[[], str]) -> dict[str, str]:
    """What the registry itself says, in all of its languages."""
    found = {}
    for code in languages.CODES:
        with translation.override(code):
            found[code] = str(words())
    return found


def _joined(parts: Mapping[str, list[str]], between: str) -> dict[str, str]:
    return {code: between.join(words) for code, words in parts.items() if words}


class _Told:
    """One agreement as an activity, and what is done under it as its children."""

    def __init__(self, agreement: Agreement, by: Reporter, on: date, known: _Known):
        self.agreement, self.by, self.on, self.known = agreement, by, on, known
        self.lanes = ledger.lanes(agreement)

    def identifier(self, code: str) -> str:
        return f"{self.by.ref}-{code}"

    def element(self) -> Any:
        a = self.agreement
        root = self._root(a.pk, a.source_language, self.identifier(a.code), "1")
        _told(root, "title", languages.texts(a, "title"))
        _told(root, "description", self._general(), type=_GENERAL)
        for each in a.objectives.all():
            _told(root, "description", languages.texts(each, "text"), type=_OBJECTIVES)
        for each in a.groups.all():
            _told(root, "description", languages.texts(each, "text"), type=_GROUPS)
        for each in a.advantages.all():
            _told(root, "description", self._claimed(languages.texts(each, "text")), type=_OTHER)
        self._participants(root)
        self._other_identifiers(root)
        etree.SubElement(root, "activity-status", code=STATUS[LegalState(a.legal_state)])
        self._dates(root)
        for place in dict.fromkeys(
            each.place for each in (*a.commitments.all(), *a.groups.all()) if each.place
        ):
            _told(etree.SubElement(root, "location"), "name", {"": place})
        for each in a.theme_links.all():
            uri = addresses.api("vocabularies", "themes")
            self._tag(root, uri, each.theme.code, languages.texts(each.theme, "label"))
        if a.programme:
            uri = addresses.api("programmes", "").rstrip("/")
            self._tag(root, uri, a.programme.slug, languages.texts(a.programme, "name"))
        self._documents(root)
        self._related(root)
        for each in a.commitments.all():
            self._commitment(root, each)
        return root

    def activities(self, seen: set) -> Iterator[Any]:
        """What is done under the agreement, each once in a file; or a comment on why it is not told."""
        for commitment in self.agreement.commitments.all():
            for activity in (each.activity for each in commitment.fulfilments.all()):
                if activity.pk in seen:
                    continue
                seen.add(activity.pk)
                faults = []
                if not activity.held.is_exact:
                    faults.append(Fault("/held", "no_exact_day", ""))
                if not activity.organizers.all():
                    faults.append(Fault("/organizers", "none", ""))
                yield _left_out(f"activity {activity.pk}", faults) if faults else self._activity(activity)

    # The parts of an activity, in the order that the schema has them.

    def _root(self, key: Any, language: str, identifier: str, hierarchy: str) -> Any:
        root = etree.Element("iati-activity", {XML_LANG: language, "hierarchy": hierarchy})
        if changed := self.known.changed.get(key):
            root.set("last-updated-datetime", changed.isoformat(timespec="seconds"))
        etree.SubElement(root, "iati-identifier").text = identifier
        by = self.by
        _told(root, "reporting-org", {"": by.name}, ref=by.ref, type=by.type, secondary_reporter="1")
        return root

    def _general(self) -> dict[str, str]:
        """What sort of agreement it is, in every language, and on which occasion it was made."""
        parts = {code: [words] for code, words in languages.texts(self.agreement.kind, "label").items()}
        for code, words in languages.texts(self.agreement, "occasion").items():
            parts.setdefault(code, []).append(words)
        return _joined(parts, ". ")

    def _claimed(self, texts: Texts) -> dict[str, str]:
        """Nobody owes an advantage: each is told as claimed."""
        label = _everywhere(lambda: _("Advantage claimed"))
        return {code: f"{label[code]}: {words}" for code, words in texts.items()}

    def _participants(self, root: Any) -> None:
        roles = defaultdict(set)
        for each in self.agreement.commitments.all():
            funds = each.kind is not None and each.kind.code == "funding"
            for party in each.lane.parties:
                roles[party.pk].add(_FUNDS if funds else _IMPLEMENTS)
        for party in self.agreement.parties.all():
            role = party.role.code if party.role else ""
            own = set(roles[party.pk]) | ({_FUNDS} if role == "donor" else set())
            if not own and role in _ONLY_THERE:
                continue
            for each in sorted(own or {_IMPLEMENTS}):
                self._participant(root, party.organization, each)

    def _participant(self, root: Any, organization: Any, role: str) -> None:
        attributes = {}
        for each in sorted(organization.identifiers.all(), key=lambda each: (each.scheme, each.value)):
            if each.scheme.upper() in REGISTERS and _PLAIN.fullmatch(each.value):
                attributes["ref"] = f"{each.scheme.upper()}-{each.value}"
                break
        if organization.kind and (type := ORGANISATION_TYPE.get(organization.kind.code)):
            attributes["type"] = type
        _told(root, "participating-org", languages.texts(organization, "name"), **attributes, role=role)

    def _other_identifiers(self, root: Any) -> None:
        a = self.agreement
        own = [a.reference] if a.reference else []
        numbers = sorted((each.scheme, each.value) for each in a.identifiers.all())
        for each in [*own, *(f"{scheme}:{value}" for scheme, value in numbers)]:
            etree.SubElement(root, "other-identifier", ref=printable(each), type="A9")

    def _dates(self, root: Any) -> None:
        a = self.agreement
        name, claim = _start(a)
        self._date(root, "2" if claim.earliest <= self.on else "1", claim, Citation.About(name))
        ends = end_of(a, on=self.on)
        over = [
            each.occurred
            for each in a.events.all()
            if each.kind == LifecycleEvent.Kind.TERMINATION and each.occurred.is_exact
        ]
        if ends.is_exact:
            is_over = not over and a.legal_state == LegalState.ENDED
            self._date(root, "4" if is_over else "3", ends, Citation.About.ENDS)
        if over and a.legal_state == LegalState.ENDED:
            self._date(root, "4", min(over, key=lambda each: each.earliest), Citation.About.ENDS)

    def _date(self, root: Any, type: str, claim: DateClaim, what: Any) -> None:
        """An exact day, and in words which date of ours it is, how the source says it, and from what it is derived."""
        texts = _everywhere(lambda: what.label)
        said = ". ".join(each for each in (claim.text, claim.note) if each)
        if said:
            language = self.agreement.source_language
            texts[language] = f"{texts[language]}: {said}"
        _told(root, "activity-date", texts, type=type, iso_date=claim.earliest.isoformat())

    @staticmethod
    def _tag(root: Any, uri: str, code: str, texts: Texts) -> None:
        _told(root, "tag", texts, vocabulary=_OWN, vocabulary_uri=uri, code=code)

    def _documents(self, root: Any) -> None:
        a = self.agreement
        page = addresses.page(a, a.source_language)
        self._document(root, page, "text/html", _WEB_PAGE, languages.texts(a, "title"), a.source_language)
        for link in sorted(a.source_links.all(), key=lambda each: (each.position, each.pk)):
            source = link.source
            category = _MEMORANDUM if source.kind == Source.Kind.SIGNED_TEXT else _WEB_PAGE
            title = {source.language: source.title} if source.title else _everywhere(source.get_kind_display)
            exact = source.published.earliest if source.published.is_exact else None
            if source.url:
                type, _packed = mimetypes.guess_type(urlsplit(source.url).path)
                self._document(root, source.url, type or "text/html", category, title, source.language, exact)
            for file in sorted(source.files.all(), key=lambda each: (each.position, each.pk)):
                address = addresses.api("source-files", file.pk)
                self._document(root, address, file.type, category, title, source.language, exact)

    @staticmethod
    def _document(
        root: Any, url: str, format: str, category: str, title: Texts, language: str, day: date | None = None
    ) -> None:
        link = etree.SubElement(root, "document-link", format=format, url=printable(url))
        _told(link, "title", title)
        etree.SubElement(link, "category", code=category)
        etree.SubElement(link, "language", code=language)
        if day:
            etree.SubElement(link, "document-date", {"iso-date": day.isoformat()})

    def _related(self, root: Any) -> None:
        found = [(each.to_id, _RELATED.get(each.kind, (_SIBLING,))[0]) for each in self.agreement.links.all()]
        found += [
            (each.agreement_id, _RELATED.get(each.kind, (_SIBLING, _SIBLING))[1])
            for each in self.agreement.linked_from.all()
        ]
        for code, type in sorted(
            {(self.known.codes[key], type) for key, type in found if key in self.known.codes}
        ):
            etree.SubElement(root, "related-activity", ref=self.identifier(code), type=type)

    def _commitment(self, root: Any, row: Commitment) -> None:
        """A commitment as a result to come. Who owes it is in its title: IATI has no place for that."""
        result = etree.SubElement(root, "result", type="9")
        _told(result, "title", self._owed(row))
        if row.purpose:
            _told(result, "description", languages.texts(row, "purpose"))
        indicator = etree.SubElement(result, "indicator", measure="5")
        _told(indicator, "title", languages.texts(row.kind, "label"))
        told = []
        if row.quantity is not None:
            told.append(f"{row.quantity.normalize():f} {row.unit}".strip())
        if row.due.text:
            told.append(row.due.text)
        if told:
            _told(indicator, "description", {self.agreement.source_language: ". ".join(told)})

    def _owed(self, row: Commitment) -> dict[str, str]:
        found = {}
        for code, words in languages.texts(row, "text").items():
            names = ", ".join(
                languages.spoken(each.organization, "name", asked=code).value for each in row.lane.parties
            )
            found[code] = f"{row.label} · {names}: {words}"
        return found

    def _activity(self, row: Any) -> Any:
        status, dates = _HELD[row.status]
        root = self._root(row.pk, row.source_language, self.identifier(f"ACTIVITY-{row.pk}"), "2")
        _told(root, "title", languages.texts(row, "title"))
        told = languages.texts(row, "description") or languages.texts(row.kind, "label")
        _told(root, "description", told, type=_GENERAL)
        for each in sorted(row.organizers.all(), key=lambda each: each.pk):
            self._participant(root, each.organization, _IMPLEMENTS)
        etree.SubElement(root, "activity-status", code=status)
        for type in dates:
            said = {row.source_language: row.held.text} if row.held.text else {}
            _told(root, "activity-date", said, type=type, iso_date=row.held.earliest.isoformat())
        if row.place:
            _told(etree.SubElement(root, "location"), "name", {"": row.place})
        page = addresses.page(row, row.source_language)
        self._document(root, page, "text/html", _WEB_PAGE, languages.texts(row, "title"), row.source_language)
        parents = {each.commitment.agreement_id for each in row.fulfilments.all()}
        for code in sorted(self.known.codes[each] for each in parents if each in self.known.codes):
            etree.SubElement(root, "related-activity", ref=self.identifier(code), type="1")
        return root

"""The sheet of an agreement as data for print: the same object the page is drawn from, in pieces of text.

`typst/house.typ` says what a piece may be. A quote gets one number, however many facts rest on it; so does a question.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.exports.pieces import (
    Piece,
    capital,
    code,
    comma,
    is_rtl,
    joined,
    mark_and_name,
    muted,
    name,
    semicolon,
    side,
    spoken,
    text,
    when,
)
from agreements.models import Agreement, Party
from agreements.queries.amended import Force
from agreements.queries.ledger import Lane
from agreements.queries.members import Words
from agreements.queries.sheet import Proof, Proofs, Sheet
from agreements.queries.since import Changed, Happening, Said
from lib import languages
from lib.claims import Basis, DateClaim
from lib.templatetags import registry

# What a quote may prove of the agreement itself that has a place of its own; the rest is told under the title.
_AT_FACTS = frozenset(
    {
        "signed",
        "effective",
        "ends",
        "renewal",
        "programme",
        "place",
        "amount",
        "themes",
        "occasion",
        "advantages",
        "signatories",
    }
)


def sheet(sheet: Sheet) -> dict[str, Any]:
    """Everything `typst/sheet.typ` asks for."""
    return _Printed(sheet).data()


class _Printed:
    """One sheet on its way to paper; numbers its quotes and questions."""

    def __init__(self, sheet: Sheet):
        self.sheet = sheet
        self.agreement: Agreement = sheet.agreement
        self.labels = {each.pk: each.label for each in self.agreement.commitments.all()}
        self.questions = {each.pk: number for number, each in enumerate(sheet.questions, start=1)}
        self.quotes: dict[tuple, tuple[int, Proof]] = {}
        for proof in sorted(self._proofs(), key=lambda each: (each.source_number, each.citation.start)):
            self.quotes.setdefault(self._key(proof), (len(self.quotes) + 1, proof))

    def _proofs(self) -> list[Proof]:
        a = self.agreement
        facts = [
            *a.parties.all(),
            *a.groups.all(),
            *a.objectives.all(),
            *a.commitments.all(),
            *a.statements.all(),
            *a.advantages.all(),
            *a.events.all(),
        ]
        found = [each for proofs in self.sheet.proofs.values() for each in proofs]
        found += [each for fact in facts for each in fact.proofs]
        found += [each for happening in self.sheet.since for each in happening.proofs]
        found += [each for person in self.sheet.people for _o, proofs in person["offices"] for each in proofs]
        return found

    @staticmethod
    def _key(proof: Proof) -> tuple:
        return (proof.source.pk, proof.citation.start, proof.citation.end)

    # Pieces that several sections use.

    def refs(self, proofs: Proofs | None) -> Piece:
        """The numbers of the quotes behind a fact, with their sentences, `[3] sentence 2`; or who signed for it."""
        if not proofs and (signature := getattr(proofs, "signature", None)):
            told = {"name": signature.signed_by, "date": registry.moment(signature.signed_at)}
            return [
                " ",
                muted(_("Entered without source, signed by %(name)s on %(date)s:") % told, " "),
                muted(name(signature.reason)),
            ]
        numbered = {self.quotes[self._key(each)][0]: each for each in proofs or []}
        return [
            {"ref": number, "to": self.label("quote", number), "words": self.place(each)}
            for number, each in numbered.items()
        ]

    def label(self, what: str, number: int) -> str:
        """Where a link leads: unlike any of another sheet in the same file."""
        return f"{self.agreement.code}-{what}-{number}"

    def place(self, proof: Proof) -> str:
        place = _("sentence %(number)s") % {"number": proof.sentence} if proof.sentence else _("heading")
        if proof.changed and proof.changed.is_to_be_read_again:
            gone = _("no longer in the newer text")
            place = f"{place} · {gone}"
        return f"{proof.source_number} · {place}" if len(self.sheet.sources) > 1 else place

    def doubts(self, fact: Any) -> Piece:
        return [
            {"doubt": _asked(number), "to": self.label("question", number)}
            for number in (self.questions[each.pk] for each in fact.doubts)
        ]

    def behind(self, fact: Any) -> Piece:
        return [self.refs(fact.proofs), self.doubts(fact)]

    def beneficiaries(self, row: Any) -> Piece:
        found = [text(each.organization.label, apart=True) for each in row.beneficiary_parties]
        found += [spoken(each, "text") for each in row.beneficiary_groups]
        if not found:
            return muted(_("For whom: not stated in the source"))
        return [muted(pgettext("beneficiaries", "For")), " ", joined(found, semicolon())]

    # The page, from top to bottom.

    def data(self) -> dict[str, Any]:
        a, shown = self.agreement, self.sheet
        tags = [capital(a.kind), capital(shown.state.label)]
        if a.editorial_state != Agreement.EditorialState.PUBLISHED:
            tags.append(capital(a.get_editorial_state_display()))
        if a.confidentiality != Agreement.Confidentiality.PUBLIC:
            tags.append(capital(a.get_confidentiality_display()))
        return {
            "title": f"{a.code} {a.title}",
            "code": a.code,
            "heading": spoken(a, "title"),
            "tags": tags,
            "title_note": _("Title given by the registry.") if a.title_basis == "registry" else "",
            "title_refs": self.refs(
                [each for about, proofs in shown.proofs.items() if about not in _AT_FACTS for each in proofs]
            ),
            "parties": [self.party(each) for each in a.parties.all()],
            "facts": self.facts(),
            "lanes": [self.lane(each) for each in self.giving()],
            "idle": [mark_and_name(each.parties[0]) for each in shown.idle] if self.is_long() else [],
            "joint": [self.lane(each) for each in shown.joint],
            # Sections in rows: what stands in one list is printed side by side.
            "sections": [
                [self.objectives()],
                [self.groups(), self.people()],
                [self.advantages()],
                [self.statements()],
                [self.activities()],
                *([[self.since()]] if self.sheet.since else []),
                [self.gaps(), self.timeline()],
                *([[self.links()]] if self.sheet.links else []),
            ],
            "questions": [self.question(each) for each in shown.questions],
            "sources": [self.source(each) for each in shown.sources],
            "words": {
                "ledger": _("Commitments ledger"),
                "no_commitment": _("The sources state no commitment."),
                "idle": _("No commitment of their own in the source:"),
                "no_joint": _("The source states no joint commitment. Shared aims are under Objectives."),
                "questions": _("Open questions"),
                "sources": _("Documents and sources"),
                "no_source": _("No source is attached: nothing here is proved yet."),
            },
        }

    def party(self, party: Party) -> dict[str, Any]:
        organization = party.organization
        lines: list[Piece] = []
        if organization.short_name and organization.short_name != organization.name:
            lines.append(muted("(", spoken(organization, "short_name", apart=True), ")"))
        if organization.parent:
            relation = capital(organization.get_relation_display())
            lines.append(muted(relation, " ", text(organization.parent.label, apart=True)))
        if party.role_id != "party":
            lines.append(muted(capital(party.role)))
        if party.proofs or party.proofs.signature or party.doubts:
            lines.append(self.behind(party))
        return {
            "letter": party.letter,
            "side": side(party.letter),
            "name": spoken(organization, "name", apart=True),
            "lines": lines,
        }

    def facts(self) -> list[dict[str, Any]]:
        a, proofs = self.agreement, self.sheet.proofs
        missing = muted(_("Not stated"))

        def dated(label: str, claim: DateClaim, about: str) -> dict[str, Any]:
            notes: list[Piece] = []
            if claim.is_known and claim.text:
                notes.append(name(_("“%(words)s”") % {"words": claim.text}))
            if claim.basis in (Basis.RELATIVE, Basis.DERIVED):
                notes.append(str(Basis(claim.basis).label))
            if claim.note:
                notes.append(name(claim.note))
            value = missing if registry.is_missing(claim) else when(claim)
            return {"label": label, "value": [value, self.refs(proofs.get(about))], "notes": notes}

        def plain(label: str, value: Piece, about: str) -> dict[str, Any]:
            shown = value if value else missing
            return {"label": label, "value": [shown, self.refs(proofs.get(about))], "notes": []}

        total, done = len(a.commitments.all()), self.sheet.done
        amount = None if a.amount is None else f"{a.amount:,.2f} {a.currency}".replace(",", "\u202f")
        return [
            dated(pgettext("fact", "Signed"), a.signed, "signed"),
            dated(_("In force from"), a.effective, "effective"),
            dated(_("In force until"), a.ends, "ends"),
            plain(
                _("Renewal"),
                capital(a.get_renewal_display()) if a.renewal != Agreement.Renewal.NOT_STATED else None,
                "renewal",
            ),
            plain(_("Programme"), spoken(a.programme, "name") if a.programme else None, "programme"),
            plain(
                _("Place of signature"), name(a.place_of_signature) if a.place_of_signature else None, "place"
            ),
            plain(
                pgettext("fact", "Reference, as the parties write it"),
                name(a.reference) if a.reference else None,
                "reference",
            ),
            plain(pgettext("fact", "Amount"), code(amount) if amount else None, "amount"),
            plain(
                _("Themes"), comma().join(str(each.theme) for each in a.theme_links.all()) or None, "themes"
            ),
            {
                "label": _("Fulfilment"),
                "value": ngettext(
                    "%(done)s of %(total)s commitment", "%(done)s of %(total)s commitments", total
                )
                % {"done": done, "total": total},
                "notes": [],
            },
        ]

    def is_long(self) -> bool:
        """Paper has room for two columns: the sides of more parties stand below one another."""
        return len(self.sheet.sided) > 2 and bool(self.labels)

    def giving(self) -> list[Lane]:
        """The sides that have a heading of their own; beyond two, only those that owe something."""
        if not self.labels:
            return []
        return [each for each in self.sheet.sided if each.commitments or not self.is_long()]

    def lane(self, lane: Lane) -> dict[str, Any]:
        number = len(lane.commitments)
        if not lane.is_joint:
            two = len(self.sheet.sided) == 2
            heading = _("gives to") if two else _("gives")
            other = next((each for each in self.sheet.sided if each is not lane), None) if two else None
            who = [text(lane.parties[0].organization.label, apart=True)]
            if other:
                who += [
                    " → " if not is_rtl() else " ← ",
                    text(other.parties[0].organization.label, apart=True),
                ]
            sum_ = (
                ngettext("%(number)s commitment", "%(number)s commitments", number) % {"number": number}
                if number
                else _("No commitment of its own in the source")
            )
        else:
            everybody = _("Both together") if len(lane.parties) == 2 else _("All together")
            heading = everybody if lane.letters == "J" else f"{lane.letters} {_('together')}"
            who = joined([text(each.organization.label, apart=True) for each in lane.parties], " · ")
            sum_ = ngettext(
                "%(number)s joint commitment, counted once",
                "%(number)s joint commitments, each counted once",
                number,
            ) % {"number": number}
        return {
            "mark": lane.letters,
            "side": "j" if lane.is_joint else side(lane.letters),
            "heading": heading,
            "who": who,
            "sum": sum_,
            "commitments": [self.commitment(each) for each in lane.commitments],
        }

    def commitment(self, row: Any) -> dict[str, Any]:
        due = [muted(_("Due")), " ", when(row.due)]
        if registry.is_missing(row.due):
            due = muted(_("no deadline in the source"))
        about: list[Piece] = [capital(row.standing.progress.label), muted(capital(row.kind))]
        if row.place:
            about.append(name(row.place))
        if row.quantity is not None:
            quantity = f"{row.quantity:f}".rstrip("0").rstrip(".")
            about.append([code(quantity), " ", name(row.unit)])
        details: list[Piece] = [
            [joined(about, " · "), self.behind(row)],
            [self.beneficiaries(row), " · ", due],
        ]
        if row.purpose:
            details.append([muted(_("Purpose")), " ", spoken(row, "purpose")])
        for view in row.standing.views:
            said = [
                *mark_and_name(view.party),
                " ",
                {"strong": str(view.get_verdict_display())},
                " ",
                muted(registry.day(view.said_on)),
            ]
            details.append([*said, " – ", name(view.note)] if view.note else said)
        return {"label": row.label, "text": {"doc": spoken(row, "text")}, "details": details}

    # Sections that are lists: (heading, what to say when empty, entries of lines, notes below).

    @staticmethod
    def section(heading: str, empty: str, entries: list, *notes: Piece) -> dict[str, Any]:
        return {
            "heading": heading,
            "empty": empty,
            "entries": [[line for line in each if line is not None] for each in entries],
            "notes": [each for each in notes if each],
        }

    def objectives(self) -> dict[str, Any]:
        a = self.agreement
        occasion = None
        if a.occasion:
            proofs = self.refs(self.sheet.proofs.get("occasion"))
            occasion = [muted(_("Occasion")), " ", {"doc": spoken(a, "occasion")}, proofs]
        entries = []
        for row in a.objectives.all():
            principle = row.kind == "guiding_principle"
            kind = muted(capital(row.get_kind_display()), ": ") if principle else ""
            entries.append([[kind, {"doc": spoken(row, "text")}, self.behind(row)]])
        return self.section(_("Objectives"), _("The sources state no objective."), entries, occasion)

    def groups(self) -> dict[str, Any]:
        entries = []
        for row in self.agreement.groups.all():
            mention = muted(" (", row.get_mention_display(), ")") if row.mention == "statement" else ""
            entries.append([[spoken(row, "text"), mention, self.behind(row)]])
        return self.section(_("Target groups"), _("The sources name no group."), entries)

    def advantages(self) -> dict[str, Any]:
        a = self.agreement
        entries = []
        for row in a.advantages.all():
            provider: Piece = muted(_("not stated"))
            if row.provider:
                provider = text(row.provider.organization.label, apart=True)
            line = [self.beneficiaries(row), " · ", muted(_("Provider")), " ", provider]
            if row.supports_id in self.labels:
                line += [" · ", muted(_("related to")), " ", code(self.labels[row.supports_id])]
            entries.append([[{"doc": spoken(row, "text")}, self.behind(row)], line])
        further = None
        if a.more_advantages_claimed:
            proofs = self.refs(self.sheet.proofs.get("advantages"))
            further = [_("The source says there are further ones."), proofs]
        said = _("Said of the agreement, not promised: nobody owes these.")
        return self.section(
            _("Advantages claimed"),
            _("The sources claim no advantage."),
            entries,
            further,
            said if entries else None,
        )

    def statements(self) -> dict[str, Any]:
        entries = []
        for row in self.agreement.statements.all():
            speaker: list[Piece] = [muted(_("speaker not stated"))]
            if row.speaker:
                speaker = [{"strong": spoken(row.speaker.person, "name", apart=True)}, comma()]
                speaker.append(spoken(row.speaker, "title"))
                if row.attribution == "inferred":
                    speaker.append(muted(" (", row.get_attribution_display(), ")"))
                if row.on_behalf_of:
                    speaker += [" · ", text(row.on_behalf_of.organization.label, apart=True)]
            manner = muted(" · ", str(row.get_manner_display()))
            entries.append([[{"doc": spoken(row, "text")}, self.behind(row)], [*speaker, manner]])
        return self.section(_("Statements"), _("The sources report no statement."), entries)

    def people(self) -> dict[str, Any]:
        entries = []
        for each in self.sheet.people:
            lines: list[Piece] = [{"strong": spoken(each["person"], "name", apart=True)}]
            for office, proofs in each["offices"]:
                place = text(office.organization.label, apart=True)
                line = [spoken(office, "title"), comma(), place]
                if office.attachment == "inferred":
                    line.append(muted(" (", office.get_attachment_display(), ")"))
                lines.append([*line, self.refs(proofs)])
            if each["signs"]:
                lines.append(muted(_("Signed for the party")))
            elif each["speaks"]:
                lines.append(muted(_("Speaks in the source")))
            entries.append(lines)
        nobody = None
        if not self.sheet.signatories:
            proofs = self.refs(self.sheet.proofs.get("signatories"))
            nobody = [_("The source does not name the signatories."), proofs]
        return self.section(_("People"), _("The sources name nobody."), entries, nobody)

    def activities(self) -> dict[str, Any]:
        entries = []
        for each in self.sheet.activities:
            line: list[Piece] = [when(each.held), " · ", capital(each.get_status_display())]
            line += [" · ", muted(_("Counts towards")), " ", code(" ".join(dict.fromkeys(each.labels)))]
            if each.reached is not None:
                line += [" · ", muted(_("Reached")), " ", str(each.reached)]
            entries.append([spoken(each, "title"), line])
        return self.section(_("Activities"), _("No activity is recorded under this agreement."), entries)

    def gaps(self) -> dict[str, Any]:
        entries = [[str(each)] for each in self.sheet.gaps]
        return self.section(_("The source does not say"), _("Nothing is missing."), entries)

    def timeline(self) -> dict[str, Any]:
        entries = [
            [[{"strong": when(each["claim"])}, " · ", name(str(each["what"]))]]
            for each in self.sheet.timeline
        ]
        return self.section(_("Timeline"), _("No date is stated."), entries)

    def since(self) -> dict[str, Any]:
        """Amendments and events, each with its document and, of an amendment, every change before and after."""
        return self.section(_("What happened since"), "", [self.happening(each) for each in self.sheet.since])

    def happening(self, each: Happening) -> list[Piece]:
        """One of them, line by line."""
        row, title = each.row, capital(each.row.get_kind_display()) if not each.is_amendment else ""
        about: list[Piece] = [when(each.claim)]
        if each.is_amendment:
            title = _("Amendment %(number)d") % {"number": row.number}
            about = [name(row.reference), *about] if row.reference else about
            if not registry.is_missing(row.effective):
                about.append([muted(_("In force from")), " ", when(row.effective)])
            if each.force == Force.LATER:
                about.append(_("not yet in force on this day"))
            elif each.force == Force.DOUBTFUL:
                about.append(_("in force on this day? That cannot be said"))
        elif row.kind == "renewal":
            about.append([muted(_("new end")), " ", when(row.ends)])
        if each.document:
            about.append(name(each.document.title or capital(each.document.get_kind_display())))
        lines: list[Piece] = [[{"strong": title}, " · ", joined(about, " · "), self.refs(each.proofs)]]
        told = "summary" if each.is_amendment else "reason"
        if getattr(row, told):
            lines.append(spoken(row, told))
        lines += [self.changed(part, member) for part in each.changed for member in part.members]
        if each.is_amendment and not each.changed:
            lines.append(muted(_("What it changed is not recorded.")))
        return lines

    @staticmethod
    def changed(part: Changed, member: Said) -> Piece:
        """One change of an amendment: what, before and after, in words."""
        called = code(part.label) if part.label else capital(part.kind)
        line: list[Piece] = [*([called, " · "] if part.part else []), muted(member.field), " "]
        if part.what != "added":
            line += [muted(_("before:")), " ", _told(member.before), "; " if part.what == "changed" else ""]
        if part.what != "removed":
            line += [muted(_("after:")), " ", _told(member.after)]
        return line

    def links(self) -> dict[str, Any]:
        entries = [
            [[muted(str(words)), " ", code(other.code), " ", spoken(other, "title")]]
            for words, other in self.sheet.links
        ]
        return self.section(_("Related agreements"), "", entries)

    def question(self, row: Any) -> dict[str, Any]:
        label = self.labels.get(row.commitment_id)
        resolution = None
        if row.resolved_at:
            told = {"name": row.resolved_by, "date": registry.moment(row.resolved_at)}
            resolution = [_("Resolved by %(name)s, %(date)s:") % told, " ", name(row.resolution)]
        return {
            "mark": _asked(self.questions[row.pk]),
            "label": self.label("question", self.questions[row.pk]),
            "state": _("Question resolved") if row.resolved_at else _("Unclear wording"),
            "about": code(label) if label else None,
            "text": spoken(row, "text"),
            "readings": [spoken(each, "text") for each in row.readings.all()],
            "resolution": resolution,
        }

    def source(self, told: Any) -> dict[str, Any]:
        source = told.source
        missing = registry.is_missing(source.published)
        title = languages.Text(source.title, source.language, languages.current())
        about: list[Piece] = [
            capital(source.get_kind_display()),
            " · ",
            str(source.get_language_display()),
            " · ",
            _("date of publication not stated") if missing else when(source.published),
        ]
        if source.publisher:
            about += [" · ", name(source.publisher)]
        if source.kind == "press_article":
            about += [" · ", _("A press article is secondary evidence: the signed text is not attached.")]
        numbered = [(n, proof) for n, proof in self.quotes.values() if proof.source.pk == source.pk]
        return {
            "title": text(title, apart=True) if source.title else _("Untitled text"),
            "about": about,
            "lang": source.language,
            "dir": languages.direction(source.language),
            "quotes": [
                {
                    "number": number,
                    "label": self.label("quote", number),
                    "place": self.place(proof),
                    "quote": proof.citation.quote,
                }
                for number, proof in numbered
            ],
        }


def _asked(number: int) -> str:
    """The number of a question, as it stands at the fact and over the question."""
    return f"{'؟' if is_rtl() else '?'} {number}"


def _told(words: list[Words]) -> Piece:
    """Values before or after a change, each in its own language."""
    if not words:
        return pgettext("value", "nothing")
    asked = languages.current()
    told = [
        text(languages.Text(each.value, each.language, asked)) if each.language else name(each.value)
        for each in words
    ]
    return joined(told, " · ")

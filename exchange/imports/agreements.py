"""Enters agreements out of tables: the rows of one agreement, whatever table they stand in, become one dossier."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import services
from agreements.models import Agreement, AgreementIdentifier, OpenQuestion
from agreements.queries import dossier, quoted
from agreements.services import drafting
from agreements.services.register import register_on_trial
from agreements.services.revise import as_proposed
from exchange.imports.flat import OneRow, count_money, letter_of
from exchange.imports.groups import REFUSALS, tell_why
from exchange.imports.known import Registry, as_uuid
from exchange.imports.lines import Line, Verdict
from exchange.imports.quotes import MEMBERS, place_of
from exchange.queries import documents
from exchange.queries.documents import Part
from lib import languages
from organizations.permissions import Permission


class Entry(OneRow):
    """One agreement on its way in: its rows, the dossier they make, and the record there is already."""

    def __init__(self, lines: Mapping[str, Sequence[Line]], known: Registry, *, enter_unknown: bool):
        self.lines = lines
        self.known = known
        self.by = known.by
        self.enter_unknown = enter_unknown
        self.restoring = self.by.may(Permission.RESTORE)
        self.main: Line | None = None
        self.now: Agreement | None = None
        self.before: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.places: dict[str, Line] = {}
        self.sources_here: set[str] = set()

    def write(self, *, rehearsing: bool) -> Agreement | None:
        """Register or revise it; None where something is wrong with a row, which then says what."""
        if not self._begin():
            return None
        self._apply()
        if any(each.faults for lines in self.lines.values() for each in lines):
            return None
        self._finish()
        if self.now is not None and self._says_the_same():
            self._tell(self.now)
            return self.now
        try:
            if self.now is not None and self.now.editorial_state == Agreement.EditorialState.PUBLISHED:
                return self._propose()
            if self.now is not None:
                agreement = services.revise(self.now.pk, self.document, version=self.now.version, by=self.by)
            else:
                enter = register_on_trial if rehearsing else services.register
                agreement = enter(self.document, by=self.by)
        except REFUSALS as refusal:
            tell_why(refusal, self._all()[0], self._at)
            return None
        self._tell(agreement)
        return agreement

    def _propose(self) -> Agreement:
        """Submit the change of a published record: it reads as before until somebody else approves it."""
        made, became = set(self.known.made_sources), dict(self.known.became)
        with as_proposed(self.now.pk, self.document, version=self.now.version, by=self.by):
            self._tell(Agreement.objects.get(pk=self.now.pk))
        # What the change brings along is in the registry once it is approved.
        coming = {key for kind, key in self.known.became.keys() - became.keys() if kind == "source"}
        coming &= {key for key in coming if self.known.became["source", key] not in self.sources_here}
        self.known.made_sources = made
        for key in coming:
            del self.known.became["source", key]
        self.known.proposed |= coming
        if any(each.verdict != Verdict.SAME for each in self._all()):
            drafting.propose(self.now, self.before, self.document, reason=self.known.name, by=self.by)
            for each in self._all():
                each.notes.append(
                    _("The record is published: the change waits for somebody else to approve it.")
                )
        return self.now

    # What is there.

    def _all(self) -> list[Line]:
        return [each for lines in self.lines.values() for each in lines]

    def _begin(self) -> bool:
        """Find the record that is meant, if there is one; False when that is not clear."""
        mains = self.lines.get("agreements", ())
        if len(mains) > 1:
            for each in mains[1:]:
                each.fault(
                    "code",
                    _("Line %(line)d is the same agreement.") % {"line": mains[0].number},
                    _("Keep one row for each agreement."),
                )
            return False
        self.main = mains[0] if mains else None
        key = self._all()[0].key
        self.now = self._found(key)
        if self.main is None and self.now is None:
            for each in self._all():
                each.fault(
                    each.table.of,
                    _("“%(key)s” is no agreement of this file or of the registry.") % {"key": key},
                    _("Add its row to the table of agreements."),
                )
            return False
        if self.now is not None:
            for each in self._all():
                each.target = ("agreements.agreement", str(self.now.pk))
            if self.main is not None and not self._is_met_first(self.main):
                return False
            self.before = self._read(self.now)
            self.sources_here = {each["id"] for each in self.before["sources"]}
            self.known.befores.setdefault(str(self.now.pk), self.before)
            self.document = _keyed(deepcopy(self.before))
            return self._is_current()
        self.document = {"parties": []}
        return True

    def _is_met_first(self, main: Line) -> bool:
        """Whether no other row of the file is this record: two of them would overwrite each other."""
        line = self.known.lines.get(str(self.now.pk))
        if line is None:
            return True
        named = next((name for name in ("reference", "identifiers", "id") if main.text(name)), "code")
        main.fault(
            named,
            _("Line %(line)d is the same agreement.") % {"line": line},
            _("Keep one row for each agreement."),
        )
        return False

    def _found(self, key: str) -> Agreement | None:
        readable = Agreement.objects.visible_to(self.by)
        main = self.main
        asked = as_uuid(main.text("id")) if main else None
        found = readable.filter(pk=asked).first() if asked else None
        coded = self.known.agreement(key) if key else None
        if asked and coded is not None and coded.pk != asked and main:
            main.fault(
                "code",
                _("%(code)s is another agreement here: “%(title)s”.") % {"code": key, "title": coded.title},
                _("The file is from another registry: leave the columns code and id out of the import."),
            )
            return coded
        if found or coded or main is None:
            return found or coded
        reference = main.text("reference")
        found = readable.filter(reference=reference).first() if reference else None
        return found or self._by_identifier(main, readable)

    def _by_identifier(self, main: Line, readable) -> Agreement | None:
        cell = main.cells.get("identifiers")
        column = main.table.column("identifiers")
        if cell is None or not cell.text.strip() or column is None:
            return None
        try:
            told = column.codec.read(cell, self.known)
        except ValueError:
            return None  # told when the cell is read
        for each in told:
            if row := AgreementIdentifier.objects.filter(**each, agreement__in=readable).first():
                return row.agreement
        return None

    def _read(self, agreement: Agreement) -> dict[str, Any]:
        readable = Agreement.objects.visible_to(self.by)
        facts = dossier.with_facts(
            Agreement.objects.filter(pk=agreement.pk), on=timezone.localdate(), readable=readable
        )
        return dossier.read(dossier.with_citations(facts).get(), proof=True)

    def _is_current(self) -> bool:
        """Whether the file was written from the record as it is now, where it says from which version."""
        main = self.main
        if main is None:
            return True
        if main.text("version") and main.text("version") != str(self.now.version):
            main.fault(
                "version",
                _("The record is at version %(now)d; the file was written at version %(then)s.")
                % {"now": self.now.version, "then": main.text("version")},
                _("Export it again and repeat your changes there, or leave the column “version” out."),
            )
        if (state := main.text("editorial_state")) and state != self.now.editorial_state:
            main.fault(
                "editorial_state",
                _("The record is “%(state)s”: a file does not change that.")
                % {"state": self.now.get_editorial_state_display()},
                _("Publish or withdraw it on its page."),
            )
        return not main.faults

    # What the rows say.

    def _apply(self) -> None:
        if self.main is not None:
            self._apply_main(self.main)
        for table in MEMBERS:
            for line in self.lines.get(table, ()):
                self._part(line, table, line.text(line.table.label))
            self._in_order(table)
        for line in self.lines.get("signatories", ()):
            self._below(line, "parties", "party", "signatories")
        for table in ("links", "questions", "without_source"):
            for line in self.lines.get(table, ()):
                self._part(line, table, line.text("number"))
            self._in_order(table)
        for line in self.lines.get("readings", ()):
            self._below(line, "questions", "question", "readings")
        for line in self.lines.get("citations", ()):
            self._quote(line)
        for table, kind in MEMBERS.items():
            for index, part in enumerate(self.document.get(table, ())):
                part.setdefault("key", f"{kind}:{index + 1}")

    def _apply_main(self, line: Line) -> None:
        line.title = next(
            (
                line.text(name)
                for name in ("title", "title_en", "title_fr", "title_ar", "reference")
                if line.text(name)
            ),
            line.key,
        )
        document = self.document
        skip = {"id", "version", "editorial_state"} if self.now is not None else set()
        self.places[""] = line
        count_money(line)
        held, numbers = document.pop("sources", []), document.pop("identifiers", [])
        self._speak(line)
        line.apply(document, self.known, skip={*skip, "title"})
        named = document.pop("sources", None)
        document["sources"] = [*held]
        if named:
            known = {each["id"] for each in held}
            document["sources"] += [self._source(key) for key in named if key not in known]
        told = document.pop("identifiers", [])
        document["identifiers"] = [*numbers, *(each for each in told if each not in numbers)]
        if "identifiers" in line.cells and any(each not in told for each in numbers):
            line.notes.append(
                _("The record keeps the numbers in other registers that the file does not name.")
            )
        if self.now is None and not self.restoring:
            for name in ("version", "editorial_state", "id"):
                document.pop(name, None)
            if line.text("editorial_state") not in {"", Agreement.EditorialState.DRAFT}:
                line.notes.append(
                    _(
                        "It enters as a draft with a number of its own: only who may restore a registry keeps those."
                    )
                )
        if self.now is None and self.restoring and (number := Agreement.number_of(line.key)):
            document["number"] = number
        if not document.get("amount"):
            document["amount"] = None
        self._flat_parties(line)
        self._flat_groups(line)

    def _source(self, key: str) -> dict[str, Any]:
        """The source as a dossier brings it: out of the file, or as the registry has it."""
        here = self.known.became.get(("source", key), key)
        if as_uuid(here) and (row := self.known.by_id("source", here)):
            whole = quoted.read_whole_source(row)
            self.sources_here.add(here)
            return {"key": key, **whole}
        return {"key": key, **deepcopy(dict(self.known.coming[key]))}

    # Parts.

    def _part(self, line: Line, table: str, label: str) -> None:
        parts = self.document.setdefault(table, [])
        kind = MEMBERS.get(table, "")
        # What a part is called is not taken from it: other rows point at it so.
        skip = {"id"} if self.now is not None else set()
        if not label and line.table.label:
            skip.add(line.table.label)
        place = place_of(parts, line.text("id"), f"{kind}:{label}" if kind and label else "", table)
        if place is None:
            place = len(parts)
            named = kind or (table if table == "without_source" else "")
            if table == "parties" and not label:
                label = letter_of(place + 1)
            parts.append({"key": f"{named}:{label or place + 1}"} if named else {})
        else:
            line.known_id = parts[place].get("id", "")
        part = parts[place]
        if other := part.get("_line"):
            line.is_again(other)
        part["_line"] = line
        if table == "parties":
            part.setdefault("letter", label)
        if table == "parties" and (name := line.text("organization")):
            if pointer := self._organization(line, "organization", name):
                part["organization"] = pointer
            skip |= {"organization"}
        line.apply(part, self.known, skip=skip)
        if table in {"questions", "without_source"}:
            self._doubt(line, part)
        line.title = line.title or _titled(part)

    def _in_order(self, table: str) -> None:
        """New parts stand in the order of their letters or numbers, behind those there were."""
        parts = self.document.get(table, [])
        if self.now is None and table not in {"links", "without_source"}:
            name = "letter" if table == "parties" else "number"
            parts.sort(key=lambda each: _ordinal(each.get(name, "")))
        for index, part in enumerate(parts):
            if line := part.pop("_line", None):
                line.at = f"/{table}/{index}"
                self.places[line.at] = line

    def _below(self, line: Line, owners: str, column: str, member: str) -> None:
        """A row that stands in a part: a signatory in a party, a reading in a question."""
        label, key = line.text(column), line.text("id")
        owner = next(
            (
                (index, each)
                for index, each in enumerate(self.document.get(owners, ()))
                if label in {str(each.get("letter", "")), str(each.get("number", index + 1))}
                or (column not in line.cells and place_of(each.get(member, ()), key, "", member) is not None)
            ),
            None,
        )
        if owner is None:
            line.fault(column, _("“%(label)s” is no row of this agreement.") % {"label": label})
            return
        rows = owner[1].setdefault(member, [])
        place = place_of(rows, key, "", member)
        if place is None:
            place = len(rows)
            rows.append({})
        else:
            line.known_id = rows[place].get("id", "")
        line.stand(f"/{owners}/{owner[0]}/{member}/{place}", self.places)
        line.apply(rows[place], self.known, skip={column} if self.now is None else {column, "id"})
        rows[place].pop(column, None)

    def _doubt(self, line: Line, part: dict[str, Any]) -> None:
        kind, label = part.pop("fact_kind", ""), part.pop("fact_label", "")
        if kind:
            if kind not in OpenQuestion.FACTS:
                line.fault(
                    "fact_kind",
                    _("A question is about one of: %(kinds)s.") % {"kinds": ", ".join(OpenQuestion.FACTS)},
                )
            part["fact"] = f"{kind}:{label}"
        elif label:
            line.fault("fact_kind", _("Fill in both, or neither."))
        elif "fact_kind" in line.cells:
            part["fact"] = None
        if not self.restoring and self.now is None:
            part.pop("by", None)
            part.pop("at", None)
        if part.get("resolution") and not self.restoring and self.now is None:
            part.pop("resolution")
            line.notes.append(_("It enters unresolved: only who may restore a registry keeps a resolution."))

    # The dossier as the service takes it.

    def _finish(self) -> None:
        for member in (*MEMBERS, "questions"):
            for part in self.document.get(member, ()):
                if member != "commitments":
                    part.pop("number", None)
        if self.now is None:
            for part in self.document.get("parties", ()):
                part.pop("letter", None)

    def _says_the_same(self) -> bool:
        """Whether every row of the record would read as it does: then nothing is asked of the services."""

        def texts(document: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
            parts = documents.of_agreement(document, self.known)
            return [(each.table, documents.cells(each, self.known)) for each in parts]

        return texts(self.before) == texts(self.document)

    def _at(self, pointer: str) -> Line:
        """The line whose part a pointer leads to, the nearest one around it."""
        while pointer not in self.places and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer) or self._all()[0]

    def _tell(self, agreement: Agreement) -> None:
        """Say of each line what it did."""
        key = self._all()[0].key
        if key:
            self.known.became["agreement", key] = str(agreement.pk)
        for each, key in zip(
            agreement.source_links.order_by("position", "pk"),
            [part.get("key") or part["id"] for part in self.document.get("sources", ())],
            strict=False,
        ):
            here = str(each.source_id)
            if here not in self.sources_here and ("source", key) not in self.known.became:
                self.known.made_sources.add(here)
            self.known.became["source", key] = here
        self.known.entered("source", *(["organization"] if self.document.get("organizations") else ()))
        if self.main is not None:
            self.known.lines[str(agreement.pk)] = self.main.number
        for line in self._all():
            line.target = ("agreements.agreement", str(agreement.pk))
        if self.now is None:
            for line in self._all():
                line.verdict = Verdict.CREATE
        elif agreement.version == self.now.version:
            for line in self._all():
                line.verdict = Verdict.SAME
        else:
            self._compare(self._read(agreement))

    def _compare(self, after: dict[str, Any]) -> None:
        def by_id(document: dict[str, Any]) -> dict[tuple[str, str], Part]:
            parts = documents.of_agreement(document, self.known)
            return {(each.table, str(each.content.get("id", ""))): each for each in parts}

        was, is_now = by_id(self.before), by_id(after)
        for line in self._all():
            key = (line.table.name, self.before["id"] if line.is_main else line.known_id)
            if key in was and key in is_now:
                line.compare(was[key], is_now[key], self.known)
            else:
                line.verdict = Verdict.CREATE


def _keyed(document: dict[str, Any]) -> dict[str, Any]:
    """A dossier as read out, each part under the key that rows call it by."""
    for member, kind in MEMBERS.items():
        for index, part in enumerate(document.get(member, ()), 1):
            part["key"] = f"{kind}:{part['letter'] if member == 'parties' else part.get('number', index)}"
    return document


def _ordinal(label: Any) -> tuple[int, str]:
    text = str(label)
    return (int(text), "") if text.isdecimal() else (len(text), text)


def _titled(part: Mapping[str, Any]) -> str:
    texts = part.get("texts") or part.get("titles") or part.get("names") or {}
    return languages.best(texts).value[:200] if texts else ""

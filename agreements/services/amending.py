"""The parties changed their agreement: the record reads so from then on, and tells what it said before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Agreement, AgreementSource, Amendment, AmendmentChange, Draft, Source
from agreements.queries import dossier
from agreements.queries.terms import called, differences, labels, terms
from agreements.services.revise import Revision
from audit import revision
from lib.problems import Refused


def how(purpose: str) -> type[Revision]:
    """What a draft of this purpose does to the record it changes."""
    return {Draft.Purpose.AMENDMENT: Amending, Draft.Purpose.EVENT: Happening}.get(purpose, Revision)


def number_after(agreement: Agreement) -> int:
    """The number that the next amendment is proposed to have. Needs the amendments."""
    return max((each.number for each in agreement.amendments.all()), default=0) + 1


class _Compared(Revision):
    """A revision that looks at the terms before and after."""

    def take_in(self) -> None:
        self.before = self._read()
        super().take_in()

    def _read(self) -> dict[str, Any]:
        everything = Agreement.objects.all()
        rows = dossier.with_facts(
            everything.filter(pk=self.agreement_now.pk), on=date.max, readable=everything.none()
        )
        return dossier.read(rows.get())


class Amending(_Compared):
    """A revision by the parties: it enters one amendment, with everything that differs in the terms."""

    verb = "agreement.amended"

    def amendments(self) -> None:
        new = [
            index
            for index, _at, part in self.each("amendments")
            if str(part.get("id", "")) not in self.known_ids
        ]
        if len(new) != 1:
            self.fault(
                "/amendments",
                "one_amendment",
                _("Say which amendment this is: its number, its date and its document, once."),
            )
        super().amendments()

    def changed_by(self, row: Amendment, part: Mapping, at: str) -> list[AmendmentChange]:
        if row.pk in self.now[Amendment]:
            return super().changed_by(row, part, at)
        self.row_of_this = row
        if row.document_id and self._is_the_agreement(row.document):
            self.fault(
                f"{at}/document",
                "documents_the_agreement",
                _("This is the signed text of the agreement itself: an amendment has a document of its own."),
            )
        return []

    def _is_the_agreement(self, source: Source) -> bool:
        """A signed text that the record had before belongs to what was signed then."""
        here = {each.source_id for each in self.now[AgreementSource].values()}
        amended = {each.document_id for each in self.now[Amendment].values()}
        return source.kind == Source.Kind.SIGNED_TEXT and source.pk in here - amended

    def apply(self) -> dict[str, tuple[Any, Any]]:
        moved = super().apply()
        after = self._read()
        named = labels(self.before) | labels(after)
        rows = [
            AmendmentChange(
                amendment=self.row_of_this,
                position=position,
                kind=_kind(each.before, each.after),
                path=each.path,
                label=called(each.path, named)[:300],
                before=each.before,
                after=each.after,
            )
            for position, each in enumerate(differences(terms(self.before), terms(after)))
        ]
        if not rows:
            raise Refused.at(
                "/amendments",
                "nothing_amended",
                _(
                    "This amendment changes nothing: change what the parties changed. If they changed nothing, "
                    "and the record was wrong, it is a correction."
                ),
            )
        AmendmentChange.objects.bulk_create(rows)
        return moved | {f"amendmentchange {each.pk}": (None, revision.columns(each)) for each in rows}


class Happening(_Compared):
    """A revision that tells what happened to the agreement: its terms stay as they are."""

    verb = "agreement.event_recorded"

    def apply(self) -> dict[str, tuple[Any, Any]]:
        moved = super().apply()
        changed = next(differences(terms(self.before), terms(self._read())), None)
        if changed:
            raise Refused.at(
                changed.path,
                "no_event",
                _(
                    "A renewal, a suspension or an end changes no term of the agreement: take this back here, and "
                    "change it by an amendment or a correction."
                ),
            )
        return moved


def _kind(before: Any, after: Any) -> str:
    if before is None:
        return AmendmentChange.Kind.ADDED
    return AmendmentChange.Kind.REMOVED if after is None else AmendmentChange.Kind.CHANGED

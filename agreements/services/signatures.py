"""Enters what editors sign for: facts that no source tells."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import (
    Advantage,
    Commitment,
    Draft,
    NamedGroup,
    Objective,
    Party,
    Statement,
    WithoutSource,
)
from agreements.queries import bench, proof
from agreements.services.placing import new_key
from agreements.services.proof import signable
from agreements.services.provisions import Provisions
from audit.trail import Actor
from lib.papers import Change
from lib.problems import Refused
from organizations.permissions import Permission

_PARTS = (Party, NamedGroup, Objective, Commitment, Advantage, Statement)


_MEMBER = "/without_source"
AN_EDITOR_SIGNS = "an_editor_signs"


@dataclass(frozen=True)
class Signature:
    """Who signed that a fact is entered without source, and when."""

    by: str
    at: datetime


def given(draft: Draft) -> dict[str, Signature]:
    """Who put each new signature of a draft there, and when, by its key; one query where there are any.

    Later steps, an undo and a redo among them, move a signature and change no word of it: it stays the signer's.
    """
    now = {each["key"]: each for each in draft.content.get("without_source", ())}
    found: dict[str, Signature] = {}
    told = draft.steps.filter(undoes=None).exclude(verb="begun").select_related("by").order_by("number")
    for step in told if now else ():
        for change in map(Change.from_json, step.changes) if step.by.may(Permission.EDIT) else ():
            for key, signature in _signatures(change):
                if now.get(key) == signature:
                    found[key] = Signature(step.by.audit_label(), step.at)
    return found


def _signatures(change: Change) -> Iterator[tuple[str, Any]]:
    """The signatures that a step wrote, by key: one of them, or those that are new where it wrote the whole member."""
    if change.path == _MEMBER:
        before = {each.get("key"): each for each in change.before or ()}
        yield from ((each["key"], each) for each in change.after or () if before.get(each["key"]) != each)
    elif change.path.startswith(f"{_MEMBER}/"):
        yield change.path.split("/")[2], change.after


def signing(content: Mapping[str, Any], *, fact: str, about: str, reason: str) -> list[tuple[str, Any]]:
    """The place and the value that sign, in a draft, for a fact that nothing proves: `drafting.change` makes it so.

    Raises Refused without a reason, and for a fact that is not there, has a quote, or is signed for already.
    """
    is_bare = any((each.fact, each.about) == (fact, about) for each in bench.unproved(content))
    key = new_key("w")
    told = {"fact": fact or None, "about": about, "reason": signable(reason, is_bare=is_bare)}
    return [(f"{_MEMBER}/{key}", {"key": key} | told)]


def demand_editor(changes: Iterable[Change], by: Actor) -> None:
    """Refuse to put a signature into a draft but by an editor; anybody who may write in it takes one away."""
    for each in changes:
        if each.path.startswith(_MEMBER) and each.after is not None and not by.may(Permission.EDIT):
            raise Refused.at(each.path, AN_EDITOR_SIGNS, _an_editor_signs())


def _an_editor_signs() -> str:
    return _("An editor signs for what is entered without source: cite it, or ask an editor.")


class Signatures(Provisions):
    """The signatures of one dossier. `signed` holds those that were given before, by the keys of their parts."""

    signed: Mapping[str, Signature] = {}

    def fact_named(self, name: str, at: str) -> dict[str, models.Model]:
        """The one part that `name` points at, under its column; a fault when there is none."""
        facts = {
            column: fact
            for column, model in zip(WithoutSource.FACTS, _PARTS, strict=True)
            if (fact := self.rows.get((model, name)))
        }
        if len(facts) != 1 and name not in self.refused:
            self.fault(f"{at}/fact", "points_nowhere", _("This names no fact of this document."))
        return facts if len(facts) == 1 else {}

    def signatures(self) -> None:
        """A signature stands only while its fact does, and only for want of a quote; a moved registry keeps all."""
        rows, taken = [], set()
        for _index, at, part in self.each("without_source"):
            name, about = part["fact"], part["about"]
            if bool(name) == bool(about):
                self.fault(
                    at, "exactly_one_fact", _("“Entered without source” is signed for exactly one fact.")
                )
                continue
            fact = self.fact_named(name, at) if name else {}
            if name and not fact:
                continue
            told = about or next(iter(fact.values()))
            if told in taken:
                self.fault(at, "signed_twice", _("This fact is signed for already."))
            taken.add(told)
            if not self.restoring and not self._needs_it(fact, about):
                continue
            row = WithoutSource(
                **self.identity(part), agreement=self.row, about=about, reason=part["reason"], **fact
            )
            self.sign(row, part, at)
            rows.append(row)
        self.stop_at_faults()
        self.enter(WithoutSource, rows)

    def sign(self, row: WithoutSource, part: Mapping[str, Any], at: str) -> None:
        """Put the name and the time under the row: those of the actor, who then must be an editor."""
        given = self.signed.get(part.get("key", ""))
        if self.restoring and part.get("by") and part.get("at"):
            given = Signature(part["by"], part["at"].astimezone(UTC))
        elif given is None:
            for member in ("by", "at"):
                if part.get(member):
                    self.fault(
                        f"{at}/{member}",
                        "set_by_the_registry",
                        _("The registry sets this itself: leave it out."),
                    )
            if not self.by.may(Permission.EDIT):
                self.fault(at, AN_EDITOR_SIGNS, _an_editor_signs())
            given = Signature(self.by.audit_label(), timezone.now())
        row.signed_by, row.signed_at = given.by, given.at

    def _needs_it(self, fact: Mapping[str, models.Model], about: str) -> bool:
        if about:
            quoted = any(
                name == about == "programme" or (name == "of_agreement" and part["about"] == about)
                for _at, part, name, _row in self.citations
            )
            return proof.TOLD[about](self.row) and not quoted
        ((column, row),) = fact.items()
        return not any(name == column and target is row for _at, _part, name, target in self.citations)

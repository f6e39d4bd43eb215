"""One agreement with everything its sheet shows, brought by SQL that is written once.

`sheet.with_everything` brings the same of any number of agreements, and of the past.
"""

from datetime import date
from functools import lru_cache

from agreements.models import Agreement, AgreementLink
from agreements.queries import in_hand, quality
from audit.trail import Actor
from lib import related, rows
from lib.compiled import Compiled, compiled, stand_in
from lib.related import follow, follow_each, gather
from organizations.queries import anybody

_NUMBER = stand_in(int, "number")


def opened(number: int, *, reader: Actor, on: date) -> Agreement | None:
    """The agreement of that number with all that `sheet.sheet` asks for; None where `reader` may not read it."""
    found = _asked(anybody.Kind.of(reader)).rows(number=number, **anybody.values(reader))
    if not found:
        return None
    agreement = rows.built(Agreement, found[0])
    agreement.lacks = found[0][-1]
    readable = Agreement.objects.visible_to(reader)
    in_hand.brought(agreement, readable=readable, on=on, proof=True)
    _parties(agreement)
    _offices(agreement)
    _progress(agreement)
    linked = sorted(rows.found(AgreementLink, [agreement.pk], by="to"), key=lambda each: each.pk)
    seen = readable.in_bulk({each.agreement_id for each in linked}) if linked else {}
    linked = [each for each in linked if each.agreement_id in seen]
    for each in linked:
        each.agreement = seen[each.agreement_id]
    related.attach(agreement, "linked_from", linked, column="to", model=AgreementLink)
    return agreement


@lru_cache(maxsize=100)
def _asked(kind: anybody.Kind) -> Compiled:
    columns = [each.attname for each in Agreement._meta.concrete_fields]
    readable = quality.with_lacks(Agreement.objects.visible_to(kind.anybody).filter(number=_NUMBER))
    return compiled(readable.values_list(*columns, "lacks"), possibly=anybody.STAND_INS, number=_NUMBER)


def _parties(agreement: Agreement) -> None:
    """Let what is said by a party, for a party or of one point at it; bring the bodies above the parties."""
    parties = {each.pk: each for each in agreement.parties.all()}
    for rows_of, column in (
        (agreement.statements.all(), "on_behalf_of"),
        (agreement.advantages.all(), "provider"),
    ):
        for row in rows_of:
            setattr(row, column, parties.get(getattr(row, f"{column}_id")))
    follow([each.organization for each in parties.values()], "parent")


def _offices(agreement: Agreement) -> None:
    """The offices of those who sign, speak or are quoted, each with its person and organization."""
    signatories = [each for party in agreement.parties.all() for each in party.signatories.all()]
    speaking = (
        (signatories, ["office"]),
        (agreement.statements.all(), ["speaker"]),
        (agreement.all_citations.all(), ["office"]),
    )
    follow(follow_each(speaking), "person", "organization")


def _progress(agreement: Agreement) -> None:
    """What was done and said of the commitments: `progress.FOLLOWED`."""
    commitments = list(agreement.commitments.all())
    activities = follow(gather(commitments, "fulfilments"), "activity")
    gather(activities, "participations")
    gather(activities, "evidence")
    parties = {each.pk: each for each in agreement.parties.all()}
    for view in gather(commitments, "progress_views"):
        if view.party_id in parties:
            view.party = parties[view.party_id]

"""Writes what a party says of a commitment."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from activities.models import ProgressView
from activities.services.evidence import Upload, fit, told, write_with_files
from agreements.models import Commitment, Party
from audit import trail
from audit.trail import Actor
from lib.holding import hold
from lib.problems import Refused
from organizations.permissions import Permission
from organizations.services import demand

SAID_ALREADY = "party_says_one_thing_a_day"


def report_progress(
    commitment_id: UUID,
    *,
    party_id: UUID,
    verdict: str,
    said_on: date,
    note: str = "",
    uploads: Sequence[Upload] = (),
    by: Actor,
) -> ProgressView:
    """Record one party's own word on a commitment, with the files it rests on. A party speaks only for itself.

    Raises PermissionDenied unless `by` acts for the party's organization; Refused when the party is not one of the
    agreement, when it already said something that day, or a file is not taken in; ValidationError for other values.
    """
    demand(by, Permission.PROGRESS_REPORT)
    commitment = Commitment.objects.visible_to(by).get(pk=commitment_id)
    party = Party.objects.filter(pk=party_id, agreement=commitment.agreement_id).first()
    if party is None:
        raise Refused.at(
            "/party", "not_a_party", _("Only a party to the agreement says how far a commitment is.")
        )
    if party.organization_id != by.organization_id:
        raise PermissionDenied(_("A party speaks only for itself."))
    fit(uploads)
    with write_with_files() as keep:
        hold(f"progress:{commitment.pk}:{party.pk}:{said_on}")
        if ProgressView.objects.filter(commitment=commitment, party=party, said_on=said_on).exists():
            raise Refused.at("/said_on", SAID_ALREADY, _("This party already said something on this day."))
        view = ProgressView(commitment=commitment, party=party, verdict=verdict, said_on=said_on, note=note)
        view.full_clean()
        view.save(force_insert=True)
        kept = [keep(each, progress_view=view) for each in uploads]
        trail.record(
            "progress.reported",
            view,
            by=by,
            chain=commitment.agreement_id,
            changes={"verdict": (None, verdict), "said_on": (None, said_on)}
            | ({"evidence": (None, told(kept))} if kept else {}),
        )
    return view

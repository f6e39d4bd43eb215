"""What happened to an agreement since somebody read it: for a change that was made on what it was then."""

from datetime import date

from django.utils import timezone

from agreements.models import Agreement
from agreements.queries import dossier, versions
from audit.models import AuditEvent
from audit.trail import Actor
from lib.preconditions import Since, differing

# Told beside, or different from one day to the next.
_ASIDE = frozenset({"version", "legal_state", "answers"})


def since(agreement: Agreement, version: int, *, on: date, actor: Actor) -> Since:
    """When and by whom the record was changed last, and where it reads otherwise than in `version`.

    Where `actor` could not read that version, or the registry does not remember it, the place is the whole ("").
    """
    last = AuditEvent.objects.filter(chain=agreement.pk).order_by("-sequence").first()
    clocks = versions.Clocks(on, version=version)
    at = versions.moment(agreement, clocks, now=timezone.now())
    before = at and versions.document(agreement, at, on=on, actor=actor)
    after = dossier.read(dossier.with_proof(actor, on=on).get(pk=agreement.pk), proof=True)
    places = differing(_bare(before), _bare(after)) if before else [""]
    return Since(last and last.at, last.actor if last else "", list(places))


def _bare(document: dict) -> dict:
    return {name: value for name, value in document.items() if name not in _ASIDE}

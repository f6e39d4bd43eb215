"""Dossiers with and without proof, and records made of them, for the tests of proof."""

from django.test import Client
from django.utils import timezone

from agreements import services
from agreements.models import Agreement
from agreements.queries import dossier
from agreements.queries.sheet import sheet, with_everything
from agreements.services.drafting import keyed
from tests.factories import UserFactory, cited
from tests.factories import dossier as paper

REASON = "A note of the meeting, which nobody may publish."


def editor():
    return UserFactory(editor=True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def codes(refusal) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


def commitment(*, key: str = "c", quoted: bool = False) -> dict:
    words = [cited("organise events")] if quoted else []
    return {"key": key, "kind": "event", "texts": {"en": "hold events"}, "debtors": ["A"], "citations": words}


def bare(**changes) -> dict:
    """A dossier with one commitment and one date that nothing proves."""
    told = {"commitments": [commitment()], "dates": {"ends": {"basis": "none", "stated": "open-ended"}}}
    return paper(**told | changes)


def in_review(document: dict, by=None) -> Agreement:
    by = by or editor()
    agreement = services.register(document, by=by)
    return services.submit(agreement.pk, by=by)


def read(agreement: Agreement) -> dict:
    everything = Agreement.objects.all()
    rows = dossier.with_facts(
        everything.filter(pk=agreement.pk), on=timezone.localdate(), readable=everything
    )
    return dossier.read(dossier.with_citations(rows).get(), proof=True)


def written(agreement: Agreement) -> dict:
    """The dossier as a draft has it: what the registry tells itself is left out."""
    names = set(services.drafting._PLACES)
    return {name: value for name, value in keyed(read(agreement)).items() if name in names}


def published(document: dict) -> Agreement:
    agreement = in_review(document)
    return services.publish(agreement.pk, by=UserFactory(reviewer=True))


def shown(agreement: Agreement):
    rows = with_everything(Agreement.objects.filter(pk=agreement.pk), on=timezone.localdate())
    return sheet(rows.get(), on=timezone.localdate(), with_history=False)

"""Records and changes brought to where a review finds them, by the services."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from agreements import services
from agreements.models import Agreement, Draft
from agreements.queries import dossier
from agreements.services import drafting
from lib.problems import Refused
from organizations.models import User
from tests import factories
from tests.factories import UserFactory

WHY = "The letter names another place."


def record(author: User, state: str = "published") -> Agreement:
    """A record of `author`, with its proof, brought to `state` by the services."""
    agreement = services.register(factories.dossier(), by=author)
    other = UserFactory(reviewer=True)
    if state != "draft":
        services.submit(agreement.pk, by=author)
    if state in {"published", "withdrawn"}:
        services.publish(agreement.pk, by=other)
    if state == "withdrawn":
        services.withdraw(agreement.pk, reason="It was not signed.", by=other)
    agreement.refresh_from_db()
    return agreement


def document(agreement: Agreement, by: User) -> dict:
    readable = Agreement.objects.visible_to(by)
    rows = dossier.with_facts(readable.filter(pk=agreement.pk), on=timezone.localdate(), readable=readable)
    return dossier.read(dossier.with_citations(rows).get(), proof=True)


def change(agreement: Agreement, by: User, title: str = "Another title") -> Draft:
    """A change of the record, with one thing changed."""
    draft = drafting.reopen(agreement, document(agreement, by), by=by)
    return drafting.change(draft.pk, [("/titles/en", title)], seen=draft.version, by=by)


def submitted(agreement: Agreement, by: User) -> Draft:
    return drafting.submit(change(agreement, by).pk, reason=WHY, by=by)


def refusal(act: Callable, *given, **named) -> list[str]:
    with pytest.raises(Refused) as refused:
        act(*given, **named)
    return [each.code for each in refused.value.faults]


def client(user: User) -> Client:
    made = Client()
    made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return made


def said(response) -> str:
    return response.content.decode()

"""One agreement brought by SQL that is written once shows the sheet that is shown when everything is brought anew."""

import random
import re

import pytest
from django.test import Client

from agreements.models import Agreement
from agreements.queries import sheet
from agreements.views import browse
from lib import languages
from organizations.models import Anonymous
from tests.agreements.test_past import STEPS, History
from tests.agreements.test_rendered import link
from tests.factories import AgreementFactory, ProgressViewFactory

pytestmark = pytest.mark.django_db

MASKED = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
"""Drawn anew for each form."""


def anew(number: int, *, reader, on) -> Agreement | None:
    return sheet.with_everything(Agreement.objects.visible_to(reader), on=on).filter(number=number).first()


def shown(reader, code: str, language: str) -> tuple[int, str]:
    client = Client()
    if not isinstance(reader, Anonymous):
        client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/{language}/agreements/{code}/")
    return answer.status_code, MASKED.sub("", answer.content.decode())


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in range(1, 6))])
def test_to_everybody_after_any_change(people, monkeypatch, seed):
    history, dice = History(seed, people), random.Random(seed)  # noqa: S311  a draw that anybody may repeat
    link(history.agreement, AgreementFactory(confidentiality="restricted", published=True))
    link(AgreementFactory(confidentiality="restricted", published=True), history.agreement)
    commitment = history.agreement.commitments.order_by("number").first()
    for party in history.agreement.parties.order_by("position")[:2]:
        ProgressViewFactory(commitment=commitment, party=party)
    opened, readers = browse.opened, [*people.values(), Anonymous()]

    for _step in range(STEPS):
        history.step()
        for reader in dice.sample(readers, 3):
            language = dice.choice(languages.CODES)
            monkeypatch.setattr(browse, "opened", opened)
            told = shown(reader, history.agreement.code, language)
            monkeypatch.setattr(browse, "opened", anew)
            assert told == shown(reader, history.agreement.code, language)

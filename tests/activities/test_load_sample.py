"""The sample registry: what it holds, and that loading it twice changes nothing."""

import json
import re
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from activities import samples
from activities.fiction import Fiction
from activities.management.commands.load_sample import ROLES, password_for
from activities.models import Activity, Participation, ProgressView
from agreements.models import Agreement, AgreementIdentifier, Commitment, NoiseSpan, OpenQuestion, Party
from audit.verification import verify
from lib import languages
from organizations.models import Organization, User
from tests.seeds import facts

pytestmark = pytest.mark.django_db


def load(agreements: int = 0) -> str:
    """Run the command; what it printed."""
    printed = StringIO()
    call_command("load_sample", agreements=agreements, stdout=printed)
    return printed.getvalue()


def rows() -> dict[str, int]:
    """How many rows every table of the house holds."""
    house = ("audit", "organizations", "agreements", "activities")
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in house
    }


def sample(name: str) -> Agreement:
    return AgreementIdentifier.objects.get(scheme=samples.SCHEME, value=name).agreement


def every_text(part):
    """Every text in several languages below `part`."""
    if isinstance(part, list):
        for each in part:
            yield from every_text(each)
    elif isinstance(part, dict):
        for member, value in part.items():
            if member in {"texts", "titles", "names", "mandates", "purposes", "occasions"} and value:
                yield value
            else:
                yield from every_text(value)


class TestLoadSample:
    """The command."""

    def test_publishes_both_agreements_after_a_review_by_somebody_else(self):
        load()

        for name in samples.PRESS:
            agreement = sample(name)
            assert agreement.editorial_state == "published"
            assert (agreement.registered_by.role, agreement.reviewed_by.role) == ("contributor", "reviewer")

    def test_holds_the_totals_of_the_articles_it_retells(self):
        load()

        aman, entraide = (sample(name) for name in samples.PRESS)
        sandbox = ("registry-office", "sandbox", "sandbox-counterpart")
        assert Organization.objects.exclude(slug__in=sandbox).count() == 6
        assert (aman.commitments.count(), entraide.commitments.count()) == (5, 5)
        assert (aman.objectives.count(), entraide.objectives.count()) == (4, 2)
        assert (aman.statements.count(), entraide.statements.count()) == (4, 3)
        assert (aman.advantages.count(), entraide.advantages.count()) == (2, 3)
        assert aman.statements.filter(speaker=None).count() == 1
        assert {each.signed_basis for each in (aman, entraide)} == {"relative"}
        assert OpenQuestion.objects.filter(resolved_at=None).count() == 4
        assert NoiseSpan.objects.count() == 11
        assert not Agreement.objects.filter(amount__isnull=False).exists()
        assert not Activity.objects.exists()

    def test_twice_changes_nothing(self):
        load(agreements=6)
        before = rows()

        load(agreements=6)
        load()

        assert rows() == before

    def test_adds_only_the_missing_ones(self):
        load(agreements=4)
        first = {each.value: each.agreement_id for each in AgreementIdentifier.objects.all()}

        load(agreements=9)

        now = {each.value: each.agreement_id for each in AgreementIdentifier.objects.all()}
        assert first.items() <= now.items()
        assert len(now) == 2 + 9 + 1  # and the sandbox

    def test_leaves_a_trail_that_verifies(self):
        load(agreements=3)

        assert verify().faults == []

    def test_prints_passwords_that_open_the_accounts(self):
        told = dict(re.findall(r"^\w+ +(\S+@mithaq\.example) +(\S{16})$", load(), re.MULTILINE))

        assert len(told) == len(ROLES) == 5
        for email, password in told.items():
            assert User.objects.get(email=email).check_password(password)

    def test_does_not_tell_a_password_that_was_changed(self):
        load()
        user = User.objects.get(email="editor@mithaq.example")
        user.set_password("another one")
        user.save()

        assert re.search(r"editor@mithaq\.example +\(changed since\)", load())

    def test_refuses_in_words_when_an_organization_stands_in_the_way(self):
        Organization.objects.create(slug="bayti", source_language="en", name_en="Another Bayti")

        with pytest.raises(CommandError, match="/organizations/1/slug"):
            load()

        assert not Agreement.objects.exists()


class TestPassword:
    """The password of a sample account."""

    def test_is_another_one_in_every_installation_and_for_every_role(self):
        with override_settings(SECRET_KEY="one"):
            one = {password_for(role) for role in ROLES}
        with override_settings(SECRET_KEY="other"):
            other = {password_for(role) for role in ROLES}

        assert len(one | other) == 2 * len(ROLES)


@pytest.mark.parametrize("name", samples.PRESS)
class TestDossier:
    """A dossier of `samples/`, as it is written."""

    def test_says_everything_in_three_languages(self, name):
        assert [text for text in every_text(samples.read(name)) if set(text) != set(languages.CODES)] == []

    def test_quotes_its_source_at_the_right_place(self, name):
        dossier = samples.read(name)
        [source] = dossier["sources"]

        assert all(
            source["text"][each["start"] : each["end"]] == each["quote"] for each in dossier["citations"]
        )

    @facts.needed
    def test_repeats_no_sentence_of_the_article(self, name):
        letter = "AB"[samples.PRESS.index(name)]
        article, ours = (
            re.findall(r"\w+", text.casefold())
            for text in (facts.article(letter), (samples.FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
        )
        runs = {tuple(article[i : i + 9]) for i in range(len(article) - 8)}

        assert not [ours[i : i + 9] for i in range(len(ours) - 8) if tuple(ours[i : i + 9]) in runs]


def test_a_quote_that_is_not_in_the_source_is_refused_by_its_words(tmp_path, monkeypatch):
    (tmp_path / "note.txt").write_text("Aya and Bee met.", encoding="utf-8")
    dossier = {
        "sources": [{"key": "note", "file": "note.txt", "noise": []}],
        "citations": [{"quote": "Aya and Cee met"}],
    }
    (tmp_path / "note.json").write_text(json.dumps(dossier), encoding="utf-8")
    monkeypatch.setattr(samples, "FOLDER", tmp_path)

    with pytest.raises(ValueError, match="Aya and Cee met"):
        samples.read("note")


class TestFiction:
    """Fictional agreements."""

    def test_are_seen_to_be_invented(self):
        load(agreements=12)

        marks = re.compile(r"fictional|fictif|fictive|وهمي", re.IGNORECASE)
        invented = Agreement.objects.filter(identifiers__value__startswith="fictional-")
        for agreement in invented:
            assert all(marks.search(text) for text in languages.texts(agreement, "title").values())
            for party in agreement.parties.all():
                names = languages.texts(party.organization, "name")
                assert all(marks.search(text) for text in names.values())
        assert invented.count() == 12

    def test_are_the_same_whatever_is_loaded_around_them(self):
        numbers = range(1, 8)
        in_an_empty_registry = [Fiction().write(number).text for number in numbers]

        load(agreements=5)

        assert [Fiction().write(number).text for number in numbers] == in_an_empty_registry


@pytest.fixture(scope="class")
def invented(django_db_setup, django_db_blocker):
    """Fifty fictional agreements, entered once for a class; taken back after its last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(agreements=50)
        yield Agreement.objects.filter(identifiers__value__startswith="fictional-")
        transaction.set_rollback(True)


@pytest.mark.usefixtures("invented")
class TestManyFictionalAgreements:
    """Fifty of them, loaded once."""

    def test_vary_as_agreements_do(self, invented):
        assert {each.source_language for each in invented} == set(languages.CODES)
        assert {each.signed_basis for each in invented} == {"stated", "relative", "not_stated"}
        assert {each.ends_basis for each in invented} == {"stated", "none", "not_stated"}
        assert {each.parties.count() for each in invented} >= {2, 3, 4}
        commitments = Commitment.objects.filter(agreement__in=invented)
        assert {each.debtor_links.count() for each in commitments} >= {1, 2}

    def test_favour_a_few_bodies(self, invented):
        parties = Counter(Party.objects.filter(agreement__in=invented).values_list("organization", flat=True))

        assert max(parties.values()) > 5 * min(parties.values())

    def test_cite_what_they_state(self, invented):
        counted = Commitment.objects.filter(quantity__isnull=False)
        assert counted.exists()
        assert not counted.exclude(citations__about="quantity").exists()
        assert not invented.filter(signed_basis="stated").exclude(citations__about="signed").exists()

    def test_have_activities_of_which_none_is_held_ahead(self):
        held = Activity.objects.filter(status="held")
        assert held.exists()
        assert all(activity.held.latest < date(2026, 7, 1) for activity in held)
        assert Participation.objects.exists()
        assert ProgressView.objects.exists()

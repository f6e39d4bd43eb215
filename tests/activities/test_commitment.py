"""The words of the parties on a commitment stand side by side; silence is told, nobody speaks for another."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import ProgressView
from activities.queries import words
from tests.activities.conftest import files, form_of, signed_in
from tests.factories import ApiTokenFactory, FulfilmentFactory, ProgressViewFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2024, 12, 1)


@pytest.fixture
def address(commitment):
    return reverse("commitment", args=[commitment.pk])


@pytest.fixture
def say(commitment):
    def say(index, verdict, said_on):
        party = commitment.agreement.parties.order_by("position")[index]
        return ProgressViewFactory(commitment=commitment, party=party, verdict=verdict, said_on=said_on)

    return say


def page(commitment, on=TODAY) -> words.CommitmentPage:
    return words.commitment_page(commitment.pk, actor=UserFactory(), on=on)


class TestTheWords:
    def test_of_each_party_are_its_latest_with_its_earlier_ones_behind(self, commitment, say):
        old, new = say(0, "partly", date(2024, 7, 1)), say(0, "kept", date(2024, 11, 1))
        say(0, "not_kept", date(2025, 1, 1))  # not yet said on that day

        first, second = page(commitment).voices

        assert (first.latest, first.earlier, first.days) == (new, [old], -30)
        assert (second.latest, second.earlier, second.days) == (None, [], None)

    @pytest.mark.parametrize(
        ("verdicts", "accord"),
        [
            ((None, None), "nobody"),
            (("kept", None), "one"),
            (("kept", "unknown"), "one"),
            (("kept", "kept"), "agree"),
            (("kept", "partly"), "disagree"),
        ],
    )
    def test_agree_or_not_and_are_never_averaged(self, commitment, say, verdicts, accord):
        for index, verdict in enumerate(verdicts):
            if verdict:
                say(index, verdict, date(2024, 11, 1))

        assert page(commitment).accord == accord

    def test_turn_to_silence_after_six_months_without_touching_the_status(self, commitment, say):
        FulfilmentFactory(commitment=commitment)
        say(0, "kept", date(2024, 6, 1))
        say(1, "kept", date(2024, 5, 31))
        told = page(commitment)

        assert [each.silent for each in told.voices] == [False, True]
        assert told.commitment.standing.progress == "in_progress"
        assert (
            told.commitment.standing.progress
            == page(commitment, on=date(2025, 12, 1)).commitment.standing.progress
        )

    def test_show_silence_in_words_with_its_age(self, commitment, say, address):
        say(0, "kept", timezone.localdate() - timedelta(days=365 * 3))
        text = Client().get(address).content.decode()

        assert "Has said nothing more since" in text
        assert "3 years ago" in text
        assert "Has said nothing yet." in text


class TestSaying:
    def send(self, client, address, **changes):
        action = f"{address}word/"
        sent = form_of(client.get(address), action=action) | {"verdict": "partly"} | changes
        return client.post(action, sent)

    def test_records_the_word_of_ones_own_organization_with_its_files(self, member, parties, address):
        answer = self.send(
            signed_in(member), address, note="Half of it.", evidence=[SimpleUploadedFile("a.txt", b"words")]
        )

        view = ProgressView.objects.get()
        assert answer["Location"] == address
        assert (view.verdict, view.note, view.said_on) == ("partly", "Half of it.", timezone.localdate())
        assert view.party.organization == parties[0]
        assert view.evidence.get().name == "a.txt"
        assert "a.txt" in Client().get(address).content.decode()

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"verdict": ""}, "id_verdict_0"),
            ({"said_on": "2024-05"}, "id_said_on"),
            ({"said_on": "2999-01-01"}, "id_said_on"),
            ({"said_on": "soon"}, "id_said_on"),
            ({"evidence": [SimpleUploadedFile("a.exe", b"MZ\0")]}, "id_evidence"),
        ],
    )
    def test_tells_what_is_wrong_at_its_place(self, member, address, changes, where):
        answer = self.send(signed_in(member), address, note="kept as typed", **changes)

        assert [target for target, _label, _message in answer.context["errors"]] == [where]
        assert "kept as typed" in answer.content.decode()
        assert not ProgressView.objects.exists()
        assert not files()

    def test_says_one_thing_a_day(self, member, address):
        client = signed_in(member)
        self.send(client, address)
        answer = self.send(client, address, verdict="kept", evidence=[SimpleUploadedFile("a.txt", b"words")])

        assert "already said something on this day" in answer.content.decode()
        assert ProgressView.objects.get().verdict == "partly"
        assert not files()

    def test_is_offered_to_nobody_but_people_of_the_parties(
        self, member, partner, stranger, address, parties
    ):
        offered = "Say how far it is"
        silent = [
            Client(),
            *map(
                signed_in,
                [
                    stranger,
                    UserFactory(editor=True),
                    UserFactory(administrator=True),
                    UserFactory(organization=parties[0]),
                ],
            ),
        ]

        assert all(offered in signed_in(each).get(address).content.decode() for each in (member, partner))
        assert all(offered not in each.get(address).content.decode() for each in silent)

    def test_is_refused_to_whoever_is_no_party(self, stranger, address):
        for by in (stranger, UserFactory(editor=True)):
            assert signed_in(by).post(f"{address}word/", {"verdict": "kept"}).status_code == 403
        assert Client().post(f"{address}word/", {"verdict": "kept"}).status_code == 302
        assert not ProgressView.objects.exists()

    def test_is_not_open_to_a_token(self, address, parties):
        """Systems speak over the API: a page knows only people who signed in."""
        secret = ApiTokenFactory(organization=parties[0]).secret
        headers = {"Authorization": f"Bearer {secret}"}

        assert Client().post(f"{address}word/", {"verdict": "kept"}, headers=headers).status_code == 302


class TestTheCommitment:
    def test_is_not_there_for_whoever_may_not_read_its_agreement(self, member, secret):
        for client in (Client(), signed_in(member)):
            assert client.get(reverse("commitment", args=[secret.pk])).status_code == 404
        assert signed_in(member).post(reverse("progress-report", args=[secret.pk])).status_code == 404

    def test_shows_what_counts_toward_it(self, commitment, address):
        fulfilment = FulfilmentFactory(commitment=commitment)

        assert fulfilment.activity.get_absolute_url() in Client().get(address).content.decode()

    def test_is_linked_from_the_sheet(self, commitment, address):
        assert address in Client().get(commitment.agreement.get_absolute_url()).content.decode()

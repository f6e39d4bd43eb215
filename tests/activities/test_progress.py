"""A party speaks only for itself, once a day, and nobody's word replaces another's."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from activities import services
from activities.models import ProgressView
from agreements.models import Commitment
from audit.models import AuditEvent
from lib.problems import Refused
from tests.factories import (
    AgreementFactory,
    ApiTokenFactory,
    CommitmentFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = date(2024, 6, 1)


@pytest.fixture
def commitment():
    return CommitmentFactory(agreement=AgreementFactory(published=True))


@pytest.fixture
def parties(commitment):
    return commitment.agreement.parties.order_by("position")


def of(party):
    """Somebody who acts for the organization of `party`."""
    return UserFactory(contributor=True, organization=party.organization)


def say(commitment, party, by, verdict="kept", **changes) -> ProgressView:
    return services.report_progress(
        commitment.pk, party_id=party.pk, verdict=verdict, said_on=DAY, by=by, **changes
    )


class TestReportProgress:
    def test_keeps_the_word_of_a_party_in_the_history_of_the_agreement(self, commitment, parties):
        by = of(parties[0])

        view = say(commitment, parties[0], by, note="All of it.")

        assert (view.verdict, view.note, view.said_on) == ("kept", "All of it.", DAY)
        event = AuditEvent.objects.get(verb="progress.reported")
        assert (event.chain, event.actor_id) == (commitment.agreement_id, f"user:{by.pk}")
        assert event.organization_id == parties[0].organization_id

    def test_keeps_contradicting_words_side_by_side(self, commitment, parties):
        say(commitment, parties[0], of(parties[0]), "kept")
        say(commitment, parties[1], of(parties[1]), "not_kept")

        assert set(commitment.progress_views.values_list("verdict", flat=True)) == {"kept", "not_kept"}

    def test_is_open_to_the_partys_own_system(self, commitment, parties):
        say(commitment, parties[0], ApiTokenFactory(organization=parties[0].organization))

    @pytest.mark.parametrize("role", ["editor", "reviewer", "administrator"])
    def test_is_refused_to_whoever_speaks_for_another(self, commitment, parties, role):
        """Not even the office of the registry puts words into a party's mouth."""
        for by in (of(parties[1]), UserFactory(**{role: True})):
            with pytest.raises(PermissionDenied, match="speaks only for itself"):
                say(commitment, parties[0], by)

        assert not ProgressView.objects.exists()

    def test_is_refused_to_a_reader_of_the_party(self, commitment, parties):
        with pytest.raises(PermissionDenied):
            say(commitment, parties[0], UserFactory(organization=parties[0].organization))

    def test_is_refused_for_a_party_of_another_agreement(self, commitment):
        party = AgreementFactory(published=True).parties.first()

        with pytest.raises(Refused) as refusal:
            say(commitment, party, of(party))

        assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/party", "not_a_party")]

    def test_is_refused_a_second_time_on_one_day(self, commitment, parties):
        say(commitment, parties[0], of(parties[0]))

        with pytest.raises(Refused, match="already said something on this day") as refusal:
            say(commitment, parties[0], of(parties[0]), "not_kept")
        (fault,) = refusal.value.faults
        assert (fault.pointer, fault.code) == ("/said_on", "party_says_one_thing_a_day")

        assert ProgressView.objects.get().verdict == "kept"

    def test_is_refused_for_a_verdict_that_is_none(self, commitment, parties):
        with pytest.raises(ValidationError) as refusal:
            say(commitment, parties[0], of(parties[0]), "80 %")

        assert "verdict" in refusal.value.error_dict

    def test_does_not_show_that_a_hidden_commitment_is_there(self):
        hidden = CommitmentFactory(agreement=AgreementFactory(published=True, confidentiality="restricted"))
        stranger = UserFactory(contributor=True, organization=OrganizationFactory())

        with pytest.raises(Commitment.DoesNotExist):
            say(hidden, hidden.agreement.parties.first(), stranger)

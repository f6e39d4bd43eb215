"""From draft to published and back: who may, from where, and what stays of it."""

import pytest
from django.core.exceptions import PermissionDenied

from agreements import services
from agreements.models import Agreement, OpenQuestion
from audit.models import AuditEvent
from lib.problems import Refused
from organizations.models import Anonymous, System
from tests.factories import (
    TESTS,
    AgreementFactory,
    ApiTokenFactory,
    CitationFactory,
    OpenQuestionFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MOVES = {
    "submit": lambda agreement, by: services.submit(agreement.pk, by=by),
    "publish": lambda agreement, by: services.publish(agreement.pk, by=by),
    "send_back": lambda agreement, by: services.send_back(agreement.pk, reason="Quote the article.", by=by),
    "call_back": lambda agreement, by: services.call_back(agreement.pk, by=by),
    "withdraw": lambda agreement, by: services.withdraw(agreement.pk, reason="It was not signed.", by=by),
}
FROM = {
    "submit": ({"draft"}, "in_review", "agreement.submitted"),
    "publish": ({"in_review"}, "published", "agreement.published"),
    "send_back": ({"in_review", "withdrawn"}, "draft", "agreement.sent_back"),
    "call_back": ({"in_review"}, "draft", "agreement.called_back"),
    "withdraw": ({"published"}, "withdrawn", "agreement.withdrawn"),
}


def in_state(state: str, **columns) -> Agreement:
    """A record whose parties are proved, as publication asks."""
    agreement = AgreementFactory(**({} if state == "draft" else {state: True}), **columns)
    for each in agreement.parties.all():
        CitationFactory(agreement=agreement, party=each)
    return agreement


def reviewer():
    return UserFactory(reviewer=True)


def codes(refusal) -> list[str]:
    return [fault.code for fault in refusal.value.faults]


class TestAMove:
    @pytest.mark.parametrize("state", Agreement.EditorialState.values)
    @pytest.mark.parametrize("move", MOVES)
    def test_is_made_from_where_it_is_allowed_and_refused_elsewhere(self, move, state):
        by = reviewer()
        agreement = in_state(state, registered_by=by if move == "call_back" else None)
        allowed, after, verb = FROM[move]

        if state not in allowed:
            with pytest.raises(Refused) as refusal:
                MOVES[move](agreement, by)
            assert codes(refusal) == ["state_does_not_allow_it"]
            after, told = state, 0
        else:
            MOVES[move](agreement, by)
            told = 1

        agreement.refresh_from_db()
        assert (agreement.editorial_state, agreement.version) == (after, 1 + told)
        assert AuditEvent.objects.filter(chain=agreement.pk, verb=verb).count() == told

    @pytest.mark.parametrize("move", MOVES)
    def test_tells_who_made_it_and_why(self, move):
        by = reviewer()
        agreement = in_state(min(FROM[move][0]), registered_by=by if move == "call_back" else None)

        MOVES[move](agreement, by)

        event = AuditEvent.objects.filter(chain=agreement.pk).latest("sequence")
        assert event.actor_id == f"user:{by.pk}"
        assert event.changes["editorial_state"]["new"] == FROM[move][1]
        assert bool(event.reason) == (move in {"send_back", "withdraw"})

    @pytest.mark.parametrize("role", ["contributor", "editor"])
    @pytest.mark.parametrize("move", ["publish", "send_back", "withdraw"])
    def test_of_a_review_is_refused_to_whoever_may_not_review(self, move, role):
        agreement = in_state(min(FROM[move][0]))

        with pytest.raises(PermissionDenied):
            MOVES[move](agreement, UserFactory(**{role: True}))

        agreement.refresh_from_db()
        assert agreement.version == 1

    @pytest.mark.parametrize("move", ["send_back", "withdraw"])
    @pytest.mark.parametrize("reason", ["", "   "])
    def test_against_the_author_is_refused_without_a_reason(self, move, reason):
        agreement = in_state(min(FROM[move][0]))

        with pytest.raises(Refused) as refusal:
            getattr(services, move)(agreement.pk, reason=reason, by=reviewer())

        assert codes(refusal) == ["reason_missing"]
        assert refusal.value.faults[0].pointer == "/reason"


class TestSubmit:
    def test_is_the_authors_to_do(self):
        author = UserFactory(contributor=True)

        services.submit(in_state("draft", registered_by=author).pk, by=author)

    def test_is_an_editors_to_do(self):
        services.submit(in_state("draft", registered_by=UserFactory()).pk, by=UserFactory(editor=True))

    def test_is_not_another_contributors_to_do(self):
        agreement = in_state("draft", registered_by=UserFactory(contributor=True))

        with pytest.raises(PermissionDenied):
            services.submit(agreement.pk, by=UserFactory(contributor=True))

    @pytest.mark.parametrize("stranger", [ApiTokenFactory, Anonymous], ids=["another system", "a reader"])
    def test_of_what_a_system_entered_is_not_anybodys_to_do(self, stranger):
        agreement = in_state("draft", registered_for=OrganizationFactory())

        with pytest.raises(PermissionDenied):
            services.submit(agreement.pk, by=stranger())


class TestPublish:
    def test_names_the_reviewer(self):
        by = reviewer()

        agreement = services.publish(in_state("in_review").pk, by=by)

        assert agreement.reviewed_by == by

    def test_is_refused_to_the_author(self):
        author = reviewer()
        agreement = in_state("in_review", registered_by=author)

        with pytest.raises(Refused) as refusal:
            services.publish(agreement.pk, by=author)

        assert codes(refusal) == ["author_reviews"]
        agreement.refresh_from_db()
        assert agreement.editorial_state == "in_review"

    def test_is_refused_to_a_command_which_has_no_name(self):
        agreement = in_state("in_review")

        with pytest.raises(Refused) as refusal:
            services.publish(agreement.pk, by=System("tests"))

        assert codes(refusal) == ["agreement_is_published_by_somebody_other_than_its_author"]
        assert "Somebody other than its author" in str(refusal.value)

    @pytest.mark.parametrize("parties", [0, 1])
    def test_is_refused_in_words_with_fewer_than_two_parties(self, parties):
        agreement = in_state("in_review", parties=OrganizationFactory.create_batch(parties))

        with pytest.raises(Refused) as refusal:
            services.publish(agreement.pk, by=reviewer())

        assert codes(refusal) == ["agreement_is_published_with_two_parties"]
        assert "A published agreement has at least two parties." in str(refusal.value)
        agreement.refresh_from_db()
        assert (agreement.editorial_state, agreement.version) == ("in_review", 1)

    def test_may_come_again_after_a_withdrawal(self):
        author, by = UserFactory(contributor=True), reviewer()
        agreement = in_state("published", registered_by=author)

        services.withdraw(agreement.pk, reason="It was not signed.", by=by)
        services.send_back(agreement.pk, reason="It was, after all.", by=by)
        services.submit(agreement.pk, by=author)
        services.publish(agreement.pk, by=by)

        agreement.refresh_from_db()
        assert (agreement.editorial_state, agreement.version) == ("published", 5)


class TestRecordsOfAPublishedAgreement:
    def test_are_not_taken_away_below_two_parties(self):
        agreement = in_state("published")

        with pytest.raises(Refused, match="at least two parties"):
            services.remove(agreement.parties.last(), by=UserFactory(editor=True))

        assert agreement.parties.count() == 2
        assert Agreement.objects.get(pk=agreement.pk).version == 1

    def test_count_its_version_up_when_they_change(self):
        agreement = in_state("published")
        party = agreement.parties.first()
        party.name_as_written = "the centre"

        services.store(party, by=UserFactory(editor=True))

        assert Agreement.objects.get(pk=agreement.pk).version == 2
        assert AuditEvent.objects.filter(chain=agreement.pk, verb="party.changed").count() == 1

    def test_count_nothing_up_when_they_do_not(self):
        agreement = in_state("published")

        services.store(agreement.parties.first(), by=UserFactory(editor=True))
        services.store(Agreement.objects.get(pk=agreement.pk), by=UserFactory(editor=True))

        assert Agreement.objects.get(pk=agreement.pk).version == 1


class TestResolveQuestion:
    def test_names_the_reviewer_and_keeps_the_words(self):
        question, by = OpenQuestionFactory(), reviewer()

        services.resolve_question(question.pk, resolution="  Its own cadres.  ", by=by)

        question.refresh_from_db()
        assert (question.resolution, question.resolved_by) == ("Its own cadres.", by.name)
        assert question.resolved_at is not None
        assert question.agreement.version == 2
        event = AuditEvent.objects.get(verb="question.resolved")
        assert (event.chain, event.changes["resolution"]["new"]) == (question.agreement_id, "Its own cadres.")

    @pytest.mark.parametrize("resolution", ["", " \n"])
    def test_is_refused_without_words(self, resolution):
        question = OpenQuestionFactory()

        with pytest.raises(Refused) as refusal:
            services.resolve_question(question.pk, resolution=resolution, by=reviewer())

        assert codes(refusal) == ["resolution_missing"]
        assert OpenQuestion.objects.get(pk=question.pk).resolved_at is None

    def test_is_refused_a_second_time(self):
        question = OpenQuestionFactory()
        services.resolve_question(question.pk, resolution="Its own cadres.", by=reviewer())

        with pytest.raises(Refused) as refusal:
            services.resolve_question(question.pk, resolution="Those of others.", by=reviewer())

        assert codes(refusal) == ["already_resolved"]
        assert OpenQuestion.objects.get(pk=question.pk).resolution == "Its own cadres."

    @pytest.mark.parametrize("role", ["contributor", "editor"])
    def test_is_refused_to_whoever_may_not_review(self, role):
        with pytest.raises(PermissionDenied):
            services.resolve_question(
                OpenQuestionFactory().pk, resolution="Its own cadres.", by=UserFactory(**{role: True})
            )

    def test_leaves_the_fact_as_it_is(self):
        question = OpenQuestionFactory()

        services.resolve_question(question.pk, resolution="Its own cadres.", by=TESTS)

        assert AuditEvent.objects.filter(verb__startswith="question.").count() == 1

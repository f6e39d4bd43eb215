"""Where an agreement stands on a day, and how far its commitments are: computed, never assumed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Agreement, Commitment, LifecycleEvent
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries.progress import FOLLOWED, Progress, standing, tally
from lib.claims import Basis, DateClaim
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    CommitmentFactory,
    FulfilmentFactory,
    LifecycleEventFactory,
    ProgressViewFactory,
    on,
)

pytestmark = pytest.mark.django_db

DAY = date(2024, 6, 1)
BEFORE, AFTER = DAY - timedelta(1), DAY + timedelta(1)
NO_END = DateClaim("sans limite de durée", basis=Basis.NONE)
YESTERDAY = DateClaim("yesterday", basis=Basis.RELATIVE)


def between(earliest: date | None, latest: date | None) -> DateClaim:
    return DateClaim("as written", earliest, latest, Basis.STATED)


def exactly(day: date) -> DateClaim:
    return between(day, day)


YEAR = between(date(2024, 1, 1), date(2024, 12, 31))


def state(agreement: Agreement, day: date = DAY) -> str:
    return with_legal_state(Agreement.objects.filter(pk=agreement.pk), on=day).get().legal_state


class TestTheLegalState:
    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            # What a press article says, as a rule.
            ({}, "term_not_stated"),
            ({"signed": YESTERDAY}, "term_not_stated"),
            ({"signed": exactly(BEFORE)}, "term_not_stated"),
            ({"signed": exactly(BEFORE), "effective": exactly(BEFORE)}, "term_not_stated"),
            ({"effective": exactly(BEFORE), "ends": YESTERDAY}, "term_not_stated"),
            ({"signed": exactly(BEFORE), "ends": NO_END}, "start_not_stated"),
            ({"signed": exactly(BEFORE), "ends": exactly(AFTER)}, "start_not_stated"),
            ({"effective": YESTERDAY, "ends": NO_END}, "start_not_stated"),
            # Both ends of a term are in force.
            ({"effective": exactly(DAY), "ends": exactly(DAY)}, "in_force"),
            ({"effective": exactly(BEFORE), "ends": exactly(AFTER)}, "in_force"),
            ({"effective": exactly(BEFORE), "ends": NO_END}, "in_force"),
            ({"effective": between(None, DAY), "ends": between(DAY, None)}, "in_force"),
            # Not yet, and no longer.
            ({"effective": exactly(AFTER)}, "not_yet_in_force"),
            ({"effective": exactly(AFTER), "ends": NO_END}, "not_yet_in_force"),
            ({"ends": exactly(BEFORE)}, "ended"),
            ({"effective": exactly(BEFORE), "ends": exactly(BEFORE)}, "ended"),
            ({"ends": between(None, BEFORE)}, "ended"),
            # A year is not a day.
            ({"effective": YEAR, "ends": NO_END}, "uncertain"),
            ({"effective": exactly(BEFORE), "ends": YEAR}, "uncertain"),
            ({"effective": between(BEFORE, AFTER), "ends": NO_END}, "uncertain"),
            ({"effective": exactly(BEFORE), "ends": between(None, AFTER)}, "uncertain"),
            ({"effective": exactly(BEFORE), "ends": between(BEFORE, AFTER)}, "uncertain"),
        ],
    )
    def test_is_what_the_claims_bear_out(self, claims, expected):
        assert state(AgreementFactory(**claims)) == expected

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2011, 12, 31), "not_yet_in_force"),
            (date(2012, 1, 1), "in_force"),
            (date(2014, 12, 31), "in_force"),
            (date(2015, 1, 1), "ended"),
        ],
    )
    def test_changes_with_the_day_that_is_asked_for(self, day, expected):
        agreement = AgreementFactory(effective=on(2012, 1, 1), ends=on(2014, 12, 31))

        assert state(agreement, day) == expected

    def test_is_known_of_every_agreement_and_has_words(self):
        AgreementFactory.create_batch(3)

        found = {each.legal_state for each in with_legal_state(Agreement.objects.all(), on=DAY)}
        assert {str(LegalState(each).label) for each in found} == {"signed; term not stated"}

    CLAIMS = st.one_of(
        st.just(DateClaim()),
        st.just(YESTERDAY),
        st.just(NO_END),
        st.tuples(
            st.none() | st.dates(date(2023, 1, 1), date(2025, 12, 31)),
            st.none() | st.integers(0, 500),
        ).map(
            lambda ends: (
                between(ends[0], ends[0] + timedelta(ends[1]))
                if ends[0] and ends[1] is not None
                else (between(ends[0], None) if ends[0] else DateClaim())
            )
        ),
    )

    @given(CLAIMS, CLAIMS, CLAIMS)
    def test_is_never_in_force_unless_start_and_end_say_so_for_certain(self, signed, effective, ends):
        row = Agreement.objects.first() or AgreementFactory(parties=[])
        row.signed, row.effective, row.ends = signed, effective, ends
        row.save()

        if state(row) == LegalState.IN_FORCE:
            assert effective.latest is not None
            assert effective.latest <= DAY
            assert ends == NO_END or (ends.earliest is not None and ends.earliest >= DAY)


class TestALifecycleEvent:
    @pytest.fixture
    def agreement(self) -> Agreement:
        """In force from 2024 on, without an end."""
        return AgreementFactory(effective=on(2024, 1, 1), ends=NO_END)

    def happen(self, agreement, *events) -> None:
        for kind, occurred, *ends in events:
            claims = {"ends": ends[0]} if ends else {}
            LifecycleEventFactory(agreement=agreement, kind=kind, occurred=occurred, **claims)

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([], "in_force"),
            ([("suspension", exactly(BEFORE))], "suspended"),
            ([("suspension", exactly(DAY))], "suspended"),
            ([("suspension", exactly(AFTER))], "in_force"),
            ([("suspension", on(2024, 2, 1)), ("resumption", on(2024, 3, 1))], "in_force"),
            ([("resumption", on(2024, 3, 1)), ("suspension", on(2024, 2, 1))], "in_force"),
            ([("suspension", on(2024, 2, 1)), ("resumption", exactly(AFTER))], "suspended"),
            ([("termination", on(2024, 2, 1))], "ended"),
            ([("termination", exactly(AFTER))], "in_force"),
            ([("suspension", on(2024, 2, 1)), ("termination", on(2024, 3, 1))], "ended"),
        ],
    )
    def test_counts_from_its_day_on(self, agreement, events, expected):
        self.happen(agreement, *events)

        assert state(agreement) == expected

    def test_leaves_the_state_open_while_it_may_have_happened(self, agreement):
        self.happen(agreement, ("suspension", YEAR))

        assert state(agreement) == "uncertain"

    @pytest.mark.parametrize(
        ("renewal", "expected"),
        [
            (("renewal", on(2024, 2, 1), exactly(AFTER)), "in_force"),
            (("renewal", on(2024, 2, 1), NO_END), "in_force"),
            (("renewal", on(2024, 2, 1), YESTERDAY), "term_not_stated"),
            (("renewal", on(2024, 2, 1), exactly(BEFORE)), "ended"),
            (("renewal", on(2024, 2, 1)), "ended"),
            (("renewal", exactly(AFTER), NO_END), "ended"),
        ],
    )
    def test_that_renews_replaces_the_end_when_it_states_one(self, renewal, expected):
        agreement = AgreementFactory(effective=on(2023, 1, 1), ends=on(2024, 3, 1))

        self.happen(agreement, renewal)

        assert state(agreement) == expected

    def test_that_renews_last_states_the_end(self):
        agreement = AgreementFactory(effective=on(2020, 1, 1), ends=on(2021, 1, 1))
        self.happen(
            agreement,
            ("renewal", on(2022, 1, 1), on(2025, 1, 1)),
            ("renewal", on(2021, 1, 1), on(2022, 1, 1)),
        )

        assert state(agreement) == "in_force"

    def test_of_another_agreement_changes_nothing(self, agreement):
        self.happen(AgreementFactory(), ("termination", on(2024, 2, 1)))

        assert state(agreement) == "in_force"
        assert LifecycleEvent.objects.count() == 1

    @pytest.mark.parametrize("kind", ["termination", "suspension"])
    def test_without_a_known_day_leaves_the_state_open(self, agreement, kind):
        self.happen(agreement, (kind, YESTERDAY))

        assert state(agreement) == "uncertain"


def asked(commitment: Commitment, day: date = DAY):
    return standing(Commitment.objects.prefetch_related(*FOLLOWED).get(pk=commitment.pk), on=day)


class TestTheStandingOfACommitment:
    @pytest.fixture
    def commitment(self) -> Commitment:
        return CommitmentFactory()

    def count(self, commitment, extent: str, **activity) -> None:
        FulfilmentFactory(commitment=commitment, extent=extent, activity=ActivityFactory(**activity))

    def test_is_no_news_where_nothing_is_recorded(self, commitment):
        assert asked(commitment).progress == Progress.NO_NEWS

    @pytest.mark.parametrize(
        ("extent", "activity", "expected"),
        [
            ("whole", {"status": "held", "held": exactly(DAY)}, "fulfilled"),
            ("whole", {"status": "held", "held": exactly(AFTER)}, "no_news"),
            ("whole", {"status": "held", "held": YEAR}, "no_news"),
            ("whole", {"status": "held"}, "fulfilled"),
            ("whole", {"status": "planned", "held": exactly(BEFORE)}, "no_news"),
            ("whole", {"status": "cancelled", "held": exactly(BEFORE)}, "no_news"),
            ("part", {"status": "held", "held": exactly(BEFORE)}, "in_progress"),
            ("part", {"status": "planned", "held": exactly(BEFORE)}, "no_news"),
        ],
    )
    def test_counts_what_was_held_for_certain(self, commitment, extent, activity, expected):
        self.count(commitment, extent, **activity)

        assert asked(commitment).progress == expected

    def test_is_never_the_sum_of_parts(self, commitment):
        for _ in range(5):
            self.count(commitment, "part", status="held")

        assert asked(commitment).progress == Progress.IN_PROGRESS

    @pytest.mark.parametrize(
        ("due", "expected"),
        [
            (exactly(BEFORE), "overdue"),
            (exactly(DAY), "no_news"),
            (exactly(AFTER), "no_news"),
            (YEAR, "no_news"),
            (between(None, BEFORE), "overdue"),
            (between(BEFORE, None), "no_news"),
            (YESTERDAY, "no_news"),
            (NO_END, "no_news"),
        ],
    )
    def test_is_overdue_only_when_the_last_possible_day_has_passed(self, due, expected):
        assert asked(CommitmentFactory(due=due)).progress == expected

    def test_is_fulfilled_even_when_it_came_late(self):
        commitment = CommitmentFactory(due=on(2024, 1, 1))
        self.count(commitment, "whole", status="held", held=exactly(BEFORE))

        assert asked(commitment).progress == Progress.FULFILLED
        assert asked(commitment, date(2024, 2, 1)).progress == Progress.OVERDUE

    def test_is_not_what_a_party_says(self, commitment):
        ProgressViewFactory(commitment=commitment, verdict="kept", said_on=BEFORE)

        assert asked(commitment).progress == Progress.NO_NEWS

    def test_keeps_the_words_of_the_parties_side_by_side(self, commitment):
        first, second = commitment.agreement.parties.order_by("position")
        ProgressViewFactory(commitment=commitment, party=second, verdict="not_kept", said_on=date(2024, 5, 1))
        ProgressViewFactory(commitment=commitment, party=first, verdict="partly", said_on=date(2024, 1, 1))
        ProgressViewFactory(commitment=commitment, party=first, verdict="kept", said_on=date(2024, 5, 1))
        ProgressViewFactory(commitment=commitment, party=first, verdict="unknown", said_on=AFTER)

        views = asked(commitment).views

        assert [(view.party, view.verdict) for view in views] == [(first, "kept"), (second, "not_kept")]

    def test_costs_the_same_for_one_and_for_many(self, django_assert_num_queries):
        for commitment in CommitmentFactory.create_batch(3):
            self.count(commitment, "part", status="held")
            ProgressViewFactory(commitment=commitment)
        brought = list(Commitment.objects.prefetch_related(*FOLLOWED))

        with django_assert_num_queries(0):
            counts = tally(brought, on=DAY)

        assert counts == {
            Progress.FULFILLED: 0,
            Progress.IN_PROGRESS: 3,
            Progress.OVERDUE: 0,
            Progress.NO_NEWS: 0,
        }

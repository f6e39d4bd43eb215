"""Similar agreements, each with the reasons: what makes one so, and what must not."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agreements.models import Agreement, AgreementTheme, Commitment, TargetGroup, Theme
from agreements.queries import ledger, similar, wording
from tests.factories import (
    AgreementFactory,
    CommitmentFactory,
    NamedGroupFactory,
    OrganizationFactory,
    UserFactory,
    record,
)

pytestmark = pytest.mark.django_db

BOILERPLATE = "the signatories hereby jointly undertake in good faith and within available resources to"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def made(*commitments: str, kind: str = "event", **changes) -> Agreement:
    agreement = AgreementFactory(published=True, **changes)
    for text in commitments:
        CommitmentFactory(agreement=agreement, text_en=text, kind_id=kind)
    return agreement


def found(agreement, actor=None) -> dict[Agreement, list[str]]:
    """The similar agreements in order, each with its reasons in words."""
    readable = Agreement.objects.visible_to(actor or UserFactory(editor=True))
    row = ledger.with_lanes(readable).get(pk=agreement.pk)
    ledger.lanes(row)
    return {
        each.agreement: [
            ": ".join(
                filter(
                    None,
                    [
                        reason.words,
                        "; ".join(str(name) for name in reason.names),
                        "; ".join(f"{ours} ~ {theirs}" for ours, theirs in reason.pairs),
                    ],
                )
            )
            for reason in each.reasons
        ]
        for each in similar.similar(row, readable=readable)
    }


class TestBecauseOfTheParties:
    def test_the_same_two(self):
        pair = OrganizationFactory.create_batch(2)
        one, other = made(parties=pair), made(parties=pair[::-1])

        assert found(one) == {other: ["the same two parties"]}

    def test_two_of_three(self):
        three = OrganizationFactory.create_batch(3)
        one, other = made(parties=three), made(parties=three[:2])

        assert found(one) == {other: ["2 parties in common"]}

    def test_a_body_below_one_of_them(self):
        parent, partner = OrganizationFactory.create_batch(2)
        one = made(parties=[parent, partner])
        other = made(parties=[OrganizationFactory(parent=parent), partner])

        assert found(one) == {other: ["the same parties, or bodies above or below them"]}
        assert found(other) == {one: ["the same parties, or bodies above or below them"]}

    def test_not_one_party_alone(self):
        partner, *others = OrganizationFactory.create_batch(3)
        one = made(parties=[partner, others[0]])
        made(parties=[partner, others[1]])

        assert found(one) == {}

    def test_not_one_party_with_its_own_unit(self):
        parent, partner = OrganizationFactory.create_batch(2)
        one = made(parties=[parent, partner])
        made(parties=[parent, OrganizationFactory(parent=parent)])

        assert found(one) == {}


class TestBecauseOfTheWords:
    def test_of_commitments_of_the_same_kind(self):
        one = made("Train librarians of rural schools.", "Send medical caravans to older persons.")
        other = made("Open a counter.", "Send medical caravans for the older persons.")

        assert found(one) == {other: ["1 commitment in similar words: A2 ~ A2"]}

    def test_of_one_that_is_not_published_yet_to_who_may_read_it(self):
        one = made("Send medical caravans to older persons.")
        other = AgreementFactory()
        CommitmentFactory(
            agreement=other, text_en="Send medical caravans for the older persons.", kind_id="event"
        )

        assert found(one) == {other: ["1 commitment in similar words: A1 ~ A1"]}
        assert found(one, UserFactory()) == {}

    def test_of_one_that_is_not_published_yet_beside_the_same_parties(self):
        pair = OrganizationFactory.create_batch(2)
        one = made("Send medical caravans to older persons.", parties=pair)
        other = AgreementFactory(parties=pair)
        CommitmentFactory(
            agreement=other, text_en="Send medical caravans for the older persons.", kind_id="event"
        )

        assert found(one) == {
            other: ["the same two parties", "1 commitment in similar words: A1 ~ A1"],
        }

    def test_each_told_once_with_the_one_most_like_it(self):
        one = made("Send medical caravans to villages.", "Send medical caravans to older persons.")
        other = made("Send medical caravans to older persons.", "Send medical caravans to villages.")

        assert found(one) == {other: ["2 commitments in similar words: A1 ~ A2; A2 ~ A1"]}

    def test_folded_as_a_search_folds_them(self):
        one = made(source_language="fr", title_fr="Une convention")
        other = made(source_language="fr", title_fr="Une autre")
        for agreement, text in ((one, "L’éducation des élèves"), (other, "l'EDUCATION des eleves")):
            CommitmentFactory(agreement=agreement, text_en="", text_fr=text)

        assert list(found(one)) == [other]

    def test_not_of_another_kind(self):
        one = made("Send medical caravans to older persons.")
        made("Send medical caravans to older persons.", kind="research")

        assert found(one) == {}

    def test_not_of_another_language(self):
        one = made("Organisation de formation durable")
        other = made(source_language="fr", title_fr="Une convention")
        CommitmentFactory(agreement=other, text_en="", text_fr="Organisation de formation durable")

        assert found(one) == {}

    def test_not_of_the_names_of_the_parties(self):
        one = made(
            parties=[OrganizationFactory(name_en="Regional Delegation of Education"), OrganizationFactory()]
        )
        other = made(
            parties=[OrganizationFactory(name_en="Regional Delegation of Education"), OrganizationFactory()]
        )
        CommitmentFactory(agreement=one, text_en="Regional Delegation of Education: opens libraries")
        CommitmentFactory(agreement=other, text_en="Regional Delegation of Education: lends buses")

        assert found(one) == {}

    def test_not_of_words_that_everybody_uses(self):
        one = made(f"{BOILERPLATE} restore wells")
        twin = made(f"{BOILERPLATE} restore old wells")
        for what in ("teach chess", "plant olive trees", "print braille", "repair bicycles", "film weddings"):
            made(f"{BOILERPLATE} {what}")
        assert len(found(one)) > 1  # in so few agreements no word is common yet

        for index in range(similar.COMMON_FROM):
            made(f"{BOILERPLATE} deliver thing{index}")

        assert found(one) == {twin: ["1 commitment in similar words: A1 ~ A1"]}


class TestBecauseOfTheFrame:
    def framed(self, theme: Theme | None, concept: TargetGroup | None) -> Agreement:
        agreement = made()
        with transaction.atomic():
            if theme:
                AgreementTheme.objects.create(agreement=agreement, theme=theme)
            if concept:
                NamedGroupFactory(agreement=agreement, concept=concept)
            record(agreement)
        return agreement

    def test_the_same_theme_and_target_group(self):
        theme, other_theme = Theme.objects.order_by("position")[:2]
        concept = TargetGroup.objects.order_by("position").first()
        one, other = self.framed(theme, concept), self.framed(theme, concept)
        self.framed(theme, None)
        self.framed(other_theme, concept)

        assert found(one) == {other: [f"the same theme and target group: {theme}; {concept}"]}


class TestInALargeRegistry:
    """Where not everything is looked through: the limits are so low that three agreements are many."""

    CARAVANS = "Send medical caravans to older persons."

    @pytest.fixture
    def crowded(self, monkeypatch):
        """What makes everything made before it too old to be among the newest."""

        def crowd():
            monkeypatch.setattr(wording, "READ", 2)
            monkeypatch.setattr(wording, "COMMON_FROM", 100)
            for _each in range(3):
                made("Lend one bus a month.", "Paint a wall.")

        return crowd

    def test_the_newest_are_compared(self, crowded):
        crowded()
        one, other = made(self.CARAVANS), made(self.CARAVANS)

        assert found(one) == {other: ["1 commitment in similar words: A1 ~ A1"]}

    def test_a_rare_word_finds_however_old(self, crowded):
        other = made(self.CARAVANS)
        crowded()

        assert found(made(self.CARAVANS)) == {other: ["1 commitment in similar words: A1 ~ A1"]}

    def test_a_rare_word_alone_does_not(self, crowded):
        made("Caravans are washed, painted and parked under the old bridge of the town.")
        crowded()

        assert found(made(self.CARAVANS)) == {}

    def test_words_that_the_newest_use_find_no_old_ones(self, crowded):
        made("Lend one bus a month.")
        crowded()
        one = made("Lend one bus a month.")

        assert len(found(one)) == 1

    def test_the_words_of_what_the_parties_find_are_compared_however_old(self, crowded, monkeypatch):
        monkeypatch.setattr(similar, "RARE", -1)
        pair = OrganizationFactory.create_batch(2)
        other = made(self.CARAVANS, parties=pair)
        crowded()

        assert found(made(self.CARAVANS, parties=pair)) == {
            other: ["the same two parties", "1 commitment in similar words: A1 ~ A1"]
        }

    def test_what_is_kept_is_what_they_say_now(self, crowded):
        crowded()
        one, other = made(self.CARAVANS), made(self.CARAVANS)
        assert list(found(one)) == [other]
        with transaction.atomic():
            Commitment.objects.filter(agreement=other).update(text_en="Open a counter in the town hall.")
            Agreement.objects.filter(pk=other.pk).update(version=other.version + 1)
            record(other)

        assert found(one) == {}

    def test_what_was_taken_back_is_not_kept(self, crowded):
        crowded()
        one, other = made(self.CARAVANS), made("Open a counter in the town hall.")
        try:
            with transaction.atomic():
                Commitment.objects.filter(agreement=other).update(text_en=self.CARAVANS)
                Agreement.objects.filter(pk=other.pk).update(version=other.version + 1)
                assert list(found(one)) == [other]
                raise InterruptedError
        except InterruptedError:
            pass
        with transaction.atomic():
            Agreement.objects.filter(pk=other.pk).update(version=other.version + 1)
            record(other)

        assert found(one) == {}

    def test_nothing_that_is_kept_is_told_to_those_who_may_not_read_it(self, crowded):
        crowded()
        one = made(self.CARAVANS)
        hidden = made(self.CARAVANS, confidentiality="restricted")

        assert list(found(one)) == [hidden]
        assert found(one, actor=UserFactory()) == {}


class TestTheList:
    def test_holds_nothing_that_the_reader_may_not_read(self):
        pair = OrganizationFactory.create_batch(2)
        one = made("Send medical caravans to older persons.", parties=pair)
        hidden = AgreementFactory(parties=pair)
        CommitmentFactory(agreement=hidden, text_en="Send medical caravans to older persons.")

        assert found(one, actor=UserFactory()) == {}
        assert list(found(one)) == [hidden]

    def test_is_short_the_strongest_first_then_the_newest(self):
        pair = OrganizationFactory.create_batch(2)
        one = made("Send medical caravans to older persons.", parties=pair)
        same = [made(parties=pair) for _ in range(similar.SHOWN)]
        both = made("Send medical caravans to older persons.", parties=pair)

        assert list(found(one)) == [both, *same[:0:-1]]

    def test_leaves_out_what_is_told_elsewhere(self):
        pair = OrganizationFactory.create_batch(2)
        one, other = made(parties=pair), made(parties=pair)
        readable = Agreement.objects.all()
        row = ledger.with_lanes(readable).get(pk=one.pk)
        ledger.lanes(row)

        assert similar.similar(row, readable=readable, apart=[other.pk]) == []

    def test_costs_no_more_for_thirty_agreements_than_for_two(self):
        pair = OrganizationFactory.create_batch(2)
        one = made("Send medical caravans to older persons.", parties=pair)
        actor = UserFactory(editor=True)

        def cost() -> int:
            with CaptureQueriesContext(connection) as told:
                found(one, actor)
            return len(told)

        made("Send medical caravans to older persons.", parties=pair)
        few = cost()
        for _ in range(30):
            made("Send medical caravans to older persons.", parties=pair)

        assert cost() <= few
        assert few <= 20

"""What the tables refuse, whoever writes: every named rule, asked without form or service."""

import pytest
from django.db import IntegrityError, connection, transaction

from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    LifecycleEvent,
    NoiseSpan,
    ObjectiveGroup,
    OpenQuestion,
    Party,
    Reading,
    Signatory,
    Source,
    Statement,
)
from lib.claims import DateClaim
from tests.audit.raw import another_connection, refused, tell
from tests.factories import (
    TEXT,
    AdvantageFactory,
    AgreementFactory,
    CitationFactory,
    CommitmentFactory,
    LifecycleEventFactory,
    NamedGroupFactory,
    ObjectiveFactory,
    OfficeFactory,
    OpenQuestionFactory,
    OrganizationFactory,
    PartyFactory,
    PersonFactory,
    ProgressViewFactory,
    SourceFactory,
    StatementFactory,
    UserFactory,
    WithoutSourceFactory,
    on,
    record,
)

pytestmark = pytest.mark.django_db


def add(model, **columns):
    row = model.objects.create(**columns)
    record(row)
    return row


def change(row, **columns) -> None:
    type(row).objects.filter(pk=row.pk).update(**columns)


class TestAnAgreement:
    def test_may_state_nothing_but_its_title_and_kind(self):
        agreement = AgreementFactory(parties=[])

        agreement.refresh_from_db()
        assert (agreement.reference, agreement.amount, agreement.currency) == ("", None, "")
        assert agreement.signed == agreement.effective == agreement.ends == DateClaim()

    def test_may_share_with_others_that_it_has_no_reference(self):
        AgreementFactory.create_batch(2, reference="")

    def test_has_a_reference_of_its_own_when_one_is_stated(self):
        AgreementFactory(reference="12/2012")

        with refused("agreement_reference_is_unique_when_stated"):
            AgreementFactory(reference="12/2012")

    def test_has_a_number_of_its_own(self):
        number = AgreementFactory().number

        with refused("agreements_agreement_number"):
            AgreementFactory(number=number)

    def test_has_a_title_in_some_language(self):
        AgreementFactory(title_en="", title_ar="اتفاقية")

        with refused("agreement_has_a_title"):
            AgreementFactory(title_en="")

    @pytest.mark.parametrize(("amount", "currency"), [(5, ""), (None, "MAD")])
    def test_has_a_currency_if_and_only_if_it_has_an_amount(self, amount, currency):
        AgreementFactory(amount=0, currency="MAD")

        with refused("agreement_amount_has_a_currency_and_only_then"):
            AgreementFactory(amount=amount, currency=currency)

    def test_has_no_negative_amount(self):
        with refused("agreement_amount_is_not_negative"):
            AgreementFactory(amount=-1, currency="MAD")

    def test_counts_its_versions_from_one(self):
        with refused("agreement_version_counts_from_one"):
            AgreementFactory(version=0)

    def test_is_linked_to_another_and_once_only(self):
        one, other = AgreementFactory.create_batch(2)
        add(AgreementLink, agreement=one, kind="amends", to=other)
        add(AgreementLink, agreement=one, kind="renews", to=other)

        with refused("agreement_link_is_stated_once"):
            add(AgreementLink, agreement=one, kind="amends", to=other)
        with refused("agreement_link_joins_two_agreements"):
            add(AgreementLink, agreement=one, kind="related", to=one)

    def test_is_the_only_one_of_its_identifiers(self):
        add(AgreementIdentifier, agreement=AgreementFactory(), scheme="sgg", value="1")

        with refused("identifier_names_one_agreement"):
            add(AgreementIdentifier, agreement=AgreementFactory(), scheme="sgg", value="1")

    def test_has_each_theme_and_each_source_once(self):
        agreement, source = AgreementFactory(), SourceFactory()
        add(AgreementTheme, agreement=agreement, theme_id="health")
        add(AgreementSource, agreement=agreement, source=source)

        with refused("theme_is_listed_once_for_an_agreement"):
            add(AgreementTheme, agreement=agreement, theme_id="health")
        with refused("source_is_listed_once_for_an_agreement"):
            add(AgreementSource, agreement=agreement, source=source)


class TestAPublishedAgreement:
    @pytest.mark.parametrize("parties", [0, 1])
    def test_has_at_least_two_parties(self, parties):
        with refused("agreement_is_published_with_two_parties"):
            AgreementFactory(published=True, parties=OrganizationFactory.create_batch(parties))

    def test_is_not_made_of_a_record_in_review_with_one_party(self):
        agreement = AgreementFactory(in_review=True, parties=[OrganizationFactory()])
        WithoutSourceFactory(party=agreement.parties.get())

        with refused("agreement_is_published_with_two_parties"):
            change(agreement, editorial_state="published", reviewed_by=UserFactory())

    def test_keeps_two_parties_when_one_is_deleted(self):
        agreement = AgreementFactory(published=True, parties=OrganizationFactory.create_batch(3))
        agreement.parties.last().delete()

        with refused("agreement_is_published_with_two_parties"):
            agreement.parties.last().delete()

    def test_lets_a_party_be_replaced_within_one_transaction(self):
        agreement = AgreementFactory(published=True)

        with transaction.atomic():
            agreement.parties.last().delete()
            PartyFactory(agreement=agreement)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        assert agreement.parties.count() == 2

    def test_leaves_a_draft_free_to_lose_its_parties(self):
        AgreementFactory().parties.all().delete()

    def test_has_a_reviewer(self):
        with refused("agreement_is_published_by_somebody_other_than_its_author"):
            AgreementFactory(published=True, reviewed_by=None)

    def test_has_a_reviewer_who_is_not_its_author(self):
        author = UserFactory()

        with refused("agreement_is_published_by_somebody_other_than_its_author"):
            AgreementFactory(published=True, registered_by=author, reviewed_by=author)

    def test_cannot_be_given_its_reviewer_as_author_later(self):
        agreement = AgreementFactory(published=True)

        with refused("agreement_is_published_by_somebody_other_than_its_author"):
            change(agreement, registered_by=agreement.reviewed_by)


class TestTheEditorialState:
    ALLOWED = {
        ("draft", "in_review"),
        ("in_review", "draft"),
        ("in_review", "published"),
        ("published", "withdrawn"),
        ("withdrawn", "draft"),
    }

    @pytest.mark.parametrize("before", Agreement.EditorialState.values)
    @pytest.mark.parametrize("after", Agreement.EditorialState.values)
    def test_moves_as_allowed_and_no_other_way(self, before, after):
        agreement = AgreementFactory(editorial_state=before, reviewed_by=UserFactory(reviewer=True))
        for party in agreement.parties.all():
            WithoutSourceFactory(party=party)

        if (before, after) in self.ALLOWED or before == after:
            change(agreement, editorial_state=after)
        else:
            with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
                change(agreement, editorial_state=after)


class TestAParty:
    def test_is_an_organization_once(self):
        party = PartyFactory()

        with refused("organization_is_party_once"):
            PartyFactory(agreement=party.agreement, organization=party.organization)

    def test_has_a_position_of_its_own_at_the_end_of_the_transaction(self):
        first, second = AgreementFactory().parties.order_by("position")
        with transaction.atomic():  # two change places
            change(first, position=2)
            change(second, position=1)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

        with refused("party_has_its_own_position"):
            change(first, position=1)

    def test_counts_its_position_from_one(self):
        with refused("party_position_counts_from_one"):
            PartyFactory(position=0)

    def test_is_signed_for_by_each_person_once(self):
        party, person = PartyFactory(), PersonFactory()
        add(Signatory, party=party, person=person)

        with refused("person_signs_once_for_a_party"):
            add(Signatory, party=party, person=person)

    def test_is_signed_for_in_an_office_that_the_person_holds(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            add(Signatory, party=PartyFactory(), person=PersonFactory(), office=OfficeFactory())


class TestACommitment:
    def test_says_something(self):
        with refused("commitment_says_something"):
            CommitmentFactory(text_en="")

    def test_has_a_number_of_its_own(self):
        commitment = CommitmentFactory()

        with refused("commitment_has_its_own_number"):
            CommitmentFactory(agreement=commitment.agreement, number=commitment.number)

    @pytest.mark.parametrize(("quantity", "unit"), [(5, ""), (None, "workshops")])
    def test_has_a_unit_if_and_only_if_it_has_a_quantity(self, quantity, unit):
        CommitmentFactory(quantity=0, unit="workshops")

        with refused("commitment_quantity_has_a_unit_and_only_then"):
            CommitmentFactory(quantity=quantity, unit=unit)

    def test_has_no_negative_quantity(self):
        with refused("commitment_quantity_is_not_negative"):
            CommitmentFactory(quantity=-1, unit="workshops")

    def test_is_owed_by_a_party_to_its_agreement(self):
        commitment = CommitmentFactory()

        with refused("debtor_is_party_to_the_same_agreement"):
            add(CommitmentDebtor, commitment=commitment, party=PartyFactory())

    def test_is_not_handed_to_a_party_of_another_agreement(self):
        link = CommitmentFactory().debtor_links.get()

        with refused("debtor_is_party_to_the_same_agreement"):
            change(link, party=PartyFactory())

    def test_is_owed_once_by_a_party(self):
        link = CommitmentFactory().debtor_links.get()

        with refused("party_owes_a_commitment_once"):
            add(CommitmentDebtor, commitment=link.commitment, party=link.party)

    def test_may_be_for_a_party_and_a_group_of_its_agreement(self):
        commitment = CommitmentFactory()
        add(CommitmentBeneficiary, commitment=commitment, party=commitment.agreement.parties.last())
        add(
            CommitmentBeneficiary,
            commitment=commitment,
            group=NamedGroupFactory(agreement=commitment.agreement),
        )

    @pytest.mark.parametrize("make", [{"party": PartyFactory}, {"group": NamedGroupFactory}], ids=list)
    def test_is_for_nobody_of_another_agreement(self, make):
        [(column, factory)] = make.items()

        with refused("beneficiary_belongs_to_the_same_agreement"):
            add(CommitmentBeneficiary, commitment=CommitmentFactory(), **{column: factory()})

    @pytest.mark.parametrize("both", [True, False])
    def test_is_for_a_party_or_a_group(self, both):
        commitment = CommitmentFactory()
        sides = {
            "party": commitment.agreement.parties.first(),
            "group": NamedGroupFactory(agreement=commitment.agreement),
        }

        with refused("commitment_beneficiary_is_a_party_or_a_group"):
            add(CommitmentBeneficiary, commitment=commitment, **(sides if both else {}))

    def test_is_for_each_once(self):
        commitment = CommitmentFactory()
        party = commitment.agreement.parties.first()
        add(CommitmentBeneficiary, commitment=commitment, party=party)

        with refused("beneficiary_is_listed_once_for_a_commitment"):
            add(CommitmentBeneficiary, commitment=commitment, party=party)

    def test_that_a_party_spoke_of_is_not_deleted(self):
        commitment = ProgressViewFactory().commitment

        with refused("activities_progress"), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM agreements_commitmentdebtor WHERE commitment_id = %s", [commitment.pk]
            )
            cursor.execute("DELETE FROM agreements_commitment WHERE id = %s", [commitment.pk])


class TestAnObjective:
    def test_says_something(self):
        with refused("objective_says_something"):
            ObjectiveFactory(text_en="")

    def test_names_groups_of_its_own_agreement_once_each(self):
        objective = ObjectiveFactory()
        group = NamedGroupFactory(agreement=objective.agreement)
        add(ObjectiveGroup, objective=objective, group=group)

        with refused("group_is_listed_once_for_an_objective"):
            add(ObjectiveGroup, objective=objective, group=group)
        with refused("objective_names_groups_of_its_own_agreement"):
            add(ObjectiveGroup, objective=objective, group=NamedGroupFactory())


class TestANamedGroup:
    def test_has_a_name(self):
        with refused("named_group_has_a_name"):
            NamedGroupFactory(text_en="")


class TestAStatement:
    def test_says_something(self):
        with refused("statement_says_something"):
            StatementFactory(text_en="")

    def test_may_be_by_nobody_stated(self):
        assert StatementFactory().speaker is None

    def test_has_a_speaker_if_and_only_if_one_is_attributed(self):
        StatementFactory(speaker=OfficeFactory(), attribution="inferred")

        with refused("statement_has_a_speaker_iff_one_is_attributed"):
            StatementFactory(speaker=OfficeFactory(), attribution="not_stated")
        with refused("statement_has_a_speaker_iff_one_is_attributed"):
            StatementFactory(attribution="stated")

    def test_speaks_for_a_party_of_its_agreement(self):
        agreement = AgreementFactory()
        StatementFactory(agreement=agreement, on_behalf_of=agreement.parties.first())

        with refused("statement_speaks_for_a_party_of_its_agreement"):
            StatementFactory(agreement=agreement, on_behalf_of=PartyFactory())


class TestAnAdvantage:
    def test_says_something(self):
        with refused("advantage_says_something"):
            AdvantageFactory(text_en="")

    def test_may_have_no_provider(self):
        assert AdvantageFactory().provider is None

    @pytest.mark.parametrize(
        ("column", "make"),
        [("provider", PartyFactory), ("claimed_in", StatementFactory), ("supports", CommitmentFactory)],
    )
    def test_points_within_its_agreement(self, column, make):
        agreement = AgreementFactory()
        AdvantageFactory(agreement=agreement, **{column: make(agreement=agreement)})

        with refused("advantage_points_within_its_agreement"):
            AdvantageFactory(agreement=agreement, **{column: make()})

    def test_is_for_somebody_of_its_agreement_once(self):
        advantage = AdvantageFactory()
        party = advantage.agreement.parties.first()
        add(AdvantageBeneficiary, advantage=advantage, party=party)

        with refused("advantage_is_for_somebody_of_its_agreement"):
            add(AdvantageBeneficiary, advantage=advantage, party=PartyFactory())
        with refused("advantage_beneficiary_is_a_party_or_a_group"):
            add(AdvantageBeneficiary, advantage=advantage)
        with refused("beneficiary_is_listed_once_for_an_advantage"):
            add(AdvantageBeneficiary, advantage=advantage, party=party)


class TestALifecycleEvent:
    def test_states_a_new_end_only_for_a_renewal(self):
        LifecycleEventFactory(kind="renewal", ends=on(2030, 1, 1))

        with refused("lifecycle_event_states_a_new_end_only_for_a_renewal"):
            LifecycleEventFactory(kind="suspension", ends=on(2030, 1, 1))


class TestASource:
    def test_has_a_text(self):
        with refused("source_has_a_text"):
            SourceFactory(text="")

    @pytest.mark.parametrize("text", [TEXT + " ", TEXT.replace("yesterday", "today"), TEXT.upper()])
    def test_is_never_altered(self, text):
        source = SourceFactory()

        with refused("source_text_is_never_altered"):
            change(source, text=text)

    def test_may_be_described_better(self):
        source = SourceFactory()

        change(source, title="A better title", text=source.text)

    def test_of_a_citation_is_not_deleted(self):
        source = CitationFactory().source

        with refused("agreements_"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM agreements_agreementsource WHERE source_id = %s", [source.pk])
            cursor.execute("DELETE FROM agreements_source WHERE id = %s", [source.pk])

    def test_is_not_taken_from_an_agreement_that_quotes_it(self):
        citation = CitationFactory()

        with refused("citation_is_from_a_source_of_the_agreement"):
            citation.agreement.source_links.all().delete()


class TestAStretchSetAside:
    def test_lies_in_the_text(self):
        source = SourceFactory()
        add(NoiseSpan, source=source, start=0, end=len(TEXT), reason="other")

    @pytest.mark.parametrize(("start", "end"), [(5, 5), (7, 5)])
    def test_ends_after_it_starts(self, start, end):
        with refused("noise_ends_after_it_starts"):
            add(NoiseSpan, source=SourceFactory(), start=start, end=end, reason="other")

    def test_is_not_longer_than_the_text(self):
        with refused("noise_lies_in_the_text_and_holds_no_quote"):
            add(NoiseSpan, source=SourceFactory(), start=0, end=len(TEXT) + 1, reason="other")

    @pytest.mark.parametrize(("start", "end"), [(0, 6), (9, 20), (6, 9), (0, 30)])
    def test_overlaps_no_other(self, start, end):
        span = add(NoiseSpan, source=SourceFactory(), start=5, end=10, reason="byline")
        add(NoiseSpan, source=span.source, start=10, end=12, reason="bullet")

        with refused("noise_"):
            add(NoiseSpan, source=span.source, start=start, end=end, reason="other")

    @pytest.mark.parametrize(("start", "end"), [(0, 1), (3, 10), (0, 4)])
    def test_holds_no_quote(self, start, end):
        citation = CitationFactory(start=0, end=4)
        add(NoiseSpan, source=citation.source, start=4, end=5, reason="other")

        with refused("noise_lies_in_the_text_and_holds_no_quote"):
            add(NoiseSpan, source=citation.source, start=start, end=end, reason="other")


class TestACitation:
    def test_may_prove_any_fact_of_its_agreement(self):
        agreement = AgreementFactory()
        for column, make in {
            "party": PartyFactory,
            "group": NamedGroupFactory,
            "objective": ObjectiveFactory,
            "commitment": CommitmentFactory,
            "advantage": AdvantageFactory,
            "statement": StatementFactory,
            "event": LifecycleEventFactory,
        }.items():
            fact = make(agreement=agreement)
            assert CitationFactory(**{column: fact}).fact == fact

    def test_points_at_something(self):
        with refused("citation_points_at_exactly_one_fact"):
            CitationFactory(agreement=AgreementFactory(), of_agreement=None)

    def test_points_at_one_thing_only(self):
        commitment = CommitmentFactory()

        with refused("citation_points_at_exactly_one_fact"):
            CitationFactory(commitment=commitment, of_agreement=commitment.agreement)
        with refused("citation_points_at_exactly_one_fact"):
            CitationFactory(commitment=commitment, objective=ObjectiveFactory(agreement=commitment.agreement))

    def test_for_an_agreement_proves_that_agreement(self):
        with refused("citation_points_at_exactly_one_fact"):
            CitationFactory(agreement=AgreementFactory(), of_agreement=AgreementFactory())

    @pytest.mark.parametrize(
        ("column", "make"),
        [
            ("party", PartyFactory),
            ("group", NamedGroupFactory),
            ("objective", ObjectiveFactory),
            ("commitment", CommitmentFactory),
            ("advantage", AdvantageFactory),
            ("statement", StatementFactory),
            ("event", LifecycleEventFactory),
        ],
    )
    def test_proves_no_fact_of_another_agreement(self, column, make):
        with refused("citation_proves_a_fact_of_its_agreement"):
            CitationFactory(agreement=AgreementFactory(), **{column: make()})

    def test_proves_no_signatory_of_another_agreement(self):
        signatory = add(Signatory, party=PartyFactory(), person=PersonFactory())

        with refused("citation_proves_a_fact_of_its_agreement"):
            CitationFactory(agreement=AgreementFactory(), signatory=signatory)

    def test_ends_after_it_starts(self):
        with refused("citation_ends_after_it_starts"):
            CitationFactory(start=4, end=4, quote="")

    @pytest.mark.parametrize("quote", ["aman", "Amàn", "Aman ", "Ama", "", "“Aman"])
    def test_says_letter_for_letter_what_the_source_says_there(self, quote):
        with refused("quote_equals_the_text_at_its_position"):
            CitationFactory(start=0, end=4, quote=quote)

    def test_does_not_reach_beyond_the_text(self):
        with refused("quote_equals_the_text_at_its_position"):
            CitationFactory(start=len(TEXT) - 1, end=len(TEXT) + 5, quote="." + " " * 5)

    def test_counts_letters_as_a_reader_does_in_any_script(self):
        source = SourceFactory(text="𐎀 — وقّعت أمان وبيتي الاتفاقية")
        start = source.text.index("أمان")

        assert CitationFactory(source=source, start=start, end=start + 4).quote == "أمان"

    def test_is_not_moved_away_from_its_words(self):
        with refused("quote_equals_the_text_at_its_position"):
            change(CitationFactory(), start=1, end=5)

    def test_is_from_a_source_of_its_agreement(self):
        agreement = AgreementFactory()

        with refused("citation_is_from_a_source_of_the_agreement"):
            add(
                Citation,
                agreement=agreement,
                of_agreement=agreement,
                source=SourceFactory(),
                start=0,
                end=4,
                quote="Aman",
            )

    @pytest.mark.parametrize(("start", "end"), [(0, 4), (3, 9), (0, 1)])
    def test_is_not_taken_from_noise(self, start, end):
        source = SourceFactory()
        add(NoiseSpan, source=source, start=start, end=end, reason="headline")
        CitationFactory(source=source, start=9, end=14)

        with refused("citation_is_not_taken_from_noise"):
            CitationFactory(source=source, start=0, end=4)


class TestAnOpenQuestion:
    def test_asks_something_and_its_readings_say_something(self):
        with refused("open_question_asks_something"):
            OpenQuestionFactory(text_en="")
        with refused("reading_says_something"):
            add(Reading, question=OpenQuestionFactory())

    def test_is_about_one_thing_of_its_own_agreement(self):
        commitment = CommitmentFactory()
        OpenQuestionFactory(agreement=commitment.agreement, commitment=commitment)

        with refused("open_question_is_about_one_thing"):
            OpenQuestionFactory(
                agreement=commitment.agreement,
                commitment=commitment,
                party=commitment.agreement.parties.first(),
            )
        with refused("open_question_is_about_its_own_agreement"):
            OpenQuestionFactory(commitment=commitment)

    @pytest.mark.parametrize("missing", ["resolved_at", "resolved_by", "resolution"])
    def test_is_resolved_by_a_named_reviewer_with_words(self, missing):
        question = OpenQuestionFactory()
        resolved = {
            "resolved_at": "2024-01-01T00:00Z",
            "resolved_by": "Amina",
            "resolution": "Its own cadres.",
        }
        change(question, **resolved)

        with refused("open_question_is_resolved_by_a_named_reviewer_with_words"):
            change(question, **resolved | {missing: None if missing == "resolved_at" else ""})


class TestAFact:
    """Stays with its agreement: what proved it there proves nothing elsewhere."""

    @pytest.mark.parametrize(
        "make",
        [
            PartyFactory,
            NamedGroupFactory,
            ObjectiveFactory,
            CommitmentFactory,
            StatementFactory,
            AdvantageFactory,
            LifecycleEventFactory,
            OpenQuestionFactory,
        ],
        ids=lambda make: make.__name__,
    )
    def test_is_not_moved_to_another_agreement(self, make):
        fact, other = make(), AgreementFactory(parties=[])

        with refused("record_stays_with_its_owner"):
            change(fact, agreement=other)

    def test_is_named_by_a_source_that_stays_too(self):
        link = CitationFactory().agreement.source_links.get()

        with refused("record_stays_with_its_owner"):
            change(link, source=SourceFactory())

    @pytest.mark.parametrize(
        "model", [Party, Commitment, Statement, Advantage, LifecycleEvent, OpenQuestion, AgreementTheme]
    )
    def test_has_the_rule_on_its_table(self, model):
        assert "stays_with_its_owner" in {trigger.name for trigger in model._meta.triggers}


@pytest.mark.django_db(transaction=True)
class TestTwoWritersAtOnce:
    def test_cannot_both_take_a_reference(self):
        with another_connection() as first, another_connection() as second:
            for writer in (first, second):
                writer.set_autocommit(False)
            one, other = AgreementFactory.create_batch(2)
            for writer, agreement in ((first, one), (second, other)):
                tell(agreement.pk, using=writer)
                with writer.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '50ms'")
            take = "UPDATE agreements_agreement SET reference = '12/2012' WHERE id = %s"
            with first.cursor() as cursor:
                cursor.execute(take, [one.pk])
            with second.cursor() as cursor, pytest.raises(Exception, match="lock timeout"):
                cursor.execute(take, [other.pk])
            second.rollback()
            first.commit()

        assert Agreement.objects.get(reference="12/2012") == one


def test_every_source_text_is_kept_letter_for_letter():
    text = "\ufeffA\r\nB\u00a0— «\u202fC\u202f» 𐎀\u200f\u0301 \t"

    assert Source.objects.get(pk=SourceFactory(text=text).pk).text == text

"""The sheet of an agreement beyond its two samples: many parties, what is ours, printing, addresses of its parts."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone, translation

from agreements.models import AgreementLink, CommitmentBeneficiary, FollowUp
from agreements.services import desk
from tests.agreements.test_pages import all_of, commitments, read, section, words
from tests.factories import (
    AdvantageFactory,
    AgreementFactory,
    CitationFactory,
    CommitmentFactory,
    LifecycleEventFactory,
    ObjectiveFactory,
    OrganizationFactory,
    StatementFactory,
    UserFactory,
    on,
    record,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def between(number: int, **changes):
    """A published agreement of so many parties, and these in order."""
    agreement = AgreementFactory(published=True, parties=OrganizationFactory.create_batch(number), **changes)
    return agreement, list(agreement.parties.order_by("position"))


def marks(html: str) -> list[tuple[str, str]]:
    """The marks of the parties: (shape, letter)."""
    return re.findall(r'<span class="pm (\w)(?: lg)?" aria-hidden="true">(.)</span>', html)


class TestTheLedger:
    def test_of_three_parties_has_a_column_for_each_and_a_lane_for_each_joint_set(self, client):
        agreement, (a, b, c) = between(3)
        for debtors in ([a], [b], [c], [a, b], [a, b, c]):
            CommitmentFactory(agreement=agreement, debtors=debtors)

        html = section(read(client, agreement.get_absolute_url()), "commitments")

        assert list(commitments(html)) == ["A1", "B1", "C1", "AB1", "J1"]
        assert re.findall(r'<div class="lcol (\w+)', html) == ["a", "b", "c", "j", "j"]
        assert ("c", "C") in marks(html)

    def test_of_more_parties_stands_in_rows_from_whom_to_whom(self, client):
        agreement, (a, b, c, d, *idle) = between(8)
        rows = [CommitmentFactory(agreement=agreement, debtors=[each]) for each in (a, a, a, b, c, d)]
        with transaction.atomic():
            for row in rows[1:3]:
                CommitmentBeneficiary.objects.create(commitment=row, party=b)
                record(row)

        html = section(read(client, agreement.get_absolute_url()), "commitments")

        assert list(commitments(html)) == ["A1", "A2", "A3", "B1", "C1", "D1"]
        assert re.findall(r'<div class="lcol (\w+) band', html) == ["a", "b", "c", "d"]
        flows = all_of(html, r'<h4 class="flow">(.*?)</h4>')
        assert flows[:2] == [
            f"A {a.organization.name_en} no party named",
            f"A {a.organization.name_en} B {b.organization.name_en}",
        ]
        told = words(re.search(r'<p class="idle.*?</p>', html, re.DOTALL).group())
        assert all(each.organization.name_en in told for each in idle)

    def test_says_how_far_each_side_is_in_words(self, client):
        agreement, (a, _b) = between(2)
        CommitmentFactory(agreement=agreement, debtors=[a], due=on(2020, 1, 1))
        CommitmentFactory(agreement=agreement, debtors=[a])

        html = section(read(client, agreement.get_absolute_url()), "commitments")

        assert all_of(html, r'<p class="sum">(.*?)</p>')[0] == "2 commitments · Overdue: 1 · No news yet: 1"

    def test_of_an_agreement_without_commitments_says_so(self, client):
        agreement, _parties = between(2)

        assert "The sources state no commitment." in words(read(client, agreement.get_absolute_url()))

    def test_holds_forty_commitments_and_a_title_of_three_hundred_characters(self, client):
        agreement, parties = between(2, title_en="x" * 300)
        for index in range(40):
            CommitmentFactory(agreement=agreement, debtors=[parties[index % 2]])

        html = read(client, agreement.get_absolute_url())

        assert len(commitments(html)) == 40
        assert "x" * 300 in html


class TestAddresses:
    def test_every_part_has_one_that_stays(self, client):
        agreement, _parties = between(2)
        parts = {
            "commitment": CommitmentFactory(agreement=agreement),
            "objective": ObjectiveFactory(agreement=agreement),
            "advantage": AdvantageFactory(agreement=agreement),
            "statement": StatementFactory(agreement=agreement),
            "event": LifecycleEventFactory(agreement=agreement),
            "party": agreement.parties.first(),
        }

        html = read(client, agreement.get_absolute_url())

        for name, row in parts.items():
            assert html.count(f'id="{name}-{row.pk}"') == 1, name
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))


class TestPrinting:
    def test_opens_the_quotes_where_it_is_asked_to(self, client):
        agreement, _parties = between(2)
        CitationFactory(commitment=CommitmentFactory(agreement=agreement))
        address = agreement.get_absolute_url()

        assert "<details open><summary" in section(read(client, f"{address}?print=1"), "commitments")
        assert "<details open" not in section(read(client, address), "commitments")

    def test_has_number_version_address_and_day_at_its_head(self, client):
        agreement, _parties = between(2)
        html = read(client, agreement.get_absolute_url())

        head = words(re.search(r'<div class="printhead">.*?</div>', html, re.DOTALL).group())
        assert f"Mithaq · {agreement.code}" in head
        assert f"testserver/en/agreements/{agreement.code}/ · version 1 · Printed" in head

    def test_gives_a_line_to_cite(self, client):
        agreement, (a, b) = between(2)

        told = words(section(read(client, agreement.get_absolute_url()), "cite"))

        assert f"{agreement.title_en}. {a.organization.name_en}; {b.organization.name_en}." in told
        assert f"Mithaq {agreement.code} , version 1" in told
        assert f"http://testserver/en/agreements/{agreement.code}/" in told


class TestWhatHappened:
    def test_is_told_with_its_reason_and_its_new_end(self, client):
        agreement, _parties = between(2)
        LifecycleEventFactory(agreement=agreement, reason_en="no budget was voted")
        LifecycleEventFactory(
            agreement=agreement, kind="renewal", occurred=on(2024, 7, 1), ends=on(2027, 12, 31)
        )

        told = words(section(read(client, agreement.get_absolute_url()), "timeline"))

        assert "1 Jun 2024 Suspension no budget was voted" in told
        assert "1 Jul 2024 Renewal · new end 31 Dec 2027" in told

    def test_shows_the_end_of_the_last_renewal_beside_the_one_first_agreed(self, client):
        agreement, _parties = between(2, ends=on(2024, 12, 31))
        for year, end in ((2024, 2026), (2025, 2029), (2999, 3001)):
            LifecycleEventFactory(
                agreement=agreement, kind="renewal", occurred=on(year, 12, 1), ends=on(end, 12, 31)
            )

        html = words(read(client, agreement.get_absolute_url()))

        assert "In force until 31 Dec 2029 renewed first agreed end: 31 Dec 2024" in html

    def test_links_an_amendment_and_what_it_amends_both_ways(self, client):
        first, _parties = between(2)
        second, _parties = between(2)
        with transaction.atomic():
            record(AgreementLink.objects.create(agreement=second, to=first, kind="amends"))

        for one, other in ((first, second), (second, first)):
            links = section(read(client, one.get_absolute_url()), "links")
            assert other.get_absolute_url() in links
            assert other.code in links


class TestWhatIsOurs:
    @pytest.fixture
    def agreement(self):
        agreement, _parties = between(2)
        CommitmentFactory(agreement=agreement)
        return agreement

    @pytest.fixture
    def reader(self):
        return UserFactory(contributor=True, organization=OrganizationFactory())

    def ask(self, agreement, reader, days: int, **said) -> FollowUp:
        """A follow-up so many days from today, or before it."""
        today = timezone.localdate()
        row = desk.set_follow_up(agreement_id=agreement.pk, on=today, by=reader, **said)
        with transaction.atomic():
            FollowUp.objects.filter(pk=row.pk).update(on=today + timedelta(days=days))
            record(row)
        return row

    @pytest.mark.parametrize(
        ("days", "state"),
        [(-1, "Follow-up passed"), (0, "Follow up soon"), (30, "Follow up soon"), (31, None)],
    )
    def test_stands_at_the_commitment_with_its_state(self, client, agreement, reader, days, state):
        commitment = agreement.commitments.get()
        row = self.ask(agreement, reader, days, commitment_id=commitment.pk, note="Ask for the report")
        client.force_login(reader)

        html = read(client, agreement.get_absolute_url())
        told = words(commitments(html)["A1"])

        assert f"#follow-up-{row.pk}" in commitments(html)["A1"]
        for each in ("Follow-up passed", "Follow up soon"):
            assert (each in told) == (each == state)
        assert "A1 Ask for the report" in words(section(html, "to-do"))

    def test_is_not_shown_to_others(self, client, agreement, reader):
        desk.follow(agreement.pk, by=reader)
        self.ask(agreement, reader, 3, note="Ask in private")
        stranger = UserFactory(contributor=True, organization=OrganizationFactory())

        assert "To do" not in words(read(client, agreement.get_absolute_url()))
        client.force_login(stranger)
        html = read(client, agreement.get_absolute_url())

        assert "Ask in private" not in html
        assert "Following" not in html
        assert "Nobody of yours has to ask" in words(section(html, "to-do"))

    def test_is_in_nobodys_history_of_the_agreement(self, client, agreement, reader):
        desk.follow(agreement.pk, by=reader)
        self.ask(agreement, reader, 3)
        for who in (reader, UserFactory(editor=True)):
            client.force_login(who)

            assert "ollow" not in words(section(read(client, agreement.get_absolute_url()), "history"))

    def test_is_not_printed(self, client, agreement, reader):
        self.ask(agreement, reader, 3)
        client.force_login(reader)

        html = read(client, agreement.get_absolute_url())

        assert '<section class="card noprint" id="to-do"' in html

    def test_says_when_nobody_would_tell_of_changes(self, client, agreement, reader):
        desk.follow(agreement.pk, by=reader)
        client.force_login(reader)

        assert "your weekly digest is off" in words(read(client, agreement.get_absolute_url()))
        desk.set_digest(True, by=reader)
        assert "your weekly digest is off" not in words(read(client, agreement.get_absolute_url()))

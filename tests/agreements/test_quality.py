"""The data-quality page: what each figure counts, and for whom."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.utils import timezone

from agreements.models import Agreement
from agreements.queries import quality, quality_report, sheet
from lib.claims import Basis, DateClaim
from organizations.models.accounts import Anonymous
from tests.factories import (
    AgreementFactory,
    CitationFactory,
    CommitmentFactory,
    OpenQuestionFactory,
    OrganizationFactory,
    SourceFactory,
    UserFactory,
    on,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)


def report(actor=None) -> quality_report.Report:
    return quality_report.report(actor or UserFactory(reviewer=True), on=TODAY)


def told(measures) -> dict[str, tuple[int, int]]:
    return {str(each.label): (each.count, each.total) for each in measures}


def key(day: date) -> UUID:
    """A key as a row made on that day has it."""
    made = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return UUID(int=(int(made.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | day.toordinal())


class TestTheFactsThatSourcesMayLeaveUnsaid:
    def test_are_the_same_on_the_sheet_and_here(self, both):
        agreements = sheet.with_everything(Agreement.objects.all(), on=TODAY)

        for each in agreements:
            shown = sheet.sheet(each, on=TODAY, with_history=False).gaps
            lacking = [
                str(lack.label)
                for lack in quality.LACKS.values()
                if Agreement.objects.filter(lack.condition, pk=each.pk).exists()
            ]
            assert shown == lacking
            assert shown

    def test_are_counted_out_of_all_that_the_reader_may_read(self, settings):
        settings.PUBLIC_READING = True
        AgreementFactory(published=True, reference="R-1", ends=on(2027, 1, 1))
        AgreementFactory(published=True, confidentiality="restricted")

        facts = {each.query: (each.count, each.total) for each in report(Anonymous()).facts}

        assert facts["lacks=reference"] == (0, 1)
        assert facts["lacks=ends"] == (0, 1)
        assert facts["lacks=signatories"] == (1, 1)
        assert {each.query: each.count for each in report().facts}["lacks=ends"] == 1

    @pytest.mark.parametrize(
        ("claim", "lacks"),
        [
            (on(2025, 5, 1), False),
            (DateClaim("May 2025", date(2025, 5, 1), date(2025, 5, 31), Basis.STATED), True),
            (DateClaim("since May", date(2025, 5, 1), None, Basis.STATED), True),
            (DateClaim("before May", None, date(2025, 5, 1), Basis.STATED), True),
            (DateClaim("", date(2025, 5, 1), date(2025, 5, 1), Basis.DERIVED, "from a letter"), False),
            (DateClaim("yesterday", basis=Basis.RELATIVE), True),
        ],
    )
    def test_want_a_calendar_day_of_signature(self, claim, lacks):
        agreement = AgreementFactory(signed=claim)

        condition = quality.LACKS["signed"].condition
        assert Agreement.objects.filter(condition, pk=agreement.pk).exists() == lacks

    def test_ask_for_deadlines_only_where_something_is_owed(self):
        _nothing, undated, dated = AgreementFactory.create_batch(3)
        CommitmentFactory(agreement=undated)
        CommitmentFactory(agreement=dated)
        CommitmentFactory(agreement=dated, due=on(2025, 5, 1))

        assert list(Agreement.objects.filter(quality.LACKS["due"].condition)) == [undated]


class TestTheRestOfTheReport:
    def test_tells_open_questions_by_age_the_oldest_first(self):
        agreement = AgreementFactory(published=True)
        for day in (date(2024, 6, 1), date(2025, 6, 1), date(2026, 1, 1), date(2026, 2, 25)):
            OpenQuestionFactory(id=key(day), agreement=agreement, text_en=f"Asked on {day}")
        OpenQuestionFactory(
            agreement=agreement, resolved_at=timezone.now(), resolved_by="A reviewer", resolution="So it is."
        )

        found = report()

        assert [each.count for each in found.ages] == [1, 1, 1, 1]
        assert (found.questions, found.doubtful) == (4, 1)
        assert found.oldest[0].asked == date(2024, 6, 1)
        assert str(found.oldest[0].question) == "Asked on 2024-06-01"

    def test_counts_published_facts_without_a_quote(self):
        agreement = AgreementFactory(published=True)
        CitationFactory(commitment=CommitmentFactory(agreement=agreement))
        CommitmentFactory(agreement=agreement)
        CommitmentFactory(agreement=AgreementFactory())  # a draft is still being proved

        measure = next(each for each in report().unproved if str(each.label) == "commitments")

        assert (measure.count, measure.total) == (1, 2)
        assert [each.code for each in measure.examples] == [agreement.code]

    def test_finds_sources_never_used(self):
        CitationFactory()
        idle = SourceFactory(title="Read by nobody")

        found = report()

        assert (found.sources.count, found.sources.total) == (1, 2)
        assert found.unused == [idle]
        assert report(UserFactory()).sources.count == 0, "a source of no agreement is the editors'"

    def test_tells_derived_and_relative_dates(self):
        derived = AgreementFactory(
            signed=DateClaim("", date(2025, 5, 1), date(2025, 5, 1), Basis.DERIVED, "from a letter")
        )
        CommitmentFactory(agreement=derived, due=DateClaim("in a year", basis=Basis.RELATIVE))

        found = told(report().dates)

        assert found["Signature derived from evidence"] == (1, 1)
        assert found["Deadline told from a date that is not given"] == (1, 1)
        assert found["End derived from evidence"] == (0, 1)

    def test_counts_organizations_without_kind_or_name_but_not_merged_ones(self):
        kept = OrganizationFactory(name_en="Kept", name_fr="Gardée")
        OrganizationFactory(merged_into=kept)

        found = told(report().organizations)

        assert found["Without a kind"] == (1, 1)
        assert found["Without a name in French"] == (0, 1)
        assert found["Without a name in Arabic"] == (1, 1)

    def test_counts_titles_not_translated(self):
        AgreementFactory(title_en="One", title_fr="Un")
        AgreementFactory(title_en="Two")

        found = told(report().titles)

        assert found["Without a title in English"] == (0, 2)
        assert found["Without a title in French"] == (1, 2)
        assert found["Without a title in Arabic"] == (2, 2)


class TestThePage:
    def test_leads_from_each_fact_to_the_list_of_as_many(self, client, both, people):
        client.force_login(people["reader"])
        html = client.get("/en/agreements/quality/").content.decode()
        links = re.findall(
            r'href="/en/agreements/\?(lacks=\w+)">.*?<bdi>(\d+) of (\d+)</bdi>', html, re.DOTALL
        )

        assert len(links) >= 5
        for query, count, total in links:
            page = client.get(f"/en/agreements/?{query}").content.decode()
            assert int(re.search(r'id="count"[^>]*>(\d+) agreement', page)[1]) == int(count)
            assert total == "2"

    def test_is_no_agreement_s_number(self, client, people):
        client.force_login(people["reader"])

        assert client.get("/en/agreements/quality/").status_code == 200
        assert client.get("/en/agreements/qualities/").status_code == 404

    def test_says_so_when_there_is_nothing_to_complete(self, client, people):
        client.force_login(people["reader"])

        assert "Nothing to complete yet" in client.get("/en/agreements/quality/").content.decode()


def test_more_than_nothing_is_never_drawn_as_nothing():
    assert quality.Measure("x", 1, 100_000).bar > 0
    assert quality.Measure("x", 0, 100_000).bar == 0
    assert quality.Measure("x", 0, 0).bar == 0

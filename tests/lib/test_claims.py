"""What is certain, possible and unknown of a date, asked of PostgreSQL itself."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import assume, given
from hypothesis import strategies as st

from agreements.models import Agreement
from lib.claims import NOT_STATED, Basis, DateClaim, asked_range, certain, days_of, possible, unknown
from tests.factories import AgreementFactory

DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))
ENDS = st.tuples(st.none() | DAYS, st.none() | DAYS).filter(lambda ends: None in ends or ends[0] <= ends[1])
KNOWN = ENDS.filter(any)
BASELESS = st.sampled_from([Basis.RELATIVE, Basis.NOT_STATED, Basis.NONE])


def stated(earliest: date | None, latest: date | None) -> DateClaim:
    return DateClaim("as written", earliest, latest, Basis.STATED)


def without_days(basis: str) -> DateClaim:
    return DateClaim("yesterday" if basis == Basis.RELATIVE else "", basis=basis)


def answers(claim: DateClaim, asked: tuple[date | None, date | None]) -> set[str]:
    """The questions about `asked` that find an agreement signed as `claim` says."""
    row = Agreement.objects.first() or AgreementFactory(parties=[])
    row.signed = claim
    row.save()
    days = asked_range(*asked)
    questions = {
        "certain": certain("signed", days),
        "possible": possible("signed", days),
        "unknown": unknown("signed"),
    }
    return {name for name, question in questions.items() if Agreement.objects.filter(question).exists()}


@pytest.mark.django_db
class TestAQueryByDates:
    @given(KNOWN, ENDS)
    def test_finds_among_the_possible_all_that_are_certain(self, claim, asked):
        found = answers(stated(*claim), asked)

        assert "possible" in found or "certain" not in found

    @given(KNOWN, ENDS)
    def test_agrees_with_the_calendar(self, claim, asked):
        first, last = claim[0] or date.min, claim[1] or date.max
        from_, until = asked[0] or date.min, asked[1] or date.max

        found = answers(stated(*claim), asked)

        assert ("certain" in found) == (from_ <= first and last <= until)
        assert ("possible" in found) == (first <= until and from_ <= last)

    @given(KNOWN, ENDS, st.integers(0, 4000), st.integers(0, 4000))
    def test_never_becomes_certain_because_a_claim_says_less(self, claim, asked, before, after):
        wider = (
            claim[0] and claim[0] - timedelta(before),
            claim[1] and claim[1] + timedelta(after),
        )
        narrow, wide = answers(stated(*claim), asked), answers(stated(*wider), asked)

        assert "certain" in narrow or "certain" not in wide
        assert "possible" in wide or "possible" not in narrow

    @given(KNOWN, ENDS)
    def test_never_calls_a_derived_date_certain_and_as_possible_as_a_stated_one(self, claim, asked):
        derived = DateClaim("", *claim, Basis.DERIVED, "from the year of the programme's launch")

        assert answers(derived, asked) == answers(stated(*claim), asked) - {"certain"}

    @given(KNOWN | BASELESS, ENDS)
    def test_calls_nothing_both_possible_and_unknown(self, claim, asked):
        found = answers(stated(*claim) if isinstance(claim, tuple) else without_days(claim), asked)

        assert not {"possible", "unknown"} <= found

    def test_calls_explicitly_none_an_answer_and_no_date(self):
        assert answers(without_days(Basis.NONE), (None, None)) == set()

    @pytest.mark.parametrize("basis", [Basis.RELATIVE, Basis.NOT_STATED])
    def test_calls_unknown_what_no_source_dates(self, basis):
        assert answers(without_days(basis), (None, None)) == {"unknown"}

    def test_reaches_the_last_day_of_the_calendar(self):
        assert answers(stated(date(2012, 1, 1), None), (date(2012, 1, 1), date.max)) == {
            "certain",
            "possible",
        }


@pytest.mark.django_db
class TestTheTable:
    @given(KNOWN)
    def test_gives_back_the_claim_it_was_given(self, ends):
        claim = stated(*ends)
        row = Agreement.objects.first() or AgreementFactory(parties=[])
        row.signed = claim
        row.save()

        assert Agreement.objects.get(pk=row.pk).signed == claim

    @pytest.mark.parametrize(
        ("claim", "rule"),
        [
            (DateClaim("2012", basis=Basis.STATED), "agreement_signed_has_days_iff_stated_or_derived"),
            (DateClaim("", note="by the article", basis=Basis.DERIVED), "has_days_iff_stated_or_derived"),
            (
                DateClaim("yesterday", date(2012, 5, 1), None, Basis.RELATIVE),
                "has_days_iff_stated_or_derived",
            ),
            (DateClaim("", date(2012, 5, 1), None, Basis.NOT_STATED), "has_days_iff_stated_or_derived"),
            (DateClaim("", date(2012, 5, 1), None, Basis.NONE), "has_days_iff_stated_or_derived"),
            (DateClaim("", date(2012, 5, 1), None, Basis.STATED), "keeps_the_words_it_rests_on"),
            (DateClaim("", basis=Basis.RELATIVE), "keeps_the_words_it_rests_on"),
            (DateClaim("2012", date(2012, 1, 1), None, Basis.DERIVED), "keeps_the_words_it_rests_on"),
            (DateClaim("soon", basis=Basis.NOT_STATED), "keeps_the_words_it_rests_on"),
        ],
    )
    def test_refuses_a_claim_that_contradicts_itself(self, claim, rule):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            AgreementFactory(signed=claim)

    def test_refuses_a_claim_without_a_single_day(self):
        agreement = AgreementFactory(signed=stated(date(2012, 1, 1), date(2012, 1, 2)))

        with pytest.raises(IntegrityError, match="agreement_signed_days_are_not_empty"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(
                signed_range=asked_range(date(2012, 1, 1), date(2011, 12, 31))
            )

    @pytest.mark.parametrize("basis", [Basis.RELATIVE, Basis.NOT_STATED, Basis.NONE])
    def test_keeps_a_date_without_days_as_it_is(self, basis):
        agreement = AgreementFactory(signed=without_days(basis))

        agreement.refresh_from_db()
        assert agreement.signed == without_days(basis)
        assert agreement.signed_range is None


class TestADateClaim:
    def test_knows_nothing_when_nothing_is_stated(self):
        assert (NOT_STATED.is_known, NOT_STATED.range, NOT_STATED.edtf) == (False, None, None)

    @pytest.mark.parametrize(
        ("earliest", "latest", "written"),
        [
            ((2012, 5, 18), (2012, 5, 18), "2012-05-18"),
            ((2012, 5, 1), (2012, 5, 31), "2012-05"),
            ((2012, 2, 1), (2012, 2, 29), "2012-02"),
            ((2012, 12, 1), (2012, 12, 31), "2012-12"),
            ((2012, 1, 1), (2012, 12, 31), "2012"),
            ((2011, 1, 1), (2012, 12, 31), "2011-01-01/2012-12-31"),
            ((2012, 5, 2), (2012, 5, 31), "2012-05-02/2012-05-31"),
            ((2012, 7, 1), (2013, 6, 30), "2012-07-01/2013-06-30"),
            (None, (2014, 12, 31), "../2014-12-31"),
            ((2005, 5, 18), None, "2005-05-18/.."),
        ],
    )
    def test_is_said_in_edtf_no_finer_than_it_is(self, earliest, latest, written):
        claim = stated(earliest and date(*earliest), latest and date(*latest))

        assert claim.edtf == written

    @given(DAYS, st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
    def test_reads_the_edtf_it_writes(self, day, form):
        written = day.strftime(form)

        assert stated(*days_of(written)).edtf == written

    @given(ENDS)
    def test_survives_the_range_that_postgresql_keeps(self, ends):
        claim = stated(*ends)
        assume(claim.is_known)

        assert (
            DateClaim.from_range(text="as written", range=claim.range, basis=Basis.STATED, note="") == claim
        )

    def test_is_written_into_a_document_without_what_is_empty_or_follows(self):
        claim = DateClaim("May 2012", date(2012, 5, 1), date(2012, 5, 31), Basis.STATED)

        assert claim.as_part() == {
            "stated": "May 2012",
            "earliest": "2012-05-01",
            "latest": "2012-05-31",
            "basis": "stated",
        }
        assert DateClaim().as_part() == {"basis": "not_stated"}

    def test_tells_a_reader_no_day_that_no_source_states(self):
        told = DateClaim("yesterday", basis=Basis.RELATIVE).as_json()

        assert told == {
            "stated": "yesterday",
            "earliest": None,
            "latest": None,
            "basis": "relative",
            "note": "",
            "edtf": None,
        }


class TestDaysOf:
    @pytest.mark.parametrize(
        ("written", "first", "last"),
        [
            ("2012", date(2012, 1, 1), date(2012, 12, 31)),
            ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
            ("2012-12", date(2012, 12, 1), date(2012, 12, 31)),
            (" 2012-05-18 ", date(2012, 5, 18), date(2012, 5, 18)),
            ("9999", date(9999, 1, 1), date.max),
            ("9999-12", date(9999, 12, 1), date.max),
        ],
    )
    def test_reads_a_year_a_month_or_a_day(self, written, first, last):
        assert days_of(written) == (first, last)

    @pytest.mark.parametrize(
        "written",
        ["", "yesterday", "12", "2012-13", "2012-02-30", "2012-5", "0000", "18/05/2012", "2012-05-18T10"],
    )
    def test_reads_nothing_into_anything_else(self, written):
        assert days_of(written) is None

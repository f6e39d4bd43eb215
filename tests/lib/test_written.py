"""Dates as people type them: read when they are clear, refused when they are not."""

from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from lib import written

FIRST = date(2026, 11, 1)
days = st.dates(date(1000, 1, 1), date(9998, 12, 31))


class TestDays:
    @pytest.mark.parametrize(
        "typed",
        [
            "2026-11-01",
            "1/11/2026",
            "01.11.2026",
            "1 Nov 2026",
            "1st November 2026",
            "1er novembre 2026",
            " 1  nov.  2026 ",
            "1 نونبر 2026",
            "1 نوفمبر 2026",
            "1 تشرين الثاني 2026",
            "١/١١/٢٠٢٦",
        ],
    )
    def test_are_read_in_every_way_of_writing_one(self, typed):
        assert written.days(typed) == (FIRST, FIRST)

    @pytest.mark.parametrize("typed", ["2026-11", "11/2026", "Nov 2026", "novembre 2026", "نونبر 2026"])
    def test_of_a_month_are_all_of_it(self, typed):
        assert written.days(typed) == (FIRST, date(2026, 11, 30))

    def test_of_a_year_are_all_of_it(self):
        assert written.days("2026") == (date(2026, 1, 1), date(2026, 12, 31))

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "tomorrow",
            "1/11/26",
            "11/13/2026",
            "31/2/2026",
            "0/1/2026",
            "2026-00",
            "2026-11-00",
            "1 Foo 2026",
            "0001",
            "9999",
            "2026-11-01 10:00",
            "Nov",
            "1 Nov",
            "-2026",
            "2026–2027",
            "1 2026",
        ],
    )
    def test_that_are_not_clear_are_refused(self, typed):
        with pytest.raises(written.Unclear):
            written.days(typed)

    @given(days, st.sampled_from(["en_GB", "fr", "ar_MA"]), st.sampled_from(["d MMM y", "d MMMM y"]))
    def test_are_read_as_the_pages_write_them(self, day, locale, form):
        assert written.days(format_date(day, form, locale=locale)) == (day, day)

    @given(days)
    def test_stand_day_first(self, day):
        assert written.days(f"{day.day}/{day.month}/{day.year:04}") == (day, day)

    @given(st.text(max_size=30))
    def test_of_anything_typed_are_in_order_or_refused(self, typed):
        try:
            first, last = written.days(typed)
        except written.Unclear:
            return
        assert timedelta(0) <= last - first < timedelta(days=366)

"""A month in whole weeks: every day once, from Monday to Sunday."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.months import FIRST, LAST, Month, weekdays

months = st.builds(Month, st.integers(FIRST, LAST), st.integers(1, 12))


class TestAMonth:
    @given(months)
    def test_holds_every_day_once_in_whole_weeks(self, month):
        days = [day for week in month.weeks for day in week]

        assert [day for day in days if day in month] == [
            month.first + timedelta(days=index) for index in range((month.last - month.first).days + 1)
        ]
        assert days == [days[0] + timedelta(days=index) for index in range(len(days))]
        assert all(len(week) == 7 and week[0].weekday() == 0 for week in month.weeks)
        assert days[6] >= month.first
        assert days[-7] <= month.last

    @given(months)
    def test_stands_between_its_neighbours(self, month):
        if month.after:
            assert month.after.first == month.last + timedelta(days=1)
            assert month.after.before == month

    @given(months)
    def test_is_read_as_it_is_written(self, month):
        assert Month.read(str(month)) == month

    def test_ends_where_the_calendar_does(self):
        assert (Month(FIRST, 1).before, Month(LAST, 12).after) == (None, None)

    def test_is_not_read_from_anything_else(self):
        for written in ("", "2026", "2026-1", "2026-13", "0001-01", "9999-12", "٢٠٢٦-١١", "2026-11-01", "x"):
            assert Month.read(written) is None

    def test_names_its_columns_from_monday(self):
        assert [each.weekday() for each in weekdays()] == [*range(7)]
        assert date(2026, 11, 30) in Month.of(date(2026, 11, 1))

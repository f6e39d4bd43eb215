"""The Hijri calendar: which days a day, a month or a year of it may be.

Converted by the Umm al-Qura table (hijridate), which is computed ahead, for Mecca. Whoever wrote the date may have
gone by a sighting of the moon instead, as Morocco does. EARLY and LATE say by how many days that may differ.
"""

from datetime import date, timedelta

from hijridate import Hijri, ummalqura

# The table begins a month at about the conjunction of moon and sun, its older years often some hours before it. The
# crescent is seen that same evening at the earliest, and on the second evening after at the latest: up to two days
# later, as R. H. van Gent (Utrecht), who keeps the history of the table, says too. Authorities have also announced
# a month one day before the table, on a doubtful sighting.
EARLY = timedelta(days=1)
LATE = timedelta(days=2)

FIRST_YEAR, LAST_YEAR = (year for year, _month, _day in ummalqura.HIJRI_RANGE)


def days(year: int, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """First and last day by the table, without margin. ValueError when there is no such day, in any sighting.

    A month has 29 days or 30: the thirtieth is taken even where the table has but 29.

    >>> days(1433, 7, 15)
    (datetime.date(2012, 6, 5), datetime.date(2012, 6, 5))
    >>> days(1433, 9)
    (datetime.date(2012, 7, 20), datetime.date(2012, 8, 18))
    """
    if day is not None:
        if not 1 <= day <= 30:
            raise ValueError(day)
        exact = _first(year, month) + timedelta(days=day - 1)
        return exact, exact
    first, last = (month, month) if month else (1, 12)
    return _first(year, first), _first(year, last) + timedelta(days=Hijri(year, last, 1).month_length() - 1)


def _first(year: int, month: int) -> date:
    return date.fromisoformat(Hijri(year, month, 1).to_gregorian().isoformat())

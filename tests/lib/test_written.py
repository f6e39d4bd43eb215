"""Dates as people write them: read when they are clear, refused when they are not, and never a day that nobody said."""

import doctest
import re
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from django.conf import settings
from django.utils.translation import override
from hijridate import Gregorian
from hypothesis import given
from hypothesis import strategies as st

from lib import written
from lib.claims import Basis, DateClaim
from lib.expressions import hijri, periods, ranges, unmeasured, words
from lib.expressions.unclear import REASONS
from tests.lib import dates

FIRST = date(2026, 11, 1)
LOCALES = ("en_GB", "fr", "ar_MA")
LISTED = {"English": dates.ENGLISH, "French": dates.FRENCH, "Arabic": dates.ARABIC, "signs": dates.SIGNS}
EVERY = [line for lines in LISTED.values() for line in lines]

days = st.dates(date(periods.FIRST_YEAR, 1, 1), date(periods.LAST_YEAR, 12, 31)).filter(
    # The years that might be Hijri are none of these.
    lambda day: day.year > hijri.LAST_YEAR
)
spans = st.tuples(days, days).map(sorted)
lunar_days = st.dates(date(1924, 8, 1), date(2077, 11, 16))
anything = st.text(max_size=60) | st.text("0123456789-/–. ماييورجب ه من إلى قبل mai duau'ertol", max_size=40)
pieces = re.findall(
    r"\S+",
    """
    - – / . , ( ) ' du au de à le la en entre et fin début mi avant après jusqu’au depuis trois ans mois signature date
    from to until and between by end of the before after late early for years upon last week Q2 second quarter half
    من إلى بين و قبل بعد حتى نهاية الموافق سنة شهر لمدة الأسبوع الماضي mai juin May June ماي يونيو رمضان Rajab
    2012 2013 1433 1433هـ ٢٠١٢ 2012-05 05/2012 2012/2013 1990s AH CE م لا يوجد Saturday hier yesterday أمس
    """,
)


def told(claim: DateClaim) -> str:
    """A claim as the list of expressions tells it."""
    if not claim.is_known:
        return claim.basis.replace("_", " ")
    ends = [claim.earliest] if claim.is_exact else [claim.earliest, claim.latest]
    basis = "derived " if claim.basis == Basis.DERIVED else ""
    return basis + " ".join(day.isoformat() if day else "…" for day in ends)


def attempt(typed: str) -> tuple[DateClaim | None, str]:
    """The claim, or what its refusal says."""
    try:
        return written.claim(typed), ""
    except written.Unclear as unclear:
        return None, str(unclear)


def outcome(typed: str) -> str:
    try:
        return told(written.claim(typed))
    except written.Unclear as unclear:
        return f"refused: {unclear.code}" + (f" → {unclear.part}" if unclear.part else "")


class TestTheListOfExpressions:
    @pytest.mark.parametrize(("typed", "expected"), EVERY, ids=[repr(typed) for typed, _ in EVERY])
    def test_becomes_what_it_says(self, typed, expected):
        assert outcome(typed) == expected

    @pytest.mark.parametrize(("typed", "expected"), EVERY, ids=[repr(typed) for typed, _ in EVERY])
    def test_keeps_the_words_or_says_what_to_write(self, typed, expected):
        claim, refusal = attempt(typed)

        if claim is None:
            assert "%(" not in refusal
            assert refusal.endswith((".", "?", "”"))
        else:
            assert claim.text == ("" if expected == "not stated" else typed.strip())

    def test_holds_each_expression_once_and_many_of_each_language(self):
        assert all(len(dict(lines)) == len(lines) for lines in LISTED.values())
        assert min(len(LISTED[language]) for language in ("English", "French", "Arabic")) >= 100

    def test_shows_every_reason_to_refuse(self):
        shown = {expected.split()[1] for _typed, expected in EVERY if expected.startswith("refused")}

        assert shown == REASONS.keys() - {"no_plain_date"}

    @pytest.mark.parametrize("typed", [typed for typed, expected in EVERY if "among_words" in expected])
    def test_offers_a_part_that_is_a_date(self, typed):
        with pytest.raises(written.Unclear) as refused:
            written.claim(typed)

        assert written.claim(refused.value.part).is_known
        assert refused.value.part in typed
        assert refused.value.part in str(refused.value)

    def test_is_what_the_page_about_dates_says(self):
        page = (settings.BASE_DIR / "docs" / "dates.md").read_text(encoding="utf-8")
        read, refused = page.split("## What is refused")
        rows = re.findall(r"^\| (`.+?) \| ([\w ]+) \| .+ \|$", read, re.MULTILINE)
        assert len(rows) >= 15
        for examples, basis in rows:
            for typed in re.findall("`(.+?)`", examples):
                found = written.claim(typed).basis.replace("_", " ")
                assert found == basis.removeprefix("explicitly "), typed
        for examples in re.findall(r"^\| (`.+?) \|", refused, re.MULTILINE):
            for typed in re.findall("`(.+?)`", examples):
                assert outcome(typed).startswith("refused"), typed

    @pytest.mark.parametrize("module", [written, hijri, periods, ranges, unmeasured, words])
    def test_agrees_with_the_examples_in_the_code(self, module):
        assert doctest.testmod(module).failed == 0


class TestAnExpression:
    @given(anything)
    def test_of_any_kind_is_a_claim_or_refused(self, typed):
        claim, refusal = attempt(typed)
        if claim is None:
            assert refusal
            return
        assert claim.text in {typed.strip(), ""}
        # What the table demands of every claim: `claim_constraints`.
        assert claim.is_known == (claim.basis in {Basis.STATED, Basis.DERIVED})
        assert bool(claim.text) == (claim.basis != Basis.NOT_STATED)
        assert bool(claim.note) == (claim.basis == Basis.DERIVED)
        if claim.earliest and claim.latest:
            assert claim.earliest <= claim.latest

    @given(st.lists(st.sampled_from(pieces), min_size=1, max_size=7), st.sampled_from(["", " "]))
    def test_without_the_number_of_a_day_is_never_a_day(self, parts, between):
        claim, _refusal = attempt(between.join(parts))

        assert claim is None or not claim.is_exact

    @given(
        days, st.sampled_from(LOCALES), st.sampled_from(["d MMM y", "d MMMM y", "EEEE d MMMM y", "y-MM-dd"])
    )
    def test_as_a_calendar_prints_a_day_is_that_day(self, day, locale, form):
        claim = written.claim(format_date(day, form, locale=locale))

        assert (claim.earliest, claim.latest, claim.basis) == (day, day, Basis.STATED)

    @given(days, st.integers(1, 6), st.sampled_from(LOCALES))
    def test_with_a_wrong_weekday_is_refused(self, day, later, locale):
        weekday = format_date(day + timedelta(days=later), "EEEE", locale=locale)

        assert outcome(f"{weekday} {day}") == "refused: weekday"

    @given(
        spans, st.sampled_from(["from {} to {}", "du {} au {}", "entre {} et {}", "من {} إلى {}", "{} – {}"])
    )
    def test_of_a_span_holds_both_its_ends(self, ends, form):
        claim = written.claim(form.format(*ends))

        assert [claim.earliest, claim.latest] == ends

    @given(days.filter(lambda day: day.year < periods.LAST_YEAR), st.sampled_from(["", "month", "year"]))
    def test_of_a_limit_parts_the_calendar_in_two(self, day, length):
        named = {"": f"{day}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[length]
        within = written.claim(named)

        assert written.claim(f"before {named}").latest == within.earliest - timedelta(days=1)
        assert written.claim(f"à partir de {named}").earliest == within.earliest
        assert written.claim(f"إلى غاية {named}").latest == within.latest
        assert written.claim(f"après {named}").earliest == within.latest + timedelta(days=1)

    def test_says_what_is_wrong_in_the_words_that_were_typed(self):
        with pytest.raises(written.Unclear) as refused:
            written.claim("du 31 Février au 5 mars 2012")

        assert "du 31 Février au 5 mars 2012" in str(refused.value)

    def test_names_the_weekday_in_the_language_of_the_reader(self):
        with pytest.raises(written.Unclear) as refused:
            written.claim("lundi 5 mai 2012")

        with override("fr"):
            assert "samedi" in str(refused.value)


class TestAHijriDate:
    @given(lunar_days, st.sampled_from(["{0.day} {1} {0.year}", "{0.year}/{0.month}/{0.day} هـ"]))
    def test_lies_near_the_day_of_the_table(self, day, form):
        lunar = Gregorian.fromdate(day).to_hijri()
        claim = written.claim(form.format(lunar, lunar.month_name("ar")))

        assert (claim.earliest, claim.latest) == (day - timedelta(days=1), day + timedelta(days=2))
        assert claim.basis == Basis.DERIVED
        assert "Umm al-Qura" in claim.note

    @given(lunar_days, st.integers(-10, 10))
    def test_beside_its_gregorian_day_is_that_day_or_refused(self, day, later):
        lunar, beside = Gregorian.fromdate(day).to_hijri(), day + timedelta(days=later)
        typed = f"{lunar.day} {lunar.month_name('ar')} {lunar.year} الموافق {beside}"

        expected = beside.isoformat() if -1 <= later <= 2 else "refused: calendars_disagree"
        assert outcome(typed) == expected

    @given(lunar_days, st.integers(0, 6), st.sampled_from(LOCALES))
    def test_with_its_weekday_is_the_one_day_that_it_may_be(self, day, later, locale):
        lunar, weekday = Gregorian.fromdate(day).to_hijri(), day + timedelta(days=later)
        typed = f"{format_date(weekday, 'EEEE', locale=locale)} {lunar.day}/{lunar.month}/{lunar.year} هـ"

        fitting = [each for each in (weekday, weekday - timedelta(days=7)) if -1 <= (each - day).days <= 2]
        assert outcome(typed) == (f"derived {fitting[0]}" if fitting else "refused: hijri_weekday")

    def test_leaves_a_limit_open_by_what_the_moon_may_move(self):
        """Ramadan began on 20 July 2012 by the table, on the 21st in Morocco, where the 20th was a day before it."""
        before, after = written.claim("قبل رمضان 1433"), written.claim("ابتداء من رمضان 1433")

        assert before.latest == date(2012, 7, 21)
        assert after.earliest == date(2012, 7, 19)

    def test_is_told_as_converted_in_the_language_of_the_reader(self):
        with override("en"):
            assert written.claim("15 رجب 1433").note.startswith("Converted from the Hijri calendar")


class TestTheFormOfAClaim:
    @given(spans, st.sampled_from(["en", "fr", "ar"]), st.sampled_from(["both", "first", "last", "one"]))
    def test_is_read_back_as_the_same_days(self, ends, language, known):
        first, last = ends
        shown = {
            "both": (first, last),
            "first": (first, None),
            "last": (None, last),
            "one": (first, first),
        }[known]
        held = DateClaim("", *shown, Basis.DERIVED, "from the year of the launch")

        with override(language):
            read = written.claim(written.form_of(held))

        assert (read.earliest, read.latest) == shown

    @given(days, st.sampled_from(["en", "fr", "ar"]), st.sampled_from(["%Y-%m", "%Y"]))
    def test_names_a_month_or_a_year_as_one(self, day, language, form):
        claim = written.claim(day.strftime(form))

        with override(language):
            shown = written.form_of(DateClaim("", claim.earliest, claim.latest, Basis.DERIVED, "…"))
            read = written.claim(shown)

        assert (read.earliest, read.latest) == (claim.earliest, claim.latest)
        assert len(shown.split()) <= 2

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    @pytest.mark.parametrize("basis", [Basis.NONE, Basis.NOT_STATED])
    def test_tells_an_explicit_none_from_what_is_not_stated(self, basis, language):
        with override(language):
            assert written.claim(written.form_of(DateClaim(basis=basis))).basis == basis

    @pytest.mark.parametrize(
        ("language", "shown"),
        [
            ("en", "from 1 May 2012 to 30 June 2013"),
            ("fr", "du 1er mai 2012 au 30 juin 2013"),
            ("ar", "من 1 ماي 2012 إلى 30 يونيو 2013"),
        ],
    )
    def test_is_written_as_people_would(self, language, shown):
        with override(language):
            assert written.form_of(DateClaim("", date(2012, 5, 1), date(2013, 6, 30))) == shown

    @given(anything)
    def test_is_in_the_words_of_the_source_where_it_has_some(self, typed):
        claim, _refusal = attempt(typed)

        assert claim is None or written.form_of(claim) == claim.text


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
            "late 2026",
            "Q1 2026",
            "before 2026",
            "15 Rajab 1433",
        ],
    )
    def test_that_are_not_clear_are_refused(self, typed):
        with pytest.raises(written.Unclear):
            written.days(typed)

    @given(days, st.sampled_from(LOCALES), st.sampled_from(["d MMM y", "d MMMM y"]))
    def test_are_read_as_the_pages_write_them(self, day, locale, form):
        assert written.days(format_date(day, form, locale=locale)) == (day, day)

    @given(days)
    def test_stand_day_first(self, day):
        assert written.days(f"{day.day}/{day.month}/{day.year:04}") == (day, day)

    @given(anything)
    def test_of_anything_typed_are_in_order_or_refused(self, typed):
        try:
            first, last = written.days(typed)
        except written.Unclear:
            return
        assert timedelta(0) <= last - first < timedelta(days=366)

"""What a number of a sheet is: its format says whether people see an amount, a day or a number with leading zeros."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from lib.tables.shapes import Cell, Mark

_EXACT = 15
"""How many digits a spreadsheet program keeps of a number."""
_LEAP = 61
"""Before this day count, Excel's calendar has a 29 February 1900."""
_PLACES = re.compile(r'[0# \\"()/.\-+]*[0#]')
_UNSEEN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_PERCENT = re.compile(r"0(?:\.(0+))?%")

Reading = Callable[[str], Cell]


def reading(code: str, *, since_1904: bool = False) -> Reading:
    """How to read numbers that are shown by the format `code`, such as yyyy-mm-dd or 00000."""
    shown = code.split(";")[0]
    if is_timedelta_format(shown):
        return _duration
    if is_date_format(shown):
        return _days(_UNSEEN.sub("", shown).lower(), MAC_EPOCH if since_1904 else WINDOWS_EPOCH)
    if percent := _PERCENT.fullmatch(_UNSEEN.sub("", shown).strip()):
        return _percent(len(percent[1] or ""))
    if shown.count("0") + shown.count("#") > 1 and "," not in shown and _PLACES.fullmatch(shown):
        return _in_places(shown)
    return plain


def plain(written: str) -> Cell:
    """A number as it is, without the noise of floating points.

    >>> plain("57178.209999999999").text, plain("1E3").text, plain("12345678901234567890").mark
    ('57178.21', '1000', <Mark.ROUNDED: 'rounded'>)
    """
    if written.isascii() and written.isdigit() and len(written) <= _EXACT:
        value = Decimal(written)
        return Cell(str(value), value)
    value = _number(written)
    if value is None:
        return Cell(written, mark=Mark.ERROR)
    text = f"{value:f}"
    if value == value.to_integral_value() and value.adjusted() >= _EXACT:
        return Cell(text, mark=Mark.ROUNDED)
    return Cell(text, value)


def _number(written: str) -> Decimal | None:
    try:
        found = float(written)
        value = Decimal(f"{found:.{_EXACT}g}")
    except (ValueError, InvalidOperation):
        return None
    if not value.is_finite() or abs(value.adjusted()) > 100:
        return None
    return (
        value.quantize(Decimal(1)) if value == value.to_integral_value() and value.adjusted() < 28 else value
    )


def _days(shown: str, epoch: datetime) -> Reading:
    """A day as exactly as its format shows it; with the hour where it shows one."""
    has_day, has_year, has_hour = "d" in shown, "y" in shown, "h" in shown or "s" in shown
    has_month = "m" in (shown.replace("mm:ss", "").replace("h:mm", "") if has_hour else shown)

    def read(written: str) -> Cell:
        number = _number(written)
        try:
            found = from_excel(float(written), epoch)
        except (ValueError, OverflowError):
            return Cell(written, mark=Mark.ERROR)
        if isinstance(found, time) or not (has_day or has_month or has_year):
            if not has_hour:
                return Cell(f"{number:f}", mark=Mark.ERROR)
            hour = found if isinstance(found, time) else found.time()
            return Cell(hour.isoformat("seconds" if hour.second else "minutes"), hour)
        if number < 0 or (epoch == WINDOWS_EPOCH and number < _LEAP):
            return Cell(f"{number:f}", mark=Mark.ERROR)
        day = found.date()
        if has_hour:
            at = found.replace(microsecond=0)
            return Cell(at.isoformat(" ", "seconds" if at.second else "minutes"), at)
        if has_day:
            return Cell(day.isoformat(), day)
        return Cell(f"{day:%Y-%m}" if has_month else f"{day.year:04}", mark=Mark.PARTIAL_DATE)

    return read


def _duration(written: str) -> Cell:
    number = _number(written)
    if number is None or abs(number) > 1_000_000:
        return Cell(written, mark=Mark.ERROR)
    minutes, seconds = divmod(round(timedelta(days=float(number)).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return Cell(f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else ""))


def _percent(places: int) -> Reading:
    def read(written: str) -> Cell:
        cell = plain(written)
        if not isinstance(cell.value, Decimal):
            return cell
        return cell._replace(text=f"{cell.value * 100:.{places}f} %")

    return read


def _in_places(shown: str) -> Reading:
    """Digits put where the format has places for them, as of telephone and postal numbers."""
    pattern = re.sub(r'"([^"]*)"', r"\1", shown).replace("\\", "").replace('"', "")
    places = sum(each in "0#" for each in pattern)

    def read(written: str) -> Cell:
        cell = plain(written)
        if not cell.text.isdigit() or len(cell.text) > places or "." in pattern:
            return cell
        left = iter(cell.text.rjust(places))
        found = ""
        for each in pattern:
            if each not in "0#":
                found += each
                continue
            digit = next(left)
            if digit != " ":
                found += digit
            elif each == "0":
                found += "0"
        return cell._replace(text=found.strip())

    return read


def iso(written: str) -> Cell:
    """A day that the sheet writes in ISO 8601."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return Cell(written, mark=Mark.ERROR)
    if "T" not in written:
        return Cell(written, at.date())
    return Cell(at.isoformat(" ", "minutes"), at)

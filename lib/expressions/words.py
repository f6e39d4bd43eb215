"""The words of dates in English, French and Arabic, and the one plain spelling in which they are compared."""

import re
import unicodedata
from functools import cache

from babel import Locale

from lib.asking import bare
from lib.expressions.unclear import Unclear

MOST = 120
"""Letters in the longest expression that is read at all."""

_ALIKE = {
    **dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True)),
    **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2013\u2014\u2015", "–"),
    **dict.fromkeys("‘’ʼʿʾ`´′", "'"),
    **dict.fromkeys("یے", "ي"),
    "ک": "ك",
    "،": ",",
    "؛": ";",
}
_PLAIN = str.maketrans(_ALIKE)
_QUOTED = re.compile('^[«“„"] ?([^«»“”„"]+?) ?[»”“"]$')
_DIGITS = frozenset("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")


def plain(typed: str) -> str:
    """What was typed in small letters without accents, direction marks, or double blanks; digits 0-9.

    A hyphen stays a hyphen, a dash (–, —) stays a dash: between two years they say the same, within a day they do not.
    Raises Unclear for what is too long, cannot be seen, or has digits of other scripts or in disguise.

    >>> plain("  1ᵉʳ\u00a0AOÛT ٢٠١٢. ")
    '1er aout 2012'
    """
    words = typed.strip()
    if len(words) > MOST:
        raise Unclear("too_long")
    seen = []
    for each in words:
        category = unicodedata.category(each)
        if category in {"Cc", "Cs", "Co", "Cn"} and each not in "\t\n\r":
            raise Unclear("unseen")
        if (category[0] == "N" and each not in _DIGITS) or category == "Me":
            raise Unclear("unreadable")
        if category != "Cf":
            seen.append(each)
    spelled = " ".join(bare("".join(seen).translate(_PLAIN)).split()).rstrip(" ,;")
    spelled = spelled if spelled.endswith("..") else spelled.removesuffix(".")
    return _QUOTED.sub(r"\1", spelled)


def either(words: str) -> str:
    """A pattern for any of the `words`, parted by |, as they are spelled plainly; the longest goes first."""
    spelled = {re.escape(bare(" ".join(each.split()))).replace(r"\ ", " ") for each in words.split("|")}
    return "(?:" + "|".join(sorted(spelled, key=lambda each: (-len(each), each))) + ")"


def alone(words: str) -> re.Pattern[str]:
    """The pattern `either`, where it is no piece of a longer word."""
    return re.compile(rf"(?<!\w){either(words)}(?!\w)")


@cache
def months() -> dict[str, int]:
    """Every name of a Gregorian month: long and short, and those of Morocco, the Levant, Egypt, Algeria, Tunisia."""
    found = {"sept": 9, "يونيه": 6, "يوليه": 7, "غشت": 8, "اوت": 8, "شتنبر": 9, "نونبر": 11, "دجنبر": 12}
    for code in ("en", "en_GB", "fr", "ar_MA", "ar", "ar_SY", "ar_DZ", "ar_TN", "ar_MR"):
        calendar = Locale.parse(code).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in calendar[form][width].items():
                    found.setdefault(bare(name).strip("."), number)
    return found


@cache
def weekdays() -> dict[str, int]:
    """Every name of a weekday, long and short; Monday is 0."""
    found = {"tues": 1, "thur": 3, "thurs": 3}
    for code in ("en", "fr", "ar"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale.parse(code).days["format"][width].items():
                found.setdefault(bare(name).strip("."), number)
    return found


_AL = r"(?:(?:al|el|ul|l|ath|eth|at|et)[ '-]*)?"
_RABI, _JUMADA = r"rabi'?[aie]?[ '-]", r"d?jo?u?ma+da[ '-]"
HIJRI_MONTHS = (
    r"(?:ال)?محرم(?: الحرام)?|mo?u?harr[ae]m",
    r"صفر(?: الخير)?|safar",
    rf"ربيع (?:ال)?اول|{_RABI}*{_AL}(?:aw+al|aou?w?al)|{_RABI}+i",
    rf"ربيع (?:ال)?(?:ثاني|اخر)|{_RABI}*{_AL}(?:th?ani|akh[ia]r)|{_RABI}+ii",
    rf"جماد[ياه] (?:ال)?اول[يه]?|{_JUMADA}*{_AL}(?:o?u+la|aw+al)|{_JUMADA}+i",
    rf"جماد[ياه] (?:ال)?(?:ثاني[هي]?|اخر[هي]?)|{_JUMADA}*{_AL}(?:th?aniya?h?|akh[ia]ra?h?)|{_JUMADA}+ii",
    r"رجب(?: الفرد)?|ra(?:j|dj)ab",
    r"شعبان|(?:sh|ch)a'?a?bane?",
    r"رمضان(?: المبارك| الابرك)?|ramadh?ane?",
    r"شوال|(?:sh|ch)(?:a|e)(?:w+|ou?w?|u)al",
    rf"ذ[وي] ?(?:ال)?قعده(?: الحرام)?|(?:dh?|z)(?:u|ou|i)[ '-]*{_AL}(?:q|k)[ia]'?[ia]?dah?",
    rf"ذ[وي] ?(?:ال)?حجه(?: الحرام)?|(?:dh?|z)(?:u|ou|i)[ '-]*{_AL}hi?(?:jj?|dj)ah?",
)
"""A pattern for each month of the Hijri calendar, in Arabic letters and as it is spelled in Latin ones."""


@cache
def any_month() -> str:
    """A pattern for the name of any month, Gregorian or Hijri."""
    return "(?:" + "|".join([*HIJRI_MONTHS, either("|".join(months()))]) + ")"


CURRENCY = either("""
    dh | dhs | mad | dirham | dirhams | euro | euros | eur | usd | dollar | dollars | qar | riyal | riyals | € | $ |
    £ | % | million | millions | درهم | دراهم | ريال | دولار | يورو | مليون
""")
APPROXIMATELY = either("""
    about | around | approximately | roughly | circa | ca. | c. | ca | probably | perhaps | maybe | ~ |
    vers | environ | aux environs de | aux alentours de | probablement | peut-être |
    حوالي | نحو | تقريبا | زهاء | ربما | حول
""")
SEASONS = either("""
    winter | spring | summer | autumn | fall | hiver | printemps | été | automne |
    شتاء | ربيع | صيف | خريف | الشتاء | الربيع | الصيف | الخريف
""")
FIRST_PART = either("""
    early | beginning of | the beginning of | at the beginning of | start of | the start of |
    début | début de | début du | le début de | au début de | au début du |
    أوائل | بداية | مطلع | مستهل | في بداية | في مطلع
""")
MIDDLE_PART = either("""
    mid | middle of | the middle of | in the middle of | mi | milieu | milieu de | au milieu de |
    منتصف | أواسط | وسط | في منتصف
""")
LAST_PART = either("""
    late | end | end of | the end of | at the end of | fin | fin de | la fin de | la fin du | à la fin de |
    نهاية | أواخر | متم | آخر | ختام | في نهاية | في متم
""")

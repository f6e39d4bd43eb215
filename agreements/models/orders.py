"""By what lists of agreements stand: the same words for the queries and for the indexes that answer them."""

from datetime import date

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib import languages
from lib.claims import LastDay
from lib.folding import Fold


def first_day(name: str, *, none: date) -> Coalesce:
    """The first day that the claim `name` leaves, or the last of one that has no first; `none` where it has no day."""
    return Coalesce(F(f"{name}_range__startswith"), LastDay(f"{name}_range"), Value(none))


def last_day(name: str, *, none: date) -> Coalesce:
    """The last day that the claim `name` leaves; `none` where it has no last."""
    return Coalesce(LastDay(f"{name}_range"), Value(none))


def shown_title(language: str) -> Fold:
    """The title that a reader in this language is shown, folded. Every agreement has one."""
    own = Case(*(When(source_language=code, then=F(f"title_{code}")) for code in languages.CODES))
    texts = [F(f"title_{language}"), own, *(F(f"title_{code}") for code in ("fr", "en", "ar"))]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in texts), output_field=CharField()))

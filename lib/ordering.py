"""What lists stand by beside columns: words as the reader gets them, the first day a date claim leaves possible."""

from collections.abc import Mapping

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib import languages
from lib.claims import LastDay
from lib.folding import Fold
from lib.keyset import Order

BY_KEY: Mapping[str, Order | None] = {"id": None, "-id": None}


def both(name: str, value: str, type: type = str) -> dict[str, Order | None]:
    """An order and its reverse: `name` and `-name`, by the column or annotation `value`."""
    return {
        name: Order(name, value, type=type),
        f"-{name}": Order(f"-{name}", value, descending=True, type=type),
    }


def by_words(rows: QuerySet, column: str, *, into: str, language: str = "source_language") -> QuerySet:
    """Annotate the translated `column` as this reader gets it, folded; `language` is the source's."""
    own = Case(*(When(**{language: code}, then=F(f"{column}_{code}")) for code in languages.CODES))
    words = [F(f"{column}_{languages.current()}"), own, *(F(f"{column}_{code}") for code in languages.CODES)]
    return rows.annotate(**{into: Fold(Coalesce(*(NullIf(each, Value("")) for each in words)))})


def by_first_day(rows: QuerySet, claim: str, *, into: str) -> QuerySet:
    """Annotate the first day that the date claim leaves possible, else the last; empty where no day is known."""
    return rows.annotate(**{into: Coalesce(F(f"{claim}_range__startswith"), LastDay(f"{claim}_range"))})

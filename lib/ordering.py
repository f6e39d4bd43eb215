"""What lists stand by beside columns: words as the reader gets them, the days a date claim leaves possible.

Indexes are made of the same words as the queries that they answer.
"""

from collections.abc import Mapping
from datetime import date

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from lib import languages
from lib.claims import LastDay
from lib.folding import shown
from lib.keyset import Order

BY_KEY: Mapping[str, Order | None] = {"id": None, "-id": None}


def both(name: str, value: str, type: type = str, *, filled: bool = False) -> dict[str, Order | None]:
    """An order and its reverse: `name` and `-name`, by the column or annotation `value`."""
    return {
        name: Order(name, value, type=type, filled=filled),
        f"-{name}": Order(f"-{name}", value, descending=True, type=type, filled=filled),
    }


def both_days(name: str, value: str) -> dict[str, Order | None]:
    """The same by a day, in place of which stands what `last_of` says where none is known."""
    return {
        each: Order(each, value, descending=each != name, type=date, filled=True, empty=last_of(each))
        for each in (name, f"-{name}")
    }


def last_of(name: str) -> date:
    """What no day is after in the order `name`: the last of all days, or the first where the order is a reverse."""
    return date.min if name.startswith("-") else date.max


def first_day(claim: str, *, none: date | None = None) -> Coalesce:
    """The first day that a date claim leaves, or the last of one that has no first; `none` where it has no day."""
    days = F(f"{claim}_range__startswith"), LastDay(f"{claim}_range")
    return Coalesce(*days) if none is None else Coalesce(*days, Value(none))


def last_day(claim: str, *, none: date) -> Coalesce:
    """The last day that a date claim leaves; `none` where it has no last."""
    return Coalesce(LastDay(f"{claim}_range"), Value(none))


def by_words(rows: QuerySet, column: str, *, into: str) -> QuerySet:
    """Annotate the translated `column` as this reader gets it, folded."""
    return rows.annotate(**{into: shown(column, languages.current())})

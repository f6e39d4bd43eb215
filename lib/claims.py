"""Dates that are not exact: what a source says of a date, and what follows from it for certain.

A claim keeps the words of the source, the days between which the date must lie (NULL when nothing can be
said without inventing), and on what basis. A query by dates answers in three values: *certain* when the date is
stated and its range lies inside the asked one, *possible* when the range overlaps, *unknown* when there is none.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, CheckConstraint, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ONE_DAY = timedelta(days=1)


class Basis(models.TextChoices):
    """Where a date comes from."""

    STATED = "stated", _("stated")
    DERIVED = "derived", _("derived from evidence")
    RELATIVE = "relative", _("relative to a date that is not given")
    NOT_STATED = "not_stated", _("not stated")
    NONE = "none", _("explicitly none")


@dataclass(frozen=True)
class DateClaim:
    """A date as claimed. `earliest` and `latest` are both inclusive; None is unbounded.

    `text` is as written in the source. Without bounds and with a basis other than *none*,
    the date is unknown.
    """

    text: str = ""
    earliest: date | None = None
    latest: date | None = None
    basis: str = Basis.NOT_STATED
    note: str = ""

    @property
    def is_known(self) -> bool:
        return self.earliest is not None or self.latest is not None

    @property
    def is_exact(self) -> bool:
        return self.earliest is not None and self.earliest == self.latest

    @property
    def range(self) -> DateRange | None:
        """The half-open `daterange` that PostgreSQL keeps, or None."""
        if not self.is_known:
            return None
        return DateRange(self.earliest, self.latest + ONE_DAY if self.latest else None)

    @property
    def edtf(self) -> str | None:
        """The range in EDTF (ISO 8601-2, level 0 and open intervals) when it can be said, else None.

        >>> DateClaim("2012", date(2012, 1, 1), date(2012, 12, 31), Basis.STATED).edtf
        '2012'
        >>> DateClaim("mai 2012", date(2012, 5, 1), date(2012, 5, 31), Basis.STATED).edtf
        '2012-05'
        >>> DateClaim("avant 2015", None, date(2014, 12, 31), Basis.STATED).edtf
        '../2014-12-31'
        """
        if not self.is_known:
            return None
        if self.is_exact:
            return self.earliest.isoformat()
        if self.earliest and self.latest:
            after = self.latest + ONE_DAY
            if (self.earliest.day, after.day) == (1, 1):
                if (after.year, after.month) == _next_month(self.earliest):
                    return f"{self.earliest:%Y-%m}"
                if (self.earliest.month, after.month, after.year) == (1, 1, self.earliest.year + 1):
                    return f"{self.earliest:%Y}"
        return "/".join(day.isoformat() if day else ".." for day in (self.earliest, self.latest))

    def as_json(self) -> dict:
        """The claim as the API and the dossier say it; the server never invents a day."""
        return {
            "stated": self.text or None,
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
            "basis": str(self.basis),
            "note": self.note,
            "edtf": self.edtf,
        }

    def as_part(self) -> dict[str, str]:
        """The claim as a document that is written has it: what it says, and nothing that follows from it."""
        told = self.as_json()
        return {name: value for name, value in told.items() if name != "edtf" and value not in (None, "")}

    @classmethod
    def from_range(cls, *, text: str, range: DateRange | None, basis: str, note: str) -> "DateClaim":
        earliest = latest = None
        if range is not None and not range.isempty:
            earliest = range.lower
            latest = range.upper - ONE_DAY if range.upper else None
        return cls(text, earliest, latest, basis, note)


NOT_STATED = DateClaim()


def _next_month(day: date) -> tuple[int, int]:
    return (day.year + day.month // 12, day.month % 12 + 1)


def asked_range(earliest: date | None, latest: date | None) -> DateRange:
    """The days from `earliest` to `latest`, both included; None is unbounded, and so is the calendar's last day."""
    return DateRange(earliest, latest + ONE_DAY if latest and latest < date.max else None)


def certain(field: str, asked: DateRange) -> Q:
    """Rows whose date surely lies in `asked`: stated, and all of it inside.

    A derived date is a reader's conclusion, however good its evidence: it is possible, never certain.
    """
    return Q(**{f"{field}_range__contained_by": asked, f"{field}_basis": Basis.STATED})


def possible(field: str, asked: DateRange) -> Q:
    """Rows whose date may lie in `asked`; the certain ones are among them."""
    return Q(**{f"{field}_range__overlap": asked})


def unknown(field: str) -> Q:
    """Rows that say nothing usable of the date; *explicitly none* is an answer, not an unknown."""
    return Q(**{f"{field}_range__isnull": True}) & ~Q(**{f"{field}_basis": Basis.NONE})


class Answer(models.TextChoices):
    """Does a date lie in the asked days? Certainly not is no answer: NULL."""

    CERTAIN = "certain", pgettext_lazy("date", "certainly")
    POSSIBLE = "possible", pgettext_lazy("date", "possibly")
    UNKNOWN = "unknown", pgettext_lazy("date", "unknown")


def answer(field: str, asked: DateRange) -> Case:
    """What the date of each row answers to `asked`, as an Answer; NULL where it is certainly not in it."""
    return Case(
        When(certain(field, asked), then=Value(Answer.CERTAIN.value)),
        When(possible(field, asked), then=Value(Answer.POSSIBLE.value)),
        When(unknown(field), then=Value(Answer.UNKNOWN.value)),
        output_field=models.CharField(),
    )


def answers(field: str, asked: DateRange, wished: Iterable[str]) -> Q:
    """Rows that answer `asked` as one of `wished`; what is possible takes in what is certain.

    What `answer` says, as a condition of the columns themselves, which indexes know.
    """
    ways = {
        Answer.CERTAIN: lambda: certain(field, asked),
        Answer.POSSIBLE: lambda: possible(field, asked),
        Answer.UNKNOWN: lambda: unknown(field),
    }
    condition = Q(pk__in=[])
    for each in wished:
        condition |= ways[Answer(each)]()
    return condition


class LastDay(models.Func):
    """The last day of a `daterange`, in SQL; NULL when it has none."""

    template = "(upper(%(expressions)s) - 1)"
    output_field = models.DateField()


class DateClaims:
    """Put in a model's body as `signed = DateClaims(_("signature"))`: four plain columns, read as one DateClaim.

    The columns are `signed_text`, `signed_range` (daterange), `signed_basis`, `signed_note`; the model's Meta
    adds `claim_constraints("agreement", "signed")`.
    """

    def __init__(self, verbose_name):
        self.verbose_name = verbose_name
        # Reserve our place, so that the columns stand in the order of the model's body.
        self.creation_counter = models.Field.creation_counter
        models.Field.creation_counter += 4

    def contribute_to_class(self, cls, name):
        parts = {
            "text": models.TextField(_("date as written"), blank=True, default=""),
            "range": DateRangeField(_("between (first day, day after the last)"), null=True, blank=True),
            "basis": models.CharField(
                _("basis of the date"), max_length=12, choices=Basis, default=Basis.NOT_STATED
            ),
            "note": models.TextField(_("note on the date"), blank=True, default=""),
        }
        for index, (part, field) in enumerate(parts.items()):
            field.creation_counter = self.creation_counter + index
            field.contribute_to_class(cls, f"{name}_{part}")

        def read(instance) -> DateClaim:
            return DateClaim.from_range(**{part: getattr(instance, f"{name}_{part}") for part in parts})

        def write(instance, claim: DateClaim) -> None:
            for part in parts:
                setattr(instance, f"{name}_{part}", getattr(claim, part))

        setattr(cls, name, property(read, write))


def claim_constraints(table: str, name: str) -> list[CheckConstraint]:
    """The rules of one date claim: a range exactly when it is stated or derived, words where words are owed."""
    with_range = Q(**{f"{name}_range__isnull": False})
    basis = f"{name}_basis"
    return [
        CheckConstraint(
            name=f"{table}_{name}_has_days_iff_stated_or_derived",
            condition=(Q(**{f"{basis}__in": [Basis.STATED, Basis.DERIVED]}) & with_range)
            | (Q(**{f"{basis}__in": [Basis.RELATIVE, Basis.NOT_STATED, Basis.NONE]}) & ~with_range),
            violation_error_message=_(
                "A date has days when it is stated or derived, "
                "and none when it is relative, not stated or explicitly none."
            ),
        ),
        CheckConstraint(
            name=f"{table}_{name}_keeps_the_words_it_rests_on",
            condition=(
                (Q(**{f"{basis}__in": [Basis.STATED, Basis.RELATIVE]}) & ~Q(**{f"{name}_text": ""}))
                | (Q(**{basis: Basis.DERIVED}) & ~Q(**{f"{name}_note": ""}))
                | (Q(**{basis: Basis.NOT_STATED}) & Q(**{f"{name}_text": ""}))
                | Q(**{basis: Basis.NONE})
            ),
            violation_error_message=_(
                "A stated or relative date keeps the words of the source, a derived one says from what, "
                "one that is not stated has no words."
            ),
        ),
        CheckConstraint(
            name=f"{table}_{name}_days_are_not_empty",
            condition=Q(**{f"{name}_range__isempty": False}),
            violation_error_message=_("The first day of a date cannot be after its last."),
        ),
    ]


_EDTF_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def days_of(written: str) -> tuple[date, date] | None:
    """First and last day of `2012`, `2012-05` or `2012-05-18`; None when it is none of these.

    >>> days_of("2012-02")
    (datetime.date(2012, 2, 1), datetime.date(2012, 2, 29))
    """
    match = _EDTF_DAY.fullmatch(written.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if day:
            return (exact := date(year, month, day)), exact
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None

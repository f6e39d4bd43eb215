"""A filtered list as a file of rows: CSV and XLSX for spreadsheets, JSON for programs. Exactly its rows, in its order.

Files are written in batches, so the memory they take does not grow with the list. Columns are headed by names that stay
the same in every language; the XLSX explains them in words. Dates stand as the source writes them, beside the first
and last day they leave: both empty where no source supports a day.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import IO, Any

from django.db.models import Prefetch, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from agreements.exports.characters import printable
from agreements.models import AgreementTheme, Commitment, NamedGroup
from agreements.queries import dossier, listing, progress
from audit.trail import Actor
from lib import addresses, keyset, languages
from lib.claims import DateClaim

BATCH = 200
BETWEEN = " | "


# The rows of a list.


@dataclass(frozen=True)
class Listed:
    """A filtered list: the agreements it leaves, in which of `listing.ORDERS`, for whom, as of which day."""

    agreements: QuerySet
    order: str
    actor: Actor
    on: date
    language: str
    asked: Any = None
    """The search, for the order by relevance."""

    def batches(self, bring: Callable[[QuerySet], QuerySet]) -> Iterator[list]:
        """All rows, BATCH at a time, each with what `bring` prefetches for it."""
        _label, order, falling = listing.ORDERS[self.order]
        ordered = listing.in_order(
            self.agreements, self.order, on=self.on, actor=self.actor, asked=self.asked
        )
        cursor = ""
        while True:
            # A response is written bit by bit: the language of another request must not slip in between.
            with translation.override(self.language):
                page = keyset.page(
                    bring(ordered), key="number", descending=falling, order=order, size=BATCH, cursor=cursor
                )
            if page.rows:
                yield page.rows
            if not page.next:
                return
            cursor = page.next

    def lines(self) -> Iterator[list["Line"]]:
        for batch in self.batches(self._bring):
            with translation.override(self.language):
                yield [Line(each, self.on) for each in listing.rows(batch, on=self.on)]

    def _bring(self, agreements: QuerySet) -> QuerySet:
        # `listed` brings the commitments; what hangs on them is brought after it.
        return listing.listed(agreements, on=self.on, actor=self.actor).prefetch_related(
            Prefetch(
                "theme_links", AgreementTheme.objects.select_related("theme").order_by("position", "pk")
            ),
            Prefetch("groups", NamedGroup.objects.order_by("position", "pk"), to_attr="groups_in_order"),
            "commitments__kind",
            "commitments__beneficiary_links",
        )


class Line:
    """One agreement of the list, and what its columns are read from. Makes no query."""

    def __init__(self, row: listing.Row, on: date):
        self.row = row
        self.agreement = row.agreement
        self.title = languages.spoken(row.agreement, "title")
        self.on = on

    @cached_property
    def next(self) -> tuple[str, DateClaim] | None:
        """What the sources let come next: a deadline still to be met, or the end; what, and its claim."""
        found = [
            (each.label, each.due)
            for each in self.agreement.commitments.all()
            if progress.standing(each, on=self.on).progress != progress.Progress.FULFILLED
        ]
        found.append((_now("end"), self.agreement.ends))
        ahead = [each for each in found if each[1].latest and each[1].latest >= self.on]
        return min(ahead, key=lambda each: (each[1].latest, each[0])) if ahead else None


@dataclass(frozen=True)
class Column:
    """`name` for programs, `words` for people, and how it is read off a line."""

    name: str
    words: Any
    read: Callable[[Any], str | int | None]


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _dated(name: str, words: Any, claim: Callable[[Any], DateClaim | None]) -> list[Column]:
    """A date claim in four columns. What is relative, not stated or explicitly none has no day, here as everywhere."""

    def column(part: str, said: Any, read: Callable[[DateClaim], str]) -> Column:
        def of(row: Any) -> str:
            found = claim(row)
            return read(found) if found else ""

        return Column(f"{name}_{part}", said, of)

    told = {"date": words}
    return [
        column("as_written", _("%(date)s, in the words of the source") % told, lambda each: each.text),
        column(
            "earliest",
            _("%(date)s: first day it can be; empty when unknown") % told,
            lambda each: _day(each.earliest),
        ),
        column(
            "latest",
            _("%(date)s: last day it can be; empty when unknown") % told,
            lambda each: _day(each.latest),
        ),
        column(
            "basis",
            _("%(date)s: stated, derived, relative, not_stated or none") % told,
            lambda each: str(each.basis),
        ),
    ]


def _named(organization: Any) -> str:
    return languages.spoken(organization, "name").value


COLUMNS: list[Column] = [
    Column("code", _("Number in the registry"), lambda line: line.agreement.code),
    Column("reference", _("Reference, as the parties write it"), lambda line: line.agreement.reference),
    Column("title", _("Title, in your language where there is one"), lambda line: line.title.value),
    Column("title_language", _("Language the title is in"), lambda line: line.title.language),
    Column("kind", _("Kind"), lambda line: str(line.agreement.kind)),
    Column(
        "parties",
        _("Parties, with their letters"),
        lambda line: BETWEEN.join(f"{each.letter} {_named(each.organization)}" for each in line.row.parties),
    ),
    Column(
        "programme",
        _("Programme"),
        lambda line: (
            languages.spoken(line.agreement.programme, "name").value if line.agreement.programme else ""
        ),
    ),
    Column(
        "themes",
        _("Themes"),
        lambda line: BETWEEN.join(str(each.theme) for each in line.agreement.theme_links.all()),
    ),
    Column(
        "groups",
        _("Target groups, as the source names them"),
        lambda line: BETWEEN.join(
            languages.spoken(each, "text").value for each in line.agreement.groups_in_order
        ),
    ),
    Column("state", _("State on the day of this file, as a code"), lambda line: line.row.state.value),
    Column(
        "state_words", _("State on the day of this file, in words"), lambda line: str(line.row.state.label)
    ),
    *_dated("signed", _("Signed"), lambda line: line.agreement.signed),
    Column(
        "signed_answer",
        _("Signed in the days asked for: certain, possible or unknown; empty when nobody asked"),
        lambda line: getattr(line.agreement, "signed_answer", None) or "",
    ),
    *_dated("effective", _("In force from"), lambda line: line.agreement.effective),
    *_dated("ends", _("Ends"), lambda line: line.agreement.ends),
    Column("commitments", _("Commitments, a joint one counted once"), lambda line: line.row.commitments),
    Column(
        "commitments_by_side",
        _("Commitments of each side; J are joint ones of all parties"),
        lambda line: BETWEEN.join(f"{letters} {count}" for letters, count in line.row.sides),
    ),
    Column("fulfilled", _("Commitments fulfilled"), lambda line: line.row.done),
    Column(
        "open_questions",
        _("Open questions"),
        lambda line: sum(each.resolved_at is None for each in line.agreement.questions.all()),
    ),
    Column("next_what", _("What comes next by the sources"), lambda line: line.next[0] if line.next else ""),
    Column(
        "next_earliest",
        _("First day of what comes next"),
        lambda line: _day(line.next[1].earliest) if line.next else "",
    ),
    Column(
        "next_latest",
        _("Last day of what comes next"),
        lambda line: _day(line.next[1].latest) if line.next else "",
    ),
    Column("confidentiality", _("Who may read it"), lambda line: line.agreement.confidentiality),
    Column("editorial_state", _("State of the record"), lambda line: line.agreement.editorial_state),
    Column("source_language", _("Language of the source"), lambda line: line.agreement.source_language),
    Column("address", _("Address"), lambda line: addresses.page(line.agreement, languages.current())),
]


@dataclass(frozen=True)
class Owed:
    """One commitment of a line, with how far it is."""

    line: Line
    commitment: Commitment

    @cached_property
    def beneficiaries(self) -> str:
        agreement, links = self.line.agreement, self.commitment.beneficiary_links.all()
        parties, groups = {each.party_id for each in links}, {each.group_id for each in links}
        found = [_named(each.organization) for each in self.line.row.parties if each.pk in parties]
        found += [
            languages.spoken(each, "text").value for each in agreement.groups_in_order if each.pk in groups
        ]
        return BETWEEN.join(found)

    @cached_property
    def text(self) -> languages.Text:
        return languages.spoken(self.commitment, "text")

    @cached_property
    def progress(self) -> progress.Progress:
        return progress.standing(self.commitment, on=self.line.on).progress


COMMITMENT_COLUMNS: list[Column] = [
    Column("code", _("Number in the registry"), lambda owed: owed.line.agreement.code),
    Column("label", _("Label of the commitment"), lambda owed: owed.commitment.label),
    Column(
        "debtors",
        _("Who owes it"),
        lambda owed: BETWEEN.join(_named(each.organization) for each in owed.commitment.lane.parties),
    ),
    Column("beneficiaries", _("Whom it is for; empty when not stated"), lambda owed: owed.beneficiaries),
    Column("text", _("What is undertaken"), lambda owed: owed.text.value),
    Column("text_language", _("Language the text is in"), lambda owed: owed.text.language),
    Column("kind", _("Kind"), lambda owed: str(owed.commitment.kind)),
    *_dated("due", _("Due"), lambda owed: owed.commitment.due),
    Column("progress", _("How far it is, as a code"), lambda owed: owed.progress.value),
    Column("progress_words", _("How far it is, in words"), lambda owed: str(owed.progress.label)),
    Column(
        "address",
        _("Address"),
        lambda owed: f"{addresses.page(owed.line.agreement, languages.current())}#{owed.commitment.label}",
    ),
]


def _owed(line: Line) -> list[Owed]:
    return [Owed(line, each) for each in line.agreement.commitments.all()]


# CSV.

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def harmless(value: str | int | None) -> str:
    """`value` as no spreadsheet takes it for a formula: an apostrophe is put before what could begin one.

    A text that begins so with apostrophes of its own gets one more, so that taking the first away always gives back
    what was there. Plain numbers stay numbers. After OWASP, «CSV Injection».

    >>> harmless("=1+1"), harmless("'=1"), harmless("-12,5"), harmless("'tis")
    ("'=1+1", "''=1", '-12,5', "'tis")
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def csv_file(listed: Listed) -> Iterator[bytes]:
    """RFC 4180 in UTF-8, with the mark that tells Excel so."""
    yield "\ufeff".encode()
    yield _csv([[each.name for each in COLUMNS]])
    for lines in listed.lines():
        with translation.override(listed.language):
            text = _csv([harmless(column.read(line)) for column in COLUMNS] for line in lines)
        yield text


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()


# JSON.


def json_file(listed: Listed, *, readable: QuerySet, proof: bool) -> Iterator[bytes]:
    """`{"results": […]}`: each agreement as the API tells it; `readable` as in `dossier.with_facts`."""

    def bring(agreements: QuerySet) -> QuerySet:
        facts = dossier.with_facts(agreements, on=listed.on, readable=readable)
        return dossier.with_citations(facts) if proof else facts

    yield b'{"results": ['
    between = ""
    for batch in listed.batches(bring):
        for agreement in batch:
            with translation.override(listed.language):
                document = json.dumps(dossier.read(agreement, proof=proof), ensure_ascii=False)
            yield f"{between}\n{document}".encode()
            between = ","
    yield b"\n]}\n"


# XLSX.

LONGEST_CELL = 32_767
"""What Excel takes; beyond it a cell says that it was cut."""
_WIDTHS = {"title": 50, "text": 60, "parties": 50, "groups": 40, "debtors": 40, "beneficiaries": 40}


def xlsx_file(listed: Listed, *, asked: Sequence[tuple[str, str]]) -> IO[bytes]:
    """An open file: the agreements, their commitments, and a sheet that explains both.

    `asked` are the filters in force as (label, value). Every text is written as text, never as a formula.
    """
    book = Workbook(write_only=True)
    with translation.override(listed.language):
        book.properties.title = _now("Agreements")
        book.properties.creator = listed.actor.audit_label()
        agreements = _sheet(book, _now("Agreements"), COLUMNS)
        commitments = _sheet(book, _now("Commitments"), COMMITMENT_COLUMNS)
    rows = 0
    for lines in listed.lines():
        with translation.override(listed.language):
            for line in lines:
                rows += 1
                agreements.append([_cell(agreements, each.read(line)) for each in COLUMNS])
                for owed in _owed(line):
                    commitments.append([_cell(commitments, each.read(owed)) for each in COMMITMENT_COLUMNS])
    with translation.override(listed.language):
        _about(book, listed, rows, asked)
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the response closes it
    book.save(file)
    file.seek(0)
    return file


def _sheet(book: Workbook, title: str, columns: list[Column]):
    sheet = book.create_sheet(title[:31])
    sheet.sheet_view.rightToLeft = languages.direction(languages.current()) == "rtl"
    sheet.freeze_panes = "B2"
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column.name, 18)
    sheet.append([_cell(sheet, each.name, bold=True) for each in columns])
    return sheet


def _about(book: Workbook, listed: Listed, rows: int, asked: Sequence[tuple[str, str]]) -> None:
    """What the file holds, as of when, by which filters, for whom; and every column in words."""
    sheet = book.create_sheet(_now("About this file")[:31])
    sheet.sheet_view.rightToLeft = languages.direction(listed.language) == "rtl"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 32, 80
    told = [
        (_now("As of"), listed.on.isoformat()),
        (_now("Agreements"), rows),
        (_now("Order"), str(listing.ORDERS[listed.order][0])),
        (_now("Made for"), listed.actor.audit_label()),
        *asked,
        (
            _now("Confidentiality"),
            _now("This file holds what its reader may read: others may not be allowed to."),
        ),
    ]
    for title, columns in ((_now("Agreements"), COLUMNS), (_now("Commitments"), COMMITMENT_COLUMNS)):
        told += [(None, None), (title, None), *((each.name, str(each.words)) for each in columns)]
    for name, words in told:
        sheet.append([_cell(sheet, name, bold=words is None), _cell(sheet, words)])


def _cell(sheet, value: str | int | None, *, bold: bool = False) -> WriteOnlyCell:
    if isinstance(value, str):
        value = printable(value)
        if len(value) > LONGEST_CELL:
            end = _now(" … [cut: the whole text is in the JSON]")
            value = value[: LONGEST_CELL - len(end)] + end
    return written(sheet, value, bold=bold)


def written(sheet, value: str | int | None, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that holds `value` as it is: a text is a text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=None if value == "" else value)
    if isinstance(value, str) and value:
        cell.data_type = "s"  # openpyxl takes what begins with = for a formula
        if "\n" in value:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell

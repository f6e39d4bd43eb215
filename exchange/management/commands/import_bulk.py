"""Enter very many agreements out of one CSV file."""

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from agreements.exports.characters import printable
from agreements.exports.tabular import harmless
from exchange.imports.bulk import run
from exchange.shapes.tables import TABLES
from lib.problems import Refused
from lib.uploads import Unfit
from organizations.models import User

SHOWN = 20
"""Faults that are told on the screen; all of them stand in the report."""
OFTEN = 2.0
"""Seconds between two words about how far it is."""
_DOING = {"read": "read", "check": "checking", "enter": "entered", "analyze": "analyzing"}


class Command(BaseCommand):
    help = (
        "Enters the agreements of a CSV file as drafts: the columns and rules of an import on the page, without its"
        " limit of rows, for new agreements alone. What is here already is left as it is. Nothing is entered unless"
        " all rows are right, or --skip-bad leaves the others out; every fault is told in a report, with line and"
        " column. One transaction: if it is killed, nothing has happened."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument(
            "--as", dest="email", metavar="EMAIL", required=True, help="the account it is for"
        )
        parser.add_argument("--check", action="store_true", help="tell what is wrong, and enter nothing")
        parser.add_argument(
            "--skip-bad",
            action="store_true",
            help="leave out the rows that are refused; an organization entered for one stays",
        )
        parser.add_argument(
            "--enter-unknown", action="store_true", help="enter organizations that nobody knows as new ones"
        )
        parser.add_argument("--again", action="store_true", help="although the same file was entered before")
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADER=COLUMN", help="what a header means"
        )
        parser.add_argument(
            "--all", action="append", default=[], metavar="COLUMN=VALUE", help="what holds for all rows"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="by default FILE.csv.faults.csv")
        parser.add_argument(
            "--language", choices=("en", "fr", "ar"), help="of the report; by default the account's"
        )

    def handle(self, *, file, email, language, report, **options):
        by = User.objects.filter(email__iexact=email, is_active=True).first()
        if by is None:
            raise CommandError(f"No account in force has the address {email}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        columns, constants = _pairs(options["column"]), _pairs(options["all"])
        for name in (*columns.values(), *constants):
            if name and TABLES["agreements"].column(name) is None:
                raise CommandError(f"{name!r} is no column of the table of agreements.")
        told = Report(report or file.with_name(f"{file.name}.faults.csv"), self.stdout.write)
        with translation.override(language or by.language):
            try:
                outcome = run.bring(
                    file,
                    by=by,
                    columns=columns,
                    constants=constants,
                    enter_unknown=options["enter_unknown"],
                    skip_bad=options["skip_bad"],
                    again=options["again"],
                    check=options["check"],
                    report=told.write,
                    say=Progress(self.stderr.write).say,
                )
            except Refused as refusal:
                raise CommandError(" ".join(each.message for each in refusal.faults)) from refusal
            except Unfit as fault:
                raise CommandError(str(fault)) from fault
            except PermissionDenied as fault:
                raise CommandError(str(fault) or "This account may not enter agreements.") from fault
        self._tell(outcome, told, check=options["check"])

    def _tell(self, outcome: run.Outcome, told: "Report", *, check: bool) -> None:
        for name, said in sorted(
            outcome.columns.items(), key=lambda each: (len(each[1].letter), each[1].letter)
        ):
            self.stdout.write(f"  {said.letter} “{said.header}”: {name}")
        if told.count > SHOWN:
            self.stdout.write(f"… and {told.count - SHOWN:,} more faults.")
        if told.count:
            self.stdout.write(f"Every fault, with its line and column: {told.path}")
        self.stdout.write(
            f"Rows read: {outcome.rows:,}; refused: {outcome.refused:,}; here already and left as they are:"
            f" {outcome.here:,}; totals: {outcome.totals:,}."
        )
        self.stdout.write(f"SHA-256 of the file: {outcome.sha256}")
        if outcome.is_entered:
            self.stdout.write(
                f"Entered as drafts: {outcome.entered:,} agreements, with {outcome.bodies:,} new organizations."
            )
        elif check and not outcome.refused:
            self.stdout.write("Checked; nothing is wrong. Nothing was entered.")
        elif check:
            self.stdout.write("Checked. Nothing was entered.")
        else:
            raise CommandError(
                "Nothing was entered: mend the file, or leave the refused rows out with --skip-bad."
            )


class Report:
    """The faults as they come: all of them into the file, the first on the screen. No fault, no file."""

    def __init__(self, path: Path, show):
        self.path, self.show, self.count = path, show, 0

    def write(self, faults: Iterator[tuple]) -> None:
        first = next(faults, None)
        if first is None:
            return
        with self.path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(["line", "column", "header", "message", "hint"])
            for fault in _with(first, faults):
                writer.writerow([harmless(printable(str(each))) for each in fault])
                if self.count < SHOWN:
                    line, letter, header, message, hint = fault
                    place = f" {letter} “{header}”" if letter else ""
                    self.show(f"Line {line}{place}: {message} {hint}".rstrip())
                self.count += 1


def _with(first: tuple, rest: Iterator[tuple]) -> Iterator[tuple]:
    yield first
    yield from rest


class Progress:
    """How far it is, now and then."""

    def __init__(self, write):
        self.write = write
        self.doing, self.done = "", 0
        self.begun = self.told = time.monotonic()

    def say(self, doing: str, more: int) -> None:
        now = time.monotonic()
        if doing != self.doing:
            self.doing, self.done, self.told = doing, 0, now - OFTEN
        self.done += more
        if now - self.told >= OFTEN:
            self.told = now
            count = f" {self.done:,}" if self.done else ""
            self.write(f"{now - self.begun:7.0f} s  {_DOING[doing]}{count}")
            sys.stderr.flush()


def _pairs(told: list[str]) -> dict[str, str]:
    found = {}
    for each in told:
        name, equals, value = each.partition("=")
        if not equals:
            raise CommandError(f"{each!r} says nothing: write NAME=VALUE.")
        found[name] = value
    return found

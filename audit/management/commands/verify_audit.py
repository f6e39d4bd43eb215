"""Check every seal of the audit trail."""

from django.core.management.base import BaseCommand, CommandError

from audit import verification


class Command(BaseCommand):
    help = (
        "Recomputes the seal of every audit event and its place in its chain, and compares every row with its newest "
        "version. Prints a digest of all chains, to keep somewhere else: with --expect it also proves that nothing "
        "before that digest was cut off."
    )

    def add_arguments(self, parser):
        parser.add_argument("--expect", metavar="DIGEST", help="a digest printed earlier (transaction:hash)")

    def handle(self, *, expect, **options):
        report = verification.verify(expect)
        for fault in report.faults:
            self.stderr.write(self.style.ERROR(fault))
        if report.faults:
            raise CommandError(f"The audit trail does not hold: {len(report.faults)} fault(s).")
        self.stdout.write(f"{report.events} events in {report.chains} chains: every seal holds.")
        self.stdout.write(f"{report.versions} versions of rows: every row is as its newest version says.")
        self.stdout.write(f"Digest: {report.digest}")

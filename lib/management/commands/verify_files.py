"""Check every file that was kept."""

from django.core.management.base import BaseCommand, CommandError

from lib import stored_files


class Command(BaseCommand):
    help = (
        "Reads every file that the registry tells of and compares its hash; finds files that no record tells of. "
        "Ends with an error when a file is missing or altered, or when there are such orphans and they stay."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remove-orphans",
            action="store_true",
            help="delete the files that no record tells of; those of the last hour are left alone",
        )

    def handle(self, *, remove_orphans, **options):
        report = stored_files.verify()
        for fault in report.faults:
            self.stderr.write(self.style.ERROR(fault))
        for name in report.orphans:
            self.stdout.write(f"{name} belongs to no record{': removed' if remove_orphans else ''}.")
        if remove_orphans:
            stored_files.remove_orphans(report)
        left = 0 if remove_orphans else len(report.orphans)
        if report.faults or left:
            raise CommandError(f"{len(report.faults)} fault(s), {left} file(s) of no record.")
        self.stdout.write(
            f"{report.files} files, {report.bytes / 1024**2:.1f} MiB: every one is there as it was kept."
        )

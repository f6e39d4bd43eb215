"""Write out the agreements that nobody has read yet."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.queries import rendering
from lib import languages


class Command(BaseCommand):
    help = (
        "Writes out the JSON of all agreements that is not kept yet, in every language. It is kept as they are read,"
        " one by one: this is for after a release or a large import, so that no reader waits (docs/operations.md)."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--language", action="append", choices=languages.CODES, help="One of them alone; may be repeated."
        )

    def handle(self, *args, **options):
        for language in options["language"] or languages.CODES:
            written = 0
            for written in rendering.render_missing(language=language, on=timezone.localdate()):
                self.stdout.write(f"{language}: {written}", ending="\r")
                self.stdout.flush()
            self.stdout.write(f"{language}: {written} written")

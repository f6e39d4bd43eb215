"""`manage.py send_digests`: the weekly letters. A timer runs it once a week."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.services import digest
from organizations.models import System


class Command(BaseCommand):
    help = "Sends each reader who asked for it what changed in the agreements they follow, since the letter before."

    def add_arguments(self, parser):
        parser.add_argument(
            "--on", help="tell what happened before this day began, as 2026-11-22; today when not given"
        )

    def handle(self, *, on: str | None, **options):
        try:
            day = date.fromisoformat(on) if on else timezone.localdate()
        except ValueError as error:
            raise CommandError(f"--on {on}: write a day like 2026-11-22.") from error
        if day > timezone.localdate():
            raise CommandError(f"--on {on}: that day has not begun; changes until then would never be told.")
        sent = digest.send_all(on=day, by=System("send_digests"))
        self.stdout.write(f"{sent} sent.")

"""Let go of what the API keeps for a time only."""

from django.core.management.base import BaseCommand

from exchange.access import upkeep


class Command(BaseCommand):
    help = (
        "Removes kept answers after 48 hours, notes of API calls after API_CALLS_KEPT_DAYS, counts of past minutes and"
        " OAuth tokens that have ended. The registry does a little of it by itself, once an hour."
    )

    def handle(self, **options):
        for table, number in upkeep.prune().items():
            self.stdout.write(f"{table}: {number}")

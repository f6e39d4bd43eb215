"""Draw anew what the search finds by, from the facts themselves."""

from django.core.management.base import BaseCommand

from lib import search


class Command(BaseCommand):
    help = (
        "Draws the entries that the search finds by anew. The database keeps them true by itself: this is for after a"
        " change of the folding, the stemming or the keys (docs/search.md)."
    )

    def handle(self, *args, **options):
        for entries, count in search.rebuild().items():
            self.stdout.write(f"{entries}: {count}")

"""`manage.py send_webhooks`: tells partner systems of changes, as long as it runs. Several may run."""

import logging
import signal
import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils import timezone

from exchange.services import sending

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks when there is nothing to do."""
FORGETTING = 3600.0
"""Seconds between two sweeps of what is over."""


class Command(BaseCommand):
    help = "Sends what happened to the webhooks of partner organizations, until it is ended."

    def add_arguments(self, parser):
        parser.add_argument(
            "--once", action="store_true", help="end when there is nothing to do at the moment"
        )

    def handle(self, *, once: bool, **options):
        self.wanted = True
        if not once:
            signal.signal(signal.SIGTERM, self.end)
            signal.signal(signal.SIGINT, self.end)
        swept = 0.0
        while self.wanted:
            try:
                busy = self.work()
                if time.monotonic() - swept > FORGETTING:
                    swept = time.monotonic()
                    sending.forget(timezone.now())
            except Exception:
                if once:
                    raise
                log.exception("Something went wrong between the messages, mostly the database; going on.")
                connection.close()  # with it go the locks: what was being sent is sent again
                busy = False
            if not busy:
                if once:
                    return
                close_old_connections()
                time.sleep(PAUSE)

    def work(self) -> bool:
        """One round: what happened becomes deliveries, and what is due is sent. Whether there was any of it."""
        made = sending.fan_out()
        sent = 0
        while self.wanted and sent < sending.PAGE and sending.send_due():
            sent += 1
        return bool(made or sent)

    def end(self, _number, _frame):
        """Finish what is being sent, and begin nothing new."""
        self.wanted = False

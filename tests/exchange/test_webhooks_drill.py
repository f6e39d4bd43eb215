"""Senders are killed and the receiver fails: all arrives, in order, and one poison holds nothing else."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from standardwebhooks.webhooks import Webhook

from exchange.models import WebhookDelivery
from exchange.services import webhooks
from tests.exchange import test_api_changes
from tests.exchange.feeding import settle
from tests.factories import AgreementFactory, ApiTokenFactory

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("long"), pytest.mark.django_db(transaction=True)]

EVENTS, RECORDS, KILLS, SENDERS = 600, 20, 8, 2
FAILING = 0.25
POISONED = 5
"""The version of the first agreement whose message is refused for good."""


class Receiver(BaseHTTPRequestHandler):
    """Fails now and then, before or after it took the message in; and always for the poison."""

    taken: list[tuple[str, str, int]] = []
    wrong: list[str] = []
    poison: tuple[str, int] = ("", 0)
    secret = ""
    chance = random.Random(20121122)  # noqa: S311 — a draw that anybody may repeat
    lock = threading.Lock()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = json.loads(body)
        with self.lock:
            fails = self.chance.random() < FAILING
            lost = self.chance.random() < 0.5
            try:
                Webhook(self.secret).verify(body.decode(), dict(self.headers))
            except Exception as error:
                self.wrong.append(str(error))
            is_poison = (event["data"]["id"], event["data"]["version"]) == self.poison
            if not is_poison and (not fails or lost):
                self.taken.append((event["subject"], self.headers["webhook-id"], event["data"]["version"]))
        self.send_response(500 if fails or is_poison else 204)
        self.end_headers()

    def log_message(self, *_words):
        pass


def sender(folder: Path) -> subprocess.Popen:
    here = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(here._replace(path=f"/{connection.settings_dict['NAME']}"))
    with (folder / "sender.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "send_webhooks"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": address,
                "OUTBOUND_DEVELOPMENT": "true",
                "WEBHOOK_PAUSES": "0.05 0.1 0.1 0.2 0.2 0.2 0.2 0.2 0.2 0.2 0.2 0.2",
            },
            stdout=log,
            stderr=log,
        )


def test_all_arrive_in_order_whatever_dies(tmp_path):
    agreements = [AgreementFactory(published=True) for _ in range(RECORDS)]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    listening = threading.Thread(target=server.serve_forever)
    listening.start()
    running: list[subprocess.Popen] = []
    try:
        with override_settings(OUTBOUND_DEVELOPMENT=True):
            row, Receiver.secret = webhooks.add(
                url=f"http://127.0.0.1:{server.server_port}/", events=["agreement.*"], by=ApiTokenFactory()
            )
        Receiver.poison = (str(agreements[0].pk), POISONED)
        running = [sender(tmp_path) for _ in range(SENDERS)]
        for number in range(EVENTS):
            test_api_changes.TestTheOrder.count_up(agreements[number % RECORDS])
        killed = 0
        until = time.monotonic() + 180
        while not over(row):
            assert time.monotonic() < until, (tmp_path / "sender.log").read_text()[-3000:]
            time.sleep(0.7 if killed < KILLS else 0.2)
            if killed < KILLS and row.deliveries.filter(state="delivered").exists():
                one = running.pop(0)
                os.kill(one.pid, signal.SIGKILL)
                one.wait()
                running.append(sender(tmp_path))
                killed += 1
    finally:
        for each in running:
            each.terminate()
            assert each.wait(30) == 0
        server.shutdown()
        listening.join()
        server.server_close()

    assert killed == KILLS
    assert Receiver.wrong == []
    firsts: dict[str, list[int]] = defaultdict(list)
    for subject, _key, version in Receiver.taken:
        if version not in firsts[subject]:
            firsts[subject].append(version)
    whole = list(range(2, EVENTS // RECORDS + 2))
    for agreement in agreements:
        expected = [each for each in whole if (str(agreement.pk), each) != Receiver.poison]
        assert firsts[f"agreements/{agreement.pk}"] == expected, "each, and in order"
    keys = {(subject, version): set() for subject, _key, version in Receiver.taken}
    for subject, key, version in Receiver.taken:
        keys[subject, version].add(key)
    assert all(len(each) == 1 for each in keys.values()), "an attempt has the id of its event"
    (dead,) = WebhookDelivery.objects.filter(state="dead")
    assert (dead.subject, json.loads(dead.body)["data"]["version"]) == (
        f"agreements/{agreements[0].pk}",
        POISONED,
    )


def over(row) -> bool:
    settle()
    told = row.deliveries
    return told.count() >= EVENTS and not told.filter(state="pending").exists()

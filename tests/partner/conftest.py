"""A live server with the sample registry, and clients that act for its sandbox."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from threading import enumerate as threads

import pytest
from django.core.management import call_command

from organizations import services
from organizations.models import Organization
from tests.factories import TESTS
from tests.partner.client import Registry


@pytest.fixture
def waits() -> list[float]:
    """How long the clients slept: here nobody does."""
    return []


@pytest.fixture
def client_of(live_server, settings, waits) -> Iterator[Callable[..., Registry]]:
    """Issues a token for the sandbox and gives the client that has it; tokens of other roles are the office's."""
    settings.PUBLIC_URL = live_server.url
    call_command("load_sample", verbosity=0, stdout=StringIO())
    sandbox = Organization.objects.get(slug="sandbox")
    with ExitStack() as open_ones:

        def client(label: str, **token) -> Registry:
            _token, secret = services.issue_token(organization=sandbox, label=label, by=TESTS, **token)
            registry = Registry(f"{live_server.url}/api/v1", secret, sleep=waits.append)
            open_ones.callback(registry.session.close)
            return registry

        yield client
    gc.collect()  # an answer that was raised holds its line open: urllib3 closes it with the last of them
    for thread in threads():  # each still holds its connection to the database for a moment
        if "process_request_thread" in thread.name:
            thread.join(timeout=5)


@pytest.fixture
def ours(client_of) -> Registry:
    return client_of("nightly")


@pytest.fixture
def another(client_of) -> Registry:
    return client_of("front desk")

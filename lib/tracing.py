"""A request has one id: in its answer, in the log, in the audit trail."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request being served, or the empty text outside of one."""
    return _current.get()


@contextmanager
def request(name: str) -> Iterator[None]:
    """Everything inside belongs to the request `name`."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Lets a log line name its request."""

    def filter(self, record):
        record.request_id = request_id() or "-"
        return True

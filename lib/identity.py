"""Ids: UUIDv7 (RFC 9562), so that rows made later sort later in every index."""

import os
import struct
import time
from collections.abc import Iterator
from uuid import UUID

import uuid6

_AT_ONCE = 512
_RANDOM = (1 << 62) - 1
_VARIANT = 1 << 63


def new_id() -> UUID:
    return UUID(bytes=uuid6.uuid7().bytes)


def new_ids() -> Iterator[str]:
    """Ids without end, each written out, and after the one before: those of one millisecond are counted."""
    last = 0
    while True:
        for (chance,) in struct.iter_unpack("Q", os.urandom(8 * _AT_ONCE)):
            last = max(last + 1, time.time_ns() // 1_000_000 << 12)
            yield f"{last >> 12:012x}7{last & 0xFFF:03x}{chance & _RANDOM | _VARIANT:016x}"

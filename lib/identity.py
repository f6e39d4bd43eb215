"""Ids: UUIDv7 (RFC 9562), so that rows made later sort later in every index."""

from uuid import UUID

import uuid6


def new_id() -> UUID:
    return UUID(bytes=uuid6.uuid7().bytes)

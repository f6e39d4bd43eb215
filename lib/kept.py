"""Pieces of pages that are kept in this process for whoever asks for the same again.

A piece is kept under all that it was made of: who looks and what they may, the language, the day, the address, and the
pulse of the registry (`audit.pulse`). So it is never thrown away, only asked for no more, and nobody gets another's.
What belongs to one answer alone, a token or a message, has no place in a piece.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from lib import languages

_CACHE = "pages"


def key(request: HttpRequest, *made_of: Any) -> str:
    """The key of what `request` shows its reader, made of this besides."""
    reader = request.user
    of_reader = (
        str(reader.account_id),
        reader.role,
        str(reader.organization_id),
        sorted(each.name for each in reader.permissions),
    )
    told = repr((request.get_full_path(), languages.current(), of_reader, made_of))
    return hashlib.sha256(told.encode()).hexdigest()


def kept(name: str, make: Callable[[], tuple[Any, bool]]) -> Any:
    """What is kept under the key `name`; else what `make` returns, which says besides whether to keep it."""
    if settings.DEBUG:  # templates change under a running server
        return make()[0]
    if (found := caches[_CACHE].get(name)) is None:
        found, lasting = make()
        if lasting:
            caches[_CACHE].set(name, found)
    return found

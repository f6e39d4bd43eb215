"""What passes between the registry and others: tables that come in, and what partner systems asked and are told."""

from exchange.models.imports import (
    LOCKS,
    Import,
    ImportEffect,
    ImportRow,
    KnownHeader,
    State,
    import_path,
)

__all__ = [
    "LOCKS",
    "Import",
    "ImportEffect",
    "ImportRow",
    "KnownHeader",
    "State",
    "import_path",
]

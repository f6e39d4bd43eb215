"""Which of our tables and columns a header means: by our own names, or by what others call them."""

import hashlib
import re
from collections.abc import Sequence

from exchange.shapes.tables import COMPUTED, TABLES, Table
from lib.asking import bare

_BETWEEN = re.compile(r"[\W_]+")


def folded(header: str) -> str:
    """A header without accents, signs and capitals.

    >>> folded("Date de  signature (1)"), folded("dateConvention")
    ('date de signature 1', 'dateconvention')
    """
    return _BETWEEN.sub(" ", bare(header)).strip()


def fingerprint(headers: Sequence[str]) -> str:
    """The same for headers that differ in capitals, accents and signs alone."""
    return hashlib.sha256("\n".join(folded(each) for each in headers).encode()).hexdigest()


def is_computed(header: str) -> bool:
    """Whether it tells what the registry works out by itself, in the export of a list."""
    return header in COMPUTED


def columns(headers: Sequence[str], table: Table) -> dict[int, str]:
    """For each place in the header, from 0, our name of its column; nothing where it is none."""
    found: dict[int, str] = {}
    taken: set[str] = set()
    exact = {each.name: each for each in table.columns}
    names: dict[str, str] = {}
    for each in table.columns:
        for name in (each.name.replace("_", " "), *each.also):
            names.setdefault(folded(name), each.name)
    for how in (
        lambda header: header if header in exact else "",
        lambda header: names.get(folded(header), ""),
    ):
        for index, header in enumerate(headers):
            name = how(header.strip())
            if name and index not in found and name not in taken:
                found[index] = name
                taken.add(name)
    return found


def table(headers: Sequence[str]) -> Table:
    """The table whose columns these most likely are; agreements where nothing tells."""

    def worth(each: Table) -> tuple[int, int]:
        found = columns(headers, each)
        exact = sum(headers[index].strip() == name for index, name in found.items())
        return (exact + len(found), each.is_plain)

    return max(TABLES.values(), key=worth)

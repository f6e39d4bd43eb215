"""What an example is: one request, and what must be in its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

ANY = ...
"""In an answer: whatever stands there."""


@dataclass(frozen=True)
class Example:
    """One request, and what must be in its answer."""

    name: str
    title: str | Promise
    method: str
    path: str
    """Below /api/v1, or whole where it begins with /identity/."""
    status: int
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of a form, in the place of a body."""
    file: tuple[str, str] | None = None
    """Name and content of the part `file` of a form."""
    answer: Any = None
    """What is in the answer, among more: members of objects, and the first elements of arrays."""
    answered: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer, with what they begin with."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """Name → where it is in the answer: members with dots, or a header."""
    shown: bool = True
    """Whether the page shows it; the contract tells them all."""

    @property
    def is_keyed(self) -> bool:
        """Whether it needs an Idempotency-Key."""
        return self.method == "POST" and not self.path.startswith("/identity/")


PLACES = {
    "AMAN_BAYTI": "the agreement of Aman and Bayti",
    "ENTRAIDE_AL_AMAL": "the agreement of Entraide nationale and the Al Amal centre",
    "SANDBOX": "the sandbox organization",
    "AGREEMENT": "the agreement of the sandbox",
    "COMMITMENT": "what the sandbox owes in it: workshops",
}
"""What is in the sample registry → what it is."""

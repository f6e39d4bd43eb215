"""What the rules find: facts that lean on each other by name, before any of them is in a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agreements.services.reading.text import Span


class Beside(StrEnum):
    """What a finding becomes beside what `placing` names."""

    ORGANIZATION = "organization"
    """One that is no party: above a party, or where a speaker holds an office."""
    OFFICE = "office"
    """One office more of a person."""
    DETAIL = "detail"
    """Values of an organization, of the source, or of the record itself."""
    QUESTION = "question"
    """An open question with its readings."""


@dataclass(frozen=True)
class Ref:
    """The key of the part that another finding became."""

    name: str


@dataclass(frozen=True)
class IfThere(Ref):
    """The same, where that part is there already; it is not entered for this alone."""


@dataclass(frozen=True)
class Body:
    """How to point at an organization: by its key in the draft, or by its id in the registry."""

    name: str


@dataclass(frozen=True)
class Cite:
    """One quote more; `about` says what of the fact it proves."""

    span: Span
    about: str = ""


@dataclass(frozen=True)
class Finding:
    """One fact that the words [start, end) tell.

    `become` is what it becomes, as `placing` names it, or one of Beside. `of` and `to` are names of other findings;
    `more` are values (path below the part, value) beside those that placing gives, with Ref, Body and Cite in them;
    `group` is what is accepted together.
    """

    name: str
    become: str
    span: Span
    group: str
    why: str
    of: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    code: str = ""
    about: str = ""
    known: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    more: tuple[tuple[str, Any], ...] = ()
    order: int = 50
    is_late: bool = False
    """Only offered once all that it leans on is in the draft."""


def refs(value: Any) -> list[str]:
    """The names of all findings that have to be entered with a value."""
    if isinstance(value, IfThere):
        return []
    if isinstance(value, Ref | Body):
        return [value.name]
    if isinstance(value, Mapping):
        return [name for each in value.values() for name in refs(each)]
    if isinstance(value, list | tuple):
        return [name for each in value for name in refs(each)]
    return []

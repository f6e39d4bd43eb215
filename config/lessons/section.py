"""What a section of the page for developers is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Block:
    """One thing of a section: a paragraph, a list of words with what they mean, an example, a program or a table."""

    words: Promise | None = None
    pairs: Sequence[tuple[str, Promise]] = ()
    example: str = ""
    program: str = ""
    table: str = ""


@dataclass(frozen=True)
class Section:
    """A section with its anchor."""

    name: str
    title: Promise
    blocks: Sequence[Block]


def says(words: Promise) -> Block:
    return Block(words=words)


def shows(*names: str) -> list[Block]:
    return [Block(example=name) for name in names]

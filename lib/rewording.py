"""A text and a later state of it: where quoted words stand now, and what was left out and put in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby
from operator import itemgetter

from django.db import models
from django.utils.translation import gettext_lazy as _

BLANKS = " \t\n\r\f\v\u00a0\u202f"
"""What may stand between two words: line ends differ from copy to copy and change nothing."""
MOST = 3000
"""How many words of a stretch are compared one by one; a longer one is told as a whole."""


class Standing(models.TextChoices):
    """What became of quoted words in a later state of their text."""

    STANDS = "stands", _("the same words at the same place")
    MOVED = "moved", _("the words stand at another place")
    REPEATED = "repeated", _("the words stand at several places")
    GONE = "gone", _("the words are no longer in it")


def places(words: str, text: str) -> list[tuple[int, int]]:
    """Where `text` says `words`, whatever blanks stand between them.

    >>> places("Bayti signs", "Today Bayti\\nsigns. Bayti signs.")
    [(6, 17), (19, 30)]
    """
    parts = [re.escape(each) for each in re.split(f"[{BLANKS}]+", words) if each]
    return [each.span() for each in re.finditer(f"[{BLANKS}]+".join(parts), text)] if parts else []


def standing(quote: str, start: int, text: str) -> Standing:
    """What became of `quote`, which began at the character `start`, in `text`.

    >>> standing("Bayti", 0, "Bayti signs."), standing("Bayti", 0, "Today Bayti signs.").value
    (Standing.STANDS, 'moved')
    """
    if text[start : start + len(quote)] == quote:
        return Standing.STANDS
    match len(places(quote, text)):
        case 0:
            return Standing.GONE
        case 1:
            return Standing.MOVED
    return Standing.REPEATED


@dataclass(frozen=True)
class Row:
    """A stretch of both texts side by side, in pieces: (words, do they differ). `same` counts sentences left alone."""

    before: list[tuple[str, bool]]
    after: list[tuple[str, bool]]
    same: int = 0


def difference(before: str, after: str) -> list[Row]:
    """What changed between two texts, sentence by sentence and within them word by word.

    >>> [row] = difference("Aman signs.", "Aman never signs.")
    >>> row.before, row.after
    ([('Aman signs.', False)], [('Aman ', False), ('never ', True), ('signs.', False)])
    """
    old, new = _cut(before), _cut(after)
    found = []
    for kind, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Row([], [], same=j - i))
        else:
            found.append(Row(*_pieces(" ".join(old[i:j]), " ".join(new[k:n]))))
    return found


def _cut(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=[.!?؟…])\s+|\s*\n\s*", text.strip()) if each]


def _pieces(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    if max(len(old), len(new)) > MOST:
        return [(before, True)], [(after, True)]
    codes = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new]).get_opcodes()
    left = ((old[i:j], kind != "equal") for kind, i, j, _k, _n in codes)
    right = ((new[k:n], kind != "equal") for kind, _i, _j, k, n in codes)
    return list(_joined(left)), list(_joined(right))


def _joined(stretches) -> Iterator[tuple[str, bool]]:
    """The stretches as words, neighbours that are alike in one."""
    for differs, alike in groupby((each for each in stretches if each[0]), key=itemgetter(1)):
        yield "".join(chain.from_iterable(words for words, _differs in alike)), differs

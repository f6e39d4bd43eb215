"""Where sentences begin and end in a source, so that a page can say «sentence 3»."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A sentence ends at . ! ? … or their Arabic kin, followed by space and something that can begin one: a capital, a
# letter of a script without capitals, a quotation mark or a digit. A full stop before a small letter ends nothing.
# French sets its quotation marks apart by a space: « Nous signons. » Nor does one behind an initial or a title that is
# cut short, as names have them: J. TH. Example, Mr. Example.
_IN_A_NAME = (
    r"(?<!\b[A-ZÀ-ÖØ-Þ])(?<!\b[A-ZÀ-ÖØ-Þ]\. [A-ZÀ-ÖØ-Þ]{2})"
    r"(?<!\b(?:Th|Ch|Ph|Mr|Ms|MM|Dr|Pr|St))(?<!\b(?:Mrs|Mme))(?<!\b(?:Prof|Mlle))"
)
_END = re.compile(
    _IN_A_NAME + r"[.!?…؟。]+(?:\s?»|[\"”’)])*(?=\s+(?:«\s?|[\"“‘(])?(?:[^\W\d_a-zà-öø-ÿœ]|\d))"
)


@dataclass(frozen=True)
class Sentence:
    """Characters [start, end) of a text; `number` counts from one, over what is not set aside."""

    number: int
    start: int
    end: int


def sentences(text: str, aside: Sequence[tuple[int, int]] = ()) -> list[Sentence]:
    """The sentences of `text`, line by line, without the stretches `aside` and without blank ones.

    >>> [text[s.start:s.end] for text in ["It began. then went on. Last"] for s in sentences(text)]
    ['It began. then went on.', 'Last']
    >>> text = "Signed by Th. B. Example. It began."
    >>> [text[s.start:s.end] for s in sentences(text)]
    ['Signed by Th. B. Example.', 'It began.']
    """
    found: list[Sentence] = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        cuts = [0, *(match.end() for match in _END.finditer(line)), len(line)]
        for start, end in pairwise(cuts):
            words = line[start:end]
            left = line_start + start + len(words) - len(words.lstrip())
            right = line_start + start + len(words.rstrip())
            if left < right and not any(left < last and right > first for first, last in aside):
                found.append(Sentence(len(found) + 1, left, right))
        line_start += len(line)
    return found


def sentence_at(found: Sequence[Sentence], position: int) -> Sentence | None:
    """The sentence that holds the character at `position`; None when it lies in none."""
    return next((each for each in found if each.start <= position < each.end), None)


def find(text: str, words: str, start: int, end: int) -> tuple[int, int] | None:
    """Where text[start:end] says `words`, whatever blanks, line ends and apostrophes stand between; None where not.

    Words that begin there may run on behind it, into the sentences that follow.

    >>> find("Bayti signs. The centre’s staff sign.", "centre's  staff", 13, 37)
    (17, 31)
    >>> find("Jeanne\\nExemple signs. Jeanne signs.", "Jeanne Exemple signs", 0, 6)
    (0, 20)
    """
    parts = [re.sub(r"['’ʼ]", "['’ʼ]", re.escape(word)) for word in words.split()]
    if not parts or not 0 <= start < end <= len(text):
        return None
    wanted = re.compile(r"\s+".join(parts))
    match = wanted.search(text, start, end) or wanted.search(text, start)
    return match.span() if match and match.start() < end else None

"""From the order in which signs are drawn, left to right, to the order in which they are read: UAX #9 backwards.

What is drawn does not always say what was written: `12 عربي` may have been either. Where it leaves a choice, the one
that agreements need is made: a number stays what it is, brackets open before they close.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SHAPES = re.compile("[\ufb00-\ufb06\ufb1d-\ufd3d\ufd50-\ufdef\ufe70-\ufefc]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_OPENING, _CLOSING = "([{«‹", ")]}»›"
_MIRROR = str.maketrans(_OPENING + _CLOSING, _CLOSING + _OPENING)
_WITHIN_A_NUMBER = frozenset(".,/:\u066b\u066c")


@dataclass(frozen=True, slots=True)
class Line:
    """Signs from left to right, and the direction of their page."""

    signs: list[str]
    page_is_rtl: bool

    @property
    def is_rtl(self) -> bool:
        """By most of its own letters; a line of numbers alone goes with its page."""
        right, left = counted("".join(self.signs))
        return right > left if right or left else self.page_is_rtl


def letters(text: str) -> str:
    """A glyph's text in plain letters: shapes for the middle of words and joined pairs become what they stand for."""
    if _SHAPES.search(text):
        text = _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return _CONTROLS.sub("", text.replace("\xa0", " "))


def is_mark(text: str) -> bool:
    return unicodedata.category(text[0]) == "Mn"


def counted(text: str) -> tuple[int, int]:
    """How many letters go from the right, how many from the left."""
    kinds = [_kind(each) for each in text]
    return kinds.count("R"), kinds.count("L")


def is_rtl(text: str) -> bool:
    right, left = counted(text)
    return right > left


def brackets_are_drawn(lines: list[Line]) -> bool:
    """Are brackets noted as they are drawn, `)` for one that opens to the left? Some programs do, others do not.

    The whole page votes: the lines on which more brackets open before they close that way than the other.
    """
    plain = drawn = 0
    for line in lines:
        if any(each in _OPENING + _CLOSING for each in line.signs) and line.is_rtl:
            said = logical(line, mirrored=False)
            plain += _opened(said)
            drawn += _opened(logical(line, mirrored=True))
    return drawn > plain


def logical(line: Line, *, mirrored: bool) -> str:
    """The signs of a line in the order of reading."""
    said = "".join(_turned(line.signs, line.is_rtl, mirrored))
    return re.sub(" {2,}", " ", said).strip()


def _turned(signs: list[str], rtl: bool, mirrored: bool) -> list[str]:
    kinds = [_kind(each[0]) for each in signs]
    runs: list[tuple[bool, list[str]]] = []  # those that go the other way than the line, and single signs
    at = 0
    while at < len(signs):
        end = _end(signs, kinds, at, rtl)
        runs.append((end > at + 1 or kinds[at] in ("LN" if rtl else "R"), signs[at:end]))
        at = end
    if rtl:
        return [
            each if other or not mirrored else each.translate(_MIRROR)
            for other, run in reversed(runs)
            for each in run
        ]
    said: list[str] = []
    for other, run in runs:
        said += _turned(run, True, mirrored) if other else run
    return said


def _end(signs: list[str], kinds: list[str], at: int, rtl: bool) -> int:
    """Where the run that begins `at` ends, if it goes the other way than the line; else right after its first sign."""
    if not rtl:
        if kinds[at] != "R":
            return at + 1
        ahead = at
        for index in range(at + 1, len(signs)):
            if kinds[index] == "L":
                break
            if kinds[index] == "R":
                ahead = index
        return ahead + 1
    if kinds[at] == "L":
        ahead = at
        for index in range(at + 1, len(signs)):
            if kinds[index] == "R":
                break
            if kinds[index] in "LN":
                ahead = index
        return ahead + 1
    if kinds[at] == "N":
        end = at + 1
        while end < len(signs) and (
            kinds[end] == "N"
            or (signs[end] in _WITHIN_A_NUMBER and end + 1 < len(signs) and kinds[end + 1] == "N")
        ):
            end += 1
        return end
    return at + 1


@lru_cache(maxsize=4096)
def _kind(sign: str) -> str:
    """R or L for a letter, N for a digit, O for anything else."""
    match unicodedata.bidirectional(sign):
        case "R" | "AL":
            return "R"
        case "L":
            return "L"
        case "EN" | "AN":
            return "N"
    return "O"


def _opened(text: str) -> int:
    """How many brackets close one that was opened before."""
    depth = pairs = 0
    for each in text:
        if each in _OPENING:
            depth += 1
        elif each in _CLOSING and depth:
            depth -= 1
            pairs += 1
    return pairs

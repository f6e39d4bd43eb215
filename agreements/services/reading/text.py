"""A source as the rules read it: its sentences, and its letters made alike without moving any of them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from lib.asking import bare
from lib.expressions.words import alone, either
from lib.sentences import Sentence, sentences

Span = tuple[int, int]

_ALIKE = {"’": "'", "‘": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " ", "\t": " "}
_MARKER = re.compile(r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|[-–—•*])\s*(?=\S)")
# A semicolon, or a full stop that was glued to the next sentence: «desirable.They».
_CUT = re.compile(r"[;؛]\s+|(?<=[a-z]{2})\.(?=[A-Z][a-z])")
_END = re.compile(r"[\s.;:,،؛!?؟…*]+$")


@cache
def _letter(one: str) -> str:
    if one in _ALIKE:
        return _ALIKE[one]
    plain = bare(one)
    return plain if len(plain) == 1 else one


def level(text: str) -> str:
    """`text` in small letters without accents, every character at its place.

    >>> level("L’Été"), len(level("L’Été"))
    ("l'ete", 5)
    """
    return "".join(map(_letter, text))


def any_verb(words: str, language: str) -> re.Pattern[str]:
    """Any of the verbs; Arabic writes its «and» onto them."""
    return re.compile(rf"(?<!\w)و?{either(words)}(?!\w)") if language == "ar" else alone(words)


class Text:
    """A text in one of the three languages; what is set `aside` belongs to no sentence."""

    def __init__(self, words: str, language: str, aside: Sequence[Span] = ()):
        self.words, self.language, self.aside = words, language, sorted(aside)
        self.level = level(words)

    @cached_property
    def sentences(self) -> list[Sentence]:
        return sentences(self.words, self.aside)

    @cached_property
    def title(self) -> Sentence | None:
        """The first sentence, where it has no end: the heading that the text bears."""
        first = self.sentences[0] if self.sentences else None
        if first is None or len(self.sentences) < 2 or first.end - first.start > 300:
            return None
        return None if re.search(r"[.!?…؟:;,]$", self.words[first.start : first.end]) else first

    @cached_property
    def clauses(self) -> list["Clause"]:
        """The sentences of the body, cut at semicolons, without list markers before and stops behind."""
        return list(self._clauses())

    def _clauses(self) -> Iterator["Clause"]:
        for sentence in self.sentences:
            if sentence is self.title or self.words.startswith("#", sentence.start):
                continue
            start = sentence.start
            marker = _MARKER.match(self.level, start, sentence.end)
            cuts = [each.end() for each in _CUT.finditer(self.words, start, sentence.end)]
            for number, (left, right) in enumerate(zip([start, *cuts], [*cuts, sentence.end], strict=True)):
                is_item = bool(marker) and not number
                if is_item:
                    left = marker.end()
                stop = _END.search(self.words[left:right])
                opens = bool(stop and ":" in stop[0])
                right = left + stop.start() if stop else right
                if left < right:
                    yield Clause(left, right, sentence, is_item, opens)

    def quote(self, span: Span) -> str:
        return self.words[span[0] : span[1]]

    def plain(self, span: Span) -> str:
        return " ".join(self.quote(span).split())

    def find(self, pattern: str | re.Pattern, start: int, end: int) -> re.Match | None:
        return _compiled(pattern).search(self.level, start, end)

    def match(self, pattern: str | re.Pattern, start: int, end: int) -> re.Match | None:
        return _compiled(pattern).match(self.level, start, end)

    def each(self, pattern: str | re.Pattern, start: int = 0, end: int | None = None) -> Iterator[re.Match]:
        """Matches that touch nothing set aside."""
        for found in _compiled(pattern).finditer(self.level, start, len(self.level) if end is None else end):
            if not self.is_aside(found.span()):
                yield found

    def is_aside(self, span: Span) -> bool:
        return any(span[0] < last and span[1] > first for first, last in self.aside)

    def number(self, at: int) -> int:
        """The number of the sentence at a place; 0 where there is none."""
        index = bisect_right(self._starts, at) - 1
        return self.sentences[index].number if index >= 0 and at < self.sentences[index].end else 0

    @cached_property
    def _starts(self) -> list[int]:
        return [each.start for each in self.sentences]

    def trim(self, start: int, end: int) -> Span:
        """A stretch without the blanks and stops around it."""
        while start < end and self.words[start] in " \t\n,;،؛:":
            start += 1
        while start < end and self.words[end - 1] in " \t\n,;،؛:.":
            end -= 1
        return start, end


@dataclass(frozen=True)
class Clause:
    """Characters [start, end) of a `sentence`; an item stands under a list marker, and one that `opens` ends on «:»."""

    start: int
    end: int
    sentence: Sentence
    is_item: bool = False
    opens: bool = False


@cache
def _compiled(pattern: str | re.Pattern) -> re.Pattern:
    return re.compile(pattern) if isinstance(pattern, str) else pattern

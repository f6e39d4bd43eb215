"""What somebody means who types words into a search: terms, without the words that say nothing."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MOST_TERMS = 10
MOST_LETTERS = 300

# Words too common to find anything by. The stop lists of PostgreSQL lack les, des and all of Arabic's.
_SILENT = """
a an and are as at be by for from has have in is it its of on or that the their this to was were which with
au aux avec ce ces cet cette dans de des du elle en est et il ils la le les leur leurs ou par pas pour que qui
sa se ses son sur un une
c d j l m n qu s t
al el ال
و في من على الى عن مع هذا هذه ذلك التي الذي ان او ما كل بين بعد قبل هو هي
"""
SILENT = frozenset(_SILENT.split())

_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u0640"
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00]")
_QUOTED = re.compile('["“”„«»]([^"“”„«»]+)["“”„«»]')
_WORD = re.compile(rf"[\w%*\\{_MARKS}]+")
_CODE = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)+")
_ALIKE = str.maketrans("أإآٱىةؤئ", "اااايهوي")


class Kind(StrEnum):
    """How a term is meant."""

    WORD = "word"
    PHRASE = "phrase"
    """Words in quotation marks, a number, a code: to be found as they stand."""
    SIGN = "sign"
    """Holds a sign that is no letter: to be found letter by letter, never as a pattern."""


@dataclass(frozen=True)
class Term:
    """One thing asked for, in the letters it was typed in."""

    words: str
    kind: Kind = Kind.WORD

    @property
    def may_begin(self) -> bool:
        """Whether it may stand for the words that begin with it."""
        return self.kind is Kind.WORD and len(bare(self.words)) >= 3

    @property
    def may_be_misspelt(self) -> bool:
        """Whether it is long enough to take another word for it."""
        return self.kind is Kind.WORD and len(bare(self.words)) >= 3


def bare(words: str) -> str:
    """Small letters without accents: to compare and to count, here in the program.

    >>> bare("Précarité"), bare("الأَمل")
    ('precarite', 'الامل')
    """
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", words).lower().translate(_ALIKE))
    return "".join(each for each in parted if not unicodedata.combining(each) and each != "\u0640")


def is_arabic(words: str) -> bool:
    """Whether any of it is in Arabic letters."""
    return bool(re.search("[\u0621-\u06ff]", words))


def terms(words: str) -> list[Term]:
    """The terms of what was typed, each once.

    >>> [each.words for each in terms("les droits de l’enfant")]
    ['droits', 'enfant']
    >>> [(each.words, each.kind.value) for each in terms('MQ-0001 "child protection" 100%')]
    [('child protection', 'phrase'), ('MQ-0001', 'phrase'), ('100%', 'sign')]
    """
    words = _UNSEEN.sub("", words)[:MOST_LETTERS]
    found = [Term(each.strip(), Kind.PHRASE) for each in _QUOTED.findall(words) if _WORD.search(each)]
    for chunk in _QUOTED.sub(" ", words).split():
        code = _CODE.search(chunk)
        if code and any(each.isdigit() for each in code[0]):
            found.append(Term(code[0], Kind.PHRASE))
        else:
            found += [_term(each) for each in _WORD.findall(chunk) if re.search(r"[^\W_]", each)]
    found = list(dict.fromkeys(found))
    telling = [each for each in found if each.kind is not Kind.WORD or bare(each.words) not in SILENT]
    return (telling or found)[:MOST_TERMS]


def _term(word: str) -> Term:
    if re.search(r"[%*\\_]", word):
        return Term(word, Kind.SIGN)
    return Term(word, Kind.PHRASE if word.isdecimal() else Kind.WORD)


def words_of(words: str) -> list[str]:
    """The single words of a phrase or a code."""
    return _WORD.findall(words)


def distance(one: str, other: str) -> int:
    """How many letters must be changed, added, left out or swapped with their neighbour to get from one to the other.

    >>> distance("entriade", "entraide"), distance("assosiation", "association"), distance("amal", "amal")
    (1, 1, 0)
    """
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, against in enumerate(other, start=1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def slips(letters: int) -> int:
    """How many slips of the pen a word is forgiven: a short one none, its neighbours are words too."""
    return 0 if letters < 5 else 1 if letters < 8 else 2


def likeness(one: str, other: str) -> float:
    """The part of their trigrams that two texts share, as `similarity` of pg_trgm counts: 0 to 1.

    >>> likeness("medical caravans", "caravans medical")
    1.0
    >>> round(likeness("medical caravans", "medical training"), 2)
    0.31
    """
    ours, theirs = _trigrams(one), _trigrams(other)
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def _trigrams(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", text)
    return {f"  {word} "[at : at + 3] for word in words for at in range(len(word) + 1)}


def pieces(words: str, marked: list[str], *, around: int = 140) -> list[tuple[str, bool]]:
    """`words` cut where `marked` ones begin and end, `(text, is marked)`; a long text around the first of them only.

    >>> pieces("Train the cadres", ["cadres"])
    [('Train the ', False), ('cadres', True)]
    """
    spans = _spans(words, marked)
    start, end = _window(words, spans, around)
    cut, at = [], start
    for first, last in spans:
        if start <= first and last <= end:
            cut += [(words[at:first], False), (words[first:last], True)]
            at = last
    cut.append((words[at:end], False))
    if start:
        cut[0] = ("…" + cut[0][0], False)
    if end < len(words):
        cut.append(("…", False)) if cut[-1][1] else cut.append((cut.pop()[0] + "…", False))
    return [(text, is_marked) for text, is_marked in cut if text]


def _spans(words: str, marked: list[str]) -> list[tuple[int, int]]:
    if not marked:
        return []
    either = "|".join(re.escape(each) for each in sorted(marked, key=len, reverse=True))
    letter = rf"[\w{_MARKS}]"
    return [match.span() for match in re.finditer(rf"(?<!{letter})(?:{either})(?!{letter})", words)]


def _window(words: str, spans: list[tuple[int, int]], around: int) -> tuple[int, int]:
    """Where to cut a long text: around the marked words that lie closest together, between words."""
    if len(words) <= around:
        return 0, len(words)

    def held(start: int) -> int:
        return sum(start <= first and last <= start + around for first, last in spans)

    starts = [max(first - around // 3, 0) for first, _last in spans] or [0]
    end = min(max(starts, key=held) + around, len(words))
    start = max(end - around, 0)
    inside = [(first, last) for first, last in spans if start <= first and last <= end] or [(end, start)]
    space = words.find(" ", start, inside[0][0])
    if start and space != -1:
        start = space + 1
    space = words.rfind(" ", max(inside[-1][1], start), end)
    if end < len(words) and space != -1:
        end = space
    return start, end

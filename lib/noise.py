"""What in a pasted text is likely no part of it: headlines of other articles, bylines, bullets, page furniture.

Only lines are judged, and only by rule; in doubt a line stays. What is found is offered to be set aside, never removed.

- Lines that hold no letter are bullets or rules.
- Lines without an end, before or after the running text, that share no words with it and stand under bullets or three
  in a row, are headlines of other texts. The text's own title shares its words.
- A name that stands alone after the last full stop, or behind «By», is a byline; below «Done at» people sign.
- Cookie notices, «share», «read also» and the like; page numbers; what the head of every page repeats.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from django.utils.translation import gettext as _

from lib.asking import SILENT, bare

HEADLINE, BYLINE, BULLET, OTHER = "headline", "byline", "bullet", "other"

LONGEST_HEADLINE = 180
LONGEST_FURNITURE = 160
RELATED = 0.34
"""The part of its telling words that a headline shares with the text, from which on it may be its own."""
STEM = 6
"""Letters that two words share at their beginning to count as one: sensibilise, sensibilisation."""
REPEATED = 3
"""How many pages must repeat a line for it to be their head."""


@dataclass(frozen=True)
class Noise:
    """Characters [start, end) that are likely no part of the text; `why` is a sentence for whoever decides."""

    start: int
    end: int
    reason: str
    why: str


@dataclass(frozen=True)
class _Line:
    start: int
    words: str

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    @property
    def is_bullet(self) -> bool:
        return (
            len(self.words) <= 80 and not re.search(r"[^\W_]", self.words) and not self.words.startswith("[")
        )

    @property
    def is_open(self) -> bool:
        """Whether it could be a headline: some words, and no end."""
        return (
            not self.is_bullet
            and len(self.words) <= LONGEST_HEADLINE
            and len(self.words.split()) >= 3
            and not _ENDED.search(self.words)
            and not self.words.startswith("#")
        )


def likely(text: str, language: str) -> list[Noise]:
    """The stretches of `text` that are likely noise, in order; none overlaps another.

    >>> text = "The two parties will hold workshops.\\n\\nJane Q. Public"
    >>> [(text[each.start : each.end], each.reason) for each in likely(text, "en")]
    [('Jane Q. Public', 'byline')]
    """
    lines = list(_lines(text))
    found: dict[int, Noise] = {}
    for rule in (_bullets, _furniture, _page_numbers, _running_heads, _bylines, _headlines):
        for line, reason, why in rule(lines, language):
            found.setdefault(line.start, Noise(line.start, line.end, reason, why))
    return [found[start] for start in sorted(found)]


def _lines(text: str) -> Iterator[_Line]:
    """Lines that are not blank, without the blanks around them."""
    start = 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            yield _Line(start + line.index(words), words)
        start += len(line)


_Found = Iterator[tuple[_Line, str, str]]


def _bullets(lines: Sequence[_Line], language: str) -> _Found:
    for line in lines:
        if line.is_bullet:
            yield line, BULLET, _("There is no word on this line.")


def _furniture(lines: Sequence[_Line], language: str) -> _Found:
    for line in lines:
        if len(line.words) <= LONGEST_FURNITURE and _FURNITURE.match(_plain(line.words)):
            yield line, OTHER, _("This belongs to the page, not to the text.")


def _page_numbers(lines: Sequence[_Line], language: str) -> _Found:
    for line in lines:
        if _PAGE.fullmatch(_plain(line.words)):
            yield line, OTHER, _("This is the number of a page.")


def _running_heads(lines: Sequence[_Line], language: str) -> _Found:
    """What the head of each page repeats, but for its first time: that one may be the title."""
    heads = [line for line in lines if line.is_open and not _HEADING.match(_plain(line.words))]
    counts = Counter(_unnumbered(line) for line in heads)
    first = set()
    for line in heads:
        name = _unnumbered(line)
        if counts[name] >= REPEATED and name in first:
            yield line, OTHER, _("Every page repeats this line.")
        first.add(name)


def _unnumbered(line: _Line) -> str:
    return re.sub(r"^\d+\s+|\s+\d+$", "", _plain(line.words))


def _bylines(lines: Sequence[_Line], language: str) -> _Found:
    told = [line for line in lines if not line.is_bullet]
    for index, line in enumerate(told):
        at_an_end = index in (0, 1, 2, len(told) - 1, len(told) - 2)
        if at_an_end and _BY.fullmatch(line.words) and len(line.words.split()) <= 9:
            yield line, BYLINE, _("This names who wrote the text.")
            return
    if len(told) < 2 or _is_signed(told):
        return
    line, before = told[-1], told[-2]
    names = _plain(line.words)
    if _NAME.fullmatch(line.words) and _ENDED.search(before.words):
        body = _plain("\n".join(each.words for each in told[:-1]))
        if not any(re.search(rf"\b{re.escape(each)}\b", body) for each in names.split() if len(each) > 2):
            yield line, BYLINE, _("A name stands alone after the end: likely of whoever wrote the text.")


def _headlines(lines: Sequence[_Line], language: str) -> _Found:
    body = [line for line in lines if _ENDED.search(line.words) or len(line.words) > LONGEST_HEADLINE]
    if not body:
        return
    stems = {each for line in body for each in _stems(line.words)}
    before = list(takewhile(lambda line: line.start < body[0].start, lines))
    after = [line for line in lines if line.start > body[-1].start]
    for run in (before, [] if _is_signed(lines) else after):
        strange = [line for line in run if line.is_open and _is_strange(line, stems)]
        bulleted = {line.start for previous, line in pairwise(run) if previous.is_bullet}
        under_bullets = [line for line in strange if line.start in bulleted or _BULLETED.match(line.words)]
        if len(strange) >= 3 or len(under_bullets) >= 2:
            taken = strange if len(strange) >= 3 else under_bullets
            for line in taken:
                yield line, HEADLINE, _("This headline shares no words with the text: likely of another one.")


def _is_strange(line: _Line, stems: set[str]) -> bool:
    told = _stems(line.words)
    return bool(told) and len(told & stems) / len(told) < RELATED


def _stems(words: str) -> set[str]:
    return {
        each[:STEM]
        for each in re.findall(r"[^\W\d_]+", _plain(words))
        if len(each) > 3 and each not in SILENT
    }


def _is_signed(lines: Sequence[_Line]) -> bool:
    """Whether people sign at the end: names that stand alone there are theirs."""
    return any(_SIGNED.search(_plain(line.words)) for line in lines[-30:])


def _plain(words: str) -> str:
    return bare(words).replace("’", "'")


_ENDED = re.compile(r"[.!?…؟۔:;؛,،]['\"”’»)\]*]*$")
_BULLETED = re.compile(r"[-–—•*·‣▪◦►]\s*\w")
_HEADING = re.compile(
    r"#|(?:article|art|chapter|chapitre|section|titre|title|annex|annexe|الماده|الفصل|البند|الباب)\b"
)
_PAGE = re.compile(
    r"(?:page|p\.|صفحه)\s*\d{1,4}(?:\s*(?:/|of|sur|de|من)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]|\d{1,4}\s*/\s*\d{1,4}"
)
_FURNITURE = re.compile(
    r"""(?:[-–—•*>»|]\s*)?(?:
      (?:(?:we|this\ (?:web)?site|ce\ site|nous)\ .{0,30}\bcookies\b) | (?:accept|accepter|refuse)\b.{0,20}\bcookies\b
    | cookies\b | قبول\ ملفات | ملفات\ تعريف\ الارتباط
    | (?:share|partager|partagez|شارك|انشر)(?:\ (?:this|on|via|by|cet?|cette|sur|par|هذا|علي|عبر)\b.{0,60})?[\s:]*$
    | (?:facebook|twitter|whatsapp|linkedin|telegram|instagram|فيسبوك|تويتر|واتساب)(?:[\s,|/·•]+\w+){0,6}$
    | (?:read\ (?:also|more|next)|see\ also|also\ read|related(?:\ articles?|\ posts?)?\s*:?$
        | more\ on\ this|lire\ (?:aussi|egalement|la\ suite)
        | a\ lire|voir\ aussi|sur\ le\ meme\ (?:sujet|theme)|articles?\ (?:similaires|lies)
        | اقرا\ (?:ايضا|المزيد)|مواضيع\ ذات\ صله)\b
    | (?:advertisement|advertising|publicite|annonce|اعلان|اشهار)\s*$
    | (?:subscribe|sign\ up|abonnez|inscrivez|اشترك)\b.{0,80}(?:newsletter|lettre|النشره|updates)
    | newsletter\s*$
    | (?:photo|image|credit|credits|crédit)\s*(?:photo\s*)?:
    | (?:©|\(c\)\s|copyright\b) | .{0,60}(?:all\ rights\ reserved|tous\ droits\ reserves|جميع\ الحقوق\ محفوظه)
    | (?:home|accueil|الرييسيه)(?:\s*[>»/|]\s*\S+){1,6}$
    | (?:published|posted|updated|publie|mis\ a\ jour|نشر)\ (?:on|at|le|في)\s[^.]{0,60}$
    | \d+\s*(?:comments?|commentaires?|min(?:utes)?\ (?:read|de\ lecture)|تعليقات|تعليق)\b[^.]{0,30}$
    )""",
    re.VERBOSE,
)
_CAPITAL = r"[^\W\d_a-zà-öø-ÿœ\u0600-\u06ff]"
_NAME = re.compile(
    rf"{_CAPITAL}[\w'’-]+(?: (?:{_CAPITAL}[\w'’.-]*|al|el|ben|bin|de|du|van|von|le|la)){{1,4}}"
)
_BY = re.compile(
    rf"(?:[Bb]y|BY|[Pp]ar|PAR|Propos recueillis par|Written by|Rédigé par|Auteur\s?:|Author\s?:)\s+"
    rf"{_NAME.pattern}(?:,? .{{0,40}})?|(?:بقلم|كتب|كتبت|إعداد|حاوره)\s?:?\s.{{3,50}}|{_NAME.pattern} ?[|–—] ?.{{3,40}}"
)
_SIGNED = re.compile(
    r"^\**(?:done|fait|signe|pour l[ea']|for the|on behalf of|حرر|عن |وقع)\b|\(sd?\.\)"
    r"|(?:in witness whereof|en foi de quoi|واثباتا)"
)

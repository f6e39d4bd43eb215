"""Who speaks: people named with a title before or behind a verb of saying, and what they are said to say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from agreements.services.reading import tables
from agreements.services.reading.bodies import _CAP, ARTICLE, Bodies, Org
from agreements.services.reading.text import Clause, Span, Text, any_verb
from lib.expressions.words import alone

_NAME = re.compile(rf"{_CAP}(?: (?:{_CAP}|(?:al|el|ben|bin|ibn|ould|de|van|von)[ -]\w+))+")
_TITLES = {language: alone(words) for language, words in tables.TITLES.items()}
_SAYS = {language: any_verb(words, language) for language, words in tables.SAYS.items()}


@dataclass(frozen=True)
class Speaker:
    """A person at `span`, title and all: the `title` as it is held at `org`, and `bare`, without the organization."""

    span: Span
    person: Span
    title: str
    bare: str
    org: Org


@dataclass(frozen=True)
class Saying:
    """What somebody says, at `quote`; `by` is None where the text names nobody.

    `shown` is the quote that points back to somebody named before, when the speaker is not named beside the words.
    """

    clause: Clause
    quote: Span
    by: Speaker | None
    is_inferred: bool = False
    shown: Span | None = None


def sayings(text: Text, bodies: Bodies, *, is_press: bool) -> list[Saying]:
    """Every statement of the text, in order. In the press, a sentence that follows one and names nobody is one too."""
    found: list[Saying] = []
    last: Speaker | None = None
    for clause in text.clauses:
        saying = _saying(text, bodies, clause, last)
        if saying:
            last = saying.by
            found.append(saying)
        elif is_press and found and _is_left_open(text, bodies, clause, found[-1]):
            found.append(Saying(clause, (clause.start, clause.end), None))
    return found


def _saying(text: Text, bodies: Bodies, clause: Clause, last: Speaker | None) -> Saying | None:
    language = text.language
    start, end = clause.start, clause.end
    if by := text.match(rf"{tables.ACCORDING_TO[language]} ", start, end):
        comma = [each.start() for each in text.each(r", ", by.end(), end)]
        for stop in comma[:3]:
            if speaker := _speaker(text, bodies, by.end(), stop):
                return Saying(clause, text.trim(stop, end), speaker)
    if last and (tail := text.find(rf"(?P<tail>{tables.SAID_AFTER[language]})(?!\w)", start, end)):
        quote = (start, tail.start()) if tail.end() >= end - 1 else (start, end)
        return Saying(clause, quote, last, True, text.trim(*tail.span("tail")))
    verb = text.find(_SAYS[language], start, end)
    if not verb:
        return None
    if language == "ar":
        return _said_in_arabic(text, bodies, clause, verb, last)
    who = text.trim(start, verb.start())
    words = text.level[who[0] : who[1]]
    if last and re.fullmatch(rf"(?:.{{0,40}}, )?{tables.PRONOUN[language]}(?: also)?", words):
        that = text.match(r" (?:that |que |qu')", verb.end(), end)
        return Saying(clause, text.trim(that.end() if that else verb.end(), end), last, True)
    if speaker := _speaker(text, bodies, *who):
        return Saying(clause, text.trim(verb.start(), end), speaker)
    return None


def _said_in_arabic(
    text: Text, bodies: Bodies, clause: Clause, verb: re.Match, last: Speaker | None
) -> Saying | None:
    """The verb goes first: «أكد فلان، مدير الجمعية، أن …»."""
    that = text.find(tables.THAT["ar"], verb.end(), clause.end)
    stop = that.start() if that else clause.end
    if that and (speaker := _speaker(text, bodies, verb.end(), stop)):
        return Saying(clause, text.trim(that.start(), clause.end), speaker)
    if that and last and not text.level[verb.end() : stop].strip():
        return Saying(clause, text.trim(that.start(), clause.end), last, True)
    return None


def _is_left_open(text: Text, bodies: Bodies, clause: Clause, before: Saying) -> bool:
    follows = text.number(clause.start) == text.number(before.clause.start) + 1
    return (
        follows
        and not bodies.within(clause.start, clause.end)
        and not text.find(tables.AGREEMENT, clause.start, clause.end)
        and bool(text.find(_OUGHT, clause.start, clause.end))
    )


_OUGHT = alone("must | should | have to | doit | doivent | il faut | يجب | ينبغي | على الجميع")


def _speaker(text: Text, bodies: Bodies, start: int, end: int) -> Speaker | None:
    """The one person in a stretch that has a title and an organization there; openers («De son côté,») aside."""
    start, end = text.trim(start, end)
    chunks = _chunks(text, start, end)
    while chunks and not _tells(text, bodies, *chunks[0]):
        chunks = chunks[1:]
    if not chunks:
        return None
    start, end = chunks[0][0], chunks[-1][1]
    title = text.find(_TITLES[text.language], start, end)
    if not title:
        return None
    chunk = next(each for each in chunks if each[0] <= title.start() < each[1])
    inside = bodies.within(start, end)
    org, place = _org(text, bodies, inside, title, chunk)
    person = (
        _arabic_name(text, chunks, chunk) if text.language == "ar" else _name(text, inside, title, start, end)
    )
    if org is None or person is None:
        return None
    left = text.trim(*chunk)[0]
    right = person[0] if chunk[0] <= person[0] < chunk[1] and person[0] > title.start() else chunk[1]
    whole = _cut(text, left, right)
    bare = (
        _cut(text, place[1], right)
        if place and place[0] <= title.start()
        else _cut(text, left, place[0] if place else right)
    )
    bare = re.sub(r"(?:,| of| of the| de| de l['’]| du| de la| d['’]| ب| ل)\s*$", "", bare).strip(" ,’'")
    bare = bare[:1].lower() + bare[1:]
    return Speaker(
        (start, end),
        person,
        bare if org.party or not place or place[0] <= title.start() else whole,
        bare,
        org,
    )


def _cut(text: Text, start: int, end: int) -> str:
    """The words of a title, without an article before and a genitive «’s»."""
    start, end = text.trim(start, end)
    if genitive := re.compile(r"['’]s ").match(text.words, start, end):
        start = genitive.end()
    if article := ARTICLE.match(text.level, start, end):
        start = article.end()
    return text.plain((start, end))


def _chunks(text: Text, start: int, end: int) -> list[Span]:
    cuts = [start, *(each.end() for each in text.each(r"[,،] ?", start, end)), end]
    return [span for one, other in pairwise(cuts) if (span := text.trim(one, other))[0] < span[1]]


def _tells(text: Text, bodies: Bodies, start: int, end: int) -> bool:
    return bool(
        text.find(_TITLES[text.language], start, end)
        or bodies.within(start, end)
        or _NAME.search(text.words, start, end)
    )


def _org(
    text: Text, bodies: Bodies, inside: list, title: re.Match, chunk: Span
) -> tuple[Org | None, Span | None]:
    near = [each for each in inside if chunk[0] <= each.start < chunk[1]] or inside
    if near:
        first = min(near, key=lambda each: abs(each.start - title.start()))
        return first.org, bodies.with_article(first.start, first.end)
    named = text.find(r"(?P<of>(?:l'|la |le |the |(?<!\w)ال)\w+)", title.end(), chunk[1])
    org = bodies.by_its_noun(*named.span("of")) if named else None
    return org, named.span("of") if org else None


def _name(text: Text, inside: list, title: re.Match, start: int, end: int) -> Span | None:
    masked = list(text.words[start:end])
    for left, right in [title.span(), *((each.start, each.end) for each in inside)]:
        for at in range(left - start, right - start):
            masked[at] = "\0"
    found = [each.span() for each in _NAME.finditer("".join(masked))]
    return (found[-1][0] + start, found[-1][1] + start) if len(found) == 1 else None


def _arabic_name(text: Text, chunks: list[Span], chunk: Span) -> Span | None:
    """Two to five words by themselves between commas, honorific aside."""
    for start, end in chunks:
        if (start, end) != chunk:
            honorific = text.match(r"(?:السيده?|الدكتوره?|الاستاذه?) ", start, end)
            start = honorific.end() if honorific else start
            if 2 <= len(text.quote((start, end)).split()) <= 5:
                return start, end
    return None


def speakers(found: list[Saying]) -> Iterator[Speaker]:
    """Each speaker once."""
    seen = set()
    for each in found:
        if each.by and each.by.person not in seen:
            seen.add(each.by.person)
            yield each.by

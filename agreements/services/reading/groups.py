"""Groups of people that a text names, with what belongs to the name and nothing more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agreements.services.reading import terms
from agreements.services.reading.bodies import Bodies, Org
from agreements.services.reading.text import Span, Text
from lib.expressions.words import alone

_UPPER = r"[A-ZÀ-ÖØ-Þ]"
_ADJECTIVE = r"(?: \w+(?:al|ale|ales|aux|if|ive|ifs|ives|ique|iques|elle|elles|el|els|aire|aires)(?!\w))"
_OF = re.compile(
    r" (?:relevant |dependant |qui dependent |issus |issues )?(?P<word>de l'|de la |du |des |d'|de )"
)
_NOUN = re.compile(rf"(?!cet|ces?\b|leurs?\b|chacun|tous?\b|l'un)\w[\w-]*{_ADJECTIVE}?")
_WHO = re.compile(r" qui (?:(?!,|;|\.| et (?:l'|la |le |les |une? |des )).)+")
_WHO_EN = re.compile(
    r" (?:who|with disabilities|of the|from the|in|from) (?:(?!,|;|\.| and |\bon\b|\bto\b|\bby\b|\bthrough\b).)+"
)
_BEFORE = {
    "fr": re.compile(r"(?<!\w)(?:prochaines?|futurs?|futures?|nouvelles?|jeunes) $"),
    "en": re.compile(r"(?<!\w)(?:(?:\w+al|poor|rural|needy|young|future)(?:,? and |, | ))+$"),
    "ar": re.compile(r"(?!)"),
}
_JOINED = re.compile(r" (?:et|and) (?P<article>la |le |les |the )?")


@dataclass(frozen=True)
class Group:
    """A group named at `words`.

    `place` is where it is, when the text gives the name; `somewhere` the words that give none: «la population du
    quartier».
    """

    words: Span
    concept: str
    org: Org | None = None
    place: Span | None = None
    somewhere: Span | None = None


def groups(text: Text, bodies: Bodies) -> list[Group]:
    """Every group that the text names, each time it does, in order."""
    found: list[Group] = []
    end = 0
    for start, stop, concept in _nouns(text):
        if start >= end and not bodies.at(start):
            group = _grown(text, bodies, start, stop, concept)
            if group:
                found.append(group)
                end = group.words[1]
    return list(_joined(text, found))


def _nouns(text: Text) -> Iterator[tuple[int, int, str]]:
    rows = [
        (match.start(), -match.end(), concept)
        for concept, pattern in _PATTERNS[text.language].items()
        for match in text.each(pattern)
    ]
    for start, end, concept in sorted(rows):
        yield start, -end, concept


def _grown(text: Text, bodies: Bodies, start: int, stop: int, concept: str) -> Group | None:
    needs_more = concept.endswith("?")
    grows = {"fr": _french, "en": _english, "ar": _arabic}[text.language]
    end = grows(text, bodies, stop)
    if needs_more and end == stop:
        return None
    before = _BEFORE[text.language].search(text.level, max(start - 60, 0), start)
    left = before.start() if before and not text.is_aside((before.start(), start)) else start
    words = text.level[left:end]
    if concept == "young_people" and re.search(r"ecole|school|scolaris|\bالتمدرس", words):
        concept = "out_of_school"
    place = re.compile(rf" (?P<where>à (?P<place>{_UPPER}[\w'’-]+(?: {_UPPER}[\w'’-]+)*))$").search(
        text.words, left, end
    )
    inside = bodies.within(left, end)
    org = inside[-1].org if inside else _by_noun(text, bodies, stop, end)
    somewhere = (left, end) if re.search(r"\b(?:quartier|neighbou?rhood|الحي)\b", words) else None
    return Group((left, end), concept.rstrip("?"), org, place.span("where") if place else None, somewhere)


def _by_noun(text: Text, bodies: Bodies, start: int, end: int) -> Org | None:
    for match in text.each(r"(?:de |of |^| )(?P<what>(?:l'|la |le |the )\w+)$", start, end):
        return bodies.by_its_noun(*match.span("what"))
    last = text.level.rfind(" ", start, end)
    tail = text.find(r"(?P<what>l'\w+)$|(?P<the>(?:la|le|the) \w+)$", max(last - 4, start), end)
    return bodies.by_its_noun(*tail.span(tail.lastgroup)) if tail else None


def _french(text: Text, bodies: Bodies, at: int) -> int:
    """The end of the name: «cadres» + «de l'association», «établissements» + «de protection sociale» …"""
    is_grown = False
    if adjective := re.compile(_ADJECTIVE).match(text.level, at):
        at = adjective.end()
    while of := _OF.match(text.level, at):
        if of["word"] == "de " and is_grown:
            break
        body = bodies.at(of.end())
        body = body if body and body.start == of.end() else None
        noun = None if body else _NOUN.match(text.level, of.end())
        if not body and not noun:
            break
        at, is_grown = (body.end if body else noun.end()), True
        if body:
            break
    if where := re.compile(rf" à {_UPPER}[\w'’-]+(?: {_UPPER}[\w'’-]+)*").match(text.words, at):
        return where.end()
    who = _WHO.match(text.level, at) if not is_grown else None
    enrolled = re.compile(r" (?:marocains? )?inscrits? dans les (?:(?!,|;|\.| et ).)+").match(text.level, at)
    return enrolled.end() if enrolled else who.end() if who else at


def _english(text: Text, bodies: Bodies, at: int) -> int:
    who = _WHO_EN.match(text.level, at)
    return who.end() if who and who[0].split()[0] in ("who", "with", "of", "from") else at


def _arabic(text: Text, bodies: Bodies, at: int) -> int:
    body = next((each for each in bodies.mentions if each.start in (at + 1, at + 2)), None)
    if body:
        return body.end
    if text.level[at - 5 : at].strip() in ("ساكنه", "سكان") and (
        place := re.compile(r" ال\w+").match(text.level, at)
    ):
        return place.end()
    more = re.compile(r" (?:في وضعيه \w+|من \w+ \w+)").match(text.level, at)
    return more.end() if more else at


def _joined(text: Text, found: list[Group]) -> Iterator[Group]:
    """«les jeunes et la population du quartier»: two nouns with articles and one complement are one group."""
    waiting: Group | None = None
    for each in found:
        if waiting:
            link = _JOINED.match(text.level, waiting.words[1], each.words[0])
            article = text.find(r"(?:les|the) $", max(waiting.words[0] - 4, 0), waiting.words[0])
            if link and link.end() == each.words[0] and link["article"] and article and not waiting.org:
                span = (article.start(), each.words[1])
                below = (waiting.words[1] + len(link[0]) - len(link["article"]), each.words[1])
                each = Group(span, each.concept, each.org, each.place, below if each.somewhere else None)
            else:
                yield waiting
        waiting = each
    if waiting:
        yield waiting


_PATTERNS = {
    language: {concept: alone(words) for concept, words in rows.items()}
    for language, rows in terms.GROUPS.items()
}


def same(text: Text, group: Group) -> str:
    """What two namings of one group have in common: their words without those that only join."""
    words = re.findall(r"[^\W_]+", text.level[slice(*group.words)])
    return " ".join(each for each in words if each not in _LINKS)


_LINKS = frozenset(["the", "a", "of", "les", "des", "de", "du", "la", "le", "l", "d", "et", "and"])

"""The frame of an agreement as a text tells it: kind, signature, date, place, programme, occasion, themes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agreements.queries.known import Known
from agreements.services.reading import tables, terms
from agreements.services.reading.bodies import _CAP, Bodies
from agreements.services.reading.text import Span, Text, level
from lib import written
from lib.expressions.periods import DAYS_IN_WORDS
from lib.expressions.words import alone, any_month

_DETERMINER = r"(?:the |an? |this |la |l'|une? |cette |ce |cet |le |هذه |هذا )?"
_YESTERDAY = alone("yesterday | today | this morning | hier | aujourd'hui | ce matin | أمس | اليوم | يوم أمس")
_ORDINAL = r"\d{1,2}(?:er|st|nd|rd|th)?"
_WORDED = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(DAYS_IN_WORDS, key=len, reverse=True))}) day of {any_month()},? \d{{4}}"
)
_DAY = re.compile(
    rf"(?<!\w)(?:{_ORDINAL} (?:of |de |من )?{any_month()},? \d{{4}}|{any_month()} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}-\d{2}-\d{2})(?!\w)"
)


@dataclass(frozen=True)
class Told:
    """Words that tell something, and the code of a vocabulary that they mean, or the id of a record."""

    span: Span
    code: str = ""
    known: str = ""
    name: str = ""


class Vocabulary:
    """Words of the tables and of the registry's own vocabularies, as codes."""

    def __init__(self, text: Text, known: Known):
        self.text, self.known = text, known
        self._patterns = {
            name: self._read(name, rows.get(text.language, {}))
            for name, rows in (
                ("agreement_kind", terms.KINDS),
                ("commitment_kind", terms.COMMITMENTS),
                ("theme", terms.THEMES),
            )
        }

    def _read(self, name: str, rows: dict[str, str]) -> list[tuple[str, re.Pattern]]:
        found = [(code, alone(words)) for code, words in rows.items() if self.known.has(name, code)]
        return found + [
            (code, alone(words.replace("|", " ")))
            for code, words in self.known.labels.get((name, self.text.language), ())
            if code != "other" and len(words) > 3
        ]

    def all(self, name: str, span: Span) -> list[tuple[int, int, str]]:
        """Every code of the vocabulary that the stretch names: (from, to, code), the longest first where two begin."""
        found = {
            (match.start(), -match.end(), code)
            for code, pattern in self._patterns[name]
            for match in self.text.each(pattern, *span)
        }
        return [(start, -end, code) for start, end, code in sorted(found)]

    def first(self, name: str, span: Span) -> str:
        return next((code for _start, _end, code in self.all(name, span)), "")

    def commitment(self, span: Span) -> str:
        """The kind of a commitment: by what is named first; letting somebody in on a training is no training."""
        let_in = self.text.find(terms.LETS_IN[self.text.language], *span)
        if (
            let_in
            and self.known.has("commitment_kind", "access_to_training")
            and let_in.start() - span[0] < 12
        ):
            return "access_to_training"
        return self.first("commitment_kind", span)


def kind(text: Text, words: Vocabulary) -> Told | None:
    """The kind that most of the text names, the article before it included; None where two are named as often."""
    found: dict[str, list[Span]] = {}
    for start, end, code in words.all("agreement_kind", (0, len(text.level))):
        if not any(start < last for spans in found.values() for _first, last in spans):
            found.setdefault(code, []).append((start, end))
    if not found:
        return None
    often = sorted(found, key=lambda code: (-len(found[code]), found[code][0]))
    if len(often) > 1 and len(found[often[0]]) == len(found[often[1]]):
        return None
    title = text.title
    spans = [each for each in found[often[0]] if not title or each[0] >= title.end] or found[often[0]]
    start, end = spans[0]
    before = re.compile(rf"(?<!\w){_DETERMINER}$").search(text.level, max(start - 6, 0), start)
    return Told((before.start() if before else start, end), often[0])


def occasion(text: Text) -> Told | None:
    """«à l'occasion de …», as far as the next comma; «à cette occasion» is none. The date is what stands behind it."""
    found = next(text.each(rf"(?<!\w){tables.OCCASION[text.language]}"), None)
    if not found:
        return None
    stop = re.compile(r"[,،.;]|\n|$").search(text.level, found.end())
    span = text.trim(found.start(), stop.start())
    return Told(span) if span[1] > found.end() else None


def status(text: Text, bodies: Bodies) -> Told | None:
    """The words that say it was signed."""
    if bodies.signing:
        return Told(bodies.signing.verb)
    signed = tables.SIGNED_IT[text.language].pattern
    for pattern in (
        rf"{signed} (?:a l'occasion de |on the occasion of )(?:la |le |l'|the )?\w+",
        rf"{_DETERMINER}{tables.AGREEMENT.pattern}(?: de \w+)? (?:was |has been |a ete |est )?{signed}",
        rf"(?:have |has |ont |a )?{signed} (?:the |le |la |the )?(?:present |presente )?{tables.AGREEMENT.pattern}",
        rf"{signed} {tables.AGREEMENT.pattern}(?: \w+)?",
    ):
        for found in text.each(pattern):
            number = text.number(found.start())
            sentence = next((each for each in text.sentences if each.number == number), None)
            if sentence and not text.find(tables.EARLIER, sentence.start, sentence.end):
                return Told(found.span())
    return None


def signed_on(text: Text, bodies: Bodies) -> Told | None:
    """When it was signed, as the text has it: a day beside «done at», else in the sentence that says who signed."""
    for clause in text.clauses:
        done = text.find(rf"(?<!\w){tables.DONE_AT[text.language]}", clause.start, clause.end)
        if done and (day := _day(text, clause.start, clause.end)):
            return day
    told = status(text, bodies)
    if not told:
        return None
    number = text.number(told.span[0])
    sentence = next((each for each in text.sentences if each.number == number), None)
    if not sentence:
        return None
    if day := _day(text, sentence.start, sentence.end):
        return day
    if near := text.find(_YESTERDAY, sentence.start, sentence.end):
        return Told(near.span())
    event = occasion(text)
    if event and event.span[0] < told.span[1] and told.span[0] < event.span[0]:
        opener = text.match(rf"{tables.OCCASION[text.language]}\s*", *event.span)
        return Told(text.trim(opener.end() if opener else event.span[0], event.span[1]))
    return None


def _day(text: Text, start: int, end: int) -> Told | None:
    """A day that can be read for certain."""
    if worded := text.find(_WORDED, start, end):
        return Told(worded.span())
    for found in text.each(_DAY, start, end):
        left = text.find(
            r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|\w+day),? $",
            max(found.start() - 12, 0),
            found.start(),
        )
        for span in ((left.start(), found.end()) if left else found.span(), found.span()):
            try:
                if written.claim(text.plain(span)).is_known:
                    return Told(span)
            except written.Unclear:
                continue
    return None


def place_of_signature(text: Text) -> Told | None:
    """«Done at Geneva», «Fait à Rabat»: the quote, and the name of the place."""
    found = next(text.each(rf"(?<!\w){tables.DONE_AT[text.language]} "), None)
    if not found:
        return None
    if text.language == "ar":
        name = re.compile(r"(?:مدينة )?(?P<name>ال\w+|\w+)").match(text.words, found.end())
    else:
        name = re.compile(rf"(?P<name>{_CAP}(?:[ -]{_CAP})*)").match(text.words, found.end())
    if not name or any(char.isdigit() for char in name["name"]):
        return None
    return Told((found.start(), name.end()), name=name["name"])


def programme(text: Text, known: Known) -> Told | None:
    """The framework that the agreement stands under: one the registry knows, or one named «initiative», «plan» …"""
    under = rf"(?<!\w){tables.PROGRAMME[text.language]}"
    for found in text.each(
        rf"{under}\s?(?:l'|la |le |du |the )?(?P<noun>(?:\w+ ){{0,3}}?{tables.PROGRAMMES[text.language]}(?!\w))"
    ):
        stop = re.compile(r"[,،.;]|\n|$").search(text.level, found.end())
        bracket = re.compile(r"[^,.;\n]{0,120}?\([^()]{2,20}\)").match(text.level, found.end())
        end = bracket.end() if bracket else stop.start()
        span = text.trim(found.start(), end)
        name = text.plain((found.start("noun"), span[1]))
        has_name = bracket or re.search(r"\b[A-ZÀ-Þ]\w", name[1:]) or text.language == "ar"
        if not has_name or len(name.split()) > 16:
            continue
        record = next(
            (each for each in known.programmes if any(level(one) in level(name) for one in each.names)), None
        )
        return Told(span, known=record.id if record else "", name=name[:1].upper() + name[1:])
    return None


def themes(text: Text, words: Vocabulary, aims: list[Span]) -> Iterator[Told]:
    """The themes that the heading names, else those of the first aim that names any; each with its quote."""
    title = text.title
    if title and (found := words.all("theme", (title.start, title.end))):
        start = found[0][0]
        opener = text.find(r"(?:for|pour|من اجل) (?:the |la |l'|le )?$", max(start - 12, title.start), start)
        quote = (opener.start() if opener else start, max(end for _start, end, _code in found))
        yield from (Told(quote, code) for code in dict.fromkeys(code for _start, _end, code in found))
        return
    for aim in aims:
        if found := words.all("theme", aim):
            yield from (Told(aim, code) for code in dict.fromkeys(code for _start, _end, code in found))
            return

"""Who undertakes what: verbs of undertaking, the stretch that names who, and where each thing begins and ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from agreements.services.reading import tables
from agreements.services.reading.text import Clause, Span, Text, any_verb
from lib.asking import bare

# Infinitives of French: by their ending, but for nouns that end so; those in -re by name.
_NOUNS = "janvier|fevrier|premier|dernier|particulier|atelier|chantier|quartier|papier|metier|foyer|mer|hiver|hier|"
_NOUNS += "dossier|courrier|avenir|loisir|plaisir|souvenir|partir|espoir|soir"
_RE = (
    r"(?:per|re|sou|trans|pro|com|ad)?mettre|(?:entre|re|com|ap)?prendre|rendre|etendre|defendre|repondre|correspondre|"
    r"(?:satis|re)?faire|construire|produire|conduire|introduire|reduire|instruire|(?:in|sou|de)?(?:s)?crire|elire|"
    r"(?:pour)?suivre|(?:com)?battre|accroitre|(?:re)?connaitre|(?:re)?joindre|atteindre|vaincre|conclure|inclure"
)
INFINITIVE = rf"(?:(?:se|y|en|lui|leur) |s')?(?!(?:{_NOUNS})\b)(?:\w{{2,}}(?:er|ir)|{_RE})\b"
_AND = {
    "en": r"(?:[,;]? and|[,;]| as well as)",
    "fr": r"(?:[,;]? et|[,;]? puis| mais aussi|[,;]? ainsi qu[e']|[,;])",
}


@dataclass(frozen=True)
class Item:
    """One thing undertaken or aimed at: its `quote`, and its own `words` where they are fewer."""

    quote: Span
    words: Span


@dataclass
class Deed:
    """One verb and what hangs on it.

    `who` is the stretch that should name who undertakes it. A `sure` verb says itself that somebody undertakes
    something; «will» says so with a party before it only. `stem` is the quote that shows who.
    """

    clause: Clause
    who: Span
    stem: Span
    items: list[Item]
    sure: bool
    purpose: Span | None = None
    shared: list[Item] = field(default_factory=list)
    """The items that the purpose belongs to."""


Kind = Callable[[Span], str]


def deeds(text: Text, kind: Kind) -> Iterator[Deed]:
    """Every deed of the text, in order; `kind` tells the kind of commitment of a stretch, or "".

    A stem that ends on a colon takes the list items after it.
    """
    clauses = text.clauses
    for index, clause in enumerate(clauses):
        for deed in _FINDERS[text.language](text, clause, kind):
            if clause.opens and _leads_on(text, clause):
                continue
            if clause.opens:
                below = []
                for following in clauses[index + 1 :]:
                    if not following.is_item:
                        break
                    below.append((following.start, following.end))
                if below:
                    deed.items = [Item(each, each) for each in below]
                    deed.stem = (clause.sentence.start, clause.end)
            if deed.items:
                yield deed


def _leads_on(text: Text, clause: Clause) -> bool:
    """Whether the words before the colon want what follows as their object: «cooperation between:»."""
    return bool(re.search(r"\b(?:between|among|of|entre|de)$", text.level[clause.start : clause.end]))


# French.


def _french(text: Text, clause: Clause, kind: Kind) -> Iterator[Deed]:
    for marker, pattern in _verbs("fr").items():
        if verb := text.find(pattern, clause.start, clause.end):
            yield _by_marker(text, clause, verb, marker, kind)
            return
    if verb := text.find(tables.FUTURE, clause.start, clause.end):
        items, purpose = _objects(text, verb.start(), verb.end(), clause.end, kind)
        stem = (clause.sentence.start, verb.end())
        yield Deed(clause, (clause.start, verb.start()), stem, items, False, purpose, items[:])


def _by_marker(text: Text, clause: Clause, verb: re.Match, marker: str, kind: Kind) -> Deed:
    begins = {"a": r"a ", "de": r"(?:de |d')", "pour": r"(?:pour |a |de |d')"}[marker]
    first = text.find(
        rf"(?<!\w){'pour ' if marker == 'pour' else begins}(?={INFINITIVE})", verb.end(), clause.end
    )
    who = (clause.start, verb.start())
    if first is None:
        return Deed(clause, who, (clause.sentence.start, verb.end()), [], True)
    start = first.end() if marker == "pour" else first.start()
    comma = text.level.find(",", verb.end(), first.start())
    end = comma if comma >= 0 else first.start()
    stem = text.trim(clause.sentence.start, end)
    spans = enumerated(text, start, clause.end, rf"{_AND['fr']} ?(?={begins}{INFINITIVE})")
    return Deed(clause, who, stem, [Item(each, each) for each in spans], True)


def enumerated(text: Text, start: int, end: int, between: str) -> list[Span]:
    """The stretches from `start` to `end` that stand apart by matches of `between`."""
    cuts = [(start, start), *(each.span() for each in text.each(between, start, end)), (end, end)]
    return [text.trim(before[1], after[0]) for before, after in pairwise(cuts) if before[1] < after[0]]


# English.

_TO = r"to (?!the |an? |this |that |which |date |be )\w"
_MODAL = re.compile(
    r"(?<!\w)(?:will|shall)(?:,[^,;]{0,160},)?(?: (?:in particular|also|jointly|each|then))*"
    r" (?P<verb>\w+)(?: and (?!shall|will)\w+(?= \w))?"
)


def _english(text: Text, clause: Clause, kind: Kind) -> Iterator[Deed]:
    for pattern in _verbs("en").values():
        for verb in text.each(pattern, clause.start, clause.end):
            first = text.match(r" (?:\w+ly |jointly )?to (?=\w)", verb.end(), clause.end)
            who = (clause.start, verb.start())
            if first:
                start = first.end() - 3
                spans = enumerated(text, start, clause.end, rf"{_AND['en']} (?={_TO})")
                stem = text.trim(clause.sentence.start, start)
                yield Deed(clause, who, stem, [Item(each, each) for each in spans], True)
                return
    found = [
        each
        for each in text.each(_MODAL, clause.start, clause.end)
        if not text.match(tables.NO_DEED, each.start("verb"), clause.end)
    ]
    if not found:
        return
    first = found[0]
    items, purpose, shared = [], None, []
    for verb, following in pairwise([*found, None]):
        end = clause.end
        if following:
            joined = list(text.each(r"[,;]? and ", verb.end(), following.start()))
            end = joined[-1].start() if joined else following.start()
            if joined and joined[-1].end() < following.start() - 1:
                following = None  # somebody else does that one
        told, meant = _objects(text, verb.start("verb"), verb.end(), end, kind)
        items += told
        if meant:
            purpose, shared = meant, [each for each in told if each.quote[0] < meant[0]]
        if following is None:
            break
    stem_end = first.end() if len(items) > 1 else first.end("verb")
    yield Deed(
        clause,
        (clause.start, first.start()),
        (clause.sentence.start, stem_end),
        items,
        False,
        purpose,
        shared,
    )


# What follows a verb in English and French.


def _objects(text: Text, verb: int, start: int, end: int, kind: Kind) -> tuple[list[Item], Span | None]:
    """The things a verb has for objects, and their purpose: one thing, verb and all, unless each is of its own kind."""
    language = text.language
    added = list(
        text.each(rf"[,;]? (?:and )?{tables.BESIDES[language]} (?=\w+ing\b|{INFINITIVE})", start, end)
        if language in ("en", "fr")
        else ()
    )
    left_end = added[0].start() if added else end
    purpose = text.find(rf"[,;]? (?P<why>{tables.PURPOSE[language]}.+)", start, left_end)
    list_end = purpose.start() if purpose else left_end
    chunks = enumerated(text, *text.trim(start, list_end), r", (?:and |et )?")
    items = list(_split(text, chunks, kind))
    kinds = [kind(each.words) for each in items]
    if len(items) < 2 or not all(kinds) or len(set(kinds)) < len(kinds):
        whole = text.trim(verb, list_end)
        items = [Item(whole, whole)]
    for each, following in pairwise([*added, None]):
        span = text.trim(each.end(), following.start() if following else end)
        items.append(Item(span, span))
    return items, text.trim(*purpose.span("why")) if purpose else None


def _split(text: Text, chunks: list[Span], kind: Kind) -> Iterator[Item]:
    """A chunk that joins two kinds is two things: the first quotes both, for what joins them may belong to it too."""
    for start, end in chunks:
        joint = text.find(r" (?:and|et) ", start, end)
        if joint and kind((start, joint.start())) and kind((joint.end(), end)):
            yield Item((start, end), (start, joint.start()))
            yield Item((joint.end(), end), (joint.end(), end))
        else:
            yield Item((start, end), (start, end))


# Arabic: the verb goes first, who does it follows, then what.

_BY = r"(?<!\w)ب(?:ـ ?)?(?=" + tables.MASDAR + ")"
_ON = r"(?<!\w)علي (?=" + tables.MASDAR + ")"
_BARE = r"(?<!\w)(?=" + tables.MASDAR + ")"
_WILL = re.compile(r"(?<!\w)س[يتن]\w{2,}(?!\w)")


def _arabic(text: Text, clause: Clause, kind: Kind) -> Iterator[Deed]:
    for marker, pattern in _verbs("ar").items():
        verb = text.find(pattern, clause.start, clause.end)
        begin = {bare("ب"): _BY, bare("على"): _ON, "": _BARE}[marker]
        first = verb and text.find(begin, verb.end(), clause.end)
        if not first:
            if verb and clause.opens:
                yield Deed(clause, (verb.end(), clause.end), (clause.sentence.start, clause.end), [], True)
                return
            continue
        start = first.start() if marker == "ب" else first.end()
        who = text.trim(verb.end(), first.start())
        yield Deed(
            clause,
            who,
            text.trim(clause.sentence.start, first.start()),
            _masdars(text, start, clause.end),
            True,
        )
        return
    if verb := text.find(_WILL, clause.start, clause.end):
        span = text.trim(verb.end(), clause.end)
        yield Deed(clause, span, (clause.sentence.start, clause.end), [Item(span, span)], False)


def _masdars(text: Text, start: int, end: int) -> list[Item]:
    purpose = text.find(rf"[,،]? (?:و)?{tables.PURPOSE['ar']}.+", start, end)
    stop = purpose.start() if purpose else end
    besides, and_ = (
        rf" {tables.BESIDES['ar']} (?=ب?{tables.MASDAR})",
        rf" و(?:علي )?(?=(?:ب(?:ـ ?)?)?{tables.MASDAR})",
    )
    between = rf"[,،؛]?(?:{besides}|{and_})"
    spans: list[Span] = []
    for each in enumerated(text, start, stop, between):
        if spans and len(text.words[spans[-1][0] : spans[-1][1]].split()) < 2:
            spans[-1] = (
                spans[-1][0],
                each[1],
            )  # two verbal nouns that share what follows: «تنظيم وتأطير ورشات»
        else:
            spans.append(each)
    return [Item(each, each) for each in spans]


def _verbs(language: str) -> dict[str, re.Pattern]:
    return _PATTERNS[language]


_PATTERNS = {
    language: {bare(marker): any_verb(words, language) for marker, words in rows.items()}
    for language, rows in tables.UNDERTAKES.items()
}
_FINDERS = {"fr": _french, "en": _english, "ar": _arabic}


# Aims: what the agreement is for.


@dataclass(frozen=True)
class Aim:
    """What somebody or something, `who`, aims at, thing by thing, and the principle that it rests on."""

    who: Span
    things: list[Span]
    principle: Span | None


_TAIL = re.compile(
    r",? (?:et )?afin (?:de |d')|,? (?:and )?in order to|,? ont decide|,? sont convenu|,? (?:have )?agreed"
    r"|,? on the basis of"
)


def aims(text: Text) -> Iterator[Aim]:
    """Every clause that states aims, in order."""
    for sentence in text.sentences:
        if sentence is text.title or text.words.startswith("#", sentence.start):
            continue
        start, end = text.trim(sentence.start, sentence.end)
        for marker, pattern in _AIM_VERBS[text.language].items():
            verb = text.find(pattern, start, end)
            if not verb:
                continue
            stop = text.find(_TAIL, verb.end(), end)
            principle = text.find(tables.PRINCIPLE, verb.end(), end)
            rests = text.trim(principle.start(), end) if principle else None
            last = min([each.start() for each in (stop, principle) if each], default=end)
            things = _AIMED[text.language](text, last, verb, marker)
            if things:
                who = verb.start() if text.language != "ar" else things[0][0]
                yield Aim((start, who), things, rests)
                break


def _french_aims(text: Text, end: int, verb: re.Match, marker: str) -> list[Span]:
    """The first with the verb, which shows that it is an aim; the others from their own verb."""
    begins = {"a": r"a ", "de": r"(?:de |d')", "": r""}[marker]
    if not text.match(rf" {begins}{INFINITIVE}", verb.end(), end):
        return []
    return enumerated(text, verb.start(), end, rf"{_AND['fr']} ?{begins}(?={INFINITIVE})")


def _english_aims(text: Text, end: int, verb: re.Match, marker: str) -> list[Span]:
    first = text.match(rf"(?: \w+ly)? (?={_TO})", verb.end(), end)
    if not first:
        return []
    start = first.end()
    cuts = [each.span() for each in text.each(rf"{_AND['en']} (?={_TO})", start, end)]
    # An aim that has told its means, «by creating …», is told: the next «to» begins another.
    for means in text.each(r" by \w+ing\b", start, end):
        following = text.find(rf" (?={_TO})", means.end(), end)
        if following and not any(means.end() < cut[1] <= following.end() for cut in cuts):
            cuts.append(following.span())
    edges = [(start, start), *sorted(cuts), (end, end)]
    return [text.trim(before[1], after[0]) for before, after in pairwise(edges) if before[1] < after[0]]


def _arabic_aims(text: Text, end: int, verb: re.Match, marker: str) -> list[Span]:
    begin = text.find(rf"(?<!\w)(?:الي )?(?={tables.MASDAR})", verb.end(), end)
    if not begin:
        return []
    return enumerated(text, begin.end(), end, rf"[,،؛]? و(?:الي )?(?={tables.MASDAR})")


_AIM_VERBS = {
    language: {bare(marker): any_verb(words, language) for marker, words in rows.items()}
    for language, rows in tables.AIMS.items()
}
_AIMED = {"fr": _french_aims, "en": _english_aims, "ar": _arabic_aims}

"""Agreements that say the terms of a search: the best of them, their scores, and the words that say so.

Most words stand in few places, and all of these are looked at. Of a word with more than MOST places the newest
agreements are looked through, as many as it takes to find CAPPED that the reader may see. Agreements that the reader
may not see are neither found nor counted.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from agreements.queries import hits
from agreements.queries.gates import Gate
from agreements.queries.hits import CAPPED, Look, Way
from lib import prepared
from lib.asking import Kind, Term, words_of
from lib.finding import How, Taken

FIRST_LOOK = 2 * CAPPED
"""How many of the newest agreements are looked through first for a frequent word."""
MOST_REMEMBERED = 1000
MOST_MARKED = 10_000


# What is told.


Entry = list
"""Words that say a term: fact, its key, language, words, whether they are a name, the terms they say as bits."""


@dataclass(frozen=True)
class Answer:
    """The agreements that say all terms: rows as they were asked for, and whether not all of them were looked at."""

    rows: list[list]
    capped: bool


@dataclass(frozen=True)
class _Found:
    """What is remembered of a frequent term. It decides how the next search begins, never what it finds."""

    often: int
    """As `_frequent` tells."""
    window: int = FIRST_LOOK
    """How many agreements were looked through."""
    called: bool = True
    """Whether enough of the newest agreements are called so."""


_remembered: OrderedDict[Way, _Found] = OrderedDict()


def ranked(ways: Sequence[Way], gate: Gate, *, limit: int) -> Answer:
    """The best `limit` agreements: (key, score, language of the source, titles …, entries that say a term).

    One query for words of few places, two where all are frequent and enough of the newest agreements are called so,
    for nothing counts more. Else a few queries, and looked at are the newest CAPPED that say the rarest word.
    """
    if not gate.sql or not ways:
        return Answer([], capped=False)
    values = {"limit": limit} | gate.values | hits.values(ways)
    found = [_remembered.get(each, _Found(0)) for each in ways]

    def ask(looks: Iterable[Look], more: Mapping[str, int]) -> tuple:
        sql = hits.statement(gate.sql, hits.shapes(ways), tuple(looks), ranked=True)
        [(often, count, whole, told)] = prepared.rows(sql, values | more)
        return often, count, whole, json.loads(told) if told else []

    while not all(each.often for each in found):
        often, count, _whole, rows = ask(
            [Look.AMONG if each.often else Look.EVERYWHERE for each in found], {}
        )
        if not any(often):
            return Answer(rows, capped=count > CAPPED)
        found = [
            _remember(way, _Found(now)) if now else before
            for way, now, before in zip(ways, often, found, strict=True)
        ]
    if all(each.called for each in found):
        _often, count, _whole, rows = ask([Look.AMONG for _each in found], {})
        if count == limit:
            return Answer(rows, capped=False)
        if len(ways) == 1:
            found = [_remember(ways[0], replace(found[0], called=False))]
    rarest = max(range(len(ways)), key=lambda place: found[place].often)
    looks = [Look.AMONG] * len(ways)
    looks[rarest] = Look.NEWER if found[rarest].often > 0 else Look.NEWER_NAMES
    window = found[rarest].window
    while True:
        _often, count, whole, rows = ask(looks, {"window": window})
        if whole or count > CAPPED:
            _remember(ways[rarest], replace(found[rarest], window=window))
            return Answer(rows, capped=count > CAPPED)
        window = max(2 * window, min(window * CAPPED * 5 // (4 * max(count, 1)), 32 * window))


def scored(ways: Sequence[Way], gate: Gate) -> Answer:
    """Agreements that are found, (key, score) each: all, or some where a word is frequent, and then it is capped."""
    if not gate.sql or not ways:
        return Answer([], capped=False)
    sql = hits.statement(gate.sql, hits.shapes(ways), (Look.EVERYWHERE,) * len(ways), ranked=False)
    [(often, count, _whole, told)] = prepared.rows(sql, gate.values | hits.values(ways))
    return Answer(json.loads(told) if told else [], capped=any(often) or count > CAPPED)


def hows(terms: Sequence[Term], gate: Gate) -> list[How]:
    """Whether each term is found as it is, as the beginning of words, or nowhere; one query."""
    if not gate.sql or not terms:
        return [How.NOWHERE for _each in terms]
    tried = [(How.WHOLE, How.BEGINNING) if term.may_begin else (How.WHOLE,) for term in terms]
    ways = [Way.of(Taken(term, how)) for term, each in zip(terms, tried, strict=True) for how in each]
    sql = hits.first(gate.sql, hits.shapes(ways), tuple(map(len, tried)))
    [(first,)] = prepared.rows(sql, gate.values | hits.values(ways))
    return [How.NOWHERE if place is None else each[place] for each, place in zip(tried, first, strict=True)]


def entries(ways: Sequence[Way], keys: Sequence[UUID]) -> dict[str, list[Entry]]:
    """The entries of agreements that say a term, by the key of the agreement; one query."""
    if not ways or not keys:
        return {}
    values = {"keys": "{" + ",".join(map(str, keys)) + "}"} | hits.values(ways)
    return dict(json.loads(prepared.rows(hits.entries(hits.shapes(ways)), values)[0][0]))


def _remember(way: Way, found: _Found) -> _Found:
    _remembered[way] = found
    _remembered.move_to_end(way)
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return found


# Which words are marked.

_marks: OrderedDict[tuple, list[str]] = OrderedDict()
"""What was marked: it follows from words alone, by functions that only a migration changes."""
_MARKED = """
    WITH tokens AS MATERIALIZED (
        SELECT said.place, said.named, token FROM unnest(%(words)s::text[], %(named)s::boolean[])
                 WITH ORDINALITY said(words, named, place), mithaq_tokens(said.words) token),
    marked AS (
        SELECT t.token, t.named FROM (SELECT DISTINCT token, named FROM tokens) t
         WHERE mithaq_vector('', t.token, t.named) @@ ({asked}))
    SELECT t.place::int, array_agg(DISTINCT t.token) FROM tokens t JOIN marked USING (token, named) GROUP BY t.place"""


def marked(texts: Sequence[tuple[str, bool]], terms: Sequence[Taken]) -> list[list[str]]:
    """For each text (its words, whether they are a name) the words, as they are written, that say a term.

    One query, or none where all of it was asked before.
    """
    questions = tuple(question for each in terms for question in _questions(each))
    asked = {text: _marks.get((questions, *text)) for text in texts}
    new = [text for text, told in asked.items() if told is None]
    if new and questions:
        kinds = " || ".join(f"mithaq_{kind}(%(q{place})s)" for place, (kind, _words) in enumerate(questions))
        values = {f"q{place}": words for place, (_kind, words) in enumerate(questions)}
        values |= {"words": [words for words, _named in new], "named": [named for _words, named in new]}
        told = dict(prepared.rows(_MARKED.format(asked=kinds), values))
        for place, text in enumerate(new, start=1):
            asked[text] = _marks[questions, *text] = told.get(place, [])
        while len(_marks) > MOST_MARKED:
            _marks.popitem(last=False)
    return [asked[text] or [] for text in texts]


def _questions(taken: Taken) -> list[tuple[str, str]]:
    """What single words of a text answer in which the term is found: a kind of question, and its words."""
    if taken.how is How.SIMILAR:
        return [("phrase", each.plain) for each in taken.similar]
    if taken.how is How.BEGINNING:
        return [("beginning", taken.term.words)]
    if taken.term.kind is Kind.WORD:
        return [("whole", taken.term.words)]
    return [("phrase", each) for each in words_of(taken.term.words)]

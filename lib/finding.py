"""How the terms of a search are taken: as they are, as the beginning of words, or as another word that was meant."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from lib import search
from lib.asking import Term, bare, distance, slips

MOST_NEAR = 40
"""How many words of the registry are weighed for one that it does not have."""


class How(StrEnum):
    """How a term is taken: the first of these ways in which anything is found that the reader may see."""

    WHOLE = "whole"
    BEGINNING = "beginning"
    SIMILAR = "similar"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Near:
    """A word of the registry that may have been meant: plain, as it is written, and how far off."""

    plain: str
    written: str
    slips: int
    sounds_alike: bool


@dataclass(frozen=True)
class Taken:
    """A term and how it is taken; `near` are the words it may stand for, nearest first."""

    term: Term
    how: How
    near: tuple[Near, ...] = ()

    @property
    def condition(self) -> Q:
        """What an entry says in which the term is found."""
        if self.how is How.WHOLE:
            return search.whole(self.term)
        if self.how is How.BEGINNING:
            return search.beginning(self.term)
        return search.any_word([each.plain for each in self.similar])

    @property
    def similar(self) -> tuple[Near, ...]:
        """The words the term is taken for when nothing else is found: the nearest ones, and those that sound alike."""
        meant = [each for each in self.near if _is_meant(each, self.term)]
        return tuple(each for each in meant if each.slips == meant[0].slips or each.sounds_alike)


def take(
    terms: Sequence[Term],
    *,
    found_in: Callable[[Q], list[QuerySet]],
    near_in: dict[str, QuerySet],
) -> list[Taken]:
    """How each of `terms` is taken; one query.

    `found_in` gives the rows in which a condition on entries is met, among what the reader may see; `near_in` names
    for each function that knows similar words (`mithaq_…_words_like`) the entries the reader may see.
    """
    if not terms:
        return []
    parts, values = [], []
    for term in terms:
        sql, params = _way(term, found_in, near_in)
        parts.append(sql)
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        answers = cursor.fetchone()
    return [_taken(term, json.loads(answer)) for term, answer in zip(terms, answers, strict=True)]


def _way(term: Term, found_in, near_in) -> tuple[str, list]:
    whole, params = _anywhere(found_in(search.whole(term)))
    sql = f'WHEN {whole} THEN \'{{"how": "whole"}}\''
    if term.may_begin:
        beginning, more = _anywhere(found_in(search.beginning(term)))
        sql += f' WHEN {beginning} THEN \'{{"how": "beginning"}}\''
        params += more
    near, more = _near(term, near_in)
    return f"CASE {sql} ELSE {near} END", params + more


def _anywhere(querysets: list[QuerySet]) -> tuple[str, list]:
    """SQL: whether any of `querysets` has a row."""
    parts, values = ["false"], []
    for each in querysets:
        try:
            sql, params = each.order_by().values("pk")[:1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"EXISTS ({sql})")
        values += params
    return " OR ".join(parts), values


def _near(term: Term, near_in: dict[str, QuerySet]) -> tuple[str, list]:
    """SQL: the words near the term, as JSON; each as it is written in the first entry that has it."""
    sources, values = [], []
    for function, entries in near_in.items() if term.may_be_misspelt else ():
        try:
            sql, params = entries.order_by().values_list("pk", "words").query.sql_with_params()
        except EmptyResultSet:
            continue
        sources.append(
            f"SELECT near.word, seen.words FROM {function}(%s) near JOIN ({sql}) seen(id, words)"
            " ON seen.id = near.entry"
        )
        values += [term.words, *params]
    if not sources:
        return "json_build_object('how', 'nowhere', 'plain', mithaq_plain(%s))::text", [term.words]
    return (
        "(SELECT json_build_object('how', 'nowhere', 'plain', plain, 'near', (SELECT json_agg(json_build_array("
        "word, (mithaq_marked(words, false, mithaq_phrase(word)))[1], mithaq_sounds(word) && mithaq_sounds(plain)))"
        f" FROM (SELECT * FROM (SELECT DISTINCT ON (word) word, words FROM ({' UNION ALL '.join(sources)}) every"
        " ORDER BY word, length(words), words) one"
        f" ORDER BY similarity(word, plain) DESC, word LIMIT {MOST_NEAR}) nearest))::text"
        " FROM mithaq_plain(%s) plain)"
    ), [*values, term.words]


def _is_meant(near: Near, term: Term) -> bool:
    """Whether a word is near enough to be taken for the term without asking."""
    letters = len(bare(term.words))
    return near.slips <= slips(letters) or (near.sounds_alike and letters > 3 and near.slips <= 3)


def _taken(term: Term, answer: dict) -> Taken:
    if answer["how"] != "nowhere":
        return Taken(term, How(answer["how"]))
    plain = answer["plain"]
    near = sorted(
        (
            Near(word, written or word, distance(plain, word), bool(alike))
            for word, written, alike in answer.get("near") or ()
            if word and not word.isdecimal()
        ),
        key=lambda each: (each.slips, not each.sounds_alike, each.plain),
    )
    meant = any(_is_meant(each, term) for each in near)
    return Taken(term, How.SIMILAR if meant else How.NOWHERE, tuple(near))

"""How the terms of a search are taken: as they are, as the beginning of words, or as another word that was meant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from lib import search
from lib.asking import Term, bare, distance, slips

MOST_NEAR = 40
"""As many words that may have been meant are looked for in what the reader may see, the nearest first."""
MOST_SAYING = 1000
"""In as many entries is each of them looked for."""
MOST_COMPARED = 10
"""Of as many that the reader may see, the shortest tells how it is written."""
FARTHEST = 3
"""More slips than these make another word of any."""


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


@dataclass(frozen=True)
class Said:
    """Where a word that may have been meant is looked for: `entries`, of which a reader may see those that are `seen`.

    `entries` are narrowed by columns of their own alone, so that an index finds those that say a word.
    """

    entries: QuerySet
    seen: Q

    def seen_sql(self, condition: str = "true") -> tuple[str, list]:
        """SQL: the words of the entry `e.id`, if the reader may see it. OFFSET 0: one after the other is asked."""
        seen = self.entries.model.objects.filter(self.seen).order_by().values_list("pk", "words", "folded")
        sql, params = seen.query.sql_with_params()
        return (
            f"SELECT words FROM ({sql}) s (id, words, folded) WHERE s.id = e.id AND {condition} OFFSET 0",
            list(params),
        )


def take(terms: Sequence[Term], said: Sequence[Said], *, hows: Sequence[How] | None = None) -> list[Taken]:
    """How each of `terms` is taken; one query, and one more where a word is found nowhere and others are like it.

    `hows` are told where they are known already. The words near a term are those of the whole registry, and only those
    are told that stand in what the reader may see.
    """
    answers = _answers(terms, said, hows)
    near = [
        _possibly(term, *answer) if answer else []
        for term, (_how, answer) in zip(terms, answers, strict=True)
    ]
    written = _written(list(dict.fromkeys(each.plain for words in near for each in words)), said)
    return [
        _taken(term, how, [_as(each, written) for each in words if each.plain in written])
        for term, (how, _answer), words in zip(terms, answers, near, strict=True)
    ]


def _answers(
    terms: Sequence[Term], said: Sequence[Said], hows: Sequence[How] | None
) -> list[tuple[How, list | None]]:
    """How each term is found; of one that is nowhere, plain, with the words that are like it; one query."""
    parts, values = [], []
    for place, term in enumerate(terms):
        near, params = _near(term, said)
        if hows is None:
            sql, found_params = _how(term, said)
            parts.append(f"CASE {sql} ELSE {near} END")
            values += [*found_params, *params]
        elif hows[place] is How.NOWHERE:
            parts.append(near)
            values += params
        else:
            parts.append("%s")
            values.append(hows[place])
    if hows is not None and How.NOWHERE not in hows:
        return [(how, None) for how in hows]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        told = cursor.fetchone()
    return [(How.NOWHERE, json.loads(each)) if each.startswith("[") else (How(each), None) for each in told]


def _how(term: Term, said: Sequence[Said]) -> tuple[str, list]:
    """SQL: the cases in which a term is found as it is, or as the beginning of words."""
    whole, params = _anywhere(search.whole(term), said)
    sql = f"WHEN {whole} THEN '{How.WHOLE}'"
    if term.may_begin:
        beginning, more = _anywhere(search.beginning(term), said)
        sql += f" WHEN {beginning} THEN '{How.BEGINNING}'"
        params = [*params, *more]
    return sql, params


def _near(term: Term, said: Sequence[Said]) -> tuple[str, list]:
    """SQL: the term, made plain, and the words of the registry that are spelled or sound nearly so, as JSON."""
    functions = dict.fromkeys(each.entries.model.words_like for each in said) if term.may_be_misspelt else ()
    known = " UNION ".join(f"SELECT word, alike FROM {each}(%s)" for each in functions)
    near = f"(SELECT json_agg(json_build_array(word, alike)) FROM ({known}) near)" if known else "NULL"
    return f"json_build_array(mithaq_plain(%s), {near})::text", [
        term.words,
        *(term.words for _each in functions),
    ]


def _anywhere(condition: Q, said: Sequence[Said]) -> tuple[str, list]:
    """SQL: whether any entry that the reader may see meets `condition`."""
    parts, values = ["false"], []
    for each in said:
        try:
            seen, seen_params = each.seen_sql()
            saying, params = (
                each.entries.filter(condition).order_by().values_list("pk").query.sql_with_params()
            )
        except EmptyResultSet:
            continue
        parts.append(f"EXISTS (SELECT FROM ({saying} OFFSET 0) e (id) CROSS JOIN LATERAL ({seen}) seen)")
        values += [*params, *seen_params]
    return " OR ".join(parts), values


def _possibly(term: Term, plain: str, words: list[tuple[str, bool]] | None) -> list[Near]:
    """The words that may have been meant, nearest first; not yet as they are written."""
    letters = len(bare(term.words))
    known: dict[str, bool] = {}
    for word, alike in words or ():
        known[word] = known.get(word, False) or alike
    near = [Near(word, word, distance(plain, word), alike) for word, alike in known.items()]
    near = [
        each
        for each in near
        # One slip more than is forgiven: so far another spelling is offered.
        if each.slips <= slips(letters) + 1 or (each.sounds_alike and each.slips <= FARTHEST)
    ]
    return sorted(near, key=lambda each: (each.slips, not each.sounds_alike, each.plain))[:MOST_NEAR]


def _written(words: list[str], said: Sequence[Said]) -> dict[str, str]:
    """Those of `words` that the reader may see somewhere, each as it is written there; one query, or none."""
    parts, places, values, last = [], [], [], []
    for number, each in enumerate(said if words else ()):
        try:
            seen, params = each.seen_sql("asked.word = ANY(string_to_array(folded, ' '))")
            entries, narrowed = each.entries.order_by().values_list("pk", "vector").query.sql_with_params()
        except EmptyResultSet:
            continue
        saying = " UNION ALL ".join(
            f"(SELECT {place} AS place, id FROM ({entries}) e (id, vector)"
            f" WHERE vector @@ mithaq_phrase(%s) LIMIT {MOST_SAYING})"
            for place in range(len(words))
        )
        parts.append(f"saying{number} AS MATERIALIZED ({saying})")
        values += [value for word in words for value in (*narrowed, word)]
        places.append(
            f"(SELECT seen.words FROM (SELECT id FROM saying{number} WHERE place = asked.place) e"
            f" CROSS JOIN LATERAL ({seen}) seen LIMIT {MOST_COMPARED})"
        )
        last += params
    if not places:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {", ".join(parts)}
                SELECT word, (SELECT token FROM mithaq_tokens(said) token
                               WHERE word = ANY(string_to_array(mithaq_plain(token), ' ')) LIMIT 1)
                  FROM (SELECT word, (SELECT words FROM ({" UNION ALL ".join(places)}) seen
                                       ORDER BY length(words), words LIMIT 1) AS said
                          FROM (SELECT word, place - 1 AS place
                                  FROM unnest(%s::text[]) WITH ORDINALITY w (word, place)) asked OFFSET 0) found
                 WHERE said IS NOT NULL""",
            [*values, *last, words],
        )
        return {word: written or word for word, written in cursor.fetchall()}


def _as(near: Near, written: Mapping[str, str]) -> Near:
    return replace(near, written=written[near.plain])


def _is_meant(near: Near, term: Term) -> bool:
    """Whether a word is near enough to be taken for the term without asking."""
    letters = len(bare(term.words))
    return near.slips <= slips(letters) or (near.sounds_alike and letters > 3 and near.slips <= FARTHEST)


def _taken(term: Term, how: How, near: list[Near]) -> Taken:
    if how is not How.NOWHERE:
        return Taken(term, how)
    meant = any(_is_meant(each, term) for each in near)
    return Taken(term, How.SIMILAR if meant else How.NOWHERE, tuple(near))

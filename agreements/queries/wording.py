"""What the newest agreements say in their commitments, kept in this process: to compare with, and to tell common words.

Kept is what is said in an agreement for as long as its row is the same: `version` counts every write of a dossier, and
`xmin` is the transaction that wrote it, so that what was taken back is never taken for what came instead. Which ones
are the newest, and whether one of them is another now, is asked each time: one query. Kept is for no reader: who asks
lets out what is said only of agreements that pass its gate.
"""

# ruff: noqa: S608  SQL out of our own names

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from lib import languages, prepared

READ = 500
"""How many of the newest published agreements are kept."""
COMMON_FROM = 10
"""A word is not common in fewer agreements than this, however few there are."""
BEGINNING = 4
"""By so many letters words are compared before their trigrams are."""


class Line(NamedTuple):
    """A commitment in one language: its words folded, and the beginnings of them."""

    agreement: UUID
    pk: UUID
    number: int
    kind: str
    language: str
    words: str
    beginnings: frozenset[str]


class Spoken(NamedTuple):
    """What one agreement says: its commitments, and in each language the words that it uses."""

    lines: tuple[Line, ...]
    words: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Spoken":
        told = tuple(lines)
        words: dict[str, set[str]] = defaultdict(set)
        for each in told:
            words[each.language].update(words_of(each.words))
        return cls(told, {language: frozenset(found) for language, found in words.items()})


@dataclass(frozen=True)
class Wording:
    """What the newest agreements say; `standing` tells these rows from any others."""

    standing: str
    rows: Mapping[tuple, Spoken]
    """By key, version and transaction of the agreement."""

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str], list[Line]]:
        found: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for said in self.rows.values():
            for each in said.lines:
                found[each.language, each.kind].append(each)
        return found

    @cached_property
    def uses(self) -> dict[str, Counter[str]]:
        """In each language, in how many of the agreements a word is used."""
        counts: dict[str, Counter[str]] = {each: Counter() for each in languages.CODES}
        for said in self.rows.values():
            for language, words in said.words.items():
                counts[language].update(words)
        return counts

    @cached_property
    def common(self) -> dict[str, frozenset[str]]:
        """In each language, the words that more than a quarter of the agreements that say anything in it use."""
        told = Counter(language for said in self.rows.values() for language in said.words)
        return {
            language: frozenset(
                word for word, count in counts.items() if count >= COMMON_FROM and count > told[language] / 4
            )
            for language, counts in self.uses.items()
        }

    def near(self, text: str, language: str, kind: str | None) -> Iterator[Line]:
        """The commitments of the kind, of any for None, in which a third of the words of `text` begins alike."""
        asked = beginnings(text)
        for (spoken, of), lines in self._by_kind.items():
            if spoken == language and kind in (None, of):
                for each in lines:
                    if 3 * len(asked & each.beginnings) >= len(asked):
                        yield each


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def beginnings(text: str) -> frozenset[str]:
    return frozenset(each[:BEGINNING] for each in words_of(text))


_NEWEST = """
    SELECT id, number, version, xmin::text AS written FROM agreements_agreement
     WHERE editorial_state = 'published' ORDER BY number DESC LIMIT %(read)s
"""
_STANDING = f"""
    SELECT md5(string_agg(number || ' ' || version || ' ' || written, ',' ORDER BY number)) FROM ({_NEWEST}) newest
"""
_FOLDED = [f"CASE WHEN text_{each} <> '' THEN mithaq_fold(text_{each}) END" for each in languages.CODES]
_COLUMNS = f"agreement_id, id, number, kind_id, {', '.join(_FOLDED)}"
_SAID = f"""
    SELECT {_COLUMNS} FROM agreements_commitment
     WHERE agreement_id = ANY (%(keys)s::text[]::uuid[]) ORDER BY agreement_id, number, id
"""
# What shares a rare word and another one. OFFSET 0 keeps the planner on the index of words.
_BEYOND = f"""
    SELECT {_COLUMNS} FROM agreements_commitment WHERE agreement_id = ANY (%(keys)s::text[]::uuid[])
     UNION
    SELECT {_COLUMNS} FROM agreements_commitment WHERE id IN (
        SELECT found.fact_id FROM unnest(%(rare)s::text[], %(with)s::text[]) asked(rare, others)
         CROSS JOIN LATERAL (
            SELECT plainto_tsquery('pg_catalog.simple', mithaq_plain(rare))
                && replace(plainto_tsquery('pg_catalog.simple', mithaq_plain(others))::text, '&', '|')::tsquery AS both
         ) words
         CROSS JOIN LATERAL (
            SELECT fact_id FROM (
                SELECT fact_id FROM agreements_textentry
                 WHERE vector @@ words.both AND fact = 'commitment' AND language = %(language)s OFFSET 0
            ) said LIMIT %(most)s::int
         ) found)
"""

_kept: Wording | None = None


def newest() -> Wording:
    """What the newest agreements say: one query, and two more where one of them has changed."""
    global _kept
    ((standing,),) = prepared.rows(_STANDING, {"read": READ})
    kept = _kept
    if kept is None or kept.standing != standing:
        # The rows before the words: words that are newer than the row they are kept under are not found under the next.
        rows = [(key, version, xmin) for key, _n, version, xmin in prepared.rows(_NEWEST, {"read": READ})]
        known = kept.rows if kept else {}
        said: dict[UUID, list[Line]] = defaultdict(list)
        for each in lines(row[0] for row in rows if row not in known):
            said[each.agreement].append(each)
        kept = _kept = Wording(
            standing, {row: known[row] if row in known else Spoken.of(said[row[0]]) for row in rows}
        )
    return kept


def lines(agreements: Iterable[UUID]) -> list[Line]:
    """The commitments of the agreements, in every language; at most one query."""
    asked = [str(each) for each in agreements]
    return _lines(prepared.rows(_SAID, {"keys": asked})) if asked else []


def beyond(
    agreements: Iterable[UUID], rare: Sequence[tuple[str, str]], *, language: str, most: int
) -> list[Line]:
    """The commitments of the agreements, and those that say a rare word and any of the words with it: one query.

    Of a rare word there are at most so many, any of them.
    """
    asked = {
        "keys": [str(each) for each in agreements],
        "rare": [word for word, _others in rare],
        "with": [others for _word, others in rare],
    }
    return _lines(prepared.rows(_BEYOND, asked | {"language": language, "most": most}))


def _lines(rows: Iterable[tuple]) -> list[Line]:
    return [
        Line(agreement, pk, number, kind, language, words, beginnings(words))
        for agreement, pk, number, kind, *told in rows
        for language, words in zip(languages.CODES, told, strict=True)
        if words
    ]

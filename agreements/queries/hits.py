"""Statements that look for the terms of a search: which agreements say them, how much that counts, and in which words.

They are written for the ways in which terms are taken, not for the words, and for a reader's gate.
"""

# ruff: noqa: S608  SQL out of our own names

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from agreements.models import TextEntry
from lib import languages
from lib.asking import Kind
from lib.finding import How, Taken

Fact = TextEntry.Fact

# What counts more in the order of relevance: what it is called, who is in it, what is undertaken, all else.
CALLED = TextEntry.CALLED
IN_IT = (Fact.PARTY, Fact.PROGRAMME, Fact.PROGRAMME_SHORT)
UNDERTAKEN = (Fact.COMMITMENT, Fact.PURPOSE, Fact.COMMITMENT_PLACE, Fact.OBJECTIVE)
WEIGHTS = {8: CALLED, 4: IN_IT, 2: UNDERTAKEN}
IN_NAMES = 4

CAPPED = 2000
"""As many agreements are ranked: the newest, where more are found."""
MOST = 2000
"""In more places than these a word is frequent."""


_KINDS = {Kind.WORD: "whole", Kind.PHRASE: "phrase", Kind.SIGN: "sign"}


@dataclass(frozen=True)
class Way:
    """A way in which a term is taken, and its words: one, or the plain words that may have been meant."""

    kind: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, taken: Taken) -> "Way":
        if taken.how is How.SIMILAR:
            return cls("phrase", tuple(each.plain for each in taken.similar))
        if taken.how is How.BEGINNING:
            return cls("beginning", (taken.term.words,))
        return cls(_KINDS[taken.term.kind], (taken.term.words,))


_SIGN = (
    r"'%%%%' || replace(replace(replace(mithaq_plain(%s), '\', '\\'), '%%%%', '\%%%%'), '_', '\_') || '%%%%'"
)
Shape = tuple[str, int]
"""Of a way: its kind, and how many words it has."""


def shapes(ways: Iterable[Way]) -> tuple[Shape, ...]:
    return tuple((each.kind, len(each.words)) for each in ways)


def values(ways: Iterable[Way]) -> dict[str, str]:
    return {
        f"t{term}_{place}": word for term, each in enumerate(ways) for place, word in enumerate(each.words)
    }


def _asked(shapes: Sequence[Shape]) -> str:
    """The questions, made once for the whole statement."""
    made = []
    for term, (kind, words) in enumerate(shapes):
        places = [f"%(t{term}_{place})s" for place in range(words)]
        question = (
            _SIGN % places[0] if kind == "sign" else " || ".join(f"mithaq_{kind}({each})" for each in places)
        )
        made.append(f"{question} AS t{term}")
    return f"asked AS MATERIALIZED (SELECT {', '.join(made)})"


def _says(shapes: Sequence[Shape], term: int, row: str) -> str:
    column, sign = ("folded", "LIKE") if shapes[term][0] == "sign" else ("vector", "@@")
    return f"{row}.{column} {sign} (SELECT t{term} FROM asked)"


def _facts(facts: Iterable[str]) -> str:
    return ", ".join(f"'{each.value}'" for each in facts)


_WEIGHT = "CASE {} ELSE 1 END".format(
    " ".join(f"WHEN e.fact IN ({_facts(facts)}) THEN {weight}" for weight, facts in WEIGHTS.items())
)


# A hit is an entry that says a term, with an agreement it is of: (way, agreement_id, weight, text, name), the last two
# being keys of entries. OFFSET 0 keeps the planner on the indexes: it cannot know how few rows a word has that it is
# told later, and would rather read a table from end to end.
_OF_TEXT, _OF_NAME = (
    "t.weight, t.id AS text, NULL::bigint AS name",
    "{} AS weight, NULL::bigint AS text, n.id AS name",
)
_OF_NAME = _OF_NAME.format(IN_NAMES)
_SINCE = "(SELECT id FROM since)"

_TEXTS = """
    texts{term} AS MATERIALIZED (
        SELECT e.id, e.agreement_id, {weight} AS weight{place} FROM agreements_textentry e
         WHERE e.agreement_id IS NOT NULL AND {of_text}{newer:e.agreement_id}),
    programmes{term} AS MATERIALIZED (
        SELECT e.id, e.programme_id, {weight} AS weight FROM agreements_textentry e
         WHERE e.programme_id IS NOT NULL AND {of_text})"""
_NAMES = """
    names{term} AS MATERIALIZED (
        SELECT n.id, n.organization_id, n.person_id FROM organizations_nameentry n
         WHERE {of_name}{narrowed})"""

_FROM_TEXTS = (
    "SELECT 0 AS way, t.agreement_id, {hit} FROM texts{term} t",
    """SELECT 1 AS way, a.id AS agreement_id, {hit} FROM programmes{term} t CROSS JOIN LATERAL (
           SELECT a.id FROM agreements_agreement a WHERE a.programme_id = t.programme_id{newer:a.id} OFFSET 0) a""",
)
_FROM_NAMES = (
    """SELECT 2 AS way, p.agreement_id, {hit} FROM names{term} n CROSS JOIN LATERAL (
           SELECT d.descendant_id AS id FROM organizations_descent d
            WHERE d.ancestor_id = n.organization_id OFFSET 0) o CROSS JOIN LATERAL (
           SELECT p.agreement_id FROM agreements_party p
            WHERE p.organization_id = o.id{newer:p.agreement_id} OFFSET 0) p""",
    """SELECT 3 AS way, s.agreement_id, {hit} FROM names{term} n CROSS JOIN LATERAL (
           SELECT o.id FROM organizations_office o WHERE o.person_id = n.person_id OFFSET 0) o CROSS JOIN LATERAL (
           SELECT s.agreement_id FROM agreements_statement s
            WHERE s.speaker_id = o.id{newer:s.agreement_id} OFFSET 0) s""",
    """SELECT 4 AS way, p.agreement_id, {hit} FROM names{term} n CROSS JOIN LATERAL (
           SELECT s.party_id AS id FROM agreements_signatory s
            WHERE s.person_id = n.person_id OFFSET 0) s CROSS JOIN LATERAL (
           SELECT p.agreement_id FROM agreements_party p WHERE p.id = s.id{newer:p.agreement_id} OFFSET 0) p""",
    """SELECT 5 AS way, c.agreement_id, {hit} FROM names{term} n CROSS JOIN LATERAL (
           SELECT o.id FROM organizations_office o WHERE o.person_id = n.person_id OFFSET 0) o CROSS JOIN LATERAL (
           SELECT c.agreement_id FROM agreements_citation c WHERE c.office_id = o.id
              AND c.agreement_id IS NOT NULL{newer:c.agreement_id} OFFSET 0) c""",
)
# The same ways back, from the agreements of `among`.
_TO_TEXTS = (
    """SELECT 0 AS way, c.id AS agreement_id, {hit} FROM {among} c CROSS JOIN LATERAL (
           SELECT e.id, {weight} AS weight FROM (
               SELECT e.id, e.fact, e.vector, e.folded FROM agreements_textentry e
                WHERE e.agreement_id = c.id OFFSET 0) e WHERE {of_text}) t""",
    """SELECT 1 AS way, c.id AS agreement_id, {hit} FROM {among} c CROSS JOIN LATERAL (
           SELECT e.id, {weight} AS weight FROM (
               SELECT e.id, e.fact, e.vector, e.folded FROM agreements_agreement a JOIN agreements_textentry e
                   ON e.programme_id = a.programme_id WHERE a.id = c.id OFFSET 0) e WHERE {of_text}) t""",
)
_TO_NAMES = (
    """SELECT 2 AS way, c.id AS agreement_id, {hit} FROM {among} c CROSS JOIN LATERAL (
           SELECT d.ancestor_id AS id FROM agreements_party p JOIN organizations_descent d
               ON d.descendant_id = p.organization_id WHERE p.agreement_id = c.id OFFSET 0) o CROSS JOIN LATERAL (
           SELECT n.id FROM (
               SELECT n.id, n.vector, n.folded FROM organizations_nameentry n
                WHERE n.organization_id = o.id OFFSET 0) n WHERE {of_name}) n""",
    """SELECT 3 AS way, c.id AS agreement_id, {hit} FROM {among} c CROSS JOIN LATERAL (
           SELECT o.person_id AS id FROM agreements_statement s JOIN organizations_office o
               ON o.id = s.speaker_id WHERE s.agreement_id = c.id
           UNION SELECT s.person_id FROM agreements_party p JOIN agreements_signatory s
               ON s.party_id = p.id WHERE p.agreement_id = c.id
           UNION SELECT o.person_id FROM agreements_citation x JOIN organizations_office o
               ON o.id = x.office_id WHERE x.agreement_id = c.id OFFSET 0) o CROSS JOIN LATERAL (
           SELECT n.id FROM (
               SELECT n.id, n.vector, n.folded FROM organizations_nameentry n
                WHERE n.person_id = o.id OFFSET 0) n WHERE {of_name}) n""",
)


class _Newer:
    """`{newer:column}`: what keeps rows to the agreements from `since` on, or nothing."""

    def __init__(self, *, asked: bool):
        self.asked = asked

    def __format__(self, column: str) -> str:
        return f" AND {column} >= {_SINCE}" if self.asked else ""


class Look(StrEnum):
    """Where a term is looked for."""

    EVERYWHERE = "everywhere"
    """In all places, and in MOST of them at most."""
    ANYWHERE = "anywhere"
    """In all places, until one is found."""
    NEWER = "newer"
    """In the agreements from `since` on."""
    NEWER_NAMES = "newer_names"
    """The same, for one in so many names of organizations that rather the parties are asked for theirs."""
    AMONG = "among"
    """In the agreements that say the other terms, or that are called so."""


_LOOKED = {
    Look.EVERYWHERE: (_FROM_TEXTS, _FROM_NAMES),
    Look.ANYWHERE: (_FROM_TEXTS, _FROM_NAMES),
    Look.NEWER: (_FROM_TEXTS, _FROM_NAMES),
    Look.NEWER_NAMES: (_FROM_TEXTS, (_TO_NAMES[0], *_FROM_NAMES[1:])),
    Look.AMONG: (_TO_TEXTS, _TO_NAMES),
}


def _hits(shapes: Sequence[Shape], term: int, look: Look) -> list[str]:
    """CTEs of a term: its `hits`, and `scores`, of which each agreement has one."""

    def written(sql: str, hit: str) -> str:
        return sql.format(
            term=term,
            hit=hit,
            weight=_WEIGHT,
            newer=_Newer(asked=look not in {Look.EVERYWHERE, Look.ANYWHERE}),
            among="others" if look is Look.AMONG else "newest",
            place=", e.ctid AS place" if look is Look.EVERYWHERE else "",
            narrowed={
                Look.EVERYWHERE: f" LIMIT {MOST + 1}",
                Look.NEWER_NAMES: " AND n.person_id IS NOT NULL",
            }.get(look, ""),
            of_text=_says(shapes, term, "e"),
            of_name=_says(shapes, term, "n"),
        )

    by_texts, by_names = _LOOKED[look]
    ways = [written(each, _OF_TEXT) for each in by_texts] + [written(each, _OF_NAME) for each in by_names]
    if look is Look.EVERYWHERE:
        ways = [f"({each} LIMIT {MOST + 1})" for each in ways]
    parts = [] if look is Look.AMONG else [written(_TEXTS, ""), written(_NAMES, "")]
    return [
        *parts,
        f"hits{term} AS MATERIALIZED ({' UNION ALL '.join(ways)})",
        f"scores{term} AS MATERIALIZED"
        f" (SELECT agreement_id, max(weight) AS weight FROM hits{term} GROUP BY agreement_id)",
    ]


def _seen(gate: str, terms: Sequence[int]) -> str:
    """FROM and WHERE: the agreements `a` that say all of `terms`, as far as the reader may see them."""
    first, *others = terms
    joined = f"scores{first}" + "".join(f" JOIN scores{each} USING (agreement_id)" for each in others)
    if not gate:
        return joined
    return f"""{joined} CROSS JOIN LATERAL (
        SELECT a.id, a.number FROM ({gate}) a (id, number, programme) WHERE a.id = agreement_id OFFSET 0) a"""


def _called(gate: str, shapes: Sequence[Shape]) -> str:
    """Of the newest agreements the first ones that have all terms in what they are called."""
    said = " AND ".join(
        f"""EXISTS (SELECT FROM (SELECT e.vector, e.folded FROM agreements_textentry e
               WHERE e.agreement_id = a.id AND (e.fact || '') IN ({_facts(CALLED)}) OFFSET 0) e
               WHERE {_says(shapes, term, "e")})"""
        for term in range(len(shapes))
    )
    return f"""SELECT a.id FROM (SELECT a.id, a.number FROM ({gate}) a (id, number, programme)
                 ORDER BY a.number DESC LIMIT {CAPPED}) a WHERE {said} ORDER BY a.number DESC LIMIT %(limit)s"""


_COLUMNS = ("source_language", *languages.columns("title"))
_REASONS = """
    (SELECT coalesce(json_agg(json_build_array(h.fact, h.fact_id, h.language, h.words, h.named, h.says)), '[]')
       FROM (SELECT e.fact, e.fact_id, e.language, e.words, e.named, s.says
               FROM said s JOIN agreements_textentry e ON e.id = s.text WHERE s.agreement_id = b.id
             UNION ALL
             SELECT e.fact, e.fact_id, e.language, e.words, e.named, s.says
               FROM said s JOIN organizations_nameentry e ON e.id = s.name WHERE s.agreement_id = b.id) h)"""


def _said(terms: Iterable[int], among: str) -> str:
    """A CTE of the entries that say any of the terms of the agreements in `among`."""
    said = " UNION ALL ".join(
        f"SELECT h.agreement_id, h.text, h.name, {1 << term} AS says"
        f" FROM hits{term} h JOIN {among} b ON b.id = h.agreement_id"
        for term in terms
    )
    return f"""said AS MATERIALIZED (SELECT agreement_id, text, name, bit_or(says) AS says FROM ({said}) h
                GROUP BY agreement_id, text, name)"""


@lru_cache(maxsize=100)
def entries(shapes: tuple[Shape, ...]) -> str:
    hits = [part for term in range(len(shapes)) for part in _hits(shapes, term, Look.AMONG)]
    parts = [
        _asked(shapes),
        "others AS MATERIALIZED (SELECT unnest(%(keys)s::uuid[]) AS id)",
        *hits,
        _said(range(len(shapes)), "others"),
    ]
    return f"WITH {', '.join(parts)} SELECT json_agg(json_build_array(b.id, {_REASONS}))::text FROM others b"


@lru_cache(maxsize=500)
def first(gate: str, shapes: tuple[Shape, ...], tried: tuple[int, ...]) -> str:
    """Tells of each term, which has as many ways as `tried` says, the first of them that finds an agreement."""
    parts = [_asked(shapes)]
    for term in range(len(shapes)):
        parts += _hits(shapes, term, Look.ANYWHERE)[:-1]
    ways, cases = iter(range(len(shapes))), []
    for many in tried:
        found = " ".join(
            f"""WHEN EXISTS (SELECT FROM hits{term} h CROSS JOIN LATERAL (
                    SELECT FROM ({gate}) a (id, number, programme) WHERE a.id = h.agreement_id OFFSET 0) a)
                THEN {place}"""
            for place, term in enumerate(islice(ways, many))
        )
        cases.append(f"CASE {found} END")
    return f"WITH {', '.join(parts)} SELECT ARRAY[{', '.join(cases)}]"


def _ranked(terms: range) -> list[str]:
    columns = ", ".join(f"a.{each}" for each in _COLUMNS)
    return [
        f"newest_found AS (SELECT * FROM found ORDER BY id DESC LIMIT {CAPPED})",
        "best AS MATERIALIZED (SELECT * FROM newest_found ORDER BY score DESC, number DESC LIMIT %(limit)s)",
        _said(terms, "best"),
        f"""told AS (SELECT json_agg(
                json_build_array(b.id, b.score, {columns}, {_REASONS})
                ORDER BY b.score DESC, b.number DESC) AS told
                  FROM best b JOIN agreements_agreement a ON a.id = b.id)""",
    ]


def _scored() -> list[str]:
    return [
        f"newest_found AS (SELECT id, score FROM found ORDER BY id DESC LIMIT {CAPPED + 1})",
        "told AS (SELECT json_agg(json_build_array(id, score)) AS told FROM newest_found)",
    ]


@lru_cache(maxsize=500)
def statement(gate: str, shapes: tuple[Shape, ...], looks: tuple[Look, ...], *, ranked: bool) -> str:
    """Tells in one row: for each term how frequent it is, how many agreements are found, whether all were looked at,
    and these agreements as JSON."""
    terms = range(len(shapes))
    parts = [_asked(shapes)]
    base = [term for term in terms if looks[term] is not Look.AMONG]
    windowed = not {Look.NEWER, Look.NEWER_NAMES}.isdisjoint(looks)
    if windowed:
        parts.append(
            """since AS MATERIALIZED (SELECT coalesce((
                   SELECT id FROM agreements_agreement WHERE number <=
                          (SELECT max(number) FROM agreements_agreement) - %(window)s ORDER BY number DESC LIMIT 1),
                   '00000000-0000-0000-0000-000000000000') AS id)"""
        )
    if Look.NEWER_NAMES in looks:
        parts.append(f"newest AS MATERIALIZED (SELECT id FROM agreements_agreement WHERE id >= {_SINCE})")
    for term in base:
        parts += _hits(shapes, term, looks[term])
    others = f"SELECT a.id, a.number FROM {_seen(gate, base)}" if base else _called(gate, shapes)
    if windowed:
        parts.append(f"candidates AS MATERIALIZED ({others})")
        others = f"SELECT id, number FROM candidates ORDER BY id DESC LIMIT {CAPPED}"
    if windowed or len(base) < len(shapes):
        parts.append(f"others AS MATERIALIZED ({others})")
    for term in terms:
        if term not in base:
            parts += _hits(shapes, term, Look.AMONG)
    score = " + ".join(f"scores{term}.weight" for term in terms)
    seen = _seen(gate, terms)
    if windowed:  # by now it is known which of them the reader may see
        seen = f"{_seen('', terms)} JOIN others a ON a.id = agreement_id"
    parts.append(f"found AS MATERIALIZED (SELECT a.id, a.number, {score} AS score FROM {seen})")
    parts += _ranked(terms) if ranked else _scored()
    frequent = ", ".join(_frequent(term) if looks[term] is Look.EVERYWHERE else "0" for term in terms)
    count = "candidates" if windowed else "found"
    whole = f"{_SINCE} = '00000000-0000-0000-0000-000000000000'" if windowed else "true"
    return f"""WITH {", ".join(parts)}
        SELECT ARRAY[{frequent}], (SELECT count(*) FROM {count}), {whole}, told::text FROM told"""


def _frequent(term: int) -> str:
    """0 for a term of few places, -1 for one in many names, else how far one had to read: more for a rarer one."""
    return f"""CASE WHEN (SELECT count(*) FROM names{term}) > {MOST} THEN -1
        WHEN NOT EXISTS (SELECT FROM hits{term} GROUP BY way HAVING count(*) > {MOST}) THEN 0
        ELSE (SELECT 1 + coalesce(max((place::text::point)[0]), 0)
                FROM (SELECT place FROM texts{term} LIMIT {MOST}) read)::int END"""

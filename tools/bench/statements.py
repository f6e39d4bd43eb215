"""What the floor asks PostgreSQL: one statement an operation, which answers with the whole JSON text.

The documents are those of the application, member by member, for a reader in English; `tests/tools/test_bench.py`
holds them equal. `{url}` is the address of the API.
"""

# ruff: noqa: E501, S608  SQL out of our own constants, and long where the documents are

CAPPED = 2000
"""How far the API counts with `count=capped`."""


def _text(row: str, name: str, source: str) -> str:
    """The translated text `name` as an English reader gets it."""
    own = f"CASE {source} WHEN 'fr' THEN {row}.{name}_fr WHEN 'ar' THEN {row}.{name}_ar ELSE '' END"
    each = [f"{row}.{name}_en", own, *(f"{row}.{name}_{code}" for code in ("fr", "en", "ar"))]
    return f"coalesce({', '.join(f'nullif({one}, {chr(39) * 2})' for one in each)}, '')"


def _texts(row: str, name: str) -> str:
    """All languages in which it is said."""
    pairs = ", ".join(f"'{code}', nullif({row}.{name}_{code}, '')" for code in ("en", "fr", "ar"))
    return f"json_strip_nulls(json_build_object({pairs}))"


def _spoken(row: str, source: str, name: str = "text") -> str:
    return f"'text', {_text(row, name, source)}, 'texts', {_texts(row, name)}"


def _claim(row: str, name: str) -> str:
    """A date claim, with what EDTF makes of it."""
    days = f"{row}.{name}_range"
    return f"""json_build_object('stated', nullif({row}.{name}_text, ''), 'earliest', lower({days}),
        'latest', upper({days}) - 1, 'basis', {row}.{name}_basis, 'note', {row}.{name}_note, 'edtf',
        CASE WHEN {days} IS NULL THEN NULL
             WHEN upper({days}) - lower({days}) = 1 THEN lower({days})::text
             WHEN extract(day FROM lower({days})) = 1 AND upper({days}) = lower({days}) + interval '1 month'
                  THEN to_char(lower({days}), 'YYYY-MM')
             WHEN extract(doy FROM lower({days})) = 1 AND upper({days}) = lower({days}) + interval '1 year'
                  THEN to_char(lower({days}), 'YYYY')
             ELSE coalesce(lower({days})::text, '..') || '/' || coalesce((upper({days}) - 1)::text, '..') END)"""


def _reference(type: str, resource: str, key: str, label: str) -> str:
    return f"json_build_object('id', {key}, 'type', '{type}', 'label', {label}, 'url', '{{url}}/{resource}/' || {key})"


def _code(row: str) -> str:
    return f"CASE WHEN {row}.code IS NOT NULL THEN json_build_object('code', {row}.code, 'label', {_text(row, 'label', chr(39) + chr(39))}) END"


def _rows(document: str, tables: str, order: str) -> str:
    """A list of documents, empty where there is none."""
    return f"coalesce((SELECT json_agg({document} ORDER BY {order}) FROM {tables}), '[]'::json)"


def _beneficiaries(table: str, owner: str) -> str:
    def of(other: str, facts: str) -> str:
        return _rows(
            "f.id", f"{table} l JOIN {facts} f ON f.id = l.{other}_id WHERE l.{owner}", "f.position, f.id"
        )

    return f"json_build_object('parties', {of('party', 'agreements_party')}, 'groups', {of('group', 'agreements_namedgroup')})"


_LETTER = "CASE WHEN p.position <= 26 THEN chr(64 + p.position) ELSE 'P' || p.position END"
_LABEL = f"coalesce(nullif({_text('o', 'short_name', 'o.source_language')}, ''), {_text('o', 'name', 'o.source_language')})"
_ORGANIZATION = _reference("organization", "organizations", "o.id", _LABEL)
_SIGNATORIES = _rows(
    f"""json_build_object('id', s.id, 'person', {_reference("person", "people", "s.person_id", _text("h", "name", "h.source_language"))},
        'office', s.office_id)""",
    "agreements_signatory s JOIN organizations_person h ON h.id = s.person_id WHERE s.party_id = p.id",
    "s.id",
)
_PARTIES = _rows(
    f"""json_build_object('id', p.id, 'letter', {_LETTER}, 'organization', {_ORGANIZATION}, 'role', {_code("r")},
        'name_as_written', p.name_as_written, 'signatories', {_SIGNATORIES})""",
    """agreements_party p JOIN organizations_organization o ON o.id = p.organization_id
       JOIN agreements_partyrole r ON r.code = p.role_id WHERE p.agreement_id = a.id""",
    "p.position",
)
_COMMITMENTS = _rows(
    f"""json_build_object('id', c.id, 'type', 'commitment', 'url', '{{url}}/commitments/' || c.id, 'number', c.number,
        'label', c.letters || c.nth, 'joint', c.many > 1, 'kind', {_code("k")},
        {_spoken("c", "a.source_language")}, 'purposes', {_texts("c", "purpose")}, 'debtors', c.debtors,
        'beneficiaries', {_beneficiaries("agreements_commitmentbeneficiary", "commitment_id = c.id")},
        'place', c.place, 'due', {_claim("c", "due")}, 'quantity', c.quantity::text, 'unit', c.unit)""",
    f"""(SELECT c.*, d.debtors, d.many, CASE WHEN d.many = 1 THEN d.letters
                WHEN d.many = (SELECT count(*) FROM agreements_party WHERE agreement_id = a.id) THEN 'J'
                ELSE d.letters END AS letters,
                row_number() OVER (PARTITION BY d.debtors ORDER BY c.number, c.id) AS nth
           FROM agreements_commitment c
          CROSS JOIN LATERAL (
                SELECT array_agg(p.id ORDER BY p.position) AS debtors, count(*) AS many,
                       string_agg({_LETTER}, '' ORDER BY p.position) AS letters
                  FROM agreements_commitmentdebtor l JOIN agreements_party p ON p.id = l.party_id
                 WHERE l.commitment_id = c.id) d
          WHERE c.agreement_id = a.id) c JOIN agreements_commitmentkind k ON k.code = c.kind_id""",
    "c.number, c.id",
)
_GROUPS = _rows(
    f"""json_build_object('id', g.id, {_spoken("g", "a.source_language")}, 'concept', {_code("t")}, 'of_organization',
        CASE WHEN o.id IS NOT NULL THEN {_ORGANIZATION} END, 'place', g.place, 'mention', g.mention)""",
    """agreements_namedgroup g LEFT JOIN agreements_targetgroup t ON t.code = g.concept_id
       LEFT JOIN organizations_organization o ON o.id = g.of_organization_id WHERE g.agreement_id = a.id""",
    "g.position, g.id",
)
_OBJECTIVES = _rows(
    f"""json_build_object('id', o.id, 'kind', o.kind, {_spoken("o", "a.source_language")}, 'groups',
        {_rows("f.id", "agreements_objectivegroup l JOIN agreements_namedgroup f ON f.id = l.group_id WHERE l.objective_id = o.id", "f.position, f.id")})""",
    "agreements_objective o WHERE o.agreement_id = a.id",
    "o.position, o.id",
)
_STATEMENTS = _rows(
    f"""json_build_object('id', s.id, {_spoken("s", "a.source_language")}, 'speaker', s.speaker_id,
        'attribution', s.attribution, 'manner', s.manner, 'on_behalf_of', s.on_behalf_of_id)""",
    "agreements_statement s WHERE s.agreement_id = a.id",
    "s.position, s.id",
)
_ADVANTAGES = _rows(
    f"""json_build_object('id', v.id, {_spoken("v", "a.source_language")}, 'provider', v.provider_id,
        'beneficiaries', {_beneficiaries("agreements_advantagebeneficiary", "advantage_id = v.id")},
        'claimed_in', v.claimed_in_id, 'supports', v.supports_id)""",
    "agreements_advantage v WHERE v.agreement_id = a.id",
    "v.position, v.id",
)
_EVENTS = _rows(
    f"""json_build_object('id', e.id, 'kind', e.kind, 'occurred', {_claim("e", "occurred")},
        'ends', {_claim("e", "ends")}, 'reasons', {_texts("e", "reason")}, 'document', e.document_id)""",
    "agreements_lifecycleevent e WHERE e.agreement_id = a.id",
    "e.id",
)
_CHANGES = _rows(
    """json_build_object('id', h.id, 'kind', h.kind, 'path', h.path, 'label', h.label, 'before', h.before,
       'after', h.after)""",
    "agreements_amendmentchange h WHERE h.amendment_id = m.id",
    "h.position, h.id",
)
_AMENDMENTS = _rows(
    f"""json_build_object('id', m.id, 'number', m.number, 'reference', m.reference, 'signed', {_claim("m", "signed")},
        'effective', {_claim("m", "effective")}, 'summaries', {_texts("m", "summary")}, 'document', m.document_id,
        'changes', {_CHANGES})""",
    "agreements_amendment m WHERE m.agreement_id = a.id",
    "m.number",
)
_QUESTIONS = _rows(
    f"""json_build_object('id', q.id, 'fact', coalesce(q.party_id, q.group_id, q.objective_id, q.commitment_id,
        q.advantage_id, q.statement_id), 'about', q.about, {_spoken("q", "a.source_language")}, 'readings',
        {_rows(f"json_build_object('id', w.id, {_spoken('w', 'a.source_language')})", "agreements_reading w WHERE w.question_id = q.id", "w.position, w.id")},
        'resolution', CASE WHEN q.resolved_at IS NOT NULL THEN
            json_build_object('at', q.resolved_at, 'by', q.resolved_by, 'text', q.resolution) END)""",
    "agreements_openquestion q WHERE q.agreement_id = a.id",
    "q.position, q.id",
)

VISIBLE = """a.duplicate_of_id IS NULL AND a.editorial_state = 'published'
             AND a.confidentiality IN ('public', 'partners')"""

_LEGAL_STATES = """CASE s.state WHEN 'term_not_stated' THEN 'signed; term not stated'
    WHEN 'start_not_stated' THEN 'signed; entry into force not stated'
    WHEN 'not_yet_in_force' THEN 'signed; not yet in force' WHEN 'in_force' THEN 'in force'
    WHEN 'suspended' THEN 'suspended' WHEN 'ended' THEN 'ended'
    ELSE 'signed; its dates leave the state open' END"""
_LEGAL_STATE = """
    LATERAL (SELECT daterange(NULL, current_date, '[]') AS past, daterange(current_date, NULL) AS future) d,
    LATERAL (SELECT (SELECT e.kind FROM agreements_lifecycleevent e WHERE e.agreement_id = a.id
                        AND e.occurred_range <@ d.past AND e.kind <> 'renewal'
                      ORDER BY e.occurred_range DESC, e.id DESC LIMIT 1) AS last,
                    (SELECT e FROM agreements_lifecycleevent e WHERE e.agreement_id = a.id
                        AND e.occurred_range <@ d.past AND e.kind = 'renewal' AND e.ends_basis <> 'not_stated'
                      ORDER BY e.occurred_range DESC, e.id DESC LIMIT 1) AS renewed,
                    EXISTS (SELECT 1 FROM agreements_lifecycleevent e WHERE e.agreement_id = a.id
                        AND e.kind <> 'renewal' AND (e.occurred_range IS NULL
                            OR (e.occurred_range && d.past AND NOT e.occurred_range <@ d.past))) AS unsettled) h,
    LATERAL (SELECT CASE WHEN (h.renewed).id IS NULL THEN a.ends_range ELSE (h.renewed).ends_range END AS range,
                    CASE WHEN (h.renewed).id IS NULL THEN a.ends_basis ELSE (h.renewed).ends_basis END AS basis) f,
    LATERAL (SELECT CASE WHEN h.last = 'termination' OR f.range << d.future THEN 'ended'
                         WHEN h.unsettled THEN 'uncertain'
                         WHEN h.last = 'suspension' THEN 'suspended'
                         WHEN a.effective_range >> d.past THEN 'not_yet_in_force'
                         WHEN f.range IS NULL AND f.basis <> 'none' THEN 'term_not_stated'
                         WHEN a.effective_range IS NULL THEN 'start_not_stated'
                         WHEN a.effective_range <@ d.past AND (f.basis = 'none' OR f.range &> d.future)
                              THEN 'in_force'
                         ELSE 'uncertain' END AS state) s"""

_DOCUMENT = f"""json_build_object('id', a.id, 'type', 'agreement', 'url', '{{url}}/agreements/' || a.id,
    'code', 'MQ-' || lpad(a.number::text, greatest(4, length(a.number::text)), '0'), 'number', a.number,
    'version', a.version, 'editorial_state', a.editorial_state, 'confidentiality', a.confidentiality,
    'legal_state', json_build_object('code', s.state, 'label', {_LEGAL_STATES}), 'answers', {{answers}},
    'reference', nullif(a.reference, ''),
    'identifiers', {_rows("json_build_object('scheme', i.scheme, 'value', i.value)", "agreements_agreementidentifier i WHERE i.agreement_id = a.id", "i.scheme, i.value")},
    'kind', {_code("k")}, 'source_language', a.source_language, 'title', {_text("a", "title", "a.source_language")},
    'titles', {_texts("a", "title")}, 'title_basis', a.title_basis,
    'programme', CASE WHEN g.id IS NOT NULL THEN {_reference("programme", "programmes", "g.id", _text("g", "name", "g.source_language"))} END,
    'occasions', {_texts("a", "occasion")}, 'place_of_signature', a.place_of_signature,
    'dates', json_build_object('signed', {_claim("a", "signed")}, 'effective', {_claim("a", "effective")},
                               'ends', {_claim("a", "ends")}),
    'renewal', json_build_object('rule', a.renewal, 'texts', {_texts("a", "renewal_rule")},
                                 'notice_days', a.notice_days),
    'amount', CASE WHEN a.amount IS NOT NULL THEN
              json_build_object('value', a.amount::text, 'currency', a.currency) END,
    'themes', {_rows(_code("t"), "agreements_agreementtheme l JOIN agreements_theme t ON t.code = l.theme_id WHERE l.agreement_id = a.id", "l.position, l.id")},
    'groups', {_GROUPS}, 'parties', {_PARTIES}, 'objectives', {_OBJECTIVES}, 'commitments', {_COMMITMENTS},
    'statements', {_STATEMENTS}, 'advantages', {_ADVANTAGES},
    'more_advantages_claimed', a.more_advantages_claimed, 'events', {_EVENTS}, 'amendments', {_AMENDMENTS},
    'links', {_rows("json_build_object('id', l.id, 'kind', l.kind, 'agreement', " + _reference("agreement", "agreements", "l.to_id", _text("b", "title", "b.source_language")) + ")", "agreements_agreementlink l JOIN agreements_agreement b ON b.id = l.to_id WHERE l.agreement_id = a.id AND " + VISIBLE.replace("a.", "b."), "l.id")},
    'questions', {_QUESTIONS})"""
_OF = f"""agreements_agreement a JOIN agreements_agreementkind k ON k.code = a.kind_id
    LEFT JOIN agreements_programme g ON g.id = a.programme_id, {_LEGAL_STATE}"""


_NO_ANSWERS = "'{{}}'::json"


def _page(
    where: str,
    *,
    size: int,
    order: str = "a.number DESC",
    counted: bool = False,
    answers: str = _NO_ANSWERS,
    first: str = "",
) -> str:
    """The keys of the page first, and only these documents; the count, as far as it is told, where it is."""
    found = f"(SELECT FROM agreements_agreement a WHERE {VISIBLE} AND {where} LIMIT {CAPPED + 1}) found"
    count = f", 'count', least((SELECT n FROM counted), {CAPPED}), 'more', (SELECT n FROM counted) > {CAPPED}"
    return f"""
        WITH {first} {f"counted AS MATERIALIZED (SELECT count(*) AS n FROM {found})," if counted else ""}
             page AS MATERIALIZED (
             SELECT a.id, a.number FROM agreements_agreement a WHERE {VISIBLE} AND {where}
              ORDER BY {order} LIMIT {size + 1}),
             kept AS MATERIALIZED (SELECT * FROM page a ORDER BY {order} LIMIT {size})
        SELECT json_build_object('results',
               coalesce((SELECT json_agg({_DOCUMENT.replace("{answers}", answers)} ORDER BY {order}) FROM {_OF} WHERE a.id IN (SELECT id FROM kept)),
                        '[]'::json),
               'next', CASE WHEN (SELECT count(*) FROM page) > {size} THEN
                       (SELECT '{{url}}/agreements?cursor=' || a.number FROM kept a
                         ORDER BY {order.replace("DESC", "") if "DESC" in order else order + " DESC"} LIMIT 1) END,
               'previous', NULL{count if counted else ""})::text"""


_WEIGHT = """CASE WHEN e.fact IN ('code', 'reference', 'title') THEN 8
    WHEN e.fact IN ('party', 'programme', 'programme_short') THEN 4
    WHEN e.fact IN ('commitment', 'purpose', 'commitment_place', 'objective') THEN 2 ELSE 1 END"""
_HITS = f"""
    WITH asked AS MATERIALIZED (SELECT mithaq_whole($1) AS words),
         hits AS MATERIALIZED (
             SELECT h.agreement_id, max(h.weight) AS weight FROM (
                 SELECT e.agreement_id, {_WEIGHT} AS weight FROM agreements_textentry e, asked
                  WHERE e.vector @@ asked.words AND e.agreement_id IS NOT NULL
                 UNION ALL
                 SELECT p.agreement_id, 4 FROM organizations_nameentry n JOIN asked ON n.vector @@ asked.words
                   JOIN organizations_descent d ON d.ancestor_id = n.organization_id
                   JOIN agreements_party p ON p.organization_id = d.descendant_id
                 UNION ALL
                 SELECT p.agreement_id, 4 FROM organizations_nameentry n JOIN asked ON n.vector @@ asked.words
                   JOIN agreements_signatory s ON s.person_id = n.person_id
                   JOIN agreements_party p ON p.id = s.party_id) h GROUP BY h.agreement_id),
         found AS MATERIALIZED (
             SELECT a.*, h.weight FROM agreements_agreement a JOIN hits h ON h.agreement_id = a.id WHERE {VISIBLE})"""
_FOUND = f"""'results', (SELECT json_agg(json_build_object('id', a.id, 'type', 'agreement',
        'label', {_text("a", "title", "a.source_language")}, 'url', '{{url}}/agreements/' || a.id, 'score', a.weight,
        'reasons', (SELECT json_agg(json_build_object('label', r.fact, 'language', r.language, 'text', r.words,
                                                      'marked', mithaq_marked(r.words, r.named, asked.words)))
                      FROM asked, LATERAL (
                           SELECT e.fact, e.language, e.words, e.named FROM agreements_textentry e
                            WHERE e.agreement_id = a.id AND e.vector @@ asked.words
                            ORDER BY {_WEIGHT} DESC, length(e.words) LIMIT 3) r)) ORDER BY a.weight DESC, a.number DESC)
        FROM (SELECT * FROM found ORDER BY weight DESC, number DESC LIMIT 20) a)"""
_FACETS = """, 'count', (SELECT count(*) FROM found), 'facets', json_build_object(
        'kind', (SELECT json_object_agg(x.kind_id, x.n) FROM (SELECT kind_id, count(*) n FROM found GROUP BY 1) x),
        'source_language', (SELECT json_object_agg(x.l, x.n)
                              FROM (SELECT source_language l, count(*) n FROM found GROUP BY 1) x),
        'theme', (SELECT json_object_agg(x.theme_id, x.n) FROM (
                  SELECT t.theme_id, count(*) n FROM found f JOIN agreements_agreementtheme t ON t.agreement_id = f.id
                   GROUP BY 1) x))"""

_FEED = """
    SELECT json_build_object('results', coalesce(json_agg(json_build_object('sequence', f.id, 'type', f.target_type,
           'id', f.chain, 'action', f.verb, 'at', f.at, 'version', f.sequence,
           'changed', ARRAY(SELECT jsonb_object_keys(f.changes))) ORDER BY f.epoch, f.xid, f.id), '[]'::json))::text
      FROM (SELECT e.* FROM audit_auditevent e
             WHERE (e.epoch, e.xid, e.id) > ($1, $2, $3)
               AND CASE WHEN e.target_type = 'agreements.agreement'
                        THEN coalesce((SELECT {visible} FROM agreements_agreement a WHERE a.id = e.chain), false)
                        ELSE true END
             ORDER BY e.epoch, e.xid, e.id LIMIT 100) f""".replace("{visible}", VISIBLE)

# $1 is the dossier as it is sent to the application. {trail} is the event that the tables demand, or nothing.
_CREATE = """
    WITH told AS (SELECT $1::json AS d),
         made AS (INSERT INTO agreements_agreement (id, number, reference, source_language, title_en, title_fr, title_ar,
                    title_basis, occasion_en, occasion_fr, occasion_ar, place_of_signature, signed_text, signed_basis,
                    signed_note, effective_text, effective_basis, effective_note, ends_text, ends_basis, ends_note,
                    renewal, renewal_rule_en, renewal_rule_fr, renewal_rule_ar, currency, more_advantages_claimed,
                    confidentiality, editorial_state, restored_by, version, kind_id)
                  SELECT gen_random_uuid(), nextval('agreements_number'), '', d ->> 'source_language', '',
                         d -> 'titles' ->> 'fr', '', 'registry', '', '', '', '', '', 'not_stated', '', '', 'not_stated',
                         '', '', 'not_stated', '', 'not_stated', '', '', '', '', false, 'public', 'draft', '', 1,
                         d ->> 'kind' FROM told RETURNING *),
         parties AS (INSERT INTO agreements_party (id, position, name_as_written, agreement_id, organization_id, role_id)
                  SELECT gen_random_uuid(), ordinality, '', made.id, (p -> 'organization' ->> 'id')::uuid, 'party'
                    FROM made, told, json_array_elements(d -> 'parties') WITH ORDINALITY x(p, ordinality)
                  RETURNING id, position),
         duties AS (INSERT INTO agreements_commitment (id, position, text_en, text_fr, text_ar, number, purpose_en,
                    purpose_fr, purpose_ar, place, due_text, due_basis, due_note, unit, agreement_id, kind_id)
                  SELECT gen_random_uuid(), ordinality, '', c -> 'texts' ->> 'fr', '', ordinality, '', '', '', '', '',
                         'not_stated', '', '', made.id, c ->> 'kind'
                    FROM made, told, json_array_elements(d -> 'commitments') WITH ORDINALITY x(c, ordinality)
                  RETURNING id, number),
         debtors AS (INSERT INTO agreements_commitmentdebtor (id, commitment_id, party_id)
                  SELECT gen_random_uuid(), duties.id, parties.id
                    FROM told, json_array_elements(d -> 'commitments') WITH ORDINALITY x(c, ordinality)
                    JOIN duties ON duties.number = ordinality
                    CROSS JOIN LATERAL json_array_elements_text(c -> 'debtors') AS debtor(key)
                    JOIN parties ON debtor.key = 'p' || parties.position RETURNING id){trail}
    SELECT json_build_object('id', made.id, 'number', made.number, 'parties', (SELECT json_agg(id) FROM parties),
           'commitments', (SELECT json_agg(id) FROM duties), 'debtors', (SELECT count(*) FROM debtors))::text FROM made"""
_EVENT = """,
         event AS (INSERT INTO audit_auditevent (chain, sequence, at, verb, target_type, target_id, actor, actor_id,
                    reason, request_id, xid, changes, previous_hash, hash)
                  SELECT id, 0, now(), 'agreement.registered', 'agreements.agreement', id::text, 'floor', 'system', '',
                         '', 0, jsonb_build_object('dossier', jsonb_build_object('old', NULL, 'new', d::jsonb)),
                         '', '' FROM made, told)"""

_FILTER = """a.kind_id = 'partnership_agreement' AND a.source_language = 'fr'
    AND a.signed_range && daterange('2012-01-01', NULL)"""
_ANSWERS = """json_build_object('signed', CASE WHEN a.signed_basis = 'stated'
    AND a.signed_range <@ daterange('2012-01-01', NULL) THEN 'certain' ELSE 'possible' END)"""
# The few that changed first: asked one by one along the numbers, the many that did not would be asked too.
_CHANGED = """changed AS MATERIALIZED (
    SELECT DISTINCT e.chain FROM audit_auditevent e
     WHERE e.at >= $1::timestamptz AND e.target_type = 'agreements.agreement'),"""
_SINCE = "a.id = ANY(ARRAY(SELECT chain FROM changed)) AND a.number > $2"


def statements(url: str) -> dict[str, tuple[str, str]]:
    """Name → (types of its parameters, SQL)."""
    told = {
        "list": ("", _page("true", size=50)),
        "deep": ("integer", _page("a.number < $1", size=50)),
        "one": (
            "uuid",
            f"SELECT {_DOCUMENT.replace('{answers}', _NO_ANSWERS)}::text FROM {_OF} WHERE a.id = $1 AND {VISIBLE}",
        ),
        "filter": ("", _page(_FILTER, size=50, counted=True, answers=_ANSWERS)),
        "party": (
            "uuid",
            _page(
                "a.id IN (SELECT agreement_id FROM agreements_party WHERE organization_id = $1)",
                size=50,
                counted=True,
            ),
        ),
        "sync": ("text, integer", _page(_SINCE, size=100, order="a.number", first=_CHANGED)),
        "feed": ("smallint, bigint, bigint", _FEED),
        "search": ("text", f"{_HITS} SELECT json_build_object({_FOUND})::text"),
        "facets": ("text", f"{_HITS} SELECT json_build_object({_FOUND}{_FACETS})::text"),
        "create": ("text", _CREATE.replace("{trail}", _EVENT)),
        "rows": ("text", _CREATE.replace("{trail}", "")),
    }
    return {
        name: (types, sql.replace("{url}", url).replace("{{}}", "{}")) for name, (types, sql) in told.items()
    }

"""Sources of which a newer text is registered: which is the newest, and which quotes to read again."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.expressions import RawSQL

from agreements.models import Agreement, Citation, Source
from lib import rewording
from lib.rewording import Standing

_NEWEST = """
    WITH RECURSIVE later(first, id) AS (
        SELECT replaces_id, id FROM agreements_source WHERE replaces_id = ANY(%s)
        UNION SELECT later.first, s.id FROM later JOIN agreements_source s ON s.replaces_id = later.id
    )
    SELECT later.first, s.* FROM later JOIN agreements_source s ON s.id = later.id
     WHERE NOT EXISTS (SELECT 1 FROM agreements_source n WHERE n.replaces_id = s.id)
"""


def newest(sources: Iterable[UUID]) -> dict[UUID, Source]:
    """For each of `sources` that has newer texts, the newest of them, whoever may read it; one query."""
    rows = Source.objects.raw(_NEWEST, [list(sources)])
    return {each.first: each for each in rows}


def newest_of(agreement: Agreement) -> dict[UUID, Source]:
    """The newest texts of the sources of `agreement`. Needs `dossier.with_quotes`; no query where nothing is newer."""
    sources = [each.source for each in agreement.source_links.all()]
    replaced = [each.pk for each in sources if hasattr(each, "newer")]
    return newest(replaced) if replaced else {}


@dataclass(frozen=True)
class Changed:
    """What became of a quote in the newest text of its source."""

    standing: Standing
    newest: Source

    @property
    def is_to_be_read_again(self) -> bool:
        return self.standing == Standing.GONE


def changed(citation: Citation, by_source: dict[UUID, Source]) -> Changed | None:
    """The flag of a quote; None where its source has no newer text. `by_source` is what `newest` answers."""
    text = by_source.get(citation.source_id)
    if text is None:
        return None
    return Changed(rewording.standing(citation.quote, citation.start, text.text), text)


def to_be_read_again() -> Q:
    """Agreements with a quote whose words are gone from the newest text of its source: Standing.GONE."""
    # Blanks are folded in the text and in the quote, as `rewording.places` reads them.
    return Q(
        pk__in=RawSQL(
            """
            WITH RECURSIVE later(first, id) AS (
                SELECT replaces_id, id FROM agreements_source WHERE replaces_id IS NOT NULL
                UNION SELECT later.first, s.id FROM later JOIN agreements_source s ON s.replaces_id = later.id
            ), read AS (
                SELECT c.agreement_id, regexp_replace(s.text, blanks, ' ', 'g') AS says,
                       btrim(regexp_replace(c.quote, blanks, ' ', 'g')) AS words
                  FROM (SELECT '[' || %s || ']+' AS blanks) given, later
                  JOIN agreements_source s ON s.id = later.id
                  JOIN agreements_citation c ON c.source_id = later.first
                 WHERE NOT EXISTS (SELECT 1 FROM agreements_source n WHERE n.replaces_id = s.id)
                   AND substr(s.text, c.start + 1, c."end" - c.start) <> c.quote
            )
            SELECT agreement_id FROM read WHERE words = '' OR position(words IN says) = 0""",
            [rewording.BLANKS],
        )
    )

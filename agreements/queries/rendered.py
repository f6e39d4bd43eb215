"""Whole agreements out of the texts that are kept of them: what `dossier.read` tells, without reading a fact.

A text that is missing, or of another version, form or day, is written anew by the one who asks, and kept for the next.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef
from django.utils import translation

from agreements.models import Agreement, AgreementLink, RenderedDossier
from agreements.queries import dossier
from lib import json_text, languages

ROOMS = ("lib", "audit", "organizations", "agreements")
"""Whose program gives the texts their form."""
_ANSWERS, _LINKS = "\0answers", "\0links"  # stand in no text of the registry: PostgreSQL holds no NUL
_DAY = timedelta(days=1)


class Rendered(NamedTuple):
    """The text of an agreement, cut where its answers and its links stand, and the days of the legal state it tells."""

    steady: DateRange
    linked: bool
    opening: str
    middle: str
    closing: str

    def whole(self, answers: dict, links: list) -> str:
        return f"{self.opening}{json_text.dumps(answers)}{self.middle}{json_text.dumps(links)}{self.closing}"


def bare(agreements):
    """What `texts` needs of the agreements: their keys and versions, in the query that finds them."""
    return agreements.only("pk", "number", "version")


def texts(rows: Sequence[Agreement], *, readable, on: date) -> list[str]:
    """The JSON of each row on the day `on`, today, in the reader's language: as `dossier.read` tells it.

    `readable` is the queryset of agreements the reader may see. Needs `bare`. One query, another where there are
    links; some twenty-five where a text is missing, however many are. A row that is gone by now is left out.
    """
    told = _kept({each.pk: each.version for each in rows}, on=on)
    if missing := [each.pk for each in rows if each.pk not in told]:
        told |= render(missing, on=on)
    links = _links([key for key, each in told.items() if each.linked], readable)
    return [
        text.whole(dossier.read_answers(each), links[each.pk]) for each in rows if (text := told.get(each.pk))
    ]


def render(keys: Iterable[UUID], *, on: date) -> dict[UUID, Rendered]:
    """The texts of these agreements on the day `on`, in the reader's language, written anew and kept.

    Not kept is what changed while it was read, nor anything while a label changes or another reader keeps.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('agreements_rendereddossier', 0))")
        (may_keep,) = cursor.fetchone()
        found = list(
            dossier.with_facts(Agreement.objects.filter(pk__in=keys), on=on, readable=Agreement.objects.all())
        )
        told = {each.pk: _render(each, on) for each in found}
        if may_keep and told:
            _keep(cursor, {each.pk: each.version for each in found}, told)
    return told


def render_missing(*, language: str, on: date, at_once: int = 200) -> Iterator[int]:
    """Write the texts that are missing in one language; yields how many it has written so far."""
    kept = RenderedDossier.objects.filter(
        agreement=OuterRef("pk"),
        version=OuterRef("version"),
        language=language,
        form=_form(),
        steady__contains=on,
    )
    missing = Agreement.objects.filter(~Exists(kept)).order_by("pk").values_list("pk", flat=True)
    last, written = UUID(int=0), 0
    with translation.override(language):
        while keys := list(missing.filter(pk__gt=last)[:at_once]):
            render(keys, on=on)
            last, written = keys[-1], written + len(keys)
            yield written


def _form() -> str:
    """What marks the texts that this program writes, with these settings."""
    return hashlib.sha256(f"{_program()} {settings.PUBLIC_URL}".encode()).hexdigest()[:16]


@cache
def _program() -> str:
    """A digest of all that has a part in a text: a new release trusts none that an older one wrote."""
    here, digest = Path(settings.BASE_DIR), hashlib.sha256()
    parts = [path for room in ROOMS for path in (here / room).rglob("*.py")]
    parts += (here / "locale").rglob("*.po")  # the legal state is said in the reader's language
    for path in sorted(parts):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(versions: Mapping[UUID, int], *, on: date) -> dict[UUID, Rendered]:
    rows = RenderedDossier.objects.filter(
        agreement__in=list(versions), language=languages.current(), form=_form()
    )
    return {
        key: Rendered(*text)
        for key, version, *text in rows.values_list("agreement", "version", *Rendered._fields)
        if version == versions[key] and on in text[0]
    }


def _render(agreement: Agreement, on: date) -> Rendered:
    document = dossier.read(agreement)
    linked = bool(document["links"])
    text = json_text.dumps(document | {"answers": _ANSWERS, "links": _LINKS})
    opening, rest = text.split(json_text.dumps(_ANSWERS))
    middle, closing = rest.split(json_text.dumps(_LINKS))
    return Rendered(_steady(agreement, on), linked, opening, middle, closing)


def _steady(agreement: Agreement, on: date) -> DateRange:
    """The days around `on` between which no day lies that a claim begins, ends or is over with.

    `with_legal_state` compares claims with the day alone, so on all of them the agreement stands the same.
    """
    claims = [agreement.effective, agreement.ends]
    for each in agreement.events.all():
        claims += [each.occurred, each.ends]
    turns = {
        turn
        for claim in claims
        for day in (claim.earliest, claim.latest)
        if day is not None
        for turn in _around(day)
    }
    return DateRange(
        max((each for each in turns if each <= on), default=None),
        min((each for each in turns if each > on), default=None),
    )


def _around(day: date) -> Iterator[date]:
    yield day
    if day < date.max:
        yield day + _DAY


def _keep(cursor, versions: Mapping[UUID, int], told: Mapping[UUID, Rendered]) -> None:
    """Keep the texts whose agreements are still of the version that was read.

    An agreement's facts and its version change in one transaction. If it is of the same version now, then none that
    changed facts ended while they were read.
    """
    keys = list(told)
    cursor.execute(
        """
        INSERT INTO agreements_rendereddossier AS kept
               (agreement, version, language, form, steady, linked, opening, middle, closing)
        SELECT told.agreement, told.version, %s, %s,
               told.steady, told.linked, told.opening, told.middle, told.closing
          FROM unnest(%s::uuid[], %s::int[], %s::daterange[], %s::bool[], %s::text[], %s::text[], %s::text[])
               AS told (agreement, version, steady, linked, opening, middle, closing)
          JOIN agreements_agreement a ON a.id = told.agreement AND a.version = told.version
         ORDER BY told.agreement
            ON CONFLICT (agreement, language) DO UPDATE
           SET version = excluded.version, form = excluded.form, steady = excluded.steady,
               linked = excluded.linked, opening = excluded.opening, middle = excluded.middle,
               closing = excluded.closing
        """,
        [
            languages.current(),
            _form(),
            [str(each) for each in keys],
            [versions[each] for each in keys],
            *([getattr(told[each], name) for each in keys] for name in Rendered._fields),
        ],
    )


def _links(keys: list[UUID], readable) -> Mapping[UUID, list[dict]]:
    """Where the agreements lead, as far as the reader may see it."""
    found: dict[UUID, list[dict]] = defaultdict(list)
    if keys:
        rows = AgreementLink.objects.filter(agreement__in=keys, to__in=readable).select_related("to")
        for each in rows.order_by("pk"):
            found[each.agreement_id].append(dossier.read_link(each))
    return found

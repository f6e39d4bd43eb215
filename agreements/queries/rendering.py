"""Writes out whole agreements, what `dossier.read` tells, for `rendered` to give to readers."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
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

from agreements.models import Agreement, RenderedDossier
from agreements.queries import dossier
from lib import json_text, languages

ROOMS = ("lib", "audit", "organizations", "agreements")
"""Whose program gives the texts their form."""
_ANSWERS, _LINKS = "\0answers", "\0links"  # stand in no text of the registry: PostgreSQL holds no NUL
_DAY = timedelta(days=1)


class Rendered(NamedTuple):
    """The text of an agreement, cut where its answers and its links stand; when written, for which days it holds."""

    linked: bool
    opening: str
    middle: str
    closing: str
    steady: DateRange | None = None


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
        form=form(),
        steady__contains=on,
    )
    missing = Agreement.objects.filter(~Exists(kept)).order_by("pk").values_list("pk", flat=True)
    last, written = UUID(int=0), 0
    with translation.override(language):
        while keys := list(missing.filter(pk__gt=last)[:at_once]):
            render(keys, on=on)
            last, written = keys[-1], written + len(keys)
            yield written


def form() -> str:
    """What marks the texts that this program writes, with these settings."""
    return _mark(_program(), settings.PUBLIC_URL)


@cache
def _mark(program: str, url: str) -> str:
    return hashlib.sha256(f"{program} {url}".encode()).hexdigest()[:16]


@cache
def _program() -> str:
    """A digest of all that has a part in a text: a new release trusts none that an older one wrote."""
    here, digest = Path(settings.BASE_DIR), hashlib.sha256()
    parts = [path for room in ROOMS for path in (here / room).rglob("*.py")]
    parts += (here / "locale").rglob("*.po")  # the legal state is said in the reader's language
    for path in sorted(parts):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _render(agreement: Agreement, on: date) -> Rendered:
    document = dossier.read(agreement)
    linked = bool(document["links"])
    text = json_text.dumps(document | {"answers": _ANSWERS, "links": _LINKS})
    opening, rest = text.split(json_text.dumps(_ANSWERS))
    middle, closing = rest.split(json_text.dumps(_LINKS))
    return Rendered(linked, opening, middle, closing, _steady(agreement, on))


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
               (agreement, version, language, form, linked, opening, middle, closing, steady)
        SELECT told.agreement, told.version, %s, %s,
               told.linked, told.opening, told.middle, told.closing, told.steady
          FROM unnest(%s::uuid[], %s::int[], %s::bool[], %s::text[], %s::text[], %s::text[], %s::daterange[])
               AS told (agreement, version, linked, opening, middle, closing, steady)
          JOIN agreements_agreement a ON a.id = told.agreement AND a.version = told.version
         ORDER BY told.agreement
            ON CONFLICT (agreement, language) DO UPDATE
           SET version = excluded.version, form = excluded.form, steady = excluded.steady,
               linked = excluded.linked, opening = excluded.opening, middle = excluded.middle,
               closing = excluded.closing
        """,
        [
            languages.current(),
            form(),
            [str(each) for each in keys],
            [versions[each] for each in keys],
            *([getattr(told[each], name) for each in keys] for name in Rendered._fields),
        ],
    )

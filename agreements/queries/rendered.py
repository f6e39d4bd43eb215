"""Whole agreements out of the texts that are kept of them: what `dossier.read` tells, without reading a fact.

A text that is missing, or of another version, form or day, is written anew by the one who asks, and kept for the next
(`rendering`). What is asked most, one agreement, and pages of all or of what the same filters leave, is asked with SQL
that is written once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from agreements.models import Agreement, AgreementLink
from agreements.queries import dossier
from agreements.queries.rendering import Rendered, form, render
from audit.trail import Actor
from lib import json_text, languages
from lib.compiled import Compiled, Open, compiled, stand_in
from lib.keyset import Place
from organizations.queries import anybody
from organizations.queries.anybody import Kind


class Line(SimpleNamespace):
    """An agreement that was found: `pk`, `number`, `version`, what the query annotated; `text` is Rendered or None."""


_KEY, _AFTER, _KEYS = stand_in(UUID, "key"), stand_in(int, "after"), stand_in(str, "keys")
_COLUMNS = ("pk", "number", "version")
_TEXT = Rendered._fields[:-1]


def one(key: UUID, *, actor: Actor, on: date) -> Line | None:
    """The agreement `key` as far as `actor` may read it, with the text that is kept for the day `on`. One query."""
    asked = _asked_for_one(Kind.of(actor))
    return next(iter(_lines(asked.rows(key=key, **anybody.values(actor), **_now(on)), _COLUMNS)), None)


@dataclass(frozen=True)
class Listed:
    """What of the agreements is in a list: what is `said` of them, and how that narrows a queryset.

    What is said decides alone. So SQL is kept by it.
    """

    said: frozenset
    narrowed: Callable[[QuerySet], QuerySet]


EVERYTHING = Listed(frozenset(), lambda found: found)


def page(place: Place, listed: Listed, *, actor: Actor, on: date) -> list[Line]:
    """The agreements at `place` of a list, as far as `actor` may read them, by number alone; one more, if there is."""
    after = {} if place.after is None else {"after": place.after}
    shape = replace(place, after=_AFTER if after else None, bound="")
    kind = Kind.of(actor)
    (asked, columns), ask = _written(
        ("page", shape, listed.said, kind), lambda: _asked_for_page(shape, listed, kind)
    )
    return _lines(ask(asked, **after, **anybody.values(actor), **_now(on)), columns)


def number(listed: Listed, most: int | None, *, actor: Actor) -> int:
    """How many agreements are in a list, or `most` if there are more. One query."""
    kind = Kind.of(actor)
    asked, ask = _written(("number", listed.said, most, kind), lambda: _asked_for_number(listed, most, kind))
    return ask(asked, **anybody.values(actor))[0][0] if asked.sql else 0


def lines(agreements: QuerySet, *, on: date) -> list[Line]:
    """The agreements of any queryset, in its order, with the texts that are kept for the day `on`. One query."""
    columns = (*_COLUMNS, *agreements.query.annotation_select)
    asked = _with_texts(compiled(agreements.values_list(*columns)), columns)
    return _lines(asked.rows_once(**_now(on)), columns)


def texts(found: Sequence[Line], *, actor: Actor, on: date) -> list[str]:
    """The JSON of each line on the day `on`, today, in the reader's language: as `dossier.read` tells it.

    No query; one where there are links; some twenty-five where a text is missing, however many are. A row that is
    gone by now is left out.
    """
    if missing := [each for each in found if each.text is None]:
        written = render([each.pk for each in missing], on=on)
        for each in missing:
            each.text = written.get(each.pk)
    links = _links([each.pk for each in found if each.text and each.text.linked], actor)
    return [_whole(each.text, dossier.read_answers(each), links.get(each.pk)) for each in found if each.text]


def _whole(text: Rendered, answers: dict, links: list | None) -> str:
    told = json_text.dumps(answers) if answers else "{}"
    return f"{text.opening}{told}{text.middle}{json_text.dumps(links) if links else '[]'}{text.closing}"


def _asked(queryset: QuerySet, **stand_ins) -> Compiled:
    return compiled(queryset, possibly=anybody.STAND_INS, **stand_ins)


@lru_cache(maxsize=100)
def _asked_for_one(kind: Kind) -> Compiled:
    readable = Agreement.objects.visible_to(kind.anybody)
    return _with_texts(_asked(readable.filter(pk=_KEY).values_list(*_COLUMNS), key=_KEY), _COLUMNS)


@lru_cache(maxsize=1000)
def _kept(_by: tuple) -> list:
    """What is kept by all that decides about the SQL of a list: nothing yet, where nobody asked."""
    return []


def _written(by: tuple, write: Callable[[], Any]) -> tuple[Any, Callable[..., list[tuple]]]:
    """What `write` makes, kept by all that decides about it, and how it is asked.

    It is prepared for who asks again: a day that one partner asks for once is worth no plan of its own. Nothing of
    whoever asked first is kept.
    """
    kept = _kept(by)
    if kept:
        return kept[0], Compiled.rows
    kept.append(write())
    return kept[0], Compiled.rows_once


def _asked_for_page(place: Place, listed: Listed, kind: Kind) -> tuple[Compiled, Sequence[str]]:
    found = place.rows(listed.narrowed(Agreement.objects.visible_to(kind.anybody)))
    columns = (*_COLUMNS, *found.query.annotation_select)
    after = {} if place.after is None else {"after": _AFTER}
    return _with_texts(_asked(found.values_list(*columns), **after), columns), columns


def _asked_for_number(listed: Listed, most: int | None, kind: Kind) -> Compiled:
    to_all, own = (
        listed.narrowed(part).order_by().values("pk")
        for part in Agreement.objects.visible_apart(kind.anybody)
    )
    asked = _asked(to_all.union(own, all=True)[:most])
    counted = f"SELECT count(*) FROM ({asked.sql}) found"  # noqa: S608 our own names
    return Compiled(counted if asked.sql else "", asked.parameters)


@lru_cache(maxsize=100)
def _asked_for_links(kind: Kind) -> Compiled:
    readable = Agreement.objects.visible_to(kind.anybody)
    keys = RawSQL("SELECT unnest(%s::uuid[])", [_KEYS])
    rows = AgreementLink.objects.filter(agreement__in=keys, to__in=readable).order_by("pk")
    titles = languages.columns("to__title")
    told = rows.values_list("agreement", "pk", "kind", "to", "to__source_language", *titles)
    return _asked(told, keys=_KEYS)


def _with_texts(asked: Compiled, columns: Sequence[str]) -> Compiled:
    """`asked` in its order, each row with its text where one of its version is kept that holds on the day."""
    names = [f"c{place}" for place in range(len(columns))]
    sql = f"""
        SELECT {", ".join(f"page.{name}" for name in names)}, {", ".join(f"kept.{name}" for name in _TEXT)}
          FROM (SELECT *, row_number() OVER () FROM ({asked.sql}) found) page ({", ".join(names)}, place)
          LEFT JOIN LATERAL (
               SELECT * FROM agreements_rendereddossier one
                WHERE one.agreement = page.c0 AND one.language = %s
                  AND one.version = page.c2 AND one.form = %s AND one.steady @> %s::date
               OFFSET 0  -- one by one, for there is a page of them, whatever PostgreSQL expects of all there are
          ) kept ON true
         ORDER BY page.place
    """  # noqa: S608 our own names
    return Compiled(
        sql if asked.sql else "", (*asked.parameters, Open("language"), Open("form"), Open("day"))
    )


def _now(on: date) -> dict[str, Any]:
    """Of what kind the texts are that are wanted."""
    return {"language": languages.current(), "form": form(), "day": on}


def _lines(rows: list[tuple], columns: Sequence[str]) -> list[Line]:
    width = len(columns)
    return [
        Line(
            **dict(zip(columns, row, strict=False)),
            text=Rendered(*row[width:]) if row[width] is not None else None,
        )
        for row in rows
    ]


def _links(keys: list[UUID], actor: Actor) -> Mapping[UUID, list[dict]]:
    """Where the agreements lead, as far as `actor` may see it."""
    found: dict[UUID, list[dict]] = defaultdict(list)
    if keys:
        for agreement, key, kind, to, source, *titles in _asked_for_links(Kind.of(actor)).rows(
            keys=keys, **anybody.values(actor)
        ):
            title = languages.best(dict(zip(languages.CODES, titles, strict=True)), source=source)
            found[agreement].append(dossier.link(key, kind, to, title.value))
    return found

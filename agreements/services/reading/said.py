"""What is said about the agreement: speakers, statements, and advantages claimed; none of it is a commitment."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Citation, Statement
from agreements.services.placing import Become
from agreements.services.reading import doubts, tables
from agreements.services.reading.facts import Facts, plain_words
from agreements.services.reading.findings import Beside, Body, Cite, Finding, IfThere
from agreements.services.reading.people import Saying, Speaker, speakers
from agreements.services.reading.text import Span

About = Citation.About
SAID = 51
"""Who speaks and what they say stand side by side, in the order of the text, behind all that is agreed."""


def said(facts: Facts) -> Iterator[Finding]:
    """Who speaks, what they say, and the advantages they claim."""
    for speaker in speakers(facts.sayings):
        group = f"said:{facts.text.number(speaker.span[0])}"
        name = facts.office(speaker)
        if name.startswith("known:"):
            continue
        yield from facts.organization(speaker.org, group if not speaker.org.party else "parties")
        yield facts.made(
            Become.PERSON,
            speaker.span,
            group,
            _("“%(name)s” speaks here, as %(title)s.")
            % {"name": facts.text.plain(speaker.person), "title": speaker.title},
            name=name,
            of=(speaker.org.name,),
            said={"name": facts.text.plain(speaker.person), "title": speaker.title},
            order=SAID,
        )
        yield from _read_office(facts, speaker, name, group)
    last = None
    for saying in facts.sayings:
        yield from _statement(facts, saying, last)
        last = saying


def _read_office(facts: Facts, speaker: Speaker, name: str, group: str) -> Iterator[Finding]:
    """A coordinator «de l'Entraide nationale» likely heads the coordination that is a party: a reading, marked so."""
    for party in facts.bodies.parties:
        stem = party.head[:8]
        if (
            party.parent is speaker.org
            and stem
            and stem in plain_words(speaker.title)
            and party is not speaker.org
        ):
            yield facts.made(
                Beside.OFFICE,
                speaker.span,
                group,
                _("The title likely belongs to “%(name)s”: entered as inferred.") % {"name": party.label},
                name=f"office:{speaker.person[0]}",
                of=(name,),
                said={"title": speaker.bare},
                more=(("organization", Body(party.name)), ("attachment", "inferred")),
                order=SAID,
            )


def _statement(facts: Facts, saying: Saying, last: Saying | None) -> Iterator[Finding]:
    text = facts.text
    group = f"said:{text.number(saying.clause.start)}"
    who = text.plain(saying.by.person) if saying.by else ""
    facts.says[group] = (
        _("%(name)s says something here.") % {"name": who}
        if who
        else _("Something is said here; by whom is not stated.")
    )
    listed = _list(facts, saying)
    quote = (saying.quote[0], listed[0]) if listed else saying.quote
    more: list[tuple[str, Any]] = []
    if saying.shown:
        more.append(("citations", [Cite(saying.shown, About.SPEAKER)]))
    if saying.by and saying.by.org.party:
        more.append(("on_behalf_of", IfThere(saying.by.org.as_party)))
    inferred = saying.is_inferred
    statement = facts.made(
        Become.STATEMENT,
        quote,
        group,
        _("A verb says that somebody says this.") if saying.by else _("Nobody is named who says this."),
        of=(facts.office(saying.by),) if saying.by else (),
        about=str(Statement.Attribution.INFERRED if inferred else Statement.Attribution.STATED)
        if saying.by
        else "",
        more=tuple(more),
        order=SAID,
    )
    yield statement
    if not saying.by and last:
        yield facts.question(doubts.SPEAKER, quote, statement.name, About.SPEAKER, group)
    if listed:
        yield facts.made(
            Beside.DETAIL,
            quote,
            group,
            _("“Notably”: more advantages are claimed than are listed."),
            name=f"more_advantages:{quote[0]}",
            more=(("/more_advantages_claimed", True),),
            order=52,
        )
        yield facts.proof(quote, About.ADVANTAGES, group, order=52)
        for span in _items(facts, listed[0], saying.quote[1]):
            yield from _advantage(facts, span, statement, group)
    else:
        for span in _claims(facts, saying.quote):
            yield from _advantage(facts, span, statement, group)
    for each in facts.inside(saying.quote):
        facts.group(each, group, is_statement=True)


def _list(facts: Facts, saying: Saying) -> Span | None:
    word = facts.text.find(tables.ADVANTAGES[facts.text.language], *saying.quote)
    notably = word and facts.text.find(tables.NOTABLY[facts.text.language], word.end(), saying.quote[1])
    return (notably.end(), saying.quote[1]) if notably and notably.start() - word.end() < 20 else None


def _items(facts: Facts, start: int, end: int) -> list[Span]:
    between = {
        "fr": r",? et (?=l'|la |le |les |une? |des )|, (?=l'|la |le |les |une? |des )",
        "en": r",? and (?=the |an? )|, (?=the |an? )",
        "ar": r"[,،]? و(?=ال|\w{4,})",
    }[facts.text.language]
    cuts = [(start, start), *(each.span() for each in facts.text.each(between, start, end)), (end, end)]
    return [
        facts.text.trim(one[1], other[0])
        for one, other in pairwise(cuts)
        if facts.text.trim(one[1], other[0])[0] < facts.text.trim(one[1], other[0])[1]
    ]


def _claims(facts: Facts, quote: Span) -> Iterator[Span]:
    text = facts.text
    claim = text.find(tables.CLAIMS[text.language], *quote)
    if not claim:
        return
    stop = text.find(r"[,;:،؛]", claim.end(), quote[1])
    yield text.trim(claim.start(), stop.start() if stop else quote[1])
    if text.language == "en" and stop and (then := text.match(r", (?=\w+ing\b)", stop.start(), quote[1])):
        end = text.find(r", and |[;]", then.end(), quote[1])
        yield text.trim(then.end(), end.start() if end else quote[1])


def _advantage(facts: Facts, span: Span, statement: Finding, group: str) -> Iterator[Finding]:
    text = facts.text
    if text.find(rf"(?<!\w){tables.JOINT[text.language]}(?!\w)", *span):
        to = [each.as_party for each in facts.bodies.parties]
    else:
        to = [facts.group(each, group, is_statement=True).name for each in facts.inside(span)]
        gainer = text.find(
            r"(?:beneficiera|au profit de|au benefice de|for) (?P<who>(?:l'|la |le |the )\w+)$", *span
        )
        org = facts.bodies.by_its_noun(*gainer.span("who")) if gainer else None
        to += [org.as_party] if org else []
    more: list[tuple[str, Any]] = []
    kind = facts.words.commitment(span)
    alike = facts.owed.get(kind, ()) if kind else ()
    if len(alike) == 1:
        one = alike[0].quote
        more.append(("supports", IfThere(f"{Become.COMMITMENT}:{one[0]}-{one[1]}")))
    yield facts.made(
        Become.ADVANTAGE,
        span,
        group,
        _("A benefit is claimed here, in a statement: it is no commitment."),
        of=(statement.name,),
        to=tuple(dict.fromkeys(to)),
        more=tuple(more),
        order=55,
    )

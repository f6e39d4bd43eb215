"""What is agreed, and between whom: parties, frame, aims and deeds, as findings."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Citation
from agreements.services.placing import Become
from agreements.services.reading import doubts, frame, tables, terms
from agreements.services.reading.bodies import Org
from agreements.services.reading.deeds import Aim, Deed, aims
from agreements.services.reading.facts import Facts
from agreements.services.reading.findings import Beside, Body, Cite, Finding, Ref
from agreements.services.reading.text import Span

About = Citation.About


def agreed(facts: Facts) -> Iterator[Finding]:
    """All but what is said: the heading, parties, frame, aims and deeds."""
    yield from _source(facts)
    yield from _parties(facts)
    yield from _frame(facts)
    yield from _aims(facts)
    yield from _deeds(facts)


def _source(facts: Facts) -> Iterator[Finding]:
    title = facts.text.title
    if title and not facts.text.words.startswith("#", title.start) and facts.is_press:
        span = (title.start, title.end)
        yield facts.made(
            Beside.DETAIL,
            span,
            "source",
            _("The first line has no end: it is the heading of the text."),
            more=(("//title", facts.text.plain(span)),),
            order=5,
        )
    facts.says["source"] = _("The heading becomes the title of the source.")


def _parties(facts: Facts) -> Iterator[Finding]:
    parties = facts.bodies.parties
    for org in parties:
        yield from facts.organization(org)
        # Where no sentence says who signed, what shows a party is what it undertakes.
        shown = [("citations!", [Cite(org.shown)])] if facts.bodies.asked_by_deeds else []
        yield facts.made(
            Become.PARTY,
            org.party,
            "parties",
            _("“%(name)s” undertakes something or signed.") % {"name": org.label},
            name=org.as_party,
            known=org.known,
            more=(("organization", Body(org.name)), *shown),
            order=11,
        )
    if len(parties) > 1:
        facts.says["parties"] = _("The parties are: %(names)s.") % {
            "names": ", ".join(each.label for each in parties)
        }
    else:
        facts.says["parties"] = _("A party is: %(name)s.") % {"name": parties[0].label if parties else ""}
    if signing := facts.bodies.signing:
        yield facts.proof(signing.whole, About.PARTIES, "signature")
        yield facts.proof(signing.signed, About.SIGNATORIES, "signature")
    if len(parties) > 1 and facts.bodies.asked_by_deeds:
        yield facts.question(doubts.PARTIES, parties[0].shown, "", About.PARTIES, "parties")


def _frame(facts: Facts) -> Iterator[Finding]:
    text, group = facts.text, "signature"
    facts.says[group] = _("What kind of agreement it is, that it was signed, and when, as the text says it.")
    if told := frame.kind(text, facts.words):
        yield facts.made(
            Become.KIND,
            told.span,
            group,
            _("These words name a kind of agreement."),
            code=told.code,
            order=20,
        )
    if told := frame.status(text, facts.bodies):
        yield facts.proof(told.span, About.STATUS, group)
    if told := frame.signed_on(text, facts.bodies):
        yield facts.made(
            Become.DATE,
            told.span,
            group,
            _("These words say when it was signed."),
            code="signed",
            order=20,
        )
    if told := frame.occasion(text):
        yield facts.made(Become.OCCASION, told.span, group, _("These words name an occasion."), order=20)
    if told := frame.place_of_signature(text):
        yield facts.made(
            Become.PLACE,
            told.span,
            group,
            _("These words say where it was signed."),
            said={"name": told.name},
            order=20,
        )
    if told := frame.programme(text, facts.known):
        facts.says["programme"] = _("The agreement stands under “%(name)s”.") % {"name": told.name}
        yield facts.made(
            Become.PROGRAMME,
            told.span,
            "programme",
            _("A programme is named that the agreement stands under; it is no party."),
            known=told.known,
            said={"name": told.name},
            order=22,
        )


def _aims(facts: Facts) -> Iterator[Finding]:
    taken = [each for each in aims(facts.text) if _is_of_the_agreement(facts, each)]
    things = [span for each in taken for span in each.things]
    for aim in taken:
        group = f"aims:{facts.text.number(aim.things[0][0])}"
        rows = [(each, "objective") for each in aim.things] + (
            [(aim.principle, "guiding_principle")] if aim.principle else []
        )
        facts.says[group] = ngettext(
            "The agreement has %(count)d objective here.",
            "The agreement has %(count)d objectives here.",
            len(rows),
        ) % {"count": len(rows)}
        for span, kind in rows:
            named = tuple(dict.fromkeys(facts.group(each, group).name for each in facts.inside(span)))
            more: list[tuple[str, Any]] = [("groups", [Ref(each) for each in named])] if named else []
            if kind != "objective":
                more.append(("kind", kind))
            yield facts.made(
                Become.OBJECTIVE,
                span,
                group,
                _("These words say what is aimed at."),
                more=tuple(more),
                order=40,
            )
    for told in frame.themes(facts.text, facts.words, things):
        group = f"aims:{facts.text.number(told.span[0])}"
        facts.says.setdefault(group, _("The heading names a theme."))
        yield facts.made(
            Become.THEME,
            told.span,
            group,
            _("These words name a theme."),
            name=f"theme:{told.code}",
            code=told.code,
            order=41,
        )


def _is_of_the_agreement(facts: Facts, aim: Aim) -> bool:
    start, end = facts.text.trim(*aim.who)
    if any(each.quote[0] <= aim.things[0][0] < each.quote[1] for each in facts.sayings):
        return False
    if start >= end:
        return bool(facts.text.find(tables.AGREED_AS_FOLLOWS, aim.things[0][1], len(facts.text.level)))
    if facts.text.level[aim.things[0][0] : aim.things[0][1]].startswith(("to conclude", "conclure")):
        return False
    if facts.text.level[aim.things[0][0] :].startswith("charge"):
        return bool(facts.text.find(tables.CREATED, start, end))
    is_joint = re.search(rf"{tables.JOINT[facts.text.language]}$", facts.text.level[start:end])
    whole = facts.text.find(tables.AGREEMENT, start, min(end, start + 80))
    preamble = [each for each in facts.bodies.within(start, end) if each.org.party]
    agreed = facts.text.find(tables.AGREED_AS_FOLLOWS, aim.things[-1][1], len(facts.text.level))
    return bool(is_joint or whole or (preamble and agreed))


def _deeds(facts: Facts) -> Iterator[Finding]:
    before: list[Org] = []
    for deed in facts.deeds:
        if any(each.quote[0] <= deed.items[0].quote[0] < each.quote[1] for each in facts.sayings):
            continue
        owing = facts.bodies.debtors(deed.who, before)
        if owing:
            before = owing
            yield from _commitments(facts, deed, owing)


def _commitments(facts: Facts, deed: Deed, owing: list[Org]) -> Iterator[Finding]:
    group = f"deed:{facts.text.number(deed.stem[0])}-{deed.items[0].quote[0]}"
    names = {"names": ", ".join(each.label for each in owing), "count": len(deed.items)}
    if len(owing) > 1:
        facts.says[group] = (
            ngettext(
                "%(names)s together undertake %(count)d thing here.",
                "%(names)s together undertake %(count)d things here.",
                len(deed.items),
            )
            % names
        )
    else:
        facts.says[group] = (
            ngettext(
                "%(names)s undertakes %(count)d thing here.",
                "%(names)s undertakes %(count)d things here.",
                len(deed.items),
            )
            % names
        )
    for item in deed.items:
        more: list[tuple[str, Any]] = []
        cites = [Cite(deed.stem, About.DEBTORS)]
        if deed.purpose and item in deed.shared:
            cites.append(Cite(deed.purpose, About.PURPOSE))
            more.append(("purposes", {facts.text.language: facts.text.plain(deed.purpose)}))
        to, doubtful = _whom(facts, item.quote, owing, group)
        place = next((each.place for each in facts.inside(item.quote) if each.place), None)
        if place and not doubtful:
            cites.append(Cite(place, About.PLACE))
            more.append(("place", facts.text.plain(place).split(" ", 1)[-1]))
        finding = facts.made(
            Become.COMMITMENT,
            item.quote,
            group,
            _("%(names)s: a verb says that this is undertaken.") % {"names": names["names"]},
            of=tuple(each.as_party for each in owing),
            to=() if doubtful else tuple(to),
            code=facts.words.commitment(item.words),
            said={} if item.words == item.quote else {"text": facts.text.plain(item.words)},
            more=(*more, ("citations", cites)),
            order=50,
        )
        yield finding
        if doubtful:
            yield facts.question(doubts.OWN_PEOPLE, item.quote, finding.name, About.BENEFICIARIES, group)
        elif facts.text.match(r"\w+ing .+ in \w+ing ", *item.quote):
            yield facts.question(doubts.ONE_OR_TWO, item.quote, finding.name, "", group)


def _whom(facts: Facts, span: Span, owing: list[Org], where: str) -> tuple[list[str], bool]:
    """Whom something is for; and whether that is in doubt: who owes it is then the only one to gain."""
    text, found = facts.text, []
    named = facts.inside(span)
    gains = text.find(r"\b(?:beneficier|former|benefit|train)\b", span[0], min(span[0] + 30, span[1]))
    own = [each for each in named if each.org and each.org in owing]
    if gains and own and len(owing) == 1 and not any(each.org and each.org not in owing for each in named):
        for each in named:
            facts.group(each, where)
        return [], True
    body = next(iter(facts.bodies.within(*span)), None)
    if (
        body
        and body.org.party
        and body.org not in owing
        and not any(each.words[0] <= body.start < each.words[1] for each in named)
        and body.start - span[0] < 40
    ):
        found.append(body.org.as_party)
    for each in named:
        finding = facts.group(each, where)
        opener = text.find(
            rf"(?<!\w){terms.FOR[text.language]}\s?$", max(each.words[0] - 30, span[0]), each.words[0]
        )
        if opener and opener[0].strip() not in ("of", "de", "des"):
            found.append(finding.name)
    return list(dict.fromkeys(found)), False

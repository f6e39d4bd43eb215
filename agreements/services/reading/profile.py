"""What a text says of the organizations beside the agreement: other names, kind, mandate, members, experience."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from agreements.models import Citation
from agreements.services.placing import Become
from agreements.services.reading import tables
from agreements.services.reading.bodies import Org
from agreements.services.reading.facts import Facts
from agreements.services.reading.findings import Beside, Body, Cite, Finding
from agreements.services.reading.text import Clause, Span, Text, level
from lib.expressions.words import alone

About = Citation.About
UNDATED = {
    "en": "the article, which bears no date",
    "fr": "l'article, qui n'est pas daté",
    "ar": "المقال، وهو غير مؤرخ",
}


def profiles(facts: Facts) -> Iterator[Finding]:
    """What is said of those parties that the registry does not know yet."""
    bodies = facts.bodies
    for org in bodies.parties:
        if org.known:
            continue
        facts.says[_group(org)] = _("What the text says of “%(name)s” besides.") % {"name": org.label}
        yield from _names(facts, org)
        yield from _by_noun(facts, org)
        yield from _members(facts, org)
        for clause in facts.text.clauses:
            first = next(iter(bodies.within(clause.start, clause.end)), None)
            if first and first.org is org and bodies.with_article(first.start, first.end)[0] == clause.start:
                yield from _told(facts, org, clause, first.end)
    yield from _country(facts)


def _group(org: Org) -> str:
    return f"about:{org.name}"


def _names(facts: Facts, org: Org) -> Iterator[Finding]:
    """Other names, as they are written: with another noun, in other letters; each once."""
    text = facts.text
    seen = {level(org.short), _same(text.plain(org.span))}
    exact = {text.plain(org.span), org.full}
    for each in facts.bodies.mentions:
        span = facts.bodies.with_article(each.start, each.end)
        words = text.plain(span)
        bare = text.plain((each.start, each.end))
        is_whole = level(bare) == level(org.full)
        if each.org is not org or (span[0] < org.span[1] and org.span[0] < span[1]):
            continue
        if is_whole and (_decapitalized(words) in map(_decapitalized, exact) or bare == org.full):
            continue
        if not is_whole and (level(bare) in seen or _same(words) in seen):
            continue
        exact.add(words)
        seen |= {_same(words)}
        yield facts.made(
            Become.ALIAS,
            span,
            _group(org),
            _("“%(name)s” means the same organization.") % {"name": words},
            name=f"alias:{span[0]}",
            of=(org.name,),
            order=70,
        )


def _same(words: str) -> str:
    return re.sub(r"^(?:the |la |le |les |l')", "", level(words))


def _decapitalized(words: str) -> str:
    bare = re.sub(r"\b(?:The|La|Le|Les) ", lambda found: found[0].lower(), words)
    bare = bare[len(bare) - len(_same(bare)) :]
    return bare[:1].lower() + bare[1:]


def _by_noun(facts: Facts, org: Org) -> Iterator[Finding]:
    """«l'association», where one party only can be meant: another name of it, and its kind."""
    text, kinds = facts.text, tables.BODIES[facts.text.language]
    for kind, words in kinds.items():
        if kind == "-" or kind == org.kind:
            continue
        for found in text.each(
            rf"(?<![\w'])(?:l'|la |le |the ){alone(words).pattern}(?! (?:de l'|du |des |de la |for |of ))"
        ):
            if re.match(r" [A-ZÀ-Þ]", text.words[found.end() : found.end() + 2]):
                continue
            if facts.bodies.by_its_noun(*found.span()) is not org:
                continue
            group = next(
                (
                    each
                    for each in facts.groups
                    if each.words[0] <= found.start() and found.end() <= each.words[1]
                ),
                None,
            )
            quote = _with_determiner(text, group.words) if group else found.span()
            yield facts.made(
                Become.ALIAS,
                quote,
                _group(org),
                _("“%(name)s” means the only party that it can mean.") % {"name": text.plain(found.span())},
                name=f"alias:{found.start()}",
                of=(org.name,),
                more=(("name", text.plain(found.span())),),
                order=71,
            )
            if facts.known.has("organization_kind", kind):
                yield _kind(facts, org, quote, kind)
            return


def _kind(facts: Facts, org: Org, quote: Span, kind: str) -> Finding:
    return facts.made(
        Become.PROFILE,
        quote,
        _group(org),
        _("These words say what kind of organization it is."),
        name=f"kind-of:{org.name}",
        of=(org.name,),
        about=str(About.KIND),
        code=kind,
        order=72,
    )


def _with_determiner(text: Text, span: Span) -> Span:
    before = text.find(r"(?<!\w)(?:des|les|the|aux) $", max(span[0] - 5, 0), span[0])
    return (before.start() if before else span[0]), span[1]


def _members(facts: Facts, org: Org) -> Iterator[Finding]:
    group = next((each for each in facts.groups if each.concept == "members" and each.org is org), None)
    if group:
        quote = _with_determiner(facts.text, group.words)
        yield _claim(facts, org, quote, "members", facts.text.plain(quote))


def _claim(facts: Facts, org: Org, quote: Span, about: str, words: str, **more: str) -> Finding:
    return facts.made(
        Become.PROFILE,
        quote,
        _group(org),
        _("These words say something of the organization itself, not of the agreement."),
        name=f"profile:{about}:{quote[0]}",
        of=(org.name,),
        code=about,
        said={"text": words},
        more=tuple(more.items()),
        order=73,
    )


def _told(facts: Facts, org: Org, clause: Clause, at: int) -> Iterator[Finding]:
    """«Aman, a center run by …, deals with …», «Bayti is a non-profit association interested in …»."""
    text, language = facts.text, facts.text.language
    for kind, words in tables.BODIES[language].items():
        noun = alone(words).pattern
        is_one = text.match(rf"(?:,? (?:is |est )?(?:an? |une? ))(?:[\w-]+ ){{0,4}}?{noun}", at, clause.end)
        if is_one and kind != "-":
            run = text.match(rf" {tables.RUN_BY[language]}(?= )", is_one.end(), clause.end)
            if facts.known.has("organization_kind", kind):
                yield _kind(facts, org, (clause.start, run.end() if run else is_one.end()), kind)
            if run:
                yield from _parent(facts, org, text.trim(at, is_one.end())[0], run.end(), clause.end)
            if form := text.find(tables.LEGAL_FORM, at, is_one.end()):
                yield _claim(
                    facts, org, (clause.start, is_one.end()), "legal_form", form[0].replace(" ", ", ")
                )
            break
    if verb := text.find(rf"(?<!\w){tables.MANDATE[language]}(?!\w)", at, clause.end):
        words = text.plain(text.trim(verb.end(), clause.end))
        yield facts.made(
            Become.PROFILE,
            (verb.start(), clause.end),
            _group(org),
            _("These words say what the organization is there for."),
            name=f"mandate:{org.name}",
            of=(org.name,),
            about=str(About.MANDATE),
            said={"text": words},
            order=72,
        )
    if verb := text.find(rf"(?<!\w){tables.FIELD[language]}(?!\w)", at, clause.end):
        comma = text.find(r",|،", verb.end(), clause.end)
        span = text.trim(verb.start(), comma.start() if comma else clause.end)
        yield _claim(facts, org, span, "field", text.plain(span))
    if verb := text.find(rf"(?<!\w){tables.EXPERIENCE[language]}", at, clause.end):
        span = text.trim(verb.start(), clause.end)
        yield _claim(facts, org, span, "experience", text.plain(span), as_of=UNDATED[language])


def _parent(facts: Facts, org: Org, start: int, at: int, end: int) -> Iterator[Finding]:
    name = facts.bodies.name_at(at, end)
    if not name:
        return
    parent = facts.bodies.add(*name)
    yield from facts.organization(parent, _group(org))
    yield facts.made(
        Beside.DETAIL,
        (start, name[1]),
        _group(org),
        _("“%(name)s” is run by “%(parent)s”.") % {"name": org.label, "parent": parent.label},
        name=f"parent-of:{org.name}",
        of=(org.name,),
        more=(
            ("parent", Body(parent.name)),
            ("relation", "operated_by"),
            ("citations", [Cite((start, name[1]), About.PARENT)]),
        ),
        order=72,
    )


def _country(facts: Facts) -> Iterator[Finding]:
    """«The Aman center and a Moroccan organization»: of two parties the one that the heading does not name."""
    text, bodies, title = facts.text, facts.bodies, facts.text.title
    if not title or len(bodies.parties) != 2:
        return
    named = {each.org for each in bodies.within(title.start, title.end)}
    other = [each for each in bodies.parties if each not in named]
    if len(other) != 1 or other[0].known:
        return
    for code, words in tables.COUNTRIES.items():
        found = text.find(
            rf"(?:an? |une? ){alone(words).pattern} (?:organization|association|body|partner)"
            rf"|(?:une? )?(?:organisation|association|organisme|منظمه|جمعيه) {alone(words).pattern}",
            title.start,
            title.end,
        )
        if found:
            yield facts.made(
                Beside.DETAIL,
                found.span(),
                _group(other[0]),
                _("An adjective says from where the organization is that the heading does not name."),
                name=f"country-of:{other[0].name}",
                of=(other[0].name,),
                more=(("country", code), ("citations", [Cite(found.span(), About.COUNTRY)])),
                order=72,
            )

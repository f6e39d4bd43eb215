"""The organizations of a text: who the parties are, whom they belong to, and by which other words they are meant."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agreements.queries.known import Known
from agreements.services.reading import tables
from agreements.services.reading.deeds import Deed
from agreements.services.reading.text import Span, Text, level
from lib.expressions.words import alone, either

ARTICLE = re.compile(r"(?:the |an? |la |le |les |une? |l')")
_UPPER = r"[A-ZÀ-ÖØ-Þ]"
_CAP = rf"(?:{_UPPER}[\w'’.-]*\w|{_UPPER})"
SHORT = r"(?: \([^()\n]{2,40}\))?"
_EN_NAME = re.compile(
    rf"(?:[Tt]he |[Aa]n? )?{_CAP}"
    rf"(?: (?!(?:and|for|in|on) the )(?:(?:of|for|and|the|in|on|de|du|al|el|of the) )*{_CAP})*{SHORT}"
)
_FR_STEP = re.compile(
    r" (?:(?:de l['’]|d['’]|de la |du |des |de |pour la |pour le |pour l['’]|pour les |à l['’]"
    r"|et de la |et de l['’]|et du )"
    rf"\w[\w-]*|{_CAP}|\w+(?:al|ale|ales|aux|if|ive|ien|ienne|ain|aine|aire|ique|aise|oise|caine?|elle|el)(?!\w))"
)


@dataclass(eq=False)
class Org:
    """An organization that the text names at `span`, article included; `forms` are the ways it is meant, levelled.

    `party` is where it is named as a party, `shown` the quotes that show it to be one.
    """

    span: Span
    full: str
    short: str = ""
    head: str = ""
    kind: str = ""
    known: str = ""
    party: Span | None = None
    shown: Span | None = None
    parent: "Org | None" = None
    relation: str = ""
    forms: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"organization:{self.known or self.span[0]}"

    @property
    def as_party(self) -> str:
        return f"party:{self.known or self.span[0]}"

    @property
    def label(self) -> str:
        return self.short or self.full


@dataclass(frozen=True)
class Mention:
    """Characters [start, end) that mean the organization, without the article."""

    start: int
    end: int
    org: Org


@dataclass
class Signing:
    """Who signed: quotes of the whole sentence, of the verb with the agreement, and of what is between the names."""

    whole: Span
    verb: Span
    signed: Span


class Bodies:
    """All organizations of a text, and where each is meant."""

    def __init__(self, text: Text, deeds: Sequence[Deed], known: Known):
        self.text, self.known = text, known
        self.all: list[Org] = []
        self.signing: Signing | None = None
        self.asked_by_deeds = False
        self._find_known()
        self._find_signing()
        self._find_preamble()
        self.mentions = list(self._mentions())
        self._find_debtors(deeds)
        self._find_parents()
        self.mentions = list(self._mentions())
        self._settle()

    @property
    def parties(self) -> list[Org]:
        return sorted((each for each in self.all if each.party), key=lambda each: each.party)

    # Finding.

    def add(self, start: int, end: int) -> Org:
        """The organization named at [start, end), a new one where its name is new."""
        start, end = self.text.trim(start, end)
        quote = self.text.words[start:end]
        article = ARTICLE.match(level(quote))
        name = " ".join(quote[article.end() if article else 0 :].split())
        bracket = re.search(r" \(([^()]{2,40})\)$", name)
        short, full = (bracket[1], name[: bracket.start()]) if bracket else ("", name)
        for each in self.all:
            if level(full) in each.forms:
                return each
        head, kind = self._head(full)
        org = Org((start, end), full[:1].upper() + full[1:], short, head, kind)
        org.forms = list(self._forms(org, full))
        self.all.append(org)
        return org

    def _head(self, name: str) -> tuple[str, str]:
        found = [
            (match.start(), -match.end(), match[0], kind)
            for kind, words in tables.BODIES[self.text.language].items()
            if (match := alone(words).search(level(name)))
        ]
        if not found:
            return "", ""
        at, _long, head, kind = min(found)
        # English names carry their noun anywhere; in the others it comes first.
        if at and self.text.language != "en":
            return "", ""
        return head, "" if kind == "-" else kind

    def _forms(self, org: Org, full: str) -> Iterator[str]:
        yield level(full)
        if org.short:
            yield level(org.short)
            if org.kind and self.text.language == "en":
                yield f"{level(org.short)} {org.head}"
        proper = re.search(rf"(?<= ){_CAP}(?: {_CAP})*$", full)
        if proper and full[:1].islower() and org.kind != "unit":
            org.short = org.short or proper[0]
            yield level(proper[0])
            yield f"{org.head.split(' ')[0]} {level(proper[0])}" if org.head else level(proper[0])
        state = re.fullmatch(
            rf"{tables.STATES} .*?(?:of the |of |du |de la |d'|des )(?P<land>[\w-]+)", level(full)
        )
        if state and not org.head.startswith("go"):
            yield state["land"]

    def _find_known(self) -> None:
        for record in self.known.organizations:
            forms = sorted({level(each) for each in record.names}, key=len, reverse=True)
            spans = [each.span() for form in forms for each in self.text.each(_whole(form))]
            if spans:
                org = Org(min(spans), record.names[0], known=record.id, forms=forms)
                self.all.append(org)

    def _find_signing(self) -> None:
        text, language = self.text, self.text.language
        for clause in text.clauses:
            verb = text.find(rf"(?<!\w){tables.SIGNED[language]}(?!\w)", clause.start, clause.end)
            between = text.find(
                {"en": r" between (?P<a>.+)", "fr": r" entre (?P<a>.+)", "ar": r"(?<!\w)بين (?P<a>.+)"}[
                    language
                ],
                clause.start,
                clause.end,
            )
            if not text.find(tables.AGREEMENT, clause.start, clause.end):
                continue
            if text.find(tables.EARLIER, clause.start, clause.end):
                continue
            before = self.all[:]
            found = None
            if verb and language == "ar":
                found = self._signed_in_arabic(verb, clause.end)
            elif verb:
                found = self._signed_with(clause.start, verb, clause.end)
            if not found and between and text.find(tables.SIGNED_IT[language], clause.start, clause.end):
                found = self._names(*between.span("a"))
            if not found and (told := text.find(tables.PARTIES_ARE[language], clause.start, clause.end)):
                found, verb = self._told(told.end(), clause.end), None
            if not found or len(found) < 2:
                self.all = before
            else:
                for org, span in found:
                    org.party, org.shown = (
                        org.party or span,
                        org.shown or (clause.start, max(s[1] for _o, s in found)),
                    )
                if verb and self.signing is None:
                    last = found[-1][1]
                    signed = text.find(tables.AGREEMENT, verb.end(), clause.end)
                    with_ = text.find(r" (?:with|avec|مع)(?= )", verb.end(), clause.end)
                    self.signing = Signing(
                        (min(found[0][1][0], verb.start()), max(last[1], verb.end())),
                        (verb.start(), signed.end() if signed else verb.end()),
                        self._between(found[0][1][1], verb, with_.end() if with_ else 0, last[0]),
                    )
                return

    def _between(self, first: int, verb: re.Match, with_: int, last: int) -> Span:
        """What stands between the names: that nobody else is named there is what it shows."""
        if verb.start() < first:
            return verb.span()
        return self.text.trim(first, with_ if verb.end() <= with_ <= last else verb.end())

    def _signed_with(self, start: int, verb: re.Match, end: int) -> list[tuple[Org, Span]]:
        """«X signed an agreement with Y», «X and Y signed an agreement»."""
        first = self._names(start, verb.start())
        if first and verb.start() - first[-1][1][1] > 30:
            return []
        partner = self.text.find(r"(?<!\w)(?:with|avec) ", verb.end(), end)
        return first + (self._names(partner.end(), end)[:2] if partner and len(first) == 1 else [])

    def _signed_in_arabic(self, verb: re.Match, end: int) -> list[tuple[Org, Span]]:
        """«وقعت X وY اتفاقية», «وقعت X اتفاقية مع Y»."""
        agreement = self.text.find(tables.AGREEMENT, verb.end(), end)
        if not agreement:
            return []
        first = self._names(verb.end(), agreement.start())
        partner = self.text.find(r"(?<!\w)مع ", agreement.end(), end)
        return first + (self._names(partner.end(), end)[:1] if partner and len(first) == 1 else [])

    def _told(self, start: int, end: int) -> list[tuple[Org, Span]]:
        """«its parties are the Center …, known as Aman, and Bayti, the Moroccan Association …»."""
        found = []
        while len(found) < 6:
            start, end = self.text.trim(start, end)
            start = joined.end() if (joined := self.text.match(r"(?:and|et) ", start, end)) else start
            span, short, name = None, "", self.name_at(start, end)
            if name and (known_as := _KNOWN_AS.match(self.text.words, name[1], end)):
                span, short = (name[0], known_as.end()), known_as["short"]
            elif known_as := _SHORT_FIRST.match(self.text.words, start, end):
                name = self.name_at(known_as.end(), end)
                span, short = (start, name[1] if name else end), known_as["short"]
            if not name:
                break
            org = self.add(*name)
            if short and not org.known:
                org.short = short
                org.forms += [level(short)]
                org.span = span
            found.append((org, span or name))
            start = (span or name)[1]
        return found

    def _names(self, start: int, end: int) -> list[tuple[Org, Span]]:
        """The organizations named side by side from `start` on."""
        found = []
        for left, right in self._side_by_side(start, end):
            if span := self.name_at(left, right):
                found.append((self.add(*span), span))
        return found

    def _side_by_side(self, start: int, end: int) -> list[Span]:
        joined = {
            "en": r",? and (?=the )|, (?=the )",
            "fr": r",? et (?=l[ae'] ?|les )|, (?=l[ae'] ?|les )",
            "ar": rf"[,،]? و(?={_heads('ar')})",
        }[self.text.language]
        cuts = [(start, start), *(each.span() for each in self.text.each(joined, start, end)), (end, end)]
        return [(one[1], other[0]) for one, other in pairwise(cuts)]

    def name_at(self, start: int, end: int) -> Span | None:
        """The name that begins the stretch, openers («De son côté,») aside."""
        text = self.text
        start, end = text.trim(start, end)
        for each in self.all:
            for form in each.forms:
                if found := text.match(rf"{ARTICLE.pattern}?{re.escape(form)}(?!\w)", start, end):
                    return found.span()
        if text.language == "en":
            found = _EN_NAME.match(text.words, start, end)
            return found.span() if found and len(found[0].split()) > 1 and not found[0].isupper() else None
        head = text.match(rf"(?:{ARTICLE.pattern})?{_heads(text.language)}(?!\w)", start, end)
        if not head:
            return None
        if text.language == "ar":
            stop = text.find(
                r"[,،؛.(]|(?<!\w)(?:اليوم|امس|يوم|علي|بموجب|في|من اجل|بهدف|خلال|بمقر|بمدينه)(?!\w)",
                head.end(),
                end,
            )
            span = text.trim(start, stop.start() if stop else end)
            return span if 1 < len(text.quote(span).split()) <= 12 else None
        at = head.end()
        while step := _FR_STEP.match(text.words, at, end):
            at = step.end()
        bracket = re.compile(SHORT).match(text.words, at, end)
        at = bracket.end() if bracket else at
        return (start, at) if at > head.end() and not text.words[start:at].isupper() else None

    def _find_preamble(self) -> None:
        """«The Government of X and the Government of Y, … have agreed as follows»."""
        text = self.text
        if self.parties or not (agreed := text.find(tables.AGREED_AS_FOLLOWS, 0, len(text.level))):
            return
        for clause in text.clauses:
            if clause.start > agreed.start():
                return
            comma = text.level.find(",", clause.start, clause.end)
            before = self.all[:]
            found = self._names(clause.start, comma if comma > 0 else clause.end)
            if len(found) < 2:
                self.all = before
            else:
                for org, span in found:
                    org.party, org.shown = span, (found[0][1][0], found[-1][1][1])
                return

    def _find_debtors(self, deeds: Sequence[Deed]) -> None:
        """Whoever undertakes something for sure is a party, where no sentence says who signed."""
        if len(self.parties) > 1:
            return
        for deed in deeds:
            if not deed.sure or self.debtors(deed.who) is not None:
                continue
            for start, end in self._tails(deed.who):
                before = self.all[:]
                names = self._names(start, end)
                if not names or self.text.trim(names[-1][1][1], end)[0] < end - 1:
                    self.all = before
                else:
                    self._become_parties(names, deed)
                    break
        for deed in deeds:
            if deed.sure:
                for start, end in self._tails(deed.who):
                    meant = self.meant(start, end)
                    if meant and not any(each.party for each in meant):
                        self._become_parties([(each, self.text.trim(start, end)) for each in meant[:1]], deed)
                        break

    def _become_parties(self, names: Iterable[tuple[Org, Span]], deed: Deed) -> None:
        self.asked_by_deeds = True
        for org, span in names:
            org.party, org.shown = org.party or span, org.shown or deed.stem
        self.mentions = list(self._mentions())

    def _find_parents(self) -> None:
        """The body that a unit is part of is named behind it: «coordination régionale de l'Entraide nationale»."""
        text = self.text
        for org in [each for each in self.all if each.kind == "unit" and not each.known]:
            inside = re.search(
                r"(?:de l['’]|du |de la |d['’]|des |of the |of |for the |ل(?=ل?[\w]))\s*(?P<name>[^()]+)$",
                org.full,
            )
            if (
                not inside
                or not re.search(rf"{_UPPER}|[\u0600-\u06ff]", inside["name"])
                or text.language == "ar"
            ):
                continue
            name = inside["name"]
            form = level(name)
            own = [each for each in text.each(_whole(form)) if not self._within(org, each.span())]
            if own:
                article = text.find(r"(?:l'|la |le |the )$", max(own[0].start() - 4, 0), own[0].start())
                start, end = article.start() if article else own[0].start(), own[0].end()
                where = re.compile(rf" (?:à|in) {_CAP}").match(text.words, end)
                span = (start, where.end() if where else end)
            else:
                at = text.level.find(form, *org.span)
                span = (at, at + len(form))
            parent = next((each for each in self.all if each is not org and form in each.forms), None)
            if parent is None:
                parent = Org(span, name[:1].upper() + name[1:], forms=[form])
                self.all.append(parent)
            if parent.parent is not org:
                org.parent, org.relation = parent, "part_of"

    def _within(self, org: Org, span: Span) -> bool:
        """Whether a stretch lies in the name of the unit, or of whoever heads it: «coordinateur régional de …»."""
        stem = org.head[:8]
        before = self.text.level[max(span[0] - 40, 0) : span[0]]
        return bool(
            re.search(rf"\b{re.escape(stem)}\w*(?: \w+)?(?: (?:de l'|du|de la|d'|of the|of))\s?$", before)
        )

    # Meaning.

    def _mentions(self) -> Iterator[Mention]:
        """Where organizations are meant, the longest words first, none inside another."""
        forms = sorted(
            {(form, id(org)): (form, org) for org in self.all for form in org.forms}.values(), key=_longest
        )
        taken: list[Span] = []
        found = []
        for form, org in forms:
            for match in self.text.each(_whole(form)):
                start, end = match.span()
                if not any(start < last and end > first for first, last in taken):
                    taken.append((start, end))
                    found.append(Mention(start, end, org))
        return iter(sorted(found, key=lambda each: each.start))

    def within(self, start: int, end: int) -> list[Mention]:
        first = bisect_left(self.mentions, start, key=_start)
        last = bisect_left(self.mentions, end, lo=first, key=_start)
        return [each for each in self.mentions[first:last] if each.end <= end]

    def at(self, place: int) -> Mention | None:
        """What is meant by the words around a place."""
        index = bisect_right(self.mentions, place, key=_start) - 1
        return self.mentions[index] if index >= 0 and place < self.mentions[index].end else None

    def meant(self, start: int, end: int) -> list[Org]:
        """The organizations that a stretch names and nothing else; empty where it says anything more."""
        rest, at, found = "", start, []
        for each in self.within(start, end):
            rest, at = rest + self.text.level[at : each.start], each.end
            found.append(each.org)
        if not found:
            if org := self.by_its_noun(start, end):
                return [org]
            return []
        rest += self.text.level[at:end]
        return list(dict.fromkeys(found)) if _ONLY.fullmatch(rest) else []

    def by_its_noun(self, start: int, end: int) -> Org | None:
        """The one party that «l'association» or «the Ministry» can mean: its name has the same stem."""
        words = self.text.level[slice(*self.text.trim(start, end))]
        noun = re.fullmatch(rf"(?:the |la |le |l'|cette |ce |this )({_heads(self.text.language)})", words)
        arabic = re.fullmatch(r"(ال\w+)", words) if self.text.language == "ar" else None
        if not noun and not arabic:
            return None
        stem = noun[1][:7] if noun else words[2:]
        fits = [
            each for each in self.parties if re.search(rf"(?<!\w)(?:ال)?{re.escape(stem)}", level(each.full))
        ]
        return fits[0] if len(fits) == 1 else None

    def debtors(self, who: Span, before: Sequence[Org] = ()) -> list[Org] | None:
        """The parties that a stretch before a verb names: those it ends on, or all for «the two parties».

        `before` are those that a pronoun stands for.
        """
        joint = tables.JOINT[self.text.language]
        for start, end in self._tails(who):
            words = self.text.level[start:end]
            if re.fullmatch(rf"{tables.PRONOUN[self.text.language]}(?: also)?", words):
                return list(before) or None
            if re.fullmatch(rf"{joint}(?: \w+ly|,? conjointement)?", words) or (
                self.text.language == "ar" and re.match(rf"{joint}(?!\w)", words)
            ):
                return self.parties if len(self.parties) > 1 else None
            meant = [each for each in self.meant(start, end) if each.party]
            if meant:
                return meant
        return None

    def _settle(self) -> None:
        """An organization is named where its whole name stands first, article included."""
        for org in self.all:
            first = next((each for each in self.mentions if each.org is org), None)
            if (
                first
                and first.start < org.span[0]
                and self.text.level[first.start : first.end] == level(org.full)
            ):
                org.span = self.with_article(first.start, first.end)

    def with_article(self, start: int, end: int) -> Span:
        article = self.text.find(r"(?<![\w'])(?:l'|la |le |les |the )$", max(start - 4, 0), start)
        return (article.start() if article else start), end

    def _tails(self, who: Span) -> Iterator[Span]:
        """The whole stretch, and what stands behind its commas, without what says nothing of who."""
        text = self.text
        start, end = text.trim(*who)
        starts = [start, *(each.end() for each in text.each(r", ", start, end))]
        if text.language == "ar":
            stop = text.find(
                r"[,،؛(]|(?<!\w)(?:بموجب|بمقتضي|في اطار|بدوره\w*|كذلك|ايضا|من جهته\w*)(?!\w)", start, end
            )
            yield text.trim(start, stop.start() if stop else end)
            return
        named = text.match(tables.AS_TO[text.language], start, end)
        if named and re.fullmatch(tables.PRONOUN[text.language], text.level[starts[-1] : end]):
            yield text.trim(named.end(), starts[-1])
            return
        for left in reversed(starts):
            opener = text.match(
                rf"(?:representatives of |{tables.AS_TO[text.language]} |jointly |and |et |both )", left, end
            )
            yield text.trim(opener.end() if opener and opener[0].strip() not in ("both",) else left, end)


_KNOWN_AS = re.compile(
    rf",? (?:known as|dite?|hereinafter|ci-après) [“\"«]?(?P<short>{_CAP}(?: {_CAP})?)[”\"»]?"
)
_SHORT_FIRST = re.compile(rf"(?P<short>{_CAP}), (?=[Tt]he |l['’ae])")
_ONLY = re.compile(
    r"(?:[\s,]|the|and|both|as well as|la|le|les|l'|et|ainsi que|d'une part|d'autre part|و|او)*"
)


def _whole(form: str) -> str:
    return (
        rf"(?<!\w){re.escape(form)}(?!\w)"
        if not re.search("[\u0600-\u06ff]", form)
        else rf"{re.escape(form)}(?!\w)"
    )


def _start(mention: Mention) -> int:
    return mention.start


def _longest(row: tuple[str, Org]) -> tuple[int, str]:
    return -len(row[0]), row[0]


_HEADS = {language: either("|".join(rows.values())) for language, rows in tables.BODIES.items()}


def _heads(language: str) -> str:
    return _HEADS[language]

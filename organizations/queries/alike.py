"""Which organizations, or people, may be the one that somebody enters: with reasons, and how sure they make it.

Names are compared as a search folds them (`docs/search.md`): equal, equal as sounds go in the other script, part of one
another, spelled nearly so. Only equal ones are called the same name; all else is «similar», for a person to judge.
Records that are known to be two are never named again.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from babel import Locale
from django.db import connection
from django.db.models import Prefetch, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from lib import languages
from lib.asking import SILENT, distance, is_arabic, likeness, slips
from lib.folding import Letters
from organizations.models import Descent, ExternalIdentifier, NameEntry, Office, Organization, Person
from organizations.queries.merging import DISTINCT

SHOWN = 5
NEARLY = 0.55
"""The part of their trigrams that two words share to be spelled nearly alike."""

# What many bodies are called, after folding: alone it tells nobody apart.
_ORDINARY = """
association fondation foundation centre center centres ligue league federation union reseau network institut institute
ministere ministry delegation direction departement department office bureau agence agency comite committee conseil
council commission organisation organization groupe group societe society club maison house ecole school universite
university faculte hopital hospital coordination service programme program projet project stichting
regional regionale national nationale international internationale provincial provinciale local locale general generale
public publique social sociale maroc morocco marocain marocaine moroccan qatar qatari
جمعيه جمعيات موسسه موسسات مركز رابطه اتحاد شبكه معهد وزاره مندوبيه مديريه قسم مكتب وكاله لجنه مجلس منظمه هييه نادي دار
مدرسه جامعه مستشفي تنسيقيه برنامج مشروع جهويه وطنيه دوليه اقليميه محليه عامه اجتماعيه مغرب مغربيه قطر قطريه
"""
ORDINARY = frozenset(_ORDINARY.split())
_TITLES = "m mr mrs ms mme mlle dr pr prof سيد سيده دكتور دكتوره استاذ استاذه"
TITLES = frozenset(_TITLES.split())


class Certainty(StrEnum):
    """How sure the reasons make it that two records are one."""

    SAME = "same"
    """The same name or number: it may well be one record entered twice."""
    SIMILAR = "similar"


class How(StrEnum):
    """What two names have in common; the stronger first."""

    EQUAL = "equal"
    SCRIPT = "script"
    ORDER = "order"
    KERNEL = "kernel"
    PART = "part"
    SOUND = "sound"
    SPELLING = "spelling"


@dataclass(frozen=True)
class Asked:
    """What is known of an organization, or a person, entered already (`own` is its key) or not."""

    kind: type[Organization] | type[Person]
    names: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...] = ()
    country: str = ""
    city: str = ""
    organizations: frozenset[UUID] = frozenset()
    """Where a person holds an office."""
    own: UUID | None = None
    apart: frozenset[UUID] = frozenset()
    """Records that are known to be others."""


@dataclass
class Alike:
    """A record that may be the one asked for, and why."""

    record: Any
    certainty: Certainty
    reasons: list[str]
    rank: tuple = field(default=(), repr=False)

    @property
    def is_same(self) -> bool:
        return self.certainty is Certainty.SAME


@dataclass(frozen=True)
class _Match:
    how: How
    certainty: Certainty
    entry: NameEntry

    @property
    def rank(self) -> tuple:
        return (
            self.certainty is not Certainty.SAME,
            list(How).index(self.how),
            self.entry.fact,
            self.entry.pk,
        )


def asked_of(record: Organization | Person) -> Asked:
    """What is known of a record of the registry; without its identifiers, which no other record can have."""
    if isinstance(record, Person):
        offices = frozenset(each.organization_id for each in record.offices.all())
        return Asked(
            Person, tuple(languages.texts(record, "name").values()), organizations=offices, own=record.pk
        )
    names = [*languages.texts(record, "name").values(), *languages.texts(record, "short_name").values()]
    names += [each.name for each in record.aliases.all()]
    identifiers = tuple((each.scheme, each.value) for each in record.identifiers.all())
    return Asked(
        Organization,
        tuple(dict.fromkeys(names)),
        identifiers=identifiers,
        country=record.country,
        city=record.city,
        own=record.pk,
    )


def known(kind: type[Organization] | type[Person]):
    """Records that are not merged, with what `asked_of` and the reasons need: three queries, however many."""
    rows = kind.objects.filter(merged_into=None)
    if kind is Person:
        return rows.prefetch_related(
            Prefetch("offices", Office.objects.select_related("organization").order_by("pk"))
        )
    return rows.select_related("parent").prefetch_related("aliases", "identifiers")


def alike(asked: Asked, *, actor) -> list[Alike]:
    """At most SHOWN records that `actor` may read and that may be the one asked for, the surest first.

    At most nine queries, each bounded, however many records there are.
    """
    return alike_each([asked], actor=actor)[0][:SHOWN]


def alike_each(everyone: Sequence[Asked], *, actor) -> list[list[Alike]]:
    """For each of `everyone`, who must be of one kind, what `alike` finds; as many queries for many as for one."""
    if not everyone:
        return []
    kind = everyone[0].kind
    numbers = _by_number(everyone) if kind is Organization else defaultdict(dict)
    names = _by_name(everyone, people=kind is Person)
    apart = _apart(everyone, kind)
    wanted = {key for found in (numbers, names) for each in found.values() for key in each}
    records = {
        each.pk: each
        for each in known(kind).filter(pk__in=wanted).filter(pk__in=kind.objects.visible_to(actor))
    }
    answers = []
    for at, asked in enumerate(everyone):
        out = apart[asked.own] | asked.apart | {asked.own}
        keys = [key for key in {**numbers[at], **names[at]} if key in records and key not in out]
        found = [_told(asked, records[key], names[at].get(key), numbers[at].get(key)) for key in keys]
        answers.append(sorted(found, key=lambda each: each.rank))
    return answers


def _apart(everyone: Sequence[Asked], kind) -> dict[UUID | None, set[UUID]]:
    """For each record that is entered, those known not to be it: a unit is not the body above it. Two queries."""
    found: dict[UUID | None, set[UUID]] = defaultdict(set)
    keys = {each.own for each in everyone if each.own}
    if keys:
        pairs = DISTINCT[kind].objects.filter(Q(first__in=keys) | Q(second__in=keys))
        for first, second in pairs.values_list("first_id", "second_id"):
            found[first].add(second)
            found[second].add(first)
        if kind is Organization:
            lines = Descent.objects.filter(Q(ancestor__in=keys) | Q(descendant__in=keys), depth__gt=0)
            for above, below in lines.values_list("ancestor_id", "descendant_id"):
                found[above].add(below)
                found[below].add(above)
    return found


# Numbers in other registers.


def _by_number(everyone: Sequence[Asked]) -> dict[int, dict[UUID, ExternalIdentifier]]:
    """Organizations with a number asked for, whatever stands between its letters and digits."""
    asked = defaultdict(set)
    for at, each in enumerate(everyone):
        for scheme, value in each.identifiers:
            if bare := _bare(value):
                asked[_bare(scheme), bare].add(at)
    found: dict[int, dict[UUID, ExternalIdentifier]] = defaultdict(dict)
    if asked:
        rows = ExternalIdentifier.objects.alias(bare=Upper(Letters("value"))).filter(
            bare__in={value for _scheme, value in asked}
        )
        for row in rows.order_by("pk"):
            for at in asked.get((_bare(row.scheme), _bare(row.value)), ()):
                found[at].setdefault(row.organization_id, row)
    return found


def _bare(value: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", value.upper())


# Names.


def _by_name(everyone: Sequence[Asked], *, people: bool) -> dict[int, dict[UUID, _Match]]:
    """The best match of names for each record near one of those asked for: two queries."""
    said = [(at, name) for at, each in enumerate(everyone) for name in each.names if name.strip()]
    if not said:
        return defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.nr - 1, mithaq_plain(asked.words), near.entry"
            " FROM unnest(%s::text[]) WITH ORDINALITY asked(words, nr),"
            " LATERAL mithaq_names_near(asked.words, %s) near",
            [[name for _at, name in said], people],
        )
        near = [(said[nr][0], plain, entry) for nr, plain, entry in cursor.fetchall()]
    entries = NameEntry.objects.defer("vector").in_bulk({entry for _at, _plain, entry in near})
    sounds = _sounds(
        {word for _at, plain, entry in near for word in (*plain.split(), *entries[entry].folded.split())}
    )
    found: dict[int, dict[UUID, _Match]] = defaultdict(dict)
    for at, plain, key in near:
        entry = entries[key]
        match = _match(plain, entry, sounds, people=people)
        owner = entry.person_id or entry.organization_id
        if match and (owner not in found[at] or match.rank < found[at][owner].rank):
            found[at][owner] = match
    return found


def _sounds(words: set[str]) -> dict[str, set[str]]:
    """The transliteration keys of each word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, mithaq_sounds(word) FROM unnest(%s::text[]) word", [sorted(words)])
        return {word: set(keys) for word, keys in cursor.fetchall()}


def _match(plain: str, entry: NameEntry, sounds: dict[str, set[str]], *, people: bool) -> _Match | None:
    how = compare(
        plain, entry.folded, people=people, alike=lambda one, other: bool(sounds[one] & sounds[other])
    )
    if how is None:
        return None
    same = how in {How.EQUAL, How.SCRIPT} or (how is How.ORDER and people)
    if entry.fact == NameEntry.Fact.SHORT_NAME:
        same = False  # two bodies may share their initials
    return _Match(how, Certainty.SAME if same else Certainty.SIMILAR, entry)


def compare(one: str, other: str, *, people: bool, alike: Callable[[str, str], bool]) -> How | None:
    """What two plain names have in common; `alike` says whether two words sound alike.

    >>> compare("entraide nationale", "coordination regionale de l entraide nationale", people=False, alike=str.__eq__)
    <How.PART: 'part'>
    >>> compare("aman", "amane", people=False, alike=str.__eq__)
    <How.SPELLING: 'spelling'>
    >>> compare("association nour", "association amal", people=False, alike=str.__eq__)
    """
    ours, theirs = _words(one, people), _words(other, people)
    if one == other or ours == theirs:
        return How.EQUAL
    if sorted(ours) == sorted(theirs):
        return How.ORDER
    told, telling = _telling(ours), _telling(theirs)
    if is_arabic(one) != is_arabic(other):
        if _one_by_one(ours, theirs, alike):
            return How.SCRIPT
        return How.SOUND if told and telling and _one_by_one(told, telling, alike) else None
    if _runs_through(ours, theirs) or _runs_through(theirs, ours):
        return How.PART
    if {each for each in ours if each.isdecimal()} != {each for each in theirs if each.isdecimal()}:
        return None
    if told and sorted(told) == sorted(telling):
        return How.KERNEL
    told, telling = told or ours, telling or theirs
    if _one_by_one(told, telling, lambda a, b: a == b or alike(a, b)):
        return How.SOUND
    return How.SPELLING if _one_by_one(told, telling, _misspelt) else None


def _misspelt(one: str, other: str) -> bool:
    """Whether a slip of the pen or two lead from one word to the other, or most of their trigrams are the same."""
    most = slips(min(len(one), len(other)))
    near = abs(len(one) - len(other)) <= most and distance(one, other) <= most
    return one == other or near or likeness(one, other) >= NEARLY


def _words(plain: str, people: bool) -> list[str]:
    words = plain.split()
    silent = SILENT | TITLES if people else SILENT
    return [each for each in words if each not in silent] or words


def _telling(words: list[str]) -> list[str]:
    return [each for each in words if each not in ORDINARY]


def _runs_through(short: list[str], long: list[str]) -> bool:
    """Whether the words of the shorter name stand in the longer one, one after the other, and tell something."""
    if len(short) >= len(long) or not any(len(each) >= 3 for each in _telling(short)):
        return False
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def _one_by_one(ours: list[str], theirs: list[str], alike: Callable[[str, str], bool]) -> bool:
    """Whether each word has one of its own on the other side."""
    left = list(theirs)
    for each in ours:
        at = next((at for at, other in enumerate(left) if alike(each, other)), None)
        if at is None:
            return False
        del left[at]
    return not left


# Reasons.


def _told(asked: Asked, record, match: _Match | None, number: ExternalIdentifier | None) -> Alike:
    reasons = []
    if number:
        reasons.append(
            _("the same number in %(scheme)s: %(value)s") % {"scheme": number.scheme, "value": number.value}
        )
    if match:
        reasons.append(_said(match))
    same = bool(number) or (match is not None and match.certainty is Certainty.SAME)
    where = list(_bodies(asked, record) if isinstance(record, Person) else _places(asked, record))
    rank = (not same, match.rank if match else (False, -1, "", 0), str(record.pk))
    return Alike(record, Certainty.SAME if same else Certainty.SIMILAR, reasons + where, rank)


def _said(match: _Match) -> str:
    name = {"name": match.entry.words}
    if match.how is How.EQUAL:
        if match.entry.fact == NameEntry.Fact.ALIAS:
            return _("also called so: “%(name)s”") % name
        if match.entry.fact == NameEntry.Fact.SHORT_NAME:
            return _("the same short name: “%(name)s”") % name
        return _("the same name: “%(name)s”") % name
    return {
        How.SCRIPT: _("the same name in the other script: “%(name)s”"),
        How.ORDER: _("the same words in another order: “%(name)s”"),
        How.KERNEL: _("the same but for ordinary words: “%(name)s”"),
        How.PART: _("one name is part of the other: “%(name)s”"),
        How.SOUND: _("sounds alike: “%(name)s”"),
        How.SPELLING: _("spelled nearly alike: “%(name)s”"),
    }[match.how] % name


def _places(asked: Asked, record: Organization) -> Iterable[str]:
    if asked.country and record.country and asked.country != record.country:
        yield _("but in another country: %(country)s") % {"country": _country(record.country)}
    elif asked.city and asked.city.casefold() == record.city.casefold():
        yield _("both in %(place)s") % {"place": record.city}
    elif asked.country and asked.country == record.country:
        yield _("both in %(place)s") % {"place": _country(record.country)}


def _country(code: str) -> str:
    return Locale(languages.current()).territories.get(code, code)


def _bodies(asked: Asked, record: Person) -> Iterable[str]:
    bodies = [each.organization for each in record.offices.all()]
    shared = [each for each in bodies if each.pk in asked.organizations]
    if shared:
        yield _("both hold an office in %(organization)s") % {"organization": shared[0]}
    elif bodies:
        yield _("holds an office in %(organization)s") % {"organization": bodies[0]}


def pairs(records: Sequence[Organization | Person], *, actor) -> list[tuple[Any, Alike]]:
    """Of `records`, those like another of a later key: each pair once, the surest first. Needs `known`.

    As many queries for many as for one.
    """
    answers = alike_each([asked_of(each) for each in records], actor=actor)
    found = [
        (record, each)
        for record, answer in zip(records, answers, strict=True)
        for each in answer
        if each.record.pk > record.pk
    ]
    return sorted(found, key=lambda pair: (not pair[1].is_same, pair[1].rank, str(pair[0].pk)))

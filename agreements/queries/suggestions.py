"""What somebody may be about to ask for, while typing: organizations, people, programmes and agreements by name."""

# ruff: noqa: S608  SQL out of our own names

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Agreement, TextEntry
from agreements.queries import gates
from agreements.queries.search import leads_to, of_a_programme
from audit.trail import Actor
from lib import asking, languages, prepared, search
from lib.compiled import Compiled, compiled
from organizations.models import NameEntry, Organization
from organizations.queries import anybody

LEAST_LETTERS = 2
MOST_LOOKED_AT = 60
NEWEST = 500
"""Agreements, and twice as many names, are looked through first: where enough of them begin so, no others are."""
MOST_BEGUN = 2000
"""Else as many names and titles that begin so are compared, wherever they stand,"""
MOST_ASKED = 300
"""and as many of these, the shortest, are asked whether they may be shown."""
OF_A_PROGRAMME = (TextEntry.Fact.PROGRAMME, TextEntry.Fact.PROGRAMME_SHORT)
OF_AN_AGREEMENT = TextEntry.CALLED


@dataclass(frozen=True)
class Suggestion:
    """One record to go to. `why` says by which other name it is found; empty where the shown one says it."""

    kind: str
    text: languages.Text
    url: str
    why: str = ""


def suggestions(words: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """Records with a name whose words begin as `words` do, in either script; two queries, and one for each that finds.

    Only what leads somewhere: people and programmes of the agreements that `actor` may read.
    """
    terms = [each.words for each in asking.terms(words)]
    if not terms or len(asking.bare(words).strip()) < LEAST_LETTERS:
        return []
    found: dict[object, tuple[object, search.Entry]] = {}
    for entry in [*_names(terms, actor), *_texts(terms, actor)]:
        owner = _owner(entry)
        kept = found.get(owner.pk)
        if kept is None or _standing(entry, words) < _standing(kept[1], words):
            found[owner.pk] = (owner, entry)
    shown = [_suggestion(owner, entry) for owner, entry in found.values()]
    return _mixed(shown, limit)


def _names(terms: list[str], actor: Actor) -> Iterable[NameEntry]:
    keys = _begun(_NAMES, terms, actor, gates.told(_names_seen(anybody.Kind.of(actor)), actor, mark="s"))
    found = NameEntry.objects.filter(pk__in=keys).select_related("organization", "person")
    return found.order_by(Length("words"), "pk") if keys else ()


def _texts(terms: list[str], actor: Actor) -> Iterable[TextEntry]:
    keys = _begun(_TEXTS, terms, actor, gates.told(_texts_seen(anybody.Kind.of(actor)), actor, mark="s"))
    found = TextEntry.objects.filter(pk__in=keys).select_related("agreement", "programme")
    return found.order_by(Length("words"), "pk") if keys else ()


@lru_cache(maxsize=200)
def _names_seen(kind: anybody.Kind) -> Compiled:
    readable = Agreement.objects.visible_to(kind.anybody)
    bodies = Organization.objects.visible_to(kind.anybody).filter(merged_into=None)
    ours = Q(Exists(bodies.filter(pk=OuterRef("organization")))) | (
        Q(person__isnull=False) & leads_to(readable)
    )
    return compiled(NameEntry.objects.filter(ours).order_by().values_list("pk"), possibly=anybody.STAND_INS)


@lru_cache(maxsize=200)
def _texts_seen(kind: anybody.Kind) -> Compiled:
    readable = Agreement.objects.visible_to(kind.anybody)
    ours = Q(Exists(readable.filter(pk=OuterRef("agreement"))), fact__in=OF_AN_AGREEMENT) | (
        Q(fact__in=OF_A_PROGRAMME) & of_a_programme(readable)
    )
    return compiled(TextEntry.objects.filter(ours).order_by().values_list("pk"), possibly=anybody.STAND_INS)


# Keys of the shortest entries that begin so and may be shown: of the newest records, and of all where these are few.
# The shortest are asked first, one after the other, until there are enough.
_SHOWN = f"""
    SELECT b.id, b.letters FROM (SELECT id, letters FROM {{begun}} ORDER BY letters, id LIMIT {MOST_ASKED}) b
     CROSS JOIN LATERAL (SELECT 1 FROM ({{seen}}) s (id) WHERE s.id = b.id OFFSET 0) s
     ORDER BY b.letters, b.id LIMIT {MOST_LOOKED_AT}"""
_ALL = f"""
    SELECT id, length(words) AS letters FROM {{entries}} WHERE {{facts}} vector @@ (SELECT q FROM asked)
       AND (SELECT count(*) FROM shown) < {MOST_LOOKED_AT} LIMIT {MOST_BEGUN}"""
_NAMES = f"""
    newest AS MATERIALIZED (
        SELECT id, length(words) AS letters FROM (
            SELECT id, words, vector FROM organizations_nameentry ORDER BY id DESC LIMIT {2 * NEWEST}) n
         WHERE vector @@ (SELECT q FROM asked)),
    shown AS MATERIALIZED ({_SHOWN.format(begun="newest", seen="{seen}")}),
    begun AS MATERIALIZED ({_ALL.format(entries="organizations_nameentry", facts="")}),
    others AS ({_SHOWN.format(begun="begun", seen="{seen}")})"""
_FACTS = ", ".join(f"'{each}'" for each in OF_AN_AGREEMENT)
_TEXTS = f"""
    shown AS MATERIALIZED (
        SELECT e.id, e.letters FROM (
            SELECT a.id FROM ({{gate}}) a (id, number, programme) ORDER BY a.number DESC LIMIT {NEWEST}) a
         CROSS JOIN LATERAL (
            SELECT e.id, length(e.words) AS letters, e.vector FROM agreements_textentry e
             WHERE e.agreement_id = a.id AND (e.fact || '') IN ({_FACTS}) OFFSET 0) e
         WHERE e.vector @@ (SELECT q FROM asked)),
    begun AS MATERIALIZED (
        ({_ALL.format(entries="agreements_textentry", facts=f"(fact || '') IN ({_FACTS}) AND ")})
        UNION ALL
        (SELECT e.id, e.letters FROM agreements_programme p CROSS JOIN LATERAL (
            SELECT e.id, length(e.words) AS letters, e.vector FROM agreements_textentry e
             WHERE e.programme_id = p.id OFFSET 0) e
          WHERE e.vector @@ (SELECT q FROM asked) LIMIT {MOST_BEGUN})),
    others AS ({_SHOWN.format(begun="begun", seen="{seen}")})"""


def _begun(looked: str, terms: list[str], actor: Actor, seen: gates.Gate) -> list[int]:
    """The keys of entries with words that begin as all `terms` do; one query."""
    gate = gates.Gate.to(actor)
    if not gate.sql or not seen.sql:
        return []
    asked = " && ".join(f"mithaq_beginning(%(t{place})s)" for place in range(len(terms)))
    values = {f"t{place}": term for place, term in enumerate(terms)} | seen.values
    if looked is _TEXTS:
        values |= gate.values
    sql = f"""WITH asked AS MATERIALIZED (SELECT {asked} AS q), {looked.format(gate=gate.sql, seen=seen.sql)}
        SELECT id FROM (SELECT * FROM shown UNION SELECT * FROM others) e ORDER BY letters, id LIMIT {MOST_LOOKED_AT}"""
    return [key for (key,) in prepared.rows(sql, values)]


def _owner(entry: search.Entry):
    if isinstance(entry, NameEntry):
        return entry.organization or entry.person
    return entry.agreement or entry.programme


def _standing(entry: search.Entry, words: str) -> tuple:
    """In the script that is typed, a name before another name, in the reader’s language, the shorter one first."""
    return (
        asking.is_arabic(entry.words) != asking.is_arabic(words),
        entry.fact == NameEntry.Fact.ALIAS,
        entry.language != languages.current(),
        len(entry.words),
        entry.pk,
    )


def _suggestion(owner, entry: search.Entry) -> Suggestion:
    if entry.fact == NameEntry.Fact.PERSON:
        kind, text, url = _("Person"), languages.spoken(owner, "name"), reverse("person", args=[owner.pk])
    elif isinstance(entry, NameEntry):
        kind, text, url = _("Organization"), languages.spoken(owner, "name"), owner.get_absolute_url()
    elif entry.fact in OF_A_PROGRAMME:
        kind, text = _("Programme"), languages.spoken(owner, "name")
        url = f"{reverse('agreements')}?programme={owner.pk}"
    else:
        kind, text, url = _("Agreement"), languages.spoken(owner, "title"), owner.get_absolute_url()
    return Suggestion(kind, text, url, why="" if entry.words == text.value else _why(entry))


def _why(entry: search.Entry) -> str:
    if entry.fact in {TextEntry.Fact.CODE, TextEntry.Fact.REFERENCE}:
        return entry.words
    if entry.fact == TextEntry.Fact.TITLE:
        return _("title in another language: %(name)s") % {"name": entry.words}
    if entry.fact in {NameEntry.Fact.SHORT_NAME, TextEntry.Fact.PROGRAMME_SHORT}:
        return _("short name: %(name)s") % {"name": entry.words}
    return _("other name: %(name)s") % {"name": entry.words}


def _mixed(found: list[Suggestion], limit: int) -> list[Suggestion]:
    """At most `limit`, each kind with its fair share, kinds together."""
    by_kind: dict[str, list[Suggestion]] = {}
    for each in found:
        by_kind.setdefault(each.kind, []).append(each)
    taken = dict.fromkeys(by_kind, 0)
    while sum(taken.values()) < min(limit, len(found)):
        for kind, rows in by_kind.items():
            if taken[kind] < len(rows) and sum(taken.values()) < limit:
                taken[kind] += 1
    return [each for kind, rows in by_kind.items() for each in rows[: taken[kind]]]

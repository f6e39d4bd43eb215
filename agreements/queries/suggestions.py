"""What somebody may be about to ask for, while typing: organizations, people, programmes and agreements by name."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Agreement, TextEntry
from agreements.queries.search import leads_to, of_a_programme
from audit.trail import Actor
from lib import asking, languages, search
from organizations.models import NameEntry, Organization

LEAST_LETTERS = 2
MOST_LOOKED_AT = 60
MOST_BEGUN = 2000
"""As many names and titles that begin so are asked whether they may be shown."""
OF_A_PROGRAMME = (TextEntry.Fact.PROGRAMME, TextEntry.Fact.PROGRAMME_SHORT)
OF_AN_AGREEMENT = (TextEntry.Fact.CODE, TextEntry.Fact.REFERENCE, TextEntry.Fact.TITLE)
OF_EITHER = (*OF_A_PROGRAMME, *OF_AN_AGREEMENT)


@dataclass(frozen=True)
class Suggestion:
    """One record to go to. `why` says by which other name it is found; empty where the shown one says it."""

    kind: str
    text: languages.Text
    url: str
    why: str = ""


def suggestions(words: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """Records with a name whose words begin as `words` do, in either script; two queries.

    Only what leads somewhere: people and programmes of the agreements that `actor` may read.
    """
    begun = Q()
    for term in asking.terms(words):
        begun &= search.beginning(term)
    if not begun or len(asking.bare(words).strip()) < LEAST_LETTERS:
        return []
    readable = Agreement.objects.visible_to(actor)
    found: dict[object, tuple[object, search.Entry]] = {}
    for entry in [*_names(begun, readable, actor), *_texts(begun, readable)]:
        owner = _owner(entry)
        kept = found.get(owner.pk)
        if kept is None or _standing(entry, words) < _standing(kept[1], words):
            found[owner.pk] = (owner, entry)
    shown = [_suggestion(owner, entry) for owner, entry in found.values()]
    return _mixed(shown, limit)


def _names(begun: Q, readable: QuerySet, actor: Actor) -> QuerySet:
    bodies = Organization.objects.visible_to(actor).filter(merged_into=None)
    ours = Q(Exists(bodies.filter(pk=OuterRef("organization")))) | (
        Q(person__isnull=False) & leads_to(readable)
    )
    return (
        NameEntry.objects.filter(ours, pk__in=_some(NameEntry.objects.filter(begun)))
        .select_related("organization", "person")
        .order_by(Length("words"), "pk")[:MOST_LOOKED_AT]
    )


def _texts(begun: Q, readable: QuerySet) -> QuerySet:
    ours = Q(Exists(readable.filter(pk=OuterRef("agreement"))), fact__in=OF_AN_AGREEMENT) | (
        Q(fact__in=OF_A_PROGRAMME) & of_a_programme(readable)
    )
    return (
        TextEntry.objects.filter(ours, pk__in=_some(TextEntry.objects.filter(begun, fact__in=OF_EITHER)))
        .select_related("agreement", "programme")
        .order_by(Length("words"), "pk")[:MOST_LOOKED_AT]
    )


def _some(entries: QuerySet) -> QuerySet:
    """As many as are looked at: of a few letters there may be a part of the registry. More letters find the rest."""
    return entries.values("pk")[:MOST_BEGUN]


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

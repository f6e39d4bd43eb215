"""Two records side by side, fact by fact, for whoever decides whether they are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Commitment, Signatory, Source, Statement
from lib import languages
from lib.templatetags.registry import when
from organizations.models import Organization, Person

FEW = 6


@dataclass(frozen=True)
class Row:
    """One fact of both: values are words (plain, or with their language) or records."""

    label: str
    one: list[Any]
    other: list[Any]

    @property
    def same(self) -> bool:
        return bool(self.one) and [str(each) for each in self.one] == [str(each) for each in self.other]


def compare(one: Any, other: Any, *, actor) -> list[Row]:
    """What is told of either and by whom it is used, as far as `actor` may read it; some queries for each record."""
    facts = {Organization: _organization, Person: _person, Agreement: _agreement}[type(one)]
    ours, theirs = dict(facts(one, actor)), dict(facts(other, actor))
    return [Row(label, ours[label], theirs[label]) for label in ours if ours[label] or theirs[label]]


def _names(record: Any, *names: str) -> list[languages.Text]:
    told: dict[str, str] = {}
    for name in names:
        for code, words in languages.texts(record, name).items():
            told.setdefault(words, code)
    return [languages.Text(words, code, languages.current()) for words, code in told.items()]


def _shown(rows: Iterable[Any], total: int) -> list[Any]:
    shown = list(rows)
    if total > len(shown):
        more = total - len(shown)
        shown.append(ngettext("and %(number)s more", "and %(number)s more", more) % {"number": more})
    return shown


def _first(rows, total: int | None = None) -> list[Any]:
    return _shown(rows[:FEW], rows.count() if total is None else total)


def _organization(body: Organization, actor):
    asked = languages.current()
    yield _("Name"), _names(body, "name", "short_name")
    yield (
        _("Other names"),
        [languages.Text(each.name, each.language, asked) for each in body.aliases.order_by("name", "pk")],
    )
    yield _("Kind"), [str(body.kind)] if body.kind else []
    country = Locale(asked).territories.get(body.country, body.country)
    yield _("Place"), [each for each in (body.city, country) if each]
    yield _("Parent"), [body.parent] if body.parent else []
    yield _("Website"), [body.website] if body.website else []
    yield (
        _("Identifiers"),
        [f"{each.scheme} {each.value}" for each in body.identifiers.order_by("scheme", "value", "pk")],
    )
    agreements = Agreement.objects.visible_to(actor).filter(parties__organization=body).order_by("-number")
    yield _("Agreements"), _first(agreements)
    yield _("People"), _first(Person.objects.filter(pk__in=body.offices.values("person")).order_by("pk"))


def _person(person: Person, actor):
    readable = Agreement.objects.visible_to(actor)
    yield _("Name"), _names(person, "name")
    offices = person.offices.select_related("organization").order_by("pk")
    yield _("Offices"), [f"{each.title}, {each.organization}" for each in offices]
    said = Statement.objects.filter(agreement__in=readable, speaker__person=person)
    yield _("Quoted in"), _first(readable.filter(pk__in=said.values("agreement")).order_by("-number"))
    signed = Signatory.objects.filter(party__agreement__in=readable, person=person)
    yield (
        _("Signed for"),
        _first(readable.filter(pk__in=signed.values("party__agreement")).order_by("-number")),
    )


def _agreement(agreement: Agreement, actor):
    yield _("Title"), _names(agreement, "title")
    yield _("Kind"), [str(agreement.kind)]
    yield (
        _("Parties"),
        [each.organization for each in agreement.parties.select_related("organization").order_by("position")],
    )
    yield _("Signed"), [when(agreement.signed)] if agreement.signed.is_known or agreement.signed.text else []
    yield _("Reference"), [agreement.reference] if agreement.reference else []
    yield _("Programme"), [str(agreement.programme)] if agreement.programme else []
    yield _("Place of signature"), [agreement.place_of_signature] if agreement.place_of_signature else []
    said = Commitment.objects.filter(agreement=agreement).order_by("number", "pk")
    yield _("Commitments"), _first(said)
    texts = Source.objects.visible_to(actor).filter(agreement_links__agreement=agreement).order_by("pk")
    yield _("Sources"), _first(texts)
    yield _("State of the record"), [agreement.get_editorial_state_display()]


@dataclass(frozen=True)
class Left:
    """What stays with a duplicate and is shown no more: how many."""

    commitments: int
    activities: int
    follow_ups: int
    followers: int


def left_behind(agreement: Agreement) -> Left:
    """What is not shown while `agreement` is set aside; the room above is followed by name. One query."""
    counted = Agreement.objects.filter(pk=agreement.pk).aggregate(
        activities=Count("commitments__fulfilments__activity", distinct=True),
        of_commitments=Count("commitments", distinct=True),
        of_follow_ups=Count("follow_ups", distinct=True),
        of_follows=Count("follows", distinct=True),
    )
    return Left(
        commitments=counted["of_commitments"],
        activities=counted["activities"],
        follow_ups=counted["of_follow_ups"],
        followers=counted["of_follows"],
    )

"""What the members of a dossier are called and how their values are told, for the difference of two versions.

Facts and fields are called as the tables call them, so they are translated once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    Amendment,
    Citation,
    Commitment,
    LifecycleEvent,
    NamedGroup,
    NoiseSpan,
    Objective,
    OpenQuestion,
    Party,
    Programme,
    Source,
    Statement,
    WithoutSource,
)
from lib.claims import Basis, DateClaim
from lib.languages import CODES, current
from lib.templatetags.registry import when
from organizations.models import Alias, Office, Organization, Person, ProfileClaim
from organizations.models.organization import SourceLanguage


@dataclass(frozen=True)
class Words:
    """A value as a reader gets it; `language` is blank for names and numbers, which keep their own direction."""

    value: str
    language: str = ""


@dataclass
class Names:
    """What the ids of a document stand for, and in what language its sources are."""

    words: dict[str, Words] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


# How a member of a document is told: its value, to words.
How = Callable[[Any, Names], list[Words]]


def here(words: Any) -> Words:
    """Words of the registry itself, in the reader's language."""
    return Words(str(words), current())


def _plain(value, names) -> list[Words]:
    return [Words(str(value))] if value not in (None, "") else []


def _texts(value, names) -> list[Words]:
    return [Words(value[code], code) for code in CODES if code in value]


def _term(value, names) -> list[Words]:
    return [here(value["label"])] if value else []


def _terms(value, names) -> list[Words]:
    return [words for each in value for words in _term(each, names)]


def _reference(value, names) -> list[Words]:
    return [Words(value["label"])] if value else []


def _choice(choices) -> How:
    return lambda value, names: [here(choices(value).label)] if value else []


def _yes(value, names) -> list[Words]:
    return [here(_("yes") if value else _("no"))]


def _name(value, names) -> list[Words]:
    return [names.words[value]] if value else []


def _names(value, names) -> list[Words]:
    return [names.words[each] for each in value]


def _beneficiaries(value, names) -> list[Words]:
    return _names([*value["parties"], *value["groups"]], names)


def claim_words(value, names) -> list[Words]:
    claim = read_claim(value)
    told = [here(when(claim))]
    if claim.is_known and claim.text:
        told.append(Words(claim.text))
    if claim.basis in {Basis.DERIVED, Basis.RELATIVE}:
        told.append(here(Basis(claim.basis).label))
    return [*told, Words(claim.note)] if claim.note else told


def read_claim(value) -> DateClaim:
    first, last = (date.fromisoformat(value[end]) if value[end] else None for end in ("earliest", "latest"))
    return DateClaim(value["stated"] or "", first, last, value["basis"], value["note"])


def _amount(value, names) -> list[Words]:
    return [Words(f"{value['value']} {value['currency']}")] if value else []


def _identifiers(value, names) -> list[Words]:
    return [Words(f"{each['scheme']}: {each['value']}") for each in value]


def _signatories(value, names) -> list[Words]:
    return [
        words
        for each in value
        for words in (
            *_reference(each["person"], names),
            *_name(each["office"], names),
            *_quotes(each["citations"], names),
        )
    ]


def _readings(value, names) -> list[Words]:
    return [words for each in value for words in _texts(each["texts"], names)]


def _resolution(value, names) -> list[Words]:
    return [Words(value["text"]), Words(value["by"])] if value else []


def _changed(value, names) -> list[Words]:
    """Where an amendment changed something; what it said stands at that fact."""
    return [Words(each["label"]) for each in value]


def _quotes(value, names) -> list[Words]:
    """The quotes, each in the language of its source; what part of the fact it proves stands before it."""
    told = []
    for each in value:
        if each["about"]:
            told.append(here(Citation.About(each["about"]).label))
        told.append(Words(_("“%(words)s”") % {"words": each["quote"]}, names.sources[each["source"]]))
        if each["note"]:
            told.append(Words(each["note"]))
    return told


def _aside(value, names) -> list[Words]:
    return [
        Words(f"{NoiseSpan.Reason(each['reason']).label} [{each['start']}, {each['end']})") for each in value
    ]


def _files(value, names) -> list[Words]:
    return [Words(each["name"]) for each in value]


IN_PART = frozenset({_texts, _changed, _quotes, _readings, _aside, _files, _identifiers})
"""Of these only what differs is shown; of a list of debtors, say, the whole list before and after."""


def _of(model, **members: How) -> dict[str, tuple[Any, How]]:
    """Members of a document that are columns of `model`, called as the table calls them."""
    return {name: (model._meta.get_field(name).verbose_name, how) for name, how in members.items()}


_PROOF = {"citations": (gettext_lazy("proof"), _quotes)}
_TEXTS = {"texts": (gettext_lazy("text"), _texts)}
_NAMES = {"names": (gettext_lazy("name"), _texts), "short_names": (gettext_lazy("short name"), _texts)}
_NUMBERS = {"identifiers": (gettext_lazy("numbers in other registers"), _identifiers)}
_BENEFICIARIES = {"beneficiaries": (gettext_lazy("beneficiaries"), _beneficiaries)}
_LANGUAGE = _choice(SourceLanguage)

# The members of the record itself: what they are called, and how they are told.
RECORD = (
    _of(
        Agreement,
        editorial_state=_choice(Agreement.EditorialState),
        confidentiality=_choice(Agreement.Confidentiality),
        reference=_plain,
        kind=_term,
    )
    | _NUMBERS
    | {"titles": (gettext_lazy("title"), _texts)}
    | _of(
        Agreement, title_basis=_choice(Agreement.TitleBasis), source_language=_LANGUAGE, programme=_reference
    )
    | {"occasions": (gettext_lazy("occasion"), _texts)}
    | _of(Agreement, place_of_signature=_plain)
    | {
        "dates.signed": (gettext_lazy("signature"), claim_words),
        "dates.effective": (gettext_lazy("entry into force"), claim_words),
        "dates.ends": (gettext_lazy("end"), claim_words),
        "renewal.rule": (gettext_lazy("renewal"), _choice(Agreement.Renewal)),
        "renewal.texts": (gettext_lazy("renewal rule"), _texts),
        "renewal.notice_days": (gettext_lazy("notice period in days"), _plain),
    }
    | _of(Agreement, amount=_amount, themes=_terms, more_advantages_claimed=_yes)
    | _PROOF
)

# Where facts stand in a document, the table they are rows of, and their members.
FACTS = [
    (
        "parties",
        Party,
        _of(Party, organization=_reference, role=_term, name_as_written=_plain)
        | {"signatories": (gettext_lazy("signatories"), _signatories)}
        | _PROOF,
    ),
    (
        "groups",
        NamedGroup,
        _TEXTS
        | _of(NamedGroup, concept=_term, of_organization=_reference, place=_plain)
        | _of(NamedGroup, mention=_choice(NamedGroup.Mention))
        | _PROOF,
    ),
    (
        "objectives",
        Objective,
        _of(Objective, kind=_choice(Objective.Kind))
        | _TEXTS
        | {"groups": (gettext_lazy("groups"), _names)}
        | _PROOF,
    ),
    (
        "commitments",
        Commitment,
        _of(Commitment, kind=_term)
        | _TEXTS
        | {"purposes": (gettext_lazy("purpose"), _texts)}
        | _of(Commitment, debtors=_names)
        | _BENEFICIARIES
        | {"due": (gettext_lazy("due date"), claim_words)}
        | _of(Commitment, place=_plain, quantity=_plain, unit=_plain)
        | _PROOF,
    ),
    (
        "statements",
        Statement,
        _TEXTS
        | _of(Statement, speaker=_name, attribution=_choice(Statement.Attribution))
        | _of(Statement, manner=_choice(Statement.Manner), on_behalf_of=_name)
        | _PROOF,
    ),
    (
        "advantages",
        Advantage,
        _TEXTS | _of(Advantage, provider=_name, claimed_in=_name, supports=_name) | _BENEFICIARIES | _PROOF,
    ),
    (
        "events",
        LifecycleEvent,
        _of(LifecycleEvent, kind=_choice(LifecycleEvent.Kind), document=_name)
        | {
            "occurred": (gettext_lazy("date"), claim_words),
            "ends": (gettext_lazy("new end"), claim_words),
            "reasons": (gettext_lazy("reason"), _texts),
        }
        | _PROOF,
    ),
    (
        "amendments",
        Amendment,
        _of(Amendment, number=_plain, reference=_plain)
        | {
            "signed": (gettext_lazy("signature"), claim_words),
            "effective": (gettext_lazy("entry into force"), claim_words),
            "summaries": (gettext_lazy("what it changes, in words"), _texts),
        }
        | _of(Amendment, document=_name)
        | {"changes": (gettext_lazy("changes by amendments"), _changed)},
    ),
    (
        "links",
        AgreementLink,
        _of(AgreementLink, kind=_choice(AgreementLink.Kind), agreement=_reference),
    ),
    (
        "questions",
        OpenQuestion,
        _TEXTS
        | {"fact": (gettext_lazy("in doubt"), _name)}
        | _of(OpenQuestion, about=_choice(Citation.About))
        | {"readings": (gettext_lazy("readings"), _readings)}
        | _of(OpenQuestion, resolution=_resolution),
    ),
    (
        "without_source",
        WithoutSource,
        {"fact": (gettext_lazy("fact"), _name)}
        | _of(WithoutSource, about=_choice(WithoutSource.About), reason=_plain)
        | {"by": (WithoutSource._meta.get_field("signed_by").verbose_name, _plain)},
    ),
    (
        "sources",
        Source,
        _of(Source, kind=_choice(Source.Kind), language=_LANGUAGE, title=_plain, byline=_plain)
        | _of(Source, publisher=_plain)
        | {
            "address": (gettext_lazy("address"), _plain),
            "published": (gettext_lazy("publication"), claim_words),
            "noise": (gettext_lazy("set aside"), _aside),
            "files": (gettext_lazy("files"), _files),
        },
    ),
    (
        "organizations",
        Organization,
        _NAMES
        | _of(Organization, source_language=_LANGUAGE, kind=_term, parent=_reference)
        | _of(Organization, relation=_choice(Organization.Relation), country=_plain, city=_plain)
        | {"mandates": (gettext_lazy("mandate"), _texts)}
        | _of(Organization, website=_plain)
        | _NUMBERS
        | _PROOF,
    ),
    (
        "organizations.aliases",
        Alias,
        _of(Alias, name=_plain, language=_LANGUAGE, kind=_choice(Alias.Kind)) | _PROOF,
    ),
    (
        "organizations.profile",
        ProfileClaim,
        _of(ProfileClaim, about=_choice(ProfileClaim.About), source_language=_LANGUAGE)
        | _TEXTS
        | _of(ProfileClaim, as_of=_plain)
        | _PROOF,
    ),
    (
        "people",
        Person,
        {"names": (gettext_lazy("name"), _texts)} | _of(Person, source_language=_LANGUAGE),
    ),
    (
        "people.offices",
        Office,
        {"titles": (Office._meta.get_field("title_en").verbose_name, _texts)}
        | _of(Office, organization=_reference, attachment=_choice(Office.Attachment))
        | _of(Office, source_language=_LANGUAGE)
        | {"since": (gettext_lazy("since"), claim_words), "until": (gettext_lazy("until"), claim_words)}
        | _PROOF,
    ),
    (
        "programmes",
        Programme,
        _NAMES | _of(Programme, source_language=_LANGUAGE) | _PROOF,
    ),
]
_MACHINERY = {
    "id",
    "type",
    "url",
    "slug",
    "code",
    "number",
    "version",
    "letter",
    "label",
    "joint",
    "edtf",
    "at",
}
_COMPUTED = {"legal_state", "answers", "replaces", "replaced_by"}
_SAID_ELSEWHERE = {"title", "text", "name", "dates", "renewal", "aliases", "profile", "offices"}
DERIVED = _MACHINERY | _COMPUTED | _SAID_ELSEWHERE
"""Members without a difference of their own: machinery, what follows from others, the text of one language of three."""

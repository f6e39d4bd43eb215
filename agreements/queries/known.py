"""What the registry knows already of a text that somebody enters: only records whose names occur in it."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Length

from agreements.models import AgreementKind, CommitmentKind, TargetGroup, TextEntry, Theme
from agreements.queries.search import leads_to
from lib import languages
from lib.folding import Contains
from organizations.models import NameEntry, Office, Organization, OrganizationKind

LEAST_LETTERS = 3
MOST = 200
"""How many names of a kind are taken over at most, the longest first."""
OF_A_PROGRAMME = (TextEntry.Fact.PROGRAMME, TextEntry.Fact.PROGRAMME_SHORT)
VOCABULARIES = {
    "agreement_kind": AgreementKind,
    "commitment_kind": CommitmentKind,
    "theme": Theme,
    "target_group": TargetGroup,
    "organization_kind": OrganizationKind,
}


@dataclass(frozen=True)
class Record:
    """A record of the registry by its id, with those of its names that occur in the text."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class KnownOffice:
    """A title that a known person holds, with the ids of all three, and the title in each language that it has."""

    id: str
    person: str
    organization: str
    titles: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known; empty, the rules go by the text alone.

    `codes` has the codes of each vocabulary, `labels` their words by language: (code, words).
    """

    organizations: tuple[Record, ...] = ()
    people: tuple[Record, ...] = ()
    programmes: tuple[Record, ...] = ()
    offices: tuple[KnownOffice, ...] = ()
    codes: dict[str, frozenset[str]] = field(default_factory=dict)
    labels: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def has(self, vocabulary: str, code: str) -> bool:
        """Whether the vocabulary has the code; any will do where nothing is known of it."""
        return vocabulary not in self.codes or code in self.codes[vocabulary]


def known(text: str, readable: QuerySet) -> Known:
    """What the registry has of the names in `text`; people and programmes only of the `readable` agreements.

    Nine queries, each bounded, however long the text and however full the registry.
    """
    inside = Q(name_is_inside=True)
    names = NameEntry.objects.alias(length=Length("folded")).filter(length__gte=LEAST_LETTERS)
    names = names.alias(name_is_inside=Inside(text)).filter(inside).order_by("-length", "pk")
    bodies = names.filter(organization__in=Organization.objects.filter(merged_into=None))
    people = names.filter(leads_to(readable), person__isnull=False)
    programmes = (
        TextEntry.objects.alias(length=Length("folded"), name_is_inside=Inside(text))
        .filter(
            inside,
            fact__in=OF_A_PROGRAMME,
            length__gte=LEAST_LETTERS,
            programme__in=readable.values("programme"),
        )
        .order_by("-length", "pk")
    )
    found = _records(people.values_list("person", "words")[:MOST])
    codes, labels = _vocabularies()
    return Known(
        _records(bodies.values_list("organization", "words")[:MOST]),
        found,
        _records(programmes.values_list("programme", "words")[:MOST]),
        _offices([each.id for each in found]),
        codes,
        labels,
    )


class Inside(Contains):
    """True where the plain words of an entry occur in a text."""

    def __init__(self, text: str):
        plain = Func(Value(text), function="mithaq_plain", output_field=TextField())
        Func.__init__(self, plain, "folded")


def _records(rows) -> tuple[Record, ...]:
    names: dict[str, list[str]] = defaultdict(list)
    for key, words in rows:
        names[str(key)].append(words)
    return tuple(Record(key, tuple(dict.fromkeys(words))) for key, words in names.items())


def _offices(people: list[str]) -> tuple[KnownOffice, ...]:
    columns = languages.columns("title")
    rows = (
        Office.objects.filter(person__in=people)
        .order_by("pk")
        .values_list("pk", "person", "organization", *columns)
    )
    return tuple(
        KnownOffice(str(key), str(person), str(organization), tuple(filter(None, titles)))
        for key, person, organization, *titles in rows[:MOST]
    )


def _vocabularies() -> tuple[dict, dict]:
    codes, labels = {}, {}
    for name, model in VOCABULARIES.items():
        columns = languages.columns("label")
        rows = list(model.objects.filter(retired=False).order_by("position", "code").values("code", *columns))
        codes[name] = frozenset(row["code"] for row in rows)
        for language, column in zip(languages.CODES, columns, strict=True):
            labels[name, language] = tuple((row["code"], row[column]) for row in rows if row[column])
    return codes, labels

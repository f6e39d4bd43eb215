"""What a table is, and the columns that several of them have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.shapes.columns import TEXT, WHOLE, Column, choice, references
from organizations.models.organization import SourceLanguage


@dataclass(frozen=True)
class Table:
    """One table. `record` is the kind of document its rows belong to."""

    name: str
    title: Any
    record: str
    columns: Sequence[Column]
    member: str = ""
    """Where the rows stand in the document; empty where a row is the document itself."""
    of: str = ""
    """The column that says in which document a row stands."""
    label: str = ""
    """The column by which other rows of the same document point at this one."""

    @property
    def is_plain(self) -> int:
        """How likely a stranger's table is this one, where its header says no more."""
        return {"agreements": 3, "organizations": 2, "activities": 1}.get(self.name, 0)

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if each.name == name), None)

    @property
    def kept(self) -> list[Column]:
        """The columns that an export writes."""
        return [each for each in self.columns if each.kept]


ID = Column(
    "id", _("Key of the record; leave it empty for a new one"), ("id",), TEXT, ("identifiant interne",)
)
LANGUAGE = Column(
    "source_language",
    _("Language of the source: en, fr or ar"),
    ("source_language",),
    choice(SourceLanguage),
    ("language", "langue", "langue source", "اللغة"),
)
NUMBER = Column("number", _("Number within the agreement"), ("number",), WHOLE, ("n°", "numéro", "رقم"))


def of(name: str, words: Any, *also: str) -> Column:
    return Column(name, words, also=also)


AGREEMENT = of(
    "agreement",
    _("Code of its agreement, as MQ-0001"),
    "code",
    "n° de convention",
    "convention",
    "الاتفاقية",
)
ORGANIZATION = of("organization", _("Short address of the organization"), "organisation", "slug", "المنظمة")
FOR = [
    Column(
        "for_parties",
        _("Letters of the parties it is for"),
        ("beneficiaries", "parties"),
        references("party"),
    ),
    Column(
        "for_groups", _("Numbers of the groups it is for"), ("beneficiaries", "groups"), references("group")
    ),
]

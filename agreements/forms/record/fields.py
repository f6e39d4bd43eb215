"""The fields of a draft: one table for the page, its autosave and the plain form.

A field is named by its path in the draft (`/commitments/c1/kind`); in the table a star stands for the key of a part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, pgettext_lazy

from lib import languages
from lib.claims import Basis, DateClaim

AS_TYPED, WORDS_ALONE = "typed", "words"
"""What a date field holds besides *not stated* and *explicitly none*: what was typed, read or as words alone."""

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One place of a record. `how`: line, text, number, money, choice, many, yes, date, texts (a line a language) or
    prose (a text a language)."""

    path: str
    label: Any
    how: str = "line"
    options: str = ""
    hint: Any = ""
    needed: bool = False
    points: bool = False
    """Whether the value is a reference ({"key": …}) rather than the key itself."""
    empty: Any = ""
    """What it says where nothing is chosen or typed."""


_SAID = gettext_lazy("Words of the source")
_NO_AMOUNT = gettext_lazy("Left empty, the sheet says: not stated.")
_FOR_NOBODY = gettext_lazy("Nothing ticked, the sheet says: not stated in the source.")
_NOBODY_SPEAKS = gettext_lazy("not stated: the text names nobody")
_NOBODY_GIVES = gettext_lazy("not stated: the text names none")
FIELDS: list[Field] = [
    Field("/titles", gettext_lazy("Title"), "texts", needed=True),
    Field("/title_basis", gettext_lazy("Title taken"), "choice", "title_basis"),
    Field("/kind", gettext_lazy("Kind"), "choice", "agreement_kinds", needed=True),
    Field("/reference", gettext_lazy("Reference, as the parties write it")),
    Field(
        "/programme",
        gettext_lazy("Programme"),
        "choice",
        "programmes",
        points=True,
        empty=gettext_lazy("not stated"),
    ),
    Field("/occasions", gettext_lazy("Occasion"), "prose"),
    Field("/place_of_signature", gettext_lazy("Place of signature")),
    Field("/dates/signed", gettext_lazy("Signed"), "date"),
    Field("/dates/effective", gettext_lazy("In force from"), "date"),
    Field("/dates/ends", gettext_lazy("Ends"), "date"),
    Field("/renewal/rule", gettext_lazy("Renewal"), "choice", "renewal"),
    Field("/renewal/texts", gettext_lazy("Renewal, in the words of the text"), "prose"),
    Field("/renewal/notice_days", gettext_lazy("Notice period in days"), "number"),
    Field("/amount", gettext_lazy("Amount"), "money", empty=_NO_AMOUNT),
    Field("/themes", gettext_lazy("Themes"), "many", "themes"),
    Field("/more_advantages_claimed", gettext_lazy("The source says there are further advantages"), "yes"),
    Field("/confidentiality", gettext_lazy("Who may read it"), "choice", "confidentiality"),
    Field("/source_language", gettext_lazy("Language of the source"), "choice", "languages", needed=True),
    Field(
        "/parties/*/organization",
        gettext_lazy("Organization"),
        "choice",
        "organizations",
        needed=True,
        points=True,
    ),
    Field("/parties/*/role", gettext_lazy("Role"), "choice", "roles"),
    Field("/parties/*/name_as_written", gettext_lazy("Name as written")),
    Field(
        "/parties/*/signatories/*/person",
        gettext_lazy("Signatory"),
        "choice",
        "people",
        needed=True,
        points=True,
    ),
    Field("/parties/*/signatories/*/office", gettext_lazy("Signs as"), "choice", "offices"),
    Field("/organizations/*/names", gettext_lazy("Name"), "texts", needed=True),
    Field("/organizations/*/short_names", gettext_lazy("Short name"), "texts"),
    Field("/organizations/*/slug", gettext_lazy("Short address"), needed=True),
    Field("/organizations/*/kind", gettext_lazy("Kind"), "choice", "organization_kinds"),
    Field(
        "/organizations/*/country",
        gettext_lazy("Country (ISO 3166-1)"),
        hint=gettext_lazy("Two capital letters, like MA."),
    ),
    Field("/organizations/*/city", gettext_lazy("City")),
    Field("/organizations/*/parent", gettext_lazy("Parent"), "choice", "organizations", points=True),
    Field("/organizations/*/relation", gettext_lazy("Relation to the parent"), "choice", "relations"),
    Field("/organizations/*/mandates", gettext_lazy("Mandate"), "prose"),
    Field("/commitments/*/texts", _SAID, "prose", needed=True),
    Field("/commitments/*/kind", gettext_lazy("Kind"), "choice", "commitment_kinds", needed=True),
    Field(
        "/commitments/*/debtors",
        pgettext_lazy("of a commitment", "Who owes it"),
        "many",
        "parties",
        needed=True,
    ),
    Field(
        "/commitments/*/beneficiaries/parties",
        gettext_lazy("For which parties"),
        "many",
        "parties",
        empty=_FOR_NOBODY,
    ),
    Field(
        "/commitments/*/beneficiaries/groups",
        gettext_lazy("For which people"),
        "many",
        "groups",
        empty=_FOR_NOBODY,
    ),
    Field("/commitments/*/due", gettext_lazy("Due date"), "date"),
    Field("/commitments/*/place", gettext_lazy("Place")),
    Field("/commitments/*/quantity", gettext_lazy("Quantity"), "number"),
    Field("/commitments/*/unit", gettext_lazy("Unit")),
    Field("/commitments/*/purposes", gettext_lazy("Purpose"), "prose"),
    Field("/objectives/*/texts", _SAID, "prose", needed=True),
    Field("/objectives/*/kind", gettext_lazy("Kind"), "choice", "objective_kinds"),
    Field("/objectives/*/groups", gettext_lazy("For which people"), "many", "groups"),
    Field("/statements/*/texts", _SAID, "prose", needed=True),
    Field("/statements/*/speaker", gettext_lazy("Speaker"), "choice", "offices", empty=_NOBODY_SPEAKS),
    Field(
        "/statements/*/attribution", gettext_lazy("How the text names the speaker"), "choice", "attributions"
    ),
    Field("/statements/*/manner", gettext_lazy("Manner"), "choice", "manners"),
    Field("/statements/*/on_behalf_of", gettext_lazy("On behalf of"), "choice", "parties"),
    Field("/advantages/*/texts", _SAID, "prose", needed=True),
    Field("/advantages/*/provider", gettext_lazy("Provider"), "choice", "parties", empty=_NOBODY_GIVES),
    Field(
        "/advantages/*/beneficiaries/parties",
        gettext_lazy("For which parties"),
        "many",
        "parties",
        empty=_FOR_NOBODY,
    ),
    Field(
        "/advantages/*/beneficiaries/groups",
        gettext_lazy("For which people"),
        "many",
        "groups",
        empty=_FOR_NOBODY,
    ),
    Field("/advantages/*/claimed_in", gettext_lazy("Claimed in"), "choice", "statements"),
    Field("/advantages/*/supports", gettext_lazy("Supports the commitment"), "choice", "commitments"),
    Field("/groups/*/texts", _SAID, "texts", needed=True),
    Field("/groups/*/concept", gettext_lazy("Term of the vocabulary"), "choice", "groups_known"),
    Field("/groups/*/of_organization", gettext_lazy("People of"), "choice", "organizations", points=True),
    Field("/groups/*/place", gettext_lazy("Place")),
    Field("/groups/*/mention", gettext_lazy("Named in"), "choice", "mentions"),
    Field("/people/*/names", gettext_lazy("Name"), "texts", needed=True),
    Field("/people/*/offices/*/titles", pgettext_lazy("of a person", "Title"), "texts", needed=True),
    Field(
        "/people/*/offices/*/organization",
        gettext_lazy("Organization"),
        "choice",
        "organizations",
        needed=True,
        points=True,
    ),
    Field(
        "/people/*/offices/*/attachment", gettext_lazy("Tied to the organization"), "choice", "attachments"
    ),
    Field("/programmes/*/names", gettext_lazy("Name"), "texts", needed=True),
    Field("/programmes/*/short_names", gettext_lazy("Short name"), "texts"),
    Field("/programmes/*/slug", gettext_lazy("Short address"), needed=True),
    Field("/questions/*/texts", gettext_lazy("Question"), "prose", needed=True),
    Field("/questions/*/fact", gettext_lazy("About"), "choice", "facts"),
    Field("/questions/*/readings/*/texts", gettext_lazy("Reading"), "prose", needed=True),
    Field("/events/*/kind", gettext_lazy("What happened"), "choice", "event_kinds", needed=True),
    Field("/events/*/occurred", gettext_lazy("When"), "date"),
    Field("/events/*/ends", gettext_lazy("New end, of a renewal"), "date"),
    Field("/events/*/reasons", gettext_lazy("Reason"), "prose"),
    Field("/events/*/document", gettext_lazy("Document"), "choice", "sources"),
    Field("/amendments/*/number", gettext_lazy("Number of the amendment"), "number", needed=True),
    Field("/amendments/*/reference", gettext_lazy("Reference, as the parties write it")),
    Field("/amendments/*/signed", gettext_lazy("Signed"), "date"),
    Field("/amendments/*/effective", gettext_lazy("In force from"), "date"),
    Field("/amendments/*/summaries", gettext_lazy("What it changes, in words"), "prose"),
    Field("/amendments/*/document", gettext_lazy("Document"), "choice", "sources", needed=True),
    Field("/sources/*/kind", gettext_lazy("Kind of text"), "choice", "source_kinds", needed=True),
    Field("/sources/*/language", gettext_lazy("Language"), "choice", "languages", needed=True),
    Field("/sources/*/title", gettext_lazy("Title, as printed")),
    Field("/sources/*/byline", gettext_lazy("Byline, as printed")),
    Field("/sources/*/publisher", gettext_lazy("Publisher")),
    Field("/sources/*/address", gettext_lazy("Web address")),
    Field("/sources/*/published", gettext_lazy("Published"), "date"),
]

NOT_STATED = "not_stated"
"""Where a choice offers this, nothing chosen means the same: it is what the registry tells then."""

BY_SHAPE = {each.path: each for each in FIELDS}


def pointer(value: Any) -> str:
    """The key, id or code that a value stands for, whichever way it is written."""
    if isinstance(value, Mapping):
        return str(value.get("key") or value.get("id") or value.get("code") or "")
    return "" if value is None else str(value)


def key_of(value: Any) -> UUID | None:
    """The id of the record that a value points at; None where it points at a part of the draft, or nowhere."""
    try:
        return UUID(pointer(value))
    except ValueError:
        return None


def claim_of(told: Mapping[str, Any] | None) -> DateClaim:
    """A date of a draft as a claim."""
    told = told or {}
    days = (date.fromisoformat(told[name]) if told.get(name) else None for name in ("earliest", "latest"))
    return DateClaim(
        told.get("stated") or "", *days, told.get("basis", Basis.NOT_STATED), told.get("note", "")
    )


def first_words(texts: Mapping[str, str], language: str) -> str:
    """A text in one language: the reader's, that of the source, any."""
    order = (languages.current(), language, *languages.CODES)
    return next((texts[code] for code in order if texts.get(code)), "")


def shape_of(path: str) -> str:
    """The path with stars for the keys of parts."""
    names = path.split("/")[1:]
    lists = {
        "parties",
        "organizations",
        "commitments",
        "objectives",
        "statements",
        "advantages",
        "groups",
        "people",
    }
    lists |= {"programmes", "questions", "sources", "offices", "readings", "signatories"}
    lists |= {"events", "amendments"}
    return "".join(
        "/*" if index and names[index - 1] in lists and not _is_member(names, index) else f"/{name}"
        for index, name in enumerate(names)
    )


def _is_member(names: list[str], index: int) -> bool:
    """`beneficiaries/groups` ends there: what would follow is no key."""
    return index >= 2 and names[index - 2] == "beneficiaries"


def holder(path: str) -> str:
    """The part a field belongs to; "" for those of the record itself."""
    names, shape = path.split("/"), shape_of(path).split("/")
    last = max((index for index, name in enumerate(shape) if name == "*"), default=0)
    return "/".join(names[: last + 1]) if last else ""

"""Which fact a quote of a table proves: a part of the dossier, or of a record the dossier leans on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from agreements.models import Citation
from agreements.queries import dossier
from exchange.imports.known import Registry, as_uuid
from exchange.imports.lines import Line
from organizations import queries as organizations
from organizations.models import Organization, Person

# The tables of a dossier in the order in which their rows point at each other, with what a row of each is called.
MEMBERS = {
    "groups": "group",
    "parties": "party",
    "objectives": "objective",
    "commitments": "commitment",
    "statements": "statement",
    "advantages": "advantage",
    "events": "event",
}


class Quotes:
    """The quotes of one agreement on its way in: `document` is its dossier, `now` the record there is already."""

    known: Registry
    now: Any
    document: dict[str, Any]
    places: dict[str, Line]

    def _quote(self, line: Line) -> None:
        """A quote goes to the fact it proves, which may be any part of the dossier or of what it leans on."""
        quote: dict[str, Any] = {}
        line.apply(quote, self.known, skip=set() if self.now is None else {"id"})
        kind, label = quote.pop("fact_kind", ""), quote.pop("fact_label", "")
        says_where = "fact_kind" in line.cells
        found = self._fact(kind, label) if says_where else citing(self.document, line.text("id"))
        if found is None:
            line.fault(
                "fact_kind" if kind not in {"agreement", *Citation.FACTS} else "fact",
                _("“%(kind)s %(label)s” is no fact of this agreement.") % {"kind": kind, "label": label},
            )
            return
        at, fact = found
        quotes = fact.setdefault("citations", [])
        place = place_of(quotes, line.text("id"), "", "citations")
        if place is None:
            place = next((index for index, each in enumerate(quotes) if _is_it(line, quote, each)), None)
        if place is None:
            place = len(quotes)
            quotes.append(quote)
        else:
            line.known_id = quotes[place].get("id", "")
        line.stand(f"{at}/citations/{place}", self.places)
        if line.known_id and not line.faults:
            line.apply(quotes[place], self.known, skip={"id", "fact_kind", "fact"})

    def _fact(self, kind: str, label: str) -> tuple[str, dict[str, Any]] | None:
        document = self.document
        if kind == "agreement":
            return "", document
        if kind == "signatory":
            letter, _slash, number = label.partition("/")
            owner = self._fact("party", letter)
            rows = owner[1].get("signatories", []) if owner else []
            index = int(number) - 1 if number.isdecimal() else -1
            return (f"{owner[0]}/signatories/{index}", rows[index]) if 0 <= index < len(rows) else None
        for member, name in MEMBERS.items():
            if name == kind:
                place = place_of(document.get(member, ()), "", f"{kind}:{label}", member)
                return None if place is None else (f"/{member}/{place}", document[member][place])
        return self._leaned_on(kind, label)

    def _leaned_on(self, kind: str, label: str) -> tuple[str, dict[str, Any]] | None:
        """The document of a record that a quote proves something of, brought into the dossier."""
        try:
            if kind == "programme":
                row = self.known.programme(label)
                return row and self._brought("programmes", row, lambda: dossier.read_programme(row))
            if kind == "office":
                key = self.known.became.get(("office", label), label)
                return self._brought_office(key)
            if kind == "organization":
                return self._brought_organization(self.known.organization(label))
            member = {"alias": "aliases", "profile_claim": "profile"}.get(kind)
            key = self.known.became.get((kind, label), label)
            key = str(as_uuid(key) or "")
            relation = {"alias": "aliases", "profile_claim": "profile_claims"}.get(kind)
            row = relation and key and Organization.objects.filter(**{relation: key}).first()
            if not row:
                return None
            at, whole = self._brought_organization(row)
            place = next(index for index, each in enumerate(whole[member]) if each["id"] == key)
            return f"{at}/{member}/{place}", whole[member][place]
        except ValueError:
            return None

    def _brought(
        self, member: str, row: Model, read: Callable[[], dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        """Where the document of the record stands in the dossier; read once for all of its quotes."""
        rows = self.document.setdefault(member, [])
        place = place_of(rows, str(row.pk), "", member)
        if place is None:
            place = len(rows)
            rows.append(read())
        return f"/{member}/{place}", rows[place]

    def _brought_organization(self, row: Organization) -> tuple[str, dict[str, Any]]:
        whole = organizations.with_profile(Organization.objects.filter(pk=row.pk))
        return self._brought("organizations", row, lambda: organizations.read_organization(whole.get()))

    def _brought_office(self, key: str) -> tuple[str, dict[str, Any]] | None:
        row = self.known.by_id("office", key)
        if row is None:
            return None
        key = str(row.pk)
        person = organizations.with_offices(Person.objects.filter(pk=row.person_id))
        at, whole = self._brought("people", row.person, lambda: organizations.read_person(person.get()))
        place = next(index for index, each in enumerate(whole["offices"]) if each["id"] == key)
        return f"{at}/offices/{place}", whole["offices"][place]


def _is_it(line: Line, quote: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the quote of a row is this other one: the same place of the same source, about the same thing."""
    same_part = "about" not in line.cells or quote.get("about", "") == other.get("about", "")
    return same_part and line.is_said(other, quote, ("source", "start", "end"))


def citing(value: Any, key: str, at: str = "") -> tuple[str, dict[str, Any]] | None:
    """The part of a document that holds the quote with this id, with its JSON pointer."""
    if isinstance(value, Mapping):
        if key and any(each.get("id") == key for each in value.get("citations") or ()):
            return at, value
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    else:
        return None
    return next((found for name, each in below if (found := citing(each, key, f"{at}/{name}"))), None)


def place_of(parts: Sequence[Mapping[str, Any]], key: str, name: str, member: str) -> int | None:
    """Where the part with this id stands, or else the one of this name."""
    for index, each in enumerate(parts):
        if key and each.get("id") == key:
            return index
    return next((index for index, each in enumerate(parts) if name and each.get("key") == name), None)

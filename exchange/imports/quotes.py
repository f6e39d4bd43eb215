"""Which fact a quote of a table proves: a part of the dossier, or of a record the dossier leans on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Citation
from agreements.queries import dossier
from exchange.imports.known import Registry, as_uuid
from exchange.imports.lines import Line
from organizations import queries as organizations
from organizations.models import Organization

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
        found = self._fact(kind, label)
        if found is None:
            line.fault(
                "fact_kind" if kind not in {"agreement", *Citation.FACTS} else "fact",
                _("“%(kind)s %(label)s” is no fact of this agreement.") % {"kind": kind, "label": label},
            )
            return
        at, fact = found
        quotes = fact.setdefault("citations", [])
        same = next(
            (
                index
                for index, each in enumerate(quotes)
                if (line.text("id") and each.get("id") == line.text("id"))
                or all(each.get(name) == quote.get(name) for name in ("source", "start", "end", "about"))
            ),
            None,
        )
        if same is None:
            same = len(quotes)
            quotes.append(quote)
        else:
            line.known_id = quotes[same].get("id", "")
            quotes[same] |= quote
        line.at = f"{at}/citations/{same}"
        self.places[line.at] = line

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
                return row and self._brought("programmes", dossier.read_programme(row))
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

    def _brought(self, member: str, whole: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = self.document.setdefault(member, [])
        place = next((index for index, each in enumerate(rows) if each.get("id") == whole["id"]), None)
        if place is None:
            place = len(rows)
            rows.append(whole)
        return f"/{member}/{place}", rows[place]

    def _brought_organization(self, row: Organization) -> tuple[str, dict[str, Any]]:
        whole = organizations.with_profile(Organization.objects.filter(pk=row.pk)).get()
        return self._brought("organizations", organizations.read_organization(whole))

    def _brought_office(self, key: str) -> tuple[str, dict[str, Any]] | None:
        row = self.known.by_id("office", key)
        if row is None:
            return None
        key = str(row.pk)
        person = organizations.with_offices(type(row.person).objects.filter(pk=row.person_id)).get()
        at, whole = self._brought("people", organizations.read_person(person))
        place = next(index for index, each in enumerate(whole["offices"]) if each["id"] == key)
        return f"{at}/offices/{place}", whole["offices"][place]


def place_of(parts: Sequence[Mapping[str, Any]], key: str, name: str, member: str) -> int | None:
    """Where the part with this id stands, or else the one of this name."""
    for index, each in enumerate(parts):
        if key and each.get("id") == key:
            return index
    return next((index for index, each in enumerate(parts) if name and each.get("key") == name), None)

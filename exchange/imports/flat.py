"""What other people's tables say of an agreement in the one row it has: its parties, its groups, its sum, its title."""

from django.utils.text import slugify
from django.utils.translation import gettext as _

from exchange.imports.known import NotKnown
from exchange.imports.lines import Line
from exchange.imports.quotes import Quotes
from exchange.shapes.columns import Unclear, items
from lib import languages
from lib.asking import is_arabic
from lib.tables import values
from lib.tables.shapes import EMPTY
from organizations.models import Organization

_FLAT = ("party_1", "party_2", "party_3", "party_4")


class OneRow(Quotes):
    """The row of one agreement, where all of it stands in one."""

    enter_unknown: bool
    """Whether organizations that nobody knows come with it."""

    def _speak(self, line: Line) -> None:
        """Put a title of no column's language where it belongs: the language beside it, or that of the source."""
        title = line.text("title")
        if not title:
            return
        told = (
            line.text("title_language"),
            line.text("source_language"),
            self.document.get("source_language"),
        )
        language = next(
            (each for each in told if each in languages.CODES), "ar" if is_arabic(title) else "fr"
        )
        self.document.setdefault("titles", {})[language] = title

    def _flat_parties(self, line: Line) -> None:
        """Parties by name in one cell, or one in each of several."""
        parties = self.document.setdefault("parties", [])
        present = {(each["organization"].get("id") or each["organization"].get("key")) for each in parties}
        for column, name in party_names(line):
            pointer = self._organization(line, column, name)
            key = pointer and (pointer.get("id") or pointer.get("key"))
            if pointer is None or key in present:
                continue
            present.add(key)
            label = letter_of(len(parties) + 1)
            written = {"name_as_written": name} if "id" in pointer else {}
            self.places[f"/parties/{len(parties)}"] = line
            parties.append({"key": f"party:{label}", "letter": label, "organization": pointer, **written})

    def _flat_groups(self, line: Line) -> None:
        groups = self.document.setdefault("groups", [])
        known = {text for each in groups for text in each.get("texts", {}).values()}
        for text in items(line.text("groups")):
            if text not in known:
                language = "ar" if is_arabic(text) else self.document.get("source_language") or "fr"
                self.places[f"/groups/{len(groups)}"] = line
                groups.append({"key": f"group:{len(groups) + 1}", "texts": {language: text}})

    def _organization(self, line: Line, column: str, name: str) -> dict[str, str] | None:
        """How the dossier points at the organization called so; one that nobody knows comes with it, if allowed."""
        try:
            return self.known.reference("organization", name)
        except NotKnown as unknown:
            if not self.enter_unknown:
                line.fault(column, str(unknown), unknown.hint)
                return None
            line.notes.append(
                _("“%(name)s” is entered as a new organization.") % {"name": name}
                + (f" {unknown.near}".rstrip())
            )
            return self._new_organization(name)
        except Unclear as unclear:
            line.fault(column, str(unclear), unclear.hint)
            return None

    def _new_organization(self, name: str) -> dict[str, str]:
        language = "ar" if is_arabic(name) else self.document.get("source_language") or "fr"
        coming = self.document.setdefault("organizations", [])
        key = f"organization:{name}"
        if not any(each.get("key") == key for each in coming):
            coming.append(
                {
                    "key": key,
                    "slug": free_slug(name, taken={each["slug"] for each in coming}),
                    "source_language": language,
                    "names": {language: name},
                }
            )
        return {"key": key}


def party_names(line: Line) -> list[tuple[str, str]]:
    """The parties that a row of an agreement names, each with its column."""
    names = [(column, line.text(column)) for column in _FLAT if line.text(column)]
    if cell := line.text("parties"):
        names += [("parties", _unlettered(each)) for each in items(cell)]
    return names


_NOTHING = frozenset({"-", "–", "—"})
_MONEY = {"dh": "MAD", "dhs": "MAD", "mad": "MAD", "درهم": "MAD", "€": "EUR", "eur": "EUR", "euros": "EUR"}
_MONEY |= {"$": "USD", "usd": "USD", "qar": "QAR", "ريال قطري": "QAR"}


def count_money(line: Line) -> None:
    """Tell the currency from the amount it is written behind; without an amount there is none, whoever says one."""
    cell = line.cells.get("amount")
    if cell is None:
        return
    if cell.text.strip() in _NOTHING:
        cell = line.cells["amount"] = EMPTY
    if not cell.text.strip():
        line.cells["currency"] = EMPTY
        return
    try:
        number, unit = values.amount(cell.text)
    except ValueError:
        return  # told when the cell is read
    if code := _MONEY.get(unit.lower().rstrip(".")):
        line.cells["amount"] = cell._replace(text=str(number), value=number)
        if not line.text("currency"):
            line.cells["currency"] = cell._replace(text=code, value=None)


def letter_of(number: int) -> str:
    return chr(64 + number) if number <= 26 else f"P{number}"


def _unlettered(text: str) -> str:
    """«A Aman» as the list's own export has it → «Aman»."""
    letter, space, name = text.partition(" ")
    return name if space and len(letter) == 1 and "A" <= letter <= "Z" else text


def free_slug(name: str, *, taken: set[str]) -> str:
    """A short address for a new organization that no other has."""
    base = slugify(name)[:60] or "organization"
    slug, number = base, 1
    while slug in taken or Organization.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug

"""What every part of a dossier on its way in needs: its faults, and what points where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from audit import trail
from audit.trail import Actor
from lib import rows, sent
from lib.claims import DateClaim
from lib.problems import Fault, Refused
from organizations.models import Organization, Person
from organizations.permissions import Permission
from organizations.queries import successor


class Intake:
    """One dossier on its way in: collects faults with their places, remembers what each part became."""

    def __init__(self, dossier: Mapping[str, Any], by: Actor):
        self.dossier = dossier
        self.by = by
        self.restoring = by.may(Permission.RESTORE)
        self.faults: list[Fault] = []
        # What the parts of the document have become, by the key and by the id they came with.
        self.rows: dict[tuple[type, str], models.Model] = {}
        # All rows of the record, table by table, in the order of the document.
        self.entered: dict[type, list[models.Model]] = {}
        # Names of parts already refused: pointing at them is no second fault.
        self.refused: set[str] = set()
        self.citations: list[tuple[str, Mapping, str, models.Model]] = []
        # The parts that may be proved, each with its place in the document.
        self.places: list[tuple[models.Model, str]] = []

    # Faults and pointers.

    def fault(self, pointer: str, code: str, message: str) -> None:
        self.faults.append(Fault(pointer, code, message))

    def stop_at_faults(self) -> None:
        if self.faults:
            raise Refused(self.faults)

    def note(self, part: Mapping, row: models.Model) -> None:
        """Remember what `part` became, under the names it may be pointed at with."""
        for name in (part.get("key"), part.get("id")):
            if name:
                self.rows[type(row), str(name)] = row

    def became(self) -> dict[str, models.Model]:
        """The organizations and people that parts of the document became, by the names it points at them with."""
        return {name: row for (model, name), row in self.rows.items() if model in (Organization, Person)}

    def give_up(self, part: Mapping) -> None:
        self.refused |= {str(name) for name in (part.get("key"), part.get("id")) if name}

    def find(self, model: type, name: str, pointer: str, *, in_registry: bool = False):
        """The row that `name` points at; a fault when there is none."""
        if row := self.rows.get((model, name)):
            return row
        if in_registry and (key := sent.key(name)) and (row := model.objects.filter(pk=key).first()):
            self.rows[model, name] = row = self.standing_for(row)
            return row
        if name in self.refused:
            return None
        self.fault(
            pointer,
            "points_nowhere",
            _("“%(name)s” names no %(kind)s of this document%(or)s.")
            % {
                "name": name,
                "kind": model._meta.verbose_name,
                "or": _(" or of the registry") if in_registry else "",
            },
        )
        return None

    def bring(self, model: type, names: Iterable[str | None]) -> None:
        """Look up all at once what `find` will be asked for: records of the registry, by their ids."""
        keys = {name: sent.key(name) for name in names if name and (model, name) not in self.rows}
        there = {row.pk: row for row in rows.found(model, {key for key in keys.values() if key})}
        for name, key in keys.items():
            if row := there.get(key):
                self.rows[model, name] = self.standing_for(row)

    @staticmethod
    def standing_for(row: models.Model) -> models.Model:
        """An old id leads to the record that was kept."""
        return successor(row) if isinstance(row, Organization | Person) else row

    def found(self, model: type, names: Sequence[str], pointer: str) -> list:
        rows = [self.find(model, name, f"{pointer}/{index}") for index, name in enumerate(names)]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fault(f"{pointer}/{index}", "named_twice", _("This is already in the list."))
        return [row for row in rows if row is not None]

    def identity(self, part: Mapping) -> dict[str, Any]:
        """The column `id`, for a row that keeps the one its document has."""
        return {"id": part["id"]} if self.restoring and part.get("id") else {}

    def enter(self, model: type, new: Sequence[models.Model]) -> None:
        """Write the rows of one table."""
        if new:
            rows.insert(model, new)
            self.entered.setdefault(model, []).extend(new)

    def each(self, member: str) -> Iterator[tuple[int, str, Mapping]]:
        for index, part in enumerate(self.dossier[member]):
            yield index, f"/{member}/{index}", part

    def cite(self, fact: str, row: models.Model, part: Mapping, pointer: str) -> None:
        """Put the quotes of `part` aside until every source is there."""
        self.note(part, row)
        self.places.append((row, pointer))
        for index, citation in enumerate(part.get("citations", ())):
            self.citations.append((f"{pointer}/citations/{index}", citation, fact, row))

    # Plain values.

    def plain(self, part: Any, skip: frozenset[str] | set[str] = frozenset()) -> Any:
        """`part` as a document has it: claims and numbers back in JSON's values, without `skip`."""
        return plain(part, skip)

    def plain_facts(self) -> dict:
        return kept_facts(self.dossier)


def plain(part: Any, skip: frozenset[str] | set[str] = frozenset()) -> Any:
    """`part` as a document has it: claims and numbers back in JSON's values, without `skip`."""
    if isinstance(part, DateClaim):
        return part.as_json()
    if isinstance(part, Mapping):
        return {member: plain(value) for member, value in part.items() if member not in skip}
    if isinstance(part, list | tuple):
        return [plain(each) for each in part]
    return trail.plain(part)


def kept_facts(dossier: Mapping[str, Any]) -> dict:
    """What the trail keeps of a dossier: all of it but the records that have events of their own."""
    return plain(dossier, skip={"sources", "organizations", "people", "programmes"})

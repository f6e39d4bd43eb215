"""Enters the records an agreement leans on, or meets those the registry already has."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import (
    NoiseSpan,
    Programme,
    Source,
)
from agreements.queries.dossier import read_programme
from agreements.queries.quoted import read_source
from agreements.services.intake import Intake
from audit import trail
from lib import languages
from organizations import queries as organization_queries
from organizations import services as organization_services
from organizations.models import Office, Organization, Person

# What a document says of a record that is already here may differ in these members: they are not facts of it.
_TOLD = frozenset(
    {"id", "key", "type", "url", "label", "name", "text", "title", "citations", "edtf", "offices"}
)


class LeanedOn(Intake):
    """Sources, organizations, people and programmes of a dossier."""

    def known(self, pointer: str, told: Mapping, content: Mapping) -> None:
        """Fault what the document says otherwise than the registry of a record that is here already."""
        differing = sorted(
            member
            for member, value in content.items()
            if member in told and _bare(value) != _bare(told[member])
        )
        for member in differing:
            self.fault(
                f"{pointer}/{member}",
                "differs_from_the_registry",
                _(
                    "The registry has this record with another value here: correct it there, or leave this record out."
                ),
            )
        return True

    def existing(self, model: type, part: Mapping):
        return model.objects.filter(pk=part["id"]).first() if part.get("id") else None

    def sources(self) -> None:
        self.source_rows: list[Source] = []
        for _index, at, part in self.each("sources"):
            row = self.existing(Source, part)
            if row is not None:
                told = read_source(row) | {"text": row.text}
                self.known(at, told, self.plain(part, skip={"noise", "replaces"}))
                self.set_aside_again(row, part["noise"], at)
            else:
                row = Source(
                    **self.identity(part),
                    url=part["address"],
                    replaces=self.older(part),
                    **{
                        name: part[name]
                        for name in ("kind", "language", "title", "byline", "publisher", "published", "text")
                    },
                )
                row.save(force_insert=True)
                self.set_aside(row, part["noise"], at)
                trail.record(
                    "source.registered",
                    row,
                    by=self.by,
                    changes={
                        name: (None, getattr(row, name)) for name in ("kind", "language", "title", "url")
                    },
                )
            self.note(part, row)
            self.source_rows.append(row)

    def older(self, part: Mapping) -> Source | None:
        """The source that `part` is a newer text of: only a registry that is moved brings that along.

        Where the older text is not here, or has a newer one already, nothing is said.
        """
        if not self.restoring or not part["replaces"]:
            return None
        return Source.objects.filter(pk=part["replaces"], newer__isnull=True).first()

    def set_aside(self, source: Source, noise: Sequence[Mapping], at: str) -> None:
        rows, taken = [], []
        for index, part in enumerate(noise):
            start, end = part["start"], part["end"]
            if not start < end <= len(source.text):
                self.fault(
                    f"{at}/noise/{index}/end", "outside_the_text", _("This stretch lies outside the text.")
                )
            elif any(start < other_end and end > other_start for other_start, other_end in taken):
                self.fault(f"{at}/noise/{index}", "overlaps", _("Two stretches set aside overlap."))
            else:
                taken.append((start, end))
                rows.append(
                    NoiseSpan(
                        **self.identity(part), source=source, start=start, end=end, reason=part["reason"]
                    )
                )
        self.stop_at_faults()
        self.enter(NoiseSpan, rows)

    def set_aside_again(self, source: Source, noise: Sequence[Mapping], at: str) -> None:
        """What is set aside in a source that is here already stays as it is."""

    def organizations(self) -> None:
        waiting = list(self.each("organizations"))
        known = organization_queries.whole({part["id"] for *_where, part in waiting if part.get("id")})
        self.known_organizations = {row.pk: row for row in known}
        while waiting:
            # Parents first, in whatever order the document has them.
            ready = [
                entry
                for entry in waiting
                if not (parent := entry[2]["parent"])
                or not any(parent in (str(other.get("id")), other.get("key")) for _i, _at, other in waiting)
            ]
            if not ready:
                self.fault(
                    f"{waiting[0][1]}/parent", "circular", _("An organization cannot stand above itself.")
                )
                return
            for entry in ready:
                waiting.remove(entry)
                self.organization(*entry[1:])

    def organization(self, at: str, part: Mapping) -> None:
        parent = None
        if part["parent"]:
            parent = self.find(Organization, part["parent"], f"{at}/parent", in_registry=True)
            if parent is None:
                self.give_up(part)
                return
        if bool(part["parent"]) != bool(part["relation"]):
            self.fault(
                f"{at}/relation",
                "relation_iff_parent",
                _("Say how the organization belongs to its parent, and only then."),
            )
            self.give_up(part)
            return
        row = self.known_organizations.get(part.get("id"))
        if row is None and (row := self.existing(Organization, part)):  # the document brings it twice
            (row,) = organization_queries.with_profile(Organization.objects.filter(pk=row.pk))
        if row:
            told = organization_queries.read_organization(row)
            self.known(
                at,
                told,
                self.plain(part) | {"parent": {"id": str(parent.pk)} if parent else None},
            )
            aliases = {each.name: each for each in row.aliases.all()}
            profile = {
                (each.about, str(languages.texts(each, "text"))): each for each in row.profile_claims.all()
            }
            entered = organization_services.Entered(
                row,
                [aliases.get(each["name"]) for each in part["aliases"]],
                [profile.get((each["about"], str(_ordered(each["texts"])))) for each in part["profile"]],
            )
            if None in entered.aliases or None in entered.profile:
                self.give_up(part)
                return
        elif "slug" in part and Organization.objects.filter(slug=part["slug"]).exists():
            self.fault(
                f"{at}/slug",
                "already_registered",
                _("An organization with this short address is in the registry: point at its id."),
            )
            self.give_up(part)
            return
        else:
            slug = part.get("slug") or organization_services.free_slug(part["names"])
            entered = organization_services.add_organization(
                {**part, "slug": slug}, parent=parent, keep_ids=self.restoring, by=self.by
            )
        self.cite("organization", entered.organization, part, at)
        for member, fact, rows in (
            ("aliases", "alias", entered.aliases),
            ("profile", "profile_claim", entered.profile),
        ):
            for index, (below, row) in enumerate(zip(part[member], rows, strict=True)):
                self.cite(fact, row, below, f"{at}/{member}/{index}")

    def people(self) -> None:
        for _index, at, part in self.each("people"):
            person = self.existing(Person, part)
            if person is not None:
                told = {"source_language": person.source_language, "names": languages.texts(person, "name")}
                self.known(at, told, self.plain(part))
            else:
                person = organization_services.add_person(part, keep_ids=self.restoring, by=self.by)
            self.note(part, person)
            for index, office in enumerate(part["offices"]):
                self.office(person, f"{at}/offices/{index}", office)

    def office(self, person: Person, at: str, part: Mapping) -> None:
        organization = self.find(Organization, part["organization"], f"{at}/organization", in_registry=True)
        if organization is None:
            return
        row = self.existing(Office, part)
        if row is not None:
            told = organization_queries.read_office(row)
            self.known(at, told, self.plain(part) | {"organization": {"id": str(organization.pk)}})
        else:
            row = organization_services.add_office(
                part, person=person, organization=organization, keep_ids=self.restoring, by=self.by
            )
        self.cite("office", row, part, at)

    def programmes(self) -> None:
        for _index, at, part in self.each("programmes"):
            row = self.existing(Programme, part)
            if row is not None:
                self.known(at, read_programme(row), self.plain(part))
            elif Programme.objects.filter(slug=part["slug"]).exists():
                self.fault(
                    f"{at}/slug",
                    "already_registered",
                    _("A programme with this short address is in the registry: point at its id."),
                )
                self.give_up(part)
                continue
            else:
                row = Programme(
                    **self.identity(part), slug=part["slug"], source_language=part["source_language"]
                )
                for name in ("name", "short_name"):
                    languages.assign(row, name, part[f"{name}s"])
                row.save(force_insert=True)
                trail.record(
                    "programme.registered", row, by=self.by, changes={"names": (None, part["names"])}
                )
            self.cite("programme", row, part, at)


def _ordered(texts: Mapping[str, str]) -> dict[str, str]:
    return {code: texts[code] for code in languages.CODES if code in texts}


def _bare(value: Any) -> Any:
    """A value without what is told beside the facts: labels, addresses; a code or reference is its key alone."""
    if isinstance(value, Mapping):
        if "code" in value:
            return value["code"]
        if "url" in value and "id" in value:
            return value["id"]
        bare = {member: _bare(each) for member, each in value.items() if member not in _TOLD}
        return bare or (value.get("id") if value.keys() <= {"id"} else bare)
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return None if value == "" else value

"""The one way in: a whole dossier becomes an agreement with its facts, its proof and its doubts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext as _

from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementIdentifier,
    AgreementKind,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    CommitmentKind,
    LifecycleEvent,
    NamedGroup,
    NoiseSpan,
    Objective,
    ObjectiveGroup,
    OpenQuestion,
    Party,
    PartyRole,
    Programme,
    Reading,
    Signatory,
    Source,
    Statement,
    TargetGroup,
    Theme,
)
from agreements.queries.dossier import read_programme, read_source
from agreements.shapes import DossierShape
from audit import trail
from audit.trail import Actor, one_write
from lib import languages
from lib.claims import DateClaim
from lib.problems import Fault, Refused, pointed
from organizations import queries as organization_queries
from organizations import services as organization_services
from organizations.models import Office, Organization, OrganizationKind, Person
from organizations.permissions import Permission
from organizations.services import demand

# What a document says of a record that is already here may differ in these members: they are not facts of it.
_TOLD = frozenset(
    {"id", "key", "type", "url", "label", "name", "text", "title", "citations", "edtf", "offices"}
)


def register(document: Mapping[str, Any], *, by: Actor) -> Agreement:
    """Enter the agreement that `document` (a DossierShape, in plain values) tells of; nothing is written on refusal.

    The record begins as a draft of `by`. Ids in the document serve as names to point with; an actor who holds
    RESTORE has them kept, with number, version and editorial state, as when a registry is moved.

    Raises PermissionDenied, or Refused with every fault found, each with a JSON pointer into the document.
    """
    demand(by, Permission.REGISTER)
    shape = DossierShape(data=document)
    if not shape.is_valid():
        raise Refused(list(pointed(shape.errors)))
    with one_write():
        return _Registration(shape.validated_data, by).write()


class _Registration:
    """One dossier on its way in: resolves what points where, collects faults, writes table by table."""

    def __init__(self, dossier: Mapping[str, Any], by: Actor):
        self.dossier = dossier
        self.by = by
        self.restoring = by.may(Permission.RESTORE)
        self.faults: list[Fault] = []
        # What the parts of the document have become, by the key and by the id they came with.
        self.rows: dict[tuple[type, str], models.Model] = {}
        # Names of parts already refused: pointing at them is no second fault.
        self.refused: set[str] = set()
        self.citations: list[tuple[str, Mapping, str, models.Model]] = []

    def write(self) -> Agreement:
        self.check_codes()
        self.check_standing()
        self.stop_at_faults()
        self.sources()
        self.organizations()
        self.people()
        self.programmes()
        self.stop_at_faults()
        self.agreement()
        self.groups()
        self.parties()
        self.stop_at_faults()
        self.objectives()
        self.commitments()
        self.statements()
        self.advantages()
        self.events()
        self.links()
        self.stop_at_faults()
        self.quotes()
        self.questions()
        self.stop_at_faults()
        verb = (
            "agreement.restored"
            if self.row.editorial_state != Agreement.EditorialState.DRAFT
            else "agreement.registered"
        )
        trail.record(verb, self.row, by=self.by, changes={"dossier": (None, self.plain_facts())})
        return self.row

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

    def give_up(self, part: Mapping) -> None:
        self.refused |= {str(name) for name in (part.get("key"), part.get("id")) if name}

    def find(self, model: type, name: str, pointer: str, *, in_registry: bool = False):
        """The row that `name` points at; a fault when there is none."""
        if row := self.rows.get((model, name)):
            return row
        if in_registry and (key := _uuid(name)) and (row := model.objects.filter(pk=key).first()):
            self.rows[model, name] = row
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

    def found(self, model: type, names: Sequence[str], pointer: str) -> list:
        rows = [self.find(model, name, f"{pointer}/{index}") for index, name in enumerate(names)]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fault(f"{pointer}/{index}", "named_twice", _("This is already in the list."))
        return [row for row in rows if row is not None]

    def identity(self, part: Mapping) -> dict[str, Any]:
        """The column `id`, for a row that keeps the one its document has."""
        return {"id": part["id"]} if self.restoring and part.get("id") else {}

    def each(self, member: str) -> Iterator[tuple[int, str, Mapping]]:
        for index, part in enumerate(self.dossier[member]):
            yield index, f"/{member}/{index}", part

    def cite(self, fact: str, row: models.Model, part: Mapping, pointer: str) -> None:
        """Put the quotes of `part` aside until every source is there."""
        self.note(part, row)
        for index, citation in enumerate(part.get("citations", ())):
            self.citations.append((f"{pointer}/citations/{index}", citation, fact, row))

    # Checks before anything is written.

    def check_codes(self) -> None:
        d = self.dossier
        asked: list[tuple[type, str, str | None]] = [(AgreementKind, "/kind", d["kind"])]
        asked += [(Theme, f"/themes/{i}", code) for i, code in enumerate(d["themes"])]
        asked += [(TargetGroup, f"{at}/concept", part["concept"]) for _i, at, part in self.each("groups")]
        asked += [(PartyRole, f"{at}/role", part["role"]) for _i, at, part in self.each("parties")]
        asked += [(CommitmentKind, f"{at}/kind", part["kind"]) for _i, at, part in self.each("commitments")]
        asked += [
            (OrganizationKind, f"{at}/kind", part["kind"]) for _i, at, part in self.each("organizations")
        ]
        for model in {model for model, _at, _code in asked}:
            known = set(model.objects.values_list("code", flat=True))
            for each, pointer, code in asked:
                if each is model and code is not None and code not in known:
                    self.fault(
                        pointer,
                        "unknown_code",
                        _("“%(code)s” is not in the vocabulary “%(vocabulary)s”.")
                        % {"code": code, "vocabulary": model._meta.verbose_name_plural},
                    )

    def check_standing(self) -> None:
        d, state = self.dossier, Agreement.EditorialState
        if not self.restoring:
            for member in ("number", "version"):
                if member in d:
                    self.fault(
                        f"/{member}", "set_by_the_registry", _("The registry sets this itself: leave it out.")
                    )
            if d["editorial_state"] != state.DRAFT:
                self.fault(
                    "/editorial_state",
                    "set_by_the_registry",
                    _("A new record begins as a draft: leave this out."),
                )
            if not self.by.may(Permission.EDIT) and self.by.account_id is None:
                self.check_own_side()
        elif d.get("id") and Agreement.objects.filter(pk=d["id"]).exists():
            self.fault(
                "/id", "already_registered", _("An agreement with this id is already in the registry.")
            )
        if len(d["parties"]) < 2 and d["editorial_state"] == state.PUBLISHED:
            self.fault("/parties", "too_few_parties", _("A published agreement has at least two parties."))

    def check_own_side(self) -> None:
        """A partner system enters agreements of its own organization only."""
        own = str(self.by.organization_id)
        if own not in {party["organization"] for party in self.dossier["parties"]}:
            self.fault(
                "/parties",
                "not_a_party",
                _("A partner system enters agreements to which its organization is a party."),
            )

    # Records the agreement leans on.

    def known(self, model: type, part: Mapping, pointer: str, told: Mapping | None, content: Mapping) -> bool:
        """Is the record of `part` here already? A fault when it says something else of it than the registry."""
        if told is None:
            return False
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
                self.known(Source, part, at, told, self.plain(part, skip={"noise"}))
            else:
                row = Source(
                    **self.identity(part),
                    url=part["address"],
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
        NoiseSpan.objects.bulk_create(rows)

    def organizations(self) -> None:
        waiting = list(self.each("organizations"))
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
        if row := self.existing(Organization, part):
            row = organization_queries.with_profile(Organization.objects.filter(pk=row.pk)).get()
            told = organization_queries.read_organization(row)
            self.known(
                Organization,
                part,
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
        elif Organization.objects.filter(slug=part["slug"]).exists():
            self.fault(
                f"{at}/slug",
                "already_registered",
                _("An organization with this short address is in the registry: point at its id."),
            )
            self.give_up(part)
            return
        else:
            entered = organization_services.add_organization(
                part, parent=parent, keep_ids=self.restoring, by=self.by
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
                self.known(Person, part, at, told, self.plain(part))
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
            self.known(
                Office, part, at, told, self.plain(part) | {"organization": {"id": str(organization.pk)}}
            )
        else:
            row = organization_services.add_office(
                part, person=person, organization=organization, keep_ids=self.restoring, by=self.by
            )
        self.cite("office", row, part, at)

    def programmes(self) -> None:
        for _index, at, part in self.each("programmes"):
            row = self.existing(Programme, part)
            if row is not None:
                self.known(Programme, part, at, read_programme(row), self.plain(part))
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

    # The agreement and its parts.

    def agreement(self) -> None:
        d = self.dossier
        dates, renewal, amount = d.get("dates", {}), d.get("renewal", {}), d["amount"]
        programme = None
        if d["programme"]:
            programme = self.find(Programme, d["programme"], "/programme", in_registry=True)
        self.stop_at_faults()
        reviewed = d["editorial_state"] in {
            Agreement.EditorialState.PUBLISHED,
            Agreement.EditorialState.WITHDRAWN,
        }
        row = self.row = Agreement(
            **self.identity(d),
            number=self.number(),
            version=d.get("version", 1),
            editorial_state=d["editorial_state"],
            confidentiality=d["confidentiality"],
            # A record that comes reviewed was written in another registry: who takes it over here vouches for it.
            registered_by_id=None if reviewed else self.by.account_id,
            registered_for_id=None if reviewed else self.by.organization_id,
            restored_by=self.by.audit_label() if reviewed else "",
            reference=d["reference"] or "",
            source_language=d["source_language"],
            title_basis=d["title_basis"],
            kind_id=d["kind"],
            programme=programme,
            place_of_signature=d["place_of_signature"],
            signed=dates.get("signed", DateClaim()),
            effective=dates.get("effective", DateClaim()),
            ends=dates.get("ends", DateClaim()),
            renewal=renewal.get("rule", Agreement.Renewal.NOT_STATED),
            notice_days=renewal.get("notice_days"),
            amount=amount["value"] if amount else None,
            currency=amount["currency"] if amount else "",
            more_advantages_claimed=d["more_advantages_claimed"],
        )
        languages.assign(row, "title", d["titles"])
        languages.assign(row, "occasion", d["occasions"])
        languages.assign(row, "renewal_rule", renewal.get("texts", {}))
        row.save(force_insert=True)
        AgreementIdentifier.objects.bulk_create(
            AgreementIdentifier(agreement=row, **each) for each in d["identifiers"]
        )
        AgreementTheme.objects.bulk_create(
            AgreementTheme(agreement=row, theme_id=code, position=i) for i, code in enumerate(d["themes"])
        )
        AgreementSource.objects.bulk_create(
            AgreementSource(agreement=row, source=source, position=i)
            for i, source in enumerate(self.source_rows)
        )
        self.cite("of_agreement", row, d, "")

    def number(self) -> int:
        """The next number of the registry, or the one a restored record already has."""
        with connection.cursor() as cursor:
            if "number" in self.dossier:
                cursor.execute(
                    "SELECT setval('agreements_number', greatest(%s, (SELECT last_value FROM agreements_number)))",
                    [self.dossier["number"]],
                )
                return self.dossier["number"]
            cursor.execute("SELECT nextval('agreements_number')")
            return cursor.fetchone()[0]

    def groups(self) -> None:
        rows = []
        for index, at, part in self.each("groups"):
            row = NamedGroup(
                **self.identity(part),
                agreement=self.row,
                position=index,
                concept_id=part["concept"],
                place=part["place"],
                mention=part["mention"],
            )
            if part["of_organization"]:
                row.of_organization = self.find(
                    Organization, part["of_organization"], f"{at}/of_organization", in_registry=True
                )
            languages.assign(row, "text", part["texts"])
            self.cite("group", row, part, at)
            rows.append(row)
        NamedGroup.objects.bulk_create(rows)

    def parties(self) -> None:
        rows, signatories, seen = [], [], {}
        for index, at, part in self.each("parties"):
            organization = self.find(
                Organization, part["organization"], f"{at}/organization", in_registry=True
            )
            if organization is None:
                continue
            if organization.pk in seen:
                self.fault(f"{at}/organization", "party_twice", _("This organization is already a party."))
                continue
            seen[organization.pk] = at
            row = Party(
                **self.identity(part),
                agreement=self.row,
                position=index + 1,
                organization=organization,
                role_id=part["role"],
                name_as_written=part["name_as_written"],
            )
            self.cite("party", row, part, at)
            rows.append(row)
            for number, below in enumerate(part["signatories"]):
                here = f"{at}/signatories/{number}"
                person = self.find(Person, below["person"], f"{here}/person", in_registry=True)
                office = (
                    self.find(Office, below["office"], f"{here}/office", in_registry=True)
                    if below["office"]
                    else None
                )
                if person is not None:
                    signatory = Signatory(**self.identity(below), party=row, person=person, office=office)
                    self.cite("signatory", signatory, below, here)
                    signatories.append(signatory)
        Party.objects.bulk_create(rows)
        Signatory.objects.bulk_create(signatories)

    def objectives(self) -> None:
        rows, groups = [], []
        for index, at, part in self.each("objectives"):
            row = Objective(**self.identity(part), agreement=self.row, position=index, kind=part["kind"])
            languages.assign(row, "text", part["texts"])
            self.cite("objective", row, part, at)
            rows.append(row)
            groups += [
                ObjectiveGroup(objective=row, group=each)
                for each in self.found(NamedGroup, part["groups"], f"{at}/groups")
            ]
        Objective.objects.bulk_create(rows)
        ObjectiveGroup.objects.bulk_create(groups)

    def beneficiaries(self, link: type, owner: str, row: models.Model, part: Mapping, at: str) -> list:
        here = f"{at}/beneficiaries"
        told = part["beneficiaries"]
        return [
            link(**{owner: row, column: each})
            for column, model, member in (("party", Party, "parties"), ("group", NamedGroup, "groups"))
            for each in self.found(model, told[member], f"{here}/{member}")
        ]

    def commitments(self) -> None:
        rows, debtors, beneficiaries, numbers = [], [], [], set()
        for index, at, part in self.each("commitments"):
            number = part.get("number", index + 1)
            if number in numbers:
                self.fault(
                    f"{at}/number", "number_twice", _("Another commitment of this agreement has this number.")
                )
            numbers.add(number)
            if (part["quantity"] is None) != (part["unit"] == ""):
                self.fault(
                    f"{at}/unit",
                    "quantity_iff_unit",
                    _("A quantity has a unit; without a quantity there is none."),
                )
            row = Commitment(
                **self.identity(part),
                agreement=self.row,
                position=index,
                number=number,
                kind_id=part["kind"],
                place=part["place"],
                due=part["due"],
                quantity=part["quantity"],
                unit=part["unit"],
            )
            languages.assign(row, "text", part["texts"])
            languages.assign(row, "purpose", part["purposes"])
            self.cite("commitment", row, part, at)
            rows.append(row)
            debtors += [
                CommitmentDebtor(commitment=row, party=party)
                for party in self.found(Party, part["debtors"], f"{at}/debtors")
            ]
            beneficiaries += self.beneficiaries(CommitmentBeneficiary, "commitment", row, part, at)
        self.stop_at_faults()
        Commitment.objects.bulk_create(rows)
        CommitmentDebtor.objects.bulk_create(debtors)
        CommitmentBeneficiary.objects.bulk_create(beneficiaries)

    def statements(self) -> None:
        rows = []
        for index, at, part in self.each("statements"):
            speaker = (
                self.find(Office, part["speaker"], f"{at}/speaker", in_registry=True)
                if part["speaker"]
                else None
            )
            if bool(part["speaker"]) == (part["attribution"] == Statement.Attribution.NOT_STATED):
                self.fault(
                    f"{at}/attribution",
                    "speaker_iff_attributed",
                    _("Name the speaker and how the text does, or say that it does not."),
                )
            row = Statement(
                **self.identity(part),
                agreement=self.row,
                position=index,
                speaker=speaker,
                attribution=part["attribution"],
                manner=part["manner"],
            )
            if part["on_behalf_of"]:
                row.on_behalf_of = self.find(Party, part["on_behalf_of"], f"{at}/on_behalf_of")
            languages.assign(row, "text", part["texts"])
            self.cite("statement", row, part, at)
            rows.append(row)
        self.stop_at_faults()
        Statement.objects.bulk_create(rows)

    def advantages(self) -> None:
        rows, beneficiaries = [], []
        for index, at, part in self.each("advantages"):
            row = Advantage(**self.identity(part), agreement=self.row, position=index)
            for member, model in (("provider", Party), ("claimed_in", Statement), ("supports", Commitment)):
                if part[member]:
                    setattr(row, member, self.find(model, part[member], f"{at}/{member}"))
            languages.assign(row, "text", part["texts"])
            self.cite("advantage", row, part, at)
            rows.append(row)
            beneficiaries += self.beneficiaries(AdvantageBeneficiary, "advantage", row, part, at)
        self.stop_at_faults()
        Advantage.objects.bulk_create(rows)
        AdvantageBeneficiary.objects.bulk_create(beneficiaries)

    def events(self) -> None:
        rows = []
        for _index, at, part in self.each("events"):
            if part["kind"] != LifecycleEvent.Kind.RENEWAL and part["ends"] != DateClaim():
                self.fault(f"{at}/ends", "only_a_renewal_ends", _("Only a renewal states a new end."))
            row = LifecycleEvent(
                **self.identity(part),
                agreement=self.row,
                kind=part["kind"],
                occurred=part["occurred"],
                ends=part["ends"],
            )
            if part["document"]:
                row.document = self.find(Source, part["document"], f"{at}/document")
            languages.assign(row, "reason", part["reasons"])
            self.cite("event", row, part, at)
            rows.append(row)
        self.stop_at_faults()
        LifecycleEvent.objects.bulk_create(rows)

    def links(self) -> None:
        rows = []
        for _index, at, part in self.each("links"):
            to = self.find(Agreement, part["agreement"], f"{at}/agreement", in_registry=True)
            # What the actor may not read is not there for it.
            if to is not None and (
                to == self.row or not Agreement.objects.visible_to(self.by).filter(pk=to.pk).exists()
            ):
                self.fault(
                    f"{at}/agreement", "points_nowhere", _("This names no other agreement of the registry.")
                )
            rows.append(AgreementLink(**self.identity(part), agreement=self.row, kind=part["kind"], to=to))
        self.stop_at_faults()
        AgreementLink.objects.bulk_create(rows)

    # Proof and doubt.

    def quotes(self) -> None:
        rows = []
        noise = {
            source.pk: [(each.start, each.end) for each in source.noise.all()] for source in self.source_rows
        }
        for at, part, fact, target in self.citations:
            source = self.rows.get((Source, part["source"]))
            if source is None:
                self.fault(f"{at}/source", "points_nowhere", _("This names no source of this document."))
                continue
            start, end, quote = part["start"], part["end"], part["quote"]
            if source.text[start:end] != quote:
                self.fault(f"{at}/quote", "quote_differs", self.where_it_stands(source, quote))
            elif any(start < last and end > first for first, last in noise.get(source.pk, ())):
                self.fault(
                    f"{at}/quote",
                    "quote_in_noise",
                    _("These words are set aside: they are no part of the text and prove nothing."),
                )
            else:
                rows.append(
                    Citation(
                        **self.identity(part),
                        agreement=self.row,
                        source=source,
                        start=start,
                        end=end,
                        quote=quote,
                        about=part["about"],
                        note=part["note"],
                        **{fact: target},
                    )
                )
        self.stop_at_faults()
        Citation.objects.bulk_create(rows)

    @staticmethod
    def where_it_stands(source: Source, quote: str) -> str:
        place = source.text.find(quote)
        if place < 0:
            return _("The source does not say this, at this position or anywhere else.")
        return _("The source says this at [%(start)d, %(end)d), not here.") % {
            "start": place,
            "end": place + len(quote),
        }

    def questions(self) -> None:
        rows, readings = [], []
        doubted = (Party, NamedGroup, Objective, Commitment, Advantage, Statement)
        for index, at, part in self.each("questions"):
            resolution = part["resolution"]
            if resolution and not self.restoring:
                self.fault(
                    f"{at}/resolution", "set_by_the_registry", _("A reviewer resolves questions here.")
                )
            row = OpenQuestion(
                **self.identity(part),
                agreement=self.row,
                position=index,
                about=part["about"],
                resolved_at=resolution["at"] if resolution else None,
                resolved_by=resolution["by"] if resolution else "",
                resolution=resolution["text"] if resolution else "",
            )
            if name := part["fact"]:
                facts = {
                    column: fact
                    for column, model in zip(OpenQuestion.FACTS, doubted, strict=True)
                    if (fact := self.rows.get((model, name)))
                }
                if len(facts) != 1:
                    self.fault(f"{at}/fact", "points_nowhere", _("This names no fact of this document."))
                for column, fact in facts.items():
                    setattr(row, column, fact)
            languages.assign(row, "text", part["texts"])
            rows.append(row)
            for number, below in enumerate(part["readings"]):
                reading = Reading(**self.identity(below), question=row, position=number)
                languages.assign(reading, "text", below["texts"])
                readings.append(reading)
        self.stop_at_faults()
        OpenQuestion.objects.bulk_create(rows)
        Reading.objects.bulk_create(readings)

    # Plain values.

    def plain(self, part: Any, skip: frozenset[str] | set[str] = frozenset()) -> Any:
        """`part` as a document has it: claims and numbers back in JSON's values, without `skip`."""
        if isinstance(part, DateClaim):
            return part.as_json()
        if isinstance(part, Mapping):
            return {member: self.plain(value) for member, value in part.items() if member not in skip}
        if isinstance(part, list | tuple):
            return [self.plain(each) for each in part]
        return trail.plain(part)

    def plain_facts(self) -> dict:
        """What the trail keeps of the dossier: all of it but the records that have events of their own."""
        return self.plain(self.dossier, skip={"sources", "organizations", "people", "programmes"})


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


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

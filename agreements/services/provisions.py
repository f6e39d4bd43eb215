"""Enters what is agreed and what is said: parties, provisions, events, links."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext as _

from agreements.models import (
    Advantage,
    AdvantageBeneficiary,
    Agreement,
    AgreementLink,
    Amendment,
    AmendmentChange,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    CommitmentKind,
    LifecycleEvent,
    NamedGroup,
    Objective,
    ObjectiveGroup,
    Party,
    PartyRole,
    Signatory,
    Source,
    Statement,
    TargetGroup,
)
from agreements.services.leaning import LeanedOn
from lib import languages
from lib.claims import DateClaim
from organizations.models import Office, Organization, Person
from organizations.permissions import Permission


class Provisions(LeanedOn):
    """The parts of one agreement, table by table; the agreement itself is `self.row`."""

    def groups(self) -> None:
        rows = []
        for index, at, part in self.each("groups"):
            row = NamedGroup(
                **self.identity(part),
                agreement=self.row,
                position=index,
                concept=self.terms[TargetGroup][part["concept"]] if part["concept"] else None,
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
        self.enter(NamedGroup, rows)

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
                role=self.terms[PartyRole][part["role"]],
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
                if person is not None and office is not None and office.person_id != person.pk:
                    self.fault(
                        f"{here}/office",
                        "office_of_somebody_else",
                        _("A signatory signs in an office that the same person holds."),
                    )
                elif person is not None:
                    signatory = Signatory(**self.identity(below), party=row, person=person, office=office)
                    self.cite("signatory", signatory, below, here)
                    signatories.append(signatory)
        if (
            self.by.account_id is None
            and not self.by.may(Permission.EDIT)
            and self.by.organization_id not in seen
        ):
            self.fault(
                "/parties",
                "not_a_party",
                _("A partner system enters agreements to which its organization is a party."),
            )
        self.stop_at_faults()
        self.enter(Party, rows)
        self.enter(Signatory, signatories)

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
        self.enter(Objective, rows)
        self.enter(ObjectiveGroup, groups)

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
                kind=self.terms[CommitmentKind][part["kind"]],
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
        self.enter(Commitment, rows)
        self.enter(CommitmentDebtor, debtors)
        self.enter(CommitmentBeneficiary, beneficiaries)

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
        self.enter(Statement, rows)

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
        self.enter(Advantage, rows)
        self.enter(AdvantageBeneficiary, beneficiaries)

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
        self.enter(LifecycleEvent, rows)

    def amendments(self) -> None:
        rows, changes, numbers = [], [], set()
        for _index, at, part in self.each("amendments"):
            if part["number"] in numbers:
                self.fault(
                    f"{at}/number",
                    "number_twice",
                    _("The agreement already has an amendment of this number."),
                )
            numbers.add(part["number"])
            row = Amendment(
                **self.identity(part),
                agreement=self.row,
                number=part["number"],
                reference=part["reference"],
                signed=part["signed"],
                effective=part["effective"],
                document=self.find(Source, part["document"], f"{at}/document"),
            )
            languages.assign(row, "summary", part["summaries"])
            self.note(part, row)
            rows.append(row)
            changes += self.changed_by(row, part, at)
        self.stop_at_faults()
        self.enter(Amendment, rows)
        self.enter(AmendmentChange, changes)

    def changed_by(self, row: Amendment, part: Mapping, at: str) -> list[AmendmentChange]:
        """What the amendment changed; only a record that is moved here brings that along."""
        if part["changes"] and not self.restoring:
            self.fault(
                f"{at}/changes",
                "set_by_the_registry",
                _("The registry tells this itself, when an amendment is entered: leave it out."),
            )
        places, kind = set(), AmendmentChange.Kind
        for index, each in enumerate(part["changes"]):
            if each["path"] in places:
                self.fault(
                    f"{at}/changes/{index}/path", "place_twice", _("An amendment changes a place once.")
                )
            places.add(each["path"])
            if (each["before"] is None, each["after"] is None) != (
                each["kind"] == kind.ADDED,
                each["kind"] == kind.REMOVED,
            ):
                self.fault(
                    f"{at}/changes/{index}/kind",
                    "kind_says_otherwise",
                    _("What is added has no before; what is removed has no after."),
                )
        told = ("kind", "path", "label", "before", "after")
        return [
            AmendmentChange(
                **self.identity(each), amendment=row, position=index, **{name: each[name] for name in told}
            )
            for index, each in enumerate(part["changes"])
        ]

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
        self.enter(AgreementLink, rows)

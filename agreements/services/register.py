"""The one way in: a whole dossier becomes an agreement with its facts, its proof and its doubts."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from agreements.models import (
    Agreement,
    AgreementIdentifier,
    AgreementKind,
    AgreementSource,
    AgreementTheme,
    Citation,
    CommitmentKind,
    OpenQuestion,
    PartyRole,
    Programme,
    Reading,
    Source,
    TargetGroup,
    Theme,
)
from agreements.services.signatures import Signature, Signatures
from agreements.shapes import DossierShape
from audit import trail
from audit.trail import Actor, one_write
from lib import languages, terms
from lib.claims import DateClaim
from lib.shapes import checked
from lib.terms import Term
from organizations.models import Office, Organization, OrganizationKind, Person
from organizations.permissions import Permission
from organizations.services import demand


def register(
    document: Mapping[str, Any],
    *,
    became: dict[str, models.Model] | None = None,
    entered: dict[type, list[models.Model]] | None = None,
    signed: Mapping[str, Signature] | None = None,
    by: Actor,
) -> Agreement:
    """Enter the agreement that `document` (a DossierShape, in plain values) tells of; nothing is written on refusal.

    The record begins as a draft of `by`. Ids in the document serve as names to point with; an actor who holds
    RESTORE has them kept, with number, version and editorial state, as when a registry is moved. `became` is filled
    with the organizations and people that parts became, by the keys of the parts; `entered` with all rows of the
    agreement, table by table, as `queries.in_hand` takes them. `signed` holds who signed for what is
    entered without source, by the keys of those parts; for all others `by` signs, who then must be an editor.

    Raises PermissionDenied, or Refused with every fault found, each with a JSON pointer into the document.
    """
    registration = _written(Registration, document, signed=signed, by=by)
    if became is not None:
        became |= registration.became()
    if entered is not None:
        entered |= registration.entered
    return registration.row


def register_on_trial(
    document: Mapping[str, Any], *, signed: Mapping[str, Signature] | None = None, by: Actor
) -> Agreement:
    """The agreement that `register` would make, for a caller who takes the whole transaction back afterwards.

    So that one trial may hold many agreements which lean on each other. It takes no number of the registry.
    """
    return _written(Rehearsal, document, signed=signed, by=by).row


def rehearse(
    document: Mapping[str, Any], *, signed: Mapping[str, Signature] | None = None, by: Actor
) -> None:
    """Raise what `register` would raise; nothing is written."""
    with transaction.atomic():
        register_on_trial(document, signed=signed, by=by)
        transaction.set_rollback(True)


def _written(
    how: "type[Registration]",
    document: Mapping[str, Any],
    *,
    signed: Mapping[str, Signature] | None,
    by: Actor,
) -> "Registration":
    demand(by, Permission.REGISTER)
    content = checked(DossierShape, document)
    with one_write():
        registration = how(content, by)
        registration.signed = signed or {}
        registration.write()
    return registration


class Registration(Signatures):
    """Turns one dossier into rows, in one transaction of its caller."""

    def write(self) -> Agreement:
        self.take_in()
        verb = (
            "agreement.restored"
            if self.row.editorial_state != Agreement.EditorialState.DRAFT
            else "agreement.registered"
        )
        trail.record(verb, self.row, by=self.by, changes={"dossier": (None, self.plain_facts())})
        return self.row

    def take_in(self) -> None:
        """Every part of the dossier, in the order in which they lean on each other. Raises Refused at the faults."""
        self.check_codes()
        self.check_standing()
        self.stop_at_faults()
        self.sources()
        self.organizations()
        self.people()
        self.programmes()
        self.stop_at_faults()
        self.named()
        self.agreement()
        self.groups()
        self.parties()
        self.stop_at_faults()
        self.objectives()
        self.commitments()
        self.statements()
        self.advantages()
        self.events()
        self.amendments()
        self.links()
        self.stop_at_faults()
        self.quotes()
        self.signatures()
        self.questions()
        self.stop_at_faults()

    # Checks before anything is written.

    def check_codes(self) -> None:
        """Bring the terms that the dossier says, and fault those that no vocabulary has."""
        d = self.dossier
        said: list[tuple[type[Term], str, str]] = [(AgreementKind, "/kind", d["kind"])]
        said += [(Theme, f"/themes/{i}", code) for i, code in enumerate(d["themes"])]
        said += [(TargetGroup, f"{at}/concept", part["concept"]) for _i, at, part in self.each("groups")]
        said += [(PartyRole, f"{at}/role", part["role"]) for _i, at, part in self.each("parties")]
        said += [(CommitmentKind, f"{at}/kind", part["kind"]) for _i, at, part in self.each("commitments")]
        said += [
            (OrganizationKind, f"{at}/kind", part["kind"]) for _i, at, part in self.each("organizations")
        ]
        asked: dict[type[Term], set[str]] = {}
        for model, _pointer, code in said:
            if code is not None:
                asked.setdefault(model, set()).add(code)
        self.terms = terms.found(asked)
        for model, pointer, code in said:
            if code is not None and code not in self.terms[model]:
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
        elif d.get("id") and Agreement.objects.filter(pk=d["id"]).exists():
            self.fault(
                "/id", "already_registered", _("An agreement with this id is already in the registry.")
            )
        if len(d["parties"]) < 2 and d["editorial_state"] == state.PUBLISHED:
            self.fault("/parties", "too_few_parties", _("A published agreement has at least two parties."))

    # The agreement and its parts.

    def named(self) -> None:
        """Bring the records of the registry that the parts point at."""
        d = self.dossier
        self.bring(Organization, [each["organization"] for each in d["parties"]])
        self.bring(Organization, [each["of_organization"] for each in d["groups"]])
        signing = [below for each in d["parties"] for below in each["signatories"]]
        self.bring(Person, [each["person"] for each in signing])
        self.bring(Office, [each["office"] for each in signing])
        self.bring(Office, [each["speaker"] for each in d["statements"]])

    def agreement(self) -> None:
        d = self.dossier
        dates, renewal, amount = d.get("dates", {}), d.get("renewal", {}), d["amount"]
        programme = None
        if d["programme"]:
            programme = self.find(Programme, d["programme"], "/programme", in_registry=True)
        self.stop_at_faults()
        row = self.row = Agreement(
            **self.standing(),
            confidentiality=d["confidentiality"],
            reference=d["reference"] or "",
            source_language=d["source_language"],
            title_basis=d["title_basis"],
            kind=self.terms[AgreementKind][d["kind"]],
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
        self.enter(Agreement, [row])
        self.enter(
            AgreementIdentifier, [AgreementIdentifier(agreement=row, **each) for each in d["identifiers"]]
        )
        self.enter(
            AgreementTheme,
            [
                AgreementTheme(agreement=row, theme=self.terms[Theme][code], position=i)
                for i, code in enumerate(d["themes"])
            ],
        )
        self.enter(
            AgreementSource,
            [
                AgreementSource(agreement=row, source=source, position=i)
                for i, source in enumerate(self.source_rows)
            ],
        )
        self.cite("of_agreement", row, d, "")

    def standing(self) -> dict[str, Any]:
        """The columns of the record's own life: number, version, state, and who answers for it."""
        d = self.dossier
        reviewed = d["editorial_state"] in {
            Agreement.EditorialState.PUBLISHED,
            Agreement.EditorialState.WITHDRAWN,
        }
        return self.identity(d) | {
            "number": self.number(),
            "version": d.get("version", 1),
            "editorial_state": d["editorial_state"],
            # A record that comes reviewed was written in another registry: who takes it over here vouches for it.
            "registered_by_id": None if reviewed else self.by.account_id,
            "registered_for_id": None if reviewed else self.by.organization_id,
            "restored_by": self.by.audit_label() if reviewed else "",
        }

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
        self.enter(Citation, rows)

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
        for index, at, part in self.each("questions"):
            row = OpenQuestion(
                **self.identity(part),
                agreement=self.row,
                position=index,
                about=part["about"],
                **self.resolved(part, at),
            )
            if name := part["fact"]:
                for column, fact in self.fact_named(name, at).items():
                    setattr(row, column, fact)
            languages.assign(row, "text", part["texts"])
            rows.append(row)
            for number, below in enumerate(part["readings"]):
                reading = Reading(**self.identity(below), question=row, position=number)
                languages.assign(reading, "text", below["texts"])
                readings.append(reading)
        self.stop_at_faults()
        self.enter(OpenQuestion, rows)
        self.enter(Reading, readings)

    def resolved(self, part: Mapping, at: str) -> dict[str, Any]:
        """The columns that tell how a question was resolved."""
        told = part["resolution"]
        if not told:
            return {}
        if not self.restoring:
            self.fault(f"{at}/resolution", "set_by_the_registry", _("A reviewer resolves questions here."))
        return {
            "resolved_at": told["at"].astimezone(UTC),
            "resolved_by": told["by"],
            "resolution": told["text"],
        }


class Rehearsal(Registration):
    """A registration that is taken back. Numbers are not: a sequence knows no way back, so it asks for none."""

    def number(self) -> int:
        """The one the dossier has, or one from the far end that no other trial of this transaction has."""
        if "number" in self.dossier:
            return self.dossier["number"]
        return 2_000_000_000 - Agreement.objects.filter(number__gt=1_900_000_000).count()

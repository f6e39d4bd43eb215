"""Reads an agreement out as the dossier that `services.register` takes in."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    AgreementTheme,
    Amendment,
    AmendmentChange,
    Citation,
    Commitment,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Programme,
    Reading,
    Source,
    Statement,
    WithoutSource,
)
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import ledger, newer, quoted
from audit.trail import Actor
from lib import addresses, languages
from organizations import queries as organizations
from organizations.models import Office, Organization, Person


def with_facts(agreements, *, on: date, readable):
    """Bring every fact of the agreements: a fixed number of queries, however many there are.

    `readable` is the queryset of agreements the reader may see: a link to any other would give it away.
    """
    in_order = ("position", "pk")
    return (
        with_legal_state(agreements, on=on)
        .select_related("kind", "programme")
        .prefetch_related(
            "identifiers",
            Prefetch("theme_links", AgreementTheme.objects.order_by(*in_order)),
            "theme_links__theme",
            Prefetch(
                "groups", NamedGroup.objects.select_related("concept", "of_organization").order_by(*in_order)
            ),
            Prefetch("parties", Party.objects.select_related("organization", "role").order_by("position")),
            "parties__signatories__person",
            Prefetch("objectives", Objective.objects.prefetch_related("group_links").order_by(*in_order)),
            Prefetch(
                "commitments",
                Commitment.objects.select_related("kind")
                .prefetch_related("debtor_links", "beneficiary_links")
                .order_by("number", "pk"),
            ),
            Prefetch("statements", Statement.objects.select_related("speaker__person").order_by(*in_order)),
            Prefetch(
                "advantages", Advantage.objects.prefetch_related("beneficiary_links").order_by(*in_order)
            ),
            Prefetch("events", LifecycleEvent.objects.select_related("document").order_by("pk")),
            Prefetch("amendments", Amendment.objects.order_by("number")),
            Prefetch("amendments__changes", AmendmentChange.objects.order_by(*in_order)),
            Prefetch(
                "links", AgreementLink.objects.filter(to__in=readable).select_related("to").order_by("pk")
            ),
            Prefetch("questions", OpenQuestion.objects.order_by(*in_order)),
            Prefetch("questions__readings", Reading.objects.order_by(*in_order)),
        )
    )


def with_quotes(agreements):
    """Bring the quotes, the sources they are from, what was set aside in them, and what is entered without source."""
    return agreements.prefetch_related(
        Prefetch("all_citations", Citation.objects.order_by("start", "end", "about", "pk")),
        "source_links__source__noise",
        Prefetch("source_links__source__newer", Source.objects.only("pk", "replaces")),
        Prefetch("without_source", WithoutSource.objects.order_by("pk")),
    )


def with_citations(agreements):
    """Bring the whole proof: the quotes, their sources and the files behind those."""
    return with_quotes(agreements).prefetch_related("source_links__source__files")


def with_proof(actor: Actor, *, on: date):
    """The agreements that `actor` may read, each with all that `read` needs to tell it with its proof."""
    readable = Agreement.objects.visible_to(actor)
    return with_citations(with_facts(readable, on=on, readable=readable))


def read(agreement: Agreement, *, proof: bool = False, leaned_on: bool = True) -> dict:
    """The agreement as DossierShape has it, in plain values. Needs `with_facts`, and `with_citations` for the proof.

    Without proof: the facts alone. With it, the quotes at every fact, and the sources, organizations, people and
    programme they lean on, so that another registry can take the whole in. The records leaned on cost six queries
    more, unless they are not asked for; a source that has a newer text costs one.
    """
    return _Reader(agreement, proof, leaned_on).document()


def read_answers(agreement: Agreement) -> dict[str, str]:
    """How sure it is of each date that was asked for: what the filters annotated, in any queryset they narrowed."""
    return {
        name: answer
        for name in Agreement.DATES
        if (answer := getattr(agreement, f"{name}_answer", None)) is not None
    }


def read_link(row: AgreementLink) -> dict:
    """A link as LinkShape has it. Needs the agreement it leads to."""
    return link(row.pk, row.kind, row.to_id, row.to.title)


def link(key: UUID, kind: str, to: UUID, title: str) -> dict:
    """A link as LinkShape has it, to the agreement `to`, which is called `title`."""
    return {
        "id": str(key),
        "kind": kind,
        "agreement": addresses.reference("agreement", "agreements", to, title),
    }


class _Reader:
    """Turns one agreement into its document; holds what every part asks for."""

    def __init__(self, agreement: Agreement, proof: bool, leaned_on: bool = True):
        self.agreement = agreement
        self.proof = proof
        self.with_records = leaned_on
        self.quotes: dict[tuple[str, object], list[Citation]] = defaultdict(list)
        self.newest: Mapping[UUID, Source] = {}
        if proof:
            self.newest = newer.newest_of(agreement)
            for citation in agreement.all_citations.all():
                name = next(name for name in Citation.FACTS if getattr(citation, f"{name}_id") is not None)
                self.quotes[name, getattr(citation, f"{name}_id")].append(citation)

    def document(self) -> dict:
        a = self.agreement
        ledger.lanes(a)
        document = {
            "id": str(a.pk),
            "type": "agreement",
            "url": addresses.api("agreements", a.pk),
            "code": a.code,
            "number": a.number,
            "version": a.version,
            "editorial_state": a.editorial_state,
            "confidentiality": a.confidentiality,
            "legal_state": {"code": a.legal_state, "label": str(LegalState(a.legal_state).label)},
            "answers": read_answers(a),
            "reference": a.reference or None,
            "identifiers": [
                {"scheme": each.scheme, "value": each.value}
                for each in sorted(a.identifiers.all(), key=lambda each: (each.scheme, each.value))
            ],
            "kind": addresses.code(a.kind),
            "source_language": a.source_language,
            "title": a.title,
            "titles": languages.texts(a, "title"),
            "title_basis": a.title_basis,
            "programme": self.programme_reference(a.programme) if a.programme else None,
            "occasions": languages.texts(a, "occasion"),
            "place_of_signature": a.place_of_signature,
            "dates": {name: getattr(a, name).as_json() for name in Agreement.DATES},
            "renewal": {
                "rule": a.renewal,
                "texts": languages.texts(a, "renewal_rule"),
                "notice_days": a.notice_days,
            },
            "amount": None if a.amount is None else {"value": f"{a.amount:.2f}", "currency": a.currency},
            "themes": [addresses.code(each.theme) for each in a.theme_links.all()],
            "groups": [self.group(each) for each in a.groups.all()],
            "parties": [self.party(each) for each in a.parties.all()],
            "objectives": [self.objective(each) for each in a.objectives.all()],
            "commitments": [self.commitment(each) for each in a.commitments.all()],
            "statements": [self.statement(each) for each in a.statements.all()],
            "advantages": [self.advantage(each) for each in a.advantages.all()],
            "more_advantages_claimed": a.more_advantages_claimed,
            "events": [self.event(each) for each in a.events.all()],
            "amendments": [self.amendment(each) for each in a.amendments.all()],
            "links": [read_link(each) for each in a.links.all()],
            "questions": [self.question(each) for each in a.questions.all()],
        }
        if self.proof:
            document["without_source"] = [self.without_source(each) for each in a.without_source.all()]
            document["citations"] = self.citations("of_agreement", a.pk)
            document |= self.leaned_on() if self.with_records else {}
        return document

    # What stands at a fact.

    def citations(self, fact: str, key) -> list[dict]:
        return [quoted.read_quote(each, self.newest) for each in self.quotes[fact, key]]

    def proved(self, fact: str, row, content: dict) -> dict:
        """`content` with the id of `row` before it and, where asked for, its proof after it."""
        document = {"id": str(row.pk)} | content
        return document | {"citations": self.citations(fact, row.pk)} if self.proof else document

    @staticmethod
    def spoken(row, name: str = "text") -> dict:
        return {"text": getattr(row, name), "texts": languages.texts(row, name)}

    def beneficiaries(self, row) -> dict:
        links = list(row.beneficiary_links.all())
        parties, groups = {each.party_id for each in links}, {each.group_id for each in links}
        return {
            "parties": [str(each.pk) for each in self.agreement.parties.all() if each.pk in parties],
            "groups": [str(each.pk) for each in self.agreement.groups.all() if each.pk in groups],
        }

    # The facts.

    def group(self, row: NamedGroup) -> dict:
        return self.proved(
            "group",
            row,
            self.spoken(row)
            | {
                "concept": addresses.code(row.concept),
                "of_organization": organizations.reference(row.of_organization)
                if row.of_organization
                else None,
                "place": row.place,
                "mention": row.mention,
            },
        )

    def party(self, row: Party) -> dict:
        return self.proved(
            "party",
            row,
            {
                "letter": row.letter,
                "organization": organizations.reference(row.organization),
                "role": addresses.code(row.role),
                "name_as_written": row.name_as_written,
                "signatories": [
                    self.proved(
                        "signatory",
                        each,
                        {
                            "person": addresses.reference(
                                "person", "people", each.person_id, each.person.name
                            ),
                            "office": str(each.office_id) if each.office_id else None,
                        },
                    )
                    for each in sorted(row.signatories.all(), key=lambda each: each.pk)
                ],
            },
        )

    def objective(self, row: Objective) -> dict:
        groups = {each.group_id for each in row.group_links.all()}
        return self.proved(
            "objective",
            row,
            {"kind": row.kind}
            | self.spoken(row)
            | {"groups": [str(each.pk) for each in self.agreement.groups.all() if each.pk in groups]},
        )

    def commitment(self, row: Commitment) -> dict:
        return self.proved(
            "commitment",
            row,
            {
                "type": "commitment",
                "url": addresses.api("commitments", row.pk),
                "number": row.number,
                "label": row.label,
                "joint": row.lane.is_joint,
                "kind": addresses.code(row.kind),
            }
            | self.spoken(row)
            | {
                "purposes": languages.texts(row, "purpose"),
                "debtors": [str(each.pk) for each in row.lane.parties],
                "beneficiaries": self.beneficiaries(row),
                "place": row.place,
                "due": row.due.as_json(),
                "quantity": None if row.quantity is None else f"{row.quantity:.2f}",
                "unit": row.unit,
            },
        )

    def statement(self, row: Statement) -> dict:
        return self.proved(
            "statement",
            row,
            self.spoken(row)
            | {
                "speaker": str(row.speaker_id) if row.speaker_id else None,
                "attribution": row.attribution,
                "manner": row.manner,
                "on_behalf_of": str(row.on_behalf_of_id) if row.on_behalf_of_id else None,
            },
        )

    def advantage(self, row: Advantage) -> dict:
        return self.proved(
            "advantage",
            row,
            self.spoken(row)
            | {
                "provider": str(row.provider_id) if row.provider_id else None,
                "beneficiaries": self.beneficiaries(row),
                "claimed_in": str(row.claimed_in_id) if row.claimed_in_id else None,
                "supports": str(row.supports_id) if row.supports_id else None,
            },
        )

    def event(self, row: LifecycleEvent) -> dict:
        return self.proved(
            "event",
            row,
            {
                "kind": row.kind,
                "occurred": row.occurred.as_json(),
                "ends": row.ends.as_json(),
                "reasons": languages.texts(row, "reason"),
                "document": str(row.document_id) if row.document_id else None,
            },
        )

    @staticmethod
    def amendment(row: Amendment) -> dict:
        return {
            "id": str(row.pk),
            "number": row.number,
            "reference": row.reference,
            "signed": row.signed.as_json(),
            "effective": row.effective.as_json(),
            "summaries": languages.texts(row, "summary"),
            "document": str(row.document_id),
            "changes": [
                {
                    "id": str(each.pk),
                    "kind": each.kind,
                    "path": each.path,
                    "label": each.label,
                    "before": each.before,
                    "after": each.after,
                }
                for each in row.changes.all()
            ],
        }

    def question(self, row: OpenQuestion) -> dict:
        fact = next((key for name in OpenQuestion.FACTS if (key := getattr(row, f"{name}_id"))), None)
        return (
            {"id": str(row.pk), "fact": str(fact) if fact else None, "about": row.about}
            | self.spoken(row)
            | {
                "readings": [
                    {"id": str(each.pk)} | self.spoken(each)
                    for each in sorted(row.readings.all(), key=lambda each: (each.position, each.pk))
                ],
                "resolution": {
                    "at": row.resolved_at.isoformat(),
                    "by": row.resolved_by,
                    "text": row.resolution,
                }
                if row.resolved_at
                else None,
            }
        )

    @staticmethod
    def without_source(row: WithoutSource) -> dict:
        fact = next((key for name in WithoutSource.FACTS if (key := getattr(row, f"{name}_id"))), None)
        return {
            "id": str(row.pk),
            "fact": str(fact) if fact else None,
            "about": row.about,
            "reason": row.reason,
            "by": row.signed_by,
            "at": row.signed_at.isoformat(),
        }

    @staticmethod
    def programme_reference(row: Programme) -> dict:
        return addresses.reference("programme", "programmes", row.pk, row.name)

    # What the facts lean on.

    def leaned_on(self) -> dict:
        a = self.agreement
        held = {each.speaker_id for each in a.statements.all() if each.speaker_id}
        held |= {key for name, key in self.quotes if name == "office"}
        signatories = [each for party in a.parties.all() for each in party.signatories.all()]
        held |= {each.office_id for each in signatories if each.office_id}
        in_registry = Office.objects.select_related("organization").order_by("pk")
        offices = list(in_registry.filter(pk__in=held)) if held else []
        holders = {each.person_id for each in offices} | {each.person_id for each in signatories}
        people = Person.objects.filter(pk__in=holders).order_by("pk") if holders else ()

        needed = {each.organization_id for each in (*a.parties.all(), *offices)}
        needed |= {each.of_organization_id for each in a.groups.all() if each.of_organization_id}
        needed |= {key for name, key in self.quotes if name == "organization"}
        links = sorted(a.source_links.all(), key=lambda each: (each.position, each.pk))
        return {
            "sources": [quoted.read_whole_source(each.source) for each in links],
            "organizations": [
                self.organization(each)
                for each in sorted(organizations.whole(needed), key=lambda each: (each.slug, each.pk))
            ],
            "people": [self.person(each, [o for o in offices if o.person_id == each.pk]) for each in people],
            "programmes": [self.programme(a.programme)] if a.programme else [],
        }

    def organization(self, row: Organization) -> dict:
        document = organizations.read_organization(row) | {
            "citations": self.citations("organization", row.pk)
        }
        for member, fact in (("aliases", "alias"), ("profile", "profile_claim")):
            document[member] = [
                part | {"citations": self.citations(fact, _uuid(part["id"]))} for part in document[member]
            ]
        return document

    def person(self, row: Person, offices: list[Office]) -> dict:
        return {
            "id": str(row.pk),
            "type": "person",
            "url": addresses.api("people", row.pk),
            "source_language": row.source_language,
            "name": row.name,
            "names": languages.texts(row, "name"),
            "offices": [
                organizations.read_office(each) | {"citations": self.citations("office", each.pk)}
                for each in offices
            ],
        }

    def programme(self, row: Programme) -> dict:
        return read_programme(row) | {"citations": self.citations("programme", row.pk)}


def read_programme(row: Programme) -> dict:
    """The programme as ProgrammeShape has it, without proof."""
    return {
        "id": str(row.pk),
        "type": "programme",
        "url": addresses.api("programmes", row.pk),
        "slug": row.slug,
        "source_language": row.source_language,
        "name": row.name,
        "names": languages.texts(row, "name"),
        "short_names": languages.texts(row, "short_name"),
    }


def _uuid(key) -> UUID:
    return key if isinstance(key, UUID) else UUID(key)

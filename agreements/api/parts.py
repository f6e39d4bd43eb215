"""The parts of agreements over the API: each of a kind in a list of its own, told as records."""

from datetime import date

from django.utils import timezone

from agreements import shapes
from agreements.api.endpoints import READ, AgreementsPointedAt, described
from agreements.api.part_writes import LinkWrites, PartWrites, SignatoryWrites
from agreements.api.writes import WRITE
from agreements.filters import CommitmentFilter
from agreements.filters import parts as filters
from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    Amendment,
    Commitment,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Signatory,
    Statement,
)
from agreements.queries import dossier
from lib import addresses
from lib.endpoints import Endpoint
from lib.ordering import BY_KEY, both, both_days, first_day, last_of
from lib.pages import OnPages
from organizations.api import Organizations, People


class Part(PartWrites, Endpoint):
    """A resource whose rows are parts of agreements: read with their agreement, a fixed number of queries a page."""

    required = READ | WRITE
    model = None
    member = ""
    brought: tuple[str, ...] = ("agreement",)
    """What the label of a row is read from."""

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt}

    def get_queryset(self):
        readable = Agreement.objects.visible_to(self.request.user)
        return self.model.objects.filter(agreement__in=readable).select_related(*self.brought)

    def agreement_of(self, row) -> Agreement:
        return row.agreement

    def version(self, row):
        return self.agreement_of(row).version

    def label(self, row):
        return row.text

    def documents(self, rows):
        wanted = Agreement.objects.filter(pk__in={self.agreement_of(each).pk for each in rows})
        readable = Agreement.objects.visible_to(self.request.user)
        agreements = dossier.with_facts(wanted, on=timezone.localdate(), readable=readable)
        parts = {}
        for agreement in agreements:
            whole = dossier.read(agreement)
            owner = addresses.reference("agreement", "agreements", agreement.pk, agreement.title)
            for part in self.parts(whole):
                parts[part["id"]] = part | self.told(part["id"], agreement) | {"agreement": owner}
        return [parts[str(each.pk)] for each in rows]

    def parts(self, document: dict) -> list[dict]:
        """The parts of this kind in the document of an agreement."""
        return document[self.member]

    def told(self, key: str, agreement: Agreement) -> dict:
        """What a part says of itself as a record."""
        return {
            "type": self.record_type,
            "url": addresses.api(self.resource, key),
            "version": agreement.version,
        }


@described("Parties", "One party")
class Parties(Part):
    """Organizations in agreements."""

    model, member = Party, "parties"
    queryset = Party.objects.none()
    serializer_class = shapes.PartyRecord
    record_type, resource = "party", "parties"
    filterset_class = filters.PartyFilter
    brought = ("agreement", "organization")

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt, "organization": Organizations, "signatories.person": People}

    def label(self, row):
        return row.organization.label


@described("Named groups", "One named group")
class Groups(Part):
    """Target groups as sources name them."""

    model, member = NamedGroup, "groups"
    queryset = NamedGroup.objects.none()
    serializer_class = shapes.GroupRecord
    record_type, resource = "group", "groups"
    filterset_class = filters.GroupFilter

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt, "of_organization": Organizations}


@described("Objectives", "One objective")
class Objectives(Part):
    """What agreements aim at."""

    model, member = Objective, "objectives"
    queryset = Objective.objects.none()
    serializer_class = shapes.ObjectiveRecord
    record_type, resource = "objective", "objectives"
    filterset_class = filters.ObjectiveFilter


@described("Commitments", "One commitment")
class Commitments(OnPages, Part):
    """What parties undertake, by debtor and by beneficiary."""

    formats = {"retrieve": {"html": "page"}}
    record_page = "commitment"
    model, member = Commitment, "commitments"
    queryset = Commitment.objects.none()
    serializer_class = shapes.CommitmentRecord
    record_type, resource = "commitment", "commitments"
    filterset_class = CommitmentFilter
    orders = BY_KEY | both_days("due", "due_day")

    def in_order(self, queryset, name):
        if not name.endswith("due"):
            return queryset
        return queryset.annotate(due_day=first_day("due", none=last_of(name)))


@described("Statements", "One statement")
class Statements(Part):
    """What was said about agreements; it binds nobody."""

    model, member = Statement, "statements"
    queryset = Statement.objects.none()
    serializer_class = shapes.StatementRecord
    record_type, resource = "statement", "statements"
    filterset_class = filters.StatementFilter


@described("Advantages", "One advantage")
class Advantages(Part):
    """Benefits claimed for agreements; nobody's commitments."""

    model, member = Advantage, "advantages"
    queryset = Advantage.objects.none()
    serializer_class = shapes.AdvantageRecord
    record_type, resource = "advantage", "advantages"
    filterset_class = filters.AdvantageFilter


@described("Open questions", "One open question")
class Questions(Part):
    """Recorded doubts with their competing readings."""

    model, member = OpenQuestion, "questions"
    queryset = OpenQuestion.objects.none()
    serializer_class = shapes.QuestionRecord
    record_type, resource = "open_question", "open-questions"
    filterset_class = filters.QuestionFilter


@described("Lifecycle events", "One lifecycle event")
class Events(Part):
    """Suspensions, resumptions, terminations and renewals."""

    model, member = LifecycleEvent, "events"
    queryset = LifecycleEvent.objects.none()
    serializer_class = shapes.EventRecord
    record_type, resource = "event", "events"
    filterset_class = filters.EventFilter
    orders = BY_KEY | both("occurred", "day", date)

    def in_order(self, queryset, name):
        return queryset.annotate(day=first_day("occurred")) if name.endswith("occurred") else queryset

    def label(self, row):
        return row.get_kind_display()


@described("Links between agreements", "One link")
class Links(LinkWrites, Part):
    """How agreements stand to each other."""

    model, member = AgreementLink, "links"
    queryset = AgreementLink.objects.none()
    serializer_class = shapes.LinkRecord
    record_type, resource = "link", "links"
    filterset_class = filters.LinkFilter

    brought = ("agreement", "to")

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt, "to": AgreementsPointedAt}

    def get_queryset(self):
        # Both ends must be readable: a link would name the other agreement.
        return super().get_queryset().filter(to__in=Agreement.objects.visible_to(self.request.user))

    def label(self, row):
        return f"{row.get_kind_display()}: {row.to.title}"

    def parts(self, document):
        return [each | {"to": each["agreement"]} for each in document["links"]]


@described("Amendments", "One amendment")
class Amendments(Part):
    """How the parties changed their agreements."""

    model, member = Amendment, "amendments"
    queryset = Amendment.objects.none()
    serializer_class = shapes.AmendmentRecord
    record_type, resource = "amendment", "amendments"
    filterset_class = filters.AmendmentFilter
    orders = BY_KEY | both("signed", "day", date)

    def in_order(self, queryset, name):
        return queryset.annotate(day=first_day("signed")) if name.endswith("signed") else queryset

    def label(self, row):
        return str(row)


@described("Signatories", "One signatory")
class Signatories(SignatoryWrites, Part):
    """People who signed for a party."""

    model = Signatory
    queryset = Signatory.objects.none()
    serializer_class = shapes.SignatoryRecord
    new_shape = shapes.NewSignatory
    record_type, resource = "signatory", "signatories"
    filterset_class = filters.SignatoryFilter
    brought = ("party__agreement", "person")

    @property
    def expandable(self):
        return {"agreement": AgreementsPointedAt, "party": Parties, "person": People}

    def get_queryset(self):
        readable = Agreement.objects.visible_to(self.request.user)
        return Signatory.objects.filter(party__agreement__in=readable).select_related(*self.brought)

    def agreement_of(self, row):
        return row.party.agreement

    def label(self, row):
        return row.person.name

    def parts(self, document):
        return [
            each
            | {"party": addresses.reference("party", "parties", party["id"], party["organization"]["label"])}
            for party in document["parties"]
            for each in party["signatories"]
        ]

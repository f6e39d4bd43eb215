"""The dossier: one agreement with its facts, its proof and its doubts, as one plain document.

Read out and registered are the same shape. Parts point at each other by `key` (the sender's own names) or by `id`
(as read out). Members marked read-only are told, and not looked at when they come back.
"""

import json

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.models import (
    Agreement,
    AgreementLink,
    AmendmentChange,
    Citation,
    LifecycleEvent,
    NamedGroup,
    NoiseSpan,
    Objective,
    Source,
    Statement,
    WithoutSource,
)
from lib import uploads
from lib.claims import Answer
from lib.rewording import Standing
from lib.shapes import Address, Claim, Code, Known, Pointer, Reference, Strict, Texts
from organizations.models.organization import SourceLanguage
from organizations.shapes import (
    AliasShape,
    Child,
    FreeSlug,
    IdentifierShape,
    OfficeShape,
    OrganizationShape,
    PersonShape,
    ProfileClaimShape,
)


class CitationShape(Child):
    """The exact quote [start, end) of a source, in characters. `about` says which part of the fact it proves.

    `source_changed` is null unless a newer text of the source is registered: whether the words stand in it.
    """

    source = Pointer()
    start = serializers.IntegerField(min_value=0)
    end = serializers.IntegerField(min_value=1)
    quote = serializers.CharField(trim_whitespace=False, max_length=20_000)
    about = serializers.ChoiceField(choices=Citation.About, required=False, allow_blank=True, default="")
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    source_changed = serializers.ChoiceField(choices=Standing, read_only=True, allow_null=True)


class Proved(Child):
    """A fact and the quotes that prove it."""

    citations = CitationShape(many=True, required=False, default=list)


class NoiseShape(Child):
    """A stretch of a source that is no part of its text."""

    start = serializers.IntegerField(min_value=0)
    end = serializers.IntegerField(min_value=1)
    reason = serializers.ChoiceField(choices=NoiseSpan.Reason)


class SourceFileShape(serializers.Serializer):
    """A file behind a source. `url` gives its content, as it came; `pages` is null where that is not known."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=uploads.TYPES)
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    pages = serializers.IntegerField(allow_null=True)


class SourceShape(Child):
    """A text that facts are taken from, whole. Its files are told; they do not travel with it.

    `replaces` and `replaced_by` are the ids of an older and a newer state of the text, null where there is none.
    """

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    kind = serializers.ChoiceField(choices=Source.Kind)
    language = serializers.ChoiceField(choices=SourceLanguage)
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    byline = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    publisher = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    address = Address(max_length=500)
    published = Claim()
    text = serializers.CharField(trim_whitespace=False, max_length=1_000_000)
    noise = NoiseShape(many=True, required=False, default=list)
    replaces = serializers.UUIDField(required=False, allow_null=True, default=None)
    replaced_by = serializers.UUIDField(read_only=True, allow_null=True)
    files = SourceFileShape(many=True, read_only=True)


class ProvedAlias(AliasShape, Proved):
    """Another name of an organization, with its proof."""


class ProvedProfileClaim(ProfileClaimShape, Proved):
    """A profile claim with its proof."""


class ProvedOrganization(OrganizationShape, Proved):
    """An organization as a dossier brings it: with the proof of what is said of it."""

    slug = FreeSlug()
    aliases = ProvedAlias(many=True, required=False, default=list)
    profile = ProvedProfileClaim(many=True, required=False, default=list)


class ProvedOffice(OfficeShape, Proved):
    """An office with its proof."""


class ProvedPerson(PersonShape):
    """A person as a dossier brings them."""

    offices = ProvedOffice(many=True, required=False, default=list)


class ProgrammeShape(Proved):
    """A public framework that agreements are placed under."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    slug = serializers.SlugField(max_length=80)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    name = serializers.CharField(read_only=True)
    names = Texts(max_length=300)
    short_names = Texts(max_length=80, allow_empty=True)


class GroupShape(Proved):
    """A target group as the source names it."""

    text = serializers.CharField(read_only=True)
    texts = Texts(max_length=400)
    concept = Code(required=False, allow_null=True, default=None)
    of_organization = Reference(required=False, allow_null=True, default=None)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    mention = serializers.ChoiceField(choices=NamedGroup.Mention, default=NamedGroup.Mention.PROVISION)


class SignatoryShape(Proved):
    """The person who signed for a party."""

    person = Reference()
    office = Pointer(required=False, allow_null=True, default=None)


class PartyShape(Proved):
    """An organization in the agreement. Their order gives them their letters A, B, C …"""

    letter = serializers.CharField(read_only=True)
    organization = Reference()
    role = Code(code="party")
    name_as_written = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    signatories = SignatoryShape(many=True, required=False, default=list)


class ObjectiveShape(Proved):
    """What the agreement aims at."""

    kind = serializers.ChoiceField(choices=Objective.Kind, default=Objective.Kind.OBJECTIVE)
    text = serializers.CharField(read_only=True)
    texts = Texts()
    groups = serializers.ListField(child=Pointer(), required=False, default=list)


class BeneficiariesShape(Strict):
    """Whom something is for: parties and named groups; both empty when the source does not say."""

    parties = serializers.ListField(child=Pointer(), required=False, default=list)
    groups = serializers.ListField(child=Pointer(), required=False, default=list)


def _nobody() -> dict:
    return {"parties": [], "groups": []}


class CommitmentShape(Proved):
    """What one party, several or all undertake to do, for whom."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    number = serializers.IntegerField(min_value=1, max_value=9999, required=False)
    label = serializers.CharField(read_only=True)
    joint = serializers.BooleanField(read_only=True)
    kind = Code()
    text = serializers.CharField(read_only=True)
    texts = Texts()
    purposes = Texts(allow_empty=True)
    debtors = serializers.ListField(child=Pointer(), min_length=1)
    beneficiaries = BeneficiariesShape(required=False, default=_nobody)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    due = Claim()
    quantity = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True, default=None
    )
    unit = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)


class StatementShape(Proved):
    """Something said about the agreement; `speaker` points at an office, null when the text names nobody."""

    text = serializers.CharField(read_only=True)
    texts = Texts()
    speaker = Pointer(required=False, allow_null=True, default=None)
    attribution = serializers.ChoiceField(
        choices=Statement.Attribution, default=Statement.Attribution.NOT_STATED
    )
    manner = serializers.ChoiceField(choices=Statement.Manner, default=Statement.Manner.INDIRECT)
    on_behalf_of = Pointer(required=False, allow_null=True, default=None)


class AdvantageShape(Proved):
    """A benefit claimed for the agreement; `provider` is null when the text names none."""

    text = serializers.CharField(read_only=True)
    texts = Texts()
    provider = Pointer(required=False, allow_null=True, default=None)
    beneficiaries = BeneficiariesShape(required=False, default=_nobody)
    claimed_in = Pointer(required=False, allow_null=True, default=None)
    supports = Pointer(required=False, allow_null=True, default=None)


class EventShape(Proved):
    """A suspension, resumption, termination or renewal."""

    kind = serializers.ChoiceField(choices=LifecycleEvent.Kind)
    occurred = Claim()
    ends = Claim()
    reasons = Texts(allow_empty=True)
    document = Pointer(required=False, allow_null=True, default=None)


@extend_schema_field(
    {
        "type": ["object", "array", "string", "number", "boolean"],
        "description": "A part of the agreement, or what one of its members says.",
    }
)
class Anything(serializers.Field):
    """A value of any form, as it stands in a dossier."""

    def to_internal_value(self, data):
        if "\\u0000" in json.dumps(data):
            raise serializers.ValidationError(_("Characters that no text has are not kept."), code="words")
        return data

    def to_representation(self, value):
        return value


class ChangeShape(Child):
    """One thing the parties changed: its place in the dossier, and what it said before and after."""

    kind = serializers.ChoiceField(choices=AmendmentChange.Kind)
    path = serializers.RegexField(r"^(/[^/]+)+$", max_length=300)
    label = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    before = Anything(required=False, allow_null=True, default=None)
    after = Anything(required=False, allow_null=True, default=None)


class AmendmentShape(Child):
    """How the parties changed the agreement, and by which of its sources; `changes` are told by the registry."""

    number = serializers.IntegerField(min_value=1, max_value=32767)
    reference = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    signed = Claim()
    effective = Claim()
    summaries = Texts(allow_empty=True)
    document = Pointer()
    changes = ChangeShape(many=True, required=False, default=list)


class LinkShape(Child):
    """How this agreement stands to another one of the registry."""

    kind = serializers.ChoiceField(choices=AgreementLink.Kind)
    agreement = Reference()


class ReadingShape(Child):
    """One way of reading an open question."""

    text = serializers.CharField(read_only=True)
    texts = Texts()


class ResolutionShape(Strict):
    """How a named reviewer resolved a question."""

    at = serializers.DateTimeField()
    by = serializers.CharField(max_length=200)
    text = serializers.CharField()


class QuestionShape(Child):
    """A recorded doubt; `fact` points at the part of the dossier in doubt, null for the agreement as a whole."""

    fact = Pointer(required=False, allow_null=True, default=None)
    about = serializers.ChoiceField(choices=Citation.About, required=False, allow_blank=True, default="")
    text = serializers.CharField(read_only=True)
    texts = Texts()
    readings = ReadingShape(many=True, required=False, default=list)
    resolution = ResolutionShape(required=False, allow_null=True, default=None)


class WithoutSourceShape(Child):
    """An editor's word that a fact is entered without source: a part (`fact`), or a fact of the agreement (`about`).

    The registry sets `by` and `at`; only who moves a registry brings them.
    """

    fact = Pointer(required=False, allow_null=True, default=None)
    about = serializers.ChoiceField(choices=WithoutSource.About, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=2000)
    by = serializers.CharField(required=False, allow_null=True, max_length=200)
    at = serializers.DateTimeField(required=False, allow_null=True)


class DatesShape(Strict):
    """The three dates of an agreement."""

    signed = Claim()
    effective = Claim()
    ends = Claim()


class RenewalShape(Strict):
    """What happens at the end of the term."""

    rule = serializers.ChoiceField(choices=Agreement.Renewal, default=Agreement.Renewal.NOT_STATED)
    texts = Texts(allow_empty=True)
    notice_days = serializers.IntegerField(
        min_value=0, max_value=32767, required=False, allow_null=True, default=None
    )


class AmountShape(Strict):
    """Money, only when the source states it."""

    value = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$")


class DossierShape(Proved):
    """One agreement: facts, proof, doubts, and the records they lean on."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    code = serializers.CharField(read_only=True)
    number = serializers.IntegerField(min_value=1, max_value=2_000_000_000, required=False)
    version = serializers.IntegerField(min_value=1, max_value=2_000_000_000, required=False)
    editorial_state = serializers.ChoiceField(
        choices=Agreement.EditorialState, default=Agreement.EditorialState.DRAFT
    )
    confidentiality = serializers.ChoiceField(
        choices=Agreement.Confidentiality, default=Agreement.Confidentiality.PUBLIC
    )
    legal_state = Code(read_only=True)
    answers = serializers.DictField(
        child=serializers.ChoiceField(choices=Answer),
        read_only=True,
        help_text="In a list asked for days: what each asked date answers, by its name. Empty everywhere else.",
    )
    reference = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, default="", max_length=120
    )
    identifiers = IdentifierShape(many=True, required=False, default=list)
    kind = Code()
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    title = serializers.CharField(read_only=True)
    titles = Texts(max_length=500)
    title_basis = serializers.ChoiceField(choices=Agreement.TitleBasis, default=Agreement.TitleBasis.REGISTRY)
    programme = Reference(required=False, allow_null=True, default=None)
    occasions = Texts(allow_empty=True)
    place_of_signature = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    dates = DatesShape(required=False)
    renewal = RenewalShape(required=False)
    amount = AmountShape(required=False, allow_null=True, default=None)
    themes = serializers.ListField(child=Code(), required=False, default=list)
    groups = GroupShape(many=True, required=False, default=list)
    parties = PartyShape(many=True)
    objectives = ObjectiveShape(many=True, required=False, default=list)
    commitments = CommitmentShape(many=True, required=False, default=list)
    statements = StatementShape(many=True, required=False, default=list)
    advantages = AdvantageShape(many=True, required=False, default=list)
    more_advantages_claimed = serializers.BooleanField(default=False)
    events = EventShape(many=True, required=False, default=list)
    amendments = AmendmentShape(many=True, required=False, default=list)
    links = LinkShape(many=True, required=False, default=list)
    questions = QuestionShape(many=True, required=False, default=list)
    without_source = WithoutSourceShape(many=True, required=False, default=list)
    sources = SourceShape(many=True, required=False, default=list)
    organizations = ProvedOrganization(many=True, required=False, default=list)
    people = ProvedPerson(many=True, required=False, default=list)
    programmes = ProgrammeShape(many=True, required=False, default=list)


class PointedAt(DossierShape):
    """An agreement in the place of a reference to it: its own facts and its parties.

    Its other parts have lists of their own; a page of commitments would repeat all of them at each.
    """

    citations = groups = objectives = commitments = statements = advantages = events = amendments = None
    links = questions = without_source = sources = organizations = people = programmes = None


# As records of their own, over the API: with an address and a version, and the agreement they are parts of.


def _record(shape: type[Child], name: str, **more: serializers.Field) -> type[Child]:
    """`shape` as a resource has it."""
    told = {
        "type": serializers.CharField(read_only=True),
        "url": serializers.URLField(read_only=True),
        "version": serializers.IntegerField(read_only=True),
    }
    return type(name, (shape,), told | more | {"__doc__": shape.__doc__, "__module__": __name__})


def _part(shape: type[Child], name: str, **more: serializers.Field) -> type[Child]:
    """`shape` as a resource has it; the version is that of its agreement, of which it is a part."""
    return _record(shape, name, agreement=Known(), **more)


PartyRecord = _part(PartyShape, "PartyRecord")
SignatoryRecord = _part(SignatoryShape, "SignatoryRecord", party=Known(read_only=True))
GroupRecord = _part(GroupShape, "GroupRecord")
ObjectiveRecord = _part(ObjectiveShape, "ObjectiveRecord")
CommitmentRecord = _part(CommitmentShape, "CommitmentRecord")
StatementRecord = _part(StatementShape, "StatementRecord")
AdvantageRecord = _part(AdvantageShape, "AdvantageRecord")
QuestionRecord = _part(QuestionShape, "QuestionRecord")
EventRecord = _part(EventShape, "EventRecord")
AmendmentRecord = _part(AmendmentShape, "AmendmentRecord")
LinkRecord = _part(LinkShape, "LinkRecord", to=Known())


class ProvedFact(serializers.Serializer):
    """What a citation proves."""

    type = serializers.CharField()
    id = serializers.UUIDField()


CitationRecord = _part(CitationShape, "CitationRecord", fact=ProvedFact(read_only=True))


class NewSignatory(SignatoryRecord):
    """A signatory to be added: the party says of which agreement."""

    agreement = Known(read_only=True)
    party = Known()


class FactShape(serializers.Serializer):
    """What a new citation proves; `agreement` is the agreement itself."""

    type = serializers.ChoiceField(
        choices=["agreement" if each == "of_agreement" else each for each in Citation.FACTS]
    )
    id = serializers.UUIDField()


class NewCitation(CitationRecord):
    """A citation to be added: what it proves says of which agreement, where that is a part of one."""

    agreement = Known(required=False, allow_null=True)
    fact = FactShape()


SourceRecord = _record(SourceShape, "SourceRecord")
ProgrammeRecord = _record(ProgrammeShape, "ProgrammeRecord")

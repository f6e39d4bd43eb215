"""What an activity and a progress view look like in a document."""

from rest_framework import serializers

from activities.models import Activity, Fulfilment, Participation, ProgressView
from lib.shapes import Claim, Code, Known, Strict, Texts
from organizations.models.organization import SourceLanguage
from organizations.shapes import Child


class FulfilmentShape(Child):
    """A commitment that the activity counts towards."""

    commitment = Known()
    extent = serializers.ChoiceField(choices=Fulfilment.Extent, default=Fulfilment.Extent.PART)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class ParticipationShape(Child):
    """How many people were reached. Never names."""

    target_group = Code(required=False, allow_null=True, default=None)
    sex = serializers.ChoiceField(choices=Participation.Sex, default=Participation.Sex.ALL)
    number = serializers.IntegerField(min_value=0, max_value=2_000_000_000)


class ActivityShape(Child):
    """Something planned, held or cancelled, and what it counts towards."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    title = serializers.CharField(read_only=True)
    titles = Texts(max_length=300)
    descriptions = Texts(allow_empty=True)
    kind = Code()
    status = serializers.ChoiceField(choices=Activity.Status, default=Activity.Status.PLANNED)
    held = Claim()
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    organizers = serializers.ListField(child=Known(), min_length=1)
    counts_toward = FulfilmentShape(many=True, required=False, default=list)
    reached = ParticipationShape(many=True, required=False, default=list)


class ProgressViewShape(Child):
    """One party's own word on a commitment."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    commitment = Known()
    party = Known()
    verdict = serializers.ChoiceField(choices=ProgressView.Verdict)
    said_on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class EvidenceShape(serializers.Serializer):
    """A file that shows something took place. `url` gives its content, as it came."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    sha256 = serializers.CharField()


class ActivityRecord(ActivityShape):
    """An activity as a record of its own."""

    version = serializers.IntegerField(read_only=True)
    evidence = EvidenceShape(many=True, read_only=True)


class ProgressViewRecord(ProgressViewShape):
    """One party's own word on a commitment, as a record of its own."""

    version = serializers.IntegerField(read_only=True)
    evidence = EvidenceShape(many=True, read_only=True)


class NewProgressView(ProgressViewShape):
    """One party's own word on a commitment, as it is sent."""

    party = Known(
        required=False,
        allow_null=True,
        help_text="May be left out where one's organization is one party to the agreement.",
    )


class VocabularyTerm(Strict):
    """One entry of a vocabulary."""

    code = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)
    labels = Texts(read_only=True)
    position = serializers.IntegerField(read_only=True)
    retired = serializers.BooleanField(read_only=True)

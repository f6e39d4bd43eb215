"""Model serializers, nested as one would: every column, and every part under its agreement."""

from django.db import connection, transaction
from rest_framework import serializers

from agreements import models
from lib.identity import new_id
from organizations.models import Organization


def plain(model: type, name: str, *, without: tuple[str, ...] = (), **nested) -> type:
    """A model serializer of all columns, with other serializers in the place of some."""
    fields = [field.name for field in model._meta.concrete_fields if field.name not in without]
    meta = type("Meta", (), {"model": model, "fields": [*dict.fromkeys([*fields, *nested])]})
    return type(name, (serializers.ModelSerializer,), {"Meta": meta, "__module__": __name__, **nested})


class Named(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ["id", "slug", "name_en", "name_fr", "name_ar", "source_language"]


PersonSerializer = plain(models.Signatory, "PersonSerializer", person=serializers.StringRelatedField())
PartySerializer = plain(
    models.Party,
    "PartySerializer",
    without=("agreement",),
    organization=Named(),
    signatories=PersonSerializer(many=True),
)
DebtorSerializer = plain(models.CommitmentDebtor, "DebtorSerializer")
ForSerializer = plain(models.CommitmentBeneficiary, "ForSerializer")
CommitmentSerializer = plain(
    models.Commitment,
    "CommitmentSerializer",
    without=("agreement",),
    debtor_links=DebtorSerializer(many=True),
    beneficiary_links=ForSerializer(many=True),
)
QuestionSerializer = plain(
    models.OpenQuestion,
    "QuestionSerializer",
    readings=plain(models.Reading, "ReadingSerializer")(many=True),
)
PARTS = {
    "identifiers": models.AgreementIdentifier,
    "theme_links": models.AgreementTheme,
    "groups": models.NamedGroup,
    "objectives": models.Objective,
    "statements": models.Statement,
    "advantages": models.Advantage,
    "events": models.LifecycleEvent,
    "amendments": models.Amendment,
    "links": models.AgreementLink,
}
AgreementSerializer = plain(
    models.Agreement,
    "AgreementSerializer",
    parties=PartySerializer(many=True),
    commitments=CommitmentSerializer(many=True),
    questions=QuestionSerializer(many=True),
    **{name: plain(model, f"{model.__name__}Serializer")(many=True) for name, model in PARTS.items()},
)


class NewParty(serializers.Serializer):
    key = serializers.CharField()
    organization = serializers.DictField(child=serializers.CharField())

    def validate_organization(self, told):
        try:
            return Organization.objects.get(pk=told.get("id"))
        except Organization.DoesNotExist as error:
            raise serializers.ValidationError("There is none.") from error


class NewCommitment(serializers.Serializer):
    kind = serializers.PrimaryKeyRelatedField(queryset=models.CommitmentKind.objects.all())
    texts = serializers.DictField(child=serializers.CharField())
    debtors = serializers.ListField(child=serializers.CharField())


class NewAgreement(serializers.Serializer):
    """The dossier as it is sent to all: validated, and saved row by row."""

    kind = serializers.PrimaryKeyRelatedField(queryset=models.AgreementKind.objects.all())
    source_language = serializers.ChoiceField(["en", "fr", "ar"])
    titles = serializers.DictField(child=serializers.CharField())
    parties = NewParty(many=True)
    commitments = NewCommitment(many=True)

    @transaction.atomic
    def create(self, told):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('agreements_number')")
            number = cursor.fetchone()[0]
        agreement = models.Agreement.objects.create(
            id=new_id(),
            number=number,
            kind=told["kind"],
            source_language=told["source_language"],
            title_fr=told["titles"].get("fr", ""),
        )
        parties = {
            each["key"]: models.Party.objects.create(
                agreement=agreement, position=place, organization=each["organization"]
            )
            for place, each in enumerate(told["parties"], 1)
        }
        for place, each in enumerate(told["commitments"], 1):
            commitment = models.Commitment.objects.create(
                agreement=agreement,
                position=place,
                number=place,
                kind=each["kind"],
                text_fr=each["texts"].get("fr", ""),
            )
            for key in each["debtors"]:
                models.CommitmentDebtor.objects.create(commitment=commitment, party=parties[key])
        return agreement

    def to_representation(self, agreement):
        return AgreementSerializer(agreement).data

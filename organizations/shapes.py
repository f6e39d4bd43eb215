"""What an organization and a person look like in a document."""

from rest_framework import serializers

from lib.shapes import Address, Claim, Code, Known, Reference, Strict, Texts
from organizations.models import Alias, Office, Organization, ProfileClaim
from organizations.models.organization import SourceLanguage


class Child(Strict):
    """A part of a document: `key` is the sender's own name for it, `id` the registry's."""

    key = serializers.CharField(required=False, max_length=80, write_only=True)
    id = serializers.UUIDField(required=False)


class AliasShape(Child):
    """Another name of an organization."""

    name = serializers.CharField(max_length=300)
    language = serializers.ChoiceField(choices=SourceLanguage)
    kind = serializers.ChoiceField(choices=Alias.Kind, default=Alias.Kind.AS_WRITTEN)


class IdentifierShape(Strict):
    """A number in another register."""

    scheme = serializers.CharField(max_length=60)
    value = serializers.CharField(max_length=200)


class ProfileClaimShape(Child):
    """Something a source says of an organization, true as of that source."""

    about = serializers.ChoiceField(choices=ProfileClaim.About)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    texts = Texts()
    as_of = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class OrganizationShape(Child):
    """An organization with its names and what is said of it."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    slug = serializers.SlugField(max_length=80)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    name = serializers.CharField(read_only=True)
    names = Texts(max_length=300)
    short_names = Texts(max_length=80, allow_empty=True)
    kind = Code(required=False, allow_null=True, default=None)
    country = serializers.RegexField(r"^([A-Z]{2})?$", required=False, allow_blank=True, default="")
    city = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    parent = Reference(required=False, allow_null=True, default=None)
    relation = serializers.ChoiceField(
        choices=Organization.Relation, required=False, allow_blank=True, default=""
    )
    mandates = Texts(allow_empty=True)
    website = Address(max_length=200)
    identifiers = IdentifierShape(many=True, required=False, default=list)
    aliases = AliasShape(many=True, required=False, default=list)
    profile = ProfileClaimShape(many=True, required=False, default=list)


class OfficeShape(Child):
    """The title a person holds in an organization."""

    type = serializers.CharField(read_only=True)
    organization = Reference()
    attachment = serializers.ChoiceField(choices=Office.Attachment, default=Office.Attachment.STATED)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    title = serializers.CharField(read_only=True)
    titles = Texts(max_length=200)
    since = Claim()
    until = Claim()


class PersonShape(Child):
    """A natural person and the offices a source gives them."""

    type = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    source_language = serializers.ChoiceField(choices=SourceLanguage)
    name = serializers.CharField(read_only=True)
    names = Texts(max_length=200)
    offices = OfficeShape(many=True, required=False, default=list)


# As records of their own, over the API: with a version, and what is only said when they are entered.


class FreeSlug(serializers.SlugField):
    """The short address of a new organization."""

    def __init__(self, **kwargs):
        told = "Made of the name where it is left out."
        super().__init__(**({"max_length": 80, "required": False, "help_text": told} | kwargs))


class OrganizationRecord(OrganizationShape):
    """An organization as a record of its own."""

    version = serializers.IntegerField(read_only=True)


class NewOrganization(OrganizationShape):
    """An organization to be entered."""

    slug = FreeSlug()
    allow_duplicate = serializers.BooleanField(
        required=False, default=False, help_text="It is another one than those it looks like."
    )


class PersonRecord(PersonShape):
    """A person as a record of its own."""

    version = serializers.IntegerField(read_only=True)


class NewPerson(PersonShape):
    """A person to be entered."""

    allow_duplicate = serializers.BooleanField(
        required=False, default=False, help_text="It is another one than those it looks like."
    )


class OfficeRecord(OfficeShape):
    """An office as a record of its own; its version is that of the person."""

    url = serializers.URLField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    person = Known()


class MergeShape(Strict):
    """Into which record another is merged, and how one knows that they are one."""

    into = Known()
    reason = serializers.CharField(max_length=2000)

"""Tables of organizations, people and programmes."""

from django.utils.translation import gettext_lazy as _

from exchange.shapes.columns import (
    IDENTIFIERS,
    TEXT,
    Column,
    choice,
    dated,
    reference,
    spoken,
    term,
)
from exchange.shapes.tables.shared import ID, LANGUAGE, ORGANIZATION, Table, of
from organizations.models import Alias, Office, Organization, ProfileClaim
from organizations.models.organization import SourceLanguage

ORGANIZATIONS = Table(
    "organizations",
    _("Organizations"),
    "organization",
    [
        Column("slug", _("Short address"), ("slug",), TEXT, ("short address", "adresse courte")),
        LANGUAGE,
        *spoken(
            "name",
            _("Name"),
            "names",
            ("name",),
            (
                "nom",
                "dénomination",
                "raison sociale",
                "association",
                "organisme",
                "nom de l'organisme",
                "nom de l'organisme bénéficiaire",
            ),
            ("الاسم", "اسم المنظمة", "الجمعية", "التسمية"),
        ),
        *spoken(
            "short_name",
            _("Short name"),
            "short_names",
            ("short name", "acronym"),
            ("sigle", "acronyme"),
            ("الاسم المختصر",),
        ),
        Column("kind", _("Kind"), ("kind",), term("organization_kind"), ("type", "النوع")),
        Column(
            "country",
            _("Country, in two letters, as MA"),
            ("country",),
            TEXT,
            ("pays", "code pays", "البلد", "الدولة"),
        ),
        Column("city", _("City"), ("city",), TEXT, ("ville", "commune", "المدينة")),
        Column(
            "parent",
            _("Short address of the organization it belongs to"),
            ("parent",),
            reference("organization"),
        ),
        Column("relation", _("How it belongs to its parent"), ("relation",), choice(Organization.Relation)),
        *spoken("mandate", _("Mandate"), "mandates", (), ("mission", "mandat"), ("المهام",)),
        Column("website", _("Website"), ("website",), TEXT, ("site", "site web", "site internet", "الموقع")),
        Column(
            "identifiers",
            _("Numbers in other registers, as ICE:001234567000089"),
            ("identifiers",),
            IDENTIFIERS,
        ),
        Column(
            "name", _("Name, in the language of the source"), ("names", "*"), TEXT, ("title",), kept=False
        ),
        ID,
    ],
    of="slug",
)
OTHER_NAMES = Table(
    "other_names",
    _("Other names of organizations"),
    "organization",
    [
        ORGANIZATION,
        Column("name", _("Other name"), ("name",), TEXT, ("nom", "الاسم")),
        Column(
            "language",
            _("Language: en, fr or ar"),
            ("language",),
            choice(SourceLanguage),
            ("langue", "اللغة"),
        ),
        Column("kind", _("Why it differs"), ("kind",), choice(Alias.Kind)),
        ID,
    ],
    member="aliases",
    of="organization",
)
PROFILE = Table(
    "profile",
    _("What is said of organizations"),
    "organization",
    [
        ORGANIZATION,
        Column("about", _("About"), ("about",), choice(ProfileClaim.About)),
        LANGUAGE,
        *spoken("text", _("What is said"), "texts"),
        Column("as_of", _("As of, as written"), ("as_of",), TEXT),
        ID,
    ],
    member="profile",
    of="organization",
)
PEOPLE = Table(
    "people",
    _("People"),
    "person",
    [LANGUAGE, *spoken("name", _("Name"), "names", ("name",), ("nom",), ("الاسم",)), ID],
    of="id",
)
OFFICES = Table(
    "offices",
    _("Offices of people"),
    "person",
    [
        of("person", _("Id of the person")),
        Column(
            "organization",
            _("Short address of the organization"),
            ("organization",),
            reference("organization"),
        ),
        Column(
            "attachment",
            _("Whether the text ties the title to the organization"),
            ("attachment",),
            choice(Office.Attachment),
        ),
        LANGUAGE,
        *spoken("title", _("Title"), "titles"),
        *dated("since", _("In office since"), "since"),
        *dated("until", _("In office until"), "until"),
        ID,
    ],
    member="offices",
    of="person",
)
PROGRAMMES = Table(
    "programmes",
    _("Programmes"),
    "programme",
    [
        Column("slug", _("Short address"), ("slug",), TEXT),
        LANGUAGE,
        *spoken("name", _("Name"), "names"),
        *spoken("short_name", _("Short name"), "short_names"),
        ID,
    ],
    of="slug",
)

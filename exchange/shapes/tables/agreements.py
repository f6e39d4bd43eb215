"""The table of agreements, one row each; what others' tables say of them in one row is read too."""

from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Agreement,
)
from exchange.shapes.columns import (
    DECIMAL,
    IDENTIFIERS,
    TEXT,
    WHOLE,
    YES_NO,
    Column,
    choice,
    dated,
    reference,
    references,
    spoken,
    term,
    terms,
)
from exchange.shapes.tables.shared import ID, LANGUAGE, Table, of
from organizations.models.organization import SourceLanguage

AGREEMENTS = Table(
    "agreements",
    _("Agreements"),
    "agreement",
    [
        of(
            "code",
            _("Number in the registry, as MQ-0001, or a key of your own"),
            "n°",
            "no",
            "num",
            "numéro",
            "numéro d'ordre",
            "رقم",
            "الرقم",
        ),
        Column(
            "reference",
            _("Reference, as the parties write it"),
            ("reference",),
            TEXT,
            (
                "référence",
                "réf",
                "référence de la convention",
                "referenceDecision",
                "référence décision",
                "المرجع",
                "رقم الاتفاقية",
            ),
        ),
        Column(
            "identifiers",
            _("Numbers in other registers, as FR-34:2012-45"),
            ("identifiers",),
            IDENTIFIERS,
        ),
        Column(
            "kind",
            _("Kind"),
            ("kind",),
            term("agreement_kind"),
            ("type", "nature", "type de convention", "النوع"),
        ),
        LANGUAGE,
        *spoken(
            "title",
            _("Title"),
            "titles",
            ("subject",),
            ("titre", "intitulé", "intitulé de la convention", "objet", "objet de la convention"),
            ("العنوان", "عنوان الاتفاقية", "موضوع الاتفاقية", "الموضوع"),
        ),
        Column(
            "title_basis",
            _("Whether the source or the registry gave the title"),
            ("title_basis",),
            choice(Agreement.TitleBasis),
        ),
        Column(
            "programme",
            _("Short address of the programme"),
            ("programme",),
            reference("programme"),
            ("البرنامج",),
        ),
        *spoken("occasion", _("Occasion"), "occasions"),
        Column(
            "place_of_signature",
            _("Place of signature"),
            ("place_of_signature",),
            TEXT,
            ("lieu de signature", "lieu", "مكان التوقيع"),
        ),
        *dated(
            "signed",
            _("Signed"),
            "dates",
            "signed",
            also=(
                "signed",
                "date",
                "date of signature",
                "signature",
                "date de signature",
                "date de la convention",
                "dateConvention",
                "تاريخ التوقيع",
                "التاريخ",
            ),
        ),
        *dated(
            "effective",
            _("In force from"),
            "dates",
            "effective",
            also=("start", "début", "date d'effet", "date de début", "entrée en vigueur", "تاريخ البداية"),
        ),
        *dated(
            "ends",
            _("Ends"),
            "dates",
            "ends",
            also=(
                "end",
                "fin",
                "échéance",
                "date de fin",
                "date d'expiration",
                "تاريخ الانتهاء",
                "تاريخ النهاية",
            ),
        ),
        Column("renewal", _("Renewal"), ("renewal", "rule"), choice(Agreement.Renewal), ("renouvellement",)),
        *[
            Column(each.name, each.words, ("renewal", "texts", each.path[1]), each.codec)
            for each in spoken("renewal_rule", _("Renewal, in words"), "texts")
        ],
        Column("notice_days", _("Notice period in days"), ("renewal", "notice_days"), WHOLE, ("préavis",)),
        Column(
            "amount",
            _("Amount, where a source states it"),
            ("amount", "value"),
            DECIMAL,
            ("montant", "montant (DH)", "montant de la subvention", "المبلغ"),
        ),
        Column(
            "currency",
            _("Currency, in three letters, as MAD"),
            ("amount", "currency"),
            TEXT,
            ("devise", "monnaie", "العملة"),
        ),
        Column("themes", _("Themes"), ("themes",), terms("theme"), ("thèmes", "thématique", "المجالات")),
        Column(
            "more_advantages_claimed",
            _("Whether the source says there are further advantages"),
            ("more_advantages_claimed",),
            YES_NO,
        ),
        Column(
            "confidentiality",
            _("Who may read it"),
            ("confidentiality",),
            choice(Agreement.Confidentiality),
            ("confidentialité",),
        ),
        Column("sources", _("Ids of its sources"), ("sources",), references("source")),
        Column(
            "editorial_state",
            _("State of the record; kept only by who may restore a registry"),
            ("editorial_state",),
            choice(Agreement.EditorialState),
        ),
        Column("version", _("Version of the record when the file was written"), ("version",), WHOLE),
        # Read from other people's tables; our own have tables for them.
        Column(
            "title",
            _("Title, in the language beside it or of the source"),
            ("titles", "*"),
            TEXT,
            ("title",),
            kept=False,
        ),
        Column("title_language", _("Language of the title"), (), choice(SourceLanguage), kept=False),
        Column(
            "parties",
            _("All parties by name, with | between them"),
            (),
            TEXT,
            ("parties", "parties contractantes", "partenaires", "الأطراف"),
            kept=False,
        ),
        *[
            Column(f"party_{number}", words, (), TEXT, also, kept=False)
            for number, words, also in (
                (
                    1,
                    _("First party"),
                    ("partie 1", "première partie", "premier partenaire", "nomAttribuant", "الطرف الأول"),
                ),
                (
                    2,
                    _("Second party"),
                    (
                        "partie 2",
                        "deuxième partie",
                        "partenaire",
                        "bénéficiaire",
                        "nomBeneficiaire",
                        "nom du bénéficiaire",
                        "الطرف الثاني",
                    ),
                ),
                (3, _("Third party"), ("partie 3", "troisième partie", "الطرف الثالث")),
                (4, _("Fourth party"), ("partie 4", "quatrième partie", "الطرف الرابع")),
            )
        ],
        Column(
            "groups",
            _("Target groups, as the source names them, with | between them"),
            (),
            TEXT,
            ("target groups", "bénéficiaires", "population cible", "المستفيدون", "الفئات المستهدفة"),
            kept=False,
        ),
        ID,
    ],
    of="code",
)

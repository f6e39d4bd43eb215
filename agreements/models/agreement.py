"""The instrument itself, its place among others, and the groups it names."""

from datetime import date

import pgtrigger
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.programme import Programme
from agreements.models.rules import GUARDED, said, stays_with
from agreements.models.vocabulary import AgreementKind, TargetGroup, Theme
from audit.models import Recorded
from lib import languages, search
from lib.claims import DateClaims, claim_constraints
from lib.constraints import said_in_a_language
from lib.folding import shown
from lib.languages import translated
from lib.ordering import first_day, last_day
from organizations.models import Organization, User
from organizations.models.organization import SourceLanguage
from organizations.permissions import Permission

# As `Agreement.code` writes it.
_CODE = search.Words(
    "code",
    "'MQ-' || lpad({row}.number::text, greatest(4, length({row}.number::text)), '0')",
    "''",
    False,
    ("number",),
)


class AgreementQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The agreements `actor` may read: the one gate of lists and single sheets alike.

        Published ones by their confidentiality; drafts and withdrawn ones for whoever entered them, for the
        organization they were entered for, and for those who hold VIEW_DRAFTS. Restricted ones are open to their
        own parties. A duplicate is shown to nobody: its address leads to the record it is a duplicate of.
        """
        return self.open_to(actor).filter(duplicate_of=None)

    def open_to(self, actor):
        """The same, duplicates included: for those who follow an old address, and for those who undo."""
        if not actor.may_read:
            return self.none()
        to_all, own = _readable(actor)
        return self.filter(to_all | own)

    def visible_apart(self, actor):
        """What `visible_to` gives, in two that share nothing: what is open to all of the kind of `actor`, and the rest.

        What is found of the first is found without a look at the second, where so many are enough.
        """
        if not actor.may_read:
            return self.none(), self.none()
        to_all, own = _readable(actor)
        single = self.filter(duplicate_of=None)
        return single.filter(to_all), single.filter(own).exclude(to_all) if own else self.none()

    def in_order(self):
        """Newest record first: a total order, by key."""
        return self.order_by("-number")


def _readable(actor) -> tuple[Q, Q]:
    """What `actor` may read because all of its kind may, and what because of who it is, if anything."""
    open_to = [Agreement.Confidentiality.PUBLIC]
    if actor.may(Permission.VIEW_PARTNERS):
        open_to.append(Agreement.Confidentiality.PARTNERS)
    if actor.may(Permission.VIEW_RESTRICTED):
        open_to.append(Agreement.Confidentiality.RESTRICTED)
    to_all, own = Q(confidentiality__in=open_to), Q()
    if actor.organization_id is not None:  # NULL would mean «agreements without parties»
        # Asked of each by the key of a party: PostgreSQL would reckon a set of them anew for every look-up.
        parties = Agreement._meta.get_field("parties").related_model.objects
        own = Q(Exists(parties.filter(agreement=OuterRef("pk"), organization=actor.organization_id)))
    if actor.may(Permission.VIEW_DRAFTS):
        return to_all, own
    published = Q(editorial_state=Agreement.EditorialState.PUBLISHED)
    to_all &= published
    own = own & published if own else own
    if actor.account_id is not None:
        own |= Q(registered_by=actor.account_id)
    if actor.organization_id is not None:
        own |= Q(registered_for=actor.organization_id)
    return to_all, own


class Agreement(Recorded):
    """An agreement between organizations, as its sources tell it.

    A signed agreement may state no date, no term, no amount, no reference: every such column has a value for «not
    stated», and nothing is filled in for it.
    """

    class EditorialState(models.TextChoices):
        """How far the record is, not the agreement."""

        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        PUBLISHED = "published", pgettext_lazy("editorial state", "published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Confidentiality(models.TextChoices):
        """Who may read the published record."""

        PUBLIC = "public", pgettext_lazy("confidentiality", "public")
        PARTNERS = "partners", _("partner organizations")
        RESTRICTED = "restricted", _("its parties and the registry's editors")

    class TitleBasis(models.TextChoices):
        """Whose words the title is."""

        SOURCE = "source", _("from the source")
        REGISTRY = "registry", _("given by the registry")

    class Renewal(models.TextChoices):
        """What happens at the end of the term."""

        NOT_STATED = "not_stated", _("not stated")
        NONE = "none", _("explicitly none")
        AUTOMATIC = "automatic", _("automatic unless denounced")
        BY_AGREEMENT = "by_agreement", _("by written agreement")

    # Order: what the record is called, what the agreement is, when, how it ends, money, the record's own life.
    number = models.PositiveIntegerField(_("number in the registry"), unique=True, editable=False)
    reference = models.CharField(
        _("reference, as the parties write it"), max_length=120, blank=True, default=""
    )
    source_language = models.CharField(_("language of the source"), max_length=2, choices=SourceLanguage)
    title = translated(models.CharField(_("title"), max_length=500, blank=True, default=""))
    title_basis = models.CharField(
        _("title taken"), max_length=8, choices=TitleBasis, default=TitleBasis.REGISTRY
    )
    kind = models.ForeignKey(
        AgreementKind, models.PROTECT, related_name="agreements", verbose_name=_("kind"), db_index=False
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("programme"),
    )
    occasion = translated(models.TextField(_("occasion"), blank=True, default=""))
    place_of_signature = models.CharField(_("place of signature"), max_length=200, blank=True, default="")
    signed = DateClaims(_("signature"))
    effective = DateClaims(_("entry into force"))
    ends = DateClaims(_("end"))
    DATES = {"signed": _("Signed"), "effective": _("In force from"), "ends": _("Ends")}
    renewal = models.CharField(_("renewal"), max_length=12, choices=Renewal, default=Renewal.NOT_STATED)
    renewal_rule = translated(models.TextField(_("renewal rule"), blank=True, default=""))
    notice_days = models.PositiveSmallIntegerField(_("notice period in days"), null=True, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(
        _("currency (ISO 4217)"),
        max_length=3,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, like MAD."))],
    )
    more_advantages_claimed = models.BooleanField(
        _("the source says there are further advantages"), default=False
    )
    themes = models.ManyToManyField(
        Theme, through="AgreementTheme", related_name="agreements", verbose_name=_("themes")
    )
    organizations = models.ManyToManyField(
        Organization, through="agreements.Party", related_name="agreements", verbose_name=_("parties")
    )
    confidentiality = models.CharField(
        _("confidentiality"), max_length=10, choices=Confidentiality, default=Confidentiality.PUBLIC
    )
    editorial_state = models.CharField(
        _("state of the record"),
        max_length=10,
        choices=EditorialState,
        default=EditorialState.DRAFT,
        editable=False,
    )
    registered_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="registered_agreements",
        verbose_name=_("entered by"),
    )
    registered_for = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="registered_agreements",
        verbose_name=_("entered for"),
    )
    reviewed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="reviewed_agreements",
        verbose_name=_("reviewed by"),
    )
    restored_by = models.CharField(_("taken over by"), max_length=200, blank=True, default="", editable=False)
    """Who took the record over, reviewed, from another registry and vouches for it here; blank for all others."""
    duplicate_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="duplicates",
        verbose_name=_("duplicate of"),
    )
    """The record that tells of the same agreement and is shown instead; everything of this one stays as it is."""
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(reference=""),
                name="agreement_reference_is_unique_when_stated",
                violation_error_message=_("Another agreement has this reference."),
            ),
            said_in_a_language(
                "title",
                name="agreement_has_a_title",
                message=_("Give the agreement a title in at least one language."),
            ),
            models.CheckConstraint(
                name="agreement_amount_has_a_currency_and_only_then",
                condition=Q(amount__isnull=True, currency="") | (Q(amount__isnull=False) & ~Q(currency="")),
                violation_error_message=_("An amount has a currency; without an amount there is none."),
            ),
            models.CheckConstraint(
                name="agreement_amount_is_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("An amount cannot be negative."),
            ),
            models.CheckConstraint(
                name="agreement_is_published_by_somebody_other_than_its_author",
                condition=~Q(editorial_state="published")
                | (
                    Q(reviewed_by__isnull=False)
                    & (Q(registered_by__isnull=True) | ~Q(registered_by=F("reviewed_by")))
                )
                | (Q(registered_by__isnull=True) & ~Q(restored_by="")),
                violation_error_message=_("Somebody other than its author publishes an agreement."),
            ),
            models.CheckConstraint(
                name="agreement_is_not_its_own_duplicate",
                condition=~Q(duplicate_of=F("id")),
                violation_error_message=_("An agreement is not a duplicate of itself."),
            ),
            models.CheckConstraint(
                name="agreement_version_counts_from_one",
                condition=Q(version__gte=1),
                violation_error_message=_("Versions count from one."),
            ),
            *claim_constraints("agreement", "signed"),
            *claim_constraints("agreement", "effective"),
            *claim_constraints("agreement", "ends"),
        ]
        indexes = [
            models.Index(fields=["editorial_state", "-number"], name="agreement_by_state_and_number"),
            models.Index(fields=["kind", "-number"], name="agreement_by_kind"),
            # What `visible_to` asks, so that counting many does not read them.
            models.Index(
                fields=["id"],
                include=[
                    "confidentiality",
                    "editorial_state",
                    "duplicate_of",
                    "registered_by",
                    "registered_for",
                    "number",
                ],
                name="agreement_by_who_may_read_it",
            ),
            GistIndex(fields=["signed_range"], name="agreement_by_signed_days"),
            GistIndex(fields=["ends_range"], name="agreement_by_ends_days"),
            # As the lists stand (queries/listing.py).
            models.Index(
                first_day("signed", none=date.min).desc(),
                F("number").desc(),
                name="agreement_signed_last",
            ),
            models.Index(
                first_day("signed", none=date.max), F("number").desc(), name="agreement_signed_first"
            ),
            models.Index(last_day("ends", none=date.max), F("number").desc(), name="agreement_ends_first"),
            *(
                models.Index(shown("title", code), F("number").desc(), name=f"agreement_by_title_{code}")
                for code in languages.CODES
            ),
        ]
        triggers = [
            *GUARDED,
            pgtrigger.FSM(
                name="editorial_state_moves_as_allowed",
                field="editorial_state",
                transitions=[
                    ("draft", "in_review"),
                    ("in_review", "draft"),
                    ("in_review", "published"),
                    ("published", "withdrawn"),
                    ("withdrawn", "draft"),
                ],
            ),
            pgtrigger.Trigger(
                name="published_with_two_parties",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__editorial_state="published"),
                func="""
                    IF (SELECT count(*) FROM agreements_party WHERE agreement_id = NEW.id) < 2 THEN
                        RAISE EXCEPTION 'A published agreement has at least two parties.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_is_published_with_two_parties';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="published_with_its_proof",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("editorial_state"),
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__editorial_state="in_review", new__editorial_state="published"),
                func="""
                    IF EXISTS (SELECT 1 FROM mithaq_unproved(NEW.id)) THEN
                        RAISE EXCEPTION 'A published fact has a quote, or an editor’s name: entered without source.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_is_published_with_its_proof';
                    END IF;
                    RETURN NULL;
                """,
            ),
            *search.found_by_words(
                "agreements_textentry",
                _CODE,
                search.plain("reference", "reference"),
                *search.translated("title", "title"),
                *search.translated("occasion", "occasion"),
                search.plain("place", "place_of_signature", named=True),
                *search.translated("renewal", "renewal_rule"),
                owner="agreement_id",
                key="{row}.id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """The number as people say it: `MQ-0002`, the same in every language."""
        return f"MQ-{self.number:04d}"

    @staticmethod
    def number_of(code: str) -> int | None:
        """The number in `MQ-0002`; None when `code` is not of that form."""
        prefix, _, digits = code.upper().partition("-")
        return int(digits) if prefix == "MQ" and digits.isdecimal() and len(digits) < 10 else None

    def get_absolute_url(self) -> str:
        return reverse("agreement", args=[self.code])


class AgreementIdentifier(Recorded):
    """An agreement's number in another register."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="identifiers", verbose_name=_("agreement")
    )
    scheme = models.CharField(_("scheme"), max_length=60)
    value = models.CharField(_("value"), max_length=200)

    class Meta(Recorded.Meta):
        verbose_name = _("identifier of an agreement")
        verbose_name_plural = _("identifiers of agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="identifier_names_one_agreement",
                violation_error_message=_("Another agreement has this identifier."),
            )
        ]
        triggers = [*GUARDED, stays_with("agreement_id"), *said(search.plain("identifier", "value"))]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class AgreementTheme(Recorded):
    """A theme of an agreement."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="theme_links", verbose_name=_("agreement"), db_index=False
    )
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="agreement_links", verbose_name=_("theme"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Recorded.Meta):
        verbose_name = _("theme of an agreement")
        verbose_name_plural = _("themes of agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "theme"],
                name="theme_is_listed_once_for_an_agreement",
                violation_error_message=_("The agreement already has this theme."),
            )
        ]
        indexes = [models.Index(fields=["theme", "agreement"], name="agreement_by_theme")]
        triggers = [*GUARDED, stays_with("agreement_id")]

    def __str__(self) -> str:
        return str(self.theme)


class NamedGroup(Recorded):
    """A group of people, or a class of institutions, as the source names it: a target group of this agreement."""

    part_of = "agreement"

    class Mention(models.TextChoices):
        """Where the group is named: in what is agreed, or only in what is said about it."""

        PROVISION = "provision", _("named in a provision")
        STATEMENT = "statement", _("named only in a statement")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="groups", verbose_name=_("agreement")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = translated(models.CharField(_("as named"), max_length=400, blank=True, default=""))
    concept = models.ForeignKey(
        TargetGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="named",
        verbose_name=_("target group"),
        db_index=False,
    )
    of_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        verbose_name=_("of the organization"),
    )
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    mention = models.CharField(_("mentioned"), max_length=10, choices=Mention, default=Mention.PROVISION)

    class Meta(Recorded.Meta):
        verbose_name = _("named group")
        verbose_name_plural = _("named groups")
        constraints = [
            said_in_a_language(
                "text", name="named_group_has_a_name", message=_("Name the group as the source does.")
            )
        ]
        indexes = [models.Index(fields=["concept", "agreement"], name="group_by_concept")]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(*search.translated("group", "text"), search.plain("group_place", "place", named=True)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def source_language(self) -> str:
        return self.agreement.source_language


class AgreementLink(Recorded):
    """How one agreement stands to another."""

    class Kind(models.TextChoices):
        """What the first does to the second."""

        IMPLEMENTS = "implements", _("implements")
        AMENDS = "amends", _("amends")
        RENEWS = "renews", _("renews")
        SUPERSEDES = "supersedes", _("supersedes")
        RELATED = "related", _("is related to")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="links", verbose_name=_("agreement")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    to = models.ForeignKey(Agreement, models.PROTECT, related_name="linked_from", verbose_name=_("to"))

    class Meta(Recorded.Meta):
        verbose_name = _("link between agreements")
        verbose_name_plural = _("links between agreements")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "to"], name="agreement_link_is_stated_once"),
            models.CheckConstraint(
                name="agreement_link_joins_two_agreements",
                condition=~Q(agreement=F("to")),
                violation_error_message=_("An agreement is not linked to itself."),
            ),
        ]
        triggers = [*GUARDED, stays_with("agreement_id")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.get_kind_display()} {self.to}"

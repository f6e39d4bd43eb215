"""Bodies that can be party to an agreement, the names they go by, and what sources say of them."""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.models import Recorded
from lib import languages, search
from lib.constraints import said_in_a_language
from lib.folding import shown
from lib.languages import translated
from lib.terms import Term

NO_CYCLE = """
    -- Two writers at once could each close half of a circle. A new organization cannot: nothing is below it yet.
    IF TG_OP = 'UPDATE' AND NEW.parent_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('organizations.parents', 0));
    END IF;
    IF NEW.parent_id IS NOT NULL AND EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.parent_id
            UNION
            SELECT o.parent_id FROM organizations_organization o JOIN above ON o.id = above.id
             WHERE o.parent_id IS NOT NULL
        ) SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'An organization cannot stand above itself.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_is_not_above_itself';
    END IF;
    RETURN NEW;
"""

DESCEND = """
    -- Who stands under whom follows from the parents; it is kept here so that a list can ask for a whole sub-tree.
    IF TG_OP = 'DELETE' THEN
        DELETE FROM organizations_descent WHERE ancestor_id = OLD.id OR descendant_id = OLD.id;
        RETURN NULL;
    END IF;
    -- Drawn anew from the parents themselves, so that the order of rows in one statement makes no difference.
    IF TG_OP = 'INSERT' AND NEW.parent_id IS NOT NULL THEN
        -- Waits for whoever moves the parent at this moment, not for others who insert.
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('organizations.parents', 0));
    END IF;
    WITH RECURSIVE tree(id) AS (
        SELECT NEW.id
        UNION
        SELECT o.id FROM organizations_organization o JOIN tree ON o.parent_id = tree.id
    )
    DELETE FROM organizations_descent WHERE descendant_id IN (SELECT id FROM tree);
    WITH RECURSIVE tree(id) AS (
        SELECT NEW.id
        UNION
        SELECT o.id FROM organizations_organization o JOIN tree ON o.parent_id = tree.id
    ), line(ancestor, descendant, depth) AS (
        SELECT id, id, 0 FROM tree
        UNION
        SELECT o.parent_id, line.descendant, line.depth + 1
          FROM line JOIN organizations_organization o ON o.id = line.ancestor
         WHERE o.parent_id IS NOT NULL
    )
    INSERT INTO organizations_descent (ancestor_id, descendant_id, depth)
    SELECT ancestor, descendant, depth FROM line;
    RETURN NULL;
"""


class SourceLanguage(models.TextChoices):
    """Languages a name or a clause may be written in."""

    EN = "en", _("English")
    FR = "fr", _("French")
    AR = "ar", _("Arabic")


class OrganizationKind(Term, Recorded):
    """What sort of body an organization is: association, public body, centre …"""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("organization kind")
        verbose_name_plural = _("organization kinds")


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The organizations `actor` may read: all, for whoever may read the registry."""
        return self if actor.may_read else self.none()

    def in_order(self):
        """By name, then id: a total order."""
        return self.order_by("slug", "id")


class Organization(Recorded):
    """A body that can be party to an agreement; it may be a unit of another, its parent."""

    class Relation(models.TextChoices):
        """How an organization belongs to its parent."""

        PART_OF = "part_of", _("part of")
        OPERATED_BY = "operated_by", _("operated by")

    slug = models.SlugField(_("short address"), max_length=80, unique=True)
    source_language = models.CharField(_("language of the name"), max_length=2, choices=SourceLanguage)
    name = translated(models.CharField(_("name"), max_length=300, blank=True, default=""))
    short_name = translated(models.CharField(_("short name"), max_length=80, blank=True, default=""))
    kind = models.ForeignKey(
        OrganizationKind,
        models.PROTECT,
        verbose_name=_("kind"),
        null=True,
        blank=True,
        related_name="organizations",
    )
    country = models.CharField(
        _("country (ISO 3166-1)"),
        max_length=2,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, like MA."))],
    )
    city = models.CharField(_("city"), max_length=120, blank=True, default="")
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent"), null=True, blank=True, related_name="units"
    )
    relation = models.CharField(
        _("relation to the parent"), max_length=12, choices=Relation, blank=True, default=""
    )
    mandate = translated(models.TextField(_("mandate"), blank=True, default=""))
    website = models.URLField(_("website"), blank=True, default="")
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        related_name="merged_from",
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            said_in_a_language(
                "name",
                name="organization_has_a_name",
                message=_("Give the organization's name in at least one language."),
            ),
            models.CheckConstraint(
                name="organization_names_its_relation_iff_it_has_a_parent",
                condition=Q(parent__isnull=True, relation="") | (Q(parent__isnull=False) & ~Q(relation="")),
                violation_error_message=_("Say how the organization belongs to its parent, and only then."),
            ),
            models.CheckConstraint(
                name="organization_is_not_its_own_parent",
                condition=~Q(parent=F("id")),
                violation_error_message=_("An organization cannot be its own parent."),
            ),
            models.CheckConstraint(
                name="organization_is_not_merged_into_itself",
                condition=~Q(merged_into=F("id")),
                violation_error_message=_("An organization cannot be merged into itself."),
            ),
        ]
        # As lists by name stand (queries.by_name).
        indexes = [
            models.Index(shown("name", code), F("id"), name=f"organization_by_name_{code}")
            for code in languages.CODES
        ]
        triggers = [
            *Recorded.Meta.triggers,
            pgtrigger.Trigger(
                name="is_not_above_itself",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
                func=NO_CYCLE,
            ),
            pgtrigger.Trigger(
                name="stands_under_those_above_it",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id") | pgtrigger.Delete,
                func=DESCEND,
            ),
            *search.found_by_words(
                "organizations_nameentry",
                *search.translated("name", "name", named=True),
                *search.translated("short_name", "short_name", named=True),
                owner="organization_id",
                key="{row}.id",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organization", args=[self.slug])

    @property
    def label(self) -> languages.Text:
        """The short name where there is one, else the name, as the reader gets it."""
        return languages.spoken(self, "short_name") or languages.spoken(self, "name")


class Descent(models.Model):
    """Which organization stands under which, at any depth, itself included at depth 0. The database keeps it true."""

    ancestor = models.ForeignKey(
        Organization, models.CASCADE, related_name="below", verbose_name=_("organization above")
    )
    descendant = models.ForeignKey(
        Organization, models.CASCADE, related_name="above", verbose_name=_("organization below")
    )
    depth = models.PositiveSmallIntegerField(_("steps between them"))

    class Meta:
        verbose_name = _("line of descent")
        verbose_name_plural = _("lines of descent")
        constraints = [
            models.UniqueConstraint(
                fields=["ancestor", "descendant"], name="descent_joins_two_organizations_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ancestor} ▸ {self.descendant}"


class Alias(Recorded):
    """A name as written elsewhere: short, former, in another language, transliterated."""

    part_of = "organization"

    class Kind(models.TextChoices):
        """Why the other name differs."""

        AS_WRITTEN = "as_written", _("as written in a source")
        SHORT = "short", _("short name")
        FORMER = "former", _("former name")
        TRANSLITERATION = "transliteration", _("transliteration")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="aliases", verbose_name=_("organization")
    )
    name = models.CharField(_("name"), max_length=300)
    language = models.CharField(_("language"), max_length=2, choices=SourceLanguage)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.AS_WRITTEN)

    class Meta(Recorded.Meta):
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="alias_is_listed_once_for_an_organization",
                violation_error_message=_("This organization already has this other name."),
            )
        ]
        triggers = [
            *Recorded.Meta.triggers,
            *search.found_by_words(
                "organizations_nameentry",
                search.plain("alias", "name", language="{row}.language", named=True),
                owner="organization_id",
                key="{row}.organization_id",
                follows=("organization_id",),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExternalIdentifier(Recorded):
    """An organization's number in another register."""

    part_of = "organization"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="identifiers", verbose_name=_("organization")
    )
    scheme = models.CharField(_("scheme"), max_length=60)
    value = models.CharField(_("value"), max_length=200)

    class Meta(Recorded.Meta):
        verbose_name = _("external identifier")
        verbose_name_plural = _("external identifiers")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="external_identifier_names_one_organization",
                violation_error_message=_("Another organization has this identifier."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class ProfileClaim(Recorded):
    """Something a source says of an organization that has no column of its own; true as of that source."""

    part_of = "organization"

    class About(models.TextChoices):
        """What the claim is about."""

        FIELD = "field", _("field of work")
        EXPERIENCE = "experience", _("experience")
        LEGAL_FORM = "legal_form", _("legal form")
        MEMBERS = "members", _("members")
        OTHER = "other", _("other")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="profile_claims", verbose_name=_("organization")
    )
    about = models.CharField(_("about"), max_length=12, choices=About)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source_language = models.CharField(_("language of the source"), max_length=2, choices=SourceLanguage)
    text = translated(models.TextField(_("text"), blank=True, default=""))
    as_of = models.CharField(_("as of, as written"), max_length=200, blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("profile claim")
        verbose_name_plural = _("profile claims")
        constraints = [
            said_in_a_language(
                "text", name="profile_claim_says_something", message=_("Say it in at least one language.")
            )
        ]

    def __str__(self) -> str:
        return self.text


class DistinctPair(Recorded):
    """Two organizations that look alike and are known to be different: no duplicate warning ever again."""

    first = models.ForeignKey(
        Organization, models.CASCADE, related_name="distinct_before", verbose_name=_("first")
    )
    second = models.ForeignKey(
        Organization, models.CASCADE, related_name="distinct_after", verbose_name=_("second")
    )
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta(Recorded.Meta):
        verbose_name = _("pair of distinct organizations")
        verbose_name_plural = _("pairs of distinct organizations")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_pair_is_stated_once"),
            models.CheckConstraint(
                name="distinct_pair_is_kept_in_one_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("The first organization's id comes before the second's."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"

"""Where it says so: sources, exact quotes, and what is no part of the text."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement, NamedGroup
from agreements.models.parties import Party, Signatory
from agreements.models.programme import Programme
from agreements.models.provisions import Advantage, Commitment, Objective, Statement
from agreements.models.rules import FACTS, GUARDED, filled, own_agreement, refuse_unless, said, stays_with
from audit.models import Recorded
from lib import search
from lib.claims import DateClaims, claim_constraints
from lib.conditions import AskedOfEach
from lib.ordering import first_day
from organizations.models import Alias, Office, Organization, ProfileClaim
from organizations.models.organization import SourceLanguage
from organizations.permissions import Permission

# The columns of a citation that point at a fact: one of them is filled.
CITED = (
    "of_agreement",
    "party",
    "signatory",
    "group",
    "objective",
    "commitment",
    "advantage",
    "statement",
    "event",
    "programme",
    "organization",
    "alias",
    "profile_claim",
    "office",
)
_LANGUAGE_OF_SOURCE = "(SELECT language FROM agreements_source WHERE id = {row}.source_id)"


# The older states of the text of a row, as a set.
_OLDER = Func(
    OuterRef("pk"),
    template="""(WITH RECURSIVE older(id, replaces_id) AS (
        SELECT mine.id, mine.replaces_id FROM agreements_source mine WHERE mine.id = %(expressions)s
        UNION SELECT s.id, s.replaces_id FROM agreements_source s JOIN older ON s.id = older.replaces_id
    ) SELECT id FROM older)""",
    output_field=models.UUIDField(),
)


class SourceQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The sources of the agreements `actor` may read, and for editors those of none."""
        if not actor.may_read:
            return self.none()
        links = AgreementSource.objects.filter(agreement__in=Agreement.objects.visible_to(actor))
        readable = AskedOfEach(links.filter(source=OuterRef("pk")))
        # Who may read a text may read what became of it, though nothing is cited from that yet.
        readable |= Q(replaces__isnull=False) & Exists(links.filter(source__in=_OLDER))
        if actor.may(Permission.VIEW_DRAFTS):
            readable |= ~Exists(AgreementSource.objects.filter(source=OuterRef("pk")))
        return self.filter(readable)


class Source(Recorded):
    """A text that facts are taken from. Its words are never altered: a better text is another source."""

    class Kind(models.TextChoices):
        """What sort of text it is: a press article is weaker evidence than the signed text."""

        PRESS_ARTICLE = "press_article", _("press article")
        SIGNED_TEXT = "signed_text", _("signed text")
        ANNEX = "annex", _("annex")
        LETTER = "letter", _("letter")
        REPORT = "report", _("report")
        OTHER = "other", _("other text")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    language = models.CharField(_("language"), max_length=2, choices=SourceLanguage)
    title = models.CharField(_("title, as printed"), max_length=500, blank=True, default="")
    byline = models.CharField(_("byline, as printed"), max_length=200, blank=True, default="")
    publisher = models.CharField(_("publisher"), max_length=200, blank=True, default="")
    url = models.URLField(_("address"), max_length=500, blank=True, default="")
    published = DateClaims(_("publication"))
    text = models.TextField(_("text"))
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="newer",
        verbose_name=_("newer text of"),
    )
    """The source whose text this one has in a later state. Quotes stay where they were taken; they are flagged."""

    objects = SourceQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(
                name="source_has_a_text",
                condition=~Q(text=""),
                violation_error_message=_("Paste the text that the facts are taken from."),
            ),
            models.CheckConstraint(
                name="source_does_not_replace_itself",
                condition=~Q(replaces=F("id")),
                violation_error_message=_("A source is not a newer text of itself."),
            ),
            *claim_constraints("source", "published"),
        ]
        indexes = [
            models.Index(MD5("text"), name="source_by_its_very_words"),
            # As lists by the day of publication stand (api/endpoints.py).
            models.Index(first_day("published", none=date.min).desc(), F("id"), name="source_published_last"),
            models.Index(first_day("published", none=date.max), F("id"), name="source_published_first"),
        ]
        triggers = [
            *GUARDED,
            pgtrigger.Trigger(
                name="quotes_are_found_in_its_language",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("language"),
                condition=pgtrigger.Q(old__language__df=pgtrigger.F("new__language")),
                func="""
                    UPDATE agreements_textentry SET language = NEW.language
                     WHERE fact = 'quote' AND fact_id IN (SELECT id FROM agreements_citation WHERE source_id = NEW.id);
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="text_is_never_altered",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("text"),
                condition=pgtrigger.Q(old__text__df=pgtrigger.F("new__text")),
                func="""
                    RAISE EXCEPTION 'The text of a source is never altered: register the better text as a source.'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'source_text_is_never_altered';
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} ({self.get_language_display()})"

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.pk])


class AgreementSource(Recorded):
    """A source of an agreement."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="source_links", verbose_name=_("agreement"), db_index=False
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="agreement_links", verbose_name=_("source")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Recorded.Meta):
        verbose_name = _("source of an agreement")
        verbose_name_plural = _("sources of agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "source"], name="source_is_listed_once_for_an_agreement"
            )
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id", "source_id"),
            pgtrigger.Trigger(
                name="stays_while_it_is_quoted",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM agreements_citation
                                WHERE agreement_id = OLD.agreement_id AND source_id = OLD.source_id) THEN
                        RAISE EXCEPTION 'A citation is taken from a source of its agreement.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'citation_is_from_a_source_of_the_agreement';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.source)


class NoiseSpan(Recorded):
    """A stretch of a source that is no part of its text: a headline of another article, a byline, a bullet.

    Set aside, never deleted; no fact may be proved by it.
    """

    class Reason(models.TextChoices):
        """Why the stretch does not count."""

        HEADLINE = "headline", _("headline of another text")
        BYLINE = "byline", _("byline")
        BULLET = "bullet", _("bullet or rule")
        OTHER = "other", _("page furniture")
        NOTHING = "nothing", _("says nothing to record")

    source = models.ForeignKey(Source, models.CASCADE, related_name="noise", verbose_name=_("source"))
    start = models.PositiveIntegerField(_("from character"))
    end = models.PositiveIntegerField(_("to character, not included"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)

    class Meta(Recorded.Meta):
        verbose_name = _("stretch set aside")
        verbose_name_plural = _("stretches set aside")
        constraints = [
            models.CheckConstraint(
                name="noise_ends_after_it_starts",
                condition=Q(end__gt=F("start")),
                violation_error_message=_("The end comes after the start."),
            ),
            models.UniqueConstraint(fields=["source", "start"], name="noise_starts_once_at_a_place"),
        ]
        triggers = [
            *GUARDED,
            stays_with("source_id"),
            refuse_unless(
                'NEW."end" <= (SELECT char_length(text) FROM agreements_source WHERE id = NEW.source_id)'
                " AND NOT EXISTS (SELECT 1 FROM agreements_noisespan WHERE source_id = NEW.source_id"
                ' AND id <> NEW.id AND start < NEW."end" AND "end" > NEW.start)'
                " AND NOT EXISTS (SELECT 1 FROM agreements_citation WHERE source_id = NEW.source_id"
                ' AND start < NEW."end" AND "end" > NEW.start)',
                name="noise_lies_in_the_text_and_holds_no_quote",
                message=gettext_noop(
                    "A stretch set aside lies inside the text, apart from other such stretches and from quotes."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) {self.get_reason_display()}"

    @property
    def is_furniture(self) -> bool:
        """Whether it is no part of the text at all: its words are no sentence, and are not counted as one."""
        return self.reason != self.Reason.NOTHING


class CitationQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The citations in sources `actor` may read, of agreements it may read."""
        readable = Agreement.objects.visible_to(actor)
        return self.filter(agreement__in=readable, source__in=Source.objects.visible_to(actor))


class Citation(Recorded):
    """The exact quote [start, end) of a source, in characters, that proves one fact for one agreement."""

    part_of = "agreement"

    class About(models.TextChoices):
        """Which part of the fact the quote proves; blank for the fact as a whole."""

        TITLE = "title", _("title")
        NAME = "name", _("name")
        KIND = "kind", _("kind")
        STATUS = "status", _("signed")
        PARTIES = "parties", _("parties")
        SIGNATORIES = "signatories", _("signatories")
        SIGNED = "signed", _("signature")
        EFFECTIVE = "effective", _("entry into force")
        ENDS = "ends", _("end")
        RENEWAL = "renewal", _("renewal")
        AMOUNT = "amount", _("amount")
        PROGRAMME = "programme", _("programme")
        OCCASION = "occasion", _("occasion")
        PLACE = "place", _("place")
        THEMES = "themes", _("themes")
        ADVANTAGES = "advantages", _("advantages")
        DEBTORS = "debtors", _("debtors")
        BENEFICIARIES = "beneficiaries", _("beneficiaries")
        PURPOSE = "purpose", _("purpose")
        DUE = "due", _("due date")
        QUANTITY = "quantity", _("quantity")
        SPEAKER = "speaker", _("speaker")
        PARENT = "parent", _("parent")
        MANDATE = "mandate", _("mandate")
        COUNTRY = "country", _("country")
        CITY = "city", _("city")
        MEMBERS = "members", _("members")

    FACTS = CITED

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="all_citations", verbose_name=_("for the agreement")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="citations", verbose_name=_("source"), db_index=False
    )
    start = models.PositiveIntegerField(_("from character"))
    end = models.PositiveIntegerField(_("to character, not included"))
    quote = models.TextField(_("quote"))
    about = models.CharField(_("about"), max_length=14, choices=About, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")

    # The one fact it proves.
    of_agreement = models.ForeignKey(
        Agreement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("agreement"),
    )
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="citations", verbose_name=_("party")
    )
    signatory = models.ForeignKey(
        Signatory,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("signatory"),
    )
    group = models.ForeignKey(
        NamedGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("named group"),
    )
    objective = models.ForeignKey(
        Objective,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("objective"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("commitment"),
    )
    advantage = models.ForeignKey(
        Advantage,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("advantage"),
    )
    statement = models.ForeignKey(
        Statement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("statement"),
    )
    event = models.ForeignKey(
        "agreements.LifecycleEvent",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("lifecycle event"),
    )
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("programme"),
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("organization"),
    )
    alias = models.ForeignKey(
        Alias, models.CASCADE, null=True, blank=True, related_name="citations", verbose_name=_("other name")
    )
    profile_claim = models.ForeignKey(
        ProfileClaim,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("profile claim"),
    )
    office = models.ForeignKey(
        Office, models.CASCADE, null=True, blank=True, related_name="citations", verbose_name=_("office")
    )

    objects = CitationQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.CheckConstraint(
                name="citation_ends_after_it_starts",
                condition=Q(end__gt=F("start")),
                violation_error_message=_("The end comes after the start."),
            ),
        ]
        indexes = [models.Index(fields=["source", "start"], name="citation_by_place")]
        triggers = [
            *GUARDED,
            *said(search.plain("quote", "quote", language=_LANGUAGE_OF_SOURCE)),
            refuse_unless(
                f"{filled(CITED)} = 1 AND (NEW.of_agreement_id IS NULL OR NEW.of_agreement_id = NEW.agreement_id)",
                name="citation_points_at_exactly_one_fact",
                message=gettext_noop("A citation points at exactly one fact."),
            ),
            refuse_unless(
                own_agreement(**FACTS, event_id="agreements_lifecycleevent")
                + " AND (NEW.signatory_id IS NULL OR (SELECT party.agreement_id FROM agreements_signatory signatory"
                " JOIN agreements_party party ON party.id = signatory.party_id"
                " WHERE signatory.id = NEW.signatory_id) = NEW.agreement_id)",
                name="citation_proves_a_fact_of_its_agreement",
                message=gettext_noop("A citation proves a fact of its own agreement."),
            ),
            refuse_unless(
                "substr((SELECT text FROM agreements_source WHERE id = NEW.source_id), NEW.start + 1,"
                ' NEW."end" - NEW.start) = NEW.quote',
                name="quote_equals_the_text_at_its_position",
                message=gettext_noop("The quote is not what the source says at this position."),
            ),
            refuse_unless(
                "EXISTS (SELECT 1 FROM agreements_agreementsource WHERE agreement_id = NEW.agreement_id"
                " AND source_id = NEW.source_id)",
                name="citation_is_from_a_source_of_the_agreement",
                message=gettext_noop("A citation is taken from a source of its agreement."),
            ),
            refuse_unless(
                "NOT EXISTS (SELECT 1 FROM agreements_noisespan WHERE source_id = NEW.source_id"
                ' AND start < NEW."end" AND "end" > NEW.start)',
                name="citation_is_not_taken_from_noise",
                message=gettext_noop(
                    "These words are set aside: they are no part of the text and prove nothing."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.quote

    @property
    def fact(self):
        """The record this proves."""
        return next(fact for name in self.FACTS if (fact := getattr(self, name)) is not None)

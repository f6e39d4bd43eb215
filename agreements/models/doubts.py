"""Recorded doubts and how they can be read."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models.agreement import Agreement, NamedGroup
from agreements.models.evidence import Citation
from agreements.models.parties import Party
from agreements.models.provisions import Advantage, Commitment, Objective, Statement
from agreements.models.rules import FACTS, GUARDED, filled, own_agreement, refuse_unless, said, stays_with
from audit.models import Recorded
from lib import search
from lib.constraints import said_in_a_language
from lib.languages import translated

# The columns of a question that point at a fact in doubt: one of them is filled, or none.
DOUBTED = ("party", "group", "objective", "commitment", "advantage", "statement")


class OpenQuestion(Recorded):
    """A recorded doubt with its competing readings, until a named reviewer resolves it."""

    FACTS = DOUBTED

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="questions", verbose_name=_("agreement")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    about = models.CharField(_("about"), max_length=14, choices=Citation.About, blank=True, default="")
    text = translated(models.TextField(_("question"), blank=True, default=""))
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="questions", verbose_name=_("party")
    )
    group = models.ForeignKey(
        NamedGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("named group"),
    )
    objective = models.ForeignKey(
        Objective,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("objective"),
    )
    commitment = models.ForeignKey(
        Commitment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("commitment"),
    )
    advantage = models.ForeignKey(
        Advantage,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("advantage"),
    )
    statement = models.ForeignKey(
        Statement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("statement"),
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)
    resolved_by = models.CharField(_("resolved by"), max_length=200, blank=True, default="", editable=False)
    resolution = models.TextField(_("resolution"), blank=True, default="", editable=False)

    class Meta(Recorded.Meta):
        verbose_name = _("open question")
        verbose_name_plural = _("open questions")
        constraints = [
            said_in_a_language(
                "text", name="open_question_asks_something", message=_("Say what is in doubt.")
            ),
            models.CheckConstraint(
                name="open_question_is_resolved_by_a_named_reviewer_with_words",
                condition=Q(resolved_at__isnull=True, resolved_by="", resolution="")
                | (Q(resolved_at__isnull=False) & ~Q(resolved_by="") & ~Q(resolution="")),
                violation_error_message=_(
                    "A resolved question names its reviewer and says what was decided."
                ),
            ),
        ]
        triggers = [
            *GUARDED,
            stays_with("agreement_id"),
            *said(*search.translated("question", "text")),
            refuse_unless(
                f"{filled(DOUBTED)} <= 1",
                name="open_question_is_about_one_thing",
                message=gettext_noop("A question is about the agreement or about one fact of it."),
            ),
            refuse_unless(
                own_agreement(**FACTS),
                name="open_question_is_about_its_own_agreement",
                message=gettext_noop("A question is about a fact of its own agreement."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def source_language(self) -> str:
        return self.agreement.source_language

    @property
    def fact(self):
        """The record in doubt; None when it is the agreement as a whole."""
        return next((fact for name in self.FACTS if (fact := getattr(self, name)) is not None), None)


class Reading(Recorded):
    """One way of reading an open question."""

    question = models.ForeignKey(
        OpenQuestion, models.CASCADE, related_name="readings", verbose_name=_("question")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = translated(models.TextField(_("reading"), blank=True, default=""))

    class Meta(Recorded.Meta):
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            said_in_a_language("text", name="reading_says_something", message=_("Say how it can be read."))
        ]
        triggers = [*GUARDED, stays_with("question_id")]

    def __str__(self) -> str:
        return self.text

    @property
    def source_language(self) -> str:
        return self.question.source_language

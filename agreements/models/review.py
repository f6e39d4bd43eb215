"""What reviewers and authors say to each other about a record before it is published."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.drafts import Draft
from agreements.models.rules import GUARDED, stays_with
from audit.models import Recorded
from organizations.models import User


class ReviewCommentQuerySet(models.QuerySet):
    def open(self):
        """Those nobody has settled yet."""
        return self.filter(settled_at__isnull=True)

    def in_order(self):
        return self.order_by("at", "pk")


class ReviewComment(Recorded):
    """A reviewer's or author's words at one place of a record, open until somebody settles it.

    `path` is the place, as in `lib/papers.py`, with the ids of parts; empty for the record as a whole. `draft` is the
    change of a published record it is about, empty while the record itself is in review.
    """

    part_of = "agreement"

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="comments", verbose_name=_("agreement")
    )
    draft = models.ForeignKey(
        Draft, models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("draft")
    )
    path = models.CharField(_("place"), max_length=300, blank=True, default="")
    text = models.TextField(_("comment"), max_length=4000)
    asks_correction = models.BooleanField(_("asks for a correction"), default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )

    objects = ReviewCommentQuerySet.as_manager()

    class Meta(Recorded.Meta):
        verbose_name = _("review comment")
        verbose_name_plural = _("review comments")
        constraints = [
            models.CheckConstraint(
                name="review_comment_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Write the comment."),
            ),
            models.CheckConstraint(
                name="review_comment_is_settled_by_somebody",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__gte=F("at"), settled_by__isnull=False),
                violation_error_message=_("Who settles a comment is known."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["agreement", "at"],
                condition=Q(settled_at__isnull=True),
                name="review_comment_open_by_record",
            )
        ]
        triggers = [*GUARDED, stays_with("agreement_id", "by_id")]

    def __str__(self) -> str:
        return self.text

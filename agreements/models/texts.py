"""The words a search finds agreements by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.programme import Programme
from lib import search


class TextEntry(search.Entry):
    """Words of one fact of an agreement, or of a programme's name, ready to be found. The database keeps it true."""

    class Fact(models.TextChoices):
        """What says them; as a reader is told why an agreement was found."""

        CODE = "code", _("Number")
        REFERENCE = "reference", _("Reference")
        IDENTIFIER = "identifier", _("Number in another register")
        TITLE = "title", _("Title")
        PROGRAMME = "programme", _("Programme")
        PROGRAMME_SHORT = "programme_short", _("Programme")
        PARTY = "party", _("Party")
        PLACE = "place", _("Place of signature")
        OCCASION = "occasion", _("Occasion")
        COMMITMENT = "commitment", _("Commitment")
        PURPOSE = "purpose", _("Purpose of a commitment")
        COMMITMENT_PLACE = "commitment_place", _("Place of a commitment")
        OBJECTIVE = "objective", _("Objective")
        RENEWAL = "renewal", _("Renewal")
        EVENT = "event", _("Lifecycle event")
        GROUP = "group", _("Target group")
        GROUP_PLACE = "group_place", _("Place of a target group")
        ADVANTAGE = "advantage", _("Advantage claimed")
        STATEMENT = "statement", _("Statement")
        QUESTION = "question", _("Open question")
        QUOTE = "quote", _("Words of the source")

    agreement = models.ForeignKey(
        Agreement,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="text_entries",
        verbose_name=_("agreement"),
    )
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="text_entries",
        verbose_name=_("programme"),
    )

    words_like = "mithaq_text_words_like"

    CALLED = (Fact.CODE, Fact.REFERENCE, Fact.TITLE)
    """What an agreement is called; migration 0012 gives these entries an index, which `hits.py` asks by its words."""

    class Meta(search.Entry.Meta):
        abstract = False
        verbose_name = _("text to be found by")
        verbose_name_plural = _("texts to be found by")
        triggers = [search.KnowsItsWords("agreements_textword")]


class TextWord(search.Word):
    """A word of a text. The database keeps it."""

    class Meta(search.Word.Meta):
        abstract = False
        verbose_name = _("word of a text")
        verbose_name_plural = _("words of texts")

"""Tables of sources, their texts and what is set aside in them."""

from django.utils.translation import gettext_lazy as _

from agreements.models import (
    NoiseSpan,
    Source,
)
from exchange.shapes.columns import (
    TEXT,
    WHOLE,
    Column,
    choice,
    dated,
)
from exchange.shapes.tables.shared import ID, Table, of
from organizations.models.organization import SourceLanguage

SOURCES = Table(
    "sources",
    _("Sources"),
    "source",
    [
        ID,
        Column("kind", _("Kind"), ("kind",), choice(Source.Kind)),
        Column("language", _("Language: en, fr or ar"), ("language",), choice(SourceLanguage)),
        Column("title", _("Title, as printed"), ("title",), TEXT),
        Column("byline", _("Byline, as printed"), ("byline",), TEXT),
        Column("publisher", _("Publisher"), ("publisher",), TEXT),
        Column("address", _("Web address"), ("address",), TEXT),
        *dated("published", _("Published"), "published"),
    ],
    of="id",
)
SOURCE_TEXTS = Table(
    "source_texts",
    _("Texts of sources, piece by piece"),
    "source",
    [
        of("source", _("Id of the source")),
        Column("piece", _("Which piece, from 1"), ("piece",), WHOLE),
        Column("text", _("The text, exactly"), ("text",), TEXT),
    ],
    member="pieces",
    of="source",
)
NOISE = Table(
    "source_noise",
    _("What is set aside in sources"),
    "source",
    [
        of("source", _("Id of the source")),
        Column("start", _("From character"), ("start",), WHOLE),
        Column("end", _("To character, not included"), ("end",), WHOLE),
        Column("reason", _("Reason"), ("reason",), choice(NoiseSpan.Reason)),
        ID,
    ],
    member="noise",
    of="source",
)

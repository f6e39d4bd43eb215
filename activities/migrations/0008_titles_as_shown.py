"""Where a text is neither in the reader's language nor in the source's, lists stand by what the reader gets: fr, en, ar."""

from django.db import migrations, models
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib.folding import Fold

CODES = ("en", "fr", "ar")


def shown_title(language: str) -> Fold:
    own = Case(*(When(source_language=code, then=F(f"title_{code}")) for code in CODES))
    texts = [F(f"title_{language}"), own, F("title_fr"), F("title_en"), F("title_ar")]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in texts), output_field=CharField()))


class Migration(migrations.Migration):
    dependencies = [("activities", "0007_said_on")]
    operations = [
        operation
        for code in CODES
        for operation in (
            migrations.RemoveIndex("activity", f"activity_by_title_{code}"),
            migrations.AddIndex(
                "activity", models.Index(shown_title(code), F("id"), name=f"activity_by_title_{code}")
            ),
        )
    ]

"""Where a text is neither in the reader's language nor in the source's, lists stand by what the reader gets: fr, en, ar."""

from django.db import migrations, models
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib.folding import Fold

CODES = ("en", "fr", "ar")


def shown_name(language: str) -> Fold:
    own = Case(*(When(source_language=code, then=F(f"name_{code}")) for code in CODES))
    texts = [F(f"name_{language}"), own, F("name_fr"), F("name_en"), F("name_ar")]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in texts), output_field=CharField()))


class Migration(migrations.Migration):
    dependencies = [("organizations", "0011_orders")]
    operations = [
        operation
        for model in ("organization", "person")
        for code in CODES
        for operation in (
            migrations.RemoveIndex(model, f"{model}_by_name_{code}"),
            migrations.AddIndex(
                model, models.Index(shown_name(code), F("id"), name=f"{model}_by_name_{code}")
            ),
        )
    ]

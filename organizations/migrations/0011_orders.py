from django.db import migrations, models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib.folding import Fold

CODES = ("en", "fr", "ar")


def shown_name(language: str) -> Fold:
    own = Case(*(When(source_language=code, then=F(f"name_{code}")) for code in CODES))
    names = [F(f"name_{language}"), own, *(F(f"name_{code}") for code in CODES)]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in names)))


class Migration(migrations.Migration):
    dependencies = [("organizations", "0010_words_at_once")]
    operations = [
        migrations.AddIndex(model, models.Index(shown_name(code), F("id"), name=f"{model}_by_name_{code}"))
        for model in ("organization", "person")
        for code in CODES
    ]

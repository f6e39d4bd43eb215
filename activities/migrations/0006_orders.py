from datetime import date

from django.db import migrations, models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib.claims import LastDay
from lib.folding import Fold


def first_held(none: date) -> Coalesce:
    return Coalesce(F("held_range__startswith"), LastDay("held_range"), Value(none))


def shown_title(language: str) -> Fold:
    own = Case(*(When(source_language=code, then=F(f"title_{code}")) for code in ("en", "fr", "ar")))
    texts = [F(f"title_{language}"), own, F("title_en"), F("title_fr"), F("title_ar")]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in texts)))


INDEXES = [
    models.Index(first_held(date.min).desc(), F("id"), name="activity_held_last"),
    models.Index(first_held(date.max), F("id"), name="activity_held_first"),
    *(
        models.Index(shown_title(code), F("id"), name=f"activity_by_title_{code}")
        for code in ("en", "fr", "ar")
    ),
]


class Migration(migrations.Migration):
    dependencies = [("activities", "0005_latest_first")]
    operations = [migrations.AddIndex("activity", each) for each in INDEXES]

from datetime import date

from django.db import migrations, models
from django.db.models import Case, CharField, F, OrderBy, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib.claims import LastDay
from lib.folding import Fold

FALLING = OrderBy(F("number"), descending=True)


def first_signed(none: date) -> Coalesce:
    return Coalesce(F("signed_range__startswith"), LastDay("signed_range"), Value(none))


def shown_title(language: str) -> Fold:
    own = Case(*(When(source_language=code, then=F(f"title_{code}")) for code in ("en", "fr", "ar")))
    texts = [F(f"title_{language}"), own, F("title_fr"), F("title_en"), F("title_ar")]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in texts), output_field=CharField()))


INDEXES = [
    models.Index(OrderBy(first_signed(date.min), descending=True), FALLING, name="agreement_signed_last"),
    models.Index(first_signed(date.max), FALLING, name="agreement_signed_first"),
    models.Index(Coalesce(LastDay("ends_range"), Value(date.max)), FALLING, name="agreement_ends_first"),
    *(
        models.Index(shown_title(code), FALLING, name=f"agreement_by_title_{code}")
        for code in ("en", "fr", "ar")
    ),
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0013_last_change")]
    operations = [migrations.AddIndex("agreement", each) for each in INDEXES]

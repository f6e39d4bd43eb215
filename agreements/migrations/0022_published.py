from datetime import date

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from lib.claims import LastDay


def first_published(none: date) -> Coalesce:
    return Coalesce(F("published_range__startswith"), LastDay("published_range"), Value(none))


INDEXES = [
    models.Index(first_published(date.min).desc(), F("id"), name="source_published_last"),
    models.Index(first_published(date.max), F("id"), name="source_published_first"),
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0021_due")]
    operations = [migrations.AddIndex("source", each) for each in INDEXES]

from datetime import date

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from lib.claims import LastDay


def first_due(none: date) -> Coalesce:
    return Coalesce(F("due_range__startswith"), LastDay("due_range"), Value(none))


INDEXES = [
    models.Index(first_due(date.min).desc(), F("id"), name="commitment_due_last"),
    models.Index(first_due(date.max), F("id"), name="commitment_due_first"),
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0020_words_at_once")]
    operations = [migrations.AddIndex("commitment", each) for each in INDEXES]

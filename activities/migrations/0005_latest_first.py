from datetime import date

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from lib.claims import LastDay

LATEST = Coalesce(LastDay("held_range"), F("held_range__startswith"), Value(date.min))


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_words")]
    operations = [
        migrations.AddIndex(
            "activity", models.Index(LATEST.desc(), F("id").desc(), name="activity_latest_first")
        )
    ]

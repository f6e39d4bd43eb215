from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import F, Func, TextField, Value

from lib.folding import Fold

SAID = (
    *(f"title_{code}" for code in ("en", "fr", "ar")),
    *(f"description_{code}" for code in ("en", "fr", "ar")),
    "place",
)
JOINED = [each for name in SAID for each in (Value("\x1f"), F(name))][1:]
WORDS = Fold(Func(*JOINED, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField()))


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_remember")]
    operations = [
        migrations.AddIndex(
            "activity",
            GinIndex(OpClass(WORDS, "gin_trgm_ops"), name="activity_by_spelling"),
        )
    ]

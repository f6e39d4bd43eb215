"""A word that is new stands in its indexes at once: words that wait would be read by every search."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0009_entries_of_a_statement"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="nameword",
            name="nameword_by_spelling",
        ),
        migrations.RemoveIndex(
            model_name="nameword",
            name="nameword_by_sound",
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["word"], name="nameword_by_spelling", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["sounds"], name="nameword_by_sound"
            ),
        ),
    ]

"""A word that is new stands in its indexes at once: words that wait would be read by every search."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0019_entries_of_a_statement"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="textword",
            name="textword_by_spelling",
        ),
        migrations.AddIndex(
            model_name="textword",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["word"], name="textword_by_spelling", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]

"""The words of what an agreement is called: suggestions while somebody types are looked for there, not in all texts."""

from django.db import migrations

# `|| ''` as in 0012: whoever asks for these facts otherwise is better off with the index of the agreement.
CALLED = """
    CREATE INDEX textentry_called_by_words ON agreements_textentry USING gin (vector)
     WHERE (fact || '') IN ('code', 'reference', 'title')
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0017_words")]
    operations = [migrations.RunSQL(CALLED, "DROP INDEX textentry_called_by_words")]

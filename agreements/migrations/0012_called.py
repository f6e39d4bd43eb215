"""The entries of what an agreement is called: the first look for a frequent word is there."""

from django.db import migrations

# `|| ''` hides the index from whoever asks for these facts alone: PostgreSQL would read all of it beside that of a word.
CALLED = """
    CREATE INDEX textentry_called ON agreements_textentry (agreement_id)
     WHERE (fact || '') IN ('code', 'reference', 'title')
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0011_rendered"), ("lib", "0003_tokens")]
    operations = [migrations.RunSQL(CALLED, "DROP INDEX textentry_called")]

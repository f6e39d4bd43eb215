from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

FOLD = """
CREATE FUNCTION mithaq_fold(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT translate(
    regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)),
                   '[\\u064B-\\u065F\\u0670\\u0640\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]', '', 'g'),
    'أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹’‘ʼ‛`´–—',
    'اااايهوي01234567890123456789''''''''''''--')
$$;
COMMENT ON FUNCTION mithaq_fold(text) IS
  'Words as a search compares them: case, accents, apostrophes, Arabic letter forms, vowels and digits made alike';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION mithaq_fold(text)"),
    ]

"""The words of names: what a misspelt word is looked for among."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

NEAR = """
DROP FUNCTION mithaq_name_words_like(text);
CREATE FUNCTION mithaq_name_words_like(asked text) RETURNS TABLE (word text, alike boolean)
LANGUAGE sql STABLE STRICT SET pg_trgm.word_similarity_threshold = 0.3 AS $$
  -- Words spelled nearly so, and words of the same script that sound so: Beyti for Bayti.
  SELECT found.word, found.alike FROM public.mithaq_plain(asked) plain, LATERAL (
    SELECT near.word, near.sounds && heard AS alike
      FROM public.mithaq_sounds(plain) heard, public.organizations_nameword near
     WHERE plain <% near.word AND abs(length(near.word) - length(plain)) <= 3 AND similarity(near.word, plain) >= 0.15
    UNION
    SELECT near.word, true
      FROM public.mithaq_sounds(plain) heard, public.organizations_nameword near
     WHERE near.sounds && heard AND (near.word ~ '[ء-ۿ]') = (plain ~ '[ء-ۿ]')
       AND abs(length(near.word) - length(plain)) <= 3) found
   ORDER BY similarity(found.word, plain) DESC, found.word LIMIT 100
$$;
COMMENT ON FUNCTION mithaq_name_words_like(text) IS
  'The words of names that somebody may have meant who typed `asked`, and whether they sound alike';
"""
WAS = """
DROP FUNCTION mithaq_name_words_like(text);
CREATE FUNCTION mithaq_name_words_like(asked text) RETURNS TABLE (entry bigint, word text)
LANGUAGE sql STABLE STRICT SET pg_trgm.word_similarity_threshold = 0.3 AS $$
  -- Words spelled nearly so, and words of the same script that sound so: Beyti for Bayti.
  SELECT names.id, word
    FROM public.mithaq_plain(asked) plain, public.organizations_nameentry names,
         regexp_split_to_table(names.folded, ' ') word
   WHERE plain <% names.folded AND similarity(word, plain) >= 0.15
  UNION
  SELECT names.id, word
    FROM public.mithaq_plain(asked) plain, public.organizations_nameentry names,
         regexp_split_to_table(names.folded, ' ') word
   WHERE names.vector @@ public.mithaq_heard(plain, CASE WHEN plain ~ '[ء-ۿ]' THEN 'ar' ELSE 'la' END, '')
     AND public.mithaq_sounds(word) && public.mithaq_sounds(plain)
$$;
COMMENT ON FUNCTION mithaq_name_words_like(text) IS 'The words of names that somebody may have meant who typed `asked`';
"""
# Nobody writes an entry from the moment on that the trigger is there until the end of this transaction.
FILL = """
INSERT INTO organizations_nameword (word)
SELECT DISTINCT word COLLATE "C" FROM organizations_nameentry, string_to_table(folded, ' ') word
 WHERE word COLLATE "C" >= 'a' AND length(word) BETWEEN 2 AND 40
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0003_tokens"),
        ("organizations", "0007_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.TextField(db_collation="C", verbose_name="word")),
                (
                    "sounds",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("word"), function="mithaq_sounds"),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                        verbose_name="how it sounds",
                    ),
                ),
            ],
            options={
                "verbose_name": "word of a name",
                "verbose_name_plural": "words of names",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nameentry",
            trigger=pgtrigger.compiler.Trigger(
                name="knows_its_words",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO organizations_nameword (word) SELECT told.word FROM (SELECT DISTINCT word COLLATE \"C\" AS word FROM said, string_to_table(said.folded, ' ') word) told WHERE told.word >= 'a' AND length(told.word) BETWEEN 2 AND 40 AND NOT EXISTS (SELECT FROM organizations_nameword known WHERE known.word = told.word OFFSET 0); RETURN NULL;",
                    hash="a563e1259e4bb0441147301b65db176eb25a11cf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_knows_its_words_25959",
                    referencing="REFERENCING NEW TABLE AS said ",
                    table="organizations_nameentry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=models.Index(fields=["word"], name="nameword_by_word"),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="nameword_by_spelling", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=django.contrib.postgres.indexes.GinIndex(fields=["sounds"], name="nameword_by_sound"),
        ),
        migrations.RunSQL(NEAR, WAS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

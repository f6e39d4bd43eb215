"""The words of texts: what a misspelt word is looked for among."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

NEAR = """
DROP FUNCTION mithaq_text_words_like(text);
CREATE FUNCTION mithaq_text_words_like(asked text) RETURNS TABLE (word text, alike boolean)
LANGUAGE sql STABLE STRICT SET pg_trgm.word_similarity_threshold = 0.3 AS $$
  SELECT near.word, near.sounds && heard
    FROM public.mithaq_plain(asked) plain, public.mithaq_sounds(plain) heard, public.agreements_textword near
   WHERE plain <% near.word AND abs(length(near.word) - length(plain)) <= 3 AND similarity(near.word, plain) >= 0.15
   ORDER BY similarity(near.word, plain) DESC, near.word LIMIT 100
$$;
COMMENT ON FUNCTION mithaq_text_words_like(text) IS
  'The words of texts that somebody may have meant who typed `asked`, and whether they sound alike';
"""
WAS = """
DROP FUNCTION mithaq_text_words_like(text);
CREATE FUNCTION mithaq_text_words_like(asked text) RETURNS TABLE (entry bigint, word text)
LANGUAGE sql STABLE STRICT SET pg_trgm.word_similarity_threshold = 0.3 AS $$
  SELECT texts.id, word
    FROM public.mithaq_plain(asked) plain, public.agreements_textentry texts,
         regexp_split_to_table(texts.folded, ' ') word
   WHERE plain <% texts.folded AND similarity(word, plain) >= 0.15
$$;
COMMENT ON FUNCTION mithaq_text_words_like(text) IS 'The words of texts that somebody may have meant who typed `asked`';
"""
# Nobody writes an entry from the moment on that the trigger is there until the end of this transaction.
FILL = """
INSERT INTO agreements_textword (word)
SELECT DISTINCT word COLLATE "C" FROM agreements_textentry, string_to_table(folded, ' ') word
 WHERE word COLLATE "C" >= 'a' AND length(word) BETWEEN 2 AND 40
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0016_no_index_twice"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextWord",
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
                "verbose_name": "word of a text",
                "verbose_name_plural": "words of texts",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="textentry",
            trigger=pgtrigger.compiler.Trigger(
                name="knows_its_words",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO agreements_textword (word) SELECT told.word FROM (SELECT DISTINCT word COLLATE \"C\" AS word FROM said, string_to_table(said.folded, ' ') word) told WHERE told.word >= 'a' AND length(told.word) BETWEEN 2 AND 40 AND NOT EXISTS (SELECT FROM agreements_textword known WHERE known.word = told.word OFFSET 0); RETURN NULL;",
                    hash="49d448fe7e31c6aa249e7857e947db49273edd37",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_knows_its_words_24a70",
                    referencing="REFERENCING NEW TABLE AS said ",
                    table="agreements_textentry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="textword",
            index=models.Index(fields=["word"], name="textword_by_word"),
        ),
        migrations.AddIndex(
            model_name="textword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="textword_by_spelling", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL(NEAR, WAS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

"""The words of a text as they are written, told apart by one rule: for marking many texts at once."""

from django.db import migrations

TOKENS = r"""
CREATE FUNCTION mithaq_tokens(words text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT DISTINCT part[1]
    FROM regexp_matches(words, '[[:alnum:]\u0300-\u036F\u064B-\u065F\u0670\u0640]+', 'g') part
$$;
COMMENT ON FUNCTION mithaq_tokens(text) IS 'The words of a text, as they are written, each once';
"""


class Migration(migrations.Migration):
    dependencies = [("lib", "0002_search")]
    operations = [migrations.RunSQL(TOKENS, "DROP FUNCTION mithaq_tokens(text)")]

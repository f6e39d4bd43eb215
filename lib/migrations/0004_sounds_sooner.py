"""How names sound, worked out sooner: the same keys of every word (`tests/lib/test_folding.py` compares them).

PostgreSQL keeps the last thirty-two expressions compiled, and there were more of them here: each name compiled all of
them anew. Now a word meets those alone that may change it.
"""

from importlib import import_module

from django.db import migrations

before = import_module("lib.migrations.0002_search")

SOUNDED = r"""
CREATE FUNCTION mithaq_sounded(word text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  forms text[] := ARRAY[word];
  form text;
  begun text;
  run text;
  sign text;
  drawn text;
  heard text := '';
BEGIN
  IF word = ANY (ORDINARY) THEN
    NULL;
  ELSIF btrim(word, 'abcdefghijklmnopqrstuvwxyz') = '' THEN
    IF length(word) NOT BETWEEN 2 AND 24 THEN RETURN '{}'; END IF;
    -- An article may be written into the name (Elmansouri, Lmalih, Ennour), sh may be two letters, ou a consonant.
    begun := left(word, 1);
    IF begun IN ('a', 'e') AND substr(word, 2, 1) = 'l' AND length(word) > 5 THEN
      forms := forms || substr(word, 3);
    ELSIF begun IN ('a', 'e') AND substr(word, 2, 2) IN ('tt', 'dd', 'rr', 'ss', 'zz', 'nn')
       OR begun = 'l' AND length(word) > 4 AND strpos('aeiouyl', substr(word, 2, 1)) = 0 THEN
      forms := forms || substr(word, 2);
    END IF;
    IF strpos(word, 'sh') > 0 THEN forms := forms || replace(word, 'sh', 's-h'); END IF;
    IF left(word, 2) = 'ou' THEN forms := forms || ('w' || substr(word, 3)); END IF;
    FOREACH form IN ARRAY forms LOOP
      form := replace(replace(regexp_replace(form, '([a-z])\1', '\1', 'g'), 'x', 'ks'), 'dj', 'j');
      IF strpos(form, 'h') > 0 THEN
        form := replace(replace(replace(form, 'tch', 'C'), 'ch', 'C'), 'sh', 'C');
        form := replace(replace(form, 'kh', 'X'), 'gh', 'G');
        form := replace(replace(replace(form, 'ph', 'f'), 'th', 't'), 'dh', 'd');
      END IF;
      IF strpos(form, 'gu') > 0 OR strpos(form, 'qu') > 0 THEN
        form := regexp_replace(form, '[gq]u(?=[eiy])', 'k', 'g');
      END IF;
      IF strpos(form, 'c') > 0 THEN
        form := replace(replace(replace(form, 'ce', 'se'), 'ci', 'si'), 'cy', 'sy');
      END IF;
      IF strpos(form, 'g') > 0 THEN
        form := replace(replace(replace(form, 'ge', 'je'), 'gi', 'ji'), 'gy', 'jy');
      END IF;
      form := translate(form, 'cqgvp', 'kkkfb');
      IF strpos(form, 'y') > 0 THEN
        form := regexp_replace(form, '([^aeiouy])y(?=[^aeiou])', '\1i', 'g');
      END IF;
      -- Weak sounds, which Arabic may write or not: E an a, I a y, U a w, H a last h, Y a last a (as a or y).
      run := ltrim(form, 'aeiou');
      IF run <> form THEN
        begun := left(form, length(form) - length(run));
        form := 'A' || CASE WHEN strpos(begun, 'i') > 0 THEN 'I' ELSE '' END
          || CASE WHEN strpos(begun, 'o') > 0 OR strpos(begun, 'u') > 0 THEN 'U' ELSE '' END || run;
      END IF;
      sign := right(form, 1);
      IF sign = 'e' THEN form := left(form, -1) || 'a';
      ELSIF sign IN ('h', 'a', 'i') AND length(form) > 1 THEN form := left(form, -1) || translate(sign, 'hai', 'HYy');
      END IF;
      form := translate(form, 'aeiou-', 'EIIUU');
      IF strpos(form, 'EE') > 0 OR strpos(form, 'II') > 0 OR strpos(form, 'UU') > 0 THEN
        form := regexp_replace(form, '([EIU])\1+', '\1', 'g');
      END IF;
      -- A word of more weak sounds is no short name: association, convention.
      IF length(form) - length(translate(form, 'EIUHY', '')) > 4 THEN CONTINUE; END IF;
      drawn := ' ';  -- all that is drawn so far, with a space after each
      run := '';
      FOREACH sign IN ARRAY string_to_array(form, NULL) LOOP
        IF strpos('EIUHY', sign) = 0 THEN
          run := run || sign;
        ELSE
          IF run <> '' THEN
            drawn := replace(drawn, ' ', run || ' ');
            run := '';
          END IF;
          drawn := drawn || replace(drawn, ' ', translate(sign, 'EIUHY', 'aywha') || ' ')
            || CASE sign WHEN 'Y' THEN replace(drawn, ' ', 'y ') ELSE '' END;
        END IF;
      END LOOP;
      heard := heard || replace(drawn, ' ', run || ' ');
    END LOOP;
  ELSIF word ~ '[ء-ۿ]' THEN
    form := translate(word, 'گڭکیپڤچ', 'كككيبفش');
    IF left(form, 5) = 'عبدال' AND length(form) > 7 THEN form := 'عبدل' || substr(form, 6); END IF;
    run := ltrim(form, 'اعء');
    IF run <> form THEN form := 'A' || run; END IF;
    IF right(form, 1) = 'ه' AND length(form) > 1 THEN form := left(form, -1); END IF;
    RETURN ARRAY[translate(form, 'ابتثجحخدذرزسشصضطظغفقكلمنهويءع', 'abttjhXddrzsCsdtdGfkklmnhwy')];
  END IF;
  RETURN string_to_array(rtrim(heard), ' ');
END $$;
COMMENT ON FUNCTION mithaq_sounded(text) IS
  'The transliteration keys of one plain word, in no order, perhaps one twice, and such as are too short: see docs/search.md';
""".replace("(ORDINARY)", f"('{{{','.join(before.ORDINARY.split())}}}')")

SOUNDS = r"""
CREATE OR REPLACE FUNCTION mithaq_sounds(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT DISTINCT each FROM unnest(public.mithaq_sounded(word)) each WHERE length(each) >= 3 ORDER BY each)
$$;
"""

KEYS = r"""
CREATE OR REPLACE FUNCTION mithaq_keys(plain text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  words text[] := string_to_array(plain, ' ');
  word text;
  script text;
  sound text;
  keys text[] := '{}';
BEGIN
  -- Abd el-Aziz is written in one word, two or three: such a name is kept under the whole and under its parts.
  IF strpos(plain, 'abd') > 0 THEN
    words := words
      || ARRAY(SELECT 'abdel' || part[1] FROM regexp_matches(plain, '\mabd (?:[ae]l ?)?([a-z]{3,})', 'g') part)
      || ARRAY(SELECT unnest(ARRAY['abd', part[1]])
                 FROM regexp_matches(plain, '\mabd[aeou]*l ?([a-z]{3,})', 'g') part);
  END IF;
  IF strpos(plain, 'عبد') > 0 THEN
    words := words
      || ARRAY(SELECT 'عبدل' || part[1] FROM regexp_matches(plain, '\mعبد ([ء-ي]{3,})', 'g') part)
      || ARRAY(SELECT unnest(ARRAY['عبد', part[1]]) FROM regexp_matches(plain, '\mعبدال([ء-ي]{3,})', 'g') part);
  END IF;
  FOREACH word IN ARRAY words LOOP
    script := CASE WHEN btrim(word, 'abcdefghijklmnopqrstuvwxyz') = '' THEN 'la:' ELSE 'ar:' END;
    FOREACH sound IN ARRAY public.mithaq_sounded(word) LOOP
      IF length(sound) > 2 THEN keys := keys || (script || sound); END IF;
    END LOOP;
  END LOOP;
  RETURN keys;
END $$;
COMMENT ON FUNCTION mithaq_keys(text) IS
  'The transliteration keys of all words of a name, each with the script it is written in; perhaps one twice';
"""


def _again(sql: str) -> str:
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("lib", "0003_tokens")]
    operations = [
        migrations.RunSQL(SOUNDED, "DROP FUNCTION mithaq_sounded(text)"),
        migrations.RunSQL(SOUNDS, _again(before.SOUNDS)),
        migrations.RunSQL(KEYS, _again(before.KEYS)),
    ]

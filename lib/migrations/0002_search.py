"""What a full-text search compares: words made plain, how names sound in the other script, and questions made of them.

Every function names its schema: the columns drawn with them must survive a restored dump, whose search path is empty.
"""

from django.db import migrations

PLAIN = r"""
CREATE FUNCTION mithaq_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  -- The article goes only where three letters remain, and twice where a noun begins like one: الالتزام is التزام.
  SELECT btrim(regexp_replace(
    regexp_replace(public.mithaq_fold(words), '[^[:alnum:]%_*\\]+', ' ', 'g'),
    '\m([وبكف]?ال|لل)(ال)?(?=[[:alpha:]]{3})', '', 'g'))
$$;
COMMENT ON FUNCTION mithaq_plain(text) IS
  'Folded words with one space between them, without punctuation and without the Arabic article';
"""

STEMS = r"""
CREATE FUNCTION mithaq_stems(plain text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    regexp_replace(plain || ' ', '([ء-ي]{3})(يات|ها|هم|ان|ات|ون|ين)(?= )', '\1', 'g'),
    '([ء-ي]{3})(يه|ه|(?<=[ء-ي]{4})ي)(?= )', '\1', 'g'))
$$;
COMMENT ON FUNCTION mithaq_stems(text) IS
  'Arabic words without the endings of number, gender and possession: اتفاقية and اتفاقيات alike';
"""

# Words that are translated and never spelled out in the other script. Without them العمل, work, would be Al Amal.
ORDINARY = """
the and for with work care home aid social center centre child children youth des les pour par sur aux aide
عمل عام عامه دعم حق حقوق طفل اطفال اسره اسر شباب مراه نساء صحه تعليم تكوين تربيه تنميه حمايه رعايه اجتماعي اجتماعيه
وطني وطنيه جهوي جهويه محلي محليه دولي دوليه مدني مغربي مغربيه قطري قطريه جمعيه موسسه مركز فضاء مجلس وزاره جماعه اتحاد
شبكه لجنه مدرسه شركه مكتب برنامج اتفاقيه مبادره
"""

SOUNDS = r"""
CREATE FUNCTION mithaq_sounds(word text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  forms text[] := ARRAY[word];
  form text;
  sign text;
  weak integer;
  drawn text[];
  heard text[] := '{}';
BEGIN
  IF word = ANY (ORDINARY) THEN
    NULL;
  ELSIF word ~ '[ء-ۿ]' THEN
    form := regexp_replace(translate(word, 'گڭکیپڤچ', 'كككيبفش'), '^عبدال(?=.{3})', 'عبدل');
    form := regexp_replace(regexp_replace(form, '^[اعء]+', 'A'), '(.)ه$', '\1');
    heard := ARRAY[translate(form, 'ابتثجحخدذرزسشصضطظغفقكلمنهويءع', 'abttjhXddrzsCsdtdGfkklmnhwy')];
  ELSIF word ~ '^[a-z]{2,24}$' THEN
    -- An article may be written into the name (Elmansouri, Lmalih, Ennour), sh may be two letters, ou a consonant.
    IF word ~ '^[ae]l.{4}' THEN forms := forms || substr(word, 3);
    ELSIF word ~ '^[ae]([tdrszn])\1' OR word ~ '^l[^aeiouyl].{3}' THEN forms := forms || substr(word, 2);
    END IF;
    IF word ~ 'sh' THEN forms := forms || replace(word, 'sh', 's-h'); END IF;
    IF word ~ '^ou' THEN forms := forms || ('w' || substr(word, 3)); END IF;
    FOREACH form IN ARRAY forms LOOP
      form := replace(regexp_replace(form, '([a-z])\1', '\1', 'g'), 'x', 'ks');
      form := regexp_replace(form, 't?ch|sh', 'C', 'g');
      form := replace(replace(form, 'kh', 'X'), 'gh', 'G');
      form := replace(replace(form, 'ph', 'f'), 'dj', 'j');
      form := regexp_replace(form, '([td])h', '\1', 'g');
      form := regexp_replace(form, '[gq]u(?=[eiy])', 'k', 'g');
      form := regexp_replace(form, 'c(?=[eiy])', 's', 'g');
      form := regexp_replace(form, 'g(?=[eiy])', 'j', 'g');
      form := translate(form, 'cqgvp', 'kkkfb');
      form := regexp_replace(form, '([^aeiouy])y(?=[^aeiou])', '\1i', 'g');
      -- Weak sounds, which Arabic may write or not: E an a, I a y, U a w, H a last h, Y a last a (as a or y).
      IF form ~ '^[aeiou]' THEN
        form := 'A' || CASE WHEN form ~ '^[aeou]*i' THEN 'I' ELSE '' END
          || CASE WHEN form ~ '^[aei]*[ou]' THEN 'U' ELSE '' END || regexp_replace(form, '^[aeiou]+', '');
      END IF;
      form := regexp_replace(regexp_replace(form, '(.)h$', '\1H'), '(.)a$', '\1Y');
      form := regexp_replace(regexp_replace(form, '(.)i$', '\1y'), 'e$', 'a');
      form := regexp_replace(translate(form, 'aeiou-', 'EIIUU'), '([EIU])\1+', '\1', 'g');
      drawn := ARRAY[''];
      weak := 0;
      FOREACH sign IN ARRAY string_to_array(form, NULL) LOOP
        IF sign IN ('E', 'I', 'U', 'H', 'Y') THEN
          weak := weak + 1;
          EXIT WHEN weak > 4;
          drawn := drawn || ARRAY(SELECT each || translate(sign, 'EIUHY', 'aywha') FROM unnest(drawn) each)
            || CASE sign WHEN 'Y' THEN ARRAY(SELECT each || 'y' FROM unnest(drawn) each) ELSE '{}' END;
        ELSE
          drawn := ARRAY(SELECT each || sign FROM unnest(drawn) each);
        END IF;
      END LOOP;
      -- A word of more weak sounds is no short name: association, convention.
      IF weak <= 4 THEN heard := heard || drawn; END IF;
    END LOOP;
  END IF;
  RETURN ARRAY(SELECT DISTINCT each FROM unnest(heard) each WHERE length(each) >= 3 ORDER BY each);
END $$;
COMMENT ON FUNCTION mithaq_sounds(text) IS
  'The transliteration keys of one plain word: see docs/search.md for the table';
""".replace("(ORDINARY)", f"('{{{','.join(ORDINARY.split())}}}')")

KEYS = r"""
CREATE FUNCTION mithaq_keys(plain text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  -- Abd el-Aziz is written in one word, two or three: such a name is kept under the whole and under its parts.
  WITH said AS (
    SELECT word FROM regexp_split_to_table(plain, ' ') word
    UNION SELECT 'abdel' || part[1] FROM regexp_matches(plain, '\mabd (?:[ae]l ?)?([a-z]{3,})', 'g') part
    UNION SELECT unnest(ARRAY['abd', part[1]]) FROM regexp_matches(plain, '\mabd[aeou]*l ?([a-z]{3,})', 'g') part
    UNION SELECT 'عبدل' || part[1] FROM regexp_matches(plain, '\mعبد ([ء-ي]{3,})', 'g') part
    UNION SELECT unnest(ARRAY['عبد', part[1]]) FROM regexp_matches(plain, '\mعبدال([ء-ي]{3,})', 'g') part
  )
  SELECT coalesce(array_agg(DISTINCT CASE WHEN word ~ '[ء-ۿ]' THEN 'ar:' ELSE 'la:' END || sound), '{}')
    FROM said, unnest(public.mithaq_sounds(word)) sound
$$;
COMMENT ON FUNCTION mithaq_keys(text) IS
  'The transliteration keys of all words of a name, each with the script it is written in';
"""

VECTOR = r"""
CREATE FUNCTION mithaq_vector(language text, words text, named boolean) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  plain text := public.mithaq_plain(words);
  made tsvector := to_tsvector('pg_catalog.simple', plain);
BEGIN
  IF language IN ('en', '') THEN made := made || to_tsvector('pg_catalog.english', plain); END IF;
  IF language IN ('fr', '') THEN made := made || to_tsvector('pg_catalog.french', plain); END IF;
  IF plain ~ '[ء-ي]' THEN
    -- PostgreSQL's stemmer knows neither our plurals nor that و and ل may be words of their own.
    made := made || to_tsvector('pg_catalog.arabic', plain)
      || to_tsvector('pg_catalog.simple', public.mithaq_stems(plain))
      || to_tsvector('pg_catalog.simple', public.mithaq_stems(
           regexp_replace(plain, '\m(و(?=[ء-ي]{4})|[لب](?=[ء-ي]{5}))', '', 'g')));
  END IF;
  RETURN CASE WHEN named THEN made || array_to_tsvector(public.mithaq_keys(plain)) ELSE made END;
END $$;
COMMENT ON FUNCTION mithaq_vector(text, text, boolean) IS
  'What a search finds words by: the words themselves, their stems in their language (in all, when it is not stated)'
  ' and, for names, their transliteration keys';
"""

HEARD = r"""
CREATE FUNCTION mithaq_heard(plain text, script text, ending text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT string_agg(format('''%s:%s''%s', script, sound, ending), '|')::tsquery
    FROM unnest(public.mithaq_sounds(plain)) sound
$$;
COMMENT ON FUNCTION mithaq_heard(text, text, text) IS
  'Asks for names in `script` (ar, la) that sound like a plain word; the ending :* asks for those that begin so';
"""

WHOLE = r"""
CREATE FUNCTION mithaq_whole(words text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  plain text := public.mithaq_plain(words);
  asked tsquery := plainto_tsquery('pg_catalog.simple', plain);
  heard tsquery;
BEGIN
  IF plain ~ '[ء-ي]' THEN
    asked := asked || plainto_tsquery('pg_catalog.arabic', plain)
      || plainto_tsquery('pg_catalog.simple', public.mithaq_stems(plain));
    heard := public.mithaq_heard(plain, 'la', '');
  ELSIF plain ~ '[a-z]' THEN
    asked := asked || plainto_tsquery('pg_catalog.english', plain) || plainto_tsquery('pg_catalog.french', plain);
    heard := public.mithaq_heard(plain, 'ar', '');
  END IF;
  RETURN CASE WHEN heard IS NULL THEN asked ELSE asked || heard END;
END $$;
COMMENT ON FUNCTION mithaq_whole(text) IS
  'Asks for a word: itself, its stems in every language, and names of the other script that sound like it';
"""

BEGINNING = r"""
CREATE FUNCTION mithaq_beginning(words text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  plain text := public.mithaq_plain(words);
  asked tsquery;
  heard tsquery := public.mithaq_heard(plain, CASE WHEN plain ~ '[ء-ۿ]' THEN 'la' ELSE 'ar' END, ':*');
BEGIN
  SELECT string_agg(format('''%s'':*', part[1]), '&')::tsquery INTO asked
    FROM regexp_matches(plain, '[[:alnum:]]+', 'g') part;
  RETURN CASE WHEN heard IS NULL THEN asked ELSE asked || heard END;
END $$;
COMMENT ON FUNCTION mithaq_beginning(text) IS
  'Asks for words that begin so, and for names of the other script that begin to sound so';
"""

PHRASE = r"""
CREATE FUNCTION mithaq_phrase(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT phraseto_tsquery('pg_catalog.simple', public.mithaq_plain(words))
$$;
COMMENT ON FUNCTION mithaq_phrase(text) IS 'Asks for these very words, one after the other';
"""

MARKED = r"""
CREATE FUNCTION mithaq_marked(words text, named boolean, asked tsquery) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(token), '{}')
    FROM (SELECT DISTINCT part[1] AS token
            FROM regexp_matches(words, '[[:alnum:]\u0300-\u036F\u064B-\u065F\u0670\u0640]+', 'g') part) tokens
   WHERE public.mithaq_vector('', token, named) @@ asked
$$;
COMMENT ON FUNCTION mithaq_marked(text, boolean, tsquery) IS
  'The words, as they are written, for which a text is found';
"""

FUNCTIONS = {
    "mithaq_plain(text)": PLAIN,
    "mithaq_stems(text)": STEMS,
    "mithaq_sounds(text)": SOUNDS,
    "mithaq_keys(text)": KEYS,
    "mithaq_vector(text, text, boolean)": VECTOR,
    "mithaq_heard(text, text, text)": HEARD,
    "mithaq_whole(text)": WHOLE,
    "mithaq_beginning(text)": BEGINNING,
    "mithaq_phrase(text)": PHRASE,
    "mithaq_marked(text, boolean, tsquery)": MARKED,
}


class Migration(migrations.Migration):
    dependencies = [("lib", "0001_database")]
    operations = [
        migrations.RunSQL(create, f"DROP FUNCTION {signature}") for signature, create in FUNCTIONS.items()
    ]

from django.db import migrations

# Whoever enters very many agreements writes their events first (exchange/imports/bulk): these met no agreement yet.
FOLLOW = """
    CREATE FUNCTION mithaq_first_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO agreements_lastchange AS last (agreement_id, number, touched, told)
        SELECT a.id, a.number, max(e.at), max(e.at)
          FROM made a JOIN audit_auditevent e ON e.chain = a.id
         GROUP BY a.id, a.number ORDER BY a.id
            ON CONFLICT (agreement_id) DO UPDATE
           SET number = excluded.number, touched = greatest(last.touched, excluded.touched),
               told = greatest(last.told, excluded.told);
        RETURN NULL;
    END $$;
    CREATE TRIGGER tells_when_it_was_entered AFTER INSERT ON agreements_agreement
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION mithaq_first_change();
    SELECT mithaq_last_changes();
"""
LEAVE = """
    DROP TRIGGER tells_when_it_was_entered ON agreements_agreement;
    DROP FUNCTION mithaq_first_change();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0014_orders")]
    operations = [migrations.RunSQL(FOLLOW, LEAVE)]

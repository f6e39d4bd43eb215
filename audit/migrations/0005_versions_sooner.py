"""A row is made JSON once for its version, and not once for each column of it."""

from django.db import migrations

KEEP = """
CREATE OR REPLACE FUNCTION mithaq_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
-- After a statement, with its rows: TG_ARGV holds the key column and the owner column ('' for none).
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO public.audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
        SELECT TG_TABLE_NAME, public.mithaq_row_id(r ->> TG_ARGV[0]), (r ->> TG_ARGV[1])::uuid,
               pg_current_xact_id()::text::bigint, public.mithaq_moment(), true, r
          FROM (SELECT to_jsonb(o) FROM old_rows o{once}) AS old(r);
    ELSE
        INSERT INTO public.audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
        SELECT TG_TABLE_NAME, public.mithaq_row_id(r ->> TG_ARGV[0]), (r ->> TG_ARGV[1])::uuid,
               pg_current_xact_id()::text::bigint, public.mithaq_moment(), false, r
          FROM (SELECT to_jsonb(n) FROM new_rows n{once}) AS new(r);
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_chains_begun_together")]
    operations = [
        # Without OFFSET the planner writes the expression wherever its value is asked for.
        migrations.RunSQL(KEEP.replace("{once}", " OFFSET 0"), KEEP.replace("{once}", ""))
    ]

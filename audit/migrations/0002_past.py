"""The table of row versions, the triggers that fill it, and the schema `past` that reads it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FORGET_NOTHING = "\n    RAISE EXCEPTION 'What the registry knew is never changed or removed.'\n        USING ERRCODE = 'integrity_constraint_violation';\n"

FORWARDS = r"""
CREATE SCHEMA past;
COMMENT ON SCHEMA past IS
  'Every remembered table as it was known at mithaq.known_at: one view each, under the name of the table';
-- The views look with the rights of whoever asks: this opens nothing that the tables do not.
GRANT USAGE ON SCHEMA past TO PUBLIC;

CREATE FUNCTION mithaq_row_id(key text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN key ~ '^[0-9a-f]{8}-' THEN key::uuid ELSE md5(key)::uuid END
$$;
COMMENT ON FUNCTION mithaq_row_id(text) IS 'The key of a row as versions hold it: a UUID, or the MD5 of a code';

CREATE FUNCTION mithaq_moment() RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := nullif(current_setting('mithaq.moment', true), '')::timestamptz;
BEGIN
    -- Whoever sets this by hand gets no further than the life of the own transaction.
    IF moment IS NULL OR moment NOT BETWEEN transaction_timestamp() AND clock_timestamp() THEN
        moment := clock_timestamp();
        PERFORM set_config('mithaq.moment', moment::text, true);
    END IF;
    RETURN moment;
END $$;
COMMENT ON FUNCTION mithaq_moment() IS 'When the transaction first changed something: its one moment in the past';

CREATE FUNCTION mithaq_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
-- After a statement, with its rows: TG_ARGV holds the key column and the owner column ('' for none).
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO public.audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
        SELECT TG_TABLE_NAME, public.mithaq_row_id(r ->> TG_ARGV[0]), (r ->> TG_ARGV[1])::uuid,
               pg_current_xact_id()::text::bigint, public.mithaq_moment(), true, r
          FROM (SELECT to_jsonb(o) FROM old_rows o) AS old(r);
    ELSE
        INSERT INTO public.audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
        SELECT TG_TABLE_NAME, public.mithaq_row_id(r ->> TG_ARGV[0]), (r ->> TG_ARGV[1])::uuid,
               pg_current_xact_id()::text::bigint, public.mithaq_moment(), false, r
          FROM (SELECT to_jsonb(n) FROM new_rows n) AS new(r);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION mithaq_forget(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = tbl);
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS remember_insert ON %s', tbl);
    EXECUTE format('DROP TRIGGER IF EXISTS remember_update ON %s', tbl);
    EXECUTE format('DROP TRIGGER IF EXISTS remember_delete ON %s', tbl);
    EXECUTE format('DROP VIEW IF EXISTS past.%I', name);
END $$;

CREATE FUNCTION mithaq_remember(tbl regclass, owner text, before jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = tbl);
    key text := (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = tbl AND a.attnum = i.indkey[0]
                  WHERE i.indrelid = tbl AND i.indisprimary);
    columns text := (
        SELECT string_agg(
            CASE WHEN a.attname = key AND a.atttypid = 'uuid'::regtype THEN format('v.row_id AS %I', key)
                 WHEN a.attname = owner THEN format('v.owner_id AS %I', owner)
                 ELSE format('r.%I', a.attname) END, ', ' ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = tbl AND a.attnum > 0 AND NOT a.attisdropped);
BEGIN
    PERFORM public.mithaq_forget(tbl);
    EXECUTE format('CREATE TRIGGER remember_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION public.mithaq_keep_version(%L, %L)', tbl, key, owner);
    EXECUTE format('CREATE TRIGGER remember_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION public.mithaq_keep_version(%L, %L)', tbl, key, owner);
    EXECUTE format('CREATE TRIGGER remember_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION public.mithaq_keep_version(%L, %L)', tbl, key, owner);
    -- Key and owner are columns of the versions, so that a condition on them finds its rows by an index; «no newer
    -- one» instead of «the newest» leaves the planner free to ask for one row after another in a join.
    EXECUTE format($view$
        CREATE VIEW past.%1$I WITH (security_invoker) AS
        SELECT %2$s
          FROM public.audit_rowversion v
         CROSS JOIN LATERAL jsonb_populate_record(NULL::%3$s, %4$L::jsonb || v.row) r
         WHERE v.table_name = %1$L AND NOT v.gone
           AND v.at <= (SELECT current_setting('mithaq.known_at')::timestamptz)
           AND v.id < (SELECT current_setting('mithaq.known_before')::bigint)
           AND NOT EXISTS (
               SELECT 1 FROM public.audit_rowversion newer
                WHERE newer.table_name = %1$L AND newer.row_id = v.row_id AND newer.id > v.id
                  AND newer.at <= (SELECT current_setting('mithaq.known_at')::timestamptz)
                  AND newer.id < (SELECT current_setting('mithaq.known_before')::bigint))
        $view$, name, columns, tbl, before);
    EXECUTE format('GRANT SELECT ON past.%I TO PUBLIC', name);
    -- What is there already is known from now on; so is what a migration made of it without the triggers.
    EXECUTE format($baseline$
        WITH newest AS (
            SELECT DISTINCT ON (row_id) row_id, owner_id, gone, row FROM public.audit_rowversion
             WHERE table_name = %1$L ORDER BY row_id, id DESC
        ), present AS (
            SELECT public.mithaq_row_id(r ->> %2$L) AS row_id, (r ->> %3$L)::uuid AS owner_id, r
              FROM (SELECT to_jsonb(t) FROM %4$s t) AS all_rows(r)
        )
        INSERT INTO public.audit_rowversion (table_name, row_id, owner_id, xid, at, gone, row)
        SELECT %1$L, coalesce(p.row_id, n.row_id), coalesce(p.owner_id, n.owner_id),
               pg_current_xact_id()::text::bigint, public.mithaq_moment(), p.row_id IS NULL, coalesce(p.r, n.row)
          FROM present p FULL JOIN newest n ON n.row_id = p.row_id
         WHERE CASE WHEN p.row_id IS NULL THEN NOT n.gone
                    ELSE n.row_id IS NULL OR n.gone OR n.row <> p.r END
        $baseline$, name, key, owner, tbl);
END $$;
COMMENT ON FUNCTION mithaq_remember(regclass, text, jsonb) IS
  'Keep every version of the rows of a table from now on, and show them in the schema past; to be called again after '
  'its columns change. The second argument is the column by which rows are looked up, the third what a column reads '
  'as in versions older than itself.';

CREATE FUNCTION mithaq_leave_out(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = tbl);
BEGIN
    PERFORM public.mithaq_forget(tbl);
    EXECUTE format('CREATE VIEW past.%I WITH (security_invoker) AS SELECT * FROM %s WHERE false', name, tbl);
    EXECUTE format('GRANT SELECT ON past.%I TO PUBLIC', name);
END $$;
COMMENT ON FUNCTION mithaq_leave_out(regclass) IS 'Seen from the past, the table is empty: nobody remembers it';

-- The trail itself needs no versions: an event is known from the moment it tells of.
CREATE VIEW past.audit_auditevent WITH (security_invoker) AS
SELECT * FROM public.audit_auditevent WHERE at <= (SELECT current_setting('mithaq.known_at')::timestamptz);
GRANT SELECT ON past.audit_auditevent TO PUBLIC;
"""

BACKWARDS = """
DROP VIEW past.audit_auditevent;
DROP FUNCTION mithaq_leave_out(regclass);
DROP FUNCTION mithaq_remember(regclass, text, jsonb);
DROP FUNCTION mithaq_forget(regclass);
DROP FUNCTION mithaq_keep_version();
DROP FUNCTION mithaq_moment();
DROP FUNCTION mithaq_row_id(text);
DROP SCHEMA past;
"""


def refusal(name: str, pgid: str, hash: str, operation: str, level: str = "ROW"):
    return pgtrigger.migrations.AddTrigger(
        model_name="rowversion",
        trigger=pgtrigger.compiler.Trigger(
            name=name,
            sql=pgtrigger.compiler.UpsertTriggerSql(
                func=FORGET_NOTHING,
                hash=hash,
                level=level,
                operation=operation,
                pgid=pgid,
                table="audit_rowversion",
                when="BEFORE",
            ),
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RowVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("table_name", models.CharField(max_length=63, verbose_name="table")),
                (
                    "row_id",
                    models.UUIDField(
                        help_text="The key, or the MD5 of a vocabulary's code.", verbose_name="row"
                    ),
                ),
                (
                    "owner_id",
                    models.UUIDField(blank=True, null=True, verbose_name="record it belongs to"),
                ),
                ("xid", models.BigIntegerField(verbose_name="transaction")),
                ("at", models.DateTimeField(verbose_name="known since")),
                ("gone", models.BooleanField(default=False, verbose_name="removed")),
                ("row", models.JSONField(verbose_name="the row")),
            ],
            options={
                "verbose_name": "version of a row",
                "verbose_name_plural": "versions of rows",
                "indexes": [
                    models.Index(
                        fields=["table_name", "row_id", "id"], include=("at",), name="row_version_by_row"
                    ),
                    models.Index(fields=["table_name", "owner_id"], name="row_version_by_owner"),
                ],
            },
        ),
        refusal(
            "append_only",
            "pgtrigger_append_only_aa68c",
            "063a01a5120b36b0638c395339ba38473bef5999",
            "UPDATE OR DELETE",
        ),
        refusal(
            "never_emptied",
            "pgtrigger_never_emptied_b9981",
            "66f0c5704d159d82e034b36482cbf37711fb283f",
            "TRUNCATE",
            "STATEMENT",
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]

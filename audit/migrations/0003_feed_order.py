"""Events in an order that no restored dump turns around: (epoch, xid, id)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FORWARDS = r"""
CREATE FUNCTION mithaq_cluster() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- A promoted standby goes on under a new timeline: what its primary wrote last may be missing there.
    IF has_function_privilege('pg_control_system()', 'execute')
       AND has_function_privilege('pg_walfile_name(pg_lsn)', 'execute') AND NOT pg_is_in_recovery() THEN
        RETURN (SELECT system_identifier FROM pg_control_system())
               || ':' || left(pg_walfile_name(pg_current_wal_lsn()), 8);
    END IF;
    RETURN 'unknown';
END $$;
COMMENT ON FUNCTION mithaq_cluster() IS 'Which cluster this is; unknown where the server does not tell us';

CREATE FUNCTION mithaq_epoch_now() RETURNS smallint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF pg_is_in_recovery() THEN  -- a standby continues what its primary began last
        RETURN (SELECT coalesce(max(epoch), 0) FROM public.audit_epoch);
    END IF;
    RETURN coalesce((SELECT epoch FROM public.audit_epoch WHERE cluster = public.mithaq_cluster()),
                    (SELECT coalesce(max(epoch), 0) + 1 FROM public.audit_epoch));
END $$;
COMMENT ON FUNCTION mithaq_epoch_now() IS 'The epoch of events that are written now; writes nothing';

CREATE FUNCTION mithaq_epoch() RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
    here text := public.mithaq_cluster();
    found smallint := (SELECT epoch FROM public.audit_epoch WHERE cluster = here);
BEGIN
    IF found IS NULL THEN  -- the first event in this cluster; of two at once, the second waits for the first
        INSERT INTO public.audit_epoch (epoch, cluster, since)
        SELECT coalesce(max(epoch), 0) + 1, here, clock_timestamp() FROM public.audit_epoch ON CONFLICT DO NOTHING;
        SELECT epoch INTO STRICT found FROM public.audit_epoch WHERE cluster = here;
    END IF;
    RETURN found;
END $$;
COMMENT ON FUNCTION mithaq_epoch() IS 'The epoch of this cluster, opened by the first event that is written in it';
"""
BACKWARDS = """
DROP FUNCTION mithaq_epoch();
DROP FUNCTION mithaq_epoch_now();
DROP FUNCTION mithaq_cluster();
"""
# As in 0002_past: a view keeps the columns its table had when it was made.
VIEW = """
CREATE OR REPLACE VIEW past.audit_auditevent WITH (security_invoker) AS
SELECT * FROM public.audit_auditevent WHERE at <= (SELECT current_setting('mithaq.known_at')::timestamptz);
GRANT SELECT ON past.audit_auditevent TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_past"),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, VIEW),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("epoch", models.SmallIntegerField(primary_key=True, serialize=False, verbose_name="epoch")),
                (
                    "cluster",
                    models.CharField(
                        help_text="Its system identifier and its timeline.",
                        max_length=60,
                        verbose_name="cluster",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "epoch",
                "verbose_name_plural": "epochs",
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditevent",
            name="seal",
        ),
        migrations.AddField(
            model_name="auditevent",
            name="epoch",
            field=models.SmallIntegerField(db_default=0, verbose_name="epoch of transaction numbers"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["epoch", "xid", "id"], name="audit_event_in_feed_order"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditevent",
            trigger=pgtrigger.compiler.Trigger(
                name="seal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    -- Writers of one chain follow each other; writers of different chains never meet.\n    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.chain::text, 0));\n    SELECT sequence, hash INTO NEW.sequence, NEW.previous_hash\n      FROM audit_auditevent WHERE chain = NEW.chain ORDER BY sequence DESC LIMIT 1;\n    NEW.sequence := coalesce(NEW.sequence, 0) + 1;\n    NEW.previous_hash := coalesce(NEW.previous_hash, ''::bytea);\n    NEW.at := clock_timestamp();\n    NEW.xid := pg_current_xact_id()::text::bigint;\n    -- Not under the seal: it orders events of several clusters, and what was sealed before it came must still verify.\n    NEW.epoch := mithaq_epoch();\n    NEW.hash := sha256(convert_to(jsonb_build_array(\n    encode(NEW.previous_hash, 'hex'), NEW.chain, NEW.sequence, extract(epoch FROM NEW.at)::text, NEW.verb,\n    NEW.target_type, NEW.target_id, NEW.actor, NEW.actor_id, NEW.organization_id, NEW.reason,\n    NEW.request_id, NEW.xid::text, NEW.changes)::text, 'UTF8'));\n    RETURN NEW;\n",
                    hash="77e07be48cd6a1b29a40d3bc416d39b63bd06f47",
                    operation="INSERT",
                    pgid="pgtrigger_seal_b39fe",
                    table="audit_auditevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="epoch",
            constraint=models.UniqueConstraint(
                fields=("cluster",),
                name="cluster_has_one_epoch",
                violation_error_message="This cluster has its epoch already.",
            ),
        ),
        migrations.RunSQL(VIEW, "DROP VIEW past.audit_auditevent"),
        # Opened here, so that no writer waits for the first one to commit.
        migrations.RunSQL("SELECT mithaq_epoch()", migrations.RunSQL.noop),
    ]

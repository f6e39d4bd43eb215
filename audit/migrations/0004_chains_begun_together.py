"""Whoever begins very many chains at once holds no lock for each of them."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_feed_order"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditevent",
            name="seal",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditevent",
            trigger=pgtrigger.compiler.Trigger(
                name="seal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    -- Writers of one chain follow each other; writers of different chains never meet. Whoever begins very many chains\n    -- at once, which nobody else can know before the commit, says so and holds no lock for each: two that met all the\n    -- same would be told apart by the unique place in the chain, and the second refused.\n    IF current_setting('mithaq.chains', true) IS DISTINCT FROM 'new' THEN\n        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.chain::text, 0));\n    END IF;\n    SELECT sequence, hash INTO NEW.sequence, NEW.previous_hash\n      FROM audit_auditevent WHERE chain = NEW.chain ORDER BY sequence DESC LIMIT 1;\n    NEW.sequence := coalesce(NEW.sequence, 0) + 1;\n    NEW.previous_hash := coalesce(NEW.previous_hash, ''::bytea);\n    NEW.at := clock_timestamp();\n    NEW.xid := pg_current_xact_id()::text::bigint;\n    -- Not under the seal: it orders events of several clusters, and what was sealed before it came must still verify.\n    NEW.epoch := mithaq_epoch();\n    NEW.hash := sha256(convert_to(jsonb_build_array(\n    encode(NEW.previous_hash, 'hex'), NEW.chain, NEW.sequence, extract(epoch FROM NEW.at)::text, NEW.verb,\n    NEW.target_type, NEW.target_id, NEW.actor, NEW.actor_id, NEW.organization_id, NEW.reason,\n    NEW.request_id, NEW.xid::text, NEW.changes)::text, 'UTF8'));\n    RETURN NEW;\n",
                    hash="ed2c66450745e0744f20cda27071669b681e0607",
                    operation="INSERT",
                    pgid="pgtrigger_seal_b39fe",
                    table="audit_auditevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]

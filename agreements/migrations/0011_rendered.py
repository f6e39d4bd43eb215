from django.contrib.postgres.fields import DateRangeField
from django.db import migrations, models

# A label that changes takes away the texts that it stands in. Whoever changes one holds the lock `rendered` together
# with others who do, until the end of its transaction; whoever keeps a text must have it alone, and so has read no
# label that is about to change (agreements/queries/rendering.py).
FORGET = """
    CREATE FUNCTION mithaq_render_anew() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('agreements_rendereddossier', 0));
        CASE TG_TABLE_NAME
        WHEN 'organizations_organization' THEN
            DELETE FROM agreements_rendereddossier WHERE agreement IN (
                SELECT agreement_id FROM agreements_party WHERE organization_id = NEW.id
                UNION SELECT agreement_id FROM agreements_namedgroup WHERE of_organization_id = NEW.id);
        WHEN 'organizations_person' THEN
            DELETE FROM agreements_rendereddossier WHERE agreement IN (
                SELECT p.agreement_id FROM agreements_signatory s JOIN agreements_party p ON p.id = s.party_id
                 WHERE s.person_id = NEW.id);
        WHEN 'agreements_programme' THEN
            DELETE FROM agreements_rendereddossier WHERE agreement IN (
                SELECT id FROM agreements_agreement WHERE programme_id = NEW.id);
        WHEN 'agreements_agreement' THEN
            DELETE FROM agreements_rendereddossier WHERE agreement = OLD.id;
        ELSE  -- a vocabulary: its terms stand everywhere
            DELETE FROM agreements_rendereddossier;
        END CASE;
        RETURN NULL;
    END $$;
"""
NAMES = [f"{name}_{code}" for name in ("name", "short_name") for code in ("en", "fr", "ar")]
LABELS = [f"label_{code}" for code in ("en", "fr", "ar")]
LABELLED = {
    "organizations_organization": [*NAMES, "source_language"],
    "organizations_person": [*NAMES[:3], "source_language"],
    "agreements_programme": [*NAMES, "source_language"],
    **dict.fromkeys(
        (
            "agreements_agreementkind",
            "agreements_theme",
            "agreements_partyrole",
            "agreements_commitmentkind",
            "agreements_targetgroup",
        ),
        LABELS,
    ),
}


def _trigger(table: str, columns: list[str]) -> str:
    changed = " OR ".join(f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in columns)
    return (
        f"CREATE TRIGGER renders_anew AFTER UPDATE OF {', '.join(columns)} ON {table}"
        f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION mithaq_render_anew()"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0010_proof_review_amendments"),
        ("organizations", "0007_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenderedDossier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreement", models.UUIDField(verbose_name="agreement")),
                ("language", models.CharField(max_length=2, verbose_name="language")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("form", models.CharField(max_length=16, verbose_name="form")),
                ("steady", DateRangeField(verbose_name="days of this legal state")),
                ("linked", models.BooleanField(verbose_name="has links")),
                ("opening", models.TextField(verbose_name="up to the answers")),
                ("middle", models.TextField(verbose_name="up to the links")),
                ("closing", models.TextField(verbose_name="after the links")),
            ],
            options={
                "verbose_name": "rendered dossier",
                "verbose_name_plural": "rendered dossiers",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "language"), name="dossier_is_rendered_once_in_a_language"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION mithaq_render_anew()"),
        *(
            migrations.RunSQL(_trigger(table, columns), f"DROP TRIGGER renders_anew ON {table}")
            for table, columns in LABELLED.items()
        ),
        migrations.RunSQL(
            "CREATE TRIGGER renders_anew AFTER DELETE ON agreements_agreement"
            " FOR EACH ROW EXECUTE FUNCTION mithaq_render_anew()",
            "DROP TRIGGER renders_anew ON agreements_agreement",
        ),
    ]

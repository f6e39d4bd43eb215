import django.db.models.deletion
from django.db import migrations, models

# Steps between an author and a reviewer, of which readers are not told (agreements/queries/home.py).
INWARD = ", ".join(
    f"'agreement.{each}'"
    for each in (
        "submitted",
        "called_back",
        "sent_back",
        "commented",
        "comment_settled",
        "change_submitted",
        "change_called_back",
        "change_sent_back",
    )
)
LATEST = f"""
    INSERT INTO agreements_lastchange AS last (agreement_id, number, touched, told)
    SELECT a.id, a.number, max(e.at), max(e.at) FILTER (WHERE e.verb NOT IN ({INWARD}))
      FROM {{events}} e JOIN agreements_agreement a ON a.id = e.chain
     GROUP BY a.id ORDER BY a.id
        ON CONFLICT (agreement_id) DO UPDATE
       SET number = excluded.number, touched = greatest(last.touched, excluded.touched),
           told = greatest(last.told, excluded.told)
"""  # noqa: S608 our own names
FOLLOW = f"""
    CREATE FUNCTION mithaq_last_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {LATEST.format(events="happened")};
        RETURN NULL;
    END $$;
    CREATE TRIGGER tells_when_agreements_changed AFTER INSERT ON audit_auditevent
        REFERENCING NEW TABLE AS happened FOR EACH STATEMENT EXECUTE FUNCTION mithaq_last_change();
    CREATE FUNCTION mithaq_last_changes() RETURNS void LANGUAGE sql AS $$
        {LATEST.format(events="audit_auditevent")}
    $$;
    SELECT mithaq_last_changes();
"""
LEAVE = """
    DROP TRIGGER tells_when_agreements_changed ON audit_auditevent;
    DROP FUNCTION mithaq_last_change();
    DROP FUNCTION mithaq_last_changes();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0012_called"),
        ("audit", "0003_feed_order"),
    ]
    operations = [
        migrations.CreateModel(
            name="LastChange",
            fields=[
                (
                    "agreement",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="last_change",
                        serialize=False,
                        to="agreements.agreement",
                        verbose_name="agreement",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number in the registry")),
                ("touched", models.DateTimeField(verbose_name="last event")),
                (
                    "told",
                    models.DateTimeField(null=True, verbose_name="last event that every reader is told of"),
                ),
            ],
            options={
                "verbose_name": "last change",
                "verbose_name_plural": "last changes",
                "indexes": [
                    models.Index(fields=["touched"], include=["number"], name="last_change_touched"),
                    models.Index(fields=["told"], include=["number"], name="last_change_told"),
                ],
            },
        ),
        migrations.RunSQL(FOLLOW, LEAVE),
    ]

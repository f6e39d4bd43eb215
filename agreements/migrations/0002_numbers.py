from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE agreements_number AS integer OWNED BY agreements_agreement.number",
            "DROP SEQUENCE agreements_number",
        )
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0006_orders")]
    operations = [
        migrations.AddIndex(
            "progressview", models.Index(fields=["said_on", "id"], name="progress_view_by_day")
        )
    ]

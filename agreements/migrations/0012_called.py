"""What agreements are called has an index of its own: the first look for a frequent word is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0011_rendered"), ("lib", "0003_tokens")]
    operations = [
        migrations.AddIndex(
            model_name="textentry",
            index=models.Index(
                fields=["agreement"],
                name="textentry_called",
                condition=models.Q(fact__in=["code", "reference", "title"]),
            ),
        ),
    ]

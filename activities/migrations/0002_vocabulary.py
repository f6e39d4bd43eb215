from django.db import migrations

from audit.seeding import seed

KINDS = [
    ("event", "event", "événement", "تظاهرة"),
    ("campaign", "campaign", "campagne", "حملة"),
    ("workshop", "workshop", "atelier", "ورشة"),
    ("training", "training", "formation", "تدريب"),
    ("caravan", "caravan", "caravane", "قافلة"),
    ("research", "research", "recherche", "بحث"),
    ("diploma_delivery", "delivery of diplomas", "remise de diplômes", "تسليم الشهادات"),
    ("meeting", "meeting", "réunion", "اجتماع"),
    ("other", "other activity", "autre activité", "نشاط آخر"),
]


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: seed(apps, "activities.ActivityKind", KINDS), migrations.RunPython.noop
        )
    ]

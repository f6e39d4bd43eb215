from django.db import migrations

from audit.seeding import seed

KINDS = [
    ("centre", "centre", "centre", "مركز"),
    ("association", "association", "association", "جمعية"),
    ("ngo", "non-governmental organization", "organisation non gouvernementale", "منظمة غير حكومية"),
    ("foundation", "foundation", "fondation", "مؤسسة خيرية"),
    ("public_body", "public body", "organisme public", "هيئة عمومية"),
    ("unit", "unit of a body", "unité d'un organisme", "وحدة تابعة لهيئة"),
    ("ministry", "ministry", "ministère", "وزارة"),
    ("local_authority", "local authority", "collectivité territoriale", "جماعة ترابية"),
    ("international", "international organization", "organisation internationale", "منظمة دولية"),
    ("company", "company", "entreprise", "شركة"),
    ("research", "university or research centre", "université ou centre de recherche", "جامعة أو مركز بحث"),
]


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: seed(apps, "organizations.OrganizationKind", KINDS),
            migrations.RunPython.noop,
        )
    ]

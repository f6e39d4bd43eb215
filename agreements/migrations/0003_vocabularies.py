from django.db import migrations

from audit.seeding import seed

VOCABULARIES = {
    "agreements.AgreementKind": [
        ("cooperation_agreement", "cooperation agreement", "accord de coopération", "اتفاقية تعاون"),
        ("partnership_agreement", "partnership agreement", "convention de partenariat", "اتفاقية شراكة"),
        ("framework_agreement", "framework agreement", "convention-cadre", "اتفاقية إطار"),
        ("specific_agreement", "specific agreement", "convention spécifique", "اتفاقية خاصة"),
        ("memorandum_of_understanding", "memorandum of understanding", "mémorandum d'entente", "مذكرة تفاهم"),
        ("funding_agreement", "funding agreement", "convention de financement", "اتفاقية تمويل"),
        ("amendment", "amendment", "avenant", "ملحق"),
        ("other", "other agreement", "autre convention", "اتفاقية أخرى"),
    ],
    "agreements.CommitmentKind": [
        ("event", "event", "événement", "تظاهرة"),
        ("awareness_campaign", "awareness campaign", "campagne de sensibilisation", "حملة توعية"),
        ("workshop", "workshop", "atelier", "ورشة"),
        ("training", "training", "formation", "تدريب"),
        ("access_to_training", "access to training", "accès à la formation", "الاستفادة من التدريب"),
        ("research", "research", "recherche", "بحث"),
        ("certification", "certification", "délivrance de diplômes", "تسليم شهادات"),
        ("human_resources", "human resources", "moyens humains", "موارد بشرية"),
        ("medical_caravan", "medical caravan", "caravane médicale", "قافلة طبية"),
        ("funding", "funding", "financement", "تمويل"),
        ("equipment", "equipment and premises", "équipements et locaux", "تجهيزات ومقرات"),
        ("data_sharing", "sharing of data", "partage de données", "تبادل المعطيات"),
        ("service", "service to beneficiaries", "service aux bénéficiaires", "خدمة للمستفيدين"),
        ("other", "other commitment", "autre engagement", "التزام آخر"),
    ],
    "agreements.Theme": [
        (
            "child_protection",
            "social protection of children",
            "protection sociale de l'enfance",
            "الحماية الاجتماعية للطفولة",
        ),
        ("precariousness", "precariousness and poverty", "précarité et pauvreté", "الهشاشة والفقر"),
        ("marginalization", "marginalization", "marginalisation", "التهميش"),
        ("training_employment", "training and employment", "formation et emploi", "التكوين والتشغيل"),
        ("education", "education", "éducation", "التعليم"),
        ("health", "health", "santé", "الصحة"),
        ("women", "protection of women", "protection des femmes", "حماية النساء"),
        ("disability", "disability", "handicap", "الإعاقة"),
        ("older_persons", "older persons", "personnes âgées", "الأشخاص المسنون"),
        ("family", "family", "famille", "الأسرة"),
        ("migration", "migration", "migration", "الهجرة"),
        ("research", "research", "recherche", "البحث"),
    ],
    "agreements.TargetGroup": [
        ("children", "children", "enfants", "الأطفال"),
        ("young_people", "young people", "jeunes", "الشباب"),
        ("out_of_school", "young people out of school", "jeunes non scolarisés", "الشباب غير المتمدرس"),
        ("women", "women", "femmes", "النساء"),
        ("families", "families", "familles", "الأسر"),
        ("older_persons", "older persons", "personnes âgées", "الأشخاص المسنون"),
        (
            "persons_with_disabilities",
            "persons with disabilities",
            "personnes handicapées",
            "الأشخاص في وضعية إعاقة",
        ),
        ("members", "members of an association", "adhérents d'une association", "منخرطو جمعية"),
        ("staff", "staff and cadres", "cadres et personnel", "الأطر والموظفون"),
        ("social_workers", "social protection workers", "travailleurs sociaux", "العاملون الاجتماعيون"),
        ("service_users", "users of a service", "bénéficiaires de services", "المستفيدون من الخدمات"),
        ("trainees", "trainees and graduates", "stagiaires et lauréats", "المتدربون والخريجون"),
        ("institutions", "institutions", "établissements", "المؤسسات"),
        ("partners", "partner bodies", "organismes partenaires", "الهيئات الشريكة"),
        ("residents", "residents of a place", "habitants d'un lieu", "ساكنة مكان"),
    ],
    "agreements.PartyRole": [
        ("party", "party", "partie", "طرف"),
        ("donor", "funder", "bailleur", "ممول"),
        ("implementer", "implementing party", "partie chargée de l'exécution", "طرف منفذ"),
        ("guarantor", "guarantor", "garant", "ضامن"),
        ("witness", "witness", "témoin", "شاهد"),
    ],
}


def fill(apps, editor):
    for label, rows in VOCABULARIES.items():
        seed(apps, label, rows)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_numbers"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""From here on the registry remembers: every version of every row, in this room and in those below it."""

from django.db import migrations

from audit.past import HasNoPast, Remember

# Each table with the column its rows are looked up by, the one that leads to the sheet of an agreement.
REMEMBERED = {
    "organizations_organizationkind": "",
    "organizations_organization": "",
    "organizations_alias": "organization_id",
    "organizations_externalidentifier": "organization_id",
    "organizations_profileclaim": "organization_id",
    "organizations_distinctpair": "first_id",
    "organizations_person": "",
    "organizations_office": "person_id",
    "agreements_agreementkind": "",
    "agreements_commitmentkind": "",
    "agreements_theme": "",
    "agreements_targetgroup": "",
    "agreements_partyrole": "",
    "agreements_programme": "",
    "agreements_agreement": "",
    "agreements_agreementidentifier": "agreement_id",
    "agreements_agreementtheme": "agreement_id",
    "agreements_namedgroup": "agreement_id",
    "agreements_agreementlink": "agreement_id",
    "agreements_party": "agreement_id",
    "agreements_signatory": "party_id",
    "agreements_objective": "agreement_id",
    "agreements_objectivegroup": "objective_id",
    "agreements_commitment": "agreement_id",
    "agreements_commitmentdebtor": "commitment_id",
    "agreements_commitmentbeneficiary": "commitment_id",
    "agreements_statement": "agreement_id",
    "agreements_advantage": "agreement_id",
    "agreements_advantagebeneficiary": "advantage_id",
    "agreements_source": "",
    "agreements_agreementsource": "agreement_id",
    "agreements_noisespan": "source_id",
    "agreements_citation": "agreement_id",
    "agreements_openquestion": "agreement_id",
    "agreements_reading": "question_id",
    "agreements_lifecycleevent": "agreement_id",
    "activities_activitykind": "",
    "activities_activity": "",
    "activities_activityorganizer": "activity_id",
    "activities_fulfilment": "commitment_id",
    "activities_participation": "activity_id",
    "activities_progressview": "commitment_id",
    "activities_evidencefile": "activity_id",
}
# What people keep on their own desks tells nothing of agreements, and nobody may look it up later.
PRIVATE = ["agreements_savedview", "agreements_follow", "agreements_followup"]


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0002_vocabulary"),
        ("agreements", "0004_desk"),
        ("organizations", "0003_desk"),
        ("audit", "0002_past"),
    ]
    operations = [
        *(Remember(table, owner) for table, owner in REMEMBERED.items()),
        *(HasNoPast(table) for table in PRIVATE),
    ]

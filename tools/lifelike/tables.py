"""The tables that are filled, and what a row of theirs is: values in the order of the columns; None is NULL."""

import random
from collections.abc import Iterable
from datetime import date, timedelta

Row = tuple[str, tuple]

NOT_STATED = ("", None, "not_stated", "")
BLANK = ("", "", "")
LANGUAGES = ("en", "fr", "ar")

_CLAIM = "{0}_text {0}_range {0}_basis {0}_note"
_TEXT = "{0}_en {0}_fr {0}_ar"


def _columns(told: str) -> tuple[str, ...]:
    """`~text` is a translated text, `@signed` a date claim, everything else a column."""
    found = [
        (_TEXT if each[0] == "~" else _CLAIM if each[0] == "@" else "{0}").format(each.lstrip("~@"))
        for each in told.split()
    ]
    return tuple(" ".join(found).split())


TABLES: dict[str, tuple[str, ...]] = {
    table: _columns(told)
    for table, told in {
        "organizations_user": "id password email name role is_active language created_at weekly_digest"
        " informed_until organization_id",
        "organizations_organization": "id slug source_language ~name ~short_name country city relation ~mandate"
        " website parent_id kind_id",
        "organizations_person": "id ~name source_language",
        "agreements_programme": "id slug source_language ~name ~short_name",
        "agreements_source": "id kind language title byline publisher url @published text",
        "agreements_agreement": "id number reference source_language ~title title_basis ~occasion"
        " place_of_signature @signed @effective @ends renewal ~renewal_rule notice_days amount currency"
        " more_advantages_claimed confidentiality editorial_state restored_by version registered_by_id"
        " registered_for_id reviewed_by_id kind_id programme_id",
        "agreements_agreementidentifier": "id scheme value agreement_id",
        "agreements_agreementlink": "id kind agreement_id to_id",
        "agreements_agreementtheme": "id position agreement_id theme_id",
        "agreements_agreementsource": "id position agreement_id source_id",
        "agreements_namedgroup": "id position ~text place mention agreement_id of_organization_id concept_id",
        "agreements_party": "id position name_as_written agreement_id organization_id role_id",
        "agreements_signatory": "id office_id party_id person_id",
        "agreements_objective": "id position ~text kind agreement_id",
        "agreements_objectivegroup": "id group_id objective_id",
        "agreements_commitment": "id position ~text number ~purpose place @due quantity unit agreement_id kind_id",
        "agreements_commitmentdebtor": "id commitment_id party_id",
        "agreements_commitmentbeneficiary": "id commitment_id group_id party_id",
        "agreements_statement": "id position ~text attribution manner agreement_id on_behalf_of_id speaker_id",
        "agreements_advantage": "id position ~text agreement_id supports_id provider_id claimed_in_id",
        "agreements_lifecycleevent": "id kind @occurred @ends ~reason agreement_id document_id",
        "agreements_amendment": "id number reference @signed @effective ~summary agreement_id document_id",
        "agreements_openquestion": "id position about ~text resolved_at resolved_by resolution agreement_id",
        "agreements_reading": "id position ~text question_id",
        "agreements_citation": "id start end quote about note agreement_id source_id of_agreement_id party_id"
        " signatory_id group_id objective_id commitment_id statement_id advantage_id",
        "activities_activity": "id source_language ~title ~description status @held place kind_id",
        "activities_activityorganizer": "id activity_id organization_id",
        "activities_fulfilment": "id extent note activity_id commitment_id",
        "activities_participation": "id sex number activity_id target_group_id",
        "activities_progressview": "id verdict said_on note commitment_id party_id",
    }.items()
}
CODE = {table: number for number, table in enumerate(TABLES, 1)}


def row(table: str, *values) -> Row:
    return table, values


def any_language(dice: random.Random) -> str:
    return dice.choices(("fr", "ar", "en"), (55, 30, 15))[0]


def spoken(dice: random.Random, source: str) -> tuple[str, ...]:
    """The language of the source, and in one of three texts another one."""
    return (source, dice.choice(LANGUAGES)) if dice.random() < 0.34 else (source,)


def texts(said: dict[str, str], languages: Iterable[str]) -> tuple[str, ...]:
    return tuple(said[each] if each in languages else "" for each in LANGUAGES)


def exact(day: date) -> str:
    return f"[{day},{day + timedelta(days=1)})"

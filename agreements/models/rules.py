"""Rules of the tables of this room that a constraint cannot say: triggers, written once."""

import pgtrigger
from django.utils.translation import gettext_noop

from audit.models import Recorded
from lib import search


def refuse_unless(holds: str, *, name: str, message: str, operation=None) -> pgtrigger.Trigger:
    """A row for which the SQL `holds` is not true is refused, as by a check constraint of that name."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation or (pgtrigger.Insert | pgtrigger.Update),
        func=f"""
            IF NOT coalesce(({holds}), true) THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )


def stays_with(*columns: str) -> pgtrigger.Trigger:
    """A fact never moves to another agreement (or other owner): what proved it there proves nothing here."""
    moved = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return pgtrigger.Trigger(
        name="stays_with_its_owner",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF {moved} THEN
                RAISE EXCEPTION 'A record stays with the record it belongs to.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'record_stays_with_its_owner';
            END IF;
            RETURN NEW;
        """,
    )


def same_agreement(table: str, owner: str, **others: str) -> str:
    """SQL: the row's `owner` (in `table`) and each other thing it names belong to one agreement."""
    return " AND ".join(
        f"(NEW.{column} IS NULL OR (SELECT agreement_id FROM {other} WHERE id = NEW.{column})"
        f" = (SELECT agreement_id FROM {table} WHERE id = NEW.{owner}))"
        for column, other in others.items()
    )


def own_agreement(**others: str) -> str:
    """SQL: each thing the row names belongs to the row's own agreement."""
    return " AND ".join(
        f"(NEW.{column} IS NULL OR (SELECT agreement_id FROM {other} WHERE id = NEW.{column}) = NEW.agreement_id)"
        for column, other in others.items()
    )


def filled(columns: tuple[str, ...]) -> str:
    """SQL: how many of the row's `columns` point somewhere."""
    return f"num_nonnulls({', '.join(f'NEW.{column}_id' for column in columns)})"


def said(*words: search.Words) -> tuple[pgtrigger.Trigger, ...]:
    """What a fact of an agreement says is found by a search of agreements."""
    return search.found_by_words(
        "agreements_textentry", *words, owner="agreement_id", key="{row}.agreement_id"
    )


GUARDED = Recorded.Meta.triggers

FACTS = {
    "party_id": "agreements_party",
    "group_id": "agreements_namedgroup",
    "objective_id": "agreements_objective",
    "commitment_id": "agreements_commitment",
    "advantage_id": "agreements_advantage",
    "statement_id": "agreements_statement",
}
"""The columns by which a citation, a doubt or a signature points at a fact of its agreement, each with its table."""

# Sentences that the triggers above and beside speak, for the catalogues: a refusal is told in the reader's language.
SPOKEN = (
    gettext_noop("A record stays with the record it belongs to."),
    gettext_noop("A published agreement has at least two parties."),
    gettext_noop("A published fact has a quote, or an editor’s name: entered without source."),
    gettext_noop("The text of a source is never altered: register the better text as a source."),
    gettext_noop("An organization cannot stand above itself."),
    gettext_noop("Audit events are never changed or removed."),
)

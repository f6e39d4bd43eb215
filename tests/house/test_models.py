"""What no reader should have to remember about tables."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import BaseConstraint, CheckConstraint

ROOMS = ("audit", "organizations", "agreements", "activities")
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
CONSTRAINTS = [(model, constraint) for model in MODELS for constraint in model._meta.constraints]
CHECKS = [(model, constraint) for model, constraint in CONSTRAINTS if isinstance(constraint, CheckConstraint)]


def named(value) -> str:
    return value._meta.label if hasattr(value, "_meta") else getattr(value, "name", str(value))


@pytest.mark.parametrize("model", MODELS, ids=named)
class TestAModel:
    def test_explains_itself(self, model):
        assert not model.__doc__.startswith(f"{model.__name__}("), "a docstring, not Django's own"

    def test_is_called_by_a_name_that_fits_into_a_sentence(self, model):
        first = str(model._meta.verbose_name).split()[0]

        assert first.islower() or first.isupper(), "lower case, but for an abbreviation"
        assert model._meta.verbose_name_plural != model._meta.verbose_name

    def test_leaves_the_order_to_the_query(self, model):
        assert not model._meta.ordering, "order in the query, where the reader sees it"

    def test_acts_in_services_alone(self, model):
        for base in model.__mro__:
            if base.__module__.split(".")[0] in ROOMS:
                assert not {"save", "delete", "full_clean", "clean"} & vars(base).keys(), base


class TestAConstraint:
    @pytest.mark.parametrize(("model", "constraint"), CONSTRAINTS, ids=named)
    def test_is_named_by_a_sentence(self, model, constraint):
        assert len(constraint.name.split("_")) >= 3
        assert constraint.name == constraint.name.lower()

    @pytest.mark.parametrize(("model", "constraint"), CHECKS, ids=named)
    def test_is_refused_in_words_for_people(self, model, constraint):
        message = constraint.violation_error_message

        assert message != BaseConstraint.default_violation_error_message
        assert str(message).endswith(".")

    @pytest.mark.parametrize(("model", "constraint"), CONSTRAINTS, ids=named)
    def test_has_a_name_that_postgresql_keeps_whole(self, model, constraint):
        assert len(constraint.name) <= 63

    def test_is_the_only_one_of_its_name(self):
        names = [constraint.name for _model, constraint in CONSTRAINTS]

        assert len(names) == len(set(names))


@pytest.mark.django_db
class TestTheDatabase:
    def test_is_what_the_migrations_say(self):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_has_every_trigger_of_every_model_awake(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
            )
            there = set(cursor.fetchall())

        for model in MODELS:
            for trigger in getattr(model._meta, "triggers", ()):
                assert (model._meta.db_table, trigger.get_pgid(model)) in there

    def test_runs_every_trigger_with_a_sentence_for_whoever_meets_it(self):
        """A refusal reaches people as the trigger says it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname, substring(prosrc from 'RAISE EXCEPTION ''((?:[^'']|'''')*)''') FROM pg_proc"
                " WHERE proname LIKE 'pgtrigger\\_%' AND prosrc LIKE '%RAISE EXCEPTION%'"
                " AND prosrc LIKE '%USING ERRCODE%'"
            )
            told = cursor.fetchall()

        assert told
        assert [name for name, words in told if not words.endswith(".") or '"' in words] == []

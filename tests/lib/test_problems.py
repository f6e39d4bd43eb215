"""What went wrong is told at its place and in words."""

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.serializers import ErrorDetail

from lib.problems import Fault, Refused, broken_rule, pointed
from tests.factories import OrganizationFactory


def told(errors) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in pointed(errors)]


class TestPointed:
    def test_points_into_objects_and_lists(self):
        errors = {"parties": [{}, {"organization": [ErrorDetail("…", code="form")]}]}

        assert told(errors) == [("/parties/1/organization", "form")]

    def test_points_at_entries_by_their_index(self):
        assert told({"themes": {1: [ErrorDetail("…", code="form")]}}) == [("/themes/1", "form")]

    def test_points_at_the_object_for_what_concerns_all_of_it(self):
        errors = {"dates": {"signed": {"non_field_errors": [ErrorDetail("…", code="invalid")]}}}

        assert told(errors) == [("/dates/signed", "invalid")]
        assert told({"non_field_errors": [ErrorDetail("…", code="invalid")]}) == [("", "invalid")]

    def test_escapes_the_signs_of_pointers(self):
        assert told({"a/b~c": [ErrorDetail("…", code="unknown_member")]}) == [("/a~1b~0c", "unknown_member")]

    def test_tells_every_fault_of_a_member(self):
        errors = {"title": [ErrorDetail("one", code="a"), ErrorDetail("two", code="b")]}

        assert list(pointed(errors)) == [Fault("/title", "a", "one"), Fault("/title", "b", "two")]


class TestRefused:
    def test_reads_as_one_line_in_a_log(self):
        assert str(Refused([Fault("", "a", "No."), Fault("/b", "b", "Neither.")])) == "/: No.; /b: Neither."

    def test_becomes_messages_of_a_form(self):
        refusal = Refused([Fault("", "a", "No."), Fault("/b", "b", "Neither.")])

        assert refusal.as_validation_error().messages == ["No.", "/b: Neither."]


@pytest.mark.django_db
class TestABrokenRule:
    def fault_of(self, sql: str, parameters=()) -> Fault:
        with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
        return broken_rule(refusal.value)

    def test_is_told_in_the_words_of_the_model(self):
        organization = OrganizationFactory()

        fault = self.fault_of(
            "UPDATE organizations_organization SET name_en = '' WHERE id = %s", [organization.pk]
        )

        assert fault == Fault(
            "", "organization_has_a_name", "Give the organization's name in at least one language."
        )

    def test_of_a_trigger_is_told_in_the_words_of_the_trigger(self):
        child = OrganizationFactory(parent=OrganizationFactory())

        fault = self.fault_of(
            "UPDATE organizations_organization SET parent_id = %s, relation = 'part_of' WHERE id = %s",
            [child.pk, child.parent_id],
        )

        assert fault == Fault(
            "", "organization_is_not_above_itself", "An organization cannot stand above itself."
        )

    def test_is_told_by_its_name_rather_than_in_the_words_of_postgresql(self):
        organization = OrganizationFactory()

        fault = self.fault_of(
            "UPDATE organizations_organization SET kind_id = 'none' WHERE id = %s;"
            " SET CONSTRAINTS organizations_organi_kind_id_12a4bf94_fk_organizat IMMEDIATE",
            [organization.pk],
        )

        assert fault.message == "This breaks the rule “organizations organi kind id 12a4bf94 fk organizat”."

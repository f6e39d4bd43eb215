"""The one way in: a whole dossier, or nothing and every fault with its place."""

import copy

import pytest
from django.core.exceptions import PermissionDenied

from activities import samples
from agreements import services
from agreements.models import Agreement, Citation, Commitment, Source
from audit.models import AuditEvent
from lib.problems import Refused
from organizations import services as organization_services
from organizations.models import Organization
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier():
    return samples.read("entraide-al-amal")


def faults(dossier, by) -> dict[str, str]:
    """Pointer → code of every fault the registration names; nothing may have been written."""
    before = [model.objects.count() for model in (Agreement, Organization, Source, AuditEvent)]
    with pytest.raises(Refused) as refusal:
        services.register(dossier, by=by)
    assert before == [model.objects.count() for model in (Agreement, Organization, Source, AuditEvent)]
    return {fault.pointer: fault.code for fault in refusal.value.faults}


class TestRegister:
    def test_enters_a_draft_of_its_author_with_every_part_and_one_event_of_its_own(self, dossier, people):
        agreement = services.register(dossier, by=people["contributor"])

        agreement.refresh_from_db()
        assert (agreement.editorial_state, agreement.registered_by, agreement.version) == (
            "draft",
            people["contributor"],
            1,
        )
        assert agreement.parties.count() == 2
        assert Commitment.objects.filter(agreement=agreement).count() == len(dossier["commitments"])
        (event,) = AuditEvent.objects.filter(chain=agreement.pk)
        assert event.verb == "agreement.registered"
        assert event.changes["dossier"]["new"]["titles"] == dossier["titles"]

    def test_that_points_at_a_merged_organization_is_with_the_one_that_was_kept(self, dossier, people):
        old, kept = OrganizationFactory.create_batch(2)
        organization_services.merge(old, into=kept, reason="One body.", by=people["administrator"])
        dossier["parties"][1]["organization"] = {"id": str(old.pk)}

        agreement = services.register(dossier, by=people["contributor"])

        assert agreement.parties.get(position=2).organization == kept

    def test_gives_each_agreement_the_next_number(self, people):
        first, second = (
            services.register(samples.read(name), by=people["contributor"]) for name in samples.PRESS
        )

        assert second.number == first.number + 1

    def test_keeps_the_words_of_a_date_and_no_day(self, dossier, people):
        agreement = services.register(dossier, by=people["contributor"])

        assert agreement.signed.basis == "relative"
        assert agreement.signed.text == dossier["dates"]["signed"]["stated"]
        assert agreement.signed.range is None

    def test_makes_the_short_address_of_a_new_organization_where_none_is_said(self, dossier, people):
        new = {"source_language": "en", "names": {"en": "Loom of Testford"}}
        dossier["organizations"] += [{"key": "loom", **new}, {"key": "second-loom", **new}]

        services.register(dossier, by=people["contributor"])

        first, second = Organization.objects.filter(name_en="Loom of Testford").order_by("pk")
        assert first.slug == "loom-of-testford"
        assert second.slug.startswith("loom-of-testford-")


class TestRegisterRefuses:
    def test_a_reader(self, dossier, people):
        with pytest.raises(PermissionDenied):
            services.register(dossier, by=people["reader"])

    def test_a_quote_the_source_does_not_have_there_and_says_where_it_is(self, dossier, people):
        citation = dossier["commitments"][0]["citations"][0]
        citation["start"] += 1
        citation["end"] += 1

        with pytest.raises(Refused) as refusal:
            services.register(dossier, by=people["contributor"])

        (fault,) = refusal.value.faults
        assert (fault.pointer, fault.code) == ("/commitments/0/citations/0/quote", "quote_differs")
        assert str(citation["start"] - 1) in fault.message

    def test_a_quote_from_what_is_set_aside(self, dossier, people):
        source = dossier["sources"][0]
        stretch = source["noise"][1]
        dossier["commitments"][0]["citations"] = [
            {
                "source": source["key"],
                "start": stretch["start"],
                "end": stretch["end"],
                "quote": source["text"][stretch["start"] : stretch["end"]],
            }
        ]

        assert faults(dossier, people["contributor"]) == {
            "/commitments/0/citations/0/quote": "quote_in_noise"
        }

    def test_a_debtor_that_is_no_party_of_the_document(self, dossier, people):
        dossier["commitments"][1]["debtors"] = ["nobody"]

        assert faults(dossier, people["contributor"]) == {"/commitments/1/debtors/0": "points_nowhere"}

    def test_a_code_that_is_not_in_its_vocabulary(self, dossier, people):
        dossier["kind"] = "treaty"
        dossier["commitments"][0]["kind"] = "promise"

        assert faults(dossier, people["contributor"]) == {
            "/kind": "unknown_code",
            "/commitments/0/kind": "unknown_code",
        }

    def test_a_member_it_does_not_know_and_names_the_nearest(self, dossier, people):
        dossier["commitmnts"] = []

        with pytest.raises(Refused) as refusal:
            services.register(dossier, by=people["contributor"])

        (fault,) = refusal.value.faults
        assert (fault.pointer, fault.code) == ("/commitmnts", "unknown_member")
        assert "commitments" in fault.message

    def test_days_for_a_date_that_is_relative(self, dossier, people):
        dossier["dates"]["signed"]["earliest"] = "2012-05-18"

        assert list(faults(dossier, people["contributor"])) == ["/dates/signed/basis"]

    def test_a_number_or_a_published_state_from_somebody_who_restores_nothing(self, dossier, people):
        dossier |= {"number": 7, "version": 3, "editorial_state": "published"}

        assert set(faults(dossier, people["contributor"])) == {"/number", "/version", "/editorial_state"}

    def test_the_same_organization_as_a_party_twice(self, dossier, people):
        dossier["parties"][1]["organization"] = dossier["parties"][0]["organization"]

        assert "/parties/1/organization" in faults(dossier, people["contributor"])

    def test_an_organization_that_is_in_the_registry_under_the_same_short_address(self, dossier, people):
        services.register(copy.deepcopy(dossier), by=people["contributor"])
        dossier["identifiers"] = []

        told = faults(dossier, people["contributor"])

        assert set(told.values()) == {"already_registered"}
        assert all(pointer.endswith("/slug") for pointer in told)

    def test_an_organization_of_the_registry_told_otherwise(self, dossier, people):
        services.register(copy.deepcopy(dossier), by=people["contributor"])
        known = Organization.objects.get(slug=dossier["organizations"][0]["slug"])
        told = copy.deepcopy(dossier["organizations"][0]) | {
            "id": str(known.pk),
            "country": "QA",
            "citations": [],
        }
        told.pop("parent", None)
        told["relation"] = ""
        other = {
            "kind": "other",
            "source_language": "fr",
            "titles": {"fr": "Autre"},
            "organizations": [told],
            "parties": [{"organization": {"id": str(known.pk)}}],
        }

        assert faults(other, people["contributor"])["/organizations/0/country"] == "differs_from_the_registry"

    def test_organizations_that_stand_above_each_other(self, dossier, people):
        first, second = dossier["organizations"][:2]
        first |= {"parent": {"key": second["key"]}, "relation": "part_of"}
        second |= {"parent": {"key": first["key"]}, "relation": "part_of"}

        assert "circular" in faults(dossier, people["contributor"]).values()

    def test_a_speaker_nobody_is_attributed(self, dossier, people):
        dossier["statements"][0]["attribution"] = "not_stated"

        assert faults(dossier, people["contributor"]) == {
            "/statements/0/attribution": "speaker_iff_attributed"
        }

    def test_a_reference_another_agreement_has(self, people):
        first, second = (samples.read(name) for name in samples.PRESS)
        first["reference"] = second["reference"] = "12/2012"
        services.register(first, by=people["contributor"])

        assert faults(second, people["contributor"]) == {"": "agreement_reference_is_unique_when_stated"}

    def test_a_question_resolved_by_somebody_who_is_no_reviewer_here(self, dossier, people):
        dossier["questions"][0]["resolution"] = {"at": "2026-01-01T00:00:00Z", "by": "Me", "text": "So."}

        assert list(faults(dossier, people["contributor"])) == ["/questions/0/resolution"]


class TestEveryCitation:
    def test_of_the_samples_says_what_its_source_says_at_its_position(self, both):
        citations = list(Citation.objects.select_related("source"))

        assert len(citations) > 100
        assert all(each.source.text[each.start : each.end] == each.quote for each in citations)

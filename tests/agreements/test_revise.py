"""A record changed as a whole: read out, altered, and made to read so."""

from copy import deepcopy

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from activities.models import Fulfilment
from agreements import services
from agreements.models import Agreement, Citation, Commitment, NoiseSpan, OpenQuestion, Party
from agreements.queries import dossier
from audit.models import AuditEvent
from lib.problems import Refused
from tests.factories import ActivityFactory, AgreementFactory

pytestmark = pytest.mark.django_db


def told(agreement: Agreement) -> dict:
    """The record as it reads, with its proof."""
    everything = Agreement.objects.all()
    rows = dossier.with_citations(
        dossier.with_facts(everything.filter(pk=agreement.pk), on=timezone.localdate(), readable=everything)
    )
    return dossier.read(rows.get(), proof=True)


def revise(agreement: Agreement, document: dict, *, by, **options) -> Agreement:
    options.setdefault("version", agreement.version)
    return services.revise(agreement.pk, document, by=by, **options)


def faults(agreement: Agreement, document: dict, *, by, **options) -> dict[str, str]:
    before, events = told(agreement), AuditEvent.objects.count()
    with pytest.raises(Refused) as refusal:
        revise(agreement, document, by=by, **options)
    assert told(agreement) == before
    assert AuditEvent.objects.count() == events
    return {each.pointer: each.code for each in refusal.value.faults}


def signed_at(document: dict, place: str) -> None:
    """A place that no source tells: somebody signs for it."""
    document["place_of_signature"] = place
    document["without_source"] = [{"about": "place", "reason": "One of the signatories told it."}]


@pytest.fixture
def french(both):
    return Agreement.objects.get(source_language="fr", pk__in=[each.pk for each in both])


@pytest.fixture
def editor(people):
    return people["editor"]


@pytest.mark.usefixtures("entered")
class TestARevision:
    def test_that_says_the_same_changes_nothing(self, both, editor):
        for each in both:
            before, events = told(each), AuditEvent.objects.count()

            revise(each, before, by=editor)

            assert told(each) == before
            assert AuditEvent.objects.count() == events

    def test_changes_what_is_said_otherwise_and_keeps_every_id(self, french, editor):
        document = told(french)
        document["titles"]["en"] = "Another title"
        document["commitments"][0]["texts"]["en"] = "Other words"
        document["dates"]["signed"] = {
            "stated": "mai 2012",
            "earliest": "2012-05-01",
            "latest": "2012-05-31",
            "basis": "stated",
        }

        revised = revise(french, document, by=editor, reason="A better text was found.")

        now = told(french)
        assert revised.version == now["version"] == document["version"] + 1
        assert now["title"] == "Another title"
        assert [each["id"] for each in now["commitments"]] == [each["id"] for each in document["commitments"]]
        assert now["commitments"][0]["text"] == "Other words"
        assert now["dates"]["signed"]["edtf"] == "2012-05"
        event = AuditEvent.objects.get(verb="agreement.corrected")
        assert event.reason == "A better text was found."
        assert event.changes[f"agreement {french.pk}"]["new"]["title_en"] == "Another title"
        assert set(event.changes) == {
            f"agreement {french.pk}",
            f"commitment {document['commitments'][0]['id']}",
        }

    def test_adds_a_part_with_its_proof_and_takes_one_away_with_its_own(self, french, editor):
        document = told(french)
        source, gone = document["sources"][0], document["objectives"].pop()
        quote = source["text"][gone["citations"][0]["start"] : gone["citations"][0]["end"]]
        document["objectives"].append(
            {
                "key": "new",
                "texts": {"fr": quote},
                "citations": [
                    {"source": source["id"], "quote": quote}
                    | {name: gone["citations"][0][name] for name in ("start", "end")}
                ],
            }
        )

        revise(french, document, by=editor)

        now = told(french)["objectives"]
        assert gone["id"] not in {each["id"] for each in now}
        assert now[-1]["texts"] == {"fr": quote}
        assert [each["quote"] for each in now[-1]["citations"]] == [quote]
        assert not Citation.objects.filter(pk=gone["citations"][0]["id"]).exists()

    def test_lets_parties_change_places(self, french, editor):
        document = told(french)
        document["parties"].reverse()

        revise(french, document, by=editor)

        assert [each["id"] for each in told(french)["parties"]] == [
            each["id"] for each in document["parties"]
        ]

    def test_takes_the_same_organization_named_anew_for_the_party_it_was(self, french, editor):
        document = told(french)
        party = document["parties"][0]
        was, party["key"] = party.pop("id"), "again"
        for each in document["commitments"]:
            each["debtors"] = ["again" if key == was else key for key in each["debtors"]]
            parties = each["beneficiaries"]["parties"]
            each["beneficiaries"]["parties"] = ["again" if key == was else key for key in parties]
        for each in document["statements"]:
            each["on_behalf_of"] = "again" if each["on_behalf_of"] == was else each["on_behalf_of"]
        for each in document["advantages"]:
            parties = each["beneficiaries"]["parties"]
            each["beneficiaries"]["parties"] = ["again" if key == was else key for key in parties]

        revise(french, document, by=editor)

        assert Party.objects.get(agreement=french, position=1).pk.hex == was.replace("-", "")

    def test_brings_back_what_was_set_aside(self, french, editor):
        document = told(french)
        kept = document["sources"][0]["noise"][1:]
        document["sources"][0]["noise"] = deepcopy(kept)

        revise(french, document, by=editor)

        assert NoiseSpan.objects.filter(source=document["sources"][0]["id"]).count() == len(kept)

    def test_leaves_a_resolved_question_resolved(self, both, people, editor):
        question = OpenQuestion.objects.filter(agreement=both[0]).first()
        services.resolve_question(question.pk, resolution="One.", by=people["reviewer"])
        both[0].refresh_from_db()
        document = told(both[0])
        signed_at(document, "Rabat")

        revise(both[0], document, by=editor)

        question.refresh_from_db()
        assert question.resolution == "One."
        assert question.resolved_at is not None

    def test_keeps_a_link_its_author_may_not_see(self, people):
        mine = AgreementFactory(registered_by=people["contributor"])
        hidden = AgreementFactory(published=True, confidentiality="restricted")
        services.store(mine.links.model(agreement=mine, kind="related", to=hidden), by=people["editor"])
        mine.refresh_from_db()
        document = told(mine)
        document["links"] = []
        document["place_of_signature"] = "Rabat"

        revise(mine, document, by=people["contributor"])

        assert mine.links.count() == 1


@pytest.mark.usefixtures("entered")
class TestIsRefused:
    def test_to_a_reader_and_to_somebody_elses_hand(self, both, people):
        for role in ("reader", "contributor"):
            document = told(both[0])
            document["place_of_signature"] = "Rabat"
            with pytest.raises(PermissionDenied):
                revise(both[0], document, by=people[role])

    def test_when_the_record_has_changed_since(self, french, editor):
        document = told(french)
        first = deepcopy(document)
        signed_at(first, "Rabat")
        revise(french, first, by=editor)
        document["place_of_signature"] = "Fès"

        assert faults(french, document, by=editor) == {"/version": "changed_meanwhile"}

    def test_a_number_or_state_of_its_own(self, french, editor):
        document = told(french) | {"editorial_state": "draft", "number": 7}

        assert faults(french, document, by=editor) == {
            "/number": "set_by_the_registry",
            "/editorial_state": "set_by_the_registry",
        }

    def test_with_one_party_left(self, french, editor):
        document = told(french)
        gone = document["parties"].pop()["id"]
        document["commitments"] = [each for each in document["commitments"] if gone not in each["debtors"]]

        assert "too_few_parties" in faults(french, document, by=editor).values()

    def test_with_a_quote_the_source_does_not_have(self, french, editor):
        document = told(french)
        document["commitments"][0]["citations"][0]["quote"] += "!"

        assert faults(french, document, by=editor) == {"/commitments/0/citations/0/quote": "quote_differs"}

    def test_when_an_activity_counts_toward_what_is_left_out(self, french, editor):
        commitment = Commitment.objects.filter(agreement=french).last()
        activity = ActivityFactory()
        Fulfilment(activity=activity, commitment=commitment).save()
        services.store(french, by=editor)  # an event for the fulfilment made by hand
        document = told(french)
        document["commitments"] = [
            each for each in document["commitments"] if each["id"] != str(commitment.pk)
        ]
        document["advantages"] = [
            each | ({"supports": None} if each["supports"] == str(commitment.pk) else {})
            for each in document["advantages"]
        ]
        document["questions"] = [each for each in document["questions"] if each["fact"] != str(commitment.pk)]

        assert faults(french, document, by=editor) == {"": "still_leaned_on"}

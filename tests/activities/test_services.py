"""Activities enter by one door: reported by who holds them, counted where that is allowed, with sealed evidence."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from activities import services
from activities.models import Activity, EvidenceFile, Fulfilment, ProgressView
from audit.models import AuditEvent
from lib.problems import Refused
from tests.audit.raw import refused
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    ApiTokenFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    ProgressViewFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def commitment():
    """Of a published agreement."""
    return CommitmentFactory(agreement=AgreementFactory(published=True))


@pytest.fixture
def debtor(commitment):
    return commitment.agreement.parties.order_by("position").first().organization


@pytest.fixture
def member(debtor):
    return UserFactory(contributor=True, organization=debtor)


def report(organizer, *commitments, **changes) -> dict:
    """The smallest activity that counts towards `commitments`."""
    return {
        "source_language": "en",
        "titles": {"en": "An open day for children"},
        "kind": "event",
        "organizers": [{"id": str(organizer.pk)}],
        "counts_toward": [{"commitment": {"id": str(each.pk)}} for each in commitments],
    } | changes


def faults(document, by) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        services.report_activity(document, by=by)
    assert not Activity.objects.exists()
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


class TestReportActivity:
    def test_enters_it_with_all_that_belongs_to_it(self, commitment, debtor, member):
        other = OrganizationFactory()

        activity = services.report_activity(
            report(
                debtor,
                status="held",
                held={
                    "stated": "18 May 2024",
                    "basis": "stated",
                    "earliest": "2024-05-18",
                    "latest": "2024-05-18",
                },
                organizers=[{"id": str(debtor.pk)}, {"id": str(other.pk)}],
                counts_toward=[
                    {"commitment": {"id": str(commitment.pk)}, "extent": "whole", "note": "all of it"}
                ],
                reached=[{"target_group": "children", "sex": "female", "number": 40}, {"number": 3}],
            ),
            by=member,
        )

        assert (activity.status, activity.held.edtf) == ("held", "2024-05-18")
        assert set(activity.organizers.values_list("organization", flat=True)) == {debtor.pk, other.pk}
        assert list(activity.fulfilments.values_list("commitment", "extent", "note")) == [
            (commitment.pk, "whole", "all of it")
        ]
        assert set(activity.participations.values_list("target_group", "sex", "number")) == {
            ("children", "female", 40),
            (None, "all", 3),
        }
        event = AuditEvent.objects.get(verb="activity.reported")
        assert (event.chain, event.actor_id) == (activity.pk, f"user:{member.pk}")
        assert event.changes["counts_toward"]["new"] == [str(commitment.pk)]

    def test_invents_no_day(self, debtor, member):
        activity = services.report_activity(report(debtor), by=member)

        assert (activity.held_range, activity.held_basis, activity.status) == (None, "not_stated", "planned")

    def test_is_open_to_a_partner_system_for_its_own_organization(self, commitment, debtor):
        services.report_activity(report(debtor, commitment), by=ApiTokenFactory(organization=debtor))

        assert Fulfilment.objects.get().commitment == commitment

    def test_is_refused_to_whoever_acts_for_no_organizer(self, debtor):
        for stranger in (
            UserFactory(contributor=True, organization=OrganizationFactory()),
            UserFactory(contributor=True),
        ):
            with pytest.raises(PermissionDenied, match="an organization that holds them"):
                services.report_activity(report(debtor), by=stranger)

        assert not Activity.objects.exists()

    def test_is_refused_to_a_reader(self, debtor):
        with pytest.raises(PermissionDenied):
            services.report_activity(report(debtor), by=UserFactory(organization=debtor))

    def test_is_open_to_an_editor_for_anybody(self, commitment, debtor):
        services.report_activity(report(debtor, commitment), by=UserFactory(editor=True))

    def test_counts_toward_nothing_that_others_promised_each_other(self, commitment):
        """Whoever holds an activity must not declare a stranger's commitment fulfilled."""
        stranger = OrganizationFactory()

        assert faults(report(stranger, commitment), UserFactory(contributor=True, organization=stranger)) == [
            ("/counts_toward/0/commitment", "points_nowhere")
        ]

    def test_counts_toward_what_the_other_party_promised_its_own(self, commitment):
        partner = commitment.agreement.parties.order_by("position").last().organization

        services.report_activity(
            report(partner, commitment), by=UserFactory(contributor=True, organization=partner)
        )

    def test_does_not_show_that_a_hidden_commitment_is_there(self, debtor, member):
        hidden = CommitmentFactory(agreement=AgreementFactory(published=True, confidentiality="restricted"))

        assert faults(report(debtor, hidden), member) == [("/counts_toward/0/commitment", "points_nowhere")]

    def test_tells_every_fault_at_its_place(self, debtor, member):
        nowhere = {"id": "01a2012e-13fa-7cab-9a7b-ee615202c0e1"}

        assert set(
            faults(
                report(
                    debtor,
                    kind="picnic",
                    organizers=[{"id": str(debtor.pk)}, nowhere, {"id": "not-an-id"}],
                    counts_toward=[{"commitment": nowhere}],
                    reached=[{"number": 1}, {"target_group": "martians", "number": 1}],
                ),
                member,
            )
        ) == {
            ("/kind", "unknown_code"),
            ("/organizers/1", "points_nowhere"),
            ("/organizers/2", "points_nowhere"),
            ("/counts_toward/0/commitment", "points_nowhere"),
            ("/reached/1/target_group", "unknown_code"),
        }

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"titles": {}}, "/titles"),
            ({"organizers": []}, "/organizers"),
            ({"tittles": {"en": "x"}}, "/tittles"),
            ({"status": "perhaps"}, "/status"),
            ({"held": {"basis": "stated", "stated": "May"}}, "/held/earliest"),
            ({"reached": [{"number": -1}]}, "/reached/0/number"),
            ({"reached": [{"names": ["Amina"], "number": 1}]}, "/reached/0/names"),
        ],
    )
    def test_is_refused_in_another_form(self, debtor, member, changes, place):
        assert [pointer for pointer, _code in faults(report(debtor, **changes), member)] == [place]

    def test_counts_once_toward_a_commitment(self, commitment, debtor, member):
        assert faults(report(debtor, commitment, commitment), member) == [
            ("", "activity_counts_once_toward_a_commitment")
        ]

    def test_counts_people_once_by_group_and_sex(self, debtor, member):
        twice = [{"sex": "all", "number": 1}, {"sex": "all", "number": 2}]

        assert faults(report(debtor, reached=twice), member) == [
            ("", "people_reached_are_counted_once_by_group_and_sex")
        ]

    def test_lists_an_organizer_once(self, debtor, member):
        activity = services.report_activity(
            report(debtor, organizers=[{"id": str(debtor.pk)}] * 2), by=member
        )

        assert activity.organizers.count() == 1


class TestAttachEvidence:
    @pytest.fixture
    def activity(self, debtor):
        return ActivityFactory(organizers=[debtor])

    def attach(self, by, content=b"\x89PNG\r\n\x1a\n proof", **owner) -> EvidenceFile:
        return services.attach_evidence(
            ContentFile(content, name="../été 2024.png"), name="été 2024.png", by=by, **owner
        )

    def test_seals_the_file_by_its_hash(self, activity, member):
        evidence = self.attach(member, activity=activity)

        evidence.refresh_from_db()
        assert evidence.sha256 == hashlib.sha256(b"\x89PNG\r\n\x1a\n proof").hexdigest()
        with evidence.file.open() as file:
            assert file.read() == b"\x89PNG\r\n\x1a\n proof"
        event = AuditEvent.objects.get(verb="evidence.attached")
        assert event.changes["sha256"]["new"] == evidence.sha256

    def test_keeps_it_apart_from_what_is_served(self, activity, member):
        path = Path(self.attach(member, activity=activity).file.path).resolve()

        assert path.is_relative_to(settings.DATA_DIR)
        assert not path.is_relative_to(settings.STATIC_ROOT)
        assert not any(path.is_relative_to(folder) for folder in settings.STATICFILES_DIRS)

    def test_names_it_at_random_and_remembers_the_name_it_came_with(self, activity, member):
        first, second = (self.attach(member, activity=activity) for _ in range(2))

        assert first.file.name != second.file.name
        assert (first.name, Path(first.file.name).suffix) == ("été 2024.png", "")
        assert first.file.name.startswith("evidence/")

    def test_backs_the_word_of_a_party(self, commitment, member):
        view = ProgressViewFactory(commitment=commitment)

        assert self.attach(member, progress_view=view).progress_view == view

    def test_belongs_to_an_activity_or_a_word_and_not_to_both(self, activity, commitment):
        editor = UserFactory(editor=True)

        with pytest.raises(ValidationError, match="choose one"):
            self.attach(editor)
        with pytest.raises(ValidationError, match="choose one"):
            self.attach(editor, activity=activity, progress_view=ProgressViewFactory(commitment=commitment))

        assert not EvidenceFile.objects.exists()

    def test_is_refused_to_whoever_neither_held_it_nor_said_it(self, activity, commitment):
        stranger = UserFactory(contributor=True, organization=OrganizationFactory())

        for owner in ({"activity": activity}, {"progress_view": ProgressViewFactory(commitment=commitment)}):
            with pytest.raises(PermissionDenied):
                self.attach(stranger, **owner)
        with pytest.raises(PermissionDenied):
            self.attach(UserFactory(contributor=True), activity=activity)

        assert not EvidenceFile.objects.exists()


class TestTheTables:
    def test_keep_a_fulfilment_with_its_activity_and_commitment(self):
        fulfilment = FulfilmentFactory()

        with refused("record_stays_with_its_owner"):
            Fulfilment.objects.filter(pk=fulfilment.pk).update(commitment=CommitmentFactory())

    def test_refuse_the_word_of_somebody_who_is_no_party(self, commitment):
        with refused("progress_view_is_a_party_s_own"):
            ProgressViewFactory(commitment=commitment, party=AgreementFactory().parties.first())

    def test_refuse_two_words_of_a_party_on_one_day(self, commitment):
        ProgressViewFactory(commitment=commitment)

        with refused("party_says_one_thing_a_day"):
            ProgressViewFactory(commitment=commitment, verdict=ProgressView.Verdict.KEPT)

    def test_refuse_evidence_without_its_hash(self):
        with refused("evidence_is_sealed_by_its_hash"):
            EvidenceFile.objects.create(activity=ActivityFactory(), file="x", name="x", sha256="")


class TestStoreAndRemove:
    def test_of_a_fulfilment_stand_in_the_history_of_its_activity(self):
        fulfilment, editor = FulfilmentFactory(), UserFactory(editor=True)
        fulfilment.extent = Fulfilment.Extent.WHOLE

        services.store(fulfilment, by=editor)
        services.remove(fulfilment, by=editor)

        events = AuditEvent.objects.filter(chain=fulfilment.activity_id, verb__startswith="fulfilment")
        assert list(events.order_by("sequence").values_list("verb", flat=True)) == [
            "fulfilment.changed",
            "fulfilment.removed",
        ]

    def test_of_a_word_stand_in_the_history_of_its_agreement(self, commitment):
        view = ProgressViewFactory(commitment=commitment)
        view.note = "in part"

        services.store(view, by=UserFactory(editor=True))

        assert AuditEvent.objects.filter(chain=commitment.agreement_id, verb="progressview.changed").exists()

    def test_are_refused_to_whoever_may_not_edit(self):
        with pytest.raises(PermissionDenied):
            services.remove(FulfilmentFactory(), by=UserFactory(contributor=True))

        assert Fulfilment.objects.exists()

    def test_leave_an_activity_kind_to_administrators(self):
        kind = ActivityFactory().kind
        kind.retired = True

        with pytest.raises(PermissionDenied):
            services.store(kind, by=UserFactory(editor=True))
        services.store(kind, by=UserFactory(administrator=True))

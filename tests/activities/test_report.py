"""An activity is reported, corrected and taken back by those who hold it, through forms that lose nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import queries, services
from activities.models import Activity, EvidenceFile
from audit.models import AuditEvent
from lib.problems import Refused
from tests.activities.conftest import files, form_of, signed_in
from tests.factories import ActivityFactory, CommitmentFactory, FulfilmentFactory, UserFactory

pytestmark = pytest.mark.django_db

REPORT = "/en/activities/report/"
PDF = b"%PDF-1.7 proof"


def typed(client, address: str, **changes) -> dict:
    """The fields of the form at `address` as a browser sends them, with what a person types into them."""
    filled = {"title": "An open day", "kind": "event", "day": "18 May 2024", "save": "1"}
    return form_of(client.get(address)) | filled | changes


def errors(page) -> dict[str, str]:
    return {target: message for target, _label, message in page.context["errors"]}


class TestReporting:
    def test_enters_what_is_typed_in_one_event(self, member, commitment, parties):
        client = signed_in(member)
        sent = typed(
            client,
            f"{REPORT}?commitment={commitment.pk}",
            place="Meknès",
            evidence=[SimpleUploadedFile("été.pdf", PDF), SimpleUploadedFile("a.txt", b"words")],
            **{f"extent-{commitment.pk}": "whole", "reached-0-group": "children", "reached-0-number": "40"},
        )
        answer = client.post(REPORT, sent)

        activity = Activity.objects.get()
        assert answer.status_code == 302, errors(answer)
        assert answer["Location"] == activity.get_absolute_url()
        assert (activity.title_en, activity.status, activity.held.edtf) == (
            "An open day",
            "held",
            "2024-05-18",
        )
        assert (activity.held.text, activity.place) == ("18 May 2024", "Meknès")
        assert list(activity.organizers.values_list("organization", flat=True)) == [parties[0].pk]
        assert list(activity.fulfilments.values_list("commitment", "extent")) == [(commitment.pk, "whole")]
        assert list(activity.participations.values_list("target_group", "sex", "number")) == [
            ("children", "all", 40)
        ]
        assert set(activity.evidence.values_list("name", flat=True)) == {"été.pdf", "a.txt"}
        [event] = AuditEvent.objects.filter(actor_id=f"user:{member.pk}")
        assert event.verb == "activity.reported"
        assert len(event.changes["evidence"]["new"]) == 2
        assert "taken back today" in client.get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("changes", "claim"),
        [
            ({"day": "1/11/2025"}, ("1/11/2025", "2025-11-01", "stated")),
            ({"day": "2025-11"}, ("2025-11", "2025-11", "stated")),
            ({"day": "2025"}, ("2025", "2025", "stated")),
            ({"day": "", "undated": "on"}, ("", None, "not_stated")),
            ({"day": "", "words": "in spring"}, ("in spring", None, "relative")),
            (
                {"day": "", "words": "in spring", "first": "2024-03", "last": "31/5/2024"},
                ("in spring", "2024-03-01/2024-05-31", "stated"),
            ),
        ],
    )
    def test_keeps_the_date_as_it_is_said(self, member, changes, claim):
        client = signed_in(member)
        client.post(REPORT, typed(client, REPORT, **changes))

        held = Activity.objects.get().held
        assert (held.text, held.edtf, held.basis) == claim

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"title": " "}, "id_title"),
            ({"kind": ""}, "id_kind"),
            ({"organizers": []}, "id_organizers_0"),
            ({"day": "soon"}, "id_day"),
            ({"day": "3/14/2024"}, "id_day"),
            ({"day": ""}, "id_day"),
            ({"day": "2999-01-01"}, "id_day"),
            ({"undated": "on"}, "id_undated"),
            ({"words": "in spring"}, "id_day"),
            ({"day": "", "first": "2024"}, "id_words"),
            ({"day": "", "words": "then", "first": "2024", "last": "2023"}, "id_last"),
            ({"day": "", "words": "then", "first": "x"}, "id_first"),
            ({"reached-0-number": "around 100"}, "id_reached-0-number"),
            ({"reached-0-number": "-1"}, "id_reached-0-number"),
            ({"reached-0-group": "children"}, "id_reached-0-number"),
            ({"reached-0-number": "1", "reached-1-number": "2"}, "id_reached-1-number"),
            ({"evidence": [SimpleUploadedFile("a.html", b"<p>")]}, "id_evidence"),
            ({"counts": ["01a2012e-13fa-7cab-9a7b-ee615202c0e1"]}, "id_counts_0"),
        ],
    )
    def test_says_at_its_place_what_is_wrong_and_keeps_the_rest(self, member, changes, where):
        client = signed_in(member)
        page = client.post(REPORT, typed(client, REPORT, place="Meknès") | changes)
        text = page.content.decode()

        assert page.status_code == 200
        assert list(errors(page)) == [where]
        assert "<title>Errors: 1" in text
        assert f'href="#{where}"' in text
        assert 'id="errors" role="alert" tabindex="-1" autofocus' in text
        assert form_of(page)["place"] == ["Meknès"]
        assert not Activity.objects.exists()
        assert not files()

    def test_leaves_no_file_when_the_registry_refuses(self, member, monkeypatch):
        client = signed_in(member)

        def refuse(*args, **kwargs):
            raise Refused.at("", "test", "Not today.")

        sent = typed(client, REPORT, evidence=[SimpleUploadedFile("a.pdf", PDF)])
        monkeypatch.setattr("activities.services.report.trail.record", refuse)
        page = client.post(REPORT, sent)

        assert errors(page) == {"": "Not today."}
        assert (Activity.objects.count(), EvidenceFile.objects.count(), files()) == (0, 0, set())

    @pytest.mark.parametrize("button", ["more", "choose"])
    def test_draws_the_form_again_with_all_that_was_typed(self, member, commitment, agreement, button):
        client = signed_in(member)
        sent = typed(
            client, REPORT, agreement=agreement.code, **{"reached-0-number": "around 100", button: "1"}
        )
        del sent["save"]
        page = client.post(REPORT, sent)
        again = form_of(page)

        assert page.context["errors"] == []
        assert (again["title"], again["day"]) == (["An open day"], ["18 May 2024"])
        assert again["reached-0-number"] == ["around 100"]
        assert str(commitment.pk) in page.content.decode()
        assert ("reached-3-number" in again) == (button == "more")
        assert not Activity.objects.exists()

    def test_offers_only_agreements_of_ones_own_organization(self, member, stranger, agreement, secret):
        assert agreement.code in signed_in(member).get(REPORT).content.decode()
        assert agreement.code not in signed_in(stranger).get(REPORT).content.decode()
        assert secret.agreement.code not in signed_in(member).get(REPORT).content.decode()

    def test_is_not_there_for_a_commitment_that_is_not_ones_own(
        self, stranger, commitment, agreement, secret
    ):
        client = signed_in(stranger)

        for asked in (f"commitment={commitment.pk}", f"agreement={agreement.code}", "commitment=x"):
            assert client.get(f"{REPORT}?{asked}").status_code == 404
        assert client.get(f"{REPORT}?commitment={secret.pk}").status_code == 404

    def test_counts_toward_nothing_that_others_promised_each_other(self, stranger, commitment, agreement):
        client = signed_in(stranger)
        sent = typed(client, REPORT, agreement=agreement.code, counts=[str(commitment.pk)])

        assert set(errors(client.post(REPORT, sent))) == {"id_agreement", "id_counts_0"}

    def test_is_closed_to_readers_and_asks_strangers_to_sign_in(self, parties):
        reader = signed_in(UserFactory(organization=parties[0]))

        assert reader.get(REPORT).status_code == 403
        assert Client().get(REPORT)["Location"].startswith("/en/account/login")

    def test_is_refused_in_the_name_of_others_alone(self, member, parties, agreement):
        client = signed_in(member)
        sent = typed(client, REPORT, agreement=agreement.code, organizers=[str(parties[1].pk)])

        assert client.post(REPORT, sent).status_code == 403
        assert not Activity.objects.exists()

    def test_is_open_to_editors_for_any_party(self, parties, agreement):
        client = signed_in(UserFactory(editor=True))
        client.post(
            REPORT, typed(client, f"{REPORT}?agreement={agreement.code}", organizers=[str(parties[1].pk)])
        )

        assert Activity.objects.get().organizers.get().organization == parties[1]


class TestCorrecting:
    @pytest.fixture
    def activity(self, parties, commitment):
        activity = ActivityFactory(was_held=True, organizers=[parties[0]], title_fr="Une journée")
        FulfilmentFactory(activity=activity, commitment=commitment, note="as agreed")
        return activity

    @pytest.fixture
    def address(self, activity):
        return reverse("activity-edit", args=[activity.pk])

    def test_changes_nothing_when_nothing_was_changed(self, member, activity, address):
        client = signed_in(member)
        before = queries.seal(activity)
        client.post(address, form_of(client.get(address)) | {"save": "1"})

        activity.refresh_from_db()
        assert queries.seal(activity) == before
        assert not AuditEvent.objects.filter(verb="activity.changed").exists()

    def test_moves_only_what_was_changed(self, member, activity, address, commitment):
        client = signed_in(member)
        sent = form_of(client.get(address)) | {"title": "A better title", "save": "1"}
        client.post(address, sent | {f"extent-{commitment.pk}": "whole"})

        activity.refresh_from_db()
        assert (activity.title_en, activity.title_fr) == ("A better title", "Une journée")
        assert activity.fulfilments.get().note == "as agreed"
        event = AuditEvent.objects.get(verb="activity.changed")
        assert set(event.changes) == {"title_en", "counts_toward"}

    def test_leaves_alone_what_it_counts_toward_elsewhere(self, member, activity, address, secret):
        FulfilmentFactory(activity=activity, commitment=secret, extent="whole")
        client = signed_in(member)
        answer = client.post(address, form_of(client.get(address)) | {"counts": [], "save": "1"})

        assert answer.status_code == 302, errors(answer)
        assert [each.commitment for each in activity.fulfilments.all()] == [secret]

    def test_is_refused_from_a_page_that_has_grown_old(self, member, activity, address):
        client = signed_in(member)
        sent = form_of(client.get(address)) | {"title": "Mine", "save": "1"}
        client.post(address, form_of(client.get(address)) | {"title": "Theirs", "save": "1"})
        page = client.post(address, sent)

        activity.refresh_from_db()
        assert activity.title_en == "Theirs"
        assert "changed since you opened it" in page.content.decode()
        assert "Theirs" in page.content.decode()
        assert form_of(page)["title"] == ["Mine"]
        assert client.post(address, form_of(page) | {"save": "1"}).status_code == 302
        activity.refresh_from_db()
        assert activity.title_en == "Mine"

    def test_is_open_to_organizers_and_editors_only(self, partner, stranger, address, activity):
        for by in (partner, stranger):
            assert signed_in(by).get(address).status_code == 403
            assert signed_in(by).post(address, {"save": "1"}).status_code == 403
        assert signed_in(UserFactory(editor=True)).get(address).status_code == 200
        assert signed_in(UserFactory()).get(address).status_code == 403

    def test_is_not_there_for_whoever_may_not_read_it(self, stranger, secret):
        hidden = FulfilmentFactory(commitment=secret).activity

        assert signed_in(stranger).get(reverse("activity-edit", args=[hidden.pk])).status_code == 404


class TestTakingBack:
    @pytest.fixture
    def reported(self, member, parties):
        return services.report_activity(
            {
                "source_language": "en",
                "titles": {"en": "A slip"},
                "kind": "event",
                "organizers": [{"id": str(each.pk)} for each in parties],
            },
            uploads=[services.Upload(SimpleUploadedFile("a.pdf", PDF), "a.pdf")],
            by=member,
        )

    def test_on_its_day_takes_it_out_with_its_files(
        self, member, reported, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer = signed_in(member).post(reverse("activity-withdraw", args=[reported.pk]))

        assert answer["Location"] == "/en/activities/"
        assert not Activity.objects.exists()
        assert not files()
        event = AuditEvent.objects.get(verb="activity.withdrawn")
        assert event.changes["title_en"] == {"old": "A slip", "new": None}

    def test_by_another_organizer_leaves_it_as_cancelled(self, partner, reported):
        address = reverse("activity-withdraw", args=[reported.pk])
        client = signed_in(partner)

        assert "Say why it is cancelled" in client.post(address).content.decode()
        client.post(address, {"reason": "It rained."})

        reported.refresh_from_db()
        assert reported.status == "cancelled"
        assert AuditEvent.objects.get(verb="activity.cancelled").reason == "It rained."

    def test_on_another_day_leaves_it_as_cancelled(self, member, reported):
        tomorrow = timezone.localdate() + timedelta(days=1)
        kept = services.withdraw_activity(reported.pk, reason="It rained.", on=tomorrow, by=member)

        assert kept.status == "cancelled"
        with pytest.raises(Refused, match="already cancelled"):
            services.withdraw_activity(reported.pk, reason="Again.", on=tomorrow, by=member)

    def test_is_refused_to_anybody_else(self, stranger, commitment, reported):
        FulfilmentFactory(activity=reported, commitment=commitment)

        assert signed_in(stranger).post(reverse("activity-withdraw", args=[reported.pk])).status_code == 403
        assert Activity.objects.filter(pk=reported.pk).exists()

    def test_is_not_done_by_following_a_link(self, member, reported):
        assert signed_in(member).get(reverse("activity-withdraw", args=[reported.pk])).status_code == 405


def test_a_joint_commitment_is_offered_once(member, agreement):
    joint = CommitmentFactory(agreement=agreement, debtors=list(agreement.parties.all()))
    text = signed_in(member).get(f"{REPORT}?agreement={agreement.code}").content.decode()

    assert text.count(f'name="counts" value="{joint.pk}"') == 1

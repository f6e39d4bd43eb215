"""What readers keep for their own work: follows, follow-ups, saved views; and who may know of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation

from agreements import services
from agreements.models import Follow, FollowUp, SavedView
from agreements.services import desk
from audit.models import AuditEvent
from lib.problems import Refused
from organizations.models import System
from tests.factories import (
    AgreementFactory,
    ApiTokenFactory,
    CommitmentFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OTHER_SITE = "https://elsewhere.example/"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def agreement():
    return AgreementFactory(published=True)


@pytest.fixture
def reader():
    return UserFactory(organization=OrganizationFactory())


@pytest.fixture
def colleague(reader):
    return UserFactory(organization=reader.organization)


@pytest.fixture
def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def codes(refusal) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in refusal.value.faults]


class TestFollowing:
    def test_is_kept_once_and_leaves_one_event(self, agreement, reader):
        desk.follow(agreement.pk, by=reader)
        desk.follow(agreement.pk, by=reader)

        row = Follow.objects.get(user=reader, agreement=agreement)
        assert AuditEvent.objects.filter(target_id=row.pk).count() == 1

    def test_ends_and_ending_twice_is_no_error(self, agreement, reader):
        row = desk.follow(agreement.pk, by=reader)
        desk.unfollow(agreement.pk, by=reader)
        desk.unfollow(agreement.pk, by=reader)

        assert not Follow.objects.exists()
        told = AuditEvent.objects.filter(target_id=row.pk).order_by("sequence")
        assert [each.verb for each in told] == ["follow.began", "follow.ended"]

    def test_ends_for_what_may_not_be_read_any_more(self, reader):
        agreement = AgreementFactory(published=True)
        desk.follow(agreement.pk, by=reader)
        services.withdraw(agreement.pk, reason="Entered twice.", by=UserFactory(reviewer=True))

        desk.unfollow(agreement.pk, by=reader)

        assert not Follow.objects.exists()

    def test_needs_an_agreement_one_may_read(self, reader):
        with pytest.raises(ObjectDoesNotExist):
            desk.follow(AgreementFactory().pk, by=reader)

    @pytest.mark.parametrize("actor", [lambda: ApiTokenFactory(), lambda: System("tests")])
    def test_is_for_people(self, agreement, actor):
        with pytest.raises(PermissionDenied):
            desk.follow(agreement.pk, by=actor())

    def test_of_one_is_not_of_another(self, agreement, reader, colleague):
        desk.follow(agreement.pk, by=reader)
        desk.unfollow(agreement.pk, by=colleague)

        assert Follow.objects.get().user == reader

    def test_stands_in_no_history_of_the_agreement(self, agreement, reader):
        desk.follow(agreement.pk, by=reader)
        desk.save_view(name="Mine", query="q=x", shared=False, by=reader)

        assert set(AuditEvent.objects.filter(chain=agreement.pk).values_list("verb", flat=True)) == {
            "test.made"
        }


class TestAFollowUp:
    def test_is_of_the_organization_and_its_own_history_alone(self, agreement, reader, tomorrow):
        commitment = CommitmentFactory(agreement=agreement)
        row = desk.set_follow_up(
            agreement_id=agreement.pk, commitment_id=commitment.pk, on=tomorrow, note=" Ask ", by=reader
        )

        assert (row.organization, row.set_by, row.note) == (reader.organization, reader, "Ask")
        event = AuditEvent.objects.get(target_id=row.pk)
        assert (event.verb, event.chain) == ("follow_up.set", row.pk)
        agreement.refresh_from_db()
        assert agreement.version == 1

    def test_may_be_for_today_and_not_for_yesterday(self, agreement, reader):
        today = timezone.localdate()
        desk.set_follow_up(agreement_id=agreement.pk, on=today, by=reader)

        with pytest.raises(Refused) as refusal:
            desk.set_follow_up(agreement_id=agreement.pk, on=today - timedelta(days=1), by=reader)

        assert codes(refusal) == [("/on", "day_has_passed")]
        assert FollowUp.objects.count() == 1

    def test_asks_about_a_commitment_of_its_own_agreement(self, agreement, reader, tomorrow):
        elsewhere = CommitmentFactory(agreement=AgreementFactory(published=True))

        with pytest.raises(Refused) as refusal:
            desk.set_follow_up(agreement_id=agreement.pk, commitment_id=elsewhere.pk, on=tomorrow, by=reader)

        assert codes(refusal) == [("/commitment", "points_nowhere")]

    def test_has_a_note_of_the_length_there_is_room_for(self, agreement, reader, tomorrow):
        with pytest.raises(Refused) as refusal:
            desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, note="x" * 301, by=reader)

        assert codes(refusal) == [("/note", "max_length")]

    def test_needs_an_agreement_one_may_read(self, reader, tomorrow):
        with pytest.raises(ObjectDoesNotExist):
            desk.set_follow_up(agreement_id=AgreementFactory().pk, on=tomorrow, by=reader)

    def test_is_done_by_a_colleague_opened_again_and_removed(self, agreement, reader, colleague, tomorrow):
        row = desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, by=reader)

        done = desk.finish_follow_up(row.pk, outcome=" A scan is promised ", by=colleague)
        assert (done.outcome, done.done_at is None) == ("A scan is promised", False)
        again = desk.reopen_follow_up(row.pk, by=reader)
        assert (again.outcome, again.done_at) == ("", None)
        desk.remove_follow_up(row.pk, by=colleague)

        assert not FollowUp.objects.exists()
        told = AuditEvent.objects.filter(target_id=row.pk).order_by("sequence")
        assert [each.verb for each in told] == [
            "follow_up.set",
            "follow_up.done",
            "follow_up.reopened",
            "followup.removed",
        ]

    def test_is_done_once(self, agreement, reader, tomorrow):
        row = desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, by=reader)
        desk.finish_follow_up(row.pk, by=reader)

        with pytest.raises(Refused) as refusal:
            desk.finish_follow_up(row.pk, outcome="Again", by=reader)

        assert codes(refusal) == [("", "already_done")]

    @pytest.mark.parametrize("act", [desk.finish_follow_up, desk.reopen_follow_up, desk.remove_follow_up])
    def test_of_another_organization_is_not_there(self, agreement, reader, tomorrow, act):
        row = desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, by=reader)

        for stranger in (UserFactory(organization=OrganizationFactory()), UserFactory(administrator=True)):
            with pytest.raises(ObjectDoesNotExist):
                act(row.pk, by=stranger)


class TestASavedView:
    def test_of_the_same_name_is_replaced(self, reader):
        desk.save_view(name="Late", query="q=a", shared=False, by=reader)
        desk.save_view(name=" Late ", query="q=b", shared=True, by=reader)

        row = SavedView.objects.get()
        assert (row.name, row.query, row.shared, row.owner) == ("Late", "q=b", True, reader)

    def test_needs_a_name(self, reader):
        with pytest.raises(Refused) as refusal:
            desk.save_view(name=" ", query="", shared=False, by=reader)

        assert codes(refusal) == [("/name", "blank")]

    def test_takes_another_name_but_not_that_of_another_view(self, reader):
        row = desk.save_view(name="One", query="", shared=False, by=reader)
        desk.save_view(name="Two", query="", shared=False, by=reader)

        assert desk.rename_view(row.pk, name="Three", by=reader).name == "Three"
        with pytest.raises(Refused, match="already have a view of this name"):
            desk.rename_view(row.pk, name="Two", by=reader)

    def test_is_removed_by_its_owner_alone(self, reader, colleague):
        shared = desk.save_view(name="Ours", query="", shared=True, by=reader)
        own = desk.save_view(name="Mine", query="", shared=False, by=reader)

        with pytest.raises(PermissionDenied):
            desk.remove_view(shared.pk, by=colleague)
        with pytest.raises(ObjectDoesNotExist):
            desk.remove_view(own.pk, by=colleague)
        desk.remove_view(own.pk, by=reader)

        assert SavedView.objects.get() == shared


class TestTheWeeklyDigest:
    def test_begins_when_it_is_switched_on_and_is_told_once(self, reader):
        before = timezone.now()
        desk.set_digest(True, by=reader)
        user = desk.set_digest(True, by=reader)

        assert user.weekly_digest
        assert user.digest_until >= before
        assert AuditEvent.objects.filter(verb="account.digest_set", target_id=reader.pk).count() == 1
        assert not desk.set_digest(False, by=reader).weekly_digest

    def test_is_for_people(self):
        with pytest.raises(PermissionDenied):
            desk.set_digest(True, by=System("tests"))


class TestThePages:
    def post(self, client, name, /, *args, **data):
        return client.post(reverse(name, args=args), data)

    @pytest.fixture
    def signed_in(self, client, reader):
        client.force_login(reader)
        return client

    def test_follow_and_unfollow_and_lead_back(self, signed_in, agreement, reader):
        back = agreement.get_absolute_url() + "#commitments"

        answer = self.post(signed_in, "agreement-follow", agreement.code, next=back)
        assert (answer.status_code, answer["Location"]) == (302, back)
        assert Follow.objects.filter(user=reader).exists()
        self.post(signed_in, "agreement-unfollow", agreement.code)
        assert not Follow.objects.exists()

    def test_lead_to_no_other_site(self, signed_in, agreement):
        answer = self.post(signed_in, "agreement-follow", agreement.code, next=OTHER_SITE)

        assert answer["Location"] == agreement.get_absolute_url()

    def test_answer_htmx_with_the_button_and_its_words(self, signed_in, agreement):
        address = reverse("agreement-follow", args=[agreement.code])
        html = signed_in.post(address, headers={"HX-Request": "true"}).content.decode()

        assert 'id="follow"' in html
        assert "Following" in html
        assert "<html" not in html
        assert 'id="follow-words" hx-swap-oob="innerHTML"' in html

    def test_take_nothing_but_post(self, signed_in, agreement):
        assert signed_in.get(reverse("agreement-follow", args=[agreement.code])).status_code == 405

    def test_are_not_for_readers_without_account(self, client, agreement):
        answer = self.post(client, "agreement-follow", agreement.code)

        assert answer.status_code == 302
        assert "login" in answer["Location"]
        assert not Follow.objects.exists()

    def test_say_nothing_of_an_agreement_one_may_not_read(self, signed_in, tomorrow):
        hidden = AgreementFactory()

        for name in ("agreement-follow", "agreement-unfollow", "follow-up-set"):
            assert self.post(signed_in, name, hidden.code, on=tomorrow).status_code == 404

    def test_set_a_follow_up(self, signed_in, agreement, tomorrow):
        commitment = CommitmentFactory(agreement=agreement)
        answer = self.post(
            signed_in, "follow-up-set", agreement.code, on=tomorrow, note="Ask", commitment=commitment.pk
        )

        assert answer["Location"] == f"{agreement.get_absolute_url()}#to-do"
        row = FollowUp.objects.get()
        assert (row.on, row.note, row.commitment) == (tomorrow, "Ask", commitment)

    def test_give_back_what_was_typed_with_a_day_that_has_passed(self, signed_in, agreement):
        answer = self.post(
            signed_in, "follow-up-set", agreement.code, on="2020-02-03", note="Ask for the scan"
        )
        html = answer.content.decode()

        assert answer.status_code == 422
        assert not FollowUp.objects.exists()
        assert 'value="2020-02-03"' in html
        assert 'value="Ask for the scan"' in html
        assert "This day has passed" in html
        assert 'aria-describedby="id_on_helptext id_on_error"' in html
        assert "<title>Errors: " in html

    def test_tick_a_follow_up_off_open_it_again_and_remove_it(self, signed_in, agreement, reader, tomorrow):
        row = desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, by=reader)

        self.post(signed_in, "follow-up-done", row.pk, outcome="Promised")
        row.refresh_from_db()
        assert row.outcome == "Promised"
        assert self.post(signed_in, "follow-up-done", row.pk, outcome="Twice").status_code == 422
        self.post(signed_in, "follow-up-reopen", row.pk)
        row.refresh_from_db()
        assert row.done_at is None
        self.post(signed_in, "follow-up-remove", row.pk)
        assert not FollowUp.objects.exists()

    def test_know_no_follow_up_of_another_organization(self, client, agreement, reader, tomorrow):
        row = desk.set_follow_up(agreement_id=agreement.pk, on=tomorrow, by=reader)
        client.force_login(UserFactory(organization=OrganizationFactory()))

        for name in ("follow-up-done", "follow-up-reopen", "follow-up-remove"):
            assert self.post(client, name, row.pk).status_code == 404

    def test_save_and_remove_a_view(self, signed_in, reader):
        back = reverse("agreements") + "?q=children"
        answer = self.post(
            signed_in, "view-save", name="Children", query="q=children", shared="on", next=back
        )

        row = SavedView.objects.get()
        assert (answer["Location"], row.name, row.query, row.shared) == (back, "Children", "q=children", True)
        self.post(signed_in, "view-remove", row.pk)
        assert not SavedView.objects.exists()

    def test_rename_a_view_where_it_is_open(self, signed_in, reader):
        row = desk.save_view(name="Children", query="q=children", shared=False, by=reader)
        desk.save_view(name="Late", query="q=late", shared=False, by=reader)
        door, there = reverse("view-rename", args=[row.pk]), reverse("agreements") + "?q=children"

        assert f'action="{door}"' in signed_in.get(there).content.decode()
        assert f'action="{door}"' not in signed_in.get(reverse("agreements")).content.decode()
        answer = self.post(signed_in, "view-rename", row.pk, name="The young", next=there)
        row.refresh_from_db()
        assert (answer["Location"], row.name, row.query) == (there, "The young", "q=children")
        refused = signed_in.post(door, {"name": "Late", "next": there}, follow=True).content.decode()
        row.refresh_from_db()
        assert row.name == "The young"
        assert "You already have a view of this name" in refused

    def test_say_what_is_wrong_with_a_view(self, signed_in):
        answer = self.post(signed_in, "view-save", name="", query="q=x")

        assert not SavedView.objects.exists()
        assert answer.status_code == 302
        assert answer.wsgi_request._messages._queued_messages

    def test_refuse_to_remove_or_rename_a_view_of_a_colleague(self, signed_in, colleague):
        row = desk.save_view(name="Ours", query="", shared=True, by=colleague)

        assert self.post(signed_in, "view-remove", row.pk).status_code == 403
        assert self.post(signed_in, "view-rename", row.pk, name="Mine").status_code == 403

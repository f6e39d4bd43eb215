"""What waits for somebody and goes when it is done; what others did, new until it is read."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import services
from agreements.models import Agreement
from agreements.queries import waiting
from agreements.services import comments, digest, drafting
from audit.models import AuditEvent
from organizations.models import Anonymous, System
from organizations.services import set_digest, set_informed
from tests.agreements.reviewing import client, record, said, submitted
from tests.factories import ApiTokenFactory, OpenQuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


def verbs(user) -> list[str]:
    return list(waiting.news(user).order_by("id").values_list("verb", flat=True))


class TestWhatWaits:
    def test_is_a_record_in_review_until_somebody_decides(self, author, reviewer):
        agreement = record(author, "in_review")
        second = UserFactory(reviewer=True)
        assert waiting.waiting(reviewer).records_to_decide == [agreement]
        assert (waiting.count(reviewer), waiting.count(second), waiting.count(author)) == (1, 1, 0)

        services.publish(agreement.pk, by=reviewer)

        assert (waiting.count(reviewer), waiting.count(second)) == (0, 0)

    def test_is_no_record_that_one_wrote(self):
        both = UserFactory(reviewer=True)
        record(both, "in_review")

        assert waiting.count(both) == 0
        assert waiting.count(UserFactory(administrator=True)) == 1

    def test_is_a_change_until_it_is_decided_on(self, author, reviewer):
        draft = submitted(record(author), author)
        assert waiting.waiting(reviewer).changes_to_decide == [draft]

        drafting.call_back(draft.pk, by=author)
        assert waiting.count(reviewer) == 0

    def test_is_ones_own_record_that_came_back_until_it_is_submitted_again(self, author, reviewer):
        agreement = record(author, "in_review")
        comments.say(agreement, path="/titles", text="Look.", asks_correction=True, by=reviewer)
        assert waiting.count(author) == 0  # it is with the reviewers still

        services.send_back(agreement.pk, reason="Quote it.", by=reviewer)
        assert waiting.waiting(author).records_to_correct == [agreement]
        colleague = UserFactory(contributor=True, organization=author.organization)
        assert waiting.count(colleague) == 0

        services.submit(agreement.pk, by=author)
        assert (waiting.count(author), waiting.count(reviewer)) == (0, 1)

    def test_is_ones_own_change_that_came_back(self, author, reviewer):
        draft = submitted(record(author), author)
        drafting.send_back(draft.pk, reason="Quote it.", by=reviewer)
        assert waiting.waiting(author).changes_to_correct == [draft]

        drafting.discard(draft.pk, by=author)
        assert waiting.count(author) == 0

    def test_is_no_doubt_that_the_source_leaves(self, author, reviewer):
        OpenQuestionFactory(agreement=record(author))

        assert waiting.count(reviewer) == len(waiting.waiting(reviewer)) == 0

    def test_is_counted_as_it_is_listed_in_one_query(self, author, reviewer):
        record(author, "in_review")
        submitted(record(author), author)

        with CaptureQueriesContext(connection) as asked:
            assert waiting.count(reviewer) == 2
        assert len(asked) == 1
        assert len(waiting.waiting(reviewer)) == 2

    def test_is_counted_no_further_than_shown(self, author, reviewer, monkeypatch):
        for _each in range(3):
            record(author, "in_review")
        monkeypatch.setattr(waiting, "MOST", 1)

        assert waiting.count(reviewer) == 2  # more than one

    @pytest.mark.parametrize("nobody", [Anonymous, lambda: System("tests"), ApiTokenFactory, UserFactory])
    def test_is_nothing_for_who_enters_nothing_or_has_no_name(self, author, nobody):
        record(author, "in_review")
        actor = nobody()

        with CaptureQueriesContext(connection) as asked:
            assert waiting.count(actor) == 0
        assert len(asked) == 0


class TestInformation:
    def test_is_what_others_did_to_the_records_one_has_a_part_in(self, author, reviewer):
        agreement = record(author, "in_review")
        comments.say(agreement, path="", text="Look.", by=reviewer)
        services.publish(agreement.pk, by=reviewer)

        assert verbs(author) == ["agreement.commented", "agreement.published"]
        assert verbs(reviewer) == ["agreement.submitted"]
        assert verbs(UserFactory(editor=True)) == []

    def test_tells_whoever_proposed_a_change_what_became_of_it(self, author, reviewer):
        proposer = UserFactory(contributor=True)
        agreement = record(author)
        draft = submitted(agreement, proposer)
        drafting.send_back(draft.pk, reason="Quote it.", by=reviewer)
        drafting.submit(draft.pk, reason="Quoted.", by=proposer)
        drafting.approve(draft.pk, by=reviewer)

        assert verbs(proposer)[-2:] == ["agreement.change_sent_back", "agreement.corrected"]
        assert verbs(author)[-1] == "agreement.corrected"

    def test_is_of_what_one_may_read_now_alone(self, author, reviewer):
        proposer = UserFactory(contributor=True)
        agreement = record(author)
        submitted(agreement, proposer)
        assert verbs(proposer)

        services.withdraw(agreement.pk, reason="x", by=reviewer)

        assert verbs(proposer) == []
        assert verbs(author)[-1] == "agreement.withdrawn"

    def test_is_new_until_it_is_read(self, author, reviewer):
        mine = client(author)
        agreement = record(author, "in_review")
        services.publish(agreement.pk, by=reviewer)
        text = said(mine.get("/en/notifications/"))
        assert "I have read these" in text
        assert "Read before" not in text

        drawn = text.partition('name="until" value="')[2].partition('"')[0]
        mine.post("/en/notifications/", {"until": drawn})

        text = said(mine.get("/en/notifications/"))
        assert "I have read these" not in text
        assert "Read before" in text
        assert AuditEvent.objects.filter(verb="account.informed", target_id=str(author.pk)).count() == 1

    def test_that_came_while_one_read_stays_new(self, author, reviewer):
        agreement = record(author, "in_review")
        drawn = timezone.now()
        services.publish(agreement.pk, by=reviewer)

        client(author).post("/en/notifications/", {"until": drawn.isoformat()})

        assert "I have read these" in said(client(author).get("/en/notifications/"))

    def test_is_read_neither_backwards_nor_ahead(self, author):
        before = author.informed_until

        assert set_informed(before - timedelta(days=1), by=author).informed_until == before
        assert not AuditEvent.objects.filter(verb="account.informed").exists()
        assert set_informed(timezone.now() + timedelta(days=9), by=author).informed_until <= timezone.now()
        with pytest.raises(PermissionDenied):
            set_informed(timezone.now(), by=UserFactory())

    @pytest.mark.parametrize(
        "until", ["", "soon", "2026-01-01", "2026-13-40T00:00:00Z", "2026-01-01T00:00:00"]
    )
    def test_is_not_read_up_to_what_is_no_moment(self, author, until):
        assert client(author).post("/en/notifications/", {"until": until}).status_code == 404

    def test_is_paged_by_key_and_a_made_up_page_is_not_there(self, author, reviewer):
        for _each in range(13):
            services.publish(record(author, "in_review").pk, by=reviewer)
        assert len(verbs(reviewer)) == 13
        agreement = record(author, "in_review")
        for number in range(30):
            comments.say(agreement, path="", text=f"Words {number}.", by=reviewer)

        first = said(client(author).get("/en/notifications/"))
        address = first.partition('href="?cursor=')[2].partition('"')[0]
        second = said(client(author).get(f"/en/notifications/?cursor={address}"))

        assert "Words 29." in first
        assert "Words 4." not in first
        assert "Words 4." in second
        assert "Action" not in second.partition("<main")[2]
        assert client(author).get("/en/notifications/?cursor=nonsense").status_code == 404


class TestTheBell:
    def test_counts_for_those_who_enter_records(self, author, reviewer):
        record(author, "in_review")

        assert "Notifications: 1 thing waits for you" in said(client(reviewer).get("/en/"))
        assert "Notifications: 0 things wait for you" in said(client(author).get("/en/"))
        assert "Notifications" not in said(client(UserFactory()).get("/en/"))
        assert client(UserFactory()).get("/en/notifications/").status_code == 403

    def test_says_more_than_it_counts(self, reviewer, monkeypatch):
        monkeypatch.setattr(waiting, "count", lambda actor: 100)

        text = said(client(reviewer).get("/en/"))

        assert ">99+<" in text
        assert "more than 99 things wait for you" in text

    def test_does_not_count_in_the_past(self, author, reviewer):
        agreement = record(author)
        record(author, "in_review")

        text = said(client(reviewer).get(f"{agreement.get_absolute_url()}?version={agreement.version}"))

        assert "thing waits for you" not in text
        assert ">Notifications<" in text


class TestTheWeeklyLetter:
    @pytest.mark.parametrize("records", [0, 1])
    def test_says_how_much_waits_for_its_reader(self, author, reviewer, records, mailoutbox):
        agreement = record(author)
        services.desk.follow(agreement.pk, by=reviewer)
        services.store(_touched(agreement), by=UserFactory(administrator=True))
        for _each in range(records):
            record(author, "in_review")
        set_digest(True, by=reviewer)
        yesterday = timezone.now() - timedelta(days=1)
        type(reviewer).objects.filter(pk=reviewer.pk).update(digest_until=yesterday)

        digest.send_all(on=timezone.localdate() + timedelta(days=1), by=System("tests"))

        (letter,) = mailoutbox
        assert ("1 thing waits for you:" in letter.body) == bool(records)
        assert ("/notifications/" in letter.alternatives[0][0]) == bool(records)


def _touched(agreement: Agreement) -> Agreement:
    agreement.place_of_signature = "Rabat"
    return agreement

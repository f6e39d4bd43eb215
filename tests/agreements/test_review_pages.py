"""The pages of review: what stands on them for whom, and what their forms do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements import services
from agreements.models import Agreement, OpenQuestion, ReviewComment
from agreements.services import comments, drafting
from tests import factories
from tests.agreements.proving import bare
from tests.agreements.reviewing import WHY, change, client, record, said, submitted
from tests.factories import OpenQuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


def page(agreement: Agreement) -> str:
    return f"/en/agreements/{agreement.code}/review/"


class TestTheReviewOfARecord:
    def test_shows_its_sentences_beside_its_facts_with_their_quotes(self, author, reviewer):
        agreement = record(author, "in_review")

        text = said(client(reviewer).get(page(agreement)))

        assert "What the record says" in text
        assert "“Aman”" in text
        assert 'id="s-' in text
        assert "sentence <bdi>1</bdi>" in text

    def test_offers_to_each_what_they_may(self, author, reviewer):
        agreement = record(author, "in_review")

        def buttons(user) -> set[str]:
            text = said(client(user).get(page(agreement)))
            return {
                each for each in ("publish", "send_back", "call_back", "submit") if f'value="{each}"' in text
            }

        assert buttons(reviewer) == {"publish", "send_back"}
        assert buttons(author) == {"call_back"}
        assert buttons(UserFactory(editor=True)) == set()

    def test_is_not_there_for_those_who_may_not_read_it(self, author):
        address = page(record(author, "in_review"))

        assert client(UserFactory(contributor=True)).get(address).status_code == 404
        assert client(UserFactory()).get(address).status_code == 403
        assert Client().get(address).status_code == 302
        assert client(UserFactory(contributor=True)).post(address, {"do": "publish"}).status_code == 404

    def test_takes_a_comment_at_a_field_and_shows_it_there(self, author, reviewer):
        agreement = record(author, "in_review")
        asked = {"do": "comment", "path": "/titles", "text": "Say it in French.", "asks_correction": "yes"}

        response = client(reviewer).post(page(agreement), asked)

        comment = ReviewComment.objects.get()
        assert response.status_code == 302
        assert response["Location"].endswith(f"#c-{comment.pk}")
        assert comment.asks_correction
        text = said(client(author).get(page(agreement)))
        assert (
            text.index('id="at-titles"') < text.index("Say it in French.") < text.index('id="at-title_basis"')
        )

    def test_shows_what_is_said_of_a_field_that_says_nothing_at_its_fact_and_counts_it_once(
        self, author, reviewer
    ):
        agreement = record(author, "in_review")
        party = agreement.parties.first()
        comments.say(agreement, path=f"/parties/{party.pk}", text="The whole.", by=reviewer)
        comments.say(agreement, path=f"/parties/{party.pk}/name_as_written", text="As printed?", by=reviewer)
        comments.say(agreement, path="/place_of_signature", text="Which town?", by=reviewer)
        comments.say(agreement, path="/commitments/gone/texts", text="Of what is gone.", by=reviewer)

        text = said(client(author).get(page(agreement)))

        fact = text.partition(f'id="fact--parties-{party.pk}"')[2].partition('<li class="crow')[0]
        assert "The whole." in fact
        assert "As printed?" in fact
        assert "Which town?" in text.partition('id="fact--record"')[2].partition('<li class="crow')[0]
        assert "Of what is gone." in text.partition('id="whole"')[2]
        assert "4 open comments" in text

    def test_keeps_what_was_typed_when_it_is_refused(self, author, reviewer):
        agreement = record(author, "in_review")

        response = client(reviewer).post(page(agreement), {"do": "send_back", "reason": " "})

        assert response.status_code == 422
        assert "Say why: the author will read it." in said(response)
        response = client(reviewer).post(page(agreement), {"do": "comment", "path": "/titles", "text": ""})
        assert response.status_code == 422
        assert "Write the comment." in said(response)

    def test_publishes_what_was_read_and_nothing_else(self, author, reviewer):
        agreement = record(author, "in_review")
        seen = agreement.version
        services.call_back(agreement.pk, by=author)
        services.submit(agreement.pk, by=author)

        response = client(reviewer).post(page(agreement), {"do": "publish", "seen": seen})

        assert response.status_code == 422
        assert "The record has changed since you read it" in said(response)
        agreement.refresh_from_db()
        client(reviewer).post(page(agreement), {"do": "publish", "seen": agreement.version})
        agreement.refresh_from_db()
        assert agreement.editorial_state == "published"

    def test_says_what_is_lacking_before_it_is_published(self, author, reviewer):
        draft = drafting.start(_bare(), by=author)
        agreement = drafting.enter(draft.pk, by=author)

        text = said(client(reviewer).get(page(agreement)))

        assert 'value="publish"' not in text
        assert "1 fact has neither a quote" in text
        assert 'href="#lacking"' in text
        refused = client(reviewer).post(page(agreement), {"do": "publish"})
        assert refused.status_code == 422
        assert '<a href="#lacking">' in said(refused)

    def test_asks_once_which_facts_lack_their_proof(self, author, reviewer):
        agreement = services.register(bare(), by=author)
        services.submit(agreement.pk, by=author)

        with CaptureQueriesContext(connection) as asked:
            text = said(client(reviewer).get(page(agreement)))

        assert "2 facts have neither a quote nor an editor’s name" in text
        assert sum("mithaq_unproved" in each["sql"] for each in asked) == 1

    def test_settles_a_comment_and_folds_it(self, author, reviewer):
        agreement = record(author, "in_review")
        comment = comments.say(agreement, path="/titles", text="Look.", by=reviewer)

        client(author).post(page(agreement), {"do": "settle", "comment": comment.pk})

        assert "1 settled comment" in said(client(author).get(page(agreement)))
        other = record(UserFactory(contributor=True), "in_review")
        strange = {"do": "settle", "comment": comment.pk}
        assert client(reviewer).post(page(other), strange).status_code == 404

    def test_resolves_a_question_for_a_reviewer_alone(self, author, reviewer):
        agreement = record(author)
        question = OpenQuestionFactory(agreement=agreement)
        asked = {"do": "resolve", "question": question.pk, "resolution": "Its own."}

        assert client(author).post(page(agreement), asked).status_code == 403
        asked["resolution"] = "Its\x00 own."
        assert client(reviewer).post(page(agreement), asked).status_code == 302
        assert OpenQuestion.objects.get().resolution == "Its own."

    def test_brings_the_comment_of_the_reviewer_to_the_field_of_the_bench(self, author, reviewer):
        agreement = record(author, "in_review")
        comments.say(agreement, path="/dates/signed", text="Which day?", asks_correction=True, by=reviewer)
        party = agreement.parties.first()
        path = f"/parties/{party.pk}/name_as_written"
        comments.say(agreement, path=path, text="As in the text?", by=reviewer)
        services.send_back(agreement.pk, reason="See the date.", by=reviewer)
        agreement.refresh_from_db()
        mine = client(author)
        response = mine.post(f"/en/agreements/{agreement.code}/correct/")

        text = said(mine.get(response["Location"]))

        assert (
            text.index('id="f-dates-signed"')
            < text.rindex("Which day?")
            < text.index('id="f-dates-effective"')
        )
        assert text.index(f'id="part-{party.pk}"') < text.rindex("As in the text?")
        assert "Sent back: 2 comments ask for a correction." in text
        check = said(mine.get(f"{response['Location']}check/"))
        assert "3 open comments" in check
        assert "See the date." in check


def _bare() -> dict:
    content = factories.dossier()
    del content["parties"][0]["citations"]
    return content


class TestTheReviewOfAChange:
    def test_shows_each_place_before_and_after_in_words(self, author, reviewer):
        agreement = record(author)
        before = agreement.title_en
        draft = submitted(agreement, author)

        text = said(client(reviewer).get(f"/en/drafts/{draft.pk}/review/"))

        assert text.index("before:") < text.index(before, text.index("before:")) < text.index("after:")
        assert "Another title" in text[text.index("after:") :]
        assert WHY in text
        assert 'value="approve"' in text
        assert "/titles/en" not in text

    def test_is_where_the_bench_leads_while_it_waits(self, author):
        draft = submitted(record(author), author)

        for below in ("", "check/"):
            response = client(author).get(f"/en/drafts/{draft.pk}/{below}")
            assert response["Location"] == f"/en/drafts/{draft.pk}/review/"

    def test_is_submitted_from_the_check_and_approved(self, author, reviewer):
        agreement = record(author)
        draft = change(agreement, author)
        check, review = f"/en/drafts/{draft.pk}/check/", f"/en/drafts/{draft.pk}/review/"
        assert "Submit the change" in said(client(author).get(check))
        refused = client(author).post(check, {"submit": "1", "reason": ""})
        assert (refused.status_code, "Say why" in said(refused)) == (422, True)

        client(author).post(check, {"submit": "1", "reason": WHY})
        assert 'value="call_back"' in said(client(author).get(review))
        client(reviewer).post(review, {"do": "approve", "seen": draft.version})

        agreement.refresh_from_db()
        assert agreement.title_en == "Another title"
        assert client(author).get(review)["Location"] == agreement.get_absolute_url()

    def test_says_that_the_record_has_moved_and_where_to_see_how(self, author, reviewer):
        agreement = record(author)
        draft = submitted(agreement, author)
        agreement.refresh_from_db()
        agreement.place_of_signature = "Rabat"
        services.store(agreement, by=UserFactory(administrator=True))

        text = said(client(reviewer).get(f"/en/drafts/{draft.pk}/review/"))

        assert "the record has changed since: it cannot be approved" in text
        assert f"versions/?from={draft.based_on}&amp;to={draft.based_on + 1}" in text
        assert 'value="approve"' not in text

    def test_comes_to_the_second_of_two_as_decided_already(self, author, reviewer):
        draft = submitted(record(author), author)
        drafting.approve(draft.pk, by=reviewer)

        response = client(UserFactory(reviewer=True)).post(
            f"/en/drafts/{draft.pk}/review/", {"do": "approve", "seen": draft.version}, follow=True
        )

        assert "somebody has decided already" in said(response)

    def test_is_not_there_for_those_who_may_not_see_the_draft(self, author):
        draft = submitted(record(author), author)
        address = f"/en/drafts/{draft.pk}/review/"

        assert client(UserFactory(contributor=True)).get(address).status_code == 404
        assert client(UserFactory()).get(address).status_code == 403

    def test_stands_on_the_sheet_of_the_record_for_those_who_see_it(self, author):
        agreement = record(author)
        draft = submitted(agreement, author)
        address = f"/en/drafts/{draft.pk}/review/"

        assert address in said(client(author).get(agreement.get_absolute_url()))
        for other in (UserFactory(contributor=True), UserFactory()):
            assert address not in said(client(other).get(agreement.get_absolute_url()))


class TestWithdrawing:
    def test_says_what_it_means_and_takes_a_reason(self, author, reviewer):
        agreement = record(author)
        address = f"/en/agreements/{agreement.code}/withdraw/"
        text = said(client(reviewer).get(address))
        assert author.name in text
        assert address in said(client(reviewer).get(agreement.get_absolute_url()))

        assert client(reviewer).post(address, {"reason": ""}).status_code == 422
        client(reviewer).post(address, {"reason": "It was not signed."})

        agreement.refresh_from_db()
        assert agreement.editorial_state == "withdrawn"
        assert client(author).get(agreement.get_absolute_url()).status_code == 200
        assert client(UserFactory()).get(agreement.get_absolute_url()).status_code == 404

    def test_is_a_reviewers_to_do_and_only_of_what_is_published(self, author, reviewer):
        agreement = record(author)
        address = f"/en/agreements/{agreement.code}/withdraw/"
        assert client(UserFactory(editor=True)).get(address).status_code == 403
        assert address not in said(client(UserFactory(editor=True)).get(agreement.get_absolute_url()))

        services.withdraw(agreement.pk, reason="x", by=reviewer)
        assert client(reviewer).get(address).status_code == 404

    def test_is_undone_by_giving_the_record_back_with_a_reason(self, author, reviewer):
        agreement = record(author, "withdrawn")
        assert client(reviewer).post(page(agreement), {"do": "send_back", "reason": ""}).status_code == 422

        client(reviewer).post(page(agreement), {"do": "send_back", "reason": "It was, after all."})

        agreement.refresh_from_db()
        assert agreement.editorial_state == "draft"


class TestTheHeadOfASheet:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("draft", "A draft that you entered."),
            ("in_review", "You entered it, so somebody else publishes it."),
            ("withdrawn", "A reviewer can give it back"),
        ],
    )
    def test_says_what_can_be_done_next(self, author, state, words):
        assert words in said(client(author).get(record(author, state).get_absolute_url()))

    def test_says_nothing_of_a_published_record(self, author):
        assert 'id="next"' not in said(client(author).get(record(author).get_absolute_url()))

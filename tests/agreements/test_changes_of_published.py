"""A published record changes only with two people: one proposes, another approves. And what they say meanwhile."""

from dataclasses import dataclass

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from agreements import services
from agreements.models import Agreement, AgreementLink, Draft, ReviewComment
from agreements.queries.next_step import Action, next_step
from agreements.services import comments, drafting
from audit.models import AuditEvent
from lib.problems import Refused
from organizations.models import User
from tests import factories
from tests.agreements.reviewing import WHY, change, document, record, refusal, submitted
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


class TestAChange:
    def test_leaves_the_record_as_it_is_until_another_approves_it(self, author, reviewer):
        agreement = record(author)
        version, before = agreement.version, agreement.title_en

        draft = submitted(agreement, author)

        agreement.refresh_from_db()
        assert (agreement.version, agreement.title_en) == (version, before)
        assert agreement.editorial_state == "published"
        assert list(Draft.objects.in_review()) == [draft]

        drafting.approve(draft.pk, seen=draft.version, by=reviewer)

        agreement.refresh_from_db()
        draft.refresh_from_db()
        assert (agreement.version, agreement.title_en) == (version + 1, "Another title")
        assert (draft.approved_by, draft.outcome) == (reviewer, "entered")

    def test_names_in_one_event_who_proposed_and_who_approved_it(self, author, reviewer):
        agreement = record(author)

        drafting.approve(submitted(agreement, author).pk, by=reviewer)

        event = AuditEvent.objects.filter(chain=agreement.pk).latest("sequence")
        assert (event.verb, event.actor, event.reason) == ("agreement.corrected", reviewer.name, WHY)
        assert event.changes["proposed_by"]["new"] == author.name

    def test_is_not_entered_by_its_author_whoever_that_is(self):
        admin = UserFactory(administrator=True)
        agreement = record(admin)
        draft = change(agreement, admin)

        assert refusal(drafting.enter, draft.pk, reason=WHY, by=admin) == ["needs_approval"]
        drafting.submit(draft.pk, reason=WHY, by=admin)
        assert refusal(drafting.approve, draft.pk, by=admin) == ["author_reviews"]

        agreement.refresh_from_db()
        assert agreement.title_en != "Another title"

    def test_is_not_approved_by_whoever_submitted_it_for_another(self, author):
        agreement, editor = record(author), UserFactory(reviewer=True)
        draft = drafting.submit(change(agreement, author).pk, reason=WHY, by=editor)

        assert refusal(drafting.approve, draft.pk, by=editor) == ["author_reviews"]

    def test_is_not_approved_by_whoever_wrote_a_single_step_of_it(self, author, reviewer):
        draft = change(record(author), author)
        drafting.change(draft.pk, [("/place_of_signature", "Fès")], seen=draft.version, by=reviewer)
        drafting.undo(draft.pk, by=reviewer)
        drafting.submit(draft.pk, reason=WHY, by=author)

        assert refusal(drafting.approve, draft.pk, by=reviewer) == ["author_reviews"]
        assert refusal(drafting.send_back, draft.pk, reason="No.", by=reviewer) == ["author_reviews"]

    @pytest.mark.parametrize("role", ["contributor", "editor"])
    def test_is_not_approved_by_whoever_may_not_review(self, author, role):
        draft = submitted(record(author), author)

        for act in (drafting.approve, drafting.send_back):
            named = {"reason": "No."} if act is drafting.send_back else {}
            with pytest.raises(PermissionDenied):
                act(draft.pk, **named, by=UserFactory(**{role: True}, organization=author.organization))

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_is_not_submitted_without_a_reason(self, author, reason):
        draft = change(record(author), author)

        assert refusal(drafting.submit, draft.pk, reason=reason, by=author) == ["reason_missing"]

    def test_that_changes_nothing_is_not_submitted(self, author):
        agreement = record(author)
        draft = drafting.reopen(agreement, document(agreement, author), by=author)

        assert refusal(drafting.submit, draft.pk, reason=WHY, by=author) == ["nothing_changes"]

    def test_that_breaks_a_rule_is_not_submitted_and_says_where(self, author):
        agreement = record(author)
        draft = change(agreement, author)
        party = draft.content["parties"][1]["key"]
        draft = drafting.change(draft.pk, [(f"/parties/{party}", None)], seen=draft.version, by=author)

        with pytest.raises(Refused) as refused:
            drafting.submit(draft.pk, reason=WHY, by=author)

        assert "/parties" in {each.pointer for each in refused.value.faults}
        draft.refresh_from_db()
        assert draft.submitted_at is None

    def test_in_review_is_not_changed(self, author):
        draft = submitted(record(author), author)

        asked = [("/titles/en", "A third")]
        for act in (
            lambda: drafting.change(draft.pk, asked, seen=draft.version, by=author),
            lambda: drafting.undo(draft.pk, by=author),
            lambda: drafting.discard(draft.pk, by=author),
            lambda: drafting.submit(draft.pk, reason=WHY, by=author),
            lambda: drafting.enter(draft.pk, by=author),
        ):
            assert refusal(act) == ["draft_is_in_review"]

    def test_is_called_back_by_its_author_and_changed_again(self, author, reviewer):
        draft = submitted(record(author), author)
        with pytest.raises(PermissionDenied):
            drafting.call_back(draft.pk, by=reviewer)

        drafting.call_back(draft.pk, by=author)

        drafting.change(draft.pk, [("/titles/en", "A third")], seen=draft.version, by=author)
        assert refusal(drafting.approve, draft.pk, by=reviewer) == ["not_in_review"]

    def test_is_sent_back_with_what_is_to_be_corrected(self, author, reviewer):
        draft = submitted(record(author), author)
        assert refusal(drafting.send_back, draft.pk, reason=" ", by=reviewer) == ["reason_missing"]

        drafting.send_back(draft.pk, reason="Quote the letter.", by=reviewer)

        comment = ReviewComment.objects.get()
        assert (comment.draft, comment.text, comment.asks_correction) == (draft, "Quote the letter.", True)
        assert next_step(Draft.objects.get(), author).actions == {Action.SUBMIT}

        drafting.submit(draft.pk, reason=WHY, by=author)
        assert not ReviewComment.objects.open().exists()

    def test_is_refused_when_the_record_has_moved_since(self, author, reviewer):
        agreement = record(author)
        draft = submitted(agreement, author)
        services.store(_with_place(agreement), by=UserFactory(administrator=True))

        assert refusal(drafting.approve, draft.pk, by=reviewer) == ["changed_meanwhile"]

        agreement.refresh_from_db()
        assert (agreement.title_en == "Another title", agreement.place_of_signature) == (False, "Rabat")
        assert Action.APPROVE not in next_step(Draft.objects.get(), reviewer).actions

    def test_is_refused_when_it_is_another_than_the_one_that_was_read(self, author, reviewer):
        draft = submitted(record(author), author)
        seen = draft.version
        drafting.call_back(draft.pk, by=author)
        draft = drafting.change(draft.pk, [("/titles/en", "A third")], seen=seen, by=author)
        drafting.submit(draft.pk, reason=WHY, by=author)

        assert refusal(drafting.approve, draft.pk, seen=seen, by=reviewer) == ["changed_meanwhile"]

    def test_is_decided_once(self, author, reviewer):
        draft = submitted(record(author), author)
        drafting.approve(draft.pk, seen=draft.version, by=reviewer)

        second = UserFactory(reviewer=True)
        assert refusal(drafting.approve, draft.pk, seen=draft.version, by=second) == ["not_in_review"]
        assert refusal(drafting.send_back, draft.pk, reason="No.", by=second) == ["not_in_review"]

    def test_leaves_a_link_alone_that_its_author_could_not_see(self, author, reviewer):
        agreement = record(author)
        hidden = factories.AgreementFactory(published=True, confidentiality="restricted")
        link = AgreementLink(agreement=agreement, kind="related", to=hidden)
        with transaction.atomic():
            link.save()
            factories.record(agreement)

        drafting.approve(submitted(agreement, author).pk, by=reviewer)

        assert agreement.links.get() == link

    def test_does_not_begin_while_the_record_is_in_review_or_withdrawn(self, author):
        for state in ("in_review", "withdrawn"):
            agreement = record(author, state)
            told = document(agreement, author)
            assert refusal(drafting.reopen, agreement, told, by=author) == ["state_does_not_allow_it"]

    def test_of_a_draft_record_goes_straight_in(self, author):
        agreement = record(author, "draft")

        drafting.enter(change(agreement, author).pk, for_review=False, by=author)

        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.editorial_state) == ("Another title", "draft")


def _with_place(agreement: Agreement) -> Agreement:
    agreement = Agreement.objects.get(pk=agreement.pk)
    agreement.place_of_signature = "Rabat"
    return agreement


class TestAComment:
    def test_stands_at_its_place_and_in_the_trail(self, author, reviewer):
        agreement = record(author, "in_review")

        said = comments.say(agreement, path="/titles", text=" Say it in French. ", by=reviewer)

        assert (said.path, said.text, said.by, said.settled_at) == (
            "/titles",
            "Say it in French.",
            reviewer,
            None,
        )
        event = AuditEvent.objects.get(verb="agreement.commented")
        assert (event.chain, event.changes["text"]["new"]) == (agreement.pk, "Say it in French.")

    @pytest.mark.parametrize(
        ("path", "text", "code"),
        [
            ("/titles", "  ", "comment_missing"),
            ("/titles", "x" * 4001, "comment_too_long"),
            ("/nonsense", "x", "unknown_place"),
            ("titles", "x", "unknown_place"),
            ("/titles/../x", "x", "unknown_place"),
            ("/titles/" + "x" * 300, "x", "unknown_place"),
        ],
    )
    def test_is_refused_without_words_or_place(self, author, reviewer, path, text, code):
        agreement = record(author, "in_review")

        assert refusal(comments.say, agreement, path=path, text=text, by=reviewer) == [code]

    @pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
    def test_is_made_in_review_alone(self, author, reviewer, state):
        agreement = record(author, state)

        assert refusal(comments.say, agreement, path="", text="x", by=reviewer) == ["not_in_review"]

    def test_is_made_by_whoever_may_see_the_record_there(self, author):
        agreement = record(author, "in_review")

        comments.say(agreement, path="", text="x", by=author)
        for stranger in (UserFactory(contributor=True), UserFactory()):
            with pytest.raises(PermissionDenied):
                comments.say(agreement, path="", text="x", by=stranger)

    def test_about_a_change_is_made_while_it_is_in_review(self, author, reviewer):
        draft = submitted(record(author), author)

        said = comments.say(draft, path="/titles", text="x", by=reviewer)

        assert (said.agreement, said.draft) == (draft.agreement, draft)
        drafting.call_back(draft.pk, by=author)
        draft.refresh_from_db()
        assert refusal(comments.say, draft, path="", text="x", by=reviewer) == ["not_in_review"]
        with pytest.raises(PermissionDenied):
            comments.say(draft, path="", text="x", by=UserFactory(contributor=True))

    def test_is_settled_once_by_whoever_works_on_the_record(self, author, reviewer):
        agreement = record(author, "in_review")
        said = comments.say(agreement, path="", text="x", by=reviewer)
        with pytest.raises(PermissionDenied):
            comments.settle(said.pk, by=UserFactory(contributor=True))

        comments.settle(said.pk, by=author)

        said.refresh_from_db()
        assert (said.settled_by, said.settled_at is None) == (author, False)
        assert AuditEvent.objects.filter(verb="agreement.comment_settled", chain=agreement.pk).exists()
        assert refusal(comments.settle, said.pk, by=reviewer) == ["already_settled"]

    def test_that_is_open_is_settled_by_publishing(self, author, reviewer):
        agreement = record(author, "in_review")
        said = comments.say(agreement, path="", text="x", by=author)

        services.publish(agreement.pk, by=reviewer)

        said.refresh_from_db()
        assert said.settled_by == reviewer

    def test_with_which_a_record_was_sent_back_is_settled_by_submitting_it_again(self, author, reviewer):
        agreement = record(author, "in_review")
        at_a_field = comments.say(agreement, path="/titles", text="x", asks_correction=True, by=reviewer)
        services.send_back(agreement.pk, reason="See the title.", by=reviewer)
        assert ReviewComment.objects.open().count() == 2

        services.submit(agreement.pk, by=author)

        assert list(ReviewComment.objects.open()) == [at_a_field]


class TestPublishing:
    def test_is_refused_to_whoever_wrote_in_the_draft_it_was(self, author):
        helper = UserFactory(reviewer=True)
        content = factories.dossier()
        draft = drafting.start(content, by=author)
        drafting.change(draft.pk, [("/titles/en", "Mine")], seen=draft.version, by=helper)
        agreement = drafting.enter(draft.pk, by=author)

        assert refusal(services.publish, agreement.pk, by=helper) == ["author_reviews"]
        services.publish(agreement.pk, by=UserFactory(reviewer=True))

    def test_is_refused_when_the_record_has_changed_since_it_was_read(self, author, reviewer):
        agreement = record(author, "in_review")
        services.call_back(agreement.pk, by=author)
        services.submit(agreement.pk, by=author)

        codes = refusal(services.publish, agreement.pk, seen=agreement.version, by=reviewer)
        assert codes == ["changed_meanwhile"]

    def test_is_done_once(self, author, reviewer):
        agreement = record(author, "in_review")
        services.publish(agreement.pk, seen=agreement.version, by=reviewer)

        other = UserFactory(reviewer=True)
        assert refusal(services.publish, agreement.pk, seen=agreement.version, by=other) == [
            "state_does_not_allow_it"
        ]

    def test_is_not_called_back_by_a_stranger(self, author):
        agreement = record(author, "in_review")

        with pytest.raises(PermissionDenied):
            services.call_back(agreement.pk, by=UserFactory(editor=True))


# What is said to be possible is possible, and nothing else.


@dataclass
class Case:
    """Who looks at what: the record or the draft, and everybody there."""

    about: Agreement | Draft
    actor: User


PEOPLE = [
    "author",
    "colleague",
    "reading colleague",
    "stranger",
    "reader",
    "editor",
    "reviewer",
    "reviewer who wrote",
    "administrator",
]
RECORDS = ["draft", "sent back", "in_review", "bare", "published", "withdrawn"]
DRAFTS = [
    "new",
    "of a draft",
    "of a published",
    "submitted",
    "stale",
    "stale submitted",
    "sent back",
    "entered",
]


class Cast:
    """Everybody who may meet a record, made when first asked for."""

    def __init__(self):
        self.home = OrganizationFactory()
        self.made: dict[str, User] = {}

    def __getitem__(self, name: str) -> User:
        if name not in self.made:
            made = {
                "author": {"contributor": True, "organization": self.home},
                "colleague": {"contributor": True, "organization": self.home},
                "reading colleague": {"organization": self.home},
                "stranger": {"contributor": True, "organization": OrganizationFactory()},
                "reader": {},
                "editor": {"editor": True},
                "reviewer": {"reviewer": True},
                "reviewer who wrote": {"reviewer": True},
                "administrator": {"administrator": True},
            }
            self.made[name] = UserFactory(**made[name])
        return self.made[name]

    def record(self, state: str) -> Agreement:
        author, helper = self["author"], self["reviewer who wrote"]
        draft = drafting.start(factories.dossier(), by=author)
        draft = drafting.change(draft.pk, [("/titles/en", "As entered")], seen=draft.version, by=helper)
        if state == "bare":
            party = draft.content["parties"][0]["key"]
            asked = [(f"/parties/{party}/citations", None)]
            draft = drafting.change(draft.pk, asked, seen=draft.version, by=author)
        agreement = drafting.enter(draft.pk, for_review=state != "draft", by=author)
        if state in {"published", "withdrawn"}:
            services.publish(agreement.pk, by=UserFactory(reviewer=True))
        if state == "withdrawn":
            services.withdraw(agreement.pk, reason="Not signed.", by=self["reviewer"])
        if state == "sent back":
            services.send_back(agreement.pk, reason="Quote it.", by=self["reviewer"])
        return Agreement.objects.get(pk=agreement.pk)

    def draft(self, state: str) -> Draft:
        author, helper = self["author"], self["reviewer who wrote"]
        if state in {"new", "entered"}:
            draft = drafting.start(factories.dossier(), by=author)
            if state == "entered":
                drafting.enter(draft.pk, by=author)
        else:
            agreement = self.record("draft" if state == "of a draft" else "published")
            draft = change(agreement, author)
            drafting.change(draft.pk, [("/place_of_signature", "Fès")], seen=draft.version, by=helper)
            drafting.undo(draft.pk, by=helper)
            if state in {"submitted", "stale submitted", "sent back"}:
                drafting.submit(draft.pk, reason=WHY, by=author)
            if state == "sent back":
                drafting.send_back(draft.pk, reason="Quote it.", by=self["reviewer"])
            if state.startswith("stale"):
                services.store(_with_place(agreement), by=UserFactory(administrator=True))
        return Draft.objects.select_related("agreement").get(pk=draft.pk)


def do(action: Action, about: Agreement | Draft, by: User) -> None:
    """What the page would do for it."""
    if isinstance(about, Draft):
        match action:
            case Action.ENTER:
                drafting.enter(about.pk, reason=WHY, by=by)
            case Action.SUBMIT:
                drafting.submit(about.pk, reason=WHY, by=by)
            case Action.CALL_BACK:
                drafting.call_back(about.pk, by=by)
            case Action.SEND_BACK:
                drafting.send_back(about.pk, reason="Quote it.", by=by)
            case Action.APPROVE:
                drafting.approve(about.pk, by=by)
            case Action.COMMENT:
                comments.say(about, path="", text="x", by=by)
        return
    match action:
        case Action.CORRECT:
            draft = change(about, by)
            if about.editorial_state == "published":
                drafting.submit(draft.pk, reason=WHY, by=by)
            else:
                drafting.enter(draft.pk, reason=WHY, for_review=False, by=by)
        case Action.SUBMIT:
            services.submit(about.pk, by=by)
        case Action.CALL_BACK:
            services.call_back(about.pk, by=by)
        case Action.SEND_BACK:
            services.send_back(about.pk, reason="Quote it.", by=by)
        case Action.PUBLISH:
            services.publish(about.pk, by=by)
        case Action.WITHDRAW:
            services.withdraw(about.pk, reason="Not signed.", by=by)
        case Action.COMMENT:
            comments.say(about, path="", text="x", by=by)


OF_RECORDS = set(Action) - {Action.ENTER, Action.APPROVE}
OF_DRAFTS = {
    Action.ENTER,
    Action.SUBMIT,
    Action.CALL_BACK,
    Action.SEND_BACK,
    Action.APPROVE,
    Action.COMMENT,
}


def allowed(about: Agreement | Draft, actor: User) -> set[Action]:
    """What the services let `actor` do; each is tried and taken back."""
    found = set()
    for action in OF_DRAFTS if isinstance(about, Draft) else OF_RECORDS:
        try:
            with transaction.atomic():
                do(action, about, actor)
                found.add(action)
                transaction.set_rollback(True)
        except (Refused, PermissionDenied, ObjectDoesNotExist):
            continue
    return found


class TestWhatIsOffered:
    @pytest.mark.parametrize("who", PEOPLE)
    @pytest.mark.parametrize("state", RECORDS)
    def test_of_a_record_is_what_the_services_allow(self, state, who):
        cast = Cast()
        agreement, actor = cast.record(state), cast[who]
        if not Agreement.objects.visible_to(actor).filter(pk=agreement.pk).exists():
            assert allowed(agreement, actor) == set()
            return

        step = next_step(agreement, actor)

        assert step.sentence.endswith(".")
        assert step.actions == allowed(agreement, actor)
        assert bool(step.lacks) == (state == "bare" and Action.SEND_BACK in step.actions)

    @pytest.mark.parametrize("who", PEOPLE)
    @pytest.mark.parametrize("state", DRAFTS)
    def test_of_a_draft_is_what_the_services_allow(self, state, who):
        cast = Cast()
        draft, actor = cast.draft(state), cast[who]
        if not Draft.objects.visible_to(actor).filter(pk=draft.pk).exists():
            assert allowed(draft, actor) == set()
            return

        step = next_step(draft, actor)

        assert step.sentence.endswith(".")
        assert step.actions == allowed(draft, actor)

    SAID = {
        ("in_review", "author"): "You entered it, so somebody else publishes it.",
        ("in_review", "colleague"): "Your organization entered it, and a reviewer publishes it.",
        ("in_review", "reviewer"): "publish it or ask for a correction.",
        ("in_review", "reviewer who wrote"): "You wrote in it, so somebody else publishes it.",
        ("in_review", "editor"): "A reviewer publishes it; you can comment on it.",
        ("bare", "reviewer"): "It cannot be published as it is",
        ("sent back", "author"): "1 comment asks for a correction.",
        ("published", "stranger"): "You can propose a correction: somebody else approves it.",
        ("withdrawn", "author"): "A reviewer can give it back",
        ("withdrawn", "reviewer"): "You can give it back to its author",
    }

    @pytest.mark.parametrize(("state", "who"), SAID)
    def test_says_who_does_what(self, state, who):
        cast = Cast()
        assert self.SAID[state, who] in next_step(cast.record(state), cast[who]).sentence

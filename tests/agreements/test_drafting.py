"""A draft at the desk: step by step, with others, taken back, and entered in the end."""

from copy import deepcopy

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from activities import samples
from agreements.models import Agreement, Draft, DraftStep
from agreements.queries import dossier
from agreements.services import drafting
from agreements.services.drafting import Clashed
from lib.problems import Refused
from tests.agreements import reviewing
from tests.agreements.reviewing import record, refusal
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PARTY = {"key": "A", "organization": {"key": "aman"}}
COMMITMENT = {"key": "c1", "texts": {"fr": "former"}, "debtors": ["A"]}


@pytest.fixture
def author(people):
    return people["contributor"]


@pytest.fixture
def colleague(people):
    return people["editor"]


@pytest.fixture
def draft(author):
    return drafting.start({"source_language": "fr"}, by=author)


def change(draft, *asked, by, seen=None):
    return drafting.change(draft.pk, asked, seen=draft.version if seen is None else seen, by=by)


class TestADraft:
    def test_keeps_every_change_as_a_step_with_what_was_there_before(self, draft, author):
        draft = change(draft, ("/parties/A", PARTY), ("/place_of_signature", "Rabat"), by=author)
        draft = change(draft, ("/place_of_signature", "Fès"), by=author)

        assert draft.content == {
            "source_language": "fr",
            "parties": [PARTY],
            "place_of_signature": "Fès",
        }
        assert [each.number for each in draft.steps.order_by("number")] == [1, 2, 3]
        last = draft.steps.get(number=3)
        assert last.changes == [{"path": "/place_of_signature", "before": "Rabat", "after": "Fès"}]
        assert last.by == author

    def test_that_is_told_what_it_knows_takes_no_step(self, draft, author):
        assert change(draft, ("/source_language", "fr"), by=author).version == 1

    def test_is_put_away_and_taken_up_again(self, draft, author):
        drafting.discard(draft.pk, by=author)
        with pytest.raises(Refused):
            change(draft, ("/place_of_signature", "Fès"), by=author)

        drafting.take_up(draft.pk, by=author)

        assert change(draft, ("/place_of_signature", "Fès"), by=author).content["place_of_signature"] == "Fès"

    def test_is_not_taken_up_while_another_one_changes_the_same_record(self, author):
        agreement = record(author)
        first = reviewing.change(agreement, author)
        drafting.discard(first.pk, by=author)
        second = reviewing.change(agreement, author)

        assert refusal(drafting.take_up, first.pk, by=author) == ["change_going_on"]
        drafting.discard(second.pk, by=author)
        assert drafting.take_up(first.pk, by=author).closed_at is None

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("/number", "unknown_place"),
            ("/editorial_state", "unknown_place"),
            ("/nonsense", "unknown_place"),
            ("nonsense", "unknown_place"),
            ("/commitments/c9/place", "part_is_gone"),
        ],
    )
    def test_refuses_a_place_it_does_not_have(self, draft, author, path, code):
        change(draft, ("/commitments/c1", COMMITMENT), by=author)
        with pytest.raises(Refused) as refusal:
            change(draft, (path, "x"), by=author)
        assert [each.code for each in refusal.value.faults] == [code]

    def test_refuses_what_would_fill_the_disk(self, draft, author):
        with pytest.raises(Refused) as refusal:
            change(draft, ("/place_of_signature", "x" * (drafting.LARGEST + 1)), by=author)
        assert [each.code for each in refusal.value.faults] == ["too_long"]

    def test_is_not_there_for_strangers(self, draft, people):
        assert not Draft.objects.visible_to(people["reader"]).exists()
        assert not Draft.objects.visible_to(UserFactory(role="contributor")).exists()
        assert Draft.objects.visible_to(people["editor"]).exists()
        for stranger in (people["reader"], UserFactory(role="contributor")):
            with pytest.raises(PermissionDenied):
                change(draft, ("/place_of_signature", "Fès"), by=stranger)

    def test_never_has_a_step_changed(self, draft):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            DraftStep.objects.filter(draft=draft).update(verb="other")


class TestTwoAtOneDraft:
    def test_keep_what_each_wrote_in_a_place_of_its_own(self, draft, author, colleague):
        change(draft, ("/place_of_signature", "Rabat"), by=author)
        both = change(draft, ("/reference", "12/2012"), by=colleague, seen=1)

        assert both.content["place_of_signature"] == "Rabat"
        assert both.content["reference"] == "12/2012"

    def test_are_told_when_they_wrote_in_the_same_place(self, draft, author, colleague):
        change(draft, ("/place_of_signature", "Rabat"), by=author)

        with pytest.raises(Clashed) as clashed:
            change(draft, ("/place_of_signature", "Fès"), ("/reference", "12"), by=colleague, seen=1)

        (clash,) = clashed.value.clashes
        assert (clash.path, clash.ours, clash.theirs) == ("/place_of_signature", "Fès", "Rabat")
        assert clash.by == author.audit_label()
        draft.refresh_from_db()
        assert "reference" not in draft.content  # nothing of it was written: nothing is half saved

    def test_may_write_the_same(self, draft, author, colleague):
        change(draft, ("/place_of_signature", "Rabat"), by=author)
        assert change(draft, ("/place_of_signature", "Rabat"), by=colleague, seen=1).version == 2

    def test_are_told_when_a_part_one_writes_in_was_taken_away(self, draft, author, colleague):
        draft = change(draft, ("/commitments/c1", COMMITMENT), by=author)
        change(draft, ("/commitments/c1", None), by=author)

        with pytest.raises(Clashed) as clashed:
            change(draft, ("/commitments/c1/place", "Rabat"), by=colleague, seen=draft.version)
        assert clashed.value.clashes[0].theirs is None


class TestUndo:
    def test_takes_steps_back_one_by_one_and_makes_them_again(self, draft, author):
        for place in ("Rabat", "Fès"):
            change(draft, ("/place_of_signature", place), by=author, seen=9)

        def turned(how):
            return how(draft.pk, by=author).content.get("place_of_signature")

        assert [turned(drafting.undo) for _ in range(2)] == ["Rabat", None]
        assert [turned(drafting.redo) for _ in range(2)] == ["Rabat", "Fès"]
        with pytest.raises(Refused):
            drafting.redo(draft.pk, by=author)

    def test_after_which_something_else_is_done_has_nothing_to_make_again(self, draft, author):
        change(draft, ("/place_of_signature", "Rabat"), by=author)
        drafting.undo(draft.pk, by=author)
        change(draft, ("/reference", "12"), by=author, seen=9)

        with pytest.raises(Refused):
            drafting.redo(draft.pk, by=author)

    def test_does_not_take_back_the_beginning(self, draft, author):
        with pytest.raises(Refused):
            drafting.undo(draft.pk, by=author)

    @settings(max_examples=25)
    @given(st.lists(st.sampled_from(["Rabat", "Fès", "undo", "redo", "part", "gone"]), max_size=12))
    def test_always_leads_back_to_how_it_began(self, asked):
        with transaction.atomic():
            by = UserFactory(role="contributor")
            draft = drafting.start({"source_language": "fr"}, by=by)
            for each in asked:
                if each in ("undo", "redo"):
                    try:
                        getattr(drafting, each)(draft.pk, by=by)
                    except Refused:
                        continue
                elif each in ("part", "gone"):
                    change(draft, ("/commitments/c1", COMMITMENT if each == "part" else None), by=by, seen=99)
                else:
                    change(draft, ("/place_of_signature", each), by=by, seen=99)
            while drafting.standing(draft)[0]:
                drafting.undo(draft.pk, by=by)
            draft.refresh_from_db()
            left = {name: value for name, value in draft.content.items() if value}
            transaction.set_rollback(True)
        assert left == {"source_language": "fr"}


class TestEntering:
    def test_makes_the_record_that_the_same_dossier_makes(self, author, people):
        document = samples.read(samples.PRESS[0])
        draft = drafting.start({}, by=author)
        for name, value in document.items():
            draft = change(draft, (f"/{name}", value), by=author)

        agreement = drafting.enter(draft.pk, by=author)

        draft.refresh_from_db()
        assert (draft.outcome, draft.agreement) == ("entered", agreement)
        assert agreement.editorial_state == "in_review"
        assert agreement.registered_by == author
        assert agreement.commitments.count() == len(document["commitments"])

    def test_of_what_is_not_complete_says_at_its_place_what_is_missing(self, draft, author):
        draft = change(draft, ("/parties/A", PARTY), ("/commitments/c1", COMMITMENT), by=author)

        with pytest.raises(Refused) as refusal:
            drafting.enter(draft.pk, by=author)

        assert "/commitments/c1/kind" in {each.pointer for each in refusal.value.faults}
        draft.refresh_from_db()
        assert draft.closed_at is None
        assert not Agreement.objects.exists()

    def test_of_a_published_record_leaves_it_as_it_is_until_then(self, both, colleague, people):
        everything = Agreement.objects.all()
        agreement = both[1]
        rows = dossier.with_citations(
            dossier.with_facts(
                everything.filter(pk=agreement.pk), on=timezone.localdate(), readable=everything
            )
        )
        document = dossier.read(rows.get(), proof=True)
        draft = drafting.reopen(agreement, document, by=colleague)
        assert drafting.reopen(agreement, deepcopy(document), by=colleague) == draft
        key = document["commitments"][0]["id"]
        change(draft, (f"/commitments/{key}/texts/en", "Other words"), by=colleague)
        agreement.refresh_from_db()
        assert agreement.version == document["version"]

        drafting.submit(draft.pk, reason="It was wrong.", by=colleague)
        revised = drafting.approve(draft.pk, by=people["reviewer"])

        assert revised.pk == agreement.pk
        assert revised.version == document["version"] + 1
        assert revised.commitments.get(pk=key).text_en == "Other words"

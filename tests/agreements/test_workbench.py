"""The workbench without a script: a text becomes a record, sentence by sentence."""

import re
from copy import deepcopy
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import samples
from agreements.models import Agreement, Draft
from agreements.queries import bench, dossier
from agreements.services import drafting
from organizations.models import DistinctPair, Organization
from organizations.queries import alike
from organizations.queries.identity import pair_of
from tests.factories import OrganizationFactory, PersonFactory, UserFactory
from tests.hostile import png

pytestmark = pytest.mark.django_db

TEXT = (
    "- Another article of the same day\n"
    "Aman signed a cooperation agreement with Bayti yesterday. The two parties will hold workshops.\n"
    "It is the first of its kind."
)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def author(people):
    return people["contributor"]


@pytest.fixture
def desk(author):
    return signed_in(author)


@pytest.fixture
def draft(author):
    source = {"key": "s", "kind": "press_article", "language": "en", "text": TEXT, "noise": []}
    source["noise"] = [{"key": "x", "start": 0, "end": 33, "reason": "headline"}]
    return drafting.start({"source_language": "en", "sources": [source]}, by=author)


def place(desk, draft, words: str, become: str, **more):
    start = TEXT.index(words)
    sent = {"source": "s", "start": start, "end": start + len(words), "become": become} | more
    return desk.post(reverse("draft-place", args=[draft.pk]), sent)


def dossier_of(agreement) -> dict:
    """What somebody types who enters an agreement once more: parties, words, source, day."""
    everything = Agreement.objects.all()
    row = dossier.with_citations(
        dossier.with_facts(everything, on=date(2026, 1, 1), readable=everything)
    ).get(pk=agreement.pk)
    told = dossier.read(row, proof=True)
    names = ("source_language", "parties", "sources", "dates", "commitments")
    document = {name: deepcopy(told[name]) for name in names}
    for member in ("parties", "sources", "commitments"):
        for each in document[member]:
            each["key"] = each.pop("id")
            each.pop("citations", None)
    document["sources"][0]["noise"] = []
    return document


def page(desk, draft, query: str = "") -> str:
    answer = desk.get(f"{draft.get_absolute_url()}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def fields(html: str) -> dict[str, list[str]]:
    """The fields of the record as a browser would send them untouched."""
    sent: dict[str, list[str]] = {}
    for tag, name in re.findall(
        r'(<(?:input|textarea|select)[^>]*name="([^"]+)"[^>]*form="record"[^>]*>)', html
    ):
        if name == "field":
            sent.setdefault("field", []).append(re.search(r'value="([^"]*)"', tag)[1])
    return sent


class TestABeginning:
    def test_with_pasted_words_numbers_the_sentences_and_sets_aside_what_is_likely_no_part_of_them(
        self, desk
    ):
        answer = desk.post(
            reverse("draft-new"), {"text": TEXT, "language": "en", "kind": "press_article"}, follow=True
        )

        draft = Draft.objects.get()
        assert answer.redirect_chain[-1][0] == draft.get_absolute_url()
        assert draft.content["sources"][0]["text"] == TEXT
        html = answer.content.decode()
        assert 'id="s-source-1:1"' in html

    def test_with_nothing_says_what_to_do_and_keeps_what_was_typed(self, desk):
        answer = desk.post(reverse("draft-new"), {"language": "fr", "publisher": "A paper"})

        assert answer.status_code == 422
        assert "Paste the text, choose a file" in answer.content.decode()
        assert 'value="A paper"' in answer.content.decode()
        assert not Draft.objects.exists()

    def test_with_a_file_reads_its_text_and_keeps_it_as_it_is(self, desk):
        file = SimpleUploadedFile("signed.txt", TEXT.encode())
        desk.post(reverse("draft-new"), {"file": file, "language": "en"})

        draft = Draft.objects.get()
        assert draft.content["sources"][0]["text"] == TEXT
        (kept,) = draft.files.all()
        assert (kept.name, kept.part) == ("signed.txt", "source-1")

    def test_with_a_file_that_is_none_of_those_taken_is_refused_at_the_file(self, desk):
        file = SimpleUploadedFile("page.svg", b"<svg onload='alert(1)'/>")
        answer = desk.post(reverse("draft-new"), {"file": file, "language": "en", "publisher": "A paper"})

        assert answer.status_code == 422
        assert "not of a type taken here" in answer.content.decode()
        assert 'value="A paper"' in answer.content.decode()
        assert not Draft.objects.exists()

    def test_is_refused_to_a_reader(self, people):
        assert signed_in(people["reader"]).get(reverse("draft-new")).status_code == 403


class TestWords:
    def test_become_parties_and_what_both_undertake_each_with_its_quote(self, desk, draft):
        place(desk, draft, "Aman", "party")
        place(desk, draft, "Bayti", "party")
        draft.refresh_from_db()
        first, second = (each["key"] for each in draft.content["parties"])

        place(desk, draft, "hold workshops", f"commitment:{first},{second}")

        draft.refresh_from_db()
        (commitment,) = draft.content["commitments"]
        assert commitment["texts"] == {"en": "hold workshops"}
        assert commitment["debtors"] == [first, second]
        (quote,) = commitment["citations"]
        assert TEXT[quote["start"] : quote["end"]] == quote["quote"] == "hold workshops"
        assert ">J1<" in page(desk, draft)

    def test_are_a_date_in_words_where_no_day_follows(self, desk, draft):
        place(desk, draft, "yesterday", "date", **{"code-date": "signed"})

        draft.refresh_from_db()
        assert draft.content["dates"]["signed"] == {"stated": "yesterday", "basis": "relative"}

    def test_typed_are_found_in_the_sentence_and_said_when_they_are_not(self, desk, draft):
        sentence = {"source": "s", "start": 34, "end": 91, "become": "party"}
        desk.post(reverse("draft-place", args=[draft.pk]), sentence | {"only": "Bayti"})
        refused = desk.post(reverse("draft-place", args=[draft.pk]), sentence | {"only": "Al Amal"})

        draft.refresh_from_db()
        assert [each["name_as_written"] for each in draft.content["parties"]] == ["Bayti"]
        assert refused.status_code == 422
        assert "does not say “Al Amal”" in refused.content.decode()

    def test_that_are_set_aside_prove_nothing_and_come_back(self, desk, draft):
        refused = place(desk, draft, "Another article", "objective")
        assert refused.status_code == 422

        desk.post(reverse("draft-place", args=[draft.pk]), {"source": "s", "start": 0, "become": "back"})
        place(desk, draft, "Another article", "objective")

        draft.refresh_from_db()
        assert len(draft.content["objectives"]) == 1
        assert not draft.content["sources"][0]["noise"]

    def test_that_prove_something_are_not_set_aside(self, desk, draft):
        place(desk, draft, "Bayti", "party")

        assert place(desk, draft, "Bayti", "aside").status_code == 422

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"become": "party"},
            {"become": "nonsense", "source": "s"},
            {"become": "party", "source": "s/text", "start": "0", "end": "5"},
            {"become": "back", "source": "s/text", "start": "0"},
            {"become": "proof", "source": "s", "start": "40", "end": "45", "of-proof": "nonsense"},
            {"become": "kind", "source": "s", "start": "40", "end": "45", "code-kind": "\x00"},
        ],
    )
    def test_that_are_none_are_refused_in_words(self, desk, draft, sent):
        answer = desk.post(reverse("draft-place", args=[draft.pk]), sent)
        assert answer.status_code == 422

    @pytest.mark.parametrize("path", ["/sources/s/text", "/sources/s/key", "/source_language", "nonsense"])
    def test_are_taken_away_with_their_part_and_not_piece_by_piece(self, desk, draft, path):
        desk.post(reverse("draft-part", args=[draft.pk]), {"remove": path})

        draft.refresh_from_db()
        assert draft.version == 1
        assert desk.get(draft.get_absolute_url()).status_code == 200


class TestWhatIsProposed:
    """Found by rule; nothing of it is in the record before somebody accepts it."""

    @pytest.fixture
    def draft(self, author):
        """A press article of the sample, with its headlines and byline set aside."""
        source = samples.read(samples.PRESS[0])["sources"][0] | {"key": "s"}
        source["noise"] = [each | {"key": f"x{index}"} for index, each in enumerate(source["noise"])]
        return drafting.start({"source_language": source["language"], "sources": [source]}, by=author)

    def proposed(self, desk, draft) -> list[str]:
        return list(map(unescape, re.findall(r'name="group" value="([^"]+)"', page(desk, draft))))

    def test_is_offered_and_enters_nothing_by_itself(self, desk, draft):
        assert self.proposed(desk, draft)
        draft.refresh_from_db()
        assert draft.version == 1

    def test_is_accepted_as_what_belongs_together_each_in_one_step(self, desk, draft):
        accept = reverse("draft-accept", args=[draft.pk])
        steps = 0
        while groups := self.proposed(desk, draft):
            desk.post(accept, {"source": "s", "group": groups[0]})
            steps += 1
            assert steps < 40

        draft.refresh_from_db()
        assert draft.version == steps + 1
        assert len(draft.content["parties"]) == 2
        parties = [each["key"] for each in draft.content["parties"]]
        assert [each["debtors"] for each in draft.content["commitments"]] == [parties] * 5
        text = draft.content["sources"][0]["text"]
        for each in bench.quotes(draft.content)["s"]:
            assert 0 <= each.start < each.end <= len(text)
        check = desk.get(reverse("draft-check", args=[draft.pk])).content.decode()
        assert "1 thing to put right" in check  # the title is the registry's: somebody must write it

    def test_of_one_sentence_or_one_thing_is_accepted_alone(self, desk, draft):
        accept = reverse("draft-accept", args=[draft.pk])
        html = page(desk, draft, "?at=s:2")
        one = unescape(re.search(r'name="one" value="([^"]+)"', html)[1])
        desk.post(accept, {"source": "s", "one": one})

        draft.refresh_from_db()
        assert draft.version == 2
        assert f'value="{one}"' not in page(desk, draft, "?at=s:2")

    def test_that_is_not_there_any_more_changes_nothing(self, desk, draft):
        desk.post(reverse("draft-accept", args=[draft.pk]), {"source": "s", "group": "nonsense"})
        desk.post(reverse("draft-accept", args=[draft.pk]), {"source": "s"})

        draft.refresh_from_db()
        assert draft.version == 1


class TestTheFields:
    def test_left_alone_change_nothing(self, desk, draft):
        place(desk, draft, "Bayti", "party")
        draft.refresh_from_db()
        html = page(desk, draft)

        desk.post(draft.get_absolute_url(), {"seen": draft.version, "field": []})

        draft.refresh_from_db()
        assert draft.version == 2
        assert "/parties/" in html

    def test_take_dates_as_people_write_them(self, desk, draft):
        sent = {
            "seen": 1,
            "field": "/dates/signed",
            "/dates/signed": "mai 2012",
            "/dates/signed/basis": "typed",
        }
        desk.post(draft.get_absolute_url(), sent)

        draft.refresh_from_db()
        assert draft.content["dates"]["signed"] == {
            "stated": "mai 2012",
            "earliest": "2012-05-01",
            "latest": "2012-05-31",
            "basis": "stated",
        }
        assert "May 2012" in page(desk, draft)

    def test_say_what_cannot_be_understood_and_keep_it(self, desk, draft):
        sent = {
            "seen": 1,
            "field": "/dates/signed",
            "/dates/signed": "soonish",
            "/dates/signed/basis": "typed",
        }
        answer = desk.post(draft.get_absolute_url(), sent)

        assert answer.status_code == 422
        assert 'value="soonish"' in answer.content.decode()
        draft.refresh_from_db()
        assert "dates" not in draft.content

    def test_of_a_colleague_meet_and_both_are_shown(self, desk, draft, people):
        sent = {"seen": 1, "field": "/place_of_signature", "/place_of_signature": "Rabat"}
        desk.post(draft.get_absolute_url(), sent)
        other = signed_in(people["editor"])

        answer = other.post(draft.get_absolute_url(), sent | {"/place_of_signature": "Fès"})

        assert answer.status_code == 409
        html = answer.content.decode()
        assert "Rabat" in html
        assert "Fès" in html
        kept = dict(
            re.findall(r'<input type="hidden" name="(seen|field|/place_of_signature)" value="([^"]*)">', html)
        )
        other.post(draft.get_absolute_url(), kept)
        draft.refresh_from_db()
        assert draft.content["place_of_signature"] == "Fès"

    def test_saved_by_themselves_answer_with_the_version(self, desk, draft):
        sent = {"seen": 1, "auto": "1", "field": "/reference", "/reference": "12/2012"}
        answer = desk.post(draft.get_absolute_url(), sent)

        assert 'name="seen" value="2"' in answer.content.decode()

    def test_of_nobody_elses_draft(self, draft):
        stranger = signed_in(UserFactory(role="contributor"))
        assert stranger.get(draft.get_absolute_url()).status_code == 404
        assert stranger.post(draft.get_absolute_url(), {"seen": 1}).status_code == 404


class TestSteps:
    def test_are_undone_and_done_again(self, desk, draft):
        place(desk, draft, "Bayti", "party")
        turn = reverse("draft-turn", args=[draft.pk])

        desk.post(turn, {"turn": "undo"})
        draft.refresh_from_db()
        assert not draft.content.get("parties")

        desk.post(turn, {"turn": "redo"})
        draft.refresh_from_db()
        assert draft.content["parties"]

    def test_parts_are_added_and_taken_away(self, desk, draft):
        part = reverse("draft-part", args=[draft.pk])
        desk.post(part, {"add": "questions", "seen": 1})
        draft.refresh_from_db()
        (question,) = draft.content["questions"]

        desk.post(part, {"remove": f"/questions/{question['key']}", "seen": draft.version})

        draft.refresh_from_db()
        assert not draft.content["questions"]

    def test_of_somebody_else_are_called_theirs_before_they_are_taken_back(self, desk, draft, people):
        place(desk, draft, "Bayti", "party")
        assert "Undo the step of" not in page(desk, draft)
        html = page(signed_in(people["editor"]), draft)
        assert "Undo the step of <bdi>" in html


class TestTheCheck:
    def test_names_every_gap_with_its_field_and_enters_nothing(self, desk, draft):
        place(desk, draft, "Bayti", "party")
        check = reverse("draft-check", args=[draft.pk])

        html = desk.get(check).content.decode()
        assert "Kind" in html
        assert desk.post(check, {"review": "1"}).status_code == 422
        assert not Agreement.objects.exists()

    def test_takes_no_number_of_the_registry_however_often_it_is_asked(self, desk, draft, author):
        for name in ("Aman", "Bayti"):
            place(desk, draft, name, "party")
        draft.refresh_from_db()
        asked = [("/kind", "cooperation_agreement"), ("/titles/en", "Aman and Bayti")]
        drafting.change(draft.pk, asked, seen=draft.version, by=author)

        def last() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT last_value FROM agreements_number")
                return cursor.fetchone()[0]

        before = last()
        for _ in range(2):
            html = desk.get(reverse("draft-check", args=[draft.pk])).content.decode()
            assert "Every rule of the registry is met." in html
        assert last() == before

    def test_lets_a_whole_record_in(self, desk, draft, author):
        for name in ("Aman", "Bayti"):
            place(desk, draft, name, "party")
        draft.refresh_from_db()
        drafting.change(
            draft.pk,
            [("/kind", "cooperation_agreement"), ("/titles/en", "Aman and Bayti")],
            seen=draft.version,
            by=author,
        )

        answer = desk.post(reverse("draft-check", args=[draft.pk]), {"review": "1"})

        agreement = Agreement.objects.get()
        assert answer.url == agreement.get_absolute_url()
        assert agreement.editorial_state == "in_review"
        assert {each.name_as_written for each in agreement.parties.all()} == {"Aman", "Bayti"}
        assert desk.get(draft.get_absolute_url()).status_code == 404  # it is a record now


class TestTheList:
    def test_names_each_draft_by_its_first_words_and_tells_how_much_is_in_it(self, desk, draft):
        place(desk, draft, "Bayti", "party")
        html = desk.get(reverse("drafts")).content.decode()

        assert "Aman signed a cooperation agreement with Bayti" in html
        assert "Another article" not in html  # it is set aside
        assert "1 party · 0 commitments" in html

    def test_keeps_those_put_away_apart_until_they_are_taken_up_again(self, desk, draft):
        drafts, discard = reverse("drafts"), reverse("draft-discard", args=[draft.pk])
        desk.post(discard)
        draft.refresh_from_db()
        assert draft.outcome == "discarded"
        assert "Aman signed" not in desk.get(drafts).content.decode()
        assert "Aman signed" in desk.get(drafts, {"away": "1"}).content.decode()

        desk.post(discard, {"take_up": "1"})
        draft.refresh_from_db()
        assert draft.closed_at is None
        assert "Aman signed" in desk.get(drafts).content.decode()

    def test_narrows_to_ones_own_and_to_those_of_ones_organization(self, draft, people):
        organization = OrganizationFactory()
        author, other = UserFactory.create_batch(2, role="contributor", organization=organization)
        drafting.start(draft.content, by=author)
        colleague = signed_in(other)
        drafts = reverse("drafts")

        assert "Aman signed" in colleague.get(drafts, {"whose": "ours"}).content.decode()
        assert "Aman signed" not in colleague.get(drafts, {"whose": "mine"}).content.decode()
        assert signed_in(people["editor"]).get(drafts).content.decode().count('class="strong"') == 2
        assert "My organization" not in signed_in(people["editor"]).get(drafts).content.decode()
        assert colleague.get(drafts, {"whose": "theirs"}).status_code == 404

    def test_is_paged_by_the_moment_of_the_last_change(self, desk, author, django_assert_max_num_queries):
        for number in range(30):
            drafting.start({"titles": {"en": f"Draft {number:02}"}, "source_language": "en"}, by=author)
        with django_assert_max_num_queries(5):
            first = desk.get(reverse("drafts")).content.decode()
        address = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
        second = desk.get(reverse("drafts") + address).content.decode()

        told = re.findall(r"Draft \d\d(?=</bdi></a>)", first + second)
        assert told == [f"Draft {number:02}" for number in reversed(range(30))]
        assert desk.get(reverse("drafts"), {"cursor": "nonsense"}).status_code == 404


class TestRecordsThereAre:
    """A name that the registry has already is told at its part, with reasons; a person decides."""

    @pytest.fixture
    def known(self, db):
        return OrganizationFactory(slug="bayti-known", name_en="Bayti", source_language="en")

    @pytest.fixture
    def placed(self, desk, draft):
        place(desk, draft, "Bayti", "party")
        draft.refresh_from_db()
        return f"/organizations/{draft.content['organizations'][0]['key']}"

    def alike(self, desk, draft, **sent):
        return desk.post(reverse("draft-alike", args=[draft.pk]), sent)

    def test_are_told_with_reasons_beside_what_was_placed(self, desk, draft, known, placed):
        html = page(desk, draft)
        assert f'value="{placed} {known.pk}"' in html
        assert "The same name: “Bayti”" in html

    def test_are_told_while_a_name_is_typed_and_nothing_is_saved(self, desk, draft, placed):
        other = OrganizationFactory(slug="wafa", name_en="Wafa", source_language="en")
        typed = {"look": placed, "field": f"{placed}/names", f"{placed}/names/en": "Wafa"}
        html = self.alike(desk, draft, **typed).content.decode()

        assert f'value="{placed} {other.pk}"' in html
        before = draft.version
        draft.refresh_from_db()
        assert draft.version == before

    def test_take_the_place_of_the_part_when_it_is_one_of_them(self, desk, draft, known, placed):
        self.alike(desk, draft, same=f"{placed} {known.pk}")

        draft.refresh_from_db()
        assert draft.content["organizations"] == []
        assert draft.content["parties"][0]["organization"] == {"id": str(known.pk)}
        desk.post(reverse("draft-turn", args=[draft.pk]), {"turn": "undo"})
        draft.refresh_from_db()
        assert draft.content["organizations"]

    def test_are_silent_once_they_are_others_and_for_ever_when_the_draft_is_entered(
        self, desk, draft, known, placed, author
    ):
        self.alike(desk, draft, apart=f"{placed} {known.pk}")
        html = page(desk, draft)
        assert f'name="same" value="{placed} {known.pk}"' not in html
        assert f'name="together" value="{placed} {known.pk}"' in html

        place(desk, draft, "Aman", "party")
        draft.refresh_from_db()
        asked = [("/kind", "cooperation_agreement"), ("/titles/en", "Aman and Bayti")]
        asked += [(f"{placed}/slug", "bayti-new")]
        drafting.change(draft.pk, asked, seen=draft.version, by=author)
        desk.post(reverse("draft-check", args=[draft.pk]), {"review": "1"})
        new = Organization.objects.get(slug="bayti-new")
        assert pair_of(DistinctPair, new.pk, known.pk)
        (told,) = alike.alike_each([alike.asked_of(new)], actor=author)
        assert known not in [each.record for each in told]

    def test_may_look_alike_again(self, desk, draft, known, placed):
        self.alike(desk, draft, apart=f"{placed} {known.pk}")
        self.alike(desk, draft, together=f"{placed} {known.pk}")
        assert f'name="same" value="{placed} {known.pk}"' in page(desk, draft)

    def test_of_people_keep_the_offices_the_draft_adds(self, desk, draft, author, placed):
        person = PersonFactory(name_en="Zahra Ali", source_language="en")
        part = {"key": "z", "source_language": "en", "names": {"en": "zahra ali"}, "offices": []}
        office = {"key": "o", "organization": {"key": placed.split("/")[2]}, "source_language": "en"}
        part["offices"] = [office | {"titles": {"en": "director"}}]
        drafting.change(draft.pk, [("/people/z", part)], seen=draft.version, by=author)
        assert f'name="same" value="/people/z {person.pk}"' in page(desk, draft)

        self.alike(desk, draft, same=f"/people/z {person.pk}")

        draft.refresh_from_db()
        (told,) = draft.content["people"]
        assert (told["id"], told["names"]) == (str(person.pk), {"en": "Zahra Ali"})
        assert told["offices"] == part["offices"]
        assert "/people/z" not in re.findall(r'name="same" value="(\S+) ', page(desk, draft))

    def test_of_nobody_may_be_named_who_may_not_be_read(self, desk, draft, placed):
        assert self.alike(desk, draft, same=f"{placed} {draft.pk}").status_code == 404
        assert self.alike(desk, draft, same=f"{placed} nonsense").status_code == 404
        assert self.alike(desk, draft, look="/organizations/nobody").status_code == 404
        assert self.alike(desk, draft, look="/sources/s").status_code == 404

    def test_of_the_same_agreement_are_told_and_another_partner_is_only_similar(self, author, both):
        document = dossier_of(both[0])
        again = drafting.start(document, by=author)
        html = page(signed_in(author), again)
        assert f'name="same" value=" {both[0].pk}"' in html
        assert "May already be in the registry" in html

        document["parties"][1]["organization"] = {"id": str(OrganizationFactory(name_en="Wafa").pk)}
        html = page(signed_in(author), drafting.start(document, by=author))
        assert f'name="same" value=" {both[0].pk}"' in html
        assert "May already be in the registry" not in html
        assert "Similar" in html

    def test_of_the_same_agreement_lead_there_and_put_the_draft_away(self, author, both):
        draft = drafting.start(dossier_of(both[0]), by=author)
        answer = self.alike(signed_in(author), draft, same=f" {both[0].pk}")

        assert answer.url == both[0].get_absolute_url()
        draft.refresh_from_db()
        assert draft.outcome == "discarded"

    def test_cost_the_same_for_one_and_for_many(self, desk, draft, known, author, django_assert_num_queries):
        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                page(desk, draft)
            return len(asked)

        def add(number: int) -> None:
            part = {"key": f"o{number}", "source_language": "en", "names": {"en": f"Bayti {number}"}}
            draft.refresh_from_db()
            drafting.change(draft.pk, [(f"/organizations/o{number}", part)], seen=draft.version, by=author)

        add(1)
        first = cost()
        for number in range(2, 8):
            add(number)
        assert cost() == first


class TestFiles:
    def add(self, desk, draft, name="scan.png", content=None, **more):
        file = SimpleUploadedFile(name, content or png())
        return desk.post(
            reverse("draft-files", args=[draft.pk]), {"part": "s", "files": [file]} | more, follow=True
        )

    def test_of_a_source_are_kept_shown_and_taken_away(self, desk, draft):
        html = self.add(desk, draft).content.decode()
        (row,) = draft.files.all()
        assert (row.part, row.name) == ("s", "scan.png")
        assert reverse("source-file", args=[row.pk]) in html
        assert row.sha256[:12] in html
        assert "<img" in html

        desk.post(reverse("draft-files", args=[draft.pk]), {"remove": row.pk})
        assert not draft.files.exists()

    def test_of_a_text_are_no_picture(self, desk, draft):
        html = self.add(desk, draft, "words.txt", b"words").content.decode()
        assert "words.txt" in html
        assert "<img" not in html

    def test_that_cannot_be_taken_are_refused_at_their_source(self, desk, draft):
        answer = self.add(desk, draft, "page.html", b"<script>1</script>")
        assert answer.status_code == 422
        assert "not of a type taken here" in answer.content.decode()
        assert self.add(desk, draft).status_code == 200
        assert "is here already" in self.add(desk, draft).content.decode()

    def test_go_to_no_other_draft_and_from_none(self, desk, draft, author, people):
        self.add(desk, draft)
        (row,) = draft.files.all()
        other = drafting.start({"source_language": "en", "sources": draft.content["sources"]}, by=author)
        assert desk.post(reverse("draft-files", args=[other.pk]), {"remove": row.pk}).status_code == 404
        assert self.add(desk, draft, part="elsewhere").status_code == 404
        stranger = signed_in(UserFactory(role="contributor"))
        assert self.add(stranger, draft).status_code == 404

    def test_that_are_pictures_begin_a_draft_only_with_their_words_typed(self, desk):
        sent = {"language": "en", "file": SimpleUploadedFile("scan.png", png())}
        refused = desk.post(reverse("draft-new"), sent)
        assert refused.status_code == 422
        assert "type the words that stand in it" in refused.content.decode()

        sent = {"language": "en", "file": SimpleUploadedFile("scan.png", png()), "text": TEXT}
        html = desk.post(reverse("draft-new"), sent, follow=True).content.decode()
        draft = Draft.objects.get()
        assert draft.content["sources"][0]["text"] == TEXT
        assert draft.files.get().name == "scan.png"
        assert "<img" in html


class TestACorrection:
    def test_begins_from_the_record_and_leaves_it_alone(self, both, people):
        editor = signed_in(people["editor"])

        answer = editor.post(reverse("draft-reopen", args=[both[0].code]), follow=True)

        assert answer.status_code == 200
        html = answer.content.decode()
        assert both[0].code in html
        draft = Draft.objects.get()
        assert draft.content["commitments"][0]["key"] == str(both[0].commitments.order_by("number")[0].pk)
        check = editor.get(reverse("draft-check", args=[draft.pk])).content.decode()
        assert "Every rule of the registry is met." in check

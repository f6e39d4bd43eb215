"""A draft as it lies on the workbench: what of its source is accounted for, and what a choice of words sends."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Draft
from agreements.queries import bench
from agreements.services import drafting
from agreements.services.placing import Become


def covered(text: str, noise: list[dict] | None = None) -> tuple[int, int]:
    """How many sentences there are, and how many of them are accounted for, before anybody has begun."""
    source = {"key": "s", "kind": "signed_text", "language": "en", "text": text, "noise": noise or []}
    told = bench.coverage(bench.texts({"source_language": "en", "sources": [source]}))
    return told.sentences, told.done


class TestALine:
    @pytest.mark.parametrize(
        "words",
        [
            "Article 5",
            "### Article  VIII",
            "Article 1er",
            "2.",
            "b)",
            "[...]",
            "IV.",
            "المادة 3",
            "الفصل 12:",
            "* * *",
        ],
    )
    def test_that_only_counts_what_follows_is_accounted_for(self, words):
        assert covered(words) == (1, 1)

    @pytest.mark.parametrize(
        "words",
        [
            "Article 5 applies",
            "The centre signs.",
            "2. Both sign.",
            "Civil.",
            "Annexes follow",
            "المادة تطبق",
            "Oui.",
            "MIX",
        ],
    )
    def test_that_says_anything_is_not(self, words):
        sentences, done = covered(words)
        assert done < sentences

    def test_that_nothing_is_to_be_recorded_of_stays_a_sentence_and_is_accounted_for(self):
        noise = [{"key": "x", "start": 0, "end": 4, "reason": "nothing"}]
        assert covered("One.\nTwo.", noise) == (2, 1)


TEXT = "The Example Centre signs with the Sample Club.\nFor the Centre: Jeanne\nExemple"


@pytest.mark.django_db
class TestThePicker:
    @pytest.fixture
    def author(self, people):
        return people["contributor"]

    @pytest.fixture
    def desk(self, author) -> Client:
        client = Client()
        client.force_login(author, backend="django.contrib.auth.backends.ModelBackend")
        return client

    @pytest.fixture
    def draft(self, author) -> Draft:
        source = {"key": "s", "kind": "signed_text", "language": "en", "text": TEXT, "noise": []}
        return drafting.start({"source_language": "en", "sources": [source]}, by=author)

    def send(self, desk: Client, draft: Draft, words: str, become: str, **more: str) -> None:
        """What a browser sends when the words are typed beside their first sentence."""
        line = next(each for each in bench.texts(draft.content)[0].lines if words.startswith(each.text[:3]))
        sent = {"source": "s", "start": line.start, "end": line.end, "only": words, "become": become} | more
        answer = desk.post(reverse("draft-place", args=[draft.pk]), sent)
        assert answer.status_code == 302, answer.content.decode()
        draft.refresh_from_db()

    def test_has_beside_each_button_the_lists_that_are_asked_for_it(self, desk, draft):
        html = desk.get(f"{draft.get_absolute_url()}?at=s:1").content.decode()
        buttons = set(re.findall(r'<button[^>]*name="become" value="([a-z]+)"', html))
        lists = set(re.findall(r'<(?:select|input)[^>]*name="((?:of|code|about)-[a-z]+)"', html))

        assert buttons == set(Become.values) - {"commitment"}
        assert {each.partition("-")[2] for each in lists} <= buttons
        owned = ("person", "signatory", "statement", "place", "alias", "profile", "proof")
        assert {f"of-{each}" for each in owned} | {
            "code-date",
            "code-kind",
            "code-theme",
            "code-profile",
        } <= lists

    def test_takes_words_that_run_on_into_the_next_sentence(self, desk, draft):
        self.send(desk, draft, "The Example Centre", "party")
        party = draft.content["parties"][0]["key"]
        line = bench.texts(draft.content)[0].lines[1]
        sent = {"source": "s", "start": line.start, "end": line.end, "become": "signatory"}
        desk.post(
            reverse("draft-place", args=[draft.pk]), sent | {"only": "Jeanne Exemple", "of-signatory": party}
        )

        draft.refresh_from_db()
        [signatory] = draft.content["parties"][0]["signatories"]
        assert signatory["citations"][0]["quote"] == "Jeanne\nExemple"
        html = desk.get(draft.get_absolute_url()).content.decode()
        assert f'id="part-{signatory["key"]}"' in html
        assert "Jeanne Exemple" in html

    def test_proves_the_agreement_itself_where_no_part_is_named(self, desk, draft):
        self.send(
            desk, draft, "The Example Centre signs", "proof", **{"of-proof": "", "about-proof": "status"}
        )

        assert [each["about"] for each in draft.content["citations"]] == ["status"]

    def test_tells_what_is_said_of_an_organization(self, desk, draft):
        self.send(desk, draft, "The Example Centre", "organization")
        organization = draft.content["organizations"][0]["key"]
        more = {"of-profile": organization, "code-profile": "members"}
        self.send(desk, draft, "The Example Centre signs", "profile", **more)

        [told] = draft.content["organizations"][0]["profile"]
        assert (told["about"], told["texts"]) == ("members", {"en": "The Example Centre signs"})

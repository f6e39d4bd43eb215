"""A newer text of a source: quotes never move, and say what became of their words."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements import services
from agreements.models import Agreement, Citation, Draft, Source
from agreements.queries import attention, dossier, newer
from agreements.services import drafting, evidence
from audit.models import AuditEvent
from lib.claims import DateClaim
from lib.problems import Refused
from organizations.models import System
from tests.agreements.proving import codes, commitment, editor, published, read, shown, signed_in
from tests.factories import TEXT, CitationFactory, UserFactory, cited
from tests.factories import dossier as paper

pytestmark = pytest.mark.django_db


NEWER = "Yesterday Aman and Bayti signed an agreement. Both will organise events for children and parents."


@pytest.fixture
def changed():
    """A published record whose source was corrected: (agreement, the newer source, the editor)."""
    by = editor()
    quotes = [cited(words) for words in ("cooperation agreement", "organise events for children.")]
    agreement = published(paper(commitments=[commitment() | {"citations": quotes}]))
    source = Source.objects.get()
    return agreement, evidence.renew(source.pk, text=NEWER, published=DateClaim(), by=by), by


class TestANewerText:
    def test_is_a_source_of_its_own_and_moves_no_quote(self, changed):
        _agreement, text, by = changed

        assert text.replaces.text == TEXT
        assert (text.kind, text.language) == (text.replaces.kind, text.replaces.language)
        assert set(Citation.objects.values_list("source", flat=True)) == {text.replaces_id}
        event = AuditEvent.objects.get(verb="source.renewed")
        assert (event.target_id, event.actor) == (str(text.pk), by.audit_label())

    def test_is_refused_when_it_is_the_same_and_when_there_is_one_already(self, changed):
        _agreement, text, by = changed

        with pytest.raises(Refused) as refusal:
            evidence.renew(text.pk, text=NEWER, published=DateClaim(), by=by)
        assert codes(refusal) == [("/text", "same_text")]
        with pytest.raises(Refused) as refusal:
            evidence.renew(text.replaces_id, text="Another text.", published=DateClaim(), by=by)
        assert codes(refusal) == [("", "replaced_already")]
        assert Source.objects.count() == 2

    def test_is_refused_to_a_contributor(self):
        CitationFactory()
        with pytest.raises(PermissionDenied):
            evidence.renew(
                Source.objects.get().pk, text=NEWER, published=DateClaim(), by=UserFactory(contributor=True)
            )

    def test_is_read_by_whoever_may_read_the_older_one(self, changed, client):
        agreement, text, by = changed
        last = evidence.renew(text.pk, text=f"{NEWER} And more.", published=DateClaim(), by=by)
        reader = UserFactory()

        assert set(Source.objects.visible_to(reader)) == {text.replaces, text, last}
        services.withdraw(agreement.pk, reason="Not signed.", by=UserFactory(reviewer=True))
        assert not Source.objects.visible_to(reader).exists()

    def test_flags_each_quote_and_follows_the_chain_to_the_newest(self, changed):
        _agreement, text, by = changed

        def flags() -> dict[str, str]:
            newest = newer.newest(Citation.objects.values_list("source", flat=True))
            return {each.quote: newer.changed(each, newest).standing.value for each in Citation.objects.all()}

        assert flags() == {
            "Aman": "moved",
            "Bayti": "moved",
            "cooperation agreement": "gone",
            "organise events for children.": "gone",
        }
        evidence.renew(text.pk, text=f"Aman and Aman: {TEXT}", published=DateClaim(), by=by)
        assert flags() == {
            "Aman": "stands",
            "Bayti": "moved",
            "cooperation agreement": "moved",
            "organise events for children.": "moved",
        }

    def test_is_what_the_sheet_and_the_lists_tell_of(self, changed):
        agreement, _text, _by = changed
        told = shown(agreement)
        (row,) = told.agreement.commitments.all()

        assert {each.changed.standing.value for each in row.proofs} == {"gone"}
        again = attention.needing("reread", actor=UserFactory(), on=timezone.localdate())
        assert list(Agreement.objects.filter(again)) == [agreement]
        html = Client().get(agreement.get_absolute_url()).content.decode()
        assert "these words are no longer in it" in html
        assert "Cite from the newer text" not in html
        assert (
            "Cite from the newer text"
            in signed_in(editor()).get(agreement.get_absolute_url()).content.decode()
        )

    def test_says_the_same_in_the_tables_as_in_memory(self, changed):
        _agreement, text, by = changed
        spaced = TEXT.replace(" ", "\u00a0\n")
        evidence.renew(text.pk, text=f"Again: {spaced}", published=DateClaim(), by=by)

        newest = newer.newest_of(dossier.with_quotes(Agreement.objects.all()).get())
        assert {newer.changed(each, newest).standing.value for each in Citation.objects.all()} == {"moved"}
        assert not Agreement.objects.filter(newer.to_be_read_again()).exists()

    def test_is_told_to_programs(self, changed):
        agreement, text, _by = changed
        source, newest = str(text.replaces_id), str(text.pk)

        document = Client().get(f"/api/v1/sources/{source}").json()
        assert (document["replaces"], document["replaced_by"]) == (None, newest)
        document = Client().get(f"/api/v1/sources/{newest}").json()
        assert (document["replaces"], document["replaced_by"]) == (source, None)
        told = Client().get(f"/api/v1/sources/{source}/citations").json()
        assert {each["source_changed"] for each in told} == {"moved", "gone"}
        assert {each["source_changed"] for each in read(agreement)["commitments"][0]["citations"]} == {"gone"}

    def test_is_restored_with_the_registry_where_the_older_one_is_there(self, changed):
        agreement, text, _by = changed
        part = read(agreement)["sources"][0]
        told = {
            name: value for name, value in part.items() if name not in ("url", "type", "files", "replaced_by")
        }
        told |= {
            "id": "01a00000-0000-7000-8000-00000000000a",
            "text": "Newest.",
            "replaces": str(text.pk),
            "noise": [],
        }
        document = paper(sources=[told], citations=[])
        for each in document["parties"]:
            each["citations"] = []

        services.register(document, by=System("restorer"))

        assert Source.objects.get(text="Newest.").replaces == text

    def test_is_entered_on_a_page_and_compared_there(self):
        by = editor()
        document = paper()
        document["sources"][0]["published"] = {
            "stated": "May 2012",
            "earliest": "2012-05-01",
            "latest": "2012-05-31",
            "basis": "stated",
        }
        agreement = published(document)
        source = Source.objects.get()
        desk = signed_in(by)
        address = reverse("source-newer", args=[source.pk])

        assert 'value="May 2012"' not in desk.get(address).content.decode()
        assert desk.post(address, {"text": TEXT}).status_code == 422
        assert desk.post(address, {"text": " "}).status_code == 422
        assert desk.post(address, {"text": NEWER, "published": "soonish"}).status_code == 422
        assert desk.post(address, {"text": NEWER, "published": "2012"}).status_code == 302
        html = desk.get(source.get_absolute_url()).content.decode()
        assert "<del>" in html
        assert "<ins>" in html
        assert "no longer in the newest text" in html
        assert desk.get(address).status_code == 302
        assert signed_in(UserFactory(contributor=True)).get(address).status_code == 403
        assert agreement.code in html

    def test_is_cited_in_a_correction_that_begins_at_the_fact(self, changed):
        _agreement, text, by = changed
        quote = Citation.objects.get(quote="Aman")

        answer = signed_in(by).post(reverse("source-cite", args=[quote.pk]))

        draft = Draft.objects.get()
        assert answer.url == f"{draft.get_absolute_url()}?at={text.pk}:1#s-{text.pk}:1"
        (party, _other) = draft.content["parties"]
        assert [(each["source"], each["quote"]) for each in party["citations"]] == [
            (str(text.replaces_id), "Aman"),
            (str(text.pk), "Aman"),
        ]
        signed_in(by).post(reverse("source-cite", args=[quote.pk]))
        draft.refresh_from_db()
        assert len(draft.content["parties"][0]["citations"]) == 2
        assert drafting.missing(draft, by=by) == []

    def test_is_looked_at_where_the_words_are_gone_and_adds_no_quote(self, changed):
        _agreement, _text, by = changed
        quote = Citation.objects.get(quote="cooperation agreement", commitment__isnull=False)

        signed_in(by).post(reverse("source-cite", args=[quote.pk]))

        draft = Draft.objects.get()
        assert len(draft.content["commitments"][0]["citations"]) == 2
        assert len(draft.content["sources"]) == 2

    def test_is_cited_by_no_contributor_and_only_where_there_is_one(self):
        agreement = published(paper())
        quote = Citation.objects.filter(agreement=agreement).first()
        address = reverse("source-cite", args=[quote.pk])

        assert signed_in(UserFactory(contributor=True)).post(address).status_code == 403
        assert signed_in(editor()).post(address).status_code == 404
        assert not Draft.objects.exists()

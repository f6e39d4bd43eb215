"""Truth at entry: no fact is published without a quote or an editor's name."""

import json
import re
from operator import itemgetter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from agreements import services
from agreements.models import Agreement, WithoutSource
from agreements.queries import proof
from agreements.services import proof as proving
from audit import trail
from audit.models import AuditEvent
from lib.identity import new_id
from lib.problems import Refused
from organizations.models import System
from tests.agreements.proving import (
    REASON,
    bare,
    codes,
    commitment,
    editor,
    in_review,
    published,
    read,
    signed_in,
    written,
)
from tests.factories import UserFactory, cited
from tests.factories import dossier as paper

pytestmark = pytest.mark.django_db


ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _parts(told: dict) -> list[dict]:
    """The dossier, its parts, their quotes and the signatures: all that has an id of its own."""
    parts = [told, *(part for member in proof.MEMBERS for part in told[member])]
    return [*parts, *(quote for part in parts for quote in part["citations"]), *told["without_source"]]


def _renamed(told: dict, names: dict[str, str]) -> dict:
    return json.loads(re.sub(ID, lambda found: names.get(found[0], found[0]), json.dumps(told)))


class TestPublication:
    def test_is_refused_with_one_fault_for_each_fact_that_nothing_proves(self):
        agreement = in_review(bare())

        with pytest.raises(Refused) as refusal:
            services.publish(agreement.pk, by=UserFactory(reviewer=True))

        assert codes(refusal) == [("/commitments/0", "without_proof"), ("/dates/ends", "without_proof")]
        assert "Cite the words" in refusal.value.faults[0].message
        agreement.refresh_from_db()
        assert agreement.editorial_state == "in_review"

    def test_is_refused_by_the_table_too_whoever_writes(self):
        agreement = in_review(bare())

        def publish():
            Agreement.objects.filter(pk=agreement.pk).update(editorial_state="published", reviewed_by=by)
            trail.record("test.made", agreement, by=by)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

        by = UserFactory(reviewer=True)
        with pytest.raises(IntegrityError, match="has a quote, or an editor"), transaction.atomic():
            publish()
        for about, fact in (("ends", None), ("", agreement.commitments.get().pk)):
            proving.sign(agreement.pk, fact=fact, about=about, reason=REASON, by=by)
        publish()

    def test_passes_once_each_fact_is_quoted_or_signed_for(self):
        document = bare(
            commitments=[commitment(quoted=True)], without_source=[{"about": "ends", "reason": REASON}]
        )

        assert published(document).editorial_state == "published"

    def test_is_not_for_who_signed_in_place_of_a_quote(self):
        author, signer, other = editor(), UserFactory(reviewer=True), UserFactory(reviewer=True)
        agreement = services.submit(
            services.register(bare(commitments=[commitment(quoted=True)]), by=author).pk, by=author
        )
        proving.sign(agreement.pk, fact=None, about="ends", reason=REASON, by=signer)

        with pytest.raises(Refused, match="did not write"):
            services.publish(agreement.pk, by=signer)
        assert services.publish(agreement.pk, by=other).editorial_state == "published"

    def test_asks_nothing_of_what_is_not_stated(self):
        assert published(paper()).editorial_state == "published"


class TestAnEditorsName:
    def test_is_put_under_the_fact_by_the_registry(self):
        by = editor()
        agreement = services.register(
            bare(
                without_source=[{"fact": "c", "reason": f" {REASON} "}, {"about": "ends", "reason": REASON}]
            ),
            by=by,
        )

        assert {
            (each.about, bool(each.commitment), each.signed_by) for each in WithoutSource.objects.all()
        } == {
            ("", True, by.audit_label()),
            ("ends", False, by.audit_label()),
        }
        assert proof.unproved(agreement.pk) == []

    @pytest.mark.parametrize(
        ("part", "fault"),
        [
            ({"fact": "c"}, ("/without_source/0/reason", "required")),
            ({"fact": "nobody", "reason": REASON}, ("/without_source/0/fact", "points_nowhere")),
            ({"reason": REASON}, ("/without_source/0", "exactly_one_fact")),
            ({"fact": "c", "about": "ends", "reason": REASON}, ("/without_source/0", "exactly_one_fact")),
            (
                {"fact": "c", "reason": REASON, "by": "somebody else"},
                ("/without_source/0/by", "set_by_the_registry"),
            ),
        ],
    )
    def test_is_refused_where_it_says_too_little_or_too_much(self, part, fault):
        with pytest.raises(Refused) as refusal:
            services.register(bare(without_source=[part]), by=editor())

        assert codes(refusal) == [fault]
        assert not WithoutSource.objects.exists()

    def test_is_no_contributors_to_give(self):
        with pytest.raises(Refused) as refusal:
            services.register(
                bare(without_source=[{"fact": "c", "reason": REASON}]), by=UserFactory(contributor=True)
            )

        assert codes(refusal) == [("/without_source/0", "an_editor_signs")]

    def test_is_given_once_for_a_fact(self):
        twice = [{"fact": "c", "reason": REASON}, {"fact": "c", "reason": "again"}]
        with pytest.raises(Refused) as refusal:
            services.register(bare(without_source=twice), by=editor())

        assert codes(refusal) == [("/without_source/1", "signed_twice")]

    def test_falls_where_the_fact_has_a_quote_or_says_nothing(self):
        document = paper(
            commitments=[commitment(quoted=True)],
            without_source=[{"fact": "c", "reason": REASON}, {"about": "signed", "reason": REASON}],
        )

        services.register(document, by=editor())

        assert not WithoutSource.objects.exists()

    def test_is_moved_with_the_registry_and_reads_the_same_there(self):
        agreement = published(
            bare(without_source=[{"fact": "c", "reason": REASON}, {"about": "ends", "reason": "x"}])
        )
        told = read(agreement)
        renamed = {part["id"]: str(new_id()) for part in _parts(told)}
        document = _renamed(told, renamed) | {"number": told["number"] + 1}

        again = services.register(document, by=System("restorer"))

        there = _renamed(read(again), {after: before for before, after in renamed.items()})
        by_id = itemgetter("id")
        assert sorted(there["without_source"], key=by_id) == sorted(told["without_source"], key=by_id)
        assert [each["citations"] for each in there["parties"]] == [
            each["citations"] for each in told["parties"]
        ]
        assert len(told["without_source"]) == 2


class TestARevision:
    def test_keeps_who_signed_and_when_while_fact_and_reason_stay(self):
        agreement = published(
            bare(without_source=[{"fact": "c", "reason": REASON}, {"about": "ends", "reason": "x"}])
        )
        before = {each.pk: (each.signed_by, each.signed_at) for each in agreement.without_source.all()}
        document = written(agreement)
        document["titles"] = {"en": "Another title"}

        services.revise(agreement.pk, document, version=agreement.version, by=editor())

        assert {
            each.pk: (each.signed_by, each.signed_at) for each in agreement.without_source.all()
        } == before

    def test_is_signed_by_who_changes_the_reason(self):
        agreement = published(
            bare(without_source=[{"fact": "c", "reason": REASON}, {"about": "ends", "reason": "x"}])
        )
        document, by = written(agreement), editor()
        (about,) = (each for each in document["without_source"] if each["about"])
        about["reason"] = "The minutes say so."

        services.revise(agreement.pk, document, version=agreement.version, by=by)

        assert agreement.without_source.get(about="ends").signed_by == by.audit_label()
        assert agreement.without_source.get(about="").signed_by != by.audit_label()

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            (lambda told: told["commitments"][0].update(citations=[]), "/commitments/0"),
            (lambda told: told["commitments"].append(commitment(key="new")), "/commitments/1"),
            (lambda told: told["dates"].update(effective={"basis": "none"}), "/dates/effective"),
            (lambda told: told.update(without_source=[]), "/dates/ends"),
        ],
        ids=["last quote", "new fact", "new date", "signature"],
    )
    def test_of_a_published_record_leaves_no_fact_without_proof(self, change, pointer):
        agreement = published(
            bare(commitments=[commitment(quoted=True)], without_source=[{"about": "ends", "reason": REASON}])
        )
        document = written(agreement)
        change(document)
        for each in document["commitments"]:
            each["debtors"] = [document["parties"][0]["key"]]

        with pytest.raises(Refused) as refusal:
            services.revise(agreement.pk, document, version=agreement.version, by=editor())

        assert codes(refusal) == [(pointer, "without_proof")]
        agreement.refresh_from_db()
        assert read(agreement)["version"] == agreement.version

    def test_makes_what_was_published_without_proof_no_worse_and_asks_only_for_what_changes(self):
        document = bare(
            editorial_state="published", id="01a00000-0000-7000-8000-000000000001", number=900_001
        )
        agreement = services.register(document, by=System("restorer"))
        told = written(agreement)
        told["titles"] = {"en": "A better title"}
        services.revise(agreement.pk, told, version=agreement.version, by=editor())
        agreement.refresh_from_db()
        told = written(agreement)
        told["commitments"][0]["texts"] = {"en": "hold many events"}

        with pytest.raises(Refused) as refusal:
            services.revise(agreement.pk, told, version=agreement.version, by=editor())

        assert codes(refusal) == [("/commitments/0", "without_proof")]
        told["commitments"][0]["texts"] = {"en": "hold events"}
        told["commitments"][0]["debtors"] = [told["parties"][1]["key"]]
        with pytest.raises(Refused) as refusal:
            services.revise(agreement.pk, told, version=agreement.version, by=editor())
        assert codes(refusal) == [("/commitments/0", "without_proof")]

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            (lambda told: told["amount"].update(currency="EUR"), "/amount"),
            (lambda told: told["renewal"].update(notice_days=60), "/renewal/rule"),
            (lambda told: told["parties"][1].update(signatories=[{"person": {"key": "who"}}]), "/parties/1"),
        ],
        ids=["currency", "notice", "signatory"],
    )
    def test_asks_for_the_proof_of_a_fact_of_which_only_a_part_changes(self, change, pointer):
        document = bare(
            amount={"value": "100.00", "currency": "MAD"},
            renewal={"rule": "automatic", "notice_days": 30},
            people=[{"key": "who", "source_language": "en", "names": {"en": "Somebody"}}],
            editorial_state="published",
            id="01a00000-0000-7000-8000-000000000001",
            number=900_001,
        )
        document["parties"][1]["citations"] = []
        agreement = services.register(document, by=System("restorer"))
        told = written(agreement) | {"people": document["people"]}
        change(told)

        with pytest.raises(Refused) as refusal:
            services.revise(agreement.pk, told, version=agreement.version, by=editor())

        assert codes(refusal) == [(pointer, "without_proof")]

    def test_of_a_draft_may_lack_proof(self):
        agreement = services.register(paper(), by=editor())
        told = written(agreement)
        told["commitments"] = [commitment() | {"debtors": [told["parties"][0]["key"]]}]

        services.revise(agreement.pk, told, version=agreement.version, by=editor())

        assert len(proof.unproved(agreement.pk)) == 1


class TestSigningARecord:
    def test_is_one_event_of_its_chain_and_can_be_taken_back(self):
        agreement, by = in_review(bare()), editor()
        fact = agreement.commitments.get()

        signature = proving.sign(agreement.pk, fact=fact.pk, reason=REASON, by=by)
        about = proving.sign(agreement.pk, about="ends", reason=REASON, by=by)

        assert proving.missing(agreement) == []
        agreement.refresh_from_db()
        assert agreement.version == 4
        proving.take_back(signature.pk, by=by)
        assert [each.pointer for each in proving.missing(agreement)] == ["/commitments/0"]
        verbs = list(
            AuditEvent.objects.filter(chain=agreement.pk, verb__startswith="fact.")
            .order_by("sequence")
            .values_list("verb", flat=True)
        )
        assert verbs == ["fact.signed_without_source"] * 2 + ["fact.signature_taken_back"]
        assert about.signed_by == by.audit_label()

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"about": "ends", "reason": "  "}, "reason_missing"),
            ({"about": "amount", "reason": REASON}, "points_nowhere"),
            ({"about": "nothing", "reason": REASON}, "points_nowhere"),
            ({"reason": REASON}, "points_nowhere"),
        ],
    )
    def test_is_refused_without_a_reason_or_a_fact(self, asked, code):
        with pytest.raises(Refused) as refusal:
            proving.sign(in_review(bare()).pk, by=editor(), **asked)

        assert [each.code for each in refusal.value.faults] == [code]

    def test_is_refused_for_what_has_a_quote(self):
        agreement = in_review(bare(commitments=[commitment(quoted=True)]))

        with pytest.raises(Refused) as refusal:
            proving.sign(agreement.pk, fact=agreement.commitments.get().pk, reason=REASON, by=editor())

        assert codes(refusal) == [("/fact", "proved_already")]

    def test_is_refused_to_a_contributor(self):
        with pytest.raises(PermissionDenied):
            proving.sign(in_review(bare()).pk, about="ends", reason=REASON, by=UserFactory(contributor=True))

    def test_is_not_taken_back_where_the_published_fact_would_stand_bare(self):
        agreement = published(
            bare(without_source=[{"fact": "c", "reason": REASON}, {"about": "ends", "reason": "x"}])
        )

        with pytest.raises(Refused) as refusal:
            proving.take_back(agreement.without_source.get(about="ends").pk, by=editor())

        assert codes(refusal) == [("", "without_proof")]
        assert agreement.without_source.count() == 2

    def test_is_done_on_a_page_by_an_editor_and_refused_to_others(self):
        agreement = in_review(bare())
        address = reverse("without-source", args=[agreement.code])
        sent = {"about": "ends", "reason": REASON, "next": agreement.get_absolute_url()}

        assert signed_in(UserFactory(contributor=True)).post(address, sent).status_code == 403
        desk = signed_in(editor())
        answer = desk.post(address, sent)
        assert answer.status_code == 302
        signature = agreement.without_source.get()
        assert (
            desk.post(address, sent | {"next": "https://elsewhere.example/"}).url
            == agreement.get_absolute_url()
        )
        desk.post(address, {"take_back": signature.pk})
        assert not agreement.without_source.exists()
        assert desk.post(address, {"take_back": signature.pk}).status_code == 404


class TestAQuoteOfAPublishedRecord:
    def test_is_not_taken_away_where_nothing_else_stands_for_the_fact(self):
        agreement = published(paper(commitments=[commitment(quoted=True)]))
        quotes = agreement.commitments.get().citations

        with pytest.raises(Refused) as refusal:
            services.remove(quotes.get(), by=editor())

        assert codes(refusal) == [("", "without_proof")]
        assert quotes.exists()

    def test_is_taken_away_where_another_proves_it_and_from_a_draft(self):
        words = [cited("organise events"), cited("events for children")]
        agreement = published(paper(commitments=[commitment() | {"citations": words}]))
        services.remove(agreement.commitments.get().citations.first(), by=editor())
        draft = services.register(paper(commitments=[commitment(quoted=True)]), by=editor())

        services.remove(draft.commitments.get().citations.get(), by=editor())

        assert [each.column for each in proof.unproved(draft.pk)] == ["commitment"]
        assert proof.unproved(agreement.pk) == []

"""Facts without proof as people meet them: on the Check page, on the sheet, in the fields."""

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from agreements import services
from agreements.models import Agreement, Draft
from agreements.queries import bench, proof, quality
from agreements.services import drafting, signatures
from agreements.services.drafting import keyed
from lib.problems import Refused
from organizations.models import System
from tests.agreements.proving import REASON, bare, codes, commitment, editor, read, shown, signed_in
from tests.factories import UserFactory, cited, on
from tests.factories import dossier as paper

pytestmark = pytest.mark.django_db


# The same question asked of a document and of the tables.

_WORDS = st.sampled_from(
    ["", "kind", "ends", "signed", "renewal", "amount", "place", "occasion", "programme"]
)


@st.composite
def documents(draw) -> dict:
    """A dossier that tells anything or nothing of each fact, quoted, signed for, or neither."""
    told = paper(citations=[cited("Aman", about) for about in draw(st.sets(_WORDS))])
    quoted = st.sampled_from([[], [cited("Bayti")]])
    for each in told["parties"]:
        each["citations"] = draw(quoted)
    parts = {
        "groups": {"texts": {"en": "children"}},
        "objectives": {"texts": {"en": "work together"}},
        "statements": {"texts": {"en": "it is a first"}},
        "advantages": {"texts": {"en": "an exemption"}},
        "commitments": {"kind": "event", "texts": {"en": "hold events"}, "debtors": ["A"]},
    }
    keys = ["A", "B"]
    for member, part in parts.items():
        number = draw(st.integers(0, 2))
        told[member] = [{"key": f"{member}{n}", "citations": draw(quoted)} | part for n in range(number)]
        keys += [each["key"] for each in told[member]]
    stated = {"basis": "relative", "stated": "yesterday"}
    claims = st.sampled_from([None, {"basis": "not_stated"}, {"basis": "none"}, stated])
    told["dates"] = {
        name: claim for name in ("signed", "effective", "ends") if (claim := draw(claims)) is not None
    }
    told["renewal"] = {"rule": draw(st.sampled_from(["not_stated", "none", "automatic"]))}
    told["amount"] = draw(st.sampled_from([None, {"value": "10.00", "currency": "MAD"}]))
    told["place_of_signature"] = draw(st.sampled_from(["", "Meknes"]))
    told["occasions"] = draw(st.sampled_from([{}, {"en": "a visit"}]))
    if draw(st.booleans()):
        told["programme"] = {"key": "pr"}
        told["programmes"] = [
            {"key": "pr", "slug": "a-programme", "source_language": "en", "names": {"en": "P"}}
            | {"citations": draw(quoted)}
        ]
    signed = draw(st.sets(st.sampled_from(keys))) | draw(st.sets(st.sampled_from(list(proof.PLACES))))
    told["without_source"] = [
        {"about" if each in proof.PLACES else "fact": each, "reason": REASON} for each in sorted(signed)
    ]
    return told


class TestAFactWithoutProof:
    @limits(max_examples=60, deadline=None)
    @given(documents())
    def test_is_the_same_for_the_bench_and_for_the_tables(self, document):
        with transaction.atomic():
            agreement = services.register(document, by=System("restorer"))
            in_tables = proof.unproved(agreement.pk)
            pointers = set(proof.pointers(agreement.pk, in_tables).values())
            as_draft = keyed(read(agreement))
            transaction.set_rollback(True)

        assert len(pointers) == len(in_tables)
        for content in (document, as_draft):
            paths = {
                drafting._by_key(content, pointer)
                if pointer.count("/") == 2 and pointer[-1].isdigit()
                else pointer
                for pointer in pointers
            }
            assert {each.path for each in bench.unproved(content)} == paths


class TestACheck:
    @pytest.fixture
    def author(self):
        return UserFactory(contributor=True)

    @pytest.fixture
    def draft(self, author):
        return drafting.start(keyed(bare()), by=author)

    def page(self, user, draft) -> str:
        answer = signed_in(user).get(reverse("draft-check", args=[draft.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    def test_lists_parts_and_facts_of_the_record_and_leads_to_where_each_is_cited(self, author, draft):
        html = self.page(author, draft)

        assert "2 facts have no quote" in html
        assert f'href="{draft.get_absolute_url()}#part-c"' in html
        assert f'href="{draft.get_absolute_url()}#f-dates-ends"' in html
        assert "an editor can sign" in html
        assert 'name="reason" type="text"' not in html

    def test_takes_an_editors_signature_as_a_step_that_can_be_undone(self, draft):
        by = editor()
        desk = signed_in(by)
        desk.post(reverse("draft-sign", args=[draft.pk]), {"fact": "c", "reason": REASON})

        draft.refresh_from_db()
        assert [each.fact for each in bench.unproved(draft.content)] == [""]
        html = self.page(by, draft)
        assert f"signed by <bdi>{by.audit_label()}</bdi>" in html
        drafting.undo(draft.pk, by=by)
        draft.refresh_from_db()
        assert len(bench.unproved(draft.content)) == 2

    @pytest.mark.parametrize("sent", [{"fact": "c", "reason": " "}, {"fact": "A", "reason": REASON}, {}])
    def test_says_why_a_signature_is_not_taken(self, draft, sent):
        answer = signed_in(editor()).post(reverse("draft-sign", args=[draft.pk]), sent, follow=True)

        assert (
            "Say why this is entered" in answer.content.decode()
            or "needs no signature" in answer.content.decode()
        )
        draft.refresh_from_db()
        assert not draft.content.get("without_source")

    def test_takes_none_of_a_contributor(self, author, draft):
        answer = signed_in(author).post(
            reverse("draft-sign", args=[draft.pk]), {"fact": "c", "reason": REASON}, follow=True
        )

        assert "An editor signs for what is entered without source" in answer.content.decode()
        draft.refresh_from_db()
        assert not draft.content.get("without_source")

    def test_keeps_the_name_of_the_editor_when_the_contributor_enters_the_draft(self, author, draft):
        by = editor()
        for fact in ({"fact": "c"}, {"fact": "", "about": "ends"}):
            signed_in(by).post(reverse("draft-sign", args=[draft.pk]), fact | {"reason": REASON})
        drafting.undo(draft.pk, by=author)
        drafting.redo(draft.pk, by=author)

        agreement = drafting.enter(draft.pk, by=author)

        assert {each.signed_by for each in agreement.without_source.all()} == {by.audit_label()}
        assert proof.unproved(agreement.pk) == []

    def test_finds_no_signature_that_a_contributor_wrote_into_the_draft(self, author, draft):
        part = {"key": "w", "fact": "c", "about": "", "reason": REASON}
        Draft.objects.filter(pk=draft.pk).update(content=draft.content | {"without_source": [part]})

        with pytest.raises(Refused) as refusal:
            drafting.enter(draft.pk, by=author)

        assert codes(refusal) == [("/without_source/w", "an_editor_signs")]


class TestTheSheet:
    def test_shows_the_name_where_a_proof_would_open(self):
        by = editor()
        document = bare(
            without_source=[{"fact": "c", "reason": REASON}, {"about": "ends", "reason": "the minutes"}]
        )
        agreement = services.register(document, by=by)

        html = signed_in(by).get(agreement.get_absolute_url()).content.decode()

        assert html.count(f"signed by <bdi>{by.audit_label()}</bdi>") == 2
        assert REASON in html
        assert "the minutes" in html
        page = signed_in(by).get(reverse("commitment", args=[agreement.commitments.get().pk]))
        assert REASON in page.content.decode()

    def test_tells_it_in_print_and_to_programs(self):
        by = editor()
        agreement = services.register(bare(without_source=[{"fact": "c", "reason": REASON}]), by=by)
        told = shown(agreement)

        (row,) = told.agreement.commitments.all()
        assert row.proofs.signature.reason == REASON
        assert read(agreement)["without_source"][0]["by"] == by.audit_label()

    def test_counts_it_in_data_quality_by_one_condition(self):
        agreement = services.register(bare(without_source=[{"fact": "c", "reason": REASON}]), by=editor())
        services.register(paper(), by=editor())

        assert list(Agreement.objects.filter(quality.CRITERIA["source"].condition)) == [agreement]
        (measure,) = (
            each for each in quality.lacking(Agreement.objects.all(), 2) if each.query == "lacks=source"
        )
        assert measure.count == 1


class TestWhatIsNotKnown:
    @pytest.fixture
    def desk(self):
        return signed_in(UserFactory(contributor=True))

    @pytest.fixture
    def bench(self, desk):
        part = {"texts": {"en": "it is a first"}}
        told = paper(
            statements=[{"key": "s"} | part], advantages=[{"key": "v"} | part], commitments=[commitment()]
        )
        draft = drafting.start(keyed(told), by=UserFactory(editor=True))
        return draft, signed_in(draft.owner).get(draft.get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        ("field", "words"),
        [
            ("f-dates-ends", "explicitly none (open-ended)"),
            ("f-dates-ends", "not stated in the source"),
            ("f-renewal-rule", '<option value="not_stated" selected>Not stated'),
            ("f-renewal-rule", "Explicitly none"),
            ("f-amount", "Left empty, the sheet says: not stated."),
            ("f-programme", "Not stated"),
            ("f-statements-s-speaker", "Not stated: the text names nobody"),
            ("f-statements-s-attribution", '<option value="not_stated" selected>Speaker not stated'),
            ("f-advantages-v-provider", "Not stated: the text names none"),
            ("f-commitments-c-beneficiaries-groups", "Nothing ticked, the sheet says: not stated"),
        ],
    )
    def test_is_chosen_on_purpose_in_the_fields(self, bench, field, words):
        _draft, html = bench
        drawn = html.split(f'id="{field}"', 1)[1].split('<input type="hidden" name="field"', 2)[1]

        assert words in drawn

    def test_is_no_change_where_nobody_chose_anything(self, bench):
        draft, _html = bench
        fields = ["/renewal/rule", "/statements/s/attribution", "/statements/s/speaker", "/amount"]
        sent = {"field": fields, "seen": draft.version} | {
            "/renewal/rule": "not_stated",
            "/statements/s/attribution": "not_stated",
        }

        signed_in(draft.owner).post(draft.get_absolute_url(), sent)
        draft.refresh_from_db()
        assert draft.version == 1
        signed_in(draft.owner).post(draft.get_absolute_url(), sent | {"/renewal/rule": "none"})
        draft.refresh_from_db()
        assert draft.content["renewal"] == {"rule": "none"}
        signed_in(draft.owner).post(draft.get_absolute_url(), sent | {"seen": draft.version})
        draft.refresh_from_db()
        assert draft.content["renewal"]["rule"] == "not_stated"

    def test_is_said_on_the_sheet_in_three_ways(self):
        agreement = services.register(
            paper(dates={"ends": {"basis": "none"}}, renewal={"rule": "none"}), by=editor()
        )

        html = signed_in(editor()).get(agreement.get_absolute_url()).content.decode()

        assert "none, by the text itself" in html
        assert "Explicitly none" in html
        assert "Not stated" in html

    def test_is_named_for_signatures_of_real_dates(self):
        told = paper(dates={"signed": on(2012, 5, 1).as_json()})
        told["dates"]["signed"].pop("edtf", None)
        agreement = services.register(told, by=editor())

        assert [each.about for each in proof.unproved(agreement.pk)] == ["signed"]


def test_given_signatures_cost_no_query_where_there_are_none(django_assert_num_queries):
    draft = drafting.start({"source_language": "en"}, by=UserFactory(contributor=True))
    with django_assert_num_queries(0):
        assert signatures.given(draft) == {}

"""Parts of agreements added, changed and taken out over the API: each is a change of its dossier."""

import pytest

from activities import samples
from activities.models import Fulfilment
from agreements import services
from agreements.models import Agreement, Citation, Commitment
from audit.models import AuditEvent
from organizations.models import Organization
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.agreements.test_api_writes import Caller, draft, editor, faults, path, slug, told
from tests.factories import ActivityFactory, AgreementFactory, OrganizationFactory, PersonFactory

__all__ = ["draft", "editor", "path"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(editor, path) -> dict:
    return editor.get(f"{path}?expand=proof").json()


def new_parts(whole) -> dict[str, tuple[dict, dict, dict]]:
    """Resource → a new part, a patch of it, and what is read after that."""
    party, group = whole["parties"][0]["id"], whole["groups"][0]["id"]
    text, other = {"texts": {"en": "Something new"}}, {"texts": {"en": "Something else"}}
    source = whole["sources"][0]
    quote = {"source": source["id"], "start": 0, "end": 5, "quote": source["text"][:5]}
    return {
        "parties": (
            {"organization": {"id": str(OrganizationFactory().pk)}},
            {"name_as_written": "The third"},
            {"name_as_written": "The third", "letter": "C"},
        ),
        "signatories": (
            {"party": {"id": party}, "person": {"id": str(PersonFactory().pk)}},
            {"person": {"id": str(PersonFactory(name_en="Somebody else").pk)}},
            {},
        ),
        "groups": (text, {"place": "Fès"} | other, {"place": "Fès", "text": "Something else"}),
        "objectives": (
            text | {"groups": [group]},
            {"kind": "guiding_principle"},
            {"kind": "guiding_principle", "groups": [group]},
        ),
        "commitments": (
            text | {"kind": "service", "debtors": [party]},
            {"quantity": "2.00", "unit": "rooms", "kind": "training"},
            {"quantity": "2.00", "unit": "rooms", "debtors": [party]},
        ),
        "statements": (text, other, {"text": "Something else"}),
        "advantages": (
            text | {"provider": party},
            {"beneficiaries": {"groups": [group]}},
            {"beneficiaries": {"parties": [], "groups": [group]}, "provider": party},
        ),
        "open-questions": (
            text | {"fact": party, "readings": [{"texts": {"en": "One"}}, {"texts": {"en": "Two"}}]},
            {"fact": None},
            {"fact": None, "about": ""},
        ),
        "events": (
            {"kind": "suspension", "reasons": {"en": "No money"}},
            {
                "occurred": {
                    "stated": "2013",
                    "earliest": "2013-01-01",
                    "latest": "2013-12-31",
                    "basis": "stated",
                }
            },
            {"kind": "suspension", "reasons": {"en": "No money"}},
        ),
        "links": (
            {"to": {"id": str(AgreementFactory(published=True).pk)}, "kind": "related"},
            {"kind": "implements"},
            {"kind": "implements"},
        ),
        "citations": (
            quote | {"fact": {"type": "party", "id": party}},
            {"note": "The first words", "end": 4, "quote": source["text"][:4]},
            {"note": "The first words", "start": 0, "end": 4, "fact": {"type": "party", "id": party}},
        ),
    }


RESOURCES = [
    "parties",
    "signatories",
    "groups",
    "objectives",
    "commitments",
    "statements",
    "advantages",
    "open-questions",
    "events",
    "links",
    "citations",
]


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_part_is_added_changed_and_taken_out(editor, path, whole, draft, resource):
    part, patch, expected = new_parts(whole)[resource]
    before, owner = told(editor, path), {"agreement": {"id": str(draft.pk)}}

    added = editor.post(f"/{resource}", part | (owner if resource != "citations" else {}))

    assert added.status_code == 201, added.content
    here = f"/{resource}/{added.json()['id']}"
    assert added["Location"].endswith(here)
    assert added["ETag"] == editor.etag(here) == editor.etag(path) == '"2-en-json"'
    assert editor.get(here).json() == added.json()
    assert told(editor, path) != before

    assert editor.patch(here, patch).status_code == 428
    changed = editor.patch(here, patch, etag=added["ETag"])

    assert changed.status_code == 200, changed.content
    now = changed.json()
    assert {name: now[name] for name in expected} == expected
    assert (now["id"], now["version"], changed["ETag"]) == (added.json()["id"], 3, '"3-en-json"')
    assert editor.get(here).json() == now
    again = editor.patch(here, now, etag=changed["ETag"])
    assert (again.status_code, again["ETag"]) == (200, changed["ETag"]), again.content
    assert editor.patch(here, patch, etag=added["ETag"]).status_code == 412

    assert editor.delete(here, etag=added["ETag"]).status_code == 412
    assert editor.delete(here, etag=changed["ETag"]).status_code == 204

    assert told(editor, path) == before
    gone = editor.get(here)
    assert (gone.status_code, slug(gone)) == (410, "gone")
    events = AuditEvent.objects.filter(chain=draft.pk).order_by("sequence")
    assert [each.verb for each in events][1:] == ["agreement.corrected"] * 3


class TestAPart:
    def test_says_where_its_own_faults_are(self, editor, whole, draft):
        commitment = whole["commitments"][0]["id"]
        owner = {"agreement": {"id": str(draft.pk)}}

        codes = faults(editor.changed(f"/commitments/{commitment}", {"debtors": ["nobody"]}))
        new = faults(editor.post("/commitments", owner | {"kind": "service", "texts": {}, "debtors": []}))

        assert codes == {"/debtors/0": "points_nowhere"}
        assert set(new) == {"/texts", "/debtors"}

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ({"id": "01a20112-1689-7668-b714-b379051c1298"}, {"/id": "read_only"}),
            ({"agreement": {"id": "01a20112-1689-7668-b714-b379051c1298"}}, {"/agreement": "read_only"}),
            ({"version": 7}, {"/version": "read_only"}),
            ({"url": "https://elsewhere.example"}, {"/url": "read_only"}),
            ({"label": "Z1"}, {"/label": "read_only"}),
            ({"joint": None}, {"/joint": "read_only"}),
            ({"text": "said"}, {"/text": "read_only"}),
            ({"plaze": "Fès"}, {"/plaze": "unknown_member"}),
        ],
    )
    def test_does_not_take_what_only_the_registry_says(self, editor, whole, patch, expected):
        assert faults(editor.changed(f"/commitments/{whole['commitments'][0]['id']}", patch)) == expected

    def test_keeps_its_quotes_through_a_change(self, editor, whole):
        commitment = whole["commitments"][0]["id"]
        before = list(Citation.objects.filter(commitment=commitment).values())

        assert editor.changed(f"/commitments/{commitment}", {"place": "Fès"}).status_code == 200

        assert list(Citation.objects.filter(commitment=commitment).values()) == before != []

    def test_has_the_next_number_of_its_kind(self, editor, path, whole, draft):
        last = whole["commitments"][-1]
        Commitment.objects.filter(pk=last["id"]).update(number=40)
        document = {"agreement": {"id": str(draft.pk)}, "kind": "service", "texts": {"en": "More"}}

        added = editor.post("/commitments", document | {"debtors": last["debtors"], "key": "mine"})

        assert (added.status_code, added.json()["number"]) == (201, 41)

    def test_is_new_where_a_copy_of_another_is_sent(self, editor, whole, draft):
        copied = editor.get(f"/objectives/{whole['objectives'][0]['id']}").json()
        quotes = Citation.objects.count()
        proof = whole["objectives"][0]["citations"]

        added = editor.post("/objectives", copied | {"citations": proof})

        assert added.status_code == 201, added.content
        assert added.json()["id"] != copied["id"]
        assert Citation.objects.count() == quotes + len(proof)

    def test_that_others_point_at_stays_and_they_are_named(self, editor, whole):
        party = whole["parties"][0]["id"]

        answer = editor.delete(f"/parties/{party}", etag="*")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        kinds = {each["type"] for each in answer.json()["leaning"]}
        assert "commitment" in kinds
        assert editor.get(f"/parties/{party}").status_code == 200

    def test_that_an_activity_counts_towards_stays(self, editor, whole, draft):
        commitment = Commitment.objects.get(pk=whole["commitments"][-1]["id"])
        activity = ActivityFactory()
        Fulfilment.objects.create(activity=activity, commitment=commitment)
        for each in ("advantages", "questions"):
            for part in whole[each]:
                if commitment_id_in(part, str(commitment.pk)):
                    resource = "open-questions" if each == "questions" else each
                    assert editor.delete(f"/{resource}/{part['id']}", etag="*").status_code == 204

        answer = editor.delete(f"/commitments/{commitment.pk}", etag="*")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        assert [each["id"] for each in answer.json()["leaning"]] == [str(activity.pk)]

    @pytest.mark.parametrize(
        ("resource", "document", "pointers"),
        [
            ("links", {"kind": "related"}, {"/to"}),
            ("links", {"kind": "related", "to": {"id": "x"}}, {"/to"}),
            ("links", {"kind": "related", "to": 7}, {"/to"}),
            ("objectives", {"texts": {"en": "An aim"}, "groups": [{"id": "x"}]}, {"/groups/0/id"}),
            ("objectives", {"texts": {"en": "An aim"}, "citations": {"id": {}}}, {"/citations"}),
            ("parties", {"organization": {"id": {}}}, {"/organization"}),
            ("parties", {"organization": None}, {"/organization"}),
            ("open-questions", {"texts": {"en": "?"}, "fact": "nobody"}, {"/fact"}),
            ("open-questions", {"texts": {"en": "?"}, "readings": [{"id": [], "texts": 1}]}, None),
        ],
    )
    def test_is_refused_in_any_form_that_is_none(self, editor, draft, resource, document, pointers):
        found = faults(editor.post(f"/{resource}", {"agreement": {"id": str(draft.pk)}} | document))

        assert set(found) == (pointers or set(found)) != set()

    @pytest.mark.parametrize("agreement", [None, {}, {"id": "x"}, {"id": 7}, "nothing", [1]])
    def test_says_of_which_agreement_it_is(self, editor, agreement):
        answer = editor.post("/objectives", {"agreement": agreement, "texts": {"en": "An aim"}})

        assert set(faults(answer)) == {"/agreement"}

    def test_may_be_added_on_a_version(self, editor, path, draft):
        document = {"agreement": {"id": str(draft.pk)}, "texts": {"en": "An aim"}}
        read = editor.etag(path)

        assert editor.post("/objectives", document, **{"If-Match": read}).status_code == 201
        stale = editor.post("/objectives", document, **{"If-Match": read})

        assert (stale.status_code, slug(stale), stale.json()["version"]) == (412, "precondition-failed", 2)

    def test_is_told_little_of_where_little_is_preferred(self, editor, draft):
        document = {"agreement": {"id": str(draft.pk)}, "texts": {"en": "An aim"}}

        added = editor.post("/objectives", document, Prefer="return=minimal")

        assert (added.status_code, added.content) == (201, b"")
        assert added["Location"]


class TestAnAmendment:
    """Is entered with its draft, or on the page where parties change what they agreed; the API puts it right."""

    @pytest.fixture
    def amendment(self, client, people):
        dossier = samples.read("entraide-al-amal")
        document = dossier["sources"][0]["key"]
        dossier["amendments"] = [{"number": 1, "reference": "A-1", "document": document}]
        entered = services.register(dossier, by=people["contributor"])
        return f"/amendments/{entered.amendments.get().pk}"

    def test_is_put_right_and_taken_out(self, client, draft, editor, amendment):
        assert editor.changed(amendment, {"reference": "A-2"}).json()["reference"] == "A-2"
        assert faults(editor.changed(amendment, {"changes": [{"kind": "added"}]})) == {
            "/changes": "read_only"
        }
        assert editor.delete(amendment, etag="*").status_code == 204
        assert editor.get(amendment).status_code == 410

    def test_is_not_added(self, editor, draft, whole):
        document = {"agreement": {"id": str(draft.pk)}, "number": 1, "document": whole["sources"][0]["id"]}

        assert faults(editor.post("/amendments", document)) == {"": "no_correction"}


def commitment_id_in(part, key) -> bool:
    return key in (part.get("supports"), part.get("fact"))


class TestACitation:
    def test_proves_what_it_names(self, editor, whole):
        source = whole["sources"][0]
        quote = {"source": source["id"], "start": 0, "end": 5, "quote": source["text"][:5]}
        agreement = {"type": "agreement", "id": whole["id"]}
        of_the_whole = editor.post("/citations", quote | {"fact": agreement, "about": "title"})
        organization = {"type": "organization", "id": whole["organizations"][0]["id"]}

        nowhere = editor.post("/citations", quote | {"fact": organization})
        bare = editor.post("/citations", quote | {"fact": organization, "agreement": whole["id"]})
        owner = {"agreement": {"id": whole["id"]}}
        somewhere = editor.post("/citations", quote | {"fact": organization} | owner)

        assert (of_the_whole.status_code, of_the_whole.json()["fact"]) == (201, agreement)
        assert faults(nowhere) == faults(bare) == {"/agreement": "required"}
        assert (somewhere.status_code, somewhere.json()["fact"]) == (201, organization)

    def test_is_refused_where_the_source_does_not_say_so(self, editor, whole):
        quote = {"source": whole["sources"][0]["id"], "start": 0, "end": 5, "quote": "Never"}
        fact = {"type": "party", "id": whole["parties"][0]["id"]}

        assert faults(editor.post("/citations", quote | {"fact": fact})) == {"/quote": "quote_differs"}
        assert faults(editor.post("/citations", quote | {"fact": {"type": "group", "id": fact["id"]}})) == {
            "/fact": "points_nowhere"
        }
        assert faults(editor.post("/citations", quote)) == {"/fact": "required"}

    def test_does_not_move_to_another_fact(self, editor, whole):
        citation = whole["commitments"][0]["citations"][0]["id"]
        other = {"type": "party", "id": whole["parties"][0]["id"]}

        assert faults(editor.changed(f"/citations/{citation}", {"fact": other})) == {"/fact": "read_only"}


class TestWhoMayWrite:
    def test_parts_of_published_records_are_changed_after_somebody_else_approves(self, client, both):
        part = both[0].objectives.first()
        document = {"agreement": {"id": str(both[0].pk)}, "texts": {"en": "An aim"}}
        bayti = Organization.objects.get(slug="bayti")
        by_an_editor, by_a_partner = (
            Caller(client, bearer(bayti, role)) for role in (Role.EDITOR, Role.PARTNER_SYSTEM)
        )

        for caller, status, name in (
            (by_an_editor, 409, "needs-approval"),
            (by_a_partner, 403, "not-your-side"),
        ):
            for answer in (
                caller.post("/objectives", document),
                caller.patch(f"/objectives/{part.pk}", {"kind": "objective"}, etag="*"),
                caller.delete(f"/objectives/{part.pk}", etag="*"),
            ):
                assert (answer.status_code, slug(answer)) == (status, name)

    def test_parts_of_what_one_may_not_read_are_not_there(self, client, draft):
        partner = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))
        part = draft.objectives.first().pk
        document = {"agreement": {"id": str(draft.pk)}, "texts": {"en": "An aim"}}

        assert partner.patch(f"/objectives/{part}", {}, etag="*").status_code == 404
        assert partner.delete(f"/objectives/{part}", etag="*").status_code == 404
        assert faults(partner.post("/objectives", document)) == {"/agreement": "points_nowhere"}

    def test_nobody_reads_that_a_part_of_a_draft_went(self, client, editor, draft):
        part = draft.statements.first().pk
        assert editor.delete(f"/statements/{part}", etag="*").status_code in {204, 409}
        Agreement.objects.filter(pk=draft.pk).update(editorial_state="in_review")

        assert client.get(f"/api/v1/statements/{part}").status_code == 404

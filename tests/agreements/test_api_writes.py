"""Agreements changed, led through their life and taken away over the API: on a version, or not at all."""

import json
from uuid import uuid4

import pytest

from activities import samples
from agreements import services
from agreements.models import Agreement, AgreementLink, Citation, Commitment, WithoutSource
from audit.models import AuditEvent
from organizations.models import Organization
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.factories import AgreementFactory, CommitmentFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
MERGE_PATCH = "application/merge-patch+json"


class Caller:
    """A client of the API with a token: reads documents with their ETags, and sends changes on them."""

    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def get(self, path, **headers):
        return self.client.get(f"{ROOT}{path}", headers=self.headers | headers)

    def post(self, path, document, **headers):
        headers = {"Idempotency-Key": uuid4().hex} | self.headers | headers
        return self.client.post(
            f"{ROOT}{path}", data=json.dumps(document), content_type="application/json", headers=headers
        )

    def patch(self, path, document, *, etag="", content_type=MERGE_PATCH, **headers):
        headers = ({"If-Match": etag} if etag else {}) | self.headers | headers
        body = document if isinstance(document, str) else json.dumps(document)
        return self.client.patch(f"{ROOT}{path}", data=body, content_type=content_type, headers=headers)

    def delete(self, path, *, etag="", **headers):
        headers = ({"If-Match": etag} if etag else {}) | self.headers | headers
        return self.client.delete(f"{ROOT}{path}", headers=headers)

    def etag(self, path):
        return self.get(path)["ETag"]

    def changed(self, path, document, **headers):
        """The answer to a change made on what there is now."""
        return self.patch(path, document, etag=self.etag(path), **headers)


def faults(answer) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {each["pointer"]: each["code"] for each in answer.json()["errors"]}


def slug(answer) -> str:
    return answer.json()["type"].rsplit("/", 1)[1]


@pytest.fixture
def draft(people) -> Agreement:
    """The first sample, entered and not yet reviewed."""
    return services.register(samples.read("aman-bayti"), by=people["contributor"])


@pytest.fixture
def editor(client, draft) -> Caller:
    return Caller(client, bearer(Organization.objects.get(slug="bayti"), Role.EDITOR))


@pytest.fixture
def path(draft) -> str:
    return f"/agreements/{draft.pk}"


def told(editor, path) -> dict:
    """The dossier with its proof, without what moves with every change."""
    whole = editor.get(f"{path}?expand=proof").json()
    return {name: value for name, value in whole.items() if name != "version"}


NOT_STATED = {
    "stated": None,
    "earliest": None,
    "latest": None,
    "basis": "not_stated",
    "note": "",
    "edtf": None,
}
# A patch of each kind of member → what is read then.
MEMBERS = {
    "text": ({"reference": "A/7"}, {"reference": "A/7"}),
    "choice": ({"title_basis": "source"}, {"title_basis": "source"}),
    "confidentiality": ({"confidentiality": "partners"}, {"confidentiality": "partners"}),
    "boolean": ({"more_advantages_claimed": True}, {"more_advantages_claimed": True}),
    "identifiers": (
        {"identifiers": [{"scheme": "case", "value": "4711"}]},
        {"identifiers": [{"scheme": "case", "value": "4711"}]},
    ),
    "no identifiers": ({"identifiers": None}, {"identifiers": []}),
    "code": ({"kind": {"code": "other"}}, {"kind": {"code": "other", "label": "other agreement"}}),
    "code alone": ({"kind": "other"}, {"kind": {"code": "other", "label": "other agreement"}}),
    "themes": ({"themes": []}, {"themes": []}),
    "amount": (
        {"amount": {"value": "12.50", "currency": "MAD"}},
        {"amount": {"value": "12.50", "currency": "MAD"}},
    ),
    "renewal": (
        {"renewal": {"rule": "automatic", "notice_days": 90}},
        {"renewal": {"rule": "automatic", "texts": {}, "notice_days": 90}},
    ),
    "date": (
        {
            "dates": {
                "ends": {
                    "stated": "fin 2014",
                    "earliest": "2014-12-01",
                    "latest": "2014-12-31",
                    "basis": "stated",
                }
            }
        },
        {},
    ),
    "no date": ({"dates": {"signed": None}}, {}),
    "no programme": ({"programme": None}, {"programme": None}),
    "no parts": ({"advantages": []}, {"advantages": []}),
}


class TestAChange:
    def test_is_made_on_what_was_read_and_sent_back_whole(self, editor, path, draft):
        before, proof = editor.get(path), told(editor, path)
        document = before.json()
        document["titles"]["en"] = "Another title"
        document["commitments"][1]["place"] = "Casablanca"

        answer = editor.patch(path, document, etag=before["ETag"])

        assert answer.status_code == 200, answer.content
        now = answer.json()
        assert (now["title"], now["commitments"][1]["place"]) == ("Another title", "Casablanca")
        assert (now["version"], answer["ETag"]) == (draft.version + 1, f'"{draft.version + 1}-en-json"')
        after = told(editor, path)
        proof["title"] = proof["titles"]["en"] = "Another title"
        proof["commitments"][1]["place"] = "Casablanca"
        assert after == proof, "quotes, ids, sources and all the rest stay"
        event = AuditEvent.objects.filter(chain=draft.pk).order_by("-sequence").first()
        assert event.verb == "agreement.corrected"
        assert len(event.changes) == 2

    def test_that_says_the_same_changes_nothing(self, editor, path):
        before, events = editor.get(f"{path}?expand=proof"), AuditEvent.objects.count()

        answer = editor.patch(f"{path}?expand=proof", before.json(), etag=before["ETag"])

        assert (answer.status_code, answer["ETag"], answer.json()) == (200, before["ETag"], before.json())
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize("kind", MEMBERS)
    def test_replaces_a_member_of_each_kind(self, editor, path, kind):
        patch, expected = MEMBERS[kind]
        before = told(editor, path)

        answer = editor.changed(path, patch)

        assert answer.status_code == 200, answer.content
        now = told(editor, path)
        assert {name: now[name] for name in expected} == expected
        untouched = set(before) - set(patch) - {"programmes", "without_source", "citations", "legal_state"}
        assert {name: now[name] for name in untouched} == {name: before[name] for name in untouched}
        if kind == "no date":
            assert now["dates"]["signed"] == NOT_STATED
        if kind == "date":
            assert now["dates"]["ends"]["edtf"] == "2014-12"
            assert now["dates"]["signed"] == before["dates"]["signed"]

    def test_takes_one_language_away_and_leaves_the_others(self, editor, path):
        languages = set(editor.get(path).json()["titles"])

        assert editor.changed(path, {"titles": {"ar": None}}).status_code == 200

        assert set(editor.get(path).json()["titles"]) == languages - {"ar"}

    def test_adds_a_part_with_a_key_and_lets_others_point_at_it(self, editor, path):
        document = editor.get(path).json()
        document["groups"].append({"key": "new", "texts": {"en": "teachers"}})
        document["commitments"][0]["beneficiaries"]["groups"].append("new")
        document["commitments"].append(
            {
                "kind": "training",
                "texts": {"en": "Train teachers"},
                "number": 9,
                "debtors": [document["parties"][0]["id"]],
            }
        )

        answer = editor.changed(path, {name: document[name] for name in ("groups", "commitments")})

        now = answer.json()
        assert answer.status_code == 200, now
        new = now["groups"][-1]
        assert new["text"] == "teachers"
        assert new["id"] in now["commitments"][0]["beneficiaries"]["groups"]
        assert [each["number"] for each in now["commitments"]][-1] == 9
        kept = [each["id"] for each in document["commitments"] if "id" in each]
        assert [each["id"] for each in now["commitments"]][:-1] == kept

    def test_leaves_out_what_an_array_leaves_out_with_its_quotes(self, editor, path):
        document = editor.get(path).json()
        gone = document["commitments"].pop()
        document["advantages"] = [each for each in document["advantages"] if each["supports"] != gone["id"]]
        document["questions"] = [each for each in document["questions"] if each["fact"] != gone["id"]]
        names = ("commitments", "advantages", "questions")

        assert editor.changed(path, {name: document[name] for name in names}).status_code == 200

        assert not Commitment.objects.filter(pk=gone["id"]).exists()
        assert not Citation.objects.filter(commitment=gone["id"]).exists()

    def test_takes_quotes_away_only_where_it_says_so(self, editor, path):
        document = editor.get(f"{path}?expand=proof").json()
        first, second = document["commitments"][:2]
        first["citations"] = []
        del second["citations"]
        before = Citation.objects.filter(commitment=second["id"]).count()

        assert editor.changed(path, {"commitments": document["commitments"]}).status_code == 200

        assert Citation.objects.filter(commitment=first["id"]).count() == 0
        assert Citation.objects.filter(commitment=second["id"]).count() == before > 0

    def test_keeps_what_an_editor_signed_for_and_lets_it_go_with_its_fact(self, editor, path):
        document = editor.get(path).json()
        new = {"key": "x", "texts": {"en": "Something nobody wrote down"}}
        signature = {"fact": "x", "reason": "They told us."}
        added = editor.changed(
            path, {"objectives": [*document["objectives"], new], "without_source": [signature]}
        )
        assert added.status_code == 200, added.content
        assert WithoutSource.objects.count() == 1

        assert editor.changed(path, {"reference": "B/8"}).status_code == 200
        assert WithoutSource.objects.count() == 1
        assert editor.changed(path, {"objectives": document["objectives"]}).status_code == 200
        assert WithoutSource.objects.count() == 0

    def test_may_be_sent_in_another_language_than_it_was_read_in(self, editor, path):
        french = editor.get(f"{path}?language=fr")

        answer = editor.patch(path, french.json(), etag=french["ETag"], **{"Accept-Language": "en"})

        assert (answer.status_code, answer["ETag"]) == (200, french["ETag"].replace("fr", "en"))

    @pytest.mark.parametrize("content_type", [MERGE_PATCH, "application/json"])
    def test_comes_with_either_media_type(self, editor, path, content_type):
        assert editor.changed(path, {"reference": "C/9"}, content_type=content_type).status_code == 200

    def test_answers_little_where_little_is_preferred(self, editor, path):
        answer = editor.changed(path, {"reference": "C/9"}, Prefer="return=minimal")

        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Preference-Applied"] == "return=minimal"
        assert answer["ETag"] == editor.etag(path)

    def test_answers_as_it_is_wanted(self, editor, path):
        answer = editor.changed(path, {"reference": "C/9"}) and editor.patch(
            f"{path}?fields=reference,version", {"reference": "D/1"}, etag="*"
        )

        assert answer.json() == {"reference": "D/1", "version": 3}


# What is only told, said otherwise → where that is refused.
ONLY_TOLD = {
    "id": ({"id": str(uuid4())}, "/id"),
    "type": ({"type": "treaty"}, "/type"),
    "url": ({"url": "https://elsewhere.example"}, "/url"),
    "code": ({"code": "MQ-9999"}, "/code"),
    "number": ({"number": 9999}, "/number"),
    "no number": ({"number": None}, "/number"),
    "version": ({"version": 99}, "/version"),
    "editorial_state": ({"editorial_state": "published"}, "/editorial_state"),
    "legal_state": ({"legal_state": {"code": "ended"}}, "/legal_state"),
    "title": ({"title": "Another"}, "/title"),
    "kind": ({"kind": {"label": "Another"}}, "/kind/label"),
    "edtf": ({"dates": {"signed": {"edtf": "2012"}}}, "/dates/signed/edtf"),
}


class TestIsRefused:
    def test_where_it_says_what_only_the_registry_says(self, editor, path):
        before = told(editor, path)

        for patch, pointer in ONLY_TOLD.values():
            assert faults(editor.changed(path, patch)) == {pointer: "read_only"}
        assert told(editor, path) == before

    def test_where_a_part_says_so(self, editor, path):
        document = editor.get(f"{path}?expand=proof").json()
        document["commitments"][2]["label"] = "Z9"
        document["commitments"][2]["joint"] = not document["commitments"][2]["joint"]
        document["parties"][0]["organization"]["label"] = "Another"
        document["parties"][1]["letter"] = "Q"
        document["sources"][0]["files"] = [{"name": "a.pdf"}]

        assert set(faults(editor.changed(path, document))) == {
            "/commitments/2/label",
            "/commitments/2/joint",
            "/parties/0/organization/label",
            "/parties/1/letter",
            "/sources/0/files",
        }

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ({"titels": {"en": "x"}}, {"/titels": "unknown_member"}),
            ({"titles": None}, {"/titles": "required"}),
            ({"kind": "nothing"}, {"/kind": "unknown_code"}),
            (
                {"dates": {"ends": {"earliest": "2014-02-30", "basis": "stated"}}},
                {"/dates/ends/earliest": "invalid"},
            ),
            ({"parties": "all"}, {"/parties": "not_a_list"}),
            ({"registered_by": "me"}, {"/registered_by": "unknown_member"}),
        ],
    )
    def test_as_a_dossier_is_with_pointers(self, editor, path, patch, expected):
        assert faults(editor.changed(path, patch)) == expected

    def test_for_ids_that_are_of_another_record_or_come_twice(self, editor, path):
        document = editor.get(path).json()
        strange = str(CommitmentFactory().pk)
        document["commitments"][0]["id"] = strange
        document["objectives"].append(document["objectives"][0])

        codes = faults(editor.changed(path, document))

        assert codes["/commitments/0/id"] == "no_part_of_it"
        assert codes[f"/objectives/{len(document['objectives']) - 1}/id"] == "named_twice"

    @pytest.mark.parametrize("body", ["[]", '"text"', "null", "7"])
    def test_where_it_is_no_object(self, editor, path, body):
        assert faults(editor.patch(path, body, etag="*")) == {"": "not_an_object"}

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("{", 400),
            ('{"amount": NaN}', 400),
            ("[" * 100_000, 400),
            ('{"a":' * 40 + "1" + "}" * 40, 422),
            ('{"titles": {"en": ' + "[" * 40 + "]" * 40 + "}}", 422),
        ],
    )
    @pytest.mark.parametrize("content_type", [MERGE_PATCH, "application/json"])
    def test_where_nobody_can_read_it(self, editor, path, body, status, content_type):
        answer = editor.patch(path, body, etag="*", content_type=content_type)

        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json-patch+json"])
    def test_in_another_media_type_naming_those_there_are(self, editor, path, content_type):
        answer = editor.patch(path, "[]", etag="*", content_type=content_type)

        assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")
        assert answer["Accept-Patch"] == "application/merge-patch+json, application/json"

    def test_with_an_unknown_parameter_before_anything_is_written(self, editor, path):
        before = told(editor, path)

        for query in ("frobnicate=1", "fields=nothing", "expand=nowhere"):
            assert editor.patch(f"{path}?{query}", {"reference": "X"}, etag="*").status_code == 400
        assert told(editor, path) == before


PROTECTED = {
    "id": str(uuid4()),
    "number": 9999,
    "version": 99,
    "editorial_state": "published",
    "registered_by": "somebody",
    "registered_by_id": str(uuid4()),
    "registered_for": {"id": str(uuid4())},
    "reviewed_by": "somebody",
    "restored_by": "somebody",
    "duplicate_of": {"id": str(uuid4())},
}
"""What nobody says of a record over the API, whatever the door."""
LIFE = tuple(
    f"{name}_id" if name in {"registered_by", "registered_for", "reviewed_by"} else name
    for name in (
        "id",
        "number",
        "editorial_state",
        "registered_by",
        "registered_for",
        "reviewed_by",
        "restored_by",
        "duplicate_of_id",
    )
)


class TestNoDoor:
    """Sets what the registry sets: each door is tried with each such member beside a change that it would make."""

    def test_sets_the_life_of_a_record(self, editor, path, draft):
        objective = f"/objectives/{draft.objectives.first().pk}"
        part = {"agreement": {"id": str(draft.pk)}, "texts": {"en": "An aim"}}
        before = {name: getattr(draft, name) for name in LIFE}

        for member, value in PROTECTED.items():
            told = {member: value}
            assert faults(editor.changed(path, {"reference": "A/1"} | told))
            assert faults(editor.changed(objective, {"kind": "guiding_principle"} | told))
            assert faults(editor.post(f"{path}/transitions", {"to": "submit"} | told, **{"If-Match": "*"}))
            added = editor.post("/objectives", part | told)
            if member in {"id", "version"}:
                assert added.status_code == 201, "a copy of a part is a new one"
                assert added.json()[member] != value
            else:
                assert faults(added)

        draft.refresh_from_db()
        assert {name: getattr(draft, name) for name in LIFE} == before
        assert draft.version == 3, "two parts were added"

    def test_enters_a_record_with_a_life_of_its_own(self, editor, draft):
        document = {
            "kind": "other",
            "source_language": "en",
            "titles": {"en": "A new agreement"},
            "parties": [{"organization": {"id": str(each.organization_id)}} for each in draft.parties.all()],
        }

        for member in set(PROTECTED) - {"id"}:
            assert faults(editor.post("/agreements", document | {member: PROTECTED[member]}))
        entered = editor.post("/agreements", document | {"id": PROTECTED["id"]}).json()

        assert entered["id"] != PROTECTED["id"], "an id is a name to point with"
        assert (entered["version"], entered["editorial_state"]) == (1, "draft")


class TestTheVersion:
    def test_must_be_said(self, editor, path):
        answer = editor.patch(path, {"reference": "A"})

        assert (answer.status_code, slug(answer)) == (428, "precondition-required")
        assert editor.delete(path).status_code == 428

    def test_is_one_of_several_or_whatever_there_is(self, editor, path):
        assert editor.patch(path, {"reference": "1"}, etag='"77-en-json", "1-fr-json"').status_code == 200
        assert editor.patch(path, {"reference": "2"}, etag='"2"').status_code == 200
        assert editor.patch(path, {"reference": "3"}, etag="*").status_code == 200
        assert editor.patch(path, {"reference": "4"}, etag='W/"4-en-json"').status_code == 412

    @pytest.mark.parametrize("header", ["1", "1-en-json", '"1'])
    def test_that_cannot_be_read_is_no_version(self, editor, path, header):
        answer = editor.patch(path, {"reference": "A"}, etag=header)

        assert (answer.status_code, slug(answer)) == (400, "bad-request")

    def test_is_asked_after_who_may_write_at_all(self, client, editor, path, draft):
        stranger = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))

        assert stranger.patch(path, {"reference": "A"}).status_code == 404
        assert editor.patch(f"/agreements/{uuid4()}", {"reference": "A"}).status_code == 404


@pytest.mark.usefixtures("entered")
class TestWhoMayWrite:
    @pytest.fixture
    def published(self, both) -> str:
        return f"/agreements/{both[0].pk}"

    def test_a_published_record_is_changed_after_somebody_else_approves(self, client, both, published):
        bayti = both[0].parties.order_by("position").first().organization
        editor = Caller(client, bearer(bayti, Role.EDITOR))
        administrator = Caller(client, bearer(bayti, Role.ADMINISTRATOR))

        answer = editor.changed(published, {"reference": "A/1"})

        assert (answer.status_code, slug(answer)) == (409, "needs-approval")
        assert administrator.changed(published, {"place_of_signature": ""}).status_code == 200

    def test_a_partner_writes_the_drafts_that_its_organization_entered(self, client, people, both):
        parties = [each.organization for each in both[0].parties.order_by("position")]
        document = {
            "kind": "other",
            "source_language": "en",
            "titles": {"en": "A new agreement"},
            "parties": [{"organization": {"id": str(each.pk)}} for each in parties],
        }
        ours, theirs = (Caller(client, bearer(each, Role.PARTNER_SYSTEM)) for each in parties[:2])
        entered = ours.post("/agreements", document)
        assert entered.status_code == 201, entered.content
        path = f"/agreements/{entered.json()['id']}"

        assert ours.changed(path, {"reference": "A/1"}).status_code == 200
        assert theirs.patch(path, {"reference": "B/1"}, etag="*").status_code == 404
        assert slug(ours.changed(f"/agreements/{both[0].pk}", {"reference": "C"})) == "not-your-side"
        assert ours.post(f"{path}/transitions", {"to": "submit"}, **{"If-Match": "*"}).status_code == 200
        in_review = ours.changed(path, {"reference": "A/2"})
        assert (in_review.status_code, slug(in_review)) == (403, "forbidden")

    def test_a_partner_does_not_write_itself_out_of_it(self, client, people, both):
        parties = [each.organization for each in both[0].parties.order_by("position")]
        more = OrganizationFactory()
        document = {
            "kind": "other",
            "source_language": "en",
            "titles": {"en": "A new agreement"},
            "parties": [{"organization": {"id": str(each.pk)}} for each in (*parties[:2], more)],
        }
        ours = Caller(client, bearer(parties[0], Role.PARTNER_SYSTEM))
        entered = ours.post("/agreements", document).json()

        answer = ours.changed(f"/agreements/{entered['id']}", {"parties": entered["parties"][1:]})

        assert faults(answer) == {"/parties": "not_a_party"}

    def test_readers_and_strangers_do_not(self, client, published):
        reader = Caller(client, bearer(Organization.objects.first(), Role.READER))

        assert slug(reader.changed(published, {"reference": "A"})) in {"forbidden", "insufficient-scope"}
        assert Caller(client, {}).changed(published, {"reference": "A"}).status_code == 401


class TestTakingAway:
    def test_a_draft_goes_and_its_address_says_so_to_who_could_read_it(self, client, editor, path, draft):
        partner = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))
        commitment = f"/commitments/{draft.commitments.first().pk}"

        answer = editor.delete(f"{path}?reason=Entered+twice", etag=editor.etag(path))

        assert (answer.status_code, answer.content) == (204, b"")
        for address in (path, commitment):
            gone = editor.get(address)
            assert (gone.status_code, slug(gone)) == (410, "gone")
            assert gone.json()["deleted_at"]
            assert partner.get(address).status_code == 404
            assert editor.delete(address, etag="*").status_code == 410
        assert editor.get(path).json()["id"] == str(draft.pk)
        assert client.get(f"{ROOT}{path}").status_code == 404
        event = AuditEvent.objects.filter(chain=draft.pk).order_by("-sequence").first()
        assert (event.verb, event.reason) == ("agreement.removed", "Entered twice")

    def test_a_published_record_stays(self, client, both):
        administrator = Caller(client, bearer(Organization.objects.first(), Role.ADMINISTRATOR))
        path = f"/agreements/{both[0].pk}"

        answer = administrator.delete(path, etag="*")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        assert administrator.get(path).status_code == 200

    def test_the_only_proof_of_a_published_fact_stays(self, client, both):
        administrator = Caller(client, bearer(Organization.objects.first(), Role.ADMINISTRATOR))
        proof = Citation.objects.filter(agreement=both[0], statement__isnull=False).first()
        Citation.objects.filter(statement=proof.statement_id).exclude(pk=proof.pk).delete()

        answer = administrator.delete(f"/citations/{proof.pk}", etag="*")

        assert faults(answer)
        assert Citation.objects.filter(pk=proof.pk).exists()

    def test_a_record_that_was_published_once_stays(self, client, both, people):
        services.withdraw(both[0].pk, reason="Doubts", by=people["reviewer"])
        services.send_back(both[0].pk, reason="Doubts", by=people["reviewer"])
        editor = Caller(client, bearer(Organization.objects.first(), Role.EDITOR))

        answer = editor.delete(f"/agreements/{both[0].pk}", etag="*")

        assert (answer.status_code, slug(answer)) == (409, "protected")

    def test_a_draft_that_others_link_to_stays_and_they_are_named(self, editor, path, draft):
        other = AgreementFactory(published=True)
        AgreementLink.objects.create(agreement=other, to=draft, kind="related")

        answer = editor.delete(path, etag="*")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        assert [each["id"] for each in answer.json()["leaning"]] == [str(other.pk)]

    def test_is_for_those_who_entered_it(self, client, draft, path):
        reader = Caller(client, bearer(OrganizationFactory(), Role.READER))

        assert reader.delete(path, etag="*").status_code == 403
        assert Agreement.objects.filter(pk=draft.pk).exists()


class TestItsLife:
    @pytest.fixture
    def reviewer(self, client, draft):
        return Caller(client, bearer(Organization.objects.get(slug="bayti"), Role.REVIEWER))

    def steps(self, caller, path):
        return [each["to"] for each in caller.get(f"{path}/transitions").json()["transitions"]]

    def move(self, caller, path, to, **more):
        steps = f"{path}/transitions"
        return caller.post(steps, {"to": to} | more, **{"If-Match": caller.etag(steps)})

    def test_is_told_and_led_step_by_step(self, editor, reviewer, path, draft):
        assert self.steps(editor, path) == ["submit"]
        assert self.move(editor, path, "submit").json()["editorial_state"] == "in_review"
        assert self.steps(reviewer, path) == ["send_back"], "a person answers for what is published"
        back = self.move(reviewer, path, "send_back", reason="Say who signed.")
        assert (back.status_code, back.json()["editorial_state"]) == (200, "draft")
        assert self.move(editor, path, "submit").status_code == 200
        draft.refresh_from_db()
        assert draft.version == 4

    def test_is_refused_out_of_order_without_a_reason_and_without_the_right(self, editor, reviewer, path):
        early = self.move(reviewer, path, "withdraw", reason="Doubts")
        assert faults(early) == {"/editorial_state": "state_does_not_allow_it"}
        assert faults(self.move(editor, path, "fly")) == {"/to": "invalid_choice"}
        assert self.move(editor, path, "submit").status_code == 200
        assert faults(self.move(reviewer, path, "send_back")) == {"/reason": "reason_missing"}
        assert self.move(editor, path, "publish").status_code == 403

    def test_is_published_by_a_person_who_did_not_write_it(self, client, people):
        entered = services.register(samples.read("aman-bayti"), by=people["contributor"])
        services.submit(entered.pk, by=people["contributor"])
        path, bayti = f"/agreements/{entered.pk}", Organization.objects.get(slug="bayti")
        system = Caller(client, bearer(bayti, Role.REVIEWER))

        by_a_system = system.post(f"{path}/transitions", {"to": "publish"}, **{"If-Match": "*"})
        client.force_login(people["reviewer"])
        person = Caller(client, {})

        assert (by_a_system.status_code, slug(by_a_system)) == (403, "forbidden")
        assert "publish" in [each["to"] for each in person.get(f"{path}/transitions").json()["transitions"]]
        answer = person.post(f"{path}/transitions", {"to": "publish"}, **{"If-Match": "*"})
        assert (answer.status_code, answer.json()["editorial_state"]) == (200, "published")

    def test_is_led_on_a_version(self, editor, path):
        steps = f"{path}/transitions"
        read = editor.etag(steps)
        assert editor.changed(path, {"reference": "A/1"}).status_code == 200

        assert editor.post(steps, {"to": "submit"}, **{"If-Match": read}).status_code == 412
        assert editor.post(steps, {"to": "submit"}).status_code == 428
        assert editor.get(path).json()["editorial_state"] == "draft"

    def test_is_not_told_of_what_one_may_not_read(self, client, path):
        assert client.get(f"{ROOT}{path}/transitions").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestAStaleChange:
    """Of versions that were committed one after the other, as clients make them."""

    def test_that_is_stale_is_told_what_changed_since(self, editor, path, draft):
        read = editor.get(path)
        document = read.json()
        document["titles"]["fr"] = "Un autre titre"
        document["commitments"][1]["place"] = "Fès"
        document["objectives"].append({"key": "o", "texts": {"en": "Something more"}})
        names = ("titles", "commitments", "objectives")
        assert editor.changed(path, {name: document[name] for name in names}).status_code == 200
        now = told(editor, path)

        answer = editor.patch(path, {"reference": "A"}, etag=read["ETag"])

        assert (answer.status_code, slug(answer)) == (412, "precondition-failed")
        problem = answer.json()
        assert problem["version"] == draft.version + 1
        assert problem["updated_by"].startswith("bayti")
        assert problem["updated_at"]
        assert set(problem["changed"]) == {
            "/titles/fr",
            "/commitments/1/place",
            f"/objectives/{len(document['objectives']) - 1}",
        }
        assert answer["ETag"] == f'"{draft.version + 1}-en-json"'
        assert told(editor, path) == now
        assert editor.delete(path, etag=read["ETag"]).status_code == 412

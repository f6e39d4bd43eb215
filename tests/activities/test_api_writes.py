"""Activities and progress views written over the API: by whom holds them, and by the party whose word it is."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.models import Activity, EvidenceFile, ProgressView
from audit.models import AuditEvent
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.calling import ROOT, Caller, slug
from tests.factories import (
    AgreementFactory,
    CommitmentFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(db):
    return OrganizationFactory()


@pytest.fixture
def theirs(db):
    return OrganizationFactory()


@pytest.fixture
def commitment(ours, theirs):
    agreement = AgreementFactory(published=True, confidentiality="partners", parties=[ours, theirs])
    return CommitmentFactory(agreement=agreement)


@pytest.fixture
def foreign(theirs):
    """A commitment that others gave each other, for everybody to read."""
    return CommitmentFactory(
        agreement=AgreementFactory(published=True, parties=[theirs, OrganizationFactory()])
    )


@pytest.fixture
def partner(client, ours):
    return Caller(client, bearer(ours, Role.PARTNER_SYSTEM))


@pytest.fixture
def other(client, theirs):
    return Caller(client, bearer(theirs, Role.PARTNER_SYSTEM))


@pytest.fixture
def editor(client, db):
    return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))


def workshop(*organizers, counts=(), **more) -> dict:
    return {
        "source_language": "en",
        "titles": {"en": "A workshop"},
        "kind": "workshop",
        "organizers": [{"id": str(each.pk)} for each in organizers],
        "counts_toward": [{"commitment": {"id": str(each.pk)}, "extent": "part"} for each in counts],
        **more,
    }


class TestAnActivity:
    def test_is_reported_and_read_as_it_was_told(self, partner, ours, commitment):
        answer = partner.post("/activities", workshop(ours, counts=[commitment], place="Fes"))

        assert answer.status_code == 201, answer.json()
        told = answer.json()
        assert (answer["Location"], answer["ETag"]) == (told["url"], '"1-en-json"')
        assert [each["commitment"]["id"] for each in told["counts_toward"]] == [str(commitment.pk)]
        assert partner.get(f"/activities/{told['id']}").json() == told

    def test_is_reported_by_who_holds_it_alone(self, partner, theirs, client, ours):
        for_others = partner.post("/activities", workshop(theirs))
        reader = Caller(client, bearer(ours, Role.READER)).post("/activities", workshop(ours))

        assert (for_others.status_code, slug(for_others)) == (403, "not-your-side")
        assert (reader.status_code, slug(reader)) == (403, "forbidden")
        assert not Activity.objects.exists()

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"titles": {}}, "/titles"),
            ({"kind": "siege"}, "/kind"),
            ({"organizers": []}, "/organizers"),
            ({"reached": [{"number": -1}]}, "/reached/0/number"),
            ({"counts_toward": [{"commitment": {"id": str(uuid4())}}]}, "/counts_toward/0/commitment"),
            ({"plase": "Fes"}, "/plase"),
        ],
    )
    def test_is_refused_at_the_place_of_the_fault(self, partner, ours, change, pointer):
        answer = partner.post("/activities", workshop(ours) | change)

        assert (answer.status_code, slug(answer)) == (422, "refused")
        assert pointer in {each["pointer"] for each in answer.json()["errors"]}

    def test_is_corrected_by_its_holders_on_the_state_they_read(self, partner, other, ours, theirs):
        told = partner.post("/activities", workshop(ours, theirs)).json()
        address = f"/activities/{told['id']}"

        changed = other.patch(address, {"place": "Fes", "reached": [{"number": 12}]}, tag='"1"')
        stale = partner.patch(address, {"place": "Safi"}, tag='"1-en-json"')
        missing = partner("PATCH", address, {"place": "Safi"})
        same = partner.patch(address, changed.json())

        assert (changed.status_code, changed.json()["version"]) == (200, 2), changed.json()
        assert (stale.status_code, set(stale.json()["changed"])) == (412, {"/place", "/reached"})
        assert missing.status_code == 428
        assert (same.status_code, same.json()["version"]) == (200, 2), same.json()

    def test_of_others_is_not_corrected(self, partner, other, editor, theirs, commitment):
        told = other.post("/activities", workshop(theirs, counts=[commitment])).json()

        answer = partner.patch(f"/activities/{told['id']}", {"place": "Fes"})
        hidden = partner.patch(f"/activities/{other.post('/activities', workshop(theirs)).json()['id']}", {})

        assert (answer.status_code, slug(answer)) == (403, "not-your-side")
        assert hidden.status_code == 404
        assert editor.patch(f"/activities/{told['id']}", {"place": "Fes"}).status_code == 200

    def test_keeps_what_its_other_holder_counts(self, partner, other, ours, theirs, commitment, foreign):
        told = other.post("/activities", workshop(ours, theirs, counts=[commitment, foreign])).json()

        answer = partner.patch(
            f"/activities/{told['id']}", partner.get(f"/activities/{told['id']}").json() | {"place": "Fes"}
        )
        emptied = partner.patch(f"/activities/{told['id']}", {"counts_toward": []})

        assert (answer.status_code, answer.json()["place"]) == (200, "Fes"), answer.json()
        assert emptied.status_code == 200
        left = other.get(f"/activities/{told['id']}").json()["counts_toward"]
        assert [each["commitment"]["id"] for each in left] == [str(foreign.pk)]

    @pytest.mark.parametrize("change", [{"id": str(uuid4())}, {"version": 9}, {"evidence": [{"name": "x"}]}])
    def test_is_not_told_what_the_registry_says(self, partner, ours, change):
        told = partner.post("/activities", workshop(ours)).json()

        answer = partner.patch(f"/activities/{told['id']}", change)

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "read_only")

    def test_is_taken_out_on_its_day_and_gone_for_who_could_read_it(self, partner, client, ours):
        told = partner.post("/activities", workshop(ours)).json()
        address = f"/activities/{told['id']}"
        stranger = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))

        assert partner.delete(address, tag='"1"').status_code == 204

        gone = partner.get(address)
        assert (gone.status_code, slug(gone), gone.json()["id"]) == (410, "gone", told["id"])
        assert stranger.get(address).status_code == 404
        assert partner.delete(address).status_code == 410

    def test_is_cancelled_with_a_reason_by_anybody_else(self, partner, editor, ours, commitment):
        told = partner.post("/activities", workshop(ours, counts=[commitment])).json()
        address = f"/activities/{told['id']}"

        silent = editor.delete(address)
        cancelled = editor("DELETE", f"{address}?reason=Rain.", If_Match="*")

        assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
        assert AuditEvent.objects.get(verb="activity.cancelled").reason == "Rain."


class TestEvidence:
    def send(self, caller, key, content=b"%PDF-1.7\n%%EOF", name="list.pdf", field="file"):
        return caller.client.post(
            f"{ROOT}/activities/{key}/evidence",
            {field: SimpleUploadedFile(name, content)},
            headers=caller.headers | {"Idempotency-Key": str(uuid4())},
        )

    def test_is_added_by_who_holds_the_activity_and_given_out_again(self, partner, ours):
        told = partner.post("/activities", workshop(ours)).json()

        answer = self.send(partner, told["id"])

        assert answer.status_code == 201, answer.json()
        now = partner.get(f"/activities/{told['id']}").json()
        assert (now["evidence"], now["version"]) == ([answer.json()], 2)
        content = partner.get(f"/evidence-files/{answer.json()['id']}")
        assert b"".join(content.streaming_content).startswith(b"%PDF")

    def test_is_refused_where_it_is_none(self, partner, other, ours, theirs, commitment):
        mine = partner.post("/activities", workshop(ours, counts=[commitment])).json()["id"]

        assert self.send(partner, mine, b"MZ\x90", "x.exe").status_code == 422
        assert self.send(partner, mine, field="fiel").json()["errors"][0]["pointer"] == "/file"
        assert slug(self.send(other, mine)) == "not-your-side"
        assert self.send(partner, uuid4()).status_code == 404
        assert partner.post(f"/activities/{mine}/evidence", {"file": "x"}).status_code == 415
        assert not EvidenceFile.objects.exists()


class TestAWord:
    def test_is_said_for_one_s_own_side_which_may_be_left_out(self, partner, ours, commitment):
        answer = partner.post(
            "/progress-views",
            {"commitment": {"id": str(commitment.pk)}, "verdict": "partly", "said_on": "2026-03-01"},
        )

        assert answer.status_code == 201, answer.json()
        view = ProgressView.objects.get(pk=answer.json()["id"])
        assert view.party.organization == ours
        assert partner.get(f"/progress-views/{view.pk}").json() == answer.json()

    def test_is_said_for_nobody_else(self, partner, theirs, commitment, foreign):
        of_theirs = commitment.agreement.parties.get(organization=theirs)
        word = {"verdict": "kept", "said_on": "2026-03-01"}

        for_them = partner.post(
            "/progress-views",
            word | {"commitment": {"id": str(commitment.pk)}, "party": {"id": str(of_theirs.pk)}},
        )
        nowhere = partner.post("/progress-views", word | {"commitment": {"id": str(uuid4())}})

        assert (for_them.status_code, slug(for_them)) == (403, "not-your-side")
        assert nowhere.status_code == 422
        assert not ProgressView.objects.exists()

    def test_of_a_day_is_said_once_and_never_changed(self, partner, commitment):
        word = {"commitment": {"id": str(commitment.pk)}, "verdict": "kept", "said_on": "2026-03-01"}
        said = partner.post("/progress-views", word).json()

        again = partner.post("/progress-views", word | {"verdict": "not_kept"})

        assert again.status_code == 422
        (error,) = again.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/said_on", "party_says_one_thing_a_day")
        assert "already said something on this day" in error["detail"]
        address = f"/progress-views/{said['id']}"
        refused = [partner.patch(address, {"verdict": "not_kept"}), partner.delete(address)]
        assert [each.status_code for each in refused] == [405, 405]
        assert refused[0]["Allow"] == "GET, HEAD, OPTIONS"
        assert ProgressView.objects.get().verdict == "kept"

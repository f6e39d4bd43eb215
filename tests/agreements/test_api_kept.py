"""What editors and administrators keep over the API: programmes, and the terms of vocabularies."""

import pytest

from agreements.models import Programme, Theme
from audit.models import AuditEvent
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.calling import Caller, slug
from tests.factories import AgreementFactory, OrganizationFactory

pytestmark = pytest.mark.django_db

PROGRAMME = {"slug": "indh", "source_language": "fr", "names": {"fr": "Initiative nationale"}}
LABELS = {"en": "Crafts", "fr": "Artisanat", "ar": "الحرف"}


@pytest.fixture
def editor(client, db):
    return Caller(client, bearer(OrganizationFactory(), Role.EDITOR))


@pytest.fixture
def keeper(client, db):
    return Caller(client, bearer(OrganizationFactory(), Role.ADMINISTRATOR))


class TestAProgramme:
    def test_is_entered_changed_and_taken_out(self, editor):
        entered = editor.post("/programmes", PROGRAMME)
        assert entered.status_code == 201, entered.json()
        address = f"/programmes/{entered.json()['id']}"

        changed = editor.patch(address, {"short_names": {"fr": "INDH"}}, tag=entered["ETag"])
        stale = editor.patch(address, {"slug": "other"}, tag=entered["ETag"])
        same = editor.patch(address, changed.json())
        removed = editor.delete(address, tag=changed["ETag"])

        assert (changed.status_code, changed.json()["version"]) == (200, 2), changed.json()
        assert (stale.status_code, stale.json()["changed"]) == (412, ["/short_names"])
        assert same.json()["version"] == 2
        assert removed.status_code == 204
        assert editor.get(address).status_code == 410

    def test_stays_while_agreements_are_placed_under_it(self, editor):
        told = editor.post("/programmes", PROGRAMME).json()
        agreement = AgreementFactory(programme=Programme.objects.get(pk=told["id"]))

        answer = editor.delete(f"/programmes/{told['id']}")

        assert (answer.status_code, slug(answer)) == (409, "protected")
        assert [each["id"] for each in answer.json()["leaning"]] == [str(agreement.pk)]

    def test_has_a_short_address_of_its_own_and_is_an_editor_s(self, client, editor):
        editor.post("/programmes", PROGRAMME)
        partner = Caller(client, bearer(OrganizationFactory(), Role.PARTNER_SYSTEM))

        again = editor.post("/programmes", PROGRAMME)
        faulty = editor.post("/programmes", PROGRAMME | {"names": {}})

        assert (again.status_code, slug(again)) == (409, "conflict")
        assert [each["pointer"] for each in faulty.json()["errors"]] == ["/names"]
        assert partner.post("/programmes", PROGRAMME | {"slug": "x"}).status_code == 403


class TestATerm:
    def test_is_put_changed_and_retired(self, keeper):
        address = "/vocabularies/themes/crafts"

        made = keeper.put(address, {"labels": LABELS, "position": 40})
        again = keeper.put(address, {"labels": LABELS, "position": 40}, If_Match=made["ETag"])
        retired = keeper.patch(address, {"retired": True}, tag=again["ETag"])
        stale = keeper.patch(address, {"position": 1}, tag=again["ETag"])

        assert (made.status_code, again.status_code) == (201, 200), made.json()
        assert made["ETag"] == again["ETag"]
        assert retired.json() == {
            "code": "crafts",
            "label": "Crafts",
            "labels": LABELS,
            "position": 40,
            "retired": True,
        }
        assert (stale.status_code, stale.json()["changed"]) == (412, ["/retired"])
        assert keeper.get(address)["ETag"] == retired["ETag"]
        verbs = AuditEvent.objects.filter(target_id="crafts").values_list("verb", flat=True)
        assert list(verbs) == ["theme.created", "theme.changed"]

    def test_is_never_taken_out(self, keeper):
        code = Theme.objects.first().code

        assert keeper.delete(f"/vocabularies/themes/{code}").status_code == 405
        assert Theme.objects.filter(code=code).exists()

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"labels": {"en": "Crafts"}}, "/labels/fr"),
            ({"labels": LABELS, "position": -1}, "/position"),
            ({"labels": LABELS, "code": "other"}, "/code"),
            ({"labels": LABELS, "retierd": True}, "/retierd"),
        ],
    )
    def test_is_refused_at_the_place_of_the_fault(self, keeper, body, pointer):
        answer = keeper.put("/vocabularies/themes/crafts", body)

        assert answer.status_code == 422
        assert pointer in {each["pointer"] for each in answer.json()["errors"]}
        assert not Theme.objects.filter(code="crafts").exists()

    def test_is_the_keeper_s_business(self, editor, keeper):
        address = "/vocabularies/themes/crafts"

        assert editor.put(address, {"labels": LABELS}).status_code == 403
        assert keeper.patch(address, {"retired": True}).status_code == 404
        assert keeper.put("/vocabularies/moods/good", {"labels": LABELS}).status_code == 404
        assert keeper.put(address, {"labels": LABELS}, If_Match='"1"').status_code == 412
        assert keeper("PATCH", f"/vocabularies/themes/{Theme.objects.first().code}", {}).status_code == 428

"""Files of tables over the API: sent, checked, entered, taken back; under the account that issued the token."""

from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exchange.imports import run
from exchange.models import Import
from organizations import services
from organizations.models import Organization
from organizations.permissions import Role, Scope
from tests.agreements.conftest import bearer
from tests.calling import ROOT, Caller, slug
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db

BODIES = (
    "slug,name_en,source_language,country\nloom,The Loom of Agadir,en,MA\nspindle,The Spindle of Fes,en,MA\n"
)


def token(client, account, role, **more) -> Caller:
    """A token that `account` has, as it would be after it was issued by it."""
    row, secret = services.issue_token(
        organization=account.organization, role=role, by=UserFactory(administrator=True), **more
    )
    type(row).objects.filter(pk=row.pk).update(issued_by=account)
    return Caller(client, {"Authorization": f"Bearer {secret}"})


@pytest.fixture
def account(db):
    return UserFactory(editor=True, organization=OrganizationFactory())


@pytest.fixture
def caller(client, account):
    return token(client, account, Role.EDITOR)


def send(caller, content: str | bytes = BODIES, name: str = "bodies.csv", **fields):
    content = content.encode() if isinstance(content, str) else content
    return caller.client.post(
        f"{ROOT}/imports",
        {"file": SimpleUploadedFile(name, content), **fields},
        headers=caller.headers | {"Idempotency-Key": str(uuid4())},
    )


def work() -> None:
    """What the worker does."""
    for each in Import.objects.select_related("asked_by").filter(ended_at=None).exclude(asked=""):
        run.run(each)


def some(counts: dict[str, int]) -> dict[str, int]:
    return {verdict: number for verdict, number in counts.items() if number}


class TestAFile:
    def test_is_checked_entered_and_taken_back(self, caller):
        sent = send(caller, table="organizations")
        assert sent.status_code == 202, sent.json()
        assert sent["Location"] == sent.json()["url"]
        address = f"/jobs/{sent.json()['id']}"
        work()

        checked = caller.get(address).json()
        assert (checked["state"], checked["tables"]) == ("checked", {"": "organizations"})
        assert some(checked["counts"]) == {"create": 2}
        assert not Organization.objects.filter(slug="loom").exists()

        applied = caller.post(f"{address}/apply", {})
        assert applied.status_code == 202, applied.json()
        work()
        assert caller.get(address).json()["state"] == "applied"
        assert Organization.objects.filter(slug__in=["loom", "spindle"]).count() == 2

        undone = caller.post(f"{address}/undo", None)
        assert (undone.status_code, undone.json()["state"]) == (200, "undone")
        assert not Organization.objects.filter(slug="loom").exists()

    def test_tells_what_is_wrong_line_by_line_and_enters_nothing_of_it(self, caller):
        sent = send(caller, BODIES + "mason,The Mason,en,Atlantis\n", table="organizations").json()
        work()

        job = caller.get(f"/jobs/{sent['id']}").json()
        rows = caller.get(f"/jobs/{sent['id']}/rows?verdict=refused").json()["results"]

        assert (job["state"], some(job["counts"])) == ("checked", {"create": 2, "refused": 1})
        assert [(each["line"], each["faults"][0]["header"]) for each in rows] == [(4, "country")]
        caller.post(f"/jobs/{sent['id']}/apply", {"mode": "valid"})
        work()
        assert Organization.objects.filter(slug__in=["loom", "spindle", "mason"]).count() == 2

    def test_that_cannot_be_read_is_refused_at_once(self, caller):
        answer = send(caller, b"\x00\x01\x02", name="x.xlsx")

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
        assert not Import.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [({"table": "tables"}, "/table"), ({"mode": "some"}, "/mode"), ({"tabel": "x"}, "/tabel")],
    )
    def test_is_refused_for_what_nobody_knows(self, caller, fields, pointer):
        answer = send(caller, **fields)

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)

    def test_that_is_refused_leaves_nothing_behind(self, caller):
        registry = BytesIO()
        with ZipFile(registry, "w") as made:
            made.writestr("organizations.csv", BODIES)
            made.writestr("people.csv", "id,name_en,source_language\n,Somebody,en\n")

        answer = send(caller, registry.getvalue(), name="registry.zip", table="organizations")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "several_tables")
        assert not Import.objects.exists()
        assert caller.get("/jobs").json()["results"] == []

    def test_is_not_entered_before_it_was_checked(self, caller):
        sent = send(caller, table="organizations").json()

        answer = caller.post(f"/jobs/{sent['id']}/apply", {})

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_checked")

    def test_is_sent_once_for_one_key(self, caller):
        headers = caller.headers | {"Idempotency-Key": "the-same-key-twice"}
        answers = [
            caller.client.post(
                f"{ROOT}/imports",
                {"file": SimpleUploadedFile("b.csv", BODIES.encode()), "table": "organizations"},
                headers=headers,
            )
            for _each in range(2)
        ]

        assert [each.status_code for each in answers] == [202, 202]
        assert Import.objects.count() == 1


class TestWho:
    def test_a_token_that_nobody_issued_sends_none(self, client, account):
        answer = send(Caller(client, bearer(account.organization, Role.EDITOR)))

        assert (answer.status_code, slug(answer)) == (403, "forbidden")

    def test_a_token_never_enters_more_than_it_may(self, client, account):
        weaker = token(client, account, Role.PARTNER_SYSTEM)
        narrow = token(client, account, Role.EDITOR, scopes=[Scope.READ, Scope.IMPORTS])

        assert [slug(send(each)) for each in (weaker, narrow)] == ["forbidden", "forbidden"]
        assert not Import.objects.exists()

    def test_a_token_without_the_scope_is_told_which(self, client, account):
        answer = send(token(client, account, Role.EDITOR, scopes=[Scope.READ]))

        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope")
        assert answer.json()["scope"] == "imports:run"

    def test_the_jobs_of_others_are_not_there(self, client, caller):
        sent = send(caller, table="organizations").json()
        other = token(client, UserFactory(editor=True, organization=OrganizationFactory()), Role.EDITOR)

        assert [each["id"] for each in caller.get("/jobs").json()["results"]] == [sent["id"]]
        assert other.get("/jobs").json()["results"] == []
        assert [
            other.get(f"/jobs/{sent['id']}").status_code,
            other.get(f"/jobs/{sent['id']}/rows").status_code,
            other.post(f"/jobs/{sent['id']}/apply", {}).status_code,
            other.post(f"/jobs/{sent['id']}/undo", None).status_code,
        ] == [404] * 4


class TestTheRegistry:
    def test_goes_out_as_a_file_that_comes_in_again_unchanged(self, caller):
        made = caller.get("/exports/registry.zip")
        content = b"".join(made.streaming_content)
        assert "organizations.csv" in ZipFile(BytesIO(content)).namelist()

        sent = send(caller, content, name="registry.zip").json()
        work()

        job = caller.get(f"/jobs/{sent['id']}").json()
        assert (job["state"], set(some(job["counts"]))) == ("checked", {"same"})

    def test_goes_out_as_a_workbook_and_in_no_other_way(self, client, caller):
        assert b"".join(caller.get("/exports/registry.xlsx").streaming_content)[:2] == b"PK"
        assert caller.get("/exports/registry.pdf").status_code == 404
        reader = Caller(client, bearer(OrganizationFactory(), Role.READER))
        assert reader.get("/exports/registry.zip").status_code == 403

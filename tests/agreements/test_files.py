"""Files behind sources: kept as they came, given out unharmed, never altered."""

import hashlib
import io
import os
import time
from pathlib import Path

import pytest
from django.conf import settings as house
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements.models import SourceFile
from agreements.services import drafting, files
from agreements.services.files import Upload
from agreements.shapes import DossierShape
from audit.models import AuditEvent
from lib import stored_files
from lib.problems import Refused
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.factories import AgreementFactory, CitationFactory, SourceFactory
from tests.hostile import pdf, words

pytestmark = pytest.mark.django_db

PDF = pdf(words(b"Signed at Meknes"), pages=3)
SEALED = hashlib.sha256(PDF).hexdigest()


def upload(content: bytes = PDF, name: str = "Convention signée.pdf") -> Upload:
    return Upload(ContentFile(content), name)


@pytest.fixture
def editor(people):
    return people["editor"]


@pytest.fixture
def author(people):
    return people["contributor"]


@pytest.fixture
def source():
    agreement = AgreementFactory(published=True)
    source = SourceFactory()
    CitationFactory(agreement=agreement, source=source)
    return source


@pytest.fixture
def hidden():
    agreement = AgreementFactory(published=True, confidentiality="restricted")
    source = SourceFactory()
    CitationFactory(agreement=agreement, source=source)
    return source


@pytest.fixture
def draft(author):
    return drafting.start({"source_language": "fr"}, by=author)


@pytest.fixture
def kept(source, editor):
    return files.attach(source, upload(), by=editor)[0]


@pytest.fixture(autouse=True)
def _open(settings, tmp_path):
    """Everybody reads; every test has a storage of its own."""
    settings.PUBLIC_READING = True
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files"}}
    }


def stored() -> list[str]:
    return list(stored_files._walk(default_storage))


class TestAttach:
    def test_keeps_the_file_as_it_came_and_says_what_it_is(self, source, editor):
        (row,) = files.attach(source, upload(), by=editor)

        row.refresh_from_db()
        assert (row.name, row.type, row.size, row.sha256, row.pages) == (
            "Convention signée.pdf",
            "pdf",
            len(PDF),
            SEALED,
            3,
        )
        assert row.file.read() == PDF
        row.file.close()
        assert row.scan == SourceFile.Scan.NOT_SCANNED

    def test_keeps_it_under_a_random_name_apart_from_what_is_served(self, kept):
        path = Path(kept.file.path)

        assert path.name.isalnum()
        assert "Convention" not in str(path)
        assert not any(path.is_relative_to(folder) for folder in (house.STATIC_ROOT, *house.STATICFILES_DIRS))

    def test_tells_the_history_of_its_source(self, kept, source):
        event = AuditEvent.objects.get(verb="file.attached")

        assert event.chain == source.pk
        assert event.changes["sha256"]["new"] == SEALED

    def test_takes_the_pages_of_a_scan_in_their_order(self, source, editor):
        pictures = [upload(b"\x89PNG\r\n\x1a\n" + bytes([n]), f"{n}.png") for n in range(3)]
        files.attach(source, upload(), by=editor)
        files.attach(source, *pictures, by=editor)

        assert [each.name for each in source.files.in_order()] == [
            "Convention signée.pdf",
            "0.png",
            "1.png",
            "2.png",
        ]

    def test_says_when_a_scanner_found_it_clean(self, source, editor, settings):
        settings.UPLOAD_SCANNER = "true"

        assert files.attach(source, upload(), by=editor)[0].scan == SourceFile.Scan.CLEAN

    def test_keeps_nothing_when_one_of_several_is_refused(self, source, editor):
        given = [upload(), upload(b"<svg/>", "a.svg"), upload(b"", "b.pdf")]

        with pytest.raises(Refused) as refused:
            files.attach(source, *given, by=editor)

        assert [each.pointer for each in refused.value.faults] == ["/files/1", "/files/2"]
        assert (SourceFile.objects.count(), stored()) == (0, [])

    def test_keeps_the_same_content_once(self, kept, source, editor):
        with pytest.raises(Refused, match="here already"):
            files.attach(source, upload(name="other.pdf"), by=editor)
        with pytest.raises(Refused, match="here already"):
            files.attach(SourceFactory(), upload(), upload(), by=editor)

        assert len(stored()) == 1

    def test_leaves_nothing_on_the_disk_when_the_write_fails(self, source, editor, monkeypatch):
        def fails(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr("audit.trail.record", fails)
        with pytest.raises(RuntimeError):
            files.attach(source, upload(), by=editor)

        assert (SourceFile.objects.count(), stored()) == (0, [])

    def test_is_for_editors_who_may_read_the_source(self, source, author, people):
        for by in (author, people["reader"]):
            with pytest.raises(PermissionDenied):
                files.attach(source, upload(), by=by)

        assert stored() == []


class TestADraft:
    def test_has_files_of_its_own_that_colleagues_see_and_nobody_else(self, draft, author, people):
        (row,) = files.attach_to_draft(draft, upload(), by=author)

        assert SourceFile.objects.visible_to(author).get() == row
        assert not SourceFile.objects.visible_to(people["reader"]).exists()
        with pytest.raises(PermissionDenied):
            files.attach_to_draft(draft, upload(), by=people["reader"])

    def test_lets_a_file_go_and_with_it_what_lay_on_the_disk(
        self, draft, author, django_capture_on_commit_callbacks
    ):
        (row,) = files.attach_to_draft(draft, upload(), by=author)

        with django_capture_on_commit_callbacks(execute=True):
            files.remove(row.pk, by=author)

        assert (SourceFile.objects.count(), stored()) == (0, [])
        assert AuditEvent.objects.get(verb="file.removed").chain == draft.pk

    def test_that_is_closed_takes_and_gives_nothing(self, draft, author):
        (row,) = files.attach_to_draft(draft, upload(), by=author)
        drafting.discard(draft.pk, by=author)

        for asked in (
            lambda: files.attach_to_draft(draft, upload(PDF + b"%"), by=author),
            lambda: files.remove(row.pk, by=author),
        ):
            with pytest.raises(Refused, match="closed"):
                asked()
        assert len(stored()) == 1

    def test_gives_its_files_to_the_sources_it_becomes(self, both, author):
        agreement = both[0]
        listed = [each.source for each in agreement.source_links.order_by("position")]
        draft = drafting.start({"sources": [{"key": f"s{n}"} for n in range(len(listed))]}, by=author)
        last = f"s{len(listed) - 1}"
        files.attach_to_draft(draft, upload(), part=last, by=author)
        files.attach_to_draft(draft, upload(PDF + b"%"), by=author)

        with transaction.atomic():
            files.enter(draft, agreement, by=author)

        assert {each.sha256 for each in listed[-1].files.all()} >= {SEALED}
        assert not draft.files.exists()
        assert sum(each.files.count() for each in listed) == 2

    def test_reads_the_text_of_its_files(self, draft, author):
        (row,) = files.attach_to_draft(draft, upload(), by=author)

        assert files.read(row).pages == ("Signed at Meknes",) * 3


class TestTheTable:
    @pytest.mark.parametrize(
        "change", [{"sha256": "0" * 64}, {"name": "x.pdf"}, {"file": "x"}, {"size": 1}, {"scan": "clean"}]
    )
    def test_lets_nobody_alter_a_file(self, kept, change):
        with pytest.raises(IntegrityError, match="never altered"), transaction.atomic():
            SourceFile.objects.filter(pk=kept.pk).update(**change)

    def test_keeps_a_file_with_its_source(self, kept, draft):
        for change in ({"source": SourceFactory()}, {"source": None, "draft": draft}):
            with pytest.raises(IntegrityError, match="stays with its source"), transaction.atomic():
                SourceFile.objects.filter(pk=kept.pk).update(**change)

    def test_wants_an_owner_and_only_one(self, source, draft):
        row = {"name": "a", "type": "pdf", "size": 1, "sha256": "0" * 64, "file": "x"}
        for owners in ({}, {"source": source, "draft": draft}):
            with (
                pytest.raises(IntegrityError, match="belongs_to_a_source_or_to_a_draft"),
                transaction.atomic(),
            ):
                SourceFile.objects.create(**row, **owners)

    def test_never_loses_a_file_of_a_source_by_a_service(self, kept, editor):
        with pytest.raises(PermissionDenied):
            files.remove(kept.pk, by=editor)


class TestThePage:
    def page(self, client, source):
        return client.get(reverse("source", args=[source.pk])).content.decode()

    def test_lists_the_files_with_what_they_are(self, client, source, kept):
        shown = self.page(client, source)

        assert f'href="{reverse("source-file", args=[kept.pk])}"' in shown
        assert "Convention signée.pdf" in shown
        assert "3 pages" in shown
        assert SEALED in shown

    def test_offers_the_door_to_editors_alone(self, client, source, editor, author):
        door = reverse("source-file-add", args=[source.pk])

        assert door not in self.page(client, source)
        client.force_login(author)
        assert door not in self.page(client, source)
        assert client.post(door).status_code == 403
        client.force_login(editor)
        assert door in self.page(client, source)
        assert "20 MB each" in self.page(client, source)

    def test_takes_files_and_shows_them(self, client, source, editor):
        client.force_login(editor)
        given = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.txt", b"words")]

        answer = client.post(reverse("source-file-add", args=[source.pk]), {"files": given}, follow=True)

        assert "2 files are kept." in answer.content.decode()
        assert source.files.count() == 2

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ([], "Choose a file."),
            ([SimpleUploadedFile("a.svg", b"<svg/>")], "is not of a type taken here"),
            ([SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", PDF)], "is here already"),
        ],
    )
    def test_tells_what_is_wrong_at_the_field(self, client, source, editor, given, told):
        client.force_login(editor)

        answer = client.post(reverse("source-file-add", args=[source.pk]), {"files": given})

        assert answer.status_code == 422
        shown = answer.content.decode()
        assert told in shown
        assert 'aria-invalid="true"' in shown
        assert stored() == []

    def test_of_a_hidden_source_is_not_there(self, client, hidden, people):
        client.force_login(people["reader"])
        (row,) = files.attach(hidden, upload(), by=people["editor"])

        assert client.get(reverse("source-file", args=[row.pk])).status_code == 404
        client.force_login(people["editor"])
        assert client.get(reverse("source-file", args=[row.pk])).getvalue() == PDF


@pytest.fixture(params=["page", "api"])
def address(request, kept):
    if request.param == "page":
        return reverse("source-file", args=[kept.pk])
    return f"/api/v1/source-files/{kept.pk}"


def got(client, address, **asked):
    """The answer, read to its end: one that is thrown away half read would close the connection of the test."""
    answer = client.get(address, **asked)
    answer.getvalue()
    return answer


class TestADownload:
    def test_is_to_be_kept_and_never_run(self, client, address):
        answer = client.get(address)

        assert answer.getvalue() == PDF
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Convention%20sign")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Content-Length"] == str(len(PDF))

    def test_of_what_everybody_reads_may_be_kept_by_caches_and_of_an_account_not(
        self, client, address, editor
    ):
        assert got(client, address)["Cache-Control"] == "public, no-cache"
        client.force_login(editor)
        assert got(client, address)["Cache-Control"] == "private, no-store"

    def test_is_closed_with_the_registry(self, client, address, settings):
        settings.PUBLIC_READING = False

        assert client.get(address).status_code in {302, 401}

    def test_is_not_sent_again_to_whoever_has_it(self, client, address):
        etag = got(client, address)["ETag"]
        answer = client.get(address, headers={"If-None-Match": f'"other", {etag}'})

        assert etag == f'"{SEALED}"'
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
        assert client.get(address, headers={"If-None-Match": '"other"'}).getvalue() == PDF

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-3", 0, 4),
            ("bytes=10-", 10, len(PDF)),
            ("bytes=-5", len(PDF) - 5, len(PDF)),
            ("bytes=5-999999", 5, len(PDF)),
            (f"bytes=-{10**9}", 0, len(PDF)),
        ],
    )
    def test_gives_the_part_that_is_asked_for(self, client, address, asked, start, end):
        answer = client.get(address, headers={"Range": asked})

        assert answer.status_code == 206
        assert answer.getvalue() == PDF[start:end]
        assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{len(PDF)}"
        assert answer["Content-Length"] == str(end - start)

    @pytest.mark.parametrize("asked", [f"bytes={len(PDF)}-", "bytes=-0", f"bytes={10**9}-{10**10}"])
    def test_says_when_there_is_no_such_part(self, client, address, asked):
        answer = client.get(address, headers={"Range": asked})

        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PDF)}")
        if "/api/" in address:
            assert answer.json()["type"].endswith("/problems/range-not-satisfiable")

    @pytest.mark.parametrize(
        "asked", ["bytes=0-1,3-4", "lines=1-2", "bytes=5-2", "bytes=-", "bytes=a-b", f"bytes={'9' * 99}-"]
    )
    def test_gives_the_whole_for_what_it_does_not_part(self, client, address, asked):
        answer = client.get(address, headers={"Range": asked})

        assert (answer.status_code, answer.getvalue()) == (200, PDF)

    def test_gives_a_part_of_that_very_file_only(self, client, address):
        for etag, status in ((f'"{SEALED}"', 206), ('"other"', 200)):
            answer = got(client, address, headers={"Range": "bytes=0-0", "If-Range": etag})
            assert answer.status_code == status

    def test_that_is_gone_is_told_as_missing(self, client, address, kept):
        default_storage.delete(kept.file.name)

        assert client.get(address).status_code == 404

    def test_of_a_name_meant_to_deceive_is_harmless(self, client, source, editor):
        (row,) = files.attach(source, upload(name='../x"\r\nSet-Cookie: a=b\u202efdp.exe.pdf'), by=editor)

        answer = got(client, reverse("source-file", args=[row.pk]))

        assert "Set-Cookie" not in answer
        assert "\u202e" not in answer["Content-Disposition"]


class TestTheApi:
    def test_tells_the_files_of_a_source(self, client, source, kept):
        (told,) = client.get(f"/api/v1/sources/{source.pk}").json()["files"]

        assert told == {
            "id": str(kept.pk),
            "url": f"{house.PUBLIC_URL}/api/v1/source-files/{kept.pk}",
            "name": "Convention signée.pdf",
            "type": "pdf",
            "size": len(PDF),
            "sha256": SEALED,
            "pages": 3,
        }

    def test_gives_a_file_whatever_is_accepted_and_refuses_in_json(self, client, kept, source):
        given = client.get(f"/api/v1/source-files/{kept.pk}", headers={"Accept": "application/pdf"})
        refused = client.get(f"/api/v1/source-files/{source.pk}", headers={"Accept": "application/pdf"})

        assert given.getvalue() == PDF
        assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")

    def test_is_in_the_contract(self, client):
        contract = client.get("/api/v1/openapi.json").json()
        told = contract["paths"]["/api/v1/source-files/{id}"]["get"]

        assert set(told["responses"]) >= {"200", "206", "304", "416"}
        assert "files" in contract["components"]["schemas"]["SourceShape"]["properties"]

    def test_gives_partner_systems_what_their_role_reads(self, client, hidden, editor, both):
        (row,) = files.attach(hidden, upload(), by=editor)
        headers = bearer(both[0].parties.first().organization, Role.PARTNER_SYSTEM)

        assert client.get(f"/api/v1/source-files/{row.pk}", headers=headers).status_code == 404

    def test_a_dossier_tells_files_and_does_not_bring_them(self, client, both, editor):
        source = both[0].source_links.first().source
        files.attach(source, upload(), by=editor)
        told = client.get(f"/api/v1/agreements/{both[0].pk}?expand=proof").json()
        (listed,) = [each["files"] for each in told["sources"] if each["files"]]
        assert listed[0]["sha256"] == SEALED

        # Sent back, its files are not looked at: they are told.
        told["sources"][0]["files"][0]["sha256"] = "not even a hash"
        shape = DossierShape(data=told)
        assert shape.is_valid(), shape.errors
        assert "files" not in shape.validated_data["sources"][0]


class TestVerifyFiles:
    def verify(self, **options) -> tuple[str, str]:
        out, wrong = io.StringIO(), io.StringIO()
        try:
            call_command("verify_files", stdout=out, stderr=wrong, **options)
        except CommandError as error:
            return out.getvalue(), f"{wrong.getvalue()}{error}"
        return out.getvalue(), ""

    def test_finds_every_file_as_it_was_kept(self, kept):
        assert self.verify() == ("1 files, 0.0 MiB: every one is there as it was kept.\n", "")

    def test_finds_one_that_is_missing(self, kept):
        default_storage.delete(kept.file.name)

        assert f"{kept.pk}) is missing." in self.verify()[1]

    def test_finds_one_that_was_altered(self, kept):
        Path(kept.file.path).write_bytes(PDF[:-1] + b"G")

        assert "its hash differs" in self.verify()[1]

    def test_finds_those_of_no_record_and_removes_them_when_asked(self, kept):
        old = default_storage.save("sources/old", ContentFile(b"x"))
        default_storage.save("sources/new", ContentFile(b"y"))
        long_ago = time.time() - 2 * stored_files.PATIENCE
        os.utime(default_storage.path(old), (long_ago, long_ago))

        assert "1 file(s) of no record" in self.verify()[1]
        assert "sources/old belongs to no record: removed." in self.verify(remove_orphans=True)[0]
        assert sorted(stored()) == sorted([kept.file.name, "sources/new"])
        assert self.verify()[1] == ""

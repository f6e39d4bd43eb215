"""Files are known by their content: neither their name nor their sender is believed."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from lib import uploads
from lib.problems import Refused
from tests import hostile


def package(*parts: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return content.getvalue()


PNG = b"\x89PNG\r\n\x1a\n rest"
GOOD = {
    "report.pdf": b"%PDF-1.7 rest",
    "photo.jpg": b"\xff\xd8\xff\xe0 rest",
    "photo.JPEG": b"\xff\xd8\xff\xe0 rest",
    "photo.png": PNG,
    "photo.webp": b"RIFF\0\0\0\0WEBP rest",
    "list.docx": package("[Content_Types].xml", "word/document.xml"),
    "list.xlsx": package("[Content_Types].xml", "xl/workbook.xml"),
    "été.txt": "L’été, الصيف\n".encode(),
    "list.csv": b"\xef\xbb\xbfname;number\nA;1\n",
    "windows.txt": "L’été à Meknès".encode("cp1252"),
    "نص.txt": "الصيف في مكناس".encode("cp1256"),
    "notepad.txt": "L’été, الصيف".encode("utf-16"),
}


class TestRecognise:
    @pytest.mark.parametrize("name", GOOD)
    def test_knows_what_is_taken_in(self, name):
        file = ContentFile(GOOD[name])

        assert uploads.recognise(file, name) in uploads.TYPES
        assert file.tell() == 0

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.pdf", b"", "empty"),
            ("a.pdf", PNG, "not_what_it_says"),
            ("a.txt", PNG, "not_what_it_says"),
            ("a.png", b"just words", "not_what_it_says"),
            ("a.html", b"<script>alert(1)</script>", "unknown_type"),
            ("a.svg", b"<svg/>", "unknown_type"),
            ("a", PNG, "unknown_type"),
            ("a.exe", b"MZ\x90\0", "unknown_type"),
            ("a.txt", b"nul \0 byte", "unknown_type"),
            ("a.txt", b"\x81\x8d \x90", "unknown_type"),
            ("a.docx", package("word/document.xml", "word/vbaProject.bin"), "unknown_type"),
            ("a.docx", package("anything.txt"), "unknown_type"),
            ("a.docx", b"PK\x03\x04 broken", "unknown_type"),
            ("a.xlsx", package("word/document.xml"), "not_what_it_says"),
        ],
    )
    def test_refuses_everything_else(self, name, content, code):
        with pytest.raises(uploads.Unfit) as unfit:
            uploads.recognise(ContentFile(content), name)

        assert unfit.value.code == code
        assert name in str(unfit.value)

    def test_refuses_what_is_too_large(self, monkeypatch):
        monkeypatch.setattr(uploads, "LARGEST", 10)

        with pytest.raises(uploads.Unfit) as unfit:
            uploads.recognise(ContentFile(PNG), "a.png")

        assert unfit.value.code == "too_large"


class TestTheName:
    @pytest.mark.parametrize(("came", "kept"), hostile.BAD_NAMES.items())
    def test_is_kept_without_folders_and_unseen_letters(self, came, kept):
        assert uploads.clean_name(came) == kept

    @pytest.mark.parametrize("name", ["Convention 2012.pdf", "اتفاقية شراكة.pdf", "l’été – «signé».docx"])
    def test_stays_as_it_is_when_nothing_is_wrong_with_it(self, name):
        assert uploads.clean_name(name) == name


class TestFit:
    def test_tells_every_fault_at_its_file(self):
        given = [
            uploads.Upload(ContentFile(content), name)
            for name, content in {"a.pdf": b"", "b.pdf": GOOD["report.pdf"], "c.svg": b"<svg/>"}.items()
        ]

        with pytest.raises(Refused) as refused:
            uploads.fit(given, pointer="/files/{index}")

        assert [(each.pointer, each.code) for each in refused.value.faults] == [
            ("/files/0", "empty"),
            ("/files/2", "unknown_type"),
        ]

    def test_says_what_each_file_is(self):
        given = [uploads.Upload(ContentFile(GOOD["photo.JPEG"]), "photo.JPEG")]

        assert uploads.fit(given, pointer="") == [uploads.Passed("jpg", scanned=False)]

    def test_takes_so_many_at_once_and_no_more(self):
        given = [uploads.Upload(ContentFile(PNG), "a.png")] * uploads.MOST

        assert len(uploads.fit(given, pointer="")) == uploads.MOST
        with pytest.raises(Refused, match="At most 10"):
            uploads.fit([*given, given[0]], pointer="")


class TestTheQuota:
    def test_lets_no_more_of_a_file_in_than_shows_that_it_is_too_large(self, monkeypatch, rf):
        monkeypatch.setattr(uploads, "LARGEST", 100_000)
        sent = SimpleUploadedFile("long.txt", b"a" * 3_000_000)
        small = SimpleUploadedFile("short.txt", b"b" * 3_000)

        files = rf.post("/", {"long": sent, "short": small}).FILES

        assert 100_000 < files["long"].size < 300_000
        assert files["short"].read() == b"b" * 3_000
        for each in files.values():
            each.close()

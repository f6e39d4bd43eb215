"""Files are known by their content: neither their name nor their sender is believed."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile

from lib import uploads


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
            ("a.txt", "été".encode("latin-1"), "unknown_type"),
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

"""Files made to do harm end at the door of the import in a clear sentence; none of them is kept."""

import time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.base import ContentFile

from agreements.models import Agreement
from exchange.models import Import
from organizations.models import Organization
from tests.exchange.conftest import bring, done
from tests.hostile import HTML, PDF, package
from tests.lib.test_tables_hostile import NUMBERS, OLE
from tests.lib.workbooks import BEGINS, ENDS, book

pytestmark = pytest.mark.django_db

BOMB = (BEGINS, *["<row><c><v>1</v></c></row>" * 40_000] * 100, ENDS)
HOSTILE = {
    "empty": (lambda: b"", "list.csv"),
    "binary": (lambda: bytes(range(256)) * 20, "list.csv"),
    "page": (lambda: HTML, "list.csv"),
    "pdf": (lambda: PDF, "list.csv"),
    "text as workbook": (lambda: b"a;b\r\n", "list.xlsx"),
    "workbook as text": (lambda: book(NUMBERS).getvalue(), "list.csv"),
    "macros": (lambda: book(NUMBERS, parts={"xl/vbaProject.bin": b"x"}).getvalue(), "list.xlsm"),
    "password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "list.xlsx"),
    "old workbook": (lambda: OLE, "list.xls"),
    "damaged": (lambda: book(NUMBERS).getvalue()[:-30], "list.xlsx"),
    "bomb": (lambda: book(*BOMB).getvalue(), "list.xlsx"),
    "package of strangers": (lambda: package({"evil.sh": "rm"}), "registry.zip"),
    "package that climbs": (lambda: package({"../../agreements.txt": "code\n1"}), "registry.zip"),
    "package that swells": (
        lambda: package({"agreements.csv": "code,title_en\n" + "x,y\n" * 8_000_000}),
        "registry.zip",
    ),
    "quotation mark": (lambda: b'name\n"never closed\n', "list.csv"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_is_told_at_the_field_and_kept_nowhere(kind, editor, client):
    make, name = HOSTILE[kind]
    content = make()
    client.force_login(editor)

    begun = time.monotonic()
    answer = client.post("/en/exchange/", {"file": ContentFile(content, name)})

    assert time.monotonic() - begun < 10
    assert answer.status_code == 422
    assert b"errorlist" in answer.content or b'role="alert"' in answer.content or b"err" in answer.content
    assert not Import.objects.exists()


def test_a_formula_is_text_and_its_last_value_is_read(editor):
    imported = done(
        bring("slug,source_language,name_en\nbody,en,'=1+1\n", "list.csv", by=editor), "apply", by=editor
    )

    assert imported.applied_at
    assert Organization.objects.get(slug="body").name_en == "=1+1"


def test_a_script_in_a_cell_is_shown_as_what_it_is(editor, client):
    client.force_login(editor)
    imported = done(bring("code,title_en\nx,<script>alert(1)</script>\n", "<b>.csv", by=editor), by=editor)

    answer = client.get(f"/en/exchange/{imported.pk}/")

    assert b"<script>alert(1)" not in answer.content
    assert b"&lt;script&gt;alert(1)" in answer.content
    assert not Agreement.objects.exists()


def test_what_a_package_claims_is_counted_again(editor, tmp_path):
    path = tmp_path / "registry.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        made.writestr("organizations.csv", "slug,source_language,name_en\nbody,en,Body\n")

    imported = bring(path.read_bytes(), "registry.zip", by=editor)

    assert [each["part"] for each in imported.found] == ["organizations"]

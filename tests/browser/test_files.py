"""What was taken in of the hostile files, opened in every way a page can open it: nothing of it runs.

The same bytes, served as a careless server would, do run: the test can fail.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from playwright.sync_api import Error, Page

from agreements.models import Source
from agreements.services import files
from lib import extraction, uploads
from lib.problems import Refused
from organizations.models import User
from tests import hostile

pytestmark = [pytest.mark.browser, pytest.mark.drill]

CARELESS = {
    "svg": "image/svg+xml",
    "html": "text/html",
    "xhtml": "text/html",
    "txt": "text/html",
    "pdf": "text/html",
}
HEAVY = {"too_large", "unpacks_to_too_much"}
WAYS = """<!doctype html><title>quiet</title><iframe src="{0}"></iframe><object data="{0}"></object>
<embed src="{0}"><script src="{0}"></script><link rel="stylesheet" href="{0}"><img src="{0}" alt="">"""


@pytest.fixture(scope="module")
def kept(registry) -> list[str]:
    """The addresses of all hostile files that are taken in, as files of one source."""

    def keep() -> list[str]:
        by = User.objects.get(pk=registry.user.pk)
        source = Source.objects.get(pk=registry.citation.source_id)
        rows = []
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(extraction, "count", lambda file, type: None)  # asked elsewhere, and slow
            for index, each in enumerate(hostile.CORPUS):
                content = (
                    ContentFile(each.make() + b"%d" % index) if not each.refused else ContentFile(each.make())
                )
                try:
                    rows += files.attach(source, uploads.Upload(content, each.name), by=by)
                except Refused:
                    assert each.refused
                else:
                    assert not each.refused
        connection.close()
        return [f"/en/source-files/{row.pk}/" for row in rows]

    # In a thread of its own: Playwright's event loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(keep).result()


def titles(page: Page) -> set[str]:
    return {frame.title() for frame in page.frames}


def opened(page: Page, address: str, body: bytes | str, kind: str) -> None:
    """Show `body` at an address of our choice, as a careless server would give it out."""
    page.route(address, lambda route, _request: route.fulfill(body=body, content_type=kind))
    page.goto(address)
    page.unroute(address)


def test_a_careless_server_runs_them(window, address):
    page = window().page
    ran = set()
    for each in hostile.CORPUS:
        ending = each.name.rpartition(".")[2]
        if ending in CARELESS and not each.note and each.refused not in HEAVY:
            opened(page, f"{address}/careless", each.make(), CARELESS[ending])
            if hostile.RAN in titles(page):
                ran.add(each.name)

    assert {"picture.svg", "page.html", "page.txt", "both.pdf"} <= ran


def test_each_is_a_download_when_its_address_is_opened(window, kept):
    page = window().page
    assert len(kept) > 25
    for each in kept:
        with page.expect_download() as download, pytest.raises(Error, match="Download is starting"):
            page.goto(each)
        assert download.value.suggested_filename
        assert hostile.RAN not in titles(page)


@pytest.mark.parametrize("origin", ["", "http://another.example"], ids=["this house", "another"])
def test_none_runs_when_a_page_embeds_it(window, kept, address, origin):
    page = window().page
    told: list[str] = []
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    for each in kept:
        opened(page, f"{origin or address}/embeds", WAYS.format(f"{address}{each}"), "text/html")
        assert hostile.RAN not in titles(page), each

    assert told == []

"""Signing for a fact that no source tells, and reading what became of a source, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import BOTH_WAYS, PATIENCE

pytestmark = pytest.mark.browser

REASON = "The minutes of the meeting, which nobody may publish."


@pytest.fixture(params=BOTH_WAYS)
def editors_page(request, window, reviewing):
    """The page of somebody who may edit, once with and once without JavaScript."""
    made = window(java_script_enabled=request.param, storage_state=reviewing)
    made.page.set_default_timeout(PATIENCE)
    yield made.page
    assert made.refused == []
    assert made.missing == []


class TestAFactWithoutAQuote:
    def test_is_signed_for_and_the_signature_is_taken_back(self, editors_page, registry):
        page = editors_page
        page.goto(f"/en/{registry.bare}check/")
        expect(page.get_by_role("heading", name="1 fact has no quote")).to_be_visible()

        page.get_by_label(re.compile("Entered without source because")).fill(REASON)
        page.get_by_role("button", name="Sign as A reviewer").click()

        expect(page.get_by_text("signed by A reviewer on")).to_be_visible()
        expect(page.get_by_text(REASON)).to_be_visible()
        expect(page.get_by_role("heading", name="Facts without a quote are signed for")).to_be_visible()
        page.get_by_role("button", name="Take the signature back").click()
        expect(page.get_by_role("heading", name="1 fact has no quote")).to_be_visible()

    def test_leads_to_where_it_is_cited(self, editors_page, registry):
        editors_page.goto(f"/en/{registry.bare}check/")

        editors_page.get_by_role("link", name="Show me where to cite it").click()

        expect(editors_page.locator(".crow:target")).to_contain_text("Keep each other company.")


class TestACorrectedSource:
    def test_tells_what_became_of_each_quote_and_what_changed(self, any_page, registry):
        any_page.goto(f"/en/{registry.renewed}")

        expect(any_page.locator("#standing details[open] .st.late")).to_be_visible()
        expect(any_page.locator("#difference ins").first).to_be_visible()
        expect(any_page.locator("#difference del").first).to_be_visible()
        any_page.get_by_role("link", name="Read the newest text").click()
        expect(any_page.get_by_text("This is a newer text of a source.")).to_be_visible()

    def test_is_told_at_the_proof_on_the_sheet(self, any_page, registry):
        any_page.goto(f"/en/agreements/{registry.sided}/")

        expect(any_page.get_by_text("words that prove this are no longer in it").first).to_be_visible()

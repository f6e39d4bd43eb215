"""A published record is changed in a browser: the parties amended the agreement, somebody enters it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import BOTH_WAYS

pytestmark = [pytest.mark.browser, pytest.mark.drill]

TEXT = "Amendment no. 1. The workshops are held until June 2090. Done on 3 March 2026."


@pytest.fixture(params=BOTH_WAYS)
def own_page(request: pytest.FixtureRequest, window, session) -> Page:
    """A page of the contributor, signed in, once with and once without JavaScript."""
    made = window(width=1440, height=1000, java_script_enabled=request.param, storage_state=session)
    yield made.page
    assert made.refused == []


def begin(page: Page, code: str) -> None:
    """From the sheet to the bench, with the pasted document."""
    page.goto(f"/en/agreements/{code}/")
    page.get_by_role("link", name="Change this record").click()
    page.get_by_role("link", name="Enter an amendment").click()
    expect(page.locator("#id_number")).to_have_value("1")
    page.locator("#id_signed").fill("03/04/05")
    page.locator("#id_text").fill(TEXT)
    page.locator("#id_language").select_option("en")
    page.get_by_role("button", name="Go on").click()
    # What was typed stays, with the reason at its field.
    expect(page.locator("#id_signed")).to_have_value("03/04/05")
    expect(page.locator("#id_signed_error")).to_contain_text("four digits")
    expect(page.locator("#id_text")).to_have_value(TEXT)
    page.locator("#id_signed").fill("3 March 2026")
    page.get_by_role("button", name="Go on").click()


def put_away(page: Page) -> None:
    """For the next test: one change of a record at a time."""
    page.goto("/en/drafts/")
    page.locator("li", has_text="mendment").get_by_role("button", name=re.compile("Put away")).first.click()


def test_an_amendment_is_entered_from_the_sheet_to_the_review(own_page, registry):
    begin(own_page, registry.joint)
    expect(own_page.locator("#amending h2")).to_contain_text("Amendment 1")

    # Nothing is changed yet: it cannot be entered.
    own_page.get_by_role("link", name="Check").first.click()
    expect(own_page.locator("#errors")).to_contain_text("changes nothing")
    own_page.get_by_role("link", name="Back to the facts").click()

    sentence = own_page.locator("[data-sentence]", has_text="The workshops are held").first
    sentence.locator("[data-no]").click()
    own_page.locator("#pick-only").fill("June 2090")
    own_page.locator("details.more-picks summary").click()
    due = own_page.locator("#p-date option[value^='due:']").first.get_attribute("value")
    own_page.locator("#p-date").select_option(due)
    own_page.locator("#picker button[value=date]").click()
    expect(own_page.locator(".sen .mk", has_text="June 2090").first).to_be_visible()
    own_page.get_by_role("link", name="Check").first.click()
    expect(own_page.locator("#errors")).to_have_count(0)

    own_page.locator("#reason").fill("The amendment came by letter.")
    own_page.get_by_role("button", name="Submit the change").click()

    expect(own_page.locator("main")).to_contain_text("June 2090")
    # The record reads as before until somebody else has approved it.
    own_page.goto(f"/en/agreements/{registry.joint}/")
    expect(own_page.locator("main")).not_to_contain_text("June 2090")
    own_page.go_back()
    own_page.get_by_role("button", name="Call it back").click()
    put_away(own_page)


def test_the_sheet_tells_before_and_after_in_arabic_too(own_page, registry):
    own_page.goto(f"/ar/agreements/{registry.sided}/")
    section = own_page.locator("#since")
    expect(section.locator("del").first).to_be_visible()
    expect(section.locator("ins", has_text="2090").first).to_be_visible()
    assert own_page.locator(".amnote").count() >= 1

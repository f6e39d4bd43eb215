"""What staff do with an agreement: report what was done, say how far it is, follow it, ask again."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import BOTH_WAYS

pytestmark = pytest.mark.browser


@pytest.fixture(params=BOTH_WAYS)
def own_page(request: pytest.FixtureRequest, window, session) -> Page:
    """A page of the contributor of a party, signed in, once with and once without JavaScript."""
    made = window(java_script_enabled=request.param, storage_state=session)
    yield made.page
    assert made.refused == []


def test_an_activity_is_reported_and_counted_toward_a_commitment(own_page, registry):
    own_page.goto(f"/en/activities/report/?agreement={registry.joint}")
    own_page.locator("input[name=counts]").first.check()
    own_page.locator("#id_title").fill("A morning of drawing")
    own_page.locator("#id_kind").select_option(index=1)
    own_page.locator("input[name=status][value=held], #id_status option[value=held]").first.evaluate(
        "it => { if (it.tagName === 'OPTION') it.parentElement.value = 'held'; else it.checked = true; }"
    )
    own_page.locator("#id_day").fill("3 March 2026")
    own_page.locator("#id_place").fill("Rabat")
    own_page.get_by_role("button", name=re.compile("Report|Save")).last.click()

    expect(own_page).to_have_url(re.compile(r"/en/activities/[0-9a-f-]{36}/$"))
    expect(own_page.locator("h1")).to_have_text("A morning of drawing")
    expect(own_page.locator("main")).to_contain_text("3 Mar 2026")
    expect(own_page.locator("main")).to_contain_text(registry.joint)


def test_a_day_nobody_can_read_is_told_at_its_field_and_all_else_stays(own_page, registry):
    own_page.goto(f"/en/activities/report/?agreement={registry.joint}")
    own_page.locator("#id_title").fill("A morning of drawing")
    own_page.locator("#id_day").fill("on a fine day")
    own_page.get_by_role("button", name=re.compile("Report|Save")).last.click()

    expect(own_page).to_have_title(re.compile(r"^Errors: \d"))
    expect(own_page.locator("#id_title")).to_have_value("A morning of drawing")
    expect(own_page.locator("#id_day")).to_have_value("on a fine day")
    expect(own_page.locator("#id_day")).to_have_attribute("aria-invalid", "true")


def test_an_agreement_is_followed_and_followed_no_longer(own_page, registry):
    own_page.goto(f"/en/agreements/{registry.joint}/")
    own_page.get_by_role("button", name=re.compile("^Follow")).first.click()
    following = own_page.get_by_role("button", name=re.compile("Following|Unfollow")).first
    expect(following).to_be_visible()

    following.click()
    expect(own_page.get_by_role("button", name=re.compile("^Follow$|^Follow ")).first).to_be_visible()


def test_suggestions_are_walked_with_the_arrows_and_opened_with_enter(window, registry):
    made = window()
    made.page.goto("/en/agreements/")
    made.page.locator("#qs").press_sequentially("bay", delay=40)
    options = made.page.locator("[role=option]:visible")
    expect(options.first).to_be_visible()
    made.page.keyboard.press("ArrowDown")
    made.page.keyboard.press("Enter")

    expect(made.page).not_to_have_url(re.compile(r"/en/agreements/$"))
    assert made.refused == []


def test_a_sheet_is_read_as_in_force_on_another_day(any_page, registry):
    day = (date.today() - timedelta(days=400)).isoformat()
    any_page.goto(f"/en/agreements/{registry.joint}/?in_force_on={day}")

    expect(any_page.locator("h1")).to_be_visible()
    expect(any_page.locator("main")).to_contain_text("As in force on")

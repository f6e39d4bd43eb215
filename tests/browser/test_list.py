"""The list of agreements under a person's hands: narrowed, searched, kept as a view, taken along."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_use import tab_to, titles
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, email: str, then: str = "/en/agreements/") -> None:
    page.goto(f"/en/account/login/?next={then}")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("details.account")).to_be_visible()


class TestNarrowing:
    def test_a_tick_narrows_the_list_at_once_and_the_address_with_it(self, page):
        page.goto("/en/agreements/")
        box = page.locator("input[name=kind][value=cooperation_agreement]")
        box.focus()
        page.keyboard.press("Space")

        expect(titles(page)).to_have_count(1)
        expect(page).to_have_url(re.compile(r"/en/agreements/\?kind=cooperation_agreement$"))
        expect(page.locator("[data-said]")).to_have_text("1 agreement")
        expect(box).to_be_focused()
        expect(box).to_be_checked()

        page.go_back()
        expect(titles(page)).to_have_count(2)
        expect(box).not_to_be_checked()

    def test_what_was_unfolded_stays_so(self, page):
        page.goto("/en/agreements/")
        facet = page.locator("details[data-kept=facet-source_language]")
        facet.locator("summary").click()
        facet.get_by_label("French").check()

        expect(titles(page)).to_have_count(1)
        expect(page.locator("details[data-kept=facet-source_language]")).to_have_attribute("open", "")

    def test_a_chip_taken_away_leaves_the_focus_where_the_count_is(self, page):
        page.goto("/en/agreements/?kind=cooperation_agreement")
        page.locator("a.chip").click()

        expect(titles(page)).to_have_count(2)
        expect(page.locator("#count")).to_be_focused()

    def test_the_count_beside_a_value_is_what_it_leaves(self, any_page):
        any_page.goto("/en/agreements/")
        label = any_page.locator("label:has(input[name=kind][value=cooperation_agreement])")
        expect(label.locator(".n")).to_have_text("1")

    def test_days_are_answered_certainly_possibly_or_not_at_all(self, any_page):
        any_page.goto("/en/agreements/?signed_from=2012&signed_to=2012")

        expect(any_page.locator(".answers .st")).to_have_text(
            [re.compile(r"Certainly\s*\d"), re.compile(r"Possibly\s*\d"), re.compile(r"Unknown\s*\d")]
        )

    def test_a_year_that_nobody_can_read_is_told_at_its_field_and_stays_typed(self, page):
        page.goto("/en/agreements/")
        page.locator("details[data-kept=facet-signed] > summary").click()
        page.locator("#id_signed_from").fill("the year of the flood")
        page.keyboard.press("Enter")

        expect(page.locator("#err-from")).to_be_visible()
        expect(page.locator("#id_signed_from")).to_have_value("the year of the flood")
        expect(page.locator("#id_signed_from")).to_have_attribute("aria-invalid", "true")

    def test_order_columns_and_rows_are_part_of_the_address(self, page):
        page.goto("/en/agreements/")
        page.locator("#order").select_option(label="Title")
        expect(page).to_have_url(re.compile(r"order=title"))
        page.locator("label:has(#density-compact)").click()
        expect(page.locator(".tbl-list")).to_have_attribute("data-density", "compact")
        page.locator("details[data-kept=columns] > summary").click()
        page.get_by_label("Language of the source").last.check()
        expect(page.locator("thead th", has_text="Language of the source")).to_be_visible()
        expect(page.locator("details[data-kept=columns]")).to_have_attribute("open", "")

        page.reload()

        expect(page.locator("thead th", has_text="Language of the source")).to_be_visible()
        expect(page.locator(".tbl-list")).to_have_attribute("data-density", "compact")
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Agreement")


class TestSearching:
    def test_a_hit_says_why_and_leads_there(self, any_page):
        any_page.goto("/en/agreements/")
        any_page.locator("#q").fill("elmansouri")
        any_page.keyboard.press("Enter")

        expect(titles(any_page)).to_have_count(1)
        expect(any_page.locator(".why mark").first).to_have_text(re.compile("Elmansouri", re.IGNORECASE))

    def test_nothing_found_offers_the_nearest_words_and_the_way_back(self, any_page):
        any_page.goto("/en/agreements/?q=xylophone")

        expect(titles(any_page)).to_have_count(0)
        expect(any_page.locator(".empty")).to_contain_text("No agreement matches")
        any_page.locator(".empty a.btn").click()
        expect(titles(any_page)).to_have_count(2)

    def test_another_script_finds_the_same(self, any_page):
        for words in ("Al Amal", "الأمل", "al-amal"):
            any_page.goto(f"/en/agreements/?q={words}")
            expect(titles(any_page)).to_have_count(1)


class TestViews:
    def test_a_view_is_saved_found_again_and_removed(self, any_page, registry):
        sign_in(any_page, registry.user.email, "/en/agreements/?kind=partnership_agreement")
        any_page.goto("/en/agreements/?kind=partnership_agreement")
        any_page.locator("details[data-kept=save] > summary").click()
        any_page.locator("#view-name").fill("Partnership only")
        any_page.locator("details[data-kept=save] button").click()

        tab = any_page.locator("nav.tabs a", has_text="Partnership only")
        expect(tab).to_be_visible()
        any_page.goto("/en/agreements/")
        tab.click()
        expect(titles(any_page)).to_have_count(1)
        expect(tab).to_have_attribute("aria-current", "page")

        any_page.get_by_role("button", name="Remove the view").click()
        expect(any_page.locator("nav.tabs a", has_text="Partnership only")).to_have_count(0)


class TestSelection:
    def test_the_chosen_ones_are_counted_and_listed_alone(self, page):
        page.goto("/en/agreements/")
        expect(page.locator(".bulk")).to_be_hidden()
        page.locator("input[name=only]").first.check()
        expect(page.locator("[data-chosen]")).to_have_text("1")
        page.wait_for_timeout(600)  # as long as a filter of the list would need
        expect(page.locator("input[name=only]").first).to_be_checked()
        page.locator("[data-all]").check()
        expect(page.locator("[data-chosen]")).to_have_text("2")
        page.locator("input[name=only]").last.uncheck()
        page.locator(".bulk button", has_text="Only these").click()

        expect(titles(page)).to_have_count(1)

    def test_they_are_taken_along_as_a_file(self, any_page):
        any_page.goto("/en/agreements/")
        any_page.locator("input[name=only]").first.check()
        with any_page.expect_download() as told:
            any_page.locator(".bulk button", has_text="CSV").click()

        assert told.value.suggested_filename.endswith(".csv")


def test_the_whole_list_is_worked_by_keyboard_alone(page):
    page.goto("/en/agreements/")
    tab_to(page, page.locator("input[name=state][value=term_not_stated]"))
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("state=term_not_stated"))
    tab_to(page, page.locator("#order"))
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("order="))
    tab_to(page, titles(page).first)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/en/agreements/MQ-\d+/$"))

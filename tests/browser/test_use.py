"""What a person does on the pages: by keyboard alone, without scripts, in another language, with an account."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


def tab_to(page: Page, target: Locator, *, most: int = 90) -> None:
    """Press Tab until `target` has the focus."""
    expect(target).to_have_count(1)
    for _press in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            expect(target).to_be_in_viewport()
            return
    raise AssertionError(f"{most} tabs do not lead to {target}")


def titles(page: Page) -> Locator:
    return page.locator("main a.ttl")


class TestByKeyboard:
    def test_the_first_stop_leads_to_the_content(self, any_page):
        any_page.goto("/en/agreements/")
        skip = any_page.locator("a.skip")
        tab_to(any_page, skip, most=1)
        expect(skip).to_be_visible()

        any_page.keyboard.press("Enter")

        expect(any_page.locator("main")).to_be_focused()

    def test_a_search_is_typed_and_sent(self, any_page):
        any_page.goto("/en/agreements/")
        tab_to(any_page, any_page.locator("#q"))

        any_page.keyboard.type("Bayti")
        any_page.keyboard.press("Enter")

        expect(any_page).to_have_url(re.compile(r"[?&]q=Bayti\b"))
        expect(titles(any_page)).to_have_count(1)
        expect(any_page.locator("#q")).to_have_value("Bayti")

    @pytest.mark.parametrize("language", ["en", pytest.param("ar", marks=pytest.mark.drill)])
    def test_filters_are_chosen_applied_and_taken_away(self, any_page, language):
        any_page.goto(f"/{language}/agreements/")
        tab_to(any_page, any_page.locator("input[name=kind][value=cooperation_agreement]"))
        any_page.keyboard.press("Space")
        tab_to(any_page, any_page.locator(".filters .apply button"))
        any_page.keyboard.press("Enter")

        expect(any_page).to_have_url(re.compile(r"[?&]kind=cooperation_agreement\b"))
        expect(titles(any_page)).to_have_count(1)
        expect(any_page.locator("input[name=kind][value=cooperation_agreement]")).to_be_checked()

        tab_to(any_page, any_page.locator("a.chip"))
        any_page.keyboard.press("Enter")
        expect(titles(any_page)).to_have_count(2)

    def test_on_a_telephone_the_filters_are_opened_first(self, window):
        page = window(390, java_script_enabled=False).page
        page.goto("/en/agreements/")
        kind = page.locator("input[name=kind][value=cooperation_agreement]")
        expect(kind).to_be_hidden()
        tab_to(page, page.locator(".filters > summary"))
        page.keyboard.press("Enter")
        tab_to(page, kind)
        page.keyboard.press("Space")
        tab_to(page, page.locator(".filters .apply button"))
        page.keyboard.press("Enter")

        expect(titles(page)).to_have_count(1)

    def test_a_commitment_leads_to_the_words_that_prove_it(self, any_page, registry):
        any_page.goto(f"/en/agreements/{registry.joint}/")
        shown = any_page.locator("#J1 blockquote").filter(
            has=any_page.locator("mark", has_text=registry.debtors)
        )
        expect(shown).to_be_hidden()

        tab_to(any_page, any_page.locator("#J1 summary"))
        any_page.keyboard.press("Enter")
        expect(shown).to_be_visible()
        tab_to(any_page, shown.locator("a.prov"))
        any_page.keyboard.press("Enter")

        expect(any_page).to_have_url(re.compile(r"/en/sources/[^/]+/\?cite=[^#]+#c-"))
        marked = any_page.locator(".srcfull mark")
        expect(marked).to_have_count(1)
        expect(marked).to_have_text(registry.debtors)
        expect(marked).to_be_in_viewport()
        expect(marked).to_have_css("outline-style", "solid")

    def test_a_slash_leads_to_the_search_and_stays_a_letter_while_typing(self, page):
        page.goto("/en/organizations/")
        page.keyboard.press("/")
        expect(page.locator("#qs")).to_be_focused()

        page.keyboard.type("a/b")
        expect(page.locator("#qs")).to_have_value("a/b")
        page.locator("#qs").fill("Bayti")
        page.keyboard.press("Enter")

        expect(page).to_have_url(re.compile(r"/en/agreements/\?q=Bayti$"))
        expect(titles(page)).to_have_count(1)

    def test_escape_closes_a_menu_and_gives_the_focus_back(self, page):
        page.goto("/en/agreements/")
        summary = page.locator(".langs summary")
        tab_to(page, summary)
        page.keyboard.press("Enter")
        expect(page.locator(".langs .sheet")).to_be_visible()
        page.keyboard.press("Tab")

        page.keyboard.press("Escape")

        expect(page.locator(".langs .sheet")).to_be_hidden()
        expect(summary).to_be_focused()

    def test_no_stop_lies_under_the_top_bar_or_out_of_sight(self, window, registry):
        page = window(
            reduced_motion="reduce"
        ).page  # else the page is still gliding there when it is looked at
        page.goto(f"/en/agreements/{registry.joint}/")
        hidden = []
        for _press in range(70):
            page.keyboard.press("Tab")
            told = page.evaluate(
                """() => {
                    const it = document.activeElement, box = it.getClientRects()[0];
                    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                    return it === document.body || (top && (it.contains(top) || top.contains(it))) ? "" : it.outerHTML;
                }"""
            )
            if told:
                hidden.append(told[:120])
        assert hidden == []


class TestLanguages:
    def test_arabic_and_back_keep_the_page_and_the_query(self, any_page):
        any_page.goto("/en/agreements/?q=Bayti&kind=cooperation_agreement")
        for code, direction in (("ar", "rtl"), ("en", "ltr")):
            any_page.locator(".langs summary").click()
            any_page.locator(f".langs a[hreflang={code}]").click()

            expect(any_page).to_have_url(
                re.compile(rf"/{code}/agreements/\?q=Bayti&kind=cooperation_agreement$")
            )
            expect(any_page.locator("html")).to_have_attribute("dir", direction)
            expect(any_page.locator("html")).to_have_attribute("lang", code)
            expect(titles(any_page)).to_have_count(1)

    def test_a_quote_stays_marked_in_arabic_and_in_its_own_direction(self, any_page, places, registry):
        any_page.goto(f"/en/{places['source']}")
        any_page.locator(".langs summary").click()
        any_page.locator(".langs a[hreflang=ar]").click()

        expect(any_page.locator("html")).to_have_attribute("dir", "rtl")
        expect(any_page.locator(".srcfull mark")).to_have_text(registry.citation.quote)
        expect(any_page.locator(".srcfull")).to_have_attribute("dir", "ltr")


class TestAccount:
    def sign_in(self, page: Page, password: str, email: str) -> None:
        page.goto("/en/agreements/")
        page.locator("header.top a.account").click()
        page.locator("#id_login").fill(email)
        page.locator("#id_password").fill(password)
        page.keyboard.press("Enter")

    def test_a_wrong_password_is_told_in_one_sentence(self, any_page, registry):
        self.sign_in(any_page, "not this one", registry.user.email)

        told = any_page.locator("[role=alert]:visible")
        expect(told).to_have_count(1)
        expect(told.locator("h2")).to_have_text("Email or password is not right")
        expect(any_page.locator("#id_login")).to_have_value(registry.user.email)
        expect(any_page.locator("#id_password")).to_have_value("")

    def test_signing_in_returns_to_the_page_and_signing_out_ends_it(self, any_page, registry):
        self.sign_in(any_page, PASSWORD, registry.user.email)
        expect(any_page).to_have_url(re.compile(r"/en/agreements/$"))
        account = any_page.locator("details.account")

        account.locator("summary").click()
        expect(account.get_by_text(registry.user.name, exact=True)).to_be_visible()
        account.locator("form button").click()

        expect(any_page.locator("header.top a.account")).to_be_visible()
        expect(any_page.locator("details.account")).to_have_count(0)

    def test_the_second_step_is_set_up_with_a_code_to_scan(self, page, registry):
        self.sign_in(page, PASSWORD, registry.user.email)
        page.locator("details.account summary").click()
        page.locator("details.account a[href*='2fa']").click()
        page.locator("a[href$='/totp/activate/']").click()
        # What changes how an account is protected asks for the password once more.
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")

        expect(page.locator(".qr svg")).to_be_visible()
        expect(page.locator("#authenticator_secret")).to_have_value(re.compile(r"^[A-Z2-7]{16,}$"))

    def test_the_password_can_be_shown_and_is_hidden_before_it_leaves(self, page, registry):
        page.goto("/en/account/login/")
        password = page.locator("#id_password")
        password.fill(PASSWORD)
        button = page.locator("[data-act=password]")
        button.click()
        expect(password).to_have_attribute("type", "text")
        button.click()
        expect(password).to_have_attribute("type", "password")

    def test_the_administration_keeps_to_the_policy(self, page, registry):
        self.sign_in(page, PASSWORD, registry.user.email)
        expect(page.locator("details.account")).to_be_visible()
        for place in ("", "agreements/agreement/", "agreements/agreement/add/", "organizations/alias/add/"):
            page.goto(f"/ar/admin/{place}")
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            expect(page.locator("h1").first).to_be_visible()

"""Every page, in three languages and two themes, on paper and on any screen."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.driving import Window

pytestmark = pytest.mark.browser

SIGNED = [
    "own sheet",
    "own commitment",
    "versions",
    "change record",
    "change event",
    "report",
    "digest",
    "drafts",
    "new draft",
    "bench",
    "check",
    "imports",
    "import",
]
"""Pages as somebody with an account meets them."""

DECIDED = [
    "review",
    "review of a change",
    "sheet in review",
    "withdraw",
    "notifications",
    "changed source",
    "newer text",
    "check to sign",
]
"""Pages as a reviewer meets them."""

PLACES = [
    "home",
    "list",
    "list searched",
    "list by days",
    "list with nothing",
    "export refused",
    "quality",
    "developers",
    "suggestions",
    "joint sheet",
    "sided sheet",
    "sheet of a day",
    "sheet as known",
    "source",
    "commitment",
    "organizations",
    "organization",
    "people",
    "person",
    "activities",
    "month",
    "activity",
    "sign-in",
    "not found",
    *SIGNED,
    *DECIDED,
]
ANSWERS = {"not found": 404, "export refused": 400}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [320, 390, 720, 1440]


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical on the page, one line an element."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['html'][:160]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


@pytest.fixture
def shown(window, places, request):
    """Opens a place in a language; the account's session comes along where the place asks for one."""

    def opened(place: str, language: str) -> Window:
        whose = "session" if place in SIGNED else "reviewing" if place in DECIDED else ""
        account = {"storage_state": request.getfixturevalue(whose)} if whose else {}
        made = window(color_scheme="light", reduced_motion="reduce", **account)
        answer = made.page.goto(f"/{language}/{places[place]}")
        assert answer.status == ANSWERS.get(place, 200)
        return made

    return opened


ALWAYS = {("home", "ar"), ("list", "en"), ("joint sheet", "fr"), ("bench", "en")}
"""What is looked at each time; all of it in the drill."""


@pytest.mark.parametrize(
    ("place", "language"),
    [
        pytest.param(*each, marks=() if each in ALWAYS else pytest.mark.drill)
        for each in itertools.product(PLACES, ["en", "fr", "ar"])
    ],
)
def test_fits_any_screen_bars_nobody_and_keeps_to_the_policy_in_light_and_dark(shown, place, language):
    made = shown(place, language)
    direction = "rtl" if language == "ar" else "ltr"
    expect(made.page.locator("html")).to_have_attribute("dir", direction)
    expect(made.page.locator("h1")).to_have_count(1)
    beyond = {}
    for width in WIDTHS:
        made.page.set_viewport_size({"width": width, "height": 800})
        beyond[width] = made.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert beyond == dict.fromkeys(WIDTHS, 0)
    # Before axe, which puts styles of its own on the page.
    assert made.refused == []
    assert made.missing == []

    light = barriers(made.page)
    made.page.emulate_media(color_scheme="dark")
    dark = barriers(made.page)

    assert {"light": light, "dark": dark} == {"light": [], "dark": []}


def test_paper_shows_the_quotes_and_no_menus(any_page, places):
    any_page.goto(f"/en/{places['joint sheet']}")
    quote = any_page.locator("#J1 blockquote").first
    expect(quote).to_be_hidden()

    any_page.emulate_media(media="print")

    for each in any_page.locator(".com blockquote").all():
        expect(each).to_be_visible()
    for hidden in ("header.top", "nav.toc", "nav.crumbs", ".com summary"):
        for each in any_page.locator(hidden).all():
            expect(each).to_be_hidden()
    expect(any_page.locator(".printhead")).to_be_visible()
    expect(any_page.locator("h1")).to_be_visible()


def test_printing_opens_what_is_folded_and_folds_it_again(page, places):
    page.goto(f"/en/{places['joint sheet']}")
    folded = page.locator("#J1 details")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(folded).to_have_attribute("open", "")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(folded).not_to_have_attribute("open", "")


def test_the_chosen_theme_stays(window, places):
    made = window(color_scheme="light")
    page = made.page
    page.goto(f"/en/{places['list']}")
    root, button = page.locator("html"), page.locator("header.top .tools > button.theme")
    colour = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)

    button.click()
    expect(root).to_have_attribute("data-theme", "dark")
    assert page.evaluate(colour) != light

    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    page.goto(f"/ar/{places['joint sheet']}")
    expect(root).to_have_attribute("data-theme", "dark")

    button.click()
    expect(root).not_to_have_attribute("data-theme", "dark")
    page.goto(f"/en/{places['list']}")
    expect(root).not_to_have_attribute("data-theme", "dark")
    assert page.evaluate(colour) == light
    assert made.refused == []

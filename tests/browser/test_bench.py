"""A text becomes a record in a browser: by mouse, by keyboard alone, without a script, with a colleague, offline."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import BOTH_WAYS
from tests.hostile import png

pytestmark = pytest.mark.browser

TEXT = (
    "Aman signed a cooperation agreement with Bayti yesterday. The two parties will hold workshops for children.\n"
    "It is the first of its kind."
)


@pytest.fixture(params=BOTH_WAYS)
def own_page(request: pytest.FixtureRequest, window, session) -> Page:
    """A page of the contributor, signed in, once with and once without JavaScript."""
    made = window(width=1440, height=1000, java_script_enabled=request.param, storage_state=session)
    yield made.page
    assert made.refused == []


@pytest.fixture
def desk(window, session) -> Page:
    """The same with JavaScript."""
    made = window(width=1440, height=1000, storage_state=session)
    yield made.page
    assert made.refused == []


def begin(page: Page) -> str:
    """A draft of its own; its address."""
    page.goto("/en/drafts/new/")
    page.locator("#id_text").fill(TEXT)
    page.locator("#id_language").select_option("en")
    page.locator("#id_kind").select_option("press_article")
    page.get_by_role("button", name="Number the sentences").click()
    expect(page.locator("[data-sentence]")).to_have_count(3)
    return page.url


def choose(page: Page, sentence: int, words: str, become: str) -> None:
    """By hand: a sentence, words of it, and what they become."""
    if not page.locator(f"[data-sentence]:nth-of-type({sentence}) #picker").count():
        page.locator("[data-no]").nth(sentence - 1).click()
    expect(page.locator("#pick-h")).to_contain_text(f"Sentence {sentence}")
    page.locator("#pick-only").fill(words)
    page.get_by_role("button", name=re.compile(become)).first.click()


def test_words_become_parties_and_what_they_undertake(own_page):
    begin(own_page)
    choose(own_page, 1, "Aman", "^Party")
    expect(own_page.locator("#h-parties .cnt")).to_have_text("1")
    choose(own_page, 1, "Bayti", "^Party")
    expect(own_page.locator("#h-parties .cnt")).to_have_text("2")
    choose(own_page, 2, "hold workshops for children", "All owe it together")

    expect(own_page.locator("#h-commitments .cnt")).to_have_text("1")
    expect(own_page.locator(".lane .crow .id").first).to_have_text("J1")
    expect(own_page.locator("#covered")).to_contain_text("2 of 3")


def test_a_step_is_taken_back_and_made_again(own_page):
    begin(own_page)
    choose(own_page, 1, "Aman", "^Party")
    own_page.get_by_role("button", name="Undo").click()
    expect(own_page.locator("#h-parties .cnt")).to_have_text("0")
    own_page.get_by_role("button", name="Redo").click()
    expect(own_page.locator("#h-parties .cnt")).to_have_text("1")


def test_words_marked_with_the_mouse_are_taken_exactly(desk):
    begin(desk)
    desk.locator("[data-words]").first.evaluate(
        """it => {
            const text = it.firstChild, at = text.data.indexOf("Bayti"), range = document.createRange();
            range.setStart(text, at); range.setEnd(text, at + 5);
            getSelection().removeAllRanges(); getSelection().addRange(range);
            it.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
        }"""
    )
    expect(desk.locator("#pick-only")).to_have_value("Bayti")
    desk.get_by_role("button", name=re.compile("^Party")).click()

    expect(desk.locator(".sen .mk").first).to_contain_text("Bayti")
    expect(desk.locator("#h-parties .cnt")).to_have_text("1")


def test_all_of_it_is_done_by_keyboard_alone(desk):
    begin(desk)
    desk.locator("[data-no]").first.focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("#pick-h")).to_contain_text("Sentence 3")
    desk.keyboard.press("2")  # an objective: nobody is a party yet
    expect(desk.locator("#h-objectives .cnt")).to_have_text("1")
    expect(desk.locator("[data-sentence]").nth(2)).to_have_class(re.compile("used"))

    desk.keyboard.press("Alt+z")
    expect(desk.locator("#h-objectives .cnt")).to_have_text("0")
    desk.locator("[data-no]").nth(2).focus()
    desk.keyboard.press("0")
    expect(desk.locator("#covered")).to_contain_text("1 of 3")
    desk.keyboard.press("Escape")
    expect(desk.locator("#picker")).to_have_count(0)


def test_what_is_typed_is_saved_by_itself(desk):
    address = begin(desk)
    desk.locator("[name='/place_of_signature']").fill("Rabat")
    desk.locator("[name='/reference']").focus()
    expect(desk.locator("#saved")).to_contain_text("version 2")

    desk.goto(address)
    expect(desk.locator("[name='/place_of_signature']")).to_have_value("Rabat")


def test_a_date_nobody_can_read_stays_and_is_told_at_its_field(own_page):
    begin(own_page)
    field = own_page.locator("[name='/dates/signed']")
    field.fill("on a fine day")
    own_page.locator("[name='/dates/signed/basis']").select_option("typed")
    own_page.locator("button[form=record]").click()

    expect(own_page.locator("#f-dates-signed .err")).to_be_visible()
    expect(own_page.locator("[name='/dates/signed']")).to_have_value("on a fine day")


def test_what_cannot_be_sent_is_kept_and_sent_when_the_line_is_back(desk):
    address = begin(desk)
    desk.context.set_offline(True)
    desk.locator("[name='/place_of_signature']").fill("Rabat")
    desk.locator("[name='/reference']").focus()
    expect(desk.locator("#saved [data-when=kept]")).to_be_visible()
    desk.context.set_offline(False)

    expect(desk.locator("#saved")).to_contain_text("version 2")
    desk.goto(address)
    expect(desk.locator("[name='/place_of_signature']")).to_have_value("Rabat")


def test_two_at_one_draft_are_shown_both_and_lose_nothing(desk, window, session):
    address = begin(desk)
    other = window(width=1440, height=1000, storage_state=session).page
    other.goto(address)
    desk.locator("[name='/place_of_signature']").fill("Rabat")
    desk.locator("[name='/place_of_signature']").blur()
    expect(desk.locator("#saved")).to_contain_text("version 2")

    other.locator("[name='/reference']").fill("12/2012")
    other.locator("[name='/place_of_signature']").fill("Fès")
    other.locator("[name='/place_of_signature']").blur()

    clash = other.locator("#clashes")
    expect(clash).to_contain_text("Rabat")
    expect(clash).to_contain_text("Fès")
    clash.get_by_role("button", name="Keep what I wrote").click()
    expect(other.locator("#clashes")).to_have_count(0)
    expect(other.locator("[name='/place_of_signature']")).to_have_value("Fès")
    expect(other.locator("[name='/reference']")).to_have_value("12/2012")
    desk.goto(address)
    expect(desk.locator("[name='/place_of_signature']")).to_have_value("Fès")


def test_leaving_with_something_unsaved_is_warned_of_and_otherwise_not(desk):
    begin(desk)
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.locator("[name='/place_of_signature']").press_sequentially("Rab")
    desk.close(run_before_unload=True)
    desk.wait_for_timeout(500)
    assert asked == ["beforeunload"]

    desk.locator("[name='/place_of_signature']").press_sequentially("at")
    desk.locator("[name='/place_of_signature']").blur()
    expect(desk.locator("#saved")).to_contain_text("version 2")
    desk.goto("/en/drafts/")
    assert asked == ["beforeunload"]


def test_what_is_typed_is_saved_before_a_step_and_before_a_link(desk):
    address = begin(desk)
    desk.locator("[data-no]").first.click()
    expect(desk.locator("#picker")).to_be_visible()
    desk.locator("[name='/place_of_signature']").fill("Rabat")
    desk.get_by_role("button", name=re.compile("^Party")).click()
    expect(desk.locator("#h-parties .cnt")).to_have_text("1")
    expect(desk.locator("[name='/place_of_signature']")).to_have_value("Rabat")

    desk.locator("[name='/reference']").fill("12/2012")
    desk.get_by_role("link", name="Check").first.click()
    expect(desk.locator("h1")).to_have_text("Check before it is entered")
    desk.goto(address)
    expect(desk.locator("[name='/reference']")).to_have_value("12/2012")


def test_a_name_that_is_typed_is_looked_for_in_the_registry(desk):
    begin(desk)
    desk.get_by_role("button", name="Add an organization").click()
    part = desk.locator("#h-organizations").locator("xpath=ancestor::section").locator("li.crow")
    part.locator("summary").first.click()
    part.get_by_label("EN").first.press_sequentially("Bayti")
    expect(part.locator(".alike")).to_contain_text("Also called so: “Bayti”")
    part.get_by_role("button", name="Another one").click()

    expect(part.locator(".alike")).to_contain_text("Not the same as")
    part.get_by_role("button", name="Take back").click()
    part.get_by_role("button", name="It is this one").click()
    expect(desk.locator("#h-organizations .cnt")).to_have_text("0")


def test_a_name_that_was_placed_is_the_one_there_is(own_page):
    begin(own_page)
    choose(own_page, 1, "Bayti", "^Party")
    box = own_page.locator(".alike", has_text="Also called so")
    box.get_by_role("button", name="It is this one").click()

    expect(own_page.locator("#h-organizations .cnt")).to_have_text("0")
    expect(own_page.locator(".lane h4").first).to_be_visible()
    expect(own_page.locator("#h-parties .cnt")).to_have_text("1")


def test_a_picture_stands_beside_the_words_typed_from_it(own_page, tmp_path):
    begin(own_page)
    own_page.locator(".files summary").click()
    picture = {"name": "page-1.png", "mimeType": "image/png", "buffer": png()}
    own_page.locator(".files input[type=file]").set_input_files(picture)
    own_page.locator(".files").get_by_role("button", name="Add").click()

    shown = own_page.locator(".scan img")
    expect(shown).to_have_attribute(
        "alt", "Picture of the source, page-1.png. Its words stand beside it as text."
    )
    assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1
    fits = shown.bounding_box()["width"]
    own_page.get_by_label("Enlarge").check()
    assert shown.bounding_box()["width"] > 2 * fits
    words = own_page.locator("[data-words]").first.bounding_box()
    assert words["x"] > own_page.locator(".scan").bounding_box()["x"] + fits

    own_page.get_by_role("button", name="Take away").click()
    expect(own_page.locator(".scan")).to_have_count(0)

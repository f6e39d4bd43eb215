"""A record from its author to its readers, and back in between, in two browsers."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(window, session) -> Page:
    """A page of the contributor who enters the record."""
    made = window(storage_state=session)
    yield made.page
    assert made.refused == []


@pytest.fixture
def chair(window, reviewing):
    """Pages of the reviewer, with JavaScript or without."""
    made = []

    def opened(scripts: bool = True) -> Page:
        made.append(window(storage_state=reviewing, java_script_enabled=scripts))
        return made[-1].page

    yield opened
    assert [each.refused for each in made] == [[] for _each in made]


@pytest.mark.drill
@pytest.mark.parametrize(("index", "scripts"), [(0, True), (1, False)], ids=["scripts", "no-scripts"])
def test_a_record_is_submitted_commented_corrected_published_and_withdrawn(
    desk, chair, page, registry, index, scripts
):
    anybody = page
    # Its author enters it and asks for review.
    desk.goto(f"/en/{registry.ready[index]}check/")
    desk.get_by_role("button", name="Enter and ask for review").click()
    expect(desk.locator("#next")).to_contain_text("You entered it, so somebody else publishes it.")
    sheet = desk.url
    code = re.search(r"MQ-\d+", sheet)[0]

    # The reviewer finds it under the bell, comments on a field and asks for a correction.
    page = chair()
    page.goto("/en/")
    page.locator("a.bell").click()
    page.get_by_role("link", name=re.compile(code)).first.click()
    expect(page.locator("h1")).to_contain_text(code)
    title = page.locator("#fact--record")
    title.locator("details.say > summary").click()
    title.locator("select[name=path]").select_option(label="Place of signature")
    title.locator("textarea[name=text]").fill("The letter names a town: say which.")
    title.locator("input[name=asks_correction]").check()
    title.get_by_role("button", name="Say it").click()
    expect(
        page.locator("#at-place_of_signature .said, #whole .said, #fact--record .said").first
    ).to_contain_text("say which")
    page.locator("#reason").fill("One thing to add.")
    page.get_by_role("button", name="Ask for correction").click()
    expect(page.locator("main")).to_contain_text("is sent back to its author")

    # Its author sees it at the field, corrects it, and submits it again.
    desk.goto("/en/notifications/")
    expect(desk.locator("section", has=desk.locator("#h-action"))).to_contain_text(code)
    desk.goto(sheet)
    expect(desk.locator("#next")).to_contain_text("2 comments ask for a correction")
    desk.get_by_role("button", name="Correct the record").click()
    field = desk.locator("#f-place_of_signature")
    expect(field).to_contain_text("say which")
    field.get_by_role("button", name="Mark as settled").click()
    expect(desk.locator("#f-place_of_signature .settled")).to_contain_text("1 settled comment")
    desk.locator("input[name='/titles/en']").fill(f"Agreement {code} at Rabat")
    desk.locator(".savebar button", has_text="Save").click()
    desk.goto(f"{desk.url.partition('?')[0].partition('#')[0]}check/")
    desk.get_by_role("button", name="Correct it and ask for review").click()
    expect(desk.locator("#next")).to_contain_text("You entered it, so somebody else publishes it.")

    # The reviewer publishes it, also without a script.
    page = chair(scripts)
    page.goto(f"/en/agreements/{code}/review/")
    expect(page.locator("main")).to_contain_text(f"Agreement {code} at Rabat")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("main")).to_contain_text(f"{code} is published.")
    desk.goto(sheet)
    expect(desk.locator("#next")).to_have_count(0)
    desk.goto("/en/notifications/")
    expect(desk.locator("main")).to_contain_text(re.compile(f"Published:\\s+{code}"))

    # It should not have been: the reviewer takes it back and says why. Nobody reads it then.
    page.goto(f"/en/agreements/{code}/withdraw/")
    page.locator("#reason").fill("It was published as a trial.")
    page.get_by_role("button", name=re.compile("Withdraw")).click()
    expect(page.locator("main")).to_contain_text("Withdrawn")
    assert anybody.goto(sheet).status == 404

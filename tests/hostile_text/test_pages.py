"""Whatever words somebody types: none is run, each is shown as it was typed, and no page is put out of order."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.hostile import REFUSED_TEXTS, TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.drill, pytest.mark.xdist_group("hostile_text")]

SHORTEST = 120
"""How many characters of a text every field that is shown holds at least."""

TURNED = ("script", "handler", "quotes", "override", "isolate", "unseen", "both ways", "long")
"""What is looked at from right to left too."""

LOOK = """() => {
  const turning = /[\\u202a-\\u202e\\u2066-\\u2069]/, unseen = "script, style, textarea, option, title, template";
  const loose = [];
  const ends = (each) => each?.nodeType === 1 && !/^(inline|contents)/.test(getComputedStyle(each).display);
  // The text in one paragraph with the node: as far as no block stands between.
  const paragraph = (block, node) => {
    let first = node;
    while (first.parentNode !== block) first = first.parentNode;
    let last = first;
    while (first.previousSibling && !ends(first.previousSibling)) first = first.previousSibling;
    while (last.nextSibling && !ends(last.nextSibling)) last = last.nextSibling;
    let words = "";
    for (let each = first; each !== last.nextSibling; each = each.nextSibling) words += each.textContent;
    return words;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!turning.test(node.data) || node.parentElement.closest(unseen)) continue;
    let kept = false;
    for (let each = node.parentElement; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (each.localName === "bdi") { kept = true; break; }  // whatever its words do, they do it among themselves
      if (style.display !== "inline") {
        kept = paragraph(each, node).trim() === node.data.trim();
        break;
      }
      if (/isolate/.test(style.unicodeBidi)) { kept = true; break; }
    }
    if (!kept) loose.push(node.parentElement.outerHTML.slice(0, 200));
  }
  const typed = [...document.querySelectorAll("input, textarea")].map((each) => each.value);
  return { loose, words: [document.documentElement.textContent, ...typed].join("\\n") };
}"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Watch:
    """A page, and what happened on it that never should."""

    def __init__(self, window, session):
        made = window(storage_state=session)
        self.page: Page = made.page
        self.refused = made.refused
        self.ran: list[str] = []
        self.page.expose_function("ran", lambda *told: self.ran.append(self.page.url))
        self.page.on("dialog", lambda dialog: (self.ran.append(dialog.message), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.ran.append(str(error)))

    def wrong(self, address: str, words: tuple[str, ...]) -> list[str]:
        """What is wrong with the page at this address, at two widths; `words` must stand there."""
        self.page.set_viewport_size({"width": 1440, "height": 900})
        answer = self.page.goto(address)
        found = [] if answer.status == 200 else [f"status {answer.status}"]
        seen = self.page.evaluate(LOOK)
        found += [f"not shown as typed: {each[:40]!a}" for each in words if each not in seen["words"]]
        found += [f"turns its neighbours: {each!a}" for each in seen["loose"][:3]]
        for width in (1440, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            if (over := self.page.evaluate(WIDE)) > 0:
                found.append(f"{over} wider than {width}")
        found += [f"ran: {each}" for each in self.ran] + [f"refused: {each}" for each in self.refused]
        self.ran.clear()
        self.refused.clear()
        return [f"{address}: {each}" for each in found]


@pytest.fixture
def watch(window, session) -> Watch:
    return Watch(window, session)


@pytest.mark.parametrize(
    ("language", "name"), [("en", each) for each in TEXTS] + [("ar", each) for each in TURNED]
)
def test_pages_of_one_record_show_its_words_and_run_nothing(watch, registry, language, name):
    words = TEXTS[name][:SHORTEST]
    wrong = []
    for address in registry.own[name].values():
        wrong += watch.wrong(f"/{language}/{address}", (words,))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_lists_show_the_words_of_all_and_run_nothing(watch, registry, language):
    wrong = []
    for address in registry.common.values():
        wrong += watch.wrong(f"/{language}/{address}", ())
    for name in ("agreements", "organizations"):
        address, shown = f"/{language}/{registry.common[name]}", ""
        while address:
            wrong += watch.wrong(address, ())
            shown += watch.page.evaluate(LOOK)["words"]
            further = watch.page.locator("a[rel=next]")
            address = further.evaluate("link => link.href") if further.count() else ""
        wrong += [f"{name}: not shown as typed: {each[:40]!a}" for each in _short() if each not in shown]
    assert not wrong, "\n".join(wrong)


def _short() -> list[str]:
    return [each[:SHORTEST] for each in TEXTS.values()]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_searches_for_the_words_and_suggestions_run_nothing(watch, registry, language):
    wrong = []
    for each in TEXTS.values():
        asked = quote(each[:60])
        wrong += watch.wrong(f"/{language}/agreements/?q={asked}", (each[:60],))
        wrong += watch.wrong(f"/{language}/search/suggestions?q={asked}", ())
        wrong += watch.wrong(f"/{language}/organizations/?q={asked}", ())
        wrong += watch.wrong(f"/{language}/people/?q={asked}", ())
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", TEXTS)
def test_words_typed_on_the_bench_come_back_as_they_were_typed(watch, registry, name):
    page = watch.page
    page.goto("/en/drafts/new/")
    page.locator("#id_text").fill(TEXTS[name])
    page.locator("#id_language").select_option("en")
    page.locator("#id_title").fill(TEXTS[name][:500])
    page.locator("#id_publisher").fill(TEXTS[name][:200])
    page.get_by_role("button", name="Number the sentences").click()
    page.locator("[name='/place_of_signature']").fill(TEXTS[name])
    page.locator("[name='/titles/en']").fill(TEXTS[name])
    page.locator("[name='/reference']").focus()
    page.locator("#saved", has_text="version 2").wait_for()

    assert watch.wrong(page.url, (TEXTS[name],)) == []
    typed = page.locator("[name='/place_of_signature']").input_value()
    assert typed == TEXTS[name]


@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_words_that_no_text_may_hold_are_refused_in_words(watch, registry, name):
    page = watch.page
    page.goto("/en/drafts/new/")
    told = page.evaluate(
        """async (words) => {
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const answer = await fetch("/api/v1/agreements", {
                method: "POST",
                headers: { "Content-Type": "application/json", "X-CSRFToken": token },
                body: JSON.stringify({ titles: { en: words }, reference: words, source_language: "en" }),
            });
            return [answer.status, await answer.text()];
        }""",
        REFUSED_TEXTS[name],
    )
    assert told[0] in (400, 422), told
    assert "titles" in told[1]
    assert "reference" in told[1]

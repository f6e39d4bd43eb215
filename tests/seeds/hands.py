"""Somebody at the workbench, in a real browser: each click, each choice in a list and each field typed is an action."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from playwright.sync_api import Locator, Page, expect

NEW = "/en/drafts/new/"


class Hands:
    """Works on one page and keeps the list of `actions`, a line each, in the order in which they were done."""

    def __init__(self, page: Page):
        self.page = page
        self.actions: list[str] = []

    # Beginning and ending.

    def begin(self, text: str, language: str, kind: str) -> None:
        self.page.goto(NEW)
        self.page.locator("#id_text").fill(text)
        self.page.locator("#id_language").select_option(language)
        self.page.locator("#id_kind").select_option(kind)
        self.actions += ["text pasted", f"language: {language}", f"kind of text: {kind}"]
        self.click(self.page.get_by_role("button", name="Number the sentences"), "sentences numbered")
        expect(self.page.locator("#bench")).to_be_visible()

    def check(self) -> None:
        self.click(self.page.locator(".savebar").get_by_role("link", name="Check"), "checked")
        expect(self.page.get_by_role("heading", name="Check before it is entered")).to_be_visible()

    def enter(self) -> str:
        """The code of the record that the draft became; it then waits for its review."""
        self.click(
            self.page.get_by_role("button", name="Enter and ask for review"), "entered, review asked for"
        )
        self.page.wait_for_url(re.compile(r"/agreements/[^/]+/$"))
        return self.page.url.rstrip("/").rpartition("/")[2]

    # What is on the bench.

    @property
    def version(self) -> int:
        return int(re.search(r"version (\d+)", self.page.locator("#saved").inner_text())[1])

    @property
    def covered(self) -> str:
        return self.page.locator("#covered").inner_text()

    @property
    def offers(self) -> list[str]:
        """What the text seems to say, a sentence for each offer."""
        return self.page.locator(".offers .offer > form > .grow > bdi").all_inner_texts()

    # Working.

    def accept(self) -> None:
        """The first of what is offered."""
        offer = self.page.locator(".offers .offer").first
        says = offer.locator(".grow > bdi").inner_text()
        self._a_step(offer.get_by_role("button", name="Accept").click, f"accepted: {says}")

    def accept_all(self) -> None:
        """One after the other, each read and clicked, until nothing is offered any more."""
        while self.page.locator(".offers .offer").count():
            self.accept()

    def type(self, name: str, words: str) -> None:
        """Words in a field of the record, which is called by its place; it is saved when it is left."""
        field = self.page.locator(f"[form=record][name='{name}']")
        self._open(field)
        field.fill(words)
        self._saved(field.blur, f"typed {name}")

    def choose(self, name: str, value: str) -> None:
        """A term in a list of the record."""
        field = self.page.locator(f"select[form=record][name='{name}']")
        self._open(field)
        self._saved(lambda: field.select_option(value), f"chosen {name}: {value}")

    def part(self, member: str, words: str) -> str:
        """The path of the part that is called so."""
        called = self.page.locator("p.tx").get_by_text(words, exact=True)
        row = self.page.locator(f"section[aria-labelledby=h-{member}] li.crow").filter(has=called).first
        return f"/{member}/{row.get_attribute('id').removeprefix('part-')}"

    def click(self, target: Locator, what: str) -> None:
        target.click()
        self.actions.append(what)

    def _a_step(self, act: Callable[[], object], what: str) -> None:
        """One change that the bench answers with itself, as it is then."""
        self._drawn_anew(act)
        self.actions.append(what)

    def _drawn_anew(self, act: Callable[[], object]) -> None:
        """Do it, and wait until the bench stands there again with all that its script does to it."""
        self.page.evaluate(_WILL_SETTLE)
        act()
        self.page.evaluate("() => window.settled")

    def _saved(self, act: Callable[[], object], what: str) -> None:
        """One change that is saved by itself: the page tells the next version."""
        seen = self.version
        act()
        expect(self.page.locator("#saved")).to_contain_text(re.compile(rf"version {seen + 1}\b"))
        self.actions.append(what)

    def _open(self, field: Locator) -> None:
        """Open what the field is folded in, from without: a click for each fold."""
        folds = field.locator("xpath=ancestor::details[not(@open)]")
        while folds.count():
            summary = folds.first.locator("xpath=./summary")
            self.click(summary, f"opened: {' '.join(summary.inner_text().split())}")

    # Words of the source.

    def mark(self, words: str) -> None:
        """Mark words with the mouse: the sentence is chosen by that. They may run over several sentences."""
        sentence = self.page.evaluate(_SENTENCE, words)
        picker = self.page.locator(f"[id='{sentence}'] #picker")
        if picker.count():
            self.page.evaluate(_MARK, words)
        else:
            self._drawn_anew(lambda: self.page.evaluate(_MARK, words))
        expect(self.page.locator("#pick-only")).to_have_value(" ".join(words.split()))
        self.actions.append(f"marked: {' '.join(words.split())[:60]}")

    def become(self, what: str, **chosen: str) -> None:
        """What the marked words become; `chosen` are terms of the lists beside the button, by the name of each."""
        for name, value in chosen.items():
            select = self.page.locator(f"#picker select[name='{name.replace('_', '-')}']")
            self._open(select)
            select.select_option(value)
            self.actions.append(f"chosen {name}: {value}")
        button = self.page.locator(f"#picker button[name=become][value='{what}']")
        self._open(button)
        self._a_step(button.click, f"becomes: {what}")

    def pass_over(self) -> None:
        """Of every sentence that is left: it says nothing that a record keeps. Those in a row are marked at once."""
        while self.page.locator("[data-sentence]:not(.used)").count():
            self.mark(self.page.evaluate(_LEFT))
            self.become("aside")

    def parts(self, member: str) -> dict[str, str]:
        """The words of each part of a kind, by its path."""
        rows = self.page.locator(f"section[aria-labelledby=h-{member}] li.crow").all()
        return {
            f"/{member}/{row.get_attribute('id').removeprefix('part-')}": row.locator(
                "p.tx"
            ).first.inner_text()
            for row in rows
        }

    def nearest(self, member: str, words: str) -> str:
        """The path of the part that shares most with the words."""
        return max(self.parts(member).items(), key=lambda row: _shared(row[1], words))[0]

    def nearest_signatory(self, words: str) -> str:
        """The path of the signatory whose name shares most with the words."""
        found = self.page.locator("#p-proof option[value*='/signatories/']").all()
        return max(found, key=lambda each: _shared(each.text_content(), words)).get_attribute("value")

    def cited(self) -> set[str]:
        """The quotes that the parts of the record list, and the words that are marked in the text."""
        listed = self.page.locator(".quotes bdi").all_text_contents()
        marked = self.page.locator("mark.mk").evaluate_all(_WITHOUT_LABELS)
        return {each.strip("“”") for each in listed} | set(marked)

    def unchosen(self, member: str, name: str) -> list[str]:
        """The lists of such parts in which nothing is chosen yet, by their names."""
        lists = self.page.locator(f"select[form=record][name^='/{member}/'][name$='/{name}']")
        return [each.get_attribute("name") for each in lists.all() if not each.input_value()]


def _shared(one: str, other: str) -> int:
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


_WITHOUT_LABELS = """marks => marks.map(each => {
    const bare = each.cloneNode(true);
    for (const label of bare.querySelectorAll("[data-mark]")) label.remove();
    return bare.textContent;
})"""
# The sentences in a row that are not accounted for yet, from the first one on.
_LEFT = """() => {
    const all = [...document.querySelectorAll("[data-sentence]")];
    const first = all.findIndex(each => !each.matches(".used"));
    const next = all.findIndex((each, at) => at > first && each.matches(".used"));
    return all.slice(first, next < 0 ? all.length : next)
        .map(each => each.querySelector("[data-words]").textContent).join(" ");
}"""
_WILL_SETTLE = """() => {
    window.settled = new Promise(done =>
        document.addEventListener("htmx:afterSettle", () => done(true), { once: true }));
}"""
# Where words stand on the page: the letters of all sentences, without labels and what is offered between.
_LETTERS = """
    const wanted = words.replace(/\\s+/g, "");
    const letters = [];
    for (const sentence of document.querySelectorAll("[data-words]")) {
        const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            if (walker.currentNode.parentElement.closest("[data-mark]")) continue;
            [...walker.currentNode.data].forEach((letter, at) => {
                if (letter.trim()) letters.push([letter, walker.currentNode, at]);
            });
        }
    }
    const first = letters.map(([letter]) => letter).join("").indexOf(wanted);
"""
_SENTENCE = f"words => {{{_LETTERS} return letters[first][1].parentElement.closest('[data-sentence]').id; }}"
# As a mouse marks: from the first letter to the last.
_MARK = f"""words => {{{_LETTERS}
    const [, from, start] = letters[first], [, to, end] = letters[first + wanted.length - 1];
    const range = document.createRange();
    range.setStart(from, start);
    range.setEnd(to, end + 1);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    from.parentElement.dispatchEvent(new MouseEvent("mouseup", {{ bubbles: true }}));
}}"""

"""What a person sees: the first paint of a page and how soon a click is answered, in Chromium over a data set.

    python -m tools.bench.browser            100,000 agreements, or 10,000 where the larger data set was not made
    SCALES=10k ROUNDS=5 python -m tools.bench.browser

The application is served as `make bench` serves it. Each round opens every page in a new window with an empty cache
(*first*) and once more with what the browser has kept (*again*): milliseconds to the first contentful paint. Then a
filter of the list is clicked: milliseconds from the click until the new list is there and still.
"""

import os
import shutil
import statistics
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tools import dataset, postgres
from tools.bench.__main__ import wished
from tools.bench.operations import APPLICATION, Facts
from tools.bench.servers import prepare, running, told
from tools.postgres import Refusal

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PATIENCE = 120_000
"""Milliseconds to wait for a page."""

PAINTED = """() => new Promise(done => {
    const told = () => performance.getEntriesByName('first-contentful-paint')[0];
    const ask = () => told() ? done(told().startTime) : setTimeout(ask, 5);
    ask();
})"""
CLICKED = """box => new Promise(done => {
    const begun = performance.now();
    document.addEventListener('htmx:afterSettle', () => requestAnimationFrame(
        () => requestAnimationFrame(() => done(performance.now() - begun))), {once: true});
    box.click();
})"""
"""Clicks, and tells when the answer has been drawn: two frames after it stands in the page."""


@dataclass
class Seen:
    """The milliseconds of each round, by what was done."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, milliseconds: float) -> None:
        self.times.setdefault(what, []).append(milliseconds)

    def table(self) -> str:
        width = max(map(len, self.times))
        return "\n".join(
            f"{what.ljust(width)}  {statistics.median(each):7.0f} ms"
            f"  ({min(each):.0f}–{max(each):.0f}, {len(each)} times)"
            for what, each in self.times.items()
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Raises Refusal where none is installed."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise Refusal(f"No browser is installed: none of {', '.join(BROWSERS)} is on the PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def look(window: BrowserContext, address: str, facts: Facts, seen: Seen) -> None:
    """One round: the list and a sheet, first and again, and a filter of the list."""
    page = window.new_page()
    page.set_default_timeout(PATIENCE)
    pages = {"list": f"{address}/en/agreements/", "sheet": f"{address}/en/agreements/{facts.codes[0]}/"}
    for name, path in pages.items():
        for time in ("first", "again"):
            page.goto(path, wait_until="load")
            seen.add(f"{name}, {time} paint", page.evaluate(PAINTED))
    page.goto(pages["list"], wait_until="load")
    seen.add("list, a filter is clicked", page.locator(FILTER).first.evaluate(CLICKED))
    page.close()


FILTER = "form input[type=checkbox][name=source_language]"


def main(environ: Mapping[str, str]) -> int:
    """Look as often as ROUNDS says, and print the middle of what was seen."""
    log = postgres.data_folder() / "bench"
    seen = Seen()
    try:
        with dataset.lent() as server:
            wish = wished(environ, made=dataset.made(server))
            name = dataset.database(server, wish.sizes[0], light=wish.light)
            environment = dataset.environment(server, name)
            prepare(environment)
            facts = Facts(**told(environment, "tools.bench.access", str(wish.sizes[0])))
            with running(environment, {APPLICATION}, log) as contenders, chromium() as browser:
                address = f"http://localhost:{contenders[APPLICATION].port}"
                cookie, _sign, value = facts.session.partition("=")
                for number in range(wish.rounds + 1):
                    window = browser.new_context(locale="en")
                    window.add_cookies([{"name": cookie, "value": value, "url": address}])
                    # The first round is nobody's: it warms the server.
                    look(window, address, facts, seen if number else Seen())
                    window.close()
                    dataset.tell(f"  round {number} of {wish.rounds}")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"{wish.sizes[0]:,} agreements, in Chromium\n{seen.table()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))

"""How much a document may take: pages, characters, memory, seconds."""

import math
import resource
import signal
import time
import unicodedata

PAGES = 500
CHARACTERS = 1_000_000
"""As many as the text of a source has at most."""

MEMORY = 288 * 1024 * 1024
"""Of address space: what is in memory is less."""

SECONDS = 10
"""Of the processor, for the whole document."""

SECONDS_FOR_A_PAGE = 0.9
BYTES_OF_ANSWER = 16 * 1024 * 1024


class OutOfTime(BaseException):
    """A page takes too long. No error: parsers that catch every error must not catch this."""


class Full(OutOfTime):
    """There is as much text as is taken."""


class Counted(BaseException):
    """The pages are counted, and nothing else was asked."""


def _stop(*_args) -> None:
    raise OutOfTime


class Budget:
    """What was read so far, and what is left to be spent."""

    def __init__(self, *, only_counts: bool = False):
        self.only_counts = only_counts
        self.pages: list[str] = []
        self.notes: list[str] = []
        self._count: int | None = None
        self.encoding = ""
        self.left = CHARACTERS
        signal.signal(signal.SIGVTALRM, _stop)
        self.next_page()

    def note(self, code: str) -> None:
        if code not in self.notes:
            self.notes.append(code)

    @property
    def count(self) -> int | None:
        return self._count

    @count.setter
    def count(self, pages: int) -> None:
        self._count = pages
        if self.only_counts:
            raise Counted

    def next_page(self) -> None:
        """Wind the clock up again. The alarm interrupts Python; a parser deep in C is ended by the kernel."""
        spent = time.process_time()
        if spent > SECONDS - 2 * SECONDS_FOR_A_PAGE:
            raise OutOfTime
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_FOR_A_PAGE)
        soft = min(math.ceil(spent + SECONDS_FOR_A_PAGE), SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, SECONDS))

    def add(self, text: str) -> None:
        """Keep a page; raises Full when it is the last that is taken."""
        text = unicodedata.normalize("NFC", text)
        self.pages.append(text[: self.left])
        if len(text) > self.left or len(self.pages) == PAGES < (self.count or 0):
            raise Full
        self.left -= len(text)
        self.next_page()

    def told(self) -> dict:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return {
            "pages": self.pages,
            "count": self.count,
            "notes": self.notes,
            "encoding": self.encoding,
        }
